"""Records what happens to every offer: painted, tab hidden, socket down; and says in one sentence why it was missed."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from agents.models import Agent, AgentContact, OfferEvent
from agents.protocol import agent_contact_state
from chats.reasons import Reason


def offer_seen(agent_id: int, contact_id: str, visible: bool, now: datetime) -> None:
    """A tab shows the offer, in front or in the background. Nothing is recorded of what is no offer any more."""
    with transaction.atomic():
        Agent.locked(agent_id)
        for part in _offers(agent_id).filter(contact=contact_id):
            events = [one["what"] for one in part.offer_events]
            for what in _new_events(events, visible):
                part.record(what, now)


def line(agent_id: int, up: bool, now: datetime) -> None:
    """A socket of this agent's desk was opened or closed while something is offered to them."""
    if not _offers(agent_id).exists():
        return
    with transaction.atomic():
        Agent.locked(agent_id)
        for part in _offers(agent_id):
            part.record(OfferEvent.SOCKET_UP if up else OfferEvent.SOCKET_DOWN, now)


def tabs_turned(agent_id: int, visible: bool, now: datetime) -> None:
    """A tab came to the front or went to the back while something is offered that it has shown."""
    for part in _offers(agent_id):
        if any(one["what"] == OfferEvent.PAINTED for one in part.offer_events):
            offer_seen(agent_id, part.contact_id, visible, now)


def why_missed(part: AgentContact, seconds: float) -> Reason:
    """One line for people, from the story."""
    events = [one["what"] for one in part.offer_events]
    return Reason("no_answer", seconds=f"{seconds:g}", cause=_cause(events))


def _cause(events: list[str]) -> Reason:
    if _latest(events, OfferEvent.SOCKET_DOWN, OfferEvent.SOCKET_UP) == OfferEvent.SOCKET_DOWN:
        return Reason("desk_lost_connection")
    if OfferEvent.PAINTED not in events:
        return Reason("offer_not_shown")
    if OfferEvent.SHOWN not in events:
        return Reason("offer_in_background")
    if _latest(events, OfferEvent.SHOWN, OfferEvent.HIDDEN) == OfferEvent.HIDDEN:
        return Reason("offer_left_in_background")
    return Reason("offer_shown_all_the_time")


def _latest(events: list[str], *of: OfferEvent) -> str:
    return next((what for what in reversed(events) if what in of), "")


def _new_events(events: list[str], visible: bool) -> list[OfferEvent]:
    turned = OfferEvent.SHOWN if visible else OfferEvent.HIDDEN
    first = [] if OfferEvent.PAINTED in events else [OfferEvent.PAINTED]
    return first if _latest(events, OfferEvent.SHOWN, OfferEvent.HIDDEN) == turned else [*first, turned]


def _offers(agent_id: int) -> QuerySet[AgentContact]:
    return AgentContact.objects.filter(agent=agent_id, state=agent_contact_state.State.CONNECTING)
