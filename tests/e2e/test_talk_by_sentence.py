"""Conversation, header and context as design/desk-ui.md has them, clause by clause, where no other test shows one: one page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, expect

from agents import protocol
from chats.wire import iso
from tests.e2e.browsing import window
from tests.e2e.fed_desk import ME, Guarded, Refused, agent_contact, answer, at, complete, contact, item
from tests.portal import RunningPortal

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]
ADA = "ada"
STREAM = f"conversation:{ADA}"
IDA = {"id": 7, "name": "Ida Reuter"}
JOINED = "application/vnd.amazonaws.connect.event.participant.joined"
BOX = "one => { const { left, right } = one.getBoundingClientRect(); return [Math.round(left), Math.round(right)] }"
INSIDE = """rows => { const { left, right } = rows.getBoundingClientRect(), { paddingLeft, paddingRight } = getComputedStyle(rows)
  return [Math.round(left + parseFloat(paddingLeft)), Math.round(right - parseFloat(paddingRight))] }"""


@pytest.fixture(scope="module")
def desk(chromium_once: Browser, lone_portal: RunningPortal) -> Iterator[Guarded]:
    with window(chromium_once, viewport={"width": 1440, "height": 900}, reduced_motion="reduce") as page:
        page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        guarded = Guarded(page, lone_portal)
        guarded.lay([agent_contact(ADA)], viewing=ADA)
        said = [
            item(1, ADA, "The shelf is split"),
            answer(2, ADA, "Which one?", Author=IDA),
            item(3, ADA, None, Type="EVENT", ContentType=JOINED, DisplayName="Fenmark Home", ParticipantRole="CUSTOM_BOT"),
            item(4, ADA, "The oak one"),
            answer(5, ADA, "One moment"),
        ]  # fmt: skip
        guarded.chat(ADA, said)
        yield guarded.open()
        assert guarded.harm() == []


def asked(desk: Guarded, method: str) -> list[dict[str, Any]]:
    return [one["params"] for one in desk.asked if one.get("method") == method]


def colour(of: Locator, what: str = "color") -> str:
    return str(of.evaluate("(one, what) => getComputedStyle(one)[what]", what))


def icon(of: Locator) -> str:
    return (of.locator("use").get_attribute("href") or "").partition("#")[2]


# ---- header ----------------------------------------------------------------------------------------------------------


def test_the_header_names_customer_and_queue_and_counts_the_time_in_contact(desk: Guarded) -> None:
    head = desk.page.locator("#head")
    expect(head.get_by_role("heading")).to_have_text("Amelia Hart")
    facts = head.locator("[data-at=facts]")
    expect(facts).to_contain_text("Connected")
    expect(facts).to_contain_text("Returns")
    expect(head.get_by_role("button", name="Transfer")).to_be_visible()
    accepted = iso(datetime.now(UTC) - timedelta(seconds=57))
    desk.tell("agentContact", "agent:mira", agentContact=desk.complete_card(agent_contact(ADA, acceptedAt=accepted)))
    expect(facts).to_contain_text(re.compile(r"5\d s in contact"))
    expect(facts).to_contain_text("1 min in contact")


def test_end_chat_asks_first_by_mouse_and_by_key_and_says_that_a_draft_is_not_sent(desk: Guarded) -> None:
    page = desk.page
    dialog = page.get_by_role("dialog", name="End the chat with Amelia Hart?")
    page.locator("#words").fill("I was going to")
    page.get_by_role("button", name="End chat").click()
    warning = dialog.get_by_text("Your draft is not sent.")
    expect(warning).to_be_visible()
    dialog.get_by_role("button", name="Cancel").click()
    page.locator("#words").fill("")
    page.locator("#log").focus()
    page.keyboard.press("Alt+e")
    expect(dialog.get_by_role("button", name="Cancel")).to_be_focused()
    expect(warning).to_be_hidden()
    assert asked(desk, "destroyConnection") == []
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(dialog).to_be_hidden()
    assert desk.wait_for_request("destroyConnection") == {"contactId": ADA}
    assert len(asked(desk, "destroyConnection")) == 1


# ---- where things stand ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("direction", ["ltr", "rtl"])
def test_the_customer_stands_at_the_start_the_agent_at_the_end_and_lines_in_the_middle_and_smaller(
    desk: Guarded, direction: str
) -> None:
    page = desk.page
    page.evaluate("way => { document.documentElement.dir = way }", direction)
    rows = page.locator("#rows")
    start, end = rows.evaluate(INSIDE)[:: 1 if direction == "ltr" else -1]
    theirs = rows.locator(".group:not(.group--me) .bubble").evaluate_all(f"all => all.map({BOX})")
    ours = rows.locator(".group--me .bubble").evaluate_all(f"all => all.map({BOX})")
    near, far = (0, 1) if direction == "ltr" else (1, 0)
    assert [box[near] for box in theirs] == [start] * 2
    assert [box[far] for box in ours] == [end] * 2
    assert all(box[far] != end for box in theirs)
    line = rows.locator(".system")
    expect(line).to_contain_text("Fenmark Home joined")
    left, right = line.evaluate(BOX)
    assert abs((left + right) - (start + end)) <= 2
    sizes = [float(colour(one, "fontSize")[:-2]) for one in (line, rows.locator(".bubble").first)]
    assert sizes[0] < sizes[1]
    page.evaluate("() => { document.documentElement.dir = 'ltr' }")


# ---- how far a message has come --------------------------------------------------------------------------------------


def outgoing(token: str, state: str, content: str, **changes: Any) -> dict[str, Any]:
    known = {"contactId": ADA, "clientToken": token, "kind": "MESSAGE", "contentType": "text/plain", "content": content}
    more = {"author": ME, "state": state, "position": 9, "createdAt": at(600), **changes}
    return complete(protocol.Outgoing, known | more)


def receipt(**marks: str | None) -> dict[str, Any]:
    customer = {"contactId": ADA, "participantId": f"customer-{ADA}", "role": "CUSTOMER"}
    return {**customer, "deliveredId": None, "readId": None, **marks}


def test_a_message_goes_from_a_clock_to_one_tick_two_ticks_and_two_filled_ones(desk: Guarded) -> None:
    page = desk.page
    meta = page.locator("#rows .group").last.locator(".group__meta")
    desk.answers["sendMessage"] = lambda _asked: {"clientToken": _asked["clientToken"], "state": "queued"}
    page.locator("#words").fill("It is on its way")
    page.keyboard.press("Enter")
    expect(meta).to_contain_text("Queued")
    assert icon(meta) == "i-clock"
    (sent,) = asked(desk, "sendMessage")
    token = sent["clientToken"]
    desk.tell("outgoing", STREAM, outgoing=outgoing(token, "sending", "It is on its way"))
    expect(meta).to_contain_text("Sending")
    desk.tell("outgoing", STREAM, outgoing=outgoing(token, "sent", "It is on its way", itemId=f"{ADA}-000600"))
    desk.say(answer(600, ADA, "It is on its way"))
    expect(meta).to_contain_text("Sent")
    looks = [icon(meta)]
    for word, mark in {"Delivered": "deliveredId", "Read": "readId"}.items():
        desk.tell("receipt", STREAM, receipt=receipt(**{mark: f"{ADA}-000600"}))
        expect(meta).to_contain_text(word)
        looks.append(icon(meta))
        colours = colour(meta.locator(".icon"))
    assert looks == ["i-tick", "i-ticks", "i-read"]
    assert colours != colour(meta)  # the filled ones stand out
    expect(desk.bubbles.filter(has_text="It is on its way")).to_have_count(1)


def test_a_failed_message_has_a_red_mark_a_reason_and_three_ways_out_by_mouse_and_by_key(desk: Guarded) -> None:
    page, keys = desk.page, desk.page.keyboard
    why = "Not sent: the chat service did not answer"
    desk.tell("outgoing", STREAM, outgoing=outgoing("t1", "failed", "The link follows", why=why))
    failed = page.locator("#rows .group").filter(has_text="The link follows")
    meta = failed.locator(".group__meta")
    expect(meta).to_have_text(why)
    assert icon(meta) == "i-fail"
    red, green, blue = (int(one) for one in re.findall(r"\d+", colour(meta))[:3])
    assert red > 2 * max(green, blue)
    expect(page.locator("#cards [data-contact=ada]")).to_contain_text("1 message was not sent")
    ways = failed.get_by_role("button")
    expect(ways).to_have_text(["Retry", "Copy", "Discard"])
    failed.get_by_role("button", name="Retry").click()
    failed.get_by_role("button", name="Copy").click()
    expect(failed.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == "The link follows"
    failed.get_by_role("button", name="Discard").click()
    expect(ways).to_have_text(["Retry", "Copy", "Discard"])
    page.evaluate("navigator.clipboard.writeText('')")
    page.locator("#log").focus()
    for _ in range(40):
        keys.press("Tab")
        if page.evaluate("document.activeElement.dataset.do") == "retry":
            break
    for _ in range(3):
        keys.press("Enter")
        keys.press("Tab")
    expect(failed.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == "The link follows"
    about = {"contactId": ADA, "clientToken": "t1"}
    assert asked(desk, "retryMessage") == asked(desk, "discardMessage") == [about, about]
    desk.tell("outgoing", STREAM, outgoing=outgoing("t1", "discarded", "The link follows"))
    expect(failed).to_have_count(0)


def test_what_the_server_refuses_fails_on_its_bubble_and_is_tried_again_with_its_token(desk: Guarded) -> None:
    def refuse(_asked: dict[str, Any]) -> dict[str, Any]:
        raise Refused("unavailable", "Amazon Connect does not answer.")

    page = desk.page
    before = len(asked(desk, "sendMessage"))
    desk.answers["sendMessage"] = refuse
    page.locator("#words").fill("One more thing")
    page.keyboard.press("Enter")
    failed = page.locator("#rows .group").filter(has_text="One more thing")
    expect(failed.locator(".group__meta")).to_have_text("Amazon Connect does not answer.")
    failed.get_by_role("button", name="Retry").press("Enter")
    expect(failed.locator(".group__meta")).to_have_text("Amazon Connect does not answer.")
    first, again = asked(desk, "sendMessage")[before:]
    assert first == again
    failed.get_by_role("button", name="Discard").press("Enter")
    expect(failed).to_have_count(0)


# ---- composer and context --------------------------------------------------------------------------------------------


def test_what_is_written_to_the_team_has_another_colour_and_sends_no_message(desk: Guarded) -> None:
    page = desk.page
    before = len(asked(desk, "sendMessage"))
    box, send = page.locator(".composer__box"), page.locator("#send")
    reply = [colour(box, "backgroundColor"), colour(send, "backgroundColor")]
    page.locator("#composer").get_by_role("button", name="Internal note").click()
    noting = [colour(box, "backgroundColor"), colour(send, "backgroundColor")]
    assert all(one != other for one, other in zip(reply, noting, strict=True))
    page.locator("#words").fill("asleep until 15:00")
    page.keyboard.press("Enter")
    expect(page.locator("#words")).to_have_value("")
    known = {"noteId": "n1", "contactId": ADA, "clientToken": "n1", "author": ME, "text": "asleep until 15:00"}
    desk.tell("note", STREAM, note=known | {"createdAt": at(700), "editedAt": None, "deleted": False})
    note = page.locator("#rows .note")
    expect(note).to_contain_text("asleep until 15:00")
    bubbles = {colour(one, "backgroundColor") for one in page.locator("#rows .bubble").all()}
    assert len(bubbles) == 2  # theirs and ours
    assert colour(note, "backgroundColor") not in bubbles
    assert [one["text"] for one in asked(desk, "addNote")] == ["asleep until 15:00"]
    assert len(asked(desk, "sendMessage")) == before
    page.locator("#composer").get_by_role("button", name="Reply").click()


def test_beside_it_stands_who_is_and_who_was_in_the_contact(desk: Guarded) -> None:
    people = desk.page.locator("#details [data-at=people] li")
    expect(people).to_have_text(
        [re.compile("^Amelia Hartcustomer$"), re.compile("^Yousince"), re.compile("^Ida Reuterhas written$")]
    )
    expect(people.locator(".dot--ok")).to_have_count(2)
    desk.tell("contact", STREAM, contact=complete(protocol.Contact, contact(ADA, chatEnded=True)))
    expect(people.first).to_have_text("Amelia Hartcustomer, has left")
    expect(people.locator(".dot--ok")).to_have_count(1)


def test_the_command_key_finds_in_the_transcript_too(desk: Guarded) -> None:
    desk.page.locator("#words").focus()
    desk.page.keyboard.press("Meta+f")
    expect(desk.page.locator("#find-words")).to_be_focused()
    desk.page.keyboard.type("oak")
    expect(desk.page.locator("#find-count")).to_have_text("1 of 1")
    desk.page.keyboard.press("Escape")
