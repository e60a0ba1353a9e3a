"""Sockets that open wait for each other: first come first served, and who was let in is completed first."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from agents.sockets.opening import Gate, Step

LET_IN, COMPLETE = Step.LET_IN, Step.COMPLETE


async def settled() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


class Crowd:
    """Tasks at one gate; `inside` are those that are through, in their order, until they may leave."""

    def __init__(self, room: int) -> None:
        self.gate = Gate(room)
        self.inside: list[str] = []
        self._leaves: dict[str, asyncio.Event] = {}
        self.tasks: dict[str, asyncio.Task[None]] = {}
        self.as_it_leaves: Callable[[], object] = int  # nothing

    async def come(self, name: str, step: Step = LET_IN) -> None:
        self._leaves[name] = asyncio.Event()
        self.tasks[name] = asyncio.create_task(self._pass(name, step))
        await settled()

    async def go(self, name: str) -> None:
        self._leaves[name].set()
        await settled()

    async def _pass(self, name: str, step: Step) -> None:
        async with self.gate.through(step):
            self.inside.append(name)
            await self._leaves[name].wait()
            self.inside.remove(name)
        self.as_it_leaves()


async def test_so_many_at_once_and_then_whoever_came_first() -> None:
    crowd = Crowd(2)
    for name in ("ada", "bob", "eve", "dan"):
        await crowd.come(name)
    assert crowd.inside == ["ada", "bob"]
    await crowd.go("bob")
    assert crowd.inside == ["ada", "eve"]


async def test_who_was_let_in_is_completed_before_the_next_is_let_in() -> None:
    crowd = Crowd(1)
    for name in ("ada", "bob", "eve"):
        await crowd.come(name)
    await crowd.come("ada, again", COMPLETE)
    await crowd.go("ada")
    assert crowd.inside == ["ada, again"]


@pytest.mark.parametrize("when", ["it waits", "it was given the place"])
async def test_a_socket_that_is_lost_takes_nobodys_place(when: str) -> None:
    crowd = Crowd(1)
    for name in ("ada", "bob", "eve"):
        await crowd.come(name)
    if when == "it waits":
        crowd.tasks["bob"].cancel()
        await settled()
        await crowd.go("ada")
    else:
        crowd.as_it_leaves = crowd.tasks["bob"].cancel
        await crowd.go("ada")
    assert crowd.inside == ["eve"]
    crowd.as_it_leaves = int
    await crowd.go("eve")
    await crowd.come("dan")
    assert crowd.inside == ["dan"]
