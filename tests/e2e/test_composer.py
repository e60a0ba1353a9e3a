"""Where the agent writes: quick responses, internal notes, drafts that follow the agent, emoji, what is too long."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, expect

from agents import protocol
from tests.e2e.browsing import window
from tests.e2e.fed_desk import ME, Guarded, Refused, agent_contact, at, complete, contact, item
from tests.portal import RunningPortal

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]
ADA, BEN = "ada", "ben"
RESPONSES = [
    ("track", "Tracking link", "Your link is {link}, Amelia."),
    ("transit", "Damaged in transit", "I am sorry.\nCould you send a picture?"),
    ("missing", "No tracking after 48 hours", "I have asked the carrier."),
    ("hello", "Greeting", "Good morning! Let me trace it."),
]


@pytest.fixture
def desk(chromium_once: Browser, lone_portal: RunningPortal) -> Iterator[Guarded]:
    with window(chromium_once, viewport={"width": 1440, "height": 900}) as page:
        guarded = Guarded(page, lone_portal)
        guarded.answers["getQuickResponses"] = lambda _asked: {
            "quickResponses": [dict(zip(("shortcut", "name", "content"), one, strict=True)) for one in RESPONSES]
        }
        yield guarded
        assert guarded.harm() == []


def lay(desk: Guarded, said: int = 3, **ada: Any) -> None:
    """Ada is in view, Ben stands beside her."""
    desk.lay([agent_contact(ADA, **ada), agent_contact(BEN, customerName="Ben Okri")], viewing=ADA)
    desk.chat(ADA, [item(number, ADA) for number in range(1, said + 1)])
    desk.chat(BEN, [item(1, BEN, "Hello from Ben")], customerName="Ben Okri")
    desk.open()


def words(desk: Guarded) -> Locator:
    return desk.page.locator("#words")


def asked(desk: Guarded, method: str) -> list[dict[str, Any]]:
    return [one["params"] for one in desk.asked if one.get("method") == method]


# ---- quick responses -----------------------------------------------------------------------------------------------------


def test_a_slash_opens_quick_responses_and_keys_choose_insert_and_close(desk: Guarded) -> None:
    lay(desk)
    options = desk.page.get_by_role("listbox", name="Quick responses").get_by_role("option")
    words(desk).click()
    desk.page.keyboard.type("Hello /tra")
    # by its shortcut, then by its name, then by its content
    expect(options.locator("code")).to_have_text(["/track", "/transit", "/missing", "/hello"])
    desk.page.keyboard.press("ArrowUp")
    expect(options.nth(3)).to_have_attribute("aria-selected", "true")
    expect(words(desk)).to_have_attribute("aria-activedescendant", "quick-3")
    desk.page.keyboard.press("ArrowDown")
    desk.page.keyboard.press("ArrowDown")
    desk.page.keyboard.press("Enter")
    expect(words(desk)).to_have_value("Hello I am sorry.\nCould you send a picture?")
    expect(options).to_have_count(0)
    desk.page.keyboard.press("Control+z")
    expect(words(desk)).to_have_value("Hello /tra")
    desk.page.keyboard.press("End")
    desk.page.keyboard.type("c")
    desk.page.keyboard.press("Tab")  # what is left to be filled in is chosen: the next letters take its place
    desk.page.keyboard.type("fen.example/1")
    expect(words(desk)).to_have_value("Hello Your link is fen.example/1, Amelia.")
    desk.page.keyboard.press("End")
    desk.page.keyboard.type(" /")
    expect(options).to_have_count(len(RESPONSES))
    desk.page.keyboard.press("Escape")
    expect(options).to_have_count(0)
    desk.page.keyboard.press("Enter")
    assert [one["message"] for one in asked(desk, "sendMessage")] == ["Hello Your link is fen.example/1, Amelia. /"]
    assert asked(desk, "getQuickResponses") == [{"contactId": ADA}]


def test_what_a_quick_response_leaves_open_is_chosen_and_not_sent_by_enter(desk: Guarded) -> None:
    lay(desk)
    page, keys, gap = desk.page, desk.page.keyboard, desk.page.locator("#gap")
    words(desk).click()
    keys.type("/track")
    keys.press("Enter")
    for sends in ("Enter", "Enter", "the button"):
        keys.press(sends) if sends == "Enter" else page.locator("#send").click()
        expect(gap).to_contain_text("Fill in {link} first")
        expect(words(desk)).to_be_focused()
        assert page.evaluate("getSelection().toString()") == "{link}"
    assert asked(desk, "sendMessage") == []
    keys.type("fen.example/1")
    expect(gap).to_be_hidden()
    keys.press("Enter")
    expect(words(desk)).to_have_value("")
    sent = [one["message"] for one in asked(desk, "sendMessage")]
    assert sent == ["Your link is fen.example/1, Amelia."]


def test_a_gap_is_not_forgotten_with_the_page_and_is_sent_by_who_means_it(desk: Guarded) -> None:
    lay(desk)
    page, keys = desk.page, desk.page.keyboard
    words(desk).click()
    keys.type("Use {order number} and {name}")
    page.reload()
    expect(words(desk)).to_have_value("Use {order number} and {name}")
    words(desk).press("Enter")
    expect(page.locator("#gap")).to_contain_text("{order number}")
    keys.type("4711")
    keys.press("Enter")  # there is another one
    expect(page.locator("#gap")).to_contain_text("{name}")
    assert asked(desk, "sendMessage") == []
    page.get_by_role("button", name="Send it as it is").press("Enter")
    expect(words(desk)).to_be_focused()
    assert [one["message"] for one in asked(desk, "sendMessage")] == ["Use 4711 and {name}"]


# ---- internal notes ------------------------------------------------------------------------------------------------------


def note(note_id: str, text: str, second: float, **changes: Any) -> dict[str, Any]:
    known = {"noteId": note_id, "contactId": ADA, "clientToken": note_id, "author": ME, "text": text}
    return known | {"createdAt": at(second), "editedAt": None, "deleted": False} | changes


def _not_now(_asked: dict[str, Any]) -> dict[str, Any]:
    raise Refused("unavailable", "The database is away: try again.")


def test_a_note_is_written_read_changed_and_deleted_and_the_customer_gets_none_of_it(desk: Guarded) -> None:
    lay(desk)
    stream = f"conversation:{ADA}"
    ida = {"id": 7, "name": "Ida Reuter"}
    desk.tell("note", stream, note=note("ida", "<b>asleep</b> until 15:00", 2.5, author=ida))
    desk.tell("note", stream, note=note("mine", "batch 0926", 9))
    thread, beside = desk.page.locator("#rows > *"), desk.page.locator("#notes li")
    expect(thread.locator(":scope.note > p[dir]")).to_have_text(["<b>asleep</b> until 15:00", "batch 0926"])
    classes = thread.evaluate_all("all => all.map(one => one.className)")
    assert classes == ["day", "group", "note", "group", "note"]
    expect(beside.locator("p:first-child")).to_have_text(["batch 0926", "<b>asleep</b> until 15:00"])
    expect(desk.page.locator("#rows button")).to_have_text(["Edit", "Delete"])  # in one's own only

    composer = desk.page.locator("#composer")
    desk.page.locator("#log").focus()
    desk.page.keyboard.press("Alt+n")
    expect(words(desk)).to_be_focused()
    expect(composer.get_by_role("button", name="Internal note")).to_have_attribute("aria-pressed", "true")
    expect(composer).to_contain_text("Amelia never sees this")
    desk.page.keyboard.type("called /twice")
    expect(desk.page.locator("#quick")).to_be_hidden()
    desk.answers["addNote"] = _not_now
    desk.page.keyboard.press("Enter")
    expect(desk.page.locator("#notice")).to_contain_text("The note was not kept")
    expect(words(desk)).to_have_value("called /twice")
    desk.answers["addNote"] = lambda _asked: {"noteId": "new"}
    desk.page.keyboard.press("Enter")
    expect(words(desk)).to_have_value("")
    first, second = asked(desk, "addNote")
    assert first == second
    assert first["text"] == "called /twice"
    assert asked(desk, "sendMessage") == asked(desk, "sendEvent") == []

    desk.page.get_by_role("button", name="Edit").click()
    field = desk.page.get_by_role("dialog").get_by_role("textbox")
    expect(field).to_have_value("batch 0926")
    field.fill("batch 0927")
    field.press("Enter")
    expect(field).to_be_hidden()
    assert asked(desk, "editNote") == [{"contactId": ADA, "noteId": "mine", "text": "batch 0927"}]
    desk.page.get_by_role("button", name="Delete").click()
    desk.page.get_by_role("dialog").get_by_role("button", name="Delete").press("Enter")
    expect(desk.page.get_by_role("dialog")).to_have_count(0)
    assert asked(desk, "deleteNote") == [{"contactId": ADA, "noteId": "mine"}]
    desk.tell("note", stream, note=note("mine", "", 9, deleted=True))
    expect(beside).to_have_count(1)

    desk.page.locator("#log").focus()
    desk.page.keyboard.press("Alt+r")
    expect(composer.get_by_role("button", name="Reply")).to_have_attribute("aria-pressed", "true")


def test_after_a_note_the_next_words_are_the_customers(desk: Guarded) -> None:
    """Also while the note is still on its way, and in a contact one left without a word of it."""
    lay(desk)
    page, keys = desk.page, desk.page.keyboard
    noting = page.locator("#composer.is-noting")
    keys.press("Alt+n")
    keys.type("called twice")
    keys.press("Enter")
    keys.type("Hello")
    keys.press("Enter")
    expect(words(desk)).to_have_value("")
    assert [one["text"] for one in asked(desk, "addNote")] == ["called twice"]
    assert [one["message"] for one in asked(desk, "sendMessage")] == ["Hello"]
    keys.press("Alt+n")
    expect(noting).to_have_count(1)
    expect(words(desk)).to_have_value("")
    for there, back in ((BEN, ADA), (BEN, ADA)):
        desk.view(there)
        expect(page.locator("#head h2")).to_have_text("Ben Okri")
        desk.view(back)
        expect(page.locator("#head h2")).to_have_text("Amelia Hart")
        expect(noting).to_have_count(0)
    keys.press("Alt+n")
    keys.type("a note that was begun")
    desk.view(BEN)
    expect(noting).to_have_count(0)
    desk.view(ADA)  # goes on where it was left: it shall not go to the customer either
    expect(noting).to_have_count(1)
    expect(words(desk)).to_have_value("a note that was begun")


def test_a_note_that_was_refused_is_there_again_and_never_in_the_reply(desk: Guarded) -> None:
    lay(desk)
    page, keys = desk.page, desk.page.keyboard
    desk.answers["addNote"] = _not_now
    keys.press("Alt+n")
    keys.type("lost?")
    keys.press("Enter")
    expect(page.locator("#notice")).to_contain_text("The note was not kept")
    expect(page.locator("#composer.is-noting")).to_have_count(1)
    expect(words(desk)).to_have_value("lost?")
    keys.press("Alt+r")
    expect(words(desk)).to_have_value("")


# ---- drafts and places -----------------------------------------------------------------------------------------------------


def begun(text: str = "", note: str = "", place: dict[str, Any] | None = None) -> dict[str, Any]:
    return {"text": text, "note": note, "place": place}


def told(desk: Guarded, contact_id: str, draft: dict[str, Any], **changes: Any) -> None:
    """The server's word on a contact, as it comes when another machine has written."""
    card = desk.complete_card(agent_contact(contact_id, draft=draft, **changes))
    desk.tell("agentContact", "agent:mira", agentContact=card)


