"""Only what our topic's SNS signed lately is believed; whatever else is posted makes no request and no crash."""

from __future__ import annotations

import asyncio
import contextlib
import json
import ssl
import sys
import threading
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from ipaddress import IPv4Address

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chats.inbox import sns
from chats.inbox.sns import certificates
from tests.signing import OF_CONFIRMATIONS, TOPIC, URL, Post, Signer, as_post, changed, iso, self_signed

NOW = datetime.now(UTC)  # and again for each test: the signer's clock goes on
OUR_SIGNER = Signer()
OTHER_SIGNER = Signer()
KINDS = ("Notification", "SubscriptionConfirmation", "UnsubscribeConfirmation")


@pytest.fixture(autouse=True)
def _now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.modules[__name__], "NOW", datetime.now(UTC))


class Fetching:
    """Stands where the network is: gives one certificate and remembers which URLs it was asked for."""

    def __init__(self, pem: bytes = OUR_SIGNER.pem) -> None:
        self.pem, self.urls = pem, []

    def __call__(self, url: str) -> bytes:
        self.urls.append(url)
        return self.pem


async def verify(post: Post, fetch=None, *, topic: str = TOPIC, now: datetime | None = None, allow_v1: bool = False):
    """As the webhook does it; the envelope when it is believed."""
    envelope = sns.read_envelope(post.body, post.headers.get("x-amz-sns-message-type"))
    await sns.Verifier([topic], sns.Fetched(fetch or Fetching()), allow_v1=allow_v1).verify(envelope, now or NOW)
    return envelope


async def refusal(post: Post, fetch=None, **how) -> str:
    """Why it is not believed; the test fails when it is."""
    with pytest.raises(sns.NotGenuine) as caught:
        await verify(post, fetch, **how)
    return str(caught.value)


def fields_of(kind: str, message: str = "Hello") -> dict:
    if kind == "Notification":
        return OUR_SIGNER.fields(kind, Message=message)
    return {**OUR_SIGNER.confirmation(kind, "2336412f37"), "Message": message}


# ---- what is genuine -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("version", ["1", "2"])
@pytest.mark.parametrize("message", ["Hello", "Grüße, 你好, 👩‍👩‍👧, \u202eabc", 'line\nline\r\n"quoted" \\ \u0000'])
async def test_what_our_topic_signed_is_believed(kind, version, message):
    envelope = await verify(OUR_SIGNER.post(fields_of(kind, message), version=version), allow_v1=True)
    assert (envelope.type, envelope.message, envelope.topic_arn) == (kind, message, TOPIC)


async def test_a_confirmation_tells_its_token_and_a_notification_has_none():
    assert (await verify(OUR_SIGNER.subscription("abc"))).token == "abc"
    assert (await verify(OUR_SIGNER.notification("Hello"))).token == ""


@pytest.mark.parametrize("subject", [None, "", "Chat", "Größe"])
async def test_a_subject_is_signed_when_it_is_there(subject):
    envelope = await verify(OUR_SIGNER.post(fields_of("Notification"), Subject=subject))
    assert envelope.message == "Hello"


async def test_members_that_are_not_signed_change_nothing():
    post = changed(
        OUR_SIGNER.notification("Hello"),
        MessageAttributes={"InstanceId": {"Type": "String", "Value": "somebody else's"}},
        UnsubscribeURL="http://169.254.169.254/",
        Extra=[1, {"a": None}],
    )
    assert (await verify(post)).message == "Hello"


@pytest.mark.parametrize(
    ("topic", "host"),
    [
        ("arn:aws:sns:eu-central-1:123456789012:t", "sns.eu-central-1.amazonaws.com"),
        ("arn:aws-cn:sns:cn-north-1:123456789012:t", "sns.cn-north-1.amazonaws.com.cn"),
        ("arn:aws-us-gov:sns:us-gov-west-1:123456789012:t", "sns.us-gov-west-1.amazonaws.com"),
    ],
)
async def test_the_certificate_is_fetched_from_the_region_of_the_topic(topic, host):
    url = URL.replace("sns.us-east-1.amazonaws.com", host)
    signer, fetch = Signer(topic, certificate_url=url, key=OUR_SIGNER.key), Fetching()
    await verify(signer.notification("Hello"), fetch, topic=topic)
    assert fetch.urls == [url]


