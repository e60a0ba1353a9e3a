"""Pure: which waiting contact goes to which agent next, from plain values; a further choice costs next to nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from heapq import heapify, heappop, heappush

Rank = tuple[datetime, int, int]


@dataclass(frozen=True, slots=True)
class WaitingContact:
    """A contact nobody serves yet."""

    contact_id: str
    queue_id: int
    since: datetime
    kept_for: int | None = None  # the agent who served this customer before, while the contact is kept for them
    refused_by: frozenset[int] = frozenset()  # agents not to ask now: they missed or declined it
    missed_by: frozenset[int] = (
        frozenset()
    )  # agents to ask again only when nobody else is free: they let it ring before
    priority: int = 5  # within its queue, the lowest number first

    @property
    def place(self) -> Place:
        """Whoever has the smaller one is served first."""
        return self.priority, self.since, self.contact_id


Place = tuple[int, datetime, str]
LineKey = tuple[int, int]  # queue, priority of the contact: within such a line everybody is younger than those before
Line = Iterator[WaitingContact]  # who waits in it, the oldest first


@dataclass(frozen=True, slots=True)
class Service:
    """How a routing profile serves a queue: the lowest number first, and only who has waited long enough."""

    priority: int = 1
    delay: float = 0.0  # seconds


@dataclass(frozen=True, slots=True)
class AgentCapacity:
    """A routable agent who is there: room, how long idle, and the queues served."""

    agent_id: int
    load: int
    capacity: int
    idle_since: datetime
    serves: Mapping[int, Service]  # by queue

    @property
    def rank(self) -> Rank:
        """Idle longest first; of agents idle since the same moment, the one with less to do."""
        return self.idle_since, self.load, self.agent_id

    @property
    def has_room(self) -> bool:
        return self.load < self.capacity


def choose(
    waiting: Collection[WaitingContact], seats: Collection[AgentCapacity], now: datetime
) -> tuple[WaitingContact, AgentCapacity] | None:
    """The next pair, or None when nobody who waits can be served."""
    lines: dict[LineKey, list[WaitingContact]] = defaultdict(list)
    for contact in sorted(waiting, key=lambda one: one.place):
        lines[contact.queue_id, contact.priority].append(contact)
    return Matcher({key: iter(line) for key, line in lines.items()}, seats, now).next_pair()


@dataclass(slots=True)
class AgentPool:
    """Agents of one routing profile, those with room in a heap."""

    serves: Mapping[int, Service]
    free: list[tuple[Rank, int]] = field(default_factory=list)


@dataclass(slots=True)
class WaitingQueue:
    """Who waits in a line, as the crews see them who serve its queue at the same priority."""

    key: LineKey
    priority: int
    crews: list[AgentPool]
    place: int = 0  # in the line: all before it were given, or cannot be given here


class Matcher:
    """Pairs, one after the other: the contact of the queue of the best priority, there of the best priority of its own,
    among those the oldest, to whoever is idle longest of the agents who serve its queue at that priority. So no agent gets
    a contact while a better one waits for them.

    Whoever asks for a pair says what became of it, by `taken`, `contact_gone` or `agent_gone`, before asking again.
    Nothing gets freer meanwhile, so that what was passed over once needs no second look; lines are read as far as needed.
    """

    def __init__(self, lines: Mapping[LineKey, Line], seats: Iterable[AgentCapacity], now: datetime) -> None:
        self._now = now
        self._lines = lines
        self._read: dict[LineKey, list[WaitingContact]] = {key: [] for key in lines}
        self._given: set[str] = set()
        self._seats = {seat.agent_id: seat for seat in seats}
        self._pending: tuple[WaitingContact, AgentCapacity, WaitingQueue] | None = None
        self._deferred: set[str] = set()
        crews: dict[frozenset[tuple[int, Service]], AgentPool] = {}
        self._crew_of: dict[int, AgentPool] = {}
        for seat in self._seats.values():
            crew = crews.setdefault(frozenset(seat.serves.items()), AgentPool(seat.serves))
            self._crew_of[seat.agent_id] = crew
            if seat.has_room:
                crew.free.append((seat.rank, seat.agent_id))
        lanes: dict[tuple[LineKey, int], WaitingQueue] = {}
        for crew in crews.values():
            heapify(crew.free)
            for key in [one for one in lines if one[0] in crew.serves]:
                priority = crew.serves[key[0]].priority
                lanes.setdefault((key, priority), WaitingQueue(key, priority, [])).crews.append(crew)
        self._lanes = list(lanes.values())
        self._next: list[tuple[int, Place, int, WaitingQueue]] = []
        for lane in self._lanes:
            self._enqueue(lane)

    def next_pair(self) -> tuple[WaitingContact, AgentCapacity] | None:
        while self._next:
            _, place, _, lane = heappop(self._next)
            contact = self._head(lane)
            if contact is None:
                continue
            if contact.place == place:
                seat = self._seat_for(contact, lane)
                if seat is not None:
                    self._pending = contact, seat, lane
                    return contact, seat
                if not any(self._first(crew) and self._may(crew, contact) for crew in lane.crews):
                    continue  # nobody is free for a contact of this age, nor for a younger one
                lane.place += 1
            self._enqueue(lane)
        return None

    @property
    def deferred(self) -> bool:
        """A contact was left to somebody who then got another one: look again with what is free now."""
        return bool(self._deferred - self._given)

    def taken(self, seat: AgentCapacity) -> None:
        """The contact is offered to the agent, who sits there like this now."""
        contact, _, lane = self._settled()
        self._given.add(contact.contact_id)
        self._sit(seat)
        self._enqueue(lane)

    def contact_gone(self) -> None:
        """The contact waits no more; the agent is as free as before."""
        contact, seat, lane = self._settled()
        self._given.add(contact.contact_id)
        self._sit(seat)
        self._enqueue(lane)

    def agent_gone(self) -> None:
        """The agent takes nothing more; the contact waits for another."""
        _, seat, lane = self._settled()
        del self._seats[seat.agent_id]
        self._enqueue(lane)

    def _settled(self) -> tuple[WaitingContact, AgentCapacity, WaitingQueue]:
        assert self._pending is not None, "no pair was asked for"  # noqa: S101 -- a mistake of the caller
        pending, self._pending = self._pending, None
        return pending

    def _sit(self, seat: AgentCapacity) -> None:
        self._seats[seat.agent_id] = seat
        if seat.has_room:
            heappush(self._crew_of[seat.agent_id].free, (seat.rank, seat.agent_id))

    def _enqueue(self, lane: WaitingQueue) -> None:
        contact = self._head(lane)
        if contact is not None:
            heappush(self._next, (lane.priority, contact.place, id(lane), lane))

    def _head(self, lane: WaitingQueue) -> WaitingContact | None:
        """The oldest contact this lane may still give."""
        read = self._read[lane.key]
        while True:
            if lane.place == len(read):
                contact = next(self._lines[lane.key], None)
                if contact is None:
                    return None
                read.append(contact)
            if read[lane.place].contact_id not in self._given:
                return read[lane.place]
            lane.place += 1

    def _seat_for(self, contact: WaitingContact, lane: WaitingQueue) -> AgentCapacity | None:
        """Whoever gets the contact, taken off the board until it is known what became of it."""
        if contact.kept_for is not None:
            return self._its_own_seat(contact, lane)
        best = self._best(lane, contact, contact.refused_by | contact.missed_by)
        if best is None and contact.missed_by:
            if any(self._best(one, contact, contact.refused_by | contact.missed_by) for one in self._others(lane)):
                self._deferred.add(contact.contact_id)
                return None
            best = self._best(lane, contact, contact.refused_by)
        if best is None:
            return None
        first, crew = best
        passed = []
        while crew.free[0] != first:  # those in front are unwilling
            passed.append(heappop(crew.free))
        heappop(crew.free)
        for one in passed:
            heappush(crew.free, one)
        return self._seats[first[1]]

    def _best(
        self, lane: WaitingQueue, contact: WaitingContact, but: frozenset[int]
    ) -> tuple[tuple[Rank, int], AgentPool] | None:
        """Who has been idle longest of all who may serve the contact at this priority, but these."""
        found = ((self._willing(crew, but), crew) for crew in lane.crews if self._may(crew, contact))
        return min(
            ((first, crew) for first, crew in found if first is not None), key=lambda pair: pair[0], default=None
        )

    def _others(self, lane: WaitingQueue) -> list[WaitingQueue]:
        """Agents who serve the same queue at another priority."""
        return [one for one in self._lanes if one.key == lane.key and one is not lane]

    def _its_own_seat(self, contact: WaitingContact, lane: WaitingQueue) -> AgentCapacity | None:
        """Only the previous agent, while the contact is kept for them."""
        seat = self._seats.get(contact.kept_for or 0)
        if seat is None or not seat.has_room or seat.agent_id in contact.refused_by:
            return None
        crew = self._crew_of[seat.agent_id]
        return seat if any(crew is one for one in lane.crews) and self._may(crew, contact) else None

    def _first(self, crew: AgentPool) -> tuple[Rank, int] | None:
        """Who of this crew has been idle longest. Entries that are not true any more are dropped on the way."""
        while crew.free:
            rank, agent_id = crew.free[0]
            seat = self._seats.get(agent_id)
            if seat is not None and seat.has_room and seat.rank == rank:
                return rank, agent_id
            heappop(crew.free)
        return None

    def _willing(self, crew: AgentPool, but: frozenset[int]) -> tuple[Rank, int] | None:
        """The first of this crew who is none of these."""
        passed = []
        while (first := self._first(crew)) is not None and first[1] in but:
            passed.append(heappop(crew.free))
        for one in passed:
            heappush(crew.free, one)
        return first

    def _may(self, crew: AgentPool, contact: WaitingContact) -> bool:
        return (self._now - contact.since).total_seconds() >= crew.serves[contact.queue_id].delay
