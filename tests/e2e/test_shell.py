"""The desk around the conversation: handing on, after contact work, offers seen, palette, keys, settings, notifications."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, expect

from agents import protocol
from chats import contact_state, participation
from chats.reasons import Reason, Sentence
from chats.wire import iso
from tests.e2e.browsing import window
from tests.e2e.fed_desk import (
    AVAILABLE,
    BREAK,
    ME,
    Guarded,
    Refused,
    agent_contact,
    answer,
    at,
    complete,
    contact,
    item,
)
from tests.portal import RunningPortal

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]
JONAS = {"id": 2, "name": "Jonas Kessler"}
REQUIRED = "Say first what came of it: Answered, Refund."


@pytest.fixture
def desk(chromium_once: Browser, lone_portal: RunningPortal) -> Iterator[Guarded]:
    with window(chromium_once, viewport={"width": 1440, "height": 900}, reduced_motion="reduce") as page:
        guarded = Guarded(page, lone_portal)
        yield guarded
        assert guarded.harm() == []


def soon(seconds: float) -> str:
    return iso(datetime.now(UTC) + timedelta(seconds=seconds))


def offer(contact_id: str, **changes: Any) -> dict[str, Any]:
    times = {"offeredAt": soon(-2), "expiresAt": soon(300), "acceptedAt": None}
    return agent_contact(contact_id, **{"state": "connecting", **times, **changes})


def transfer(state: str, sender: dict[str, Any] = ME, to: str = "Jonas Kessler", **changes: Any) -> dict[str, Any]:
    return {
        "state": state,
        "sender": sender,
        "endpoint": {"type": "agent", "id": "a2", "name": to},
        "comment": "Knows lamps.",
        "why": None,
        "askedAt": soon(-5),
        "settledAt": None if state == "offered" else soon(-1),
        **changes,
    }


def endpoint(kind: str, key: str, name: str, refusal: Sentence | None = None, **more: Any) -> dict[str, Any]:
    known = {"type": kind, "id": key, "name": name, "refusal": refusal.data if refusal else None, **more}
    return protocol.Endpoint(**known).model_dump()


def endpoints() -> list[dict[str, Any]]:
    free = {"state": AVAILABLE, "load": 0, "capacity": 3}
    return [
        endpoint("agent", "a1", "Ida Sund", **free),
        endpoint("agent", "a2", "Jonas Kessler", **free),
        endpoint(
            "agent",
            "a3",
            "Noor Haddad",
            Sentence("%(name)s takes no contacts now: %(state)s.", name="Noor Haddad", state="Break"),
            **free | {"state": BREAK},
        ),
        endpoint("queue", "1", "Orders", open=True, waiting=2),
        endpoint(
            "queue",
            "2",
            "Second level",
            Sentence("The queue %(name)s is closed now.", name="Second level"),
            open=False,
            waiting=0,
        ),
    ]


def lay(desk: Guarded, *others: dict[str, Any], viewing: str = "ada", **about_ada: Any) -> None:
    """Ada is served; whoever else is on the desk comes with `others`, and may be in view."""
    desk.answers["getEndpoints"] = lambda _asked: {"endpoints": endpoints()}
    desk.answers["getDispositions"] = lambda _asked: {"dispositions": ["Answered", "Refund"], "required": True}
    desk.answers["getQuickResponses"] = lambda _asked: {"quickResponses": []}
    desk.lay([agent_contact("ada"), *others], viewing=viewing)
    desk.chat("ada", [item(1, "ada", "My lamp flickers"), answer(2, "ada", "I look it up")], **about_ada)
    for other in others:
        name = other["customerName"]
        desk.chat(other["contactId"], [item(1, other["contactId"], f"Hello from {name}")], customerName=name)
    desk.open()


def told(desk: Guarded, **changes: Any) -> None:
    """News of Ada's contact."""
    desk.tell("contact", "conversation:ada", contact=complete(protocol.Contact, contact("ada", **changes)))


def asked(desk: Guarded, method: str) -> list[dict[str, Any]]:
    return [one["params"] for one in desk.asked if one.get("method") == method]


def fine(page: Page) -> None:
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


# ---- handing on ------------------------------------------------------------------------------------------------------