def saved(desk: Guarded) -> list[tuple[str, str, str]]:
    return [(one["contactId"], one["text"], one["note"]) for one in asked(desk, "saveDraft")]


def until_saved(desk: Guarded, *draft: str) -> None:
    while saved(desk)[-1:] != [draft]:
        desk.page.wait_for_timeout(50)


def test_a_draft_is_kept_on_the_server_and_what_another_machine_writes_waits_for_who_types(desk: Guarded) -> None:
    page = desk.page
    page.clock.install()
    lay(desk)
    ben = desk.page.locator(f"#cards [data-contact={BEN}]")
    words(desk).click()
    page.keyboard.type("I have look")
    page.clock.run_for(700)
    until_saved(desk, ADA, "I have look", "")
    told(desk, ADA, begun("I have look"))
    told(desk, ADA, begun("another machine"))
    told(desk, BEN, begun("half a sentence"), customerName="Ben Okri")
    expect(ben).to_contain_text("half a sentence")
    expect(words(desk)).to_have_value("I have look")
    other = page.locator("#other")
    expect(other).to_contain_text("Changed on another machine. The other words: “another machine”")
    page.keyboard.type("ed")
    page.clock.run_for(700)
    until_saved(desk, ADA, "I have looked", "")
    expect(other).to_contain_text("“another machine”")  # written over, and not lost
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")  # Keep mine
    expect(other).to_be_hidden()
    expect(words(desk)).to_be_focused()
    told(desk, ADA, begun("I have looked"))
    told(desk, ADA, begun(""))  # sent from another machine, while nobody types here
    page.clock.run_for(11_000)
    expect(words(desk)).to_have_value("")
    ben.click()
    expect(words(desk)).to_have_value("half a sentence")
    words(desk).click()
    page.keyboard.press("Enter")
    until_saved(desk, BEN, "", "")
    assert [one["message"] for one in asked(desk, "sendMessage")] == ["half a sentence"]


