"""Customers on two releases of the real npm amazon-connect-chatjs: what the emulator tells them is what they expect of AWS."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route

from tests.e2e.browsing import missing, window
from tests.e2e.chatjs import (
    CHATJS_2,
    CHATJS_5,
    ChatJsCustomer,
    NotAvailableError,
    Package,
    WrongHashError,
    chatjs_site,
    verify,
)
from tests.e2e.other_side import OtherSide, start_chat
from tests.emulating import EVENT, INSTANCE, RunningEmulator, eventually
from tests.flows import QUIET, flow

pytestmark = pytest.mark.browser

INTERACTIVE = "application/vnd.amazonaws.connect.message.interactive"
ANSWER = f"{INTERACTIVE}.response"
PICKER = {
    "templateType": "ListPicker",
    "version": "1.0",
    "data": {
        "content": {"title": "Which shelf?", "elements": [{"title": "Oak"}, {"title": "Birch"}]},
        "replyMessage": {"title": "Thanks"},
    },
}
PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40
LIFETIME = 3_540  # seconds; transportLifeTimeInSeconds, which ChatJS gives itself

Started = Callable[..., ChatJsCustomer]


@pytest.fixture(scope="module", params=[CHATJS_2, CHATJS_5], ids=lambda package: package.version)
def package(request: pytest.FixtureRequest) -> Package:
    release: Package = request.param
    return release


@pytest.fixture(scope="module")
def site(package: Package) -> Iterator[str]:
    try:
        with chatjs_site(package) as url:
            yield url
    except NotAvailableError as error:
        missing(f"{package} from npm ({error})")


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Page]:
    """One window for all: a customer loads the page anew."""
    with window(browser) as opened:
        yield opened


@pytest.fixture(scope="module")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningEmulator]:
    """Its flow says nothing and waits for a week."""
    folder = tmp_path_factory.mktemp("emulator")
    quiet = folder / "quiet.json"
    quiet.write_text(flow(QUIET))
    with RunningEmulator(folder, flows=[quiet]) as running:
        yield running


@pytest.fixture
def begin(page: Page, site: str, emulator: RunningEmulator) -> Started:
    """A customer who is connected, in a chat that began with "Hello"."""

    def begun(on: Page = page, at: str = emulator.url, **given: Any) -> ChatJsCustomer:
        chatting = ChatJsCustomer(on, site, at)
        assert chatting.connect(start_chat(emulator, "Ada", "Hello", **given))
        chatting.wait_for("established")
        return chatting

    return begun


@pytest.fixture
def customer(begin: Started) -> ChatJsCustomer:
    return begin()


@pytest.fixture
def other(customer: ChatJsCustomer, emulator: RunningEmulator) -> OtherSide:
    return OtherSide(emulator, customer.started["ContactId"])


def end_by_the_other_side(emulator: RunningEmulator, customer: ChatJsCustomer) -> None:
    emulator.client("connect").stop_contact(ContactId=customer.started["ContactId"], InstanceId=INSTANCE)


def test_an_archive_with_another_hash_is_refused(tmp_path):
    archive = tmp_path / "library.tgz"
    archive.write_bytes(b"something else")
    with pytest.raises(WrongHashError, match=r"is not amazon-connect-chatjs@5\.0\.0"):
        verify(CHATJS_5, archive)


def test_chatjs_connects_and_hears_its_own_first_message(customer):
    item = customer.wait_for_text("Hello")
    assert (item["ParticipantRole"], item["DisplayName"]) == ("CUSTOMER", "Ada")
    customer.wait_for("healthy")  # aws/ping is answered
    assert customer.connections() == 1  # an Expiry it cannot wait for, and it asks again at once, and again


def test_an_endpoint_called_localhost_has_a_socket_chatjs_takes(begin, emulator):
    """It takes ws:// from 127.0.0.1 only."""
    chatting = begin(at=emulator.url.replace("127.0.0.1", "localhost"))
    chatting.wait_for_text("Hello")


def test_words_go_both_ways(customer, other):
    answer = customer.send("Is anybody here?")
    assert customer.wait_for_text("Is anybody here?")["Id"] == answer["Id"]
    other.wait_to_hear("Hello", "Is anybody here?")
    said = other.say("I am")
    item = customer.wait_for_text("I am")
    assert (item["Id"], item["ParticipantRole"], item["DisplayName"]) == (said, "CUSTOM_BOT", "Mira Solberg")


def test_joining_and_leaving_are_heard(customer, other):
    other.leave()
    eventually(lambda: customer.events()[-1:] == [("participant.left", "CUSTOM_BOT")], why="the leaving is heard")
    assert customer.events() == [
        ("participant.joined", "CUSTOMER"),
        ("participant.joined", "CUSTOM_BOT"),
        ("participant.left", "CUSTOM_BOT"),
    ]


