"""What one supervisor sees of the board: in their scope, filtered, searched, sorted, cut to a window. Pure of the database.

`project` makes tables of wire rows; `Told` remembers what a page has and makes frames of what has changed since.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeAlias

from chats.wire import iso

from . import figures
from .board import Board, last_actions, newest_missed, serves
from .board_rows import AgentRow, ContactRow, Part, QueueFacts, Wire
from .figures import HOUR

FAR = datetime(9999, 1, 1, tzinfo=UTC)
MOST_ROWS = 1000  # of one table in one window
MOST_MISSED = 100
MOST_ASKING = 200  # raised hands
Table: TypeAlias = tuple[int, list[tuple[str, Wire]]]  # how many there are, and the first of them by id


@dataclass(frozen=True)
class View:
    """What the page asks for: see protocol.FloorView."""

    team: int | None = None
    own: bool = False
    queues: frozenset[int] = frozenset()
    states: frozenset[str] = frozenset()
    search: str = ""
    sort: Mapping[str, str] = field(default_factory=dict)
    limits: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Scope:
    """What a supervisor may see, by the ids of the board; None: everything."""

    contacts: Collection[str] | None
    agents: Collection[str] | None
    queues: Collection[int]
    teams: Mapping[int, str]
    groups: frozenset[int]  # those they are in: queues these read are their own
    profile: int | None  # their own routing profile, if they are an agent


@dataclass(frozen=True)
class Seen:
    """The rows of the board that are in scope and fit the view."""

    contacts: list[ContactRow]
    agents: list[AgentRow]
    queues: list[QueueFacts]
    parts: list[Part]
    listed: list[ContactRow]  # of the contacts, those that fit search and states too
    listed_agents: list[AgentRow]


class Projections:
    """Of one look: supervisors who see the same and ask for the same share what is made for them."""

    def __init__(self, board: Board, now: datetime) -> None:
        self._board, self._now = board, now
        self._made: dict[tuple[object, ...], dict[str, Any]] = {}

    def of(self, user_id: int, scope: Scope, view: View) -> dict[str, Any]:
        who = user_id if scope.contacts is not None else (scope.groups, scope.profile)
        key = (who, repr(view))
        if key not in self._made:
            self._made[key] = project(self._board, scope, view, self._now)
        return self._made[key]


def project(board: Board, scope: Scope, view: View, now: datetime) -> dict[str, Any]:
    """Everything the page shows: `kpis`, `options`, and tables."""
    seen = _seen(board, scope, view)
    of_queue: dict[int, list[ContactRow]] = defaultdict(list)
    for row in seen.contacts:
        of_queue[row.queue].append(row)
    lines = [_queue_line(board, seen, queue, of_queue[queue.pk], now) for queue in seen.queues]
    return {
        "kpis": _kpis(board, seen, lines, now),
        "states": _by_state(seen),
        "options": _options(board, scope),
        "queues": _window("queues", lines, view, lambda line: str(line["queueId"]), lambda line: line),
        "agents": _agents(board, seen, view, now),
        "contacts": _window("contacts", seen.listed, view, lambda row: row.pk, lambda row: _contact_line(board, row)),
        "asking": _asking(board, scope),
        "alerts": _alerts(board, scope),
        "missed": _missed(board, seen),
    }


# ---- which rows ------------------------------------------------------------------------------------------------------


def own_queues(board: Board, scope: Scope) -> set[int]:
    """The queues a supervisor's groups read, and those they serve themselves."""
    read = {pk for pk in scope.queues if pk in board.queues and board.queues[pk].readers & scope.groups}
    served = board.served_by_profile.get(scope.profile, set()) if scope.profile is not None else set()
    return read | (served & set(scope.queues))


def _seen(board: Board, scope: Scope, view: View) -> Seen:
    agents = [row for key, row in board.agents.items() if scope.agents is None or key in scope.agents]
    if view.team is not None:
        agents = [row for row in agents if view.team in row.teams and view.team in scope.teams]
    queues = _queues(board, scope, view, agents)
    if view.own or view.queues:
        agents = [row for row in agents if not queues.isdisjoint(serves(board, row))]
    contacts = _contacts(board, scope, view, agents, queues)
    words, users = view.search.casefold().split(), {row.user: row for row in agents}
    listed = [row for row in contacts if _fits(row, words, view.states)]
    listed_agents = [row for row in agents if _agent_fits(row, words, view.states)]
    parts = [part for part in board.parts.values() if part.user in users and part.handling.queue in queues]
    shown = [board.queues[pk] for pk in queues if pk in board.queues]
    return Seen(contacts, agents, shown, parts, listed, listed_agents)


