"""Never stale: the line is cut at awkward moments, two tabs and two machines work, the portal restarts in between.

What a page holds afterwards equals a fresh page's, nothing typed is lost, and what was sent is sent once.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.e2e.browsing import window
from tests.e2e.cable import Cable
from tests.e2e.desks import DeskPage
from tests.e2e.shots import sign_in
from tests.emulating import Customer, customer, eventually
from tests.portal import Product

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
SIZE = {"width": 1440, "height": 900}
WITHIN = 2.0  # seconds from the network's return: agents see a complete desk
STATE = """async () => {
  const main = document.querySelector("script[type=module]").src
  const { store } = await import(main)
  return JSON.stringify(store.state)
}"""
COMPARE = """async ([mine, fresh]) => {
  const { comparable } = await import(new URL("state/comparable.js", document.querySelector("script[type=module]").src))
  return [comparable(JSON.parse(mine), JSON.parse(fresh)), comparable(JSON.parse(fresh), JSON.parse(mine))]
}"""
# When the network is back, by the page's own clock, until it is live and the last awaited text is drawn.
STOPWATCH = """text => {
  addEventListener("online", () => {
    const began = performance.now()
    const look = () => {
      const live = document.querySelector("#chip").classList.contains("chip--live")
      if (live && document.querySelector("#list").innerText.includes(text)) window.took = (performance.now() - began) / 1000
      else requestAnimationFrame(look)
    }
    look()
  }, { once: true })
}"""
# Both tabs are in the background, the browser may notify; what rings and what pops up is counted.
EARS = """
window.heard = { tones: 0, popups: 0 }
Object.defineProperty(document, "hidden", { get: () => window.away ?? true })
const start = OscillatorNode.prototype.start
OscillatorNode.prototype.start = function (...when) { window.heard.tones += 1; return start.apply(this, when) }
window.Notification = class { static permission = "granted"; constructor() { window.heard.popups += 1 }
  addEventListener() {} close() {} }
