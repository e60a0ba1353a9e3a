"""Persistent chat: which past contacts a chat goes on from, and their transcript behind its own.

adminguide/chat-persistence: the past is read by the NextToken of the transcript's end, scanning backward.
"""

from __future__ import annotations

import base64
import binascii
import json
from typing import Any

from connect_emulator import limits
from connect_emulator.restjson import ServiceError

from . import contacts, transcripts
from .rows import Contact, Item
from .world import World


def goes_on_from(world: World, contact: Contact, source: Contact) -> None:
    world.store.insert("continuation", initial_id=contact.initial_id, from_id=source.id)


def source_of(world: World, initial_id: str) -> str | None:
    found = world.store.value("SELECT from_id FROM continuation WHERE initial_id = ?", initial_id)
    return None if found is None else str(found)


def contacts_before(world: World, contact: Contact) -> list[str]:
    """The past contacts that can be read, the youngest first: links add up, from session to session."""
    found: list[str] = []
    next_id = source_of(world, contact.initial_id)
    while next_id and len(found) < limits.PAST_CONTACTS:
        found.append(next_id)
        segment = contacts.get(world, next_id)
        next_id = segment.previous_id or source_of(world, segment.initial_id)
    return found


def read_transcript(world: World, contact: Contact, params: dict[str, Any]) -> tuple[list[Item], str | None]:
    """One page of GetTranscript: of the chat itself, then of what it goes on from."""
    at = _read_token(params.get("NextToken"))
    if at is not None:
        _require_backward(params)
        return _page(world, contact, at, params.get("MaxResults") or limits.TRANSCRIPT_PAGE)
    page = transcripts.page_asked_for(world, contact, params)
    items, token = transcripts.read(world, page)
    if token is None and not page.forward and page.contact_id is None and contacts_before(world, contact):
        token = _write_token(transcripts.NEWEST)
    return items, token


def _page(world: World, contact: Contact, at: int, size: int) -> tuple[list[Item], str | None]:
    readable = contacts_before(world, contact)
    marks = ", ".join("?" * len(readable))
    rows = world.store.all(
        f"SELECT * FROM item WHERE contact_id IN ({marks}) AND seq <= ? ORDER BY seq DESC LIMIT ?",  # noqa: S608 -- marks
        *readable,
        at,
        size + 1,
    )
    items = [Item.of(row) for row in rows]
    return items[:size], _write_token(items[size].seq) if len(items) > size else None


def _require_backward(params: dict[str, Any]) -> None:
    if params.get("ScanDirection", "BACKWARD") != "BACKWARD" or params.get("ContactId") or params.get("StartPosition"):
        raise ServiceError(
            "ValidationException", "past contacts are read by NextToken with ScanDirection BACKWARD, and nothing else"
        )


def _write_token(seq: int) -> str:
    return base64.urlsafe_b64encode(json.dumps(["past", seq]).encode()).decode()


def _read_token(token: str | None) -> int | None:
    """None when the token is of the chat itself, or of nobody: transcripts says which."""
    try:
        word, seq = json.loads(base64.urlsafe_b64decode((token or "").encode()))
    except (ValueError, TypeError, RecursionError, binascii.Error):
        return None
    fits = word == "past" and type(seq) is int and transcripts.OLDEST <= seq <= transcripts.NEWEST
    return seq if fits else None
