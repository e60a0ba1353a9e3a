"""The emulator of Amazon Connect over HTTP: messages per second, latency, start-up, memory of open chats.

The same HTTP server (daphne) answering a constant, in the same run, is the limit that everything is compared with.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
import statistics
import sys
import tempfile
import time
import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.emulating import INSTANCE, TOPIC, RunningEmulator, free_port
from tests.flows import QUIET, flow

from . import options as loop_options
from . import report
from .alone import WithStandIn
from .measure import Carried, Lane, Results, closed, low, resident_kb
from .people import Customer, Waiting, key_of, words
from .report import Idle
from .servers import Server, Simple, at_once
from .stand_in import Connect
from .wires import HOST, Http, request, settle

PER_SECOND = 50  # the low rate
WARM_UP = 1.0  # seconds of closed loop that count for nothing
SETTLE = 1.0  # seconds before memory is read
LIMIT = "a constant answer"
STREAMED = "SendMessage → SNS post"


def main(arguments: list[str]) -> int:
    options = _options(arguments)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # what was started ends with us
    before = os.getloadavg()
    with tempfile.TemporaryDirectory(prefix="ccp-bench-") as folder:
        run = Run(options, Path(folder))
        results, idle = asyncio.run(run.all())
    lines = [report.line(one) for one in results]
    print("\n" + report.text(lines, [idle], than=LIMIT))
    print("\n" + "\n".join([run.starts(), *verdict(lines)]))
    print(f"\nload average: {before[0]:.1f} before, {os.getloadavg()[0]:.1f} after, {os.cpu_count()} cores")
    plain = {**vars(options), "out": str(options.out), "load_before": before, "starts": run.started}
    print(f"saved: {report.save(options.out, plain, results, [idle], name='emulator')}")
    return 0


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = loop_options.parser("emulator", __doc__)
    parser.add_argument("--chats", type=int, default=1000, help="open chats whose memory is measured (1000)")
    parser.add_argument("--starts", type=int, default=3, help="how often it is started; the median is told (3)")
    parser.add_argument("--portal", action="store_true", help="measure the portal without the emulator, too")
    return loop_options.checked(parser, arguments, {"chats": (1, 5000), "starts": (1, 20)})


class Run:
    """All lanes in turn, round by round, so that they share the machine's noise."""

    def __init__(self, options: argparse.Namespace, folder: Path) -> None:
        self.options, self.folder = options, folder
        self.started: dict[str, float] = {}  # seconds until it answers

    def starts(self) -> str:
        return "start-up: " + ", ".join(f"{seconds:.2f} s with {what}" for what, seconds in self.started.items())

    async def all(self) -> tuple[list[Results], Idle]:
        systems: list[Any] = []
        try:
            _tell("starting daphne with a constant answer")
            systems.append(Constant(self.folder))
            _tell(f"starting the emulator {self.options.starts} times")
            it = Emulated(self.folder / "emulator", self.options.conversations, self.options.starts)
            systems.append(it)
            if self.options.portal:
                _tell("starting the portal with a stand-in for Connect")
                systems.append(WithStandIn(self.folder, self.options.conversations, 0))
            for system in systems:
                await system.open()
            results = await self._rounds([lane for system in systems for lane in system.lanes])
            return results, await self._idle(it)
        finally:
            for system in systems:
                await system.close()

    async def _rounds(self, lanes: Sequence[Lane]) -> list[Results]:
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
        await lane.prepare(count + conversations + int(warm_up * 1_500))
        rate = (await closed(lane, conversations, warm_up)).per_second
        result.low.append(await low(lane, conversations, count, PER_SECOND))
        await lane.prepare(int(rate * seconds * 1.5) + conversations)
        result.closed.append(await closed(lane, conversations, seconds))
        now = result.closed[-1]
        _tell(f"  p50 {result.low[-1].p50:.2f} ms, {now.per_second:,.0f}/s, {now.messages:,} answered")

    async def _idle(self, it: Emulated) -> Idle:
        """Chats that are open and silent; then the emulator starts again, with everything this run has left."""
        chats = self.options.chats
        _tell(f"opening {chats:,} chats")
        before, began = resident_kb(it.server), time.monotonic()
        await it.open_more(chats)
        took = time.monotonic() - began
        await asyncio.sleep(SETTLE)
        grown = resident_kb(it.server) - before
        self.started = {"an empty state": it.started, "all of this run in it": it.restarted()}
        return Idle("open chats with their websockets", chats, grown / chats, chats / took)


