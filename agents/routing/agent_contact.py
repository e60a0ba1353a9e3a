"""Locks a contact and an agent in lock order, and moves the agent's part: slots, timers, transfers and states follow."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from agents import presence
from agents.models import Agent, AgentContact, ContactTimer
from agents.protocol import agent_contact_state
from chats import contact_state as chat
from chats import outbox, participation, realtime
from chats.models import Contact, Text, Transfer
from chats.reasons import Reason

ENDED_BECAUSE = {
    chat.EndReason.AGENT: Reason("agent_ended"),
    chat.EndReason.SUPERVISOR: Reason("supervisor_ended"),
    chat.EndReason.CUSTOMER: Reason("customer_left"),
    chat.EndReason.CHAT_ENDED: Reason("chat_ended"),
    chat.EndReason.REMOVED: Reason("was_removed"),
    chat.EndReason.AGENT_LEFT: Reason("ended_in_connect"),
    chat.EndReason.TOKEN_OVER: Reason("token_over"),
    chat.EndReason.LOST: Reason("cannot_speak"),
    chat.EndReason.SILENT: Reason("customer_silent"),
    chat.EndReason.NOT_JOINED: Reason("not_joined"),
}

ENDED = Reason("contact_ended")

NOT_TAKEN = {
    agent_contact_state.Move.REJECT: Transfer.State.DECLINED,
    agent_contact_state.Move.MISS: Transfer.State.MISSED,
    agent_contact_state.Move.WITHDRAW: Transfer.State.WITHDRAWN,
}
ANSWERS = frozenset(
    {agent_contact_state.Move.ACCEPT, agent_contact_state.Move.REJECT, agent_contact_state.Move.WITHDRAW}
)  # else nobody is looking: offers.withdraw_unanswered


class Locked(NamedTuple):
    """A contact and an agent, both locked until the transaction ends, and the agent's newest part in the contact."""

    contact: Contact
    agent: Agent
    part: AgentContact | None

    @property
    def is_served(self) -> bool:
        """This agent serves the contact now."""
        return self.contact.state == chat.State.CONNECTED and self.contact.owner_id == self.agent.user_id

    @property
    def is_offered(self) -> bool:
        """The contact is offered to this agent now."""
        return self.contact.state == chat.State.WAITING and self.contact.owner_id == self.agent.user_id

    def is_open_offer(self, now: datetime) -> bool:
        """The contact is offered to this agent, and there is time left to accept it."""
        return self.is_offered and self._has_time(now)

    def is_open_transfer(self, now: datetime) -> bool:
        """A colleague serves the contact and hands it on to this agent, and there is time left to accept it."""
        asked = self.contact.newest_transfer
        return asked is not None and asked.is_open and asked.to_user_id == self.agent.user_id and self._has_time(now)

    def _has_time(self, now: datetime) -> bool:
        part = self.part
        if part is None or part.state != agent_contact_state.State.CONNECTING:
            return False
        return (
            part.expires_at is None or part.expires_at > now
        )  # None: another one rings, this one is there all the same


def lock(contact_id: str, agent_id: int, *beside: int) -> Locked:
    """Contact.DoesNotExist or Agent.DoesNotExist when there is none. `beside`: agents who are locked as well.

    Where two agents are concerned, both are locked in the order of their keys: who hand contacts to each other at the same
    moment do not wait for each other.
    """
    contact = participation.lock_contact(contact_id)
    lock_with_agents(contact, agents=(agent_id, *beside))
    return lock_agent(contact, agent_id)


def lock_with_agents(*contacts: Contact, agents: Iterable[int] = ()) -> None:
    """These agents, and who hands the contacts on, and to whom."""
    together = {*agents, *(agent for contact in contacts for agent in _of_transfer(contact))}
    if len(together) > 1:
        list(Agent.objects.select_for_update().filter(pk__in=together).order_by("pk"))


def _of_transfer(contact: Contact) -> list[int]:
    """Who hands the contact on, and to whom, while nobody has answered."""
    asked = contact.newest_transfer
    if asked is None or not asked.is_open:
        return []
    people = [asked.sender_id, asked.to_user_id]
    return list(Agent.objects.filter(user__in=people).values_list("pk", flat=True))


