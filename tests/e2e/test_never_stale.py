"""Never stale: the line is cut at awkward moments, two tabs and two machines work, the portal restarts in between.

What a page holds afterwards equals a fresh page's, nothing typed is lost, and what was sent is sent once.
"""

from __future__ import annotations

import copy
import random
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.e2e.browsing import window
from tests.e2e.cable import Cable
from tests.e2e.desks import DeskPage
from tests.e2e.shots import sign_in
from tests.emulating import Customer, customer, eventually
from tests.portal import PASSWORD, Product

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
SIZE = {"width": 1440, "height": 900}
WITHIN = 2.0  # seconds from the network's return: agents see a complete desk
STATE = """async () => {
  const main = document.querySelector("script[type=module]").src
  const { store } = await import(main)
  return JSON.stringify(store.state)
}"""
COMPARE = """async ([mine, fresh]) => {
  const { comparable } = await import(new URL("../state/comparable.js", document.querySelector("script[type=module]").src))
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
OFFER_TONES = {660, 880}
COUNT_TRIES = """
window.tries = 0
window.WebSocket = class extends WebSocket { constructor(...where) { super(...where); window.tries += 1; window.triedAt = Date.now() } }
"""
EARS = """
window.heard = { tones: 0, popups: 0, pitches: [] }
Object.defineProperty(document, "hidden", { get: () => window.away ?? true })
const start = OscillatorNode.prototype.start
OscillatorNode.prototype.start = function (...when) { window.heard.tones += 1; window.heard.pitches.push(this.frequency.value); return start.apply(this, when) }
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
        _signed_out_meanwhile(mira, amelia, cable)
        _all_go(mira, amelia, bob)


def _signed_out_meanwhile(mira: DeskPage, amelia: Customer, cable: Cable) -> None:
    """The session is over when the line returns: the page says so, and after the sign-in the words are there."""
    page = mira.page
    cable.pull()
    page.context.set_offline(True)
    mira.say("said before the sign-in")
    mira.type("half a letter")
    page.context.clear_cookies()
    cable.hang_up()  # a browser does not find out by itself that a connection it keeps is dead
    cable.plug_in()
    page.context.set_offline(False)
    page.wait_for_url("**/login/**")
    expect(page.get_by_role("status")).to_have_text(
        "You have been signed out. Sign in again and go on: what you wrote is kept in this tab."
    )
    page.get_by_label("User name").fill("mira")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/desk/")
    mira.live()
    expect(page.locator("#words")).to_have_value("half a letter")
    amelia.wait_for_text("said before the sign-in")
    expect(mira.mine.filter(has_text="said before the sign-in")).to_have_count(1)
    assert amelia.texts().count("said before the sign-in") == 1


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
        _accepted_while_the_answer_is_lost(first, machine, cable)
        for tab in (first, second):
            expect(tab.head).to_have_text("Dora")
            expect(tab.offers).to_have_count(0)
        rang = _ringing(first, second)
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
        assert _ringing(first, second) == rang, "answered on one machine, it rings nowhere any more"
        _sent_while_the_answer_is_lost(first, machine, cable)
        _all_go(machine, dora)


def _nobody_loses_what_they_began(first: DeskPage, second: DeskPage, machine: DeskPage) -> None:
    """The tab that was cut off has old words: they do not go over the newer ones, and both can be had."""
    words, other = first.page.locator("#words"), first.page.locator("#other")
    expect(other).to_contain_text("Changed on another machine. The other words: “begun at the office”")
    expect(words).to_have_value("begun on the train")
    for tab in (machine, second):
        tab.page.locator("#list-title").click()  # who is writing keeps what they see for a while
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


def _ringing(*tabs: DeskPage) -> list[int]:
    pitches = [tab.page.evaluate("window.heard.pitches") for tab in tabs]
    return [sum(round(one) in OFFER_TONES for one in heard) for heard in pitches]


def _accepted_while_the_answer_is_lost(desk: DeskPage, machine: DeskPage, cable: Cable) -> None:
    cable.mute()
    desk.page.wait_for_timeout(600)  # a click just when the list has shifted under the pointer is not taken
    desk.offers.get_by_role("button", name="Accept").click()
    expect(machine.head).to_have_text("Dora", timeout=20_000)  # it arrived; that it did, this page is not told
    _again(desk, cable)


def _sent_while_the_answer_is_lost(desk: DeskPage, machine: DeskPage, cable: Cable) -> None:
    """A draft is saved: it arrives, the answer does not."""
    cable.mute()
    desk.type("begun and cut")
    expect(machine.page.locator("#words")).to_have_value("begun and cut", timeout=20_000)
    _again(desk, cable)
    desk.say("begun, cut and sent")
    for tab in (desk, machine):
        expect(tab.mine.filter(has_text="begun, cut and sent")).to_have_count(1, timeout=20_000)
        expect(tab.page.locator("#words")).to_have_value("", timeout=20_000)


