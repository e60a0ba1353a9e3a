"""The admin's frame: our name, one page to sign in, and a start page that says what is missing and what needs attention."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from agents.models import AgentState, RoutingProfile
from ccp_portal.admin_site import start
from chats.models import HoursOfOperation, OutboundMessage, Queue, RefusedCall, UnreadableMessage
from chats.reasons import Reason
from tests import factories

pytestmark = pytest.mark.django_db


def missing(user):
    return [(step.name, step.url) for step in start.steps(user) if not step.is_done]


def test_an_empty_portal_names_every_step_in_its_order_with_the_form_for_it():
    AgentState.objects.all().delete()
    assert missing(factories.admin("admin")) == [
        ("Agent states", "/admin/agents/agentstate/add/"),
        ("Queue", "/admin/chats/queue/add/"),
        ("Hours of operation", "/admin/chats/hoursofoperation/add/"),
        ("Routing profile", "/admin/agents/routingprofile/add/"),
        ("Agent", "/admin/auth/user/add/"),
        ("Contact flow", ""),
        ("First test chat", ""),
    ]
    assert {step.url for step in start.steps(factories.user(is_staff=True))} == {""}


def test_what_is_set_up_is_done_and_leads_to_its_list():
    for name in ("Available", "Offline"):
        factories.state(name)
    agent = factories.agent()
    Queue.objects.update(hours=HoursOfOperation.objects.create(name="Weekdays"), is_default=True)
    contact = factories.contact(handed_over_at=timezone.now())
    part = {"round": 1, "state": "ended", "offered_at": timezone.now(), "accepted_at": timezone.now(), "seq": 1}
    agent.agent_contacts.create(contact=contact, **part)
    steps = start.steps(factories.admin("admin"))
    assert [step.is_done for step in steps] == [True] * 7
    assert steps[1].url == "/admin/chats/queue/"
    Queue.objects.create(name="VIP", public_name="VIP")
    assert "no profile serves VIP" in start.steps(factories.admin("other"))[3].told
    assert RoutingProfile.objects.count() == 1


def test_what_needs_attention_is_counted_and_only_for_who_may_see_it():
    now = timezone.now()
    contact = factories.contact()
    contact.call_for_attention(Reason("no_open_desk"))
    OutboundMessage.objects.create(
        conversation=contact.conversation, contact=contact, round=1, client_token="t", state="queued",
        due_at=now, created_at=now - timedelta(minutes=5), position=1, seq=1,
    )  # fmt: skip
    UnreadableMessage.objects.create(message_id="m", body="{}", why="no")
    RefusedCall.keep("DescribeContact", "AccessDenied", "connect:DescribeContact", "no", now)
    alarms = start.alarms(factories.admin("admin"), now)
    assert [(one.name, one.count) for one in alarms] == [
        ("contacts that call for a supervisor", 1),
        ("messages that Amazon Connect does not take", 1),
        ("unreadable messages of the last day", 1),
        ("calls that Amazon Connect refuses", 1),
    ]
    assert start.alarms(factories.user(is_staff=True), now) == []


def test_the_start_page_has_our_name_and_as_few_queries_with_many_rows(client, django_assert_max_num_queries):
    client.force_login(factories.admin("admin"))
    for number in range(30):
        factories.contact(queue=factories.queue(f"Queue {number}"))
    with django_assert_max_num_queries(25):
        page = client.get("/admin/").content.decode()
    assert "Django" not in page
    assert "Chat desk" in page
    assert 'href="/floor/"' in page
    german = client.get("/admin/", HTTP_ACCEPT_LANGUAGE="de").content.decode()
    assert "Einrichten" in german


def test_everybody_signs_in_at_one_page(client):
    assert client.get("/admin/chats/queue/", follow=True).redirect_chain[-1] == (
        "/login/?next=/admin/chats/queue/",
        302,
    )
    client.force_login(factories.user("mira"))
    told = client.get("/admin/", follow=True).content.decode()
    assert "Your account may not open that page." in told
