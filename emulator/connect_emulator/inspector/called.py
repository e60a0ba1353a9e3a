"""The log of calls: operation, status, time, and who asked; no token, no secret, no body."""

from __future__ import annotations

from collections.abc import Mapping

from connect_emulator.calls import Call, Calls
from connect_emulator.restjson import Response
from connect_emulator.world import World, participants

from .frame import ROOT, head, nobody, nothing, page, table, tag, when
from .markup import Markup, el, text

_MOST = 200


def respond(world: World, calls: Calls, query: Mapping[str, str]) -> Response:
    only = query.get("only") == "refused"
    found = [call for call in calls.latest() if call.status >= 400 or not only][:_MOST]
    choices = [("", "All", not only), ("?only=refused", "Refused", only)]
    links = [
        el("a", words, href=f"{ROOT}calls{link}", aria_current="true" if here else None)
        for link, words, here in choices
    ]
    lead = "The last calls since the emulator was started, without bodies and tokens."
    return page(
        world,
        "calls",
        "Calls",
        head("Calls", lead=lead),
        el("div", el("nav", links, class_="choice", aria_label="Which calls"), class_="filters"),
        table(["When", "Operation", "Status", "Took", "Who"], [_row(world, c) for c in found], "Calls")
        if found
        else nothing("No call was refused." if only else "Nobody has called yet."),
    )


def _row(world: World, call: Call) -> list[object]:
    service, _, operation = call.name.partition(".")
    name = el("span", el("b", operation or service), operation and el("small", service), class_="what")
    return [when(call.at), name, _status(call), f"{call.milliseconds:.1f}\N{NO-BREAK SPACE}ms", _who(world, call)]


def _status(call: Call) -> Markup:
    kind = "ok" if call.status < 300 else "bad" if call.status >= 500 else "warn"
    return el("span", tag(str(call.status), kind), call.error and el("small", call.error), class_="what")


def _who(world: World, call: Call) -> Markup:
    if call.key:
        return text("key ", el("code", call.key))
    if not call.bearer:
        return nobody()
    found = participants.by_connection(world, call.bearer) or participants.by_token(world, call.bearer)
    if found is None:
        return text("a token nobody has")
    link = el("a", el("bdi", found.display_name), href=f"{ROOT}contact/{found.contact_id}")
    return el("span", link, el("small", found.role), class_="what")
