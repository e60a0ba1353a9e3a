"""What becomes of an offer and of a chat between two agents, in a real Chromium, with the clock turned.

Missed, declined, transferred, returned, a laptop closed and its chats rescued. Nobody waits for real time: the rows that
tell when something began are made older, as if so many seconds had passed.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, expect

from bench.measure import tree
from tests.e2e.browsing import another, window
from tests.e2e.desks import DeskPage
from tests.emulating import Customer, customer, eventually
from tests.portal import Answer, Product

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]
SIZE = {"width": 1440, "height": 900}
PATIENT = {
    "CCP_OFFER_SECONDS": "120",
    "CCP_DECLINE_SECONDS": "120",
}  # a busy machine needs its time, the clock is turned
SEED = """
from agents.models import RoutingProfile
from chats.models import Queue
Queue.objects.update(previous_agent_seconds=120, rescue_seconds=0, rescue_text="One moment, somebody takes over.")
"""
OFFER_IS_OVER = """
import time
from django.utils import timezone
from agents.models import AgentContact
offers = AgentContact.objects.filter(state="connecting")
while not all("shown" in [one["what"] for one in offer.offer_events] for offer in offers.all()):
    time.sleep(0.1)  # the page tells that it shows it
offers.update(expires_at=timezone.now())
"""
GONE = """
from datetime import timedelta
from django.db.models import F
from agents.models import Agent, AgentContact
by, mira = timedelta(seconds={seconds}), Agent.objects.filter(user__username="{name}")
AgentContact.objects.filter(agent__in=mira).update(accepted_at=F("accepted_at") - by)
mira.update(seen_at=F("seen_at") - by, state_since=F("state_since") - by)
"""


@dataclass
class Shift:
    """Two agents at their desks, each a page, and the product they work with."""

    product: Product
    mira: DeskPage
    jonas: DeskPage

    @contextmanager
    def customer(self, name: str, words: str) -> Iterator[Customer]:
        with customer(self.product.emulator, name, words) as somebody:
            yield somebody

    def tidy(self) -> None:
        """Whatever a story left behind: chats are ended, cards cleared, and everybody goes home."""
        for name in ("mira", "jonas"):
            with self.product.portal.desk(name) as desk:
                desk.call("setAgentState", state="Offline")
                for contact_id, part in dict(desk.held.agent_contacts).items():
                    ends = {"connected": "destroyConnection", "connecting": "rejectContact"}.get(part["state"])
                    if ends:
                        desk.call(ends, contactId=contact_id)
                    if part["state"] != "connecting":
                        desk.call("clearContact", contactId=contact_id)
                desk.until(lambda held: not held.agent_contacts, f"{name}'s desk is empty")


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    with Product(tmp_path_factory.mktemp("stories"), portal_environment=PATIENT) as product:
        product.portal.shell(SEED)
        yield product


@pytest.fixture(scope="module")
def pages(running: Product, chromium_once: Browser) -> Iterator[tuple[DeskPage, DeskPage]]:
    with window(chromium_once, viewport=SIZE) as hers, window(chromium_once, viewport=SIZE) as his:
        yield DeskPage(hers, running.portal).log_in("mira"), DeskPage(his, running.portal).log_in("jonas")


@pytest.fixture
def shift(running: Product, pages: tuple[DeskPage, DeskPage]) -> Iterator[Shift]:
    both = Shift(running, *pages)
    yield both
    both.tidy()


# ---- offers ------------------------------------------------------------------------------------------------------------


def test_missed_it_says_why_and_the_next_agent_gets_it(shift: Shift) -> None:
    shift.mira.go("Available")
    with shift.customer("Ada", "Where is my lamp?") as ada:
        expect(shift.mira.offers.filter(has_text="Ada")).to_be_visible(timeout=20_000)
        shift.product.portal.shell(OFFER_IS_OVER)
        missed = shift.mira.page.locator("#missed")
        expect(missed).to_contain_text("Ada", timeout=20_000)
        expect(missed).to_contain_text("No answer within 120 s: it was shown in an open tab all the time")
        expect(shift.mira.offers).to_have_count(0)
        shift.jonas.go("Available")
        shift.jonas.accept("Ada")
        ada.wait_for_text("Jonas has joined.", 20)
        assert "Mira has joined." not in ada.texts()
        missed.get_by_role("button", name="Clear").click()
        expect(missed).to_be_hidden()
        expect(shift.mira.page.locator("#state-button")).to_contain_text("Available")  # once is no habit


def test_declined_it_goes_to_the_next_agent_at_once_and_not_back(shift: Shift) -> None:
    shift.mira.go("Available")
    with shift.customer("Bea", "The box is open") as bea:
        offer = shift.mira.offers.filter(has_text="Bea")
        expect(offer).to_be_visible(timeout=20_000)
        shift.jonas.go("Available")
        shift.mira.page.wait_for_timeout(600)  # as DeskPage.accept
        offer.get_by_role("button", name="Decline").click()
        expect(shift.mira.offers).to_have_count(0)
        shift.jonas.accept("Bea")
        bea.wait_for_text("Jonas has joined.", 20)
        expect(shift.mira.offers).to_have_count(0)
        expect(shift.mira.page.locator("#missed")).to_be_hidden()


# ---- from one to the other -----------------------------------------------------------------------------------------------


def test_transferred_the_new_agent_has_every_word_at_once(shift: Shift) -> None:
    shift.mira.go("Available")
    with shift.customer("Cleo", "My chair wobbles") as cleo:
        shift.mira.accept("Cleo")
        shift.mira.say("Which leg is it?")
        cleo.wait_for_text("Which leg is it?", 20)
        cleo.say("The left one")
        expect(shift.mira.theirs.last).to_have_text("The left one")
        shift.jonas.go("Available")
        shift.mira.hand_on("Jonas Kessler", "Knows chairs better")
        expect(shift.jonas.offers.filter(has_text="Cleo")).to_contain_text("Knows chairs better", timeout=20_000)
        shift.jonas.accept("Cleo")
        expect(shift.jonas.page.locator("#rows .bubble")).to_contain_text(
            ["My chair wobbles", "Which leg is it?", "The left one"]
        )
        cleo.wait_for_text("Mira has left.", 20)
        cleo.wait_for_text("Jonas has joined.", 20)
        assert cleo.texts().index("Mira has left.") < cleo.texts().index("Jonas has joined.")
        expect(shift.mira.card("Cleo")).to_contain_text("Handed on to Jonas Kessler")
        shift.jonas.say("A new leg is on its way")
        cleo.wait_for_text("A new leg is on its way", 20)
        with shift.product.portal.desk("mira") as tab, pytest.raises(Answer):
            tab.call("sendMessage", contactId=cleo.contact_id, message="And from me", clientToken="too-late")


def test_declined_by_the_colleague_it_returns_to_the_sender_who_never_stopped_serving(shift: Shift) -> None:
    shift.mira.go("Available")
    with shift.customer("Dora", "My sofa is blue") as dora:
        shift.mira.accept("Dora")
        shift.jonas.go("Available")
        shift.mira.hand_on("Jonas Kessler")
        offer = shift.jonas.offers.filter(has_text="Dora")
        expect(offer).to_be_visible(timeout=20_000)
        shift.mira.say("I am asking a colleague")
        dora.wait_for_text("I am asking a colleague", 20)
        shift.jonas.page.wait_for_timeout(600)  # as DeskPage.accept
        offer.get_by_role("button", name="Decline").click()
        expect(shift.jonas.offers).to_have_count(0)
        expect(shift.mira.page.locator("#handing")).to_contain_text("declined", ignore_case=True)
        shift.mira.say("I can help you myself")
        dora.wait_for_text("I can help you myself", 20)
        assert dora.texts().count("Mira has joined.") == 1
        assert "Mira has left." not in dora.texts()


def test_a_customer_who_returns_meets_the_agent_they_know(shift: Shift) -> None:
    """Although the colleague has been idle for longer."""
    shift.mira.go("Available")
    with shift.customer("Elin", "My bed creaks") as elin:
        shift.mira.accept("Elin")
        shift.jonas.go("Available")
        shift.mira.end()
        elin.wait_for_text("Mira has left.", 20)
        shift.mira.done()
        eventually(lambda: any("has ended" in text for text in elin.texts()), 20, "the flow waits for a return")
        elin.say("It creaks again")
        shift.mira.accept("Elin")
        expect(shift.mira.theirs.last).to_have_text("It creaks again")
        expect(shift.jonas.offers).to_have_count(0)


# ---- gone --------------------------------------------------------------------------------------------------------------


@contextmanager
def laptop(shift: Shift, browser: Browser) -> Iterator[tuple[DeskPage, list[int]]]:
    """Mira at a computer of her own: a Chromium with the processes it consists of."""
    shift.mira.page.goto("about:blank")
    before = set(tree(os.getpid()))
    own = another(browser)
    with window(own, viewport=SIZE) as page:
        mira = DeskPage(page, shift.product.portal).log_in("mira")
        mira.go("Available")
        yield mira, [pid for pid in tree(os.getpid()) if pid not in before]
    own.close()
    shift.mira.page.goto(f"{shift.product.portal.url}/desk/")
    shift.mira.live()


@contextmanager
def lid_closed(processes: list[int]) -> Iterator[None]:
    """Nothing of it runs, and nothing says goodbye: the connection stays open, and silent."""
    for pid in processes:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in processes:
            os.kill(pid, signal.SIGCONT)


def test_a_laptop_is_closed_and_its_chats_are_rescued(shift: Shift, chromium_once: Browser) -> None:
    with laptop(shift, chromium_once) as (mira, processes), shift.customer("Fay", "My desk tilts") as fay:
        mira.accept("Fay")
        mira.say("To which side?")
        fay.wait_for_text("To which side?", 20)
        shift.jonas.go("Available")
        with lid_closed(processes):
            fay.say("To the left")
            shift.product.portal.shell(GONE.format(name="mira", seconds=60))
            fay.wait_for_text("One moment, somebody takes over.", 30)
            shift.jonas.accept("Fay")
            fay.wait_for_text("Jonas has joined.", 20)
            words = ["My desk tilts", "To which side?", "To the left"]
            expect(shift.jonas.page.locator("#rows .bubble")).to_contain_text(words)
        mira.live()
        expect(mira.page.locator("#state-button")).to_contain_text("Offline", timeout=20_000)
        expect(mira.card("Fay")).to_contain_text("Back to the queue: no open desk for", timeout=20_000)
        shift.jonas.say("I send you a new foot")
        fay.wait_for_text("I send you a new foot", 20)
