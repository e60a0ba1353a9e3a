"""The pages: who may open which, and what stands on them."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import Group, Permission
from django.db import connection
from django.test import Client, override_settings

from agents.models import AgentContact, Disposition, Whisper
from chats import contact_state
from chats.models import Transfer
from chats.reasons import Reason
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


@pytest.mark.parametrize("path", ["/", "/desk/", "/history/", "/history/c-1/", "/floor/", "/floor/c-1/"])
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
    page = dict(answer.context["page"])
    files = page.pop("files")
    assert page == {
        "userId": agent.user_id,
        "name": "Mira Okafor",
        "loginPath": "/login/",
        "agentId": str(agent.key),
        "wsPath": "/ws/desk/",
    }
    assert (files["maxBytes"], files["types"]["pdf"], "exe" in files["types"]) == (20_971_520, "application/pdf", False)
    assert (answer.context["may_desk"], answer.context["may_floor"]) == (True, False)
    assert answer["Cache-Control"] == "max-age=0, no-cache, no-store, must-revalidate, private"


def test_the_desk_is_for_agents(signed_in):
    assert signed_in(factories.supervisor()).get("/desk/").status_code == 403


# ---- the floor -------------------------------------------------------------------------------------------------------


@pytest.fixture
def ida():
    return factories.supervisor("ida", first_name="Ida", last_name="Reuter")


def over(answer):
    """The ended contacts; those that live come through the socket (test_floor)."""
    return [one.pk for one in answer.context["ended"]]


def ended(minutes_ago, **columns):
    return factories.contact(state=contact_state.State.ENDED, ended_at=NOW - timedelta(minutes=minutes_ago), **columns)


def test_ended_contacts_are_listed_the_newest_first(signed_in, ida):
    factories.contact()
    first, last = ended(9), ended(1)
    assert over(signed_in(ida).get("/floor/")) == [last.pk, first.pk]


def test_a_supervisor_sees_their_queues_and_no_other(signed_in, ida):
    mine, foreign = ended(1), ended(1, queue=factories.queue("VIP"))
    client = signed_in(ida)
    assert over(client.get("/floor/")) == [mine.pk]
    assert client.get(f"/floor/{mine.pk}/").status_code == 200
    assert client.get(f"/floor/{foreign.pk}/").status_code == 404
    assert client.get("/floor/nowhere/").status_code == 404


def test_the_permission_to_view_contacts_shows_all(signed_in):
    contacts = [ended(1), ended(2, queue=factories.queue("VIP"))]
    assert over(signed_in(permitted("view_contact")).get("/floor/")) == [one.pk for one in contacts]


def test_the_floor_is_not_for_agents_not_even_with_contacts_of_their_own(signed_in):
    agent = factories.agent()
    contact = factories.contact(state=contact_state.State.CONNECTED, connected_at=NOW, owner=agent.user)
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
        "a": ended(3, id="c-1", conversation=factories.conversation("Sanna Virtanen")),
        "b": ended(2, id="c-2", conversation=factories.conversation("Tom"), owner=mira),
        "c": ended(1, id="c-3", conversation=factories.conversation("Ulla", initial_contact_id="i-3")),
    }
    assert sorted(over(signed_in(ida).get("/floor/", {"q": f" {q} "}))) == [contacts[letter].pk for letter in finds]


def test_ended_contacts_come_in_pages_of_fifty(signed_in, ida):
    contacts = [ended(minutes) for minutes in range(52)]
    client = signed_in(ida)
    assert over(client.get("/floor/")) == [one.pk for one in contacts[:50]]
    assert over(client.get("/floor/?page=2")) == [one.pk for one in contacts[50:]]
    assert over(client.get("/floor/?page=nonsense")) == [one.pk for one in contacts[:50]]
    assert over(client.get("/floor/?page=99")) == [one.pk for one in contacts[50:]]


def test_more_contacts_are_no_more_queries(signed_in, ida, django_assert_max_num_queries):
    mira = factories.user("mira", first_name="Mira")
    for minutes in range(30):
        ended(minutes, owner=mira)
        factories.contact(waited=minutes, state=contact_state.State.CONNECTED, connected_at=NOW, owner=mira)
    client = signed_in(ida)
    with django_assert_max_num_queries(15):
        assert client.get("/floor/").status_code == 200


def test_one_contact_names_itself_and_its_chain(signed_in, ida):
    chain = factories.conversation(initial_contact_id="i-1")
    first = factories.contact(conversation=chain, waited=60, state=contact_state.State.ENDED, ended_at=NOW)
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


# ---- the history -----------------------------------------------------------------------------------------------------


@pytest.fixture
def mira():
    return factories.agent("mira", first_name="Mira", last_name="Okafor")


def served(by, minutes_ago, *, lasted=402, part=None, **columns):
    """A contact that this agent accepted and that is over, in the agent's after contact work."""
    contact = ended(minutes_ago, owner=by.user, end_reason="customer", **columns)
    return contact, part_of(by, contact, lasted=lasted, **part or {})


