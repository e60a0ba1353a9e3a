"""Who calls the participant API: the agent whose token it is, in the contact it is for, as long as both hold."""

from __future__ import annotations

import time
from collections import OrderedDict
from dataclasses import dataclass, field

from django.utils import timezone

from agents.commands import Caller
from agents.desk import connection_tokens, lookups, sealed
from agents.desk.connection_tokens import ConnectionToken
from agents.models import AgentContact
from agents.protocol.agent_contact_state import State
from agents.sockets.connection import Bucket, user_of_session
from chats.db import db_read
from chats.models import Contact

from .errors import ParticipantError, denied

MOST_KNOWN = 5_000  # sessions a process remembers as signed in
ASK_AGAIN = 2.0  # seconds after which it is asked anew whether somebody is signed in still


@dataclass
class Known:
    """One session of an agent, as this process last saw it."""

    caller: Caller
    asked_at: float
    bucket: Bucket = field(default_factory=lambda: Bucket(filled_at=time.monotonic()))


@dataclass(frozen=True, slots=True)
class Speaker:
    """The agent who calls, and their part in the contact."""

    caller: Caller
    part: AgentContact
    token: ConnectionToken

    @property
    def contact(self) -> Contact:
        return self.part.contact

    @property
    def is_in_the_chat(self) -> bool:
        """Offered counts: a page may open its session while the contact rings."""
        return self.part.state in {State.CONNECTING, State.CONNECTED}


_known: OrderedDict[str, Known] = OrderedDict()
_recent: OrderedDict[str, tuple[float, Speaker]] = OrderedDict()  # by token


async def speaker(bearer: str, *, recent: bool = False) -> Speaker:
    """Whose token it is; with `recent` as it was at most ASK_AGAIN ago. ParticipantError when it is nobody's, or no more."""
    known = _recent.get(bearer) if recent else None
    session = _known.get(known[1].token.session_key) if known else None
    if known and session and time.monotonic() - known[0] <= ASK_AGAIN:
        _throttle(session)
        return known[1]
    found = await _fresh(bearer)
    _recent[bearer] = (time.monotonic(), found)
    _recent.move_to_end(bearer)
    if len(_recent) > MOST_KNOWN:
        _recent.popitem(last=False)
    return found


async def _fresh(bearer: str) -> Speaker:
    _recent.pop(bearer, None)
    try:
        token = connection_tokens.read(bearer, timezone.now())
    except sealed.NotOurs:
        raise denied() from None
    return await speaker_of(token)


async def speaker_of(token: ConnectionToken) -> Speaker:
    known = await _signed_in(token.session_key)
    _throttle(known)
    part = await db_read(_part)(token.agent_contact_id)
    if part is None or part.agent != known.caller.agent:
        raise denied()
    return Speaker(known.caller, part, token)


def _throttle(known: Known) -> None:
    if not known.bucket.take(time.monotonic()):
        raise ParticipantError("ThrottlingException", "Too many requests: try again in a moment.")


async def _signed_in(session_key: str) -> Known:
    known = _known.get(session_key)
    if known is None or time.monotonic() - known.asked_at > ASK_AGAIN:
        caller = await db_read(_caller)(session_key)
        if caller is None:
            _known.pop(session_key, None)
            raise denied("The agent has signed out.")
        if known is None or known.caller.user != caller.user:
            known = _known[session_key] = Known(caller, 0.0)
        known.caller.user, known.caller.agent, known.asked_at = caller.user, caller.agent, time.monotonic()
    _known.move_to_end(session_key)
    if len(_known) > MOST_KNOWN:
        _known.popitem(last=False)
    return known


def _caller(session_key: str) -> Caller | None:
    user = user_of_session(session_key)
    agent = None if user is None else lookups.agent_of_user(user.pk)
    return None if user is None or agent is None else Caller(user, agent, session_key)


def _part(pk: int) -> AgentContact | None:
    """Of a part that is cleared, missed or declined nothing is told any more."""
    found = AgentContact.objects.select_related("agent", "contact__conversation").filter(pk=pk).first()
    return found if found is not None and found.state in connection_tokens.READABLE else None


def forget() -> None:
    """For tests: nobody is remembered."""
    _known.clear()
    _recent.clear()
