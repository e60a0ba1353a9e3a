"""The contact list of the desk: its order, which holds still, its cards, its filters; and what calls the agent back to it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from agents import protocol
from chats.reasons import Reason
from tests.e2e.browsing import window
from tests.e2e.fed_clock import FedClock
from tests.e2e.fed_desk import Guarded, agent, agent_contact, answer, complete, contact, item
from tests.portal import RunningPortal

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]
NAMES = {"ada": "Amelia Hart", "ben": "Ben Okri", "cleo": "Cleo Brandt", "dora": "Dora Sund", "eve": "Eve Lind"}
# What rings and what pops up is counted; whether the agent looks at the tab is for the test to say.
EARS = """
window.heard = { tones: 0, popups: [] }
Object.defineProperty(document, "hidden", { get: () => window.away ?? false })
const start = OscillatorNode.prototype.start
OscillatorNode.prototype.start = function (...when) { window.heard.tones += 1; return start.apply(this, when) }
window.Notification = class { static permission = "granted"
  constructor(title, { body }) { this.body = body; window.heard.popups.push(body) }
  addEventListener() {} close() { window.heard.popups = window.heard.popups.filter(one => one !== this.body) } }
"""
LOOK = "away => { window.away = away; document.dispatchEvent(new Event('visibilitychange')) }"
TONES = "window.heard.tones"


class Listed(Guarded):
    """A fed desk whose list is told one card at a time."""

    def __init__(self, page: Page, portal: RunningPortal) -> None:
        super().__init__(page, portal)
        page.add_init_script(EARS)
        self.clock = FedClock(self)
        self.long_ago = self.clock.at(-3600)
        self.number = 10
        self._offered: dict[str, str] = {}

    def card(self, who: str, **changes: Any) -> dict[str, Any]:
        known = {
            "customerName": NAMES[who],
            "offeredAt": self._offered.get(who, self.long_ago),
            "acceptedAt": self.clock.at(-600),
        }
        return agent_contact(who, **known | changes)

    def becomes(self, who: str, state: str = "connected", **changes: Any) -> None:
        row = self.complete_card(self.card(who, state=state, **changes))
        self.tell("agentContact", "agent:mira", agentContact=row)

    def offer(self, who: str, seconds: float = 20) -> None:
        self._offered[who] = self.clock.at()
        self.becomes(who, "connecting", acceptedAt=None, expiresAt=self.clock.at(seconds))

    def hears(self, who: str, text: str, ago: float = 0) -> None:
        self.number += 1
        self.say(item(self.number, who, text, AbsoluteTime=self.clock.at(-ago), DisplayName=NAMES[who]))

    def answers_(self, who: str, text: str, ago: float = 0) -> None:
        self.number += 1
        self.say(answer(self.number, who, text, AbsoluteTime=self.clock.at(-ago)))

    def of(self, who: str) -> Locator:
        return self.page.locator(f"#list [data-contact={who}]")

    def order(self) -> list[str]:
        """As it is seen, from the top."""
        return [
            one.get_attribute("data-contact") or "" for one in self.page.locator("#list [data-contact]:visible").all()
        ]

    def top(self, who: str) -> float:
        box = self.of(who).bounding_box()
        assert box is not None, f"{who} is not shown"
        return round(box["y"])

    def leave(self) -> None:
        """Pointer and focus are in the conversation."""
        self.page.mouse.move(900, 300)
        self.page.locator("#log").focus()


@pytest.fixture(scope="module")
def fed(chromium_once: Browser, lone_portal: RunningPortal) -> Iterator[Listed]:
    size = {"width": 1440, "height": 900}
    with window(chromium_once, viewport=size, reduced_motion="reduce") as page:
        desk = Listed(page, lone_portal)
        desk.lay([desk.card("ada")], viewing="ada")
        for who, name in NAMES.items():
            desk.chat(
                who,
                [
                    item(1, who, "Hello", AbsoluteTime=desk.clock.at(-300)),
                    answer(2, who, "Good morning", AbsoluteTime=desk.clock.at(-200)),
                ],
                customerName=name,
            )
        desk.open()
        yield desk
        assert desk.harm() == []


@pytest.fixture
def desk(fed: Listed) -> Listed:
    """Ada, Ben and Cleo are answered, Ada is in view, nobody else is here."""
    fed.clock.passes(400)  # what other tests have heard is long ago
    fed.page.get_by_role("button", name=re.compile("^All ")).dispatch_event("click")
    for who in NAMES:
        fed.becomes(who, "connected" if who in {"ada", "ben", "cleo"} else "cleared")
        fed.answers_(who, "Of course", ago=300 + list(NAMES).index(who))
    fed.leave()
    expect(fed.page.locator("#list [data-contact]:visible")).to_have_count(3)
    fed.of("ada").dispatch_event("click")  # by no finger: what has just moved under one is not taken
    expect(fed.of("ada")).to_have_attribute("aria-selected", "true")
    fed.leave()
    return fed


# ---- order -------------------------------------------------------------------------------------------------------------


def test_offered_waiting_longest_first_answered_after_contact_work_missed(desk: Listed) -> None:
    desk.becomes("eve", "missed", why="nobody answered in 20 s", endedAt=desk.clock.at(-5))
    desk.becomes("cleo", "ended", endedAt=desk.clock.at(-5))
    desk.hears("ada", "And now?", ago=30)
    desk.hears("ben", "Hello?", ago=60)
    desk.offer("dora")
    expect(desk.of("dora")).to_be_visible()
    expect(desk.of("eve")).to_be_visible()
    assert desk.order() == ["dora", "ben", "ada", "cleo", "eve"]
    assert [desk.top(who) for who in desk.order()] == sorted(desk.top(who) for who in desk.order())
    assert desk.page.locator("#list-scroll h3.cards__label:visible").all_inner_texts() == [
        "Waiting for me, longest first",
        "After contact work",
        "Missed",
    ]
    expect(desk.of("eve")).to_contain_text("Nobody answered in 20 s")
    desk.answers_("ben", "I am here")
    expect(desk.page.locator("#cards-answered [data-contact=ben]")).to_be_visible()
    assert desk.order() == ["dora", "ada", "ben", "cleo", "eve"]


def test_an_offer_counts_down_and_is_accepted_or_declined_on_its_card(desk: Listed) -> None:
    desk.offer("dora", seconds=20)
    desk.offer("eve", seconds=30)
    ring, arc = desk.of("dora").get_by_role("timer"), desk.of("dora").locator(".ring__left")
    expect(ring).to_have_accessible_name(re.compile(r"^(20|19) seconds to accept$"))
    share = lambda: float((arc.get_attribute("stroke-dasharray") or "").split()[0])  # noqa: E731 -- asked twice
    before = share()
    desk.clock.passes(12)
    expect(ring).to_have_text(re.compile(r"^\s*[78]\s*$"))
    assert share() < before
    desk.clock.passes(3)
    expect(ring).to_have_class(re.compile("ring--soon"))
    expect(desk.of("eve")).to_have_count(0)  # one rings, the next one comes when it is answered
    expect(desk.page.locator("#offers-more")).to_have_text("1 more: Eve Lind")
    for who, button, method in (("dora", "Accept", "acceptContact"), ("eve", "Decline", "rejectContact")):
        expect(desk.of(who)).to_be_visible()
        desk.page.wait_for_timeout(450)  # what came under a finger just now is not pressed
        desk.of(who).get_by_role("button", name=button).click()
        assert desk.asked[-1]["params"] == {"contactId": who}
        assert desk.asked[-1]["method"] == method
        desk.becomes(who, "cleared")


@pytest.mark.parametrize("held_by", ["pointer", "focus"])
def test_the_list_never_moves_under_the_pointer_or_the_focus_until_it_leaves(desk: Listed, held_by: str) -> None:
    page, pill = desk.page, desk.page.locator("#moved")
    expect(desk.of("ada")).to_be_visible()
    before = desk.order()
    assert before == ["ada", "ben", "cleo"]
    if held_by == "pointer":
        desk.of("ben").hover()
    else:
        desk.of("ada").focus()
        page.keyboard.press("ArrowDown")
        expect(desk.of("ben")).to_be_focused()
    place = desk.top("ben")
    desk.hears("cleo", "Hello?", ago=60)
    desk.hears("ben", "Hello?", ago=30)
    expect(pill).to_have_text("2 moved")
    assert (desk.order(), desk.top("ben")) == (before, place)
    desk.offer("dora", 60)
    expect(desk.of("dora").get_by_role("button", name="Accept")).to_be_in_viewport(ratio=1)
    expect(pill).to_have_text("2 moved")
    assert desk.top("ben") == place
    desk.becomes("dora", "cleared")
    expect(pill).to_have_text("2 moved")
    assert desk.top("ben") == place
    desk.becomes("ada", "cleared")  # above it, too
    expect(desk.of("ada")).to_have_count(0)
    assert desk.top("ben") == place
    desk.becomes("ada")
    desk.offer("dora", 60)
    expect(desk.of("dora")).to_be_visible()
    assert desk.top("ben") == place
    desk.leave()
    expect(pill).to_be_hidden()
    expect(desk.of("dora").get_by_role("button", name="Accept")).to_be_in_viewport()
    assert desk.order() == ["dora", "cleo", "ben", "ada"]


def test_who_does_not_want_to_wait_presses_what_tells_of_it(desk: Listed) -> None:
    desk.of("cleo").hover()
    desk.hears("cleo", "Hello?")
    desk.offer("dora", 60)
    desk.page.get_by_role("button", name="1 moved").click()
    expect(desk.of("dora")).to_be_in_viewport()
    assert desk.order() == ["dora", "cleo", "ada", "ben"]


def test_who_works_by_keys_stays_in_the_list_when_what_they_were_at_goes(desk: Listed) -> None:
    desk.offer("dora", 60)
    desk.of("dora").get_by_role("button", name="Accept").focus()
    desk.page.keyboard.press("Tab")
    expect(desk.of("dora").get_by_role("button", name="Decline")).to_be_focused()
    desk.becomes("dora", "cleared")
    expect(desk.of("ada")).to_be_focused()  # the one in view
    desk.page.keyboard.press("ArrowDown")
    expect(desk.of("ben")).to_be_focused()
    desk.becomes("ben", "cleared")
    expect(desk.of("ada")).to_be_focused()


def test_of_many_offers_one_rings_with_the_key_hint_and_live_customers_stay_on_screen(desk: Listed) -> None:
    page = desk.page
    for size in ({"width": 1440, "height": 700}, {"width": 390, "height": 844}):
        page.set_viewport_size(size)
        if size["width"] < 768 and not page.locator("#list").is_visible():
            page.locator("#to-list").click()
        before = {who: desk.top(who) for who in ("ada", "ben", "cleo")}
        for who in ("dora", "eve"):
            desk.offer(who, 60)
        expect(page.locator("#list .offer")).to_have_count(1)
        expect(desk.of("dora").locator("kbd[data-action=accept]")).to_be_visible()
        expect(page.locator("#offers-more")).to_have_text("1 more: Eve Lind")
        assert {who: desk.top(who) for who in before} == before
        for who in before:
            expect(desk.of(who)).to_be_in_viewport(ratio=1)
        desk.becomes("dora", "cleared")
        expect(desk.of("eve").get_by_role("button", name="Accept")).to_be_in_viewport(ratio=1)
        expect(page.locator("#offers-more")).to_be_hidden()
        desk.becomes("eve", "cleared")
        expect(page.locator("#no-offer")).to_have_text("The next offer shows here.")
        assert {who: desk.top(who) for who in before} == before
    page.set_viewport_size({"width": 1440, "height": 900})


def test_what_a_colleague_hands_on_does_not_wait_in_the_queue(desk: Listed) -> None:
    jonas = {"id": 2, "name": "Jonas Berg"}
    asked = {
        "state": "offered", "sender": jonas, "endpoint": {"type": "agent", "id": "mira", "name": "Mira Okafor"},
        "comment": "", "why": None, "askedAt": desk.clock.at(-5), "settledAt": None,
    }  # fmt: skip
    row = contact("dora", customerName="Dora Sund", owner=jonas, waitingSince=desk.clock.at(-650), transfer=asked)
    desk.tell("contact", "conversation:dora", contact=complete(protocol.Contact, row))
    desk.offer("dora", 60)
    expect(desk.of("dora").locator(".card__side")).to_have_text(re.compile(r"^asked 0:0\d ago$"))


def test_a_missed_card_offers_take_it_now_while_the_customer_waits(desk: Listed) -> None:
    desk.becomes("eve", "missed", why="nobody answered", endedAt=desk.clock.at(-5))
    take = desk.of("eve").get_by_role("button", name="Take it now")
    expect(desk.of("eve")).to_be_visible()
    expect(take).to_be_hidden()
    desk.notify("queues", waiting=1, missed=["eve"])
    expect(take).to_be_visible()
    desk.page.wait_for_timeout(450)  # the list takes no click just after it has shifted
    take.click()
    assert desk.wait_for_request("takeContact") == {"contactId": "eve"}
    desk.notify("queues", waiting=0, missed=[])
    expect(take).to_be_hidden()


def test_not_responding_says_why_rings_the_bell_and_goes_available_with_chats_open(desk: Listed) -> None:
    page = desk.page
    why = Reason("offers_not_answered", n=3).data
    stopped = {"state": {"name": "Not responding", "type": "not_routable"}, "stateSince": desk.clock.at(-1)}
    desk.tell("agent", "agent:mira", agent=agent(load=3, **stopped, stateWhy=why))
    place = page.locator("#no-offer")
    expect(place).to_contain_text("Not responding: 3 offers in a row were not answered. Nothing is offered.")
    expect(page.locator("#news-open")).to_have_accessible_name(re.compile("unread"))
    page.get_by_role("button", name="Your state: Not responding").click()
    expect(page.locator("#state-menu [role=menuitemradio]")).to_have_text(["Available1", "Break2"])
    page.keyboard.press("Escape")
    place.get_by_role("button", name="Go Available").click()
    assert desk.asked[-1]["method"] == "setAgentState"
    assert desk.asked[-1]["params"] == {"state": "Available", "enqueueNextState": False}
    desk.tell("agent", "agent:mira", agent=agent(load=3))
    expect(place).to_have_text("The next offer shows here.")


# ---- a card ------------------------------------------------------------------------------------------------------------


def test_the_timer_runs_until_the_agent_answers_and_turns_amber_and_red_with_an_icon(desk: Listed) -> None:
    card = desk.of("ben")
    timer = card.locator(".timer")
    desk.hears("ben", "Where is my lamp?", ago=100)
    expect(timer).to_have_text(re.compile(r"^waiting 1:4\d$"))
    shapes = [timer.locator("use").get_attribute("href")]
    colours = [timer.evaluate("one => getComputedStyle(one).color")]
    card.click()  # to open it is no answer
    desk.leave()
    desk.becomes("ben", readNumber=10**6)
    for seconds, words in ((30, "soon overdue, waiting 2:"), (180, "overdue, waiting 5:")):
        desk.clock.passes(seconds)
        expect(timer).to_have_text(re.compile(f"^{words}"))
        shapes.append(timer.locator("use").get_attribute("href"))
        colours.append(timer.evaluate("one => getComputedStyle(one).color"))
    assert shapes == ["#i-clock", "#i-clock", "#i-alert"]
    assert len(set(colours)) == 3
    desk.answers_("ben", "On its way")
    expect(card.locator(".timer")).to_have_count(0)
    expect(card.locator(".card__side")).to_have_text(re.compile(r"^answered, since 0:0\d$"))


def test_a_card_tells_name_last_line_unread_queue_state_typing_and_draft(desk: Listed) -> None:
    page, card = desk.page, desk.of("ben")
    desk.becomes("ben", readNumber=desk.number, queue="Second level")
    for text in ("Are you there?", "I have a question"):
        desk.hears("ben", text)
    expect(card.locator(".card__name")).to_have_text("Ben Okri")
    expect(card.locator(".card__last")).to_have_text("I have a question")
    expect(card.locator(".unread")).to_have_text("unread 2")
    expect(card.locator(".card__meta")).to_have_text("Second level")
    typing = {"contactId": "ben", "participantId": "customer-ben", "role": "CUSTOMER", "displayName": "Ben Okri"}
    desk.notify("typing", stream="conversation:ben", **typing)
    expect(card).to_contain_text("typing")
    desk.clock.passes(13)  # nothing was heard of it since
    expect(card).not_to_contain_text("typing")
    desk.view("ben")
    page.locator("#words").fill("It is on its way")
    desk.view("ada")
    desk.leave()
    expect(card.locator(".card__last")).to_have_text("DraftIt is on its way")
    desk.view("ben")
    expect(page.locator("#words")).to_have_value("It is on its way")
    page.locator("#words").fill("")
    desk.becomes("ben", "ended", endedAt=desk.clock.at(-75))
    desk.leave()
    expect(page.locator("#cards-ended [data-contact=ben] .card__side")).to_have_text(
        re.compile(r"^ended, since 1:1\d$")
    )


def test_filters_count_and_show_all_unread_and_those_who_wait_for_me(desk: Listed) -> None:
    filters = desk.page.get_by_role("group", name="Show")
    desk.becomes("ben", readNumber=desk.number)
    desk.hears("ben", "Hello?")
    desk.hears("cleo", "Hello?")
    expect(filters.get_by_role("button")).to_have_text(["All 3", "Unread 1", "Waiting for me 2"])
    for name, shown in (("Unread 1", ["ben"]), ("Waiting for me 2", ["ben", "cleo"])):
        filters.get_by_role("button", name=name).click()
        expect(filters.get_by_role("button", name=name)).to_have_attribute("aria-pressed", "true")
        expect(desk.page.locator("#cards [role=option]")).to_have_count(len(shown))
        assert desk.order() == shown
    desk.of("ben").hover()
    desk.answers_("ben", "I am here")  # no longer what was asked for, but under the pointer
    expect(desk.page.locator("#moved")).to_have_text("1 moved")
    assert desk.order() == ["ben", "cleo"]
    desk.leave()
    expect(desk.of("ben")).to_have_count(0)
    filters.get_by_role("button", name="All 3").click()


# ---- alerts ------------------------------------------------------------------------------------------------------------


def test_an_offer_rings_until_it_is_answered_or_gone_with_title_favicon_and_notification(desk: Listed) -> None:
    page = desk.page
    icon, title = page.locator("#favicon"), page.title()
    calm = icon.get_attribute("href")
    page.evaluate(LOOK, True)
    page.evaluate("window.heard.tones = 0")
    desk.offer("dora", 60)
    expect(page).to_have_title(f"(1) {title}")
    assert icon.get_attribute("href") == icon.get_attribute("data-alert") != calm
    page.wait_for_function(f"() => {TONES} === 2")
    page.wait_for_function("() => window.heard.popups.length === 1")
    assert page.evaluate("window.heard.popups") == ["Offered: Dora Sund, Returns"]
    for tones in (4, 6):
        desk.clock.passes(2)
        page.wait_for_function(f"() => {TONES} >= {tones}")
    desk.becomes("dora")
    expect(page).to_have_title(title)
    assert icon.get_attribute("href") == calm
    page.wait_for_function("() => window.heard.popups.length === 0")
    silent = page.evaluate(TONES)
    desk.clock.passes(6)
    desk.offer("eve", 60)
    page.wait_for_function(f"() => {TONES} === {silent + 2}")  # nothing rang in between, and the next one rings at once
    desk.becomes("eve", "missed", why="nobody answered", endedAt=desk.clock.at())
    expect(page).to_have_title(title)
    desk.clock.passes(6)
    assert page.evaluate(TONES) == silent + 2
    page.evaluate(LOOK, False)


def test_another_contacts_messages_sound_once_in_three_seconds_and_those_in_sight_do_not(desk: Listed) -> None:
    page, last = desk.page, desk.page.locator("#rows .bubble").last
    desk.becomes("ben", readNumber=desk.number)
    desk.clock.passes(4)
    page.evaluate("window.heard.tones = 0")
    for text in ("One", "Two", "Three"):
        desk.hears("ben", text)
    expect(desk.of("ben")).to_contain_text("Three")
    assert page.evaluate(TONES) == 1
    expect(page).to_have_title(re.compile(r"^\(1\) "))
    desk.clock.passes(4)
    desk.hears("ben", "Four")
    expect(desk.of("ben")).to_contain_text("Four")
    assert page.evaluate(TONES) == 2
    desk.clock.passes(4)
    desk.hears("ada", "This one is read at once")
    expect(last).to_have_text("This one is read at once")
    assert page.evaluate(f"async () => {{ await navigator.locks.query(); return {TONES} }}") == 2
