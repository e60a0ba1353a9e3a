"""What goes wrong on purpose: killed processes, failing calls, posts that are late, lost for a while, doubled or shuffled."""

from __future__ import annotations

import contextlib
import json
import sqlite3
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, ReadTimeoutError

from tests.emulating import (
    EVENT,
    INBOUND_FLOW,
    INSTANCE,
    TOPIC,
    Customer,
    RunningEmulator,
    customer,
    eventually,
)
from tests.sns_endpoint import Endpoint

Running = Callable[..., RunningEmulator]


def stream(emulator: RunningEmulator, contact_id: str) -> None:
    emulator.client("connect").start_contact_streaming(
        InstanceId=INSTANCE,
        ContactId=contact_id,
        ChatStreamingConfiguration={"StreamingEndpointArn": TOPIC},
        ClientToken="t",
    )


def contents(endpoint: Endpoint) -> list[str]:
    return [item["Content"] for item in endpoint.items() if "Content" in item]


def all_said(endpoint: Endpoint, wanted: set[str]) -> None:
    eventually(lambda: wanted <= set(contents(endpoint)), 30, f"{len(wanted)} items are posted")


# ---- kill -9 -------------------------------------------------------------------------------------------------------


def test_what_was_answered_is_there_after_kill_9(own: RunningEmulator) -> None:
    with customer(own, "Ada", Attributes={"topic": "parcels"}) as ada:
        said = [ada.say(f"word {n}", ClientToken=f"t{n}")["Id"] for n in range(20)]
        own.kill()
        ada.close()
        own.start()
        again = [ada.say(f"word {n}", ClientToken=f"t{n}")["Id"] for n in range(20)]
        assert again == said
        ada.open()
        heard = [
            item["Id"] for item in ada.transcript() if item.get("ParticipantRole") == "CUSTOMER" and "Content" in item
        ]
        assert heard == said
        attributes = ada.connect.get_contact_attributes(InstanceId=INSTANCE, InitialContactId=ada.contact_id)
        assert attributes["Attributes"] == {"topic": "parcels"}


def test_killed_in_the_midst_of_calls_it_has_all_that_was_answered(running: Running, tmp_path: Path) -> None:
    """Chats are begun, spoken in and ended by several at once when it is killed; what each had an answer to is there."""
    events = tmp_path / "events.jsonl"
    emulator = running(options=["--events", str(events)])
    connect, participant = emulator.client("connect"), emulator.client("connectparticipant")
    begun: dict[str, str] = {}
    ended: set[str] = set()
    said: list[tuple[str, str]] = []

    def works() -> None:
        with contextlib.suppress(BotoCoreError):
            while True:
                chat = connect.start_chat_contact(
                    InstanceId=INSTANCE, ContactFlowId=INBOUND_FLOW, ParticipantDetails={"DisplayName": "Ada"}
                )
                begun[chat["ContactId"]] = chat["ParticipantToken"]
                answer = participant.create_participant_connection(
                    ParticipantToken=chat["ParticipantToken"], Type=["CONNECTION_CREDENTIALS"], ConnectParticipant=True
                )
                token = answer["ConnectionCredentials"]["ConnectionToken"]
                words = participant.send_message(ConnectionToken=token, ContentType="text/plain", Content="Hello")
                said.append((chat["ContactId"], words["Id"]))
                connect.stop_contact(InstanceId=INSTANCE, ContactId=chat["ContactId"])
                ended.add(chat["ContactId"])

    workers = [threading.Thread(target=works, daemon=True) for _ in range(4)]
    for worker in workers:
        worker.start()
    eventually(lambda: len(ended) >= 8, 30, "chats have come and gone")
    emulator.kill()
    for worker in workers:
        worker.join(30)
    emulator.start()
    kept = {each["contactId"]: each["state"] for each in emulator.control("contacts")["contacts"]}
    assert begun.keys() <= kept.keys()
    assert {kept[each] for each in ended} == {"ENDED"}

    def told(kind: str) -> set[str]:
        found: set[str] = set()
        for line in events.read_text().splitlines():
            with contextlib.suppress(ValueError):  # a line the kill has cut in two; it is told again
                detail = json.loads(line)["detail"]
                found |= {detail["contactId"]} if detail["eventType"] == kind else set()
        return found

    eventually(lambda: begun.keys() <= told("INITIATED"), 30, "all that began is told")
    eventually(lambda: ended <= told("DISCONNECTED") & told("COMPLETED"), 30, "all that ended is told")
    emulator.stop()
    with contextlib.closing(sqlite3.connect(emulator.state)) as state:
        kept_words = set(state.execute("SELECT contact_id, id FROM item WHERE role = 'CUSTOMER' AND type = 'MESSAGE'"))
    assert set(said) <= kept_words


