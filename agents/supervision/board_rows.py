"""The rows behind the board, read a few at a time: contacts that live, agents, queues, and the last hour's waits and parts.

Each function is a query or two for the ids it is given (None: all); agents.supervision.board keeps what they find.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeAlias, TypeVar

from django.conf import settings
from django.contrib.auth.models import Group
from django.db.models import OuterRef, Q, QuerySet, Subquery

from agents.models import Agent, AgentContact, AgentState, AgentStateChange, Alert, RoutingProfileQueue, Watch
from agents.protocol import agent_contact_state
from chats import serialisers
from chats.models import Contact, Conversation, Item, Queue, QueueWait
from chats.reasons import Reason
from chats.wire import iso, iso_or_none

from . import live_board
from .figures import HOUR, Handling, Interval, Rule, Said, Wait

T = TypeVar("T")
Wire: TypeAlias = dict[str, Any]
CHUNK = 500  # ids in one query
OVER_SHOWN = timedelta(seconds=60)  # an alert that is over is shown so long
MOST_ALERTS = 100
SERVING = (agent_contact_state.State.CONNECTING, agent_contact_state.State.CONNECTED)


@dataclass(frozen=True, slots=True)
class ContactRow:
    """A contact that waits or is served. `wire` is what the page gets, and what decides whether it has changed."""

    pk: str
    initial: str
    owner: int | None
    queue: int
    state: str
    awaited: datetime | None
    answered: datetime | None
    waiting_since: datetime | None
    wire: Wire


@dataclass(frozen=True, slots=True)
class AgentRow:
    """An agent, with their teams and the queues they serve."""

    key: str
    pk: int
    user: int
    name: str
    state: str
    kind: str  # routable, not_routable, offline
    since: datetime
    seen_at: datetime | None
    is_active: bool
    acted_at: datetime
    load: int
    capacity: int
    profile: int
    teams: frozenset[int]
    routable: tuple[Interval, ...]
    wire: Wire

    def is_here(self, now: datetime) -> bool:
        """As presence.here, of a row that was read."""
        edge = now - timedelta(seconds=settings.CCP_LEASE_SECONDS)
        return self.is_active and max(self.seen_at or self.since, self.since) >= edge


@dataclass(frozen=True, slots=True)
class QueueFacts:
    """What of a queue changes only in the admin."""

    pk: int
    name: str
    rule: Rule
    readers: frozenset[int]


def chunks(ids: Collection[T]) -> Iterator[Sequence[T]]:
    found = list(ids)
    return (found[start : start + CHUNK] for start in range(0, len(found), CHUNK))


# ---- contacts --------------------------------------------------------------------------------------------------------


def conversation_numbers() -> dict[str, int]:
    """Each conversation with a contact that lives, and its counter: what has moved since it was read shows here."""
    live = Contact.objects.filter(state__in=live_board.LIVE)
    return dict(live.values_list("conversation__initial_contact_id", "conversation__seq"))


def contacts(initials: Collection[str]) -> list[ContactRow]:
    return [
        _contact(row)
        for some in chunks(initials)
        for row in _live(Contact.objects.filter(conversation__initial_contact_id__in=some))
    ]


def _live(of: QuerySet[Contact]) -> QuerySet[Contact]:
    parts = AgentContact.objects.filter(contact=OuterRef("pk"), state__in=SERVING).order_by("-pk")
    answers = Item.objects.filter(
        type__in=["MESSAGE", "ATTACHMENT"], conversation=OuterRef("conversation"), author__isnull=False
    )
    found = live_board.live(of).annotate(
        part=Subquery(parts.values("pk")[:1]),
        answered_at=Subquery(answers.order_by("-absolute_time", "-pk").values("absolute_time")[:1]),
    )
    return found.order_by().select_related("conversation", "queue", "owner", "help_request__taken_by")


def _contact(row: Any) -> ContactRow:
    state = "OFFERED" if row.state == "WAITING" and row.owner_id else str(row.state)
    owner = row.owner
    wire = {
        "contactId": row.pk,
        "initialContactId": row.conversation.initial_contact_id,
        "customerName": row.conversation.customer_name,
        "agent": {"id": owner.pk, "name": owner.get_full_name() or owner.get_username()} if owner else None,
        "agentContactId": row.part,
        "queue": row.queue.name,
        "state": state,
        "since": iso_or_none(row.in_state_since),
        "startedAt": iso_or_none(row.handed_over_at),
        "answerAwaitedSince": iso_or_none(row.answer_awaited_since),
        "attention": row.attention.data if row.attention else None,
        "help": serialisers.help_request(row.help_request),
        "priority": row.priority,
        "watchers": [],  # board.Board knows them
    }
    return ContactRow(
        row.pk,
        row.conversation.initial_contact_id,
        row.owner_id,
        row.queue_id,
        state,
        row.answer_awaited_since,
        row.answered_at,
        row.waiting_since,
        wire,
    )


def watchers() -> dict[str, list[Wire]]:
    """By contact: who watches it now, each once; who hides is not among them."""
    found: dict[str, dict[int, Wire]] = defaultdict(dict)
    shown = Watch.objects.filter(until=None, hidden=False, user__isnull=False).order_by("since", "pk")
    for contact, user, name in shown.values_list("contact_id", "user_id", "user_name"):
        found[contact][user] = {"id": user, "name": name}
    return {contact: list(people.values()) for contact, people in found.items()}


def alerts(now: datetime) -> list[tuple[int, Wire]]:
    """Open alerts, and those that ended a moment ago, each with its queue; the newest first."""
    shown = Alert.objects.filter(Q(ended_at=None) | Q(ended_at__gte=now - OVER_SHOWN)).select_related("queue")
    return [
        (
            row.queue_id,
            {
                "alertId": row.pk,
                "kind": row.kind,
                "queue": row.queue.name,
                "limit": row.limit,
                "value": row.value,
                "beganAt": iso(row.began_at),
                "endedAt": iso_or_none(row.ended_at),
            },
        )
        for row in shown.order_by("-began_at", "-pk")[:MOST_ALERTS]
    ]


# ---- agents ----------------------------------------------------------------------------------------------------------


def agent_versions() -> dict[str, tuple[object, ...]]:
    """What of each agent can change without their counter, beside it."""
    names = ("key", "seq", "seen_at", "routing_profile__chat_concurrency", "user__is_active", "user__first_name")
    return {str(key): tuple(rest) for key, *rest in Agent.objects.values_list(*names, "user__last_name")}


def agents(keys: Collection[str], now: datetime) -> list[AgentRow]:
    found: list[AgentRow] = []
    for some in chunks(keys):
        rows = list(Agent.objects.filter(key__in=some).select_related("user", "state", "next_state", "routing_profile"))
        teams = teams_of([row.user_id for row in rows])
        changes = _changes([row.pk for row in rows], now - HOUR)
        found += [_agent(row, teams.get(row.user_id, ()), changes.get(row.pk, [])) for row in rows]
    return found


def teams_of(users: Collection[int]) -> dict[int, list[tuple[int, str]]]:
    """The teams of these users, by user."""
    found: dict[int, list[tuple[int, str]]] = defaultdict(list)
    rows = Group.objects.filter(team__isnull=False, user__in=users).order_by("name")
    for user, pk, name in rows.values_list("user", "pk", "name"):
        found[user].append((pk, name))
    return found


def _changes(agents: Collection[int], since: datetime) -> dict[int, list[AgentStateChange]]:
    """Each agent's changes of state since then, and the newest one before: why they are where they are."""
    newest = AgentStateChange.objects.filter(agent=OuterRef("agent")).order_by("-at", "-pk").values("pk")[:1]
    wanted = AgentStateChange.objects.filter(Q(at__gte=since) | Q(pk=Subquery(newest)), agent__in=agents)
    found: dict[int, list[AgentStateChange]] = defaultdict(list)
    for change in wanted.order_by("at", "pk"):
        found[change.agent_id].append(change)
    return found


