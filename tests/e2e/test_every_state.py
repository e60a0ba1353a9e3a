"""Every state of the desk: axe finds nothing in either theme, words are never pale, controls are large, keys reach them all."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.accessible import found, found_in_both_themes, shifted, small
from tests.e2e.browsing import window
from tests.e2e.desk_states import STATES
from tests.e2e.fed_desk import AVAILABLE, BREAK, Guarded
from tests.e2e.full_desk import lay_everything, tell_the_rest
from tests.e2e.keyboard import DEAF_TO_KEYS, EARS, out_of_reach
from tests.portal import RunningPortal

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]
WIDE = {"width": 1440, "height": 900}
TALL = {"width": 1440, "height": 2400}  # of a transcript what is in sight is drawn
PHONE = {"width": 390, "height": 844}
# What keys and copying need is not made for a finger.
FOR_A_MOUSE = (".keymap", "icon-button--s", "data-action")


@pytest.fixture(scope="module")
def desk(chromium_once: Browser, lone_portal: RunningPortal) -> Iterator[Guarded]:
    with window(chromium_once, viewport=WIDE, reduced_motion="reduce") as page:
        page.add_init_script(EARS)
        fed = Guarded(page, lone_portal)
        lay_everything(fed)
        fed.open()
        yield fed


def test_nothing_moves_while_the_desk_is_laid(desk: Guarded) -> None:
    for size in (WIDE, PHONE):
        desk.page.set_viewport_size(size)
        desk.page.reload()
        expect(desk.page.locator("#past li, #cards [role=option]").first).to_be_attached()
        expect(desk.page.locator("#chip")).to_contain_text("ms")
        assert shifted(desk.page) < 0.01
    desk.page.set_viewport_size(TALL)
    tell_the_rest(desk)


@pytest.mark.parametrize("name", STATES)
def test_whoever_they_are_people_can_use(desk: Guarded, name: str) -> None:
    page, state = desk.page, STATES[name]
    state.enter(desk)
    assert found_in_both_themes(page, state.scope) == []
    assert small(page, state.scope, 24) == []
    if state.narrow:
        page.set_viewport_size(PHONE)
        page.evaluate(
            "pane => { document.body.dataset.pane = pane }", "talk" if state.scope in ("#talk", "#composer") else "list"
        )
        assert found(page, state.scope) == []
        assert [one for one in small(page, state.scope, 40) if not any(mouse in one for mouse in FOR_A_MOUSE)] == []
        page.evaluate("() => { document.body.dataset.pane = 'list' }")
        page.set_viewport_size(TALL)
    if state.keys:
        assert out_of_reach(page, state.scope) == []
    state.leave(desk)
    page.set_viewport_size(TALL)


def test_nothing_is_for_the_pointer_alone(desk: Guarded) -> None:
    assert desk.page.evaluate(DEAF_TO_KEYS) == []


OPENERS = {
    "#state-button": "#state-menu",
    "#news-open": "#news",
    "#me-button": "#me-menu",
    "#settings-open": "#settings-dialog",
    "#keys-open": "#keys-dialog",
    "#find-open": "#find",
    "#transfer": "#transfer-dialog",
    "#end": "#end-dialog",
    "#emoji-open": "#emoji",
    "#quick-open": "#quick",
    "#past button": "#reader",
    "#rows .note button:last-child": "#note-delete",
}


def test_escape_closes_what_a_key_opened_and_leads_back_to_where_one_was(desk: Guarded) -> None:
    page = desk.page
    for opener, opened in OPENERS.items():
        page.locator(opener).press("Enter")
        expect(page.locator(opened)).to_be_visible()
        page.keyboard.press("Escape")
        expect(page.locator(opened)).to_be_hidden()
        back = "#words" if opener == "#quick-open" else opener  # whoever looks for words is about to write
        expect(page.locator(back)).to_be_focused()
    page.set_viewport_size({"width": 1024, "height": 800})
    page.locator("#drawer-open").press("Enter")
    expect(page.locator("#drawer-close")).to_be_focused()
    assert found_in_both_themes(page, "#context") == []
    page.keyboard.press("Escape")
    expect(page.locator("#drawer-open")).to_be_focused()
    page.set_viewport_size(TALL)
    for keys, opened in (("Control+k", "#palette"), ("Control+f", "#find")):
        page.locator("#words").focus()
        page.keyboard.press(keys)
        expect(page.locator(opened)).to_be_visible()
        page.keyboard.press("Escape")
        expect(page.locator("#words")).to_be_focused()


def test_the_list_is_one_tab_stop_and_arrows_home_and_end_walk_through_it(desk: Guarded) -> None:
    page, options = desk.page, desk.page.locator("#cards [role=option]")
    stops = page.locator("#cards [tabindex='0']")
    for key, place in (("Home", 0), ("ArrowDown", 1), ("End", 2), ("ArrowUp", 1), ("Home", 0)):
        stops.first.press(key)
        expect(stops).to_have_count(1)
        expect(options.nth(place)).to_be_focused()
        expect(options.nth(place)).to_have_attribute("aria-selected", "true")
    page.locator("#words").focus()
    options.nth(1).press("Enter")
    expect(page.locator("#head h2")).to_have_text("Amelia Hart")


def test_a_desk_without_contacts_says_what_is_true(desk: Guarded) -> None:
    for state, said in ((AVAILABLE, "You are Available"), (BREAK, "You are on Break")):
        desk.lay([], state=state)
        expect(desk.page.locator("#empty")).to_contain_text(said)
        assert found_in_both_themes(desk.page, ".panes") == []
        assert out_of_reach(desk.page, ".panes") == []
