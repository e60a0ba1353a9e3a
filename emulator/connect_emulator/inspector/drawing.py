"""A flow as an SVG: its blocks with their branches, and the way a contact took through it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from connect_emulator.flows.document import Action, Flow
from connect_emulator.flows.undone import why_left

from .frame import icon, span
from .layout import WIDTH, Block, Edge, Graph, laid_out
from .markup import Markup, el

_MARGIN = 24
_CORNER, _ROUND = 22, 8  # how far from a block a line turns, and how round
_BEND = 0.5  # of the way between two points: how round a line is
_ICONS = {
    "say": (
        "MessageParticipant",
        "MessageParticipantIteratively",
        "ConnectParticipantWithLexBot",
        "GetParticipantInput",
        "ShowView",
    ),
    "ask": ("InvokeLambdaFunction",),
    "decide": ("Compare", "DistributeByPercentage", "CheckHoursOfOperation", "CheckMetricData", "GetMetricData"),
    "wait": ("Wait",),
    "loop": ("Loop",),
    "move": ("TransferContactToQueue", "DequeueContactAndTransferToQueue", "TransferToFlow", "InvokeFlowModule"),
    "end": ("DisconnectParticipant", "EndFlowExecution", "EndFlowModuleExecution"),
}
_ICON_OF = {kind: name for name, kinds in _ICONS.items() for kind in kinds}


@dataclass(frozen=True, slots=True)
class Way:
    """What a contact did in one flow: the actions it came to, one after the other, and where it stands, if it does."""

    taken: Sequence[str | None] = ()  # None between two visits of the flow
    stands_at: str | None = None
    stands: str = ""  # what it does there: "waits", "asks"
    steps: frozenset[tuple[str | None, str | None]] = field(init=False, default=frozenset())

    def __post_init__(self) -> None:
        object.__setattr__(self, "steps", frozenset(pairwise(self.taken)))


def drawn(flow: Flow, way: Way, label: str) -> Markup:
    graph = laid_out(flow)
    times = Counter(way.taken)
    size = {"width": round(graph.width + 2 * _MARGIN), "height": round(graph.height + 2 * _MARGIN)}
    picture = el(
        "svg",
        el("g", _edges(graph, way, _edge), aria_hidden="true"),
        [_block(block, flow.actions[block.id], way, times[block.id]) for block in graph.blocks],
        el("g", _edges(graph, way, _port), aria_hidden="true"),
        viewBox=f"{-_MARGIN} {-_MARGIN} {size['width']} {size['height']}",
        role="group",
        aria_label=label,
        **size,
    )
    return el("div", picture, class_="flow", tabindex="0", role="region", aria_label=f"{label}, drawn")


def _edges(graph: Graph, way: Way, draw: Callable[[Edge, str], Markup]) -> list[Markup]:
    """Those that were taken lie on top."""
    taken = [(edge.source, edge.branch.target) in way.steps for edge in graph.edges]
    return [
        draw(edge, _names("edge", edge.branch.error and "edge--error", was and "is-taken"))
        for on_top in (False, True)
        for edge, was in zip(graph.edges, taken, strict=True)
        if was is on_top
    ]


def _edge(edge: Edge, names: str) -> Markup:
    x, y = edge.points[-1]
    return el(
        "g",
        el("path", d=_along(edge) if edge.lane else _forward(edge), class_="edge__line"),
        el("path", d=f"M{_n(x - 8)} {_n(y - 4)}L{_n(x)} {_n(y)}l-8 4z", class_="edge__tip"),
        class_=names,
    )


def _port(edge: Edge, names: str) -> Markup:
    x, y = edge.points[0]
    return el("circle", cx=_n(x), cy=_n(y), r="3.5", class_=f"{names} edge__port")


def _forward(edge: Edge) -> str:
    """Level where it starts, where it ends and where it passes a column; round in between."""
    x, y = edge.points[0]
    path = [f"M{_n(x)} {_n(y)}"]
    for to_x, to_y in edge.points[1:]:
        reach = (to_x - x) * _BEND
        path.append(f"C{_n(x + reach)} {_n(y)} {_n(to_x - reach)} {_n(to_y)} {_n(to_x)} {_n(to_y)}")
        x, y = to_x, to_y
    return "".join(path)


def _along(edge: Edge) -> str:
    """Round the corner, along the lane below everything, and up again."""
    (x, y), (_, lane), _, (end_x, end_y) = edge.points
    out, home = x + _CORNER, end_x - _CORNER
    r = _ROUND if home > out else -_ROUND
    return (
        f"M{_n(x)} {_n(y)}C{_n(out)} {_n(y)} {_n(out)} {_n(y)} {_n(out)} {_n(y + 14)}V{_n(lane - _ROUND)}"
        f"Q{_n(out)} {_n(lane)} {_n(out + r)} {_n(lane)}H{_n(home - r)}Q{_n(home)} {_n(lane)} {_n(home)} {_n(lane - _ROUND)}"
        f"V{_n(end_y + 14)}C{_n(home)} {_n(end_y)} {_n(home)} {_n(end_y)} {_n(end_x)} {_n(end_y)}"
    )


def _block(block: Block, action: Action, way: Way, times: int) -> Markup:
    stands = block.id == way.stands_at
    rows = [
        el("li", each.label, class_=_row_class(block, each.target, way, error=each.error), title=each.label)
        for each in block.branches
    ]
    content = el(
        "div",
        el(
            "div",
            el("span", icon(_ICON_OF.get(action.type, "set")), class_="block__icon"),
            el("p", el("b", block.id, title=block.id), el("span", about(action), title=about(action))),
            _badge(times, way.stands if stands else ""),
            class_="block__head",
        ),
        rows and el("ul", rows),
        class_=_names("block", times and "is-taken", stands and "is-here"),
        data_here=stands,
    )
    return el("foreignObject", content, x=_n(block.x), y=_n(block.y), width=WIDTH, height=block.height)


def _row_class(block: Block, target: str, way: Way, *, error: bool) -> str | None:
    return _names(error and "is-error", (block.id, target) in way.steps and "is-taken") or None


def _badge(times: int, stands: str) -> Markup | None:
    if stands:
        return el("span", stands, class_="block__here")
    return (
        el("span", f"{times} \N{MULTIPLICATION SIGN}", class_="block__times", title=f"{times} times")
        if times > 1
        else None
    )


def about(action: Action) -> str:
    """What a block does, in a few words: its own, if it has any."""
    given: Mapping[str, Any] = action.parameters
    why = why_left(action)
    if why is not None:
        return f"{_spaced(action.type)}: not in a chat, {why}"
    words = {
        "MessageParticipant": str(given.get("Text", "")),
        "Wait": f"Wait up to {_long(given.get('TimeLimitSeconds'))}",
        "Loop": f"Loop, {given.get('LoopCount')} times",
        "ShowView": f"View {given.get('ViewResource', {}).get('Id', '')}",
        "Compare": f"Compare {given.get('ComparisonValue', '')}",
        "InvokeLambdaFunction": str(given.get("LambdaFunctionARN", "")).rpartition(":")[2],
    }.get(action.type)
    return words or _spaced(action.type)


def _long(seconds: object) -> str:
    """Seconds as a flow has them: a text, of digits or with references."""
    text = str(seconds or "")
    return span(int(text) * 1000) if text.isdecimal() and len(text) < 10 else text


def _spaced(name: str) -> str:
    """UpdateContactAttributes: Update contact attributes."""
    words = "".join(f" {c.lower()}" if c.isupper() else c for c in name).strip()
    return words[:1].upper() + words[1:]


def _names(*names: object) -> str:
    return " ".join(str(name) for name in names if name)


def _n(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