def test_a_contact_is_handed_on_by_keyboard_alone(desk: Guarded) -> None:
    lay(desk)
    page, keys = desk.page, desk.page.keyboard
    page.locator("#log").focus()
    keys.press("Alt+t")
    dialog = page.get_by_role("dialog", name="Transfer Amelia Hart")
    expect(dialog.get_by_role("option")).to_have_count(5)
    expect(dialog.get_by_role("group", name="Colleagues").get_by_role("option")).to_have_count(3)
    expect(dialog.get_by_role("option", name="Noor Haddad")).to_have_attribute("aria-disabled", "true")
    expect(dialog.get_by_role("option", name="Second level")).to_contain_text("closed")
    keys.press("Enter")  # Ida stands first
    expect(dialog.get_by_label("Comment for whoever gets it")).to_be_focused()
    keys.press("Shift+Tab")
    keys.type("jk")
    expect(dialog.get_by_role("option")).to_have_text(["Jonas KesslerAvailable, 0 of 3 chats"])
    keys.press("Enter")
    keys.type("Knows lamps.")
    keys.press("Tab")
    keys.press("Tab")
    expect(dialog.get_by_role("button", name="Transfer to Jonas Kessler")).to_be_focused()
    keys.press("Enter")
    expect(dialog).to_be_hidden()
    to = {"type": "agent", "id": "a2"}
    assert asked(desk, "transferContact") == [{"contactId": "ada", "endpoint": to, "comment": "Knows lamps."}]


def test_a_refused_transfer_says_why_in_the_dialog_and_keeps_what_was_typed(desk: Guarded) -> None:
    def refuse(_asked: dict[str, Any]) -> dict[str, Any]:
        raise Refused("agentFull", "Ida Sund has no room: 3 of 3 chats.")

    lay(desk)
    desk.answers["transferContact"] = refuse
    page = desk.page
    page.locator("#transfer").click()
    dialog = page.locator("#transfer-dialog")
    dialog.get_by_role("button", name="Transfer").click()
    expect(dialog.get_by_role("alert")).to_have_text("Choose a colleague or a queue first.")
    dialog.get_by_role("option", name="Noor Haddad").dispatch_event("click")  # refused: not taken
    expect(dialog.locator(".is-chosen")).to_have_count(0)
    dialog.get_by_role("option", name="Ida Sund").click()
    dialog.get_by_label("Comment for whoever gets it").fill("Knows lamps.")
    dialog.get_by_role("button", name="Transfer to Ida Sund").click()
    expect(dialog.get_by_role("alert")).to_have_text("Ida Sund has no room: 3 of 3 chats.")
    expect(dialog.get_by_label("Comment for whoever gets it")).to_have_value("Knows lamps.")
    told(desk, state="ENDED", endReason="customer")
    ended = desk.complete_card(agent_contact("ada", state="ended", endedAt=soon(0), acwUntil=None))
    desk.tell("agentContact", "agent:mira", agentContact=ended)
    expect(dialog).to_be_hidden()
    expect(page.locator("#notice")).to_contain_text("is not with you any more")


def test_the_sender_sees_who_is_asked_takes_it_back_and_hears_of_a_decline(desk: Guarded) -> None:
    lay(desk, transfer=transfer("offered"))
    page, line = desk.page, desk.page.locator("#handing")
    expect(line).to_contain_text("Jonas Kessler is asked to take over. Until then you serve.")
    expect(line).to_contain_text("Knows lamps.")
    expect(page.locator("#cards [data-contact=ada]")).to_contain_text("asking Jonas Kessler")
    expect(page.locator("#transfer")).to_have_attribute("aria-disabled", "true")
    fine(page)
    line.get_by_role("button", name="Take back").click()
    told(desk, transfer=transfer("declined", why=Reason("declined").data))
    expect(line).to_contain_text("Jonas Kessler declined: you go on serving.")
    assert asked(desk, "cancelTransfer") == [{"contactId": "ada"}]
    line.get_by_role("button", name="Transfer again").click()
    expect(page.locator("#transfer-dialog")).to_be_visible()
    page.keyboard.press("Escape")
    line.get_by_role("button", name="Put away").click()
    expect(line).to_be_hidden()
    told(desk, transfer=transfer("missed", askedAt=soon(-1)))
    expect(line).to_contain_text("Jonas Kessler did not answer")