def test_draft_and_place_are_there_after_a_refresh_and_on_a_second_machine(desk: Guarded) -> None:
    place = {"key": f"{ADA}-000100", "top": 40}
    lay(desk, said=199, draft=begun("", "half a note", place))
    bubble = desk.bubbles.filter(has_text=re.compile("^Message 100 of ada$"))
    expect(bubble).to_be_in_viewport()
    log = desk.page.locator("#log")
    top = "(one, log) => Math.round(one.getBoundingClientRect().top - log.getBoundingClientRect().top)"
    assert bubble.evaluate(top, log.element_handle()) == 40
    expect(words(desk)).to_have_value("half a note")
    expect(desk.page.locator("#composer")).to_contain_text("Amelia never sees this")
    desk.page.reload()
    expect(bubble).to_be_in_viewport()
    expect(words(desk)).to_have_value("half a note")
    assert asked(desk, "savePlace") == []
    log.evaluate("log => { log.scrollTop -= 300 }")
    while not asked(desk, "savePlace"):
        desk.page.wait_for_timeout(50)
    (moved,) = asked(desk, "savePlace")
    assert moved["contactId"] == ADA
    assert 80 < int(moved["place"]["key"].rpartition("-")[2]) < 100


def test_a_place_before_what_is_held_is_fetched(desk: Guarded) -> None:
    said = [item(number, ADA) for number in range(1, 301)]
    pages = iter([said[101:201], said[1:101]])
    desk.answers["getTranscript"] = lambda _asked: {
        "InitialContactId": ADA,
        "Transcript": next(pages),
        "NextToken": "more",
    }
    desk.lay([agent_contact(ADA, draft=begun(place={"key": said[49]["Id"], "top": 16}))], viewing=ADA)
    desk.chat(ADA, said[200:], earlier=True)
    desk.open()
    expect(desk.bubbles.filter(has_text=re.compile("^Message 50 of ada$"))).to_be_in_viewport()
    assert asked(desk, "savePlace") == []