def _agent(row: Agent, teams: Sequence[tuple[int, str]], changes: Sequence[AgentStateChange]) -> AgentRow:
    acted_at = max(row.state_since, row.idle_since)
    wire = {
        "agentId": str(row.key),
        "userId": row.user_id,
        "name": row.name,
        "state": {"name": row.state.name, "type": str(row.state.type)},
        "nextState": {"name": row.next_state.name, "type": str(row.next_state.type)} if row.next_state else None,
        "since": iso(row.state_since),
        "why": _why(row, changes),
        "load": row.load,
        "capacity": row.routing_profile.chat_concurrency,
        "teams": [name for _pk, name in teams],
    }
    return AgentRow(
        key=str(row.key),
        pk=row.pk,
        user=row.user_id,
        name=row.name,
        state=row.state.name,
        kind=str(row.state.type),
        since=row.state_since,
        seen_at=row.seen_at,
        is_active=row.user.is_active,
        acted_at=acted_at,
        load=row.load,
        capacity=row.routing_profile.chat_concurrency,
        profile=row.routing_profile_id,
        teams=frozenset(pk for pk, _name in teams),
        routable=_routable(row, changes),
        wire=wire,
    )


def _why(row: Agent, changes: Sequence[AgentStateChange]) -> Any:
    """As Agent.state_reason, of changes that were read for many agents at once."""
    last = changes[-1] if changes else None
    by_rule = last is not None and last.by_id is None and last.new_state == row.state.name
    return last.why.data if last is not None and by_rule and not row.state.is_routable and last.why else None


