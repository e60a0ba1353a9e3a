"""What Amazon Connect Streams offers for chat, row by row of the table in docs/socket.md, over real wires."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import pytest

from agents.desk.events import ACCEPTED_EVENTS
from agents.protocol import EVENT, STRICT, Close, Code
from tests.emulating import INSTANCE, Customer, customer
from tests.portal import Answer, Desk, Product, Session


def row(name: str) -> Callable[[Any], Any]:
    """This test stands for the row of the table that begins with `name` (tests/unit/agents/test_socket_docs.py)."""
    del name  # the name is read from this file
    return lambda test: test


class Chat(NamedTuple):
    """A customer, and the agent who has accepted."""

    ada: Customer
    mira: Desk
    contact_id: str


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    with Product(tmp_path_factory.mktemp("seed_004")) as product:
        yield product


@pytest.fixture
def mira(running: Product) -> Iterator[Desk]:
    """An agent who is Available; whatever is on her desk is cleared when the test is over."""
    with running.portal.desk("mira") as mira:
        mira.available()
        yield mira
        mira.call("setAgentState", state="Offline", enqueueNextState=True)
        for contact_id, part in dict(mira.held.agent_contacts).items():
            if part["state"] == "connected":
                mira.call("destroyConnection", contactId=contact_id)
            mira.call("clearContact", contactId=contact_id)
        for frame in mira.frames:  # whatever was told, docs/socket.schema.json says so
            STRICT[frame["method"]].validate_python(frame["params"])


@pytest.fixture
def chat(running: Product, mira: Desk) -> Iterator[Chat]:
    with customer(running.emulator, "Ada", "My lamp flickers") as ada:
        yield Chat(ada, mira, mira.accept())


def refusal(desk: Desk, method: str, **params: Any) -> tuple[int, str]:
    """Code and reason of the error a request is answered with."""
    with pytest.raises(Answer) as caught:
        desk.call(method, **params)
    return caught.value.code, caught.value.reason


def told(desk: Desk, method: str, **members: Any) -> list[dict[str, Any]]:
    """The parameters of the notifications of this name that hold these members."""
    found = [frame["params"] for frame in list(desk.frames) if frame["method"] == method]
    return [params for params in found if members.items() <= params.items()]


def item(desk: Desk, content: str) -> dict[str, Any]:
    desk.hears(content)
    return next(one for one in desk.held.transcript() if one["Content"] == content)


# ---- the media controller --------------------------------------------------------------------------------------------


@row("getMediaController()")
def test_while_the_contact_is_connected_its_requests_work_and_not_before_or_after(running: Product, mira: Desk) -> None:
    with customer(running.emulator, "Ada", "My lamp flickers"):
        contact_id = mira.offered()
        words = {"contactId": contact_id, "message": "Hello", "clientToken": "too-early"}
        assert refusal(mira, "sendMessage", **words) == (Code.REFUSED, "contactNotConnected")
        mira.accept()
        mira.say(contact_id, "Hello")
        mira.hears("Hello")
        mira.call("destroyConnection", contactId=contact_id)
        mira.until(lambda held: held.agent_contacts[contact_id]["state"] == "ended")
        assert refusal(mira, "sendMessage", **words) == (Code.REFUSED, "contactNotConnected")


@row("controller.onMessage")
def test_an_item_tells_the_customers_words_and_our_own(chat: Chat) -> None:
    chat.ada.say("since yesterday")
    chat.mira.say(chat.contact_id, "I am looking into it")
    theirs, ours = item(chat.mira, "since yesterday"), item(chat.mira, "I am looking into it")
    assert (theirs["ParticipantRole"], theirs["Type"], theirs["ContentType"]) == ("CUSTOMER", "MESSAGE", "text/plain")
    assert (theirs["DisplayName"], theirs["Author"]) == ("Ada", None)
    assert (ours["ParticipantRole"], ours["Author"]["name"]) == ("CUSTOM_BOT", "Mira Okafor")


@row("controller.sendMessage")
def test_a_message_is_queued_then_sent_and_the_customer_reads_it_once(chat: Chat) -> None:
    words = {"contactId": chat.contact_id, "message": "text", "contentType": "text/plain", "clientToken": "once"}
    assert chat.mira.call("sendMessage", **words) == {"clientToken": "once", "state": "queued"}
    chat.ada.wait_for_text("text")
    sent = chat.mira.until(lambda _held: [one for one in outgoing(chat, "once") if one["state"] == "sent"])[0]
    assert sent["itemId"] == item(chat.mira, "text")["Id"]
    assert [one["state"] for one in outgoing(chat, "once")] == ["queued", "sent"]
    assert chat.mira.call("sendMessage", **words) == {"clientToken": "once", "state": "sent"}
    chat.mira.say(chat.contact_id, "and on")
    chat.ada.wait_for_text("and on")
    assert chat.ada.texts().count("text") == 1


def outgoing(chat: Chat, token: str) -> list[dict[str, Any]]:
    found = [params["outgoing"] for params in told(chat.mira, "outgoing")]
    return [one for one in found if one["clientToken"] == token]


@row("controller.getTranscript")
def test_the_transcript_is_there_during_the_contact_and_after_it(chat: Chat) -> None:
    chat.mira.say(chat.contact_id, "I am looking into it")
    chat.mira.hears("I am looking into it")
    asked = {"contactId": chat.contact_id, "maxResults": 30, "sortOrder": "DESCENDING"}
    answer = chat.mira.call("getTranscript", **asked)
    messages = [(one["ParticipantRole"], one["Content"]) for one in answer["Transcript"] if one["Type"] == "MESSAGE"]
    assert ("CUSTOMER", "My lamp flickers") in messages
    assert messages.index(("CUSTOM_BOT", "I am looking into it")) < messages.index(("CUSTOMER", "My lamp flickers"))
    assert (answer["InitialContactId"], answer["NextToken"]) == (chat.contact_id, None)
    chat.mira.call("destroyConnection", contactId=chat.contact_id)
    later = chat.mira.call("getTranscript", contactId=chat.contact_id, maxResults=30)
    assert [one["Id"] for one in answer["Transcript"]] == [
        one["Id"] for one in reversed(later["Transcript"]) if one in answer["Transcript"]
    ]


@row("controller.sendEvent typing")
def test_the_customer_sees_that_the_agent_types(chat: Chat) -> None:
    assert chat.mira.call("sendEvent", contactId=chat.contact_id, contentType=EVENT + "typing") == {}
    assert chat.ada.wait_for_event("typing")["ParticipantRole"] == "CUSTOM_BOT"


def ours(ada: Customer, event: str) -> int:
    """How many of these events the customer has heard from the agent's side."""
    return ada.events().count((event, "CUSTOM_BOT"))


