"""Two administrators edit one object: the second is told, and saving once more is their decision."""

from __future__ import annotations

import pytest
from django.test import Client

from agents.models import RoutingProfile
from chats.models import HoursOfOperation, OpeningHours
from tests import factories
from tests.admin_forms import errors, filled

pytestmark = pytest.mark.django_db


@pytest.fixture
def two(client):
    client.force_login(factories.admin("mira"))
    other = Client()
    other.force_login(factories.admin("jonas"))
    return client, other


def test_the_second_is_told_what_the_first_changed_and_may_then_replace_it(two):
    mira, jonas = two
    state = factories.state("Break")
    address = f"/admin/agents/agentstate/{state.pk}/change/"
    hers, his = filled(mira, address), filled(jonas, address)
    assert mira.post(address, hers | {"name": "Lunch"}).status_code == 302
    answer = jonas.post(address, his | {"order": 70})
    told = errors(answer)
    assert told[0].startswith("mira has changed this at ")
    assert told[1:] == ["Now: Name: Lunch"]
    state.refresh_from_db()
    assert (state.name, state.order) == ("Lunch", 10)
    again = his | {"order": 70, "_shown": answer.context["shown"]}
    assert jonas.post(address, again).status_code == 302
    state.refresh_from_db()
    assert (state.name, state.order) == ("Break", 70)


def test_rows_of_the_page_count_too(two):
    mira, jonas = two
    profile = factories.routing_profile()
    address = f"/admin/agents/routingprofile/{profile.pk}/change/"
    hers, his = filled(mira, address), filled(jonas, address)
    assert mira.post(address, hers | {"profile_queues-0-priority": 4}).status_code == 302
    assert "Now: Queues" in errors(jonas.post(address, his))[1]
    assert profile.profile_queues.get().priority == 4
    assert RoutingProfile.objects.count() == 1


def test_what_nobody_else_touched_is_saved(two):
    mira, jonas = two
    weekly = HoursOfOperation.objects.create(name="Office")
    OpeningHours.objects.create(hours=weekly, weekday=0, opens="08:00", closes="18:00")
    address = f"/admin/chats/hoursofoperation/{weekly.pk}/change/"
    assert mira.post(address, filled(mira, address) | {"name": "Shop"}).status_code == 302
    assert jonas.post(address, filled(jonas, address) | {"name": "Store"}).status_code == 302
    assert HoursOfOperation.objects.get().name == "Store"
    assert jonas.post(address, filled(jonas, address) | {"_shown": "no JSON"}).status_code == 302
