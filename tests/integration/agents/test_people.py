"""The admin's page of a person: one form for account and desk, a link to choose a password, and what becomes of contacts."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import Group, User
from django.contrib.messages import get_messages
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from agents import presence, routing
from agents.models import Agent, AgentContact, AgentStateChange
from agents.supervision import accounts
from chats import contact_state
from chats.models import AuditAction, AuditEntry, Contact
from tests import factories
from tests.admin_forms import errors, filled
from tests.factories import NOW

pytestmark = pytest.mark.django_db
State = contact_state.State


@pytest.fixture(autouse=True)
def _states():
    for name in ("Available", "Break", "Offline"):
        factories.state(name)


@pytest.fixture
def admin(client):
    client.force_login(factories.admin("admin"))
    return client


@pytest.fixture
def mira():
    return factories.agent("mira", first_name="Mira", last_name="Okafor")


def served_by(agent, **columns):
    contact = factories.contact(**columns)
    routing.run(NOW)
    routing.accept(agent, contact.pk, NOW)
    return contact


def of(contact):
    row = Contact.objects.get(pk=contact.pk)
    return row.state, row.owner_id


def page(person, act="change"):
    return f"/admin/auth/user/{getattr(person, 'user_id', person.pk)}/{act}/"


def told(answer):
    return [str(one) for one in get_messages(answer.wsgi_request)]


def complaints(answer):
    return {name: [str(one) for one in all_] for name, all_ in answer.context["adminform"].form.errors.items()}


# ---- one form --------------------------------------------------------------------------------------------------------


def new_person(profile, **more):
    fields = {"first_name": "Mira", "last_name": "Okafor", "username": "mira", "email": "mira@example.com"}
    return {**fields, "routing_profile": profile.pk, "capacity": 2, **more}


def test_an_agent_is_made_in_one_form_and_chooses_a_password_by_the_link_that_is_shown_once(admin, client):
    team, role = factories.team("North"), factories.role("Agents")
    profile = factories.routing_profile()
    form = new_person(profile, teams=[team.pk], roles=[role.pk])
    made = admin.post("/admin/auth/user/add/", form)
    agent = Agent.objects.get()
    assert (agent.user.first_name, agent.routing_profile, agent.capacity, agent.state.name) == (
        "Mira",
        profile,
        2,
        "Offline",
    )
    assert set(agent.user.groups.all()) == {team, role}
    assert not agent.user.has_usable_password()
    assert "no-store" in made["Cache-Control"]
    link = re.search(r'value="http://testserver(/[^"]+)"', made.content.decode())[1]
    assert link not in admin.get(page(agent)).content.decode()
    asked = client.get(link, follow=True)
    chosen = {"new_password1": "a lamp that flickers", "new_password2": "a lamp that flickers"}
    assert client.post(asked.redirect_chain[-1][0], chosen).status_code == 302
    assert User.objects.get(username="mira").check_password("a lamp that flickers")
    assert client.get(link, follow=True).context["validlink"] is False


def test_the_link_is_mailed_where_there_is_a_mail_server(admin, mira, settings):
    settings.EMAIL_URL = "smtp://mail.example.com:25"
    User.objects.filter(pk=mira.user_id).update(email="mira@example.com")
    answer = admin.post(page(mira, "link"))
    assert "mira@example.com" in answer.content.decode()
    assert "/account/reset/" not in answer.content.decode()
    assert [one.to for one in mail.outbox] == [["mira@example.com"]]
    assert "http://testserver/account/reset/" in mail.outbox[0].body


def test_a_mail_server_that_does_not_answer_is_said_and_the_link_shown(admin, mira, settings):
    settings.EMAIL_URL = "smtp://127.0.0.1:9"
    settings.EMAIL_BACKEND, settings.EMAIL_HOST, settings.EMAIL_PORT = (
        "django.core.mail.backends.smtp.EmailBackend",
        "127.0.0.1",
        9,
    )
    User.objects.filter(pk=mira.user_id).update(email="mira@example.com")
    shown = admin.post(page(mira, "link")).content.decode()
    assert "The mail could not be sent" in shown
    assert "http://testserver/account/reset/" in shown


@pytest.mark.parametrize(
    ("wrong", "field", "said"),
    [
        ({"username": "ADMIN"}, "username", "There is a login “admin” already."),
        ({"username": ""}, "username", "This field is required."),
        ({"capacity": 11}, "capacity", "Ensure this value is less than or equal to 10."),
        ({"email": "mira"}, "email", "Enter a valid email address."),
    ],
)
def test_what_is_wrong_is_said_at_its_field(admin, wrong, field, said):
    answer = admin.post("/admin/auth/user/add/", new_person(factories.routing_profile()) | wrong)
    assert complaints(answer) == {field: [said]}
    assert Agent.objects.count() == 0


def test_a_profile_without_queues_and_a_portal_without_an_offline_state_make_no_agent(admin):
    profile = factories.routing_profile()
    presence.offline().delete()
    answer = admin.post("/admin/auth/user/add/", new_person(profile))
    assert complaints(answer)["routing_profile"] == ["An agent begins offline: first make an agent state of that type."]
    factories.state("Offline")
    profile.profile_queues.all().delete()
    answer = admin.post("/admin/auth/user/add/", new_person(profile))
    assert complaints(answer)["routing_profile"][0].startswith("This profile serves no queue")


def test_a_new_profile_is_told_to_the_desk_and_leaves_the_rest_alone(admin, heard, mira):
    mira.next_seq()
    Agent.objects.update(load=2)
    other = factories.routing_profile(name="Night", chats=1)
    form = filled(admin, page(mira)) | {"routing_profile": other.pk}
    with heard.committed():
        assert admin.post(page(mira), form).status_code == 302
    mira.refresh_from_db()
    assert (mira.routing_profile, mira.load) == (other, 2)
    assert heard.last(mira.stream, "agent")["agent"]["capacity"] == 1
    assert "routing" in heard.bells
    served = factories.agent("jonas", profile=other)
    AgentContact.objects.create(
        agent=served, contact=factories.contact(), round=1, state="cleared", offered_at=NOW, seq=1
    )
    answer = admin.post(page(served), filled(admin, page(served)) | {"routing_profile": ""})
    assert "Deactivate the account instead" in complaints(answer)["routing_profile"][0]
    assert admin.post(page(mira), filled(admin, page(mira)) | {"routing_profile": ""}).status_code == 302
    assert not Agent.objects.filter(pk=mira.pk).exists()


def test_two_administrators_at_one_person_are_told(admin, mira):
    form = filled(admin, page(mira))
    mira.user.groups.add(factories.team("North"))
    assert errors(admin.post(page(mira), form))[1:] == ["Now: Groups and teams: North"]


def test_the_page_says_state_contacts_and_misses_with_why(admin, mira, django_assert_max_num_queries):
    mine = served_by(mira)
    missed = factories.contact("Karl Lind")
    routing.run(NOW)
    routing.run(NOW + timedelta(seconds=30))
    with django_assert_max_num_queries(28):
        shown = admin.get(page(mira)).content.decode()
    assert f"/admin/chats/contact/{mine.pk}/change/" in shown
    assert re.findall(r"\d of \d chats", shown) == ["1 of 3 chats"]
    assert f"/admin/chats/contact/{missed.pk}/change/" in shown
    assert "no answer within 20 s: no tab of the desk reported that it showed it" in shown


# ---- deactivating ----------------------------------------------------------------------------------------------------


@pytest.fixture
def jonas(mira):
    return factories.agent(
        "jonas", profile=mira.routing_profile, first_name="Jonas", last_name="Kessler", in_state="Break"
    )


def available(agent):
    Agent.objects.filter(pk=agent.pk).update(state=factories.state("Available"), seen_at=timezone.now())


def deactivate(admin, person, heard, **said):
    with heard.committed():
        answer = admin.post(page(person, "deactivate"), {"reason": "left us", **said})
    person = User.objects.get(pk=getattr(person, "user_id", person.pk))
    return person.is_active, told(answer) if answer.status_code == 302 else answer


def test_contacts_go_back_to_the_queue(admin, mira, heard):
    contact = served_by(mira)
    active, said = deactivate(admin, mira, heard, contacts="requeue")
    assert (active, of(contact)) == (False, (State.WAITING, None))
    assert said == ["The account of Mira Okafor is deactivated.", f"Contact {contact.pk}: back in the queue."]
    assert AgentStateChange.objects.latest("pk").new_state == "Offline"
    assert AuditEntry.objects.filter(action=AuditAction.RIGHTS_CHANGED, agent_user=mira.user).exists()


def test_a_colleague_gets_what_they_have_room_for_and_the_rest_waits(admin, mira, jonas, heard):
    first, second = served_by(mira), served_by(mira)
    available(jonas)
    Agent.objects.filter(pk=jonas.pk).update(capacity_override=1)
    assert "Say who gets them." in deactivate(admin, mira, heard, contacts="colleague")[1].content.decode()
    active, said = deactivate(admin, mira, heard, contacts="colleague", colleague=str(jonas.key))
    assert not active
    assert of(first) == (State.CONNECTED, jonas.user_id)
    assert of(second)[0] == State.WAITING
    assert said[1:] == [
        f"Contact {first.pk}: given to the colleague.",
        f"Contact {second.pk}: not given to the colleague. Jonas Kessler has no room: 1 of 1 chats.",
        f"Contact {second.pk}: back in the queue.",
    ]


def test_who_may_finish_is_offered_nothing_and_closed_after_the_last_contact(admin, mira, heard):
    contact = served_by(mira)
    active, said = deactivate(admin, mira, heard, contacts="wait")
    assert (active, of(contact)) == (True, (State.CONNECTED, mira.user_id))
    assert said == ["The account of Mira Okafor is closed after the last contact.", f"Contact {contact.pk}: kept."]
    Agent.objects.filter(pk=mira.pk).update(state=factories.state("Available"))
    later = factories.contact()
    routing.run(NOW)
    assert of(later) == (State.WAITING, None)
    assert sum(routing.leaving.steps(NOW)) == 0
    routing.end(Agent.objects.get(pk=mira.pk), contact.pk, NOW)
    assert sum(routing.leaving.steps(NOW)) == 0  # the agent is there and wraps up
    routing.clear(Agent.objects.get(pk=mira.pk), contact.pk, NOW)
    with heard.committed():
        assert sum(routing.leaving.steps(NOW)) == 1
    assert not User.objects.get(pk=mira.user_id).is_active
    assert Agent.objects.get(pk=mira.pk).leaves_when_done is False


def test_after_contact_work_is_not_waited_for_once_the_desk_is_closed(admin, mira, heard):
    contact = served_by(mira)
    deactivate(admin, mira, heard, contacts="wait")
    routing.end(Agent.objects.get(pk=mira.pk), contact.pk, NOW)
    assert sum(routing.leaving.steps(NOW + timedelta(minutes=2))) == 1


def test_whoever_changes_their_mind_keeps_the_agent_and_a_closed_account_is_opened(admin, mira, heard):
    served_by(mira)
    deactivate(admin, mira, heard, contacts="wait")
    assert admin.post(page(mira, "activate")).status_code == 302
    assert Agent.objects.get().leaves_when_done is False
    deactivate(admin, mira, heard, contacts="requeue")
    admin.post(page(mira, "activate"))
    assert User.objects.get(pk=mira.user_id).is_active


def test_nobody_deactivates_themselves_or_the_last_administrator(admin, heard):
    me = User.objects.get(username="admin")
    answer = admin.post(page(me, "deactivate"), {"reason": ""})
    assert "This is your own account" in answer.content.decode()
    form = filled(admin, page(me))
    del form["is_superuser"]
    assert "This is your own account" in errors(admin.post(page(me), form))[0]
    assert "This is your own account" in told(admin.post(page(me, "delete"), {"post": "yes"}))[0]
    other = factories.admin("other")
    User.objects.filter(pk=me.pk).update(is_staff=False)
    with pytest.raises(accounts.AccountNeeded, match="Nobody else can manage accounts"):
        accounts.check_not_needed(me, other)
    User.objects.filter(pk=me.pk).update(is_staff=True)
    assert deactivate(admin, other, heard)[0] is False


def test_a_state_is_forced_and_a_person_signed_out_with_what_became_of_their_contacts(admin, mira, heard):
    contact = served_by(mira)
    pause = factories.state("Break")
    answer = admin.post(page(mira, "state"), {"state": pause.pk, "contacts": "keep", "reason": "training"})
    assert told(answer) == ["Mira Okafor is Break now.", f"Contact {contact.pk}: kept."]
    assert Agent.objects.get().state_is_forced
    answer = admin.post(page(mira, "sign-out"), {"contacts": "requeue", "reason": ""})
    assert told(answer)[-2:] == ["Mira Okafor is signed out.", f"Contact {contact.pk}: back in the queue."]
    assert [one.action for one in AuditEntry.objects.filter(agent_user=mira.user)] == [
        "state_forced",
        "agent_signed_out",
    ]


def test_acts_ask_for_their_permission(client, mira):
    clerk = factories.user("clerk", is_staff=True)
    factories.Group.objects.get_or_create(name="Clerks")
    for codename in ("view_user", "change_user"):
        clerk.user_permissions.add(Group.permissions.rel.model.objects.get(codename=codename))
    client.force_login(clerk)
    shown = client.get(page(mira)).content.decode()
    assert (page(mira, "deactivate") in shown, page(mira, "state") in shown) == (True, False)
    assert client.post(page(mira, "state"), {}).status_code == 403
    assert client.post(page(mira, "sign-out"), {}).status_code == 403
    assert 'name="is_superuser"' not in shown
    client.force_login(factories.user("reader", is_staff=True))
    assert client.post(page(mira, "deactivate"), {}).status_code == 403
    assert reverse("password_reset_confirm", args=["a", "b"])
