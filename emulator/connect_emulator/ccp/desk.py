"""What an agent does in a CCP: is offered a contact, accepts or rejects it, misses it, transfers it, leaves it, clears it."""

from __future__ import annotations

from connect_emulator import chat, limits, undocumented
from connect_emulator.restjson import ServiceError
from connect_emulator.world import (
    Contact,
    Participant,
    World,
    agents,
    contacts,
    participants,
    queueing,
    reservations,
    segments,
)
from connect_emulator.world.agents import CLEARABLE, AgentContact
from connect_emulator.world.register import Resource


def offer(world: World, contact: Contact, agent: Resource) -> AgentContact:
    """A queued contact rings at one agent at a time; 20 seconds later it is missed."""
    queued = queueing.of_contact(world, contact.id)
    if queued is None or not queued.waits:
        raise ServiceError("InvalidRequestException", "the contact does not wait in a queue")
    if any(each.state == "CONNECTING" for each in agents.of_contact(world, contact.id)):
        raise ServiceError("InvalidRequestException", "the contact is being offered to an agent already")
    return agents.offer(world, contact, agent.id)


def accept(world: World, contact: Contact, agent: Resource) -> Participant:
    """The agent joins: the contact leaves its queue, its flow stops, a custom participant goes."""
    entry = agents.on_ccp(world, contact.id, agent.id, "CONNECTING")
    queueing.leave(world, contact.id, answered=True)
    contacts.stop_flow(world, contact)
    reserved = reservations.of(world, entry.seq)
    participant = participants.add_agent(world, contact, agents.display_name(agent), reserved)
    agents.set_connected(world, entry, participant.id)
    world.tell_events(contact.id, "CONNECTED_TO_AGENT")
    chat.joins(world, contact, participant)
    return participant


def reject(world: World, contact: Contact, agent: Resource) -> None:
    """The contact keeps its place in the queue."""
    agents.set_state(world, agents.on_ccp(world, contact.id, agent.id, "CONNECTING"), "REJECTED")


def miss(world: World, seq: int) -> None:
    """Nobody answered in time: the same, and the agent's slot is taken until it is cleared."""
    entry = agents.find(world, seq)
    if entry and entry.state == "CONNECTING":
        agents.set_state(world, entry, "MISSED")


def leave(world: World, contact: Contact, agent: Resource) -> None:
    """The agent ends its part of the chat."""
    participant = _at_work(world, contact, agent)
    chat.leaves(world, contact, participant)


def clear(world: World, contact: Contact, agent: Resource) -> None:
    """After contact work is done, or a missed contact is put away."""
    entry = agents.on_ccp(world, contact.id, agent.id, *CLEARABLE)
    agents.clear(world, entry)
    if entry.connected_at is not None:
        world.tell_events(contact.id, "COMPLETED")


def transfer(world: World, contact: Contact, agent: Resource, queue_id: str) -> Contact:
    """By a quick connect: the agent leaves, and the chat goes on in the queue as a contact of its own."""
    participant = _at_work(world, contact, agent)
    _require_transfers_left(world, contact)
    if queueing.is_full(world, queue_id):
        raise ServiceError("InvalidRequestException", "the queue is at capacity")
    chat.is_transferred(world, contact, participant)
    segment = segments.begin(world, contact, "TRANSFER", reason=undocumented.REASON_OF_A_TRANSFER)
    queueing.enter(world, segment, queue_id)
    world.tell_flows(segment.id, chat.QUEUED)
    return segment


def _at_work(world: World, contact: Contact, agent: Resource) -> Participant:
    entry = agents.on_ccp(world, contact.id, agent.id, "CONNECTED")
    participant = participants.find(world, entry.participant_id or "")
    if participant is None:
        raise AssertionError("an agent who is connected is a participant")
    return participant


def _require_transfers_left(world: World, contact: Contact) -> None:
    if contacts.transfers(world, contact.initial_id) >= limits.TRANSFERS:
        raise ServiceError("InvalidRequestException", f"a contact is transferred at most {limits.TRANSFERS} times")
