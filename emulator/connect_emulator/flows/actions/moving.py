"""Where a contact goes: into a queue, to another one, to another flow, away."""

from __future__ import annotations

from collections.abc import Iterator

from connect_emulator import chat, limits, undocumented
from connect_emulator.flows.document import Action
from connect_emulator.flows.language import NO_MATCHING_ERROR, TRANSFERABLE
from connect_emulator.flows.run import Begin, Outcome, Run, Stop
from connect_emulator.instance import last_part
from connect_emulator.world import contacts, participants, queueing, segments

from .contact import check_target, target
from .kind import Kind, fits, is_end

QUEUE_AT_CAPACITY = "QueueAtCapacity"


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
    if action.parameters.get("ContactFlowId") == "":
        yield "ContactFlowId must be the id or the ARN of a flow"


def _flow(run: Run) -> Outcome:
    """To an inbound or a transfer flow: a reference may have led to another one, or to none."""
    flow = run.flows.get(last_part(run.text("ContactFlowId")))
    if flow is None or flow.type not in TRANSFERABLE:
        return run.fails(NO_MATCHING_ERROR)
    return Begin(last_part(run.text("ContactFlowId")))


def _disconnect(run: Run) -> Outcome:
    chat.ends(run.world, run.contact, "CONTACT_FLOW_DISCONNECT")
    return Stop()


def _end_flow(run: Run) -> Outcome:
    """A contact that waits in a queue or talks to somebody stays; one that is nowhere else ends with its flow."""
    queued = queueing.of_contact(run.world, run.contact.id)
    waits = queued is not None and queued.waits
    if not waits and not participants.of_role(run.world, run.contact, "AGENT", "CUSTOM_BOT"):
        chat.ends(run.world, run.contact, "CONTACT_FLOW_DISCONNECT")
    return Stop()


KINDS = {
    "TransferContactToQueue": Kind(fits, _transfer),
    "DequeueContactAndTransferToQueue": Kind(check_target, _dequeue),
    "TransferToFlow": Kind(_check_flow, _flow),
    "DisconnectParticipant": Kind(is_end, _disconnect),
    "EndFlowExecution": Kind(is_end, _end_flow),
}
