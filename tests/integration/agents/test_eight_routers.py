"""Eight processes route the same contacts to the same agents at the same time: each is served exactly once."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.emulating import ROOT, free_port
from tests.portal import RunningPortal

PROCESSES = 8
SEED = """
from datetime import timedelta
from django.contrib.auth.models import User
from django.utils import timezone
from agents.models import Agent, AgentState, RoutingProfile, RoutingProfileQueue
from chats.models import Contact, Conversation, Queue
now = timezone.now()
queue = Queue.objects.get(is_default=True)
vip = Queue.objects.create(name="VIP", public_name="VIP")
profiles = []
for name, queues in (("Both", (vip, queue)), ("Returns only", (queue,))):
    profile = RoutingProfile.objects.create(name=name, chat_concurrency=2)
    for priority, one in enumerate(queues, 1):
        RoutingProfileQueue.objects.create(routing_profile=profile, queue=one, priority=priority)
    profiles.append(profile)
people = User.objects.bulk_create(User(username=f"agent{{n}}", password="!") for n in range({agents}))
available = AgentState.objects.get(name="Available")
later = now + timedelta(hours=1)
Agent.objects.bulk_create(
    Agent(user=user, routing_profile=profiles[n % 2], state=available, seen_at=later) for n, user in enumerate(people)
)
chats = Conversation.objects.bulk_create(
    Conversation(initial_contact_id=f"c{{n}}", customer_name=f"Customer {{n}}") for n in range({contacts})
)
Contact.objects.bulk_create(
    Contact(id=f"c{{n}}", conversation=chat, queue=vip if n % 4 == 0 else queue, state="WAITING", round=1,
            waiting_since=now - timedelta(seconds=n)) for n, chat in enumerate(chats)
)
"""
BOOKS = """
import json
from django.db.models import Count, Q
from agents.models import Agent, AgentContact
from chats.models import Contact, OutboundMessage
parts = Contact.objects.annotate(n=Count("agent_contacts"), served=Count("agent_contacts", filter=Q(
    agent_contacts__outcome="ended")))
print(json.dumps({
    "contacts": Contact.objects.filter(state="ENDED", end_reason="agent").count(),
    "served once": parts.filter(served=1).count(),
    "offered once": parts.filter(n=1).count(),
    "goodbyes": OutboundMessage.objects.filter(kind="DISCONNECT").count(),
    "joined": OutboundMessage.objects.filter(content__endswith="has joined.").count(),
    "busy": Agent.objects.exclude(load=0).count(),
    "open": AgentContact.objects.exclude(state="cleared").count(),
}, sort_keys=True))
"""


@pytest.mark.full
@pytest.mark.timeout(1200)
@pytest.mark.skipif(not os.environ.get("DATABASE_URL"), reason="eight processes at once need DATABASE_URL (PostgreSQL)")
def test_eight_processes_serve_two_thousand_contacts_once_each(tmp_path: Path) -> None:
    serve(tmp_path, contacts=2_000, agents=500, processes=PROCESSES)


@pytest.mark.timeout(300)
def test_three_processes_serve_sixty_contacts_once_each(tmp_path: Path) -> None:
    serve(tmp_path, contacts=60, agents=12, processes=3)


def serve(folder: Path, *, contacts: int, agents: int, processes: int) -> None:
    portal = RunningPortal(folder, free_port(), environment={"CCP_OFFER_SECONDS": "3600", "CCP_SNS_CERT": ""})
    portal.database.make(portal)
    try:
        portal.shell(SEED.format(contacts=contacts, agents=agents))
        together = [router(portal, number, processes) for number in range(processes)]
        done = [process.communicate() for process in together]
        assert [process.returncode for process in together] == [0] * processes, done
        assert sum(int(out.split()[-1]) for out, _ in done) == contacts
        expected = {"busy": 0, "open": 0} | dict.fromkeys(
            ["contacts", "goodbyes", "joined", "offered once", "served once"], contacts
        )
        assert json.loads(portal.shell(BOOKS)) == expected
    finally:
        portal.database.drop()


def router(portal: RunningPortal, number: int, processes: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.routers", str(number), str(processes)],
        cwd=ROOT,
        env=portal.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
