"""The widget on another site, under a strict Content Security Policy, with real keys, up to an agent's answer at a desk."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from chats import wire
from chats.start_chat import bundle
from devtools.website import Addresses, Website
from tests.attaching import hand_in, into_connects_queue, relay
from tests.e2e.browsing import window
from tests.emulating import HANDOVER_FLOW, INBOUND_FLOW, free_port
from tests.pictures import png
from tests.portal import Product

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]
DESKTOP = {"viewport": {"width": 1280, "height": 800}}
PHONE = {"viewport": {"width": 390, "height": 844}, "reduced_motion": "reduce", "has_touch": True, "is_mobile": True}
WORDS = "The lamp flickers."
QUEUE_FLOW = "bbbbbbbb-bbbb-4ccc-8ddd-eeeeeeeeeeee"  # into Connect's own queue: its agents send files, custom participants cannot
PHOTO = png(480, 320, (140, 104, 70))


@dataclass(frozen=True)
class Shop:
    """The website; the portal and the emulator are another site to it."""

    product: Product
    url: str
    refused: list[str]  # by the website's Content Security Policy

    def customer(self, page: Page, query: str = "") -> Page:
        page.on(
            "console", lambda told: self.refused.append(told.text) if "Content Security Policy" in told.text else None
        )
        page.goto(f"{self.url}{query}")
        return page


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    port = free_port()
    folder = tmp_path_factory.mktemp("widget")
    environment = {
        "CCP_START_CHAT_ORIGINS": f"http://localhost:{port}",
        "CCP_START_CHAT_FLOWS": f"{INBOUND_FLOW},{QUEUE_FLOW}",
        "CCP_START_CHAT_ATTRIBUTES": "*",
        "CCP_START_CHAT_PER_ADDRESS": "100",
        "CCP_START_CHAT_FILES": "1",
        "CCP_START_CHAT_PERSISTENT": "1",
    }
    queue = ("--flow", f"{QUEUE_FLOW}={into_connects_queue(folder)}")
    with Product(folder, flow=HANDOVER_FLOW, portal_environment=environment, emulator_options=queue) as product:
        # The emulator's port is known only now; the portal tells it to browsers by data-endpoint of the tag.
        site = Website("127.0.0.1", port, Addresses(product.portal.url, product.emulator.url))
        thread = threading.Thread(target=site.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield Shop(product, f"http://localhost:{port}/?endpoint={product.emulator.url}", [])
        finally:
            site.shutdown()
            thread.join()
            site.server_close()


@pytest.fixture(autouse=True)
def _under_the_policy(shop: Shop) -> Iterator[None]:
    shop.refused.clear()
    yield
    assert shop.refused == []


def open_by_key(page: Page) -> None:
    launcher = page.get_by_role("button", name="Open the chat")
    launcher.wait_for()
    launcher.focus()
    page.keyboard.press("Enter")


def start(page: Page, name: str = "Ada", words: str = WORDS) -> str:
    """By keyboard alone; the contact's id."""
    open_by_key(page)
    expect(page.get_by_label("Your name")).to_be_focused()
    page.keyboard.type(name)
    page.keyboard.press("Tab")
    page.keyboard.type(words)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(mine(page)).to_have_text([words])
    expect(page.get_by_role("textbox", name="Message")).to_be_focused()
    return str(page.evaluate("CcpChat.contactId"))


def write(page: Page, text: str) -> None:
    page.get_by_role("textbox", name="Message").focus()
    page.keyboard.type(text)
    page.keyboard.press("Enter")


def mine(page: Page):
    return page.locator(".group--me .bubble")


def theirs(page: Page):
    return page.locator(".group:not(.group--me) .bubble")


def press(page: Page, *names: str) -> None:
    for name in names:
        page.get_by_role("button", name=name).last.focus()
        page.keyboard.press("Enter")


def wrong_for_axe(page: Page) -> list[str]:
    tags = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": tags}})
    return [f"{one['id']} {one['nodes'][0]['target']}" for one in found.response["violations"]]


