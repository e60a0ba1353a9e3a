"""The customer's page in a real Chromium against the real emulator; a custom participant answers. No portal is needed."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.e2e.browsing import window
from tests.e2e.other_side import OtherSide
from tests.emulating import INSTANCE, RunningEmulator

pytestmark = pytest.mark.browser
FIRST = "Hi, the shelf came today. One side panel is split."
MARKDOWN = "text/markdown"
INTERACTIVE = "application/vnd.amazonaws.connect.message.interactive"
PICKER = {
    "templateType": "ListPicker",
    "version": "1.0",
    "data": {
        "content": {
            "title": "How shall we put it right?",
            "elements": [{"title": "Send a new panel", "subtitle": "3 to 4 days"}, {"title": "Money back"}],
        }
    },
}


def asking(template: str, title: str, **content: object) -> str:
    """An interactive message of this template."""
    return json.dumps({"templateType": template, "version": "1.0", "data": {"content": {"title": title, **content}}})


def titled(*titles: str) -> list[dict[str, str]]:
    return [{"title": title} for title in titles]


SLOTS = [{"date": f"2030-11-{day}T{hour}:00Z", "duration": 3600} for day, hour in ((23, "08"), (23, "13"), (24, "09"))]
SHELVES = [
    {"templateType": "Panel", "data": {"content": {"title": shelf, "elements": titled(f"Choose {shelf}")}}}
    for shelf in ("oak", "ash", "beech")
]
# Every template but the list picker: what is sent, what is pressed, and what is then said.
ASKED = (
    (asking("Panel", "Your shelf", elements=titled("Repair", "Replace")), "Replace", "Replace"),
    (asking("QuickReply", "Anything else?", elements=titled("Yes", "No")), "No", "No"),
    (asking("TimePicker", "When?", timeZoneOffset=60, timeslots=SLOTS), "14:00 60 min", SLOTS[1]["date"]),
    (asking("Carousel", "Other shelves", elements=SHELVES), "Choose beech", "Choose beech"),
)


@pytest.fixture(scope="module")
def emulator(tmp_path_factory) -> Iterator[RunningEmulator]:
    with RunningEmulator(tmp_path_factory.mktemp("emulator")) as running:
        yield running


@pytest.fixture
def customer(browser, emulator) -> Iterator[Page]:
    with window(browser, viewport={"width": 1440, "height": 900}) as page:
        page.goto(f"{emulator.url}/_emulator/customer")
        yield page


def start(page: Page, name: str = "Amelia Hart", first: str = FIRST) -> str:
    """Fills in the form as a person does; the contact's id, which the page shows."""
    page.get_by_label("Your name").fill(name)
    page.get_by_label("Your message").fill(first)
    page.get_by_role("button", name="Start the chat").click()
    expect(mine(page)).to_have_text([first])
    return page.locator("[data-text=contact]").inner_text()


def write(page: Page, text: str) -> None:
    page.get_by_role("textbox", name="Message").fill(text)
    page.keyboard.press("Enter")


def mine(page: Page):
    return page.locator(".group--me .bubble")


def theirs(page: Page):
    return page.locator(".group:not(.group--me) .bubble")


def line(page: Page):
    return page.locator(".chat__line")


@contextmanager
def offline(page: Page) -> Iterator[None]:
    page.context.set_offline(True)
    yield
    page.context.set_offline(False)


# ---- The start -------------------------------------------------------------------------------------------------------


def test_an_empty_form_says_what_is_missing_and_starts_nothing(customer):
    customer.get_by_role("button", name="Start the chat").click()
    expect(customer.get_by_label("Your name")).to_be_focused()
    expect(customer.locator(".field__error")).to_have_text(
        ["Write your name: whoever answers sees it.", "Write what it is about: it is the first thing they read."]
    )
    expect(customer.locator("[data-screen=chat]")).to_be_hidden()


def test_a_name_or_message_over_the_limit_says_by_how_much(customer):
    customer.get_by_label("Your name").fill("a" * 257)
    customer.get_by_label("Your message").fill("ä" * 8193)
    customer.get_by_role("button", name="Start the chat").click()
    expect(customer.locator(".field__error")).to_have_text(
        [
            "This name has 257 characters; 256 is the most.",
            "Too long by 2 bytes (of 16,384). Shorten it, or send it in two parts.",
        ]
    )


