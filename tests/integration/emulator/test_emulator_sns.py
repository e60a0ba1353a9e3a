"""SNS as a receiver that knows only AWS's documentation meets it: it follows SubscribeURL, it fetches SigningCertURL."""

from __future__ import annotations

import base64
import threading
import urllib.request
from collections.abc import Callable
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlsplit

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from tests.emulating import TOPIC, RunningEmulator, eventually
from tests.sns_endpoint import Endpoint

Running = Callable[..., RunningEmulator]
CONFIRMATION = ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type")
NOTIFICATION = ("Message", "MessageId", "Timestamp", "TopicArn", "Type")


def fetched(url: str) -> bytes:
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(url, timeout=10) as answer:
        content: bytes = answer.read()
        return content


def verified_as_documented(post: dict[str, Any], names: tuple[str, ...]) -> None:
    """sns-verify-signature-of-message: the certificate is fetched from the URL of the message."""
    key = x509.load_pem_x509_certificate(fetched(post["SigningCertURL"])).public_key()
    assert isinstance(key, rsa.RSAPublicKey)
    text = "".join(f"{name}\n{post[name]}\n" for name in names)
    key.verify(base64.b64decode(post["Signature"]), text.encode(), padding.PKCS1v15(), hashes.SHA256())


def asked(endpoint: Endpoint) -> dict[str, Any]:
    first: dict[str, Any] = eventually(
        lambda: next((p for p in endpoint.posts if p["Type"] == "SubscriptionConfirmation"), None), 20, "it is asked"
    )
    return first


def streaming_to(emulator: RunningEmulator) -> Any:
    """A customer of a chat that is streamed: her token."""
    connect, participant = emulator.client("connect"), emulator.client("connectparticipant")
    chat = connect.start_chat_contact(
        InstanceId="11111111-2222-4333-8444-555555555555",
        ContactFlowId="aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee",
        ParticipantDetails={"DisplayName": "Ada"},
    )
    connect.start_contact_streaming(
        InstanceId="11111111-2222-4333-8444-555555555555",
        ContactId=chat["ContactId"],
        ClientToken=chat["ContactId"],
        ChatStreamingConfiguration={"StreamingEndpointArn": TOPIC},
    )
    return participant.create_participant_connection(
        ParticipantToken=chat["ParticipantToken"], Type=["CONNECTION_CREDENTIALS"], ConnectParticipant=True
    )["ConnectionCredentials"]["ConnectionToken"]


def test_a_receiver_confirms_and_verifies_the_documented_way_without_leaving_the_machine(
    running: Running, endpoint: Endpoint
) -> None:
    emulator = running(subscribe=[f"{TOPIC}={endpoint.url}"])
    question = asked(endpoint)
    assert question["SubscribeURL"].startswith(emulator.url + "/?Action=ConfirmSubscription&")
    verified_as_documented(question, CONFIRMATION)
    assert TOPIC.encode() in fetched(question["SubscribeURL"])
    token = streaming_to(emulator)
    emulator.client("connectparticipant").send_message(ConnectionToken=token, ContentType="text/plain", Content="hello")
    endpoint.wait_for(lambda item: item.get("Content") == "hello")
    post = next(p for p in endpoint.posts if p["Type"] == "Notification")
    verified_as_documented(post, NOTIFICATION)
    fetched(post["UnsubscribeURL"])
    assert emulator.client("sns").list_subscriptions_by_topic(TopicArn=TOPIC)["Subscriptions"] == []


@pytest.mark.parametrize(
    ("option", "home"),
    [("aws", "https://sns.us-east-1.amazonaws.com"), ("https://emulator.test:8443/", "https://emulator.test:8443")],
)
def test_the_urls_of_posts_begin_as_was_asked_for(running: Running, endpoint: Endpoint, option: str, home: str) -> None:
    running(subscribe=[f"{TOPIC}={endpoint.url}"], options=["--sns-urls", option])
    question = asked(endpoint)
    for name in ("SubscribeURL", "SigningCertURL"):
        url = urlsplit(question[name])
        assert f"{url.scheme}://{url.netloc}" == home


def test_only_the_certificate_that_signs_is_there(emulator: RunningEmulator) -> None:
    with pytest.raises(HTTPError) as refused:
        fetched(f"{emulator.url}/SimpleNotificationService-{'0' * 32}.pem")
    assert refused.value.code == 404
    refused.value.close()


def test_what_a_chat_says_is_posted_in_its_order_while_another_chats_endpoint_hangs(
    running: Running, endpoint: Endpoint
) -> None:
    emulator = running(subscribe=[f"{TOPIC}={endpoint.url}"])
    endpoint.confirm(emulator)
    hangs, freed = threading.Event(), threading.Event()

    def answer(post: dict[str, Any]) -> int:
        if "please hang" in post["Message"]:
            hangs.set()
            freed.wait(14)
        return 200

    endpoint.answers = answer
    participant = emulator.client("connectparticipant")
    slow, quick = streaming_to(emulator), streaming_to(emulator)
    for words in ("please hang", "after that"):
        participant.send_message(ConnectionToken=slow, ContentType="text/plain", Content=words)
    assert hangs.wait(20)
    lines = [f"line {n}" for n in range(40)]
    for line in lines:
        participant.send_message(ConnectionToken=quick, ContentType="text/plain", Content=line)
    endpoint.wait_for(lambda item: item.get("Content") == lines[-1])
    said = [item.get("Content") for item in endpoint.items()]
    assert [words for words in said if words in lines] == lines
    assert "after that" not in said
    freed.set()
    endpoint.wait_for(lambda item: item.get("Content") == "after that")
