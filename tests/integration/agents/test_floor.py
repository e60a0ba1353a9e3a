"""What a supervisor's socket compares, to say that the list has changed: it changes with what they see, and with nothing else."""

from __future__ import annotations

import pytest
from django.utils import timezone

from agents.supervision import live_board
from chats import contact_state
from chats.models import Contact
from tests import factories

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
