"""What the chat widget costs a website: bytes, the time until its button and its window stand there by 3G, the main thread."""

from __future__ import annotations

import argparse
import statistics
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, CDPSession, Page

from devtools.website import Addresses, Website
from tests.e2e.browsing import chromium
from tests.emulating import free_port
from tests.portal import RunningPortal

BUDGET = 30_000  # bytes of button and window together, compressed (issue 12)
# "Fast 3G" of Chromium's own tools, and a phone a quarter as fast as this machine.
NETWORK = {"offline": False, "latency": 562.5, "downloadThroughput": 1.44e6 / 8, "uploadThroughput": 675e3 / 8}
SLOWER = 4


@dataclass(frozen=True)
class Load:
    """One page, from nothing in the cache."""

    button: float  # ms from the navigation until the button stands there
    window: float  # ms from a press until the form takes keys
    main_thread: float  # ms of work until then
    sizes: dict[str, int]  # of each script, compressed, without the headers of its answer


def main(options: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench widget", description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    given = parser.parse_args(options)
    port = free_port()
    origins = f"http://localhost:{port}"
    environment = {"CCP_SNS_CERT": "", "CCP_START_CHAT_ORIGINS": origins, "CCP_START_CHAT_FLOWS": "any"}
    with (
        tempfile.TemporaryDirectory() as folder,
        RunningPortal(Path(folder), free_port(), environment=environment) as portal,
        Website("127.0.0.1", port, Addresses(portal.url, portal.url)) as site,
        chromium() as browser,
    ):
        thread = threading.Thread(target=site.serve_forever, args=(0.05,))
        thread.start()
        try:
            loads = [_load(browser, f"http://localhost:{port}/") for _ in range(given.runs + 1)][1:]
            bare = [_bare(browser, f"http://localhost:{port}/") for _ in range(given.runs)]
        finally:
            site.shutdown()
            thread.join()
    return _told(loads, statistics.median(bare))


def _load(browser: Browser, url: str) -> Load:
    page, tools = _slow_page(browser)
    sizes: dict[str, int] = {}
    tools.on("Network.responseReceived", lambda told: sizes.update(_size(told["response"])))
    began = time.perf_counter()
    page.goto(url, wait_until="commit")
    page.get_by_role("button", name="Open the chat").wait_for()
    button = time.perf_counter()
    page.get_by_role("button", name="Open the chat").focus()
    pressed = time.perf_counter()
    page.keyboard.press("Enter")
    page.locator("ccp-chat input:focus").wait_for()
    opened = time.perf_counter()
    work = _work(tools)
    page.context.close()
    return Load((button - began) * 1000, (opened - pressed) * 1000, work, sizes)


def _size(response: dict[str, Any]) -> dict[str, int]:
    """Of a script of the widget, by its name; of anything else nothing."""
    about = {name.lower(): value for name, value in response["headers"].items()}
    name = response["url"].rpartition("/")[2].partition("?")[0]
    return {name: int(about.get("content-length", 0))} if name.startswith("widget") and name.endswith(".js") else {}


def _bare(browser: Browser, url: str) -> float:
    """The main thread of the same page without the widget."""
    page, tools = _slow_page(browser)
    page.route("**/widget.js", lambda route: route.abort())
    page.goto(url, wait_until="load")
    work = _work(tools)
    page.context.close()
    return work


def _slow_page(browser: Browser) -> tuple[Page, CDPSession]:
    page = browser.new_context(locale="en-GB").new_page()
    tools = page.context.new_cdp_session(page)
    tools.send("Network.enable")
    tools.send("Network.emulateNetworkConditions", NETWORK)
    tools.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    tools.send("Performance.enable")
    return page, tools


def _work(tools: CDPSession) -> float:
    metrics = {one["name"]: one["value"] for one in tools.send("Performance.getMetrics")["metrics"]}
    return float(metrics["TaskDuration"]) * 1000


def _told(loads: list[Load], bare: float) -> int:
    sizes = loads[-1].sizes
    for name, size in sorted(sizes.items()):
        print(f"{name:<16} {size:>7,} bytes")
    together = sum(sizes.values())
    print(f"together         {together:>7,} bytes, compressed as Chromium asks for it")
    print(
        f"button stands    {statistics.median(one.button for one in loads):>7.0f} ms after the navigation (3G, empty cache)"
    )
    print(
        f"window takes keys{statistics.median(one.window for one in loads):>7.0f} ms after the press (the second script comes then)"
    )
    work = statistics.median(one.main_thread for one in loads)
    print(
        f"main thread      {work:>7.0f} ms until then, {work - bare:.0f} of them the widget's (a processor {SLOWER} times slower)"
    )
    if len(sizes) == 2 and together < BUDGET:
        return 0
    print(f"button and window are larger than {BUDGET:,} bytes together, or one did not come")
    return 1
