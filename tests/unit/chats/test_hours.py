"""Hours of operation: the wall clock of a place, week by week."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chats.hours import Range, is_open

MONDAY = datetime(2026, 11, 16, tzinfo=UTC)
OFFICE = [Range(day, time(8), time(18)) for day in range(5)]


def at(day, clock):
    hours, minutes = clock.split(":")
    return MONDAY + timedelta(days=day, hours=int(hours), minutes=int(minutes))


@pytest.mark.parametrize(
    ("day", "clock", "expected"),
    [(0, "07:59", False), (0, "08:00", True), (4, "17:59", True), (4, "18:00", False), (5, "12:00", False)],
)
def test_it_is_open_from_the_first_moment_to_the_last(day, clock, expected):
    assert is_open(at(day, clock), "UTC", OFFICE) is expected


def test_the_wall_clock_is_the_one_of_the_place():
    assert is_open(at(0, "07:30"), "Europe/Berlin", OFFICE)
    assert not is_open(at(0, "17:30"), "Europe/Berlin", OFFICE)
    assert not is_open(at(0, "08:30"), "America/New_York", OFFICE)


def test_summer_time_is_followed():
    july = datetime(2026, 7, 6, 6, 30, tzinfo=UTC)  # a Monday; Berlin is two hours ahead
    assert is_open(july, "Europe/Berlin", OFFICE)


@pytest.mark.parametrize(
    ("day", "clock", "expected"),
    [(6, "21:59", False), (6, "22:00", True), (0, "05:59", True), (0, "06:00", False), (6, "05:00", False)],
)
def test_a_night_reaches_over_midnight_and_over_the_end_of_the_week(day, clock, expected):
    assert is_open(at(day, clock), "UTC", [Range(6, time(22), time(6))]) is expected


def test_from_midnight_to_midnight_is_the_whole_day():
    whole = [Range(2, time(0), time(0))]
    assert [is_open(at(2, clock), "UTC", whole) for clock in ("00:00", "12:00", "23:59")] == [True] * 3
    assert [is_open(at(day, clock), "UTC", whole) for day, clock in ((1, "23:59"), (3, "00:00"))] == [False] * 2


def test_without_any_hours_it_is_never_open():
    assert not is_open(MONDAY, "UTC", [])


TIMES = st.times().map(lambda one: one.replace(second=0, microsecond=0, tzinfo=None))


@given(st.integers(0, 6), TIMES, TIMES, st.integers(0, 7 * 24 * 60 - 1))
def test_a_range_is_open_for_exactly_its_minutes(weekday, opens, closes, minute):
    start = weekday * 1440 + opens.hour * 60 + opens.minute
    length = (closes.hour * 60 + closes.minute - opens.hour * 60 - opens.minute) % 1440 or 1440
    expected = (minute - start) % (7 * 1440) < length
    assert is_open(MONDAY + timedelta(minutes=minute), "UTC", [Range(weekday, opens, closes)]) is expected


@pytest.mark.parametrize(
    ("day", "clock", "holidays", "expected"),
    [
        (0, "12:00", {MONDAY.date(): []}, False),  # closed all day
        (0, "12:00", {MONDAY.date(): [Range(0, time(10), time(11))]}, False),
        (0, "10:30", {MONDAY.date(): [Range(0, time(10), time(11))]}, True),
        (1, "12:00", {MONDAY.date(): []}, True),  # only that day
        (1, "01:00", {MONDAY.date(): [Range(0, time(20), time(2))]}, True),  # its own reaches over
        (
            5,
            "12:00",
            {MONDAY.date() + timedelta(days=5): [Range(5, time(10), time(14))]},
            True,
        ),  # a Saturday that is open
    ],
)
def test_a_holiday_replaces_its_weekday(day, clock, holidays, expected):
    assert is_open(at(day, clock), "UTC", OFFICE, holidays) is expected


def test_nothing_of_the_day_before_reaches_into_a_holiday():
    night = [Range(0, time(22), time(6))]
    assert is_open(at(1, "03:00"), "UTC", night)
    assert not is_open(at(1, "03:00"), "UTC", night, {MONDAY.date() + timedelta(days=1): []})
