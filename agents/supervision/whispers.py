"""Whispers: a thread between supervisors and the agent who serves a contact, a stream of its own beside the conversation.

Never an item, never sent to Amazon Connect: whoever reads conversations, transcripts or history does not meet one.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils import timezone

from agents import serialisers
from agents.desk.serving import NOT_HERE
from agents.models import Agent, AgentContact, Whisper
from agents.protocol import agent_contact_state
from agents.protocol.refusals import Refusal
from agents.routing.agent_contact import lock
from chats import audit, realtime, transcripts
from chats.models import AuditAction
from chats.realtime import Reading, Update, encode
from chats.serialisers import frame
from chats.wire import iso

from . import scope

if TYPE_CHECKING:
    from django.contrib.auth.models import User

MOST_CHANGES = 200  # whispers that a tab may have missed; more come as a snapshot


# ---- writing ---------------------------------------------------------------------------------------------------------


@transaction.atomic
def send(author: User, contact_id: str, text: str, client_token: str, now: datetime) -> Whisper:
    """To the agent who serves the contact, or from them. The same client token of the same author is the same whisper."""
    if not text.strip():
        raise Refusal("empty", "An empty whisper cannot be sent.")
    part = _lock_served(contact_id)
    if author.pk != part.agent.user_id:
        scope.check(
            scope.current(author), contact_id=contact_id
        )  # under the lock: it may have been handed on since it was checked
    known = Whisper.objects.filter(agent_contact=part, client_token=client_token).first()
    if known is not None and known.author_id != author.pk:
        raise Refusal("clientTokenReused", "This client token was used for another whisper: make a new one.")
    return known or _write(part, author, text.rstrip(), client_token, now)


@transaction.atomic
def answer(agent: Agent, contact_id: str, text: str, client_token: str, now: datetime) -> Whisper:
    """The serving agent's side of the thread."""
    served = AgentContact.objects.filter(contact=contact_id, state=agent_contact_state.State.CONNECTED, agent=agent.pk)
    if not served.exists():
        raise Refusal("contactNotFound", NOT_HERE)
    return send(agent.user, contact_id, text, client_token, now)


def _lock_served(contact_id: str) -> AgentContact:
    served = AgentContact.objects.filter(contact=contact_id, state=agent_contact_state.State.CONNECTED)
    agent_id = served.values_list("agent", flat=True).first()
    held = lock(contact_id, agent_id) if agent_id is not None else None
    if held is None or held.part is None or not held.is_served:
        raise Refusal("contactNotConnected", "Nobody serves this contact now: there is no agent to whisper to.")
    return held.part


def _write(part: AgentContact, author: User, text: str, client_token: str, now: datetime) -> Whisper:
    whisper = Whisper.write(part, author, text, client_token, now)
    if whisper.seq == 1:  # the agent's tabs follow the stream from now on
        part.changed()
        realtime.publish(part)
    realtime.publish(whisper)
    if author.pk != part.agent.user_id:
        audit.record(AuditAction.WHISPERED, author, contact=part.contact, user=part.agent.user)
    return whisper


# ---- reading ---------------------------------------------------------------------------------------------------------


def may_read(user: User, part: AgentContact) -> bool:
    """The agent, while the contact is on their desk, and whoever may watch it."""
    if part.agent.user_id == user.pk:
        return part.on_the_desk
    return scope.may_see_floor(user) and transcripts.visible_to(user).filter(pk=part.contact_id).exists()


def streams_of(conversations: Collection[str]) -> list[str]:
    """The streams of the agents who serve these conversations now."""
    ids = [stream.partition(":")[2] for stream in conversations]
    served = AgentContact.objects.filter(
        contact__conversation__initial_contact_id__in=ids, state=agent_contact_state.State.CONNECTED
    )
    return [part.whispers_stream for part in served.only("pk")]


class WhisperStreams:
    """Reads whispers for sockets (chats.realtime.StreamKind)."""

    def last(self, streams: Collection[str]) -> Mapping[str, int]:
        rows = AgentContact.objects.filter(pk__in=[_key(stream) for stream in streams])
        return {f"whispers:{pk}": seq for pk, seq in rows.values_list("pk", "whispers_seq")}

    def read(self, held: Mapping[str, int | None], user_id: int) -> Mapping[str, Reading]:
        user = get_user_model().objects.filter(pk=user_id, is_active=True).first()
        parts = AgentContact.objects.select_related("agent").in_bulk([_key(stream) for stream in held])
        of = {stream: parts.get(_key(stream)) for stream in held}
        return {
            stream: _reading(part, held[stream])
            for stream, part in of.items()
            if user is not None and part is not None and may_read(user, part)
        }


def _reading(part: AgentContact, after: int | None) -> Reading:
    stream, last = part.whispers_stream, part.whispers_seq
    if after is None or not 0 <= last - after <= MOST_CHANGES:
        return Reading([Update(stream, last, _snapshot_text(part))], last)
    return Reading([_update(row) for row in _rows(part) if row.seq > after], last)


def _key(stream: str) -> int:
    text = stream.partition(":")[2]
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else 0


def _rows(part: AgentContact) -> list[Whisper]:
    rows = part.whispers.filter(seq__lte=part.whispers_seq).select_related("author").order_by("seq")
    return list(rows)


def _update(row: Whisper) -> Update:
    method, params = frame(row)
    return Update(row.stream, row.seq, encode(method, {"stream": row.stream, "seq": row.seq, **params}))


def _snapshot_text(part: AgentContact) -> str:
    params = {"stream": part.whispers_stream, "seq": part.whispers_seq, "serverTime": iso(timezone.now())}
    return encode("snapshot", {**params, "whispers": snapshot(part)})


def snapshot(part: AgentContact) -> dict[str, Any]:
    """Everything of the stream, as protocol.WhispersSnapshot."""
    return {"whispers": [serialisers.whisper(row) for row in _rows(part)]}
