"""Locks a contact for the agent who acts on it, and says what is so instead when they may not. Used by answers, transfers."""

from __future__ import annotations

from datetime import datetime

from agents import serialisers
from agents.models import Agent, AgentContact
from agents.protocol.refusals import Refusal
from chats import contact_state as chat
from chats.reasons import Reason

from .agent_contact import Locked, ended_because, lock


def lock_own_contact(agent: Agent, contact_id: str, *beside: int) -> tuple[Locked, AgentContact]:
    """A contact this agent has or had a part in. Of any other, not even its existence is told."""
    known = AgentContact.objects.filter(agent=agent.pk, contact=contact_id).exists()
    held = lock(contact_id, agent.pk, *beside) if known else None
    if held is None or held.part is None:
        raise Refusal("contactNotFound", "There is no contact %(contact)s on your desk.", contact=contact_id)
    return held, held.part


def with_agent_contact(held: Locked, refusal: Refusal) -> Refusal:
    """The refusal, with this agent's part as it is now (protocol.Current)."""
    return refusal.but(agentContact=serialisers.agent_contact(held.part)) if held.part is not None else refusal


class NotNow(Refusal):
    """The contact is not as it would have to be. The sentence has a gap %(why)s, for what is so instead."""

    def __init__(self, reason: str, sentence: str, held: Locked, now: datetime) -> None:
        super().__init__(reason, sentence, why=current_state(held, now))
        with_agent_contact(held, self)


def current_state(held: Locked, now: datetime) -> Reason:
    """What is so instead, as the end of a sentence."""
    contact = held.contact
    if contact.state == chat.State.ENDED:
        return ended_because(contact)
    if held.is_served:
        return Reason("you_serve_it")
    if held.is_open_transfer(now):
        return Reason("handed_to_you")
    if contact.owner_id not in {None, held.agent.user_id}:
        return Reason("colleague_has_it")
    if not held.is_offered:
        return Reason("went_back_to_queue")
    if held.is_open_offer(now):
        return Reason("still_offered")
    return Reason("time_is_over")
