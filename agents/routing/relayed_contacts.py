"""Contacts that Amazon Connect itself gave to an agent, relayed from a CCP in the browser to their desk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils import timezone

from agents.desk import viewing
from agents.models import AgentContact
from agents.protocol.refusals import Refusal
from chats import connect, participation, realtime, reconcile
from chats import contact_state as chat
from chats.db import db_write
from chats.joining import agent_token
from chats.joining.agent_token import RelayedContact
from chats.models import Contact, Participant, Queue
from chats.participation import HandOver

from .agent_contact import assign, lock_agent

if TYPE_CHECKING:
    from django.contrib.auth.models import User

CONNECTED = "connected"
OVER = frozenset({"missed", "rejected", "error", "ended"})


@dataclass(frozen=True)
class RelayedEvent:
    """What the CCP of this agent shows."""

    agent_id: int
    user_id: int
    contact_id: str
    initial_contact_id: str
    participant_id: str
    participant_token: str
    state: str
    queue: tuple[str, ...] = ()  # its id, ARN and name, as far as they are known
    customer_name: str = ""
    attributes: Mapping[str, str] = field(default_factory=dict)
    references: Sequence[dict[str, str]] = ()


async def relay(seen: RelayedEvent) -> None:
    """Speak for the agent from now on. Again, it is the same contact, with the newer token. Refusal says why not."""
    if seen.state in OVER:
        await _end(seen)
        return
    if seen.state != CONNECTED:
        raise Refusal(
            "contactNotConnected",
            "Amazon Connect says that this contact is %(state)s: accept it in the Contact Control Panel first.",
            state=seen.state,
        )
    relayed = await db_write(_relayed)(seen)
    if relayed is None:
        return
    try:
        with connect.calls_for(connect.Purpose.JOINING):
            proof = await agent_token.verify(relayed)
        ours = await _stand_in(seen, relayed, proof)
    except agent_token.TokenRejected as error:
        raise Refusal(
            "relayRefused", "This is not what Amazon Connect knows of the contact: %(told)s.", told=error
        ) from None
    except connect.Refused as error:
        raise Refusal(
            "relayRefused", "Amazon Connect refuses to let the portal speak for you: %(told)s.", told=error
        ) from None
    await reconcile.one(ours)  # what was said between the first look and the start of streaming
    await agent_token.set_idle_timers(seen.contact_id, relayed.order.queue)


async def _end(seen: RelayedEvent) -> None:
    """The CCP says that it is over. What happened is Connect's to say: it is asked now, not in a minute."""
    ours = await db_write(_ours)(seen)
    if ours is None:
        raise Refusal("contactNotConnected", "Amazon Connect says that this contact is %(state)s.", state=seen.state)
    await reconcile.one(ours)


async def _stand_in(seen: RelayedEvent, relayed: RelayedContact, proof: agent_token.VerifiedToken) -> Participant:
    """Our custom participant may have been removed because the agent joined, and nobody has told us yet."""
    try:
        return await db_write(_create_agent_contact)(seen, relayed, proof, timezone.now())
    except agent_token.ServedByAnother as taken:
        await reconcile.one(taken.ours)
    try:
        return await db_write(_create_agent_contact)(seen, relayed, proof, timezone.now())
    except agent_token.ServedByAnother:
        raise Refusal("contactOpen", "The portal serves this contact already, as another participant.") from None


# ---- rows ------------------------------------------------------------------------------------------------------------


def _relayed(seen: RelayedEvent) -> RelayedContact | None:
    """None: we speak with this very token already."""
    owner = get_user_model().objects.get(pk=seen.user_id)
    order = HandOver(
        contact_id=seen.contact_id,
        initial_contact_id=seen.initial_contact_id or seen.contact_id,
        queue=_queue(seen),
        customer_name=seen.customer_name,
        attributes=seen.attributes,
        references=seen.references,
    )
    relayed = RelayedContact(order, seen.participant_id, seen.participant_token)
    ours = agent_token.known_participant(relayed, owner)
    return None if ours is not None and ours.participant_token == seen.participant_token else relayed


def _queue(seen: RelayedEvent) -> Queue:
    """The queue of ours that is called so, else the default one: who may read the contact hangs on it."""
    queues = list(Queue.objects.order_by("-is_default", "pk"))
    for name in seen.queue:
        for queue in queues:
            if queue.is_called(name):
                return queue
    if not queues or not queues[0].is_default:
        raise Refusal("queueNotFound", "No queue of the portal is this one, and none is the default one: ask an admin.")
    return queues[0]


def _ours(seen: RelayedEvent) -> Participant | None:
    contact = Contact.objects.filter(pk=seen.contact_id, owner=seen.user_id, state=chat.State.CONNECTED).first()
    return participation.our_participant(contact) if contact is not None and contact.is_relayed else None


@transaction.atomic
def _create_agent_contact(
    seen: RelayedEvent, relayed: RelayedContact, proof: agent_token.VerifiedToken, now: datetime
) -> Participant:
    """It takes a slot, also above the agent's capacity: Connect has given it to them, it is theirs."""
    owner: User = get_user_model().objects.get(pk=seen.user_id)
    try:
        contact, ours, is_new = agent_token.begin_participation(relayed, proof, owner, now)
    except agent_token.Leaving:
        raise Refusal("contactNotConnected", "You have ended this contact: Amazon Connect is being told.") from None
    if is_new:
        held = lock_agent(contact, seen.agent_id)
        held.agent.take_slot(now)
        realtime.publish(held.agent, held.agent.own_seq)
        part = AgentContact(agent=held.agent, contact=contact, round=contact.round, offered_at=now)
        part.begin(now)
        realtime.publish(part)
        assign(held, part, now, chat.Move.RELAY)
        viewing.view_next(seen.user_id, arrived=contact.pk)
    return ours