"""


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    patient = {"CCP_OFFER_SECONDS": "120"}
    with Product(tmp_path_factory.mktemp("product"), portal_environment=patient) as product:
        yield product


@pytest.fixture
def cable(running: Product) -> Iterator[Cable]:
    with Cable(running.portal.port) as made:
        yield made


def at_desk(page: Page, product: Product, cable: Cable) -> DeskPage:
    through = copy.copy(product.portal)
    through.url = cable.url
    return DeskPage(page, through).log_in("mira")


def second_tab(desk: DeskPage) -> DeskPage:
    page = desk.page.context.new_page()
    page.goto(f"{desk.portal.url}/desk/")
    return DeskPage(page, desk.portal).live()


def equals_a_fresh_desk(browser: Browser, product: Product, *desks: DeskPage) -> None:
    """What each page holds by frames is what a new page on another machine is told now."""
    with window(browser, viewport=SIZE) as page:
        fresh = DeskPage(page, product.portal).log_in("mira")
        for desk in desks:
            eventually(lambda desk=desk: _same(desk, fresh), 20, "the page holds what a fresh one holds")


def _same(desk: DeskPage, fresh: DeskPage) -> bool:
    mine, other = fresh.page.evaluate(COMPARE, [desk.page.evaluate(STATE), fresh.page.evaluate(STATE)])
    return bool(mine == other)


def test_what_happens_while_the_line_is_cut_is_all_there_within_two_seconds(
    chromium_once: Browser, running: Product, cable: Cable
) -> None:
    with (
        window(chromium_once, viewport=SIZE) as page,
        customer(running.emulator, "Amelia", "My shelf is split") as amelia,
        customer(running.emulator, "Bob", "Where is my lamp?") as bob,
    ):
        mira = at_desk(page, running, cable)
        mira.go("Available")
        mira.accept("Amelia")
        mira.accept("Bob")
        mira.say("Good morning Bob")
        bob.wait_for_text("Good morning Bob")
        expect(mira.card("Bob").locator(".unread")).to_be_hidden()
        mira.open("Amelia")
        cable.mute()
        mira.say("said while the line broke")
        amelia.wait_for_text("said while the line broke", 20)  # it arrived; that it did, the page is not told
        cable.pull()
        page.context.set_offline(True)
        expect(page.locator("#chip")).to_contain_text("Reconnecting", timeout=20_000)
        mira.say("said in the dark")
        mira.type("half a sent")
        with customer(running.emulator, "Cleo", "Hello?") as cleo:
            _much_happens(running, amelia, bob)
            page.evaluate(STOPWATCH, "Bob again")
            cable.plug_in()
            page.context.set_offline(False)
            expect(mira.theirs.last).to_have_text("Anybody there?", timeout=20_000)
            _all_is_there(mira)
            amelia.wait_for_text("said in the dark", 20)
            assert [amelia.texts().count(text) for text in ("said while the line broke", "said in the dark")] == [1, 1]
            expect(mira.mine.filter(has_text="said in the dark")).to_have_count(1)
            expect(mira.mine.filter(has_text="said while the line broke")).to_have_count(1)
            equals_a_fresh_desk(chromium_once, running, mira)
            assert page.evaluate("window.took") <= WITHIN
            cleo.leave()
        _all_go(mira, amelia, bob)


def _much_happens(product: Product, amelia: Customer, bob: Customer) -> None:
    amelia.say("Anybody there?")
    bob.say("And my chair?")
    bob.say("Bob again")
    said = (
        "from chats.models import Item; print(Item.objects.filter(content__in=['Anybody there?', 'Bob again']).count())"
    )
    eventually(lambda: product.portal.shell(said) == "2", 20, "the portal has heard them")


def _all_is_there(mira: DeskPage) -> None:
    expect(mira.card("Bob").locator(".unread")).to_contain_text("2")
    expect(mira.offers).to_contain_text("Cleo")
    expect(mira.page.locator("#words")).to_have_value("half a sent")
    expect(mira.page.locator("#rows .gap")).to_contain_text("1 message caught up")
    expect(mira.page.locator("#chip")).to_contain_text("3 messages caught up")
    mira.page.locator("#news-open").click()
    expect(mira.page.locator("#news li").first).to_contain_text("3 messages caught up")


def _all_go(mira: DeskPage, *customers: Customer) -> None:
    for one in customers:
        one.leave()
    over = mira.page.locator("#cards-ended .card")
    mira.page.mouse.move(700, 400)  # nothing changes its place in the list under the pointer
    for left in range(len(customers), 0, -1):
        expect(over).to_have_count(left, timeout=20_000)
        over.first.click()
        mira.done()
        mira.page.mouse.move(700, 400)
    expect(over).to_have_count(0)


def test_two_tabs_and_two_machines_agree_and_one_of_them_calls(
    chromium_once: Browser, running: Product, cable: Cable
) -> None:
    with (
        window(chromium_once, viewport=SIZE) as page,
        window(chromium_once, viewport=SIZE) as elsewhere,
        customer(running.emulator, "Dora", "One") as dora,
    ):
        page.context.add_init_script(EARS)
        first = at_desk(page, running, cable)
        first.go("Available")
        expect(first.offers).to_contain_text("Dora", timeout=20_000)
        second, machine = second_tab(first), DeskPage(elsewhere, running.portal).log_in("mira")
        for tab in (first, second):
            tab.page.locator("#list-title").click()  # a browser plays only in a page that was touched
        _one_of_them_calls(first.page, second.page)
        machine.accept("Dora")
        for tab in (first, second):
            expect(tab.head).to_have_text("Dora")
            expect(tab.offers).to_have_count(0)
        _what_is_seen_in_one_is_silent_in_the_other(dora, first, second)
        cable.pull()
        page.context.set_offline(True)
        first.say("from the first tab")
        machine.say("from the other machine")
        dora.wait_for_text("from the other machine")
        first.type("begun on the train")
        machine.type("begun at the office")
        eventually(lambda: '"text":"begun at the office"' in machine.page.evaluate(STATE), 20, "the server has them")
        running.portal.restart()
        second.say("from the second tab")
        dora.say("Are you all there?")
        cable.plug_in()
        page.context.set_offline(False)
        for text in ("from the first tab", "from the second tab"):
            dora.wait_for_text(text, 30)
            assert dora.texts().count(text) == 1
        for tab in (first, second, machine):
            tab.live()
            expect(tab.theirs.last).to_have_text("Are you all there?", timeout=20_000)
            for text in ("from the first tab", "from the other machine", "from the second tab"):
                expect(tab.mine.filter(has_text=text)).to_have_count(1)
        _nobody_loses_what_they_began(first, second, machine)
        equals_a_fresh_desk(chromium_once, running, first, second, machine)
        _all_go(machine, dora)


def _nobody_loses_what_they_began(first: DeskPage, second: DeskPage, machine: DeskPage) -> None:
    """The tab that was cut off has old words: they do not go over the newer ones, and both can be had."""
    words, other = first.page.locator("#words"), first.page.locator("#other")
    expect(other).to_contain_text("Changed on another machine. The other words: “begun at the office”")
    expect(words).to_have_value("begun on the train")
    second.page.locator("#list-title").click()  # who is writing keeps what they see for a while
    for tab in (machine, second):
        expect(tab.page.locator("#words")).to_have_value("begun at the office")
        expect(tab.page.locator("#other")).to_be_hidden()
    other.get_by_role("button", name="Show them").press("Enter")
    expect(words).to_have_value("begun at the office")
    expect(other).to_contain_text("begun on the train")
    other.get_by_role("button", name="Show them").press("Enter")
    other.get_by_role("button", name="Keep mine").click()
    expect(other).to_be_hidden()
    expect(second.page.locator("#words")).to_have_value("begun on the train")
    words.fill("")
    expect(second.page.locator("#words")).to_have_value("")


def _one_of_them_calls(first: Page, second: Page) -> None:
    heard = lambda: [page.evaluate("window.heard") for page in (first, second)]  # noqa: E731 -- asked again and again
    eventually(lambda: sum(one["tones"] for one in heard()) >= 4, 20, "the offer rings, and rings again")
    assert sorted(one["tones"] > 0 for one in heard()) == [False, True]
    assert sum(one["popups"] for one in heard()) == 1


def _what_is_seen_in_one_is_silent_in_the_other(dora: Customer, first: DeskPage, second: DeskPage) -> None:
    look = "away => { window.away = away; document.dispatchEvent(new Event('visibilitychange')) }"
    rings, looked_at = sorted((first, second), key=lambda tab: tab.page.evaluate("-window.heard.tones"))
    before = rings.page.evaluate("window.heard.tones")
    looked_at.page.evaluate(look, False)
    dora.say("You see this")
    for tab in (first, second):
        expect(tab.theirs.last).to_have_text("You see this")
    asked = (
        "async () => { await navigator.locks.query(); return window.heard.tones }"  # as the tab does before it rings
    )
    assert rings.page.evaluate(asked) == before
    looked_at.page.evaluate(look, True)
    dora.say("You hear this")
    eventually(lambda: rings.page.evaluate("window.heard.tones") > before, 20, "nobody looks: a tone")
    assert rings.page.evaluate("window.heard.tones") == before + 1


def test_the_supervisors_list_is_live(chromium_once: Browser, running: Product) -> None:
    with window(chromium_once, viewport=SIZE) as page, customer(running.emulator, "Gwen", "Hello") as gwen:
        sign_in(page, running, "ida")
        page.wait_for_url("**/floor/")
        live, ended = page.locator("#live"), page.locator("#ended")
        gwens = live.get_by_role("link", name="Gwen", exact=True)
        gwens.focus()
        with customer(running.emulator, "Fay", "Is anybody there?") as fay:
            expect(live.get_by_role("link", name="Fay", exact=True)).to_be_visible(timeout=20_000)
            expect(gwens).to_be_focused()
            running.portal.restart()
            fay.leave()
            expect(ended.get_by_role("link", name="Fay", exact=True)).to_be_visible(timeout=40_000)
            expect(live.get_by_role("link", name="Fay", exact=True)).to_have_count(0)
            expect(gwens).to_be_focused()
        gwen.leave()


def test_a_page_that_came_only_in_part_completes_itself(chromium_once: Browser, running: Product, cable: Cable) -> None:
    with window(chromium_once, viewport=SIZE) as page:
        mira = at_desk(page, running, cable)
        context: BrowserContext = page.context
        cable.pull_when_asked(b"/js/state/apply.js")
        context.new_cdp_session(page).send("Network.setCacheDisabled", {"cacheDisabled": True})
        page.goto(f"{cable.url}/desk/", wait_until="commit")
        expect(page.locator("#chip")).to_contain_text("Connecting", timeout=20_000)
        context.set_offline(True)
        cable.plug_in()
        context.set_offline(False)
        mira.live()
        expect(page.locator("#state-button")).to_contain_text("Available")