def test_the_form_is_filled_in_and_sent_with_the_keyboard_alone(customer):
    expect(customer.get_by_label("Your name")).to_be_focused()
    customer.keyboard.type("Amelia Hart")
    customer.keyboard.press("Tab")
    customer.keyboard.type("Hello")
    customer.keyboard.press("Tab")
    customer.keyboard.press("Enter")
    expect(mine(customer)).to_have_text(["Hello"])
    expect(customer.get_by_role("textbox", name="Message")).to_be_focused()


def test_a_start_without_a_connection_keeps_the_words_and_works_later(customer):
    customer.get_by_label("Your name").fill("Amelia Hart")
    customer.get_by_label("Your message").fill("Hello")
    with offline(customer):
        customer.get_by_role("button", name="Start the chat").click()
        expect(customer.get_by_role("alert")).to_have_text(
            "The chat service did not answer. Your words are kept: try again in a moment."
        )
        expect(customer.get_by_label("Your message")).to_have_value("Hello")
    customer.get_by_role("button", name="Start the chat").click()
    expect(mine(customer)).to_have_text(["Hello"])


def test_a_start_whose_answer_is_lost_begins_no_second_chat(customer, emulator):
    begun = []

    def lose(route):
        """The call arrives, its answer does not."""
        begun.append(route.fetch().json()["data"]["startChatResult"]["ContactId"])
        route.abort()

    customer.route("**/_emulator/startChat", lose, times=1)
    customer.get_by_label("Your name").fill("Amelia Hart")
    customer.get_by_label("Your message").fill(FIRST)
    customer.get_by_role("button", name="Start the chat").click()
    expect(customer.get_by_role("alert")).to_be_visible()
    assert start(customer) == begun[0]


# ---- The talk --------------------------------------------------------------------------------------------------------


def test_typed_words_arrive_and_the_answer_is_shown(customer, emulator):
    other = OtherSide(emulator, start(customer))
    expect(customer.get_by_role("heading", name="Mira Solberg")).to_be_visible()
    expect(customer.locator(".system", has_text="Mira Solberg joined")).to_be_visible()
    write(customer, "Is it the same oak?")
    other.wait_to_hear(FIRST, "Is it the same oak?")
    other.say("It is.\n<b>The same</b> tree.")
    expect(theirs(customer)).to_have_text(["It is.\n<b>The same</b> tree."])
    expect(mine(customer)).to_have_text([FIRST, "Is it the same oak?"])


def test_shift_enter_is_a_new_line_and_enter_sends(customer, emulator):
    other = OtherSide(emulator, start(customer))
    customer.get_by_role("textbox", name="Message").focus()
    customer.keyboard.type("One")
    customer.keyboard.press("Shift+Enter")
    customer.keyboard.type("two")
    customer.keyboard.press("Enter")
    other.wait_to_hear(FIRST, "One\ntwo")


def test_typing_is_shown_until_the_message_comes(customer, emulator):
    other = OtherSide(emulator, start(customer))
    other.type()
    expect(customer.locator(".typing")).to_have_text("Mira Solberg is typing")
    other.say("Here I am.")
    expect(theirs(customer)).to_have_text(["Here I am."])
    expect(customer.locator(".typing")).to_be_hidden()


def test_own_typing_is_told_to_the_service_once_not_at_every_key(customer, emulator):
    OtherSide(emulator, start(customer))
    told = []
    customer.on(
        "request",
        lambda request: told.append(request.post_data_json["ContentType"]) if request.url.endswith("/event") else None,
    )
    box = customer.get_by_role("textbox", name="Message")
    expect(customer.get_by_text("Here now")).to_be_visible()
    with customer.expect_response(re.compile("/participant/event$")) as answered:
        box.press_sequentially("Hello", delay=20)
    assert answered.value.ok
    assert told == ["application/vnd.amazonaws.connect.event.typing"]


def test_what_was_seen_is_acknowledged_as_read_and_their_reading_is_shown(customer, emulator):
    other = OtherSide(emulator, start(customer))
    with customer.expect_request(lambda request: request.url.endswith("/event")) as told:
        said = other.say("Good day")
    event = told.value.post_data_json
    assert event["ContentType"] == "application/vnd.amazonaws.connect.event.message.read"
    assert json.loads(event["Content"]) == {"messageId": said}
    write(customer, "Good day to you")
    expect(mine(customer)).to_have_text([FIRST, "Good day to you"])
    expect(customer.locator(".receipt").last).to_have_text("Sent")
    other.read(next(item["Id"] for item in other.transcript() if item.get("Content") == "Good day to you"))
    expect(customer.locator(".receipt").last).to_have_text("Read")


