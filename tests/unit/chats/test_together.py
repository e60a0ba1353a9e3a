"""Group commit: what queues meanwhile shares the next turn, and nobody pays for somebody else's failure."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import pytest
from django.db import DataError, OperationalError

from chats.realtime import group_commit
from chats.realtime.group_commit import Busy, GroupCommit


class Database:
    """Doubles numbers, one batch at a time; refuses 13, and everything while it is away."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.at_once = 0
        self.away = False

    def double(self, numbers: Sequence[int]) -> list[int]:
        self.batches.append(list(numbers))
        if self.away:
            raise OperationalError("away")
        if 13 in numbers:
            raise DataError("13 is refused")
        return [2 * number for number in numbers]

    def door(self, work: Callable[..., Any]) -> Callable[..., Awaitable[Any]]:
        async def through(*arguments: Any) -> Any:
            self.at_once += 1
            assert self.at_once == 1
            await asyncio.sleep(0.01)
            self.at_once -= 1
            return work(*arguments)

        return through


@pytest.fixture
def database() -> Database:
    return Database()


@pytest.fixture
def double(database: Database) -> GroupCommit[int, int]:
    return GroupCommit(database.double, through=database.door)


async def told(*asked: Awaitable[int]) -> list[object]:
    answers = await asyncio.gather(*asked, return_exceptions=True)
    return [repr(answer) if isinstance(answer, Exception) else answer for answer in answers]


async def test_what_comes_alone_goes_alone(database: Database, double: GroupCommit[int, int]) -> None:
    assert [await double(1), await double(2)] == [2, 4]
    assert database.batches == [[1], [2]]


async def test_what_comes_while_one_is_at_work_goes_together_in_its_order(
    database: Database, double: GroupCommit[int, int]
) -> None:
    first = asyncio.create_task(double(0))
    await asyncio.sleep(0.005)
    assert await told(first, *map(double, range(1, 6))) == [0, 2, 4, 6, 8, 10]
    assert database.batches == [[0], [1, 2, 3, 4, 5]]


async def test_a_batch_has_an_end(database: Database, double: GroupCommit[int, int]) -> None:
    await told(*map(double, range(100, 120 + group_commit.AT_ONCE)))
    assert list(map(len, database.batches)) == [group_commit.AT_ONCE, 20]


async def test_one_that_is_refused_does_not_spoil_the_others(database: Database, double: GroupCommit[int, int]) -> None:
    assert await told(*map(double, (1, 13, 2))) == [2, "DataError('13 is refused')", 4]
    assert database.batches == [[1, 13, 2], [1], [13], [2]]


async def test_a_database_that_is_away_is_asked_once_more_not_for_each(
    database: Database, double: GroupCommit[int, int]
) -> None:
    database.away = True
    assert await told(*map(double, range(50))) == ["OperationalError('away')"] * 50
    assert list(map(len, database.batches)) == [50, 1]
    database.away = False
    assert await double(4) == 8


async def test_whoever_goes_away_takes_nobody_along(database: Database, double: GroupCommit[int, int]) -> None:
    gone, here = asyncio.create_task(double(1)), asyncio.create_task(double(2))
    await asyncio.sleep(0.001)
    gone.cancel()
    assert await here == 4
    assert await double(3) == 6


async def test_a_queue_that_is_full_says_so_and_keeps_what_it_has(
    database: Database, double: GroupCommit[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(group_commit, "MOST_WAITING", 3)
    answers = await told(*map(double, range(5)))
    assert answers == [0, 2, 4, *[repr(Busy("3 are waiting"))] * 2]


class Held(Database):
    """Doubles numbers; those above 100 need a row that somebody holds."""

    free = False

    def double(self, numbers: Sequence[int]) -> list[Any]:
        self.batches.append(list(numbers))
        return [2 * number if number < 100 or self.free else group_commit.RowLocked.HELD for number in numbers]


async def test_what_is_held_is_put_aside_and_the_others_go_on_in_their_order() -> None:
    database, aside = Held(), Held()
    double: GroupCommit[int, int] = GroupCommit(
        database.double, through=database.door, aside_through=lambda _: aside.door(aside.double)
    )
    held = [asyncio.create_task(double(number)) for number in (101, 102, 103)]
    assert await told(*map(double, (1, 2))) == [2, 4]
    assert await double(3) == 6
    assert not any(task.done() for task in held)
    assert all(number < 100 for batch in database.batches[1:] for number in batch)  # the line is never asked again
    aside.free = True
    assert await asyncio.gather(*held) == [202, 204, 206]
    assert aside.batches[-1] == [101, 102, 103]


async def test_what_is_held_for_too_long_is_told_to_come_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(group_commit, "HELD_AT_MOST", 0.05)
    database, aside = Held(), Held()
    double: GroupCommit[int, int] = GroupCommit(
        database.double, through=database.door, aside_through=lambda _: aside.door(aside.double)
    )
    assert (await told(double(101)))[0] == repr(Busy("somebody has held a row that it needs for 0.05 s"))
    assert await double(1) == 2


async def test_what_was_put_aside_counts_in_a_queue_that_is_full(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(group_commit, "MOST_WAITING", 2)
    database, aside = Held(), Held()
    double: GroupCommit[int, int] = GroupCommit(
        database.double, through=database.door, aside_through=lambda _: aside.door(aside.double)
    )
    held = [asyncio.create_task(double(number)) for number in (101, 102)]
    await asyncio.sleep(0.05)
    assert await told(double(1)) == [repr(Busy("2 are waiting"))]
    aside.free = True
    assert await asyncio.gather(*held) == [202, 204]
