"""The wallboard: figures for whoever has the link, of its queues alone, and nobody's name."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.utils import timezone

from agents.models import Wallboard
from agents.supervision import wallboard
from chats import contact_state
from chats.models import AuditAction, AuditEntry
from tests import factories

pytestmark = pytest.mark.django_db
WAITING, CONNECTED = contact_state.State.WAITING, contact_state.State.CONNECTED


@pytest.fixture(autouse=True)
def a_fresh_board():
    wallboard.forget()
    yield
    wallboard.forget()


def made(*queues) -> str:
    board = Wallboard(name="Wall")
    token = board.new_token(timezone.now())
    board.save()
    board.queues.set(queues)
    return token


def asked(token: str | None):
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    return Client().get("/wallboard/figures/", headers=headers)


def test_it_shows_its_queues_alone_and_no_name_of_anybody():
    parcels, lamps = factories.queue("Parcels"), factories.queue("Lamps")
    factories.agent("mira", profile=factories.routing_profile(parcels))
    factories.contact("Sanna Virtanen", queue=parcels, state=WAITING)
    factories.contact("Ben Okri", queue=parcels, state=CONNECTED, owner=factories.user("jonas"))
    factories.contact("Ada Moss", queue=lamps, state=WAITING)
    answer = asked(made(parcels))
    told = answer.json()
    assert (told["kpis"]["waiting"], told["kpis"]["open"]) == (1, 1)
    assert [(one["name"], one["waiting"], one["open"]) for one in told["queues"]] == [("Parcels", 1, 1)]
    assert not re.search("sanna|virtanen|okri|moss|mira|jonas|lamps", answer.text.casefold())
    assert "no-store" in answer["Cache-Control"]


def test_its_figures_are_at_most_two_seconds_old_and_read_once_for_all_screens(django_assert_max_num_queries):
    parcels = factories.queue("Parcels")
    token = made(parcels)
    assert asked(token).json()["kpis"]["waiting"] == 0
    factories.contact(queue=parcels, state=WAITING)
    with django_assert_max_num_queries(2):  # the link, and its queues
        assert asked(token).json()["kpis"]["waiting"] == 0
    wallboard._board.now -= timezone.timedelta(seconds=wallboard.READ_EVERY)
    assert asked(token).json()["kpis"]["waiting"] == 1


@pytest.mark.parametrize("token", [None, "", "x", "ä" * 200, "\x00"])
def test_without_a_link_there_is_nothing_and_a_sentence_says_so(token):
    made(factories.queue())
    answer = asked(token)
    assert (answer.status_code, answer["WWW-Authenticate"]) == (401, "Bearer")
    assert answer.json() == {"message": "There is no such wallboard any more. An administrator can make a new link."}


def test_the_page_itself_holds_nothing_and_needs_no_sign_in():
    made(factories.queue("Parcels"))
    answer = Client().get("/wallboard/")
    assert answer.status_code == 200
    assert "Parcels" not in answer.text
    assert "sessionid" not in answer.cookies


def test_an_admin_makes_a_link_that_is_shown_once_renews_it_and_takes_it_away(admin_client, admin_user):
    queue = factories.queue("Parcels")
    answer = admin_client.post("/admin/agents/wallboard/add/", {"name": "Hall", "queues": [queue.pk]}, follow=True)
    token = re.search(r"/wallboard/#([\w-]+)", answer.text)[1]
    assert asked(token).json()["name"] == "Hall"
    assert token not in admin_client.get("/admin/agents/wallboard/", follow=True).text
    row = Wallboard.objects.get()
    assert (row.made_by, token in str(row.__dict__)) == (admin_user, False)

    action = {"action": "new_links", "_selected_action": [row.pk]}
    renewed = admin_client.post("/admin/agents/wallboard/", action, follow=True)
    second = re.search(r"/wallboard/#([\w-]+)", renewed.text)[1]
    assert [asked(one).status_code for one in (token, second)] == [401, 200]

    admin_client.post(f"/admin/agents/wallboard/{row.pk}/delete/", {"post": "yes"})
    assert asked(second).status_code == 401
    entries = AuditEntry.objects.filter(action=AuditAction.SETTING_CHANGED).order_by("pk")
    assert [one.details["setting"] for one in entries] == [
        "wallboard link made",
        "wallboard link made",
        "wallboard deleted",
    ]
    assert token not in str([one.details for one in entries])