def test_the_receiver_sees_who_hands_it_on_and_the_comment_before_and_after(desk: Guarded) -> None:
    lay(desk, owner=JONAS, transfer=transfer("offered", JONAS, ME["name"]))
    row = desk.complete_card(offer("ada", offeredAt=at(-20)))
    desk.tell("agentContact", "agent:mira", agentContact=row)
    card, line = desk.page.locator("#offers .offer"), desk.page.locator("#handing")
    expect(card).to_contain_text("From Jonas Kessler")
    expect(card.locator(".offer__comment")).to_have_text("Knows lamps.")
    expect(line).to_contain_text("Jonas Kessler hands this on to you.")
    fine(desk.page)
    told(desk, transfer=transfer("accepted", JONAS, ME["name"]))
    desk.tell("agentContact", "agent:mira", agentContact=desk.complete_card(agent_contact("ada")))
    expect(line).to_contain_text("Jonas Kessler handed this on to you.")
    expect(line.locator("q")).to_have_text("Knows lamps.")
    expect(line.get_by_role("button", name="Take back")).to_have_count(0)


def test_a_contact_of_amazon_connect_is_transferred_there(desk: Guarded) -> None:
    lay(desk, relayed=True)
    expect(desk.page.locator("#head")).to_contain_text("in Amazon Connect")
    expect(desk.page.locator("#transfer")).to_have_attribute("aria-disabled", "true")
    desk.page.locator("#log").focus()
    desk.page.keyboard.press("Alt+t")
    expect(desk.page.locator("#notice")).to_contain_text("transfer it in the Contact Control Panel")
    expect(desk.page.locator("#transfer-dialog")).to_be_hidden()


# ---- after contact work ----------------------------------------------------------------------------------------------


def ended(**changes: Any) -> dict[str, Any]:
    over = {"state": "ended", "customerName": "Dora Sund", "endedAt": soon(-3), "dispositionRequired": True}
    return agent_contact("dora", **over | changes)


def test_what_came_of_it_is_asked_and_a_refusal_stands_at_the_field(desk: Guarded) -> None:
    def clear(params: dict[str, Any]) -> dict[str, Any]:
        if not params["disposition"]:
            raise Refused("dispositionRequired", REQUIRED)
        return {}

    lay(desk, ended(acwUntil=soon(90)), viewing="dora")
    desk.answers["clearContact"] = clear
    page, keys = desk.page, desk.page.keyboard
    wrap = page.get_by_role("form", name="After contact work")
    expect(wrap.locator("[data-at=left]")).to_contain_text("1:2")
    expect(page.locator("#cards [data-contact=dora] .card__side")).to_contain_text("left 1:2")
    expect(wrap.get_by_role("combobox").locator("option")).to_have_text(["Choose\u2026", "Answered", "Refund"])
    page.locator("#log").focus()
    keys.press("Alt+w")
    expect(wrap.get_by_role("alert")).to_have_text(REQUIRED)
    expect(page.locator("#disposition")).to_be_focused()
    expect(page.locator("#disposition")).to_have_attribute("aria-invalid", "true")
    keys.press("ArrowDown")
    keys.press("Tab")
    keys.type("Model 7 is known for it")
    page.reload()  # what was typed is still there
    expect(page.locator("#wrap-note")).to_have_value("Model 7 is known for it")
    expect(page.locator("#disposition")).to_have_value("Answered")
    page.locator("#wrap-note").focus()
    keys.press("Enter")
    expect(wrap.get_by_role("alert")).to_be_hidden()
    work = {"contactId": "dora", "disposition": "Answered", "note": "Model 7 is known for it"}
    page.wait_for_function(
        "() => !sessionStorage.length || ![...Object.keys(sessionStorage)].some(k => k.includes(':work:'))"
    )
    assert asked(desk, "clearContact") == [{"contactId": "dora", "disposition": None, "note": ""}, work]


