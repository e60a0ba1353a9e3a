"""Every key of the desk does what the list of keys says, and none of them where words are written."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.browsing import window
from tests.e2e.fed_desk import Guarded, agent_contact, answer, at, item
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
        guarded.open()
        yield guarded
        assert guarded.harm() == []


@pytest.fixture
def page(desk: Guarded) -> Page:
    """Ada in view, the focus in her transcript."""
    desk.view("ada")
    expect(desk.page.locator("#head h2")).to_have_text("Amelia Hart")
    desk.page.locator("#log").focus()
    return desk.page


def asked(desk: Guarded, method: str) -> list[dict[str, Any]]:
    return [one["params"] for one in desk.asked if one.get("method") == method]


def test_j_k_alt_with_arrows_and_digits_walk_through_the_contacts(page: Page) -> None:
    head = page.locator("#head h2")
    walk = [
        ("j", "ben"),
        ("j", "cleo"),
        ("k", "ben"),
        ("Alt+ArrowDown", "cleo"),
        ("Alt+ArrowDown", "dora"),
        ("j", "dora"),
    ]
    back = [("Alt+ArrowUp", "cleo"), ("1", "ada"), ("k", "ada"), ("4", "dora"), ("2", "ben"), ("9", "ben")]
    for key, who in walk + back:
        page.keyboard.press(key)
        expect(head).to_have_text(NAMES[who])


def test_a_accepts_and_d_declines_the_offer_that_came_first(desk: Guarded, page: Page) -> None:
    page.keyboard.press("a")
    page.wait_for_function("() => document.querySelectorAll('#offers .offer').length === 1")
    assert asked(desk, "acceptContact") == [{"contactId": "eve"}]
    page.keyboard.press("d")
    page.keyboard.press("?")  # heard in its order: what was asked before is here now
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    page.keyboard.press("Escape")
    assert asked(desk, "rejectContact") == [{"contactId": "eve"}]


def test_r_and_n_write_e_ends_t_transfers_w_is_done_s_opens_the_states(desk: Guarded, page: Page) -> None:
    keys, words = page.keyboard, page.locator("#words")
    for key, mode in (("n", "Internal note"), ("r", "Reply")):
        keys.press(key)
        expect(words).to_be_focused()
        expect(page.locator("#composer").get_by_role("button", name=mode, pressed=True)).to_be_visible()
        page.locator("#log").focus()
    for key, title in (("e", "End the chat with Amelia Hart"), ("t", "Transfer Amelia Hart")):
        keys.press(key)
        expect(page.get_by_role("dialog", name=re.compile(title))).to_be_visible()
        keys.press("Escape")
        expect(page.locator("dialog[open]")).to_have_count(0)
        page.locator("#log").focus()
    keys.press("w")  # Ada's chat goes on: nothing to be done with
    assert asked(desk, "clearContact") == []
    keys.press("s")
    expect(page.locator("#state-menu [aria-checked=true]")).to_be_focused()
    keys.press("End")
    keys.press("Enter")
    assert asked(desk, "setAgentState") == [{"state": "Break", "enqueueNextState": True}]
    keys.press("4")
    expect(page.locator("#head h2")).to_have_text("Dora Sund")
    page.locator("#log").focus()
    keys.press("w")
    page.wait_for_function("() => !document.querySelector('#done')?.disabled")
    assert asked(desk, "clearContact") == [{"contactId": "dora", "disposition": None, "note": ""}]


@pytest.mark.parametrize("field", ["#words", "#palette-search"])
def test_in_a_field_every_key_is_a_letter(desk: Guarded, page: Page, field: str) -> None:
    """Ctrl and Cmd with K open the palette there too, where it is Alt with arrows that walks on."""
    every = "jkadrnewtsgh?123"
    before = len(desk.asked)
    if field == "#palette-search":
        page.keyboard.press("Meta+k")
    else:
        page.locator(field).focus()
    page.keyboard.type(every)
    expect(page.locator(field)).to_have_value(every)
    expect(page.locator("#head h2")).to_have_text("Amelia Hart")
    expect(page.locator("dialog[open]")).to_have_count(1 if field == "#palette-search" else 0)
    acted = {one["method"] for one in desk.asked[before:]} - {"sendEvent", "saveDraft", "getQuickResponses", "ping"}
    assert acted == set()
    page.locator(field).fill("")
    if field == "#words":
        page.keyboard.press("Alt+ArrowDown")
        expect(page.locator("#head h2")).to_have_text("Ben Okri")
        page.keyboard.press("Control+k")
        expect(page.get_by_role("dialog", name="Commands")).to_be_visible()
    page.keyboard.press("Escape")


def test_every_entry_of_the_palette_shows_its_key(page: Page) -> None:
    page.keyboard.press("Control+k")
    palette = page.get_by_role("dialog", name="Commands")
    shown = {
        group: palette.get_by_role("group", name=group).get_by_role("option") for group in ("Contacts", "My state")
    }
    expect(shown["Contacts"].locator("kbd")).to_have_text(["1", "2", "3", "4"])
    expect(shown["My state"].locator("kbd")).to_have_text(["S 1", "S 2"])
    every = palette.get_by_role("option")
    expect(every.locator("kbd")).to_have_count(every.count())
    page.keyboard.press("Escape")
