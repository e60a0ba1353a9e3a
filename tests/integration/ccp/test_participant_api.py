"""The participant API for agents: what each operation answers, and the error that each mistake gets."""

from __future__ import annotations

import uuid
from datetime import timedelta
from unittest.mock import ANY

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone

from agents import routing
from agents.ccp.participant_api import callers
from agents.desk import connection_tokens
from chats import outbox, wire
from chats.db import db_read, db_write
from chats.models import OutboundMessage
from chats.reasons import Reason
from tests import factories
from tests.participant import CRM, Serving, ask, sent_by_connect

pytestmark = pytest.mark.django_db(transaction=True)
DENIED = (403, "AccessDeniedException")
INVALID = (400, "ValidationException")
TEXT = {"Content": "Good morning", "ContentType": "text/plain"}
CALLS = {
    "connection": {"Type": ["WEBSOCKET", "CONNECTION_CREDENTIALS"]},
    "message": TEXT,
    "event": {"ContentType": wire.TYPING},
    "transcript": {},
    "start-attachment-upload": {
        "AttachmentName": "a.txt",
        "AttachmentSizeInBytes": 3,
        "ContentType": "text/plain",
        "ClientToken": "t",
    },
    "complete-attachment-upload": {"AttachmentIds": [str(uuid.uuid4())], "ClientToken": "t"},
    "attachment": {"AttachmentId": "a"},
    "disconnect": {},
}


@pytest.fixture(autouse=True)
def _crm(settings):
    settings.CCP_ALLOWED_ORIGINS = [CRM]
    settings.ALLOWED_HOSTS = ["testserver", "localhost"]
    callers.forget()


@pytest.fixture
async def mira(clock):
    return await db_write(Serving.make)(clock)


# ---- what is answered ------------------------------------------------------------------------------------------------


async def test_a_connection_has_a_token_and_a_socket_chatjs_takes(mira):
    told = (await ask("connection", CALLS["connection"], mira.token, host="localhost:8000")).told
    assert told == {
        "ConnectionCredentials": {"ConnectionToken": ANY, "Expiry": ANY},
        "Websocket": {"Url": ANY, "ConnectionExpiry": ANY},
    }
    assert told["Websocket"]["Url"].startswith("ws://127.0.0.1:8000/participant/socket?ticket=")
    renewed = told["ConnectionCredentials"]["ConnectionToken"]
    assert (await ask("connection", {"ConnectParticipant": True}, renewed)).told == {}


async def test_a_message_is_answered_with_the_id_that_connect_gave_it(mira):
    answer = await sent_by_connect(ask("message", {**TEXT, "ClientToken": "t-1"}, mira.token), "t-1")
    row = await db_read(OutboundMessage.objects.select_related("author").get)(client_token="t-1")
    assert (answer.status, answer.told) == (200, {"Id": row.item_id, "AbsoluteTime": wire.iso(factories.NOW)})
    assert (row.author, row.content) == (mira.agent.user, "Good morning")


async def test_the_same_client_token_is_one_message(mira):
    asked = {**TEXT, "ClientToken": "t-1"}
    first = await sent_by_connect(ask("message", asked, mira.token), "t-1")
    assert (await ask("message", asked, mira.token)).told == first.told
    assert await db_read(OutboundMessage.objects.filter(client_token="t-1").count)() == 1
    assert (await ask("message", {**asked, "Content": "Another"}, mira.token)).error == (409, "ConflictException")


async def test_what_connect_refuses_fails_with_the_reason(mira):
    def refuse(row):
        outbox.fail(row, Reason("chat_had_ended"), tried=False)

    answer = await sent_by_connect(ask("message", {**TEXT, "ClientToken": "t-1"}, mira.token), "t-1", refuse)
    assert (answer.error, answer.told) == (DENIED, {"Message": str(Reason("not_sent", why=Reason("chat_had_ended")))})


async def test_events_are_answered_and_a_receipt_is_kept(mira):
    item = await db_write(factories.item)(mira.contact)
    read = {"ContentType": wire.READ, "Content": f'{{"messageId": "{item.pk}"}}'}
    for asked in ({"ContentType": wire.TYPING}, {"ContentType": wire.DELIVERED}, read):
        assert (await ask("event", asked, mira.token)).told == {"Id": ANY, "AbsoluteTime": ANY}
    part = await db_read(mira.agent.agent_contacts.get)()
    assert part.read_number == item.number


