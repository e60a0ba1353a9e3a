"""What a supervisor's socket compares, to say that the list has changed: it changes with what they see, and with nothing else."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from agents.supervision import live_board
from chats import contact_state
from chats.models import Contact
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db


def pks(seen: live_board.BoardRows) -> list[object]:
    return [row[0] for row in seen]


def test_it_is_the_list_of_the_page() -> None:
    ida = factories.supervisor()
    young, old = factories.contact(waited=1), factories.contact(waited=9)
    factories.contact(queue=factories.queue("VIP"))
    factories.contact(state=contact_state.State.ENDED, ended_at=timezone.now())
    assert pks(live_board.rows_for(ida.pk)) == [old.pk, young.pk]
    assert pks(live_board.rows_for(factories.user().pk)) == []
    assert live_board.rows_for(0) == ()


def seconds_ago(seconds: float) -> datetime:
    return NOW - timedelta(seconds=seconds)


def served(name: str) -> Contact:
    return factories.contact(name, waited=900, state="CONNECTED", connected_at=seconds_ago(800), owner=factories.user())


def awaited() -> dict[str, datetime | None]:
    """Since when each customer waits for an answer, in the order of the list."""
    return {one.conversation.customer_name: one.answer_awaited_since for one in live_board.live(Contact.objects.all())}


def test_a_served_customer_waits_since_their_first_words_that_nobody_has_answered() -> None:
    mira = factories.user("mira")
    factories.contact("Queued", waited=400)
    names = ("Silent", "Answered", "Asks", "Asks again", "Welcomed", "Sends a file")
    contacts = {name: served(name) for name in names}
    says = {
        "Answered": [(700, "CUSTOMER", None, "MESSAGE"), (600, "CUSTOM_BOT", mira, "MESSAGE")],
        "Asks": [(700, "CUSTOMER", None, "MESSAGE"), (500, "CUSTOMER", None, "MESSAGE")],
        "Asks again": [
            (700, "CUSTOMER", None, "MESSAGE"),
            (600, "CUSTOM_BOT", mira, "MESSAGE"),
            (300, "CUSTOMER", None, "MESSAGE"),
            (200, "CUSTOMER", None, "MESSAGE"),
        ],
        # What the portal says by itself is no answer, and that the customer reads or types is no question.
        "Welcomed": [(650, "CUSTOMER", None, "MESSAGE"), (640, "CUSTOM_BOT", None, "MESSAGE")],
        "Sends a file": [(100, "CUSTOMER", None, "ATTACHMENT")],
        "Silent": [(50, "CUSTOMER", None, "EVENT")],
    }
    for name, items in says.items():
        for ago, role, author, kind in items:
            factories.item(contacts[name], role=role, author=author, type=kind, absolute_time=seconds_ago(ago))
    waits = {"Asks": 700, "Welcomed": 650, "Queued": 400, "Asks again": 300, "Sends a file": 100}
    expected = {name: seconds_ago(ago) for name, ago in waits.items()}
    assert list(awaited().items())[:5] == list(expected.items())
    assert list(awaited().items())[5:] == [("Silent", None), ("Answered", None)]


def test_a_question_and_its_answer_make_it_another_list() -> None:
    ida, contact = factories.supervisor(), served("Asks")
    lists = [live_board.rows_for(ida.pk)]
    factories.item(contact, absolute_time=seconds_ago(10))
    lists.append(live_board.rows_for(ida.pk))
    factories.item(contact, role="CUSTOM_BOT", author=ida, absolute_time=seconds_ago(5))
    lists.append(live_board.rows_for(ida.pk))
    assert (lists[0] == lists[2], lists[0] != lists[1]) == (True, True)


def test_whoever_may_no_longer_be_here_sees_nothing() -> None:
    ida = factories.supervisor()
    factories.contact()
    ida.is_active = False
    ida.save()
    assert live_board.rows_for(ida.pk) == ()


def test_what_a_row_shows_makes_it_another_list() -> None:
    ida, contact = factories.supervisor(), factories.contact(waited=5)
    row, mira, vip = Contact.objects.filter(pk=contact.pk), factories.user("mira"), factories.queue("VIP")
    factories.queue("VIP").readers.set(contact.queue.readers.all())
    lists = {live_board.rows_for(ida.pk)}
    for change in (
        {"owner": mira},
        {"state": contact_state.State.CONNECTED, "connected_at": timezone.now()},
        {"queue": vip},
        {"waiting_since": timezone.now()},
        {"state": contact_state.State.ENDED, "ended_at": timezone.now()},
    ):
        row.update(**change)
        lists.add(live_board.rows_for(ida.pk))
    assert len(lists) == 6
