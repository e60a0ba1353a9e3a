"""Where a contact goes: into a queue, to another one, to another flow, away."""

from __future__ import annotations

from collections.abc import Iterator

from emulator import chat, limits, undocumented
from emulator.flows.document import NO_MATCHING_ERROR, Action
from emulator.flows.run import Begin, Outcome, Run, Stop
from emulator.instance import last_part
from emulator.world import contacts, queueing, segments

from .contact import check_target, target
from .kind import Kind, goes_on, is_end, needs_errors

QUEUE_AT_CAPACITY = "QueueAtCapacity"


def _check_transfer(action: Action) -> Iterator[str]:
    if action.parameters:
        yield "TransferContactToQueue takes no Parameters: the queue is set by UpdateContactTargetQueue"
    yield from needs_errors(action, QUEUE_AT_CAPACITY, NO_MATCHING_ERROR)


def _transfer(run: Run) -> Outcome:
    """There is no branch for success: this flow is over, and that of the queue begins."""
    world, contact = run.world, run.contact
    queue_id = contact.queue_id and queueing.named(world, contact.queue_id)
    if not queue_id:
        return run.fails(NO_MATCHING_ERROR)
    if queueing.is_full(world, queue_id):
        return run.fails(QUEUE_AT_CAPACITY)
    queueing.enter(world, contact, queue_id)
    hook = last_part(contact.hooks.get("CustomerQueue", ""))
    return Begin(hook) if hook in run.flows else Stop()


def _check_dequeue(action: Action) -> Iterator[str]:
    yield from check_target(action)
    yield from goes_on(action)
    yield from needs_errors(action, QUEUE_AT_CAPACITY, NO_MATCHING_ERROR)


def _dequeue(run: Run) -> Outcome:
    """From queue to queue is a contact of its own; the flow goes on with it."""
    world, contact = run.world, run.contact
    queue_id, queued = target(run), queueing.of_contact(world, contact.id)
    if not queue_id or queued is None or not queued.waits:
        return run.fails(NO_MATCHING_ERROR)
    if contacts.transfers(world, contact.initial_id) >= limits.TRANSFERS:
        return run.fails(NO_MATCHING_ERROR)
    if queueing.is_full(world, queue_id):
        return run.fails(QUEUE_AT_CAPACITY)
    run.contact = segments.begin(world, contact, "QUEUE_TRANSFER", reason=undocumented.REASON_OF_A_QUEUE_TRANSFER)
    queueing.enter(world, run.contact, queue_id)
    return run.goes_on()


def _check_flow(action: Action) -> Iterator[str]:
    if not isinstance(action.parameters.get("ContactFlowId"), str) or not action.parameters["ContactFlowId"]:
        yield "ContactFlowId must be the id or the ARN of a flow"
    yield from needs_errors(action, NO_MATCHING_ERROR)


def _flow(run: Run) -> Outcome:
    flow_id = last_part(run.text("ContactFlowId"))
    return Begin(flow_id) if flow_id in run.flows else run.fails(NO_MATCHING_ERROR)


def _disconnect(run: Run) -> Outcome:
    chat.ends(run.world, run.contact, "CONTACT_FLOW_DISCONNECT")
    return Stop()


def _end_flow(_run: Run) -> Outcome:
    """The contact stays where it is: in its queue."""
    return Stop()


KINDS = {
    "TransferContactToQueue": Kind(_check_transfer, _transfer),
    "DequeueContactAndTransferToQueue": Kind(_check_dequeue, _dequeue),
    "TransferToFlow": Kind(_check_flow, _flow),
    "DisconnectParticipant": Kind(is_end, _disconnect),
    "EndFlowExecution": Kind(is_end, _end_flow),
}
