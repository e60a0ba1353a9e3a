"""Bots of others in the chat when the flow hands over: still there, talkative, or joining when they may not (seed 002)."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError

from chats import connect
from chats.db import db_write
from chats.models import Contact, Item
from tests import factories
from tests.emulating import INSTANCE, RunningEmulator, customer

from .test_reception import SECRET, event_of, post

pytestmark = pytest.mark.django_db(transaction=True)
ITS_WORDS = 1000  # a bot's in a minute


class OtherBot:
    """A custom participant that is not the portal's."""

    def __init__(self, amazon: RunningEmulator, contact_id: str) -> None:
        self.speaks = amazon.client("connectparticipant")
        made = amazon.client("connect").create_participant(
            InstanceId=INSTANCE,
            ContactId=contact_id,
            ParticipantDetails={"ParticipantRole": "CUSTOM_BOT", "DisplayName": "Order bot"},
        )
        connected = self.speaks.create_participant_connection(
            ParticipantToken=made["ParticipantCredentials"]["ParticipantToken"],
            Type=["CONNECTION_CREDENTIALS"],
            ConnectParticipant=True,
        )
        self.token = connected["ConnectionCredentials"]["ConnectionToken"]

    def says(self, text: str) -> None:
        self.speaks.send_message(ConnectionToken=self.token, ContentType="text/plain", Content=text)

    def leaves(self) -> None:
        self.speaks.disconnect_participant(ConnectionToken=self.token)


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    with RunningEmulator(tmp_path_factory.mktemp("emulator")) as emulator:
        yield emulator


@pytest.fixture
def amazon(running, settings, monkeypatch):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    connect.close()
    settings.CCP_RECEPTION_SECRET = SECRET
    settings.CCP_AWS_ENDPOINT = running.url
    settings.CCP_HANDOVER_DEADLINE = settings.CCP_AWS_CONNECT_TIMEOUT = settings.CCP_AWS_READ_TIMEOUT = 60.0
    yield running
    connect.close()


@pytest.fixture
def ada(amazon):
    with customer(amazon, "Ada", "hello") as somebody:
        yield somebody


@pytest.fixture
def bot(amazon, ada):
    return OtherBot(amazon, ada.contact_id)


async def state() -> str:
    return await db_write(lambda: Contact.objects.get().state)()


async def test_one_that_never_leaves_keeps_us_out_and_the_flow_is_told_why(async_client, ada, bot):
    """Connect has room for one; it says so, nobody waits for an agent in vain, and once it has left the flow gets in."""
    await db_write(factories.queue)(is_default=True)
    status, answer = await post(async_client, event_of(ada.contact_id))
    assert status == 502
    assert answer["error"] == (
        "Another bot is in the chat, or an agent or a Lex bot, and Amazon Connect lets only one be there: let the flow hand "
        "over after it has called DisconnectParticipant. ConflictException: the contact has a custom participant already"
    )
    assert await state() == "JOINING"
    bot.leaves()
    assert await post(async_client, event_of(ada.contact_id)) == (
        200,
        {"open": "true", "position": "1", "queue": "Returns"},
    )
    assert await state() == "WAITING"


async def test_a_thousand_words_of_a_bot_before_us_are_all_there_in_their_order(async_client, ada, bot):
    await db_write(factories.queue)(is_default=True)
    words = [f"{number} of your orders are on their way" for number in range(ITS_WORDS)]
    for text in words:
        bot.says(text)
    bot.leaves()
    status, _ = await post(async_client, event_of(ada.contact_id))
    assert status == 200
    said = Item.objects.filter(type="MESSAGE", role="CUSTOM_BOT").order_by("number")
    assert await db_write(lambda: list(said.values_list("content", flat=True)))() == words


async def test_one_that_joins_beside_us_or_twice_is_refused_and_we_stay(async_client, amazon, ada):
    await db_write(factories.queue)(is_default=True)
    assert (await post(async_client, event_of(ada.contact_id)))[0] == 200
    for _ in range(2):
        with pytest.raises(ClientError, match="has a custom participant already"):
            OtherBot(amazon, ada.contact_id)
    ours = [one for one in amazon.contact(ada.contact_id)["participants"] if one["role"] == "CUSTOM_BOT"]
    assert [(one["displayName"], one["state"]) for one in ours] == [("Fenmark Home", "CONNECTED")]
    assert await state() == "WAITING"
