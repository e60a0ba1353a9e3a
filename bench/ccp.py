"""What a page of Streams and ChatJS costs beside our own desk: CPU for each message it sends, and a snapshot of its frame."""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import subprocess
import tempfile
import time
import uuid
from collections.abc import Sequence
from pathlib import Path

from tests.emulating import ROOT

from . import options as loop_options
from .alone import DeskToConnect, WithStandIn
from .measure import Carried, Closed, Lane, closed
from .people import words
from .servers import Simple
from .wires import Broken, Http, request

TIMES, MILLISECONDS = 1.5, 20.0  # of the desk's CPU for a message, and of a snapshot of ten contacts (issue 11)
WARM_UP = 1.0  # seconds of closed loop that count for nothing
TOO_MANY = 429


class PageToConnect(Simple):
    """POST /participant/message, as ChatJS sends it, → SendMessage at Connect; the loop goes on with the answer.

    The agent's desk is open beside it and follows the contact, as the frame of the page does.
    """

    name = "page → Connect"

    def __init__(self, system: WithStandIn) -> None:
        self._system = system
        self._talks: list[tuple[Http, str]] = []

    @property
    def server(self) -> int:
        return self._system.server

    async def open(self) -> None:
        """Tokens only: the portal closes connections that say nothing for long."""
        it = self._system.it
        for desk, seeded in zip(it.desks, it.seeded["desks"], strict=False):
            for contact_id in seeded["contacts"]:
                answer = await desk.call("connectionToken", contactId=contact_id)
                self._talks.append((await Http.open(it.port), answer["result"]["token"]))

    async def prepare(self, count: int) -> None:  # noqa: ARG002 -- there is nothing to count
        for connection, _ in self._talks:
            connection.close()
        self._talks = [(await Http.open(self._system.it.port), token) for _, token in self._talks]

    async def carry(self, conversation: int) -> Carried:
        connection, token = self._talks[conversation]
        key, sent = uuid.uuid4().hex, time.monotonic()
        body = json.dumps({"ClientToken": key, "Content": words(key), "ContentType": "text/plain"}).encode()
        headers = {"Content-Type": "application/json", "X-Amz-Bearer": token}
        asked = request("POST", "/participant/message", self._system.it.port, headers, body)
        status, text = await connection.send(asked)
        while status == TOO_MANY:  # as the SDK does
            await asyncio.sleep(0.1)
            status, text = await connection.send(asked)
        if status != 200:
            raise Broken(f"the participant API answered {status}: {text.decode()[:300]}")
        return Carried(key, sent, time.monotonic())


def main(arguments: Sequence[str]) -> int:
    parser = loop_options.parser("ccp", __doc__)
    asked = loop_options.checked(parser, arguments, {})
    with tempfile.TemporaryDirectory(prefix="ccp-bench-") as folder:
        rounds = asyncio.run(_measure(asked, Path(folder)))
    found = {name: [one.cpu_per_10k for one in each] for name, each in rounds.items()}
    print(text(found, {name: [one.per_second for one in each] for name, each in rounds.items()}, snapshot()))
    return 0


async def _measure(asked: argparse.Namespace, folder: Path) -> dict[str, list[Closed]]:
    """Lane by lane, round by round, so that both share the machine's noise."""
    system = WithStandIn(folder, asked.conversations, 0)
    lanes: list[Lane] = [DeskToConnect(system), PageToConnect(system)]
    try:
        await system.open()
        for lane in lanes:
            await lane.open()  # type: ignore[attr-defined]  # ours have it
        rounds: dict[str, list[Closed]] = {lane.name: [] for lane in lanes}
        for _ in range(asked.rounds):
            for lane in lanes:
                await lane.prepare(0)
                await closed(lane, asked.conversations, min(WARM_UP, asked.seconds))
                rounds[lane.name].append(await closed(lane, asked.conversations, asked.seconds))
        return rounds
    finally:
        await system.close()


def snapshot() -> float:
    """Milliseconds for a snapshot of ten contacts, made and cloned as postMessage clones it."""
    done = subprocess.run(
        ["node", str(ROOT / "bench" / "ccp_snapshot.mjs")], capture_output=True, text=True, check=True, timeout=60
    )
    return float(done.stdout)


def text(cpu: dict[str, list[float]], per_second: dict[str, list[float]], milliseconds: float) -> str:
    desk, page = (statistics.median(each) for each in cpu.values())
    lines = [
        f"{name:<16} {statistics.median(per_second[name]):8,.0f} messages/s {statistics.median(each) / 10:8.2f} ms CPU each"
        for name, each in cpu.items()
    ]
    return "\n".join(
        [
            *lines,
            f"a page of Streams costs {page / desk:.2f} of the desk (at most {TIMES:g})",
            f"a snapshot of ten contacts takes {milliseconds:.2f} ms (at most {MILLISECONDS:g})",
        ]
    )
