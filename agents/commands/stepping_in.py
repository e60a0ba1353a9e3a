"""Commands of supervisors who step in, and of agents who ask them to. agents/supervision does it and audits it."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from agents import routing
from agents.protocol import (
    BargeIn,
    ContactParams,
    ForceAgentState,
    NoParams,
    OnAgents,
    OnContacts,
    OutboundMessageParams,
    RaiseHand,
    ReassignContact,
    RequeueContact,
    SendWhisper,
    SetAgentCapacity,
    SetAgentQueues,
    SetPriority,
    TakeOver,
)
from agents.protocol.refusals import Refusal
from agents.routing.interventions import Intervention
from agents.supervision import actions, barging_in, help_requests, scope, whispers
from chats import serialisers
from chats.db import db_read, db_write
from chats.models import OutboundMessage
from chats.outbox import Message

from .command import Caller

Results = dict[str, Any]


async def _intervention(verb: str, caller: Caller, reason: str, seen: tuple[int | None, ...] = ()) -> Intervention:
    act = await db_read(actions.intervention)(verb, caller.user, reason, timezone.now())
    return Intervention(act.by, act.now, act.reason, seen)


# ---- beside the conversation, and in it ------------------------------------------------------------------------------


async def whisper(caller: Caller, params: SendWhisper) -> Results:
    words = (params.contact_id, params.text, params.client_token, timezone.now())
    return {"whisperId": str((await db_write(whispers.send)(caller.user, *words)).key)}


async def answer_whisper(caller: Caller, params: SendWhisper) -> Results:
    words = (params.contact_id, params.text, params.client_token, timezone.now())
    return {"whisperId": str((await db_write(whispers.answer)(caller.at_desk, *words)).key)}


async def barge_in(caller: Caller, params: BargeIn) -> Results:
    act = await _intervention("bargeIn", caller, params.reason)
    words = Message(caller.user.pk, params.contact_id, params.content, params.content_type, params.client_token)
    return _sent(await db_write(barging_in.barge_in)(act.by, words, act.reason))


async def retry(caller: Caller, params: OutboundMessageParams) -> Results:
    """Words of one's own to the customer that failed."""
    act = await _intervention("retryMessage", caller, "")
    return _sent(await db_write(barging_in.retry)(act.by, params.contact_id, params.client_token))


async def discard(caller: Caller, params: OutboundMessageParams) -> None:
    act = await _intervention("discardMessage", caller, "")
    await db_write(barging_in.discard)(act.by, params.contact_id, params.client_token)


def _sent(row: OutboundMessage) -> Results:
    return {"clientToken": row.client_token, "state": serialisers.outbound_state(row)}


async def supervisor_typing(caller: Caller, params: ContactParams) -> None:
    await db_read(barging_in.typing)(caller.user, params.contact_id)


# ---- contacts --------------------------------------------------------------------------------------------------------


async def take_over(caller: Caller, params: TakeOver) -> None:
    seen = (params.seen_owner,) if "seen_owner" in params.model_fields_set else ()
    act = await _intervention("takeOver", caller, params.reason, seen)
    await db_write(actions.take_over)(act, params.contact_id, over_capacity=params.over_capacity)


async def reassign(caller: Caller, params: ReassignContact) -> Results:
    act = await _intervention("reassignContact", caller, params.reason)
    if params.agent_id is not None and params.queue_id is None:
        to_agent = db_write(actions.reassign_to_agent)
        which = (params.contact_ids, params.agent_id, params.seen_owners)
        return {"results": await to_agent(act, *which, over_capacity=params.over_capacity)}
    if params.queue_id is None or params.agent_id is not None:
        raise Refusal("targetNeeded", "Name an agent or a queue, one of the two.")
    to_queue = db_write(actions.reassign_to_queue)
    return {"results": await to_queue(act, params.contact_ids, params.queue_id, params.seen_owners)}


async def requeue(caller: Caller, params: RequeueContact) -> Results:
    act = await _intervention("requeueContact", caller, params.reason)
    return {"results": await db_write(actions.requeue)(act, params.contact_ids, params.seen_owners, first=params.first)}


async def set_priority(caller: Caller, params: SetPriority) -> Results:
    act = await _intervention("setPriority", caller, params.reason)
    return {"results": await db_write(actions.set_priority)(act, params.contact_ids, params.priority)}


async def end(caller: Caller, params: OnContacts) -> Results:
    act = await _intervention("endContact", caller, params.reason)
    return {"results": await db_write(actions.end)(act, params.contact_ids)}


async def clear(caller: Caller, params: OnContacts) -> Results:
    act = await _intervention("clearStuckContact", caller, params.reason)
    return {"results": await db_write(actions.clear)(act, params.contact_ids)}


# ---- agents ----------------------------------------------------------------------------------------------------------


async def force_state(caller: Caller, params: ForceAgentState) -> Results:
    act = await _intervention("forceAgentState", caller, params.reason)
    requeued = params.open_contacts == "requeue"
    return {"results": await db_write(actions.force_state)(act, params.agent_ids, params.state, requeue=requeued)}


async def sign_out(caller: Caller, params: OnAgents) -> Results:
    act = await _intervention("signOutAgent", caller, params.reason)
    requeued = params.open_contacts == "requeue"
    return {"results": await db_write(actions.sign_out)(act, params.agent_ids, requeue=requeued)}


async def set_capacity(caller: Caller, params: SetAgentCapacity) -> None:
    act = await _intervention("setAgentCapacity", caller, params.reason)
    await db_write(actions.set_capacity)(act, params.agent_id, params.capacity)


async def set_queues(caller: Caller, params: SetAgentQueues) -> None:
    act = await _intervention("setAgentQueues", caller, params.reason)
    await db_write(actions.set_queues)(act, params.agent_id, params.routing_profile)


async def endpoints(caller: Caller, _params: NoParams) -> Results:
    """Whom a contact can be given to: the agents and queues that this supervisor sees."""
    return {"endpoints": await db_read(_endpoints)(caller)}


def _endpoints(caller: Caller) -> list[dict[str, Any]]:
    user = scope.current(caller.user)
    agents, queues = scope.agents_visible_to(user), scope.queues_visible_to(user)
    return routing.endpoints.listed_of(agents, queues, timezone.now())


# ---- help ------------------------------------------------------------------------------------------------------------


async def raise_hand(caller: Caller, params: RaiseHand) -> None:
    await db_write(help_requests.raise_hand)(caller.user, params.contact_id, params.reason, timezone.now())


async def lower_hand(caller: Caller, params: ContactParams) -> None:
    await db_write(help_requests.lower_hand)(caller.user, params.contact_id, timezone.now())


async def raise_hand_for(caller: Caller, params: RaiseHand) -> None:
    """A supervisor calls colleagues to a contact they see."""
    what = (caller.user, params.contact_id, params.reason, timezone.now())
    await db_write(help_requests.raise_hand)(*what, serves=False)


async def lower_hand_for(caller: Caller, params: ContactParams) -> None:
    await db_write(help_requests.lower_hand)(caller.user, params.contact_id, timezone.now(), serves=False)


async def take_help(caller: Caller, params: ContactParams) -> None:
    await db_write(help_requests.take)(caller.user, params.contact_id, timezone.now())
