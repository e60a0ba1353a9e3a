"""One row that raises holds up no other, is tried again later and later, and a database that is away is nobody's fault."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.conf import settings
from django.db import OperationalError

from chats.row_backoff import FIRST_PAUSE, LONGEST_PAUSE, RowBackoff
from tests.factories import NOW


def later(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def test_those_behind_a_row_that_raises_are_done_and_it_is_tried_again_later(caplog: pytest.LogCaptureFixture) -> None:
    parking, tried = RowBackoff("job"), []

    def do(row: str) -> bool:
        tried.append(row)
        if row == "broken":
            raise ValueError("this row is broken")
        return True

    assert sum(parking.steps(["one", "broken", "two"], do, NOW)) == 2
    assert "job stumbled over broken" in caplog.text
    assert "this row is broken" in caplog.text
    assert parking.held(NOW) == ["broken"]
    assert sum(parking.steps(["one", "broken", "two"], do, later(FIRST_PAUSE / 2))) == 2
    assert tried == ["one", "broken", "two", "one", "two"]
    sum(parking.steps(["broken"], do, later(FIRST_PAUSE)))
    assert tried[-1] == "broken"
    assert parking.holds("broken", later(2 * FIRST_PAUSE))  # twice in a row: twice as long


def test_the_pause_has_an_end_and_a_row_that_is_mended_is_parked_no_more() -> None:
    parking, now, broken = RowBackoff("job"), NOW, True

    def do(_row: str) -> bool:
        if broken:
            raise ValueError
        return True

    for _ in range(20):
        sum(parking.steps(["row"], do, now))
        assert parking.holds("row", now)
        now += timedelta(seconds=LONGEST_PAUSE)
        assert not parking.holds("row", now)
    broken = False
    assert sum(parking.steps(["row"], do, now)) == 1
    assert parking.held(now) == []
    assert sum(parking.steps(["row"], do, now + timedelta(seconds=1))) == 1


@pytest.mark.django_db
@pytest.mark.skipif(
    settings.DATABASES["default"]["ENGINE"].endswith("postgresql"), reason="SQLite has one lock for all"
)
def test_a_database_that_is_locked_parks_nobody() -> None:
    parking = RowBackoff("job")

    def do(_row: str) -> bool:
        raise OperationalError("database is locked")

    with pytest.raises(OperationalError):
        sum(parking.steps(["one", "two"], do, NOW))
    assert parking.held(NOW) == []
