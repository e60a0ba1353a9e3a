"""An unmodified Streams page against the portal's CCP: every row of the table in docs/streams.md that says it works there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.browsing import missing, window
from tests.e2e.chatjs import NotAvailableError
from tests.e2e.streams import NEWEST, OLDER, Crm, streams_site
from tests.e2e.streams_shift import Chatting, PortalSide, Shift
from tests.e2e.streams_smoke import CHECKS, smoke
from tests.emulating import EVENT, eventually
from tests.portal import PASSWORD, Product

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

NOBODY_ANSWERS = """
from django.utils import timezone
from agents.models import AgentContact
AgentContact.objects.filter(state="connecting").update(expires_at=timezone.now())
"""
CONTACT_GETTERS = """(() => {
  const contact = crm.contact(args[0])
  const names = ["getContactId", "getInitialContactId", "getOriginalContactId", "getContactAssociationId", "getRelatedContactId", "getType",
    "getContactSubtype", "getName", "getDescription", "getReferences", "getInitiationMethod", "getChannelContext", "getCustomerEndpoint",
    "isConnected", "isInbound", "isSoftphoneCall", "isAutoAcceptEnabled", "isMultiPartyConferenceEnabled", "isUnderSupervision",
    "hasTwoActiveParticipants", "getSegmentAttributes", "getContactFeatures"]
  return { contactId: contact.contactId, ...Object.fromEntries(names.map((name) => [name, contact[name]() ?? null])) }
})()"""


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    try:
        with streams_site(NEWEST) as url:
            yield url
    except NotAvailableError as error:
        missing(f"{NEWEST} from npm ({error})")


def product_for(site: str, folder: Path) -> Product:
    return Product(folder, portal_environment={"CCP_ALLOWED_ORIGINS": site.rpartition("/")[0]})


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory, site: str) -> Iterator[PortalSide]:
    with product_for(site, tmp_path_factory.mktemp("product")) as product:
        yield PortalSide(product, agents=30)


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    with window(browser) as opened:
        yield opened


@pytest.fixture
def shift(page: Page, site: str, portal: PortalSide) -> Iterator[Shift]:
    made = Shift(page, site, portal)
    yield made
    made.ends()


def refused(answer: dict[str, Any]) -> str:
    return str(answer["failed"]["type"])


def test_a_chat_is_offered_accepted_ended_and_put_away(shift):
    crm = shift.crm
    chat = shift.offered(Attributes={"order": "4711"})
    contact = crm.log("contact")[0]
    assert (contact["id"], contact["state"]) == (chat.id, "connecting")
    assert contact["attributes"]["order"] == {"name": "order", "value": "4711"}
    assert crm.ask(f"crm.contact('{chat.id}')", "accept") == {}
    crm.wait_for("onConnected", chat.id)
    assert crm.ask(f"crm.contact('{chat.id}')", "accept") == {}  # it is theirs: nothing hangs
    expect(crm.frame.locator("#head h2")).to_have_text("Ada")  # in a frame of one pane the chat is shown
    expect(crm.frame.locator("#words")).to_be_visible()
    shift.done(chat)
    expect(crm.frame.locator("#list")).to_be_visible()
    story = ("onConnecting", "onAccepted", "onConnected", "onACW", "onEnded", "onDestroy", "onMissed")
    assert crm.order(*story) == ["onConnecting", "onAccepted", "onConnected", "onACW", "onEnded", "onDestroy"]
    assert crm.log("onViewContact") == [chat.id, ""]


def of_people(texts: list[str]) -> list[str]:
    """Without what the flow and the queue say."""
    return [text for text in texts if not text.endswith(("answer you.", "has joined.", "has left the chat."))]


def test_both_speak_type_and_read(shift):
    crm, chat = shift.crm, shift.serving()
    assert crm.log("CONNECTION_GAIN")
    chat.say("Is anybody here?")
    heard = crm.wait_for_text("Is anybody here?")
    assert (heard["ParticipantRole"], heard["ContactId"], heard["InitialContactId"]) == ("CUSTOMER", chat.id, chat.id)
    send = "crm.controller(args[0]).sendMessage({ message: args[1], contentType: 'text/plain' }).then((r) => r.data.Id)"
    sent = crm.do(send, chat.id, "I am")
    own = crm.wait_for_text("I am")
    participant = crm.do(f"crm.contact('{chat.id}').getAgentConnection().getConnectionId()")
    assert (own["Id"], own["ParticipantRole"], own["ParticipantId"]) == (sent, "AGENT", participant)
    assert own["DisplayName"] == shift.name.title()
    assert of_people(chat.texts()) == ["Hello", "Is anybody here?", "I am"]
    chat.type()
    crm.wait_for("onTyping")
    crm.do(f"crm.controller('{chat.id}').sendEvent({{ contentType: '{EVENT}typing' }}).then(() => 1)")
    told = crm.do(
        "crm.controller(args[0]).getTranscript({ maxResults: 30, sortOrder: 'ASCENDING' }).then((r) => r.data.Transcript)",
        chat.id,
    )
    said = [(one["ParticipantRole"], one["Content"]) for one in told if one["Type"] == "MESSAGE"]
    assert [one for one in said if one[1] in {"Hello", "Is anybody here?", "I am"}] == [
        ("CUSTOMER", "Hello"),
        ("CUSTOMER", "Is anybody here?"),
        ("AGENT", "I am"),
    ]
    mine = next(one for one in told if one.get("Content") == "I am")
    assert (mine["ParticipantId"], mine["DisplayName"]) == (participant, shift.name.title())
    shift.done(chat)
    crm.wait_for("media onEnded")


def test_what_is_rejected_and_what_is_missed(shift, portal):
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
    portal.product.portal.shell(NOBODY_ANSWERS)
    crm.wait_for("onMissed", second.id)
    assert crm.ask(f"crm.contact('{second.id}')", "complete") == {}
    crm.wait_for("onDestroy", second.id)
    second.leave()
    assert crm.order("onConnecting", "onMissed", "onEnded", "onDestroy", "onConnected") == [
        *("onConnecting", "onEnded", "onMissed", "onDestroy"),
        *("onConnecting", "onEnded", "onMissed", "onDestroy"),
    ]


def test_of_two_offers_one_rings_and_the_other_is_pending(shift):
    """What Salesforce's flows rely on: onPending, then onConnecting; and a customer who leaves while it rings is an error."""
    crm = shift.crm
    first = shift.offered()
    second = Chatting(shift.emulator, "Bea")
    crm.wait_for("onPending", second.id)
    assert crm.ask(f"crm.contact('{first.id}')", "accept") == {}
    crm.wait_for("onConnecting", second.id)
    second.leave()
    crm.wait_for("onError", second.id)
    crm.wait_for("onMissed", second.id)
    crm.ask(f"crm.contact('{second.id}')", "clear")
    crm.wait_for("onDestroy", second.id)
    assert crm.log("onRefresh").count(second.id) > 2
    shift.done(first)


