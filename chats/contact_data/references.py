"""What a contact refers to (ListContactReferences): links, dates, files; fetched again when somebody looks."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence

from django.db import transaction

from chats import connect, participation, realtime, refused_calls, wire
from chats.db import db_read, db_write

REFUSED_PAUSE = 600.0  # seconds: a role that lacks the permission is not asked for it at every click
log = logging.getLogger(__name__)
_asked_again_at = 0.0


async def refresh(contact_id: str) -> bool:
    """Ask Connect what the contact refers to; True when it was something else than we knew.

    Never called by a socket handler that waits: a failure is only logged, what we knew stays.
    """
    initial = await db_read(participation.initial_contact_id)(contact_id)
    if not initial or time.monotonic() < _asked_again_at:
        return False
    try:
        found = await _ask(contact_id, initial)
    except connect.Refused as error:
        _rest(error)
        await refused_calls.keep(error)
        return False
    except connect.Unavailable as error:
        log.info("the references of a contact could not be read again: %s", error)
        return False
    return await db_write(save)(contact_id, found)


async def _ask(contact_id: str, initial: str) -> list[dict[str, str]]:
    """The API's words are "the initial contact", but each contact of a chain may have its own: those go first."""
    found = await _listed(contact_id)
    return found if found or contact_id == initial else await _listed(initial)


async def _listed(contact_id: str) -> list[dict[str, str]]:
    """Everything comes at once (API_ListContactReferences: the next token is always null), six types at most."""
    kinds = list(wire.REFERENCES.values())
    answer = await connect.control("list_contact_references", ContactId=contact_id, ReferenceTypes=kinds)
    return wire.listed_references(answer.get("ReferenceSummaryList"))


def _rest(error: connect.Refused) -> None:
    """Without the permission the desk does without, as before it was asked for: not asked for at every click."""
    global _asked_again_at
    log.info("the references of a contact could not be read again: %s", error)
    if error.permission:
        _asked_again_at = time.monotonic() + REFUSED_PAUSE


@transaction.atomic
def save(contact_id: str, references: Sequence[dict[str, str]]) -> bool:
    """Connect's list is the whole of it. The same again changes nothing."""
    contact = participation.lock_contact(contact_id)
    if contact.references == list(references):
        return False
    contact.references = list(references)
    contact.changed()
    realtime.publish(contact)
    return True
