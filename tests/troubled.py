"""A product whose line to Amazon Connect is in the test's hands, and what must hold however it was treated."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from copy import copy
from pathlib import Path
from typing import Any, Self

from tests.databases import execute
from tests.emulating import INSTANCE, Customer, RunningEmulator, customer, eventually
from tests.line import Line
from tests.portal import Answer, Desk, Product, RunningPortal

QUICK = {
    "CCP_AWS_CONNECT_TIMEOUT": "1",
    "CCP_AWS_READ_TIMEOUT": "2",
    "CCP_POLL_SECONDS": "1",
    "CCP_OFFER_SECONDS": "120",
    "CCP_LEASE_SECONDS": "300",
}
ROWS = ("cursors", "agent", "viewing", "agent_contacts", "contacts", "items", "outgoing", "receipts", "notes")


class Troubled:
    """The portal, the emulator and the line between them."""

    def __init__(self, folder: Path, **given: Any) -> None:
        self.line = Line(0)
        self.line.up()
        environment = {**QUICK, "CCP_AWS_ENDPOINT": self.line.url, **given.pop("portal_environment", {})}
        # Whoever reaches the emulator by another address finds that address in its SNS posts.
        given["emulator_options"] = [*given.get("emulator_options", ()), "--sns-urls", self.line.url]
        self.product = Product(folder, portal_environment=environment, **given)
        self.line.emulator_port = self.emulator.port

    @property
    def portal(self) -> RunningPortal:
        return self.product.portal

    @property
    def emulator(self) -> RunningEmulator:
        return self.product.emulator

    def __enter__(self) -> Self:
        with ExitStack() as undo:  # a portal that does not start leaves no process behind
            undo.push(self)
            self.product.__enter__()
            undo.pop_all()
        return self

    def __exit__(self, *error: object) -> None:
        self.line.clear()
        self.product.__exit__(*error)
        self.line.__exit__(*error)

    @contextmanager
    def at_desk(self, username: str = "mira") -> Iterator[Desk]:
        """An agent who is available; afterwards their desk is empty and they are offline, whatever happened."""
        self.line.calls.clear()
        desk = self.portal.desk(username)
        with desk:
            desk.available()
            try:
                yield desk
            finally:
                self.line.clear()
                self._tidy(desk)

    def _tidy(self, desk: Desk) -> None:
        desk.close()
        desk.connect()
        for contact_id in tuple(desk.held.agent_contacts):
            with suppress(Exception):
                self.stop_contact(contact_id)
        with suppress(AssertionError):  # what a test left behind is told by that test
            desk.until(lambda held: not any(_open(one) for one in held.agent_contacts.values()), "all has ended")
        for contact_id in tuple(desk.held.agent_contacts):
            with suppress(Answer):
                desk.call("clearContact", contactId=contact_id)
        desk.call("setAgentState", state="Offline")

    def stop_contact(self, contact_id: str) -> None:
        """Connect ends the chat, as a supervisor or an expired chat does."""
        self.emulator.client("connect").stop_contact(InstanceId=INSTANCE, ContactId=contact_id)

    @contextmanager
    def without_database(self) -> Iterator[None]:
        """PostgreSQL lets nobody in; SQLite is locked for longer than anybody waits."""
        database = self.portal.database
        if not database.url:
            held = sqlite3.connect(database.folder / "portal.sqlite3", isolation_level=None)
            held.execute("BEGIN IMMEDIATE")
            try:
                yield
            finally:
                held.execute("ROLLBACK")
                held.close()
            return
        execute(f"ALTER DATABASE {database.name} ALLOW_CONNECTIONS false")
        execute(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{database.name}'")
        try:
            yield
        finally:
            execute(f"ALTER DATABASE {database.name} ALLOW_CONNECTIONS true")

    @contextmanager
    def talk(self, desk: Desk, name: str = "Ada", first: str = "hello") -> Iterator[Customer]:
        """A customer whom this agent serves, and who has been told so."""
        with customer(self.emulator, name, first) as somebody:
            contact_id = somebody.contact_id
            desk.until(lambda held: held.agent_contacts.get(contact_id, {}).get("state") == "connecting", "offered", 30)
            desk.call("acceptContact", contactId=contact_id)
            greeting = f"{desk.held.agent['name'].split()[0]} has joined."
            somebody.wait_for_text(greeting)
            desk.until(
                lambda held: greeting in held.said(contact_id) and not held.outgoing, "nothing more comes by itself"
            )
            yield somebody

    def offered(self, desk: Desk, timeout: float = 90) -> str:
        """The flow asks again every ten seconds of its own time: turn its clock until the contact is on the desk."""
        ends = time.monotonic() + timeout
        while True:
            with suppress(AssertionError):
                return desk.offered(4)
            assert time.monotonic() < ends, f"never offered; calls: {[c.operation for c in self.line.calls[-20:]]}"
            self.emulator.advance(11)


def _open(part: dict[str, Any]) -> bool:
    return part["state"] in {"connecting", "connected"}


# ---- what must hold --------------------------------------------------------------------------------------------------


def saw(somebody: Customer) -> list[tuple[str, str | None]]:
    """(Id, content) of everything in the chat, as the customer's side of Connect has it, in order."""
    items = sorted(somebody.transcript(), key=lambda item: (item["AbsoluteTime"], item["Id"]))
    return [(item["Id"], item.get("Content")) for item in items]


def texts(somebody: Customer) -> list[str]:
    return [item["Content"] for item in somebody.transcript() if item["Type"] == "MESSAGE"]


def nothing_is_lost_or_doubled(desk: Desk, somebody: Customer, timeout: float = 30) -> None:
    """The agent's transcript is the customer's: the same items in the same order, each once; nothing is still owed."""

    def here() -> list[tuple[str, str | None]]:
        return [(item["Id"], item["Content"]) for item in desk.held.transcript(somebody.contact_id)]

    ends = time.monotonic() + timeout
    while here() != saw(somebody) or desk.held.outgoing:
        assert time.monotonic() < ends, f"{here()} is not {saw(somebody)}; owed: {desk.held.outgoing}"
        time.sleep(0.1)
    assert len({identity for identity, _ in here()}) == len(here())


def resumed_is_fresh(desk: Desk) -> None:
    """A tab that resumed with its cursors holds what a tab holds that opens now."""
    with Desk(desk.portal, desk.session) as fresh:
        with suppress(AssertionError):
            eventually(lambda: rows(desk) == rows(fresh), 10)
        held, wanted = rows(desk), rows(fresh)
        for name in ROWS:  # one by one: a reader sees at once what differs
            assert held[name] == wanted[name], name


def rows(desk: Desk) -> dict[str, Any]:
    with desk._lock:
        return {name: copy(getattr(desk.held, name)) for name in ROWS}