# ---- what was tampered with ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["Message", "MessageId", "Subject", "Timestamp"])
async def test_a_notification_that_was_changed_is_refused(name):
    post = OUR_SIGNER.post(fields_of("Notification"), Subject="Chat")
    value = iso(NOW - timedelta(minutes=1)) if name == "Timestamp" else "changed"
    assert await refusal(changed(post, **{name: value})) == "the signature does not fit the message"


async def test_a_notification_whose_subject_was_taken_away_or_added_is_refused():
    with_subject = OUR_SIGNER.post(fields_of("Notification"), Subject="Chat")
    without = OUR_SIGNER.post(fields_of("Notification"))
    assert await refusal(changed(with_subject, Subject=None)) == "the signature does not fit the message"
    assert await refusal(changed(without, Subject="Chat")) == "the signature does not fit the message"


@pytest.mark.parametrize("name", [name for name in OF_CONFIRMATIONS if name not in {"TopicArn", "Type", "Timestamp"}])
@pytest.mark.parametrize("kind", KINDS[1:])
async def test_a_confirmation_that_was_changed_is_refused(kind, name):
    post = OUR_SIGNER.post(fields_of(kind))
    assert await refusal(changed(post, **{name: "changed"})) == "the signature does not fit the message"


async def test_a_notification_cannot_be_turned_into_a_confirmation():
    post = changed(
        OUR_SIGNER.notification("Hello"), Type="SubscriptionConfirmation", Token="t", SubscribeURL="https://x/"
    )
    post.headers["x-amz-sns-message-type"] = "SubscriptionConfirmation"
    assert await refusal(post) == "the signature does not fit the message"


async def test_a_message_and_its_id_cannot_be_cut_in_another_place():
    """`Message` is free text: were line ends allowed in MessageId, one signature would fit two envelopes."""
    honest = OUR_SIGNER.post(fields_of("Notification", "one\nMessageId\ntwo"))
    message_id = json.loads(honest.body)["MessageId"]
    forged = changed(honest, Message="one", MessageId=f"two\nMessageId\n{message_id}")
    assert (await refusal(forged)).startswith("MessageId is ")


async def test_somebody_elses_key_is_refused():
    assert await refusal(OTHER_SIGNER.notification("Hello")) == "the signature does not fit the message"


@pytest.mark.parametrize("signature", ["AAAA", "A" * 344])
async def test_a_signature_that_is_none_is_refused(signature):
    post = changed(OUR_SIGNER.notification("Hello"), Signature=signature)
    assert await refusal(post) == "the signature does not fit the message"


async def test_version_1_is_refused_unless_it_is_allowed():
    post = OUR_SIGNER.post(fields_of("Notification"), version="1")
    assert await refusal(post) == "SignatureVersion is '1'; set the topic's attribute SignatureVersion to 2"


@pytest.mark.parametrize(("signed", "claimed"), [("1", "2"), ("2", "1")])
async def test_a_signature_of_one_version_is_none_of_the_other(signed, claimed):
    post = changed(OUR_SIGNER.post(fields_of("Notification"), version=signed), SignatureVersion=claimed)
    assert await refusal(post, allow_v1=True) == "the signature does not fit the message"


@pytest.mark.parametrize("version", ["0", "3", "02", "2.0"])
async def test_an_unknown_version_is_refused_before_anything_is_fetched(version):
    fetch = Fetching()
    post = changed(OUR_SIGNER.notification("Hello"), SignatureVersion=version)
    assert (await refusal(post, fetch, allow_v1=True)).startswith("SignatureVersion is ")
    assert fetch.urls == []