def part_of(by, contact, *, lasted=402, **columns):
    over = contact.ended_at or NOW
    times = {"offered_at": over - timedelta(seconds=lasted + 5), "accepted_at": over - timedelta(seconds=lasted)}
    defaults = {"round": contact.round, "state": "ended", "ended_at": over, "why": Reason("customer_left"), **times}
    return AgentContact.objects.create(agent=by, contact=contact, **defaults | columns)


def parts_on(answer):
    return [row.part for row in answer.context["rows"]]


def cells(page):
    """The words of each row of the table, cell by cell, as they are heard: labels for cards are for the eye."""
    page = re.sub('<span [^>]*aria-hidden="true">.*?</span>', "", page)
    rows = re.findall("<tr\\b[^>]*>(.*?)</tr>", page.partition("<tbody")[2], re.DOTALL)
    found = [re.findall("<t[hd]\\b[^>]*>(.*?)</t[hd]>", row, re.DOTALL) for row in rows]
    return [[re.sub("<[^>]+>", "", cell).strip() for cell in row] for row in found]


def test_an_agent_finds_what_they_served_newest_first_and_nobody_elses(signed_in, mira):
    jonas = factories.agent("jonas")
    _, first = served(mira, 9)
    _, last = served(mira, 1)
    served(jonas, 5)
    missed = ended(3, owner=mira.user)
    part_of(mira, missed, state="missed", accepted_at=None)
    still_here = factories.contact(state=contact_state.State.CONNECTED, connected_at=NOW, owner=mira.user)
    part_of(mira, still_here, state="connected", ended_at=None)
    assert parts_on(signed_in(mira.user).get("/history/")) == [last, first]


def test_a_contact_that_came_twice_stands_there_twice(signed_in, mira):
    contact, second = served(mira, 1, round=2)
    first = part_of(mira, contact, round=1, ended_at=NOW - timedelta(minutes=30))
    assert parts_on(signed_in(mira.user).get("/history/")) == [second, first]


def test_what_was_handed_on_stands_in_the_senders_history_and_is_the_receivers_and_a_readers_to_read(signed_in, mira):
    jonas = factories.agent("jonas")
    contact, theirs = served(jonas, 1)
    part = part_of(mira, contact, why=Reason("handed_on_to_agent", name="Jonas"))
    client = signed_in(mira.user)
    listed = client.get("/history/")
    assert (parts_on(listed), f'href="/history/{contact.pk}/"' in listed.content.decode()) == ([part], False)
    assert [ask(f"/history/{contact.pk}/").status_code for ask in (client.get, client.head)] == [404, 404]
    group = Group.objects.create(name="Readers")
    contact.queue.readers.add(group)
    mira.user.groups.add(group)
    listed = client.get("/history/")
    assert (parts_on(listed), f'href="/history/{contact.pk}/"' in listed.content.decode()) == ([part], True)
    assert [ask(f"/history/{contact.pk}/").status_code for ask in (client.get, client.head)] == [200, 200]
    assert parts_on(signed_in(jonas.user).get("/history/")) == [theirs]


