"""Whatever puts a conversation before the agent leaves the focus in the composer, and what is typed is written, not done."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.browsing import window
from tests.e2e.fed_desk import Guarded, agent_contact, answer, at, item
from tests.portal import RunningPortal

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]
NAMES = {"ada": "Amelia Hart", "ben": "Ben Okri"}
OFFERS = ("eve", "finn")
WIDTHS = {"wide": {"width": 1440, "height": 900}, "phone": {"width": 390, "height": 844}}


@pytest.fixture(params=WIDTHS)
def desk(request: pytest.FixtureRequest, chromium_once: Browser, lone_portal: RunningPortal) -> Iterator[Guarded]:
    """Nobody in view. Amelia and Ben wait, Eve and Finn are offered; who is accepted comes into view, as the server has it."""
    options: dict[str, Any] = {"viewport": WIDTHS[request.param], "has_touch": request.param == "phone"}
    with window(chromium_once, reduced_motion="reduce", **options) as page:
        guarded = Guarded(page, lone_portal)
        guarded.answers["getDispositions"] = lambda _asked: {"dispositions": [], "required": False}
        guarded.answers["acceptContact"] = lambda asked: served(guarded, asked["contactId"])
        guarded.answers["clearContact"] = lambda asked: left(guarded, asked["contactId"], then="ben")
        offered = {"state": "connecting", "acceptedAt": None, "expiresAt": at(10**9)}
        rows = [agent_contact(one, customerName=name) for one, name in NAMES.items()]
        offers = [agent_contact(one, customerName=one.title(), **offered) for one in OFFERS]
        guarded.lay([*rows, *offers])
        for one in (*NAMES, *OFFERS):
            said = [answer(1, one, "Good morning"), item(10, one, "Hello?")]
            guarded.chat(one, said, customerName=NAMES.get(one, one.title()))
        guarded.open()
        yield guarded
        assert guarded.harm() == []


def told(desk: Guarded, contact_id: str, **changes: Any) -> None:
    card = agent_contact(contact_id, customerName=NAMES.get(contact_id, contact_id.title()), **changes)
    desk.tell("agentContact", "agent:mira", agentContact=desk.complete_card(card))


def served(desk: Guarded, contact_id: str) -> dict[str, Any]:
    told(desk, contact_id)
    desk.tell("viewContact", "agent:mira", contactId=contact_id)
    return {}


def left(desk: Guarded, contact_id: str, then: str) -> dict[str, Any]:
    told(desk, contact_id, state="cleared", endedAt=at(90))
    desk.tell("viewContact", "agent:mira", contactId=then)
    return {}


def settled(desk: Guarded) -> None:
    """The list has not just moved: a click on it is taken."""
    desk.page.wait_for_function("since => performance.now() - since > 500", arg=desk.page.evaluate("performance.now()"))


def tap(desk: Guarded, selector: str) -> None:
    page = desk.page
    (page.tap if page.evaluate("innerWidth") < 768 else page.click)(selector)


def types(desk: Guarded, name: str, words: str = "Hello edt ") -> None:
    """What is typed now is written to this customer, and nothing else comes of it."""
    expect(desk.page.locator("#head h2")).to_have_text(name)
    expect(desk.page.locator("#words")).to_be_focused()
    desk.page.keyboard.type(words)
    desk.page.keyboard.press("Space")
    expect(desk.page.locator("#words")).to_have_value(f"{words} ")
    expect(desk.page.locator("dialog[open]")).to_have_count(0)


def asked(desk: Guarded, method: str) -> list[dict[str, Any]]:
    return [one["params"] for one in desk.asked if one.get("method") == method]


@pytest.mark.parametrize("how", ["Alt+a", "a", "its button", "Enter on its button"])
def test_after_accept_one_writes_also_beside_a_second_offer(desk: Guarded, how: str) -> None:
    settled(desk)
    button = "#offers [data-contact=eve] [data-do=accept]"
    if how == "its button":
        tap(desk, button)
    elif how == "Enter on its button":
        desk.page.locator(button).press("Enter")
    else:
        if how == "a":
            desk.page.locator("#cards [role=option]").first.focus()
        desk.page.keyboard.press(how)
    types(desk, "Eve")
    assert asked(desk, "acceptContact") == [{"contactId": "eve"}]
    assert asked(desk, "rejectContact") == asked(desk, "destroyConnection") == []


def test_after_a_click_or_a_tap_on_a_card_and_in_the_transcript_one_writes(desk: Guarded) -> None:
    settled(desk)
    tap(desk, "#cards [data-contact=ada]")
    types(desk, "Amelia Hart", "Good ")
    tap(desk, "#rows .bubble")
    expect(desk.page.locator("#words")).to_be_focused()
    desk.page.keyboard.type("evening")
    expect(desk.page.locator("#words")).to_have_value("Good  evening")


def test_what_is_marked_in_the_transcript_stays_marked(desk: Guarded) -> None:
    settled(desk)
    tap(desk, "#cards [data-contact=ada]")
    expect(desk.page.locator("#words")).to_be_focused()
    desk.page.locator("#rows .bubble p, #rows .bubble").last.dblclick()
    assert desk.page.evaluate("getSelection().toString().trim()") != ""


def test_after_a_reload_one_writes(desk: Guarded) -> None:
    settled(desk)
    tap(desk, "#cards [data-contact=ada]")
    expect(desk.page.locator("#words")).to_be_focused()
    desk.first.append(desk.frame("viewContact", "agent:mira", contactId="ada"))
    desk.page.reload()
    if desk.page.evaluate("innerWidth") < 768:
        settled(desk)  # a telephone shows the list first
        tap(desk, "#cards [data-contact=ada]")
    types(desk, "Amelia Hart")


@pytest.mark.parametrize("how", ["its button", "Enter in the note", "Alt+w", "a palette's entry"])
def test_after_done_one_writes_to_who_comes_next(desk: Guarded, how: str) -> None:
    page = desk.page
    told(desk, "ada", state="ended", endedAt=at(90))
    settled(desk)
    tap(desk, "#cards [data-contact=ada]")
    expect(page.locator("#done")).to_be_visible()
    if how == "its button":
        tap(desk, "#done")
    elif how == "Enter in the note":
        page.locator("#wrap-note").focus()
        page.keyboard.type("asked for edt")
        page.keyboard.press("Enter")
    elif how == "Alt+w":
        page.keyboard.press("Alt+w")
    else:
        page.keyboard.press("Control+k")
        page.keyboard.type("work done")
        page.keyboard.press("Enter")
    types(desk, "Ben Okri")
    assert [one["contactId"] for one in asked(desk, "clearContact")] == ["ada"]


def test_a_key_that_is_still_held_sends_no_draft_of_who_comes_next(desk: Guarded) -> None:
    page = desk.page
    settled(desk)
    tap(desk, "#cards [data-contact=ben]")
    types(desk, "Ben Okri", "Not yet")
    told(desk, "ada", state="ended", endedAt=at(90))
    page.keyboard.press("Alt+l")
    tap(desk, "#cards [data-contact=ada]")
    expect(page.locator("#done")).to_be_visible()
    page.locator("#done").focus()
    page.keyboard.down("Enter")
    expect(page.locator("#words")).to_be_focused()
    for _ in range(3):
        page.keyboard.down("Enter")
    page.keyboard.up("Enter")
    expect(page.locator("#words")).to_have_value("Not yet ")
    assert asked(desk, "sendMessage") == []


@pytest.mark.parametrize("field", ["#words", "#wrap-note"])
def test_what_one_is_typing_never_goes_on_to_whoever_comes_into_view(desk: Guarded, field: str) -> None:
    """A supervisor takes the contact away, or its time for after contact work ends: mid-word another is in view."""
    page = desk.page
    if field == "#wrap-note":
        told(desk, "ada", state="ended", endedAt=at(90))
    settled(desk)
    tap(desk, "#cards [data-contact=ada]")
    page.locator(field).focus()
    page.keyboard.type("she wants her mon")
    left(desk, "ada", then="ben")
    expect(page.locator("#head h2")).to_have_text("Ben Okri")
    page.keyboard.type("ey back", delay=60)
    expect(page.locator("#notice")).to_contain_text("no longer before you")
    expect(page.locator("#words")).to_have_value("")
    expect(page.locator("#words")).to_be_focused()  # after a pause
    types(desk, "Ben Okri")


def test_a_menu_that_was_opened_by_its_keys_leads_back_to_the_words(desk: Guarded) -> None:
    desk.page.set_viewport_size(WIDTHS["wide"])
    settled(desk)
    tap(desk, "#cards [data-contact=ada]")
    types(desk, "Amelia Hart", "So ")
    for leaves in ("Escape", "Enter", "1"):
        desk.page.keyboard.press("Alt+s")
        expect(desk.page.locator("#state-menu [aria-checked=true]")).to_be_focused()
        desk.page.keyboard.press(leaves)
        expect(desk.page.locator("#words")).to_be_focused()
    expect(desk.page.locator("#words")).to_have_value("So  ")
    assert asked(desk, "sendMessage") == []
    desk.page.set_viewport_size(WIDTHS["phone"])  # or a page that is enlarged four times
    desk.page.keyboard.press("Alt+s")
    expect(desk.page.locator("#state-menu [aria-checked=true]")).to_be_focused()