def _queues(board: Board, scope: Scope, view: View, agents: Sequence[AgentRow]) -> set[int]:
    queues = set(scope.queues)
    if view.team is not None:
        queues &= {queue for row in agents for queue in serves(board, row)}
    if view.own:
        queues &= own_queues(board, scope) or queues
    return queues & view.queues if view.queues else queues


def _contacts(
    board: Board, scope: Scope, view: View, agents: Sequence[AgentRow], queues: Collection[int]
) -> list[ContactRow]:
    found: Iterable[ContactRow] = board.contacts.values()
    if scope.contacts is not None:
        found = (board.contacts[pk] for pk in scope.contacts if pk in board.contacts)
    if view.own or view.queues:
        found = (row for row in found if row.queue in queues)
    if view.team is not None:
        users = {row.user for row in agents}
        found = (row for row in found if row.owner in users or (row.owner is None and row.queue in queues))
    return list(found)


def _fits(row: ContactRow, words: Sequence[str], states: Collection[str]) -> bool:
    if states and row.state not in states:
        return False
    if not words:
        return True
    agent = row.wire["agent"]
    names = f"{row.wire['customerName']} {agent['name'] if agent else ''}".casefold()
    ids = {row.pk.casefold(), row.initial.casefold()}
    return all(word in names or word in ids for word in words)


def _agent_fits(row: AgentRow, words: Sequence[str], states: Collection[str]) -> bool:
    wanted = {state.removeprefix("agent:") for state in states if state.startswith("agent:")}
    name = row.name.casefold()
    return (not wanted or row.state in wanted) and all(word in name for word in words)


# ---- figures ---------------------------------------------------------------------------------------------------------


def _queue_line(board: Board, seen: Seen, queue: QueueFacts, mine: Sequence[ContactRow], now: datetime) -> Wire:
    waits = board.waits_of(queue.pk)
    waiting = [row for row in mine if row.state != "CONNECTED"]
    crew = [row for row in seen.agents if queue.pk in serves(board, row) and row.kind != "offline"]
    left, rate = figures.abandoned(waits, now - HOUR)
    parts = [part.handling for part in seen.parts if part.handling.queue == queue.pk]
    return {
        "queueId": str(queue.pk),
        "name": queue.name,
        "waiting": len(waiting),
        "oldestSince": _oldest(waiting),
        "answerWithin": queue.rule.seconds,
        "spark": figures.waiting_every_five_minutes(waits, now),
        "serviceLevel": rounded(figures.service_level(waits, queue.rule, now)),
        "target": queue.rule.goal,
        "staffed": len(crew),
        "available": sum(is_available(row, now) for row in crew),
        "open": len(mine) - len(waiting),
        "abandoned": left,
        "abandonedRate": rounded(rate),
        "answerTime": rounded(figures.queue_answer_time(waits, now - HOUR)),
        "handleTime": rounded(figures.handle_time(parts, now - HOUR)),
        "responseTime": rounded(figures.mean(taken for _at, of, taken in board.answers if of == queue.pk)),
    }


def _oldest(waiting: Iterable[ContactRow]) -> str | None:
    since = [str(row.wire["since"]) for row in waiting if row.wire["since"]]
    return min(since, default=None)


def is_available(row: AgentRow, now: datetime) -> bool:
    """In a routable state, at an open desk."""
    return row.kind == "routable" and row.is_here(now)


def rounded(value: float | None) -> int | None:
    """Down to whole: 79.9 % is not a goal of 80."""
    return None if value is None else int(value)


def _kpis(board: Board, seen: Seen, lines: Sequence[Wire], now: datetime) -> Wire:
    waiting = [row for row in seen.contacts if row.state != "CONNECTED"]
    oldest = min(waiting, key=lambda row: row.wire["since"] or "~", default=None)
    available = [row for row in seen.agents if is_available(row, now)]
    level, goal = _overall(board, seen, now)
    return {
        "waiting": len(waiting),
        "waitingQueues": sum(bool(line["waiting"]) for line in lines),
        "queues": len(lines),
        "oldestSince": oldest.wire["since"] if oldest else None,
        "oldestQueue": oldest.wire["queue"] if oldest else "",
        "oldestWithin": board.queues[oldest.queue].rule.seconds if oldest and oldest.queue in board.queues else None,
        "serviceLevel": level,
        "target": goal,
        "available": len(available),
        "idle": sum(row.load == 0 for row in available),
        "signedIn": sum(row.kind != "offline" for row in seen.agents),
        "freeSlots": sum(max(0, row.capacity - row.load) for row in available),
        "open": len(seen.contacts) - len(waiting),
        "awaiting": sum(row.state == "CONNECTED" and row.awaited is not None for row in seen.contacts),
    }