def test_a_row_says_who_when_how_long_and_what_came_of_it(signed_in, mira):
    refund = Disposition.objects.create(name="Refund")
    contact, _ = served(mira, 1, customer="Amelia Hart", part={"disposition": refund, "state": "cleared"})
    served(mira, 2, lasted=8076.9, part={"why": Reason("handed_on_to_agent", name="Jonas")})
    client = signed_in(mira.user)
    page = client.get("/history/").content.decode()
    first, second = cells(page)
    assert first == ["Amelia Hart", "20 Nov 2026, 11:59", "6:42", "Returns", "Refund", "the customer left"]
    assert second == ["Sanna Virtanen", "20 Nov 2026, 11:58", "2:14:36", "Returns", "none", "handed on to Jonas"]
    assert f'href="/history/{contact.pk}/"' in page
    german = cells(client.get("/history/", headers={"accept-language": "de"}).content.decode())
    assert [row[-1] for row in german] == ["der Kunde ging", "an Jonas übergeben"]


@pytest.mark.parametrize(
    ("q", "finds"),
    [("", "ab"), ("hart", "a"), ("AMELIA hart", "a"), ("c-2", "b"), ("i-2", "b"), ("mira", ""), ("\0", "ab")],
)
def test_an_agent_finds_a_contact_by_customer_and_id(signed_in, mira, q, finds):
    chain = factories.conversation("Bob", initial_contact_id="i-2")
    parts = {"a": served(mira, 1, customer="Amelia Hart")[1], "b": served(mira, 2, id="c-2", conversation=chain)[1]}
    assert parts_on(signed_in(mira.user).get("/history/", {"q": q})) == [parts[letter] for letter in finds]


def test_the_history_comes_in_pages_of_fifty_with_as_many_queries(signed_in, mira, django_assert_max_num_queries):
    parts = [served(mira, minutes)[1] for minutes in range(52)]
    client = signed_in(mira.user)
    with django_assert_max_num_queries(12):
        first = client.get("/history/?q=sanna")
    assert parts_on(first) == parts[:50]
    assert "?q=sanna&amp;page=2" in first.content.decode()
    assert parts_on(client.get("/history/?q=sanna&page=2")) == parts[50:]


def test_any_page_of_many_is_a_link_away(signed_in, mira):
    for minutes in range(210):
        served(mira, minutes)
    page = signed_in(mira.user).get("/history/?q=sanna&page=2").content.decode()
    assert re.findall(r'href="\?q=sanna&amp;page=(\d+)"', page) == ["1", "1", "2", "3", "4", "5", "3"]


@pytest.mark.parametrize(
    ("asked", "finds"),
    [
        ({}, "abc"),
        ({"since": "2026-11-20"}, "a"),
        ({"until": "2026-11-19"}, "bc"),
        ({"since": "2026-11-19", "until": "2026-11-19"}, "b"),
        ({"since": "2026-11-20", "until": "2026-11-20", "zone": "Pacific/Auckland"}, "b"),
        ({"since": "2026-11-20", "zone": "Nowhere/Atall"}, "a"),
        ({"queue": "VIP"}, "b"),
        ({"disposition": "Refund"}, "c"),
        ({"disposition": "Refund", "queue": "VIP"}, ""),
        ({"since": "the 20th"}, "abc"),
        ({"since": "2026-11-20", "until": "2026-11-18"}, "a"),
        ({"queue": "999999"}, "abc"),
    ],
)
def test_what_is_over_is_found_by_day_queue_and_disposition_on_both_pages(signed_in, ida, mira, asked, finds):
    """One ended on the 20th at noon, one on the 19th at noon (in Auckland the 20th), one on the 18th."""
    refund, vip = Disposition.objects.create(name="Refund"), factories.queue("VIP")
    vip.readers.set(ida.groups.all())
    parts = {
        "a": served(mira, 0),
        "b": served(mira, 24 * 60, queue=vip),
        "c": served(mira, 48 * 60, part={"disposition": refund}),
    }
    pks = {"VIP": vip.pk, "Refund": refund.pk}
    query = {name: pks.get(value, value) for name, value in asked.items()}
    assert parts_on(signed_in(mira.user).get("/history/", query)) == [parts[letter][1] for letter in finds]
    assert over(signed_in(ida).get("/floor/", query)) == [parts[letter][0].pk for letter in finds]


