"""An agent's work with the keyboard alone, and reading again what was served, at the running product."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.browsing import window
from tests.e2e.desks import DeskPage
from tests.emulating import customer
from tests.portal import Product

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]


def test_what_was_served_is_read_again_without_scripts_too(browser: Browser, product: Product) -> None:
    with window(browser, viewport={"width": 1440, "height": 900}) as page:
        mira = DeskPage(page, product.portal).log_in("mira")
        mira.go("Available")
        with customer(product.emulator, "Amelia Hart", "The side panel is split"):
            mira.accept("Amelia Hart")
            mira.end()
            mira.done()
            expect(page.locator("#empty")).to_be_visible()
        page.get_by_role("link", name="History", exact=True).click()
        served = page.get_by_role("row").filter(has_text="Amelia Hart")
        expect(served.get_by_role("cell").last).to_have_text("the agent ended it")
        served.get_by_role("link").click()
        expect(page.locator("#rows")).to_contain_text("The side panel is split")
        expect(page.locator("#head")).to_contain_text("Ended")
        scriptless = browser.new_context(java_script_enabled=False, storage_state=page.context.storage_state())
        plain = scriptless.new_page()
        plain.goto(page.url)
        expect(plain.get_by_role("region", name="Transcript")).to_contain_text("The side panel is split")
        expect(plain.locator("#nothing")).to_be_hidden()
        scriptless.close()


def test_an_agent_works_with_the_keyboard_alone(browser: Browser, product: Product) -> None:
    with window(browser, viewport={"width": 1440, "height": 900}) as page:
        mira = DeskPage(page, product.portal).log_in("mira")
        page.keyboard.press("Alt+s")
        page.keyboard.press("Home")
        page.keyboard.press("Enter")
        expect(page.locator("#state-button")).to_contain_text("Available")
        with customer(product.emulator, "Ada", "One") as ada, customer(product.emulator, "Ben", "Two") as ben:
            expect(page.locator("#offers-more")).to_have_text("1 more: Ben", timeout=20_000)
            for name in ("Ada", "Ben"):
                expect(mira.offers).to_contain_text(name)
                page.keyboard.press("Alt+a")
                expect(mira.head).to_have_text(name)
            expect(mira.offers).to_have_count(0)
            expect(page.get_by_role("option")).to_have_count(2)
            for name, person in (("Ada", ada), ("Ben", ben)):
                page.keyboard.press("Alt+l")
                page.keyboard.press("1")  # who has waited longest; once answered they stand further down
                expect(mira.head).to_have_text(name)
                page.keyboard.press("Alt+r")
                expect(page.locator("#words")).to_be_focused()
                page.keyboard.type(f"Hello {name}")
                page.keyboard.press("Enter")
                person.wait_for_text(f"Hello {name}")
                expect(mira.card(name).locator(".timer")).to_have_count(0)
            for name in (mira.head.inner_text(), None):
                _end_by_key(mira)
                page.keyboard.press("Alt+w")
                if name:
                    expect(mira.head).not_to_have_text(name)
        expect(page.locator("#empty")).to_contain_text("You are Available for chat on 1 queue (0 waiting).")


def _end_by_key(mira: DeskPage) -> None:
    mira.page.keyboard.press("Alt+e")
    expect(mira.page.get_by_role("dialog")).to_be_visible()
    mira.page.keyboard.press("Tab")
    mira.page.keyboard.press("Enter")
    expect(mira.page.locator("#done")).to_be_visible()
