"""Typing and receipts: what an agent does in a chat besides sending messages."""

from __future__ import annotations

from django.db import transaction

from agents.models import AgentContact
from agents.protocol import EVENT, agent_contact_state
from agents.protocol.refusals import Refusal
from chats import contact_state, participation, realtime, wire
from chats.models import Contact, Item
from chats.sending import sender
from chats.session import MediaController

from .lookups import lock_agent_of_user
from .serving import lock_served

ACCEPTED_EVENTS = (wire.TYPING, wire.DELIVERED, wire.READ)


def check_event(content_type: str) -> None:
    """Connect accepts three events from a participant; say so for any other (seed 004 lists more)."""
    if content_type not in ACCEPTED_EVENTS:
        names = ", ".join(one.removeprefix(EVENT) for one in ACCEPTED_EVENTS)
        raise Refusal(
            "eventNotAccepted",
            "Amazon Connect does not accept %(type)s from a participant; it accepts %(accepted)s.",
            type=content_type,
            accepted=f"{EVENT}… {names}",
        )


@transaction.atomic
def mark_read(user_id: int, contact_id: str, message_id: str) -> None:
    """The agent has read up to this item: the unread count falls in every tab, and Connect is owed a receipt."""
    contact = lock_served(user_id, contact_id)
    agent = lock_agent_of_user(user_id)
    mine = AgentContact.on_desk_of(agent, contact_id)
    item = Item.objects.filter(pk=message_id, conversation=contact.conversation).first()
    if mine is None or item is None:
        raise Refusal("messageNotFound", "There is no such message in this contact.")
    if item.number <= mine.read_number:
        return
    mine.agent, mine.contact = agent, contact
    mine.read_number = item.number
    mine.changed()
    realtime.publish(mine)
    ours = participation.our_participant(contact)
    if ours is not None and mine.state == agent_contact_state.State.CONNECTED:
        sender.enqueue_receipt(ours, message_id)


def broadcast_typing(user_id: int, contact_id: str) -> None:
    """Supervisors who watch the contact see that its agent writes; the agent's own tabs need not know."""
    parts = AgentContact.objects.filter(
        contact=contact_id, agent__user=user_id, state=agent_contact_state.State.CONNECTED
    )
    part = parts.select_related("agent__user").first()
    if part is not None:
        about = {"contactId": contact_id, "participantId": f"user:{user_id}", "role": "AGENT"}
        realtime.broadcast(part.whispers_stream, "typing", {**about, "displayName": part.agent.name})


def media_controller(user_id: int, contact_id: str) -> MediaController:
    """The media controller of a contact this user serves now. Refusal when they do not."""
    contact = Contact.objects.filter(pk=contact_id, owner_id=user_id, state=contact_state.State.CONNECTED).first()
    ours = participation.our_participant(contact) if contact else None
    if ours is None or ours.left_at is not None:
        raise Refusal("contactNotConnected", "You are not connected to this contact.")
    return MediaController(ours)
