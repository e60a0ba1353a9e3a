"""Every page beside the desk, wide and on a telephone: axe finds nothing, nothing moves, keys reach all, tables are cards."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.e2e.accessible import found, found_in_both_themes, shifted, small
from tests.e2e.browsing import window
from tests.e2e.keyboard import out_of_reach
from tests.emulating import free_port
from tests.portal import PASSWORD, RunningPortal

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]
WIDE = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
# Where it is, and what is there once all of it is.
PAGES = {
    "/login/": "main",
    "/account/password/": "main",
    "/account/password/changed/": "main",
    "/account/devices/": ".devices time[title]",
    "/account/reset/": "main",
    "/account/reset/asked/": "main",
    "/account/reset/MQ/a-b/": "main",
    "/history/": "tbody time[title]",
    "/history/?q=nobody": "#ended .block__none",
    "/history/{contact}/": "#rows .bubble",
    "/floor/": ".chip--live .num:not(:empty)",
    "/floor/?q=nobody": ".chip--live .num:not(:empty)",
    "/floor/{contact}/": "#rows .bubble",
    "/nothing/": "main",
    "/500.html": "main",
    "/403.html": "main",
    "/403_csrf.html": "main",
    "/file.html": "main",
}
SIDEWAYS = """() => [document.documentElement, ...document.querySelectorAll(".scroll, .floor")]
  .filter((one) => one.scrollWidth > one.clientWidth).map((one) => one.className)"""


@pytest.fixture(scope="module")
def lone_portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningPortal]:
    """Of its own: here are rows, and mira may see more."""
    environment = {"CCP_SNS_CERT": ""}
    with RunningPortal(tmp_path_factory.mktemp("portal"), free_port(), environment=environment) as running:
        yield running


@pytest.fixture(scope="module")
def drawn(lone_portal: RunningPortal) -> dict[str, str]:
    """Contacts for mira, who may see the floor now as well; and what the server says when it cannot say more, by name."""
    told = lone_portal.shell(Path(__file__).with_name("past_rows.py").read_text()).split("=== ")
    return dict(one.split("\n", 1) for one in told if "\n" in one)


@pytest.fixture(scope="module")
def page(chromium_once: Browser, lone_portal: RunningPortal, drawn: dict[str, str]) -> Iterator[Page]:
    with window(chromium_once, viewport=WIDE, reduced_motion="reduce", base_url=lone_portal.url) as page:
        for name, body in drawn.items():
            page.route(f"**/{name}", _answer(body))
        page.goto("/login/")
        page.get_by_label("User name").fill("mira")
        page.get_by_label("Password").fill("wrong")
        page.keyboard.press("Enter")
        expect(page.get_by_role("alert")).to_be_visible()
        assert found_in_both_themes(page) == []
        page.get_by_label("Password").fill(PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url("**/desk/")
        yield page


def _answer(body: str) -> Callable[[Route], None]:
    return lambda route: route.fulfill(body=body, content_type="text/html")


@pytest.mark.parametrize("where", PAGES)
def test_whoever_they_are_people_can_use(page: Page, drawn: dict[str, str], where: str) -> None:
    page.set_viewport_size(WIDE)
    page.goto(where.format(contact=drawn["contact"].strip()))
    expect(page.locator(PAGES[where]).first).to_be_attached(timeout=20_000)
    moved = shifted(page)
    assert found_in_both_themes(page) == []
    assert small(page, "html", 24) == []
    assert out_of_reach(page, "html") == []
    page.set_viewport_size(PHONE)
    assert found(page) == []
    assert [one for one in small(page, "html", 40) if "icon-button--s" not in one] == []
    assert page.evaluate(SIDEWAYS) == []
    page.reload()
    expect(page.locator(PAGES[where]).first).to_be_attached(timeout=20_000)
    assert max(moved, shifted(page)) < 0.01


def test_on_a_telephone_rows_are_cards_that_are_still_a_table_for_who_listens(page: Page) -> None:
    page.set_viewport_size(PHONE)
    page.goto("/history/")
    row = page.get_by_role("row").filter(has_text="Amelia Hart")
    heads = ["Customer", "Ended", "In contact", "Queue", "Disposition", "Reason"]
    expect(page.get_by_role("columnheader")).to_have_text(heads)
    expect(row.get_by_role("rowheader")).to_have_text("Amelia Hart")
    expect(row.get_by_role("cell").nth(3)).to_have_text("Refund")
    for direction in ("ltr", "rtl"):
        page.evaluate("direction => { document.documentElement.dir = direction }", direction)
        places = row.locator("th, td").evaluate_all("all => all.map(one => one.getBoundingClientRect().toJSON())")
        pairs = list(zip(places[::2], places[1::2], strict=True))
        assert [abs(one["bottom"] - beside["bottom"]) < 8 for one, beside in pairs] == [True] * 3, "two facts in a line"
        assert [(one["left"] < beside["left"]) == (direction == "ltr") for one, beside in pairs] == [True] * 3
        assert page.evaluate(SIDEWAYS) == []
        assert found(page) == []
    row.click(position={"x": 200, "y": 40})  # wherever one touches the card
    page.wait_for_url("**/history/*/")