# ---- where it claims to come from ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "topic",
    [
        "arn:aws:sns:us-east-1:999999999999:ccp-portal",
        "arn:aws:sns:us-east-1:123456789012:ccp-portal-2",
        "arn:aws:sns:us-west-2:123456789012:ccp-portal",
        "arn:aws:sns:us-east-1:123456789012:CCP-PORTAL",
        "ccp-portal",
    ],
)
async def test_another_topic_is_refused_before_anything_is_fetched(topic):
    fetch = Fetching()
    post = Signer(topic, key=OUR_SIGNER.key).notification("Hello")
    assert await refusal(post, fetch) == f"the topic {topic!r} is not ours"
    assert fetch.urls == []


HEX = "0123456789abcdef0123456789abcdef"
TRICKS = [
    f"http://sns.us-east-1.amazonaws.com/SimpleNotificationService-{HEX}.pem",
    f"HTTPS://sns.us-east-1.amazonaws.com/SimpleNotificationService-{HEX}.pem",
    f"https://SNS.us-east-1.amazonaws.com/SimpleNotificationService-{HEX}.pem",
    f"https://sns.us-east-1.amazonaws.com:443/SimpleNotificationService-{HEX}.pem",
    f"https://sns.us-east-1.amazonaws.com:8443/SimpleNotificationService-{HEX}.pem",
    f"https://sns.us-east-1.amazonaws.com@evil.example/SimpleNotificationService-{HEX}.pem",
    f"https://user:pass@sns.us-east-1.amazonaws.com/SimpleNotificationService-{HEX}.pem",
    f"https://sns.us-east-1.amazonaws.com.evil.example/SimpleNotificationService-{HEX}.pem",
    f"https://evil.example/sns.us-east-1.amazonaws.com/SimpleNotificationService-{HEX}.pem",
    f"https://sns.us-east-1.amazonaws.com./SimpleNotificationService-{HEX}.pem",
    f"https://sns.us-east-1.amazonaws.com.cn/SimpleNotificationService-{HEX}.pem",
    f"https://sns.us-west-2.amazonaws.com/SimpleNotificationService-{HEX}.pem",
    f"https://sns.s3-us-east-1.amazonaws.com/SimpleNotificationService-{HEX}.pem",
    f"https://sns.s3.us-east-1.amazonaws.com/SimpleNotificationService-{HEX}.pem",
    f"https://my-bucket.s3.amazonaws.com/SimpleNotificationService-{HEX}.pem",
    f"https://snsxus-east-1.amazonaws.com/SimpleNotificationService-{HEX}.pem",
    f"https://sns.us-east-1xamazonaws.com/SimpleNotificationService-{HEX}.pem",
    f"https://127.0.0.1/SimpleNotificationService-{HEX}.pem",
    f"https://169.254.169.254/latest/SimpleNotificationService-{HEX}.pem",
    f"file:///sns.us-east-1.amazonaws.com/SimpleNotificationService-{HEX}.pem",
    f"//sns.us-east-1.amazonaws.com/SimpleNotificationService-{HEX}.pem",
    f"https:/sns.us-east-1.amazonaws.com/SimpleNotificationService-{HEX}.pem",
    f"https:\\\\sns.us-east-1.amazonaws.com\\SimpleNotificationService-{HEX}.pem",
    f"https://evil.example\\@sns.us-east-1.amazonaws.com/SimpleNotificationService-{HEX}.pem",
    f"https://sns.us-east-1.amazonaws.com/../SimpleNotificationService-{HEX}.pem",
    f"https://sns.us-east-1.amazonaws.com/x/SimpleNotificationService-{HEX}.pem",
    f"https://sns.us-east-1.amazonaws.com/SimpleNotificationService-{HEX}.pem?x=1",
    f"https://sns.us-east-1.amazonaws.com/SimpleNotificationService-{HEX}.pem#x",
    f"https://sns.us-east-1.amazonaws.com/SimpleNotificationService-{HEX}.pem%0a",
    f"https://sns.us-east-1.amazonaws.com/SimpleNotificationService-{HEX}0.pem",
    f"https://sns.us-east-1.amazonaws.com/SimpleNotificationService-{HEX[1:]}.pem",
    f"https://sns.us-east-1.amazonaws.com/SimpleNotificationService-{HEX[1:]}g.pem",
    f"https://sns.us-east-1.amazonaws.com/SimpleNotificationService-{HEX}xpem",
    f"https://sns.us-east-1.amazonaws.com/SimpleNotificationService-{HEX}.pem.evil",
    "https://sns.us-east-1.amazonaws.com/?Action=Publish",
]


