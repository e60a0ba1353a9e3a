"""The agent's stream: the agent, the contact in view and the contacts on the desk, as snapshots and numbered changes."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet, prefetch_related_objects
from django.utils import timezone

from agents import serialisers
from agents.models import Agent, AgentContact
from agents.protocol import agent_contact_state
from chats import realtime
from chats.realtime import Reading, Update, encode
from chats.serialisers import Frame, frame
from chats.wire import iso

MOST_CHANGES = 200  # an agent's tab that lacks more gets a snapshot instead


@dataclass(frozen=True)
class Viewing:
    """The contact in view, as a row of its own: Streams tells it apart from the agent's state."""

    agent: Agent

    @property
    def stream(self) -> str:
        return self.agent.stream

    @property
    def seq(self) -> int:
        return self.agent.viewing_seq


@frame.register
def _viewing_frame(row: Viewing) -> Frame:
    return "viewContact", {"contactId": row.agent.viewing_id or ""}


@dataclass(frozen=True)
class OwnState:
    """The agent's own state, under the number of its own newest change (the counter itself runs ahead of it)."""

    agent: Agent

    @property
    def stream(self) -> str:
        return self.agent.stream

    @property
    def seq(self) -> int:
        return self.agent.own_seq


@frame.register
def _own_state_frame(row: OwnState) -> Frame:
    return frame(row.agent)


class AgentStreams:
    """Reads agents for sockets (chats.realtime.StreamKind)."""

    def last(self, streams: Collection[str]) -> Mapping[str, int]:
        keys = [_agent_key(stream) for stream in streams]
        return {f"agent:{key}": seq for key, seq in Agent.objects.filter(key__in=keys).values_list("key", "seq")}

    def read(self, held: Mapping[str, int | None], user_id: int) -> Mapping[str, Reading]:
        readings = {stream: self._read(stream, after, user_id) for stream, after in held.items()}
        return {stream: reading for stream, reading in readings.items() if reading is not None}

    def _read(self, stream: str, after: int | None, user_id: int) -> Reading | None:
        """Its owner's alone: a socket follows one."""
        agent = _agents().filter(key=_agent_key(stream), user_id=user_id, user__is_active=True).first()
        if agent is None:
            return None
        parts = contacts_on_desk(agent)
        also = {one.contact.stream: True for one in parts}
        for one in parts:
            also |= one.whispers_followed
        if after is None or not 0 <= agent.seq - after <= MOST_CHANGES:
            return Reading([Update(stream, agent.seq, _snapshot_text(agent, parts))], agent.seq, also)
        changed = _changed_contacts(agent, after)
        left = {one.contact.stream: False for one in changed}
        for one in changed:
            left |= one.whispers_followed
        return Reading(_changes(agent, after, changed), agent.seq, left | also)


def _agent_key(stream: str) -> str:
    return stream.partition(":")[2]


def _agents() -> QuerySet[Agent]:
    return Agent.objects.select_related("user", "state", "next_state", "routing_profile")


def contacts_on_desk(agent: Agent) -> list[AgentContact]:
    """The agent's parts in contacts that are on the desk."""
    on_desk = AgentContact.objects.filter(agent=agent, state__in=agent_contact_state.ON_THE_DESK)
    return _with_contacts(agent, on_desk.order_by("offered_at", "pk"))


def _changed_contacts(agent: Agent, after: int) -> list[AgentContact]:
    if agent.seq == after:
        return []
    return _with_contacts(agent, AgentContact.objects.filter(agent=agent, seq__gt=after, seq__lte=agent.seq))


def _with_contacts(agent: Agent, rows: QuerySet[AgentContact]) -> list[AgentContact]:
    """Few have a disposition or a hand up: these are read for those alone."""
    parts = list(rows.select_related("contact__conversation", "contact__queue"))
    for part in parts:
        part.agent = agent
    prefetch_related_objects([one for one in parts if one.disposition_id], "disposition")
    prefetch_related_objects([one for one in parts if one.contact.help_request_id], "contact__help_request__taken_by")
    return parts


def _changes(agent: Agent, after: int, parts: Sequence[AgentContact]) -> list[Update]:
    own: list[realtime.Row] = [row for row in (OwnState(agent), Viewing(agent)) if after < row.seq <= agent.seq]
    rows = [*own, *parts]
    return [_update(row) for row in sorted(rows, key=lambda row: row.seq)]


def _update(row: realtime.Row) -> Update:
    method, params = frame(row)
    return Update(row.stream, row.seq, encode(method, {"stream": row.stream, "seq": row.seq, **params}))


def _snapshot_text(agent: Agent, parts: Sequence[AgentContact]) -> str:
    return encode(
        "snapshot",
        {
            "stream": agent.stream,
            "seq": agent.seq,
            "serverTime": iso(timezone.now()),
            "agent": snapshot(agent, parts),
        },
    )


def snapshot(agent: Agent, parts: Sequence[AgentContact]) -> dict[str, Any]:
    """Everything of an agent's stream, as protocol.AgentSnapshot."""
    return {
        "agent": serialisers.agent(agent),
        "contacts": [serialisers.agent_contact(one) for one in parts],
        "viewing": agent.viewing_id or "",
    }