def _again(desk: DeskPage, cable: Cable) -> None:
    """The muted line is dead; the next one is not."""
    cable.pull()
    desk.page.context.set_offline(True)
    cable.plug_in()
    desk.page.context.set_offline(False)
    desk.live()


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


class Upheaval:
    """Steps drawn from a seed: people write and switch in two tabs while the line and the portal come and go."""

    def __init__(self, seed: int, product: Product, cable: Cable, desk: DeskPage, people: dict[str, Customer]) -> None:
        self.dice = random.Random(seed)
        self.product, self.cable, self.people = product, cable, people
        self.tabs = [desk, second_tab(desk)]
        self.sent: dict[str, list[str]] = {name: [] for name in people}
        self.typed: dict[str, str] = {}
        self.count = 0

    def run(self, rounds: int) -> None:
        once: list[Callable[[], None]] = [self.cut, self.mute, self.half, self.portal_dies, self.refresh]
        often: list[Callable[[], None]] = [self.customer_says, self.say, self.say, self.switch, self.type, self.plug]
        for _ in range(rounds):
            steps = [*once, *often, *often, *often]
            self.dice.shuffle(steps)
            for step in steps:
                step()
        self.plug()

    def words(self) -> str:
        self.count += 1
        return f"words {self.count}"

    def customer_says(self) -> None:
        self.people[self.dice.choice(sorted(self.people))].say(self.words())

    def say(self) -> None:
        """In the first tab: what two tabs write into one draft at once nobody could foretell."""
        name, words = self.write(send=True)
        self.sent[name].append(words)
        self.typed[name] = ""

    def type(self) -> None:
        name, words = self.write(send=False)
        self.typed[name] = words

    def write(self, *, send: bool) -> tuple[str, str]:
        words = self.words()
        return str(self.tabs[0].page.evaluate(WRITE, [words, send])), words

    def switch(self) -> None:
        self.dice.choice(self.tabs).page.evaluate(SWITCH, self.dice.choice(sorted(self.people)))

    def cut(self) -> None:
        self.cable.pull()
        self.tabs[0].page.context.set_offline(True)

    def mute(self) -> None:
        self.cable.mute()

    def half(self) -> None:
        self.cable.pull_after(self.dice.randrange(20, 4_000))

    def plug(self) -> None:
        self.cable.pull()  # what hung in the dead line stays dead
        self.tabs[0].page.context.set_offline(True)
        self.cable.plug_in()
        self.tabs[0].page.context.set_offline(False)

    def portal_dies(self) -> None:
        self.product.portal.restart()

    def refresh(self) -> None:
        """In the middle of whatever it is at, as soon as there is a network to load it from."""
        self.plug()
        self.cable.hang_up()
        self.dice.choice(self.tabs).page.reload()
        for tab in self.tabs:
            tab.live()


WRITE = """([text, send]) => {
  const words = document.querySelector("#words")
  words.value = text
  words.dispatchEvent(new Event("input", { bubbles: true }))
  const name = document.querySelector("#head h2").textContent
  if (send) document.querySelector("#composer").requestSubmit()
  return name
}"""
SWITCH = (
    """name => [...document.querySelectorAll("#cards .card")].find(card => card.textContent.includes(name)).click()"""
)


@pytest.mark.full  # tests/js/desk_cuts.test.mjs does it each time, without a browser
@pytest.mark.parametrize("seed", range(1, 12))
def test_whatever_is_cut_when_two_tabs_end_as_a_fresh_desk_and_nothing_is_lost_or_doubled(
    chromium_once: Browser, running: Product, cable: Cable, seed: int
) -> None:
    with (
        window(chromium_once, viewport=SIZE) as page,
        customer(running.emulator, "Hugo", "One") as hugo,
        customer(running.emulator, "Iris", "Two") as iris,
    ):
        mira = at_desk(page, running, cable)
        mira.go("Available")
        mira.accept("Hugo")
        mira.accept("Iris")
        people = {"Hugo": hugo, "Iris": iris}
        upheaval = Upheaval(seed, running, cable, mira, people)
        upheaval.run(1 if seed == 1 else 4)
        for name, one in people.items():
            for words in upheaval.sent[name]:
                one.wait_for_text(words, 40)
            assert [text for text in one.texts() if text in upheaval.sent[name]] == upheaval.sent[name]
        equals_a_fresh_desk(chromium_once, running, *upheaval.tabs)
        for tab in upheaval.tabs:
            for name, words in upheaval.typed.items():
                tab.open(name)
                expect(tab.page.locator("#words")).to_have_value(words)
        _all_go(mira, hugo, iris)


