"""What Connect tells the world: SNS posts, and contact events, records and transcripts that are still to be told."""

from __future__ import annotations

import json
import sqlite3
from typing import Any

from connect_emulator.chat import EVENT
from connect_emulator.restjson import Response
from connect_emulator.world import World

from .frame import code, contact_link, due_outside, head, nobody, nothing, page, section, table, tag, when
from .markup import Markup, el, text

_MOST = 200
_POSTS = (
    "SELECT d.*, s.topic_arn, s.endpoint FROM delivery d JOIN subscription s ON s.arn = d.subscription_arn"
    " {where} ORDER BY d.seq DESC LIMIT ?"
)
_STATES = {"DELIVERED": "ok", "PENDING": "warn", "FAILED": "bad"}


def respond(world: World) -> Response:
    posts, untold = world.store.all(_POSTS.format(where=""), _MOST), _untold(world)
    return page(
        world,
        "deliveries",
        "Deliveries",
        head("Deliveries", lead="What Connect tells the world: message streaming by SNS, contact events and records."),
        section("Subscriptions", _subscriptions(world)),
        section("Still to be told", untold, count=None) if untold else None,
        section("Posts", shown(world, posts) if posts else nothing("Nothing was posted yet."), count=len(posts)),
    )


def of_contact(world: World, initial_id: str) -> list[sqlite3.Row]:
    """Those of a whole chat; they are few enough to be looked through."""
    where = "WHERE d.kind = 'Notification' AND instr(d.message, ?)"
    return world.store.all(_POSTS.format(where=where), initial_id, _MOST)


def shown(world: World, posts: list[sqlite3.Row], *, linked: bool = True) -> Markup:
    heads = ["When", "What", *(["Contact"] if linked else []), "To", "State", "Answer"]
    rows: list[list[object]] = [
        [
            when(post["published_at"] + world.clock.offset),
            _what(post),
            *([_contact(world, post)] if linked else []),
            code(_place(post["endpoint"]), 40),
            _state(post),
            _answer(world, post),
        ]
        for post in posts
    ]
    return table(heads, rows, "Posts")


def _message(post: sqlite3.Row) -> dict[str, Any]:
    try:
        found = json.loads(post["message"])
    except ValueError:  # the text of a confirmation
        return {}
    return found if isinstance(found, dict) else {}


def _what(post: sqlite3.Row) -> Markup:
    """Streaming has items, the others what EventBridge and contact records are called."""
    if post["kind"] != "Notification":
        return text("Asked to confirm")
    message = _message(post)
    of = str(message.get("ContentType") or "").removeprefix(EVENT)
    kind = str(message.get("Type") or message.get("detail-type") or "Contact record").capitalize()
    return el("span", kind, of and el("small", of), class_="what")


def _contact(world: World, post: sqlite3.Row) -> Markup:
    message = _message(post)
    found = message.get("ContactId") or (message.get("detail") or {}).get("contactId")
    return contact_link(world, str(found)) if found else nobody()


def _place(endpoint: str) -> str:
    """An endpoint without its query, where a secret might be."""
    return endpoint.partition("?")[0]


def _state(post: sqlite3.Row) -> Markup:
    return tag(post["state"].lower(), _STATES[post["state"]])


def _answer(world: World, post: sqlite3.Row) -> Markup:
    tries = post["attempts"] > 1 and el("small", f"{post['attempts']} tries")
    again = post["next_at"] is not None and post["attempts"] and text(" again ", due_outside(world, post["next_at"]))
    return el("span", post["note"] or nobody(), tries, again, class_="what")


def _subscriptions(world: World) -> Markup:
    rows = world.store.all("SELECT topic_arn, endpoint, confirmed FROM subscription ORDER BY topic_arn, endpoint")
    if not rows:
        return nothing("Nobody has subscribed to a topic.")
    return table(
        ["Topic", "Endpoint", "State"],
        [
            [
                code(row["topic_arn"].rpartition(":")[2]),
                code(_place(row["endpoint"]), 60),
                tag("confirmed", "ok") if row["confirmed"] else tag("not confirmed yet", "warn"),
            ]
            for row in rows
        ],
        "Subscriptions",
    )


def _untold(world: World) -> Markup | None:
    rows = world.store.all("SELECT * FROM untold ORDER BY seq LIMIT ?", _MOST)
    if not rows:
        return None
    return table(
        ["What", "Contact", "Since", "Tries"],
        [
            [
                row["what"],
                contact_link(world, row["contact_id"]),
                when(row["since"] + world.clock.offset),
                row["attempts"],
            ]
            for row in rows
        ],
        "Still to be told",
    )