def test_time_boxed_work_that_was_written_is_kept_before_the_time_is_over(desk: Guarded) -> None:
    lay(desk, ended(acwUntil=soon(8)), viewing="dora")
    desk.page.locator("#wrap-note").fill("Sent a new one")
    expect(desk.page.locator("#wrap-note")).to_have_value("Sent a new one")
    desk.page.wait_for_function(
        "() => !Object.keys(sessionStorage).some(key => key.includes(':work:'))", timeout=30_000
    )
    assert asked(desk, "clearContact") == [{"contactId": "dora", "disposition": None, "note": "Sent a new one"}]


def test_what_is_begun_after_a_contact_is_saved_also_of_a_card_that_is_left(desk: Guarded) -> None:
    lay(desk, ended(acwUntil=soon(60), note="Begun elsewhere"), viewing="dora")
    page, keys = desk.page, desk.page.keyboard
    expect(page.locator("#wrap-note")).to_have_value("Begun elsewhere")
    page.locator("#wrap-note").focus()
    keys.press("End")
    keys.type(", sent a new one")
    desk.tell("viewContact", "agent:mira", contactId="ada")  # before the pause is over
    expect(page.locator("#wrap")).to_be_hidden()
    saved = {"contactId": "dora", "disposition": "", "note": "Begun elsewhere, sent a new one"}
    page.wait_for_timeout(1_000)
    assert asked(desk, "saveWrapUp")[-1] == saved
    assert asked(desk, "clearContact") == []
    again = ended(acwUntil=soon(60), note=saved["note"])
    desk.tell("agentContact", "agent:mira", agentContact=desk.complete_card(again))
    desk.tell("viewContact", "agent:mira", contactId="dora")
    expect(page.locator("#wrap-note")).to_have_value(saved["note"])


def test_a_contact_that_was_handed_on_stays_readable_and_says_where_its_conversation_is(desk: Guarded) -> None:
    gone = ended(why=Reason("handed_on_to_agent", name="Jonas Kessler").data)
    lay(desk, gone, viewing="dora")
    desk.chat("dora", [item(1, "dora", "My lamp flickers")], customerName="Dora Sund")
    expect(desk.page.locator("#rows")).to_contain_text("My lamp flickers")
    desk.close_stream("conversation:dora")
    expect(desk.page.locator("#rows")).to_contain_text("My lamp flickers")
    expect(desk.page.locator("#details h3").first).to_have_text("Dora Sund")
    expect(desk.page.locator("#head")).to_contain_text("Handed on to Jonas Kessler")
    expect(desk.page.locator("#handing")).to_contain_text("The conversation is with whoever serves it now")
    expect(desk.page.locator("#cards [data-contact=dora]")).to_contain_text("Handed on to Jonas Kessler")


# ---- palette ---------------------------------------------------------------------------------------------------------


def test_everything_is_found_and_done_from_the_palette_by_keyboard(desk: Guarded) -> None:
    lay(desk, agent_contact("ben", customerName="Ben Okri"))
    page, keys = desk.page, desk.page.keyboard
    palette = page.get_by_role("dialog", name="Commands")
    opener = page.get_by_role("banner").get_by_role("button", name="Find or do", exact=True)
    for width, words in ((1440, True), (1024, False)):
        page.set_viewport_size({"width": width, "height": 900})
        expect(opener.locator("kbd")).to_be_visible(visible=words)
        opener.click()
        expect(page.locator("#palette-search")).to_be_focused()
        keys.press("Escape")
        expect(opener).to_be_focused()
    page.locator("#words").focus()  # also where letters are words
    keys.press("Control+k")
    expect(page.locator("#palette-search")).to_be_focused()
    expect(palette.get_by_role("group", name="Contacts").get_by_role("option")).to_have_count(2)
    shown = palette.get_by_role("group", name="Actions").locator("kbd").all_inner_texts()
    everywhere = [*(f"Alt {key}" for key in "ADRNUHTEWS"), "Alt ↓", "Alt ↑", "Alt L", "Alt K"]
    assert shown == [*everywhere, "G H", "G N", "G S"]
    keys.type("okr")
    keys.press("Enter")
    expect(palette).to_be_hidden()
    expect(page.locator("#head h2")).to_have_text("Ben Okri")
    keys.press("Control+k")
    keys.type("zzzz")
    expect(palette).to_contain_text("Nothing fits.")
    keys.press("Escape")
    keys.press("Control+k")
    keys.type("transf")
    keys.press("Enter")
    expect(page.get_by_role("dialog", name="Transfer Ben Okri")).to_be_visible()
    keys.press("Escape")
    keys.press("Control+k")
    keys.type("break")
    keys.press("Enter")
    expect(palette).to_be_hidden()
    assert asked(desk, "setAgentState") == [{"state": "Break", "enqueueNextState": True}]


