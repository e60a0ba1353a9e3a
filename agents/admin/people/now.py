"""What a person is doing now, and what became of the last offers they missed: the head of their page."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils import timezone

from agents.models import Agent, AgentContact
from agents.protocol import agent_contact_state
from chats import transcripts

MOST_OPEN, MOST_MISSES = 20, 10  # contacts that the page names


def told(person: User, request: HttpRequest) -> str:
    """HTML. Contacts that the reader may not see are only counted."""
    agent = Agent.objects.filter(user=person).select_related("state", "next_state", "routing_profile", "user").first()
    context: dict[str, Any] = {"person": person, "agent": agent}
    if agent is not None:
        parts = AgentContact.objects.filter(agent=agent)
        seen = _visible(parts, request)
        open_parts = seen.filter(state__in=agent_contact_state.OPEN).order_by("offered_at", "pk")[:MOST_OPEN]
        misses = seen.filter(outcome=agent_contact_state.State.MISSED).order_by("-offered_at")[:MOST_MISSES]
        hidden = max(0, parts.filter(state__in=agent_contact_state.OPEN).count() - len(open_parts))
        context |= {"open": open_parts, "hidden": hidden, "misses": misses, "why": agent.state_reason().translated()}
        lease = timedelta(seconds=settings.CCP_LEASE_SECONDS)
        context["is_here"] = agent.seen_at is not None and agent.seen_at > timezone.now() - lease
    return render_to_string("admin/people/now.html", context)


def _visible(parts: QuerySet[AgentContact], request: HttpRequest) -> QuerySet[AgentContact]:
    own = parts.select_related("contact__conversation", "contact__queue")
    if request.user.has_perm("chats.view_contact"):
        return own
    return own.filter(contact__in=transcripts.visible_to(request.user).values("pk"))
