"""Message streaming: what is posted to whom, how it is signed, and what happens when nobody takes it."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from hypothesis import given
from hypothesis import strategies as st

from connect_emulator import undocumented
from connect_emulator.streaming.certificate import kept_beside
from connect_emulator.streaming.deliveries import listed, next_attempt
from connect_emulator.undocumented import SNS_DELAYS
from tests.amazon import Amazon
from tests.emulating import EVENT, INSTANCE, TOPIC

ENDPOINT = "https://portal.example/webhooks/sns/"


def subscribed(amazon: Amazon, endpoint: str = ENDPOINT) -> str:
    """The ARN of a confirmed subscription."""
    amazon.sns.subscribe(TopicArn=TOPIC, Protocol="https", Endpoint=endpoint)
    amazon.background.settle()
    token = json.loads(amazon.posts.bodies[-1])["Token"]
    amazon.posts.bodies.clear()
    return str(amazon.sns.confirm_subscription(TopicArn=TOPIC, Token=token)["SubscriptionArn"])


def posts(amazon: Amazon) -> list[dict[str, Any]]:
    amazon.background.settle()
    return [json.loads(body) for body in amazon.posts.bodies]


def items(amazon: Amazon) -> list[dict[str, Any]]:
    return [json.loads(post["Message"]) for post in posts(amazon)]


def contents(amazon: Amazon) -> list[str]:
    return [item.get("Content") or item["ContentType"].removeprefix(EVENT) for item in items(amazon)]


def verify(amazon: Amazon, post: dict[str, Any], names: tuple[str, ...]) -> None:
    """As sns-verify-signature-of-message tells a receiver to."""
    key = x509.load_pem_x509_certificate(amazon.emulator.certificate.pem).public_key()
    assert isinstance(key, rsa.RSAPublicKey)
    text = "".join(f"{name}\n{post[name]}\n" for name in names)
    key.verify(base64.b64decode(post["Signature"]), text.encode(), padding.PKCS1v15(), hashes.SHA256())


def test_a_subscription_is_asked_to_confirm_itself_with_a_signed_post(amazon: Amazon) -> None:
    answer = amazon.sns.subscribe(TopicArn=TOPIC, Protocol="https", Endpoint=ENDPOINT)
    assert answer["SubscriptionArn"] == "pending confirmation"
    (post,) = posts(amazon)
    assert sorted(post) == sorted(
        [
            "Type",
            "MessageId",
            "Token",
            "TopicArn",
            "Message",
            "SubscribeURL",
            "Timestamp",
            "SignatureVersion",
            "Signature",
            "SigningCertURL",
        ]
    )
    assert (post["Type"], post["TopicArn"], post["SignatureVersion"]) == ("SubscriptionConfirmation", TOPIC, "2")
    verify(amazon, post, ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"))


def test_a_notification_is_signed_and_carries_the_documented_attributes(amazon: Amazon) -> None:
    arn = subscribed(amazon)
    contact_id, token = amazon.customer()
    amazon.stream(contact_id)
    said = amazon.say(token, "Grüße")
    post = next(p for p in posts(amazon) if json.loads(p["Message"]).get("Content") == "Grüße")
    verify(amazon, post, ("Message", "MessageId", "Timestamp", "TopicArn", "Type"))
    with pytest.raises(InvalidSignature):
        verify(amazon, post | {"Message": "{}"}, ("Message", "MessageId", "Timestamp", "TopicArn", "Type"))
    assert re.fullmatch(
        r"https://sns\.us-east-1\.amazonaws\.com/SimpleNotificationService-[0-9a-f]{32}\.pem", post["SigningCertURL"]
    )
    assert post["UnsubscribeURL"].endswith(arn.replace(":", "%3A"))
    customer = amazon.world.store.value("SELECT id FROM participant")
    assert json.loads(post["Message"]) == {
        "AbsoluteTime": said["AbsoluteTime"],
        "Content": "Grüße",
        "ContentType": "text/plain",
        "Id": said["Id"],
        "Type": "MESSAGE",
        "ParticipantId": customer,
        "DisplayName": "Ada",
        "ParticipantRole": "CUSTOMER",
        "InitialContactId": contact_id,
        "ContactId": contact_id,
    }
    assert post["MessageAttributes"] == {
        name: {"Type": "String", "Value": value}
        for name, value in {
            "InitialContactId": contact_id,
            "ContactId": contact_id,
            "ParticipantRole": "CUSTOMER",
            "InstanceId": INSTANCE,
            "AccountId": "123456789012",
            "Type": "MESSAGE",
            "ContentType": "text/plain",
            "MessageVisibility": "ALL",
        }.items()
    }


def test_what_was_said_before_streaming_is_not_streamed(amazon: Amazon) -> None:
    subscribed(amazon)
    contact_id, token = amazon.customer(InitialMessage={"ContentType": "text/plain", "Content": "before"})
    amazon.stream(contact_id)
    amazon.say(token, "after")
    assert "before" not in contents(amazon)
    assert contents(amazon)[0] == "after"


def test_a_whole_hand_over_is_streamed_with_its_events_and_its_end(amazon: Amazon) -> None:
    subscribed(amazon)
    contact_id, customer = amazon.customer()
    amazon.stream(contact_id)
    bot = amazon.bot(contact_id)
    amazon.say(bot, "Hello")
    amazon.participant.send_event(ConnectionToken=customer, ContentType=EVENT + "typing")
    amazon.participant.disconnect_participant(ConnectionToken=bot)
    amazon.participant.disconnect_participant(ConnectionToken=customer)
    assert contents(amazon) == [
        "participant.joined",
        "Hello",
        "typing",
        "participant.left",
        "participant.left",
        "chat.ended",
    ]
    ended = posts(amazon)[-1]
    assert "ParticipantRole" not in ended["MessageAttributes"]


@pytest.mark.parametrize(("streamed", "heard"), [(False, ["Hello"]), (True, ["Hello", "message.metadata"])])
def test_receipts_are_not_streamed_unless_one_says_so(
    amazon: Amazon, monkeypatch: pytest.MonkeyPatch, streamed: bool, heard: list[str]
) -> None:
    assert undocumented.RECEIPTS_ARE_STREAMED is False
    monkeypatch.setattr(undocumented, "RECEIPTS_ARE_STREAMED", streamed)
    subscribed(amazon)
    contact_id, customer = amazon.customer()
    bot = amazon.bot(contact_id)
    amazon.stream(contact_id)
    said = amazon.say(bot, "Hello")
    receipt = json.dumps({"messageId": said["Id"]})
    amazon.participant.send_event(ConnectionToken=customer, ContentType=EVENT + "message.read", Content=receipt)
    assert contents(amazon) == heard
    if streamed:
        (read,) = items(amazon)[-1]["MessageMetadata"]["Receipts"]
        assert sorted(read) == ["ReadTimestamp", "RecipientParticipantId"]


def test_without_echo_a_custom_participants_own_words_are_not_streamed(amazons: Callable[..., Amazon]) -> None:
    amazon = amazons(echo=False)
    subscribed(amazon)
    contact_id, customer = amazon.customer()
    amazon.stream(contact_id)
    bot = amazon.bot(contact_id)
    amazon.say(bot, "Hello")
    amazon.participant.send_event(ConnectionToken=bot, ContentType=EVENT + "typing")
    amazon.say(customer, "Hi")
    amazon.participant.disconnect_participant(ConnectionToken=bot)
    flows_words = "You wrote, and nobody is here to answer. Write again if you like."
    assert contents(amazon) == ["participant.joined", "Hi", flows_words, "participant.left"]


def test_after_streaming_was_stopped_nothing_is_posted(amazon: Amazon) -> None:
    subscribed(amazon)
    contact_id, token = amazon.customer()
    streaming = amazon.stream(contact_id)
    amazon.connect.stop_contact_streaming(InstanceId=INSTANCE, ContactId=contact_id, StreamingId=streaming)
    amazon.say(token, "unheard")
    assert posts(amazon) == []


def test_every_subscriber_gets_every_item_with_one_message_id(amazon: Amazon) -> None:
    subscribed(amazon)
    subscribed(amazon, "https://other.example/sns")
    contact_id, token = amazon.customer()
    amazon.stream(contact_id)
    amazon.say(token, "hello")
    said = [post for post in posts(amazon) if json.loads(post["Message"]).get("Content") == "hello"]
    assert len(said) == 2
    assert len({post["MessageId"] for post in said}) == 1


def test_an_endpoint_that_has_not_confirmed_gets_nothing_else(amazon: Amazon) -> None:
    amazon.sns.subscribe(TopicArn=TOPIC, Protocol="https", Endpoint=ENDPOINT)
    contact_id, token = amazon.customer()
    amazon.stream(contact_id)
    amazon.say(token, "hello")
    assert [post["Type"] for post in posts(amazon)] == ["SubscriptionConfirmation"]


def test_a_post_nobody_takes_is_tried_for_an_hour_and_then_given_up(amazon: Amazon) -> None:
    subscribed(amazon)
    contact_id, _token = amazon.customer()
    amazon.stream(contact_id)
    amazon.posts.status = 503
    amazon.connect.stop_contact(InstanceId=INSTANCE, ContactId=contact_id)
    assert len(posts(amazon)) == 4
    assert len({json.dumps(post) for post in posts(amazon)}) == 1
    for _ in range(400):
        amazon.pass_time(10)
    (delivery,) = [d for d in listed(amazon.world) if d["type"] == "Notification"]
    assert (delivery["state"], delivery["note"]) == ("FAILED", "503")
    assert delivery["attempts"] == len(amazon.posts.bodies)
    assert 180 <= len(amazon.posts.bodies) <= 190


def test_undelivered_posts_survive_a_restart(amazon: Amazon) -> None:
    subscribed(amazon)
    contact_id, token = amazon.customer()
    amazon.stream(contact_id)
    amazon.posts.status = 500
    amazon.say(token, "hello")
    amazon.background.settle()
    amazon.again()
    amazon.posts.bodies.clear()
    amazon.posts.status = 200
    amazon.pass_time(1)
    assert contents(amazon)[0] == "hello"
    amazon.pass_time(60)
    assert {d["state"] for d in listed(amazon.world)} == {"DELIVERED"}


@pytest.mark.parametrize(
    ("status", "attempts"), [(200, 1), (204, 1), (400, 1), (403, 1), (404, 1), (429, 4), (500, 4), (503, 4)]
)
def test_a_client_error_is_final_and_everything_else_is_tried_again(amazon: Amazon, status: int, attempts: int) -> None:
    subscribed(amazon)
    contact_id, _ = amazon.customer()
    amazon.stream(contact_id)
    amazon.posts.status = status
    amazon.connect.stop_contact(InstanceId=INSTANCE, ContactId=contact_id)
    assert len(posts(amazon)) == attempts


@given(st.integers(1, 300), st.integers(0, 4_000_000))
def test_no_post_is_tried_after_its_hour(attempts: int, passed: int) -> None:
    at = next_attempt(SNS_DELAYS, attempts, 1_000_000, 1_000_000 + passed)
    assert at is None or 1_000_000 + passed <= at <= 1_000_000 + 3_600_000
    assert passed > 3_600_000 - 20_000 or at is not None


def test_sns_lists_confirms_and_unsubscribes(amazon: Amazon) -> None:
    arn = subscribed(amazon)
    amazon.sns.subscribe(TopicArn=TOPIC, Protocol="http", Endpoint="http://127.0.0.1:9/x", ReturnSubscriptionArn=True)
    listing = amazon.sns.list_subscriptions_by_topic(TopicArn=TOPIC)["Subscriptions"]
    assert sorted((s["SubscriptionArn"], s["Endpoint"], s["Protocol"]) for s in listing) == sorted(
        [(arn, ENDPOINT, "https"), ("PendingConfirmation", "http://127.0.0.1:9/x", "http")]
    )
    amazon.sns.unsubscribe(SubscriptionArn=arn)
    assert len(amazon.sns.list_subscriptions_by_topic(TopicArn=TOPIC)["Subscriptions"]) == 1
    with pytest.raises(amazon.sns.exceptions.NotFoundException):
        amazon.sns.unsubscribe(SubscriptionArn=arn)


def test_subscribing_again_asks_again_until_it_is_confirmed(amazon: Amazon) -> None:
    for _ in range(2):
        amazon.sns.subscribe(TopicArn=TOPIC, Protocol="https", Endpoint=ENDPOINT)
        assert [post["Type"] for post in posts(amazon)][-1] == "SubscriptionConfirmation"
    assert len(posts(amazon)) == 2
    token = posts(amazon)[-1]["Token"]
    arn = amazon.sns.confirm_subscription(TopicArn=TOPIC, Token=token)["SubscriptionArn"]
    assert amazon.sns.subscribe(TopicArn=TOPIC, Protocol="https", Endpoint=ENDPOINT)["SubscriptionArn"] == arn
    assert len(posts(amazon)) == 2


@pytest.mark.parametrize(
    ("call", "given", "code"),
    [
        ("confirm_subscription", {"TopicArn": TOPIC, "Token": "wrong"}, "InvalidParameter"),
        ("confirm_subscription", {"TopicArn": "x", "Token": "wrong"}, "InvalidParameter"),
        (
            "subscribe",
            {"TopicArn": TOPIC, "Protocol": "sqs", "Endpoint": "arn:aws:sqs:us-east-1:1:q"},
            "InvalidParameter",
        ),
        ("subscribe", {"TopicArn": TOPIC, "Protocol": "https", "Endpoint": "http://x"}, "InvalidParameter"),
        ("subscribe", {"TopicArn": TOPIC, "Protocol": "https", "Endpoint": "https://x:99999"}, "InvalidParameter"),
        (
            "subscribe",
            {"TopicArn": TOPIC, "Protocol": "https", "Endpoint": "https://x", "Attributes": {"FilterPolicy": "{}"}},
            "InvalidParameter",
        ),
        ("publish", {"TopicArn": TOPIC, "Message": "x"}, "NotImplementedException"),
    ],
)
def test_what_sns_refuses(amazon: Amazon, call: str, given: dict[str, Any], code: str) -> None:
    with pytest.raises(ClientError) as raised:
        getattr(amazon.sns, call)(**given)
    assert raised.value.response["Error"]["Code"] == code


def test_the_certificate_is_made_once_and_its_key_is_for_the_emulator_alone(tmp_path: Any) -> None:
    first = kept_beside(tmp_path / "world")
    assert kept_beside(tmp_path / "world").pem == first.pem
    assert (tmp_path / "world.sns.key").stat().st_mode & 0o777 == 0o600
    (tmp_path / "world.sns.pem").unlink()
    second = kept_beside(tmp_path / "world")
    assert x509.load_pem_x509_certificate(second.pem).public_key() == second.key.public_key()


def test_a_receiver_that_starts_late_is_asked_every_second(amazon: Amazon) -> None:
    amazon.posts.status = 503
    amazon.sns.subscribe(TopicArn=TOPIC, Protocol="https", Endpoint=ENDPOINT)
    assert len(posts(amazon)) == 4
    for _ in range(30):
        amazon.pass_time(1)
    assert len(posts(amazon)) == 34
