"""The contact an agent serves: locked for what they do in it, or why nothing can be sent there."""

from __future__ import annotations

from agents.protocol.refusals import Refusal
from chats import contact_state, participation
from chats.models import Contact
from chats.reasons import Reason

NOT_HERE = Reason("not_on_your_desk")


def lock_served(user_id: int, contact_id: str) -> Contact:
    """The contact, locked, if it is served by this user."""
    contact = participation.lock_contacts([contact_id]).get(contact_id)
    if contact is None or contact.owner_id != user_id:
        raise Refusal("contactNotFound", NOT_HERE)
    return contact


def check_connected(contact: Contact) -> None:
    """Refusal when nothing can be sent in this contact now."""
    if contact.state != contact_state.State.CONNECTED:
        raise Refusal("contactNotConnected", _why_not_connected(contact))


def why_closed(contact: Contact) -> Reason:
    """Why nothing can be sent in this contact now; empty when it can."""
    return Reason() if contact.state == contact_state.State.CONNECTED else _why_not_connected(contact)


def _why_not_connected(contact: Contact) -> Reason:
    if contact.state == contact_state.State.ENDED:
        return Reason("ended_not_sent")
    return Reason("accept_first")
