"""What the desk costs in the browser: a switch, a busy list, a long shift, bytes; beside the same page doing nothing."""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from tests.e2e.fed_desk import Guarded, agent_contact, answer, at, item
from tests.emulating import free_port
from tests.portal import RunningPortal

from .browser import Memory, Work, desk
from .measure import percentile
from .report import BAR

BUDGET = 50.0  # ms of main-thread work for a switch (issue 5)
AGENT = "agent:mira"
HOURS = 8
ASK = 15  # seconds between two questions whether the tab is alive (CCP_ASK_SECONDS)


@dataclass(frozen=True)
class Size:
    """How much of everything: as the issue asks for, or a little of it to see that it works."""

    contacts: int = 50
    items: int = 2000
    switches: int = 40
    cards: int = 200
    updates: int = 200
    per_second: int = 20
    contacts_an_hour: int = 20
    items_each: int = 40
    idle_seconds: int = 10
    alive_seconds: int = 60

    @property
    def shift(self) -> int:
        return self.contacts_an_hour * HOURS


QUICK = Size(
    contacts=5, items=300, switches=6, cards=40, updates=40, contacts_an_hour=2, idle_seconds=3, alive_seconds=15
)


@dataclass(frozen=True)
class Found:
    """Everything a run has measured."""

    idle: Work
    switch_ms: list[float]
    switch_painted_ms: list[float]
    list_idle: Work
    list_work: Work
    list_updates: int
    typed: int
    arrived: int
    input_ms: list[float]
    fresh: Memory
    after_shift: Memory
    shift_work: Work
    loaded_bytes: int
    idle_bytes: int
    shift_bytes: int
    words_bytes: int


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench desk", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a little of everything, to see that it works")
    parser.add_argument("--out", type=Path, default=Path("var/bench"), help="where the JSON goes")
    options = parser.parse_args(arguments)
    size = QUICK if options.quick else Size()
    with (
        tempfile.TemporaryDirectory() as scratch,
        RunningPortal(Path(scratch), free_port(), environment={"CCP_SNS_CERT": ""}) as portal,
    ):
        found = measure(portal, size)
    print(text(found, size))
    print(f"\neverything again: {save(options.out, found, size)}")
    return 0


def measure(portal: RunningPortal, size: Size) -> Found:
    switches = switching(portal, size)
    return Found(**switches, **updating(portal, size), **working(portal, size))


# ---- switching ---------------------------------------------------------------------------------------------------------

SWITCH = """contactId => new Promise(done => {
  const starts = performance.now()
  document.querySelector(`#cards [data-contact="${contactId}"]`).click()
  requestAnimationFrame(() => { const channel = new MessageChannel()
    channel.port1.onmessage = () => done(performance.now() - starts)
    channel.port2.postMessage(0) })
})"""


def switching(portal: RunningPortal, size: Size) -> dict[str, Any]:
    """From one contact with thousands of messages to another, each of them with all its items in the tab."""
    names = [f"c{number}" for number in range(size.contacts)]

    def lay(fed: Guarded) -> None:
        fed.lay([agent_contact(name, customerName=f"Customer {name}") for name in names], viewing="c0")
        for name in names:
            fed.chat(name, talk(name, size.items), customerName=f"Customer {name}")

    with desk(portal, lay) as (fed, meter):
        idle = meter.during(lambda: fed.page.wait_for_timeout(1000 * size.idle_seconds))
        work: list[float] = []
        painted: list[float] = []
        for number in range(size.switches):
            name = names[(7 * number + 1) % len(names)]
            work.append(meter.during(partial(_switch, fed, name, painted)).tasks)
            fed.page.wait_for_timeout(150)
    return {"idle": idle, "switch_ms": work, "switch_painted_ms": painted}


def _switch(fed: Guarded, name: str, painted: list[float]) -> None:
    painted.append(float(fed.page.evaluate(SWITCH, name)))


def talk(name: str, count: int) -> list[dict[str, Any]]:
    """Both speak in turns, with pauses; one in ten messages is a long one."""
    said = []
    for number in range(1, count + 1):
        words = f"Message {number} of {name}. " * (12 if number % 10 == 0 else 2)
        make = answer if number % 3 == 0 else item
        said.append(make(number, name, words, AbsoluteTime=at(40 * number)))
    return said


# ---- a busy list -------------------------------------------------------------------------------------------------------

WATCH_INPUT = """() => { window.delays = []
  new PerformanceObserver(list => list.getEntries().forEach(one =>
    one.name === "keydown" && window.delays.push(one.processingStart - one.startTime)
  )).observe({ type: "event", durationThreshold: 0, buffered: false }) }"""


