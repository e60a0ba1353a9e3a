"""The connectparticipant service: connections, messages, events and leaving."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest
from botocore.exceptions import ClientError

from connect_emulator.clock import iso
from connect_emulator.connections import socket_url
from connect_emulator.restjson import Request
from connect_emulator.world import contacts, participants
from tests.amazon import Amazon
from tests.emulating import EVENT, INSTANCE

INTERACTIVE = "application/vnd.amazonaws.connect.message.interactive"


def connect(amazon: Amazon, token: str, **given: Any) -> dict[str, Any]:
    return amazon.participant.create_participant_connection(ParticipantToken=token, **given)


def code(raised: pytest.ExceptionInfo[ClientError]) -> str:
    return str(raised.value.response["Error"]["Code"])


def test_credentials_live_for_a_day_and_are_renewed_with_the_participants_token(amazon: Amazon) -> None:
    token = amazon.start_chat()["ParticipantToken"]
    first = connect(amazon, token, Type=["CONNECTION_CREDENTIALS"], ConnectParticipant=True)["ConnectionCredentials"]
    assert first["Expiry"] == iso(amazon.clock.now() + 86_400_000)
    amazon.clock.advance(86_400_000)
    with pytest.raises(amazon.participant.exceptions.AccessDeniedException):
        amazon.say(first["ConnectionToken"], "Too late")
    second = connect(amazon, token, Type=["CONNECTION_CREDENTIALS"])["ConnectionCredentials"]
    assert amazon.say(second["ConnectionToken"], "In time")["Id"]


def test_an_old_connection_token_stays_valid_beside_a_new_one(amazon: Amazon) -> None:
    token = amazon.start_chat()["ParticipantToken"]
    tokens = [amazon.connected(token) for _ in range(3)]
    assert len(set(tokens)) == 3
    assert [amazon.say(each, "Hello")["Id"] is not None for each in tokens] == [True] * 3


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, "ValidationException"),
        ({"ConnectParticipant": False}, "ValidationException"),
        ({"Type": ["WEBRTC_CONNECTION"]}, "NotImplementedException"),
    ],
)
def test_a_connection_has_to_be_of_some_kind(amazon: Amazon, given: dict[str, Any], expected: str) -> None:
    token = amazon.start_chat()["ParticipantToken"]
    with pytest.raises(ClientError) as raised:
        connect(amazon, token, **given)
    assert code(raised) == expected


def test_connect_participant_alone_answers_nothing_and_connects(amazon: Amazon) -> None:
    token = amazon.start_chat()["ParticipantToken"]
    answer = connect(amazon, token, ConnectParticipant=True)
    assert set(answer) == {"ResponseMetadata"}
    assert amazon.world.store.value("SELECT state FROM participant") == "CONNECTED"


def test_a_custom_participant_joins_once_however_often_it_connects(amazon: Amazon) -> None:
    contact_id, customer = amazon.customer()
    token = amazon.create_bot(contact_id)["ParticipantCredentials"]["ParticipantToken"]
    for _ in range(2):
        amazon.connected(token)
    joined = [item for item in amazon.transcript(customer) if item["ContentType"] == EVENT + "participant.joined"]
    assert [item["ParticipantRole"] for item in joined] == ["CUSTOMER", "CUSTOM_BOT"]


def test_a_custom_participant_has_15_seconds(amazon: Amazon) -> None:
    contact_id, _ = amazon.customer()
    token = amazon.create_bot(contact_id)["ParticipantCredentials"]["ParticipantToken"]
    amazon.clock.advance(14_999)
    amazon.connected(token)
    amazon.pass_time(300)
    assert amazon.connected(token)


@pytest.mark.parametrize("fired", [True, False], ids=["timers ran", "timers did not run yet"])
def test_after_15_seconds_a_custom_participant_is_not_found_and_its_place_is_free(amazon: Amazon, fired: bool) -> None:
    contact_id, customer = amazon.customer()
    token = amazon.create_bot(contact_id)["ParticipantCredentials"]["ParticipantToken"]
    amazon.clock.advance(15_000)
    if fired:
        amazon.background.settle()
    with pytest.raises(amazon.participant.exceptions.ResourceNotFoundException):
        connect(amazon, token, Type=["CONNECTION_CREDENTIALS"], ConnectParticipant=True)
    amazon.background.settle()
    assert amazon.bot(contact_id)
    assert EVENT + "participant.left" not in [item["ContentType"] for item in amazon.transcript(customer)]


def test_credentials_without_a_connection_do_not_let_anybody_speak(amazon: Amazon) -> None:
    token = amazon.start_chat()["ParticipantToken"]
    connection = connect(amazon, token, Type=["CONNECTION_CREDENTIALS"])["ConnectionCredentials"]["ConnectionToken"]
    with pytest.raises(amazon.participant.exceptions.AccessDeniedException):
        amazon.say(connection, "Is anybody there?")
    assert amazon.transcript(connection) == []


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"host": "127.0.0.1:8001"}, "ws://127.0.0.1:8001/socket?ticket=t"),
        ({"host": "localhost:8001"}, "ws://127.0.0.1:8001/socket?ticket=t"),
        ({"host": "localhost"}, "ws://127.0.0.1/socket?ticket=t"),
        ({"host": "[::1]:8001"}, "ws://127.0.0.1:8001/socket?ticket=t"),
        ({"host": "192.168.1.7:8001"}, "ws://192.168.1.7:8001/socket?ticket=t"),
        ({"host": "chat.example", "x-forwarded-proto": "https"}, "wss://chat.example/socket?ticket=t"),
    ],
)
def test_the_sockets_url_is_one_chatjs_takes(headers: dict[str, str], expected: str) -> None:
    assert socket_url(Request("POST", "/participant/connection", "", headers), "t") == expected


def test_a_message_is_in_the_transcript_as_it_was_answered(amazon: Amazon) -> None:
    contact_id, token = amazon.customer()
    amazon.clock.advance(1234)
    said = amazon.say(token, "Grüße 👋")
    last = amazon.transcript(token)[-2]
    assert (said["Id"], said["AbsoluteTime"]) == (last["Id"], last["AbsoluteTime"])
    assert last == {
        "AbsoluteTime": iso(amazon.clock.now()),
        "Content": "Grüße 👋",
        "ContentType": "text/plain",
        "ContactId": contact_id,
        "DisplayName": "Ada",
        "Id": said["Id"],
        "ParticipantId": amazon.world.store.value("SELECT id FROM participant"),
        "ParticipantRole": "CUSTOMER",
        "Type": "MESSAGE",
    }


def test_sixteen_thousand_bytes_are_taken_and_one_more_is_not(amazon: Amazon) -> None:
    _, token = amazon.customer()
    assert amazon.say(token, "é" * 8_192)["Id"]
    before = amazon.world.store.dump()
    with pytest.raises(amazon.participant.exceptions.ValidationException):
        amazon.say(token, "é" * 8_192 + "x")
    assert amazon.world.store.dump() == before


def test_only_content_types_of_the_contact_are_taken(amazon: Amazon) -> None:
    _, plain = amazon.customer()
    with pytest.raises(amazon.participant.exceptions.ValidationException):
        amazon.say(plain, "*hello*", ContentType="text/markdown")
    _, marked = amazon.customer(SupportedMessagingContentTypes=["text/plain", "text/markdown"])
    assert amazon.say(marked, "*hello*", ContentType="text/markdown")["Id"]


def test_the_same_client_token_is_one_message_also_after_a_restart_and_after_leaving(amazon: Amazon) -> None:
    contact_id, customer = amazon.customer()
    bot = amazon.bot(contact_id)
    first = amazon.say(bot, "Hello", ClientToken="once")
    amazon.again()
    again = amazon.say(bot, "Hello", ClientToken="once")
    amazon.participant.disconnect_participant(ConnectionToken=bot, ClientToken="bye")
    amazon.participant.disconnect_participant(ConnectionToken=bot, ClientToken="bye")
    late = amazon.say(bot, "Hello", ClientToken="once")
    assert first["Id"] == again["Id"] == late["Id"]
    assert amazon.texts(customer).count("Hello") == 1


def test_one_client_token_of_two_participants_is_two_messages(amazon: Amazon) -> None:
    contact_id, customer = amazon.customer()
    bot = amazon.bot(contact_id)
    assert amazon.say(bot, "Hi", ClientToken="t")["Id"] != amazon.say(customer, "Hi", ClientToken="t")["Id"]


def test_typing_is_answered_and_kept_nowhere(amazon: Amazon) -> None:
    _, token = amazon.customer()
    before = amazon.transcript(token)
    answer = amazon.participant.send_event(ConnectionToken=token, ContentType=EVENT + "typing")
    assert datetime.fromisoformat(answer["AbsoluteTime"]) - datetime.fromisoformat(
        before[-1]["AbsoluteTime"]
    ) <= timedelta(milliseconds=1)
    assert amazon.transcript(token) == before


def test_a_receipt_is_kept_with_its_message(amazon: Amazon) -> None:
    contact_id, customer = amazon.customer()
    bot = amazon.bot(contact_id)
    message = amazon.say(bot, "Hello")
    content = json.dumps({"messageId": message["Id"]})
    for name in ("message.delivered", "message.read"):
        amazon.clock.advance(1000)
        amazon.participant.send_event(ConnectionToken=customer, ContentType=EVENT + name, Content=content)
    now = amazon.clock.now()
    amazon.clock.advance(1000)
    amazon.participant.send_event(ConnectionToken=customer, ContentType=EVENT + "message.read", Content=content)
    shown = next(item for item in amazon.transcript(customer) if item["Id"] == message["Id"])
    reader = amazon.world.store.value("SELECT id FROM participant WHERE role = 'CUSTOMER'")
    assert shown["MessageMetadata"] == {
        "MessageId": message["Id"],
        "Receipts": [
            {"RecipientParticipantId": reader, "DeliveredTimestamp": iso(now - 1000), "ReadTimestamp": iso(now)}
        ],
    }


def test_receipts_are_refused_above_two_participants(amazon: Amazon) -> None:
    contact_id, customer = amazon.customer()
    message = amazon.say(customer, "Hello")
    contact = contacts.get(amazon.world, contact_id)
    for name in ("Grace", "Linus"):
        participants.set_connected(amazon.world, participants.add(amazon.world, contact, "AGENT", name))
    with pytest.raises(amazon.participant.exceptions.ConflictException):
        amazon.participant.send_event(
            ConnectionToken=customer,
            ContentType=EVENT + "message.read",
            Content=json.dumps({"messageId": message["Id"]}),
        )


@pytest.mark.parametrize("content", [None, "", "x", "[]", "{}", '{"messageId": 7}', '{"messageId": "nobody"}'])
def test_a_receipt_for_nothing_is_refused(amazon: Amazon, content: str | None) -> None:
    _, token = amazon.customer()
    given = {"Content": content} if content else {}
    with pytest.raises(amazon.participant.exceptions.ValidationException):
        amazon.participant.send_event(ConnectionToken=token, ContentType=EVENT + "message.read", **given)


@pytest.mark.parametrize("name", ["connection.acknowledged", "participant.joined", "transfer.succeeded", "chat.ended"])
def test_an_event_nobody_may_send_is_refused_with_what_may_be_sent(amazon: Amazon, name: str) -> None:
    _, token = amazon.customer()
    with pytest.raises(amazon.participant.exceptions.ValidationException) as raised:
        amazon.participant.send_event(ConnectionToken=token, ContentType=EVENT + name)
    message = raised.value.response["Error"]["Message"]
    if name == "connection.acknowledged":
        assert message == "connection.acknowledged was retired: CreateParticipantConnection has ConnectParticipant"
    else:
        known = ", ".join(EVENT + each for each in ("typing", "message.delivered", "message.read"))
        assert message == f"ContentType must be one of {known}"


def test_the_customers_leaving_ends_the_chat_for_everybody(amazon: Amazon) -> None:
    contact_id, customer = amazon.customer()
    bot = amazon.bot(contact_id)
    amazon.participant.disconnect_participant(ConnectionToken=customer)
    rows = amazon.world.store.all("SELECT content_type, role FROM item ORDER BY seq DESC LIMIT 3")
    assert [tuple(row) for row in rows] == [
        (EVENT + "chat.ended", None),
        (EVENT + "participant.left", "CUSTOM_BOT"),
        (EVENT + "participant.left", "CUSTOMER"),
    ]
    described = amazon.connect.describe_contact(InstanceId=INSTANCE, ContactId=contact_id)["Contact"]
    assert described["DisconnectReason"] == "CUSTOMER_DISCONNECT"
    for token in (customer, bot):
        with pytest.raises(amazon.participant.exceptions.AccessDeniedException):
            amazon.transcript(token)


def test_after_the_end_a_new_connection_is_denied(amazon: Amazon) -> None:
    started = amazon.start_chat()
    amazon.connected(started["ParticipantToken"])
    amazon.connect.stop_contact(InstanceId=INSTANCE, ContactId=started["ContactId"])
    with pytest.raises(amazon.participant.exceptions.AccessDeniedException):
        connect(amazon, started["ParticipantToken"], Type=["WEBSOCKET", "CONNECTION_CREDENTIALS"])


def test_a_custom_participant_that_leaves_is_seen_to_leave_and_the_chat_goes_on(amazon: Amazon) -> None:
    contact_id, customer = amazon.customer()
    bot = amazon.bot(contact_id)
    amazon.participant.disconnect_participant(ConnectionToken=bot)
    last = amazon.transcript(customer)[-1]
    assert (last["ContentType"], last["ParticipantRole"]) == (EVENT + "participant.left", "CUSTOM_BOT")
    assert amazon.say(customer, "And now?")["Id"]
    with pytest.raises(amazon.participant.exceptions.AccessDeniedException):
        amazon.say(bot, "I am gone")


@pytest.mark.parametrize("role", ["CUSTOMER", "CUSTOM_BOT"])
def test_an_interactive_message_is_no_participants_to_send(amazon: Amazon, role: str) -> None:
    """API_SendMessage lists the answer to one (…interactive.response) among what may be sent, not the message itself."""
    kinds = ["text/plain", INTERACTIVE, f"{INTERACTIVE}.response"]
    contact_id, token = amazon.customer(SupportedMessagingContentTypes=kinds)
    if role == "CUSTOM_BOT":
        token = amazon.bot(contact_id)
    say = partial(amazon.participant.send_message, ConnectionToken=token, Content="{}")
    with pytest.raises(
        amazon.participant.exceptions.ValidationException, match=r"text/plain, .*interactive\.response$"
    ):
        say(ContentType=INTERACTIVE)
    assert say(ContentType=f"{INTERACTIVE}.response")["Id"]


def test_a_chat_does_not_begin_with_an_interactive_message(amazon: Amazon) -> None:
    first = {"ContentType": INTERACTIVE, "Content": "{}"}
    with pytest.raises(amazon.connect.exceptions.InvalidParameterException):
        amazon.start_chat(SupportedMessagingContentTypes=["text/plain", INTERACTIVE], InitialMessage=first)
