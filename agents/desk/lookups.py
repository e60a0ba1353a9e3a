"""What is read for an agent: which agent a user is, what they have on their desk, what is ready to be said or chosen."""

from __future__ import annotations

from typing import Any

from agents.models import Agent, AgentContact, Disposition, QuickResponse
from agents.protocol import agent_contact_state
from agents.protocol.refusals import Refusal

from .serving import NOT_HERE


def agent_of_user(user_id: int) -> Agent | None:
    """The agent this user is, if any."""
    with_state = Agent.objects.select_related("user", "state", "next_state", "routing_profile")
    return with_state.filter(user_id=user_id).first()


def lock_agent_of_user(user_id: int) -> Agent:
    """The agent, locked until the transaction ends."""
    Agent.objects.select_for_update().filter(user_id=user_id).first()
    agent = agent_of_user(user_id)
    if agent is None:
        raise Refusal("notAnAgent", "You have no desk: an administrator can make you an agent.")
    return agent


def check_has_part(user_id: int, contact_id: str) -> None:
    """Whether this agent has or had a part in the contact. Refusal: of any other, not even its existence is told."""
    if not AgentContact.objects.filter(agent__user=user_id, contact=contact_id).exists():
        raise Refusal("contactNotFound", NOT_HERE)


def dispositions(user_id: int, contact_id: str) -> dict[str, Any]:
    """What a contact on this desk may have come to, as protocol.Dispositions."""
    queue = on_desk(user_id, contact_id).contact.queue
    return {"dispositions": [one.name for one in Disposition.of(queue)], "required": queue.disposition_required}


def quick_responses(user_id: int, contact_id: str) -> dict[str, Any]:
    """Words ready for this contact, as protocol.QuickResponses."""
    here = on_desk(user_id, contact_id)
    queue = here.contact.queue
    known = {
        "customer": here.contact.conversation.customer_name,
        "agent": here.agent.public_name,
        "queue": queue.public_name,
    }
    return {"quickResponses": [one.filled(known) for one in QuickResponse.of(queue)]}


def on_desk(user_id: int, contact_id: str) -> AgentContact:
    found = AgentContact.objects.filter(
        agent__user=user_id, contact=contact_id, state__in=agent_contact_state.ON_THE_DESK
    )
    on_desk = found.select_related("agent__user", "contact__queue", "contact__conversation").first()
    if on_desk is None:
        raise Refusal("contactNotFound", "This contact is not on your desk.")
    return on_desk
