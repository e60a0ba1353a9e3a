"""ListInstances and DescribeInstance: the one instance of this world."""

from __future__ import annotations

from typing import Any

from emulator.clock import moment
from emulator.restjson import Handler, Params, Request
from emulator.world import World

from .paging import page
from .shown import require_instance

CREATED = "instance_created"


def handlers(world: World) -> dict[str, Handler]:
    def list_instances(params: Params, _request: Request) -> Params:
        instances, token = page([(0, _instance(world))], params, 10, "InvalidRequestException")
        return {"InstanceSummaryList": instances, "NextToken": token}

    def describe_instance(params: Params, _request: Request) -> Params:
        require_instance(world, params)
        return {"Instance": _instance(world)}

    return {"ListInstances": list_instances, "DescribeInstance": describe_instance}


def _instance(world: World) -> dict[str, Any]:
    account = world.instance.account
    return {
        "Id": world.instance.id,
        "Arn": world.instance.arn,
        "IdentityManagementType": "CONNECT_MANAGED",
        "InstanceAlias": "emulator",
        "CreatedTime": moment(int(world.store.meta(CREATED, "0"))),
        "ServiceRole": (
            f"arn:aws:iam::{account}:role/aws-service-role/connect.amazonaws.com/AWSServiceRoleForAmazonConnect"
        ),
        "InstanceStatus": "ACTIVE",
        "InboundCallsEnabled": False,
        "OutboundCallsEnabled": False,
    }
