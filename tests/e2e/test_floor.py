"""The supervisor's board in a real browser: live, by keyboard alone, filtered by its address, on a phone, in German."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.accessible import found
from tests.e2e.browsing import window
from tests.emulating import free_port
from tests.portal import PASSWORD, RunningPortal

pytestmark = pytest.mark.browser
FLOOR = """
from datetime import timedelta
from django.utils import timezone
from django.contrib.auth import get_user_model
from chats.models import Contact, QueueWait, Queue
from chats.contact_state import Move
from chats.reasons import Reason
from agents.models import Agent, AgentContact
from tests import factories
now = timezone.now()
ago = lambda **by: now - timedelta(**by)
mira, jonas = Agent.objects.get(user__username="mira"), Agent.objects.get(user__username="jonas")
for agent in (mira, jonas):
    agent.seen_at = ago(days=-1); agent.state = factories.state("Break"); agent.load = 5; agent.save()
queues = list(Queue.objects.order_by("name")[:3])
for n in range(30):
    c = factories.contact(f"Guest {n:02}", state="JOINING", queue=queues[n % len(queues)], handed_over_at=ago(minutes=25 - n / 2))
    c.move(Move.JOINED, ago(minutes=25 - n / 2))
    if n % 3 == 0:
        c.move(Move.ACCEPT, ago(minutes=24 - n / 2), owner=(mira if n % 2 else jonas).user)
        AgentContact.objects.create(agent=mira if n % 2 else jonas, contact=c, round=1, state="connected",
            offered_at=ago(minutes=24 - n / 2), accepted_at=ago(minutes=24 - n / 2))
        factories.item(c, absolute_time=ago(minutes=n % 7))
for n in range(40):
    c = factories.contact(f"Past {n:02}", state="JOINING", queue=queues[n % len(queues)])
    c.move(Move.JOINED, ago(minutes=50 - n))
    c.move(Move.ACCEPT, ago(minutes=50 - n) + timedelta(seconds=10 + 4 * n), owner=mira.user)
    c.move(Move.END, ago(minutes=49.5 - n) + timedelta(seconds=10 + 4 * n), end_reason="agent")
for n, cause in enumerate(["offer_shown_all_the_time", "desk_lost_connection"]):
    c = Contact.objects.filter(conversation__customer_name=f"Guest {n:02}").get()
    AgentContact.objects.create(agent=jonas, contact=c, round=1, state="missed", outcome="missed", holds_slot=False,
        offered_at=ago(minutes=9), ended_at=ago(minutes=8), why=Reason("no_answer", seconds="20", cause=Reason(cause)))
