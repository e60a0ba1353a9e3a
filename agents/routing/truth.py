"""Whose contact it is: held for the agent who asks, and what is so, in words, when they may not do what they want."""

from __future__ import annotations

from datetime import datetime

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy

from agents.models import Agent, AgentContact
from agents.refusal import Refusal
from chats import life as chat

from .parts import Held, ended_because, hold


def mine(agent: Agent, contact_id: str, *beside: int) -> tuple[Held, AgentContact]:
    """A contact this agent has or had a part in. Of any other, not even its existence is told."""
    known = AgentContact.objects.filter(agent=agent.pk, contact=contact_id).exists()
    held = hold(contact_id, agent.pk, *beside) if known else None
    if held is None or held.part is None:
        raise Refusal("contactNotFound", "There is no contact %(contact)s on your desk.", contact=contact_id)
    return held, held.part


def not_now(held: Held, refusal: Refusal) -> Refusal:
    """With this agent's part as it is."""
    return refusal.but(agentContact=held.part.as_dict()) if held.part is not None else refusal


def truth(held: Held, now: datetime) -> Promise | str:
    """What is so instead, as the end of a sentence, in the language of whoever reads it."""
    contact = held.contact
    if contact.state == chat.State.ENDED:
        return format_lazy("{}.", gettext_lazy(ended_because(contact)))
    if held.is_served:
        return gettext_lazy("you are serving it, end it first.")
    if held.is_open_transfer(now):
        return gettext_lazy("a colleague serves it and hands it on to you, accept or decline it first.")
    if contact.owner_id not in {None, held.agent.user_id}:
        return gettext_lazy("a colleague has it now.")
    if not held.is_offered:
        return gettext_lazy("it went back to the queue.")
    if held.is_open_offer(now):
        return gettext_lazy("it is still offered to you, accept or decline it first.")
    return gettext_lazy("the time to answer is over, it goes back to the queue.")