def test_a_flow_waits_on_after_kill_9_and_the_clock_stays_turned(own: RunningEmulator) -> None:
    with customer(own, "Ada") as ada:
        eventually(lambda: own.contact(ada.contact_id)["flow"]["action"] == "listen")
        own.advance(600)
        own.restart()
        assert own.control("clock")["offsetSeconds"] == 600
        assert own.contact(ada.contact_id)["flow"] == {
            "action": "listen",
            "phase": "WAITING",
            "events": ["CustomerReturned"],
        }
        own.advance(300)
        assert own.contact(ada.contact_id)["disconnectReason"] == "CONTACT_FLOW_DISCONNECT"


def test_posts_that_nobody_took_are_made_after_kill_9(streaming: RunningEmulator, endpoint: Endpoint) -> None:
    endpoint.answers = lambda post: 503 if post["Type"] == "Notification" else 200
    with customer(streaming, "Ada") as ada:
        stream(streaming, ada.contact_id)
        ada.say("Do not lose me")
        eventually(lambda: "Do not lose me" in contents(endpoint))
        streaming.restart()
        endpoint.answers = lambda _post: 200
        eventually(
            lambda: all(d["state"] == "DELIVERED" for d in streaming.deliveries()), 40, "everything is delivered"
        )
        assert "Do not lose me" in contents(endpoint)


def test_what_connect_tells_the_world_is_told_after_kill_9(
    running: Running, endpoint: Endpoint, tmp_path: Path
) -> None:
    endpoint.answers = lambda _post: 503
    bucket = tmp_path / "bucket"
    bucket.mkdir()
    emulator = running(
        options=["--events", endpoint.url, "--contact-records", endpoint.url, "--transcripts", str(bucket)]
    )
    with customer(emulator, "Ada") as ada:
        ada.say("Do not forget me")
        ada.leave()
        eventually(lambda: endpoint.posts, why="the first event is posted")
        emulator.kill()
    endpoint.posts.clear()
    endpoint.answers = lambda _post: 200
    emulator.start()
    eventually(lambda: any("AWSAccountId" in post for post in endpoint.posts), 40, "the contact record is posted")
    life = ["INITIATED", "CONNECTED_TO_SYSTEM", "DISCONNECTED", "COMPLETED"]
    eventually(
        lambda: [post["detail"]["eventType"] for post in endpoint.posts if "detail" in post] == life, 40, "all events"
    )
    (path,) = eventually(lambda: list(bucket.rglob("*.json")), why="the transcript is written")
    assert "Do not forget me" in [item.get("Content") for item in json.loads(path.read_text())["Transcript"]]


def test_a_confirmed_subscription_is_not_asked_again_after_a_restart(
    streaming: RunningEmulator, endpoint: Endpoint
) -> None:
    streaming.restart()
    with customer(streaming, "Ada") as ada:
        stream(streaming, ada.contact_id)
        ada.say("Hello")
        endpoint.wait_for(lambda item: item.get("Content") == "Hello")
    assert [post["Type"] for post in endpoint.posts].count("SubscriptionConfirmation") == 1


def test_the_certificate_is_the_same_after_a_restart(own: RunningEmulator) -> None:
    before = own.cert.read_bytes()
    own.restart()
    assert own.cert.read_bytes() == before


def test_a_clean_stop_is_quick_and_leaves_no_trace_of_trouble(own: RunningEmulator) -> None:
    with customer(own, "Ada") as ada:
        ada.say("Hello")
        began = time.monotonic()
        own.stop()
        assert time.monotonic() - began < 15
    assert "Traceback" not in own.log.read_text()


# ---- calls that fail -----------------------------------------------------------------------------------------------


