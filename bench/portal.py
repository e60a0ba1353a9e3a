"""The product as `manage.py serve` runs it, with people at its desks; its lanes are in `alone` and `emulated`."""

from __future__ import annotations

import atexit
import json
import time
import uuid
from pathlib import Path
from typing import Any

from tests.portal import RunningPortal

from .measure import Carried
from .people import Desk, Waiting
from .servers import at_once
from .wires import Broken


class Portal:
    """The product as `manage.py serve` runs it, and desks on its sockets."""

    def __init__(self, folder: Path, aws_port: int, environment: dict[str, str]) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.portal = RunningPortal(folder, aws_port, environment=environment)
        atexit.register(self.portal.__exit__)  # also when something else does not start
        self.waiting = Waiting()
        self.desks: list[Desk] = []
        self.seeded: dict[str, Any] = {}

    @property
    def port(self) -> int:
        return self.portal.port

    @property
    def server(self) -> int:
        return self.portal.pid

    def start(self, conversations: int, idle: int, *, connected: bool, **more: int) -> None:
        """`more`: contacts `together` on a desk, `items` in each, as bench.seed knows them."""
        self.portal.database.make(self.portal)
        given = "".join(f", {name}={value}" for name, value in more.items())
        call = f"seed({conversations}, {idle}, connected={connected}{given})"
        self.seeded = json.loads(self.portal.shell(f"from bench.seed import seed; print({call})"))
        try:
            self.portal.start()
        except AssertionError as error:
            raise Broken(f"{error}; its log ends with:\n{self.portal.log.read_text()[-1500:]}") from None

    async def open_desks(self) -> None:
        for desk in self.seeded["desks"]:
            self.desks.append(await Desk.open(self.port, desk["session"], self.waiting))

    async def open_idle(self, count: int) -> float:
        starts = time.monotonic()
        sessions = self.seeded["idle"][:count]
        self.desks += await at_once([Desk.open(self.port, session, self.waiting) for session in sessions])
        return time.monotonic() - starts

    def close(self) -> None:
        for desk in self.desks:
            desk.close()
        self.portal.__exit__()


async def speak(desk: Desk, contact_id: str, waiting: Waiting) -> Carried:
    key = uuid.uuid4().hex
    arrival = waiting.expect(key)
    sent = time.monotonic()
    desk.say(contact_id, key)
    return Carried(key, sent, await arrival)
