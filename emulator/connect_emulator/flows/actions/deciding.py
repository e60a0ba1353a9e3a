"""Which branch a contact takes: by a comparison, a chance, the hours, the numbers of a queue."""

from __future__ import annotations

from collections.abc import Iterator

from connect_emulator import metrics
from connect_emulator.clock import moment
from connect_emulator.flows.document import Action
from connect_emulator.flows.hours import is_open
from connect_emulator.flows.language import NO_MATCHING_ERROR
from connect_emulator.flows.operators import holds
from connect_emulator.flows.references import is_reference
from connect_emulator.flows.run import Go, Outcome, Run
from connect_emulator.world import queueing, register

from .kind import NO_MATCHING_CONDITION, Kind, is_number, needs_conditions, needs_errors

# Those of which AWS has a branch for what no condition holds of; how many agents there are is some or none.
COUNTED = {"OldestContactInQueueAgeSeconds", "NumberOfContactsInQueue"}


def _check_conditions(action: Action) -> Iterator[str]:
    if not action.conditions:
        yield f"{action.type} needs Conditions"


def _compare(run: Run) -> Outcome:
    return _branch(run, run.text("ComparisonValue"))


def _branch(run: Run, value: str) -> Outcome:
    """The first condition that holds; operands may be references, too."""
    for condition in run.action.conditions:
        if holds(condition.operator, value, [run.resolved(operand) for operand in condition.operands]):
            return Go(condition.next)
    return run.fails(NO_MATCHING_CONDITION)


def _check_chance(action: Action) -> Iterator[str]:
    """A chain of NumberLessThan whose operands grow: 51 is "1 to 50"."""
    yield from _check_conditions(action)
    operands = [c.operands[0] for c in action.conditions if c.operator == "NumberLessThan" and len(c.operands) == 1]
    if len(operands) != len(action.conditions) or not all(is_number(each, 2, 101) for each in operands):
        yield 'each condition must be NumberLessThan with an operand from "2" to "101": 1 + the percentages so far'
    elif sorted(set(map(int, operands))) != [int(each) for each in operands]:
        yield "the operands of the conditions must grow"


def _chance(run: Run) -> Outcome:
    return _branch(run, str(run.world.roll()))


def _check_hours(action: Action) -> Iterator[str]:
    yield from needs_conditions(action, "True", "False")
    if len(action.conditions) != 2:
        yield "CheckHoursOfOperation has the conditions True and False, and no other"


def _hours(run: Run) -> Outcome:
    """Without HoursOfOperationId, those of the working queue."""
    named = run.text("HoursOfOperationId") or _hours_of_queue(run)
    found = register.find(run.world, register.HOURS, named) if named else None
    if found is None:
        return run.fails(NO_MATCHING_ERROR)
    open_now = is_open(found.body["Config"], found.body["TimeZone"], moment(run.world.clock.now()))
    return Go(run.action.condition("True" if open_now else "False"))


def _hours_of_queue(run: Run) -> str | None:
    queue_id = run.contact.queue_id
    found = register.find(run.world, register.QUEUE, queue_id) if queue_id else None
    return found.body["HoursOfOperationId"] if found else None


def _check_metric(action: Action) -> Iterator[str]:
    if action.parameters.get("MetricType", next(iter(metrics.TYPES))) not in metrics.TYPES:
        yield f"MetricType must be one of {', '.join(metrics.TYPES)}"
    yield from _check_conditions(action)
    yield from _check_one_queue(action)
    if action.parameters.get("MetricType") in COUNTED:
        yield from needs_errors(action, NO_MATCHING_CONDITION)


def _metric(run: Run) -> Outcome:
    queue_id = _queue(run)
    if not queue_id:
        return run.fails(NO_MATCHING_ERROR)
    return _branch(run, str(metrics.TYPES[run.action.parameters["MetricType"]](run.world, queue_id)))


def _check_metrics(action: Action) -> Iterator[str]:
    channel = action.parameters.get("QueueChannel", "Chat")
    if not is_reference(str(channel)) and channel not in {"Voice", "Chat", "Task", "Email"}:
        yield "QueueChannel must be Voice, Chat, Task or Email"
    yield from _check_one_queue(action)


def _metrics(run: Run) -> Outcome:
    """Into $.Metrics; other channels than chat are always empty here."""
    queue_id = _queue(run)
    if not queue_id:
        return run.fails(NO_MATCHING_ERROR)
    counted = (run.text("QueueChannel") or "Chat") == "Chat"
    run.results["Metrics"] = metrics.shown(run.world, queue_id, counted=counted)
    return run.goes_on()


def _check_one_queue(action: Action) -> Iterator[str]:
    if {"QueueId", "AgentId"} <= set(action.parameters):
        yield "QueueId and AgentId exclude each other"


def _queue(run: Run) -> str | None:
    """The queue an action names, else the working queue."""
    if "AgentId" in run.action.parameters:
        return queueing.of_agent(run.world, run.text("AgentId"))
    named = run.text("QueueId") or run.contact.queue_id
    return queueing.named(run.world, named) if named else None


KINDS = {
    "Compare": Kind(_check_conditions, _compare),
    "DistributeByPercentage": Kind(_check_chance, _chance),
    "CheckHoursOfOperation": Kind(_check_hours, _hours),
    "CheckMetricData": Kind(_check_metric, _metric),
    "GetMetricData": Kind(_check_metrics, _metrics),
}
