"""The control API under /_emulator/control/: turns the clock and makes things go wrong. For tests, off unless asked for."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from connect_emulator import chat, counts, faults, limits, timers
from connect_emulator.background import Background
from connect_emulator.ccp.verbs import Verbs
from connect_emulator.clock import iso
from connect_emulator.core import Emulator
from connect_emulator.restjson import Request, Response, ServiceError, json_response
from connect_emulator.sockets import Sockets
from connect_emulator.streaming import deliveries
from connect_emulator.world import Contact, contacts, participants

PREFIX = "/_emulator/control/"
_MANY, _LATEST = 1_000_000, 3600
Body = dict[str, Any]


class BadControl(Exception):
    """What was asked for makes no sense; the text says what is right."""


class Control:
    def __init__(self, emulator: Emulator, background: Background, sockets: Sockets) -> None:
        self.emulator = emulator
        self.world = emulator.world
        self.background = background
        self.sockets = sockets
        self._get: dict[str, Callable[[], Any]] = {
            "contacts": self.contacts,
            "deliveries": lambda: {"deliveries": deliveries.listed(self.world)},
            "clock": self.clock,
            "counts": lambda: counts.counted(self.world),
            "faults": lambda: {"faults": emulator.faults.listed()},
            "quotas": self.quotas,
        }
        self._post: dict[str, Callable[[Body], Any]] = {
            "clock": self.turn,
            "faults": self.fault,
            "sns": self.sns,
            "quotas": self.keep_quotas,
            "expire": self.expire,
            "join": self.join,
            "leave": self.leave,
            "say": self.say,
        }
        verbs = Verbs(self.world)
        self._get |= verbs.get
        self._post |= verbs.post

    def respond(self, request: Request) -> Response:
        name = request.path.removeprefix(PREFIX)
        try:
            if request.method == "GET" and name in self._get:
                return json_response(200, self._get[name]())
            if request.method == "POST" and name in self._post:
                return json_response(200, self._post[name](_body(request)))
        except (BadControl, faults.BadFault) as error:
            return json_response(400, {"message": str(error)})
        except ServiceError as error:
            return json_response(400, {"message": f"{error.code}: {error.message}"})
        known = ", ".join(sorted({*self._get, *self._post, "sockets"}))
        return json_response(404, {"message": f"the control API has {known}"})

    def contacts(self) -> Body:
        rows = self.world.store.all("SELECT * FROM contact ORDER BY initiated_at, previous_id IS NOT NULL, id")
        return {"contacts": [self._shown(Contact.of(row)) for row in rows]}

    def clock(self) -> Body:
        clock = self.world.clock
        return {"now": iso(clock.now()), "offsetSeconds": clock.offset / 1000}

    def turn(self, body: Body) -> Body:
        """{"advanceSeconds": n}: a jump; deadlines that have come are met before this is answered."""
        seconds = body.get("advanceSeconds")
        if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not 0 <= seconds <= 10**8:
            raise BadControl('the clock takes {"advanceSeconds": n}, forward only')
        with self.world.store.change():
            self.world.clock.advance(int(seconds * limits.SECOND))
            self.world.store.set_meta("clock_offset", str(self.world.clock.offset))
        timers.fire(self.world, self.emulator.engine)
        self.background.wake()
        return self.clock()

    def fault(self, body: Body) -> Body:
        """One fault as faults.read has it, or {"clear": true}."""
        if body == {"clear": True}:
            self.emulator.faults.clear()
        else:
            self.emulator.faults.add(faults.read(body))
        return {"faults": self.emulator.faults.listed()}

    def sns(self, body: Body) -> Body:
        """{"paused": bool, "shuffle": bool, "copies": 1..10, "lateBySeconds": n, "lose": n}, each optional."""
        weather = self.background.weather
        for name, value in body.items():
            if name in {"paused", "shuffle"} and isinstance(value, bool):
                setattr(weather, name, value)
            elif name == "copies" and type(value) is int and 1 <= value <= 10:
                weather.copies = value
            elif name == "lose" and type(value) is int and 0 <= value <= _MANY:
                weather.lose = value
            elif name == "lateBySeconds" and type(value) in {int, float} and 0 <= value <= _LATEST:
                weather.late_by = int(value * limits.SECOND)
            else:
                raise BadControl(
                    "sns takes paused and shuffle (true or false), copies (1 to 10), lose (a number) and lateBySeconds"
                )
        self.background.wake()
        return {
            "paused": weather.paused,
            "shuffle": weather.shuffle,
            "copies": weather.copies,
            "lose": weather.lose,
            "lateBySeconds": weather.late_by / limits.SECOND,
        }

    def quotas(self) -> Body:
        return {"rates": self.emulator.quotas.rates, "openChats": self.world.most_open_chats}

    def keep_quotas(self, body: Body) -> Body:
        """{"rates": bool, "openChats": n or null}, each optional: calls and chats above are answered 429."""
        for name, value in body.items():
            if name == "rates" and isinstance(value, bool):
                self.emulator.quotas.keep_rates(kept=value)
            elif name == "openChats" and (value is None or (type(value) is int and 0 <= value <= _MANY)):
                self.world.most_open_chats = value
            else:
                raise BadControl("quotas takes rates (true or false) and openChats (a number, or null for no quota)")
        return self.quotas()

    def expire(self, body: Body) -> Body:
        """{"contactId"?}: the connection tokens of one chat, or all, are good no longer."""
        contact_id = body.get("contactId")
        with self.world.store.change():
            initial = None if contact_id is None else contacts.get(self.world, str(contact_id)).initial_id
            return {"expired": participants.expire_connections(self.world, initial)}

    def join(self, body: Body) -> Body:
        """{"contactId", "role": "AGENT" | "LEX", "displayName"?}: a Connect agent or a Lex bot comes; the custom participant goes."""
        role = {"AGENT": "AGENT", "LEX": "SYSTEM"}.get(body.get("role", ""))
        if role is None:
            raise BadControl("role must be AGENT or LEX")
        with self.world.store.change():
            contact = contacts.open_contact(self.world, str(body.get("contactId")))
            name = str(body.get("displayName") or ("BOT" if role == "SYSTEM" else "Agent"))
            participant = participants.add(self.world, contact, role, name)
            chat.joins(self.world, contact, participant)
        return {"participantId": participant.id, "participantToken": participant.token}

    def leave(self, body: Body) -> Body:
        """{"participantId"}: somebody who is in a chat leaves it."""
        with self.world.store.change():
            participant = participants.find(self.world, str(body.get("participantId")))
            if participant is None:
                raise BadControl("no participant has this participantId")
            chat.leaves(self.world, contacts.get(self.world, participant.contact_id), participant)
        return {}

    def say(self, body: Body) -> Body:
        """{"contactId", "content", "contentType"?}: what a flow or its bot says, interactive messages among it."""
        content, content_type = body.get("content"), body.get("contentType", "text/plain")
        if not isinstance(content, str) or content_type not in limits.CONTENT_TYPES:
            raise BadControl(f"say takes content, a text, and contentType: {', '.join(sorted(limits.CONTENT_TYPES))}")
        with self.world.store.change():
            contact = contacts.open_contact(self.world, str(body.get("contactId")))
            return {"id": chat.says(self.world, contact, None, str(content_type), content).id}

    def cut(self, request: Request) -> Response:
        """{"contactId"?}: runs in the event loop, where the sockets are."""
        try:
            contact_id = _body(request).get("contactId")
        except BadControl as error:
            return json_response(400, {"message": str(error)})
        return json_response(200, {"cut": self.sockets.cut(contact_id)})

    def _shown(self, contact: Contact) -> Body:
        execution = self.emulator.engine.execution(contact.id)
        rows = self.world.store.all(
            "SELECT * FROM participant WHERE contact_id = ? ORDER BY created_at, id", contact.id
        )
        return {
            "contactId": contact.id,
            "initialContactId": contact.initial_id,
            "state": "ENDED" if contact.ended else "OPEN",
            "disconnectReason": contact.end_reason,
            "participants": [
                {"participantId": p["id"], "role": p["role"], "displayName": p["display_name"], "state": p["state"]}
                for p in rows
            ],
            "flow": execution and {"action": execution.action_id, "phase": execution.phase, "events": execution.events},
        }


def _body(request: Request) -> Body:
    """JSON, and said to be JSON: so that no page of another site can send it without asking."""
    if not request.headers.get("content-type", "").startswith("application/json"):
        raise BadControl("content-type must be application/json")
    try:
        body = json.loads(request.body or b"{}")
    except (ValueError, RecursionError):
        body = None
    if not isinstance(body, dict):
        raise BadControl("the body must be a JSON object")
    return body