def test_a_list_picker_is_answered_with_the_title_pressed(customer, emulator):
    other = OtherSide(emulator, start(customer))
    other.ask(json.dumps(PICKER))
    customer.get_by_role("button", name="Money back").click()
    other.wait_to_hear(FIRST, "Money back")
    expect(customer.locator(".choice.is-chosen")).to_have_text("Money back")
    expect(customer.get_by_role("button", name="Send a new panel")).to_be_disabled()


def test_every_kind_of_question_is_drawn_and_answered(customer, emulator):
    other = OtherSide(emulator, start(customer))
    said = [FIRST]
    for asked, press, answer in ASKED:
        other.ask(asked)
        choice = customer.locator(".choices").last.get_by_role("button", name=press, exact=True)
        choice.click()
        said.append(str(answer))
        other.wait_to_hear(*said)
        expect(choice).to_have_attribute("aria-pressed", "true")
    expect(customer.locator(".choices--times .choices__day p")).to_have_text(
        ["Saturday 23 November", "Sunday 24 November"]
    )
    expect(customer.locator(".choice:enabled")).to_have_count(0)
    expect(mine(customer)).to_have_text(
        [FIRST, "Replace", "No", re.compile("^Saturday 23 November.* 14:00$"), "Choose beech"]
    )


def test_markdown_and_addresses_can_be_read_and_pressed_and_scripts_are_words(customer, emulator):
    other = OtherSide(emulator, start(customer))
    other.say(
        "**Yours** is at https://shop.example/track.\n- [guide](https://shop.example/g)\n- [no](javascript:x)", MARKDOWN
    )
    bubble = theirs(customer).last
    expect(bubble.locator("strong")).to_have_text("Yours")
    expect(bubble.locator("li")).to_have_text(["guide", "[no](javascript:x)"])
    links = bubble.get_by_role("link").evaluate_all("all => all.map(one => [one.href, one.target, one.rel])")
    assert links == [[f"https://shop.example/{path}", "_blank", "noopener noreferrer"] for path in ("track", "g")]
    write(customer, "<b>See</b> https://x.example/a")
    expect(mine(customer).last.get_by_role("link")).to_have_text("https://x.example/a")
    expect(mine(customer).last).to_have_text("<b>See</b> https://x.example/a")


def test_a_message_over_the_limit_is_not_sent_and_not_lost(customer, emulator):
    other = OtherSide(emulator, start(customer))
    write(customer, "a" * 16_385)
    expect(customer.locator(".send__hint")).to_have_text(
        "Too long by 1 bytes (of 16,384). Shorten it, or send it in two parts."
    )
    customer.keyboard.press("Backspace")
    customer.keyboard.press("Enter")
    other.wait_to_hear(FIRST, "a" * 16_384)


def test_who_reads_further_up_is_not_torn_away_and_is_told_of_news(customer, emulator):
    other = OtherSide(emulator, start(customer))
    for number in range(12):
        other.say(f"Line {number}\n\nand more")
    expect(theirs(customer)).to_have_count(12)
    customer.get_by_role("log").evaluate("log => { log.scrollTop = 0 }")
    other.say("News")
    expect(customer.get_by_role("button", name="New messages")).to_be_visible()
    assert customer.get_by_role("log").evaluate("log => log.scrollTop") == 0
    expect(customer).to_have_title("(1) Chat · Fenmark Home")
    customer.get_by_role("button", name="New messages").click()
    expect(theirs(customer).last).to_be_in_viewport()
    expect(customer.get_by_role("button", name="New messages")).to_be_hidden()
    expect(customer).to_have_title("Chat · Fenmark Home")


# ---- Bad days --------------------------------------------------------------------------------------------------------


def test_a_refresh_keeps_all_that_was_said_the_draft_and_the_seat(customer, emulator):
    other = OtherSide(emulator, start(customer))
    other.say("Good day")
    expect(theirs(customer)).to_have_text(["Good day"])
    customer.get_by_role("textbox", name="Message").fill("Half a sen")
    customer.reload()
    expect(customer.get_by_role("textbox", name="Message")).to_have_value("Half a sen")
    other.say("Still here?")
    expect(theirs(customer)).to_have_text(["Good day", "Still here?"])
    customer.get_by_role("textbox", name="Message").press("Enter")
    other.wait_to_hear(FIRST, "Half a sen")
    joined = [item for item in other.transcript() if item["ContentType"].endswith("participant.joined")]
    assert [item["ParticipantRole"] for item in joined] == ["CUSTOMER", "CUSTOM_BOT"]