def updating(portal: RunningPortal, size: Size) -> dict[str, Any]:
    """A list whose cards change many times a second, while the agent types."""
    names = [f"c{number}" for number in range(size.cards)]

    def lay(fed: Guarded) -> None:
        cards = [agent_contact(name, customerName=f"Customer {name}", readNumber=0) for name in names]
        fed.lay(cards, viewing="c0", capacity=size.cards)
        for name in names:
            fed.chat(name, talk(name, 5), customerName=f"Customer {name}")

    with desk(portal, lay) as (fed, meter):
        idle = meter.during(lambda: fed.page.wait_for_timeout(1000 * size.idle_seconds))
        fed.page.evaluate(WATCH_INPUT)
        fed.page.locator("#words").click()
        typed = size.updates // 2
        work = meter.during(lambda: _update(fed, names, size))
        arrived = len(fed.page.locator("#words").input_value())
        delays = [float(one) for one in fed.page.evaluate("window.delays")]
    return {
        "list_idle": idle,
        "list_work": work,
        "list_updates": size.updates,
        "typed": typed,
        "arrived": arrived,
        "input_ms": delays or [0.0],
    }


def _update(fed: Guarded, names: Sequence[str], size: Size) -> None:
    """By the clock: what telling and typing take here is no reason to be slower."""
    began = time.monotonic()
    for number in range(size.updates):
        name = names[(13 * number) % len(names)]
        make = answer if number % 3 == 0 else item
        fed.say(make(1000 + number, name, f"update {number}", AbsoluteTime=at(10_000 + number)))
        if number % 2:
            fed.page.keyboard.press(chr(97 + number % 26))
        due = began + (number + 1) / size.per_second
        fed.page.wait_for_timeout(max(1.0, 1000 * (due - time.monotonic())))


# ---- a shift -----------------------------------------------------------------------------------------------------------


def working(portal: RunningPortal, size: Size) -> dict[str, Any]:
    """Eight hours as fast as they go: contacts come, are talked with, looked at, ended and cleared."""
    words: list[int] = []
    with desk(portal, lambda fed: fed.lay([], viewing="")) as (fed, meter):
        _contact(fed, 0, size, words)  # what is made once is made now
        fresh, before, asked = meter.memory(), fed.sent_bytes, len(fed.asked)
        _nothing(fed, size.alive_seconds)
        idle_bytes = fed.sent_bytes - before + _bytes(fed.asked[asked:])
        before, asked = fed.sent_bytes, len(fed.asked)
        words.clear()
        work = meter.during(partial(_shift, fed, size, words))
        shift_bytes = fed.sent_bytes - before + _bytes(fed.asked[asked:])
        fed.page.wait_for_timeout(500)
        after = meter.memory()
        loaded = meter.loaded_bytes
    return {
        "fresh": fresh,
        "after_shift": after,
        "shift_work": work,
        "loaded_bytes": loaded,
        "idle_bytes": idle_bytes * 3600 * HOURS // size.alive_seconds,
        "shift_bytes": shift_bytes,
        "words_bytes": sum(words),
    }


