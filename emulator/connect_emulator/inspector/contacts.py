"""All contacts, the youngest first: filtered by how they stand, searched by ids, names and words."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from urllib.parse import urlencode

from connect_emulator.restjson import Response
from connect_emulator.world import World

from .frame import ROOT, code, head, icon, nothing, page, span, table, tag, when
from .markup import Markup, el, text

_MOST = 100
_STATES = {"": "All", "open": "Open", "waiting": "In a queue", "ended": "Ended"}
_STATE = {
    "": "1",
    "open": "c.ended_at IS NULL",
    "waiting": "q.contact_id IS NOT NULL",
    "ended": "c.ended_at IS NOT NULL",
}
_FOUND = r"""
(c.id LIKE ? ESCAPE '\' OR c.initial_id LIKE ? ESCAPE '\' OR p.display_name LIKE ? ESCAPE '\' OR f.name LIKE ? ESCAPE '\'
  OR EXISTS (SELECT 1 FROM item i WHERE i.contact_id = c.id AND i.content LIKE ? ESCAPE '\'))
"""
_FROM = """
FROM contact c
LEFT JOIN participant p ON p.id = (SELECT x.id FROM contact k JOIN participant x ON x.contact_id = k.id
  WHERE k.initial_id = c.initial_id AND x.role = 'CUSTOMER' LIMIT 1)
LEFT JOIN execution e ON e.contact_id = c.id
LEFT JOIN resource f ON f.kind = 'contact-flow' AND f.id = coalesce(e.flow_id, c.flow_id)
LEFT JOIN queued q ON q.contact_id = c.id AND q.left_at IS NULL
LEFT JOIN resource w ON w.kind = 'queue' AND w.id = q.queue_id
"""
_COLUMNS = """
SELECT c.id, c.initial_id, c.initiated_at, c.ended_at, c.end_reason, c.connected_at, c.initiation_method,
  p.display_name, f.name AS flow, e.action_id, e.phase, q.queue_id, w.name AS queue,
  (SELECT count(*) FROM item i WHERE i.contact_id = c.id AND i.type != 'EVENT') AS said
"""


def respond(world: World, query: Mapping[str, str]) -> Response:
    words = query.get("q", "").strip()[:200]
    state = query.get("state", "") if query.get("state") in _STATES else ""
    where = f"WHERE {_STATE[state]}" + (f" AND {_FOUND}" if words else "")
    values = [f"%{_escaped(words)}%"] * where.count("?")
    rows = world.store.all(f"{_COLUMNS}{_FROM}{where} ORDER BY c.initiated_at DESC, c.id LIMIT {_MOST}", *values)
    count = int(world.store.value(f"SELECT count(*) {_FROM}{where}", *values))
    open_now = int(world.store.value("SELECT count(*) FROM contact WHERE ended_at IS NULL"))
    in_all = int(world.store.value("SELECT count(*) FROM contact"))
    return page(
        world,
        "",
        "Contacts",
        head("Contacts", lead=f"{open_now} open, {in_all} in all"),
        _filters(words, state),
        _table(world, rows, count) if rows else nothing(_none(words, state)),
    )


def _escaped(words: str) -> str:
    return words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _none(words: str, state: str) -> str:
    if words:
        return "No contact has these words in its id, its customer's name, its flow or its transcript."
    return (
        "There is no such contact now."
        if state
        else "Nobody has begun a chat yet. “Start a chat” opens a customer's page."
    )


def _filters(words: str, state: str) -> Markup:
    found = el(
        "form",
        el("label", icon("search"), el("span", "Search contacts", class_="unseen"), for_="q"),
        el(
            "input",
            type="search",
            id="q",
            name="q",
            value=words,
            placeholder="Id, customer, flow, words",
            autocomplete="off",
        ),
        state and el("input", type="hidden", name="state", value=state),
        el("button", "Search", class_="button"),
        class_="search",
        role="search",
        action=ROOT,
        data_search=True,
    )
    choices = [
        el("a", words_, href=_link(words, name), aria_current="true" if name == state else None)
        for name, words_ in _STATES.items()
    ]
    return el("div", found, el("nav", choices, class_="choice", aria_label="State"), class_="filters")


def _link(words: str, state: str) -> str:
    given = {name: value for name, value in (("q", words), ("state", state)) if value}
    return ROOT + (f"?{urlencode(given)}" if given else "")


def _table(world: World, rows: list[sqlite3.Row], count: int) -> Markup:
    shown = table(
        ["Customer", "State", "Where it stands", "Messages", "Lasts", "Began"],
        [
            [_who(row), state_tag(row), stands(row), row["said"], _lasts(world, row), when(row["initiated_at"])]
            for row in rows
        ],
        "Contacts",
        [row["id"] for row in rows],
    )
    more = count > len(rows) and el("p", f"The youngest {len(rows)} of {count}. Search for the others.", class_="more")
    return text(shown, more)


def _who(row: sqlite3.Row) -> Markup:
    name = el("a", el("bdi", row["display_name"] or "Somebody"), href=f"{ROOT}contact/{row['id']}", class_="name")
    segment = row["initiation_method"] not in {"API", "CHAT"} and tag(row["initiation_method"].lower())
    return el("div", name, segment, code(row["id"], 8), class_="who")


def state_tag(row: sqlite3.Row) -> Markup:
    if row["ended_at"] is not None:
        return tag(_plain(row["end_reason"] or "ended"))
    if row["connected_at"] is None:
        return tag("not connected yet", "warn")
    return tag("in a queue", "warn") if row["queue_id"] else tag("open", "ok")


def _plain(reason: str) -> str:
    return reason.lower().replace("_", " ")


def stands(row: sqlite3.Row) -> Markup:
    if row["action_id"]:
        does = "asks a Lambda at" if row["phase"] == "CALLING" else "waits at"
        return el("span", f"{row['flow']}: {does} ", el("b", row["action_id"]), class_="stands")
    if row["queue_id"]:
        return el("span", row["queue"] or row["queue_id"], class_="stands")
    return el("span", row["flow"] or "", class_="stands is-past")


def _lasts(world: World, row: sqlite3.Row) -> Markup:
    if row["ended_at"] is not None:
        return text(span(row["ended_at"] - row["initiated_at"]))
    since = row["initiated_at"] - world.clock.offset
    return el("time", span(world.clock.now() - row["initiated_at"]), data_since=since)