def test_a_state_is_set_at_once_or_when_the_last_contact_is_cleared(shift, portal):
    crm = shift.crm
    chat = shift.serving()
    crm.wait_for("onRoutable")
    assert crm.do("crm.setState('Offline', { enqueueNextState: true })") == "done"
    crm.wait_for("onEnqueuedNextState")
    assert crm.do("[crm.agent().getNextState().name, crm.agent().getState().name]") == ["Offline", "Available"]
    shift.done(chat)
    crm.wait_for("onClearedNextState")
    crm.wait_for("onOffline")
    assert crm.log("onStateChange") == [["Init", "Offline"], ["Offline", "Available"], ["Available", "Offline"]]
    assert {"routable", "offline"} <= set(crm.do("crm.agent().getAgentStates().map((one) => one.type)"))
    assert crm.do("crm.setState('Break')") == "done"
    crm.wait_for("onNotRoutable")
    assert crm.do("crm.agent().getStateDuration() >= 0")


def test_the_contact_in_view_is_the_same_in_every_tab(shift, site):
    """The six cases of onViewContact."""
    crm = shift.crm
    first, second = shift.serving(), shift.serving("Bea")
    with crm.page.context.new_page() as other:
        tab = Crm(other, site, shift.side.url)
        tab.wait_for("agent")  # signed in once, in the browser
        tab.until("connect.core.viewContact(args[0]) || true", second.id)
        crm.wait_for("onViewContact", second.id, times=2)  # by its acceptance, and by this call
        tab.wait_for("onViewContact", second.id, times=2)
        crm.do("connect.core.viewContact(args[0])", first.id)
        tab.wait_for("onViewContact", first.id)
        before = len(crm.log("onViewContact"))
        tab.frame.get_by_role("button", name="Back to the contacts").click()
        tab.frame.get_by_role("option").filter(has_text="Bea").click()  # the agent clicks in one tab's frame
        for each in (crm, tab):
            each.until("crm.log.filter((one) => one.what === 'onViewContact').at(-1).data === args[0]", second.id)
        assert len(crm.log("onViewContact")) == before + 1
        shift.done(second)  # put away: the next in the list
        for each in (crm, tab):
            each.until("crm.log.filter((one) => one.what === 'onViewContact').at(-1).data === args[0]", first.id)
        crm.do("connect.core.viewContact(args[0])", first.id)  # in view already: whoever calls is told
        crm.until(
            "crm.log.filter((one) => one.what === 'onViewContact').slice(-2).every((one) => one.data === args[0])",
            first.id,
        )
        shift.done(first)
        for each in (crm, tab):
            each.until("crm.log.filter((one) => one.what === 'onViewContact').at(-1).data === ''")


