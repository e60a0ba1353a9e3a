"""Every key of the desk does what the list of keys says, on every layout, and no letter does what cannot be undone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.browsing import window
from tests.e2e.fed_desk import ME, Guarded, agent_contact, answer, at, item
from tests.portal import RunningPortal

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]
NAMES = {"ada": "Amelia Hart", "ben": "Ben Okri", "cleo": "Cleo Brandt", "dora": "Dora Sund"}
OFFER = {"state": "connecting", "acceptedAt": None, "expiresAt": at(10**9)}


@pytest.fixture(scope="module")
def desk(chromium_once: Browser, lone_portal: RunningPortal) -> Iterator[Guarded]:
    """Ada, Ben and Cleo wait in this order, Dora is in after contact work; Eve and Finn are offered."""
    with window(chromium_once, viewport={"width": 1440, "height": 900}, reduced_motion="reduce") as page:
        guarded = Guarded(page, lone_portal)
        guarded.answers["getEndpoints"] = lambda _asked: {"endpoints": []}
        guarded.answers["getDispositions"] = lambda _asked: {"dispositions": [], "required": False}
        rows = [agent_contact(one, customerName=name) for one, name in NAMES.items()]
        rows[3] |= {"state": "ended", "endedAt": at(90)}
        offers = [
            agent_contact(one, customerName=one.title(), **OFFER | {"offeredAt": at(n)})
            for n, one in enumerate(["eve", "finn"])
        ]
        guarded.lay([*rows, *offers], viewing="ada")
        for number, (one, name) in enumerate(NAMES.items()):
            guarded.chat(one, [answer(1, one, "Good morning"), item(10 + number, one, "Hello?")], customerName=name)
        mine = {"noteId": "mine", "contactId": "ada", "clientToken": "mine", "author": ME, "text": "batch 0926"}
        guarded.open()
        note = mine | {"createdAt": at(20), "editedAt": None, "deleted": False}
        guarded.tell("note", "conversation:ada", note=note)
        yield guarded
        assert guarded.harm() == []


@pytest.fixture
def page(desk: Guarded) -> Page:
    """Ada in view, the focus in the composer, where a click on her card leads."""
    words = desk.page.locator("#words")
    desk.view("ada")
    if desk.page.evaluate("document.activeElement.id") != "words":
        desk.page.wait_for_timeout(450)  # the list takes no click just after it has shifted: a person clicks again
        desk.view("ada")
    expect(desk.page.locator("#head h2")).to_have_text("Amelia Hart")
    expect(words).to_be_focused()
    desk.asked.clear()
    return desk.page


def asked(desk: Guarded, method: str) -> list[dict[str, Any]]:
    return [one["params"] for one in desk.asked if one.get("method") == method]


def heard(page: Page) -> None:
    """Whatever was pressed before has been asked for by now: the page's key list opened after it."""
    page.keyboard.press("Alt+k")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    page.keyboard.press("Escape")


def strike(page: Page, key: str, code: str, **held: bool) -> bool:
    """A key of another layout, as the browser tells of it; whether the page took it."""
    return bool(
        page.evaluate(
            """([key, code, held]) => !document.activeElement.dispatchEvent(
              new KeyboardEvent("keydown", { key, code, ...held, bubbles: true, cancelable: true }))""",
            [key, code, held],
        )
    )


def in_the_list(page: Page) -> None:
    page.keyboard.press("Alt+l")
    expect(page.locator("#cards [role=option][tabindex='0']")).to_be_focused()