@pytest.mark.parametrize("url", TRICKS)
async def test_a_trick_in_the_certificate_url_is_never_fetched(url):
    fetch = Fetching()
    reason = await refusal(changed(OUR_SIGNER.notification("Hello"), SigningCertURL=url), fetch)
    assert (reason.startswith("SigningCertURL is "), fetch.urls) == (True, [])


@pytest.mark.parametrize(
    "url", [f"{URL}\n", f" {URL}", f"{URL}\x00", URL.replace("sns.", "\u0455ns."), "", [URL], None, 7]
)
async def test_a_certificate_url_that_is_not_one_word_is_never_fetched(url):
    fetch = Fetching()
    reason = await refusal(changed(OUR_SIGNER.notification("Hello"), SigningCertURL=url), fetch)
    assert (reason.startswith("SigningCertURL is "), fetch.urls) == (True, [])


@pytest.mark.parametrize(
    "url", ["http://169.254.169.254/latest/meta-data/", "https://evil.example/", "file:///etc/passwd"]
)
async def test_a_subscribe_url_is_never_followed(url):
    fetch = Fetching()
    post = OUR_SIGNER.post(fields_of("SubscriptionConfirmation"), SubscribeURL=url)
    await verify(post, fetch)
    assert fetch.urls == [URL]  # the certificate's, and nothing else


@pytest.mark.parametrize(
    "topic", ["", "ccp-portal", "arn:aws:sqs:us-east-1:123456789012:q", "arn:aws:sns:.*:123456789012:q"]
)
def test_a_setting_that_is_no_topic_is_an_error_at_once(topic):
    with pytest.raises(ValueError, match="is not the ARN of an SNS topic"):
        sns.Verifier([topic], sns.Fetched(Fetching()))


# ---- when it was said ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("age", [timedelta(minutes=-5), timedelta(0), timedelta(minutes=65)])
async def test_a_repeat_within_the_hour_and_a_clock_that_is_a_little_ahead_are_believed(age):
    moment = NOW.replace(microsecond=0)
    post = OUR_SIGNER.post(fields_of("Notification"), Timestamp=iso(moment - age))
    assert (await verify(post, now=moment)).sent_at == moment - age


@pytest.mark.parametrize(
    "age", [timedelta(minutes=-5, seconds=-1), timedelta(minutes=65, seconds=1), timedelta(days=365)]
)
async def test_a_post_that_is_stale_or_of_the_future_by_our_clock_is_left_to_a_later_try_before_anything_is_fetched(
    age,
):
    fetch = Fetching()
    post = OUR_SIGNER.post(fields_of("Notification"), Timestamp=iso(NOW - age))
    with pytest.raises(sns.Undecided, match=r"is too far from now, .*: is the clock of this machine right"):
        await verify(post, fetch)
    assert fetch.urls == []


