"""What Connect answered to SendMessage: the message is an item at once, before its event comes. Called by `chats.sending`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from chats import outbox, realtime
from chats.db import brief_transaction
from chats.models import Conversation, Item, OutboundMessage, Participant
from chats.realtime import sequences
from chats.realtime.group_commit import GroupCommit, RowLocked, do_unlocked
from chats.wire import ChatEvent

from . import messages


@dataclass(frozen=True, slots=True)
class Answer:
    """What Connect answered to SendMessage."""

    outgoing_pk: int
    item_id: str
    absolute_time: datetime
    now: datetime


async def receive_answer(answer: Answer) -> None:
    """Record an answer, sharing its commit with the answers to other messages."""
    await _group_commit(answer)


def record_answer(outgoing_pk: int, item_id: str, absolute_time: datetime, now: datetime) -> None:
    """Connect has taken our message: it is an item now, with its author, whether its event came first or never."""
    _record_all([Answer(outgoing_pk, item_id, absolute_time, now)])


@transaction.atomic
def _record_all(answers: Sequence[Answer]) -> list[None]:
    return _record(answers, _outgoing([answer.outgoing_pk for answer in answers]))


def _record_unlocked(answers: Sequence[Answer]) -> list[RowLocked | None]:
    """As `_record_all`; conversations that another transaction has locked are left out."""
    with brief_transaction():
        rows = _outgoing([answer.outgoing_pk for answer in answers], skip_locked=True)
        return do_unlocked(answers, lambda answer: answer.outgoing_pk in rows, lambda free: _record(free, rows))


def _record(answers: Sequence[Answer], rows: Mapping[int, OutboundMessage]) -> list[None]:
    there = {item.pk: item for item in Item.objects.filter(pk__in=[answer.item_id for answer in answers])}
    speakers = _speakers([rows[answer.outgoing_pk] for answer in answers])
    new = {}
    for answer in answers:
        row = rows[answer.outgoing_pk]
        if answer.item_id not in there:
            event = _as_event(row, answer, speakers.get((row.contact_id, row.round)))
            new[answer.item_id] = messages.new_item(row.conversation, event, row, answer.now)
        elif there[answer.item_id].author_id != row.author_id:
            _set_author(there[answer.item_id], row)
    messages.insert(list(new.values()))
    pairs = [(rows[answer.outgoing_pk], answer.item_id) for answer in answers]
    outbox.mark_sent([(row, item_id) for row, item_id in pairs if row.state != OutboundMessage.State.SENT])
    return [None for _ in answers]


def _outgoing(pks: Sequence[int], *, skip_locked: bool = False) -> dict[int, OutboundMessage]:
    """The rows, with their conversations locked."""
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


def _set_author(item: Item, outgoing: OutboundMessage) -> None:
    """The event came before the answer: the item is there, and gets its author."""
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


_group_commit = GroupCommit(_record_unlocked)
