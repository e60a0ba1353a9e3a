"""Where the blocks of a flow are drawn: in columns from left to right, as Connect's own designer does. Pure.

The usual four steps: edges that lead back are set aside, blocks go into columns by their longest way from the start, the order
in each column follows the neighbours', and heights follow the neighbours' as near as blocks may stand.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from connect_emulator.flows.document import Action, Flow

WIDTH, GAP = 200, 64
HEAD, ROW, FOOT = 52, 22, 8
_APART = 28  # between two blocks of a column
_LANE = 14  # between two lanes
_FAR = 5  # columns; what goes farther, or back, takes a lane
_LINE = 10  # what an edge that passes a column takes of its height
_SWEEPS = 12
_ERRORS = {"NoMatchingError": "Error", "NoMatchingCondition": "No match"}


@dataclass(frozen=True, slots=True)
class Branch:
    """One way out of a block; an error, if only errors lead there."""

    label: str
    target: str
    error: bool = False


@dataclass(frozen=True, slots=True)
class Block:
    id: str
    x: float
    y: float
    branches: tuple[Branch, ...]

    @property
    def height(self) -> int:
        return height(self.branches)

    @property
    def entry(self) -> tuple[float, float]:
        return self.x, self.y + HEAD / 2

    def exit(self, row: int) -> tuple[float, float]:
        return self.x + WIDTH, self.y + HEAD + ROW * (row + 0.5)


@dataclass(frozen=True, slots=True)
class Edge:
    """From a branch of a block, by the points it passes, to another block; along a lane below the blocks, if it goes far."""

    source: str
    branch: Branch
    points: tuple[tuple[float, float], ...]
    lane: bool = False


@dataclass(frozen=True, slots=True)
class Graph:
    blocks: tuple[Block, ...]
    edges: tuple[Edge, ...]
    width: float
    height: float


_Line = tuple[str, str]
_Columns = list[list[str]]


@lru_cache(maxsize=64)  # a page that is open asks every other second
def laid_out(flow: Flow) -> Graph:
    ways = {action.id: branches(action) for action in flow.actions.values()}
    back, order = _depth_first(flow.start, ways)
    column = _columns(order, ways, back)
    far = back | {(s, w.target) for s, out in ways.items() for w in out if column[w.target] - column[s] > _FAR}
    lines = _lines(ways, column, far)
    columns = _ordered(_filled(order, column, lines), lines)
    tall = {name: height(ways[name]) if name in ways else _LINE for names in columns for name in names}
    tops = _tops(columns, lines, tall)
    blocks = {n: Block(n, column[n] * (WIDTH + GAP), tops[n], ways[n]) for n in order}
    edges = tuple(_edges(blocks, lines, tops, _lanes(blocks, column, far)))
    bottom = max([*(b.y + b.height for b in blocks.values()), *(y for edge in edges for _, y in edge.points)])
    return Graph(tuple(blocks.values()), edges, max(b.x for b in blocks.values()) + WIDTH, bottom)


def height(ways: Sequence[Branch]) -> int:
    return HEAD + (ROW * len(ways) + FOOT if ways else 0)


def branches(action: Action) -> tuple[Branch, ...]:
    """Conditions first, as they are tried; then what comes next; errors last. What leads to the same block is one branch."""
    ways = [(_said(c.operator, c.operands), c.next, False) for c in action.conditions]
    if action.next and action.next not in {target for _, target, _ in ways}:
        ways.append(("Otherwise" if ways else "Next", action.next, False))
    ways += [(_ERRORS.get(kind, kind), target, True) for kind, target in action.errors.items()]
    found: dict[str, Branch] = {}
    for label, target, error in ways:
        one = found.get(target)
        found[target] = (
            Branch(f"{one.label} / {label}", target, one.error and error) if one else Branch(label, target, error)
        )
    return tuple(found.values())


def _said(operator: str, operands: Sequence[str]) -> str:
    signs = {"Equals": "", "NumberLessThan": "< ", "NumberGreaterThan": "> ", "NumberLessOrEqualTo": "≤ "}
    signs |= {"NumberGreaterOrEqualTo": "≥ ", "TextStartsWith": "starts with ", "TextContains": "contains "}
    return signs.get(operator, f"{operator} ") + " ".join(operands)


def _depth_first(start: str, ways: Mapping[str, Sequence[Branch]]) -> tuple[set[_Line], list[str]]:
    """The edges that lead back to a block they came from, and all blocks, those nobody leads to at the end."""
    back: set[_Line] = set()
    order: list[str] = []
    done: set[str] = set()
    for root in [start, *ways]:
        if root in done or root in order:
            continue
        trail, stack = [root], [iter(ways[root])]
        order.append(root)
        while stack:
            way = next(stack[-1], None)
            if way is None:
                done.add(trail.pop())
                stack.pop()
            elif way.target in trail:
                back.add((trail[-1], way.target))
            elif way.target not in done:
                trail.append(way.target)
                order.append(way.target)
                stack.append(iter(ways[way.target]))
    return back, order


def _columns(order: Sequence[str], ways: Mapping[str, Sequence[Branch]], back: set[_Line]) -> dict[str, int]:
    """The longest way from a block nobody leads to."""
    found = dict.fromkeys(order, 0)
    for _ in order:
        changed = False
        for source in order:
            for way in ways[source]:
                if (source, way.target) not in back and found[way.target] <= found[source]:
                    found[way.target] = found[source] + 1
                    changed = True
        if not changed:
            break
    return found


def _lines(ways: Mapping[str, Sequence[Branch]], column: Mapping[str, int], far: set[_Line]) -> dict[_Line, list[str]]:
    """For each pair of blocks that is joined and not far: the stations of its line, in the columns it passes."""
    found: dict[_Line, list[str]] = {}
    for source, out in ways.items():
        for way in out:
            pair = source, way.target
            if pair not in far and pair not in found:
                passed = range(column[source] + 1, column[way.target])
                found[pair] = [source, *(f"{source}\0{way.target}\0{n}" for n in passed), way.target]
    return found


def _filled(order: Iterable[str], column: Mapping[str, int], lines: Mapping[_Line, Sequence[str]]) -> _Columns:
    found: _Columns = [[] for _ in range(max(column.values()) + 1)]
    for name in order:
        found[column[name]].append(name)
    for (source, _), stations in lines.items():
        for n, station in enumerate(stations[1:-1], column[source] + 1):
            found[n].append(station)
    return found


def _neighbours(lines: Mapping[_Line, Sequence[str]]) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    before: dict[str, list[str]] = {}
    after: dict[str, list[str]] = {}
    for stations in lines.values():
        for one, two in pairwise(stations):
            before.setdefault(two, []).append(one)
            after.setdefault(one, []).append(two)
    return before, after


def _ordered(columns: _Columns, lines: Mapping[_Line, Sequence[str]]) -> _Columns:
    """Each column in the order of the middle of its neighbours; the best of a few sweeps there and back."""
    before, after = _neighbours(lines)
    best, fewest = [list(c) for c in columns], _crossings(columns, after)
    for sweep in range(_SWEEPS):
        forward = sweep % 2 == 0
        beside = before if forward else after
        for n in range(1, len(columns)) if forward else range(len(columns) - 2, -1, -1):
            place = {name: k for k, name in enumerate(columns[n - 1 if forward else n + 1])}
            middle = {
                name: _mean([place[b] for b in beside.get(name, ()) if b in place], k)
                for k, name in enumerate(columns[n])
            }
            columns[n] = sorted(columns[n], key=middle.__getitem__)
        crossings = _crossings(columns, after)
        if crossings < fewest:
            best, fewest = [list(c) for c in columns], crossings
    return best


def _crossings(columns: _Columns, after: Mapping[str, Sequence[str]]) -> int:
    found = 0
    for here, there in pairwise(columns):
        place = {name: k for k, name in enumerate(there)}
        ends = [[place[a] for a in after.get(name, ())] for name in here]
        seen: list[int] = []
        for mine in ends:
            found += sum(1 for a in mine for b in seen if b > a)
            seen += mine
    return found


def _tops(columns: _Columns, lines: Mapping[_Line, Sequence[str]], tall: Mapping[str, float]) -> dict[str, float]:
    """How high each stands: where its neighbours are, as far as those of its column leave room."""
    before, after = _neighbours(lines)
    tops: dict[str, float] = {}
    for column in columns:
        y = 0.0
        for name in column:
            tops[name] = y
            y += tall[name] + _APART

    def middle(name: str) -> float:
        return tops[name] + min(tall[name], HEAD) / 2

    for sweep in range(_SWEEPS):
        beside = before if sweep % 2 == 0 else after
        for column in columns if sweep % 2 == 0 else reversed(columns):
            wanted = [
                _mean([middle(b) for b in beside.get(name, ())], middle(name)) - min(tall[name], HEAD) / 2
                for name in column
            ]
            tops.update(zip(column, _apart(wanted, [tall[name] + _APART for name in column]), strict=True))
    highest = min(tops.values())
    return {name: top - highest for name, top in tops.items()}


def _apart(wanted: Sequence[float], sizes: Sequence[float]) -> list[float]:
    """The nearest to what is wanted, in this order and without overlap: pool what stands in each other's way."""
    pools: list[tuple[float, int]] = []  # (mean of what its members want of their first, how many)
    offsets = [sum(sizes[:k]) for k in range(len(sizes))]
    for want, offset in zip(wanted, offsets, strict=True):
        mean, count = want - offset, 1
        while pools and pools[-1][0] > mean:
            other, many = pools.pop()
            mean, count = (mean * count + other * many) / (count + many), count + many
        pools.append((mean, count))
    firsts = [mean for mean, count in pools for _ in range(count)]
    return [first + offset for first, offset in zip(firsts, offsets, strict=True)]