# ---- emoji, length, keys -----------------------------------------------------------------------------------------------------


def test_emoji_are_found_by_name_and_put_where_the_caret_was(desk: Guarded) -> None:
    lay(desk)
    page = desk.page
    words(desk).click()
    page.keyboard.type("Your  is on its way")
    words(desk).evaluate("words => words.setSelectionRange(5, 5)")
    page.get_by_role("button", name="Emoji").press("Enter")
    search = page.get_by_label("Find an emoji by name")
    expect(search).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("button", name="slight smile")).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(search).to_be_focused()
    page.keyboard.type("parc")
    expect(page.locator("#emoji-groups button")).to_have_text(["📦"])
    page.keyboard.press("Enter")
    expect(words(desk)).to_be_focused()
    expect(words(desk)).to_have_value("Your 📦 is on its way")
    expect(page.locator("#emoji")).to_be_hidden()


def test_a_megabyte_is_kept_and_what_is_wrong_with_it_is_said(desk: Guarded) -> None:
    page = desk.page
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    lay(desk)
    page.evaluate("navigator.clipboard.writeText('lorem ipsum '.repeat(87_382))")
    words(desk).click()
    page.keyboard.type("See: ")
    page.keyboard.press("Control+v")
    told = "Too long by 1,032,204 bytes: a message may have 16,384. Nothing is lost: shorten it, or send it in parts."
    told += " So much is kept only in this tab."
    expect(page.locator("#count")).to_have_text(told)
    expect(page.locator("#send")).to_be_disabled()
    page.keyboard.press("Enter")
    expect(page.locator("#notice")).to_contain_text(told)
    assert asked(desk, "sendMessage") == asked(desk, "saveDraft")[1:] == []
    desk.view(BEN)
    expect(words(desk)).to_have_value("")
    desk.view(ADA)
    assert words(desk).evaluate("words => [words.value.length, words.value.slice(0, 10)]") == [1_048_589, "See: lorem"]
    words(desk).evaluate("words => { words.setSelectionRange(16_000, words.value.length) }")
    page.keyboard.press("Delete")
    expect(page.locator("#count")).to_have_text("384 bytes left")
    page.keyboard.press("Enter")
    expect(words(desk)).to_have_value("")
    assert [len(one["message"]) for one in asked(desk, "sendMessage")] == [16_000]


