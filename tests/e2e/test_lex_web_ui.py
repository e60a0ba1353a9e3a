"""The real Lex Web UI (LEX_WEB_UI_DIST=/path/to/dist), its chats started by the portal, up to an agent at a desk."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.amazon import BASIC_QUEUE
from tests.ccp import Ccp
from tests.e2e import lex_web_ui
from tests.e2e.lex_web_ui import LexCustomer, Site, serving
from tests.emulating import HANDOVER_FLOW, INBOUND_FLOW, INSTANCE, eventually, free_port
from tests.flows import flow, queue, transfer
from tests.portal import Desk, Product

pytestmark = [
    pytest.mark.browser,
    pytest.mark.full,
    pytest.mark.timeout(300),
    pytest.mark.skipif(not lex_web_ui.DIST, reason="LEX_WEB_UI_DIST names no dist of Lex Web UI (docs/lex-web-ui.md)"),
]
TEXTS = {
    "liveChatTerms": "live chat, help me",
    "promptForNameMessage": "Your name, please?",
    "waitingForAgentMessage": "Please wait.",
    "waitingForAgentMessageIntervalSeconds": 1,
    "agentJoinedMessage": "{Agent} came in.",
    "agentLeftMessage": "{Agent} went out.",
    "chatEndedMessage": "The chat is over.",
    "attachChatTranscript": True,
    "contactFlowId": INBOUND_FLOW,
    "instanceId": INSTANCE,
}
PARTS = "Bot Transcript: (1\\"


class Setting:
    """One product, one site and one window: `customer` opens the page anew."""

    def __init__(self, product: Product, site: Site, page: Page) -> None:
        self.product, self.site, self.page = product, site, page
        self._seen: set[str] = set()

    def customer(self, *, shim: bool = True, **texts: object) -> LexCustomer:
        self.site.shim = shim
        self.site.configuration["connect"] |= TEXTS | texts
        return LexCustomer(self.page, self.site)

    def new_contact(self) -> str:
        """The contact that was not there before, as soon as it is."""

        def found() -> str:
            now = [one["contactId"] for one in self.product.emulator.control("contacts")["contacts"]]
            return next((one for one in now if one not in self._seen), "")

        contact_id = str(eventually(found, why="a contact"))
        self._seen.add(contact_id)
        return contact_id


def setting(browser: Browser, folder: Path, flow: Path) -> Iterator[Setting]:
    port = free_port()
    environment = {
        "CCP_START_CHAT_ORIGINS": f"http://127.0.0.1:{port}",
        "CCP_START_CHAT_FLOWS": INBOUND_FLOW,
        "CCP_START_CHAT_PER_ADDRESS": "100",
    }
    with Product(folder, flow=flow, portal_environment=environment) as product:
        site = Site(port, f"{product.portal.url}/livechat", product.emulator.url)
        # Lex Web UI's own complaint about a login that is not set up is no error of ours.
        with serving(site), browser.new_context() as context:
            yield Setting(product, site, context.new_page())


@pytest.fixture(scope="module")
def in_connect(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Setting]:
    """Amazon Connect's own queue: its agents speak as AGENT, at a CCP that relays to the desk."""
    folder = tmp_path_factory.mktemp("connect")
    (folder / "queue.json").write_text(flow(queue("q", "transfer", QueueId=BASIC_QUEUE), transfer()))
    yield from setting(browser, folder, folder / "queue.json")


@pytest.fixture(scope="module")
def handed_over(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Setting]:
    """The flow hands over to the portal, whose agents are custom participants."""
    yield from setting(browser, tmp_path_factory.mktemp("portal"), HANDOVER_FLOW)


def files(desk: Desk) -> list[str]:
    return [one["AttachmentName"] for item in desk.held.transcript() for one in item.get("Attachments") or []]


