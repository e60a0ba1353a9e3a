"""The desks' part of Django's admin: people, what they may serve, and what happened to their contacts.

Django's autodiscover imports this package, and with it every page: one module for each group of models.
"""

from __future__ import annotations

from . import (
    agent_contact,
    agent_state,
    alert,
    contact_page,
    disposition,
    people,
    queue_names,
    queue_page,
    quick_response,
    routing_profile,
    team,
    wallboard,
)

__all__ = [
    "agent_contact",
    "agent_state",
    "alert",
    "contact_page",
    "disposition",
    "people",
    "queue_names",
    "queue_page",
    "quick_response",
    "routing_profile",
    "team",
    "wallboard",
]
