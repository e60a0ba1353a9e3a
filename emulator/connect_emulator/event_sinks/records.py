"""A contact record (adminguide/ctr-data-model), as it goes into the stream when the contact has ended and when it is cleared."""

from __future__ import annotations

from typing import Any

from connect_emulator.clock import iso
from connect_emulator.world import Contact, World, agents, contacts, details, queueing, register
from connect_emulator.world.agents import AgentContact

FORMAT = "2017-03-10"


def record(world: World, contact: Contact, transcript: str | None = None) -> dict[str, Any]:
    """`transcript` is where the transcript of this contact is."""
    known, served = details.of_contact(world, contact.id), agents.served(world, contact.id)
    after = world.store.value("SELECT id FROM contact WHERE previous_id = ?", contact.id)
    return {
        "AWSAccountId": world.instance.account,
        "AWSContactTraceRecordFormatVersion": FORMAT,
        "Agent": served and _agent(world, served),
        "AgentConnectionAttempts": len(agents.of_contact(world, contact.id)),
        "Attributes": contacts.attributes(world, contact.initial_id),
        "Channel": "CHAT",
        "ConnectedToSystemTimestamp": _time(contact.connected_at),
        "ContactDetails": {"ContactDetailsName": known.name, "ContactDetailsDescription": known.description}
        if known.name
        else {},
        "ContactId": contact.id,
        "CustomerEndpoint": None,
        "DisconnectReason": contact.end_reason,
        "DisconnectTimestamp": _time(contact.ended_at),
        "InitialContactId": None if contact.initial_id == contact.id else contact.initial_id,
        "InitiationMethod": contact.initiation_method,
        "InitiationTimestamp": _time(contact.initiated_at),
        "InstanceARN": world.instance.arn,
        "LastUpdateTimestamp": _time(max(contact.updated_at, served.cleared_at or 0 if served else 0)),
        "MediaStreams": [{"Type": "CHAT"}],
        "NextContactId": after,
        "PreviousContactId": contact.previous_id,
        "Queue": _queue(world, contact),
        "Recordings": transcript and [_recording(transcript)],
        "References": [
            {"Name": name, "Type": reference["Type"], "Value": reference["Value"]}
            for name, reference in sorted(known.references.items())
        ],
        "RelatedContactId": contact.related_id,
        "ScheduledTimestamp": None,
        "SegmentAttributes": contact.segment_attributes,
        "SystemEndpoint": None,
        "Tags": {"aws:connect:instanceId": world.instance.id},
        "TransferCompletedTimestamp": _time(contact.ended_at) if _transferred(world, after) else None,
    }


def _agent(world: World, served: AgentContact) -> dict[str, Any]:
    user = agents.user(world, served.user_id)
    profile = register.get(world, register.ROUTING_PROFILE, user.body["RoutingProfileId"])
    ended = served.changed_at if served.state == "ENDED" else None
    return {
        "ARN": register.arn(world, register.USER, user.id),
        "Username": user.name,
        "RoutingProfile": {"ARN": register.arn(world, profile.kind, profile.id), "Name": profile.name},
        "ConnectedToAgentTimestamp": _time(served.connected_at),
        "AgentInteractionDuration": _seconds(served.connected_at, ended),
        "AfterContactWorkStartTimestamp": _time(ended),
        "AfterContactWorkEndTimestamp": _time(served.cleared_at),
        "AfterContactWorkDuration": _seconds(ended, served.cleared_at),
        "NumberOfHolds": 0,
        "CustomerHoldDuration": 0,
        "LongestHoldDuration": 0,
        "HierarchyGroups": None,
    }


def _queue(world: World, contact: Contact) -> dict[str, Any] | None:
    queued = queueing.of_contact(world, contact.id)
    if queued is None:
        return None
    return {
        "ARN": world.instance.queue_arn(queued.queue_id),
        "Name": queueing.name_of(world, queued.queue_id),
        "EnqueueTimestamp": _time(queued.entered_at),
        "DequeueTimestamp": _time(queued.left_at),
        "Duration": _seconds(queued.entered_at, queued.left_at),
    }


def _recording(location: str) -> dict[str, Any]:
    return {"Location": location, "MediaStreamType": "CHAT", "Status": "AVAILABLE", "StorageType": "S3", "Type": "CHAT"}


def _transferred(world: World, next_id: str | None) -> bool:
    found = contacts.find(world, next_id) if next_id else None
    return found is not None and found.initiation_method in {"TRANSFER", "QUEUE_TRANSFER"}


def _time(milliseconds: int | None) -> str | None:
    return None if milliseconds is None else iso(milliseconds)[:19] + "Z"


def _seconds(begin: int | None, end: int | None) -> int | None:
    return None if begin is None or end is None else (end - begin) // 1000
