"""Our desk beside the instance's own CCP, which is the emulator's, with the published Streams between them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.beside_ccp import Beside, product_beside_ccp
from tests.e2e.browsing import missing, window
from tests.e2e.chatjs import NotAvailableError
from tests.emulating import customer, eventually
from tests.portal import Product

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    try:
        with product_beside_ccp(tmp_path_factory.mktemp("product")) as running:
            yield running
    except NotAvailableError as error:
        missing(f"amazon-connect-streams from npm ({error})")


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    with window(browser) as opened:
        yield opened


@pytest.fixture
def mira(page: Page, product: Product) -> Iterator[Beside]:
    signed_in = Beside(page, product).sign_in()
    yield signed_in
    signed_in.agent.is_("Offline")


def test_a_chat_of_amazon_connects_is_served_at_our_desk_from_its_offer_to_its_end(mira: Beside, product: Product):
    mira.go("Available")
    with customer(product.emulator, "Ada", "My lamp flickers") as ada:
        mira.accept("Ada")
        mira.until_in_connect(ada.contact_id, "CONNECTED")
        expect(mira.desk.theirs).to_have_text(["My lamp flickers"])
        mira.say("I am looking into it")
        heard = ada.wait_for_text("I am looking into it")
        assert heard["ParticipantRole"] == "AGENT"
        ada.say("Thank you")
        expect(mira.desk.theirs.last).to_have_text("Thank you")
        mira.desk.end()
        ada.wait_for_event("participant.left", role="AGENT")
        mira.until_in_connect(ada.contact_id, "ENDED")
        mira.done()
        mira.until_in_connect(ada.contact_id, None)
        expect(mira.desk.card("Ada")).to_be_hidden()


def test_the_state_is_one_on_both_sides_and_the_pill_says_which_side_rules(mira: Beside, product: Product):
    mira.go("Available")
    mira.agent.is_("Offline")
    expect(mira.pill).to_contain_text("Offline")
    portals = "from agents.models import Agent; print(Agent.objects.get(user__username='mira').state.name)"
    assert product.portal.shell(portals) == "Offline"
    mira.go("Available")
    product.portal.shell(
        "from django.utils import timezone; from agents import presence; from agents.models import Agent;"
        "presence.set_state(Agent.objects.get(user__username='mira'), 'Offline', enqueue_next=False, by=None, now=timezone.now())"
    )
    eventually(lambda: mira.in_connect()["status"] == "Offline", why="what the portal sets goes to Amazon Connect")
    mira.open_panel()
    mira.ccp.get_by_role("button", name="Sign out").click()
    expect(mira.pill).to_contain_text("the portal alone")
    mira.sign_in_to_connect()


def test_an_offer_is_declined_or_missed_and_a_missed_one_is_put_away(mira: Beside, product: Product):
    mira.go("Available")
    with customer(product.emulator, "Bea", "Hello") as bea:
        offer = mira.desk.offers.filter(has_text="Bea")
        expect(offer).to_be_visible()
        product.emulator.advance(21)
        missed = mira.page.locator("#missed").filter(has_text="Bea")
        expect(missed).to_be_visible()
        missed.get_by_role("button", name="Clear").press("Enter")
        mira.until_in_connect(bea.contact_id, "CONNECTING")  # it waits still, and is offered again
        expect(offer).to_be_visible()
        mira.desk.go("Offline")  # after this contact
        offer.get_by_role("button", name="Decline").press("Enter")
        mira.until_in_connect(bea.contact_id, None)
        expect(offer).to_be_hidden()
        assert mira.in_connect()["status"] == "Offline"
