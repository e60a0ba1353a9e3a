"""Whose account is closed is out of routing in that very transaction, and their customers wait for somebody else."""

from __future__ import annotations

import pytest
from django.contrib.messages import get_messages

from agents import presence, routing
from agents.models import Agent, AgentContact, AgentStateChange
from agents.protocol import agent_contact_state as part
from chats import contact_state, realtime
from chats.models import Contact, Queue, Transfer
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _states():
    for name in ("Available", "Offline"):
        factories.state(name)


@pytest.fixture
def mira():
    return factories.agent("mira", first_name="Mira", last_name="Okafor")


@pytest.fixture
def admin(client):
    client.force_login(factories.admin("admin"))
    return client


def served_by(agent, **columns):
    contact = factories.contact(**columns)
    routing.run(NOW)
    routing.accept(agent, contact.pk, NOW)
    return contact


@pytest.fixture
def close_account(heard):
    def close(agent):
        agent.user.is_active = False
        with heard.committed():
            agent.user.save()

    return close


def of(contact):
    row = Contact.objects.get(pk=contact.pk)
    return row.state, row.owner_id


def test_contacts_wait_again_offers_are_withdrawn_and_the_agent_is_offline_at_once(mira, heard, close_account):
    first, second = served_by(mira), served_by(mira)
    offered = factories.contact()
    routing.run(NOW)
    assert of(offered) == (contact_state.State.WAITING, mira.user_id)
    close_account(mira)
    assert [of(one) for one in (first, second, offered)] == [(contact_state.State.WAITING, None)] * 3
    agent = Agent.objects.get()
    assert (agent.state.name, agent.load) == ("Offline", 0)
    assert [str(change.why) for change in AgentStateChange.objects.all()] == ["Mira Okafor may not sign in any more"]
    assert realtime.RIGHTS_CHANGED in heard.bells
    assert presence.ROUTING in heard.bells


@pytest.mark.parametrize("rescue", Queue.Rescue.values)
def test_nobody_is_waited_for_whatever_the_queue_says(mira, rescue, close_account):
    contact = served_by(mira)
    factories.rules(contact.queue, rescue=rescue)
    close_account(mira)
    assert of(contact) == (contact_state.State.WAITING, None)


def test_the_next_agent_is_offered_what_was_theirs(mira, close_account):
    contact = served_by(mira)
    jonas = factories.agent("jonas", profile=mira.routing_profile)
    close_account(mira)
    routing.run(NOW)
    assert of(contact) == (contact_state.State.WAITING, jonas.user_id)


def test_a_colleague_who_was_asked_is_asked_no_more_and_the_sender_keeps_the_contact(mira, close_account):
    jonas = factories.agent("jonas", profile=mira.routing_profile)
    contact = factories.contact()
    Agent.objects.filter(pk=jonas.pk).update(state=factories.state("Offline"))
    routing.run(NOW)
    routing.accept(mira, contact.pk, NOW)
    Agent.objects.filter(pk=jonas.pk).update(state=factories.state("Available"))
    routing.transfers.transfer(mira, contact.pk, routing.endpoints.Ref("agent", str(jonas.key)), "", NOW)
    close_account(jonas)
    assert of(contact) == (contact_state.State.CONNECTED, mira.user_id)
    assert Transfer.objects.get().state == Transfer.State.WITHDRAWN
    assert Agent.objects.get(pk=jonas.pk).load == 0


def test_an_account_closed_by_other_means_is_offered_nothing_and_its_offer_is_taken_back(mira):
    """An update() sends no signal: routing goes by the row."""
    offered = factories.contact()
    routing.run(NOW)
    mira.user.__class__.objects.filter(pk=mira.user_id).update(is_active=False)
    presence.sweep(NOW)
    routing.run(NOW)
    assert of(offered) == (contact_state.State.WAITING, None)
    assert AgentContact.objects.get().state == part.State.MISSED


def test_whoever_signs_in_changes_nothing_of_this(mira, heard):
    contact = served_by(mira)
    with heard.committed():
        mira.user.save(update_fields=["last_login"])
    assert of(contact) == (contact_state.State.CONNECTED, mira.user_id)
    assert heard.bells == []


# ---- deleting --------------------------------------------------------------------------------------------------------


def told(answer):
    return [str(message) for message in get_messages(answer.wsgi_request)]


def test_who_had_a_part_in_contacts_cannot_be_deleted_and_the_reason_is_said_at_once(
    mira, admin, django_assert_max_num_queries
):
    for _ in range(3):
        contact = served_by(mira)
        routing.end(mira, contact.pk, NOW)
        routing.clear(mira, contact.pk, NOW)
    url = f"/admin/auth/user/{mira.user_id}/delete/"
    with django_assert_max_num_queries(12):
        asked = admin.get(url)
    assert (asked.status_code, asked.url) == (302, f"/admin/auth/user/{mira.user_id}/change/")
    assert "Mira Okafor. Deactivate the account instead" in told(asked)[0]
    assert admin.post(url, {"post": "yes"}).status_code == 302
    chosen = {"action": "delete_selected", "_selected_action": [mira.user_id], "post": "yes"}
    with django_assert_max_num_queries(20):
        several = admin.post("/admin/auth/user/", chosen)
    assert "Mira Okafor. Deactivate the account instead" in told(several)[-1]
    assert "deletelink" not in admin.get(f"/admin/auth/user/{mira.user_id}/change/").content.decode()
    assert (Agent.objects.count(), AgentContact.objects.count()) == (1, 3)


def test_who_never_had_a_part_in_one_is_deleted(mira, admin):
    assert "deletelink" in admin.get(f"/admin/auth/user/{mira.user_id}/change/").content.decode()
    jonas = factories.agent("jonas", profile=mira.routing_profile)
    assert admin.post(f"/admin/auth/user/{mira.user_id}/delete/", {"post": "yes"}).status_code == 302
    chosen = {"action": "delete_selected", "_selected_action": [jonas.user_id], "post": "yes"}
    assert admin.post("/admin/auth/user/", chosen).status_code == 302
    assert Agent.objects.count() == 0
