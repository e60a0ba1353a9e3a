"""The pages: who may open which, and what stands on them."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import Group, Permission
from django.db import connection
from django.test import override_settings

from chats import life
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def signed_in(client):
    def sign_in(user):
        client.force_login(user)
        return client

    return sign_in


def permitted(*codenames):
    person = factories.user()
    person.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    return person


# ---- the way in ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/", "/desk/", "/floor/", "/floor/c-1/"])
def test_a_stranger_is_sent_to_the_login_and_back(client, path):
    answer = client.get(path)
    assert (answer.status_code, answer["Location"]) == (302, f"/login/?next={path}")


def test_whoever_signs_in_comes_to_their_own_page(client):
    person = factories.agent("mira").user
    person.set_password("a password of the tests")
    person.save()
    page = client.get("/login/")
    assert page.templates[0].name == "login.html"
    answer = client.post("/login/", {"username": "mira", "password": "a password of the tests"}, follow=True)
    assert answer.redirect_chain == [("/", 302), ("/desk/", 302)]
    assert answer.status_code == 200


def test_a_wrong_password_is_said_on_the_page(client):
    factories.user("mira")
    answer = client.post("/login/", {"username": "mira", "password": "wrong"})
    assert answer.status_code == 200
    assert "correct username and password" in answer.content.decode()


def test_signing_out_takes_a_post(signed_in):
    client = signed_in(factories.user())
    assert client.get("/logout/").status_code == 405
    answer = client.post("/logout/")
    assert (answer.status_code, answer["Location"]) == (302, "/login/")
    assert "_auth_user_id" not in client.session


def home_of(client):
    answer = client.get("/")
    return answer.status_code, answer.get("Location")


def test_everybody_has_a_page_of_their_own(signed_in):
    reader, viewer = factories.supervisor(), permitted("view_contact")
    both = factories.agent().user
    both.groups.add(Group.objects.get(name="Supervisors"))
    assert home_of(signed_in(both)) == (302, "/desk/")
    assert home_of(signed_in(reader)) == (302, "/floor/")
    assert home_of(signed_in(viewer)) == (302, "/floor/")
    assert home_of(signed_in(factories.user(is_staff=True))) == (302, "/admin/")
    assert home_of(signed_in(factories.admin())) == (302, "/admin/")


def test_who_is_nothing_here_is_told_so(signed_in):
    answer = signed_in(factories.user("guest")).get("/")
    assert answer.status_code == 403
    assert "guest" in answer.content.decode()


# ---- the desk --------------------------------------------------------------------------------------------------------


def test_the_desk_names_its_agent_to_the_scripts(signed_in):
    agent = factories.agent("mira", first_name="Mira", last_name="Okafor")
    answer = signed_in(agent.user).get("/desk/")
    assert answer.context["page"] == {
        "userId": agent.user_id,
        "name": "Mira Okafor",
        "loginPath": "/login/",
        "agentId": str(agent.key),
        "wsPath": "/ws/desk/",
    }
    assert (answer.context["may_desk"], answer.context["may_floor"]) == (True, False)
    assert answer["Cache-Control"] == "max-age=0, no-cache, no-store, must-revalidate, private"


def test_the_desk_is_for_agents(signed_in):
    assert signed_in(factories.supervisor()).get("/desk/").status_code == 403


# ---- the floor -------------------------------------------------------------------------------------------------------


@pytest.fixture
def ida():
    return factories.supervisor("ida", first_name="Ida", last_name="Reuter")


def shown(answer):
    return [one.pk for one in answer.context["live"]], [one.pk for one in answer.context["ended"]]


def ended(minutes_ago, **columns):
    return factories.contact(state=life.State.ENDED, ended_at=NOW - timedelta(minutes=minutes_ago), **columns)


def test_live_contacts_longest_first_ended_ones_newest_first(signed_in, ida):
    young, old = factories.contact(waited=1), factories.contact(waited=9)
    served = factories.contact(waited=5, state=life.State.CONNECTED, connected_at=NOW, owner=factories.user())
    factories.contact(state=life.State.JOINING, waiting_since=None)
    first, last = ended(9), ended(1)
    answer = signed_in(ida).get("/floor/")
    assert shown(answer) == ([old.pk, served.pk, young.pk], [last.pk, first.pk])


def test_a_supervisor_sees_their_queues_and_no_other(signed_in, ida):
    mine, foreign = factories.contact(), factories.contact(queue=factories.queue("VIP"))
    client = signed_in(ida)
    assert shown(client.get("/floor/")) == ([mine.pk], [])
    assert client.get(f"/floor/{mine.pk}/").status_code == 200
    assert client.get(f"/floor/{foreign.pk}/").status_code == 404
    assert client.get("/floor/nowhere/").status_code == 404


def test_the_permission_to_view_contacts_shows_all(signed_in):
    contacts = [factories.contact(waited=9), factories.contact(queue=factories.queue("VIP"))]
    assert shown(signed_in(permitted("view_contact")).get("/floor/"))[0] == [one.pk for one in contacts]


def test_the_floor_is_not_for_agents_not_even_with_contacts_of_their_own(signed_in):
    agent = factories.agent()
    contact = factories.contact(state=life.State.CONNECTED, connected_at=NOW, owner=agent.user)
    client = signed_in(agent.user)
    assert [client.get(path).status_code for path in ("/floor/", f"/floor/{contact.pk}/")] == [403, 403]


@pytest.mark.parametrize(
    ("q", "finds"),
    [("", "abc"), ("sanna", "a"), ("VIRTANEN sanna", "a"), ("okafor", "b"), ("mira", "b"), ("c-3", "c"), ("i-3", "c"),
     ("sanna okafor", ""), ("nobody", ""), ("%", ""), ("c-", "")],
)  # fmt: skip
def test_contacts_are_found_by_customer_agent_and_id(signed_in, ida, q, finds):
    mira = factories.user("mira", first_name="Mira", last_name="Okafor")
    contacts = {
        "a": factories.contact("Sanna Virtanen", id="c-1"),
        "b": factories.contact("Tom", id="c-2", state="CONNECTED", owner=mira, connected_at=NOW),
        "c": ended(1, id="c-3", conversation=factories.conversation("Ulla", initial_contact_id="i-3")),
    }
    live, over = shown(signed_in(ida).get("/floor/", {"q": f" {q} "}))
    assert sorted(live + over) == [contacts[letter].pk for letter in finds]


def test_ended_contacts_come_in_pages_of_fifty(signed_in, ida):
    contacts = [ended(minutes) for minutes in range(52)]
    client = signed_in(ida)
    assert shown(client.get("/floor/"))[1] == [one.pk for one in contacts[:50]]
    assert shown(client.get("/floor/?page=2"))[1] == [one.pk for one in contacts[50:]]
    assert shown(client.get("/floor/?page=nonsense"))[1] == [one.pk for one in contacts[:50]]
    assert shown(client.get("/floor/?page=99"))[1] == [one.pk for one in contacts[50:]]


def test_more_contacts_are_no_more_queries(signed_in, ida, django_assert_max_num_queries):
    mira = factories.user("mira", first_name="Mira")
    for minutes in range(30):
        ended(minutes, owner=mira)
        factories.contact(waited=minutes, state=life.State.CONNECTED, connected_at=NOW, owner=mira)
    client = signed_in(ida)
    with django_assert_max_num_queries(10):
        assert client.get("/floor/").status_code == 200


def test_one_contact_names_itself_and_its_chain(signed_in, ida):
    chain = factories.conversation(initial_contact_id="i-1")
    first = factories.contact(conversation=chain, waited=60, state=life.State.ENDED, ended_at=NOW)
    second = factories.contact(conversation=chain, waited=5)
    answer = signed_in(ida).get(f"/floor/{second.pk}/")
    assert answer.context["page"] | {"contactId": second.pk, "initialContactId": "i-1"} == answer.context["page"]
    assert answer.context["contact"] == second
    assert list(answer.context["chain"]) == [first, second]


def test_a_customers_name_is_text_on_every_page(signed_in, ida):
    contact = factories.contact("<script>alert(1)</script>")
    client = signed_in(ida)
    for path in ("/floor/", f"/floor/{contact.pk}/", "/floor/?q=<script>alert(1)</script>"):
        assert "<script>alert" not in client.get(path).content.decode()


# ---- for machines ----------------------------------------------------------------------------------------------------


def test_healthz_asks_the_database(client, django_assert_num_queries):
    with django_assert_num_queries(1):
        answer = client.get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok", "database": "ok"})


@pytest.mark.django_db(transaction=True)
def test_healthz_is_503_without_a_database(client, monkeypatch):
    broken = {"sqlite": "/nowhere/at/all.sqlite3", "postgresql": "no_such_database_here"}[connection.vendor]
    connection.close()
    monkeypatch.setitem(connection.settings_dict, "NAME", broken)
    answer = client.get("/healthz")
    monkeypatch.undo()
    connection.close()
    assert (answer.status_code, answer.json()) == (503, {"status": "unavailable", "database": "OperationalError"})


def test_the_scripts_get_their_words(client):
    answer = client.get("/jsi18n/")
    assert answer.status_code == 200
    assert re.match(r"(application|text)/javascript", answer["Content-Type"])
    assert b"gettext" in answer.content


@override_settings(DEBUG=False)
def test_an_unknown_address_is_a_page_of_ours(client):
    answer = client.get("/nowhere/")
    assert answer.status_code == 404
    assert "404.html" in [template.name for template in answer.templates]
