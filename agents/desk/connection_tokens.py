"""An agent's connection tokens: what a page of others holds to speak in one contact, as that agent (Streams'
getConnectionToken, ChatJS's X-Amz-Bearer).

A token is for one agent's part in one round of one contact, and for the session in which it was asked for. It is worth
nothing once that part is no longer on the desk, once the agent has signed out, and after LIVES. Asked for again, there is
another one; the earlier ones are good still, as with Amazon Connect.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from agents.models import AgentContact
from agents.protocol import agent_contact_state
from agents.protocol.refusals import Refusal

from . import sealed

LIVES = timedelta(hours=24)  # as Connect's; ChatJS renews it a minute before, and more than 24.8 days would overflow
PURPOSE = "connection"
READABLE = frozenset(
    {agent_contact_state.State.CONNECTING, agent_contact_state.State.CONNECTED, agent_contact_state.State.ENDED}
)


@dataclass(frozen=True, slots=True)
class ConnectionToken:
    """Whose it is: a part in a contact, the session, and a number that its renewals keep."""

    agent_contact_id: int
    session_key: str
    number: str

    def sealed(self, now: datetime) -> tuple[str, datetime]:
        """As the page holds it, and until when it is good."""
        return sealed.seal(PURPOSE, [self.agent_contact_id, self.session_key, self.number], now), now + LIVES


def issue(user_id: int, contact_id: str, session_key: str, now: datetime) -> tuple[str, datetime]:
    """A token for the contact on this agent's desk. Refusal when there is none, or it is over before it began."""
    here = AgentContact.objects.filter(
        agent__user=user_id, contact=contact_id, state__in=agent_contact_state.ON_THE_DESK
    )
    part = here.order_by("-offered_at", "-pk").first()
    if part is None:
        raise Refusal("contactNotFound", "This contact is not on your desk.")
    if part.state not in READABLE:
        raise Refusal("contactNotConnected", "You are not connected to this contact.")
    return ConnectionToken(part.pk, session_key, secrets.token_urlsafe(9)).sealed(now)


def read(token: str, now: datetime) -> ConnectionToken:
    """Whose token this says it is; whether it still counts is the rows' to say. sealed.NotOurs."""
    part, session_key, number = sealed.unseal(PURPOSE, token, LIVES, now)
    return ConnectionToken(int(part), str(session_key), str(number))
