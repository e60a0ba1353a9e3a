"""Watching: a row and two audit entries, an eye on the agent's desk, and nothing else of the contact changes."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.forms.models import model_to_dict
from django.utils import timezone

from agents import routing, serialisers
from agents.models import AgentContact, Watch
from agents.protocol.refusals import Refusal
from agents.supervision import watching
from chats.models import AuditAction, AuditEntry, Contact
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def served(clock):
    """A contact that mira serves, in a queue that ida reads."""
    mira = factories.agent("mira")
    contact = factories.contact()
    routing.run(clock.now)
    routing.accept(mira, contact.pk, clock.now)
    return Contact.objects.get(pk=contact.pk), factories.supervisor("ida", first_name="Ida")


def frame() -> dict:
    part = AgentContact.objects.select_related("agent__user", "contact__conversation", "contact__queue").get()
    return serialisers.agent_contact(part)


def recorded() -> list[tuple[str, str, str]]:
    acts = AuditEntry.objects.exclude(action=AuditAction.RIGHTS_CHANGED)  # of the groups that people are put in here
    return list(acts.order_by("pk").values_list("actor_name", "action", "agent_name"))


def test_the_agent_sees_who_watches_and_nothing_else_changes(served, heard):
    contact, ida = served
    before = model_to_dict(contact), frame()
    with heard.committed():
        begun = watching.begin(ida, contact.pk)
    author = {"id": ida.pk, "name": "Ida"}
    stream = AgentContact.objects.get().agent.stream
    assert heard.last(stream, "agentContact")["agentContact"]["watchedBy"] == [author]
    assert frame() == before[1] | {"watchedBy": [author]}
    assert watching.end(begun.watch, timezone.now())
    assert (model_to_dict(Contact.objects.get()), frame()) == before
    assert recorded() == [("Ida", AuditAction.WATCH_BEGAN, "mira"), ("Ida", AuditAction.WATCH_ENDED, "mira")]
    assert not watching.end(begun.watch, timezone.now())


def test_two_tabs_of_one_person_are_one_watch(served):
    contact, ida = served
    tabs = [watching.begin(ida, contact.pk).watch for _ in range(2)]
    assert frame()["watchedBy"] == [{"id": ida.pk, "name": "Ida"}]
    watching.end(tabs[0], timezone.now())
    assert frame()["watchedBy"] == [{"id": ida.pk, "name": "Ida"}]
    watching.end(tabs[1], timezone.now())
    assert (frame()["watchedBy"], len(recorded())) == ([], 2)


def test_who_hides_needs_the_right_and_is_recorded_and_not_shown(served):
    contact, ida = served
    with pytest.raises(Refusal) as refused:
        watching.begin(ida, contact.pk, hidden=True)
    assert (refused.value.reason, Watch.objects.count()) == ("notPermitted", 0)
    ida.user_permissions.add(Permission.objects.get(codename="view_floor_hidden"))
    watching.begin(ida, contact.pk, hidden=True)
    assert frame()["watchedBy"] == []
    assert AuditEntry.objects.get(action=AuditAction.WATCH_BEGAN).details == {"hidden": True}


def test_agents_see_nothing_where_the_setting_says_so_and_a_purpose_is_asked_where_it_says_so(served, settings):
    contact, ida = served
    settings.CCP_AGENTS_SEE_WATCHERS, settings.CCP_WATCH_ASKS_PURPOSE = False, True
    with pytest.raises(Refusal) as refused:
        watching.begin(ida, contact.pk, purpose="  ")
    assert refused.value.reason == "purposeNeeded"
    watching.begin(ida, contact.pk, purpose="Training")
    assert (frame()["watchedBy"], Watch.objects.get().purpose) == ([], "Training")
    assert AuditEntry.objects.get(action=AuditAction.WATCH_BEGAN).reason == "Training"


def test_a_watch_that_nobody_renews_is_over_since_it_was_last_seen(served):
    contact, ida = served
    alive, lapsed = (watching.begin(ida, contact.pk).watch for _ in range(2))
    now = timezone.now() + timedelta(seconds=46)
    watching.renew([alive], now)
    seen = Watch.objects.get(pk=lapsed).seen_at
    assert sum(watching.end_lapsed_steps(now)) == 1
    assert dict(Watch.objects.values_list("pk", "until")) == {alive: None, lapsed: seen}


def test_a_tab_that_comes_back_watches_as_before(served):
    contact, ida = served
    ida.user_permissions.add(Permission.objects.get(codename="view_floor_hidden"))
    watching.end(watching.begin(ida, contact.pk, hidden=True, purpose="Audit").watch, timezone.now())
    again = watching.resume(ida, contact.conversation.initial_contact_id)
    assert list(Watch.objects.filter(pk=again.watch).values_list("hidden", "purpose")) == [(True, "Audit")]
    assert watching.resume(factories.user(), contact.conversation.initial_contact_id) is None


def test_ones_own_contact_is_not_watched_and_an_ended_one_is_read_once_in_five_minutes(served):
    contact, ida = served
    mira = contact.owner
    assert watching.begin(mira, contact.pk).watch is None
    Contact.objects.update(state="ENDED")
    for reader in (mira, ida, ida):
        assert watching.begin(reader, contact.pk).watch is None
        watching.record_read_by_id(reader, contact.pk)
    assert recorded() == [("Ida", AuditAction.TRANSCRIPT_READ, "mira")]


def test_out_of_scope_is_as_unknown(served):
    contact, _ = served
    told = []
    for contact_id in (contact.pk, "no-such-contact"):
        with pytest.raises(Refusal) as refused:
            watching.begin(factories.in_role("Team leads", factories.team("South")), contact_id)
        told.append((refused.value.reason, refused.value.message))
    assert told[0] == told[1]
    lead = factories.in_role("Team leads", factories.team("North", contact.owner))
    assert watching.begin(lead, contact.pk).watch is not None


def test_the_agent_reads_who_watched_and_read_and_a_colleague_does_not(served, client):
    contact, ida = served
    page = "/desk/watched/"
    watching.end(watching.begin(ida, contact.pk, purpose="Training").watch, timezone.now())
    Contact.objects.update(state="ENDED")
    watching.record_read_by_id(ida, contact.pk)
    client.force_login(contact.owner)
    seen = [(row.who, row.customer, row.is_watch, row.purpose) for row in client.get(page).context["rows"]]
    assert seen == [("Ida", "Sanna Virtanen", False, ""), ("Ida", "Sanna Virtanen", True, "Training")]
    client.force_login(factories.agent().user)
    assert client.get(page).context["rows"] == []
    client.force_login(ida)
    assert client.get(page).status_code == 403
