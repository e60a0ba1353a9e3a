"""The flows of the instance, each as it is published, drawn."""

from __future__ import annotations

from connect_emulator.flows import Flow
from connect_emulator.flows.engine import Engine
from connect_emulator.restjson import Response
from connect_emulator.world import World, register

from .drawing import Way, drawn
from .frame import ROOT, code, head, icon, nothing, page, table, tag, when
from .markup import el

_CALLED = "SELECT flow_id, count(*) AS n FROM execution GROUP BY flow_id"


def respond(world: World) -> Response:
    standing = {row["flow_id"]: row["n"] for row in world.store.all(_CALLED)}
    rows: list[list[object]] = [
        [
            el("div", el("a", flow.name, href=f"{ROOT}flow/{flow.id}", class_="name"), code(flow.id, 8), class_="who"),
            "module" if flow.kind == register.MODULE else flow.body["type"].lower().replace("_", " "),
            tag("published", "ok") if flow.body["published"] else tag("saved", "warn"),
            standing.get(flow.id, 0),
            when(flow.modified_at),
        ]
        for kind in (register.FLOW, register.MODULE)
        for flow in register.all_of(world, kind)
    ]
    heads = ["Flow", "Type", "State", "Contacts in it", "Changed"]
    return page(
        world,
        "flows",
        "Flows",
        head("Flows", lead="What the engine runs, modules too: from the command line, or made by CreateContactFlow."),
        table(heads, rows, "Flows") if rows else nothing("There is no flow."),
    )


def find(world: World, flow_id: str) -> register.Resource | None:
    """A flow or a module."""
    return register.find(world, register.FLOW, flow_id) or register.find(world, register.MODULE, flow_id)


def one(world: World, engine: Engine, flow_id: str) -> Response | None:
    found = find(world, flow_id)
    if found is None:
        return None
    flow = engine.flows.get(found.id)
    return page(
        world,
        "flows",
        found.name,
        el("p", el("a", icon("back"), "Flows", href=f"{ROOT}flows"), class_="up"),
        head(found.name, flow and el("p", _size(flow), class_="head__lead"), lead=found.body["description"] or None),
        drawn(flow, Way(), found.name) if flow else nothing("The flow is saved and was never published."),
    )


def _size(flow: Flow) -> str:
    return f"{flow.type.lower().replace('_', ' ')}, {len(flow.actions)} blocks"
