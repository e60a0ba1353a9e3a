"""Users and the statuses they can be in."""

from __future__ import annotations

import re
from typing import Any

from connect_emulator.restjson import Handler, Params, Request, ServiceError
from connect_emulator.world import World, register

from .paging import page
from .shown import MOST, given, listed, modified, require_instance, summary

# API_CreateUser: the characters of a name, and the pattern of a password in Python's dialect
_USERNAME = re.compile(r"[a-zA-Z0-9_.\\-]+(@[a-zA-Z0-9_-]+(\.[a-zA-Z0-9_-]+)+)?")
_PASSWORD = re.compile(r"(?=.*[a-z])(?=.*[A-Z])(?=.*\d)\S{8,64}")


def handlers(world: World) -> dict[str, Handler]:
    return {**_users(world), **_statuses(world)}


def _users(world: World) -> dict[str, Handler]:
    def create(params: Params, _request: Request) -> Params:
        require_instance(world, params)
        _require_name_and_password(params)
        made = register.add(world, register.USER, params["Username"], _user(world, params))
        return {"UserId": made.id, "UserArn": register.arn(world, made.kind, made.id)}

    def describe(params: Params, _request: Request) -> Params:
        require_instance(world, params)
        found = register.get(world, register.USER, params["UserId"])
        shown = {"Id": found.id, "Arn": register.arn(world, found.kind, found.id), "Username": found.name}
        return {"User": {**shown, **found.body, **modified(world, found)}}

    def list_all(params: Params, _request: Request) -> Params:
        require_instance(world, params)
        found = [(user.seq, user) for user in register.all_of(world, register.USER)]
        users, token = page(found, params, MOST)
        return {"UserSummaryList": [summary(world, u, name="Username") for u in users], "NextToken": token}

    return {"CreateUser": create, "DescribeUser": describe, "ListUsers": list_all}


def _require_name_and_password(params: Params) -> None:
    if not _USERNAME.fullmatch(params["Username"]):
        raise ServiceError(
            "InvalidParameterException", "Username takes letters, digits, _ - . \\, and @ in an e-mail address only"
        )
    if not _PASSWORD.fullmatch(params.get("Password", "")):
        raise ServiceError(
            "InvalidParameterException",
            "Password needs 8 to 64 characters with a lower-case letter, an upper-case letter and a digit",
        )
    if "HierarchyGroupId" in params:
        raise ServiceError("NotImplementedException", "CreateUser.HierarchyGroupId is not emulated")


def _user(world: World, params: Params) -> dict[str, Any]:
    """The password is not kept: whoever reaches the emulator's CCP signs in with a username."""
    profile = register.get(world, register.ROUTING_PROFILE, params["RoutingProfileId"])
    security = [register.get(world, register.SECURITY_PROFILE, each) for each in params["SecurityProfileIds"]]
    return {
        **given(params, "Username", "Password"),
        "RoutingProfileId": profile.id,
        "SecurityProfileIds": [each.id for each in security],
    }


def _statuses(world: World) -> dict[str, Handler]:
    def create(params: Params, _request: Request) -> Params:
        require_instance(world, params)
        order = params.get("DisplayOrder") or min(50, 1 + len(register.all_of(world, register.STATUS)))
        body = {**given(params), "DisplayOrder": order, "Type": "CUSTOM"}
        made = register.add(world, register.STATUS, params["Name"], body)
        return {"AgentStatusId": made.id, "AgentStatusARN": register.arn(world, made.kind, made.id)}

    def describe(params: Params, _request: Request) -> Params:
        require_instance(world, params)
        found = register.get(world, register.STATUS, params["AgentStatusId"])
        shown = {"AgentStatusId": found.id, "AgentStatusARN": register.arn(world, found.kind, found.id)}
        return {"AgentStatus": {**shown, "Name": found.name, **found.body, **modified(world, found)}}

    def list_all(params: Params, _request: Request) -> Params:
        require_instance(world, params)
        wanted = params.get("AgentStatusTypes")
        found = [s for s in register.all_of(world, register.STATUS) if not wanted or s.body["Type"] in wanted]
        return listed(world, params, "AgentStatusSummaryList", found, Type=lambda s: s.body["Type"])

    return {"CreateAgentStatus": create, "DescribeAgentStatus": describe, "ListAgentStatuses": list_all}
