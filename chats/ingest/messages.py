"""Writes transcripts: events of Connect become items, each Id once, and every change gets the next number.

Events that come while another transaction runs share the next one: their conversations are locked in one order, known
Ids dropped, then numbers taken; new items are inserted at once, and what follows from them takes the numbers after.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from chats import latency, metrics, outbox, realtime, wire
from chats.db import brief_transaction, db_write
from chats.models import Conversation, Item, OutboundMessage, Participant
from chats.realtime import sequences
from chats.realtime.group_commit import GroupCommit, RowLocked, do_unlocked
from chats.wire import ChatEvent

from . import attachments, contact_events, receipts

OURS = frozenset({"CUSTOM_BOT", "AGENT"})  # what our participants are: the second in a relayed contact


async def receive(event: ChatEvent) -> bool:
    """Record one event; True when it was new. It is committed when this returns. Raises group_commit.Busy."""
    if event.content_type == wire.TYPING:
        if event.role != "AGENT" or not await db_write(_is_ours)(event):  # the agent's own, in a relayed contact
            _broadcast_typing(event)
        return True
    is_new = await _group_commit(event)
    metrics.MESSAGES_RECEIVED.labels("new" if is_new else "known").inc()
    if is_new:
        latency.observe("received", (timezone.now() - event.absolute_time).total_seconds())
    return is_new


def _is_ours(event: ChatEvent) -> bool:
    chat = {"conversation__initial_contact_id": event.initial_contact_id}
    return Participant.objects.filter(participant_id=event.participant_id, round__isnull=False, **chat).exists()


def write(events: Iterable[ChatEvent]) -> int:
    """Record events in one transaction; how many were new. Comparing with Connect calls this: it found them late."""
    new = sum(_write(list(events)))
    metrics.MESSAGES_RECEIVED.labels("found_late").inc(new)
    return new


def lacking(events: Sequence[ChatEvent]) -> list[ChatEvent]:
    """Those that `write` would change something for. In a constant number of queries, and without any lock."""
    known = Item.objects.in_bulk([event.id for event in events])
    rows = Conversation.objects.filter(initial_contact_id__in={event.initial_contact_id for event in events})
    chats = {row.initial_contact_id: row for row in rows}
    marks = {(chat, who) for (chat, who), _, _ in receipts.rising(chats, events)}
    return [event for event in events if _is_lacking(event, known.get(event.id), chats, marks)]


def _is_lacking(
    event: ChatEvent, item: Item | None, chats: Mapping[str, Conversation], marks: Collection[tuple[int, str]]
) -> bool:
    chat = chats.get(event.initial_contact_id)
    if chat is None or (item is None and event.is_kept):
        return True
    if item is not None and attachments.merged(item, event) != item.attachments:
        return True
    return any((chat.pk, receipt.participant_id) in marks for receipt in event.receipts)


def _broadcast_typing(event: ChatEvent) -> None:
    """Never stored, never numbered. Typing of our own participant is left out."""
    if event.role != "CUSTOM_BOT":
        realtime.broadcast(
            f"conversation:{event.initial_contact_id}",
            "typing",
            {
                "contactId": event.contact_id,
                "participantId": event.participant_id or "",
                "role": event.role or "",
                "displayName": event.display_name or "",
            },
        )


# ---- recording, with the conversations locked --------------------------------------------------------------------------


@transaction.atomic
def _write(events: Sequence[ChatEvent]) -> list[bool]:
    """Whether each event was new."""
    return _record(events, sequences.lock_conversations(event.initial_contact_id for event in events))


def _write_unlocked(events: Sequence[ChatEvent]) -> list[bool | RowLocked]:
    """As `_write`, for events that came at the same time: conversations that another transaction has locked are left out."""
    with brief_transaction():
        chats = sequences.lock_conversations((event.initial_contact_id for event in events), skip_locked=True)
        return do_unlocked(events, lambda event: event.initial_contact_id in chats, lambda free: _record(free, chats))


def _record(events: Sequence[ChatEvent], chats: Mapping[str, Conversation]) -> list[bool]:
    here = set(Item.objects.filter(pk__in=[event.id for event in events]).values_list("pk", flat=True))
    new: dict[str, ChatEvent] = {}
    is_new = []
    for event in events:
        is_new.append(event.is_kept and event.id not in here and event.id not in new)
        if is_new[-1]:
            new[event.id] = event
    _record_new([(chats[event.initial_contact_id], event) for event in new.values()], timezone.now())
    receipts.mark(chats, events)  # when all are there: GetTranscript puts receipts on the very item they are for
    known = [event for event, fresh in zip(events, is_new, strict=True) if not fresh]
    attachments.update([event for event in known if event.type == wire.ATTACHMENT], chats)
    return is_new


def _record_new(new: Sequence[tuple[Conversation, ChatEvent]], now: datetime) -> None:
    """A message of ours that comes back has an author, and was sent: also when the answer to our call never came."""
    ours: dict[str, OutboundMessage] = {}
    for conversation, event in new:
        outgoing = _own_message(conversation, event, [row.pk for row in ours.values()])
        if outgoing is not None:
            ours[event.id] = outgoing
    insert([new_item(chat, event, ours.get(event.id), now) for chat, event in new])
    outbox.mark_sent([(outgoing, item_id) for item_id, outgoing in ours.items()])
    receipts.name_roles(new)
    contact_events.apply(new, now)


def _own_message(conversation: Conversation, event: ChatEvent, taken: Collection[int]) -> OutboundMessage | None:
    """The row that was tried and not answered yet, with the same content: one of a round is under way, so it is that one."""
    if event.role in OURS and event.type == wire.ATTACHMENT:
        return _own_file(conversation, event)
    if event.role not in OURS or event.type != "MESSAGE":
        return None
    ours = Participant.objects.filter(conversation=conversation, participant_id=event.participant_id).first()
    if ours is None or ours.round is None:
        return None
    tried = OutboundMessage.objects.filter(
        contact=ours.contact_id,
        round=ours.round,
        kind=OutboundMessage.Kind.MESSAGE,
        content=event.content,
        attempts__gt=0,
        item_id="",
    )
    tried = tried.exclude(pk__in=taken).select_related("author")
    rows = sorted(tried, key=lambda row: (row.state not in OutboundMessage.UNFINISHED, row.position))
    for row in rows:
        row.conversation = conversation
    return rows[0] if rows else None


def _own_file(conversation: Conversation, event: ChatEvent) -> OutboundMessage | None:
    """Known by Connect's id of the attachment, which was kept before Connect could make an item of it."""
    ids = [one["AttachmentId"] for one in event.attachments if one.get("AttachmentId")]
    found = OutboundMessage.objects.filter(conversation=conversation, attachment_id__in=ids, item_id="")
    row = found.select_related("author").first()
    if row is not None:
        row.conversation = conversation
    return row


def new_item(conversation: Conversation, event: ChatEvent, outgoing: OutboundMessage | None, now: datetime) -> Item:
    return Item(
        id=event.id,
        conversation=conversation,
        contact_id=event.contact_id,
        type=event.type,
        content_type=event.content_type,
        content=event.content,
        participant_id=event.participant_id,
        role=event.role,
        display_name=event.display_name,
        attachments=[attachments.with_size(one, outgoing) for one in event.attachments],
        absolute_time=event.absolute_time,
        received_at=now,
        author=outgoing.author if outgoing else None,
    )


def insert(items: Sequence[Item]) -> None:
    """Number, save and publish new items. Call it with their conversations locked."""
    for item, number in zip(items, sequences.next_numbers([item.conversation for item in items]), strict=True):
        item.number = item.seq = number
    Item.objects.bulk_create(items)
    for item in items:
        realtime.publish(item)


_group_commit = GroupCommit(_write_unlocked)