def _nothing(fed: Guarded, seconds: int) -> None:
    """As the portal does: it asks every 15 s, the page pings by itself."""
    for number in range(1, seconds // ASK + 1):
        fed.push(json.dumps({"jsonrpc": "2.0", "method": "ask", "params": {"ask": number}}))
        fed.page.wait_for_timeout(1000 * ASK)


def _shift(fed: Guarded, size: Size, words: list[int]) -> None:
    for number in range(1, size.shift + 1):
        _contact(fed, number, size, words)


def _contact(fed: Guarded, number: int, size: Size, words: list[int]) -> None:
    """One contact from its offer to the end of its after contact work."""
    name = f"shift{number}"
    card = agent_contact(name, customerName=f"Customer {number}", state="connecting", acceptedAt=None, expiresAt=at(20))
    _card(fed, card)
    fed.chat(name, [item(1, name, "Hello")], customerName=f"Customer {number}")
    _card(fed, {**card, "state": "connected", "acceptedAt": at(), "expiresAt": None})
    fed.tell("viewContact", AGENT, contactId=name)
    for one in talk(name, size.items_each)[1:]:
        words.append(len(one["Content"].encode()))
        fed.say(one)
    fed.page.wait_for_timeout(30)
    _card(fed, {**card, "state": "ended", "endedAt": at(3000)})
    _card(fed, {**card, "state": "cleared", "endedAt": at(3000)})
    fed.tell("viewContact", AGENT, contactId="")
    fed.close_stream(f"conversation:{name}")
    fed.page.wait_for_timeout(10)


def _card(fed: Guarded, card: dict[str, Any]) -> None:
    fed.tell("agentContact", AGENT, agentContact=fed.complete_card(card))


def _bytes(requests: Sequence[dict[str, Any]]) -> int:
    return sum(len(json.dumps(one, ensure_ascii=False, separators=(",", ":")).encode()) for one in requests)


# ---- telling -----------------------------------------------------------------------------------------------------------


def text(found: Found, size: Size) -> str:
    return "\n".join(_lines(found, size))


def _lines(found: Found, size: Size) -> Iterator[str]:
    yield from _told(found, size)
    yield ""
    yield from _drawn(found)


def _drawn(found: Found) -> Iterator[str]:
    """Each against the same page doing nothing; a switch against its budget, for a page at rest does no switch."""
    switch = statistics.median(found.switch_ms)
    ratios = {
        "a switch, x budget": switch / BUDGET,
        "list at work, main thread": found.list_work.share / found.list_idle.share,
        "heap after the shift": found.after_shift.heap_mb / found.fresh.heap_mb,
        "DOM nodes after the shift": found.after_shift.nodes / found.fresh.nodes,
        "bytes of the shift": found.shift_bytes / found.idle_bytes,
    }
    yield "x the same page doing nothing"
    longest, wide = max(1.0, *ratios.values()), max(map(len, ratios))
    for name, ratio in ratios.items():
        yield f"  {name:<{wide}}  {'█' * max(1, round(BAR * ratio / longest))} {ratio:.2f}"


def _told(found: Found, size: Size) -> Iterator[str]:
    idle, switch, painted = found.idle, sorted(found.switch_ms), sorted(found.switch_painted_ms)
    middle = statistics.median(switch)
    yield f"switch, {size.contacts} contacts with {size.items:,} items each, {len(switch)} times"
    yield f"  main thread (CPU)   median {middle:.1f} ms, p95 {percentile(switch, 95):.1f}, worst {switch[-1]:.1f}; budget {BUDGET:.0f} ms"
    yield f"  until painted       median {statistics.median(painted):.1f} ms, p95 {percentile(painted, 95):.1f}"
    yield f"  one is as much as   {middle / (1000 * idle.share):.2f} s of the same page doing nothing ({1000 * idle.share:.1f} ms CPU/s)"
    yield ""
    lists = found.list_work
    delays = sorted(found.input_ms)
    each = (lists.tasks - found.list_idle.share * lists.wall) / found.list_updates
    yield f"list of {size.cards} contacts, {found.list_updates} updates at {found.list_updates / (lists.wall / 1000):.1f}/s while somebody types"
    yield f"  main thread busy    {100 * lists.share:.1f} %, x {lists.share / found.list_idle.share:.1f} of the same page doing nothing ({100 * found.list_idle.share:.1f} %)"
    yield f"  one update          {each:.2f} ms CPU"
    yield f"  keys                {found.arrived} of {found.typed} arrived; wait before the page takes one: median {statistics.median(delays):.1f} ms, p95 {percentile(delays, 95):.1f}"
    yield ""
    fresh, after = found.fresh, found.after_shift
    yield f"{HOURS} hours, {size.shift} contacts of {size.items_each} items, as fast as they go ({found.shift_work.wall / 1000:.0f} s)"
    yield f"  heap after GC       {after.heap_mb:.2f} MB, x {after.heap_mb / fresh.heap_mb:.2f} of the same page before ({fresh.heap_mb:.2f} MB)"
    yield f"  DOM nodes           {after.nodes:,}, x {after.nodes / fresh.nodes:.2f} ({fresh.nodes:,}); listeners {after.listeners} ({fresh.listeners})"
    yield f"  main thread         {found.shift_work.tasks / 1000:.1f} s CPU for the whole shift"
    yield ""
    yield "bytes over the wire"
    yield f"  the page, once      {found.loaded_bytes / 1000:,.0f} kB with all its parts"
    yield f"  {HOURS} hours of nothing  {found.idle_bytes / 1000:,.0f} kB (is the line alive?)"
    yield f"  {HOURS} hours of work     {found.shift_bytes / 1000:,.0f} kB, x {found.shift_bytes / found.idle_bytes:.1f} of nothing, x {found.shift_bytes / max(1, found.words_bytes):.1f} of the words themselves"


def save(folder: Path, found: Found, size: Size) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    now = datetime.now(UTC)
    machine = {"cores": os.cpu_count(), "load": os.getloadavg()}
    content = {"at": now.isoformat(timespec="seconds"), "machine": machine, "size": dataclasses.asdict(size)}
    path = folder / f"desk-{now:%Y%m%d-%H%M%S}.json"
    path.write_text(json.dumps({**content, "found": dataclasses.asdict(found)}, indent=1) + "\n")
    return path