@pytest.mark.parametrize(
    "timestamp",
    [
        "now",
        "2026-01-31",
        "20260131T120000Z",
        "2026-01-31T12:00:00",
        "2026-01-31T12:00:00+00:00",
        "2026-01-31 12:00:00Z",
        "2026-02-30T12:00:00Z",
        "2026-01-31T25:00:00Z",
        "٢٠٢٦-01-31T12:00:00Z",
        "2026-01-31T12:00:00Z\n",
        "1767225600",
        "",
    ],
)
async def test_a_time_that_is_none_is_refused(timestamp):
    reason = await refusal(OUR_SIGNER.post(fields_of("Notification"), Timestamp=timestamp))
    assert reason.startswith("Timestamp is ")


# ---- certificates ----------------------------------------------------------------------------------------------------


async def test_a_certificate_is_fetched_once_for_many_posts():
    fetch = Fetching()
    verifier = sns.Verifier([TOPIC], sns.Fetched(fetch))
    envelopes = [_envelope(post) for post in OUR_SIGNER.notifications(["a", "b", "c"] * 4)]
    await asyncio.gather(*(verifier.verify(envelope, NOW) for envelope in envelopes))
    assert fetch.urls == [URL]


async def test_fifty_posts_with_a_certificate_that_is_none_are_one_fetch():
    fetch = Fetching(b"not found")
    verifier, envelope = sns.Verifier([TOPIC], sns.Fetched(fetch)), _envelope(OUR_SIGNER.notification("Hello"))
    for _ in range(50):
        with pytest.raises(sns.NotGenuine, match="is not an X"):
            await verifier.verify(envelope, NOW)
    assert fetch.urls == [URL]


async def test_a_failure_is_forgotten_after_thirty_seconds():
    fetch = Fetching(b"not found")
    verifier, envelope = sns.Verifier([TOPIC], sns.Fetched(fetch)), _envelope(OUR_SIGNER.notification("Hello"))
    with pytest.raises(sns.NotGenuine):
        await verifier.verify(envelope, NOW)
    fetch.pem = OUR_SIGNER.pem
    with pytest.raises(sns.NotGenuine):
        await verifier.verify(envelope, NOW + timedelta(seconds=29))
    await verifier.verify(envelope, NOW + timedelta(seconds=30))
    assert fetch.urls == [URL, URL]


async def test_a_network_that_is_away_is_no_forgery():
    def fetch(_url: str) -> bytes:
        raise TimeoutError("timed out")

    with pytest.raises(sns.Undecided, match=r"could not be fetched: timed out"):
        await verify(OUR_SIGNER.notification("Hello"), fetch)


async def test_invented_certificate_urls_are_a_few_fetches_and_leave_the_known_one():
    fetch = Fetching()
    verifier = sns.Verifier([TOPIC], sns.Fetched(fetch))
    await verifier.verify(_envelope(OUR_SIGNER.notification("Hello")), NOW)
    fetch.pem = b"not found"
    invented = OUR_SIGNER.notification("Hello")
    for number in range(500):
        url = URL.replace(HEX, f"{number:032x}")
        with pytest.raises((sns.NotGenuine, sns.Undecided)):
            await verifier.verify(_envelope(changed(invented, SigningCertURL=url)), NOW)
    await verifier.verify(_envelope(OUR_SIGNER.notification("Hello")), NOW)
    assert len(fetch.urls) == 1 + certificates.MAX_FAILED


async def test_known_certificates_are_bounded():
    fetched = sns.Fetched(Fetching())
    for number in range(certificates.MAX_KNOWN + 5):
        await fetched.get(URL.replace(HEX, f"{number:032x}"), NOW)
    assert len(fetched._known) == certificates.MAX_KNOWN


async def test_a_slow_fetch_does_not_hold_up_other_posts():
    held, other = threading.Event(), URL.replace(HEX, "f" * 32)

    def fetch(url: str) -> bytes:
        if url == other:
            held.wait(10)
        return OUR_SIGNER.pem

    fetched = sns.Fetched(fetch)
    slow = asyncio.create_task(fetched.get(other, NOW))
    await asyncio.wait_for(fetched.get(URL, NOW), 5)
    assert not slow.done()
    held.set()
    await slow


