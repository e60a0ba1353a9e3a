"""An agent at the real desk in a real Chromium, and the customer's page beside it: what people do, by what they see."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import Page, expect

from tests.portal import PASSWORD, RunningPortal


class DeskPage:
    """One tab of an agent."""

    def __init__(self, page: Page, portal: RunningPortal) -> None:
        self.page, self.portal = page, portal

    def log_in(self, username: str) -> DeskPage:
        self.page.goto(f"{self.portal.url}/login/")
        self.page.get_by_label("User name").fill(username)
        self.page.get_by_label("Password").fill(PASSWORD)
        self.page.get_by_role("button", name="Sign in").click()
        self.page.wait_for_url("**/desk/")
        return self.live()

    def live(self) -> DeskPage:
        expect(self.page.locator("#chip, .chip").first).to_contain_text("Live", timeout=20_000)
        return self

    def go(self, state: str) -> None:
        self.page.locator("#state-button").click()
        self.page.get_by_role("menuitemradio", name=state).click()
        expect(self.page.locator("#state-button")).to_contain_text(state)

    @property
    def offers(self) -> Any:
        return self.page.locator("#offers .offer")

    def accept(self, name: str) -> None:
        offer = self.offers.filter(has_text=name)
        expect(offer).to_be_visible(timeout=20_000)
        self.page.wait_for_timeout(600)  # a click just when the list has shifted under the pointer is not taken
        offer.get_by_role("button", name="Accept").click()
        expect(self.head).to_have_text(name)

    @property
    def head(self) -> Any:
        return self.page.locator("#head h2")

    def card(self, name: str) -> Any:
        return self.page.get_by_role("option").filter(has_text=name)

    def unread(self, name: str) -> str:
        badge = self.card(name).locator(".unread")
        return re.sub(r"\D", "", badge.inner_text()) if badge.is_visible() else ""

    def open(self, name: str) -> None:
        self.card(name).click()
        try:
            expect(self.head).to_have_text(name, timeout=2_000)
        except AssertionError:  # an offer had just moved the list: such a click is not taken, and a person clicks again
            self.card(name).click()
            expect(self.head).to_have_text(name)

    def say(self, text: str) -> None:
        self.page.locator("#words").fill(text)
        self.page.keyboard.press("Enter")

    def type(self, text: str) -> None:
        self.page.locator("#words").click()
        self.page.keyboard.type(text)

    @property
    def mine(self) -> Any:
        return self.page.locator("#rows .group--me .bubble")

    @property
    def theirs(self) -> Any:
        return self.page.locator("#rows .group:not(.group--me) .bubble")

    @property
    def typing(self) -> Any:
        return self.page.locator("#typing")

    def end(self) -> None:
        self.page.locator("#end").click()
        self.page.get_by_role("dialog").get_by_role("button", name="End chat").click()

    def done(self) -> None:
        self.page.locator("#done").click()

    def hand_on(self, to: str, comment: str = "") -> None:
        self.page.locator("#transfer").click()
        dialog = self.page.get_by_role("dialog")
        dialog.get_by_role("combobox").fill(to)
        dialog.get_by_role("option").filter(has_text=to).click()
        dialog.get_by_label("Comment for whoever gets it").fill(comment)
        dialog.get_by_role("button", name=f"Transfer to {to}").click()
        expect(dialog).to_be_hidden()


class CustomerPage:
    """The customer's page of the demo."""

    def __init__(self, page: Page, emulator_url: str) -> None:
        self.page, self.url = page, f"{emulator_url}/_emulator/customer"

    def start(self, name: str, first: str) -> CustomerPage:
        self.page.goto(self.url)
        self.page.get_by_label("Your name").fill(name)
        self.page.get_by_label("Your message").fill(first)
        self.page.get_by_role("button", name="Start the chat").click()
        expect(self.page.locator(".group--me .bubble")).to_have_text([first])
        return self

    def say(self, text: str) -> None:
        self.page.get_by_role("textbox", name="Message").fill(text)
        self.page.keyboard.press("Enter")

    def type(self, text: str) -> None:
        self.page.get_by_role("textbox", name="Message").click()
        self.page.keyboard.type(text)

    def sees(self, text: str) -> None:
        expect(self.page.locator(".log")).to_contain_text(text, timeout=20_000)
