"""Every offer's story: was it painted, was the tab hidden, was the line down; and in one sentence why it was missed."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from agents.models import Agent, AgentContact, OfferEvent
from agents.protocol import agent_contact_state
from chats.reasons import Reason


def offer_seen(agent_id: int, contact_id: str, visible: bool, now: datetime) -> None:
    """A tab shows the offer, in front or in the background. What is no offer any more is no news."""
    with transaction.atomic():
        Agent.locked(agent_id)
        for part in _offers(agent_id).filter(contact=contact_id):
            told = [one["what"] for one in part.story]
            for what in _news(told, visible):
                part.tell(what, now)


def line(agent_id: int, up: bool, now: datetime) -> None:
    """A socket of this agent's desk was opened or closed while something is offered to them."""
    if not _offers(agent_id).exists():
        return
    with transaction.atomic():
        Agent.locked(agent_id)
        for part in _offers(agent_id):
            part.tell(OfferEvent.SOCKET_UP if up else OfferEvent.SOCKET_DOWN, now)


def tabs_turned(agent_id: int, visible: bool, now: datetime) -> None:
    """A tab came to the front or went to the back while something is offered that it has shown."""
    for part in _offers(agent_id):
        if any(one["what"] == OfferEvent.PAINTED for one in part.story):
            offer_seen(agent_id, part.contact_id, visible, now)


def why_missed(part: AgentContact, seconds: float) -> Reason:
    """One line for people, from the story."""
    told = [one["what"] for one in part.story]
    return Reason("no_answer", seconds=f"{seconds:g}", cause=_cause(told))


def _cause(told: list[str]) -> Reason:
    if _last(told, OfferEvent.SOCKET_DOWN, OfferEvent.SOCKET_UP) == OfferEvent.SOCKET_DOWN:
        return Reason("desk_lost_connection")
    if OfferEvent.PAINTED not in told:
        return Reason("offer_not_shown")
    if OfferEvent.SHOWN not in told:
        return Reason("offer_in_background")
    if _last(told, OfferEvent.SHOWN, OfferEvent.HIDDEN) == OfferEvent.HIDDEN:
        return Reason("offer_left_in_background")
    return Reason("offer_shown_all_the_time")


def _last(told: list[str], *of: OfferEvent) -> str:
    return next((what for what in reversed(told) if what in of), "")


def _news(told: list[str], visible: bool) -> list[OfferEvent]:
    turned = OfferEvent.SHOWN if visible else OfferEvent.HIDDEN
    first = [] if OfferEvent.PAINTED in told else [OfferEvent.PAINTED]
    return first if _last(told, OfferEvent.SHOWN, OfferEvent.HIDDEN) == turned else [*first, turned]


def _offers(agent_id: int) -> QuerySet[AgentContact]:
    return AgentContact.objects.filter(agent=agent_id, state=agent_contact_state.State.CONNECTING)
