"""One of several processes that route and answer at the same time: `python -m tests.routers <number> <of how many>`."""

from __future__ import annotations

import os
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ccp_portal.settings")
django.setup()

from django.utils import timezone  # noqa: E402 -- Django first

from agents import routing  # noqa: E402 -- as above
from agents.models import AgentContact  # noqa: E402 -- as above
from chats.models import Contact  # noqa: E402 -- as above


def main(number: int, processes: int) -> None:
    """Route, then answer for every n-th agent, until nobody waits and nobody is served."""
    offered = 0
    while Contact.objects.exclude(state="ENDED").exists():
        offered += routing.run(timezone.now())
        for part in _mine("connecting", number, processes):
            routing.accept(part.agent, part.contact_id, timezone.now())
        for part in _mine("connected", number, processes):
            routing.end(part.agent, part.contact_id, timezone.now())
            routing.clear(part.agent, part.contact_id, timezone.now())
    print(offered)


def _mine(state: str, number: int, processes: int) -> list[AgentContact]:
    parts = AgentContact.objects.filter(state=state).select_related("agent")
    return [part for part in parts if part.agent_id % processes == number]


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