def lock_agent(contact: Contact, agent_id: int) -> Locked:
    """Lock the agent too, after the contact, and read the part only then."""
    agent = Agent.locked(agent_id)
    part = AgentContact.objects.filter(agent=agent, contact=contact).order_by("pk").last()
    if part is not None:
        part.agent, part.contact = agent, contact
    return Locked(contact, agent, part)


def move(part: AgentContact, step: agent_contact_state.Move, now: datetime, why: Reason | None = None) -> None:
    """Make the move and publish it. An agent who thereby has a slot more may get the next contact."""
    held_a_slot = part.holds_slot
    part.move(step, now, why=why)
    realtime.publish(part)
    if step in NOT_TAKEN:
        _settle(part, NOT_TAKEN[step], now)
    if held_a_slot and not part.holds_slot:
        release_agent(part.agent, now)
    if step in ANSWERS:
        _ring_next(part.agent, now)


def _ring_next(agent: Agent, now: datetime) -> None:
    """Of several offers on a desk one rings; the others have their own time, from when they are the first."""
    offers = AgentContact.objects.filter(agent=agent, state=agent_contact_state.State.CONNECTING).order_by(
        "offered_at", "pk"
    )
    waiting = list(offers.select_related("contact__conversation", "contact__queue"))
    if waiting and all(one.expires_at is None for one in waiting):
        waiting[0].agent = agent
        waiting[0].ring(now)
        realtime.publish(waiting[0])


def _settle(part: AgentContact, state: Transfer.State, now: datetime) -> None:
    """The colleague who was asked does not take the contact: it stays with its sender, who is told why."""
    contact = part.contact
    asked = contact.newest_transfer
    if asked is not None and asked.is_open and asked.to_user_id == part.agent.user_id:
        asked.settle(state, part.why, now)
        contact.changed()
        realtime.publish(contact)


def release_agent(agent: Agent, now: datetime) -> None:
    """The agent has a slot more, and goes to the next state when this was the last open contact."""
    agent.free_slot(now)
    realtime.publish(agent, agent.own_seq)
    presence.enter_next(agent, now)
    realtime.wake(presence.ROUTING)


def assign(held: Locked, part: AgentContact, now: datetime, step: chat.Move = chat.Move.ACCEPT) -> None:
    """From now on this agent serves the contact, and the customer is told who joined."""
    held.contact.move(step, now)
    realtime.publish(held.contact)
    move(part, agent_contact_state.Move.ACCEPT, now)
    ContactTimer.objects.filter(contact=held.contact).delete()  # nobody waits any more
    patience = held.contact.queue.nudge_after
    if patience and not held.contact.is_relayed:  # Connect's own timers run there
        ContactTimer.start(held.contact, ContactTimer.Kind.SILENCE, now, patience)
    enqueue_text(held, Text.JOINED)


def unassign(held: Locked) -> None:
    """The contact is offered to this agent no more: it waits for anybody, at its place."""
    ContactTimer.objects.filter(contact=held.contact, kind=ContactTimer.Kind.PREVIOUS).delete()
    if held.is_offered:
        remove_owner(held.contact)


def remove_owner(contact: Contact) -> None:
    """Nobody's again. `waiting_since` stays: who has waited longest is still at the head."""
    contact.owner = None
    contact.changed()
    realtime.publish(contact)


def enqueue_text(held: Locked, kind: Text) -> None:
    """The queue's words for the customer; an empty text says nothing. In a relayed contact the agent is a participant
    of their own name, and Connect tells who joined and left.
    """
    if not (held.contact.is_relayed and kind in {Text.JOINED, Text.LEFT}):
        say(held.contact, kind, held.agent.public_name)


def say(contact: Contact, kind: Text, name: str = "") -> None:
    """The queue's words of this kind, with the name of whom they speak of."""
    text = contact.queue.words(kind, contact.conversation.language, Agent=name)
    if text:
        outbox.enqueue(contact, text)


def ended_because(contact: Contact) -> Reason:
    """Why our part of this contact ended, in words for an agent."""
    return ENDED_BECAUSE[chat.EndReason(contact.end_reason)] if contact.end_reason else ENDED
