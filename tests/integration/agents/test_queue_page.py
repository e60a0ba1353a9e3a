"""The admin's pages of queues and hours: texts with their variables, the week as a table, what a queue lacks, a test chat."""

from __future__ import annotations

from datetime import UTC, datetime, time

import pytest
from django.contrib.auth.models import Group
from django.contrib.messages import get_messages
from django.core.exceptions import ValidationError

from agents.models import QueueAlias, Threshold
from chats import connect
from chats.admin.hours import read_ranges
from chats.connect import client as boto3_clients
from chats.models import HoursOfOperation, Queue, QueueText
from tests import factories
from tests.admin_forms import filled
from tests.emulating import INBOUND_FLOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(client):
    client.force_login(factories.admin("admin"))
    return client


def page(row, model="queue"):
    return f"/admin/chats/{model}/{row.pk}/change/"


def told(answer):
    return [str(one) for one in get_messages(answer.wsgi_request)]


# ---- texts -----------------------------------------------------------------------------------------------------------


def test_a_variable_that_a_text_does_not_have_is_refused_with_those_it_has(admin):
    queue = factories.queue()
    form = filled(admin, page(queue)) | {"joined_text": "{Agnet} is here", "closed_text": "{Agent} is away"}
    answer = admin.post(page(queue), form)
    assert answer.context["adminform"].form.errors == {
        "joined_text": ["“{Agnet}” is no variable of this text, customers would read it so. There are: {Agent}."],
        "closed_text": ["“{Agent}” is no variable of this text, customers would read it so. There are: none."],
    }
    assert admin.post(page(queue), filled(admin, page(queue)) | {"joined_text": "{Agent} is here"}).status_code == 302


def test_every_text_is_shown_as_it_reads_in_each_language(admin):
    queue = factories.queue()
    QueueText.objects.create(queue=queue, kind="closed", language="fi", text="Suljettu, {Agent}.")
    shown = admin.get(page(queue)).content.decode()
    assert "Mira has joined." in shown
    assert "Suljettu" in shown
    assert "Your place in the queue: 3." in shown
    assert "Ihr Platz in der Warteschlange: 3." in shown or "Warteschlange" in shown


def test_the_page_costs_as_many_queries_with_many_texts(admin, django_assert_max_num_queries):
    queue = factories.queue()
    for number in range(40):
        QueueText.objects.create(queue=queue, kind="closed", language=f"x-{number}", text="Zu.")
    with django_assert_max_num_queries(22):
        admin.get(page(queue))


# ---- what is missing, what is in use -----------------------------------------------------------------------------------


def test_a_queue_says_what_it_lacks(admin):
    queue = factories.queue()
    said = told(admin.post(page(queue), filled(admin, page(queue))))
    assert said[:2] == [
        "No routing profile serves this queue: its contacts would wait for ever.",
        "No group reads this queue's contacts: only who may see all contacts can.",
    ]
    factories.routing_profile(queue)
    queue.readers.add(Group.objects.create(name="Readers"))
    shown = admin.get(page(queue)).content.decode()
    assert "No agent has a routing profile that serves this queue." in shown
    assert "have no members" in shown
    factories.agent(profile=queue.profile_queues.get().routing_profile)
    factories.user().groups.add(queue.readers.get())
    assert 'class="lacks"' not in admin.get(page(queue)).content.decode()


def test_a_queue_that_a_profile_serves_is_not_deleted_and_the_page_says_which(admin):
    queue = factories.queue()
    profile = factories.routing_profile(queue, name="Chat")
    answer = admin.post(f"/admin/chats/queue/{queue.pk}/delete/", {"post": "yes"})
    assert f'/admin/agents/routingprofile/{profile.pk}/change/">Chat</a>' in answer.content.decode()
    assert Queue.objects.count() == 1


def test_thresholds_and_further_ids_are_given_on_the_page_of_the_queue(admin):
    queue = factories.queue()
    rows = {
        "thresholds-TOTAL_FORMS": 1, "thresholds-0-kind": "waiting", "thresholds-0-limit": 5, "thresholds-0-queue": queue.pk,
        "aliases-TOTAL_FORMS": 1, "aliases-0-name": "4711", "aliases-0-queue": queue.pk,
    }  # fmt: skip
    answer = admin.post(page(queue), filled(admin, page(queue)) | rows)
    assert answer.status_code == 302, answer.context["errors"]
    assert (Threshold.objects.get().limit, QueueAlias.queues()) == (5, {"4711": queue.pk})


