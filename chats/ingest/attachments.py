"""Attachments of items: the state of their scan, and their size. Called by `ingest.messages`, which has locked the
conversations, and by `chats.attachments` when a file is read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction

from chats import realtime
from chats.models import Conversation, Item, OutboundMessage
from chats.wire import ChatEvent


def update(events: Sequence[ChatEvent], chats: Mapping[str, Conversation]) -> None:
    """Save what these events say of attachments of known items. Call it with the conversations locked."""
    items = Item.objects.select_related("author").in_bulk([event.id for event in events])
    for event in events:
        item = items.get(event.id)
        if item is None:
            continue
        item.conversation = chats[event.initial_contact_id]
        _save(item, merged(item, event))


def merged(item: Item, event: ChatEvent) -> list[dict[str, Any]]:
    """The attachments of the item after this event. Events come in any order: a scan that is done stays done."""
    newer = {one["AttachmentId"]: one for one in event.attachments if _is_scanned(one) and "AttachmentId" in one}
    return [_newer(one, newer.get(one.get("AttachmentId", ""))) for one in item.attachments]


def _is_scanned(attachment: Mapping[str, Any]) -> bool:
    return attachment.get("Status") in {"APPROVED", "REJECTED"}


def _newer(known: dict[str, Any], received: Mapping[str, Any] | None) -> dict[str, Any]:
    return known if received is None or _is_scanned(known) else {**known, **received}


def _save(item: Item, attachments: list[dict[str, Any]]) -> None:
    if attachments == item.attachments:
        return
    item.attachments, item.seq = attachments, item.conversation.next_seq()
    item.save(update_fields=["attachments", "seq"])
    realtime.publish(item)


@transaction.atomic
def save_size(item_pk: str, attachment_id: str, size: int) -> None:
    """Save how large a file is, which only GetAttachment says."""
    item = Item.objects.select_related("author", "conversation").get(pk=item_pk)
    item.conversation.lock()
    item.refresh_from_db(fields=["attachments"])
    size_of = {attachment_id: {"AttachmentSizeInBytes": size}}
    _save(item, [{**one, **size_of.get(one.get("AttachmentId", ""), {})} for one in item.attachments])


def with_size(attachment: Mapping[str, Any], outgoing: OutboundMessage | None) -> dict[str, Any]:
    """An attachment as its item keeps it: Connect does not say how large a file is, of ours it is known."""
    mine = (
        outgoing is not None and outgoing.size is not None and attachment.get("AttachmentId") == outgoing.attachment_id
    )
    return {**attachment, "AttachmentSizeInBytes": outgoing.size} if mine and outgoing else dict(attachment)
