"""Watching and stepping in, as people do it, in a real Chromium: an agent, a supervisor beside them, a customer."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.accessible import AXE_SCRIPT, RUN
from tests.e2e.browsing import window
from tests.e2e.desks import CustomerPage, DeskPage
from tests.portal import PASSWORD, Product

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
SIZE = {"width": 1440, "height": 900}
JONAS_SUPERVISES = """
from django.contrib.auth.models import Group, User
User.objects.get(username="jonas").groups.add(Group.objects.get(name="Supervisors"))
"""


def to_floor(page: Page, product: Product, username: str) -> None:
    page.goto(f"{product.portal.url}/login/?next=/floor/")
    page.get_by_label("User name").press_sequentially(username)
    page.get_by_label("Password").press_sequentially(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/floor/")
    page.get_by_role("link", name="Amelia Hart").first.click()
    expect(page).to_have_url(re.compile("/floor/#contact="))
    expect(page.locator("#rows")).to_contain_text("The side panel is split")


def is_accessible(page: Page) -> None:
    page.evaluate(AXE_SCRIPT)
    assert page.evaluate(RUN, ["body", None]) == []


def test_a_supervisor_watches_whispers_writes_helps_and_takes_over(browser: Browser, product: Product) -> None:
    product.portal.shell(JONAS_SUPERVISES)
    with (
        window(browser, viewport=SIZE) as shop,
        window(browser, viewport=SIZE) as desk,
        window(browser, viewport=SIZE) as floor,
    ):
        amelia = CustomerPage(shop, product.emulator.url).start("Amelia Hart", "The side panel is split")
        mira = DeskPage(desk, product.portal).log_in("mira")
        mira.go("Available")
        mira.accept("Amelia Hart")
        to_floor(floor, product, "jonas")
        expect(floor.locator("#head")).to_contain_text("With Mira Okafor")
        _they_whisper(amelia, mira, floor)
        _the_supervisor_writes(amelia, mira, floor)
        product.emulator.control("faults", {"operation": "SendMessage", "status": 400, "times": 1})
        _what_was_refused_goes_again(amelia, floor)
        _the_agent_asks_for_help(mira, floor)
        _deliveries_are_drawn(floor)
        is_accessible(desk)
        is_accessible(floor)
        _the_supervisor_takes_over(mira, floor)


def _they_whisper(amelia: CustomerPage, mira: DeskPage, floor: Page) -> None:
    floor.locator("#whisper-form textarea").press_sequentially("Offer her a new panel")
    floor.keyboard.press("Enter")
    expect(mira.page.locator("#whisper-list")).to_contain_text("Offer her a new panel")
    mira.page.locator("#whisper-form textarea").press_sequentially("Will do")
    mira.page.keyboard.press("Enter")
    expect(floor.locator("#whisper-list")).to_contain_text("Will do")
    amelia.say("Hello?")
    expect(mira.theirs.last).to_have_text("Hello?")
    expect(amelia.page.locator("body")).not_to_contain_text("new panel")


def _the_supervisor_writes(amelia: CustomerPage, mira: DeskPage, floor: Page) -> None:
    floor.locator("#join").click()
    expect(floor.locator("#barge-dialog")).to_contain_text("will see what you write")
    floor.get_by_role("button", name="Write to the customer").click()
    floor.locator("#barge textarea").press_sequentially("We send it today")
    expect(mira.page.locator("#shared")).to_have_text("Jonas Kessler (supervisor) is writing to the customer")
    floor.keyboard.press("Enter")
    amelia.sees("We send it today")
    expect(mira.mine.last).to_have_text("We send it today")
    expect(mira.page.locator("#rows .group--me").last).to_contain_text("Jonas Kessler (supervisor)")
    expect(floor.locator("#barge textarea")).to_have_value("")


def _what_was_refused_goes_again(amelia: CustomerPage, floor: Page) -> None:
    floor.locator("#barge textarea").press_sequentially("With a spare bolt")
    floor.keyboard.press("Enter")
    refused = floor.locator("#rows .group").filter(has_text="With a spare bolt")
    expect(refused).to_contain_text("Not sent")
    is_accessible(floor)
    refused.get_by_role("button", name="Retry").click()
    amelia.sees("With a spare bolt")
    expect(refused.get_by_role("button", name="Retry")).to_have_count(0)


def _the_agent_asks_for_help(mira: DeskPage, floor: Page) -> None:
    mira.say("/help She wants her money back")
    expect(mira.page.locator("#helping")).to_contain_text("You have asked for help")
    floor.locator("#step-in").get_by_role("button", name="Help").click()
    expect(mira.page.locator("#helping")).to_contain_text("Jonas Kessler is coming to help.")
    mira.page.locator("#helping").get_by_role("button", name="Lower the hand").click()
    expect(mira.page.locator("#helping")).to_be_hidden()


def _deliveries_are_drawn(floor: Page) -> None:
    ways = floor.locator("#delivery tbody tr")
    expect(ways.filter(has_text="Customer to portal").locator(".n").first).to_have_text(re.compile(r"^[\d.]+ m?s$"))
    expect(ways.filter(has_text="Customer to the agent's screen")).to_have_count(1, timeout=20_000)  # told every 10 s
    expect(ways.locator("[role=img]").first).to_have_attribute("aria-label", re.compile("Half within .* 99 of 100"))


def _the_supervisor_takes_over(mira: DeskPage, floor: Page) -> None:
    floor.get_by_role("button", name="Take over").click()
    dialog = floor.locator("#act-dialog")
    dialog.get_by_label("Reason").press_sequentially("She knows me")
    dialog.get_by_role("button", name="Take over").click()
    expect(mira.page.locator("#notice")).to_have_text(
        re.compile("Amelia Hart: Jonas Kessler took it over: She knows me")
    )
    expect(floor.locator("#head")).to_contain_text("With Jonas Kessler")
    with floor.context.new_page() as own:
        own.goto(floor.url.split("/floor/")[0] + "/desk/")
        expect(own.locator("#cards")).to_contain_text("Amelia Hart")
        expect(own.locator("#rows")).to_contain_text("Jonas Kessler took over from Mira Okafor, and wraps up")
