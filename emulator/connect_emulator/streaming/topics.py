"""Which contact streams to which topic, and an item written once per subscription, in the change that made it."""

from __future__ import annotations

import json
from typing import Any

from connect_emulator import limits, undocumented
from connect_emulator.restjson import ServiceError
from connect_emulator.world import Contact, Item, World
from connect_emulator.world.world import Due


def start(world: World, contact: Contact, topic_arn: str) -> str:
    known = {row["topic_arn"]: row["id"] for row in _rows(world, contact)}
    if topic_arn in known and undocumented.SAME_TOPIC_IS_SAME_STREAM:
        return str(known[topic_arn])
    if len(known) >= limits.STREAMING_TOPICS:
        raise ServiceError("LimitExceededException", f"a contact streams to at most {limits.STREAMING_TOPICS} topics")
    streaming_id = world.new_id()
    world.store.insert("streaming", id=streaming_id, contact_id=contact.initial_id, topic_arn=topic_arn)
    return streaming_id


def stop(world: World, contact: Contact, streaming_id: str) -> None:
    sql = "DELETE FROM streaming WHERE id = ? AND contact_id = ?"
    if world.store.run(sql, streaming_id, contact.initial_id) == 0:
        raise ServiceError("ResourceNotFoundException", "the contact has no streaming with this StreamingId")


def stop_all(world: World, contact: Contact) -> None:
    world.store.run("DELETE FROM streaming WHERE contact_id = ?", contact.initial_id)


def of_contact(world: World, contact: Contact) -> list[str]:
    return [row["topic_arn"] for row in _rows(world, contact)]


def publish(world: World, item: Item, topic_arns: list[str], sent: dict[str, Any] | None = None) -> None:
    """`sent` is what is posted of the item, where that is not the item as it is."""
    for topic_arn in topic_arns:
        publish_text(world, topic_arn, json.dumps(sent or item.as_sent()), _attributes(world, item))


def publish_text(world: World, topic_arn: str, text: str, attributes: dict[str, str] | None = None) -> None:
    subscribers = world.store.all(
        "SELECT arn FROM subscription WHERE topic_arn = ? AND confirmed ORDER BY arn", topic_arn
    )
    message_id, kept = world.new_id(), json.dumps(attributes or {})
    for subscriber in subscribers:
        _owe(world, subscriber["arn"], message_id, text, kept)


def _owe(world: World, subscription_arn: str, message_id: str, message: str, attributes: str) -> None:
    now = world.clock.wall()
    world.store.insert(
        "delivery",
        message_id=message_id,
        subscription_arn=subscription_arn,
        kind="Notification",
        message=message,
        attributes=attributes,
        published_at=now,
        next_at=now,
    )
    world.store.notice(Due())


def _attributes(world: World, item: Item) -> dict[str, str]:
    """The message attributes of adminguide/sns-payload; SNS takes no empty value, so what an item lacks is left out."""
    attributes = {
        "InitialContactId": item.initial_id,
        "ContactId": item.contact_id,
        "ParticipantRole": item.role,
        "InstanceId": world.instance.id,
        "AccountId": world.instance.account,
        "Type": item.type,
        "ContentType": item.content_type,
        "MessageVisibility": "ALL",
    }
    return {name: value for name, value in attributes.items() if value}


def _rows(world: World, contact: Contact) -> list[dict[str, str]]:
    """Streaming belongs to the chat, not to a segment: it is kept with its first contact."""
    sql = "SELECT id, topic_arn FROM streaming WHERE contact_id = ? ORDER BY topic_arn"
    return [dict(row) for row in world.store.all(sql, contact.initial_id)]