# ---- settings and keys -----------------------------------------------------------------------------------------------


SOUNDS = """
window.tones = []
const start = OscillatorNode.prototype.start
OscillatorNode.prototype.start = function (...when) { window.tones.push(this.frequency.value); return start.apply(this, when) }
"""


def settings(page: Page) -> Locator:
    return page.get_by_role("dialog", name="Settings")


def test_settings_count_at_once_in_every_tab_and_outlast_it(desk: Guarded) -> None:
    desk.page.add_init_script(SOUNDS)
    lay(desk)
    page, keys = desk.page, desk.page.keyboard
    with page.context.expect_page() as opened:
        page.evaluate("() => { window.open('/desk/') }")
    other = opened.value
    expect(other.locator("#settings-open")).to_be_visible()
    keys.press("Alt+l")
    keys.press("g")
    keys.press("s")
    dialog = settings(page)
    expect(dialog).to_be_visible()
    dialog.get_by_role("radio", name="System").first.focus()
    for theme in ("light", "dark"):
        keys.press("ArrowRight")
        expect(page.locator("html")).to_have_attribute("data-theme", theme)
    expect(other.locator("html")).to_have_attribute("data-theme", "dark")
    dialog.get_by_role("group", name="Sound").get_by_role("radio", name="Off").press("Space")
    expect(other.locator("#me-menu input[name=sound][value=off]")).to_be_checked()
    dialog.get_by_label("Volume").press("Home")
    dialog.get_by_role("button", name="Play").press("Enter")
    assert page.evaluate("window.tones") == [660, 880]
    assert page.evaluate("localStorage.getItem('ccp.volume')") == "5"
    keys.press("Escape")
    expect(dialog).to_be_hidden()
    other.reload()
    expect(other.locator("html")).to_have_attribute("data-theme", "dark")
    expect(other.locator("#volume")).to_have_value("5")
    other.close()


def test_the_browser_is_asked_for_notifications_by_a_click_and_its_refusal_is_said(desk: Guarded) -> None:
    desk.page.add_init_script("""
        window.asked = 0
        window.Notification = class {
          static permission = "default"
          static requestPermission() { window.asked += 1; this.permission = "denied"; return Promise.resolve("denied") }
        }""")
    lay(desk)
    desk.page.locator("#settings-open").click()
    place = settings(desk.page).get_by_role("group", name="Desktop notifications")
    assert desk.page.evaluate("window.asked") == 0
    place.get_by_role("button", name="Turn on").click()
    expect(place).to_contain_text("Blocked by the browser: allow them in its settings")
    expect(place.get_by_role("button")).to_have_count(0)
    fine(desk.page)