def test_enter_sends_shift_enter_breaks_an_input_method_keeps_its_enter_and_typing_is_told_now_and_then(
    desk: Guarded,
) -> None:
    page = desk.page
    page.clock.install()
    lay(desk)
    words(desk).click()
    page.keyboard.type("one")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("two")
    for composing in ("{isComposing: true}", "{keyCode: 229}"):
        event = f"new KeyboardEvent('keydown', {{key: 'Enter', bubbles: true, cancelable: true, ...{composing}}})"
        assert words(desk).evaluate(f"words => words.dispatchEvent({event})")  # it is the input method's
    assert asked(desk, "sendMessage") == []
    typing = [one for one in asked(desk, "sendEvent") if one["contentType"].endswith(".typing")]
    assert typing == [{"contactId": ADA, "contentType": "application/vnd.amazonaws.connect.event.typing"}]
    page.clock.run_for(4_100)
    page.keyboard.type("!")
    page.keyboard.press("Enter")
    expect(words(desk)).to_have_value("")
    assert [one["message"] for one in asked(desk, "sendMessage")] == ["one\ntwo!"]
    assert len([one for one in asked(desk, "sendEvent") if one["contentType"].endswith(".typing")]) == 2


def test_marks_go_as_markdown_where_the_chat_takes_it_else_without_them_which_is_said_before(desk: Guarded) -> None:
    lay(desk)
    page, keys = desk.page, desk.page.keyboard
    how = page.locator("#format")
    page.locator("#words").focus()
    keys.type("Please open the ")
    expect(how).to_be_hidden()
    keys.type("**lid**")
    expect(how).to_have_text("Sent formatted")
    keys.press("Enter")
    expect(how).to_be_hidden()
    desk.tell(
        "contact", f"conversation:{ADA}", contact=complete(protocol.Contact, contact(ADA, contentTypes=["text/plain"]))
    )
    keys.type("**Lid**")
    expect(how).to_have_text("Plain text only: sent without the marks")
    keys.press("Enter")
    keys.type("- one")
    keys.press("Shift+Enter")
    keys.type("- two")
    expect(how).to_be_hidden()
    keys.press("Enter")
    sent = [(one["contentType"], one["message"]) for one in asked(desk, "sendMessage")]
    assert sent == [
        ("text/markdown", "Please open the **lid**"),
        ("text/plain", "Lid"),
        ("text/plain", "- one\n- two"),
    ]