async def test_a_transcript_is_read_page_by_page_without_a_gap(mira):
    def say():
        for number in range(25):
            bot = {"role": "CUSTOM_BOT", "author": mira.agent.user} if number % 2 else {}
            moment = factories.NOW + timedelta(seconds=number)
            factories.item(mira.contact, f"line {number}", absolute_time=moment, **bot)

    await db_write(say)()
    found, token = [], None
    while True:
        page = await ask("transcript", {"StartPosition": {}, **({"NextToken": token} if token else {})}, mira.token)
        found += page.told["Transcript"]
        token = page.told.get("NextToken")
        if token is None:
            break
    assert [one["Content"] for one in found] == [f"line {number}" for number in reversed(range(25))]
    assert {(one["ParticipantRole"], one["DisplayName"]) for one in found} == {
        ("CUSTOMER", "Sanna Virtanen"),
        ("AGENT", "Mira"),
    }
    assert set(found[0]) == {
        "Id", "AbsoluteTime", "Type", "ContentType", "Content", "ParticipantId", "ParticipantRole", "DisplayName",
        "ContactId", "InitialContactId",
    }  # fmt: skip


async def test_words_are_refused_from_the_moment_the_contact_is_somebody_elses(mira, clock):
    await sent_by_connect(ask("message", {**TEXT, "ClientToken": "t-1"}, mira.token), "t-1")
    await db_write(routing.end)(mira.agent, mira.contact.pk, clock.now)
    assert (await ask("message", {**TEXT, "ClientToken": "t-2"}, mira.token)).error == DENIED


async def test_after_the_end_the_transcript_is_read_until_the_contact_is_cleared(mira, clock):
    assert (await ask("disconnect", {"ClientToken": "t"}, mira.token)).told == {}
    assert (await ask("disconnect", {"ClientToken": "t"}, mira.token)).told == {}
    assert (await ask("transcript", {}, mira.token)).status == 200
    for operation in ("connection", "message", "event"):
        assert (await ask(operation, CALLS[operation], mira.token)).error == DENIED, operation
    await db_write(routing.clear)(mira.agent, mira.contact.pk, clock.now)
    assert (await ask("transcript", {}, mira.token)).error == DENIED


# ---- tokens ----------------------------------------------------------------------------------------------------------


async def test_a_token_that_is_forged_or_over_does_nothing(mira):
    yesterday = timezone.now() - connection_tokens.LIVES - timedelta(seconds=1)
    old, _ = connection_tokens.read(mira.token, timezone.now()).sealed(yesterday)
    for operation, body in CALLS.items():
        for token in ("", "forged", mira.token[:-2], old, "x" * 5_000):
            answer = await ask(operation, body, token)
            assert (answer.error, answer.headers["access-control-allow-origin"]) == (DENIED, CRM), (operation, token)


async def test_a_token_ends_with_the_session_it_was_given_in(mira):
    assert (await ask("transcript", {}, mira.token)).status == 200
    await db_write(Session.objects.all().delete)()
    callers._known[mira.session_key].asked_at -= callers.ASK_AGAIN  # the time has passed
    assert (await ask("transcript", {}, mira.token)).error == DENIED


async def test_a_token_of_a_contact_that_somebody_else_has_now_is_worth_nothing(mira, clock):
    await db_write(factories.agent)("jonas")
    await db_write(routing.end)(mira.agent, mira.contact.pk, clock.now)
    await db_write(routing.clear)(mira.agent, mira.contact.pk, clock.now)
    assert (await ask("message", TEXT, mira.token)).error == DENIED


async def test_an_agent_gets_no_token_for_a_contact_of_others(mira, clock):
    from agents.commands import AGENT_COMMANDS, Caller
    from agents.protocol import ContactParams
    from agents.protocol.refusals import Refusal

    command = AGENT_COMMANDS["connectionToken"]
    jonas = await db_write(factories.agent)("jonas")
    with pytest.raises(Refusal, match="not on your desk"):
        await command.call(Caller(jonas.user, jonas), ContactParams(contact_id=mira.contact.pk))
    given = await command.call(
        Caller(mira.agent.user, mira.agent, mira.session_key), ContactParams(contact_id=mira.contact.pk)
    )
    assert (await ask("transcript", {}, given["token"])).status == 200