def test_the_supervisors_list_and_what_they_watch_are_live(
    chromium_once: Browser, running: Product, cable: Cable
) -> None:
    with window(chromium_once, viewport=SIZE) as page, customer(running.emulator, "Gwen", "Hello") as gwen:
        sign_in(page, running, "ida")
        page.wait_for_url("**/floor/")
        live, ended = page.locator("#contacts"), page.locator("#ended")
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
        _a_line_tells_what_was_caught_up(page, running, cable, gwen)
        gwen.leave()


def _a_line_tells_what_was_caught_up(page: Page, product: Product, cable: Cable, gwen: Customer) -> None:
    where = page.get_by_role("link", name="Gwen", exact=True).get_attribute("href")
    page.goto(f"{cable.url}{where}")
    expect(page.locator("#rows")).to_contain_text("Hello")
    expect(page.locator("#chip")).to_contain_text("Live")
    cable.pull()
    page.context.set_offline(True)
    gwen.say("Is nobody there?")
    reader = product.portal.log_in("ida")
    eventually(lambda: "Is nobody there?" in reader.get(str(where)), 20, "the portal has heard it")
    expect(page.locator("#chip")).to_contain_text("Reconnecting", timeout=20_000)
    cable.plug_in()
    page.context.set_offline(False)
    for place in ("#rows .gap", "#chip"):
        expect(page.locator(place)).to_contain_text("1 message caught up", timeout=20_000)


def test_a_page_that_came_only_in_part_completes_itself(chromium_once: Browser, running: Product, cable: Cable) -> None:
    with window(chromium_once, viewport=SIZE) as page:
        mira = at_desk(page, running, cable)
        mira.go("Available")
        context: BrowserContext = page.context
        page.clock.install()
        page.add_init_script(COUNT_TRIES)
        cable.pull_when_asked(b"/js/state/apply.js")
        context.new_cdp_session(page).send("Network.setCacheDisabled", {"cacheDisabled": True})
        page.goto(f"{cable.url}/desk/", wait_until="commit")
        expect(page.locator("#chip")).to_contain_text("Connecting", timeout=20_000)
        context.set_offline(True)
        cable.plug_in()
        context.set_offline(False)
        mira.live()
        expect(page.locator("#state-button")).to_contain_text("Available")
        _the_chip_tells_the_real_way(page, cable)
        _each_sign_of_life_is_a_try_at_once(mira, cable)
        _a_laptop_slept(mira, cable)


def _the_chip_tells_the_real_way(page: Page, cable: Cable) -> None:
    expect(page.locator("#chip")).to_contain_text("ms")
    cable.delay = 0.15  # each way
    page.evaluate("dispatchEvent(new Event('focus'))")  # it asks at once how long the way is
    page.wait_for_function("() => parseInt(document.querySelector('#chip').textContent.replace(/\\D/g, '')) >= 300")
    cable.delay = 0


def _each_sign_of_life_is_a_try_at_once(desk: DeskPage, cable: Cable) -> None:
    """A try hangs in a dead line for seconds; what brings the network, or the agent, back makes a new one."""
    page = desk.page
    cable.pull()
    page.context.set_offline(True)
    page.clock.run_for(2_000)  # doubted, cut, and tried again
    expect(page.locator("#chip")).to_contain_text("Reconnecting")
    for event in ("dispatchEvent(new Event('focus'))", "document.dispatchEvent(new Event('visibilitychange'))"):
        assert _tries_at(page, event) == 1
    page.clock.run_for(1_100)
    cable.plug_in()
    page.evaluate("() => addEventListener('online', () => (window.triesOnline = window.tries), { once: true })")
    before = page.evaluate("window.tries")
    page.context.set_offline(False)  # a real `online`
    desk.live()
    assert page.evaluate("window.triesOnline") == before + 1


def _tries_at(page: Page, event: str) -> int:
    """How many tries it makes, when none has just been made: one that is younger than a second may still get through."""
    fire = (
        f"() => {{ const before = tries; if (Date.now() - triedAt < 1_050) return -1; {event}; return tries - before }}"
    )
    while (made := int(page.evaluate(fire))) == -1:
        page.clock.run_for(300)
    return made


def _a_laptop_slept(desk: DeskPage, cable: Cable) -> None:
    """Frozen by the browser, an hour later by the clock, its line dead: it notices by itself."""
    page = desk.page
    browser = page.context.new_cdp_session(page)
    browser.send("Page.setWebLifecycleState", {"state": "frozen"})
    cable.pull()
    browser.send("Page.setWebLifecycleState", {"state": "active"})
    before = page.evaluate("window.tries")
    cable.plug_in()
    page.clock.fast_forward("01:00:00")
    page.clock.run_for(2_000)  # doubted for a second, cut, tried again
    assert page.evaluate("window.tries") == before + 1
    desk.live()
