"""The figures of the floor, as docs/metrics.md defines them: its examples are the first case of each."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from agents.supervision.figures import (
    HOUR,
    Handling,
    Rule,
    Said,
    Wait,
    abandoned,
    first_response_time,
    handle_time,
    non_response,
    occupancy,
    queue_answer_time,
    response_times,
    service_level,
    waiting_every_five_minutes,
)

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def ago(minutes: float) -> datetime:
    return NOW - timedelta(minutes=minutes)


def wait(seconds: float, outcome: str, *, entered: float = 10, by_transfer: bool = False) -> Wait:
    return Wait(1, ago(entered), ago(entered) + timedelta(seconds=seconds), outcome, by_transfer)


EXAMPLE = [
    *(wait(20, "answered") for _ in range(6)),
    wait(90, "answered"),
    wait(30, "abandoned"),
    wait(120, "abandoned"),
    wait(40, "transferred"),
]


@pytest.mark.parametrize(
    ("rule", "level"),
    [
        (Rule(), 80),  # Amazon Connect: all that left the queue in time, 6 + 1 + 1, of 10
        (Rule(abandons="missed"), 70),
        (Rule(abandons="excluded"), 100 * 7 / 8),
        (Rule(short_abandon_seconds=30), 100 * 7 / 9),
        (Rule(transfers=False), 100 * 7 / 9),
        (Rule(seconds=90), 90),
        (Rule(minutes=5), None),  # all of them came before
    ],
)
def test_service_level_by_each_rule(rule: Rule, level: float | None) -> None:
    assert service_level(EXAMPLE, rule, NOW) == (pytest.approx(level) if level is not None else None)


@pytest.mark.parametrize(
    ("waits", "level"),
    [
        ([], None),
        ([Wait(1, ago(0.5))], None),  # it can still be in time
        ([Wait(1, ago(2))], 0),
        ([Wait(1, ago(2)), wait(5, "ended")], 50),
        ([wait(60, "answered")], 100),
        ([wait(60.1, "answered")], 0),
    ],
)
def test_service_level_at_its_edges(waits: list[Wait], level: float | None) -> None:
    assert service_level(waits, Rule(), NOW) == level


def test_what_came_by_transfer_counts_only_where_the_queue_says_so() -> None:
    waits = [wait(10, "answered"), replace(wait(100, "answered"), by_transfer=True)]
    assert [service_level(waits, Rule(transfers=on), NOW) for on in (True, False)] == [50, 100]


def test_abandoned_and_answer_time() -> None:
    assert abandoned(EXAMPLE, NOW - HOUR) == (2, 20)
    assert abandoned([], NOW - HOUR) == (0, None)
    assert queue_answer_time(EXAMPLE, NOW - HOUR) == 30  # six of 20 s and one of 90 s
    assert queue_answer_time([wait(5, "abandoned")], NOW - HOUR) is None


def test_who_waited_every_five_minutes_the_last_point_is_now() -> None:
    waits = [Wait(1, ago(57), ago(12), "answered"), Wait(1, ago(5)), Wait(1, ago(0))]
    assert waiting_every_five_minutes(waits, NOW) == [1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 1, 2]


def handled(accepted: float, cleared: float | None) -> Handling:
    return Handling(1, 1, ago(accepted), ago(accepted), cleared and ago(cleared), cleared and ago(cleared), "ended")


PARALLEL = [handled(50, 30), handled(40, 20)]  # two chats of 20 minutes, 10 of them at once


def test_parallel_chats_count_in_full_for_handle_time_and_once_for_occupancy() -> None:
    available = [(ago(60), NOW)]
    assert handle_time(PARALLEL, NOW - HOUR) == 20 * 60
    assert occupancy(PARALLEL, available, NOW - HOUR, NOW) == 50  # 30 of 60 minutes
    assert (
        occupancy(PARALLEL, [(ago(60), ago(30))], NOW - HOUR, NOW) == 75
    )  # idle 10: what was handled on a break counts


def test_nothing_handled_is_no_handle_time_and_idle_is_no_occupancy() -> None:
    assert handle_time([handled(5, None)], NOW - HOUR) is None
    assert occupancy([], [(ago(60), NOW)], NOW - HOUR, NOW) == 0
    assert occupancy([], [], NOW - HOUR, NOW) is None
    assert occupancy([handled(90, None)], [(ago(60), NOW)], NOW - HOUR, NOW) == 100


def test_non_response_counts_each_offer_that_was_not_answered() -> None:
    offer = Handling(1, 1, ago(10))
    offers = [
        replace(offer, outcome="missed"),
        replace(offer, outcome="rejected"),
        replace(offer, outcome="error", customer_left=True),
        replace(offer, outcome="error"),  # a colleague took it: nobody could answer
        replace(offer, accepted_at=ago(10), outcome="ended"),
        replace(offer, offered_at=ago(61), outcome="missed"),
    ]
    assert non_response(offers, NOW - HOUR) == 3
    assert non_response(offers, NOW - HOUR, without_abandons=True) == 2


def test_responses_are_from_the_first_unanswered_words_to_the_next_of_a_person() -> None:
    said = [Said(ago(9), True), Said(ago(8), True), Said(ago(6), False), Said(ago(5), False), Said(ago(4), True)]
    assert response_times(said) == [(ago(6), 180)]
    assert first_response_time(ago(10), said) == 240
    assert first_response_time(ago(4), said) is None
