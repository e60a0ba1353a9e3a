"""What a flow sets: attributes, the working queue, hooks, priority, logging."""

from __future__ import annotations

from collections.abc import Iterator

from emulator import limits
from emulator.flows.document import NO_MATCHING_ERROR, Action
from emulator.flows.run import Outcome, Run
from emulator.restjson import ServiceError
from emulator.world import contacts, queueing

from .kind import Kind, goes_on, is_number, is_text_map, needs_errors

HOOKS = {
    "CustomerRemaining",
    "CustomerQueue",
    "CustomerHold",
    "AgentHold",
    "CustomerWhisper",
    "AgentWhisper",
    "DefaultAgentUI",
    "DisconnectAgentUI",
    "PauseContact",
    "ResumeContact",
}
PRIORITIES = (1, 9_223_372_036_854_775_807)  # adminguide/change-routing-priority
QUEUE_AGE_AT_MOST = 864_000  # seconds, the same page: 10 days


def _check_attributes(action: Action) -> Iterator[str]:
    if not is_text_map(action.parameters.get("Attributes")):
        yield "Attributes must map names to strings"
    if action.parameters.get("TargetContact", "Current") not in {"Current", "Related"}:
        yield "TargetContact must be Current or Related"
    yield from goes_on(action)
    yield from needs_errors(action, NO_MATCHING_ERROR)


def _attributes(run: Run) -> Outcome:
    related = run.action.parameters.get("TargetContact") == "Related"
    contact_id = run.contact.related_id if related else run.contact.id
    try:
        found = contacts.get(run.world, contact_id or "")
        contacts.add_attributes(run.world, found.initial_id, run.texts("Attributes"))
    except ServiceError:
        return run.fails(NO_MATCHING_ERROR)
    return run.goes_on()


def _check_flow_attributes(action: Action) -> Iterator[str]:
    given = action.parameters.get("FlowAttributes")
    values = list(given.values()) if isinstance(given, dict) else []
    if not values or not all(isinstance(v, dict) and isinstance(v.get("Value"), str) for v in values):
        yield 'FlowAttributes must map names to {"Value": "…"}'
    yield from goes_on(action)


def _flow_attributes(run: Run) -> Outcome:
    given = run.action.parameters["FlowAttributes"].items()
    run.flow_attributes = {**run.flow_attributes, **{key: run.resolved(entry["Value"]) for key, entry in given}}
    return run.goes_on()


def check_target(action: Action) -> Iterator[str]:
    named = [name for name in ("QueueId", "AgentId") if name in action.parameters]
    if len(named) != 1 or not isinstance(action.parameters[named[0]], str) or not action.parameters[named[0]]:
        yield "exactly one of QueueId (a queue) and AgentId (a user, for the agent's own queue) is needed"


def target(run: Run) -> str | None:
    """The id of the queue an action names, if the instance has it."""
    if "AgentId" in run.action.parameters:
        return queueing.of_agent(run.world, run.text("AgentId"))
    return queueing.named(run.world, run.text("QueueId"))


def _check_queue(action: Action) -> Iterator[str]:
    yield from check_target(action)
    yield from goes_on(action)
    yield from needs_errors(action, NO_MATCHING_ERROR)


def _queue(run: Run) -> Outcome:
    queue_id = target(run)
    if queue_id is None:
        return run.fails(NO_MATCHING_ERROR)
    contacts.set_queue(run.world, run.contact, queue_id)
    return run.goes_on()


def _check_hooks(action: Action) -> Iterator[str]:
    hooks = action.parameters.get("EventHooks")
    if not is_text_map(hooks) or not isinstance(hooks, dict) or len(hooks) != 1 or not set(hooks) <= HOOKS:
        yield f"EventHooks takes one of {', '.join(sorted(HOOKS))}, with a flow"
    yield from goes_on(action)
    yield from needs_errors(action, NO_MATCHING_ERROR)


def _hooks(run: Run) -> Outcome:
    contacts.set_hooks(run.world, run.contact, run.texts("EventHooks"))
    return run.goes_on()


def _check_routing(action: Action) -> Iterator[str]:
    parameters = action.parameters
    named = [name for name in ("QueuePriority", "QueueTimeAdjustmentSeconds") if name in parameters]
    if len(named) != 1:
        yield "exactly one of QueuePriority and QueueTimeAdjustmentSeconds is needed"
    elif not str(parameters[named[0]]).startswith("$."):
        least, most = PRIORITIES if named[0] == "QueuePriority" else (0, QUEUE_AGE_AT_MOST)
        if not is_number(parameters[named[0]], least, most):
            yield f'{named[0]} must be a string from "{least}" to "{most}"'
    yield from goes_on(action)


def _routing(run: Run) -> Outcome:
    priority, older = run.text("QueuePriority"), run.text("QueueTimeAdjustmentSeconds")
    if is_number(priority, *PRIORITIES):
        queueing.set_routing(run.world, run.contact, priority=int(priority))
    elif is_number(older, 0, QUEUE_AGE_AT_MOST):
        queueing.set_routing(run.world, run.contact, older_by=int(older) * limits.SECOND)
    return run.goes_on()


def _check_logging(action: Action) -> Iterator[str]:
    if action.parameters.get("FlowLoggingBehavior") not in {"Enabled", "Disabled"}:
        yield "FlowLoggingBehavior must be Enabled or Disabled"
    yield from goes_on(action)


def _logging(run: Run) -> Outcome:
    run.results["Logging"] = run.action.parameters["FlowLoggingBehavior"] == "Enabled"
    return run.goes_on()


KINDS = {
    "UpdateContactAttributes": Kind(_check_attributes, _attributes),
    "UpdateFlowAttributes": Kind(_check_flow_attributes, _flow_attributes),
    "UpdateContactTargetQueue": Kind(_check_queue, _queue),
    "UpdateContactEventHooks": Kind(_check_hooks, _hooks),
    "UpdateContactRoutingBehavior": Kind(_check_routing, _routing),
    "UpdateFlowLoggingBehavior": Kind(_check_logging, _logging),
}