def test_what_is_written_offline_waits_and_is_sent_once_in_order(customer, emulator):
    other = OtherSide(emulator, start(customer))
    expect(customer.get_by_text("Here now")).to_be_visible()
    with offline(customer):
        write(customer, "One")
        write(customer, "Two")
        expect(line(customer)).to_have_text("No connection. What you write is kept and sent later.")
        expect(customer.locator(".bubble.is-waiting")).to_have_text(["One", "Two"])
        expect(customer.get_by_text("Waits for the connection")).to_be_visible()
        other.say("Are you there?")
    expect(line(customer)).to_have_text("")
    other.wait_to_hear(FIRST, "One", "Two")
    expect(theirs(customer)).to_have_text(["Are you there?"])
    expect(mine(customer)).to_have_text([FIRST, "One", "Two"])


def test_what_waits_survives_a_refresh(customer, emulator):
    other = OtherSide(emulator, start(customer))
    customer.route("**/participant/message", lambda route: route.abort())
    write(customer, "One")
    expect(customer.locator(".bubble.is-waiting")).to_have_text(["One"])
    customer.reload()
    customer.unroute("**/participant/message")
    other.wait_to_hear(FIRST, "One")
    expect(mine(customer)).to_have_text([FIRST, "One"])


def test_an_answer_that_is_lost_makes_no_second_message(customer, emulator):
    other = OtherSide(emulator, start(customer))
    lost = []

    def lose(route):
        """The call arrives, its answer does not."""
        route.fetch()
        lost.append(route.request.post_data_json["ClientToken"])
        route.abort()

    customer.route("**/participant/message", lose, times=1)
    write(customer, "Only once")
    other.wait_to_hear(FIRST, "Only once")
    expect(customer.locator(".receipt").last).to_have_text("Sent")
    expect(mine(customer)).to_have_text([FIRST, "Only once"])
    assert len(lost) == 1
    assert other.heard() == [FIRST, "Only once"]


def test_a_refused_message_says_why_and_goes_when_tried_again(customer, emulator):
    other = OtherSide(emulator, start(customer))
    refusal = {"Message": "Not today"}
    customer.route(
        "**/participant/message",
        lambda route: route.fulfill(status=400, headers={"x-amzn-errortype": "ValidationException"}, json=refusal),
        times=1,
    )
    write(customer, "Please")
    expect(customer.get_by_text("Not sent: Not today")).to_be_visible()
    write(customer, "Next")
    other.wait_to_hear(FIRST, "Next")
    customer.get_by_role("button", name="Retry").click()
    other.wait_to_hear(FIRST, "Next", "Please")
    expect(customer.get_by_text("Not sent: Not today")).to_have_count(0)


def test_more_than_one_page_of_transcript_is_caught_up_in_order(customer, emulator):
    other = OtherSide(emulator, start(customer))
    customer.goto("about:blank")
    for number in range(130):
        other.say(f"Line {number}")
    customer.go_back()
    expect(theirs(customer)).to_have_text([f"Line {number}" for number in range(130)], timeout=15_000)


def test_a_socket_that_fell_silent_is_noticed_when_somebody_looks(browser, emulator):
    """A phone that slept: the socket looks open, and nothing comes on it any more."""
    opened = []

    def forward(socket):
        number = len(opened)
        server = socket.connect_to_server()
        opened.append(True)
        server.on_message(lambda text: socket.send(text) if opened[number] else None)

    with window(browser) as page:
        page.route_web_socket(re.compile("/socket"), forward)
        page.goto(f"{emulator.url}/_emulator/customer")
        other = OtherSide(emulator, start(page))
        expect(page.get_by_text("Here now")).to_be_visible()
        opened[0] = False
        other.say("Said into the silence")
        page.evaluate("dispatchEvent(new Event('focus'))")
        expect(theirs(page)).to_have_text(["Said into the silence"], timeout=8_000)
        other.say("Heard again")
        expect(theirs(page)).to_have_text(["Said into the silence", "Heard again"])
        assert len(opened) == 2


def test_the_page_comes_back_when_the_emulator_restarts(browser, tmp_path):
    with RunningEmulator(tmp_path) as emulator, window(browser) as page:
        page.goto(f"{emulator.url}/_emulator/customer")
        other = OtherSide(emulator, start(page))
        expect(page.get_by_text("Here now")).to_be_visible()
        emulator.stop()
        write(page, "Are you back?")
        expect(line(page)).to_have_text("No connection. What you write is kept and sent later.")
        emulator.start()
        expect(line(page)).to_have_text("", timeout=15_000)
        other.wait_to_hear(FIRST, "Are you back?")
        other.say("I am")
        expect(theirs(page)).to_have_text(["I am"])


