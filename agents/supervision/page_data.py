"""What the floor's pages know of the supervisor who reads them: what they may do, and what they can choose from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings

from agents.models import Agent, AgentState, RoutingProfile

if TYPE_CHECKING:
    from django.contrib.auth.models import User

ACTIONS = (
    "view_floor_hidden", "whisper", "barge_in", "take_over", "assign_contacts", "end_contacts", "manage_agents", "answer_help",
)  # fmt: skip


def of(user: User) -> dict[str, Any]:
    """For floor/watch_pane.js (Supervision). Each verb checks again: this only hides what would be refused."""
    may = [name for name in ACTIONS if user.has_perm(f"agents.{name}")]
    manages = "manage_agents" in may
    return {
        "may": may,
        "isAgent": Agent.objects.filter(user=user.pk).exists(),
        "asksPurpose": settings.CCP_WATCH_ASKS_PURPOSE,
        "agentsSee": settings.CCP_AGENTS_SEE_WATCHERS,
        "needReason": list(settings.CCP_ACTIONS_NEED_REASON),
        "states": [state.name for state in AgentState.to_choose()] if manages else [],
        "routingProfiles": list(RoutingProfile.objects.order_by("name").values_list("name", flat=True))
        if manages
        else [],
    }