def fails(who: Customer, text: str, token: str) -> tuple[int, str]:
    with pytest.raises(ClientError) as raised:
        who.say(text, ClientToken=token)
    return raised.value.response["ResponseMetadata"]["HTTPStatusCode"], raised.value.response["Error"]["Code"]


def said(who: Customer) -> list[str]:
    """What this customer has said, by the transcript."""
    return [i["Content"] for i in who.transcript() if i.get("ParticipantRole") == "CUSTOMER" and "Content" in i]


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (500, "InternalServerException"),
        (503, "InternalServerException"),
        (429, "ThrottlingException"),
        (403, "AccessDeniedException"),
    ],
)
def test_a_call_that_fails_before_its_effect_has_none(failing: RunningEmulator, status: int, code: str) -> None:
    with customer(failing, "Ada") as ada:
        failing.control("faults", {"operation": "SendMessage", "status": status, "times": 2})
        assert fails(ada, "hello", "t") == (status, code)
        assert fails(ada, "hello", "t") == (status, code)
        assert said(ada) == []
        ada.say("hello", ClientToken="t")
        assert said(ada) == ["hello"]


def test_a_call_that_fails_after_its_effect_is_found_again_by_its_client_token(failing: RunningEmulator) -> None:
    with customer(failing, "Ada") as ada:
        failing.control("faults", {"operation": "SendMessage", "status": 500, "when": "after"})
        assert fails(ada, "hello", "t") == (500, "InternalServerException")
        heard = ada.wait_for_text("hello")
        assert ada.say("hello", ClientToken="t")["Id"] == heard["Id"]
        assert said(ada) == ["hello"]


def test_boto3_itself_tries_a_failed_call_again_and_says_it_once(failing: RunningEmulator) -> None:
    with customer(failing, "Ada") as ada:
        failing.control("faults", {"operation": "SendMessage", "status": 500, "when": "after", "times": 2})
        patient = failing.client("connectparticipant", Config(retries={"total_max_attempts": 3, "mode": "standard"}))
        patient.send_message(ConnectionToken=ada.connection_token, ContentType="text/plain", Content="hello")
        assert said(ada) == ["hello"]


def test_a_call_in_a_black_hole_is_never_answered_and_holds_up_nobody(failing: RunningEmulator) -> None:
    with customer(failing, "Ada") as ada:
        failing.control("faults", {"operation": "SendMessage", "blackHole": True})
        hasty = failing.client("connectparticipant", Config(read_timeout=1, retries={"total_max_attempts": 1}))
        with pytest.raises(ReadTimeoutError):
            hasty.send_message(ConnectionToken=ada.connection_token, ContentType="text/plain", Content="lost")
        ada.say("found")
        assert said(ada) == ["found"]


def test_a_late_call_is_late_and_done(failing: RunningEmulator) -> None:
    with customer(failing, "Ada") as ada:
        failing.control("faults", {"operation": "SendMessage", "latencyMs": 700})
        began = time.monotonic()
        ada.say("late")
        assert time.monotonic() - began >= 0.7
        assert said(ada) == ["late"]


def test_faults_can_be_taken_back(failing: RunningEmulator) -> None:
    failing.control("faults", {"status": 500, "times": 100})
    assert len(failing.control("faults")["faults"]) == 1
    assert failing.control("faults", {"clear": True}) == {"faults": []}
    with customer(failing, "Ada"):
        pass


# ---- SNS -----------------------------------------------------------------------------------------------------------


def test_posts_that_are_paused_come_when_they_go_on(streaming: RunningEmulator, endpoint: Endpoint) -> None:
    with customer(streaming, "Ada") as ada:
        stream(streaming, ada.contact_id)
        streaming.control("sns", {"paused": True})
        ada.say("later")
        time.sleep(0.5)
        assert "later" not in contents(endpoint)
        streaming.control("sns", {"paused": False})
        endpoint.wait_for(lambda item: item.get("Content") == "later")