@pytest.mark.parametrize(
    ("valid", "believed"),
    [((-1, 1), True), ((-2, -1), False), ((1, 2), False)],
)
async def test_a_certificate_holds_between_its_dates(valid, believed):
    pem = self_signed(OUR_SIGNER.key, *(NOW + timedelta(days=day) for day in valid))
    post = OUR_SIGNER.notification("Hello")
    if believed:
        assert (await verify(post, Fetching(pem))).message == "Hello"
    else:
        assert await refusal(post, Fetching(pem)) == "the signing certificate is not valid at this time"


@pytest.mark.parametrize(
    "key", [rsa.generate_private_key(65537, 1024), ec.generate_private_key(ec.SECP256R1())], ids=["short", "elliptic"]
)
async def test_a_weak_or_strange_key_is_refused(key):
    pem = self_signed(key, NOW - timedelta(days=1), NOW + timedelta(days=1))
    with pytest.raises(sns.NotGenuine, match="RSA key of at least 2048 bits"):
        sns.read_certificate(pem)


@given(st.binary(max_size=300))
def test_whatever_is_fetched_is_a_certificate_or_refused(pem):
    with pytest.raises(sns.NotGenuine):
        sns.read_certificate(pem)


@pytest.mark.filterwarnings("ignore::cryptography.utils.CryptographyDeprecationWarning")  # damage may look outdated
@given(st.integers(0, len(OUR_SIGNER.pem) - 1), st.integers(0, 255))
def test_a_damaged_certificate_is_a_certificate_or_refused(place, byte):
    pem = bytearray(OUR_SIGNER.pem)
    pem[place] = byte
    with contextlib.suppress(sns.NotGenuine):
        assert sns.read_certificate(bytes(pem)).key.key_size >= 2048


# ---- one pinned certificate ------------------------------------------------------------------------------------------


async def test_with_a_pinned_certificate_the_url_means_nothing():
    pinned = sns.Verifier([TOPIC], sns.Pinned(lambda: OUR_SIGNER.pem))
    post = changed(OUR_SIGNER.notification("Hello"), SigningCertURL=URL.replace(HEX, "f" * 32))
    await pinned.verify(_envelope(post), NOW)


async def test_with_a_pinned_certificate_another_key_is_refused_and_so_is_a_strange_url():
    pinned = sns.Verifier([TOPIC], sns.Pinned(lambda: OUR_SIGNER.pem))
    with pytest.raises(sns.NotGenuine, match="the signature does not fit"):
        await pinned.verify(_envelope(OTHER_SIGNER.notification("Hello")), NOW)
    with pytest.raises(sns.NotGenuine, match="SigningCertURL"):
        await pinned.verify(_envelope(changed(OUR_SIGNER.notification("x"), SigningCertURL=TRICKS[0])), NOW)


EMULATOR = "http://127.0.0.1:8001"


async def test_who_speaks_to_an_emulator_fetches_the_certificate_from_it_and_from_nowhere_else():
    url = URL.replace("https://sns.us-east-1.amazonaws.com", EMULATOR)
    post, fetch = Signer(TOPIC, certificate_url=url, key=OUR_SIGNER.key).notification("Hello"), Fetching()
    verifier = sns.Verifier([TOPIC], sns.Fetched(fetch), endpoint=EMULATOR + "/")
    await verifier.verify(_envelope(post), NOW)
    await verifier.verify(_envelope(OUR_SIGNER.notification("as AWS writes it")), NOW)
    assert fetch.urls == [url, URL]
    for trick in (
        url.replace("8001", "8002"),
        url.replace("http:", "https:"),
        url.replace("127.0.0.1", "127x0x0x1"),
        url + "x",
    ):
        with pytest.raises(sns.NotGenuine, match="SigningCertURL"):
            await verifier.verify(_envelope(changed(post, SigningCertURL=trick)), NOW)
    with pytest.raises(sns.NotGenuine, match=r"nor does it begin with CCP_AWS_ENDPOINT, 'http://127\.0\.0\.1:8001/'"):
        await verifier.verify(_envelope(changed(post, SigningCertURL=url.replace("127.0.0.1", "localhost"))), NOW)
    assert fetch.urls == [url, URL]


