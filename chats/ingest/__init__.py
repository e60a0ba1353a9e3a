"""Hears: the only writer of transcripts. The same item twice is one item; every change gets the next number.

Events that come while another transaction runs share the next one: their conversations are locked in one order, known
Ids dropped, then numbers taken; what is inserted is inserted at once, and what follows from it takes the numbers after.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from chats import outbox, realtime, wire
from chats.db import brief_transaction, db_write
from chats.models import Conversation, Item, OutboundMessage, Participant
from chats.realtime import sequences
from chats.realtime.group_commit import GroupCommit, RowLocked, do_unlocked
from chats.wire import ChatEvent

from . import contact_events, receipts

OURS = frozenset({"CUSTOM_BOT", "AGENT"})  # what our participants are: the second in a relayed contact


@dataclass(frozen=True, slots=True)
class Answer:
    """What Connect answered to SendMessage."""

    outgoing_pk: int
    item_id: str
    absolute_time: datetime
    now: datetime


async def receive(event: ChatEvent) -> bool:
    """Take one event in; True when it was new. It is committed when this returns. Raises together.Busy."""
    if event.content_type == wire.TYPING:
        if event.role != "AGENT" or not await db_write(_is_ours)(event):  # the agent's own, in a relayed contact
            _pass_typing_on(event)
        return True
    return await _writing(event)


def _is_ours(event: ChatEvent) -> bool:
    chat = {"conversation__initial_contact_id": event.initial_contact_id}
    return Participant.objects.filter(participant_id=event.participant_id, round__isnull=False, **chat).exists()


def write(events: Iterable[ChatEvent]) -> int:
    """Take events in, in one transaction; how many were new."""
    return sum(_write(list(events)))


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
    if item is not None and _kept_up(item, event) != item.attachments:
        return True
    return any((chat.pk, receipt.participant_id) in marks for receipt in event.receipts)


async def answered(answer: Answer) -> None:
    """`spoken`, sharing its commit with the answers of other rounds."""
    await _keeping_answers(answer)


def spoken(outgoing_pk: int, item_id: str, absolute_time: datetime, now: datetime) -> None:
    """Connect has taken our words: they are an item now, with their author, whether the echo came first or never."""
    _keep_answers([Answer(outgoing_pk, item_id, absolute_time, now)])


# ---- hearing -----------------------------------------------------------------------------------------------------------


@transaction.atomic
def _write(events: Sequence[ChatEvent]) -> list[bool]:
    """Whether each event was new."""
    return _take_in(events, sequences.lock_conversations(event.initial_contact_id for event in events))


def _write_together(events: Sequence[ChatEvent]) -> list[bool | RowLocked]:
    """As `_write`, for whatever came at the same time: conversations that another transaction holds are left out."""
    with brief_transaction():
        chats = sequences.lock_conversations((event.initial_contact_id for event in events), skip_locked=True)
        return do_unlocked(events, lambda event: event.initial_contact_id in chats, lambda free: _take_in(free, chats))


def _take_in(events: Sequence[ChatEvent], chats: Mapping[str, Conversation]) -> list[bool]:
    here = set(Item.objects.filter(pk__in=[event.id for event in events]).values_list("pk", flat=True))
    fresh: dict[str, ChatEvent] = {}
    news = []
    for event in events:
        news.append(event.is_kept and event.id not in here and event.id not in fresh)
        if news[-1]:
            fresh[event.id] = event
    _hear([(chats[event.initial_contact_id], event) for event in fresh.values()], timezone.now())
    receipts.mark(chats, events)  # when all are there: GetTranscript puts receipts on the very item they are for
    known = [event for event, new in zip(events, news, strict=True) if not new]
    _keep_up([event for event in known if event.type == wire.ATTACHMENT], chats)
    return news


def _hear(fresh: Sequence[tuple[Conversation, ChatEvent]], now: datetime) -> None:
    """Our own words that come back have an author, and were sent: also when the answer to our call never came."""
    ours: dict[str, OutboundMessage] = {}
    for conversation, event in fresh:
        outgoing = _own_words(conversation, event, [row.pk for row in ours.values()])
        if outgoing is not None:
            ours[event.id] = outgoing
    _insert([_item(chat, event, ours.get(event.id), now) for chat, event in fresh])
    outbox.mark_sent([(outgoing, item_id) for item_id, outgoing in ours.items()])
    receipts.name_roles(fresh)
    contact_events.apply(fresh, now)


def _own_words(conversation: Conversation, event: ChatEvent, taken: Collection[int]) -> OutboundMessage | None:
    """The row that was tried and not answered yet, in the same words: one of a round is under way, so it is that one."""
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


def _item(conversation: Conversation, event: ChatEvent, outgoing: OutboundMessage | None, now: datetime) -> Item:
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
        attachments=[_with_size(one, outgoing) for one in event.attachments],
        absolute_time=event.absolute_time,
        received_at=now,
        author=outgoing.author if outgoing else None,
    )


def _insert(items: Sequence[Item]) -> None:
    for item, number in zip(items, sequences.next_numbers([item.conversation for item in items]), strict=True):
        item.number = item.seq = number
    Item.objects.bulk_create(items)
    for item in items:
        realtime.publish(item)


def _with_size(told: Mapping[str, Any], outgoing: OutboundMessage | None) -> dict[str, Any]:
    """An item does not say how large its file is; of ours we know."""
    mine = outgoing is not None and outgoing.size is not None and told.get("AttachmentId") == outgoing.attachment_id
    return {**told, "AttachmentSizeInBytes": outgoing.size} if mine and outgoing else dict(told)


# ---- the state of attachments ----------------------------------------------------------------------------------------


def _keep_up(events: Sequence[ChatEvent], chats: Mapping[str, Conversation]) -> None:
    """An attachment is told again when its scan is done. Notifications come in any order: what is settled stays so."""
    items = Item.objects.select_related("author").in_bulk([event.id for event in events])
    for event in events:
        item = items.get(event.id)
        if item is None:
            continue
        item.conversation = chats[event.initial_contact_id]
        _keep_attachments(item, _kept_up(item, event))


def _kept_up(item: Item, event: ChatEvent) -> list[dict[str, Any]]:
    newer = {one["AttachmentId"]: one for one in event.attachments if _is_scanned(one) and "AttachmentId" in one}
    return [_newer(one, newer.get(one.get("AttachmentId", ""))) for one in item.attachments]


def _is_scanned(attachment: Mapping[str, Any]) -> bool:
    return attachment.get("Status") in {"APPROVED", "REJECTED"}


def _newer(held: dict[str, Any], told: Mapping[str, Any] | None) -> dict[str, Any]:
    return held if told is None or _is_scanned(held) else {**held, **told}


def _keep_attachments(item: Item, attachments: list[dict[str, Any]]) -> None:
    if attachments == item.attachments:
        return
    item.attachments, item.seq = attachments, item.conversation.next_seq()
    item.save(update_fields=["attachments", "seq"])
    realtime.publish(item)


@transaction.atomic
def learn_size(item_pk: str, attachment_id: str, size: int) -> None:
    """GetAttachment says how large a file is; the item did not."""
    item = Item.objects.select_related("author", "conversation").get(pk=item_pk)
    item.conversation.lock()
    item.refresh_from_db(fields=["attachments"])
    size_of = {attachment_id: {"AttachmentSizeInBytes": size}}
    _keep_attachments(item, [{**one, **size_of.get(one.get("AttachmentId", ""), {})} for one in item.attachments])


# ---- what became of our words ----------------------------------------------------------------------------------------


@transaction.atomic
def _keep_answers(answers: Sequence[Answer]) -> list[None]:
    return _credit_all(answers, _outgoing([answer.outgoing_pk for answer in answers]))


def _keep_answers_together(answers: Sequence[Answer]) -> list[RowLocked | None]:
    """As `_keep_answers`; conversations that another transaction holds are left out."""
    with brief_transaction():
        rows = _outgoing([answer.outgoing_pk for answer in answers], skip_locked=True)
        return do_unlocked(answers, lambda answer: answer.outgoing_pk in rows, lambda free: _credit_all(free, rows))


def _credit_all(answers: Sequence[Answer], rows: Mapping[int, OutboundMessage]) -> list[None]:
    there = {item.pk: item for item in Item.objects.filter(pk__in=[answer.item_id for answer in answers])}
    speakers = _speakers([rows[answer.outgoing_pk] for answer in answers])
    new = {}
    for answer in answers:
        row = rows[answer.outgoing_pk]
        if answer.item_id not in there:
            event = _as_event(row, answer, speakers.get((row.contact_id, row.round)))
            new[answer.item_id] = _item(row.conversation, event, row, answer.now)
        elif there[answer.item_id].author_id != row.author_id:
            _credit(there[answer.item_id], row)
    _insert(list(new.values()))
    pairs = [(rows[answer.outgoing_pk], answer.item_id) for answer in answers]
    outbox.mark_sent([(row, item_id) for row, item_id in pairs if row.state != OutboundMessage.State.SENT])
    return [None for _ in answers]


def _outgoing(pks: Sequence[int], *, skip_locked: bool = False) -> dict[int, OutboundMessage]:
    """The rows, with their conversations held."""
    chats = sequences.lock_streams(Conversation.objects.filter(outbound_messages__in=pks), skip_locked=skip_locked)
    found = OutboundMessage.objects.select_related("author", "contact").filter(pk__in=pks, conversation__in=chats)
    rows = {row.pk: row for row in found}
    for row in rows.values():
        row.conversation = chats[row.conversation_id]
    return rows


def _speakers(rows: Iterable[OutboundMessage]) -> dict[tuple[str, int], Participant]:
    """Our participants of these rounds, without their tokens: decrypting those takes longer than reading the row."""
    found = Participant.objects.filter(contact_id__in=[row.contact_id for row in rows], round__isnull=False)
    return {(one.contact_id, one.round or 0): one for one in found.defer("participant_token", "connection_token")}


def _credit(item: Item, outgoing: OutboundMessage) -> None:
    """The echo came before the answer: the item is there and learns who wrote it."""
    item.conversation, item.author = outgoing.conversation, outgoing.author
    item.seq = outgoing.conversation.next_seq()
    item.save(update_fields=["author", "seq"])
    realtime.publish(item)


def _as_event(outgoing: OutboundMessage, answer: Answer, ours: Participant | None) -> ChatEvent:
    return ChatEvent(
        id=answer.item_id,
        type="MESSAGE",
        content_type=outgoing.content_type,
        contact_id=outgoing.contact_id,
        initial_contact_id=outgoing.conversation.initial_contact_id,
        absolute_time=answer.absolute_time,
        content=outgoing.content,
        participant_id=ours.participant_id if ours else None,
        role=ours.role if ours else "CUSTOM_BOT",
        display_name=ours.display_name if ours else None,
    )


# ---- what is not kept --------------------------------------------------------------------------------------------------


def _pass_typing_on(event: ChatEvent) -> None:
    """Never stored, never numbered; our own typing is no news to us."""
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


_writing = GroupCommit(_write_together)
_keeping_answers = GroupCommit(_keep_answers_together)
