"""What the supervisors' board costs in the browser: the main thread while it is told of changes, and while one types."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, WebSocketRoute

from tests.e2e.browsing import chromium, window
from tests.e2e.fed_desk import usual_answer
from tests.portal import RunningPortal

from .browser import SIZE, Meter, Work

BUSY = 0.30  # of the main thread (issue 15)
WORDS = "abcdefghij"
# How many rows of each table the page asks for: at first, and when one has scrolled to the end of all of them.
WINDOWS = {
    "as it opens": {"queues": 100, "agents": 20, "contacts": 50},
    "all it can": {"queues": 100, "agents": 1000, "contacts": 1000},
}


@dataclass(frozen=True)
class Found:
    """Of one window of the board."""

    idle: Work
    work: Work
    rows: int
    typed: int
    arrived: int


class FedBoard:
    """The floor's real page on a socket that says what it is given."""

    def __init__(self, page: Page, frames: list[str]) -> None:
        self.page, self.frames = page, frames
        self._route: WebSocketRoute | None = None
        page.route_web_socket("**/ws/floor/", self._opened)

    def _opened(self, route: WebSocketRoute) -> None:
        self._route = route
        route.on_message(lambda text: self._heard(json.loads(text)))

    def _heard(self, request: dict[str, Any]) -> None:
        if "id" in request:
            self._say(json.dumps({"jsonrpc": "2.0", "id": request["id"], "result": usual_answer(request["method"])}))
        if request.get("method") == "watchFloor" and self.frames:
            self._say(self.frames.pop(0))

    def _say(self, text: str) -> None:
        if self._route is not None:  # the page opens it first
            self._route.send(text)

    def play(self, words: str) -> None:
        """A frame a second, by the clock, and meanwhile these keys."""
        began = time.monotonic()
        keys = list(words)
        for number, text in enumerate(self.frames, 1):
            self._say(text)
            for _ in range(-(-len(words) // len(self.frames))):
                if keys:
                    self.page.keyboard.press(keys.pop(0))
            self.page.wait_for_timeout(max(1.0, 1000 * (began + number - time.monotonic())))


def measure(portal: RunningPortal, folder: Path, username: str) -> dict[str, Found]:
    """For each window that board_frames wrote."""
    session = portal.log_in(username)
    cookies = [{"name": one.name, "value": one.value or "", "url": portal.url} for one in session.jar]
    with chromium() as browser:
        found = {}
        for name in WINDOWS:
            with window(browser, viewport=SIZE) as page:
                page.context.add_cookies(cookies)  # type: ignore[arg-type]  # Playwright's own names
                found[name] = _one(page, portal, (folder / f"{name}.frames").read_text().split("\n"))
    return found


def _one(page: Page, portal: RunningPortal, frames: list[str]) -> Found:
    last = [json.loads(one)["params"]["kpis"] for one in frames if "kpis" in json.loads(one)["params"]][-1]
    board, meter = FedBoard(page, frames), Meter(page)
    page.goto(f"{portal.url}/floor/?own=0")
    page.locator("#floor:not([aria-busy])").wait_for()
    page.wait_for_timeout(1500)
    idle = meter.during(lambda: page.wait_for_timeout(5000))
    page.locator("#floor-save-open").click()  # a field that asks nothing of the server while one types
    page.locator("#floor-save-name").focus()
    work = meter.during(lambda: board.play(WORDS))
    arrived = len(page.locator("#floor-save-name").input_value())
    page.locator("#kpis > :last-child").get_by_text(
        f"{last['awaiting']} wait"
    ).wait_for()  # it has drawn the last frame
    return Found(idle, work, page.locator("#floor tr[data-key]").count(), len(WORDS), arrived)


def text(found: dict[str, Found]) -> str:
    return "\n".join(
        f"the page, {name} ({one.rows} rows)   main thread {100 * one.work.share:.1f} % busy (at most {100 * BUSY:g}), idle "
        f"{100 * one.idle.share:.1f} %; script {one.work.script / one.work.wall * 100:.1f} %, layout {one.work.layout / one.work.wall * 100:.1f} %; "
        f"{one.arrived} of {one.typed} keys"
        for name, one in found.items()
    )
