"""The table of commands: nobody does what its permission does not give them, whichever verb they try."""

from __future__ import annotations

import asyncio
import json

import pytest
from django.conf import settings
from django.test import Client

from agents import routing
from agents.commands import AGENT_COMMANDS, READING_COMMANDS, Caller, Permission
from agents.protocol import Code, StrictModel
from agents.protocol.refusals import Refusal
from agents.sockets.desk import DeskSocket
from chats import wire
from chats.db import db_read, db_write
from tests import factories

PEKKA = "5f0c1a51-8f0e-4f6c-9a5e-0d8a6d4f3b11"
MORE = {
    "setAgentState": {"state": "Available"},
    "offerSeen": {"visible": True},
    "transferContact": {"endpoint": {"type": "agent", "id": PEKKA}},
    "addNote": {"text": "Mine"},
    "editNote": {"note_id": "n", "text": "Mine"},
    "deleteNote": {"note_id": "n"},
    "saveDraft": {"text": "", "note": ""},
    "savePlace": {"place": None},
    "relayContact": {"participant_id": "p", "participant_token": "t", "state": "ended"},
    "sendMessage": {"message": "Hello", "client_token": "t"},
    "sendEvent": {"content_type": wire.TYPING},
    "retryMessage": {"client_token": "t"},
    "discardMessage": {"client_token": "t"},
    "whisper": {"text": "Psst", "client_token": "w"},
}
OF_NO_CONTACT = {"reportLatency", "setAgentState", "getEndpoints", "getColleagues", "getConfiguration"}
JUDGED_BY_CONNECT = {"relayContact"}  # a token that Amazon Connect knows is the permission: test_relay


def asked(name: str, contact_id: str) -> StrictModel:
    which = {} if name in OF_NO_CONTACT else {"contact_id": contact_id}
    return AGENT_COMMANDS[name].params(**which, **MORE.get(name, {}))


async def refused(name: str, caller: Caller, contact_id: str) -> str:
    """The reason why this caller may not; empty when they may."""
    try:
        await AGENT_COMMANDS[name].call(caller, asked(name, contact_id))
    except Refusal as refusal:
        return refusal.reason
    return ""


def served_contact_and_a_stranger(clock):
    mira = factories.agent("mira")
    contact = factories.contact()
    routing.run(clock.now)
    routing.accept(mira, contact.pk, clock.now)
    jonas = factories.agent("jonas")
    factories.agent("pekka", key=PEKKA)
    return contact.pk, Caller(mira.user, mira), Caller(jonas.user, jonas)


@pytest.mark.django_db(transaction=True)
async def test_of_a_contact_of_others_an_agent_is_not_even_told_that_it_exists(clock):
    contact_id, _, stranger = await db_write(served_contact_and_a_stranger)(clock)
    tried = AGENT_COMMANDS.keys() - OF_NO_CONTACT - JUDGED_BY_CONNECT
    found = {name: await refused(name, stranger, contact_id) for name in tried}
    assert found == dict.fromkeys(tried, "contactNotFound")
    assert found == {name: await refused(name, stranger, "no-such-contact") for name in tried}


@pytest.mark.django_db(transaction=True)
async def test_without_a_desk_one_reads_what_one_may_see_and_does_nothing_else(clock):
    contact_id, served_by, _ = await db_write(served_contact_and_a_stranger)(clock)
    reader = Caller(await db_read(factories.user)("root", is_superuser=True))
    for name, command in AGENT_COMMANDS.items():
        needs_a_desk = command.permission not in {Permission.USER, Permission.SEES}
        if needs_a_desk:
            assert (name, await refused(name, reader, contact_id)) == (name, "notAnAgent")
    for name in READING_COMMANDS:
        assert await refused(name, reader, contact_id) == await refused(name, served_by, contact_id) == ""


def test_only_what_asks_amazon_connect_goes_on_beside_the_other_requests():
    assert {name for name, command in AGENT_COMMANDS.items() if command.waits_for_aws} == {"relayContact"}


@pytest.mark.django_db(transaction=True)
async def test_a_socket_dispatches_by_the_table(clock):
    contact_id, caller, _ = await db_write(served_contact_and_a_stranger)(clock)
    asked_of_it: asyncio.Queue[dict[str, str]] = asyncio.Queue()
    answers: dict[int, dict] = {}
    answered = asyncio.Event()

    async def send(event: dict) -> None:
        frame = json.loads(event.get("text") or "{}")
        answers[frame.get("id", 0)] = frame
        if len(requests) in answers:
            answered.set()

    requests = [
        ("viewContact", {"contactId": contact_id}),
        ("connect", {}),
        ("viewContact", {"contactId": contact_id}),
        ("sendMessage", {"contactId": contact_id, "message": "Hello", "clientToken": "t-1"}),
        ("addNote", {"contactId": "no-such-contact", "text": "Mine"}),
        ("watchFloor", {}),
    ]
    asked_of_it.put_nowait({"type": "websocket.connect"})
    for number, (method, params) in enumerate(requests, 1):
        text = json.dumps({"jsonrpc": "2.0", "id": number, "method": method, "params": params})
        asked_of_it.put_nowait({"type": "websocket.receive", "text": text})
    socket = DeskSocket(await db_write(scope_of)(caller.user), asked_of_it.get, send)
    running = asyncio.create_task(socket.run())
    async with asyncio.timeout(60):
        await answered.wait()
        asked_of_it.put_nowait({"type": "websocket.disconnect"})
        await running
    assert answers[1]["error"]["message"] == "Call `connect` first."
    assert answers[2]["result"]["streams"]
    assert answers[3]["result"] == {}
    assert answers[4]["result"] == {"clientToken": "t-1", "state": "queued"}
    assert answers[5]["error"]["data"] == {"reason": "contactNotFound"}
    assert answers[6]["error"]["code"] == Code.UNKNOWN_METHOD


def scope_of(user):
    client = Client()
    client.force_login(user)
    cookie = f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"
    headers = {"host": "testserver", "origin": "http://testserver", "cookie": cookie}
    return {"scheme": "ws", "headers": [(name.encode(), value.encode()) for name, value in headers.items()]}