# ---- bad input -------------------------------------------------------------------------------------------------------


MISTAKES = [
    ("connection", {}),
    ("connection", {"Type": ["WEBRTC_CONNECTION"]}),
    ("connection", {"Type": ["SMOKE"]}),
    ("message", {"Content": "x"}),
    ("message", {"Content": "x", "ContentType": "application/json"}),
    ("message", {"Content": "   ", "ContentType": "text/plain"}),
    ("message", {"Content": "ä" * 8_193, "ContentType": "text/plain"}),
    ("message", {"Content": "a\x00b", "ContentType": "text/plain"}),
    ("message", b"not json"),
    ("message", b"[]"),
    ("message", b"[" * 60_000),
    ("event", {"ContentType": wire.EVENT + "connection.acknowledged"}),
    ("event", {"ContentType": wire.READ, "Content": "{}"}),
    ("event", {"ContentType": wire.READ, "Content": '{"messageId": "of-nobody"}'}),
    ("transcript", {"MaxResults": 101}),
    ("transcript", {"NextToken": "forged"}),
    ("transcript", {"StartPosition": {"AbsoluteTime": "yesterday"}}),
    ("start-attachment-upload", {**CALLS["start-attachment-upload"], "AttachmentName": "a.exe"}),
    ("complete-attachment-upload", {"AttachmentIds": [], "ClientToken": "t"}),
    ("complete-attachment-upload", {"AttachmentIds": ["none"], "ClientToken": "t"}),
    ("complete-attachment-upload", CALLS["complete-attachment-upload"]),
]


async def test_every_mistake_is_named(mira):
    for operation, body in MISTAKES:
        answer = await ask(operation, body, mira.token)
        assert answer.error == INVALID, (operation, body)
        assert answer.told["Message"].strip(), (operation, body)


async def test_of_a_contact_of_another_chat_nothing_is_told(mira):
    other = await db_write(factories.contact)("Somebody else")
    for contact_id in (other.pk, "no-such-contact"):
        assert (await ask("transcript", {"ContactId": contact_id}, mira.token)).error == DENIED
    assert (await ask("attachment", {"AttachmentId": "a"}, mira.token)).error == DENIED


async def test_a_file_that_is_too_large_is_over_the_quota(mira):
    asked = {**CALLS["start-attachment-upload"], "AttachmentSizeInBytes": 20 * 1024 * 1024 + 1}
    assert (await ask("start-attachment-upload", asked, mira.token)).error == (402, "ServiceQuotaExceededException")


async def test_who_asks_too_often_is_told_to_wait(mira):
    assert (await ask("connection", {"ConnectParticipant": True}, mira.token)).status == 200
    callers._known[mira.session_key].bucket.tokens = -1_000  # so many too many
    answer = await ask("connection", {"ConnectParticipant": True}, mira.token)
    assert answer.error == (429, "ThrottlingException")


async def test_only_pages_that_are_allowed_may_call(mira):
    answer = await ask("transcript", {}, mira.token, origin="https://crm.example.evil")
    assert (answer.error, "access-control-allow-origin" in answer.headers) == (DENIED, False)
    assert (await ask("transcript", {}, mira.token, origin="")).status == 200  # no browser: the token is what counts


async def test_a_browser_asks_first(mira):
    answer = await ask("message", method="OPTIONS")
    assert (answer.status, answer.headers["access-control-allow-origin"]) == (204, CRM)
    assert "x-amz-bearer" in answer.headers["access-control-allow-headers"]
    other = await ask("message", method="OPTIONS", origin="null")
    assert "access-control-allow-origin" not in other.headers


async def test_a_body_that_is_too_large_is_refused_as_chatjs_reads_it(mira):
    answer = await ask("message", b"x" * 131_073, mira.token, content_length="131073")
    assert (answer.status, answer.headers["x-amzn-errortype"]) == (413, "ValidationException")
    assert answer.headers["access-control-allow-origin"] == CRM