def not_accepted(chat: Chat, event: str) -> None:
    """Refused with what Connect does accept, and the customer hears nothing of it."""
    heard = ours(chat.ada, event)
    with pytest.raises(Answer) as caught:
        chat.mira.call("sendEvent", contactId=chat.contact_id, contentType=EVENT + event)
    assert (caught.value.code, caught.value.reason) == (Code.REFUSED, "eventNotAccepted")
    accepted = ", ".join(one.removeprefix(EVENT) for one in ACCEPTED_EVENTS)
    assert (EVENT + event in caught.value.message, accepted in caught.value.message) == (True, True)
    chat.mira.say(chat.contact_id, f"after {event}")
    chat.ada.wait_for_text(f"after {event}")
    assert ours(chat.ada, event) == heard


@row("controller.sendEvent participant.joined")
def test_joining_is_told_by_connect_and_by_the_queues_text(chat: Chat) -> None:
    chat.ada.wait_for_event("participant.joined", role="CUSTOM_BOT")
    chat.ada.wait_for_text("Mira has joined.")
    not_accepted(chat, "participant.joined")


@row("controller.sendEvent participant.left")
def test_leaving_is_told_by_connect(chat: Chat) -> None:
    not_accepted(chat, "participant.left")
    chat.mira.call("destroyConnection", contactId=chat.contact_id)
    chat.ada.wait_for_event("participant.left", role="CUSTOM_BOT")


@row("controller.sendEvent transfer.succeed")
def test_a_successful_transfer_is_no_event_of_a_participant(chat: Chat) -> None:
    not_accepted(chat, "transfer.succeed")


@row("controller.sendEvent transfer.failed")
def test_a_failed_transfer_is_no_event_of_a_participant(chat: Chat) -> None:
    not_accepted(chat, "transfer.failed")


@row("controller.sendEvent connection.acknowledged")
def test_a_connection_is_acknowledged_by_the_hand_over(chat: Chat) -> None:
    not_accepted(chat, "connection.acknowledged")


@row("controller.sendEvent chat.ended")
def test_the_end_of_the_chat_is_told_by_connect(chat: Chat) -> None:
    not_accepted(chat, "chat.ended")
    chat.ada.connect.stop_contact(InstanceId=INSTANCE, ContactId=chat.contact_id)
    chat.mira.until(lambda held: [one for one in held.transcript() if one["ContentType"] == EVENT + "chat.ended"])
    assert chat.mira.until(lambda held: held.contacts[chat.contact_id]["chatEnded"]) is True


# ---- which contact is in view ----------------------------------------------------------------------------------------


@row("core.viewContact")
def test_a_contact_of_the_desk_comes_into_view_and_no_other(chat: Chat) -> None:
    assert chat.mira.call("viewContact", contactId="") == {}
    assert chat.mira.call("viewContact", contactId=chat.contact_id) == {}
    chat.mira.until(lambda held: held.viewing == chat.contact_id)
    assert refusal(chat.mira, "viewContact", contactId="somebody-elses") == (Code.REFUSED, "contactNotFound")


