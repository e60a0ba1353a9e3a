"""Instances: the one this world is, and others that set-up tools make, look at, tag and delete again.

The others hold nothing: chats, flows, queues and users are those of the world's own instance, and every operation on one
that was made here says so (`shown.require_instance`).
"""

from __future__ import annotations

import uuid
from typing import Any

from connect_emulator.clock import moment
from connect_emulator.restjson import Handler, Params, Request, ServiceError
from connect_emulator.world import World, idempotency, register
from connect_emulator.world.register import Resource

from .paging import page

CREATED = "instance_created"
_PAGE = 10  # API_ListInstances
_OWN = {"type": "CONNECT_MANAGED", "alias": "emulator", "inbound": False, "outbound": False}


def ensure_own(world: World) -> None:
    """The instance of this world is in its register from the first start on."""
    if register.find(world, register.INSTANCE, world.instance.id) is None:
        register.add(world, register.INSTANCE, "emulator", _OWN, resource_id=world.instance.id)


def handlers(world: World) -> dict[str, Handler]:
    def list_instances(params: Params, _request: Request) -> Params:
        found = [(known.seq, known) for known in register.all_of(world, register.INSTANCE)]
        instances, token = page(found, params, _PAGE, "InvalidRequestException")
        return {"InstanceSummaryList": [_summary(world, each) for each in instances], "NextToken": token}

    def describe_instance(params: Params, _request: Request) -> Params:
        instance = register.get(world, register.INSTANCE, params["InstanceId"])
        return {"Instance": {**_summary(world, instance), "Tags": instance.body.get("Tags")}}

    def create_instance(params: Params, _request: Request) -> Params:
        return idempotency.once(world, "CreateInstance", params.get("ClientToken"), lambda: _create(world, params))

    def delete_instance(params: Params, _request: Request) -> Params:
        instance = register.get(world, register.INSTANCE, params["InstanceId"])
        if instance.id == world.instance.id:
            raise ServiceError("InvalidRequestException", "this is the emulator's own instance: it cannot be deleted")
        register.remove(world, instance)
        return {}

    return {
        "ListInstances": list_instances,
        "DescribeInstance": describe_instance,
        "CreateInstance": create_instance,
        "DeleteInstance": delete_instance,
    }


def _create(world: World, params: Params) -> Params:
    alias, managed = params.get("InstanceAlias"), params["IdentityManagementType"]
    if (managed == "EXISTING_DIRECTORY") != ("DirectoryId" in params):
        raise ServiceError("InvalidRequestException", "DirectoryId is for IdentityManagementType EXISTING_DIRECTORY")
    made = str(uuid.uuid4())
    body = {
        "type": managed,
        "alias": alias,
        "inbound": params["InboundCallsEnabled"],
        "outbound": params["OutboundCallsEnabled"],
        "created": world.clock.now(),
        "Tags": params.get("Tags"),
    }
    try:
        register.add(world, register.INSTANCE, alias or made, body, resource_id=made)
    except ServiceError as error:
        code = {"LimitExceededException": "ServiceQuotaExceededException"}.get(error.code, "InvalidRequestException")
        raise ServiceError(code, error.message) from None
    return {"Id": made, "Arn": register.arn(world, register.INSTANCE, made)}


def _summary(world: World, instance: Resource) -> dict[str, Any]:
    account, alias = world.instance.account, instance.body["alias"]
    created = instance.body.get("created", int(world.store.meta(CREATED, "0")))
    return {
        "Id": instance.id,
        "Arn": register.arn(world, register.INSTANCE, instance.id),
        "IdentityManagementType": instance.body["type"],
        "InstanceAlias": alias,
        "CreatedTime": moment(created),
        "ServiceRole": (
            f"arn:aws:iam::{account}:role/aws-service-role/connect.amazonaws.com/AWSServiceRoleForAmazonConnect"
        ),
        "InstanceStatus": "ACTIVE",
        "InboundCallsEnabled": instance.body["inbound"],
        "OutboundCallsEnabled": instance.body["outbound"],
        "InstanceAccessUrl": f"https://{alias or instance.id}.my.connect.aws",
    }
