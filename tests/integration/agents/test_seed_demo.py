"""The demo's people: made once, from then on nobody's business but the admin's."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.core.management import CommandError, call_command

from agents.models import Agent, AgentContact, AgentState, QuickResponse, RoutingProfile, Team
from chats import transcripts
from chats.models import Contact, Queue
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _password(monkeypatch):
    monkeypatch.setenv("CCP_DEMO_PASSWORD", "demo-portal")


def everything():
    return {
        "people": sorted(User.objects.values_list("username", "first_name", "last_name", "is_superuser", "password")),
        "groups": sorted(User.objects.values_list("username", "groups__name")),
        "agents": sorted(Agent.objects.values_list("user__username", "routing_profile__name", "state__name")),
        "states": sorted(AgentState.objects.values_list("name", "type")),
        "queues": sorted(Queue.objects.values_list("name", "public_name", "is_default", "readers__name")),
        "responses": sorted(QuickResponse.objects.values_list("shortcut", "content")),
        "profiles": sorted(RoutingProfile.objects.values_list("name", "chat_concurrency", "queues__name")),
    }


def test_the_demo_has_its_people_states_and_queue():
    call_command("seed_demo")
    made = everything()
    assert made["groups"] == [
        ("admin", "Admins"),
        ("ayo", "Auditors"),
        ("ida", "Supervisors"),
        ("jonas", "Agents"),
        ("jonas", "Team South"),
        ("lena", "Team North"),
        ("lena", "Team leads"),
        ("mira", "Agents"),
        ("mira", "Team North"),
    ]
    assert made["agents"] == [("jonas", "Customer care", "Offline"), ("mira", "Customer care", "Offline")]
    assert made["states"] == [("Available", "routable"), ("Break", "not_routable"), ("Offline", "offline")]
    assert made["queues"] == [("Returns", "Fenmark Home", True, "Supervisors")]
    assert [shortcut for shortcut, _ in made["responses"]] == ["bye", "hello", "moment", "photo", "track"]
    assert made["profiles"] == [("Customer care", 3, "Returns")]
    names = {username: f"{first} {last}" for username, first, last, _, _ in made["people"]}
    assert names == {
        "admin": " ",
        "ayo": "Ayo Mensah",
        "ida": "Ida Reuter",
        "jonas": "Jonas Kessler",
        "lena": "Lena Vogt",
        "mira": "Mira Okafor",
    }


def test_everybody_can_sign_in_and_see_what_they_should(client):
    call_command("seed_demo")
    contact = factories.contact(queue=Queue.objects.get())
    for username, home, sees in [
        ("mira", "/desk/", []),
        ("jonas", "/desk/", []),
        ("ida", "/floor/", [contact]),
        ("lena", "/floor/", []),  # it waits: nobody of her team has it yet
        ("ayo", "/floor/", [contact]),
        ("admin", "/admin/", [contact]),
    ]:
        assert client.login(username=username, password="demo-portal")
        assert client.get("/")["Location"] == home
        assert list(transcripts.visible_to(User.objects.get(username=username))) == sees


def test_a_group_of_an_earlier_demo_gets_the_permissions_of_its_role():
    call_command("seed_demo")
    group = Group.objects.get(name="Supervisors")
    expected = set(group.permissions.values_list("codename", flat=True))
    group.permissions.set(Permission.objects.filter(codename="view_contact"))  # of something else
    call_command("seed_demo")
    assert set(group.permissions.values_list("codename", flat=True)) == expected | {"view_contact"} > {"whisper"}


def test_agents_of_a_demo_before_there_were_teams_join_theirs():
    call_command("seed_demo")
    Team.objects.all().delete()
    for username in ("mira", "jonas"):
        User.objects.get(username=username).groups.clear()
    call_command("seed_demo")
    assert [
        list(User.objects.get(username=one).groups.values_list("name", flat=True)) for one in ("mira", "jonas")
    ] == [
        ["Agents", "Team North"],
        ["Agents", "Team South"],
    ]


def test_again_changes_nothing():
    call_command("seed_demo")
    before = everything()
    call_command("seed_demo")
    assert everything() == before


def test_what_was_changed_stays_and_what_lacks_is_made(monkeypatch):
    call_command("seed_demo")
    User.objects.filter(username="jonas").delete()
    mira = User.objects.get(username="mira")
    mira.first_name = "Miriam"
    mira.set_password("another one entirely")
    mira.save()
    mira.groups.clear()
    Queue.objects.update(public_name="Fenmark", is_default=False, closed_text="Zu.")
    Queue.objects.get().readers.clear()
    RoutingProfile.objects.update(chat_concurrency=5)
    AgentState.objects.filter(name="Break").update(type="routable")
    QuickResponse.objects.filter(shortcut="bye").update(content="Bye!")
    expected = everything()
    monkeypatch.setenv("CCP_DEMO_PASSWORD", "a new password")
    call_command("seed_demo")
    made = everything()
    jonas = User.objects.get(username="jonas")
    assert (jonas.get_full_name(), jonas.agent.state.name) == ("Jonas Kessler", "Offline")
    assert jonas.check_password("a new password")
    made["people"] = [one for one in made["people"] if one[0] != "jonas"]
    made["groups"] = [one for one in made["groups"] if one[0] != "jonas"]
    made["agents"] = [one for one in made["agents"] if one[0] != "jonas"]
    assert made == expected


def test_another_default_queue_stays_the_default():
    factories.queue("Service", is_default=True)
    call_command("seed_demo")
    assert list(Queue.objects.filter(is_default=True).values_list("name", flat=True)) == ["Service"]


@pytest.mark.parametrize(
    ("password", "says"),
    [
        (None, "Set CCP_DEMO_PASSWORD to the password of the demo's people, and run this again."),
        ("", "Set CCP_DEMO_PASSWORD to the password of the demo's people, and run this again."),
        ("short", "CCP_DEMO_PASSWORD is not good enough: This password is too short."),
        ("password", "CCP_DEMO_PASSWORD is not good enough: This password is too common."),
    ],
)
def test_without_a_good_password_nothing_is_made(monkeypatch, password, says):
    if password is None:
        monkeypatch.delenv("CCP_DEMO_PASSWORD")
    else:
        monkeypatch.setenv("CCP_DEMO_PASSWORD", password)
    with pytest.raises(CommandError) as error:
        call_command("seed_demo")
    assert str(error.value).startswith(says)
    assert (User.objects.count(), AgentState.objects.count()) == (0, 0)


def test_the_company_has_three_queues_four_agents_hours_and_some_days_of_contacts():
    call_command("seed_demo", company=True)
    made = everything()
    assert [name for name, *_ in made["queues"]] == ["Orders", "Returns", "Warranty"]
    assert {name for name, *_ in made["agents"]} == {"emil", "jonas", "mira", "noor"}
    assert Queue.objects.get(name="Warranty").hours.name == "Weekdays"
    ida = User.objects.get(username="ida")
    assert transcripts.visible_to(ida).filter(state="ENDED").count() == 24
    assert AgentContact.objects.filter(outcome="missed").count() == 4
    call_command("seed_demo", company=True)
    assert (everything(), Contact.objects.count()) == (made, 24)
