"""The socket that CreateParticipantConnection names: ChatJS's wire, every item once and in order, also after a cut."""

from __future__ import annotations

import json

import pytest
from django.contrib.sessions.models import Session
from django.db import transaction

from agents import routing
from agents.ccp.participant_api import callers, heard, items
from agents.protocol import Close
from chats import realtime, wire
from chats.db import db_write
from chats.models import Contact, Participant
from tests import factories
from tests.participant import CRM, Line, Serving, ask

pytestmark = pytest.mark.django_db(transaction=True)
SOCKET = {"Type": ["WEBSOCKET", "CONNECTION_CREDENTIALS"]}


@pytest.fixture(autouse=True)
def _crm(settings):
    settings.CCP_ALLOWED_ORIGINS = [CRM]
    settings.ALLOWED_HOSTS = ["testserver"]
    callers.forget()


@pytest.fixture
async def mira(clock):
    return await db_write(Serving.make)(clock)


async def line(serving: Serving, token: str = "", **more: str) -> Line:
    url = (await ask("connection", SOCKET, token or serving.token)).told["Websocket"]["Url"]
    return Line(url, **more)


@transaction.atomic
def say(contact: Contact, *texts: str, **columns) -> None:
    contact = Contact.objects.select_related("conversation").get(pk=contact.pk)
    contact.conversation.lock()
    for text in texts:
        realtime.publish(factories.item(contact, text, **columns))


async def hears(line: Line, text: str) -> None:
    await line.until(lambda: text in line.said, f"to hear {text!r}")


async def test_it_speaks_as_chatjs_expects(mira):
    async with await line(mira) as open_line:
        open_line.say("aws/heartbeat")
        open_line.say("aws/subscribe", content={"topics": ["aws/else"]})
        await open_line.subscribe()
        open_line.say("aws/unknown")
        await open_line.until(lambda: len(open_line.heard) == 5, "all of it is answered")
    assert open_line.heard == [
        {"topic": "aws/heartbeat"},
        {"topic": "aws/subscribe", "content": {"status": "failure", "topics": ["aws/else"]}},
        {"topic": "aws/subscribe", "content": {"status": "success", "topics": ["aws/chat"]}},
        {"topic": "aws/ping", "statusCode": 200, "statusContent": "OK"},
        {"message": "Forbidden: no such topic.", "connectionId": open_line.heard[4]["connectionId"], "requestId": open_line.heard[4]["requestId"]},
    ]  # fmt: skip


async def test_items_are_heard_once_and_in_order(mira):
    await db_write(say)(mira.contact, "before")
    async with await line(mira) as open_line:
        await open_line.subscribe()
        await db_write(say)(mira.contact, "one", "two")
        await db_write(say)(mira.contact, "three", role="CUSTOM_BOT", author=mira.agent.user)
        await hears(open_line, "three")
        assert open_line.said == ["one", "two", "three"]
        assert (open_line.items[2]["ParticipantRole"], open_line.items[2]["DisplayName"]) == ("AGENT", "Mira")
        assert open_line.items[0]["ContactId"] == mira.contact.pk


async def test_an_item_told_again_because_its_author_is_known_now_is_heard_once(mira):
    def name_the_author(contact):
        with transaction.atomic():
            item = contact.conversation.items.select_related("conversation").get(content="mine")
            item.author, item.seq = mira.agent.user, contact.conversation.next_seq()
            item.save()
            realtime.publish(item)

    async with await line(mira) as open_line:
        await open_line.subscribe()
        await db_write(say)(mira.contact, "mine", role="CUSTOM_BOT")
        await db_write(name_the_author)(mira.contact)
        await db_write(say)(mira.contact, "next")
        await hears(open_line, "next")
        assert open_line.said == ["mine", "next"]


