"""The emulator's pages for people in Chromium: they show what changes while it does, and axe finds nothing wrong with them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.e2e.browsing import window
from tests.emulating import Customer, RunningEmulator
from tests.flows import flow, say, wait

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

LISTENING = flow(
    say("hello", "Hello", "listen"),
    wait("listen", 600, "end", "CustomerReturned", CustomerReturned="again"),
    say("again", "Once more", "listen"),
)
PLACES = ["", "flows", "timers", "deliveries", "calls"]


@pytest.fixture(scope="module")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningEmulator]:
    folder = tmp_path_factory.mktemp("emulator")
    listening = folder / "listening.json"
    listening.write_text(LISTENING)
    with RunningEmulator(folder, flows=[listening]) as running:
        yield running


@pytest.fixture(scope="module")
def ada(emulator: RunningEmulator) -> Iterator[Customer]:
    who = Customer(emulator, "Ada Lovelace", "Hello?").open()
    who.wait_for_text("Hello")
    yield who
    who.close()


def violations(page: Page) -> list[object]:
    found = Axe().run(page).response["violations"]
    return [(one["id"], [node["html"][:200] for node in one["nodes"]]) for one in found]


def look_again(page: Page) -> None:
    """As somebody who comes back to the tab: the page does not wait for its next turn."""
    page.evaluate("dispatchEvent(new Event('visibilitychange'))")


def test_pages_follow_what_happens_and_leave_the_reader_alone(
    chromium_once: Browser, emulator: RunningEmulator, ada: Customer
) -> None:
    with window(chromium_once, viewport={"width": 1440, "height": 900}) as page:
        refused: list[str] = []
        page.on("console", lambda message: refused.append(message.text) if message.type == "error" else None)
        page.goto(f"{emulator.url}/_emulator/")
        link = page.get_by_role("link", name="Ada Lovelace")
        link.focus()
        Customer(emulator, "Grace Hopper")
        expect(page.locator("tbody tr")).to_have_count(2)
        expect(page.locator("tbody tr").first).to_contain_text("Grace Hopper")
        expect(link).to_be_focused()

        page.get_by_label("Search contacts").fill("lovelace")
        expect(page.locator("tbody tr")).to_have_count(1)
        assert page.url.endswith("?q=lovelace")
        page.reload()
        expect(page.get_by_label("Search contacts")).to_have_value("lovelace")

        link.click()
        here = page.locator(".block.is-here")
        expect(here).to_contain_text("listen")
        page.locator("summary").click()
        ada.say("I am still here")
        look_again(page)
        expect(page.locator(".talk")).to_contain_text("I am still here")
        expect(page.locator(".block.is-taken", has_text="again").first).to_be_visible()
        expect(page.locator("details")).to_have_attribute("open", "")
        expect(here).to_contain_text("listen")

        emulator.advance(600)
        look_again(page)
        expect(page.locator(".facts")).to_contain_text("contact flow disconnect")
        expect(here).to_have_count(0)
        expect(page.locator(".clock")).to_contain_text("turned 10 min forward")
        assert refused == []


@pytest.mark.parametrize(("width", "theme"), [(1440, "dark"), (360, "light")])
def test_axe_finds_nothing_and_nothing_is_cut_off(
    chromium_once: Browser, emulator: RunningEmulator, ada: Customer, width: int, theme: str
) -> None:
    with window(chromium_once, viewport={"width": width, "height": 800}, color_scheme=theme) as page:
        for place in [*PLACES, f"contact/{ada.contact_id}", "flow/aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee"]:
            page.goto(f"{emulator.url}/_emulator/{place}")
            assert (place, violations(page)) == (place, [])
            assert page.evaluate("document.documentElement.scrollWidth") <= width, place


def test_without_javascript_all_is_there_to_read(
    chromium_once: Browser, emulator: RunningEmulator, ada: Customer
) -> None:
    with window(chromium_once, java_script_enabled=False) as page:
        page.goto(f"{emulator.url}/_emulator/?q=lovelace")
        page.get_by_role("link", name="Ada Lovelace").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Ada Lovelace")
        expect(page.locator(".talk")).to_contain_text("Hello?")
        expect(page.locator(".block.is-taken").first).to_contain_text("hello")
