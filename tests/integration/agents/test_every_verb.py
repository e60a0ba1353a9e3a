"""Every verb of every socket by every role on own, foreign and absent: what is allowed is done, and what another team has is told
exactly as what does not exist.

The tables are of agents/commands and the sockets: a verb that has no row here fails. Each cell is a request to a socket in this
process, and is undone.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import transaction

import ccp_portal.asgi  # noqa: F401 -- it imports every socket there is
from agents.commands import Caller
from agents.sockets.connection import Socket
from agents.sockets.desk import DeskSocket
from agents.sockets.floor import FloorSocket
from chats import wire
from chats.db import db_read, db_write
from chats.models import AuditEntry

from . import every_role
from .every_role import ADMIN, AGENT, AUDITING_AGENT, AUDITOR, FAILED, LEAD, NOBODY, ROLES, SUPERVISOR

SOCKETS: Mapping[str, type[Socket]] = {"desk": DeskSocket, "floor": FloorSocket}
SCOPES = ("own", "foreign", "absent")
EVERYBODY = frozenset(ROLES)
ON_DESK = frozenset({AGENT, AUDITING_AGENT})  # with contacts of their own
AT_DESKS = ON_DESK | {LEAD, SUPERVISOR}
STEP_IN = frozenset({LEAD, SUPERVISOR, ADMIN})
READ_ALL = frozenset({AUDITOR, AUDITING_AGENT, ADMIN})
READ = EVERYBODY - {NOBODY}
NONE: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Row:
    """Who may: with their own, and with what is of others. `contact`: which kind of contact it is asked of."""

    own: frozenset[str]
    foreign: frozenset[str] = NONE
    contact: str = ""
    contacts: str = ""
    agents: bool = False
    more: Callable[[Mapping[str, str], str], dict[str, Any]] = lambda _ids, _name: {}
    always: bool = False  # it is answered whatever is asked, and what follows is compared
    told_why: frozenset[str] = NONE  # who sees what it is about, and may not for another reason

    def params(self, ids: Mapping[str, str], name: str) -> dict[str, Any]:
        asked: dict[str, Any] = {}
        if self.contact:
            asked["contactId"] = ids[self.contact]
        if self.contacts:
            asked["contactIds"] = [ids[self.contacts]]
        if self.agents:
            asked |= {"agentIds": [ids["agent"]], "openContacts": "keep"}
        return asked | self.more(ids, name)


def of(contact: str, **more: Any) -> Row:
    """A verb of an agent on a contact of their own."""
    return Row(ON_DESK, contact=contact, more=lambda _ids, _name: more)


def by(own: frozenset[str], **columns: Any) -> Row:
    """A verb of whoever steps in: an admin's scope is everything."""
    return Row(own, own & READ_ALL, **columns)