async def test_a_line_that_was_cut_goes_on_without_a_gap_and_without_a_double(mira):
    first = (await ask("connection", SOCKET, mira.token)).told
    token = first["ConnectionCredentials"]["ConnectionToken"]
    async with Line(first["Websocket"]["Url"]) as cut:
        await cut.subscribe()
        await db_write(say)(mira.contact, "one")
        await hears(cut, "one")
    await db_write(say)(mira.contact, *(f"away {number}" for number in range(120)))
    async with await line(mira, token) as again:
        await again.subscribe()
        await db_write(say)(mira.contact, "two")
        await hears(again, "two")
        assert again.said == [*(f"away {number}" for number in range(120)), "two"]


async def test_another_token_begins_with_what_comes_next(mira):
    async with await line(mira) as cut:
        await cut.subscribe()
    await db_write(say)(mira.contact, "away")
    fresh = await db_write(Serving.of)(mira.agent, mira.contact)
    async with await line(fresh) as again:
        await again.subscribe()
        await db_write(say)(mira.contact, "next")
        await hears(again, "next")
        assert again.said == ["next"]


async def test_what_no_hint_told_is_found(mira):
    def silently(contact):
        with transaction.atomic():
            contact = Contact.objects.select_related("conversation").get(pk=contact.pk)
            for number in range(600):  # more than the hub gives as changes
                factories.item(contact, f"silent {number}")

    async with await line(mira) as open_line:
        await open_line.subscribe()
        await db_write(silently)(mira.contact)
        await (await realtime.hub()).look()
        await hears(open_line, "silent 599")
        assert open_line.said == [f"silent {number}" for number in range(600)]


async def test_receipts_and_typing_are_heard_for_this_contact_only(mira):
    @transaction.atomic
    def acts(contact_id: str, message_id: str) -> None:
        contact = Contact.objects.select_related("conversation").get(pk=mira.contact.pk)
        mark, _ = Participant.objects.get_or_create(
            conversation=contact.conversation, participant_id=f"of {contact_id}", contact_id=contact_id, role="CUSTOMER"
        )
        mark.read_id, mark.seq = message_id, contact.conversation.next_seq()
        mark.save()
        mark.conversation = contact.conversation
        realtime.publish(mark)
        about = {"contactId": contact_id, "participantId": f"of {contact_id}", "role": "CUSTOMER", "displayName": "S"}
        realtime.broadcast(contact.stream, "typing", about)

    async with await line(mira) as open_line:
        await open_line.subscribe()
        await db_write(acts)("another-contact", "m-0")
        await db_write(acts)(mira.contact.pk, "m-1")
        await db_write(say)(mira.contact, "last")
        await hears(open_line, "last")
    found = [(one["Type"], one["ContactId"]) for one in open_line.items]
    assert sorted(found) == sorted(
        [("MESSAGEMETADATA", mira.contact.pk), ("EVENT", mira.contact.pk), ("MESSAGE", mira.contact.pk)]
    )
    (receipt,) = [one for one in open_line.items if one["Type"] == "MESSAGEMETADATA"]
    assert receipt["MessageMetadata"]["MessageId"] == "m-1"
    assert receipt["MessageMetadata"]["Receipts"][0]["RecipientParticipantId"] == f"of {mira.contact.pk}"


def told(number: int, content: str | None = None, **columns) -> dict:
    item = {"Id": f"i-{number}", "ContactId": "c", "Number": number, "Type": "MESSAGE", "ContentType": "text/plain"}
    about = {"Content": content, "ParticipantRole": "CUSTOMER", "Author": None, "Attachments": []}
    return {**item, **about, **columns}


async def test_words_that_connect_sends_back_before_it_answers_wait_for_their_author():
    chat = heard.Chat({"ContactId": "c", "InitialContactId": "i"}, frozenset({7}), 0, {}, {"t": "mine"})
    echo = told(1, "mine", ParticipantRole="CUSTOM_BOT")
    assert list(chat.told([echo])) == []
    assert list(chat.told([told(2, "theirs")])) == []
    after = list(chat.told([{**echo, "Author": {"id": 7, "name": "Mira"}}]))
    said = [json.loads(json.loads(frame)["content"]) for frame in after]
    assert [(one["Content"], one["ParticipantRole"], one.get("ParticipantId")) for one in said] == [
        ("mine", "AGENT", "user-7-c"),
        ("theirs", "CUSTOMER", None),
    ]
    assert chat.number == 2


