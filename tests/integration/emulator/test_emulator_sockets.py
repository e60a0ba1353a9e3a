"""The customer's websocket, frame by frame."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from connect_emulator import undocumented
from connect_emulator.sockets import Socket
from tests.emulating import EVENT, INSTANCE, Customer, RunningEmulator, customer, eventually


def url_of(who: Customer) -> str:
    answer = who.participant.create_participant_connection(ParticipantToken=who.participant_token, Type=["WEBSOCKET"])
    return str(answer["Websocket"]["Url"])


def talk(socket: ClientConnection, frame: Any) -> dict[str, Any]:
    socket.send(frame if isinstance(frame, str | bytes) else json.dumps(frame))
    answer = json.loads(socket.recv(10))
    assert isinstance(answer, dict)
    return answer


SUBSCRIBE = {"topic": "aws/subscribe", "content": {"topics": ["aws/chat"]}}


def test_the_frames_of_the_protocol(emulator: RunningEmulator) -> None:
    ada = Customer(emulator, "Ada")
    url = url_of(ada)
    assert url.startswith(f"ws://127.0.0.1:{emulator.port}/socket?ticket=")
    with connect(url) as socket:
        assert talk(socket, {"topic": "aws/heartbeat"}) == {"topic": "aws/heartbeat"}
        assert talk(socket, {"topic": "aws/ping"}) == {"topic": "aws/ping", "statusCode": 200, "statusContent": "OK"}
        assert emulator.contact(ada.contact_id)["participants"][0]["state"] == "CONNECTING"
        assert talk(socket, SUBSCRIBE) == {
            "topic": "aws/subscribe",
            "content": {"status": "success", "topics": ["aws/chat"]},
        }
        frame = json.loads(socket.recv(10))
        assert {k: v for k, v in frame.items() if k != "content"} == {
            "topic": "aws/chat",
            "contentType": "application/json",
        }
        item = json.loads(frame["content"])
        assert item == {
            "AbsoluteTime": item["AbsoluteTime"],
            "ContentType": EVENT + "participant.joined",
            "Id": item["Id"],
            "Type": "EVENT",
            "ParticipantId": ada.participant_id,
            "DisplayName": "Ada",
            "ParticipantRole": "CUSTOMER",
            "ContactId": ada.contact_id,
            "InitialContactId": ada.contact_id,
        }


@pytest.mark.parametrize(
    "frame",
    ["", "not json", "[]", "7", "[" * 50_000, b"\x00\xff", "{}", '{"topic":"aws/dance"}', '{"topic":["aws/chat"]}'],
)
def test_a_frame_nobody_understands_is_answered_without_a_topic_and_the_socket_lives(
    emulator: RunningEmulator, frame: Any
) -> None:
    with connect(url_of(Customer(emulator, "Ada"))) as socket:
        assert sorted(talk(socket, frame)) == ["connectionId", "message", "requestId"]
        assert talk(socket, {"topic": "aws/heartbeat"}) == {"topic": "aws/heartbeat"}


@pytest.mark.parametrize("content", [None, {}, {"topics": []}, {"topics": ["aws/tasks"]}, {"topics": "aws/chat"}, [1]])
def test_a_subscription_to_anything_else_fails_and_connects_nobody(emulator: RunningEmulator, content: Any) -> None:
    ada = Customer(emulator, "Ada")
    with connect(url_of(ada)) as socket:
        answer = talk(socket, {"topic": "aws/subscribe", "content": content})
        assert (answer["topic"], answer["content"]["status"]) == ("aws/subscribe", "failure")
        assert emulator.contact(ada.contact_id)["participants"][0]["state"] == "CONNECTING"


@pytest.mark.parametrize("path", ["/socket", "/socket?ticket=", "/socket?ticket=wrong", "/elsewhere?ticket=x"])
def test_a_socket_without_a_ticket_is_refused(emulator: RunningEmulator, path: str) -> None:
    with pytest.raises(InvalidStatus) as raised, connect(f"ws://127.0.0.1:{emulator.port}{path}"):
        pass
    assert raised.value.response.status_code == 403


def test_the_sockets_url_is_good_for_100_seconds_and_several_times(own: RunningEmulator) -> None:
    url = url_of(Customer(own, "Ada"))
    own.advance(99)
    for _ in range(2):
        with connect(url) as socket:
            assert talk(socket, {"topic": "aws/heartbeat"}) == {"topic": "aws/heartbeat"}
    own.advance(1)
    with pytest.raises(InvalidStatus), connect(url):
        pass


def test_own_messages_come_back_and_every_socket_of_a_participant_hears_all(emulator: RunningEmulator) -> None:
    with customer(emulator, "Ada") as ada, connect(url_of(ada)) as second:
        assert talk(second, SUBSCRIBE)["topic"] == "aws/subscribe"
        said = ada.say("Hello from me")
        item = ada.wait_for_text("Hello from me")
        assert (item["Id"], item["AbsoluteTime"]) == (said["Id"], said["AbsoluteTime"])
        assert json.loads(json.loads(second.recv(10))["content"]) == item


def test_a_second_subscription_joins_nobody_a_second_time(emulator: RunningEmulator) -> None:
    with customer(emulator, "Ada") as ada:
        ada.open()
        ada.say("done")
        ada.wait_for_text("done")
        assert [name for name, _ in ada.events()] == ["participant.joined"]


def test_a_socket_that_has_not_subscribed_hears_nothing(emulator: RunningEmulator) -> None:
    with customer(emulator, "Ada") as ada, connect(url_of(ada)) as deaf:
        ada.say("Hello")
        ada.wait_for_text("Hello")
        assert talk(deaf, {"topic": "aws/heartbeat"}) == {"topic": "aws/heartbeat"}


def test_a_customer_whose_socket_is_gone_is_still_in_the_chat_and_reads_what_was_said(
    emulator: RunningEmulator,
) -> None:
    with customer(emulator, "Ada") as ada:
        ada.wait_for_event("participant.joined")
        assert emulator.control("sockets", {"contactId": ada.contact_id}) == {"cut": 1}
        ada.close()
        said = ada.say("Can you hear me?")
        assert emulator.contact(ada.contact_id)["state"] == "OPEN"
        ada.open()
        assert said["Id"] in [item["Id"] for item in ada.transcript()]
        after = ada.say("I can hear again")
        ada.wait_for(lambda item: item["Id"] == after["Id"])
        assert said["Id"] not in [item["Id"] for item in ada.items]


def test_a_socket_that_is_cut_is_closed_by_the_server(emulator: RunningEmulator) -> None:
    ada = Customer(emulator, "Ada")
    with connect(url_of(ada)) as socket:
        talk(socket, SUBSCRIBE)
        assert emulator.control("sockets", {"contactId": ada.contact_id}) == {"cut": 1}
        with pytest.raises(ConnectionClosed):
            list(socket)  # what came before, up to the end
        assert socket.close_code == undocumented.SOCKET_CUT


def test_only_the_sockets_of_one_chat_are_cut(emulator: RunningEmulator) -> None:
    with customer(emulator, "Ada") as ada, customer(emulator, "Grace") as grace:
        assert emulator.control("sockets", {"contactId": ada.contact_id}) == {"cut": 1}
        ada.wait_until_cut()
        grace.say("I am fine")
        grace.wait_for_text("I am fine")


def test_receipts_come_as_message_metadata(emulator: RunningEmulator) -> None:
    with customer(emulator, "Ada") as ada:
        bot = bot_of(emulator, ada.contact_id)
        said = emulator.client("connectparticipant").send_message(
            ConnectionToken=bot, ContentType="text/plain", Content="Hello"
        )
        ada.event("message.read", json.dumps({"messageId": said["Id"]}))
        item = ada.wait_for(lambda i: i["Type"] == "MESSAGEMETADATA")
        assert item == {
            "AbsoluteTime": item["AbsoluteTime"],
            "ContentType": EVENT + "message.metadata",
            "Id": item["Id"],
            "Type": "MESSAGEMETADATA",
            "ContactId": ada.contact_id,
            "InitialContactId": ada.contact_id,
            "MessageMetadata": {
                "MessageId": said["Id"],
                "Receipts": [
                    {
                        "RecipientParticipantId": ada.participant_id,
                        "ReadTimestamp": item["MessageMetadata"]["Receipts"][0]["ReadTimestamp"],
                    }
                ],
            },
        }


def bot_of(emulator: RunningEmulator, contact_id: str) -> str:
    created = emulator.client("connect").create_participant(
        InstanceId=INSTANCE,
        ContactId=contact_id,
        ParticipantDetails={"ParticipantRole": "CUSTOM_BOT", "DisplayName": "Service"},
    )
    answer = emulator.client("connectparticipant").create_participant_connection(
        ParticipantToken=created["ParticipantCredentials"]["ParticipantToken"],
        Type=["CONNECTION_CREDENTIALS"],
        ConnectParticipant=True,
    )
    return str(answer["ConnectionCredentials"]["ConnectionToken"])


def test_after_the_end_the_last_word_is_heard_and_heartbeats_are_answered(emulator: RunningEmulator) -> None:
    with customer(emulator, "Ada") as ada:
        ada.leave()
        ada.wait_for_event("chat.ended")
        assert ada.events()[-2:] == [("participant.left", "CUSTOMER"), ("chat.ended", None)]
        ada.send({"topic": "aws/heartbeat"})
        ada.wait_for_frame(lambda frame: frame.get("topic") == "aws/heartbeat")
        with pytest.raises(ada.participant.exceptions.AccessDeniedException):
            url_of(ada)


def test_a_frame_above_the_limit_costs_its_own_socket_only(emulator: RunningEmulator) -> None:
    with customer(emulator, "Grace") as grace, connect(url_of(Customer(emulator, "Ada"))) as socket:
        socket.send("x" * (129 * 1024))
        with pytest.raises(ConnectionClosed):
            socket.recv(10)
        grace.say("I am fine")
        grace.wait_for_text("I am fine")


def test_a_custom_participant_may_listen_on_a_socket_too(emulator: RunningEmulator) -> None:
    with customer(emulator, "Ada") as ada:
        created = ada.connect.create_participant(
            InstanceId=INSTANCE,
            ContactId=ada.contact_id,
            ParticipantDetails={"ParticipantRole": "CUSTOM_BOT", "DisplayName": "Service"},
        )
        answer = ada.participant.create_participant_connection(
            ParticipantToken=created["ParticipantCredentials"]["ParticipantToken"], Type=["WEBSOCKET"]
        )
        with connect(answer["Websocket"]["Url"]) as socket:
            talk(socket, SUBSCRIBE)
            ada.wait_for_event("participant.joined", role="CUSTOM_BOT")
            ada.say("Hello, machine")
            heard = [json.loads(json.loads(socket.recv(10))["content"]) for _ in range(2)]
            assert [item.get("Content") for item in heard] == [None, "Hello, machine"]
        eventually(lambda: emulator.contact(ada.contact_id)["state"] == "OPEN")


def test_a_reader_that_is_too_slow_is_cut_off_with_a_code_a_server_may_send() -> None:
    socket = Socket(SimpleNamespace(id="p"), "c")
    for n in range(1_001):
        socket.put(str(n))
    sent = [socket.outbox.get_nowait() for _ in range(socket.outbox.qsize())]
    assert sent == [*map(str, range(1_000)), undocumented.SOCKET_TOO_SLOW]
    assert all(3000 <= code <= 4999 for code in (undocumented.SOCKET_CUT, undocumented.SOCKET_TOO_SLOW))
