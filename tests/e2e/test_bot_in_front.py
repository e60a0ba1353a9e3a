"""Seed 000 without AWS: a bot meets the customer, its settings decide what the customer is told, the agent has its talk folded."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.accessible import found
from tests.e2e.browsing import window
from tests.portal import Product

pytestmark = pytest.mark.browser

SETTINGS = {
    "ConnectLiveChatTerms": "live chat, a person",
    "ConnectPromptForNameMessage": "Your name?",
    "ConnectWaitForAgentMessage": "Please wait.",
    "ConnectWaitForAgentMessageIntervalInSeconds": "0",
    "ConnectAgentJoinedMessage": "{Agent} came in.",
    "ConnectAgentLeftMessage": "{Agent} went out.",
    "ConnectChatEndedMessage": "It is over.",
}


def says(page: Page, text: str) -> None:
    page.get_by_label("Message", exact=True).fill(text)
    page.get_by_label("Message", exact=True).press("Enter")


def sees(page: Page, text: str) -> None:
    expect(page.get_by_role("log").get_by_text(text, exact=True)).to_be_visible()


def test_a_bot_hands_over_with_its_talk_and_what_it_understood(browser: Browser, product: Product) -> None:
    with window(browser) as page, product.portal.desk("mira") as mira:
        page.goto(f"{product.emulator.url}/_emulator/bot")
        for name, value in SETTINGS.items():
            page.get_by_label(name, exact=True).fill(value)
        page.get_by_label("ConnectAttachChatTranscript").check()
        says(page, "Where is order FM-48213?")
        says(page, "A Person")
        sees(page, "Your name?")
        says(page, "Ada")
        sees(page, "Fenmark Home came in.")
        mira.available()
        contact_id = mira.accept()
        mira.until(lambda held: any("Customer: A Person" in text for text in held.said()), "the bot's talk")
        mira.until(lambda held: [one for one in held.transcript() if one["Type"] == "ATTACHMENT"], "as a file, too")
        assert mira.held.contacts[contact_id]["attributes"] == {
            "topic": "OrderStatus",
            "connect_intent": "OrderStatus",
            "connect_slot_number": "fm-48213",
        }
        mira.say(contact_id, "Hello, I am Mira.")
        sees(page, "Hello, I am Mira.")
        says(page, "My lamp flickers")
        mira.hears("My lamp flickers")
        sees(page, "My lamp flickers")
        assert found(page) == []
        page.get_by_role("button", name="End live chat").click()
        sees(page, "It is over.")
        mira.until(lambda held: held.agent_contacts[contact_id]["state"] == "ended", "the customer has ended it")
        says(page, "opening hours")  # back to the bot
        expect(page.get_by_text("Our people are there from 8 to 18")).to_be_visible()
        assert page.get_by_text("Please wait.").count() == 0
