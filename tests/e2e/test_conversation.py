"""The conversation as the agent reads it: forms, files, markdown, finding, long transcripts, earlier conversations."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from agents import protocol
from chats import rich_text
from tests.e2e.browsing import window
from tests.e2e.fed_desk import ME, Guarded, agent_contact, answer, at, complete, contact, item
from tests.e2e.forms import ADA, TEMPLATES, form
from tests.portal import RunningPortal

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]
BEN = "ben"


@pytest.fixture
def desk(chromium_once: Browser, lone_portal: RunningPortal) -> Iterator[Guarded]:
    with window(chromium_once, viewport={"width": 1440, "height": 900}) as page:
        page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        guarded = Guarded(page, lone_portal)
        yield guarded
        assert guarded.harm() == []


def lay(desk: Guarded, items: list[dict[str, Any]], *, others: list[dict[str, Any]] | None = None, **more: Any) -> None:
    """Ada is in view with these items, Ben stands beside her."""
    desk.lay([agent_contact(ADA), agent_contact(BEN, customerName="Ben Okri")], viewing=ADA)
    desk.chat(ADA, items, **more)
    desk.chat(BEN, others or [item(1, BEN, "Hello from Ben")], customerName="Ben Okri")
    desk.open()


# ---- what is said ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("template", TEMPLATES)
def test_a_form_is_what_the_customer_saw_with_their_choice(desk: Guarded, template: str) -> None:
    content, said, chosen = TEMPLATES[template]
    lay(desk, [form(1, template, content)])
    ask = desk.page.locator("#rows .ask")
    expect(ask.locator("h4")).to_have_text(content["title"])
    expect(ask).to_contain_text("No answer yet")
    expect(ask.locator(".is-chosen")).to_have_count(0)
    desk.say(item(2, ADA, str(said)))
    expect(ask.locator(".is-chosen b")).to_contain_text(chosen)
    expect(ask.locator("em")).to_have_text("Amelia Hart\u2019s choice, 09:00")
    expect(ask).not_to_contain_text("No answer yet")


def test_a_time_picker_shows_days_and_hours_of_the_customers_zone(desk: Guarded) -> None:
    lay(desk, [form(1, "TimePicker", TEMPLATES["TimePicker"][0])])
    expect(desk.page.locator(".ask__day h5")).to_have_text(["Monday, November 23"])
    expect(desk.page.locator(".ask__slots b")).to_have_text(["08:00 60 min", "09:00 60 min"])
    expect(desk.page.locator(".ask")).to_contain_text("UTC\u221207:00")


@pytest.mark.parametrize(
    ("status", "scanned", "sentence"),
    [
        ("APPROVED", "Scanned", "Amazon Connect lets no custom participant read files"),
        ("IN_PROGRESS", "Being scanned", "Amazon Connect is still looking at this file"),
        ("REJECTED", "Refused by the scan", "Amazon Connect has refused this file"),
    ],
)
def test_a_file_tells_its_name_size_type_and_scan_and_why_it_cannot_be_opened(
    desk: Guarded, status: str, scanned: str, sentence: str
) -> None:
    file = {"AttachmentName": "note.pdf", "ContentType": "application/pdf", "AttachmentSizeInBytes": 214_000}
    lay(desk, [item(1, ADA, None, Type="ATTACHMENT", Attachments=[{**file, "Status": status}]) | {"Content": None}])
    shown = desk.page.locator("#rows .file")
    expect(shown.locator(".file__name")).to_have_text("note.pdf")
    expect(shown.locator(".file__facts")).to_have_text(f"PDF, 214 kB{scanned}")
    expect(shown.locator(".file__cannot")).to_contain_text(sentence)
    expect(shown.locator("a, button")).to_have_count(0)


def test_markdown_is_bold_italic_lists_and_links(desk: Guarded) -> None:
    words = "**Done**, *soon*:\n\n1. [the guide](https://shop.example/guide)\n2. `x < y`"
    lay(desk, [answer(1, ADA, words, ContentType="text/markdown", Rich=list(rich_text.tree(words) or []))])
    bubble = desk.bubbles.first
    for tag, text in {"strong": "Done", "em": "soon", "ol > li a": "the guide", "code": "x < y"}.items():
        expect(bubble.locator(tag)).to_have_text(text)
    with desk.page.context.expect_page() as opened:
        desk.page.context.route("https://shop.example/**", lambda route: route.fulfill(body="the guide"))
        bubble.get_by_role("link", name="the guide").click()
    assert opened.value.evaluate("[window.opener, document.referrer]") == [None, ""]


def test_addresses_in_plain_words_and_in_notes_are_links(desk: Guarded) -> None:
    text = "it is at https://example.org/order?id=1&x=2, or mail ida@example.org; javascript:alert(1)"
    lay(desk, [item(1, ADA, text), answer(2, ADA, "or https://b.example/")])
    note = {"noteId": "n", "contactId": ADA, "clientToken": "n", "author": ME, "text": "see www.example.org."}
    told = note | {"createdAt": at(9), "editedAt": None, "deleted": False}
    desk.tell("note", f"conversation:{ADA}", note=told)
    rows = desk.page.locator("#rows")
    expect(rows.locator(".bubble").first).to_have_text(text)
    expect(rows.locator("a")).to_have_count(4)
    addresses = rows.locator("a").evaluate_all("all => all.map(one => [one.href, one.target, one.rel, one.title])")
    around = ["_blank", "noopener noreferrer"]
    assert addresses == [
        [href, *around, href]
        for href in (
            "https://example.org/order?id=1&x=2",
            "mailto:ida@example.org",
            "https://b.example/",
            "https://www.example.org/",
        )
    ]
    expect(desk.page.locator("#notes a")).to_have_attribute("href", "https://www.example.org/")


def test_what_was_said_with_the_bot_is_folded_into_one(desk: Guarded) -> None:
    part = "Bot Transcript: ({}\\2)\n{}"
    said = [part.format(1, "Bot: Hello, what is it"), part.format(2, " about?\nAda: a <b>shelf</b>\n")]
    lay(desk, [item(number, ADA, words) for number, words in enumerate(said, 1)])
    bot = desk.page.locator("#rows details.bot")
    expect(bot).to_have_count(1)
    expect(desk.bubbles).to_have_count(0)
    bot.locator("summary").click()
    expect(bot.locator("li")).to_have_text(["BotHello, what is it about?", "Adaa <b>shelf</b>"])


def test_days_unread_and_groups(desk: Guarded) -> None:
    day = 86_400
    said = [item(1, ADA, "one"), item(2, ADA, "two"), item(3, ADA, "three", AbsoluteTime=at(day))]
    desk.lay([agent_contact(ADA, readNumber=2), agent_contact(BEN, customerName="Ben Okri")], viewing=BEN)
    desk.chat(ADA, said)
    desk.chat(BEN, [item(1, BEN, "Hello")], customerName="Ben Okri")
    desk.open()
    desk.view(ADA)
    kinds = desk.page.locator("#rows > *")
    expect(kinds).to_have_count(5)
    assert [one.split()[0] for one in kinds.evaluate_all("all => all.map(one => one.className)")] == [
        "day",
        "group",
        "day",
        "new",
        "group",
    ]
    expect(desk.page.locator("#rows .new")).to_have_text("1 unread")
    expect(desk.page.locator("#rows .group").first.locator(".bubble")).to_have_text(["one", "two"])


# ---- finding -------------------------------------------------------------------------------------------------------------


def found(desk: Guarded) -> list[str]:
    """The words that are marked, and after them the ones we stand on."""
    names = ("found", "found-here")
    return [
        text for name in names
        for text in desk.page.evaluate("name => [...(CSS.highlights.get(name) ?? [])].map(range => range.toString())", name)
    ]  # fmt: skip


def test_words_are_found_counted_and_marked(desk: Guarded) -> None:
    rich = "a **she**lf"
    said = [
        item(1, ADA, "My Shelf is here, the shelf is split"),
        answer(2, ADA, rich, ContentType="text/markdown", Rich=list(rich_text.tree(rich) or [])),
        item(3, ADA, "thank you"),
    ]
    lay(desk, said)
    desk.page.keyboard.press("Control+f")
    expect(desk.page.locator("#find-words")).to_be_focused()
    desk.page.keyboard.type("shelf")
    count = desk.page.locator("#find-count")
    expect(count).to_have_text("1 of 3")
    assert found(desk) == ["Shelf", "shelf", "shelf", "shelf"]
    desk.page.keyboard.press("Enter")
    expect(count).to_have_text("2 of 3")
    desk.page.locator("#find-next").click()
    expect(count).to_have_text("1 of 3")
    desk.page.locator("#find-words").fill("nowhere")
    expect(count).to_have_text("Nothing found")
    assert found(desk) == []
    desk.page.keyboard.press("Escape")
    expect(desk.page.locator("#find")).to_be_hidden()
    expect(desk.page.locator("#words")).to_be_focused()


def test_what_comes_while_one_searches_is_found_too(desk: Guarded) -> None:
    lay(desk, [item(1, ADA, "a shelf")])
    desk.page.locator("#find-open").click()
    desk.page.keyboard.type("shelf")
    expect(desk.page.locator("#find-count")).to_have_text("1 of 1")
    desk.say(item(2, ADA, "another shelf"))
    expect(desk.page.locator("#find-count")).to_have_text("2 of 2")


def test_earlier_pages_are_searched_when_asked_for(desk: Guarded) -> None:
    said = [
        item(number, ADA, f"needle {number}" if number in {3, 120} else f"hay {number}") for number in range(1, 301)
    ]
    pages = iter([said[101:201], said[:101]])
    desk.answers["getTranscript"] = lambda _asked: (
        (items := next(pages)) and {"InitialContactId": ADA, "Transcript": items, "NextToken": "t" if items[0] != said[0] else None}
    )  # fmt: skip
    lay(desk, said[200:], earlier=True)
    desk.page.keyboard.press("Control+f")
    desk.page.keyboard.type("needle")
    expect(desk.page.locator("#find-count")).to_have_text("Nothing found")
    desk.page.get_by_role("button", name="Search earlier messages").click()
    expect(desk.page.locator("#find-count")).to_have_text("1 of 1")
    expect(desk.bubbles.filter(has_text="needle 120")).to_be_in_viewport()
    desk.page.locator("#find-previous").click()  # beyond the first hit the page before it is fetched
    expect(desk.page.locator("#find-count")).to_have_text("2 of 2")
    expect(desk.bubbles.filter(has_text="needle 3")).to_be_in_viewport()
    expect(desk.page.locator("#find-earlier")).to_be_hidden()


# ---- long transcripts ----------------------------------------------------------------------------------------------------


def stands(desk: Guarded) -> tuple[str, int]:
    """The first bubble in sight, and where it stands."""
    text, top = desk.page.evaluate(
        """() => { const edge = document.querySelector("#log").getBoundingClientRect().top
          const one = [...document.querySelectorAll("#rows .bubble")].find(each => each.getBoundingClientRect().bottom > edge)
          return [one.innerText, Math.round(one.getBoundingClientRect().top - edge)] }"""
    )
    return text, top


def test_of_two_thousand_messages_those_in_sight_are_drawn(desk: Guarded) -> None:
    lay(desk, [item(number, ADA) for number in range(1, 2001)])
    expect(desk.bubbles.last).to_have_text("Message 2000 of ada")
    assert desk.bubbles.count() < 100
    log = desk.page.locator("#log")
    log.focus()
    desk.page.keyboard.press("Home")
    expect(desk.bubbles.first).to_have_text("Message 1 of ada")
    expect(desk.bubbles.first).to_be_in_viewport()
    log.evaluate("log => { log.scrollTop = log.scrollHeight / 2 }")
    expect(desk.page.locator("#rows")).to_contain_text("Message 1000 of ada")
    assert desk.bubbles.count() < 150
    desk.page.keyboard.press("End")
    expect(desk.bubbles.last).to_have_text("Message 2000 of ada")
    expect(desk.bubbles.last).to_be_in_viewport()


def test_earlier_pages_come_without_moving_what_is_read(desk: Guarded) -> None:
    said = [item(number, ADA) for number in range(1, 201)]
    desk.answers["getTranscript"] = lambda _asked: {
        "InitialContactId": ADA,
        "Transcript": said[:101],
        "NextToken": None,
    }
    lay(desk, said[100:], earlier=True)
    expect(desk.bubbles.last).to_have_text("Message 200 of ada")
    desk.page.locator("#log").evaluate("log => { log.scrollTop = 500 }")
    desk.page.wait_for_timeout(200)
    before = stands(desk)
    desk.page.locator("#log").evaluate("log => { log.scrollTop -= 120 }")
    expect(desk.page.locator("#earlier")).to_be_hidden()
    desk.page.wait_for_timeout(200)
    assert stands(desk) == _moved(desk, before, 120)


def _moved(desk: Guarded, before: tuple[str, int], by: int) -> tuple[str, int]:
    """Where the paper stands when it was turned by so much since `before` and nothing else has moved it."""
    text, top = before
    place = desk.bubbles.filter(has_text=text).evaluate(
        "one => Math.round(one.getBoundingClientRect().top - document.querySelector('#log').getBoundingClientRect().top)"
    )
    assert place - top == by
    return stands(desk)


def test_new_words_do_not_move_who_reads_above_them_and_are_counted(desk: Guarded) -> None:
    lay(desk, [item(number, ADA) for number in range(1, 101)])
    expect(desk.bubbles.last).to_have_text("Message 100 of ada")
    desk.page.locator("#log").evaluate("log => { log.scrollTop = 1500 }")
    desk.page.wait_for_timeout(200)
    before = stands(desk)
    for number in range(101, 104):
        desk.say(item(number, ADA))
    jump = desk.page.locator("#jump")
    expect(jump).to_have_text("3 new messages")
    assert stands(desk) == before
    jump.click()
    expect(desk.bubbles.last).to_be_in_viewport()
    expect(jump).to_be_hidden()


def test_the_place_one_reads_at_is_kept_for_each_contact(desk: Guarded) -> None:
    lay(desk, [item(number, ADA) for number in range(1, 501)])
    desk.page.locator("#log").evaluate("log => { log.scrollTop = 9000 }")
    desk.page.wait_for_timeout(200)
    before = stands(desk)
    desk.view(BEN)
    expect(desk.bubbles).to_have_text(["Hello from Ben"])
    desk.view(ADA)
    expect(desk.bubbles.first).to_contain_text("of ada")
    assert stands(desk) == before


def test_a_switch_asks_for_nothing_and_waits_for_nothing(desk: Guarded) -> None:
    lay(desk, [item(number, ADA) for number in range(1, 101)])
    desk.answers["viewContact"] = lambda _asked: {}  # the server says nothing more
    desk.page.wait_for_timeout(600)
    desk.asked.clear()
    painted = desk.page.evaluate(
        """() => new Promise(done => { document.querySelector("#cards [data-contact=ben]").click()
          requestAnimationFrame(() => requestAnimationFrame(() => done(document.querySelector("#rows").innerText))) })"""
    )
    assert "Hello from Ben" in painted
    assert [one["method"] for one in desk.asked if one["method"] not in {"ping", "presence"}] == ["viewContact"]


# ---- the customer --------------------------------------------------------------------------------------------------------


def test_attributes_are_searched_and_copied(desk: Guarded) -> None:
    attributes = {"Order": "FM-48213", "email": "amelia@example.org", "Language": "English", "Item": "Lund shelf"}
    lay(desk, [], attributes=attributes)
    facts = desk.page.locator("#details [data-at=facts] > div")
    expect(facts).to_have_count(4)
    desk.page.get_by_label("Find in attributes").fill("LUND")
    expect(facts).to_have_text(["ItemLund shelf"])
    desk.page.get_by_role("button", name="Copy Item").click()
    assert desk.page.evaluate("navigator.clipboard.readText()") == "Lund shelf"
    desk.page.get_by_label("Find in attributes").fill("nowhere")
    expect(desk.page.locator("#details [data-at=none]")).to_have_text("None fits.")
    # many are folded, and found all the same
    many = {f"key {number}": f"value {number}" for number in range(1, 10)}
    told = complete(protocol.Contact, contact(ADA, attributes=many))
    desk.tell("contact", f"conversation:{ADA}", contact=told)
    desk.page.get_by_label("Find in attributes").fill("value 9")
    expect(facts).to_have_text(["key 9value 9"])
    desk.page.get_by_label("Find in attributes").fill("")
    expect(facts).to_have_count(6)
    more = desk.page.get_by_role("button", name="3 more")
    more.press("Enter")
    expect(facts).to_have_count(9)
    desk.page.get_by_role("button", name="Fewer").click()
    expect(facts).to_have_count(6)
    desk.page.get_by_label("Find in attributes").fill("value 9")
    desk.view(BEN)
    desk.view(ADA)
    expect(facts).to_have_count(6)


REFERENCES = [
    {"name": "Claims", "type": "EMAIL", "value": "claims@carrier.example"},
    {"name": "Items", "type": "NUMBER", "value": "2"},
    {"name": "Order", "type": "URL", "value": "https://shop.example/orders/FM-48213"},
    {"name": "Ordered", "type": "DATE", "value": "1794736800"},
    {"name": "Photo.png", "type": "ATTACHMENT", "value": "s3/1", "status": "REJECTED"},
    {"name": "Trap", "type": "URL", "value": "javascript:alert(1)"},
]


def test_references_are_shown_by_their_type_searched_and_copied(desk: Guarded) -> None:
    lay(desk, [], references=REFERENCES)
    shown = desk.page.get_by_role("region", name="References").locator("dl > div")
    expect(shown).to_have_text(
        [
            "Claimsclaims@carrier.example",
            "Items2",
            "Ordershop.example/orders/FM-48213",
            re.compile(r"Ordered(Nov 15, 2026|15 Nov 2026), \d\d:00$"),
            "Photo.pngFile, refused",
            "Trapjavascript:alert(1)",
        ]
    )
    links = shown.locator("a").evaluate_all("all => all.map(one => [one.href, one.target, one.rel])")
    away = ["_blank", "noopener noreferrer"]
    assert links == [["mailto:claims@carrier.example", *away], [REFERENCES[2]["value"], *away]]
    desk.page.get_by_label("Find in attributes and references").fill("fm-48")
    expect(shown).to_have_text(["Ordershop.example/orders/FM-48213"])
    desk.page.get_by_role("button", name="Copy Order").click()
    assert desk.page.evaluate("navigator.clipboard.readText()") == REFERENCES[2]["value"]
    expect(desk.page.locator("#details [data-at=none]")).to_have_text("This contact has none.")
    desk.tell("contact", f"conversation:{ADA}", contact=complete(protocol.Contact, contact(ADA)))
    expect(desk.page.get_by_role("heading", name="References")).to_be_hidden()


PAST = {
    "contactId": "old",
    "initialContactId": "old",
    "queue": "Deliveries",
    "owner": ME,
    "startedAt": "2026-09-02T10:00:00.000Z",
    "endedAt": "2026-09-02T11:00:00.000Z",
    "endReason": "customer",
    "opening": "Where is my parcel?",
    "disposition": "",
}


@pytest.mark.parametrize(("by", "doubt"), [("customerId", 0), ("name", 1)])
def test_earlier_conversations_are_listed_and_a_name_alone_is_said_to_prove_nothing(
    desk: Guarded, by: str, doubt: int
) -> None:
    solved = PAST | {"contactId": "older", "opening": "My lamp flickers", "disposition": "Replaced"}
    desk.answers["getEarlierContacts"] = lambda _asked: {"by": by, "contacts": [PAST, solved]}
    lay(desk, [item(1, ADA)])
    past = desk.page.locator("#past")
    expect(past.get_by_role("button")).to_have_text(
        ["Where is my parcel?Sep 2 · Deliveries · youcustomer left", "My lamp flickersSep 2 · Deliveries · youReplaced"]
    )
    expect(past.get_by_text("it may be somebody else").locator("visible=true")).to_have_count(doubt)


def test_an_earlier_conversation_is_read_in_place_and_left_by_key(desk: Guarded) -> None:
    said = [item(number, "old") for number in range(1, 151)]
    asked: list[dict[str, Any]] = []

    def transcript(params: dict[str, Any]) -> dict[str, Any]:
        asked.append(params)
        first = params.get("nextToken") is None
        return {
            "InitialContactId": "old",
            "Transcript": said[:100] if first else said[100:],
            "NextToken": "more" if first else None,
        }

    desk.answers |= {
        "getEarlierContacts": lambda _asked: {"by": "email", "contacts": [PAST]},
        "getTranscript": transcript,
    }
    lay(desk, [item(1, ADA, "now")])
    button = desk.page.get_by_role("button", name="Where is my parcel?")
    button.focus()
    desk.page.keyboard.press("Enter")
    reader = desk.page.locator("#reader")
    expect(reader.locator(".bubble").first).to_have_text("Message 1 of old")
    expect(desk.bubbles).to_have_text(["now"])  # the conversation in view stays
    for words in ("Message 100 of old", "Message 150 of old"):
        desk.page.locator("#reader-log").evaluate("log => { log.scrollTop = log.scrollHeight }")
        expect(reader.locator(".bubble", has_text=words)).to_have_count(1)
    expect(reader.locator(".bubble").last).to_have_text("Message 150 of old")
    assert [(one["scanDirection"], one.get("nextToken")) for one in asked] == [("FORWARD", None), ("FORWARD", "more")]
    desk.page.keyboard.press("Escape")
    desk.page.locator("#reader-back").press("Escape")
    expect(reader).to_be_hidden()
    expect(button).to_be_focused()


# The pause after which a past is asked for (LOOKS of earlier_contacts.js) is over when the test says so.
HELD_PAUSE = """{
  const timer = window.setTimeout
  window.paused = []
  window.setTimeout = (call, ms, ...more) => (ms === 400 ? window.paused.push(call) : timer(call, ms, ...more))
}"""


def test_who_walks_on_asks_for_nobodys_past(desk: Guarded) -> None:
    desk.page.add_init_script(HELD_PAUSE)
    lay(desk, [item(1, ADA)])
    for contact_id in (BEN, ADA, BEN):
        desk.view(contact_id)
    expect(desk.bubbles).to_have_text(["Hello from Ben"])
    desk.page.evaluate("() => window.paused.splice(0).forEach((call) => call())")
    assert desk.wait_for_request("getEarlierContacts") == {"contactId": BEN}
    assert [one["method"] for one in desk.asked].count("getEarlierContacts") == 1