def test_what_is_wrong_with_a_filter_is_said_beside_it(signed_in, mira):
    client = signed_in(mira.user)
    assert "Enter a valid date." in client.get("/history/?since=the+20th").content.decode()
    page = client.get("/history/?since=2026-11-20&until=2026-11-18").content.decode()
    assert "This day is before the first one." in page


def test_a_supervisor_finds_what_an_agent_had_a_part_in(signed_in, ida, mira):
    jonas = factories.agent("jonas")
    handed_on, _ = served(jonas, 1)
    part_of(mira, handed_on)
    missed, _ = served(jonas, 2)
    part_of(mira, missed, state="missed", accepted_at=None, round=2)
    client = signed_in(ida)
    assert over(client.get("/floor/", {"agent": mira.user_id})) == [handed_on.pk]
    assert over(client.get("/floor/", {"agent": jonas.user_id})) == [handed_on.pk, missed.pk]


def words_of(page, element):
    found = re.search(rf'<section class="{element}".*?</section>', page, re.DOTALL)
    assert found
    return found[0].partition(">")[0], " ".join(re.sub("<[^>]+>", " ", found[0]).split())


def test_an_ended_contact_says_what_came_of_it_and_is_not_watched(signed_in, ida, mira):
    jonas = factories.agent("jonas", first_name="Jonas", last_name="Kessler")
    refund = Disposition.objects.create(name="Refund")
    contact = ended(1, owner=mira.user, end_reason="agent", waited=600, connected_at=NOW - timedelta(seconds=462))
    part_of(jonas, contact, state="missed", outcome="missed", accepted_at=None, why="no answer", lasted=590)
    part_of(mira, contact, state="cleared", outcome="ended", disposition=refund, note="Sends\nthe lamp <back>", why="")
    for who, path in ((ida, f"/floor/{contact.pk}/"), (mira.user, f"/history/{contact.pk}/")):
        page = signed_in(who).get(path).content.decode()
        tag, words = words_of(page, "outcome")
        assert "hidden" not in tag
        assert words.startswith("Ended 20 Nov 2026, 11:59 ended by the agent · Mira Okafor Waited 2:18 In contact 6:42")
        assert "Disposition Refund Note of Mira Okafor Sends the lamp &lt;back&gt; 2 offers, 1 missed" in words
        assert "Jonas Kessler missed 20 Nov 2026, 11:49 no answer Mira Okafor accepted" in words
        assert 'id="how" hidden' in page


