"""Thresholds of queues: each kind fires once when it is passed, stays while it is near, and says when it is over."""

from __future__ import annotations

from datetime import timedelta

import pytest

from agents.models import Alert, Threshold
from agents.supervision import alerts, board_rows
from agents.supervision.alerts import stands
from chats import contact_state
from chats.contact_state import Move
from chats.models import QueueWait
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db
Kind = Threshold.Kind


def after(seconds: float):
    return NOW + timedelta(seconds=seconds)


def run(now) -> int:
    return sum(alerts.steps(now))


def standing() -> list[tuple[str, int]]:
    return list(Alert.objects.filter(ended_at=None).values_list("kind", "value"))


@pytest.mark.parametrize(
    ("kind", "value", "limit", "is_open", "expected"),
    [
        ("waiting", None, 10, False, False),
        ("waiting", 9, 10, False, False),
        ("waiting", 10, 10, False, True),
        ("waiting", 9, 10, True, True),
        ("waiting", 8, 10, True, False),
        ("oldest_waiting", 119, 120, False, False),
        ("oldest_waiting", 120, 120, False, True),
        ("oldest_waiting", 108, 120, True, True),
        ("oldest_waiting", 107, 120, True, False),
        ("service_level", 80, 80, False, False),
        ("service_level", 79, 80, False, True),
        ("service_level", 84, 80, True, True),
        ("service_level", 85, 80, True, False),
        ("service_level", 99, 98, True, True),
        ("service_level", 100, 98, True, False),
        ("service_level", None, 80, True, False),
    ],
)
def test_a_value_near_its_limit_changes_nothing(kind, value, limit, is_open, expected):
    assert stands(kind, value, limit, is_open=is_open) is expected


def test_it_fires_once_and_says_once_that_it_is_over(django_assert_max_num_queries):
    queue = factories.queue()
    Threshold.objects.create(queue=queue, kind=Kind.WAITING, limit=2)
    contacts = [factories.contact(queue=queue) for _ in range(2)]
    assert [run(NOW), run(after(2)), run(after(4))] == [1, 0, 0]
    assert standing() == [("waiting", 2)]
    contacts[0].move(Move.END, after(5), end_reason="customer")
    assert [run(after(6)), run(after(8))] == [1, 0]
    alert = Alert.objects.get()
    assert (alert.began_at, alert.ended_at, alert.limit) == (NOW, after(6), 2)
    factories.contact(queue=queue)
    assert run(after(10)) == 1
    assert Alert.objects.count() == 2
    with django_assert_max_num_queries(6):
        run(after(12))


def test_what_is_over_is_shown_for_a_minute():
    queue = factories.queue()
    Alert.objects.create(queue=queue, kind=Kind.WAITING, limit=2, value=2, began_at=NOW, ended_at=after(10))
    assert [len(board_rows.alerts(after(seconds))) for seconds in (10, 69, 71)] == [1, 1, 0]


def test_a_threshold_that_is_deleted_ends_its_alert():
    queue = factories.queue()
    threshold = Threshold.objects.create(queue=queue, kind=Kind.WAITING, limit=1)
    factories.contact(queue=queue)
    run(NOW)
    threshold.delete()
    run(after(2))
    assert Alert.objects.get().ended_at == after(2)


def _waits_long(queue):
    factories.contact(queue=queue, waited=100)


def _waits_for_an_answer(queue):
    served = factories.contact(queue=queue, state=contact_state.State.CONNECTED)
    factories.item(served, absolute_time=NOW - timedelta(seconds=100))


def _is_old(queue):
    factories.contact(queue=queue, state=contact_state.State.CONNECTED, handed_over_at=NOW - timedelta(seconds=100))


def _rests(queue):
    then = NOW - timedelta(seconds=100)
    factories.agent(profile=factories.routing_profile(queue), in_state="Break", state_since=then, seen_at=then)


def _is_served_late(queue):
    for waited in (10, 100):
        contact = factories.contact(queue=queue, state=contact_state.State.ENDED)
        entered = NOW - timedelta(seconds=200)
        QueueWait.objects.create(
            contact=contact,
            queue=queue,
            entered_at=entered,
            left_at=entered + timedelta(seconds=waited),
            outcome="answered",
        )


@pytest.mark.parametrize(
    ("kind", "limit", "arrange", "value"),
    [
        (Kind.OLDEST_WAITING, 100, _waits_long, 100),
        (Kind.AWAITING_ANSWER, 100, _waits_for_an_answer, 100),
        (Kind.CONTACT_AGE, 100, _is_old, 100),
        (Kind.TIME_IN_STATE, 100, _rests, 100),
        (Kind.NOBODY_AVAILABLE, 100, _rests, 100),
        (Kind.SERVICE_LEVEL, 51, _is_served_late, 50),
    ],
)
def test_each_kind_counts_its_own_queue_only(kind, limit, arrange, value):
    queue, other = factories.queue("Returns"), factories.queue("Other", is_open=False)
    for one in (queue, other):
        Threshold.objects.create(queue=one, kind=kind, limit=limit)
    arrange(queue)
    assert run(NOW) == 1
    assert list(Alert.objects.values_list("queue__name", "kind", "value")) == [("Returns", kind, value)]


def test_a_closed_queue_misses_nobody():
    queue = factories.queue(is_open=False)
    Threshold.objects.create(queue=queue, kind=Kind.NOBODY_AVAILABLE, limit=1)
    assert run(NOW) == 0