async def test_without_an_endpoint_an_emulators_certificate_is_never_fetched():
    url, fetch = URL.replace("https://sns.us-east-1.amazonaws.com", EMULATOR), Fetching()
    reason = await refusal(changed(OUR_SIGNER.notification("Hello"), SigningCertURL=url), fetch)
    assert (reason.startswith("SigningCertURL is "), fetch.urls) == (True, [])


async def test_a_pinned_certificate_that_appears_later_is_read_then(tmp_path):
    file = tmp_path / "sns.pem"
    pinned, envelope = sns.Verifier([TOPIC], sns.Pinned(file.read_bytes)), _envelope(OUR_SIGNER.notification("Hello"))
    with pytest.raises(sns.Undecided, match="CCP_SNS_CERT cannot be used"):
        await pinned.verify(envelope, NOW)
    OUR_SIGNER.write_certificate(file)
    await pinned.verify(envelope, NOW)


async def test_a_pinned_file_that_is_no_certificate_says_so(tmp_path):
    file = tmp_path / "sns.pem"
    file.write_text("hello")
    with pytest.raises(sns.Undecided, match="CCP_SNS_CERT cannot be used: the signing certificate is not"):
        await sns.Verifier([TOPIC], sns.Pinned(file.read_bytes)).verify(_envelope(OUR_SIGNER.notification("x")), NOW)


# ---- the shape -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["Type", "MessageId", "TopicArn", "Message", "Timestamp", "SignatureVersion", "Signature", "SigningCertURL"]
)
@pytest.mark.parametrize("value", [None, 7, True, ["x"], {"x": "y"}])
def test_a_member_that_is_missing_or_not_text_is_named(name, value):
    post = changed(OUR_SIGNER.notification("Hello"), **{name: value})
    with pytest.raises(sns.Malformed, match=name):
        sns.read_envelope(post.body, "Notification")


@pytest.mark.parametrize("header", [None, "", "notification", "SubscriptionConfirmation"])
def test_the_header_must_say_the_same_type(header):
    with pytest.raises(sns.Malformed, match="x-amz-sns-message-type"):
        sns.read_envelope(OUR_SIGNER.notification("Hello").body, header)


def test_the_largest_body_is_read_and_one_byte_more_is_not():
    def body(size: int) -> bytes:
        empty = len(OUR_SIGNER.notification("").body)
        return OUR_SIGNER.notification("x" * (size - empty)).body

    assert sns.read_envelope(body(sns.MAX_BODY_BYTES), "Notification").type == "Notification"
    with pytest.raises(sns.TooLarge):
        sns.read_envelope(body(sns.MAX_BODY_BYTES + 1), "Notification")


@pytest.mark.parametrize("text", [b"", b"{", b"[]", b"null", b'"x"', b"\xff\xfe", b"[" * 100_000, b"1" * 10_000])
def test_what_is_no_json_object_is_malformed(text):
    with pytest.raises(sns.Malformed, match="the body is not"):
        sns.read_envelope(text, "Notification")


def test_half_a_character_is_malformed():
    post = as_post({**json.loads(OUR_SIGNER.notification("x").body), "Message": "\ud83d"})
    with pytest.raises(sns.Malformed, match="half a character"):
        sns.read_envelope(post.body, "Notification")


@given(st.binary(max_size=200))
def test_any_bytes_are_malformed(body):
    with pytest.raises(sns.Malformed):
        sns.read_envelope(body, "Notification")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(exclude_categories=[])),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