class Constant(Simple):
    """The same server and the same request; nothing is looked at, nothing is kept."""

    name = LIMIT

    def __init__(self, folder: Path) -> None:
        given = ("-b", HOST, "-p", "{port}", "-v", "0", "bench.constant:application")
        self._daphne = Server(folder, "daphne", *given)
        self.server = self._daphne.pid
        self.lanes: list[Lane] = [self]
        self._connections: dict[int, Http] = {}

    async def open(self) -> None:
        """Connections are opened when they are first needed."""

    async def carry(self, conversation: int) -> Carried:
        connection = self._connections.get(conversation) or await Http.open(self._daphne.port)
        self._connections[conversation] = connection
        key = uuid.uuid4().hex
        body = json.dumps({"ContentType": "text/plain", "Content": words(key)}).encode()
        headers = {"Content-Type": "application/json", "X-Amz-Bearer": key * 4}
        sent = time.monotonic()
        await connection.send(request("POST", "/participant/message", self._daphne.port, headers, body))
        return Carried(key, sent, time.monotonic())

    async def close(self) -> None:
        for connection in self._connections.values():
            connection.close()
        await asyncio.sleep(0)
        self._daphne.stop()


class Emulated:
    """The emulator, a chat for each conversation, and the endpoint that a topic of theirs is posted to."""

    name = "the emulator"

    def __init__(self, folder: Path, conversations: int, starts: int) -> None:
        folder.mkdir()
        quiet = folder / "quiet.json"
        quiet.write_text(flow(QUIET))
        self._conversations, self._folder = conversations, folder
        self._hook = free_port()
        endpoint = f"{TOPIC}=http://{HOST}:{self._hook}/sns/"
        self.emulator = RunningEmulator(folder, flows=[quiet], subscribe=[endpoint])
        self.started = statistics.median(self._start() for _ in range(starts))
        self.waiting, self.posted = Waiting(), Waiting()
        self.customers: list[Hearer] = []
        self.lanes: list[Lane] = [Said(self), Heard(self), Posted(self), Read(self)]

    @property
    def server(self) -> int:
        return self.emulator.pid

    def _start(self) -> float:
        """With a state file of its own; the last one stays."""
        self.emulator.stop()
        for file in self._folder.glob("emulator.sqlite3*"):
            file.unlink()
        began = time.monotonic()
        self.emulator.start()
        return time.monotonic() - began

    def restarted(self) -> float:
        self.emulator.stop()
        began = time.monotonic()
        self.emulator.start()
        return time.monotonic() - began

    async def open(self) -> None:
        loop = asyncio.get_running_loop()
        Subscriber.waiting, Subscriber.token = self.posted, loop.create_future()
        self._server = await loop.create_server(Subscriber, HOST, self._hook)
        await self._until_confirmed()
        opening = [Hearer.open(self.emulator.port, f"Customer {n}", self.waiting) for n in range(self._conversations)]
        self.customers = await at_once(opening)

    async def _until_confirmed(self) -> None:
        token = await asyncio.wait_for(Subscriber.token, 60)
        await asyncio.to_thread(self.emulator.client("sns").confirm_subscription, TopicArn=TOPIC, Token=token)

    async def stream(self) -> None:
        """From now on what is said in these chats is posted."""
        connect = self.emulator.client("connect")
        for customer in self.customers:
            await asyncio.to_thread(
                connect.start_contact_streaming,
                InstanceId=INSTANCE,
                ContactId=customer.contact_id,
                ChatStreamingConfiguration={"StreamingEndpointArn": TOPIC},
                ClientToken=customer.contact_id,
            )

    async def open_more(self, count: int) -> None:
        self.customers += await at_once(
            [Hearer.open(self.emulator.port, f"Quiet {number}", self.waiting) for number in range(count)]
        )

    async def close(self) -> None:
        for customer in self.customers:
            customer.close()
        self._server.close()
        self.emulator.__exit__()
        await asyncio.sleep(0)


