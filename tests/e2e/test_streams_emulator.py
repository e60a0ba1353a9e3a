"""An unmodified Streams page against the emulator's CCP: every row of the table in docs/streams.md that says it works."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.amazon import BASIC_QUEUE
from tests.e2e.browsing import missing, window
from tests.e2e.chatjs import NotAvailableError
from tests.e2e.streams import NEWEST, OLDER, Crm, streams_site
from tests.e2e.streams_shift import Chatting, EmulatorSide, Shift
from tests.e2e.streams_smoke import CHECKS, smoke
from tests.emulating import EVENT, INSTANCE, RunningEmulator
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


@pytest.fixture
def shift(page: Page, site: str, emulator: RunningEmulator) -> Iterator[Shift]:
    made = Shift(page, site, EmulatorSide(emulator))
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


def refused(answer: dict[str, Any]) -> str:
    return str(answer["failed"]["type"])


def test_what_is_rejected_and_what_is_missed(shift):
    crm = shift.crm
    first = shift.offered()
    crm.do("crm.setState('Offline')")
    assert crm.ask(f"crm.contact('{first.id}')", "reject") == {}
    crm.wait_for("onMissed", first.id)
    assert crm.ask(f"crm.contact('{first.id}')", "clear") == {}
    crm.wait_for("onDestroy", first.id)
    first.leave()
    second = shift.offered("Bea")
    crm.do("crm.setState('Offline')")
    shift.emulator.advance(20)
    crm.wait_for("onMissed", second.id)
    assert crm.ask(f"crm.contact('{second.id}')", "complete") == {}
    crm.wait_for("onDestroy", second.id)
    second.leave()
    assert crm.order("onConnecting", "onMissed", "onEnded", "onDestroy", "onConnected") == [
        *("onConnecting", "onEnded", "onMissed", "onDestroy"),
        *("onConnecting", "onEnded", "onMissed", "onDestroy"),
    ]


def test_a_state_is_set_at_once_or_when_the_last_contact_is_cleared(shift):
    crm = shift.crm
    chat = shift.serving()
    crm.wait_for("onRoutable")
    assert crm.do("crm.setState('Offline', { enqueueNextState: true })") == "done"
    crm.wait_for("onEnqueuedNextState")
    assert crm.do("[crm.agent().getNextState().name, crm.agent().getState().name]") == ["Offline", "Available"]
    crm.ask(f"crm.contact('{chat.id}').getAgentConnection()", "destroy")
    crm.wait_for("onEnded", chat.id)
    crm.ask(f"crm.contact('{chat.id}')", "clear")
    crm.wait_for("onClearedNextState")
    crm.wait_for("onOffline")
    assert crm.log("onStateChange") == [["Init", "Offline"], ["Offline", "Available"], ["Available", "Offline"]]
    emulated = shift.emulator.client("connect")
    status = {"Name": f"Lunch {shift.name}", "State": "ENABLED"}
    emulated.create_agent_status(InstanceId=INSTANCE, **status)
    crm.until("crm.agent().getAgentStates().some((one) => one.name === args[0])", status["Name"])
    assert crm.do("crm.setState(args[0])", status["Name"]) == "done"
    crm.wait_for("onNotRoutable")


def test_the_contact_in_view_is_the_same_in_every_tab(shift, site):
    first, second = shift.serving(), shift.serving("Bea")
    with shift.crm.page.context.new_page() as other:
        tab = Crm(other, site, shift.emulator.url)
        shift.side.sign_in(tab, shift.name)
        tab.until("connect.core.viewContact(args[0]) || true", second.id)
        for each in (shift.crm, tab):
            each.wait_for("onViewContact", second.id)
        shift.crm.do("connect.core.viewContact(args[0])", first.id)
        tab.wait_for("onViewContact", first.id, times=2)  # it began with it
        third = tab.ask(f"crm.contact('{first.id}').getAgentConnection()", "destroy")
        assert third == {}
        shift.crm.wait_for("onEnded", first.id)
        shift.crm.ask(f"crm.contact('{first.id}')", "clear")
        for each in (shift.crm, tab):
            each.wait_for("onDestroy", first.id)
        shift.crm.wait_for("onViewContact", second.id, times=2)  # the next in the list
        assert shift.crm.do("new Promise((done) => connect.ifMaster('chat', () => done(true), () => done(false)))")
        assert not tab.do("new Promise((done) => connect.ifMaster('chat', () => done(true), () => done(false)))")
        tab.do("new Promise((done) => connect.becomeMaster('chat', done, done))")
        assert not shift.crm.do("new Promise((done) => connect.ifMaster('chat', () => done(true), () => done(false)))")


def test_a_contact_is_transferred_by_a_quick_connect(shift):
    crm, chat = shift.crm, shift.serving()
    crm.do("crm.setState('Offline')")
    find = "new Promise((success, failure) => crm.agent().getEndpoints(crm.agent().getAllQueueARNs(), { success, failure }))"
    names = crm.do(f"{find}.then((found) => found.endpoints.map((one) => [one.type, one.name]))")
    assert ["queue", "BasicQueue"] in names
    assert ["agent", shift.name] not in names
    to = f"{find}.then((found) => crm.ask(crm.contact(args[0]), args[1], found.endpoints.find((one) => one.name === 'BasicQueue')))"
    assert crm.do(to, chat.id, "addConnection") == {}
    crm.wait_for("onACW", chat.id)
    crm.ask(f"crm.contact('{chat.id}')", "clear")
    crm.do("crm.setState('Available')")
    crm.wait_for("onConnecting", times=2)
    segment = crm.do("crm.agent().getContacts()[0].getContactId()")
    assert segment != chat.id
    assert crm.do("crm.agent().getContacts()[0].getInitialContactId()") == chat.id
    crm.ask(f"crm.contact('{segment}')", "accept")
    crm.wait_for("controller", segment)
    chat.say("Me again")
    assert crm.wait_for_text("Me again")["ContactId"] == segment


def test_what_the_agent_and_the_contact_are(shift):
    crm, chat = shift.crm, shift.serving()
    shop = {"shop": {"Type": "URL", "Value": "https://shop.example/"}}
    shift.emulator.client("connect").update_contact(InstanceId=INSTANCE, ContactId=chat.id, References=shop)
    crm.until(f"crm.contact('{chat.id}').getReferences().shop")
    about = "crm.agent()"
    assert crm.do(
        f"[{about}.getName(), {about}.getConfiguration().username, {about}.getChannelConcurrency('CHAT')]"
    ) == [shift.name.title(), shift.name, 2]
    assert crm.do(f"{about}.getRoutingProfile().queues.map((one) => one.name)") == ["BasicQueue", ""]
    changed = f"crm.ask({about}, 'setConfiguration', {{ ...{about}.getConfiguration(), agentPreferences: {{ LANGUAGE: 'de_DE' }} }})"
    assert crm.do(changed) == {}
    crm.until(f"{about}.getConfiguration().agentPreferences.LANGUAGE === 'de_DE'")
    contact = f"crm.contact('{chat.id}')"
    assert crm.do(
        f"[{contact}.getQueue().name, {contact}.getStatus().type, {contact}.getInitialContactId(), {contact}.contactId]"
    ) == ["BasicQueue", "connected", chat.id, chat.id]
    assert crm.do(f"{contact}.getReferences()") == {"shop": {"type": "URL", "value": "https://shop.example/"}}
    connection = f"{contact}.getAgentConnection()"
    assert crm.do(f"[{connection}.getMediaType(), {contact}.getInitialConnection().getEndpoint().phoneNumber]") == [
        "chat",
        None,
    ]
    assert crm.do(f"{connection}.getMediaInfo().participantId === {connection}.getConnectionId()")
    assert crm.do(
        f"{connection}.getConnectionToken().then((got) => got.chatTokenTransport.participantToken.length > 50)"
    )
    assert crm.do("connect.QuickResponses.isEnabled()") is False
    assert (
        crm.do("connect.QuickResponses.searchQuickResponses({ query: 'hello' }).then((found) => found.results)") == []
    )
    crm.do(f"crm.controller('{chat.id}').sendEvent({{ contentType: '{EVENT}typing' }}).then(() => 1)")


def test_what_there_is_not_is_refused_and_everything_is_answered(shift, emulator):
    crm, chat = shift.crm, shift.serving()
    contact = f"crm.contact('{chat.id}')"
    assert refused(crm.ask(contact, "silentMonitor")) == "UnsupportedOperationException"
    assert refused(crm.ask(contact, "bargeIn")) == "UnsupportedOperationException"
    assert refused(crm.ask(f"{contact}.getInitialConnection()", "destroy")) == "InvalidStateException"
    assert (
        refused(crm.ask(contact, "addConnection", {"endpointARN": "arn:x/transfer-destination/nowhere"}))
        == "EndpointNotFoundException"
    )
    assert crm.ask(contact, "notifyIssue", "code", "why") == {}
    strange = Chatting(emulator, "Bea")
    call = "new Promise((done) => connect.core.getClient().call(args[0], args[1], { success: (data) => done({ data }), failure: (e) => done({ failed: JSON.parse(e) }) }))"
    assert refused(crm.do(call, "acceptContact", {"contactId": "of-nobody"})) == "ContactNotFoundException"
    assert refused(crm.do(call, "acceptContact", {"contactId": chat.id})) == "InvalidStateException"
    assert refused(crm.do(call, "acceptContact", {})) == "InvalidParameterException"
    assert refused(crm.do(call, "createOutboundContact", {})) == "UnsupportedOperationException"
    assert refused(crm.do(call, "noSuchMethod", {})) == "UnsupportedOperationException"
    strange.leave()


BAD = ["null", "7", "'text'", "{ event: 'noSuchEvent' }", "{ event: 'api_request' }", "{ event: 'api_request', data: 7 }", "{ event: 'broadcast', data: { event: 7 } }", "{ event: 'master_request', data: null }", "{ event: 'constructor', data: {} }"]  # fmt: skip


def test_what_makes_no_sense_and_what_other_frames_say_changes_nothing(shift):
    crm, chat = shift.crm, shift.serving()
    for message in BAD:
        crm.do(f"document.querySelector('#ccp iframe').contentWindow.postMessage({message}, '*')")
    end = "{ event: 'terminate' }"
    crm.do(
        "new Promise((done) => { const other = document.createElement('iframe'); other.onload = done;"
        f" other.srcdoc = `<script>parent.frames[0].postMessage({end}, '*')</script>`; document.body.append(other) }})"
    )
    chat.say("Still there?")
    crm.wait_for_text("Still there?")
    assert crm.log("TERMINATED") == []


def test_the_line_is_lost_and_comes_back(shift):
    crm, chat = shift.crm, shift.serving()
    shift.emulator.kill()
    for lost in ("CONNECTION_LOST", "onWebSocketConnectionLost", "media onConnectionLost"):
        crm.wait_for(lost)
    gained = len(crm.log("onWebSocketConnectionGained"))
    shift.emulator.start()
    crm.wait_for("onWebSocketConnectionGained", times=gained + 1)
    crm.wait_for("media onConnectionEstablished")
    chat.say("And you?")
    crm.wait_for_text("And you?")


def test_terminate_signs_the_agent_out_and_offers_the_login(shift):
    crm = shift.crm
    gained = len(crm.log("onWebSocketConnectionGained"))
    crm.do("connect.core.getUpstream().sendUpstream(connect.EventType.TERMINATE)")
    crm.wait_for("TERMINATED")
    crm.wait_for("onAuthFail")
    shift.side.sign_in(crm, shift.name)
    crm.wait_for("onWebSocketConnectionGained", times=gained + 1)
    assert crm.do("crm.setState('Available')") == "done"


def test_a_page_of_an_origin_that_is_not_approved_gets_no_ccp(page, site, emulator):
    with page.expect_console_message(lambda message: "frame-ancestors" in message.text):
        crm = Crm(page, site.replace("localhost", "crm.localhost"), emulator.url)
    assert crm.order("onInitialized", "agent") == []


@pytest.mark.full
@pytest.mark.parametrize("package", OLDER, ids=str)
def test_older_releases_of_streams_do_the_same(package, page, emulator):
    with streams_site(package) as where:
        assert smoke(Shift(page, where, EmulatorSide(emulator))) == CHECKS