def test_a_chat_up_to_an_agents_answer_then_closed_reloaded_and_rated(browser: Browser, shop: Shop) -> None:
    with window(browser, **DESKTOP) as page, shop.product.portal.desk("mira") as mira:
        shop.customer(page)
        start(page)
        mira.available()
        contact_id = mira.accept()
        mira.say(contact_id, "Good day, Ada.")
        expect(theirs(page).filter(has_text="Good day, Ada.")).to_be_visible()
        expect(page.locator(".head__words p")).to_have_text("Connected")
        write(page, "Can you send a new one?")
        mira.hears("Can you send a new one?")
        assert wrong_for_axe(page) == []
        page.keyboard.press("Escape")
        expect(page.get_by_role("button", name="Open the chat")).to_be_focused()
        mira.say(contact_id, "It leaves today.")
        unread = page.get_by_role("button", name="Open the chat, 1 new message")
        expect(unread).to_be_visible()
        assert wrong_for_axe(page) == []
        page.reload()
        unread.focus()
        page.keyboard.press("Enter")
        expect(theirs(page).last).to_have_text("It leaves today.")
        expect(mine(page)).to_have_text([WORDS, "Can you send a new one?"])
        press(page, "More", "End the chat", "End the chat")
        expect(page.get_by_text("This chat has ended.")).to_be_visible()
        page.get_by_role("radio", name="4 stars of 5").focus()
        page.keyboard.press("Space")
        page.get_by_role("textbox", name="What could be better?").focus()
        page.keyboard.type("Quick!")
        assert wrong_for_axe(page) == []
        press(page, "Send")
        expect(page.get_by_text("Thank you, that helps us.")).to_be_focused()
        press(page, "Start a new chat")
        expect(page.get_by_label("Your message")).to_be_focused()
    told = "from chats.models import CustomerRating as R; print(*R.objects.values_list('stars', 'comment'))"
    assert shop.product.portal.shell(told) == "(4, 'Quick!')"


COUNT_SOUNDS = """window.tones = 0
const make = AudioContext.prototype.createOscillator
AudioContext.prototype.createOscillator = function () { window.tones += 1; return make.call(this) }"""


def test_files_typing_receipts_sound_and_the_chat_before(browser: Browser, shop: Shop) -> None:
    with window(browser, **DESKTOP) as page, shop.product.portal.desk("jonas") as jonas:
        page.add_init_script(COUNT_SOUNDS)
        shop.customer(page, f"&flow={QUEUE_FLOW}")
        contact_id = start(page)
        relay(shop.product, jonas, contact_id)
        page.keyboard.type("Look:")
        jonas.until(lambda held: held.typing, "that the customer types")
        page.keyboard.press("Enter")
        jonas.hears("Look:")
        with page.expect_file_chooser() as chooser:
            press(page, "Attach a file")
        chooser.value.set_files(
            [
                {"name": "split.png", "mimeType": "image/png", "buffer": PHOTO},
                {"name": "logo.svg", "mimeType": "image/svg+xml", "buffer": b"<svg/>"},
            ]
        )
        expect(page.locator(".hint")).to_have_text(re.compile("“logo.svg” cannot be sent: pictures, PDF"))
        expect(page.locator(".group--me .file img")).to_have_js_property("naturalWidth", 480)
        files = jonas.until(lambda held: [one for one in held.transcript() if one["Attachments"]], "the agent has it")
        event = {
            "contactId": contact_id,
            "contentType": wire.READ,
            "content": json.dumps({"messageId": files[0]["Id"]}),
        }
        jonas.call("sendEvent", **event)
        expect(page.locator(".group--me .receipt").last).to_have_text("Read")
        jonas.call("sendEvent", contactId=contact_id, contentType=wire.TYPING)
        expect(page.locator(".typing")).to_contain_text("is typing")
        assert wrong_for_axe(page) == []
        assert page.evaluate("tones") == 0
        page.keyboard.press("Escape")
        assert hand_in(jonas, contact_id, PHOTO, "panel.png").status == 200
        unread = page.get_by_role("button", name="Open the chat, 1 new message")
        expect(unread).to_be_focused()
        page.wait_for_function("tones === 2")
        page.keyboard.press("Enter")
        theirs = page.locator(".group:not(.group--me) .file")
        expect(theirs.locator("img")).to_have_js_property("naturalWidth", 480)
        with page.expect_download() as saved:
            press(page, "Download panel.png")
        assert (saved.value.suggested_filename, Path(saved.value.path()).read_bytes()) == ("panel.png", PHOTO)
        press(page, "More", "Sound off")
        page.keyboard.press("Escape")
        jonas.say(contact_id, "A new one is on its way.")
        expect(unread).to_be_visible()
        assert page.evaluate("tones") == 2
        unread.focus()
        page.keyboard.press("Enter")
        press(page, "More", "End the chat", "End the chat", "Start a new chat")
        expect(page.get_by_label("Your message")).to_be_focused()
        page.keyboard.type("One more thing")
        press(page, "Start the chat")
        expect(page.locator(".log")).to_contain_text("A new one is on its way.")
        expect(page.locator(".log")).to_contain_text("One more thing")
        assert page.evaluate("CcpChat.contactId") != contact_id


