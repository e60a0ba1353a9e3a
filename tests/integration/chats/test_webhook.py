"""Posts of SNS against the webhook with its real rooms behind it: what is answered, what is kept, and what is asked of AWS."""

from __future__ import annotations

import json
import logging
import threading
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

import pytest
from django.db import connections
from django.test import AsyncClient
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from ccp_portal.asgi import application
from chats import connect, db, serialisers
from chats.inbox import webhook
from chats.models import Conversation, Item, UnreadableMessage
from tests.signing import TOPIC, Post, Signer, as_post, changed, iso, item

pytestmark = pytest.mark.django_db(transaction=True)

SIGNER = Signer()
PATH = "/webhooks/sns/"


@pytest.fixture(autouse=True)
def _trust(settings, tmp_path):
    """The portal believes SIGNER, as it believes the emulator in the demo: one pinned certificate."""
    settings.CCP_TOPIC_ARN = TOPIC
    settings.CCP_SNS_CERT = str(SIGNER.write_certificate(tmp_path / "sns.pem"))
    yield
    db.close()


class Amazon:
    """The SNS query API on loopback: remembers what it was asked, answers what the test says."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, dict[str, list[str]]]] = []
        self.status, self.code = 200, ""
        amazon = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                amazon.asked.append(("GET", self.path, {}))
                self._answer()

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                amazon.asked.append(("POST", self.path, parse_qs(body)))
                self._answer()

            def _answer(self) -> None:
                arn = f"<SubscriptionArn>{TOPIC}:1</SubscriptionArn>"
                text = f"<ConfirmSubscriptionResponse><ConfirmSubscriptionResult>{arn}</ConfirmSubscriptionResult>"
                text += "</ConfirmSubscriptionResponse>"
                if amazon.code:
                    text = (
                        f"<ErrorResponse><Error><Code>{amazon.code}</Code><Message>no</Message></Error></ErrorResponse>"
                    )
                self.send_response(amazon.status)
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text.encode())

            def log_message(self, *_: object) -> None:
                """Tests are quiet."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"


