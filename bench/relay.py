"""One message from the customer to the agent's desk, and back: latency, throughput, CPU, memory.

The same relay on a bare Channels consumer, in the same run, is the limit that everything is compared with.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from . import options as loop_options
from . import report
from .alone import WithStandIn
from .emulated import WithEmulator
from .limit import Bare
from .measure import Lane, Results, closed, low, resident_kb
from .report import Idle

PER_SECOND = 50  # the low rate
WARM_UP = 1.0  # seconds of closed loop that count for nothing
SETTLE = 1.0  # seconds before memory is read
POSTS_PER_SECOND = 1_500  # signed before the warm-up told how many are needed

System = Any  # Bare, WithStandIn or WithEmulator


def main(arguments: list[str]) -> int:
    options = _options(arguments)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # what was started ends with us
    with tempfile.TemporaryDirectory(prefix="ccp-bench-") as folder:
        results, idle = asyncio.run(Run(options, Path(folder)).all())
    print("\n" + report.text([report.line(one) for one in results], idle))
    print(f"\nsaved: {report.save(options.out, _plain(options), results, idle)}")
    return 0


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = loop_options.parser("relay", __doc__)
    parser.add_argument("--idle", type=int, default=1000, help="silent desks whose memory is measured (1000); 0: none")
    parser.add_argument("--emulator", action="store_true", help="measure the whole way through the emulator, too")
    return loop_options.checked(parser, arguments, {"idle": (0, 5000)})


def _plain(options: argparse.Namespace) -> dict[str, Any]:
    stack = {"database": os.environ.get("DATABASE_URL", "sqlite").partition(":")[0]}
    layer = {"layer": "redis" if os.environ.get("REDIS_URL") else "none"}
    return {**vars(options), "out": str(options.out), **stack, **layer}


class Run:
    """All systems side by side, measured lane by lane, round by round, so that they share the machine's noise."""

    def __init__(self, options: argparse.Namespace, folder: Path) -> None:
        self.options, self.folder = options, folder
        self.systems: list[System] = []

    async def all(self) -> tuple[list[Results], list[Idle]]:
        try:
            await self._start()
            return await self._rounds(), await self._idle()
        finally:
            for system in self.systems:
                await system.close()

    async def _start(self) -> None:
        conversations, idle = self.options.conversations, self.options.idle
        _tell("starting bare Channels")
        self.systems.append(Bare(self.folder, conversations))
        _tell(f"starting the portal with {conversations} conversations and {idle:,} more agents")
        self.systems.append(WithStandIn(self.folder, conversations, idle))
        if self.options.emulator:
            _tell("starting a portal with the emulator")
            self.systems.append(WithEmulator(self.folder, conversations))
        for system in self.systems:
            _tell(f"opening the sockets of: {system.name}")
            await system.open()

    async def _rounds(self) -> list[Results]:
        lanes = [lane for system in self.systems for lane in system.lanes]
        results = [Results(lane.name) for lane in lanes]
        for number in range(self.options.rounds):
            for lane, result in zip(lanes, results, strict=True):
                _tell(f"round {number + 1} of {self.options.rounds}: {lane.name}")
                await self._measure(lane, result)
        return results

    async def _measure(self, lane: Lane, result: Results) -> None:
        conversations, seconds = self.options.conversations, self.options.seconds
        count = max(20, int(min(seconds, 4.0) * PER_SECOND))
        warm_up = min(WARM_UP, seconds)
        await lane.prepare(count + conversations + int(warm_up * POSTS_PER_SECOND))
        rate = (await closed(lane, conversations, warm_up)).per_second
        result.low.append(await low(lane, conversations, count, PER_SECOND))
        await lane.prepare(int(rate * seconds * 1.5) + conversations)
        result.closed.append(await closed(lane, conversations, seconds))
        now = result.closed[-1]
        _tell(f"  p50 {result.low[-1].p50:.2f} ms, {now.per_second:,.0f} messages/s, {now.messages:,} delivered")

    async def _idle(self) -> list[Idle]:
        count, found = self.options.idle, []
        for system in self.systems[: 2 if count else 0]:
            _tell(f"opening {count:,} idle sockets: {system.name}")
            before = resident_kb(system.server)
            took = await system.open_idle(count)
            await asyncio.sleep(SETTLE)
            found.append(Idle(system.name, count, (resident_kb(system.server) - before) / count, count / took))
        return found


_began = time.monotonic()


def _tell(what: str) -> None:
    print(f"{time.monotonic() - _began:6.1f} s  {what}", flush=True)