WORDS = {"clientToken": "new"}
READING = {
    "getTranscript": Row(READ, READ_ALL, contact="served"),
    "getEarlierContacts": Row(READ, READ_ALL, contact="served"),
}
DESK: dict[str, list[Row]] = {
    "connect": [
        Row(AT_DESKS, always=True, more=lambda ids, _: {"known": {f"conversation:{ids['initial']}": 0}}),
    ],
    "ping": [Row(AT_DESKS)],
    "presence": [Row(AT_DESKS, more=lambda *_: {"ask": 0})],
    "watchQueues": [Row(AT_DESKS)],
    "setAgentState": [Row(AT_DESKS, more=lambda *_: {"state": "Available"})],
    "getColleagues": [Row(AT_DESKS)],
    "reportLatency": [Row(AT_DESKS, more=lambda *_: {"painted": [5]})],
    "getConfiguration": [Row(AT_DESKS)],
    "connectionToken": [of("served")],
    "acceptContact": [of("offered")],
    "takeContact": [of("missed")],
    "rejectContact": [of("offered")],
    "destroyConnection": [of("served")],
    "clearContact": [of("done")],
    "saveWrapUp": [of("done", note="Done")],
    "offerSeen": [of("offered", visible=True)],
    "getDispositions": [of("served")],
    "getQuickResponses": [of("served")],
    # Which contact is in view is the agent's own; of one that is not on their desk nothing is shown.
    "viewContact": [of("served")],
    "getEndpoints": [Row(AT_DESKS)],
    "transferContact": [
        Row(
            ON_DESK,
            contact="served",
            more=lambda ids, _: {"endpoint": {"type": "agent", "id": ids["anybody"]}},
        )
    ],
    "cancelTransfer": [of("transferred")],
    "addNote": [of("served", text="Mine")],
    "editNote": [Row(ON_DESK, contact="served", more=lambda ids, _: {"noteId": ids["note"], "text": "Other words"})],
    "deleteNote": [Row(ON_DESK, contact="served", more=lambda ids, _: {"noteId": ids["note"]})],
    "saveDraft": [of("served", text="Hel", note="")],
    "savePlace": [of("served", place=None)],
    "relayContact": [Row(NONE, contact="served", more=lambda *_: {"participantId": "p"})],
    "sendMessage": [of("served", message="Hello", **WORDS)],
    "sendEvent": [of("served", contentType=wire.TYPING)],
    "retryMessage": [Row(ON_DESK, contact="served", more=lambda _, name: {"clientToken": FAILED + name})],
    "discardMessage": [Row(ON_DESK, contact="served", more=lambda _, name: {"clientToken": FAILED + name})],
    "whisper": [of("served", text="Psst", **WORDS)],
    "raiseHand": [of("served")],
    "lowerHand": [of("asking")],
    **{verb: [Row(row.own & AT_DESKS, row.foreign & AT_DESKS, contact="served")] for verb, row in READING.items()},
}
FLOOR: dict[str, list[Row]] = {
    "connect": [
        Row(EVERYBODY, READ_ALL, always=True, more=lambda ids, _: {"known": {f"conversation:{ids['initial']}": 0}})
    ],
    "ping": [Row(EVERYBODY)],
    "presence": [Row(EVERYBODY, more=lambda *_: {"ask": 0})],
    "watchContact": [Row(READ, READ_ALL, contact="served")],
    "unwatchContact": [Row(EVERYBODY, always=True, contact="served")],
    "watchFloor": [Row(EVERYBODY)],
    "saveView": [Row(EVERYBODY, more=lambda *_: {"name": "Mine", "view": {}})],
    "deleteView": [Row(EVERYBODY, more=lambda *_: {"name": "Mine"})],
    "whisper": [by(STEP_IN, contact="served", more=lambda *_: {"text": "Psst", **WORDS})],
    "bargeIn": [by(STEP_IN, contact="served", more=lambda *_: {"content": "Hello", **WORDS})],
    "retryMessage": [by(STEP_IN, contact="served", more=lambda _, name: {"clientToken": FAILED + name})],
    "discardMessage": [by(STEP_IN, contact="served", more=lambda _, name: {"clientToken": FAILED + name})],
    "supervisorTyping": [by(STEP_IN, contact="served")],
    "getEndpoints": [Row(STEP_IN)],
    "takeOver": [by(STEP_IN - {ADMIN}, contact="served", told_why=frozenset({ADMIN}))],
    "reassignContact": [
        by(STEP_IN, contacts="served", more=lambda ids, _: {"agentId": ids["colleague"]}),
        by(STEP_IN, contacts="served", more=lambda ids, _: {"queueId": ids["queue"]}),
    ],
    "requeueContact": [by(STEP_IN, contacts="served")],
    "setPriority": [by(STEP_IN, contacts="served", more=lambda *_: {"priority": 1})],
    "endContact": [by(STEP_IN, contacts="served")],
    "clearStuckContact": [by(STEP_IN, contacts="done")],
    "forceAgentState": [by(STEP_IN, agents=True, more=lambda *_: {"state": "Break"})],
    "signOutAgent": [by(STEP_IN, agents=True)],
    "setAgentCapacity": [by(STEP_IN, more=lambda ids, _: {"agentId": ids["agent"], "capacity": 5})],
    "setAgentQueues": [
        by(STEP_IN, more=lambda ids, _: {"agentId": ids["agent"], "routingProfile": ids["profile"]}),
    ],
    "raiseHand": [by(STEP_IN, contact="served")],
    "lowerHand": [by(STEP_IN, contact="asking")],
    "takeHelp": [by(STEP_IN, contact="asking")],
    **{verb: [row] for verb, row in READING.items()},
}
TABLE = {("desk", verb): rows for verb, rows in DESK.items()} | {("floor", verb): rows for verb, rows in FLOOR.items()}
JUDGED_BY_CONNECT = {("desk", "relayContact")}  # a token that Amazon Connect knows is the permission: test_relay