def test_an_acceptance_in_the_frame_is_heard_by_every_tab(shift, site):
    crm = shift.crm
    with crm.page.context.new_page() as other:
        tab = Crm(other, site, shift.side.url)
        tab.wait_for("agent")
        chat = shift.offered("Cleo")
        crm.frame.locator("#offers .offer").get_by_role("button", name="Accept").click()
        for each in (crm, tab):
            each.wait_for("controller", chat.id)
            assert each.order("onAccepted", "onConnected") == ["onAccepted", "onConnected"]
        by_page = shift.offered("Dora")
        assert tab.ask(f"crm.contact('{by_page.id}')", "accept") == {}
        for each in (crm, tab):
            each.wait_for("controller", by_page.id)
            assert each.order("onAccepted", "onConnected") == ["onAccepted", "onConnected"] * 2
        shift.done(by_page)
        shift.done(chat)


def test_one_tab_is_the_master_of_a_topic(shift, site):
    crm = shift.crm
    ask = "new Promise((done) => connect.ifMaster('chat', () => done(true), () => done(false)))"
    with crm.page.context.new_page() as other:
        tab = Crm(other, site, shift.side.url)
        tab.wait_for("agent")
        assert (crm.do(ask), tab.do(ask)) == (True, False)
        tab.do("new Promise((done) => connect.becomeMaster('chat', done, done))")
        assert (crm.do(ask), tab.do(ask)) == (False, True)
    eventually(lambda: crm.do(ask), why="the other tab is closed")


FIND = (
    "new Promise((success, failure) => crm.agent().getEndpoints(crm.agent().getAllQueueARNs(), { success, failure }))"
)
TO = f"{FIND}.then((found) => crm.ask(crm.contact(args[0]), args[1], found.endpoints.find((one) => one.name === args[2])))"


def test_a_contact_is_transferred_by_a_quick_connect(shift, portal, site, browser):
    crm, chat = shift.crm, shift.serving()
    crm.do("crm.setState('Offline')")
    names = crm.do(f"{FIND}.then((found) => found.endpoints.map((one) => [one.type, one.name]))")
    assert ["queue", "Returns"] in names
    assert ["agent", "Mira Okafor"] in names
    assert ["agent", shift.name.title()] not in names
    assert refused(crm.do(TO, chat.id, "transfer", "Mira Okafor")) == "BadEndpointException"  # not there
    assert crm.do(TO, chat.id, "addConnection", "Returns") == {}
    crm.wait_for("onACW", chat.id)
    crm.ask(f"crm.contact('{chat.id}')", "clear")
    crm.wait_for("onDestroy", chat.id)
    with window(browser) as page:
        colleague = Shift(page, site, portal)
        colleague.crm.do("crm.setState('Available')")
        colleague.crm.wait_for("onConnecting", chat.id)
        assert colleague.crm.ask(f"crm.contact('{chat.id}')", "accept") == {}
        colleague.crm.wait_for("controller", chat.id)
        chat.say("Me again")
        assert colleague.crm.wait_for_text("Me again")["ContactId"] == chat.id
        crm.do("crm.setState('Available')")
        assert colleague.crm.do(TO, chat.id, "addParticipant", shift.name.title()) == {}
        crm.wait_for("onConnecting", chat.id, times=2)
        assert crm.ask("crm.agent().getContacts()[0]", "accept") == {}
        colleague.crm.wait_for("onACW", chat.id)
        colleague.ends()
    crm.wait_for("controller", chat.id, times=2)
    crm.do("crm.agent().getContacts()[0].getAgentConnection().destroy()")
    crm.wait_for("onACW", chat.id, times=2)
    crm.ask("crm.agent().getContacts()[0]", "clear")


