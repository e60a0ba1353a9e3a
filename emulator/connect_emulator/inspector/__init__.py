"""What people see at /_emulator/: contacts, transcripts, flows and the way taken, timers, deliveries, calls.

Made on the server and read without JavaScript; with it, a page shows what changes. Nothing here changes anything.
"""

from __future__ import annotations

from urllib.parse import parse_qsl

from connect_emulator.access import keys
from connect_emulator.calls import Calls
from connect_emulator.core import Emulator
from connect_emulator.restjson import Request, Response

from . import called, contact, contacts, deadlines, flows, told
from .frame import ROOT, head, page

_PAGES = frozenset({"", "timers", "deliveries", "calls", "flows"})
_NO_STORE = {"cache-control": "no-store"}  # a transcript is nobody else's


def serves(name: str) -> bool:
    return name in _PAGES or name.startswith(("contact/", "flow/"))


def respond(emulator: Emulator, calls: Calls, request: Request, *, control: bool) -> Response:
    world = emulator.world
    if keys.there_are_any(world) and not control:
        return _refused(emulator)
    found = _page(emulator, calls, request)
    if found is None:
        missing = page(world, "", "Not found", head("Not found", lead="The emulator has nothing of this id."))
        found = Response(404, missing.headers, missing.body)
    return Response(found.status, {**found.headers, **_NO_STORE}, found.body)


def _page(emulator: Emulator, calls: Calls, request: Request) -> Response | None:
    world, query = emulator.world, dict(parse_qsl(request.query))
    kind, _, named = request.path.removeprefix(ROOT).partition("/")
    if kind == "contact":
        return contact.respond(world, emulator.engine, named)
    if kind == "flow":
        return flows.one(world, emulator.engine, named)
    return {
        "": lambda: contacts.respond(world, query),
        "flows": lambda: flows.respond(world),
        "timers": lambda: deadlines.respond(world),
        "deliveries": lambda: told.respond(world),
        "calls": lambda: called.respond(world, calls, query),
    }[kind]()


def _refused(emulator: Emulator) -> Response:
    """Who may call only with a key may not read everything without one."""
    lead = "This emulator was given access keys. Its pages are open when it is started with --control."
    refused = page(emulator.world, "", "Closed", head("Closed", lead=lead))
    return Response(403, {**refused.headers, **_NO_STORE}, refused.body)
