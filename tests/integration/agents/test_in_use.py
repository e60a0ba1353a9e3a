"""What is in use is not deleted, and the page says by whom; what is wrong is refused with what is right."""

from __future__ import annotations

import pytest
from django.contrib.messages import get_messages

from agents.models import Agent, AgentContact, AgentState, Disposition, RoutingProfile, Team
from tests import factories
from tests.admin_forms import filled
from tests.factories import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(client):
    client.force_login(factories.admin("admin"))
    return client


def page(row, act="change"):
    meta = row._meta
    return f"/admin/{meta.app_label}/{meta.model_name}/{row.pk}/{act}/"


def refused_to_delete(admin, row):
    answer = admin.post(page(row, "delete"), {"post": "yes"})
    assert type(row).objects.filter(pk=row.pk).exists()
    return [str(one) for one in answer.context["protected"]]


def test_a_state_that_agents_are_in_stays_and_names_them(admin):
    pause, _ = factories.state("Break"), factories.state("Offline")
    mira = factories.agent("mira", in_state="Break")
    assert refused_to_delete(admin, pause) == [f'User: <a href="/admin/auth/user/{mira.user_id}/change/">mira</a>']
    Agent.objects.update(state=factories.state("Available"), next_state=pause)
    assert len(refused_to_delete(admin, pause)) == 1
    Agent.objects.update(next_state=None)
    RoutingProfile.objects.update(absence_state=pause)
    assert "routingprofile" in refused_to_delete(admin, pause)[0]
    RoutingProfile.objects.update(absence_state=None)
    assert admin.post(page(pause, "delete"), {"post": "yes"}).status_code == 302
    assert not AgentState.objects.filter(pk=pause.pk).exists()


def test_the_last_state_of_a_type_that_is_needed_stays_what_it_is(admin):
    AgentState.objects.all().delete()
    offline = factories.state("Offline")
    assert refused_to_delete(admin, offline) == ["It would be the last state of the type “offline”."]
    answer = admin.post(page(offline), filled(admin, page(offline)) | {"type": "routable"})
    assert "make another one first" in answer.context["adminform"].form.errors["type"][0]
    AgentState.objects.create(name="Home", type="offline")
    assert admin.post(page(offline), filled(admin, page(offline)) | {"type": "routable"}).status_code == 302


def test_a_profile_with_agents_stays_and_names_some(admin):
    profile = factories.routing_profile()
    for _ in range(22):
        factories.agent(profile=profile)
    named = refused_to_delete(admin, profile)
    assert (len(named), named[-1]) == (21, "2 more agents")


def test_a_disposition_says_how_many_contacts_have_it(admin):
    sold, unused = Disposition.objects.create(name="Sold"), Disposition.objects.create(name="Lost", order=1)
    agent = factories.agent()
    for _ in range(3):
        AgentContact.objects.create(
            agent=agent, contact=factories.contact(), round=1, state="cleared", offered_at=NOW, disposition=sold, seq=1
        )
    rows = admin.get("/admin/agents/disposition/").context["cl"].result_list
    assert [(one.name, one.contact_count) for one in rows] == [("Lost", 0), ("Sold", 3)]
    assert len(refused_to_delete(admin, sold)) == 3
    assert admin.post(page(unused, "delete"), {"post": "yes"}).status_code == 302


def test_a_team_without_members_or_lead_says_so(admin):
    group = factories.team("North")
    team = Team.objects.get(group=group)

    def said():
        answer = admin.post(page(team), filled(admin, page(team)))
        return [str(one) for one in get_messages(answer.wsgi_request) if one.level_tag == "warning"][-1:]

    assert said() == ["This team has no members."]
    group.user_set.add(factories.user())
    assert said() == ["Nobody in this team may supervise it: give somebody the group “Team leads”."]
    factories.in_role("Team leads", group)
    admin.get("/admin/")  # the messages so far are read
    assert said() == []
