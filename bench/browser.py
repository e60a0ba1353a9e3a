"""The desk in a real Chromium, measured from outside: CPU of its main thread, memory after collection, bytes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import CDPSession, Page

from tests.e2e.browsing import chromium, window
from tests.e2e.fed_desk import Guarded
from tests.portal import RunningPortal

SIZE = {"width": 1440, "height": 900}


@dataclass(frozen=True)
class Work:
    """What the main thread did in a while, in milliseconds of its own CPU."""

    wall: float
    tasks: float
    script: float
    layout: float

    @property
    def share(self) -> float:
        return self.tasks / self.wall


@dataclass(frozen=True)
class Memory:
    """What the page holds, after a collection."""

    heap_mb: float
    nodes: int
    listeners: int


class Meter:
    """Asks the browser (Chrome DevTools Protocol) what a page costs."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._cdp: CDPSession = page.context.new_cdp_session(page)
        # Thread ticks are CPU time: a busy machine makes a task longer on the wall, not dearer.
        self._cdp.send("Performance.enable", {"timeDomain": "threadTicks"})
        self._cdp.send("Network.enable")
        self.loaded_bytes = 0
        self._cdp.on("Network.loadingFinished", self._loaded)

    def during(self, act: Callable[[], Any]) -> Work:
        before, starts = self._metrics(), self._now()
        act()
        after, ends = self._metrics(), self._now()
        names = ("TaskDuration", "ScriptDuration", "LayoutDuration")
        return Work(ends - starts, *(1000 * (after[name] - before[name]) for name in names))

    def memory(self) -> Memory:
        for _ in range(3):
            self._cdp.send("HeapProfiler.collectGarbage")
        found = self._metrics()
        return Memory(found["JSHeapUsedSize"] / 1e6, int(found["Nodes"]), int(found["JSEventListeners"]))

    def _metrics(self) -> dict[str, float]:
        return {one["name"]: one["value"] for one in self._cdp.send("Performance.getMetrics")["metrics"]}

    def _now(self) -> float:
        return float(self._page.evaluate("performance.now()"))

    def _loaded(self, event: dict[str, Any]) -> None:
        self.loaded_bytes += int(event["encodedDataLength"])


@contextmanager
def desk(portal: RunningPortal, lay: Callable[[Guarded], None]) -> Iterator[tuple[Guarded, Meter]]:
    """A fresh browser with one desk, laid by `lay` before it opens."""
    with chromium() as browser, window(browser, viewport=SIZE) as page:
        guarded = Guarded(page, portal)
        lay(guarded)
        meter = Meter(page)
        guarded.open()
        page.wait_for_timeout(1500)
        yield guarded, meter