def test_a_key_is_given_to_another_action_unless_it_is_taken(desk: Guarded) -> None:
    lay(desk, agent_contact("ben", customerName="Ben Okri"))
    page, keys = desk.page, desk.page.keyboard
    page.locator("#settings-open").focus()
    keys.press("Enter")
    transfer_key = settings(page).get_by_role("button", name="Transfer the contact")
    expect(transfer_key).to_have_text("Alt T")
    transfer_key.focus()
    keys.press("Enter")
    told_there = page.locator("#keymap-told")
    for key, why in (
        ("Alt+e", "Alt E is taken: End the chat."),
        ("x", "It works where you write: hold Alt or Ctrl with it."),
        ("Control+Alt+x", "a letter or a sign"),  # AltGr writes signs
        ("Control+l", "belongs to the browser"),
        ("Alt+F5", "a letter or a sign"),
    ):
        keys.press(key)
        expect(told_there).to_contain_text(why)
    keys.press("Alt+x")
    expect(transfer_key).to_have_text("Alt X")
    transfer_key.press("Enter")
    keys.press("Escape")  # the key stays, and the dialog
    expect(transfer_key).to_have_text("Alt X")
    next_key = settings(page).get_by_role("button", name="In the list: Next contact")
    next_key.press("Enter")
    for key, why in (("3", "3 is a contact's place."), ("d", "D is taken: In the list: Decline the offer.")):
        keys.press(key)
        expect(told_there).to_contain_text(why)
    keys.press("x")
    expect(next_key).to_have_text("X")
    keys.press("Escape")
    expect(settings(page)).to_be_hidden()
    page.locator("#words").focus()
    keys.press("Alt+t")
    expect(page.locator("dialog[open]")).to_have_count(0)
    expect(page.get_by_role("button", name="Transfer", exact=True)).to_have_attribute("title", "Transfer (Alt X)")
    keys.press("Alt+x")
    expect(page.locator("#transfer-dialog")).to_be_visible()
    keys.press("Escape")
    keys.press("Alt+l")
    keys.press("?")
    overlay = page.get_by_role("dialog", name="Keys")
    expect(overlay.locator(".keys > div").filter(has_text="Transfer").locator("kbd")).to_have_text(["Alt X"])
    overlay.get_by_role("button", name="Change the keys").press("Enter")
    expect(settings(page)).to_be_visible()
    settings(page).get_by_role("button", name="Reset the keys").press("Enter")
    expect(transfer_key).to_have_text("Alt T")
    settings(page).get_by_label("Single letters work while the contact list has the focus").press("Space")
    keys.press("Escape")
    for key in ("x", "?", "g", "s"):
        page.locator("#cards [role=option][tabindex='0']").focus()
        keys.press(key)
    expect(page.locator("dialog[open]")).to_have_count(0)
    expect(page.locator("#words")).to_have_value("x?gs")
    keys.press("Alt+ArrowUp")  # Ben waits: he stands first
    expect(page.locator("#head h2")).to_have_text("Ben Okri")


def test_g_leads_to_the_contacts_and_to_the_history_and_swallows_what_is_no_way(desk: Guarded) -> None:
    lay(desk, agent_contact("ben", customerName="Ben Okri"))
    page, keys = desk.page, desk.page.keyboard
    keys.press("Alt+l")
    expect(page.locator("#cards [role=option][tabindex='0']")).to_be_focused()
    keys.press("g")
    keys.press("a")  # accepts nothing, and is no word
    expect(page.locator("#words")).to_have_value("")
    keys.press("g")
    keys.press("d")
    expect(page.locator("#cards [role=option][tabindex='0']")).to_be_focused()
    keys.press("g")
    keys.press("h")
    page.wait_for_url("**/history/")
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Settings").click()
    expect(settings(page)).to_be_visible()
    assert page.url.endswith("/desk/")


# ---- notifications ---------------------------------------------------------------------------------------------------


def make_news(desk: Guarded) -> None:
    """A colleague declines, Cleo's offer is missed, Dora leaves, a message to Ben fails."""
    told(desk, transfer=transfer("declined", why=Reason("declined").data, settledAt=soon(-40)))
    why = Reason("desk_lost_connection").data
    missed = agent_contact("cleo", customerName="Cleo Brandt", state="missed", why=why, endedAt=soon(-30))
    desk.tell("agentContact", "agent:mira", agentContact=desk.complete_card(missed))
    over = soon(-20)
    left = contact("ben", customerName="Ben Okri", state="ENDED", endReason="customer", endedAt=over)
    desk.tell("contact", "conversation:ben", contact=complete(protocol.Contact, left))
    row = agent_contact("ben", customerName="Ben Okri", state="ended", endedAt=over)
    desk.tell("agentContact", "agent:mira", agentContact=desk.complete_card(row))
    failed = {"contactId": "ada", "clientToken": "t1", "kind": "MESSAGE", "contentType": "text/plain", "content": "Hi"}
    about = {
        "author": ME,
        "state": "failed",
        "why": Reason("not_sent", why=Reason("customer_had_left")).data,
        "position": 1,
        "createdAt": soon(-10),
    }
    outgoing = complete(protocol.Outgoing, failed | about)
    desk.tell("outgoing", "conversation:ada", outgoing=outgoing)


