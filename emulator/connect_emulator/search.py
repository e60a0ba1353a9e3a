"""SearchContacts: the contacts of a time that fit every criterion, sorted, in pages."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from connect_emulator import undocumented
from connect_emulator.administration.shown import require_instance
from connect_emulator.clock import moment
from connect_emulator.instance import last_part
from connect_emulator.restjson import Handler, Params, Request, ServiceError
from connect_emulator.world import Contact, World, agents, contacts, details

Criterion = Callable[[World, Contact, Any], bool]
_PAGE = 100


def handlers(world: World) -> dict[str, Handler]:
    def search_contacts(params: Params, _request: Request) -> Params:
        require_instance(world, params)
        criteria = params.get("SearchCriteria", {})
        _require_known(criteria)
        _require_forward(params["TimeRange"])
        found = [c for c in _all(world) if _within(world, c, params["TimeRange"]) and _fits(world, c, criteria)]
        page, token = _page(_sorted(world, found, params.get("Sort")), params)
        return {"Contacts": [_summary(world, c) for c in page], "NextToken": token, "TotalCount": len(found)}

    return {"SearchContacts": search_contacts}


def _all(world: World) -> list[Contact]:
    return [Contact.of(row) for row in world.store.all("SELECT * FROM contact")]


def _time(world: World, contact: Contact, kind: str) -> int | None:
    """In milliseconds; nothing here was ever scheduled."""
    if kind == "CONNECTED_TO_AGENT_TIMESTAMP":
        served = agents.served(world, contact.id)
        return served.connected_at if served else None
    times = {
        "INITIATION_TIMESTAMP": contact.initiated_at,
        "DISCONNECT_TIMESTAMP": contact.ended_at,
        "ENQUEUE_TIMESTAMP": contact.queued_at,
        "EXPIRY_TIMESTAMP": contact.expires_at,
    }
    return times.get(kind)


def _within(world: World, contact: Contact, wanted: Params) -> bool:
    time = _time(world, contact, wanted["Type"])
    return time is not None and _ms(wanted["StartTime"]) <= time <= _ms(wanted["EndTime"])


def _ms(time: datetime) -> int:
    return int(time.timestamp() * 1000)


def _require_forward(wanted: Params) -> None:
    if wanted["EndTime"] < wanted["StartTime"]:
        raise ServiceError("InvalidParameterException", "TimeRange.EndTime must not be before StartTime")


def _require_known(criteria: Params) -> None:
    unknown = sorted(set(criteria) - set(_CRITERIA))
    if unknown:
        raise ServiceError("NotImplementedException", f"SearchCriteria.{unknown[0]} is not emulated")
    for criterion in criteria.get("AdditionalTimeRange", {}).get("Criteria", ()):
        if len(criterion) != 1:
            raise ServiceError(
                "InvalidParameterException", "a criterion of AdditionalTimeRange is a TimeRange or a TimestampCondition"
            )


def _fits(world: World, contact: Contact, criteria: Params) -> bool:
    return all(_CRITERIA[name](world, contact, wanted) for name, wanted in criteria.items())


def _by_name(world: World, contact: Contact, wanted: Params) -> bool:
    name = (details.of_contact(world, contact.id).name or "").lower()
    texts = [text.lower() for text in wanted["SearchText"]]
    if wanted["MatchType"] == "MATCH_EXACT":
        return name in texts
    return _match(wanted["MatchType"], [text in name for text in texts])


def _by_attributes(world: World, contact: Contact, wanted: Params) -> bool:
    attributes = contacts.attributes(world, contact.initial_id)
    held = [attributes.get(criterion["Key"]) in criterion["Values"] for criterion in wanted["Criteria"]]
    return _match(wanted.get("MatchType", "MATCH_ALL"), held)


def _by_segment_attributes(_world: World, contact: Contact, wanted: Params) -> bool:
    texts = {key: value.get("ValueString") for key, value in contact.segment_attributes.items()}
    held = [texts.get(criterion["Key"]) in criterion["Values"] for criterion in wanted["Criteria"]]
    return _match(wanted.get("MatchType", "MATCH_ALL"), held)


def _by_other_times(world: World, contact: Contact, wanted: Params) -> bool:
    held = [
        _within(world, contact, criterion["TimeRange"])
        if "TimeRange" in criterion
        else _time(world, contact, criterion["TimestampCondition"]["Type"])
        is None  # NOT_EXISTS, the only condition there is
        for criterion in wanted["Criteria"]
    ]
    return _match(wanted["MatchType"], held)


def _queue(contact: Contact) -> str | None:
    """Of a contact that was queued; one that carries a working queue along was not yet."""
    return last_part(contact.queue_id) if contact.queue_id and contact.queued_at is not None else None


def _agent(world: World, contact: Contact) -> str | None:
    served = agents.served(world, contact.id)
    return served.user_id if served else None


def _match(kind: str, held: list[bool]) -> bool:
    return {"MATCH_ANY": any(held), "MATCH_NONE": not any(held)}.get(kind, all(held))


_CRITERIA: Mapping[str, Criterion] = {
    "Name": _by_name,
    "Channels": lambda _world, _contact, wanted: not wanted or "CHAT" in wanted,
    "InitiationMethods": lambda _world, contact, wanted: not wanted or contact.initiation_method in wanted,
    "QueueIds": lambda _world, contact, wanted: not wanted or _queue(contact) in {last_part(queue) for queue in wanted},
    "AgentIds": lambda world, contact, wanted: (
        not wanted or _agent(world, contact) in {last_part(user) for user in wanted}
    ),
    "AdditionalTimeRange": _by_other_times,
    "SearchableContactAttributes": _by_attributes,
    "SearchableSegmentAttributes": _by_segment_attributes,
}


def _sorted(world: World, found: list[Contact], sort: Params | None) -> list[tuple[list[Any], Contact]]:
    """Each with its place: what it is sorted by, and its id, which settles what is equal."""
    field = sort["FieldName"] if sort else undocumented.SEARCH_ORDER[0]
    order = sort["Order"] if sort else undocumented.SEARCH_ORDER[1]
    placed = [([_sort_value(world, contact, field), contact.id], contact) for contact in found]
    return sorted(placed, key=lambda entry: entry[0], reverse=order == "DESCENDING")


def _sort_value(world: World, contact: Contact, field: str) -> Any:
    if field in {"INITIATION_METHOD", "CHANNEL"}:
        return contact.initiation_method if field == "INITIATION_METHOD" else "CHAT"
    time = _time(world, contact, field)
    return -1 if time is None else time


def _page(placed: list[tuple[list[Any], Contact]], params: Params) -> tuple[list[Contact], str | None]:
    size, begin = params.get("MaxResults") or _PAGE, 0
    if "NextToken" in params:
        last = _read_token(params["NextToken"])
        begin = next((n for n, (place, _) in enumerate(placed, start=1) if place == last), None) or _lost(placed, last)
    page = placed[begin : begin + size]
    more = len(placed) > begin + size
    return [contact for _, contact in page], _write_token(page[-1][0]) if more else None


def _lost(placed: list[tuple[list[Any], Contact]], last: list[Any]) -> int:
    """The contact a page ended with has changed since: its id alone tells where to go on."""
    found = next((n for n, (place, _) in enumerate(placed, start=1) if place[1] == last[1]), None)
    if found is None:
        raise ServiceError("InvalidParameterException", "NextToken was not given by an earlier call of this search")
    return found


def _write_token(place: list[Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(place).encode()).decode()


def _read_token(token: str) -> list[Any]:
    try:
        place = json.loads(base64.urlsafe_b64decode(token.encode()))
    except (ValueError, RecursionError, binascii.Error):
        place = None
    return place if isinstance(place, list) and len(place) == 2 else [None, None]


def _summary(world: World, contact: Contact) -> dict[str, Any]:
    queue, served = _queue(contact), agents.served(world, contact.id)
    return {
        "Arn": world.instance.contact_arn(contact.id),
        "Id": contact.id,
        "InitialContactId": contact.initial_id if contact.initial_id != contact.id else None,
        "PreviousContactId": contact.previous_id,
        "InitiationMethod": contact.initiation_method,
        "Channel": "CHAT",
        "QueueInfo": {"Id": queue, "EnqueueTimestamp": moment(contact.queued_at or 0)} if queue else None,
        "AgentInfo": served and {"Id": served.user_id, "ConnectedToAgentTimestamp": moment(served.connected_at or 0)},
        "InitiationTimestamp": moment(contact.initiated_at),
        "DisconnectTimestamp": None if contact.ended_at is None else moment(contact.ended_at),
        "SegmentAttributes": _shown_segment_attributes(contact),
        "Name": details.of_contact(world, contact.id).name,
    }


def _shown_segment_attributes(contact: Contact) -> dict[str, Any]:
    """The shape of a search result has text and maps only."""
    kept = {
        key: {n: v for n, v in value.items() if n == "ValueString"} for key, value in contact.segment_attributes.items()
    }
    return {key: value for key, value in kept.items() if value}