def test_posts_can_be_doubled_and_shuffled_and_none_is_lost(streaming: RunningEmulator, endpoint: Endpoint) -> None:
    with customer(streaming, "Ada") as ada:
        stream(streaming, ada.contact_id)
        streaming.control("sns", {"paused": True, "shuffle": True, "copies": 2})
        words = [f"word {n}" for n in range(30)]
        for word in words:
            ada.say(word)
        streaming.control("sns", {"paused": False})
        all_said(endpoint, set(words))
        eventually(lambda: all(contents(endpoint).count(word) == 2 for word in words), 20, "each is posted twice")
        order = [word for word in contents(endpoint) if word in words]
        assert list(dict.fromkeys(order)) != words


def test_none_of_many_posts_is_lost_when_every_third_is_refused(streaming: RunningEmulator, endpoint: Endpoint) -> None:
    count = iter(range(10**9))
    endpoint.answers = lambda _post: 503 if next(count) % 3 == 0 else 200
    with customer(streaming, "Ada") as ada:
        stream(streaming, ada.contact_id)
        words = {f"word {n}" for n in range(60)}
        for word in sorted(words):
            ada.say(word)
        eventually(
            lambda: all(d["state"] == "DELIVERED" for d in streaming.deliveries()), 40, "everything is delivered"
        )
        assert words <= set(contents(endpoint))


def test_an_endpoint_that_is_not_there_yet_is_asked_until_it_is(running: Running, endpoint: Endpoint) -> None:
    endpoint.answers = lambda _post: 500
    emulator = running(subscribe=[f"{TOPIC}={endpoint.url}"])
    eventually(lambda: len(endpoint.posts) >= 4, 10, "the subscription is asked for again and again")
    endpoint.answers = lambda _post: 200
    endpoint.confirm(emulator)
    (subscription,) = emulator.client("sns").list_subscriptions_by_topic(TopicArn=TOPIC)["Subscriptions"]
    assert subscription["SubscriptionArn"].startswith(TOPIC + ":")


def test_a_post_has_the_headers_of_sns(streaming: RunningEmulator, endpoint: Endpoint) -> None:
    with customer(streaming, "Ada") as ada:
        stream(streaming, ada.contact_id)
        ada.say("hello")
        endpoint.wait_for(lambda item: item.get("Content") == "hello")
    post, headers = endpoint.posts[-1], {k.lower(): v for k, v in endpoint.headers[-1].items()}
    assert headers["content-type"] == "text/plain; charset=UTF-8"
    assert headers["user-agent"] == "Amazon Simple Notification Service Agent"
    assert headers["x-amz-sns-message-type"] == post["Type"] == "Notification"
    assert headers["x-amz-sns-message-id"] == post["MessageId"]
    assert headers["x-amz-sns-topic-arn"] == post["TopicArn"] == TOPIC
    assert headers["x-amz-sns-subscription-arn"].startswith(TOPIC + ":")


# ---- somebody else comes -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("role", "seen_as", "name"), [("AGENT", "AGENT", "Agent"), ("LEX", "SYSTEM", "BOT")])
def test_an_agent_or_a_lex_bot_takes_the_place_of_a_custom_participant(
    emulator: RunningEmulator, role: str, seen_as: str, name: str
) -> None:
    with customer(emulator, "Ada") as ada:
        given: dict[str, Any] = {
            "InstanceId": INSTANCE,
            "ContactId": ada.contact_id,
            "ParticipantDetails": {"ParticipantRole": "CUSTOM_BOT", "DisplayName": "Service"},
        }
        created = ada.connect.create_participant(**given)
        token = created["ParticipantCredentials"]["ParticipantToken"]
        ada.participant.create_participant_connection(ParticipantToken=token, ConnectParticipant=True)
        joined = emulator.control("join", {"contactId": ada.contact_id, "role": role})
        item = ada.wait_for_event("participant.joined", role=seen_as)
        assert (item["ParticipantId"], item["DisplayName"]) == (joined["participantId"], name)
        left = ada.wait_for_event("participant.left")
        assert (left["ParticipantRole"], left["ParticipantId"]) == ("CUSTOM_BOT", created["ParticipantId"])
        with pytest.raises(ada.connect.exceptions.ConflictException):
            ada.connect.create_participant(**given)
        emulator.control("leave", {"participantId": joined["participantId"]})
        ada.wait_for_event("participant.left", role=seen_as)
        assert ada.connect.create_participant(**given)["ParticipantId"]
        assert [i["ContentType"] for i in ada.transcript()].count(EVENT + "participant.left") == 2