MEMBERS = st.sampled_from([*OF_CONFIRMATIONS, "Subject", "SignatureVersion", "Signature", "SigningCertURL"])


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.sampled_from(KINDS), st.dictionaries(MEMBERS, JSON | st.text(), min_size=1, max_size=3))
async def test_whatever_is_changed_it_is_refused_in_words_or_means_the_same(kind, members):
    honest = OUR_SIGNER.post(fields_of(kind))
    post = Post(honest.headers, json.dumps({**json.loads(honest.body), **members}).encode())
    outcome = await _outcome(post)
    if isinstance(outcome, str):
        assert (outcome.isprintable(), len(outcome) < 300) == (True, True)
    else:
        assert outcome.signed == _envelope(honest).signed


async def _outcome(post: Post) -> sns.Envelope | str:
    try:
        return await verify(post)
    except sns.NotGenuine as error:
        return str(error)


# ---- the fetch itself, over real TLS ---------------------------------------------------------------------------------


class Site:
    """A web server on loopback with a certificate of its own, that answers what the test says."""

    def __init__(self, folder) -> None:
        self.answer = (200, {}, OUR_SIGNER.pem)
        self.paths: list[str] = []
        self.pem = _server_files(folder)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.pem, folder / "server.key")
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                site.paths.append(self.path)
                status, headers, body = site.answer
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Tests are quiet."""

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.url = f"https://127.0.0.1:{self.server.server_port}/a.pem"
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01})

    @property
    def trust(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=str(self.pem))


@pytest.fixture
def site(tmp_path):
    site = Site(tmp_path)
    site.thread.start()
    yield site
    site.server.shutdown()
    site.thread.join()
    site.server.server_close()


def test_a_certificate_is_fetched_over_tls(site):
    assert sns.fetch(site.url, site.trust) == OUR_SIGNER.pem


def test_a_server_the_system_does_not_trust_is_not_believed(site):
    with pytest.raises(sns.Undecided, match="CERTIFICATE_VERIFY_FAILED"):
        sns.fetch(site.url)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(site, status):
    site.answer = (status, {"Location": "/elsewhere.pem", "Content-Length": "0"}, b"")
    with pytest.raises(sns.NotGenuine, match=f"HTTP {status}"):
        sns.fetch(site.url, site.trust)
    assert site.paths == ["/a.pem"]


@pytest.mark.parametrize(
    ("status", "error"),
    [(404, sns.NotGenuine), (403, sns.NotGenuine), (500, sns.Undecided), (503, sns.Undecided), (429, sns.Undecided)],
)
def test_no_certificate_is_a_forgery_and_no_answer_is_tried_again(site, status, error):
    site.answer = (status, {"Content-Length": "0"}, b"")
    with pytest.raises(error, match=f"HTTP {status}"):
        sns.fetch(site.url, site.trust)


def test_sixteen_kibibytes_are_read_and_not_one_more(site):
    site.answer = (200, {}, b"x" * 16_384)
    assert len(sns.fetch(site.url, site.trust)) == 16_384
    site.answer = (200, {}, b"x" * 16_385)
    with pytest.raises(sns.NotGenuine, match="larger than 16384 bytes"):
        sns.fetch(site.url, site.trust)


def test_nobody_at_the_address_is_tried_again(site):
    with pytest.raises(sns.Undecided, match="could not be fetched"):
        sns.fetch("https://127.0.0.1:1/a.pem", site.trust)


def _server_files(folder):
    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    address = x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))])
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = (
        builder.serial_number(1).not_valid_before(NOW - timedelta(days=1)).not_valid_after(NOW + timedelta(days=1))
    )
    certificate = builder.add_extension(address, critical=False).sign(key, hashes.SHA256())
    (folder / "server.key").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    (folder / "server.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    return folder / "server.pem"


def _envelope(post: Post) -> sns.Envelope:
    return sns.read_envelope(post.body, post.headers["x-amz-sns-message-type"])
