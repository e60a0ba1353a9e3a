"""What is measured and how: time from send to delivery, a closed loop, CPU and memory of a process tree from /proc."""

from __future__ import annotations

import asyncio
import os
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple, Protocol

TICKS = os.sysconf("SC_CLK_TCK")
PAGE_KB = os.sysconf("SC_PAGE_SIZE") // 1024
PATIENCE = 15.0  # seconds for the last messages of a closed loop


class Carried(NamedTuple):
    """One message: its key, when it was sent and when it had arrived (time.monotonic)."""

    key: str
    sent: float
    arrived: float


class Exhausted(Exception):
    """Nothing is left to be sent: the closed loop ends early."""


class Lane(Protocol):
    """One way for messages through one system."""

    @property
    def name(self) -> str: ...

    @property
    def server(self) -> int:
        """The process that is measured, with its children."""

    async def prepare(self, count: int) -> None:
        """Make so many messages ready beforehand."""

    async def carry(self, conversation: int) -> Carried:
        """Send one message and wait until it is delivered."""

    async def arrivals(self, carried: Sequence[Carried]) -> list[float]:
        """Seconds from sending to arrival, where `carry` waits for more than the arrival."""


@dataclass(frozen=True)
class Low:
    """Latency at a low rate, in milliseconds."""

    p50: float
    p99: float


@dataclass(frozen=True)
class Closed:
    """A closed loop, one message outstanding in each conversation."""

    messages: int
    seconds: float
    p50: float
    cpu: float
    generator_cpu: float
    in_flight: int

    @property
    def per_second(self) -> float:
        return self.messages / self.seconds

    @property
    def cpu_per_10k(self) -> float:
        return self.cpu / self.messages * 10_000

    @property
    def server_cores(self) -> float:
        return self.cpu / self.seconds

    @property
    def generator_cores(self) -> float:
        return self.generator_cpu / self.seconds


@dataclass
class Results:
    """All rounds of one lane."""

    name: str
    low: list[Low] = field(default_factory=list)
    closed: list[Closed] = field(default_factory=list)


async def low(lane: Lane, conversations: int, count: int, per_second: float) -> Low:
    """One message at a time, so many a second."""
    carried = []
    for number in range(count):
        starts = time.monotonic()
        carried.append(await lane.carry(number % conversations))
        await asyncio.sleep(max(0.0, starts + 1 / per_second - time.monotonic()))
    took = sorted(1000 * seconds for seconds in await lane.arrivals(carried))
    return Low(statistics.median(took), percentile(took, 99))


async def closed(lane: Lane, conversations: int, seconds: float) -> Closed:
    """All conversations at once; each sends its next message when the last one was delivered."""
    carried: list[Carried] = []
    starts, cpu, own = time.monotonic(), cpu_seconds(lane.server), time.process_time()
    talks = [asyncio.create_task(_talk(lane, number, starts + seconds, carried)) for number in range(conversations)]
    done, late = await asyncio.wait(talks, timeout=seconds + PATIENCE)
    for task in late:
        task.cancel()
    cpu, own = cpu_seconds(lane.server) - cpu, time.process_time() - own
    for task in done:
        task.result()
    if not carried:
        raise RuntimeError(f"{lane.name}: nothing was delivered in {seconds:g} s")
    lasted = max(one.arrived for one in carried) - starts
    middle = statistics.median(1000 * (one.arrived - one.sent) for one in carried)
    return Closed(len(carried), lasted, middle, cpu, own, len(late))


async def _talk(lane: Lane, number: int, ends: float, carried: list[Carried]) -> None:
    while time.monotonic() < ends:
        try:
            carried.append(await lane.carry(number))
        except Exhausted:
            return


def percentile(ascending: Sequence[float], percent: int) -> float:
    return ascending[min(len(ascending) - 1, len(ascending) * percent // 100)]


# ---- processes ---------------------------------------------------------------------------------------------------------


def tree(pid: int) -> list[int]:
    """The process and all that descend from it."""
    children: dict[int, list[int]] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        fields = _stat(int(folder.name))
        if fields:
            children.setdefault(int(fields[1]), []).append(int(folder.name))
    found = [pid]
    for one in found:
        found += children.get(one, [])
    return found


def cpu_seconds(pid: int) -> float:
    """User and system time of the tree, of its finished children too."""
    return sum(sum(map(int, fields[11:15])) for one in tree(pid) if (fields := _stat(one))) / TICKS


def resident_kb(pid: int) -> int:
    """Resident memory of the tree."""
    return sum(int(Path(f"/proc/{one}/statm").read_text().split()[1]) * PAGE_KB for one in tree(pid))


def _stat(pid: int) -> list[str]:
    """The fields of /proc/<pid>/stat after the command's name (state, ppid, …); none when it has ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []
