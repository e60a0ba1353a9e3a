"""POST /reception/: what a flow's Lambda hears, with the emulator as Amazon Connect."""

from __future__ import annotations

import json
import socket
import time

import pytest
from django.db import connection, connections

from agents.contact_flow import signature
from agents.models import QueueAlias, QueueTopic, UnknownQueue
from chats import connect, contact_state, db
from chats.db import db_write
from chats.models import Contact, Conversation, HoursOfOperation, Item, QueueText
from tests import factories
from tests.emulating import RunningEmulator, customer

SECRET = "a secret of the tests"


@pytest.fixture(autouse=True)
def _settings(settings):
    settings.CCP_RECEPTION_SECRET = SECRET


def event_of(contact_id="c-1", initial="", **data):
    contact = {"ContactId": contact_id, "InitialContactId": initial or contact_id, "Channel": "CHAT", **data}
    return {"Details": {"ContactData": contact, "Parameters": {}}, "Name": "ContactFlowEvent"}


async def post(client, event, *, secret=SECRET, age=0, **headers):
    body = event if isinstance(event, bytes) else json.dumps(event).encode()
    stamp = str(int(time.time()) - age)
    signed = {"X-CCP-Timestamp": stamp, "X-CCP-Signature": signature.signature(secret, stamp, body)} | headers
    answer = await client.post("/reception/", body, content_type="application/json", headers=signed)
    return answer.status_code, answer.json()


def kept():
    return Conversation.objects.count() + Contact.objects.count()


@pytest.fixture
def nobody_calls(settings):
    """Where Amazon Connect should be there is an ear that nobody may knock at."""
    connect.close()
    with socket.create_server(("127.0.0.1", 0)) as ear:
        settings.CCP_AWS_ENDPOINT = f"http://127.0.0.1:{ear.getsockname()[1]}"
        ear.setblocking(False)
        yield
        with pytest.raises(BlockingIOError):
            ear.accept()
    connect.close()


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("nobody_calls")
class TestTurnedAway:
    async def test_forged_is_401_and_leaves_nothing(self, async_client):
        await db_write(factories.queue)(is_default=True)
        status, answer = await post(async_client, event_of(), secret="guessed")
        assert status == 401
        assert list(answer) == ["error"]
        assert "CCP_RECEPTION_SECRET" in answer["error"]
        assert await db_write(kept)() == 0

    async def test_stale_is_401_and_leaves_nothing(self, async_client):
        status, answer = await post(async_client, event_of(), age=301)
        assert (status, answer) == (401, {"error": "X-CCP-Timestamp is more than 300 s away from this server's clock."})
        assert await db_write(kept)() == 0

    async def test_unsigned_is_401_even_when_it_is_nonsense(self, async_client):
        answer = await async_client.post("/reception/", b"not json", content_type="text/plain")
        assert answer.status_code == 401

    async def test_signed_nonsense_is_400_and_says_where(self, async_client):
        status, answer = await post(async_client, event_of(Channel="VOICE"))
        assert status == 400
        assert answer["error"].startswith("This is not the ContactFlowEvent of a chat: Details.ContactData.Channel")

    async def test_too_large_is_413(self, async_client):
        status, _ = await post(async_client, b" " * 262_145)
        assert status == 413
        status, _ = await post(async_client, b" " * 262_144)
        assert status == 400

    async def test_only_post_is_answered(self, async_client):
        answer = await async_client.get("/reception/")
        assert (answer.status_code, answer["Allow"]) == (405, "POST")

    async def test_closed_is_told_and_not_joined(self, async_client):
        await db_write(factories.queue)(is_default=True, is_open=False, closed_text="Back at eight.")
        assert await post(async_client, event_of()) == (200, {"open": "false", "message": "Back at eight."})
        assert await db_write(kept)() == 0

    async def test_outside_its_hours_a_queue_is_closed_and_says_so_in_the_customers_language(self, async_client):
        def never_open():
            hours = HoursOfOperation.objects.create(name="Never")
            queue = factories.queue(hours=hours, closed_text="Closed.")
            QueueTopic.objects.create(topic="parcel", queue=queue)
            QueueText.objects.create(queue=queue, kind="closed", language="de", text="Geschlossen.")

        await db_write(never_open)()
        event = event_of(Attributes={"topic": "parcel"}, LanguageCode="de-DE")
        assert await post(async_client, event) == (200, {"open": "false", "message": "Geschlossen."})
        event = event_of(Attributes={"topic": "parcel"}, LanguageCode="en-US")
        assert await post(async_client, event) == (200, {"open": "false", "message": "Closed."})
        assert await db_write(kept)() == 0

    async def test_full_is_told_and_not_joined(self, async_client):
        await db_write(factories.queue)(is_default=True, max_waiting=1, full_text="Too many.")
        await db_write(factories.contact)()
        assert await post(async_client, event_of()) == (200, {"open": "false", "message": "Too many."})
        assert await db_write(Contact.objects.count)() == 1

    async def test_a_flow_that_only_asks_whether_we_are_in_the_chat_hands_nobody_over(self, async_client):
        await db_write(factories.queue)(is_default=True)
        event = event_of()
        event["Details"]["Parameters"] = {"only": "joined"}
        assert await post(async_client, event) == (200, {"open": "false", "message": ""})
        assert await db_write(kept)() == 0

    async def test_who_is_on_the_way_in_counts_as_waiting(self, async_client):
        await db_write(factories.queue)(is_default=True, max_waiting=1, full_text="Too many.")
        await db_write(factories.contact)(state="JOINING")
        assert await post(async_client, event_of()) == (200, {"open": "false", "message": "Too many."})

    async def test_without_any_queue_the_flow_shall_ask_again(self, async_client):
        assert await post(async_client, event_of()) == (
            503,
            {"error": "No queue is the default one: mark one in the admin."},
        )


@pytest.mark.django_db(transaction=True)
async def test_amazon_away_is_503_and_the_flow_asks_again(async_client, settings):
    connect.close()
    with socket.create_server(("127.0.0.1", 0)) as ear:
        settings.CCP_AWS_ENDPOINT = f"http://127.0.0.1:{ear.getsockname()[1]}"
    await db_write(factories.queue)(is_default=True)
    status, answer = await post(async_client, event_of())
    assert status == 503
    assert answer["error"].startswith("Amazon Connect could not be asked, try again: ")
    assert await db_write(lambda: Contact.objects.get().state)() == contact_state.State.JOINING
    connect.close()


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    with RunningEmulator(tmp_path_factory.mktemp("emulator")) as emulator:
        yield emulator


@pytest.fixture
def amazon(running, settings):
    """It answers, however busy the machine is: what becomes of late answers is told in test_handover."""
    connect.close()
    settings.CCP_AWS_ENDPOINT = running.url
    settings.CCP_HANDOVER_DEADLINE = settings.CCP_AWS_CONNECT_TIMEOUT = settings.CCP_AWS_READ_TIMEOUT = 60.0
    yield running
    connect.close()


@pytest.fixture(autouse=True)
def _credentials(monkeypatch):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")


@pytest.mark.django_db(transaction=True)
async def test_a_contact_is_joined_with_its_name_its_attributes_and_all_that_was_said(async_client, amazon):
    await db_write(factories.queue)(is_default=True)
    with customer(amazon, "Ada", "My lamp flickers") as ada:
        references = {"Order": {"Type": "URL", "Value": "https://shop.example/47"}}
        event = event_of(ada.contact_id, Attributes={"customerName": "Ada Byron", "order": "47"}, References=references)
        assert await post(async_client, event) == (200, {"open": "true", "position": "1", "queue": "Returns"})

    def seen():
        contact = Contact.objects.select_related("conversation").get()
        said = Item.objects.filter(type="MESSAGE", role="CUSTOMER").values_list("content", flat=True)
        return (
            contact.pk,
            contact.state,
            contact.conversation.customer_name,
            contact.conversation.attributes,
            [(one["name"], one["type"], one["value"]) for one in contact.references],
            list(said),
        )

    attributes = {"customerName": "Ada Byron", "order": "47"}
    order = [("Order", "URL", "https://shop.example/47")]
    assert await db_write(seen)() == (ada.contact_id, "WAITING", "Ada Byron", attributes, order, ["My lamp flickers"])


