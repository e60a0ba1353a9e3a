"""The transcript of a chat: items appended, read in pages, and the receipts on them."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, replace
from typing import Any

from connect_emulator import limits, undocumented
from connect_emulator.clock import iso, parse_iso
from connect_emulator.restjson import ServiceError

from . import files
from .rows import Contact, Item, Participant
from .world import World

OLDEST, NEWEST = 0, 2**62


def append(world: World, item: Item) -> None:
    columns = {name: getattr(item, name) for name in _COLUMNS}
    world.store.insert("item", **columns)


_COLUMNS = (
    "id",
    "initial_id",
    "contact_id",
    "absolute_time",
    "type",
    "content_type",
    "content",
    "participant_id",
    "role",
    "display_name",
)


@dataclass(frozen=True, slots=True)
class Page:
    """What is asked for: from `seq` (inclusive) in one direction, `size` items of one chain, or of one of its contacts."""

    initial_id: str
    contact_id: str | None
    forward: bool
    seq: int
    size: int


def page_asked_for(world: World, contact: Contact, params: dict[str, Any]) -> Page:
    contact_id = params.get("ContactId")
    if contact_id and not _in_chain(world, contact, contact_id):
        raise ServiceError(undocumented.TRANSCRIPT_OF_A_STRANGER, "this contact is not part of the chat")
    forward = params.get("ScanDirection", "BACKWARD") == "FORWARD"
    if forward and not params.get("StartPosition") and not params.get("NextToken"):
        raise ServiceError("ValidationException", "StartPosition is required when ScanDirection is FORWARD")
    size = params.get("MaxResults") or limits.TRANSCRIPT_PAGE
    if params.get("NextToken"):
        forward, seq = _read_token(params["NextToken"])
    else:
        seq = _start(world, contact, forward, params.get("StartPosition") or {})
    return Page(contact.initial_id, contact_id, forward, seq, size)


def read(world: World, page: Page) -> tuple[list[Item], str | None]:
    """The items in the direction of the scan, and the token of the next page if there is one."""
    sign, order = (">=", "ASC") if page.forward else ("<=", "DESC")
    rows = world.store.all(
        f"SELECT * FROM item WHERE initial_id = ? AND seq {sign} ?"  # noqa: S608 -- the words are ours
        f" AND (? IS NULL OR contact_id = ?) ORDER BY seq {order} LIMIT ?",
        page.initial_id,
        page.seq,
        page.contact_id,
        page.contact_id,
        page.size + 1,
    )
    items = [Item.of(row) for row in rows]
    rest = items[page.size :]
    return items[: page.size], _write_token(page.forward, rest[0].seq) if rest else None


def find(world: World, initial_id: str, item_id: str) -> Item | None:
    row = world.store.one("SELECT * FROM item WHERE initial_id = ? AND id = ?", initial_id, item_id)
    return Item.of(row) if row else None


def last_said_by_customer(world: World, contact: Contact) -> tuple[str, str] | None:
    """The content type and the content of what the customer wrote last."""
    row = world.store.one(
        "SELECT content_type, content FROM item WHERE initial_id = ? AND role = 'CUSTOMER' AND type = 'MESSAGE'"
        " ORDER BY seq DESC LIMIT 1",
        contact.initial_id,
    )
    return None if row is None else (str(row["content_type"]), str(row["content"]))


def add_receipt(world: World, item: Item, participant: Participant, column: str) -> dict[str, Any]:
    """Keeps the first time of each kind; answers MessageMetadata."""
    world.store.run(
        f"INSERT INTO receipt (item_id, participant_id, {column}) VALUES (?, ?, ?)"  # noqa: S608 -- the name is ours
        f" ON CONFLICT DO UPDATE SET {column} = coalesce({column}, excluded.{column})",
        item.id,
        participant.id,
        world.clock.now(),
    )
    return metadata(world, item)


def metadata(world: World, item: Item) -> dict[str, Any]:
    rows = world.store.all("SELECT * FROM receipt WHERE item_id = ? ORDER BY participant_id", item.id)
    return {"MessageId": item.id, "Receipts": [_receipt(row) for row in rows]}


def shown(world: World, item: Item) -> dict[str, Any]:
    """One entry of GetTranscript, with its receipts when it has any."""
    entry, receipts = with_attachments(world, item).as_transcript(), metadata(world, item)
    return {**entry, "MessageMetadata": receipts} if receipts["Receipts"] else entry


def with_attachments(world: World, item: Item) -> Item:
    if item.type != "ATTACHMENT":
        return item
    return replace(item, attachments=tuple(each.shown() for each in files.of_item(world, item.id)))


def _receipt(row: Any) -> dict[str, str]:
    receipt = {"RecipientParticipantId": row["participant_id"]}
    for member, column in (("DeliveredTimestamp", "delivered_at"), ("ReadTimestamp", "read_at")):
        if row[column] is not None:
            receipt[member] = iso(row[column])
    return receipt


def _in_chain(world: World, contact: Contact, contact_id: str) -> bool:
    sql = "SELECT 1 FROM contact WHERE id = ? AND initial_id = ?"
    return world.store.one(sql, contact_id, contact.initial_id) is not None


def _start(world: World, contact: Contact, forward: bool, position: dict[str, Any]) -> int:
    if len(position) > 1:
        raise ServiceError("ValidationException", "StartPosition takes one of Id, AbsoluteTime and MostRecent")
    if "Id" in position:
        item = find(world, contact.initial_id, position["Id"])
        if item is None:
            raise ServiceError("ValidationException", "StartPosition.Id is no item of this chat")
        return _from(item.seq, forward)
    if "AbsoluteTime" in position:
        return _at(world, contact, forward, position["AbsoluteTime"])
    if "MostRecent" in position:
        return _most_recent(world, contact, forward, position["MostRecent"])
    return OLDEST if forward else NEWEST


def _from(seq: int, forward: bool) -> int:
    if undocumented.START_POSITION_IS_INCLUSIVE:
        return seq
    return seq + 1 if forward else seq - 1


def _at(world: World, contact: Contact, forward: bool, text: str) -> int:
    try:
        time = parse_iso(text)
    except ValueError:
        raise ServiceError("ValidationException", "StartPosition.AbsoluteTime is no ISO 8601 time") from None
    pick, sign, none = ("min", ">=", NEWEST) if forward else ("max", "<=", OLDEST)
    sql = f"SELECT {pick}(seq) FROM item WHERE initial_id = ? AND absolute_time {sign} ?"  # noqa: S608 -- the words are ours
    found = world.store.value(sql, contact.initial_id, time)
    return none if found is None else _from(found, forward)


def _most_recent(world: World, contact: Contact, forward: bool, count: int) -> int:
    """The item that has `count` - 1 younger ones; none at all is after the youngest."""
    if count == 0:
        return NEWEST
    sql = "SELECT min(seq) FROM (SELECT seq FROM item WHERE initial_id = ? ORDER BY seq DESC LIMIT ?)"
    found = world.store.value(sql, contact.initial_id, count)
    return OLDEST if found is None else _from(found, forward)


def _write_token(forward: bool, seq: int) -> str:
    return base64.urlsafe_b64encode(json.dumps([forward, seq]).encode()).decode()


def _read_token(token: str) -> tuple[bool, int]:
    try:
        forward, seq = json.loads(base64.urlsafe_b64decode(token.encode()))
        if isinstance(forward, bool) and type(seq) is int and OLDEST <= seq <= NEWEST:
            return forward, seq
    except (ValueError, TypeError, RecursionError):
        pass
    raise ServiceError("ValidationException", "NextToken was not given by an earlier call")
