"""Routing profiles: which queues an agent serves, and how many contacts at once; and the names of security profiles."""

from __future__ import annotations

from typing import Any

from connect_emulator import limits
from connect_emulator.restjson import Handler, Params, Request, ServiceError
from connect_emulator.world import World, register
from connect_emulator.world.register import Resource

from .paging import page
from .shown import given, listed, modified, require_instance


def handlers(world: World) -> dict[str, Handler]:
    def create(params: Params, _request: Request) -> Params:
        require_instance(world, params)
        if "ManualAssignmentQueueConfigs" in params:
            raise ServiceError("NotImplementedException", "ManualAssignmentQueueConfigs is not emulated")
        _require_concurrencies(params["MediaConcurrencies"])
        configs = [_config(world, config) for config in params.get("QueueConfigs", ())]
        default = register.get(world, register.QUEUE, params["DefaultOutboundQueueId"])
        body = {**given(params), "QueueConfigs": configs, "DefaultOutboundQueueId": default.id}
        made = register.add(world, register.ROUTING_PROFILE, params["Name"], body)
        return {"RoutingProfileId": made.id, "RoutingProfileArn": register.arn(world, made.kind, made.id)}

    def describe(params: Params, _request: Request) -> Params:
        require_instance(world, params)
        found = register.get(world, register.ROUTING_PROFILE, params["RoutingProfileId"])
        return {"RoutingProfile": _shown(world, found)}

    def list_all(params: Params, _request: Request) -> Params:
        require_instance(world, params)
        return listed(world, params, "RoutingProfileSummaryList", register.all_of(world, register.ROUTING_PROFILE))

    def list_queues(params: Params, _request: Request) -> Params:
        require_instance(world, params)
        found = register.get(world, register.ROUTING_PROFILE, params["RoutingProfileId"])
        entries = [(n, _queue(world, config)) for n, config in enumerate(found.body["QueueConfigs"])]
        queues, token = page(entries, params, 100)
        return {"RoutingProfileQueueConfigSummaryList": queues, "NextToken": token, **modified(world, found)}

    def list_security_profiles(params: Params, _request: Request) -> Params:
        require_instance(world, params)
        return listed(world, params, "SecurityProfileSummaryList", register.all_of(world, register.SECURITY_PROFILE))

    return {
        "CreateRoutingProfile": create,
        "DescribeRoutingProfile": describe,
        "ListRoutingProfiles": list_all,
        "ListRoutingProfileQueues": list_queues,
        "ListSecurityProfiles": list_security_profiles,
    }


def _require_concurrencies(concurrencies: list[dict[str, Any]]) -> None:
    """API_MediaConcurrency: 1 for VOICE, 1 to 10 for the others, each channel once."""
    channels = [concurrency["Channel"] for concurrency in concurrencies]
    if not channels or len(set(channels)) != len(channels):
        raise ServiceError("InvalidParameterException", "MediaConcurrencies needs each Channel once, and one at least")
    for concurrency in concurrencies:
        most = limits.CONCURRENCY[concurrency["Channel"]]
        if not 1 <= concurrency.get("Concurrency", 1) <= most:
            raise ServiceError(
                "InvalidParameterException", f"Concurrency of {concurrency['Channel']} must be from 1 to {most}"
            )


def _config(world: World, config: dict[str, Any]) -> dict[str, Any]:
    """With the id of the queue, where its ARN was given."""
    reference = config["QueueReference"]
    queue = register.get(world, register.QUEUE, reference["QueueId"])
    return {**config, "QueueReference": {**reference, "QueueId": queue.id}}


def _queue(world: World, config: dict[str, Any]) -> dict[str, Any]:
    reference = config["QueueReference"]
    queue = register.get(world, register.QUEUE, reference["QueueId"])
    return {
        "QueueId": queue.id,
        "QueueArn": register.arn(world, queue.kind, queue.id),
        "QueueName": queue.name,
        "Priority": config["Priority"],
        "Delay": config["Delay"],
        "Channel": reference["Channel"],
    }


def _shown(world: World, profile: Resource) -> dict[str, Any]:
    users = [user for user in register.all_of(world, register.USER) if user.body["RoutingProfileId"] == profile.id]
    queues = {config["QueueReference"]["QueueId"] for config in profile.body["QueueConfigs"]}
    return {
        "InstanceId": world.instance.id,
        "RoutingProfileId": profile.id,
        "RoutingProfileArn": register.arn(world, profile.kind, profile.id),
        "Name": profile.name,
        "AgentAvailabilityTimer": "TIME_SINCE_LAST_ACTIVITY",
        **{name: value for name, value in profile.body.items() if name != "QueueConfigs"},
        "NumberOfAssociatedQueues": len(queues),
        "NumberOfAssociatedUsers": len(users),
        "AssociatedQueueIds": sorted(queues),
        **modified(world, profile),
    }
