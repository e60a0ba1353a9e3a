"""Hours of operation: when a queue is open."""

from __future__ import annotations

import zoneinfo

from connect_emulator.restjson import Handler, Params, Request, ServiceError
from connect_emulator.world import World, register

from .shown import given, listed, modified, require_instance


def handlers(world: World) -> dict[str, Handler]:
    def create(params: Params, _request: Request) -> Params:
        require_instance(world, params)
        if params.get("ParentHoursOfOperationConfigs"):
            raise ServiceError("NotImplementedException", "ParentHoursOfOperationConfigs is not emulated")
        _require_zone(params["TimeZone"])
        made = register.add(world, register.HOURS, params["Name"], given(params, "ParentHoursOfOperationConfigs"))
        return {"HoursOfOperationId": made.id, "HoursOfOperationArn": register.arn(world, made.kind, made.id)}

    def describe(params: Params, _request: Request) -> Params:
        require_instance(world, params)
        found = register.get(world, register.HOURS, params["HoursOfOperationId"])
        shown = {
            "HoursOfOperationId": found.id,
            "HoursOfOperationArn": register.arn(world, found.kind, found.id),
            "Name": found.name,
            **found.body,
            **modified(world, found),
        }
        return {"HoursOfOperation": shown}

    def list_all(params: Params, _request: Request) -> Params:
        require_instance(world, params)
        return listed(world, params, "HoursOfOperationSummaryList", register.all_of(world, register.HOURS))

    return {
        "CreateHoursOfOperation": create,
        "DescribeHoursOfOperation": describe,
        "ListHoursOfOperations": list_all,
    }


def _require_zone(name: str) -> None:
    if name not in zoneinfo.available_timezones():
        raise ServiceError("InvalidParameterException", "TimeZone must be a name of the tz database: Europe/Berlin")