def test_what_the_agent_and_the_contact_are(shift):
    crm, chat = shift.crm, shift.serving()
    about = "crm.agent()"
    facts = f"[{about}.getName(), {about}.getConfiguration().username, {about}.getChannelConcurrency('CHAT'), {about}.getRoutingProfile().name, {about}.getExtension(), {about}.isSoftphoneEnabled(), {about}.getPermissions(), {about}.getContacts('chat').length]"
    assert crm.do(facts) == [shift.name.title(), shift.name, 3, "Customer care", "", False, [], 1]
    assert crm.do(f"{about}.getRoutingProfile().queues.map((one) => one.name)") == ["Returns", ""]
    assert crm.do(f"[{about}.getAvailabilityState().state, {about}.toSnapshot().getName()]") == [
        "Available",
        shift.name.title(),
    ]
    changed = f"crm.ask({about}, 'setConfiguration', {{ ...{about}.getConfiguration(), agentPreferences: {{ LANGUAGE: 'de_DE' }} }})"
    assert crm.do(changed) == {}
    crm.until(f"{about}.getConfiguration().agentPreferences.LANGUAGE === 'de_DE'")
    assert crm.do(CONTACT_GETTERS, chat.id) == {
        "contactId": chat.id, "getContactId": chat.id, "getInitialContactId": chat.id, "getOriginalContactId": chat.id,
        "getContactAssociationId": chat.id, "getRelatedContactId": None, "getType": "chat", "getContactSubtype": "connect:Chat",
        "getName": None, "getDescription": None, "getReferences": {}, "getInitiationMethod": "api", "getChannelContext": None,
        "getCustomerEndpoint": None, "isConnected": True, "isInbound": True, "isSoftphoneCall": False, "isAutoAcceptEnabled": False,
        "isMultiPartyConferenceEnabled": False, "isUnderSupervision": False, "hasTwoActiveParticipants": True,
        "getSegmentAttributes": {"connect:Subtype": {"ValueString": "connect:Chat"}},
        "getContactFeatures": {"attachmentsEnabled": True, "messagingMarkdownEnabled": True, "multiPartyConferenceEnabled": False},
    }  # fmt: skip
    contact = f"crm.contact('{chat.id}')"
    assert crm.do(
        f"[{contact}.getQueue().name, {contact}.getStatus().type, {contact}.getThirdPartyConnections().length]"
    ) == ["Returns", "connected", 0]
    assert crm.do(
        f"[{contact}.getStateDuration() >= 0, {contact}.getContactDuration() >= 0, {contact}.getQueueTimestamp() instanceof Date]"
    ) == [True, True, True]
    connection = f"{contact}.getAgentConnection()"
    assert crm.do(
        f"[{connection}.getMediaType(), {contact}.getInitialConnection().getEndpoint().phoneNumber, {connection}.isActive(), {connection}.isOnHold()]"
    ) == ["chat", None, True, False]
    assert crm.do(f"{connection}.getMediaInfo().participantId === {connection}.getConnectionId()")
    assert crm.do(
        f"{connection}.getConnectionToken().then((got) => got.chatTokenTransport.participantToken.length > 50)"
    )
    chat.say("One more")
    who = crm.wait_for_text("One more")["ParticipantId"]
    crm.until(f"{contact}.getInitialConnection().getConnectionId() === args[0]", who)
    assert crm.do(
        f"[{contact}.getInitialConnection().getParticipantName?.() ?? 'Ada', {connection}.getParticipantName?.() ?? args[0]]",
        shift.name.title(),
    ) == ["Ada", shift.name.title()]
    shift.done(chat)


def test_quick_responses_are_those_of_the_queue(shift):
    crm, chat = shift.crm, shift.serving()
    assert crm.do("connect.QuickResponses.isEnabled()") is True
    search = "connect.QuickResponses.searchQuickResponses({ query: 'parcel', contactId: args[0] }).then((found) => found.results.map((one) => [one.name, one.contents.plainText.content]))"
    assert crm.do(search, chat.id) == [["Tracking link", "Your parcel is on its way: {link}"]]
    shift.done(chat)


