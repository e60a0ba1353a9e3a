"""Commands on a contact as a whole: its offer, its end, which one is in view. agents/routing decides what may happen."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from django.utils import timezone

from agents import routing
from agents.desk import lookups, viewing
from agents.protocol import (
    ClearContact,
    ContactParams,
    OfferSeen,
    RelayContact,
    RelayedQueue,
    RelayedReference,
    SaveWrapUp,
    ViewContact,
)
from agents.routing import relayed_contacts
from chats import wire
from chats.contact_data import attributes, references
from chats.db import db_read, db_write

from .command import Caller

DETAILS_EVERY = 10.0  # seconds: GetContactAttributes and ListContactReferences are control APIs, about 2 a second each


async def accept(caller: Caller, params: ContactParams) -> None:
    await db_write(routing.accept)(caller.at_desk, params.contact_id, timezone.now())
    await db_write(viewing.view_contact)(caller.user.pk, params.contact_id)


async def take(caller: Caller, params: ContactParams) -> None:
    """A contact whose offer the agent missed, and that waits still."""
    await db_write(routing.take_missed)(caller.at_desk, params.contact_id, timezone.now())
    await db_write(viewing.view_contact)(caller.user.pk, params.contact_id)


async def reject(caller: Caller, params: ContactParams) -> None:
    await db_write(routing.reject)(caller.at_desk, params.contact_id, timezone.now())
    await db_write(viewing.view_next)(caller.user.pk, closed=params.contact_id)


async def end(caller: Caller, params: ContactParams) -> None:
    await db_write(routing.end)(caller.at_desk, params.contact_id, timezone.now())


async def clear(caller: Caller, params: ClearContact) -> None:
    """After contact work is done."""
    await db_write(routing.clear)(
        caller.at_desk, params.contact_id, timezone.now(), disposition=params.disposition or "", note=params.note
    )
    await db_write(viewing.view_next)(caller.user.pk, closed=params.contact_id)


async def save_wrap_up(caller: Caller, params: SaveWrapUp) -> None:
    """After contact work as it is begun."""
    await db_write(routing.save_wrap_up)(caller.at_desk, params.contact_id, params.disposition, params.note)


async def offer_seen(caller: Caller, params: OfferSeen) -> None:
    await db_write(routing.offer_seen)(caller.at_desk.pk, params.contact_id, params.visible, timezone.now())


async def view(caller: Caller, params: ViewContact) -> None:
    await db_write(viewing.view_contact)(caller.user.pk, params.contact_id)


async def relay(caller: Caller, params: RelayContact) -> None:
    """A contact that Amazon Connect itself gave to this agent, as a CCP in the browser shows it."""
    queue = params.queue or RelayedQueue()
    event = relayed_contacts.RelayedEvent(
        agent_id=caller.at_desk.pk,
        user_id=caller.user.pk,
        queue=tuple(one for one in (queue.queue_id, queue.queue_arn, queue.name) if one),
        contact_id=params.contact_id,
        initial_contact_id=params.initial_contact_id,
        participant_id=params.participant_id,
        participant_token=params.participant_token,
        state=params.state,
        customer_name=params.customer_name,
        attributes=params.attributes,
        references=_references(params.references),
    )
    await relayed_contacts.relay(event)


def _references(given: Mapping[str, RelayedReference]) -> list[dict[str, str]]:
    return wire.named_references({name: {"Type": one.type, "Value": one.value} for name, one in given.items()})


async def refresh_details(caller: Caller, params: ContactParams | ViewContact) -> None:
    """Attributes and references once more: the flow may have learnt more meanwhile."""
    contact_id = params.contact_id
    if contact_id and caller.is_due("details", contact_id, DETAILS_EVERY):
        await asyncio.gather(attributes.refresh(contact_id), references.refresh(contact_id))


async def refresh_relayed(caller: Caller, params: RelayContact) -> None:
    if not params.references:  # else what the CCP knows is as new
        await refresh_details(caller, params)


async def dispositions(caller: Caller, params: ContactParams) -> dict[str, Any]:
    return await db_read(lookups.dispositions)(caller.user.pk, params.contact_id)


async def quick_responses(caller: Caller, params: ContactParams) -> dict[str, Any]:
    return await db_read(lookups.quick_responses)(caller.user.pk, params.contact_id)
