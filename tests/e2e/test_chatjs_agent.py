"""An agent's session of the real npm amazon-connect-chatjs, on a page of another origin, against the portal's participant API."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.attaching import into_connects_queue, relay, sends
from tests.e2e.browsing import missing, window
from tests.e2e.chatjs import CHATJS_5, ChatJsCustomer, NotAvailableError, chatjs_site
from tests.emulating import EVENT, Customer, customer, eventually
from tests.pictures import PNG
from tests.portal import Desk, Product

pytestmark = pytest.mark.browser

COMPARE = """
import asyncio
from chats import reconcile
from chats.models import Participant
asyncio.run(reconcile.transcript(Participant.objects.select_related("conversation").get(contact_id="{}", round=1)))
"""  # what the worker does every minute: Amazon Connect streams no receipts


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    try:
        with chatjs_site() as url:
            yield url
    except NotAvailableError as error:
        missing(f"{CHATJS_5} from npm ({error})")


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory, site: str) -> Iterator[Product]:
    folder: Path = tmp_path_factory.mktemp("product")
    allowed = {"CCP_ALLOWED_ORIGINS": site.rpartition("/")[0]}
    with Product(folder, flow=into_connects_queue(folder), portal_environment=allowed) as running:
        yield running


@pytest.fixture
def mira(product: Product) -> Iterator[Desk]:
    with product.portal.desk("mira") as desk:
        yield desk


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Page]:
    with window(browser) as opened:
        yield opened


@pytest.fixture
def ada(product: Product, mira: Desk) -> Iterator[Customer]:
    with customer(product.emulator, "Ada", "Hello") as ada:
        relay(product, mira, ada.contact_id)
        yield ada


@pytest.fixture
def agent(page: Page, site: str, product: Product, mira: Desk, ada: Customer) -> ChatJsCustomer:
    """Mira's session on a page of a CRM."""
    given = mira.call("connectionToken", contactId=ada.contact_id)
    session = ChatJsCustomer(page, site, product.portal.url)
    about = {"ContactId": ada.contact_id, "ParticipantId": "mira", "ParticipantToken": given["token"]}
    assert session.connect(about, type="AGENT")
    session.wait_for("established")
    return session


def test_words_go_both_ways_and_each_is_heard_once(agent, ada):
    ada.say("Is anybody here?")
    heard = agent.wait_for_text("Is anybody here?")
    assert (heard["ParticipantRole"], heard["ContactId"]) == ("CUSTOMER", ada.contact_id)
    answer = agent.send("I am")
    got = ada.wait_for_text("I am")
    assert (got["Id"], got["ParticipantRole"]) == (answer["Id"], "AGENT")
    own = agent.wait_for_text("I am")
    assert (own["Id"], own["ParticipantRole"], own["DisplayName"]) == (answer["Id"], "AGENT", "Mira Okafor")
    assert agent.texts() == ["Is anybody here?", "I am"]
    assert [one["Content"] for one in agent.transcript() if one["Type"] == "MESSAGE"] == [
        "Hello", "Is anybody here?", "I am",
    ]  # fmt: skip


def test_typing_and_receipts_go_both_ways(agent, ada, product):
    ada.event("typing")
    assert agent.wait_for("typing")[0]["ParticipantRole"] == "CUSTOMER"
    assert set(agent.type()) >= {"Id", "AbsoluteTime"}
    ada.wait_for(lambda item: (item["ContentType"], item["ParticipantRole"]) == (f"{EVENT}typing", "AGENT"))
    sent = agent.send("Please read this")
    ada.event("message.read", f'{{"messageId": "{sent["Id"]}"}}')
    product.portal.shell(COMPARE.format(ada.contact_id))
    assert agent.wait_for("read")[0]["MessageMetadata"]["MessageId"] == sent["Id"]
    said = ada.say("I have")["Id"]
    agent.wait_for_text("I have")
    agent.acknowledge(said)
    ada.wait_for(lambda item: item.get("MessageMetadata", {}).get("MessageId") == said)


def test_files_go_both_ways(agent, ada):
    attachment_id = sends(ada, PNG, "shelf.png", "image/png")
    found = eventually(lambda: [one for one in agent.log("message") if one["Type"] == "ATTACHMENT"], why="a file")
    assert found[-1]["Attachments"][0]["AttachmentId"] == attachment_id
    eventually(lambda: agent.refusal("getAttachmentURL", {"attachmentId": attachment_id}) is None, why="it is scanned")
    assert agent.download(attachment_id) == PNG
    agent.attach("label.png", "image/png", PNG)
    got = ada.wait_for(lambda item: item["Type"] == "ATTACHMENT" and item["ParticipantRole"] == "AGENT")
    assert got["Attachments"][0]["AttachmentName"] == "label.png"


def test_refusals_reach_the_page_with_their_names(agent, mira, ada):
    refused = agent.refusal("sendMessage", {"message": " ", "contentType": "text/plain"})
    assert (refused["type"], refused["statusCode"]) == ("ValidationException", 400)
    mira.call("destroyConnection", contactId=ada.contact_id)
    agent.wait_for("ended")


def test_the_agent_ends_the_chat(agent, mira, ada):
    agent.end()
    agent.wait_for("ended")
    mira.until(lambda held: held.agent_contacts[ada.contact_id]["state"] == "ended", "it ends on the desk")
    assert "No active connection" in agent.refusal("sendMessage", {"message": "x", "contentType": "text/plain"})


def test_the_end_by_the_customer_is_heard(agent, ada):
    ada.participant.disconnect_participant(ConnectionToken=ada.connection_token)
    agent.wait_for("ended")


def test_whoever_signs_out_has_no_session_any_more(agent, mira):
    mira.session.post("/logout/", {"csrfmiddlewaretoken": mira.session.cookie("csrftoken")})
    agent.wait_for("lost")
    agent.wait_for("broken")