CALL = "new Promise((done) => connect.core.getClient().call(args[0], args[1], { success: (data) => done({ data }), failure: (e) => done({ failed: JSON.parse(e) }) }))"


def test_what_there_is_not_is_refused_and_everything_is_answered(shift, portal):
    crm, chat = shift.crm, shift.serving()
    contact = f"crm.contact('{chat.id}')"
    assert refused(crm.ask(f"{contact}.getInitialConnection()", "destroy")) == "InvalidStateException"
    assert (
        refused(crm.ask(contact, "addConnection", {"endpointARN": "arn:x/transfer-destination/nowhere"}))
        == "BadEndpointException"
    )
    assert (
        refused(crm.ask(contact, "addConnection", {"endpointARN": "arn:x/transfer-destination/queue:999"}))
        == "BadEndpointException"
    )
    assert refused(crm.ask(contact, "clear")) == "InvalidStateException"
    assert crm.ask(contact, "notifyIssue", "code", "why") == {}
    strange = Chatting(portal.emulator, "Bea")
    crm.wait_for("onConnecting", strange.id)
    assert refused(crm.do(CALL, "acceptContact", {"contactId": "of-nobody"})) == "ContactNotFoundException"
    for method in ("rejectContact", "clearContact", "completeContact", "transferContact", "updateContactAttributes"):
        asked = {"contactId": "of-nobody", "attributes": {}, "endpoint": {"endpointARN": "x"}}
        assert refused(crm.do(CALL, method, asked)) == "ContactNotFoundException"
    assert refused(crm.do(CALL, "acceptContact", {})) == "InvalidParameterException"
    for method in (
        "createOutboundContact",
        "holdConnection",
        "sendDigits",
        "muteParticipant",
        "noSuchMethod",
        "updateContactAttributes",
    ):
        assert (
            refused(crm.do(CALL, method, {"contactId": chat.id, "attributes": {"a": "b"}}))
            == "UnsupportedOperationException"
        )
    crm.do("connect.core.viewContact('of-nobody')")
    assert crm.ask(f"crm.contact('{strange.id}')", "reject") == {}
    crm.ask(f"crm.contact('{strange.id}')", "clear")
    assert "of-nobody" not in crm.log("onViewContact")
    strange.leave()
    shift.done(chat)


BAD = ["null", "7", "'text'", "{ event: 'noSuchEvent' }", "{ event: 'api_request' }", "{ event: 'api_request', data: 7 }", "{ event: 'broadcast', data: { event: 7 } }", "{ event: 'broadcast', data: { event: 'contact::view' } }", "{ event: 'master_request', data: null }", "{ event: 'constructor', data: {} }"]  # fmt: skip


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
    shift.done(chat)


def test_the_line_is_lost_and_comes_back_and_nothing_was_missed(shift, portal):
    crm, chat = shift.crm, shift.serving()
    portal.product.portal.kill()
    for lost in ("CONNECTION_LOST", "onWebSocketConnectionLost", "media onConnectionLost"):
        crm.wait_for(lost)
    assert refused(crm.ask(f"crm.contact('{chat.id}').getAgentConnection()", "destroy")) == "InternalServiceException"
    gained = len(crm.log("onWebSocketConnectionGained"))
    chat.say("Are you gone?")
    portal.product.portal.start()
    crm.wait_for("onWebSocketConnectionGained", times=gained + 1)
    crm.wait_for("media onConnectionEstablished")
    chat.say("And you?")
    for text in ("Are you gone?", "And you?"):
        crm.wait_for_text(text)
    texts = [one["Content"] for one in crm.log("onMessage") if one["Type"] == "MESSAGE"]
    assert sorted(of_people(texts)) == ["And you?", "Are you gone?"]
    shift.done(chat)


def test_terminate_signs_the_agent_out_and_offers_the_login(shift):
    crm = shift.crm
    gained = len(crm.log("onWebSocketConnectionGained"))
    crm.do("connect.core.getUpstream().sendUpstream(connect.EventType.TERMINATE)")
    crm.wait_for("TERMINATED")
    crm.wait_for("onAuthFail")
    shift.side.sign_in(crm, shift.name)
    crm.wait_for("onWebSocketConnectionGained", times=gained + 1)
    assert crm.do("crm.setState('Available')") == "done"
    crm.wait_for("onRoutable")