def test_j_k_and_digits_walk_in_the_list_alt_with_arrows_everywhere(page: Page) -> None:
    head = page.locator("#head h2")
    for key, who in [
        ("Alt+ArrowDown", "ben"),
        ("Alt+ArrowDown", "cleo"),
        ("Alt+ArrowUp", "ben"),
        ("Alt+ArrowUp", "ada"),
    ]:
        page.keyboard.press(key)
        expect(head).to_have_text(NAMES[who])
        expect(page.locator("#words")).to_be_focused()
    in_the_list(page)
    walk = [("j", "ben"), ("j", "cleo"), ("k", "ben"), ("Alt+ArrowDown", "cleo"), ("J", "dora"), ("j", "dora")]
    back = [("Alt+ArrowUp", "cleo"), ("1", "ada"), ("k", "ada"), ("4", "dora"), ("2", "ben"), ("9", "ben")]
    for key, who in walk + back:
        page.keyboard.press(key)
        expect(head).to_have_text(NAMES[who])
        expect(page.locator("#cards [aria-selected=true]")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#words")).to_be_focused()


def test_every_action_has_keys_that_work_where_one_writes(desk: Guarded, page: Page) -> None:
    keys, words = page.keyboard, page.locator("#words")
    keys.type("Hello ")
    keys.press("Alt+a")
    keys.press("Alt+d")
    heard(page)
    assert asked(desk, "acceptContact") == asked(desk, "rejectContact") == [{"contactId": "eve"}]
    for key, mode in (("Alt+n", "Internal note"), ("Alt+r", "Reply")):
        keys.press(key)
        expect(words).to_be_focused()
        expect(page.locator("#composer").get_by_role("button", name=mode, pressed=True)).to_be_visible()
    for key, title in (("Alt+e", "End the chat with Amelia Hart"), ("Alt+t", "Transfer Amelia Hart")):
        keys.press(key)
        expect(page.get_by_role("dialog", name=re.compile(title))).to_be_visible()
        keys.press("Escape")
        expect(page.locator("dialog[open]")).to_have_count(0)
        expect(words).to_be_focused()
    keys.press("Alt+w")  # Ada's chat goes on: nothing to be done with
    keys.press("Alt+s")
    expect(page.locator("#state-menu [aria-checked=true]")).to_be_focused()
    keys.press("2")
    expect(words).to_be_focused()
    keys.type("there")
    expect(words).to_have_value("Hello there")
    assert asked(desk, "clearContact") == []
    assert [one["state"] for one in asked(desk, "setAgentState")] == ["Break"]
    keys.press("Control+a")
    keys.press("Delete")
    desk.view("dora")
    expect(page.locator("#done")).to_be_visible()
    keys.press("Alt+w")
    page.wait_for_function("() => !document.querySelector('#done')?.disabled")
    assert asked(desk, "clearContact") == [{"contactId": "dora", "disposition": None, "note": ""}]


def test_a_key_that_is_held_does_once_what_it_does(desk: Guarded, page: Page) -> None:
    page.keyboard.down("Alt")
    for _ in range(3):
        page.keyboard.down("d")
    page.keyboard.up("d")
    page.keyboard.up("Alt")
    heard(page)
    assert asked(desk, "rejectContact") == [{"contactId": "eve"}]


def test_only_in_the_list_letters_act_and_none_of_them_for_good(desk: Guarded, page: Page) -> None:
    words = page.locator("#words")
    places = (
        "body",
        "#log",
        "#talk",
        "#find-open",
        "#end",
        "#filters [data-filter=all]",
        "#state-button",
        "#news-open",
    )
    for place in places:
        page.evaluate(
            "place => place === 'body' ? document.activeElement.blur() : document.querySelector(place).focus()", place
        )
        page.keyboard.type("edtwnsarjg1?")
        expect(words).to_have_value("edtwnsarjg1?")
        expect(words).to_be_focused()
        expect(page.locator("dialog[open]")).to_have_count(0)
        page.keyboard.press("Control+a")
        page.keyboard.press("Delete")
    for letter in "etwnsr":
        in_the_list(page)
        page.keyboard.type(letter)
        expect(words).to_have_value(letter)
        page.keyboard.press("Backspace")
    expect(page.locator("#head h2")).to_have_text("Amelia Hart")
    heard(page)
    acted = {one["method"] for one in desk.asked} - {"sendEvent", "saveDraft", "savePlace", "ping", "viewContact"}
    assert acted == set()
    in_the_list(page)
    page.keyboard.press("d")
    heard(page)
    assert asked(desk, "rejectContact") == [{"contactId": "eve"}]


@pytest.mark.parametrize("opens", ["Alt+e", "the note's button"])
def test_no_dialog_confirms_by_space_or_enter_as_it_opens(desk: Guarded, page: Page, opens: str) -> None:
    for confirms in ("Space", "Enter"):
        if opens == "Alt+e":
            page.keyboard.press(opens)
        else:
            page.locator("#rows [data-note-do=delete]").press("Enter")
        dialog = page.locator("dialog[open]")
        expect(dialog.get_by_role("button", name="Cancel")).to_be_focused()
        page.keyboard.press(confirms)
        expect(dialog).to_have_count(0)
    heard(page)
    assert asked(desk, "destroyConnection") == asked(desk, "deleteNote") == []


# What the layouts write where others have K, F, E and J.
LAYOUTS = {
    "Russian": "\u043b\u0430\u0443\u043e",
    "Greek": "\u03ba\u03c6\u03b5\u03be",
    "Hebrew": "\u05dc\u05db\u05e7\u05d7",
    "Arabic": "\u0646\u0628\u062b\u062a",
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_keys_go_by_place_where_the_layout_has_no_such_letter(page: Page, layout: str) -> None:
    k, f, e, j = LAYOUTS[layout]
    assert strike(page, k, "KeyK", ctrlKey=True)
    expect(page.locator("#palette")).to_be_visible()
    page.keyboard.press("Escape")
    assert strike(page, f, "KeyF", ctrlKey=True)
    expect(page.locator("#find")).to_be_visible()
    page.keyboard.press("Escape")
    assert strike(page, e, "KeyE", altKey=True)
    expect(page.locator("#end-dialog")).to_be_visible()
    page.keyboard.press("Escape")
    in_the_list(page)
    assert strike(page, j, "KeyJ")
    expect(page.locator("#head h2")).to_have_text("Ben Okri")
    page.evaluate("document.activeElement.blur()")
    assert not strike(page, e, "KeyE")  # a word begins, and none of its letters is lost
    expect(page.locator("#words")).to_be_focused()


def test_altgr_and_dead_keys_write_and_do_nothing_else(desk: Guarded, page: Page) -> None:
    signs: list[tuple[str, str, dict[str, bool]]] = [
        ("€", "KeyE", {"ctrlKey": True, "altKey": True}),
        ("ę", "KeyE", {"modifierAltGraph": True}),
        ("k", "KeyK", {"ctrlKey": True, "altKey": True}),
        ("ł", "KeyK", {"ctrlKey": True, "modifierAltGraph": True}),
        ("Dead", "KeyA", {}),
        ("Dead", "KeyE", {"altKey": True}),
        ("Dead", "KeyK", {"ctrlKey": True}),
    ]
    for key, code, held in signs:
        for place in ("#words", "#cards [aria-selected=true]", "#log"):
            page.locator(place).focus()
            assert not strike(page, key, code, **held), (key, place)
            expect(page.locator("dialog[open]")).to_have_count(0)
    heard(page)
    assert asked(desk, "acceptContact") == []


@pytest.mark.parametrize("field", ["#words", "#palette-search"])
def test_in_a_field_every_letter_is_a_letter(desk: Guarded, page: Page, field: str) -> None:
    """Ctrl and Cmd with K open the palette there too."""
    every = "jkadrnewtsgh?123"
    if field == "#palette-search":
        page.keyboard.press("Meta+k")
    page.keyboard.type(every)
    expect(page.locator(field)).to_have_value(every)
    expect(page.locator("#head h2")).to_have_text("Amelia Hart")
    expect(page.locator("dialog[open]")).to_have_count(1 if field == "#palette-search" else 0)
    acted = {one["method"] for one in desk.asked} - {"sendEvent", "saveDraft", "getQuickResponses", "ping", "savePlace"}
    assert acted == set()
    page.keyboard.press("Control+a")
    page.keyboard.press("Delete")
    page.keyboard.press("Escape")


def test_offers_menus_and_the_palette_show_the_keys_that_work_everywhere(page: Page) -> None:
    offer = page.locator("#offers .offer").first
    expect(offer.locator("kbd")).to_have_text(["Alt A", "Alt D"])
    expect(offer.get_by_role("button", name="Accept", exact=True)).to_have_attribute("aria-keyshortcuts", "Alt+A")
    expect(page.get_by_role("button", name="End chat")).to_have_attribute("title", "End chat (Alt E)")
    page.keyboard.press("Alt+s")
    expect(page.locator("#state-menu .menu__hint kbd")).to_have_text("Alt S")
    page.keyboard.press("Escape")
    page.keyboard.press("Control+k")
    palette = page.get_by_role("dialog", name="Commands")
    shown = {
        group: palette.get_by_role("group", name=group).get_by_role("option") for group in ("Contacts", "My state")
    }
    expect(shown["Contacts"].locator("kbd")).to_have_text(["1", "2", "3", "4"])
    expect(shown["My state"].locator("kbd")).to_have_text(["Alt S 1", "Alt S 2"])
    every = palette.get_by_role("option")
    expect(every.locator("kbd")).to_have_count(every.count())
    expect(every.filter(has_text="Transfer the contact").locator("kbd")).to_have_text("Alt T")
    page.keyboard.press("Escape")