"""
CUT_OFF = """() => [
  ...[...document.querySelectorAll(".scroll")].filter((one) => one.scrollWidth > one.clientWidth + 1).map((one) => one.ariaLabel),
  ...[...document.querySelectorAll("#floor tbody tr:first-child > *")]
    .filter((one) => innerWidth >= 768 && one.checkVisibility() && one.clientWidth < 60).map((one) => one.textContent),
]"""


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningPortal]:
    quiet = {"CCP_SNS_CERT": "", "CCP_POLL_SECONDS": "1.5"}
    with RunningPortal(tmp_path_factory.mktemp("floor"), free_port(), environment=quiet) as running:
        running.shell(FLOOR)
        yield running


@pytest.fixture
def board(chromium_once: Browser, portal: RunningPortal) -> Iterator[Page]:
    with window(chromium_once, viewport={"width": 1440, "height": 900}) as page:
        opened(page, portal)
        yield page


def opened(page: Page, portal: RunningPortal, address: str = "/floor/?own=0") -> None:
    page.goto(f"{portal.url}/login/")
    page.get_by_label("User name").fill("ida")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{portal.url}/floor/")
    page.goto(f"{portal.url}{address}")
    expect(page.locator("#floor")).not_to_have_attribute("aria-busy", "true")


def test_the_board_is_complete_and_lives(board: Page, portal: RunningPortal) -> None:
    figures = board.locator("#kpis .num")
    expect(figures.nth(0)).to_have_text("20")
    expect(figures.nth(4)).to_have_text("10")
    expect(board.locator("#contacts tbody tr")).to_have_count(30)
    expect(board.locator("#missed li")).to_have_count(2)
    expect(board.locator("#missed li").first).to_contain_text("No answer within 20 s")
    first = board.locator("#contacts tbody th a").first
    name = first.inner_text()
    board.locator("#t-contacts").hover()
    portal.shell(
        "from chats.models import Contact; from chats.contact_state import Move; from django.utils import timezone;"
        f"c = Contact.objects.get(conversation__customer_name={name!r});"
        "c.move(Move.END, timezone.now(), end_reason='customer')"
    )
    expect(board.locator("#contacts tbody").get_by_text(name, exact=True)).to_have_count(0)
    expect(board.locator("#ended").get_by_text(name, exact=True)).to_be_visible()
    assert found(board) == []


def test_it_is_walked_filtered_sorted_and_kept_by_keyboard_alone(board: Page) -> None:
    board.keyboard.press("j")
    board.keyboard.press("j")
    expect(board.locator("#contacts tbody th a").nth(1)).to_be_focused()
    board.keyboard.press("k")
    expect(board.locator("#contacts tbody th a").nth(0)).to_be_focused()
    board.locator("#contacts th[data-sort=customer] button").press("Enter")
    expect(board.locator("#contacts tbody th a").first).to_have_text("Guest 00")
    expect(board.locator("#contacts th[data-sort=customer]")).to_have_attribute("aria-sort", "ascending")
    board.locator("#floor-search").fill("guest 07")
    expect(board.locator("#contacts tbody tr")).to_have_count(1)
    board.locator("#floor-save-open").press("Enter")
    board.locator("#floor-save-name").fill("Seven")
    board.keyboard.press("Enter")
    expect(board.locator("#floor-view")).to_have_value("Seven")
    board.reload()
    expect(board.locator("#contacts tbody tr")).to_have_count(1)
    board.locator("#floor-view").select_option("")
    expect(board.locator("#contacts tbody tr")).not_to_have_count(1)
    board.locator("#floor-view").select_option("Seven")
    expect(board.locator("#contacts tbody tr")).to_have_count(1)
    board.locator("#floor-delete").press("Enter")
    expect(board.locator("#floor-view option")).to_have_count(1)
    board.locator("#contacts th[data-sort=customer] button").focus()
    board.keyboard.press("j")
    board.keyboard.press("Enter")
    expect(board).to_have_url(re.compile("#contact=contact-"))
    expect(board.locator("#watch")).to_be_visible()


def test_nothing_moves_under_the_pointer(board: Page, portal: RunningPortal) -> None:
    rows = board.locator("#contacts tbody tr")
    rows.nth(1).hover()
    names = rows.locator("th a").all_inner_texts()
    portal.shell(
        "from chats.models import Contact; from chats.contact_state import Move; from django.utils import timezone;"
        f"c = Contact.objects.get(conversation__customer_name={names[0]!r});"
        "c.move(Move.END, timezone.now(), end_reason='customer')"
    )
    expect(rows.nth(0)).to_have_class(re.compile("is-gone"))
    assert rows.locator("th a").all_inner_texts() == names
    board.locator("#t-queues").hover()
    expect(rows.nth(0).locator("th a")).to_have_text(names[1])


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1920, 1440, 820, 390])
def test_it_fits_every_screen(
    chromium_once: Browser, portal: RunningPortal, tmp_path: Path, width: int, scheme: str
) -> None:
    look = {"viewport": {"width": width, "height": 900}, "color_scheme": scheme}
    with window(chromium_once, **look) as page:
        said: list[str] = []
        page.on("console", lambda one: said.append(one.text) if one.type == "error" else None)
        opened(page, portal)
        assert said == [], "the page, or its Content-Security-Policy, complains"
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert page.evaluate(CUT_OFF) == [], "columns that one must scroll for, or that have no room"
        page.screenshot(path=str(tmp_path / f"floor-{scheme}-{width}.png"))
        assert found(page) == []
        page.locator("#contacts tbody th a").first.press("Enter")
        expect(page.locator("#watch")).to_be_visible()
        assert page.evaluate(CUT_OFF) == [], "beside a watched contact"