def test_the_bell_counts_and_lists_what_was_missed_and_leads_there(desk: Guarded) -> None:
    lay(desk, agent_contact("ben", customerName="Ben Okri"))
    page, keys = desk.page, desk.page.keyboard
    bell, panel = page.locator("#news-open"), page.get_by_role("dialog", name="Notifications")
    bell.press("Enter")
    expect(panel).to_contain_text("Nothing has happened")
    keys.press("Escape")
    expect(bell).to_be_focused()
    make_news(desk)
    expect(bell).to_have_accessible_name("Notifications, 4 unread")
    page.reload()  # kept with the tab, though the socket tells it no more
    expect(bell).to_have_accessible_name("Notifications, 4 unread")
    keys.press("Alt+l")
    keys.press("g")
    keys.press("n")
    said = panel.locator(".news__why")
    expect(said).to_have_text(
        [
            "Not sent: the customer had left.",
            "The customer left the chat",
            "Missed: the desk had lost its connection",
            "Jonas Kessler declined: you go on serving.",
        ]
    )
    expect(panel.locator(".tag")).to_have_count(4)
    expect(bell).to_have_accessible_name("Notifications")
    keys.press("Escape")
    bell.press("Enter")
    expect(panel.locator(".tag")).to_have_count(0)
    panel.get_by_role("button").filter(has_text="Ben Okri").press("Enter")
    expect(panel).to_be_hidden()
    expect(page.locator("#head h2")).to_have_text("Ben Okri")
    # ---- what has left the desk is in the agent's history, what was never served is nowhere
    for contact_id, name in {"ben": "Ben Okri", "cleo": "Cleo Brandt"}.items():
        gone = agent_contact(contact_id, customerName=name, state="cleared")
        desk.tell("agentContact", "agent:mira", agentContact=desk.complete_card(gone))
    bell.press("Enter")
    expect(panel.locator("button, a")).to_have_text(
        [re.compile("Not sent"), re.compile("^Ben"), re.compile("declined")]
    )
    link = panel.get_by_role("link", name="Ben Okri")
    expect(link).to_have_attribute("href", "/history/ben/")
    fine(page)
    link.press("Enter")  # somebody else has it now: the desk stays
    expect(page.locator("#notice")).to_contain_text("This contact is with somebody else now")
    page.route("**/history/ben/", lambda route: route.fulfill(body="Ben's page"))
    bell.click()
    link.click()
    page.wait_for_url("**/history/ben/")


def test_on_a_german_desk_every_reason_is_told_in_german(desk: Guarded) -> None:
    """What the server tells to readers of all languages, and a reason inside a reason."""
    page = desk.page
    missed = agent_contact("cleo", customerName="Cleo Brandt", state="missed", endedAt=soon(-30))
    because = Reason("no_answer", seconds="20", cause=Reason("desk_lost_connection"))
    gone = ended(why=Reason("handed_on_to_queue", name="VIP").data)
    lay(desk, missed | {"why": because.data}, gone)
    page.context.add_cookies([{"name": "django_language", "value": "de", "url": desk.portal.url}])
    page.reload()
    expect(page.locator("#missed [data-contact=cleo]")).to_contain_text(
        "Keine Antwort innerhalb von 20 s: der Arbeitsplatz hatte seine Verbindung verloren"
    )
    expect(page.locator("#cards [data-contact=dora]")).to_contain_text("An die Warteschlange VIP übergeben")
    told(desk, transfer=transfer("withdrawn", why=Reason("sender_took_it_back").data))
    expect(page.locator("#handing")).to_contain_text("der Absender nahm ihn zurück.")
    failed = {"contactId": "ada", "clientToken": "t1", "kind": "MESSAGE", "contentType": "text/plain", "content": "Hi"}
    perhaps = Reason(
        "perhaps_not_sent",
        why=participation.NOT_SENT[contact_state.EndReason.CUSTOMER],
    )
    about = {"author": ME, "state": "failed", "why": perhaps.data, "position": 1, "createdAt": soon(-10)}
    desk.tell("outgoing", "conversation:ada", outgoing=complete(protocol.Outgoing, failed | about))
    said = "Vielleicht nicht gesendet, Amazon Connect hat nicht geantwortet: der Kunde war gegangen."
    expect(page.locator("#rows .group__meta.is-failed")).to_have_text(said)