# ---- hours -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "ranges"),
    [
        ("", []),
        ("08:00-12:00, 13:00-18:00", [(time(8), time(12)), (time(13), time(18))]),
        ("13-18; 8\u201312:30", [(time(8), time(12, 30)), (time(13), time(18))]),
        ("22:00-06:00", [(time(22), time(6))]),
        ("00:00-24:00", [(time(0), time(0))]),
    ],
)
def test_a_day_is_read_as_it_is_written(text, ranges):
    assert read_ranges(text) == ranges


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("8 to 12", "“8 to 12” cannot be read: write it like 08:00-12:00, 13:00-18:00; empty is closed."),
        ("25:00-26:00", "“25:00-26:00” cannot be read: write it like 08:00-12:00, 13:00-18:00; empty is closed."),
        ("08:00-12:00, 11:00-18:00", "Two of these times overlap."),
        ("22:00-06:00, 23:00-23:30", "Two of these times overlap."),
    ],
)
def test_a_day_that_cannot_be_read_says_how_it_is_written(text, said):
    with pytest.raises(ValidationError) as error:
        read_ranges(text)
    assert error.value.messages == [said]


def test_the_week_and_a_holiday_are_made_in_one_form(admin):
    form = {"name": "Office", "time_zone": "Europe/Berlin", "day_0": "08:00-12:00, 13:00-18:00", "day_4": "8-14"}
    form |= {
        "holidays-TOTAL_FORMS": 1,
        "holidays-INITIAL_FORMS": 0,
        "holidays-0-date": "2026-12-25",
        "holidays-0-name": "Christmas",
    }
    answer = admin.post("/admin/chats/hoursofoperation/add/", form)
    assert answer.status_code == 302, answer.context["errors"]
    weekly = HoursOfOperation.objects.get()
    assert [str(one) for one in weekly.ranges.all()] == [
        "Monday 08:00-12:00",
        "Monday 13:00-18:00",
        "Friday 08:00-14:00",
    ]
    friday = [datetime(2026, 12, day, 10, 0, tzinfo=UTC) for day in (18, 25)]
    assert [weekly.is_open(at) for at in friday] == [True, False]
    again = filled(admin, page(weekly, "hoursofoperation")) | {"day_0": ""}
    assert admin.post(page(weekly, "hoursofoperation"), again).status_code == 302
    assert [str(one) for one in weekly.ranges.all()] == ["Friday 08:00-14:00"]
    queue = factories.queue(hours=weekly)
    kept = admin.post(f"/admin/chats/hoursofoperation/{weekly.pk}/delete/", {"post": "yes"}).content.decode()
    assert f"/admin/chats/queue/{queue.pk}/change/" in kept


def test_half_a_holiday_is_refused(admin):
    form = {"name": "Office", "time_zone": "UTC", "holidays-TOTAL_FORMS": 1, "holidays-INITIAL_FORMS": 0}
    form |= {"holidays-0-date": "2026-12-24", "holidays-0-opens": "08:00"}
    shown = admin.post("/admin/chats/hoursofoperation/add/", form).content.decode()
    assert "Write both times, or none for a day that is closed." in shown


# ---- a test chat -------------------------------------------------------------------------------------------------------


@pytest.fixture
def emulated(settings, amazon_connect, monkeypatch):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    settings.CCP_AWS_ENDPOINT, settings.CCP_START_CHAT_FLOWS = "http://emulator.invalid", [INBOUND_FLOW]
    connect.close()
    for service in ("connect", "connectparticipant"):
        amazon_connect.attach(boto3_clients._client(service))
    yield amazon_connect
    connect.close()


def test_a_test_chat_goes_through_the_flow_and_names_the_queue(admin, emulated):
    queue = factories.queue()
    address = f"/admin/chats/queue/{queue.pk}/test-chat/"
    assert address in admin.get(page(queue)).content.decode()
    answer = admin.post(address)
    contact_id = told(answer)[0].split("contact ")[1].split(".")[0]
    asked = connect.ask(
        "connect",
        "get_contact_attributes",
        InstanceId=boto3_clients.settings.CCP_INSTANCE_ID,
        InitialContactId=contact_id,
    )
    assert asked["Attributes"] == {"queueId": "Returns"}
    assert admin.get(address).status_code == 405


def test_a_test_chat_that_cannot_start_says_why_and_no_real_instance_offers_one(admin, emulated, settings):
    queue = factories.queue()
    address = f"/admin/chats/queue/{queue.pk}/test-chat/"
    settings.CCP_START_CHAT_FLOWS = ["ffffffff-bbbb-4ccc-8ddd-eeeeeeeeeeee"]
    assert told(admin.post(address))[0].startswith("The test chat was not started: ")
    settings.CCP_START_CHAT_FLOWS = []
    assert "CCP_START_CHAT_FLOWS is empty" in told(admin.post(address))[1]
    settings.CCP_AWS_ENDPOINT = ""
    assert address not in admin.get(page(queue)).content.decode()
    assert admin.post(address).status_code == 403
