"""Our desk beside the instance's own CCP, which is the emulator's, with the published Streams between them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.attaching import sends
from tests.e2e.accessible import found_in_both_themes
from tests.e2e.beside_ccp import Beside, product_beside_ccp
from tests.e2e.browsing import missing, window
from tests.e2e.chatjs import NotAvailableError, Package, library
from tests.e2e.streams import OLDER
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
        bea.leave()


def test_files_go_both_ways_and_a_quick_connect_hands_the_chat_on(mira: Beside, product: Product):
    mira.go("Available")
    with customer(product.emulator, "Cem", "It is split") as cem:
        mira.accept("Cem")
        sends(cem, b"a photo of the lamp", "lamp.txt", "text/plain")
        expect(mira.page.locator("#rows")).to_contain_text("lamp.txt")
        with mira.page.expect_file_chooser() as chooser:
            mira.page.locator("#attach").press("Enter")
        chooser.value.set_files([{"name": "guide.txt", "mimeType": "text/plain", "buffer": b"Turn it off first"}])
        mira.page.keyboard.press("Enter")
        got = cem.wait_for(lambda item: item["Type"] == "ATTACHMENT" and item["ParticipantRole"] == "AGENT")
        assert got["Attachments"][0]["AttachmentName"] == "guide.txt"
        mira.page.locator("#transfer").press("Enter")
        dialog = mira.page.get_by_role("dialog", name="Transfer Cem")
        expect(dialog.get_by_label("Comment for whoever gets it")).to_be_hidden()
        dialog.get_by_role("combobox").press_sequentially("BasicQ")
        expect(dialog.get_by_role("option").filter(has_text="BasicQueue")).to_contain_text("quick connect")
        mira.page.keyboard.press("ArrowDown")
        mira.page.keyboard.press("Enter")
        dialog.get_by_role("button", name="Transfer to BasicQueue").press("Enter")
        expect(dialog).to_be_hidden()
        mira.until_in_connect(cem.contact_id, "ENDED")
        expect(mira.desk.card("Cem")).to_contain_text("You ended or transferred it in Amazon Connect")
        mira.done()
        mira.until_in_connect(cem.contact_id, None)
        mira.accept("Cem")  # nobody else is there: the queue gives it back, as a contact of its own
        expect(mira.desk.theirs.first).to_have_text("It is split")
        mira.desk.end()
        mira.done()
        eventually(lambda: not mira.contacts_in_connect(), why="nothing is left there")


def test_of_two_tabs_one_holds_the_ccp_and_the_other_takes_over(mira: Beside, product: Product):
    mira.go("Available")
    second = Beside(mira.page.context.new_page(), product, name=mira.agent.name + "-unused")
    second.page.goto(f"{product.portal.url}/desk/")
    told = second.page.locator("#connect-open [data-at=told]")
    expect(told).to_contain_text("in another tab of yours")
    assert second.page.locator("#connect-frame").get_attribute("src") is None
    second.agent = mira.agent
    with customer(product.emulator, "Dia", "Hello") as dia:
        second.accept("Dia")
        second.say("From the second tab")
        dia.wait_for_text("From the second tab")
        second.desk.go("Offline")
        eventually(lambda: "Offline" in mira.pill.inner_text(), why="the next state is shown in both")
        mira.page.close()
        expect(told).not_to_contain_text("in another tab")
        second.is_there()
        second.say("And still")
        dia.wait_for_text("And still")
        dia.leave()
        second.until_in_connect(dia.contact_id, "ENDED")
        second.done()
        eventually(lambda: not second.contacts_in_connect(), why="it is cleared by the tab that leads now")
        eventually(lambda: second.in_connect()["status"] == "Offline", why="what was chosen for after it")


def test_the_ccp_may_be_loaded_anew_and_a_chat_accepted_and_ended_in_it_is_ours_meanwhile(
    mira: Beside, product: Product
):
    mira.go("Available")
    with customer(product.emulator, "Eli", "Hello") as eli:
        mira.open_panel()
        mira.ccp.get_by_role("button", name="Accept").press("Enter")
        mira.desk.open("Eli")
        inner = next(one for one in mira.page.frames if one.name == "Amazon Connect CCP")
        inner.evaluate("location.reload()")
        mira.is_there()
        mira.close_panel()
        mira.say("Here I am")
        eli.wait_for_text("Here I am")
        assert eli.texts().count("Here I am") == 1
        mira.open_panel()
        mira.ccp.get_by_role("button", name="End chat").press("Enter")
        expect(mira.desk.card("Eli")).to_have_class(re.compile("is-over"))
        mira.close_panel()
        mira.done()
        mira.until_in_connect(eli.contact_id, None)


def test_the_server_goes_on_without_the_browser_until_the_token_ends_and_says_so(browser: Browser, product: Product):
    with window(browser) as page:
        mira = Beside(page, product).sign_in()
        mira.go("Available")
        with customer(product.emulator, "Fay", "Hello") as fay, window(browser) as elsewhere:
            mira.accept("Fay")
            mira.page.close()
            fay.say("Anybody there?")
            away = Beside(elsewhere, product)
            away.desk.log_in("mira")
            away.desk.open("Fay")
            expect(away.desk.theirs.last).to_have_text("Anybody there?")
            expect(away.pill).to_contain_text("the portal alone")
            away.say("On another machine")
            assert fay.wait_for_text("On another machine")["ParticipantRole"] == "AGENT"
            refused = {"operation": "CreateParticipantConnection", "status": 403, "times": 100}
            product.emulator.control("faults", refused)
            product.emulator.control("expire", {"contactId": fay.contact_id})
            away.say("Are you there?")
            expect(away.page.locator("#head")).to_contain_text("Amazon Connect no longer lets the portal speak for you")
            product.emulator.control("faults", {"clear": True})
            away.agent = mira.agent
            away.sign_in_to_connect()  # the next token is taken, and the contact goes on
            expect(away.page.locator("#words")).to_be_visible()
            away.say("Back again")
            fay.wait_for_text("Back again")
            away.desk.end()
            away.done()
            away.until_in_connect(fay.contact_id, None)
            away.agent.is_("Offline")


SAID = """{ from: "ccp-portal", kind: "told", ccp: { status: "ready", state: { name: "Forged", type: "routable" }, nextState: null,
  stateSince: "", states: [{ name: "Forged", type: "routable" }], contacts: [] } }"""
ASKED = '{ from: "ccp-portal", kind: "ask", id: "x", verb: "setState", params: { name: "Offline", next: false } }'
ANOTHER_FRAME = """() => { const other = document.createElement("iframe"); other.name = "other"; other.src = "about:blank"; document.body.append(other) }"""


def test_what_others_post_changes_nothing(mira: Beside, product: Product):
    mira.go("Available")
    mira.page.evaluate(ANOTHER_FRAME)
    other = next(one for one in mira.page.frames if one.name == "other")
    bridge = next(one for one in mira.page.frames if one.name == "connect-frame")
    ccp = next(one for one in mira.page.frames if one.name == "Amazon Connect CCP")
    mira.page.evaluate(f"window.postMessage({SAID}, '*')")  # the desk's own window is no bridge
    other.evaluate(f"parent.postMessage({SAID}, '*')")
    other.evaluate(
        f"parent.document.getElementById('connect-frame').contentWindow.postMessage({ASKED}, '*')"
    )  # of this origin, and not who holds it
    ccp.evaluate(f"top.postMessage({SAID}, '*')")  # another site
    ccp.evaluate(f"parent.postMessage({ASKED}, '*')")
    bridge.evaluate("parent.postMessage({ from: 'ccp-portal', kind: 'told', ccp: { status: 'ready' } }, '*')")
    with customer(product.emulator, "Gus", "Hello") as gus:  # later than what was posted
        mira.accept("Gus")
        expect(mira.pill).not_to_contain_text("Forged")
        assert mira.in_connect()["status"] == "Available"
        mira.desk.end()
        mira.done()
        mira.until_in_connect(gus.contact_id, None)


def test_the_panel_and_the_emulators_ccp_are_for_everybody(browser: Browser, product: Product):
    with window(browser, reduced_motion="reduce") as page:
        mira = Beside(page, product)
        mira.desk.log_in("mira")
        expect(page.locator("#connect.is-open")).to_be_visible()
        assert found_in_both_themes(page) == []
        page.set_viewport_size({"width": 390, "height": 844})
        mira.sign_in_to_connect()
        mira.open_panel()
        assert found_in_both_themes(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") == 390
        page.set_viewport_size({"width": 320, "height": 600})
        page.goto(f"{product.emulator.url}/connect/ccp-v2/")
        page.get_by_label("Username of the agent").press_sequentially(mira.agent.name)
        page.keyboard.press("Enter")
        expect(page.get_by_label("Status")).to_be_visible()
        mira.agent.is_("Available")
        with customer(product.emulator, "Hal, whose name is long enough to need another line", "Hello") as hal:
            expect(page.get_by_role("button", name="Accept")).to_be_visible()
            assert found_in_both_themes(page) == []
            assert page.evaluate("document.documentElement.scrollWidth") == 320
            hal.leave()
        mira.agent.is_("Offline")


@pytest.mark.full
@pytest.mark.parametrize("package", OLDER, ids=str)
def test_older_releases_of_streams_do_the_same(package: Package, browser: Browser, tmp_path: Path):
    with (
        product_beside_ccp(tmp_path, CCP_STREAMS_FILE=str(library(package))) as older,
        window(browser) as page,
    ):
        mira = Beside(page, older).sign_in()
        mira.go("Available")
        with customer(older.emulator, "Ina", "Hello") as ina:
            mira.accept("Ina")
            mira.say("Hello Ina")
            assert ina.wait_for_text("Hello Ina")["ParticipantRole"] == "AGENT"
            mira.desk.end()
            mira.done()
            mira.until_in_connect(ina.contact_id, None)