def test_signing_out_in_the_frame_tells_the_page(shift):
    crm = shift.crm
    gained = len(crm.log("onWebSocketConnectionGained"))
    crm.frame.locator("#me-button").click()
    crm.frame.get_by_role("button", name="Sign out").click()
    crm.wait_for("onAuthFail")
    shift.side.sign_in(crm, shift.name)
    crm.wait_for("onWebSocketConnectionGained", times=gained + 1)
    assert crm.do("crm.setState('Break')") == "done"


def test_a_single_page_application_begins_anew(shift):
    """terminate, the iframe removed, initCCP again."""
    crm = shift.crm
    crm.do("connect.core.terminate()")
    crm.do("document.querySelector('#ccp iframe').remove()")
    agents = len(crm.log("agent"))
    crm.do("crm.start(args[0], args[1], {})", f"{shift.side.url}/connect/ccp-v2/", shift.side.url)
    crm.wait_for("agent", times=agents + 1)
    chat = shift.serving()
    shift.done(chat)


def test_every_address_of_published_pages_leads_to_the_desk(shift, site):
    for path in ("/connect/ccp#/", "/ccp-v2", "/connect/ccp-v2/softphone", "/connect/ccp-v2/channel-view"):
        with shift.crm.page.context.new_page() as other:
            crm = Crm(other, site, shift.side.url, path)
            crm.wait_for("agent")
            assert crm.do("crm.agent().getName()") == shift.name.title()


def test_a_slow_login_is_not_interrupted(page, site, portal):
    """Streams loads a frame that does not answer anew, ten times; this one answers while somebody looks for their password."""
    page.clock.install()
    crm = Crm(page, site, portal.url)
    crm.do("connect.core.onIframeRetriesExhausted(() => document.body.append('exhausted'))")
    crm.wait_for("onInitialized")
    field = crm.frame.get_by_label("User name")
    field.click()
    page.keyboard.type("ag")
    for _ in range(12):
        page.clock.fast_forward(10_000)
    expect(field).to_have_value("ag")
    expect(page.get_by_text("exhausted")).to_have_count(0)
    assert page.locator("#ccp iframe").count() == 1


def test_the_window_that_streams_opens_signs_the_frame_in(page, site, portal):
    """loginPopup: the frame is told, and shows the desk as soon as the browser lets it see the session."""
    crm = Crm(page, site, portal.url, loginPopup=True)
    crm.wait_for("onInitialized")
    with page.expect_popup() as opened:
        crm.do("window.open(args[0], 'login') && 1", f"{portal.url}/connect/ccp-v2/")
    login = opened.value
    with page.expect_event("framenavigated", lambda frame: "/connect/ccp-v2/" in frame.url):
        login.get_by_label("User name").fill(portal.hire())
        login.get_by_label("Password").fill(PASSWORD)
        login.get_by_role("button", name="Sign in").click()
        expect(login.locator("#state-button")).to_be_enabled()
    login.close()


def test_who_is_no_agent_is_denied(page, site, portal):
    crm = Crm(page, site, portal.url)
    crm.frame.get_by_label("User name").fill("ida")
    crm.frame.get_by_label("Password").fill(PASSWORD)
    crm.frame.get_by_role("button", name="Sign in").click()
    crm.wait_for("onAccessDenied")
    assert crm.log("agent") == []


def test_a_page_of_an_origin_that_is_not_allowed_gets_no_ccp(page, site, portal):
    other = site.replace("localhost", "crm.localhost")
    with page.expect_console_message(lambda message: "frame-ancestors" in message.text):
        crm = Crm(page, other, portal.url)
    assert crm.order("onInitialized", "agent") == []


def test_every_check_of_the_smoke_is_made(page, site, portal):
    assert smoke(Shift(page, site, portal)) == CHECKS


@pytest.mark.full
@pytest.mark.parametrize("package", OLDER, ids=str)
def test_older_releases_of_streams_do_the_same(package, page, tmp_path):
    with streams_site(package) as where, product_for(where, tmp_path) as product:
        assert smoke(Shift(page, where, PortalSide(product, agents=1))) == CHECKS
