"""Rows of agents as the socket shows them (`agents.protocol` has the types). Importing it registers their frames."""

from __future__ import annotations

from typing import Any

from django.conf import settings

from chats import serialisers
from chats.serialisers import Frame
from chats.wire import iso, iso_or_none

from .models import Agent, AgentContact, AgentState, Whisper


@serialisers.frame.register
def _agent_frame(row: Agent) -> Frame:
    return "agent", {"agent": agent(row)}


@serialisers.frame.register
def _agent_contact_frame(row: AgentContact) -> Frame:
    return "agentContact", {"agentContact": agent_contact(row)}


@serialisers.frame.register
def _whisper_frame(row: Whisper) -> Frame:
    return "whisper", {"whisper": whisper(row)}


def whisper(row: Whisper) -> dict[str, Any]:
    return {
        "whisperId": str(row.key),
        "contactId": row.agent_contact.contact_id,
        "author": serialisers.person(row.author),
        "text": row.text,
        "at": iso(row.at),
        "clientToken": row.client_token,
    }


def state(row: AgentState) -> dict[str, str]:
    return {"name": row.name, "type": str(row.type)}


def agent(row: Agent) -> dict[str, Any]:
    profile = row.routing_profile
    return {
        "agentId": str(row.key),
        "name": row.name,
        "state": state(row.state),
        "stateSince": iso(row.state_since),
        "stateWhy": row.state_reason().data,
        "nextState": state(row.next_state) if row.next_state else None,
        "states": [state(one) for one in AgentState.to_choose()],
        "load": row.load,
        "capacity": row.capacity,
        "routingProfile": profile.name,
        "queues": list(profile.queues.order_by("name").values_list("name", flat=True)),
        "autoAccept": profile.auto_accept,
        "acw": str(profile.acw),
    }


def agent_contact(row: AgentContact) -> dict[str, Any]:
    chat, queue = row.contact.conversation, row.contact.queue
    return {
        "contactId": row.contact_id,
        "initialContactId": chat.initial_contact_id,
        "round": row.round,
        "state": str(row.state),
        "why": row.why.data,
        "customerName": chat.customer_name,
        "queue": queue.name,
        "offeredAt": iso(row.offered_at),
        "ringsSince": iso_or_none(row.rings_since),
        "expiresAt": iso_or_none(row.expires_at),
        "acceptedAt": iso_or_none(row.accepted_at),
        "endedAt": iso_or_none(row.ended_at),
        "acwUntil": iso_or_none(row.acw_until),
        "dispositionRequired": queue.disposition_required,
        "disposition": row.disposition.name if row.disposition else "",
        "note": row.note,
        "readNumber": row.read_number,
        "help": serialisers.help_request(row.contact.help_request),
        "draft": {"text": row.draft, "note": row.note_draft, "place": row.scroll_position},
        "watchedBy": _watchers(row),
    }


def _watchers(row: AgentContact) -> list[dict[str, Any]]:
    """Who watches, for the desk: whoever has taken the contact over is not watched by themselves."""
    shown = row.watched_by if settings.CCP_AGENTS_SEE_WATCHERS else []
    return [one for one in shown if one["id"] != row.agent.user_id]
