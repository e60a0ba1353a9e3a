"""What an agent has in front of them, in the neutral shape of frontend/ccp/desk.d.ts. Read by the hub after every change."""

from __future__ import annotations

from typing import Any

from connect_emulator.world import (
    Contact,
    Participant,
    World,
    agents,
    contacts,
    details,
    queueing,
    register,
    reservations,
    signed_in,
)
from connect_emulator.world.agents import AgentContact
from connect_emulator.world.register import Resource

_TYPES = {"ROUTABLE": "routable", "CUSTOM": "not_routable", "OFFLINE": "offline"}


def desk_of(world: World, agent: Resource) -> dict[str, Any]:
    """All of it but `viewing`, which the hub knows."""
    later = agents.next_status(world, agent.id)
    since = agents.status_since(world, agent.id)
    return {
        "at": world.clock.now(),
        "instanceArn": world.instance.arn,
        "agent": {
            "id": agent.id,
            "username": agent.name,
            "name": _full_name(agent),
            "permissions": [],
            "preferences": signed_in.preferences(world, agent),
        },
        "states": [_state(each) for each in register.all_of(world, register.STATUS)],
        "state": {**_state(agents.status(world, agent.id)), "since": since},
        **({"nextState": {**_state(later.status), "since": later.since}} if later else {}),
        "routingProfile": _profile(world, agent),
        "contacts": [_contact(world, each) for each in agents.of_user(world, agent.id)],
    }


def endpoints(world: World, agent: Resource) -> list[dict[str, Any]]:
    """Quick connects: every queue, and every other agent. (In AWS an administrator makes them; the emulator has one for each.)"""
    queues = [(each, "queue") for each in register.all_of(world, register.QUEUE)]
    others = [(each, "agent") for each in register.all_of(world, register.USER) if each.id != agent.id]
    return [
        {"id": each.id, "type": kind, "name": each.name, **({"queue": _named(each)} if kind == "queue" else {})}
        for each, kind in queues + others
    ]


def _full_name(agent: Resource) -> str:
    info = agent.body.get("IdentityInfo", {})
    return " ".join(filter(None, (info.get("FirstName"), info.get("LastName")))) or agent.name


def _state(status: Resource) -> dict[str, Any]:
    return {"id": status.id, "name": status.name, "type": _TYPES[status.body["Type"]]}


def _named(queue: Resource) -> dict[str, str]:
    return {"id": queue.id, "name": queue.name}


def _profile(world: World, agent: Resource) -> dict[str, Any]:
    profile = register.get(world, register.ROUTING_PROFILE, agent.body["RoutingProfileId"])
    ids = [each["QueueReference"]["QueueId"] for each in profile.body["QueueConfigs"]]
    chats = [each for each in profile.body["MediaConcurrencies"] if each["Channel"] == "CHAT"]
    return {
        "id": profile.id,
        "name": profile.name,
        "chats": chats[0].get("Concurrency", 1) if chats else 0,
        "queues": [_named(register.get(world, register.QUEUE, each)) for each in dict.fromkeys(ids)],
        "outboundQueueId": profile.body["DefaultOutboundQueueId"],
    }


def _contact(world: World, entry: AgentContact) -> dict[str, Any]:
    contact = contacts.get(world, entry.contact_id)
    about = details.of_contact(world, contact.id)
    customer = _customer(world, contact)
    reserved = reservations.of(world, entry.seq)
    return {
        "id": contact.id,
        "initialId": contact.initial_id,
        **(
            {"relatedId": contact.previous_id or contact.related_id}
            if contact.previous_id or contact.related_id
            else {}
        ),
        "state": entry.state.lower(),
        "since": entry.changed_at,
        "offeredAt": entry.offered_at,
        **_queue(world, contact),
        "attributes": contacts.attributes(world, contact.initial_id),
        **{name: value for name, value in (("name", about.name), ("description", about.description)) if value},
        "references": {
            name: {"type": each.get("Type", "STRING"), "value": each.get("Value", "")}
            for name, each in about.references.items()
        },
        "initiationMethod": contact.initiation_method.lower(),
        "segmentAttributes": contact.segment_attributes,
        "features": {"attachments": True, "markdown": "text/markdown" in contact.supported},
        "agent": {
            "participantId": entry.participant_id or (reserved.participant_id if reserved else ""),
            "token": reserved.token if reserved else "",
        },
        "customer": {
            "participantId": customer.id,
            "name": customer.display_name,
            "present": not contact.ended and customer.state != "LEFT",
        },
    }


def _queue(world: World, contact: Contact) -> dict[str, Any]:
    if contact.queue_id is None:
        return {}
    since = contact.queued_at or contact.initiated_at
    return {"queue": {"id": contact.queue_id, "name": queueing.name_of(world, contact.queue_id) or "", "since": since}}


def _customer(world: World, contact: Contact) -> Participant:
    """One for the whole chat: it moves from contact to contact."""
    row = world.store.one(
        "SELECT p.* FROM participant p JOIN contact c ON c.id = p.contact_id WHERE c.initial_id = ? AND p.role = 'CUSTOMER'",
        contact.initial_id,
    )
    if row is None:
        raise AssertionError("a chat is begun by a customer")
    return Participant.of(row)