def test_typing_goes_both_ways(customer, other):
    other.type()
    heard = customer.wait_for("typing")
    assert [(item["ParticipantRole"], item["ContentType"]) for item in heard] == [("CUSTOM_BOT", f"{EVENT}typing")]
    assert set(customer.type()) >= {"Id", "AbsoluteTime"}


def test_receipts_go_both_ways_and_nobody_is_told_of_the_own(customer, other):
    sent = customer.send("Please read this")
    other.read(sent["Id"])
    receipt = customer.wait_for("read")[0]
    assert receipt["MessageMetadata"]["MessageId"] == sent["Id"]
    answer = other.say("I have")
    customer.acknowledge(answer, "delivered")
    customer.acknowledge(answer, "read")
    metadata = next(item["MessageMetadata"] for item in other.transcript() if item["Id"] == answer)
    [by] = metadata["Receipts"]
    assert by["RecipientParticipantId"] == customer.started["ParticipantId"]
    assert {"DeliveredTimestamp", "ReadTimestamp"} <= set(by)
    other.say("So have I")
    customer.wait_for_text("So have I")
    assert (len(customer.log("read")), customer.log("delivered")) == (1, [])


def test_files_go_both_ways(customer, emulator):
    joined = emulator.control("join", {"contactId": customer.started["ContactId"], "role": "AGENT"})
    customer.attach("shelf.png", "image/png", PNG)
    own = attachment(customer, "CUSTOMER")
    assert (own["AttachmentName"], own["ContentType"], own["Status"]) == ("shelf.png", "image/png", "APPROVED")
    assert customer.download(own["AttachmentId"]) == PNG
    upload(emulator, joined["participantToken"], "label.txt", b"To: Ada")
    assert customer.download(attachment(customer, "AGENT")["AttachmentId"]) == b"To: Ada"


def attachment(customer: ChatJsCustomer, role: str) -> dict[str, Any]:
    """The one this role has sent, once ChatJS has been told of it."""
    items = eventually(
        lambda: [i for i in customer.log("message") if (i["Type"], i["ParticipantRole"]) == ("ATTACHMENT", role)],
        why=f"a file of the {role}",
    )
    [found] = items[0]["Attachments"]
    return dict(found)


def upload(emulator: RunningEmulator, participant_token: str, name: str, content: bytes) -> None:
    """With boto3, as an agent's application does."""
    client = emulator.client("connectparticipant")
    answer = client.create_participant_connection(ParticipantToken=participant_token, Type=["CONNECTION_CREDENTIALS"])
    by = {"ConnectionToken": answer["ConnectionCredentials"]["ConnectionToken"]}
    begun = client.start_attachment_upload(
        ContentType="text/plain", AttachmentSizeInBytes=len(content), AttachmentName=name, ClientToken=name, **by
    )
    to = begun["UploadMetadata"]
    put = urllib.request.Request(to["Url"], data=content, headers=to["HeadersToInclude"], method="PUT")
    with urllib.request.urlopen(put, timeout=20):
        client.complete_attachment_upload(AttachmentIds=[begun["AttachmentId"]], ClientToken=f"{name}-done", **by)


def test_an_interactive_message_is_shown_and_answered(begin, emulator):
    customer = begin(SupportedMessagingContentTypes=["text/plain", "application/json", INTERACTIVE, ANSWER])
    other = OtherSide(emulator, customer.started["ContactId"])
    other.ask(json.dumps(PICKER))
    shown = customer.wait_for_text(json.dumps(PICKER))
    assert shown["ContentType"] == INTERACTIVE
    customer.send(json.dumps({"action": "Oak", "referenceId": shown["Id"]}), ANSWER)
    heard = [(item["ContentType"], item["Content"]) for item in other.transcript() if item["Type"] == "MESSAGE"]
    assert heard[-1] == (ANSWER, json.dumps({"action": "Oak", "referenceId": shown["Id"]}))


def test_who_says_nothing_is_idle_returns_and_is_disconnected_at_last(customer, emulator):
    contact_id = customer.started["ContactId"]
    minutes = {"IDLE": 2, "DISCONNECT_NONCUSTOMER": 3}
    emulator.client("connect").update_participant_role_config(
        InstanceId=INSTANCE,
        ContactId=contact_id,
        ChannelConfiguration={
            "Chat": {
                "ParticipantTimerConfigList": [
                    {
                        "ParticipantRole": "CUSTOMER",
                        "TimerType": kind,
                        "TimerValue": {"ParticipantTimerDurationInMinutes": n},
                    }
                    for kind, n in minutes.items()
                ]
            }
        },
    )
    OtherSide(emulator, contact_id)
    emulator.advance(120)
    assert customer.wait_for("idle")[0]["ParticipantRole"] == "CUSTOMER"
    customer.send("I was making tea")
    customer.wait_for("returned")
    emulator.advance(120)
    customer.wait_for("idle", 2)
    emulator.advance(180)
    customer.wait_for("autodisconnection")
    eventually(lambda: ("participant.left", "CUSTOM_BOT") in customer.events(), why="only the customer stays")