@pytest.fixture
def amazon(settings, monkeypatch):
    amazon = Amazon()
    thread = threading.Thread(target=amazon.server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    settings.CCP_AWS_ENDPOINT = amazon.url
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    yield amazon
    connect.close()
    amazon.server.shutdown()
    thread.join()
    amazon.server.server_close()


@pytest.fixture(params=["view", "door"])
def knock(request):
    """Post something to the webhook, through Django's middleware or as asgi.py does it."""
    return through_django if request.param == "view" else through_the_door


async def through_django(post: Post, method: str = "POST") -> tuple[int, str]:
    headers = {name: value for name, value in post.headers.items() if name != "content-type"}
    answer = await AsyncClient(enforce_csrf_checks=True).generic(
        method, PATH, post.body, content_type="text/plain; charset=UTF-8", headers=headers
    )
    return answer.status_code, answer.content.decode()


async def through_the_door(post: Post, method: str = "POST") -> tuple[int, str]:
    headers = [(name.encode(), value.encode()) for name, value in post.headers.items()]
    return await at_the_door(method, headers, [{"type": "http.request", "body": post.body, "more_body": False}])


async def at_the_door(method, headers, events) -> tuple[int, str]:
    """A plain ASGI server: gives the application these events and no more."""
    waiting, sent = list(events), []

    async def receive():
        return waiting.pop(0)

    async def send(event) -> None:
        sent.append(event)

    await application({"type": "http", "method": method, "path": PATH, "headers": headers}, receive, send)
    start, body = sent
    return start["status"], body["body"].decode()


async def kept() -> tuple[int, int, int]:
    """How many conversations, items and unreadable messages there are."""
    counts = (model.objects.count for model in (Conversation, Item, UnreadableMessage))
    return tuple([await db.db_write(count)() for count in counts])


async def the_only(model):
    return await db.db_write(model.objects.select_related().get)()


NOTHING = (0, 0, 0)


# ---- what the customer said ------------------------------------------------------------------------------------------


async def test_a_customers_message_is_an_item(knock):
    said = item("Grüße 👋", contact_id="c-1")
    assert await knock(SIGNER.notification(said)) == (200, "taken\n")
    stored = await the_only(Item)
    assert {name: value for name, value in serialisers.item(stored).items() if name in said} == said
    assert (stored.conversation.initial_contact_id, stored.number) == ("c-1", 1)


async def test_the_same_notification_twice_is_one_item(knock):
    post = SIGNER.notification(item())
    assert [await knock(post), await knock(post)] == [(200, "taken\n")] * 2
    assert await kept() == (1, 1, 0)


async def test_the_same_item_in_two_notifications_is_one_item(knock):
    said = item()
    for post in SIGNER.notifications([said, said, said]):
        assert await knock(post) == (200, "taken\n")
    assert await kept() == (1, 1, 0)


async def test_typing_is_taken_and_not_kept(knock):
    typing = item(ContentType="application/vnd.amazonaws.connect.event.typing", Type="EVENT", Content=None)
    assert await knock(SIGNER.notification(typing)) == (200, "taken\n")
    assert (await kept())[1:] == (0, 0)


async def test_what_the_signature_does_not_cover_is_not_read(knock):
    lies = {name: {"Type": "String", "Value": "other"} for name in ("InitialContactId", "ContactId", "InstanceId")}
    post = changed(SIGNER.notification(item(contact_id="c-1")), MessageAttributes=lies)
    assert await knock(post) == (200, "taken\n")
    assert (await the_only(Conversation)).initial_contact_id == "c-1"


# ---- genuine, but not readable ---------------------------------------------------------------------------------------

UNREADABLE = {
    "not json": ("hello", "the message is not JSON"),
    "no object": ("[1]", "the message is not a JSON object"),
    "no id": (json.dumps(item(Id=None)), "Id is missing"),
    "no time": (json.dumps(item(AbsoluteTime=None)), "AbsoluteTime is missing"),
    "no contact": (json.dumps(item(ContactId=None, InitialContactId=None)), "neither ContactId nor InitialContactId"),
    "a number": (json.dumps(item(Content=7)), "Content is not text"),
    "a long role": (json.dumps(item(ParticipantRole="X" * 17)), "ParticipantRole has 17 characters"),
}


@pytest.mark.parametrize(("message", "why"), UNREADABLE.values(), ids=UNREADABLE)
async def test_a_genuine_message_we_cannot_read_is_kept_as_it_came(knock, caplog, message, why):
    post = SIGNER.notification(message)
    assert await knock(post) == (200, "taken\n")
    row = await the_only(UnreadableMessage)
    assert (row.body, row.message_id) == (post.body.decode(), json.loads(post.body)["MessageId"])
    assert row.why.startswith(why)
    assert await kept() == (0, 0, 1)
    assert [record.levelname for record in caplog.records if record.name == "chats.inbox.unreadable"] == ["ERROR"]


async def test_an_unreadable_message_that_is_repeated_is_kept_and_told_once(knock, caplog):
    post = SIGNER.notification("hello")
    assert [await knock(post), await knock(post)] == [(200, "taken\n")] * 2
    assert await kept() == (0, 0, 1)
    assert len([record for record in caplog.records if record.levelno == logging.ERROR]) == 1


# ---- not genuine -----------------------------------------------------------------------------------------------------


def forged() -> dict[str, tuple[Post, int, str]]:
    honest = SIGNER.notification(item())
    other = Signer()
    fields = SIGNER.fields("Notification", Message="{}")
    return {
        "changed": (changed(honest, Message="{}"), 403, "the signature does not fit the message\n"),
        "another key": (other.notification(item()), 403, "the signature does not fit the message\n"),
        "another topic": (
            Signer("arn:aws:sns:us-east-1:999999999999:ccp-portal", key=SIGNER.key).notification(item()),
            403,
            "the topic 'arn:aws:sns:us-east-1:999999999999:ccp-portal' is not ours\n",
        ),
        "version 1": (
            SIGNER.post(fields, version="1"),
            403,
            "SignatureVersion is '1'; set the topic's attribute SignatureVersion to 2\n",
        ),
        "a certificate from elsewhere": (
            changed(honest, SigningCertURL="https://127.0.0.1/x.pem"),
            403,
            "SigningCertURL is 'https://127.0.0.1/x.pem', that is not SNS of the topic's region\n",
        ),
        "a forged confirmation": (other.subscription(), 403, "the signature does not fit the message\n"),
        "not json": (Post(honest.headers, b"hello"), 400, "the body is not JSON\n"),
        "empty": (Post(honest.headers, b""), 400, "the body is not JSON\n"),
        "no envelope": (
            Post(honest.headers, json.dumps(item()).encode()),
            400,
            "Type is 'MESSAGE', it must be one of Notification, SubscriptionConfirmation, UnsubscribeConfirmation\n",
        ),
        "another header": (
            Post({"x-amz-sns-message-type": "SubscriptionConfirmation"}, honest.body),
            400,
            "the header x-amz-sns-message-type is 'SubscriptionConfirmation', Type is 'Notification'\n",
        ),
        "no header": (
            Post({}, honest.body),
            400,
            "the header x-amz-sns-message-type is None, Type is 'Notification'\n",
        ),
        "unsigned": (as_post({**fields, "SignatureVersion": "2"}), 400, "Signature is missing\n"),
    }


@pytest.mark.parametrize("name", forged())
async def test_what_is_not_genuine_is_refused_in_one_line_and_leaves_nothing(knock, amazon, caplog, name):
    post, status, reason = forged()[name]
    answered, text = await knock(post)
    assert (answered, text[: len(reason)], text.count("\n")) == (status, reason, 1)
    assert (await kept(), amazon.asked) == (NOTHING, [])
    assert [(record.name, record.levelname) for record in caplog.records if record.name.startswith("chats")] == [
        ("chats.inbox.webhook", "WARNING")
    ]


@pytest.mark.parametrize("off", [timedelta(hours=2), timedelta(hours=-2)])
async def test_what_is_late_or_early_by_our_clock_is_asked_for_again_and_leaves_nothing(knock, caplog, off):
    sent_at = iso(datetime.now(UTC) - off)
    status, text = await knock(SIGNER.post(SIGNER.fields("Notification", Message="{}"), Timestamp=sent_at))
    assert (status, text) == (503, webhook.LATER.text + "\n")
    assert await kept() == NOTHING
    assert "is the clock of this machine right?" in caplog.text


async def test_raw_message_delivery_is_refused_with_the_remedy(knock):
    headers = {"x-amz-sns-message-type": "Notification", "x-amz-sns-rawdelivery": "true"}
    status, text = await knock(Post(headers, json.dumps(item()).encode()))
    assert (status, text) == (400, webhook.RAW + "\n")
    assert "set the subscription's attribute RawMessageDelivery to false" in text
    assert await kept() == NOTHING


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH"])
async def test_only_post_is_a_way_in(knock, method):
    status, _ = await knock(SIGNER.notification(item()), method)
    assert (status, await kept()) == (405, NOTHING)


async def test_a_body_of_512_kib_is_read_and_one_byte_more_is_refused(knock):
    padding = webhook.MAX_BODY_BYTES - len(SIGNER.notification("").body)
    assert (await knock(SIGNER.notification("x" * padding)))[0] == 200  # kept: it is genuine
    assert await knock(SIGNER.notification("x" * (padding + 1))) == (413, "the body is larger than 524288 bytes\n")
    assert await kept() == (0, 0, 1)


async def test_no_more_than_the_limit_is_read_of_an_endless_body():
    """at_the_door gives no more events than these: one more `receive` would fail the test."""
    chunk = {"type": "http.request", "body": b"x" * 65_536, "more_body": True}
    status, _ = await at_the_door("POST", [(b"x-amz-sns-message-type", b"Notification")], [chunk] * 9)
    assert status == 413


async def test_a_body_in_pieces_is_one_body():
    post = SIGNER.notification(item())
    pieces = [post.body[start : start + 100] for start in range(0, len(post.body), 100)]
    events = [{"type": "http.request", "body": piece, "more_body": True} for piece in pieces]
    headers = [(name.encode(), value.encode()) for name, value in post.headers.items()]
    assert await at_the_door("POST", headers, [*events, {"type": "http.request"}]) == (200, "taken\n")
    assert await kept() == (1, 1, 0)


async def test_a_sender_that_goes_away_in_the_middle_gets_no_answer():
    sent, events = [], [{"type": "http.request", "body": b"{", "more_body": True}, {"type": "http.disconnect"}]

    async def receive():
        return events.pop(0)

    async def send(event) -> None:
        sent.append(event)

    await application({"type": "http", "method": "POST", "path": PATH, "headers": []}, receive, send)
    assert sent == []


# ---- subscribing -----------------------------------------------------------------------------------------------------


async def test_a_subscription_is_confirmed_by_the_api_and_no_url_is_followed(knock, amazon):
    fields = {**SIGNER.confirmation("SubscriptionConfirmation", "t-1"), "SubscribeURL": f"{amazon.url}/followed"}
    assert await knock(SIGNER.post(fields)) == (200, "confirmed\n")
    (method, path, asked), *more = amazon.asked
    assert (method, path, more) == ("POST", "/", [])
    assert asked == {
        "Action": ["ConfirmSubscription"],
        "Version": ["2010-03-31"],
        "TopicArn": [TOPIC],
        "Token": ["t-1"],
        "AuthenticateOnUnsubscribe": ["true"],
    }


async def test_a_subscription_that_aws_refuses_says_so(knock, amazon, caplog):
    amazon.status, amazon.code = 400, "InvalidParameter"
    assert await knock(SIGNER.subscription()) == (400, "the subscription was not confirmed: InvalidParameter\n")
    assert [record.levelname for record in caplog.records if record.name == "chats.inbox.webhook"] == ["ERROR"]


async def test_a_subscription_waits_while_aws_is_away(knock, amazon):
    amazon.status, amazon.code = 503, "ServiceUnavailable"
    assert await knock(SIGNER.subscription()) == (503, webhook.LATER.text + "\n")


async def test_the_end_of_the_subscription_is_an_alert(knock, amazon, caplog):
    assert await knock(SIGNER.unsubscription()) == (200, "taken\n")
    assert amazon.asked == []
    assert [
        (record.levelname, record.message) for record in caplog.records if record.name == "chats.inbox.webhook"
    ] == [("ERROR", f"Amazon SNS no longer posts to us: the subscription to {TOPIC} was removed")]


# ---- not now ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def database():
    """A database that can be away: new connections knock at an address where there is none."""
    address = connections.settings["default"]
    name = address["NAME"]

    class Database:
        def leave(self) -> None:
            db.close()
            address["NAME"] = "/nowhere/at/all"

        def return_(self) -> None:
            db.close()
            address["NAME"] = name

    yield (database := Database())
    database.return_()


@pytest.mark.parametrize("message", [item(), "hello"], ids=["readable", "unreadable"])
async def test_while_the_database_is_away_sns_is_asked_to_repeat(knock, database, caplog, message):
    post = SIGNER.notification(message)
    database.leave()
    assert await knock(post) == (503, webhook.LATER.text + "\n")
    assert [record.levelname for record in caplog.records if record.name == "chats.inbox.webhook"] == ["ERROR"]
    database.return_()
    assert await kept() == NOTHING
    assert await knock(post) == (200, "taken\n")
    assert sum((await kept())[1:]) == 1


async def test_without_the_pinned_certificate_sns_is_asked_to_repeat(knock, settings, tmp_path):
    settings.CCP_SNS_CERT = str(tmp_path / "later.pem")
    post = SIGNER.notification(item())
    assert await knock(post) == (503, webhook.LATER.text + "\n")
    SIGNER.write_certificate(tmp_path / "later.pem")
    assert await knock(post) == (200, "taken\n")


# ---- anything at all -------------------------------------------------------------------------------------------------

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(exclude_categories=[])),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
MEMBERS = st.sampled_from([*item(), "Attachments", "MessageMetadata", "RelatedContactId"])
HALF, NUL = "\ud83d", "\x00"