def test_every_verb_of_every_socket_has_a_row() -> None:
    assert set(Socket.__subclasses__()) == set(SOCKETS.values()), "another socket: its verbs belong in TABLE"
    assert TABLE.keys() == {(name, verb) for name, socket in SOCKETS.items() for verb in socket.commands}


# ---- asking ----------------------------------------------------------------------------------------------------------


async def ask(socket: str, user: Any, verb: str, params: Mapping[str, Any]) -> list[dict[str, Any]] | None:
    """Every frame that comes of one request; None: this user may not open the socket."""

    async def nothing(*_: Any) -> dict[str, Any]:
        return {"type": "websocket.disconnect"}

    one = SOCKETS[socket]({"headers": []}, nothing, nothing)
    one.user, one.caller = user, Caller(user)
    if not await db_read(one.authorise)():
        return None
    one.connected = True
    await one._answer(json.dumps({"jsonrpc": "2.0", "id": 1, "method": verb, "params": params}))
    for task in tuple(one._tasks):  # what goes on beside, and asks Connect
        task.cancel()
    await asyncio.gather(*one._tasks, return_exceptions=True)
    await one.gone()
    return [json.loads(text) for text in one._queue]


def outcome(frames: list[dict[str, Any]] | None) -> str:
    """Empty when it was done, else the reason why not."""
    if frames is None:
        return "closed"
    answer = next(frame for frame in frames if frame.get("id") == 1)
    if "error" in answer:
        return str(answer["error"].get("data", {}).get("reason", answer["error"]["message"]))
    refused = [one["refusal"]["reason"] for one in answer["result"].get("results", ()) if not one["ok"]]
    return refused[0] if refused else ""


def masked(frames: list[dict[str, Any]] | None, ids: Mapping[str, str]) -> str:
    """As it travels, without the ids that were asked for and the time of day."""
    text = json.dumps(frames)
    for one in sorted(set(ids.values()), key=len, reverse=True):
        text = text.replace(one, "<id>")
    return re.sub(r"\d{4}-\d\d-\d\dT[\d:.]+Z", "<time>", text)


@pytest.mark.usefixtures("one_connection")
@pytest.mark.parametrize("role", ROLES)
async def test_each_cell_of_the_table(settings: Any, role: str) -> None:
    settings.CCP_LEASE_SECONDS = settings.CCP_OFFER_SECONDS = 3600  # however long this takes
    centre = await db_write(every_role.build)()
    wrong: list[str] = []
    for name in TABLE.keys() - JUDGED_BY_CONNECT:
        for row in TABLE[name]:
            wrong += await _cells(centre, name, row, role)
    assert not wrong, "\n".join(wrong)


async def _cells(centre: every_role.Centre, name: tuple[str, str], row: Row, role: str) -> list[str]:
    """What is wrong with the cells of one verb and role."""
    (socket, verb), user = name, centre.people[role]
    said: dict[str, str] = {}
    is_scoped = row.params(centre.ids(role, "own"), "") != row.params(centre.ids(role, "absent"), "")
    wrong: list[str] = []
    for scope in SCOPES:
        ids = centre.ids(role, scope)
        may = role in {"own": row.own, "foreign": row.foreign, "absent": NONE}[scope]
        undone = transaction.atomic()
        await db_write(undone.__enter__)()
        before = await db_read(AuditEntry.objects.count)()
        frames = await ask(socket, user, verb, row.params(ids, user.username))
        recorded = await db_read(AuditEntry.objects.count)() - before
        await db_write(transaction.set_rollback)(True)
        await db_write(undone.__exit__)(None, None, None)
        found, said[scope] = outcome(frames), masked(frames, ids)
        where = f"{socket} {verb} {role} {scope}: {found or 'done'}"
        if may and found:
            wrong.append(f"{where}, and it is allowed")
        if not may and not found and not row.always and (scope == "own" or is_scoped):
            wrong.append(f"{where}, and it is not allowed")
        if found and recorded:
            wrong.append(f"{where}, and {recorded} entries in the audit")
    if is_scoped and role not in row.foreign | row.told_why and said["foreign"] != said["absent"]:
        both = f"\n  {said['foreign']}\n  {said['absent']}"
        wrong.append(f"{socket} {verb} {role}: another team's is told otherwise{both}")
    return wrong
