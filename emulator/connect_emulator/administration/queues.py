"""Queues: standard ones are created, an agent's own comes with the user."""

from __future__ import annotations

from typing import Any

from connect_emulator.restjson import Handler, Params, Request, ServiceError
from connect_emulator.world import World, register
from connect_emulator.world.register import Resource

from .paging import page
from .shown import MOST, given, modified, require_instance, summary

_NOT_YET = ("OutboundCallerConfig", "OutboundEmailConfig", "QuickConnectIds", "EmailAddressesConfig")


def handlers(world: World) -> dict[str, Handler]:
    def create(params: Params, _request: Request) -> Params:
        require_instance(world, params)
        for name in _NOT_YET:
            if name in params:
                raise ServiceError(
                    "NotImplementedException", f"CreateQueue.{name} is not emulated: it is not for chats"
                )
        hours = register.get(world, register.HOURS, params["HoursOfOperationId"])
        body = {**given(params), "HoursOfOperationId": hours.id, "Status": "ENABLED"}
        made = register.add(world, register.QUEUE, params["Name"], body)
        return {"QueueId": made.id, "QueueArn": register.arn(world, made.kind, made.id)}

    def describe(params: Params, _request: Request) -> Params:
        require_instance(world, params)
        found = register.get(world, register.QUEUE, params["QueueId"])
        shown = {"QueueId": found.id, "QueueArn": register.arn(world, found.kind, found.id), "Name": found.name}
        return {"Queue": {**shown, **found.body, **modified(world, found)}}

    def list_all(params: Params, _request: Request) -> Params:
        require_instance(world, params)
        wanted = params.get("QueueTypes") or ["STANDARD", "AGENT"]
        found = [(r.seq, _standard(world, r)) for r in register.all_of(world, register.QUEUE)]
        own = [(r.seq, _of_agent(world, r)) for r in register.all_of(world, register.USER)]
        entries = sorted((e for e in found + own if e[1]["QueueType"] in wanted), key=lambda e: e[0])
        queues, token = page(entries, params, MOST)
        return {"QueueSummaryList": queues, "NextToken": token}

    return {"CreateQueue": create, "DescribeQueue": describe, "ListQueues": list_all}


def _standard(world: World, queue: Resource) -> dict[str, Any]:
    return {**summary(world, queue), "QueueType": "STANDARD"}


def _of_agent(world: World, user: Resource) -> dict[str, Any]:
    """It has the id of its user, and no name."""
    arn = register.arn(world, "queue/agent", user.id)
    return {"Id": user.id, "Arn": arn, "QueueType": "AGENT", **modified(world, user)}
