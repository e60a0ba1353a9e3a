"""Runs in `manage.py shell`: contacts that are live and over, for pages that list them; and the pages nobody wants to see."""

from datetime import timedelta

from django.contrib.auth import get_user_model
from django.contrib.auth.models import AnonymousUser
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils import timezone

from agents.models import Agent, AgentContact, Disposition
from chats import contact_state
from tests import factories

LONG = "Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichen"
now = timezone.now()
mira = Agent.objects.get(user__username="mira")
mira.user.groups.add(*get_user_model().objects.get(username="ida").groups.all())
refund, _ = Disposition.objects.get_or_create(name="Refund", defaults={"order": 1})

for minutes, name in enumerate(("Amelia Hart", LONG, "Kasimir Lund"), 1):
    began, over = now - timedelta(minutes=minutes * 9), now - timedelta(minutes=minutes)
    ended = {"state": contact_state.State.ENDED, "end_reason": "customer", "ended_at": over, "connected_at": began}
    contact = factories.contact(name, queue=mira.routing_profile.queues.first(), owner=mira.user, **ended)
    factories.item(contact, "The side panel is split")
    part = {
        "round": 1,
        "state": "ended",
        "offered_at": began,
        "accepted_at": began,
        "ended_at": over,
        "cleared_at": over,
    }
    AgentContact.objects.create(
        agent=mira, contact=contact, disposition=refund if minutes == 1 else None, holds_slot=False, **part
    )

served = {"state": contact_state.State.CONNECTED, "owner": mira.user, "connected_at": now - timedelta(minutes=4)}
factories.contact(
    "Noor Haddad", queue=mira.routing_profile.queues.first(), waiting_since=now - timedelta(hours=3), **served
)
factories.contact(LONG, queue=factories.queue(), waiting_since=now - timedelta(minutes=1))


def page(name: str, **context: object) -> None:
    request = RequestFactory().get("/")
    request.user = AnonymousUser()
    print(f"=== {name}\n" + render_to_string(name, context, request=request))


page("500.html")
page("403.html", exception="You are neither an agent nor a supervisor. An administrator can make you one.")
page("403_csrf.html")
page("file.html", why="Amazon Connect has refused this file.")
print(f"=== contact\n{mira.agent_contacts.latest('ended_at').contact_id}")