# ---- The end ---------------------------------------------------------------------------------------------------------


def test_the_other_side_leaving_is_told_and_does_not_end_the_chat(customer, emulator):
    other = OtherSide(emulator, start(customer))
    expect(customer.get_by_text("Here now")).to_be_visible()
    other.leave()
    expect(customer.locator(".system", has_text="Mira Solberg left")).to_be_visible()
    expect(customer.get_by_text("Nobody is here now")).to_be_visible()
    expect(customer.get_by_role("textbox", name="Message")).to_be_visible()


def test_ending_asks_first_then_ends_and_a_new_chat_can_start(customer, emulator):
    other = OtherSide(emulator, start(customer))
    customer.get_by_role("button", name="End", exact=True).click()
    customer.get_by_role("button", name="Keep chatting").click()
    write(customer, "Not yet")
    other.wait_to_hear(FIRST, "Not yet")
    customer.get_by_role("button", name="End", exact=True).click()
    customer.get_by_role("button", name="End the chat").click()
    expect(customer.get_by_text("This chat has ended.")).to_be_visible()
    expect(customer.get_by_role("button", name="Start a new chat")).to_be_focused()
    customer.reload()
    expect(mine(customer)).to_have_text([FIRST, "Not yet"])
    customer.get_by_role("button", name="Start a new chat").click()
    expect(customer.get_by_label("Your name")).to_have_value("Amelia Hart")
    start(customer, first="Me again")


def test_a_chat_that_ended_while_the_page_was_away_is_shown_as_ended(customer, emulator):
    contact_id = start(customer)
    customer.goto("about:blank")
    emulator.client("connect").stop_contact(ContactId=contact_id, InstanceId=INSTANCE)
    customer.go_back()
    expect(customer.get_by_text("This chat has ended.")).to_be_visible()
    expect(mine(customer)).to_have_text([FIRST])


def test_the_chat_can_be_saved_as_a_text(customer, emulator):
    other = OtherSide(emulator, start(customer))
    other.say("Good day")
    expect(theirs(customer)).to_have_text(["Good day"])
    with customer.expect_download() as download:
        customer.get_by_role("button", name="Save this chat").click()
    saved = download.value.path().read_bytes().decode()
    lines = [entry.partition("  ")[2] for entry in saved.splitlines()]
    assert f"Amelia Hart: {FIRST}" in lines
    assert lines[-1] == "Mira Solberg: Good day"


# ---- For everybody ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("width", "scheme"),
    [
        (360, "light"),
        (1440, "dark"),
        pytest.param(360, "dark", marks=pytest.mark.full),
        pytest.param(1440, "light", marks=pytest.mark.full),
    ],
)
def test_every_state_is_accessible_and_fits(browser, emulator, scheme, width):
    axe = Axe()

    def check(page: Page, state: str) -> None:
        found = [
            (violation["id"], [node["html"] for node in violation["nodes"]])
            for violation in axe.run(page).response["violations"]
        ]
        assert found == [], state
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), state

    with window(
        browser, viewport={"width": width, "height": 760}, color_scheme=scheme, reduced_motion="reduce"
    ) as page:
        page.goto(f"{emulator.url}/_emulator/customer")
        check(page, "start")
        page.get_by_role("button", name="Start the chat").click()
        check(page, "errors")
        other = OtherSide(emulator, start(page))
        other.say("word " * 60 + "w" * 300)
        other.ask(json.dumps(PICKER))
        for asked, _, _ in ASKED:
            other.ask(asked)
        other.say("**Bold**\n- [a link](https://shop.example/)", MARKDOWN)
        expect(page.get_by_role("link", name="a link")).to_be_visible()
        other.type()
        expect(page.locator(".typing")).to_be_visible()
        check(page, "talk")
        page.get_by_role("button", name="Money back").click()
        other.wait_to_hear(FIRST, "Money back")
        with offline(page):
            write(page, "Waiting")
            expect(page.get_by_text("Waits for the connection")).to_be_visible()
            expect(line(page)).not_to_have_text("")
            check(page, "offline")
        other.wait_to_hear(FIRST, "Money back", "Waiting")
        page.get_by_role("button", name="End", exact=True).click()
        check(page, "dialog")
        page.get_by_role("button", name="End the chat").click()
        expect(page.get_by_text("This chat has ended.")).to_be_visible()
        check(page, "ended")