def _mean(values: Sequence[float], otherwise: float) -> float:
    return sum(values) / len(values) if values else otherwise


def _edges(
    blocks: Mapping[str, Block],
    lines: Mapping[_Line, Sequence[str]],
    tops: Mapping[str, float],
    lanes: Mapping[_Line, float],
) -> Iterable[Edge]:
    for block in blocks.values():
        for row, way in enumerate(block.branches):
            here, target, lane = block.exit(row), blocks[way.target], lanes.get((block.id, way.target))
            if lane is None:
                passed = _passed(lines[block.id, way.target], block, tops)
                yield Edge(block.id, way, (here, *passed, target.entry))
            else:
                yield Edge(block.id, way, (here, (here[0], lane), (target.x, lane), target.entry), lane=True)


def _passed(stations: Sequence[str], source: Block, tops: Mapping[str, float]) -> Iterable[tuple[float, float]]:
    for n, station in enumerate(stations[1:-1], 1):
        x, y = source.x + n * (WIDTH + GAP), tops[station] + _LINE / 2
        yield x, y
        yield x + WIDTH, y


def _lanes(blocks: Mapping[str, Block], column: Mapping[str, int], far: set[_Line]) -> dict[_Line, float]:
    """How far down each line runs that goes far: all that lead to one block in one lane, as wires of one bus."""
    spans: dict[str, tuple[int, int]] = {}
    for source, target in far:
        first, last = sorted((column[source], column[target]))
        known = spans.get(target, (first, last))
        spans[target] = min(first, known[0]), max(last, known[1])
    found: dict[str, float] = {}
    for target, (first, last) in sorted(spans.items(), key=lambda each: (each[1][1] - each[1][0], each[0])):
        y = max(b.y + b.height for b in blocks.values() if first <= column[b.id] <= last) + _LANE
        beside = [found[t] for t in found if spans[t][0] <= last and first <= spans[t][1]]
        while any(abs(y - other) < _LANE for other in beside):
            y += _LANE
        found[target] = y
    return {line: found[line[1]] for line in far}
