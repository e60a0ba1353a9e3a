"""Flow modules: parts of flows that several flows invoke; created, described, listed, changed, deleted."""

from __future__ import annotations

from typing import Any

from connect_emulator.flows.language import MODULE
from connect_emulator.restjson import Handler, Params, Request, ServiceError
from connect_emulator.world import World, register
from connect_emulator.world.register import Resource

from .flows import problems_of, sha256
from .paging import page
from .shown import MOST, require_instance

CONTENT_CHARACTERS = 256_000  # API_CreateContactFlowModule


def handlers(world: World) -> dict[str, Handler]:
    return {**_create_and_show(world), **_change(world)}


def _create_and_show(world: World) -> dict[str, Handler]:
    def create(params: Params, _request: Request) -> Params:
        require_instance(world, params)
        _require_emulated(params)
        made = _made_before(world, params) or _make(world, params)
        return {"Id": made.id, "Arn": register.arn(world, made.kind, made.id)}

    def describe(params: Params, _request: Request) -> Params:
        require_instance(world, params)
        module = register.get(world, register.MODULE, params["ContactFlowModuleId"])
        return {"ContactFlowModule": _shown(world, module)}

    def list_all(params: Params, _request: Request) -> Params:
        require_instance(world, params)
        wanted = params.get("ContactFlowModuleState")
        found = [m for m in register.all_of(world, register.MODULE) if wanted in {None, m.body["state"]}]
        modules, token = page([(module.seq, module) for module in found], params, MOST)
        return {"ContactFlowModulesSummaryList": [_summary(world, m) for m in modules], "NextToken": token}

    return {
        "CreateContactFlowModule": create,
        "DescribeContactFlowModule": describe,
        "ListContactFlowModules": list_all,
    }


def _change(world: World) -> dict[str, Handler]:
    def content(params: Params, _request: Request) -> Params:
        require_instance(world, params)
        _require_emulated(params)
        module = register.get(world, register.MODULE, params["ContactFlowModuleId"])
        _require_content(world, params.get("Content", module.body["published"]))
        register.change(world, module, published=params.get("Content", module.body["published"]))
        return {}

    def metadata(params: Params, _request: Request) -> Params:
        require_instance(world, params)
        module = register.get(world, register.MODULE, params["ContactFlowModuleId"])
        register.change(
            world,
            module,
            name=params.get("Name"),
            description=params.get("Description", module.body["description"]),
            state=params.get("State", module.body["state"]),
        )
        return {}

    def delete(params: Params, _request: Request) -> Params:
        """A flow that invokes it afterwards leaves the action by its error branch."""
        require_instance(world, params)
        register.remove(world, register.get(world, register.MODULE, params["ContactFlowModuleId"]))
        return {}

    return {
        "UpdateContactFlowModuleContent": content,
        "UpdateContactFlowModuleMetadata": metadata,
        "DeleteContactFlowModule": delete,
    }


def _make(world: World, params: Params) -> Resource:
    _require_content(world, params["Content"])
    body = {
        "type": MODULE,
        "state": "ACTIVE",
        "description": params.get("Description", ""),
        "tags": params.get("Tags"),
        "published": params["Content"],
        "asked": _asked(params),
    }
    return register.add(world, register.MODULE, params["Name"], body)


def _made_before(world: World, params: Params) -> Resource | None:
    """By the same call: a ClientToken is good for one module only."""
    token = params.get("ClientToken")
    known = (
        m
        for m in register.all_of(world, register.MODULE)
        if token and m.body.get("asked", {}).get("ClientToken") == token
    )
    found = next(known, None)
    if found is not None and found.body["asked"] != _asked(params):
        raise ServiceError("IdempotencyException", "this ClientToken was used for another module")
    return found


def _asked(params: Params) -> dict[str, Any]:
    return {name: params.get(name) for name in ("ClientToken", "Name", "Description", "Content", "Tags")}


def _require_emulated(params: Params) -> None:
    for name in ("Settings", "ExternalInvocationConfiguration"):
        if name in params:
            raise ServiceError("NotImplementedException", f"{name} of a module is not emulated")


def _require_content(world: World, text: str) -> None:
    if not 1 <= len(text) <= CONTENT_CHARACTERS:
        raise ServiceError("InvalidRequestException", f"Content must have 1 to {CONTENT_CHARACTERS} characters")
    problems = [{"message": problem} for problem in problems_of(world, text, MODULE)]
    if problems:
        raise ServiceError("InvalidContactFlowModuleException", "the module is not valid", Problems=problems)


def _shown(world: World, module: Resource) -> dict[str, Any]:
    return {
        **_summary(world, module),
        "Content": module.body["published"],
        "Description": module.body["description"],
        "Status": "PUBLISHED",
        "Tags": module.body.get("tags"),
        "FlowModuleContentSha256": sha256(module.body["published"]),
    }


def _summary(world: World, module: Resource) -> dict[str, Any]:
    arn = register.arn(world, module.kind, module.id)
    return {"Id": module.id, "Arn": arn, "Name": module.name, "State": module.body["state"]}