async def test_words_of_nobody_are_told_once_nothing_of_that_kind_is_owed():
    chat = heard.Chat({"ContactId": "c", "InitialContactId": "i"}, frozenset(), 0, {}, {"t": "mine"})
    assert list(chat.told([told(1, "mine", ParticipantRole="CUSTOM_BOT")])) == []
    outgoing = {"clientToken": "t", "state": "failed", "itemId": None, "content": "mine"}
    assert len(list(chat.heard(json.dumps({"method": "outgoing", "params": {"outgoing": outgoing}})))) == 1


async def test_who_has_no_part_in_the_chat_has_stepped_in():
    author = {"id": 9, "name": "Sofia"}
    assert items.item(told(1, "Hello", Author=author), {7})["ParticipantRole"] == "SUPERVISOR"


async def test_a_file_whose_state_has_changed_is_heard_again():
    chat = heard.Chat({"ContactId": "c", "InitialContactId": "i"}, frozenset(), 0, {})
    file = told(1, Attachments=[{"AttachmentId": "a", "Status": "IN_PROGRESS"}])
    approved = told(1, Attachments=[{"AttachmentId": "a", "Status": "APPROVED"}])
    assert [len(list(chat.told([one]))) for one in (file, file, approved, approved)] == [1, 0, 1, 0]


async def test_the_end_of_the_agents_part_is_the_end_of_the_chat(mira, clock):
    async with await line(mira) as open_line:
        await open_line.subscribe()
        await db_write(routing.end)(mira.agent, mira.contact.pk, clock.now)
        await open_line.until(lambda: open_line.closed, "it is closed")
    assert [one["ContentType"] for one in open_line.items] == [wire.CHAT_ENDED]
    assert open_line.closed == 1000


async def test_whoever_signs_out_is_put_out(mira):
    async with await line(mira) as open_line:
        await open_line.subscribe()
        await db_write(Session.objects.all().delete)()
        await (await realtime.hub()).look()
        await open_line.until(lambda: open_line.closed, "it is closed")
    assert open_line.closed == Close.NOT_SIGNED_IN


@pytest.mark.parametrize("ticket", ["", "forged", "x" * 3_000])
async def test_without_a_ticket_nobody_comes_in(ticket, mira):
    async with Line(f"ws://testserver/participant/socket?ticket={ticket}") as refused:
        assert refused.events == [{"type": "websocket.close", "code": Close.NOT_SIGNED_IN}]


async def test_a_page_of_another_origin_does_not_come_in(mira):
    async with await line(mira, origin="https://evil.example") as refused:
        assert refused.events == [{"type": "websocket.close", "code": Close.NOT_SIGNED_IN}]


async def test_a_token_is_no_ticket_and_a_ticket_no_token(mira):
    url = (await ask("connection", SOCKET, mira.token)).told["Websocket"]["Url"]
    assert (await ask("transcript", {}, url.partition("ticket=")[2])).status == 403
    async with Line(f"ws://testserver/participant/socket?ticket={mira.token}") as refused:
        assert refused.closed == Close.NOT_SIGNED_IN


async def test_a_flood_and_a_frame_too_large_end_it(mira):
    async with await line(mira) as open_line:
        open_line.say("x" * 70_000)
        await open_line.until(lambda: open_line.closed, "it is closed")
        assert open_line.closed == Close.TOO_LARGE
    async with await line(mira) as open_line:
        for _ in range(300):
            open_line.say("aws/ping")
        await open_line.until(lambda: open_line.closed, "it is closed")
        assert open_line.closed == Close.FLOOD
