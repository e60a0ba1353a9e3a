"""The portal's CCP in a frame on another site, signed in by a token: with no cookie over http, and with those of a frame."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.e2e.browsing import missing, window
from tests.e2e.chatjs import CHATJS_5, PAGES, NotAvailableError, library, site
from tests.e2e.streams import NEWEST, Crm
from tests.emulating import customer
from tests.pictures import PNG
from tests.portal import Product

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
KEY = "the-key-of-the-backend-of-a-crm-0001"
PROXIED = {"X-Forwarded-Proto": "https"}  # Chromium keeps Secure cookies of 127.0.0.1 as it does those of https


@pytest.fixture(scope="module")
def crm_site() -> Iterator[str]:
    """By the name localhost: another site than the portal's."""
    try:
        libraries = {"amazon-connect-streams.js": library(NEWEST), "amazon-connect-chat.js": library(CHATJS_5)}
    except NotAvailableError as error:
        missing(f"{NEWEST} from npm ({error})")
    pages = {name: PAGES / name for name in ("streams.html", "streams.js", "loader.html")}
    with site({**pages, **libraries}) as url:
        yield url.replace("127.0.0.1", "localhost")


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory, crm_site: str) -> Iterator[Product]:
    environment = {"CCP_ALLOWED_ORIGINS": crm_site, "CCP_EMBED_KEYS": KEY, "CCP_BEHIND_PROXY": "true"}
    made = Product(tmp_path_factory.mktemp("product"), portal_environment=environment)
    made.portal.environment["CSRF_TRUSTED_ORIGINS"] = made.portal.url
    with made as running:
        yield running


def token_for(product: Product, username: str) -> str:
    headers = {"Authorization": f"Bearer {KEY}", "Content-Type": "application/json"}
    body = json.dumps({"username": username}).encode()
    request = urllib.request.Request(f"{product.portal.url}/connect/embed-token", data=body, headers=headers)
    with urllib.request.urlopen(request, timeout=20) as answer:
        return str(json.load(answer)["token"])


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    with window(browser) as opened:
        yield opened


def begun(page: Page, crm_site: str, product: Product, username: str = "mira", path: str = "?ui=none") -> Crm:
    where = f"/connect/ccp-v2/{path}#t={token_for(product, username)}"
    crm = Crm(page, f"{crm_site}/streams.html", product.portal.url, where)
    crm.wait_for("agent")
    return crm


def test_a_chat_without_a_cookie_and_a_reload_that_needs_no_other_token(page, crm_site, product):
    crm = begun(page, crm_site, product)
    assert [one["name"] for one in page.context.cookies(product.portal.url) if one["name"] != "csrftoken"] == []
    page.context.clear_cookies()  # on one's own machine the browser keeps the form's: nothing needs it
    crm.do("crm.ask(crm.agent(), 'setState', crm.agent().getAgentStates().find((one) => one.type === 'routable'))")
    with customer(product.emulator, "Ada", "Hello") as ada:
        crm.wait_for("onConnecting", ada.contact_id)
        crm.ask(f"crm.contact('{ada.contact_id}')", "accept")
        crm.wait_for("controller", ada.contact_id)
        say = "crm.controller(args[0]).sendMessage({ message: args[1], contentType: 'text/plain' })"
        crm.do(f"{say}.then((answer) => answer.data.Id)", ada.contact_id, "Good morning")
        ada.wait_for_text("Good morning")
        ada.say("Are you still there?")
        crm.wait_for_text("Are you still there?")
        page.evaluate("(() => { const frame = document.querySelector('#ccp iframe'); frame.src = frame.src })()")
        crm.wait_for("CONNECTION_GAIN", times=2)
        page.context.clear_cookies()
        ada.say("And now?")
        crm.wait_for_text("And now?")
        crm.ask(f"crm.contact('{ada.contact_id}').getAgentConnection()", "destroy")
        crm.wait_for("onACW", ada.contact_id)
        crm.ask(f"crm.contact('{ada.contact_id}')", "clear")
        crm.wait_for("onDestroy", ada.contact_id)
    crm.do("connect.core.getUpstream().sendUpstream(connect.EventType.TERMINATE)")
    crm.wait_for("TERMINATED")


def test_one_script_tag_is_enough(page, crm_site, product):
    token = token_for(product, "jonas")
    page.goto(f"{crm_site}/loader.html?portal={product.portal.url}&ui=none&token={token}")
    page.wait_for_function("window.agent")
    assert page.evaluate("agent.getName()") == "Jonas Kessler"


def test_the_desk_in_a_frame_keeps_its_session_in_cookies_of_that_frame(browser, crm_site, product):
    """And what it asks for with them: the portal takes a file from the frame."""
    with window(browser, extra_http_headers=PROXIED) as page:
        crm = begun(page, crm_site, product, "jonas", path="")
        kept = page.context.cookies()
        assert {one["name"] for one in kept} == {"csrftoken", "sessionid"}
        found = {(one["sameSite"], one["secure"], one["partitionKey"]) for one in kept}
        assert found == {("None", True, crm_site.rpartition(":")[0])}
        crm.do("crm.ask(crm.agent(), 'setState', crm.agent().getAgentStates().find((one) => one.type === 'routable'))")
        with customer(product.emulator, "Ada", "Hello") as ada:
            crm.wait_for("onConnecting", ada.contact_id)
            crm.ask(f"crm.contact('{ada.contact_id}')", "accept")
            crm.wait_for("onConnected", ada.contact_id)
            file = {"name": "shelf.png", "mimeType": "image/png", "buffer": PNG}
            with page.expect_response(lambda answer: "/files/" in answer.url) as handed_in:
                crm.frame.locator("input[type=file]").first.set_input_files(file)
            assert handed_in.value.status == 200
