"""The main job as people do it, in a real Chromium: three kinds of customers, an agent with two tabs, a supervisor."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.browsing import missing, window
from tests.e2e.chatjs import ChatJsCustomer, NotAvailableError, chatjs_site
from tests.e2e.desks import CustomerPage, DeskPage
from tests.emulating import INBOUND_FLOW, INSTANCE, customer, eventually
from tests.portal import PASSWORD, Product

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
SIZE = {"width": 1440, "height": 900}


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    try:
        with chatjs_site() as url:
            yield url
    except NotAvailableError as error:
        missing(f"amazon-connect-chatjs from npm ({error})")


def test_the_main_job_from_the_first_message_to_the_end(browser: Browser, product: Product) -> None:
    with window(browser, viewport=SIZE) as shop, window(browser, viewport=SIZE) as first_tab:
        amelia = CustomerPage(shop, product.emulator.url).start("Amelia Hart", "The side panel is split")
        mira = DeskPage(first_tab, product.portal).log_in("mira")
        mira.go("Available")
        mira.accept("Amelia Hart")
        expect(mira.theirs).to_have_text(["The side panel is split"])  # said before the hand-over
        amelia.sees("Mira has joined.")
        _they_talk(amelia, mira)
        second = first_tab.context.new_page()
        second.goto(f"{product.portal.url}/desk/")
        other_tab = DeskPage(second, product.portal).live()
        expect(other_tab.head).to_have_text("Amelia Hart")
        _a_draft_follows(mira, other_tab)
        with customer(product.emulator, "Bob", "And my lamp?") as bob:
            mira.accept("Bob")
            mira.say("It is on its way, Bob")
            bob.wait_for_text("It is on its way, Bob")
            expect(other_tab.head).to_have_text("Bob")  # two tabs of one agent agree
            amelia.say("Are you still there?")
            amelia.say("Hello?")
            expect(mira.card("Amelia Hart").locator(".unread")).to_contain_text("2")
            expect(other_tab.card("Amelia Hart").locator(".unread")).to_contain_text("2")
            mira.open("Amelia Hart")
            expect(mira.card("Amelia Hart").locator(".unread")).to_be_hidden()
            expect(other_tab.card("Amelia Hart").locator(".unread")).to_be_hidden()
        second.close()
        _twice_ended_and_back(product, amelia, mira)
        _nobody_writes_and_the_flow_ends_it(product, amelia, mira)
    _supervisor_and_admin_see_it(browser, product)


def _they_talk(amelia: CustomerPage, mira: DeskPage) -> None:
    amelia.type("It is the left one, it")
    expect(mira.typing).to_contain_text("Amelia")
    amelia.say("It is the left one")
    expect(mira.theirs.last).to_have_text("It is the left one")
    mira.type("I am sorry, I")
    expect(amelia.page.locator(".typing")).to_be_visible()
    mira.say("I am sorry, a new one is on its way")
    amelia.sees("I am sorry, a new one is on its way")
    expect(mira.mine.last).to_have_text("I am sorry, a new one is on its way")
    expect(mira.page.locator("#rows .group--me").last).to_contain_text("Sent")
    _a_note_stays_inside(amelia, mira)


def _a_draft_follows(mira: DeskPage, other_tab: DeskPage) -> None:
    mira.type("It comes by th")
    expect(other_tab.page.locator("#words")).to_have_value("It comes by th")
    mira.page.locator("#words").fill("")
    expect(other_tab.page.locator("#words")).to_have_value("")


def _a_note_stays_inside(amelia: CustomerPage, mira: DeskPage) -> None:
    mira.page.locator("#log").press("Alt+n")
    mira.page.keyboard.type("the third split one")
    mira.page.keyboard.press("Enter")
    expect(mira.page.locator("#rows .note > p[dir]")).to_have_text("the third split one")
    mira.page.locator("#log").press("Alt+r")
    amelia.say("Thank you")
    expect(mira.theirs.last).to_have_text("Thank you")
    expect(amelia.page.locator("body")).not_to_contain_text("the third split one")


def _twice_ended_and_back(product: Product, amelia: CustomerPage, mira: DeskPage) -> None:
    for number in (1, 2):
        mira.open("Amelia Hart")
        mira.end()
        ended = amelia.page.locator(".log").get_by_text("The conversation with us has ended")
        expect(ended).to_have_count(number, timeout=20_000)  # the flow waits now: what is written is a return
        mira.done()
        expect(mira.card("Amelia Hart")).to_have_count(0)
        amelia.say(f"I am back, {number}")
        mira.accept("Amelia Hart")
        mira.page.locator("#log").press("End")
        expect(mira.theirs.last).to_have_text(f"I am back, {number}")
        mira.say(f"Welcome back, {number}")
        amelia.sees(f"Welcome back, {number}")
    contacts = product.emulator.control("contacts")["contacts"]
    assert len(contacts) == 2  # Amelia's one contact, and Bob's


def _nobody_writes_and_the_flow_ends_it(product: Product, amelia: CustomerPage, mira: DeskPage) -> None:
    mira.end()
    mira.done()
    expect(amelia.page.locator(".log").get_by_text("The conversation with us has ended")).to_have_count(3)
    product.emulator.advance(901)
    amelia.sees("Goodbye")
    expect(amelia.page.get_by_text("This chat has ended")).to_be_visible()


def _supervisor_and_admin_see_it(browser: Browser, product: Product) -> None:
    with window(browser, viewport=SIZE) as page:
        page.goto(f"{product.portal.url}/login/")
        page.get_by_label("User name").fill("ida")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url("**/floor/")
        page.get_by_role("link", name="Amelia Hart").first.click()
        expect(page.locator("#rows")).to_contain_text("I am back, 2")
        expect(page.locator("#rows")).to_contain_text("Mira Okafor")
        expect(page.locator("noscript")).to_be_hidden()
        page.locator("#log").press("Home")  # of a long transcript what is in sight is drawn
        for place in ("#rows .note", "#notes li"):
            expect(page.locator(place)).to_contain_text("the third split one")
        expect(page.locator(".note button:visible, #note-add:visible")).to_have_count(0)
    with window(browser, viewport=SIZE) as page:
        page.goto(f"{product.portal.url}/admin/login/?next=/admin/")
        page.get_by_label("User name").fill("admin")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        for name in ("Queues", "Agents", "Contacts", "Conversations"):
            expect(page.get_by_role("link", name=name, exact=True).first).to_be_visible()


def _started(product: Product, name: str, text: str) -> dict[str, Any]:
    answer: dict[str, Any] = product.emulator.client("connect").start_chat_contact(
        InstanceId=INSTANCE,
        ContactFlowId=INBOUND_FLOW,
        ParticipantDetails={"DisplayName": name},
        InitialMessage={"ContentType": "text/plain", "Content": text},
    )
    return answer


def test_a_customer_with_the_real_chatjs_is_served(browser: Browser, site: str, product: Product) -> None:
    with window(browser) as shop, window(browser, viewport=SIZE) as tab:
        mira = DeskPage(tab, product.portal).log_in("mira")
        mira.go("Available")
        started = _started(product, "Chloe", "Hello from ChatJS")
        chloe = ChatJsCustomer(shop, site, product.emulator.url)
        assert chloe.connect(started)
        mira.accept("Chloe")
        expect(mira.theirs).to_have_text(["Hello from ChatJS"])
        mira.type("Good morning")
        chloe.wait_for("typing")
        mira.say("Good morning, Chloe")
        assert chloe.wait_for_text("Good morning, Chloe")["ParticipantRole"] == "CUSTOM_BOT"
        chloe.type()
        expect(mira.typing).to_contain_text("Chloe")
        chloe.send("Thank you")
        expect(mira.theirs.last).to_have_text("Thank you")
        chloe.end()
        expect(mira.card("Chloe")).to_contain_text("Customer", ignore_case=True)
        expect(mira.page.locator("#wrap")).to_be_visible()


def test_a_customer_steps_away_and_takes_the_chat_up_on_another_device(
    browser: Browser, site: str, product: Product
) -> None:
    """Seed 003, sentence by sentence, with the real ChatJS."""
    with window(browser, viewport=SIZE) as tab, window(browser) as phone:
        mira = DeskPage(tab, product.portal).log_in("mira")
        mira.go("Available")
        started = _started(product, "Dora", "My lamp flickers")
        with window(browser) as laptop:
            dora = ChatJsCustomer(laptop, site, product.emulator.url)
            assert dora.connect(started)
            mira.accept("Dora")
            # "the customer stops responding to the agent. The agent asks 'Are you there?' and doesn't get a reply."
            mira.say("Are you there?")
            dora.wait_for_text("Are you there?")
        # "The agent leaves the chat. … your contact flow determines what happens next."
        mira.end()
        mira.done()
        expect(mira.card("Dora")).to_have_count(0)
        # "step away from it, and then resume the conversation … even switch devices": by the token that the site has kept
        dora = ChatJsCustomer(phone, site, product.emulator.url)
        assert dora.connect(started)
        eventually(
            lambda: any("ended" in str(one.get("Content")) for one in dora.transcript()),
            why="the flow waits for a return",
        )
        said = [one["Content"] for one in dora.transcript() if one["Type"] == "MESSAGE"]
        assert ("My lamp flickers" in said, "Are you there?" in said) == (True, True)
        # "the customer eventually sends another message ('Hey, I'm back') and the chat resumes", with what was said before
        dora.send("Hey, I'm back")
        mira.accept("Dora")
        mira.page.locator("#log").press("End")
        expect(mira.theirs.last).to_have_text("Hey, I'm back")
        expect(mira.page.locator("#rows")).to_contain_text("Are you there?")
        mira.say("Welcome back, Dora")
        dora.wait_for_text("Welcome back, Dora")
        contact = product.emulator.client("connect").describe_contact(
            InstanceId=INSTANCE, ContactId=started["ContactId"]
        )["Contact"]
        assert (contact["InitiationMethod"], "DisconnectTimestamp" in contact) == ("API", False)
        # "Timeout: Run this branch if the customer hasn't sent a message": here a Disconnect block
        mira.end()
        mira.done()
        eventually(
            lambda: sum("ended" in str(one.get("Content")) for one in dora.transcript()) == 2,
            why="the flow waits again",
        )
        product.emulator.advance(901)
        dora.wait_for("ended")


@pytest.mark.full  # test_never_stale restarts the portal each time, with two tabs and two machines
def test_what_is_written_while_the_portal_is_away_is_sent_once_without_a_reload(
    browser: Browser, product: Product
) -> None:
    with window(browser, viewport=SIZE) as tab, customer(product.emulator, "Ada", "hello") as ada:
        mira = DeskPage(tab, product.portal).log_in("mira")
        mira.go("Available")
        mira.accept("Ada")
        tab.evaluate("window.notReloaded = true")
        product.portal.kill()
        expect(tab.locator(".chip").first).to_contain_text("Reconnecting", timeout=20_000)
        mira.say("written in the dark")
        ada.say("said in the dark")
        time.sleep(1)
        product.portal.start()
        mira.live()
        ada.wait_for_text("written in the dark", 30)
        expect(mira.theirs.last).to_have_text("said in the dark", timeout=30_000)
        expect(mira.mine.filter(has_text="written in the dark")).to_have_count(1)
        assert tab.evaluate("window.notReloaded") is True
        assert ada.texts().count("written in the dark") == 1