def test_whispers_and_handovers_are_read_again_by_whom_they_were_for(signed_in, ida, mira):
    jonas = factories.agent("jonas", first_name="Jonas", last_name="Kessler")
    contact = ended(1, owner=jonas.user)
    before = part_of(mira, contact, state="cleared", round=1)
    after = part_of(jonas, contact, state="cleared", round=2)
    Whisper.write(before, ida, "Offer her <a new one>", "t1", NOW)
    Whisper.write(before, mira.user, "Will do", "t2", NOW)
    Whisper.write(after, ida, "She is yours now", "t3", NOW)
    taken = {"by": ida, "to_user": jonas.user, "comment": "He knows her"}
    contact.owner = mira.user
    Transfer.by_supervisor(contact, Transfer.State.REASSIGNED, (str(jonas.user_id), "Jonas Kessler"), NOW, **taken)

    def read(who, path):
        return words_of(signed_in(who).get(path).content.decode(), "outcome")[1]

    handed = "1 handover Ida Reuter reassigned: Mira Okafor → Jonas Kessler 20 Nov 2026, 12:00 He knows her"
    by_supervisor, by_agent = read(ida, f"/floor/{contact.pk}/"), read(jonas.user, f"/history/{contact.pk}/")
    first = "3 whispers, which the customer never saw Ida Reuter to Mira Okafor 20 Nov 2026, 12:00 Offer her &lt;a new one&gt;"
    assert (first in by_supervisor, "Will do" in by_supervisor, handed in by_supervisor) == (True, True, True)
    only = "1 whisper, which the customer never saw Ida Reuter to Jonas Kessler 20 Nov 2026, 12:00 She is yours now"
    assert (only in by_agent, "Will do" in by_agent, handed in by_agent) == (True, False, True)
    assert signed_in(mira.user).get(f"/history/{contact.pk}/").status_code == 404  # who has it now reads it


def test_a_live_contact_is_watched_and_has_not_come_to_anything(signed_in, ida):
    contact = factories.contact(state=contact_state.State.CONNECTED, connected_at=NOW, owner=factories.user())
    page = signed_in(ida).get(f"/floor/{contact.pk}/").content.decode()
    tag, words = words_of(page, "outcome")
    assert ("hidden" in tag, words, 'id="how">' in page) == (True, "", True)


def test_the_history_is_for_agents(signed_in, ida):
    contact = factories.contact()
    client = signed_in(ida)
    assert [client.get(path).status_code for path in ("/history/", f"/history/{contact.pk}/")] == [403, 403]


def test_an_agent_reads_their_contact_again_and_no_other(signed_in, mira):
    mine, _ = served(mira, 1)
    foreign, _ = served(factories.agent("jonas"), 1)
    factories.item(mine, "Where is my <b>lamp</b>?")
    client = signed_in(mira.user)
    answer = client.get(f"/history/{mine.pk}/")
    assert (answer.context["contact"], answer.context["page"]["contactId"]) == (mine, mine.pk)
    assert "Where is my &lt;b&gt;lamp&lt;/b&gt;?" in answer.content.decode()  # also where no script runs
    assert client.get(f"/history/{foreign.pk}/").status_code == 404


def test_why_it_ended_is_told_in_the_readers_language(signed_in, mira):
    served(mira, 1)
    page = signed_in(mira.user).get("/history/", headers={"accept-language": "de"}).content.decode()
    assert cells(page)[0][-1] == "der Kunde ging"


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


@pytest.mark.django_db(transaction=True)
def test_readyz_is_503_while_nothing_can_be_written_though_healthz_is_200(client):
    no_writing = {"sqlite": "PRAGMA query_only = 1", "postgresql": "SET default_transaction_read_only = on"}
    assert client.get("/readyz").json() == {"status": "ok", "database": "ok", "files": "ok"}
    with connection.cursor() as cursor:
        cursor.execute(no_writing[connection.vendor])
    try:
        ready, alive = client.get("/readyz"), client.get("/healthz")
    finally:
        connection.close()
    assert (ready.status_code, ready.json()["status"], ready.json()["files"]) == (503, "unavailable", "ok")
    assert ready.json()["database"].endswith("Error")
    assert alive.status_code == 200


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


def test_what_has_no_proof_of_this_page_is_refused_on_a_page_that_says_what_to_do():
    answer = Client(enforce_csrf_checks=True).post("/login/", {"username": "mira", "password": "x"})
    assert answer.status_code == 403
    assert "load the page anew and try again" in answer.content.decode()
