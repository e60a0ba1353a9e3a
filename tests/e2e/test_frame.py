"""The desk's frame: its columns and what becomes of them, the top bar, and what is said when nothing is there."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.browsing import window
from tests.e2e.fed_clock import FedClock
from tests.e2e.fed_desk import AVAILABLE, BREAK, Guarded, agent, agent_contact, answer, item
from tests.portal import PASSWORD, RunningPortal

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]
OFFLINE = {"name": "Offline", "type": "offline"}
WIDE = {"width": 1440, "height": 900}


class Framed(Guarded):
    """A fed desk whose time is ours."""

    def __init__(self, page: Page, portal: RunningPortal) -> None:
        super().__init__(page, portal)
        self.clock = FedClock(self)

    def is_(self, **changes: Any) -> None:
        known = {"states": [AVAILABLE, BREAK, OFFLINE], "stateSince": self.clock.at(-3600)}
        self.tell("agent", "agent:mira", agent=agent(**known | changes))

    def asked_for(self, method: str) -> list[Any]:
        return [one.get("params") for one in self.asked if one.get("method") == method]

    def told_nothing(self) -> None:
        """No contact is on the desk any more."""
        for card in ("ada", "ben"):
            row = self.complete_card(agent_contact(card, state="cleared"))
            self.tell("agentContact", "agent:mira", agentContact=row)


@pytest.fixture(scope="module")
def fed(chromium_once: Browser, lone_portal: RunningPortal) -> Iterator[Framed]:
    with window(chromium_once, viewport=WIDE, reduced_motion="reduce") as page:
        desk = Framed(page, lone_portal)
        desk.lay([agent_contact("ada"), agent_contact("ben", customerName="Ben Okri")], viewing="ada")
        desk.chat("ada", [item(1, "ada", "My lamp flickers"), answer(2, "ada", "I look it up")])
        desk.chat("ben", [item(1, "ben", "Hello")], customerName="Ben Okri")
        desk.open()
        yield desk
        assert desk.harm() == []


@pytest.fixture
def desk(fed: Framed) -> Framed:
    """As it was first: in service, live, Ada in view."""
    page = fed.page
    page.set_viewport_size(WIDE)
    for one in ("ada", "ben"):
        fed.tell(
            "agentContact", "agent:mira", agentContact=fed.complete_card(agent_contact(one, customerName=NAMES[one]))
        )
    fed.is_(load=2)
    expect(page.locator("#cards [role=option]")).to_have_count(2)
    fed.view("ada")
    return fed


NAMES = {"ada": "Amelia Hart", "ben": "Ben Okri"}


def wide(page: Page, place: str) -> float:
    box = page.locator(place).bounding_box()
    assert box is not None, f"{place} is not shown"
    return box["width"]


# ---- layout ------------------------------------------------------------------------------------------------------------


def test_the_columns_have_their_widths_and_the_conversation_gets_the_rest(desk: Framed) -> None:
    page = desk.page
    for width in (1200, 1440, 2560):
        page.set_viewport_size({"width": width, "height": 900})
        columns = [wide(page, place) for place in (".rail", "#list", "#context")]
        assert (width, columns) == (width, [64, 320, 320])
        assert wide(page, "#talk") >= width - 64 - 320 - 320 - 16  # and a gap around it
    expect(page.locator("#drawer-open")).to_be_hidden()


def test_the_rail_leads_to_the_desk_the_history_and_the_settings_and_supervisors_to_the_floor(
    desk: Framed, chromium_once: Browser
) -> None:
    rail = desk.page.get_by_role("navigation", name="Main")
    expect(rail.locator("ul a")).to_have_text(["Desk", "History"])
    expect(rail.get_by_role("link", name="Desk", exact=True)).to_have_attribute("aria-current", "page")
    expect(rail.get_by_role("button", name="Settings")).to_be_visible()
    with window(chromium_once, viewport=WIDE) as page:
        page.goto(f"{desk.portal.url}/login/")
        page.get_by_label("User name").fill("ida")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url("**/floor/")
        expect(page.get_by_role("navigation", name="Main").locator("ul a")).to_have_text(["Floor"])


def test_under_1200_pixels_the_context_is_a_drawer_that_keeps_the_focus_and_gives_it_back(desk: Framed) -> None:
    page, keys = desk.page, desk.page.keyboard
    page.set_viewport_size({"width": 1199, "height": 900})
    opener, context = page.locator("#drawer-open"), page.locator("#context")
    expect(context).to_be_hidden()
    assert wide(page, "#talk") >= 1199 - 64 - 320 - 16
    opener.press("Enter")
    expect(context).to_be_visible()
    expect(page.locator("#drawer-close")).to_be_focused()
    inside = "document.querySelector('#context').contains(document.activeElement) && document.activeElement.outerHTML"
    stops = set()
    for key in ("Tab", "Shift+Tab"):
        for _ in range(12):
            keys.press(key)
            stop = page.evaluate(inside)
            assert stop, f"{key} leads out of the drawer"
            stops.add(stop)
    assert len(stops) > 2, "the focus goes round"
    keys.press("Escape")
    expect(context).to_be_hidden()
    expect(opener).to_be_focused()
    opener.press("Enter")
    page.locator("#veil").click(position={"x": 200, "y": 400})
    expect(context).to_be_hidden()


def test_under_768_pixels_there_is_one_pane_at_a_time(desk: Framed) -> None:
    page = desk.page
    panes = page.locator("#list, #talk, #context")
    page.locator("#log").focus()
    page.set_viewport_size({"width": 767, "height": 900})
    page.evaluate("document.body.dataset.pane = 'list'")
    seen = lambda: [one.get_attribute("id") for one in panes.all() if one.is_visible()]  # noqa: E731 -- asked again
    assert seen() == ["list"]
    desk.view("ben")
    expect(page.locator("#talk")).to_be_visible()
    assert seen() == ["talk"]
    page.get_by_role("button", name="Back to the contacts").click()
    expect(page.locator("#list")).to_be_visible()
    assert seen() == ["list"]


# ---- top bar -----------------------------------------------------------------------------------------------------------


def test_the_state_has_a_timer_and_the_next_state_while_contacts_are_open(desk: Framed) -> None:
    page, button = desk.page, desk.page.locator("#state-button")
    timer = button.locator("time")
    desk.is_(load=2, stateSince=desk.clock.at(-59))
    expect(timer).to_have_text(re.compile(r"^(0:59|1:0\d)$"))
    desk.clock.passes(3601)
    expect(timer).to_have_text(re.compile(r"^1:01:\d\d$"))
    expect(button.locator(".state__next")).to_be_hidden()
    page.locator("#log").focus()
    page.keyboard.press("Alt+s")
    menu = page.locator("#state-menu")
    expect(menu).to_contain_text("2 contacts are open: what you choose comes after the last one.")
    page.keyboard.press("2")  # the second of the list
    expect(menu).to_be_hidden()
    assert desk.asked_for("setAgentState")[-1:] == [{"state": "Break", "enqueueNextState": True}]
    desk.is_(load=2, nextState=BREAK)
    expect(button.locator(".state__next")).to_be_visible()
    expect(button).to_have_accessible_name(re.compile(r"^Your state: Available .*next state: Break$"))
    desk.is_(state=BREAK)
    expect(button.locator(".state__next")).to_be_hidden()


def test_the_chip_tells_the_real_round_trip(desk: Framed) -> None:
    def slowly(asked: dict[str, Any]) -> dict[str, Any]:
        time.sleep(0.12)  # this much is the way
        return desk.clock.told(asked)

    desk.answers["ping"] = slowly
    desk.page.evaluate("dispatchEvent(new Event('focus'))")  # the agent comes back: is the line still alive?
    expect(desk.page.locator("#chip")).to_have_text(re.compile(r"^Live1[2-9]\d ms$"))
    desk.answers["ping"] = desk.clock.told


def test_while_the_line_is_cut_the_chip_counts_what_is_written_is_kept_and_sent_once(desk: Framed) -> None:
    page, chip = desk.page, desk.page.locator("#chip")
    desk.cut()
    expect(chip).to_have_text(re.compile(r"^Reconnecting\d s, messages are kept$"))
    before = int(re.findall(r"\d+", chip.inner_text())[0])
    page.locator("#words").fill("said in the dark")
    page.keyboard.press("Enter")
    expect(page.locator("#rows .group--me").last).to_contain_text("said in the dark")
    desk.clock.passes(20)
    expect(chip).to_have_text(re.compile(rf"^Reconnecting{before // 10 + 2}\d s, messages are kept$"))
    assert desk.asked_for("sendMessage") == []
    desk.mend()
    expect(chip).to_contain_text("Live")
    expect(chip).to_contain_text("Offline")  # how long, and what was caught up
    page.wait_for_function(
        "() => Object.keys(sessionStorage).every(key => !sessionStorage[key].includes('said in the dark'))"
    )
    assert [one["message"] for one in desk.asked_for("sendMessage")] == ["said in the dark"]


def test_read_only_says_why_and_a_button_leads_back(desk: Framed) -> None:
    page, chip = desk.page, desk.page.locator("#chip")
    desk.show_out("You are signed in at ten other places.")
    expect(chip).to_have_text("Read-onlyYou are signed in at ten other places.")
    expect(page.locator("#words")).to_have_attribute("placeholder", "Read-only: nothing can be sent from this tab")
    page.get_by_role("button", name="Reconnect").click()
    expect(chip).to_contain_text("Live")
    expect(page.get_by_role("button", name="Reconnect")).to_be_hidden()


def test_on_a_telephone_the_bar_tells_the_next_state_the_cut_and_why_it_is_read_only(desk: Framed) -> None:
    page, more = desk.page, desk.page.locator("#chip [data-at=more]")
    page.wait_for_timeout(500)  # the contact that comes back with the line is shown first
    page.evaluate("document.body.dataset.pane = 'list'")
    page.set_viewport_size({"width": 390, "height": 844})
    desk.is_(load=2, nextState=BREAK)
    expect(page.locator(".state__next")).to_be_in_viewport(ratio=1)
    desk.cut()
    expect(page.locator("#chip")).to_contain_text("Reconnecting")
    expect(more).to_be_in_viewport(ratio=1)
    desk.mend()
    expect(page.locator("#chip")).to_contain_text("Live")
    desk.show_out("You are signed in at ten other places, which is too many.")
    expect(page.get_by_role("alert")).to_contain_text("You are signed in at ten other places, which is too many.")
    expect(page.locator("#me-button")).to_be_in_viewport(ratio=1)
    page.get_by_role("button", name="Reconnect").click()
    expect(page.locator("#chip")).to_contain_text("Live")


def test_notifications_and_the_users_menu_stand_at_the_end(desk: Framed) -> None:
    page = desk.page
    chip, bell, me = (page.locator(one) for one in ("#chip", "#news-open", "#me-button"))
    lefts = [one.bounding_box()["x"] for one in (chip, bell, me)]  # type: ignore[index]
    assert lefts == sorted(lefts)
    expect(me).to_have_accessible_name("Mira Okafor, menu")
    me.press("Enter")
    menu = page.get_by_role("dialog", name="My settings")
    expect(menu.get_by_role("button", name="Sign out")).to_be_visible()
    page.keyboard.press("Escape")
    expect(menu).to_be_hidden()


# ---- nothing there -----------------------------------------------------------------------------------------------------


def test_an_empty_desk_says_what_is_true_and_what_to_do(desk: Framed) -> None:
    page, empty, beside = desk.page, desk.page.locator("#empty"), desk.page.locator("#nothing")
    go = empty.get_by_role("button")
    three = {"queues": ["Orders", "Returns", "Second level"]}
    desk.told_nothing()
    desk.is_(**three)
    desk.notify("queues", waiting=0)
    expect(empty).to_have_text(re.compile(r"^\s*No contacts.You are Available for chat on 3 queues \(0 waiting\)."))
    expect(go).to_be_hidden()
    expect(beside).to_contain_text("The next offer shows at the top of your list and rings until you answer.")
    desk.notify("queues", waiting=7)
    expect(empty).to_contain_text("on 3 queues (7 waiting).")
    desk.is_(queues=["Returns"])
    expect(empty).to_contain_text("You are Available for chat on 1 queue (7 waiting).")
    desk.is_(queues=[])
    expect(empty).to_contain_text("You are Available, but for no queue: nothing can be offered.")
    desk.is_(**three, state=BREAK)
    for place in (empty, beside):
        expect(place).to_contain_text("You are on Break: nothing is offered.")
    expect(go).to_have_text("Go Available")
    go.click()
    assert desk.asked_for("setAgentState")[-1:] == [{"state": "Available", "enqueueNextState": False}]
    desk.is_(**three, state=OFFLINE)
    expect(empty).to_contain_text("You are Offline: nothing is offered.")
    expect(go).to_have_text("Go Available")
    desk.cut()
    for place in (empty, beside):
        expect(place).to_contain_text("No connection.What comes meanwhile is here as soon as the desk is live again.")
    expect(go).to_be_hidden()
    desk.mend()
    expect(empty).to_contain_text("You are Offline: nothing is offered.")
    desk.show_out("You may not use this page.")
    expect(empty).to_contain_text(
        "This tab is read-only.You may not use this page. Nothing comes in here until you press Reconnect."
    )
    page.get_by_role("button", name="Reconnect").click()
    expect(page.locator("#chip")).to_contain_text("Live")


def test_a_filter_that_finds_nobody_says_so(desk: Framed) -> None:
    page, filters, none = desk.page, desk.page.locator("#filters"), desk.page.locator("#none")
    desk.say(answer(9, "ben", "There you are"))
    page.mouse.move(900, 400)
    filters.get_by_role("button", name="Unread 0").click()
    expect(none).to_have_text("You have read everything.")
    page.mouse.move(900, 400)
    filters.get_by_role("button", name="Waiting for me 0").click()
    expect(none).to_have_text("Nobody waits for your answer.")
    filters.get_by_role("button", name="All 2").click()
    expect(none).to_be_hidden()
