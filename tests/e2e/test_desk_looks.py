"""What a designer decided, measured on the drawn desk; and that a computer whose clock is wrong makes no timer wrong."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.browsing import window
from tests.e2e.fed_desk import Guarded, agent_contact, item
from tests.e2e.forms import ADA
from tests.e2e.full_desk import BEN, lay_everything, soon, tell_the_rest
from tests.portal import RunningPortal

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]
# How large the words are that stand in a part of the page, each size with one of those who have it.
SIZES = """(scope) => Object.fromEntries([...document.querySelector(scope).querySelectorAll("*")]
  .filter((one) => [...one.childNodes].some(({ nodeType, data }) => nodeType === 3 && data.trim()))
  .filter((one) => one.checkVisibility({ visibilityProperty: true }) && !one.closest(".sr, svg, .avatar, code"))
  .map((one) => [parseFloat(getComputedStyle(one).fontSize), one.outerHTML.slice(0, 100)]))"""
# Distances that are not on the grid of 4 px; 2 px inside what is small, and lines of 1 px, are.
OFF_GRID = """() => {
  const SPACES = ["paddingTop", "paddingRight", "paddingBottom", "paddingLeft", "marginTop", "marginBottom", "rowGap", "columnGap"]
  const parts = "body, .bar, .bar__group, .list, .list__head, .filters, .list__scroll, .card, .offer, .cards__label, .talk, .talk__head, .talk__do," +
    ".log__inner, .log__rows, .group, .group__bubbles, .bubble, .note, .file, .ask, .bot, .composer, .composer__tools, .modes, .context__scroll, .person, .facts, .people, .past, .notes, .button"
  const off = (one, name) => { const px = parseFloat(getComputedStyle(one)[name]); return px % 4 !== 0 && ![1, 2].includes(Math.abs(px)) && px }
  return [...document.querySelectorAll(parts)].filter((one) => one.checkVisibility())
    .flatMap((one) => SPACES.map((name) => [one.className, name, off(one, name)]).filter(([, , px]) => px))
}"""
SAID = """() => {
  window.said = []
  new MutationObserver(() => said.push([Date.now(), document.querySelector("#announce").textContent]))
    .observe(document.querySelector("#announce"), { childList: true, characterData: true, subtree: true })
}"""


@pytest.fixture
def desk(chromium_once: Browser, lone_portal: RunningPortal) -> Iterator[Guarded]:
    with window(chromium_once, viewport={"width": 1440, "height": 2400}, reduced_motion="reduce") as page:
        yield Guarded(page, lone_portal)


def test_two_sizes_of_words_in_the_list_two_in_the_conversation_and_distances_on_the_grid(desk: Guarded) -> None:
    lay_everything(desk)
    desk.open()
    tell_the_rest(desk)
    sizes: dict[str, dict[str, Any]] = {part: desk.page.evaluate(SIZES, part) for part in ("#list-scroll", "#log")}
    assert {part: sorted(map(float, found)) for part, found in sizes.items()} == {
        "#list-scroll": [12, 14],
        "#log": [12, 14],
    }, sizes
    assert desk.page.evaluate(OFF_GRID) == []


def test_timers_are_the_servers_and_thirty_messages_are_not_thirty_announcements(desk: Guarded) -> None:
    page = desk.page
    page.clock.install(time=datetime.now(UTC) + timedelta(hours=1))
    desk.lay([agent_contact(ADA, readNumber=0), agent_contact(BEN)], viewing=BEN, stateSince=soon(-125))
    desk.chat(ADA, [item(1, ADA, AbsoluteTime=soon(-65))])
    desk.chat(BEN, [item(1, BEN)])
    desk.open()
    expect(page.locator("#state-button time")).to_have_text(re.compile(r"^2:[01]\d$"))
    expect(page.locator("#cards [data-contact=ada] .timer")).to_contain_text(re.compile(r"1:[01]\d$"))
    page.evaluate(SAID)
    for number in range(2, 32):
        desk.say(item(number, ADA))
    expect(page.locator("#cards [data-contact=ada] .unread")).to_contain_text("31")
    for number in range(32, 132):  # a word every twentieth of a second puts nothing off
        page.clock.run_for(50)
        desk.say(item(number, ADA))
    page.clock.run_for(5_000)
    times, words = zip(*page.evaluate("said"), strict=True)
    assert min(later - before for before, later in itertools.pairwise(times)) >= 2_990
    assert len(times) in (3, 4), "one at once, one every three seconds of the five, what was left"
    assert re.match(r"Amelia Hart: Message 2 of ada\. \d+ more messages?$", words[0])
    assert _heard_after(desk, lambda: desk.say(item(132, ADA, "Yes"))) == ["Amelia Hart: Yes"]
    assert _heard_after(desk, lambda: desk.say(item(133, ADA, "Yes"))) == ["Amelia Hart: Yes"]
    page.locator("#find-open").click()
    # Until the letters are typed no time passes, however slow the machine types.
    page.clock.pause_at(datetime.fromtimestamp(page.evaluate("Date.now()") / 1000 + 1, UTC))
    assert _heard_after(desk, lambda: page.keyboard.type("of ben")) == ["1 of 1"], "not what was found at each letter"


def _heard_after(desk: Guarded, happens: Callable[[], None]) -> list[str]:
    before = desk.page.evaluate("said.length")
    happens()
    for _ in range(10):
        desk.page.clock.run_for(500)
    told: list[str] = desk.page.evaluate("before => said.slice(before).map(([, words]) => words)", before)
    return told