def test_through_a_ccp_every_part_of_a_live_chat_works(in_connect: Setting) -> None:
    lex, emulator = in_connect.customer(), in_connect.product.emulator
    lex.says("hello")
    lex.sees("You said hello")
    lex.says("Help Me")
    lex.sees("Your name, please?")
    lex.says("Ada")
    lex.sees("Please wait.", times=2)
    assert in_connect.site.heard == ["hello"]  # a term and a name are no words for the bot
    contact_id = in_connect.new_contact()
    attributes = emulator.client("connect").get_contact_attributes(InstanceId=INSTANCE, InitialContactId=contact_id)
    assert attributes["Attributes"] == {"connect_topicid": "42", "topic": "billing"}
    with in_connect.product.portal.desk("mira") as mira:
        ccp = Ccp(in_connect.product, "grace")
        mira.call("relayContact", **ccp.serves(contact_id))
        lex.sees("Grace came in.")
        mira.until(lambda held: any(text.startswith(PARTS) for text in held.said()), "the bot's transcript")
        mira.until(lambda held: files(mira) == ["chatTranscript.txt"], "the transcript as a file")
        assert "You said hello" in "".join(text for text in mira.held.said() if text.startswith("Bot Transcript"))
        waited = lex.bubbles().count("Please wait.")
        mira.say(contact_id, "Hello, how can I help?")
        lex.sees("Hello, how can I help?")
        lex.says("My lamp flickers")
        mira.hears("My lamp flickers")
        lex.sees("My lamp flickers")
        lex.page.wait_for_timeout(2_500)
        assert lex.bubbles().count("Please wait.") == waited
        assert not any("Bot Transcript" in words for words in lex.bubbles())
        mira.call("destroyConnection", contactId=contact_id)
        lex.sees("Grace went out.")
        lex.sees("The chat is over.")
    lex.says("hello again")
    lex.sees("You said hello again")


def test_a_second_chat_knows_the_first_and_the_customer_may_end_it(in_connect: Setting) -> None:
    lex, emulator = in_connect.customer(waitingForAgentMessageIntervalSeconds=0), in_connect.product.emulator
    lex.says("live chat")
    lex.says("Ada")
    with in_connect.product.portal.desk("mira") as mira:
        first = in_connect.new_contact()
        mira.call("relayContact", **Ccp(in_connect.product, "heidi").serves(first))
        lex.sees("Heidi came in.")
        assert "Please wait." not in lex.bubbles()
        lex.ends()
        lex.sees("The chat is over.")
        mira.until(lambda held: held.agent_contacts[first]["state"] == "ended", "the customer has ended it")
        lex.says("live chat")
        second = in_connect.new_contact()
        attributes = emulator.client("connect").get_contact_attributes(InstanceId=INSTANCE, InitialContactId=second)
        assert set(attributes["Attributes"]) == {
            *("connect_topicid", "topic", "connect_initial_contact_id", "connect_contact_id", "connect_participant_id")
        }


@pytest.mark.parametrize("shim", [True, False], ids=["with lex-web-ui-agents.js", "without"])
def test_agents_who_are_custom_participants(handed_over: Setting, shim: bool) -> None:
    lex = handed_over.customer(shim=shim)
    lex.says("live chat")
    lex.says("Ada")
    with handed_over.product.portal.desk("mira") as mira:
        mira.available()
        contact_id = mira.accept()
        mira.say(contact_id, "Hello, how can I help?")
        lex.says("My lamp flickers")
        mira.hears("My lamp flickers")
        if shim:
            lex.sees("Fenmark Home came in.")
            lex.sees("Hello, how can I help?")
            mira.until(lambda held: any(text.startswith(PARTS) for text in held.said()), "the bot's transcript")
            mira.call("destroyConnection", contactId=contact_id)
            lex.sees("Fenmark Home went out.")
        else:
            lex.sees("My lamp flickers")
            lex.sees("Please wait.", times=2)  # nobody has come, as far as it knows
            assert "" in lex.bubbles()
            assert not any("how can I help" in words or "came in" in words for words in lex.bubbles()[1:])
            mira.call("destroyConnection", contactId=contact_id)
        mira.call("setAgentState", state="Offline")
    lex.ends()
    lex.sees("The chat is over.")
