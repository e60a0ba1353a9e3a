"""One contact: what was said in its chat, its way through its flows, its timers, and what the world was told of it."""

from __future__ import annotations

import sqlite3
from itertools import groupby

from connect_emulator.flows.engine import Engine
from connect_emulator.flows.undone import why_left
from connect_emulator.restjson import Response
from connect_emulator.world import Contact, World, contacts, participants, register

from . import deadlines, flows, told
from .drawing import Way, drawn
from .frame import ROOT, code, due, head, icon, nothing, page, section, span, tag, when
from .markup import Markup, el, text
from .talk import talk

_STEPS = 400  # of a path; a loop may make many
_STANDS = {"WAITING": "waits", "CALLING": "asks"}


def respond(world: World, engine: Engine, contact_id: str) -> Response | None:
    contact = contacts.find(world, contact_id)
    if contact is None:
        return None
    name = _customer(world, contact)
    timers, posts = deadlines.pending(world, contact.initial_id), told.of_contact(world, contact.initial_id)
    way = section("Flow", _flows(world, engine, contact), class_="part--flow")
    running = section(
        "Timers",
        deadlines.shown(world, timers, linked=False) if timers else nothing("No timer runs for this chat."),
        count=len(timers),
    )
    posted = section(
        "Deliveries",
        told.shown(world, posts, linked=False) if posts else nothing("Nothing of this chat was posted."),
        count=len(posts),
    )
    said = section("Transcript", talk(world, contact), class_="part--talk")
    return page(
        world,
        "",
        name,
        el("p", el("a", icon("back"), "Contacts", href=ROOT), class_="up"),
        head(el("bdi", name), _facts(world, contact), _segments(world, contact)),
        el("div", said, el("div", way, running, posted, class_="aside"), class_="split"),
    )


def _customer(world: World, contact: Contact) -> str:
    sql = (
        "SELECT p.display_name FROM contact c JOIN participant p ON p.contact_id = c.id"
        " WHERE c.initial_id = ? AND p.role = 'CUSTOMER'"
    )
    return str(world.store.value(sql, contact.initial_id) or "Somebody")


def _facts(world: World, contact: Contact) -> Markup:
    ended = contact.ended_at
    lasts = span((ended or world.clock.now()) - contact.initiated_at)
    state = tag((contact.end_reason or "").lower().replace("_", " ")) if ended else tag("open", "ok")
    queue = contact.queue_id and register.find(world, register.QUEUE, contact.queue_id)
    given = [
        ("State", state),
        ("Contact", code(contact.id)),
        ("Began", text(when(contact.initiated_at), f", {contact.initiation_method.lower()}")),
        ("Lasts" if not ended else "Lasted", lasts),
        ("Queue", queue.name if queue else None),
        ("In it", _people(world, contact)),
        ("Attributes", _attributes(contacts.attributes(world, contact.initial_id))),
    ]
    return el("dl", [el("div", el("dt", name), el("dd", what)) for name, what in given if what], class_="facts")


def _people(world: World, contact: Contact) -> Markup | None:
    names = [
        text(el("bdi", p.display_name), " ", el("small", p.role.lower().replace("_", " ")))
        for p in participants.present(world, contact)
        if p.connected
    ]
    return text([text(", " if n else "", name) for n, name in enumerate(names)]) if names else None


def _attributes(given: dict[str, str]) -> Markup | None:
    if not given:
        return None
    pairs = [el("li", el("b", name), " ", el("bdi", value)) for name, value in sorted(given.items())]
    return el("ul", pairs, class_="pairs")


def _segments(world: World, contact: Contact) -> Markup | None:
    """The other contacts of the same chat, if there are any."""
    sql = "SELECT id, initiation_method FROM contact WHERE initial_id = ? ORDER BY initiated_at, previous_id IS NOT NULL, id"
    rows = world.store.all(sql, contact.initial_id)
    if len(rows) < 2:
        return None
    links = [
        el(
            "a",
            f"{n}. {row['initiation_method'].lower().replace('_', ' ')}",
            href=f"{ROOT}contact/{row['id']}",
            aria_current="true" if row["id"] == contact.id else None,
        )
        for n, row in enumerate(rows, 1)
    ]
    return el("nav", links, class_="choice", aria_label="Contacts of this chat")


def _flows(world: World, engine: Engine, contact: Contact) -> Markup:
    sql = "SELECT * FROM (SELECT * FROM path WHERE contact_id = ? ORDER BY seq DESC LIMIT ?) ORDER BY seq"
    path = world.store.all(sql, contact.id, _STEPS)
    if not path:
        return nothing("The flow begins when the customer has connected.")
    now = world.store.one("SELECT * FROM execution WHERE contact_id = ?", contact.id)
    legs = [(flow_id, list(steps)) for flow_id, steps in groupby(path, key=lambda row: str(row["flow_id"]))]
    drawings = [_flow(world, engine, flow_id, legs, now) for flow_id in dict.fromkeys(leg[0] for leg in legs)]
    return text(_stands(world, now), drawings, _path(engine, path))


def _stands(world: World, now: sqlite3.Row | None) -> Markup | None:
    if now is None:
        return None
    until = now["deadline"] is not None and text(", goes on ", due(world, now["deadline"]))
    return el("p", f"It {_STANDS[now['phase']]} at ", el("b", now["action_id"]), until, ".", class_="part__lead")


def _flow(
    world: World, engine: Engine, flow_id: str, legs: list[tuple[str, list[sqlite3.Row]]], now: sqlite3.Row | None
) -> Markup:
    known, flow = flows.find(world, flow_id), engine.flows.get(flow_id)
    name = known.name if known else flow_id
    link = el("h3", el("a", name, href=f"{ROOT}flow/{flow_id}"))
    if flow is None:
        return text(link, nothing("This flow is no longer there."))
    # A gap between two visits of the same flow is no step that was taken: nothing leads from None, or to it.
    taken = [step for leg_id, steps in legs if leg_id == flow_id for step in [*(s["action_id"] for s in steps), None]]
    here = now["action_id"] if now and now["flow_id"] == flow_id else None
    return text(link, drawn(flow, Way(tuple(taken), here, _STANDS[now["phase"]] if now else ""), name))


def _path(engine: Engine, path: list[sqlite3.Row]) -> Markup:
    """The same in words: for whoever sees no picture, for the times, and for what was not carried out."""
    steps = [el("li", el("b", row["action_id"]), " ", when(row["at"]), _left(engine, row)) for row in path]
    return el(
        "details", el("summary", f"The way in words, {len(path)} steps"), el("ol", steps), class_="steps", id="way"
    )


def _left(engine: Engine, row: sqlite3.Row) -> Markup | None:
    """Why a chat left this action by its error branch, as the flow is now."""
    flow = engine.flows.get(row["flow_id"])
    action = flow.actions.get(row["action_id"]) if flow else None
    why = why_left(action) if action else None
    return el("p", f"Not carried out in a chat: {why}", class_="steps__left") if why else None