def _routable(row: Agent, changes: Sequence[AgentStateChange]) -> tuple[Interval, ...]:
    """When they were in a routable state, as far as these changes tell; until the end of time, if they are now."""
    routable = (
        set(AgentState.objects.filter(type=AgentState.Type.ROUTABLE).values_list("name", flat=True)) if changes else ()
    )
    before = [(change.at - change.lasted, change.at) for change in changes if change.old_state in routable]
    now = [(row.state_since, row.state_since.replace(year=9999))] if row.state.is_routable else []
    return (*before, *now)


# ---- queues ----------------------------------------------------------------------------------------------------------


def queues() -> dict[int, QueueFacts]:
    readers: dict[int, set[int]] = defaultdict(set)
    for queue, group in Queue.readers.through.objects.values_list("queue_id", "group_id"):
        readers[queue].add(group)
    return {
        row.pk: QueueFacts(row.pk, row.name, rule_of(row), frozenset(readers[row.pk])) for row in Queue.objects.all()
    }


def rule_of(queue: Queue) -> Rule:
    return Rule(
        seconds=queue.answer_within,
        goal=queue.service_level_goal,
        minutes=queue.service_level_minutes,
        abandons=queue.service_level_abandons,  # type: ignore[arg-type]  # one of Queue.Abandons
        short_abandon_seconds=queue.short_abandon_seconds,
        transfers=queue.service_level_transfers,
    )


def queues_of_profiles() -> dict[int, set[int]]:
    found: dict[int, set[int]] = defaultdict(set)
    for profile, queue in RoutingProfileQueue.objects.values_list("routing_profile_id", "queue_id"):
        found[profile].add(queue)
    return found


# ---- the last hour ---------------------------------------------------------------------------------------------------


def waits(since: datetime, initials: Collection[str] | None = None) -> dict[int, tuple[str, Wait]]:
    """By row, with the conversation's InitialContactId: what is over since then, and what waits."""
    rows = QueueWait.objects.filter(Q(left_at=None) | Q(left_at__gte=since))
    groups = (
        [rows]
        if initials is None
        else [rows.filter(contact__conversation__initial_contact_id__in=some) for some in chunks(initials)]
    )
    names = ("pk", "contact__conversation__initial_contact_id", "queue_id", "entered_at", "left_at", "outcome")
    return {
        pk: (initial, Wait(*rest))
        for group in groups
        for pk, initial, *rest in group.values_list(*names, "by_transfer")
    }


@dataclass(frozen=True, slots=True)
class Part:
    """One agent's part in a contact in the last hour; what of it was an offer that was missed."""

    handling: Handling
    contact: str
    user: int
    missed: Wire | None


def parts(since: datetime, agents: Collection[int] | None = None) -> dict[int, Part]:
    """By row: what is offered, served or worked after since then."""
    recent = Q(ended_at=None) | Q(ended_at__gte=since) | Q(cleared_at__gte=since)
    rows = AgentContact.objects.filter(recent).select_related("agent__user", "contact__conversation", "contact__owner")
    groups = [rows] if agents is None else [rows.filter(agent__in=some) for some in chunks(agents)]
    return {row.pk: _part(row) for group in groups for row in group.defer("draft", "note_draft", "note")}


def _part(row: AgentContact) -> Part:
    missed = _missed(row) if agent_contact_state.State.MISSED in {row.state, row.outcome} else None
    handling = Handling(
        agent=row.agent_id,
        queue=row.contact.queue_id,
        offered_at=row.offered_at,
        accepted_at=row.accepted_at,
        ended_at=row.ended_at,
        cleared_at=row.cleared_at,
        outcome=str(row.outcome or row.state),
        customer_left=row.accepted_at is None and row.why == Reason("customer_left"),
    )
    return Part(handling, row.contact_id, row.agent.user_id, missed)


def _missed(row: AgentContact) -> Wire:
    return {
        "agentContactId": row.pk,
        "contactId": row.contact_id,
        "customerName": row.contact.conversation.customer_name,
        "agentId": str(row.agent.key),
        "agentName": row.agent.name,
        "at": iso(row.ended_at or row.offered_at),
        "why": row.why.data,
        "cause": _cause(row.why),
    }


def _cause(why: Reason) -> str:
    """The code of what it came from: of “no answer within 20 s: …” what follows the colon."""
    cause = why.params.get("cause", why)
    return cause.code if isinstance(cause, Reason) else why.code


def responses(since: datetime, initials: Collection[str]) -> dict[str, list[Said]]:
    """Who spoke in these conversations since then, in order."""
    found: dict[str, list[Said]] = defaultdict(list)
    for some in chunks(initials):
        rows = Item.objects.filter(
            Q(role="CUSTOMER") | Q(author__isnull=False),
            conversation__in=Conversation.objects.filter(initial_contact_id__in=some),
            type__in=["MESSAGE", "ATTACHMENT"],
            absolute_time__gte=since,
        ).order_by("absolute_time", "pk")
        for initial, at, author in rows.values_list("conversation__initial_contact_id", "absolute_time", "author"):
            found[initial].append(Said(at, author is None))
    return found