def _overall(board: Board, seen: Seen, now: datetime) -> tuple[int | None, int | None]:
    """All queues together, each counted by its own rule; the goal is that of the queues, weighted by contacts."""
    met = counted = 0
    goals = 0
    for queue in seen.queues:
        good, all_of_them = figures.service_level_counts(board.waits_of(queue.pk), queue.rule, now)
        met, counted, goals = met + good, counted + all_of_them, goals + queue.rule.goal * all_of_them
    return (100 * met // counted, goals // counted) if counted else (None, None)


def _by_state(seen: Seen) -> list[Wire]:
    """How many agents are in each state, those with an open contact among them."""
    signed_in = [row for row in seen.agents if row.kind != "offline"]
    counts = Counter((row.kind, row.state) for row in signed_in)
    busy = Counter(row.state for row in signed_in if row.load)
    order = sorted(counts, key=lambda key: (key[0] != "routable", -counts[key], key[1]))
    return [{"name": name, "type": kind, "agents": counts[kind, name], "busy": busy[name]} for kind, name in order]


def _options(board: Board, scope: Scope) -> Wire:
    names = sorted((board.queues[pk].name, str(pk)) for pk in scope.queues if pk in board.queues)
    return {
        "teams": [{"id": str(pk), "name": name} for pk, name in scope.teams.items()],
        "queues": [{"id": pk, "name": name} for name, pk in names],
        "ownQueues": sorted(str(pk) for pk in own_queues(board, scope)),
    }


# ---- tables ----------------------------------------------------------------------------------------------------------

Key: TypeAlias = Callable[[Any], Any]
CONTACT_SORTS: dict[str, Key] = {
    "waits": lambda row: (row.awaited or FAR, row.waiting_since or FAR, row.pk),
    "customer": lambda row: (row.wire["customerName"].casefold(), row.pk),
    "agent": lambda row: ((row.wire["agent"] or {}).get("name", "~").casefold(), row.pk),
    "queue": lambda row: (row.wire["queue"].casefold(), row.awaited or FAR, row.pk),
    "age": lambda row: (row.wire["startedAt"] or "~", row.pk),
    "state": lambda row: (row.state, row.wire["since"] or "~", row.pk),
}
KINDS = {"routable": 0, "not_routable": 1, "offline": 2}
AGENT_SORTS: dict[str, Key] = {
    "state": lambda row: (KINDS[row.kind], row.state, row.name.casefold(), row.key),
    "name": lambda row: (row.name.casefold(), row.key),
    "since": lambda row: (row.since, row.key),
    "load": lambda row: (-row.load / row.capacity, row.name.casefold(), row.key),
}
QUEUE_SORTS: dict[str, Key] = {
    "waiting": lambda line: (-line["waiting"], line["oldestSince"] or "~", line["name"].casefold()),
    "name": lambda line: line["name"].casefold(),
    "oldest": lambda line: (line["oldestSince"] or "~", line["name"].casefold()),
    "level": lambda line: (101 if line["serviceLevel"] is None else line["serviceLevel"], line["name"].casefold()),
    "open": lambda line: (-line["open"], line["name"].casefold()),
}
SORTS = {"queues": QUEUE_SORTS, "agents": AGENT_SORTS, "contacts": CONTACT_SORTS}


def _window(name: str, rows: Sequence[Any], view: View, ident: Key, wire: Key) -> Table:
    wanted = view.sort.get(name, "")
    key = SORTS[name].get(wanted.removeprefix("-"), next(iter(SORTS[name].values())))
    limit = min(view.limits.get(name, 50), MOST_ROWS)
    found = sorted(rows, key=key, reverse=wanted.startswith("-"))[:limit]
    return len(rows), [(ident(row), wire(row)) for row in found]


def _agents(board: Board, seen: Seen, view: View, now: datetime) -> Table:
    """Who is signed in; also who is not, where a search or a state asks for it."""
    asked = bool(view.search) or any(state.startswith("agent:") for state in view.states)
    shown = [row for row in seen.listed_agents if asked or row.kind != "offline"]
    acted = last_actions(board)
    handlings: dict[int, list[figures.Handling]] = {}
    for part in seen.parts:
        handlings.setdefault(part.handling.agent, []).append(part.handling)
    return _window(
        "agents",
        shown,
        view,
        lambda row: row.key,
        lambda row: _agent_line(row, acted.get(row.user), handlings.get(row.pk, ()), now),
    )


def _agent_line(row: AgentRow, wrote_at: datetime | None, handlings: Sequence[figures.Handling], now: datetime) -> Wire:
    since = now - HOUR
    return {
        **row.wire,
        "connected": row.is_here(now),
        "lastActionAt": iso(max(row.acted_at, wrote_at or row.acted_at)),
        "occupancy": rounded(figures.occupancy(handlings, row.routable, since, now)),
        "missed": figures.non_response(handlings, since),
    }


def _contact_line(board: Board, row: ContactRow) -> Wire:
    watchers = board.watchers.get(row.pk)
    return {**row.wire, "watchers": watchers} if watchers else row.wire


def _asking(board: Board, scope: Scope) -> Table:
    """Where a hand is up, whatever the view filters: whoever may help is called."""
    found = [
        row
        for pk, row in board.contacts.items()
        if row.wire["help"] and (scope.contacts is None or pk in scope.contacts)
    ]
    found.sort(key=lambda row: (row.wire["help"]["raisedAt"], row.pk))
    return len(found), [(row.pk, _contact_line(board, row)) for row in found[:MOST_ASKING]]


def _alerts(board: Board, scope: Scope) -> Table:
    """Of all queues in scope, whatever the view filters."""
    found = [wire for queue, wire in board.alerts if queue in scope.queues]
    return sum(wire["endedAt"] is None for wire in found), [(str(wire["alertId"]), wire) for wire in found]


def _missed(board: Board, seen: Seen) -> Table:
    found = newest_missed(seen.parts)
    return len(found), [
        (str(part.missed["agentContactId"]), _with_now(board, part)) for part in found[:MOST_MISSED] if part.missed
    ]


def _with_now(board: Board, part: Part) -> Wire:
    """With whom the contact is now."""
    row = board.contacts.get(part.contact)
    return {**(part.missed or {}), "with": row.wire["agent"] if row and row.state == "CONNECTED" else None}


# ---- frames ----------------------------------------------------------------------------------------------------------

TABLES = ("queues", "agents", "contacts", "asking", "alerts", "missed")
WHOLE = ("kpis", "states", "options")


@dataclass
class Told:
    """What a page has been told, under one epoch; `n` counts its frames."""

    epoch: str
    n: int = 0
    _whole: dict[str, Any] = field(default_factory=dict)
    _order: dict[str, list[str]] = field(default_factory=dict)
    _rows: dict[str, dict[str, Wire]] = field(default_factory=dict)
    _totals: dict[str, int] = field(default_factory=dict)

    def frame(self, seen: Mapping[str, Any], now: datetime) -> dict[str, Any] | None:
        """What has changed since the last frame; the first has everything. None: nothing has."""
        changes: dict[str, Any] = {}
        for name in WHOLE:
            if self.n == 0 or self._whole[name] != seen[name]:
                changes[name] = self._whole[name] = seen[name]
        for name in TABLES:
            table = self._table(name, seen[name])
            if table is not None:
                changes[name] = table
        if not changes:
            return None
        self.n += 1
        return {"epoch": self.epoch, "n": self.n, "serverTime": iso(now), **changes}

    def _table(self, name: str, seen: Table) -> dict[str, Any] | None:
        total, found = seen
        held, order = self._rows.get(name, {}), [ident for ident, _row in found]
        fresh = dict(found)
        changed = [row for ident, row in found if held.get(ident) != row]
        removed = [ident for ident in held if ident not in fresh]
        same = self.n > 0 and order == self._order.get(name) and total == self._totals.get(name)
        if same and not changed and not removed:
            return None
        moved = {} if self.n > 0 and order == self._order.get(name) else {"order": order}
        self._rows[name], self._order[name], self._totals[name] = fresh, order, total
        return {"total": total, "rows": changed, "removed": removed, **moved}
