"""A contact event in EventBridge's shape (adminguide/contact-events)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from connect_emulator.clock import iso
from connect_emulator.world import Contact, World, agents, queueing, register

DETAIL_TYPE = "Amazon Connect Contact Event"


def event(world: World, contact: Contact, kind: str) -> dict[str, Any]:
    instance = world.instance
    return {
        "version": "0",
        "id": world.new_id(),
        "detail-type": DETAIL_TYPE,
        "source": "aws.connect",
        "account": instance.account,
        "time": _second(world.clock.now()),
        "region": instance.region,
        "resources": [instance.contact_arn(contact.id), instance.arn],
        "detail": _detail(world, contact, kind),
    }


def _detail(world: World, contact: Contact, kind: str) -> dict[str, Any]:
    members = {
        "eventType": kind,
        "contactId": contact.id,
        "initialContactId": None if contact.initial_id == contact.id else contact.initial_id,
        "previousContactId": contact.previous_id,
        "relatedContactId": contact.related_id,
        "channel": "CHAT",
        "instanceArn": world.instance.arn,
        "initiationMethod": contact.initiation_method,
        "initiationTimestamp": iso(contact.initiated_at),
        "connectedToSystemTimestamp": contact.connected_at and iso(contact.connected_at),
        "disconnectTimestamp": contact.ended_at and iso(contact.ended_at),
        "disconnectReason": contact.end_reason,
        "queueInfo": _queue(world, contact),
        "agentInfo": _agent(world, contact, kind),
    }
    return {name: value for name, value in members.items() if value}


def _queue(world: World, contact: Contact) -> dict[str, Any] | None:
    queued = queueing.of_contact(world, contact.id)
    if queued is None:
        return None
    return {
        "queueArn": world.instance.queue_arn(queued.queue_id),
        "queueType": "AGENT" if queued.queue_id.startswith(queueing.OF_AGENT) else "STANDARD",
        "enqueueTimestamp": iso(queued.entered_at),
    }


def _agent(world: World, contact: Contact, kind: str) -> dict[str, Any] | None:
    """With the after contact work when that is over."""
    served = agents.served(world, contact.id)
    if served is None:
        return None
    work = agents.after_contact_work(served) if kind == "COMPLETED" else {}
    return {
        "agentArn": register.arn(world, register.USER, served.user_id),
        "connectedToAgentTimestamp": iso(served.connected_at or 0),
        **{name[0].lower() + name[1:]: _plain(value) for name, value in work.items()},
    }


def _plain(value: datetime | int) -> str | int:
    return value if isinstance(value, int) else iso(round(value.timestamp() * 1000))


def _second(milliseconds: int) -> str:
    return iso(milliseconds)[:19] + "Z"
