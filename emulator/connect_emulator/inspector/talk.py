"""A chat's transcript as bubbles: the customer's on the right, everybody else's on the left, events between them."""

from __future__ import annotations

import json
import sqlite3
from itertools import groupby

from connect_emulator.chat import EVENT
from connect_emulator.world import Contact, World

from .frame import clock_time, icon, nothing
from .markup import Markup, el, text

_MOST = 500
_ITEMS = """
SELECT * FROM (SELECT i.*, a.name AS file, a.content_type AS file_type, a.size, r.read_at, r.delivered_at
  FROM item i LEFT JOIN attachment a ON a.item_id = i.id
  LEFT JOIN (SELECT item_id, max(read_at) AS read_at, max(delivered_at) AS delivered_at FROM receipt GROUP BY item_id) r
    ON r.item_id = i.id
  WHERE i.initial_id = ? ORDER BY i.seq DESC LIMIT ?) ORDER BY seq
"""
_INTERACTIVE = "application/vnd.amazonaws.connect.message.interactive"


def talk(world: World, contact: Contact) -> Markup:
    rows = world.store.all(_ITEMS, contact.initial_id, _MOST)
    if not rows:
        return nothing("Nobody has said anything yet.")
    parts = [_event(row) if first is None else _group(items) for first, items in _runs(rows) for row in items[:1]]
    return el(
        "div", el("ol", parts, class_="talk"), class_="talk__frame", tabindex="0", role="region", aria_label="Words"
    )


def _runs(rows: list[sqlite3.Row]) -> list[tuple[str | None, list[sqlite3.Row]]]:
    """What one says in a row is one group; an event stands alone."""

    def who(row: sqlite3.Row) -> tuple[str | None, int]:
        alone = row["type"] == "EVENT"
        return (None if alone else str(row["participant_id"])), row["seq"] if alone else 0

    return [(key[0], list(items)) for key, items in groupby(rows, who)]


def _event(row: sqlite3.Row) -> Markup:
    name = row["content_type"].removeprefix(EVENT)
    by = row["display_name"] and text(el("bdi", row["display_name"]), " ", el("small", _role(row["role"])), " ")
    return el("li", by, _EVENTS.get(name, name), " ", _time(row), class_="talk__event")


_EVENTS = {
    "participant.joined": "joined",
    "participant.left": "left",
    "participant.invited": "was invited",
    "chat.ended": "The chat ended",
    "transfer.succeeded": "The chat was transferred",
    "transfer.failed": "The transfer failed",
}


def _group(items: list[sqlite3.Row]) -> Markup:
    first, last = items[0], items[-1]
    mine = first["role"] == "CUSTOMER"
    seen = "Read" if last["read_at"] else "Delivered" if last["delivered_at"] else None
    return el(
        "li",
        el("p", el("bdi", first["display_name"]), " ", el("small", _role(first["role"])), class_="talk__who"),
        [_bubble(row) for row in items],
        el("p", _time(last), seen and f" {seen}", class_="talk__meta"),
        class_="talk__group talk__group--customer" if mine else f"talk__group talk__group--{first['role'].lower()}",
    )


def _role(role: str) -> str:
    return {"SYSTEM": "flow or bot", "CUSTOM_BOT": "custom participant"}.get(role, role.lower())


def _bubble(row: sqlite3.Row) -> Markup:
    if row["type"] == "ATTACHMENT":
        size = f"{row['file_type']}, {row['size']:,} bytes" if row["file"] else "gone"
        name = el("b", el("bdi", row["file"] or "A file"))
        return el("p", icon("file"), el("span", name, el("small", size)), class_="talk__file")
    if row["content_type"].startswith(_INTERACTIVE) or row["content_type"] == "application/json":
        return el("pre", _pretty(row["content"] or ""), class_="talk__json", tabindex="0")
    return el("p", row["content"] or "", class_="talk__bubble", dir="auto")


def _pretty(content: str) -> str:
    try:
        return json.dumps(json.loads(content), indent=1, ensure_ascii=False)
    except (ValueError, RecursionError):
        return content


def _time(row: sqlite3.Row) -> Markup:
    return clock_time(row["absolute_time"])
