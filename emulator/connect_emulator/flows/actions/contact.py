"""What a flow sets: attributes, the working queue, hooks, priority, logging."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from connect_emulator import limits
from connect_emulator.flows.document import Action
from connect_emulator.flows.language import NO_MATCHING_ERROR
from connect_emulator.flows.references import is_reference
from connect_emulator.flows.run import Outcome, Run
from connect_emulator.restjson import ServiceError
from connect_emulator.world import Contact, contacts, details, queueing

from .kind import Kind, is_number, is_text_map

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


def _check_target_contact(action: Action) -> Iterator[str]:
    if action.parameters.get("TargetContact", "Current") not in {"Current", "Related"}:
        yield "TargetContact must be Current or Related"


def _attributes(run: Run) -> Outcome:
    try:
        added = run.texts("Attributes")
        contacts.add_attributes(run.world, _target_contact(run).initial_id, added, by_flow=True)
    except ServiceError:
        return run.fails(NO_MATCHING_ERROR)
    return run.goes_on()


def _target_contact(run: Run) -> Contact:
    related = run.action.parameters.get("TargetContact") == "Related"
    return contacts.get(run.world, (run.contact.related_id if related else run.contact.id) or "")


def _check_data(action: Action) -> Iterator[str]:
    yield from _check_target_contact(action)
    if not isinstance(action.parameters.get("References", {}), dict):
        yield "References must map names to values"


def _data(run: Run) -> Outcome:
    """Of UpdateContactData, what a contact of a chat has; the rest is for calls and for Amazon Q."""
    try:
        found = _target_contact(run)
        references = _references(run)
    except (ServiceError, AttributeError):
        return run.fails(NO_MATCHING_ERROR)
    known = details.of_contact(run.world, found.id)
    named = replace(
        known,
        name=run.text("Name") or known.name,
        description=run.text("Description") or known.description,
        references={**known.references, **references},
    )
    details.set_details(run.world, found, named)
    if "LanguageCode" in run.action.parameters:
        run.results["LanguageCode"] = run.text("LanguageCode")
    if "CustomerId" in run.action.parameters:
        contacts.set_customer(run.world, found, run.text("CustomerId"))
    return run.goes_on()


def _references(run: Run) -> dict[str, dict[str, str]]:
    """{"name": {"Type": "URL", "Value": "…"}} or, shorter, {"name": "…"}."""
    given = run.action.parameters.get("References", {})
    entries = {name: e if isinstance(e, dict) else {"Type": "STRING", "Value": e} for name, e in given.items()}
    return {
        run.resolved(name): {"Type": str(e.get("Type", "STRING")), "Value": run.resolved(e.get("Value"))}
        for name, e in entries.items()
    }


def _check_flow_attributes(action: Action) -> Iterator[str]:
    given = action.parameters.get("FlowAttributes")
    values = list(given.values()) if isinstance(given, dict) else []
    if not values or not all(isinstance(v, dict) and isinstance(v.get("Value"), str) for v in values):
        yield 'FlowAttributes must map names to {"Value": "…"}'


def _flow_attributes(run: Run) -> Outcome:
    given = run.action.parameters["FlowAttributes"].items()
    run.flow_attributes = {
        **run.flow_attributes,
        **{run.resolved(key): run.resolved(entry["Value"]) for key, entry in given},
    }
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


def _hooks(run: Run) -> Outcome:
    contacts.set_hooks(run.world, run.contact, run.texts("EventHooks"))
    return run.goes_on()


def _check_routing(action: Action) -> Iterator[str]:
    parameters = action.parameters
    named = [name for name in ("QueuePriority", "QueueTimeAdjustmentSeconds") if name in parameters]
    if len(named) != 1:
        yield "exactly one of QueuePriority and QueueTimeAdjustmentSeconds is needed"
    elif isinstance(parameters[named[0]], str) and not is_reference(parameters[named[0]]):
        least, most = PRIORITIES if named[0] == "QueuePriority" else (0, QUEUE_AGE_AT_MOST)
        if not is_number(parameters[named[0]], least, most):
            yield f'{named[0]} must be a string from "{least}" to "{most}"'


def _routing(run: Run) -> Outcome:
    priority, older = run.text("QueuePriority"), run.text("QueueTimeAdjustmentSeconds")
    if is_number(priority, *PRIORITIES):
        queueing.set_routing(run.world, run.contact, priority=int(priority))
    elif is_number(older, 0, QUEUE_AGE_AT_MOST):
        queueing.set_routing(run.world, run.contact, older_by=int(older) * limits.SECOND)
    return run.goes_on()


def _check_logging(action: Action) -> Iterator[str]:
    if action.parameters.get("FlowLoggingBehavior", "Enabled") not in {"Enabled", "Disabled"}:
        yield "FlowLoggingBehavior must be Enabled or Disabled"


def _logging(run: Run) -> Outcome:
    run.results["Logging"] = run.action.parameters["FlowLoggingBehavior"] == "Enabled"
    return run.goes_on()


KINDS = {
    "UpdateContactAttributes": Kind(_check_target_contact, _attributes),
    "UpdateContactData": Kind(_check_data, _data),
    "UpdateFlowAttributes": Kind(_check_flow_attributes, _flow_attributes),
    "UpdateContactTargetQueue": Kind(_check_queue, _queue),
    "UpdateContactEventHooks": Kind(_check_hooks, _hooks),
    "UpdateContactRoutingBehavior": Kind(_check_routing, _routing),
    "UpdateFlowLoggingBehavior": Kind(_check_logging, _logging),
}