@row("core.onViewContact")
def test_every_tab_is_told_which_contact_is_in_view(running: Product, chat: Chat) -> None:
    with running.portal.desk("mira", chat.mira.session) as other:
        assert other.held.viewing == chat.contact_id
        chat.mira.call("viewContact", contactId="")
        other.until(lambda _held: told(other, "viewContact", contactId=""))
        other.call("viewContact", contactId=chat.contact_id)
        chat.mira.until(lambda _held: told(chat.mira, "viewContact", contactId=chat.contact_id))
        chat.mira.until(lambda held: held.viewing == chat.contact_id)


# ---- who may be here -------------------------------------------------------------------------------------------------


COMPARE = """
import asyncio
from chats import reconcile
from chats.models import Participant
asyncio.run(reconcile.transcript(Participant.objects.select_related("conversation").get(contact_id="{}", round=1)))
"""  # what the worker does every minute


def closed(desk: Desk) -> tuple[dict[str, Any] | None, int | None]:
    """The goodbye and the close code of a socket that is being closed."""
    desk.until(lambda _held: desk.close_code is not None, "the close")
    return desk.bye, desk.close_code


@row("core.onAuthFail")
def test_without_a_session_or_after_signing_out_the_goodbye_is_4401(running: Product) -> None:
    stranger = Desk(running.portal, Session(running.portal.url)).open(cookie="")
    assert closed(stranger) == (
        {"code": Close.NOT_SIGNED_IN, "reason": "Sign in first.", "retryAfter": None},
        Close.NOT_SIGNED_IN,
    )
    with running.portal.desk("jonas") as jonas:
        jonas.session.post("/logout/", {"csrfmiddlewaretoken": jonas.session.cookie("csrftoken")})
        bye, code = closed(jonas)
    assert (bye, code) == (
        {"code": Close.NOT_SIGNED_IN, "reason": "You are signed out.", "retryAfter": None},
        Close.NOT_SIGNED_IN,
    )


@row("core.onAccessDenied")
def test_whoever_has_no_desk_gets_4403(running: Product) -> None:
    ida = Desk(running.portal, running.portal.log_in("ida")).open()
    assert closed(ida) == (
        {"code": Close.NO_ACCESS, "reason": "You may not use this page.", "retryAfter": None},
        Close.NO_ACCESS,
    )


# ---- everything that goes to and fro ---------------------------------------------------------------------------------


@row("WebSocketEvents.ALL_MESSAGE")
def test_messages_typing_and_receipts_name_contact_and_sender(running: Product, chat: Chat) -> None:
    stream = f"conversation:{chat.contact_id}"
    chat.ada.event("typing")
    typing = chat.mira.until(lambda _held: told(chat.mira, "typing", stream=stream))[0]
    assert (typing["role"], typing["contactId"], typing["displayName"]) == ("CUSTOMER", chat.contact_id, "Ada")
    chat.ada.say("since yesterday")
    said = item(chat.mira, "since yesterday")
    assert (said["ParticipantRole"], said["ContactId"]) == ("CUSTOMER", chat.contact_id)
    chat.mira.say(chat.contact_id, "I am looking into it")
    read = chat.ada.wait_for_text("I am looking into it")
    chat.ada.event("message.read", json.dumps({"messageId": read["Id"]}))
    running.portal.shell(COMPARE.format(chat.contact_id))
    receipt = chat.mira.until(lambda held: [one for one in held.receipts.values() if one["readId"] == read["Id"]])[0]
    assert (receipt["participantId"], receipt["contactId"]) == (chat.ada.participant_id, chat.contact_id)


@row("WebSocketEvents.CONNECTION_GAIN")
def test_the_answer_to_connect_says_that_the_client_is_caught_up(running: Product, chat: Chat) -> None:
    desk = Desk(running.portal, chat.mira.session).open()
    assert refusal(desk, "viewContact", contactId="")[0] == Code.INVALID_REQUEST
    answer = desk.call("connect", known={})
    agent = f"agent:{desk.held.agent['agentId']}"
    assert sorted(answer["streams"]) == sorted([agent, f"conversation:{chat.contact_id}"])
    assert set(desk.held.cursors) == set(answer["streams"])
    assert desk.held.said() == chat.mira.held.said()
    desk.close()


@row("WebSocketEvents.CONNECTION_LOST")
def test_a_client_that_lost_its_connection_goes_on_where_it_stopped(chat: Chat) -> None:
    chat.mira.hears("My lamp flickers")
    chat.mira.cut()
    assert (chat.mira.close_code, chat.mira.bye) == (1006, None)
    chat.ada.say("are you there?")
    chat.ada.wait_for_text("are you there?")
    chat.mira.frames.clear()
    chat.mira.connect()
    chat.mira.hears("are you there?")
    assert told(chat.mira, "snapshot") == []
    assert chat.mira.held.said().count("are you there?") == 1
    assert chat.mira.held.said().count("My lamp flickers") == 1
