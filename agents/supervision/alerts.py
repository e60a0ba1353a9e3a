"""Alerts: the thresholds of queues are compared with what is so; each passing fires once, and says when it is over.

A job of the worker calls `steps`. The board shows the open alerts, and those that have just ended. An alert ends only when
the value is clearly back (`stands`), so that one around its limit does not fire again and again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Count, Max, Min
from django.db.models.functions import Coalesce, Greatest

from agents import presence
from agents.models import Agent, AgentState, Alert, Threshold
from chats import contact_state
from chats.models import Contact, Queue, QueueWait
from chats.row_backoff import RowBackoff

from . import board_rows, figures, live_board

Kind = Threshold.Kind
Values = dict[int, int]  # by queue; a queue without a value has nothing to compare
BACK_BELOW = 0.9  # of the limit: then an alert is over
BACK_ABOVE = 5  # per cent points above the goal: then the service level is back
_backoff = RowBackoff("alerts")


def stands(kind: str, value: int | None, limit: int, *, is_open: bool) -> bool:
    """Whether the threshold is passed; an open alert stays until the value is clearly back."""
    if value is None:
        return False
    if kind == Kind.SERVICE_LEVEL:
        return value < (min(100, limit + BACK_ABOVE) if is_open else limit)
    return value >= (limit * BACK_BELOW if is_open else limit)


def steps(now: datetime) -> Iterator[int]:
    """Compare every threshold; how many alerts each step opened or ended."""
    thresholds = list(Threshold.objects.all())
    open_ones = set(Alert.objects.filter(ended_at=None).values_list("queue_id", "kind"))
    values = {
        kind: VALUES[kind]({one.queue_id for one in thresholds if one.kind == kind}, now) for kind in _kinds(thresholds)
    }
    yield 0
    changed = [
        (one.pk, values[one.kind].get(one.queue_id))
        for one in thresholds
        if stands(
            one.kind, values[one.kind].get(one.queue_id), one.limit, is_open=(one.queue_id, one.kind) in open_ones
        )
        != ((one.queue_id, one.kind) in open_ones)
    ]
    yield from _backoff.steps(changed, lambda row: _change(*row, now), now)
    kept = {(one.queue_id, one.kind) for one in thresholds}
    for alert in Alert.objects.filter(ended_at=None):  # its threshold was deleted
        if (alert.queue_id, alert.kind) not in kept:
            alert.end(now)


def _kinds(thresholds: Collection[Threshold]) -> set[str]:
    return {one.kind for one in thresholds}


@transaction.atomic
def _change(pk: int, value: int | None, now: datetime) -> bool:
    """Of several workers one changes it: whoever comes second finds it done."""
    one = Threshold.objects.select_for_update().filter(pk=pk).first()
    if one is None:
        return False
    alert = Alert.objects.filter(queue=one.queue_id, kind=one.kind, ended_at=None).first()
    standing = stands(one.kind, value, one.limit, is_open=alert is not None)
    if standing and alert is None:
        Alert.objects.create(queue_id=one.queue_id, kind=one.kind, limit=one.limit, value=value or 0, began_at=now)
    elif alert is not None and not standing:
        alert.end(now)
    else:
        return False
    return True


# ---- values, by queue ------------------------------------------------------------------------------------------------


def _seconds(since: datetime | None, now: datetime) -> int:
    return max(0, int((now - since).total_seconds())) if since else 0


def _oldest_waiting(queues: Collection[int], now: datetime) -> Values:
    waiting = Contact.objects.filter(state=contact_state.State.WAITING, queue__in=queues)
    found = waiting.values("queue").annotate(since=Min(Coalesce("waits_since", "waiting_since")))
    return {row["queue"]: _seconds(row["since"], now) for row in found}


def _waiting(queues: Collection[int], _now: datetime) -> Values:
    waiting = Contact.objects.filter(state=contact_state.State.WAITING, queue__in=queues)
    return {row["queue"]: row["n"] for row in waiting.values("queue").annotate(n=Count("pk")).order_by()}


def _awaiting_answer(queues: Collection[int], now: datetime) -> Values:
    served = Contact.objects.filter(state=contact_state.State.CONNECTED, queue__in=queues)
    found: Values = {}
    named = ("queue", "answer_awaited_since")
    for queue, since in live_board.live(served).values_list(*named):
        if since is not None:
            found[queue] = max(found.get(queue, 0), _seconds(since, now))
    return found


def _contact_age(queues: Collection[int], now: datetime) -> Values:
    live = Contact.objects.filter(state__in=live_board.LIVE, queue__in=queues)
    found = live.values("queue").annotate(since=Min("handed_over_at")).order_by()
    return {row["queue"]: _seconds(row["since"], now) for row in found}


def _time_in_state(queues: Collection[int], now: datetime) -> Values:
    """Of the agents who serve the queue and are in a state that takes no contacts, who has been longest."""
    resting = Agent.objects.filter(state__type=AgentState.Type.NOT_ROUTABLE, user__is_active=True)
    found = resting.filter(routing_profile__profile_queues__queue__in=queues)
    since = found.values("routing_profile__profile_queues__queue").annotate(since=Min("state_since")).order_by()
    return {row["routing_profile__profile_queues__queue"]: _seconds(row["since"], now) for row in since}


def _nobody_available(queues: Collection[int], now: datetime) -> Values:
    """Since the last agent who serves the queue was available; a queue that nobody serves has nobody since it opened."""
    of_queue = "routing_profile__profile_queues__queue"
    agents = Agent.objects.filter(**{f"{of_queue}__in": queues})
    there = agents.filter(presence.here(now), state__type=AgentState.Type.ROUTABLE)
    served = set(there.values_list(of_queue, flat=True))
    last = (
        agents.values(of_queue).annotate(at=Max(Greatest("state_since", Coalesce("seen_at", "state_since")))).order_by()
    )
    gone = {row[of_queue]: _seconds(row["at"], now) for row in last}
    longest = int(timedelta(days=1).total_seconds())
    open_now = [
        queue.pk for queue in Queue.objects.filter(pk__in=queues).select_related("hours") if queue.is_open_at(now)
    ]
    return {pk: gone.get(pk, longest) for pk in open_now if pk not in served}


def _service_level(queues: Collection[int], now: datetime) -> Values:
    rules = {queue.pk: board_rows.rule_of(queue) for queue in Queue.objects.filter(pk__in=queues)}
    since = now - timedelta(minutes=max((rule.minutes for rule in rules.values()), default=0))
    waits: dict[int, list[figures.Wait]] = defaultdict(list)
    rows = QueueWait.objects.filter(queue__in=queues, entered_at__gte=since)
    for row in rows.values_list("queue_id", "entered_at", "left_at", "outcome", "by_transfer"):
        waits[row[0]].append(figures.Wait(*row))
    levels = {pk: figures.service_level(waits[pk], rule, now) for pk, rule in rules.items()}
    return {pk: int(level) for pk, level in levels.items() if level is not None}


VALUES: dict[str, Callable[[Collection[int], datetime], Values]] = {
    Kind.OLDEST_WAITING: _oldest_waiting,
    Kind.WAITING: _waiting,
    Kind.AWAITING_ANSWER: _awaiting_answer,
    Kind.CONTACT_AGE: _contact_age,
    Kind.TIME_IN_STATE: _time_in_state,
    Kind.NOBODY_AVAILABLE: _nobody_available,
    Kind.SERVICE_LEVEL: _service_level,
}
