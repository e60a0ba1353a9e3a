"""A supervisor puts an agent into a state or signs them out, and says what becomes of the contacts they have.

A forced state holds on all the agent's devices, until the agent or a supervisor chooses another: presence does not change
it, unless it is routable, as nobody is offered anything at an empty desk. Called by agents.supervision.
"""

from __future__ import annotations

from typing import TypedDict

from django.db import transaction

from agents import presence
from agents.desk import viewing
from agents.models import Agent, AgentContact, AgentState
from agents.protocol import agent_contact_state
from agents.protocol.refusals import Refusal
from chats import contact_state as chat
from chats import participation, realtime
from chats.models import Contact
from chats.reasons import Reason
from chats.transcripts import end_sessions

from .agent_contact import Locked, lock_agent, lock_with_agents, move, unassign
from .interventions import Intervention, send_back


class Outcome(TypedDict):
    """What became of one contact: the agent keeps it, it waits in its queue, or an offer of it was withdrawn."""

    contactId: str
    outcome: str


@transaction.atomic
def force(agent_id: int, name: str, act: Intervention, *, requeue: bool) -> list[Outcome]:
    """The agent is in the state of this name from now on."""
    why = Reason("state_forced", name=act.name)
    return _enter(agent_id, presence.state_called(name, agent_id), act, act.why(why), requeue=requeue)


@transaction.atomic
def sign_out(agent_id: int, act: Intervention, *, requeue: bool) -> list[Outcome]:
    """Every session of the agent ends, and with it every socket; they are offline until they sign in again."""
    outcomes = _enter(agent_id, _offline(), act, act.why(Reason("signed_out_by", name=act.name)), requeue=requeue)
    end_sessions(Agent.objects.get(pk=agent_id).user_id)
    return outcomes


@transaction.atomic
def retire(agent_id: int, act: Intervention) -> list[Outcome]:
    """The agent is offered nothing more, keeps the contacts they serve, and their account is closed after the last (`leaving`)."""
    why = act.why(Reason("account_closes", name=act.name))
    outcomes = _enter(agent_id, _offline(), act, why, requeue=False)
    agent = Agent.locked(agent_id)
    agent.leave_when_done(True)
    realtime.publish(agent, agent.own_seq)
    return outcomes


def _offline() -> AgentState:
    state = presence.offline()
    if state is None:
        raise Refusal("stateNotFound", "No agent state has the type offline: an administrator can make one.")
    return state


def _enter(agent_id: int, state: AgentState, act: Intervention, why: Reason, *, requeue: bool) -> list[Outcome]:
    parts = AgentContact.objects.filter(agent=agent_id, state__in=agent_contact_state.OPEN)
    contacts = participation.lock_contacts(set(parts.values_list("contact_id", flat=True)))
    lock_with_agents(*contacts.values(), agents=[agent_id, *_others_in(contacts)])
    presence.enter(Agent.locked(agent_id), state, by=act.by, why=why, now=act.now, forced=True)
    takes_offers = state.is_routable and not requeue
    ordered = sorted(contacts.values(), key=lambda one: (one.waiting_since or act.now, one.pk))
    outcomes = [(one.pk, _settle(lock_agent(one, agent_id), act, why, takes_offers, requeue)) for one in ordered]
    return [{"contactId": pk, "outcome": outcome} for pk, outcome in outcomes if outcome]


def _others_in(contacts: dict[str, Contact]) -> list[int]:
    """Colleagues who are offered what the agent serves."""
    offered = AgentContact.objects.filter(contact__in=contacts, state=agent_contact_state.State.CONNECTING)
    return list(offered.values_list("agent", flat=True))


def _settle(held: Locked, act: Intervention, why: Reason, takes_offers: bool, requeue: bool) -> str:
    part = held.part
    if part is None:
        return ""
    if part.state == agent_contact_state.State.CONNECTING and not takes_offers:
        move(part, agent_contact_state.Move.WITHDRAW, act.now, why)
        move(part, agent_contact_state.Move.CLEAR, act.now)
        unassign(held)
        viewing.view_next(held.agent.user_id, closed=held.contact.pk)
        return "withdrawn" if held.contact.state == chat.State.CONNECTED else "requeued"
    if held.is_served and requeue and not held.contact.is_relayed:
        send_back(held.contact, held.contact.queue, act, first=True)
        return "requeued"
    return "kept" if part.state in agent_contact_state.OPEN else ""
