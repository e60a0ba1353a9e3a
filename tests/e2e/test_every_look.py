"""The desk in every look: from 360 to 2,560 px, from right to left, in the second language, in colours of the system's, without motion."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.browsing import window
from tests.e2e.fed_desk import Guarded, agent_contact, answer, at, item
from tests.portal import RunningPortal

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]
WIDTHS = (360, 767, 1024, 1440, 2560)
# What sticks out of the window and is not cut off on purpose, and what scrolls sideways although it is no table.
STICKING_OUT = """() => {
  const wide = document.documentElement.clientWidth
  const seen = (one) => one.checkVisibility({ visibilityProperty: true }) && !one.closest(".sr, .skip, svg, .scroll, .context")
  const outside = ({ left, right, width }) => width > 0 && (left < -1 || right > wide + 1)
  const flow = (one) => getComputedStyle(one).overflowX
  const cut = (one) => one !== document.body && (flow(one) !== "visible" || cut(one.parentElement))
  const sideways = (one) => flow(one) === "auto" && one.scrollWidth > one.clientWidth + 1
  const all = [...document.querySelectorAll("body *")].filter(seen)
  const bad = all.filter((one) => sideways(one) || (outside(one.getBoundingClientRect()) && !cut(one.parentElement)))
  return [document.documentElement.scrollWidth - wide, bad.map((one) => one.outerHTML.slice(0, 120))]
}"""
MOVING = """() => document.getAnimations().filter((one) => one.effect.getComputedTiming().activeDuration > 1)
  .map((one) => `${one.animationName ?? one.transitionProperty} of ${one.effect.target.className}`)"""


@pytest.fixture(scope="module")
def fed(chromium_once: Browser, lone_portal: RunningPortal) -> Iterator[Guarded]:
    with window(chromium_once, viewport={"width": 1440, "height": 900}, reduced_motion="reduce") as page:
        fed = Guarded(page, lone_portal)
        long = "Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichen " * 3
        offer = {"state": "connecting", "acceptedAt": None, "expiresAt": at(10**9)}
        rows = [agent_contact("a"), agent_contact("b", customerName=long, readNumber=0), agent_contact("c", **offer)]
        fed.lay(rows, viewing="a")
        fed.chat("a", [item(1, "a"), answer(2, "a", "x" * 300), item(3, "a", long), item(4, "a")])
        fed.chat("b", [item(1, "b", long)], customerName=long)
        fed.open()
        yield fed


@pytest.fixture
def desk(fed: Guarded) -> Page:
    return fed.page


def text_of(page: Page) -> str:
    expect(page.locator("#cards [role=option]")).to_have_count(2)
    return page.locator("body").inner_text()


@pytest.mark.parametrize("direction", ["ltr", "rtl"])
@pytest.mark.parametrize("language", ["en", "de"])
def test_nothing_sticks_out_at_any_width(desk: Page, language: str, direction: str) -> None:
    desk.context.add_cookies([{"name": "django_language", "value": language, "url": desk.url}])
    desk.reload()
    expect(desk.locator("#chip")).to_contain_text("Live")
    assert ("Kontakte" in text_of(desk), "Contacts" in text_of(desk)) == (language == "de", language == "en")
    desk.evaluate("direction => { document.documentElement.dir = direction }", direction)
    for width in WIDTHS:
        desk.set_viewport_size({"width": width, "height": 800})
        for pane in ("list", "talk"):
            desk.evaluate("pane => { document.body.dataset.pane = pane }", pane)
            assert (width, pane, *desk.evaluate(STICKING_OUT)) == (width, pane, 0, [])


def test_a_transcript_that_went_behind_the_list_is_drawn_when_there_is_room_again(fed: Guarded, desk: Page) -> None:
    bubbles = desk.locator("#rows .bubble")
    desk.set_viewport_size({"width": 1440, "height": 800})
    expect(bubbles).to_have_count(4)
    desk.evaluate("document.body.dataset.pane = 'list'")
    desk.set_viewport_size({"width": 360, "height": 800})
    expect(desk.locator("#log")).to_be_hidden()
    fed.say(item(5, "a", "Said behind the list"))
    expect(desk.locator("#cards [data-contact=a]")).to_contain_text("Said behind the list")
    desk.set_viewport_size({"width": 1440, "height": 800})
    expect(bubbles).to_have_count(5)
    for bubble in bubbles.all():
        expect(bubble).to_be_in_viewport()


def test_in_the_systems_colours_what_is_chosen_can_be_seen(desk: Page) -> None:
    desk.set_viewport_size({"width": 1440, "height": 800})
    desk.emulate_media(forced_colors="active")
    look = "one => { const { backgroundColor, outlineStyle } = getComputedStyle(one); return backgroundColor + outlineStyle }"
    for chosen, other in (
        ("#filters [aria-pressed=true]", "#filters [aria-pressed=false]"),
        ("#cards [aria-selected=true]", "#cards [aria-selected=false]"),
        (".offer .button--primary", ".offer .button:not(.button--primary)"),
        ("#me-menu [name=theme]:checked + span", "#me-menu [name=theme]:not(:checked) + span"),
    ):
        assert desk.locator(chosen).first.evaluate(look) != desk.locator(other).first.evaluate(look), chosen
    desk.emulate_media(forced_colors="none")


def test_nothing_moves_for_those_who_asked_for_that(desk: Page) -> None:
    desk.set_viewport_size({"width": 1024, "height": 800})
    desk.locator("#drawer-open").click()
    assert desk.evaluate(MOVING) == []
    desk.locator("#drawer-close").click()
    desk.locator("#filters [data-filter=unread]").hover()
    assert desk.evaluate(MOVING) == []