def test_the_transcript_is_what_was_said(customer, other):
    other.say("One")
    customer.send("Two")
    people = [
        (item["ParticipantRole"], item["Content"])
        for item in customer.transcript()
        if item["Type"] == "MESSAGE" and item["ParticipantRole"] != "SYSTEM"
    ]
    assert people == [("CUSTOMER", "Hello"), ("CUSTOM_BOT", "One"), ("CUSTOMER", "Two")]


@pytest.mark.parametrize(("status", "when"), [(500, "after"), (429, "before")])
def test_a_message_that_fails_on_its_way_is_sent_again_by_itself_and_said_once(customer, other, emulator, status, when):
    emulator.control("faults", {"operation": "SendMessage", "status": status, "when": when})
    customer.send("Once")
    other.wait_to_hear("Hello", "Once")
    customer.send("Twice")
    customer.wait_for_text("Twice")
    assert customer.texts().count("Once") == 1


def test_a_refusal_is_one_chatjs_can_tell(customer, package):
    refused = customer.refusal("describeView", {"viewToken": "no-flow-has-given-this"})
    assert (refused["type"], refused["statusCode"]) == ("ResourceNotFoundException", 404)
    if package == CHATJS_5:
        refused = customer.refusal(
            "getAuthenticationUrl", {"redirectUri": "https://shop.example/", "sessionId": "x" * 36}
        )
        assert (refused["type"], refused["statusCode"]) == ("ValidationException", 400)


def test_chatjs_reconnects_by_itself_when_its_socket_is_cut(customer, other, emulator):
    established = len(customer.log("established"))
    assert emulator.control("sockets", {"contactId": customer.started["ContactId"]}) == {"cut": 1}
    customer.wait_for("lost")
    customer.wait_for("established", established + 1, seconds=60)
    other.say("After")
    customer.wait_for_text("After")
    assert customer.log("broken") == []


def test_a_second_socket_takes_over_when_the_first_has_lived_long_enough(begin, browser, emulator):
    """Both clocks are turned: the browser's, whose timer opens the second socket, and the emulator's, whose token pays for it."""
    with window(browser) as own:
        own.clock.install()
        with own.expect_websocket() as first:
            customer = begin(on=own)
        other = OtherSide(emulator, customer.started["ContactId"])
        emulator.advance(LIFETIME)
        with own.expect_websocket(timeout=60_000) as second:
            own.clock.fast_forward(LIFETIME * 1000)
        other.say("After the hour")
        customer.wait_for_text("After the hour")
        assert customer.send("Still here")["Id"] == customer.wait_for_text("Still here")["Id"]
        assert (first.value.is_closed(), second.value.is_closed()) == (True, False)
        assert (customer.log("lost"), customer.log("broken")) == ([], [])
        assert customer.texts().count("After the hour") == 1


def test_the_chat_goes_on_when_the_emulator_restarts_and_nothing_is_lost(customer, other, emulator):
    other.say("Before")
    customer.wait_for_text("Before")
    established = len(customer.log("established"))
    emulator.kill()
    customer.wait_for("lost", seconds=40)
    emulator.start()
    other.say("While you were away")
    customer.wait_for("established", established + 1, seconds=60)
    other.say("After")
    customer.wait_for_text("After")
    customer.send("I am back")
    other.wait_to_hear("Hello", "I am back")
    items = customer.transcript()
    spoken = [
        item["Content"] for item in items if item["Type"] == "MESSAGE" and item["ParticipantRole"] == "CUSTOM_BOT"
    ]
    assert spoken == ["Before", "While you were away", "After"]


def test_the_customer_ends_the_chat(customer, emulator):
    customer.end()
    contact = emulator.contact(customer.started["ContactId"])
    assert (contact["state"], contact["disconnectReason"]) == ("ENDED", "CUSTOMER_DISCONNECT")


def test_the_other_side_ends_the_chat_and_nothing_more_can_be_said(customer, emulator, package):
    end_by_the_other_side(emulator, customer)
    customer.wait_for("ended")
    assert customer.events()[-1][0] == "chat.ended"
    refused = customer.refusal("sendMessage", {"message": "Too late", "contentType": "text/plain"})
    if package == CHATJS_5:  # knows it by itself
        assert "No active connection" in refused
    else:
        assert (refused["type"], refused["statusCode"]) == ("AccessDeniedException", 403)


def test_a_chat_that_ended_while_the_socket_was_away_is_a_403(customer, emulator, package):
    """5.0.0 takes it for the end of the chat; 2.3.2 only knows that it cannot go on."""

    def in_the_meantime(route: Route) -> None:
        if emulator.contact(customer.started["ContactId"])["state"] == "OPEN":
            end_by_the_other_side(emulator, customer)
        route.continue_()

    customer.page.route("**/participant/connection", in_the_meantime)
    try:
        emulator.control("sockets", {"contactId": customer.started["ContactId"]})
        customer.wait_for("ended" if package == CHATJS_5 else "broken", seconds=40)
    finally:
        customer.page.unroute("**/participant/connection")
