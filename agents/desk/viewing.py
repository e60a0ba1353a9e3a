"""Which contact an agent looks at, for all their tabs; what is shown next follows Streams' onViewContact."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction

from agents.models import AgentContact
from agents.protocol.refusals import Refusal
from chats import realtime

from .lookups import lock_agent_of_user
from .stream import Viewing, contacts_on_desk


def next_view(open_contacts: Sequence[str], viewing: str, *, arrived: str = "", closed: str = "") -> str:
    """The contact to look at next, as Streams documents onViewContact; empty: none.

    A new contact is shown when no other is open; when the one in view is closed, the next in the list is shown.
    """
    others = [contact for contact in open_contacts if contact not in {arrived, closed}]
    if arrived:
        return viewing if others and viewing in others else arrived
    if closed and closed == viewing:
        return others[0] if others else ""
    return viewing


@transaction.atomic
def view_contact(user_id: int, contact_id: str) -> None:
    """The agent looks at this contact, or at none (empty). Refusal when it is not on their desk."""
    agent = lock_agent_of_user(user_id)
    if contact_id and not AgentContact.on_desk_of(agent, contact_id):
        raise Refusal("contactNotFound", "This contact is not on your desk.")
    if (agent.viewing_id or "") != contact_id:
        agent.look_at(contact_id or None)
        realtime.publish(Viewing(agent))


@transaction.atomic
def view_next(user_id: int, *, arrived: str = "", closed: str = "") -> None:
    """Something came or went: look at what Streams' CCP would show now."""
    agent = lock_agent_of_user(user_id)
    open_contacts = [one.contact_id for one in contacts_on_desk(agent)]
    wanted = next_view(open_contacts, agent.viewing_id or "", arrived=arrived, closed=closed)
    if (agent.viewing_id or "") != wanted:
        agent.look_at(wanted or None)
        realtime.publish(Viewing(agent))