def test_on_a_phone_who_is_refused_reads_why_and_their_words_stay(browser: Browser, shop: Shop) -> None:
    emulator = shop.product.emulator
    with window(browser, **PHONE) as page:
        page.clock.install()
        shop.customer(page)
        page.get_by_role("button", name="Open the chat").tap()
        page.get_by_label("Your name").tap()
        page.keyboard.type("Ada")
        page.get_by_label("Your message").tap()
        page.keyboard.type(WORDS)
        go = page.get_by_role("button", name="Start the chat")
        emulator.control("faults", {"operation": "StartChatContact", "times": 5, "status": 500})
        go.tap()
        expect(page.get_by_role("alert")).to_contain_text("Chats cannot be started at the moment.")
        emulator.control("faults", {"clear": True})
        page.clock.fast_forward("02:00")
        emulator.control("quotas", {"openChats": 0})
        try:
            go.tap()
            expect(page.get_by_role("alert")).to_contain_text("Everybody is busy just now.")
            assert wrong_for_axe(page) == []
            expect(page.get_by_label("Your message")).to_have_value(WORDS)
        finally:
            emulator.control("quotas", {"openChats": None})
        page.clock.fast_forward("02:00")
        go.tap()
        expect(mine(page)).to_have_text([WORDS])


def test_tabs_and_a_phone_go_on_with_it_and_a_link_works_once(browser: Browser, shop: Shop) -> None:
    with window(browser, **DESKTOP) as page, window(browser, **PHONE, color_scheme="dark") as phone:
        shop.customer(page)
        contact_id = start(page)
        tab = page.context.new_page()
        shop.customer(tab)
        tab.locator(".launcher").focus()
        tab.keyboard.press("Enter")
        expect(mine(tab)).to_have_text([WORDS])
        write(tab, "From another tab")
        expect(mine(tab)).to_have_text([WORDS, "From another tab"])
        page.bring_to_front()
        expect(mine(page)).to_have_text([WORDS, "From another tab"])
        press(page, "More", "Continue on another device")
        expect(page.get_by_label("Link to this chat")).to_have_value(re.compile("#ccp-chat="))
        link = page.get_by_label("Link to this chat").input_value()
        phone.goto(link)
        expect(mine(phone)).to_have_text([WORDS, "From another tab"])
        assert (phone.evaluate("location.hash"), phone.evaluate("CcpChat.contactId")) == ("", contact_id)
        box = phone.locator(".panel").bounding_box()
        assert box is not None
        assert (box["x"], box["y"], box["width"], box["height"]) == (0, 0, 390, 844)
        assert wrong_for_axe(phone) == []
        expect(page.locator(".link__told")).to_contain_text("opened on another device")
        with window(browser, **PHONE) as thief:
            thief.goto(link)
            expect(thief.get_by_role("alert")).to_contain_text("This link was used already")
        expect(page.locator(".line")).to_contain_text("tried again after that, and refused")
        press(page, "End the chat")
        expect(phone.get_by_text("This chat has ended.")).to_be_visible()


QUESTION = {
    "templateType": "QuickReply",
    "version": "1.0",
    "data": {"content": {"title": "Anything else?", "elements": [{"title": "Yes"}, {"title": "No"}]}},
}