@pytest.mark.parametrize("name", [name for name in item() if name != "AbsoluteTime"])
async def test_characters_no_database_keeps_are_replaced(name):
    post = SIGNER.notification(item(**{name: f"a{HALF}b{NUL}c"}))
    assert (await through_the_door(post))[0] == 200
    assert await kept() == (1, 1, 0)
    stored = serialisers.item(await the_only(Item))
    assert stored[name] == "a\ufffdb\ufffdc"


async def test_strange_attachments_and_receipts_do_not_lose_the_message():
    attachments = [{"AttachmentName": f"a{NUL}{HALF}.pdf", "Status": "APPROVED", "Size": float("nan"), "x": {NUL: 1}}]
    receipts = {"MessageId": "m", "Receipts": [{"RecipientParticipantId": HALF}, {"RecipientParticipantId": 7}, 7]}
    post = SIGNER.notification(item(Attachments=attachments, MessageMetadata=receipts))
    assert (await through_the_door(post))[0] == 200
    assert (await the_only(Item)).attachments == [{"AttachmentName": "a\ufffd\ufffd.pdf", "Status": "APPROVED"}]


STRANGE = examples(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


@STRANGE
@given(members=st.dictionaries(MEMBERS, JSON, max_size=4))
async def test_whatever_connect_says_it_is_taken(members):
    assert (await through_the_door(SIGNER.notification({**item(), **members})))[0] == 200


@STRANGE
@given(message=JSON.map(json.dumps) | st.text())
async def test_whatever_stands_in_a_genuine_message_it_is_taken(message):
    assert (await through_the_door(SIGNER.notification(message)))[0] == 200


@STRANGE
@given(body=st.binary(max_size=400), kind=st.sampled_from(["Notification", "SubscriptionConfirmation", "x", ""]))
async def test_whatever_bytes_are_posted_they_are_refused(body, kind):
    assert (await through_the_door(Post({"x-amz-sns-message-type": kind}, body)))[0] == 400