class Hearer(Customer):
    """A customer who notices the own words coming back, as ChatJS shows them."""

    def _hear(self, text: bytes) -> None:
        frame = json.loads(text)
        if frame.get("topic") == "aws/chat":
            item = json.loads(frame["content"])
            self._waiting.arrived(key_of(item.get("Content")), time.monotonic())

    async def read(self) -> None:
        """What ChatJS asks for when it connects."""
        wanted = {"MaxResults": 15, "ScanDirection": "BACKWARD", "SortOrder": "ASCENDING", "StartPosition": {}}
        await self._post("/participant/transcript", wanted)


class Subscriber(Connect):
    """The endpoint of the topic, in the generator itself: it keeps the token of the confirmation, and tells what arrives."""

    waiting: Waiting
    token: asyncio.Future[str]

    def _said(self, _path: str, body: bytes) -> dict[str, object]:
        now, envelope = time.monotonic(), json.loads(body)
        if envelope["Type"] == "SubscriptionConfirmation":
            settle(self.token, envelope["Token"])
        else:
            self.waiting.arrived(key_of(json.loads(envelope["Message"]).get("Content")), now)
        return {}


class OfEmulator(Simple):
    """A lane through the emulator."""

    def __init__(self, system: Emulated) -> None:
        self._system = system

    @property
    def server(self) -> int:
        return self._system.server


class Said(OfEmulator):
    """SendMessage → 200: on the disk by then."""

    name = "SendMessage → 200"

    async def carry(self, conversation: int) -> Carried:
        key, sent = uuid.uuid4().hex, time.monotonic()
        await self._system.customers[conversation].say(key)
        return Carried(key, sent, time.monotonic())


class Heard(OfEmulator):
    """SendMessage → the frame on a websocket, and 200."""

    name = "SendMessage → websocket"

    def _arrivals(self) -> Waiting:
        return self._system.waiting

    async def carry(self, conversation: int) -> Carried:
        key = uuid.uuid4().hex
        arrival = self._arrivals().expect(key)
        sent = time.monotonic()
        await self._system.customers[conversation].say(key)
        return Carried(key, sent, await arrival)


class Posted(Heard):
    """SendMessage → the signed SNS post at its endpoint, and 200: what the portal's benches ask of the emulator."""

    name = STREAMED
    _streams = False

    async def prepare(self, count: int) -> None:  # noqa: ARG002 -- its signature is given
        if not self._streams:
            self._streams = True
            await self._system.stream()

    def _arrivals(self) -> Waiting:
        return self._system.posted


class Read(OfEmulator):
    """GetTranscript, the last 15 items."""

    name = "GetTranscript, 15 items"

    async def carry(self, conversation: int) -> Carried:
        sent = time.monotonic()
        await self._system.customers[conversation].read()
        return Carried(str(sent), sent, time.monotonic())


# ---- what is told ------------------------------------------------------------------------------------------------------


def verdict(lines: Sequence[report.Line]) -> list[str]:
    """Where the emulator becomes the limit of what is measured through it: one process has one core."""
    streamed = next(one for one in lines if one.name == STREAMED)
    full = 10_000 / streamed.cpu_per_10k if streamed.cpu_per_10k else 0.0
    at = f"{streamed.per_second:,.0f} messages a second here; the core it can use is full at {full:,.0f}."
    found = [f"The emulator streamed {at} Above that a bench of the portal with --emulator measures the emulator."]
    for one in lines:
        if one.name in {"customer → desk", "desk → Connect"} and one.cpu_per_10k:
            own = 10_000 / one.cpu_per_10k
            limit = "the emulator" if own > full else "the portal"
            found.append(f"{one.name}: the portal's core is full at {own:,.0f}; with both, {limit} is the limit.")
    return found


_began = time.monotonic()


def _tell(what: str) -> None:
    print(f"{time.monotonic() - _began:6.1f} s  {what}", flush=True)
