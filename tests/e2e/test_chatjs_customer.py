"""A customer on the real npm amazon-connect-chatjs 5.0.0, against the emulator alone: what it is told is what it expects of AWS."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.e2e.browsing import chromium, missing, window
from tests.e2e.chatjs import ChatJsCustomer, NotAvailableError, WrongHashError, chatjs_site, verify
from tests.e2e.other_side import OtherSide, start_chat
from tests.emulating import EVENT, RunningEmulator, eventually

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    try:
        with chatjs_site() as url:
            yield url
    except NotAvailableError as error:
        missing(f"amazon-connect-chatjs from npm ({error})")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture
def emulator(tmp_path) -> Iterator[RunningEmulator]:
    with RunningEmulator(tmp_path) as running:
        yield running


@pytest.fixture
def customer(browser, site, emulator) -> Iterator[ChatJsCustomer]:
    """Connected, in a chat that began with "Hello"."""
    with window(browser) as page:
        chatting = ChatJsCustomer(page, site, emulator.url)
        assert chatting.connect(start_chat(emulator, "Ada", "Hello"))
        chatting.wait_for("established")
        yield chatting


@pytest.fixture
def other(customer, emulator) -> OtherSide:
    return OtherSide(emulator, customer.started["ContactId"])


def test_an_archive_with_another_hash_is_refused(tmp_path):
    archive = tmp_path / "library.tgz"
    archive.write_bytes(b"something else")
    with pytest.raises(WrongHashError, match=r"is not amazon-connect-chatjs@5\.0\.0"):
        verify(archive)


def test_chatjs_connects_and_hears_its_own_first_message(customer):
    item = customer.wait_for_text("Hello")
    assert (item["ParticipantRole"], item["DisplayName"]) == ("CUSTOMER", "Ada")


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


def test_typing_goes_both_ways(customer, other, emulator):
    other.type()
    heard = customer.wait_for("typing")
    assert [(item["ParticipantRole"], item["ContentType"]) for item in heard] == [("CUSTOM_BOT", f"{EVENT}typing")]
    assert set(customer.type()) >= {"Id", "AbsoluteTime"}


def test_their_reading_is_a_receipt(customer, other):
    sent = customer.send("Please read this")
    other.read(sent["Id"])
    receipt = customer.wait_for("read")[0]
    assert receipt["MessageMetadata"]["MessageId"] == sent["Id"]


def test_the_transcript_is_what_was_said(customer, other):
    other.say("One")
    customer.send("Two")
    people = [
        (item["ParticipantRole"], item["Content"])
        for item in customer.transcript()
        if item["Type"] == "MESSAGE" and item["ParticipantRole"] != "SYSTEM"
    ]
    assert people == [("CUSTOMER", "Hello"), ("CUSTOM_BOT", "One"), ("CUSTOMER", "Two")]


def test_chatjs_reconnects_by_itself_when_its_socket_is_cut(browser, site, emulator):
    sockets = []

    def forward(socket):
        socket.connect_to_server()
        sockets.append(socket)

    with window(browser) as page:
        page.route_web_socket(re.compile("/socket"), forward)
        customer = ChatJsCustomer(page, site, emulator.url)
        started = start_chat(emulator, "Ada", "Hello")
        assert customer.connect(started)
        other = OtherSide(emulator, started["ContactId"])
        established = len(customer.wait_for("established"))
        sockets[-1].close(code=4000, reason="a bad network")
        customer.wait_for("lost")
        customer.wait_for("established", established + 1)
        other.say("After")
        customer.wait_for_text("After")
        assert customer.log("broken") == []


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


def test_disconnecting_ends_the_chat_and_says_so(customer, emulator):
    customer.end()
    customer.wait_for("ended")
    contact = emulator.contact(customer.started["ContactId"])
    assert (contact["state"], contact["disconnectReason"]) == ("ENDED", "CUSTOMER_DISCONNECT")