def test_a_cut_line_loses_nothing_and_choices_can_be_answered(browser: Browser, shop: Shop) -> None:
    with window(browser, **DESKTOP) as page, shop.product.portal.desk("jonas") as jonas:
        page.clock.install()
        shop.customer(page)
        start(page, words="Is it the bulb?")
        jonas.available()
        contact_id = jonas.accept()
        page.context.set_offline(True)
        write(page, "Written in a tunnel")
        expect(page.locator(".line")).to_contain_text("No connection.")
        page.context.set_offline(False)
        jonas.hears("Written in a tunnel")
        expect(mine(page)).to_have_text(["Is it the bulb?", "Written in a tunnel"])
        kind = "application/vnd.amazonaws.connect.message.interactive"
        asked = {"contactId": contact_id, "content": json.dumps(QUESTION), "contentType": kind}
        page.route("**/widget-more.js*", lambda route: route.abort())  # the part that draws it does not come at first
        shop.product.emulator.control("say", asked)
        expect(page.get_by_text("An interactive message of a kind that this page cannot show")).to_be_visible()
        page.unroute("**/widget-more.js*")
        page.clock.fast_forward("00:11")
        press(page, "No")
        jonas.hears("No")
        expect(page.get_by_role("button", name="No")).to_be_disabled()
        jonas.call("destroyConnection", contactId=contact_id)


def test_right_to_left_dark_german_and_a_closed_shop(browser: Browser, shop: Shop) -> None:
    with window(browser, **DESKTOP) as page:
        query = (
            "&open=&dir=rtl&theme=dark&lang=de&fields=name,email%3F,topic,message&topics=Rechnung,Reparatur%3Drepair"
        )
        shop.customer(page, f"{query}&hours=Mon 00:00-00:01&time-zone=UTC&closed-text=Heute zu")
        expect(page.get_by_text("Heute zu")).to_be_visible()
        assert wrong_for_axe(page) == []
        box = page.locator(".panel").bounding_box()
        assert box is not None
        assert box["x"] < 100
        page.get_by_label("Ihre E-Mail-Adresse").focus()
        page.keyboard.type("ada@")
        press(page, "Chat beginnen")
        expect(page.get_by_label("Ihr Name")).to_be_focused()
        expect(page.get_by_text("Das ist keine vollständige E-Mail-Adresse.")).to_be_visible()


def test_without_storage_and_without_a_portal_the_customer_is_told(browser: Browser, shop: Shop) -> None:
    with window(browser, **DESKTOP) as page:
        page.add_init_script(
            "Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('off') } })"
        )
        shop.customer(page)
        open_by_key(page)
        expect(page.locator(".line")).to_contain_text("Your browser keeps nothing")
        page.route("**/livechat", lambda route: route.abort())
        expect(page.get_by_label("Your name")).to_be_focused()
        page.keyboard.type("Ada")
        page.keyboard.press("Tab")
        page.keyboard.type(WORDS)
        press(page, "Start the chat")
        expect(page.get_by_role("alert")).to_contain_text("cannot be reached at the moment")
        page.unroute("**/livechat")
        press(page, "Start the chat")
        expect(mine(page)).to_have_text([WORDS])


DECLARATIONS = """css => {
  const sheet = new CSSStyleSheet()
  sheet.replaceSync(css)
  const of = (rules) => [...rules].flatMap((one) => [[one.selectorText ?? one.name ?? "", ...(one.style ?? [])].join(" "), ...of(one.cssRules ?? [])])
  return of(sheet.cssRules)
}"""


def test_shortened_css_declares_all_that_the_whole_does(browser: Browser) -> None:
    with window(browser) as page:
        for parts in (
            ["widget/launcher.css"],
            ["widget/window.css", "chat/bubbles.css"],
            ["widget/more.css", "chat/choices.css"],
        ):
            whole = bundle._with_tokens(bundle._css(*parts), bundle._css("widget/window.css", "chat/bubbles.css"))
            assert page.evaluate(DECLARATIONS, bundle._short("text/css", whole)) == page.evaluate(DECLARATIONS, whole)
