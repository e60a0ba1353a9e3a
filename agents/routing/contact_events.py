"""Observer of contacts: who waits is offered, a name that becomes known goes to the agents' cards, and when a contact ends,
so does the agent's part in it. Registered in `agents.apps`, and called in the transaction that makes the change.
"""

from __future__ import annotations

from django.utils import timezone

from agents import presence
from agents.desk import viewing
from agents.models import Agent, AgentContact, ContactTimer, RoutingProfile
from agents.protocol import agent_contact_state
from chats import contact_state as chat
from chats import realtime
from chats.models import Contact, Conversation
from chats.observers import Change, CustomerNamed, Ended, EndExplained, Waits

from .agent_contact import ENDED_BECAUSE, ended_because, lock, lock_agent, move, remove_owner


def contact_changed(contact: Contact, change: Change) -> None:
    """Observer: what a change of a contact means for its agents."""
    match change:
        case Waits():
            _reserve_for_previous_agent(contact)
            realtime.wake(presence.ROUTING)
        case Ended():
            _end_part(contact)
        case EndExplained(before):
            _explain_end(contact, before)
        case CustomerNamed():
            _name_on_cards(contact.conversation)


def _reserve_for_previous_agent(contact: Contact) -> None:
    seconds = contact.queue.previous_agent_seconds
    if not seconds or contact.waiting_since is None:
        return
    served = AgentContact.objects.filter(contact__conversation=contact.conversation, accepted_at__isnull=False)
    last = served.order_by("-accepted_at", "-pk").select_related("agent").first()
    if last is not None:
        ContactTimer.start(contact, ContactTimer.Kind.PREVIOUS, contact.waiting_since, seconds, last.agent)


def _end_part(contact: Contact) -> None:
    """In the transaction that ended the contact, which has locked its conversation: one outcome, no slot is orphaned."""
    open_part = AgentContact.objects.filter(contact=contact, state__in=agent_contact_state.OPEN).first()
    if open_part is None:
        return
    now = contact.ended_at or timezone.now()
    _, agent, part = lock(contact.pk, open_part.agent_id)
    if part is None or agent_contact_state.State(part.state) not in agent_contact_state.OPEN:
        return
    part.contact = contact
    if part.state == agent_contact_state.State.CONNECTED:
        move(part, agent_contact_state.Move.END, now, ended_because(contact))
        if agent.routing_profile.acw == RoutingProfile.Acw.OFF:
            move(part, agent_contact_state.Move.CLEAR, now)
            viewing.view_next(agent.user_id, closed=contact.pk)
    else:  # nobody had answered: the offer disappears, its row keeps why
        move(part, agent_contact_state.Move.WITHDRAW, now, ended_because(contact))
        move(part, agent_contact_state.Move.CLEAR, now)
        remove_owner(contact)


def _explain_end(contact: Contact, before: chat.EndReason | None) -> None:
    """Notifications come in any order: whoever was told the first guess is told the better one."""
    if before is None:
        return
    told = AgentContact.objects.filter(contact=contact, round=contact.round, why=ENDED_BECAUSE[before])
    for pk, agent_id in list(told.order_by("agent").values_list("pk", "agent_id")):
        agent = lock_agent(contact, agent_id).agent
        part = AgentContact.objects.get(pk=pk)
        part.agent, part.contact = agent, contact
        part.explain(ended_because(contact))
        realtime.publish(part)


def _name_on_cards(conversation: Conversation) -> None:
    """The name stands on the cards too: whoever follows an agent's stream alone shall see it."""
    on_desks = AgentContact.objects.filter(
        contact__conversation=conversation, state__in=agent_contact_state.ON_THE_DESK
    )
    for pk, agent_id in list(on_desks.order_by("agent", "pk").values_list("pk", "agent_id")):
        agent = Agent.locked(agent_id)
        part = on_desks.select_related("contact__queue").filter(pk=pk).first()  # read anew: it may have left meanwhile
        if part is not None:
            part.agent, part.contact.conversation = agent, conversation
            part.changed()
            realtime.publish(part)