DRUID = {
    "firstName": "Ada",
    "lastName": "Lovelace",
    "question": "Where is my parcel?",
    "queueId": "4711",
    "contactId": "1815",
    "organizationId": "1843",
}
BOT_SAID = "Bot Transcript: (1\\1)\nCustomer: Where is my parcel?\nBot: One moment."


@pytest.mark.django_db(transaction=True)
async def test_what_druid_sends_becomes_name_queue_and_context(async_client, amazon):
    """Seed 001: firstName, lastName, question, queueId, contactId, organizationId; the transcript is the first message."""

    def parcels():
        factories.queue(is_default=True)
        QueueAlias.objects.create(name="4711", queue=factories.queue("Parcels"))

    await db_write(parcels)()
    with customer(amazon, "Ada", BOT_SAID, Attributes=DRUID) as ada:
        known = await post(async_client, event_of(ada.contact_id, Attributes=DRUID))
        assert known == (200, {"open": "true", "position": "1", "queue": "Parcels"})
    seen = Contact.objects.select_related("conversation")
    kept_as = await db_write(lambda: seen.get().conversation)()
    assert (kept_as.customer_name, kept_as.attributes) == ("Ada Lovelace", DRUID)
    said = Item.objects.filter(type="MESSAGE", role="CUSTOMER")
    assert await db_write(lambda: list(said.values_list("content", flat=True)))() == [BOT_SAID]
    assert await db_write(UnknownQueue.objects.count)() == 0


@pytest.mark.django_db(transaction=True)
async def test_a_queue_id_that_is_none_of_ours_is_kept_for_the_administrator(async_client, nobody_calls):
    await db_write(factories.queue)(is_default=True, is_open=False, closed_text="Closed.")
    event = event_of(Attributes=DRUID, Queue={"ARN": "arn:aws:connect:1:2:instance/3/queue/4", "Name": "BasicQueue"})
    for _ in range(2):
        assert await post(async_client, event) == (200, {"open": "false", "message": "Closed."})
    kept_as = await db_write(lambda: list(UnknownQueue.objects.values_list("name", "named_in", "contact_id")))()
    assert kept_as == [("4711", "Attributes.queueId", "c-1")]


@pytest.mark.django_db(transaction=True)
async def test_the_same_hand_over_again_is_a_retry_with_the_same_answer(async_client, amazon):
    returns = await db_write(factories.queue)(is_default=True)
    await db_write(factories.contact)(waited=-300_000_000)  # somebody who came later does not count
    await db_write(factories.contact)(waited=300_000_000)
    with customer(amazon, "Ada", "Hello") as ada:
        first = await post(async_client, event_of(ada.contact_id))
        assert first == (200, {"open": "true", "position": "2", "queue": "Returns"})
        returns.is_open, returns.max_waiting = False, 0
        await db_write(returns.save)()  # who is joined is not turned away any more
        assert await post(async_client, event_of(ada.contact_id)) == first
    rounds = await db_write(lambda: Contact.objects.get(pk=ada.contact_id).round)()
    bots = [part for part in amazon.contact(ada.contact_id)["participants"] if part["role"] == "CUSTOM_BOT"]
    assert (rounds, len(bots)) == (1, 1)


@pytest.mark.django_db(transaction=True)
async def test_what_connect_does_not_know_is_502(async_client, amazon):
    await db_write(factories.queue)(is_default=True)
    status, answer = await post(async_client, event_of("11111111-2222-4333-8444-999999999999"))
    assert status == 502
    assert answer["error"].startswith("Amazon Connect refused to let us join: ResourceNotFoundException")


@pytest.mark.django_db(transaction=True)
async def test_the_database_away_is_503(async_client, monkeypatch):
    """The connection of whoever comes next fails at once, as it does when the server is gone."""
    broken = {"sqlite": "/nowhere/at/all.sqlite3", "postgresql": "no_such_database_here"}[connection.vendor]
    db.close()  # new threads make new connections
    monkeypatch.setitem(connections.settings["default"], "NAME", broken)
    answer = await post(async_client, event_of())
    db.close()
    monkeypatch.undo()
    assert answer == (503, {"error": "The database is away, try again."})
