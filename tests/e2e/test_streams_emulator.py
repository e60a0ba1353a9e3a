"""An unmodified Streams page against the emulator's CCP: every row of the table in docs/streams.md that says it works."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.amazon import BASIC_QUEUE
from tests.ccp import Agent
from tests.e2e.browsing import missing, window
from tests.e2e.chatjs import NotAvailableError
from tests.e2e.other_side import start_chat
from tests.e2e.streams import NEWEST, Crm, streams_site
from tests.emulating import EVENT, RunningEmulator
from tests.flows import flow, queue, transfer

pytestmark = pytest.mark.browser

TO_QUEUE = flow(queue("q", "transfer", QueueId=BASIC_QUEUE), transfer())


@pytest.fixture(scope="module")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningEmulator]:
    folder = tmp_path_factory.mktemp("emulator")
    path = folder / "to_queue.json"
    path.write_text(TO_QUEUE)
    with RunningEmulator(folder, flows=[path]) as running:
        yield running


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    try:
        with streams_site(NEWEST) as url:
            yield url
    except NotAvailableError as error:
        missing(f"{NEWEST} from npm ({error})")


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    with window(browser) as opened:
        yield opened


class Shift:
    """One agent at the page, who is alone in serving the queue, and their customers."""

    def __init__(self, page: Page, site: str, emulator: RunningEmulator) -> None:
        self.emulator = emulator
        self.name = f"agent-{uuid.uuid4().hex[:8]}"
        self.agent = Agent.of(emulator, self.name)
        self.crm = Crm(page, site, emulator.url)
        self.crm.sign_in(self.name)

    def ends(self) -> None:
        """Nobody is left who is offered what the next test's customers begin."""
        self.crm.do("crm.setState('Offline')")

    def offered(self, customer: str = "Ada", **given: Any) -> Chatting:
        self.crm.do("crm.setState('Available')")
        chatting = Chatting(self.emulator, customer, **given)
        self.crm.wait_for("onConnecting", chatting.id)
        return chatting

    def serving(self, customer: str = "Ada", **given: Any) -> Chatting:
        chatting = self.offered(customer, **given)
        assert self.crm.ask(f"crm.contact('{chatting.id}')", "accept") == {}
        self.crm.wait_for("controller", chatting.id)
        return chatting


class Chatting:
    """A customer, with boto3."""

    def __init__(self, emulator: RunningEmulator, name: str, **given: Any) -> None:
        self._client = emulator.client("connectparticipant")
        started = start_chat(emulator, name, "Hello", **given)
        self.id = started["ContactId"]
        joined = self._client.create_participant_connection(
            ParticipantToken=started["ParticipantToken"], Type=["CONNECTION_CREDENTIALS"], ConnectParticipant=True
        )
        self._by = {"ConnectionToken": joined["ConnectionCredentials"]["ConnectionToken"]}

    def say(self, text: str) -> str:
        return str(self._client.send_message(Content=text, ContentType="text/plain", **self._by)["Id"])

    def type(self) -> None:
        self._client.send_event(ContentType=f"{EVENT}typing", **self._by)

    def leave(self) -> None:
        self._client.disconnect_participant(**self._by)

    def texts(self) -> list[str]:
        items = self._client.get_transcript(SortOrder="ASCENDING", MaxResults=100, **self._by)["Transcript"]
        return [item["Content"] for item in items if item["Type"] == "MESSAGE"]


@pytest.fixture
def shift(page: Page, site: str, emulator: RunningEmulator) -> Iterator[Shift]:
    made = Shift(page, site, emulator)
    yield made
    made.ends()


def test_a_chat_from_the_offer_to_its_end(shift):
    crm = shift.crm
    assert crm.log("CONNECTION_GAIN")
    chat = shift.offered(Attributes={"order": "4711"})
    assert crm.log("contact") == [
        {"id": chat.id, "attributes": {"order": {"name": "order", "value": "4711"}}, "state": "connecting"}
    ]
    assert crm.ask(f"crm.contact('{chat.id}')", "accept") == {}
    crm.wait_for("controller", chat.id)
    chat.say("Is anybody here?")
    assert crm.wait_for_text("Is anybody here?")["ParticipantRole"] == "CUSTOMER"
    crm.do(f"crm.controller('{chat.id}').sendMessage({{message: 'I am', contentType: 'text/plain'}}).then(() => 1)")
    assert crm.wait_for_text("I am")["ParticipantRole"] == "AGENT"
    assert chat.texts() == ["Hello", "Is anybody here?", "I am"]
    chat.type()
    crm.wait_for("onTyping")
    read = f"crm.controller('{chat.id}').getTranscript({{maxResults: 30, sortOrder: 'ASCENDING'}}).then((r) => r.data.Transcript.filter((i) => i.Type === 'MESSAGE').map((i) => [i.ParticipantRole, i.Content]))"
    assert crm.do(read) == [["CUSTOMER", "Hello"], ["CUSTOMER", "Is anybody here?"], ["AGENT", "I am"]]
    assert crm.ask(f"crm.contact('{chat.id}').getAgentConnection()", "destroy") == {}
    crm.wait_for("onEnded", chat.id)
    crm.wait_for("media onEnded")
    assert crm.ask(f"crm.contact('{chat.id}')", "clear") == {}
    crm.wait_for("onDestroy", chat.id)
    story = ("onConnecting", "onAccepted", "onConnected", "onACW", "onEnded", "onDestroy", "onMissed")
    assert crm.order(*story) == ["onConnecting", "onAccepted", "onConnected", "onACW", "onEnded", "onDestroy"]
    assert crm.log("onViewContact") == [chat.id, ""]
