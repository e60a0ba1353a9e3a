"""What is owed to Connect, as rows: messages, files and DisconnectParticipant are enqueued here, in the caller's transaction.

`chats.sending` claims the rows and sends them.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction
from django.utils import timezone

from . import realtime, rich_text, stored_files
from .models import PLAIN, Contact, OutboundMessage
from .realtime import sequences
from .reasons import Reason

if TYPE_CHECKING:
    from django.contrib.auth.models import User

BELL = "outbox"
MAX_CONTENT_BYTES = 16_384  # SendMessage, connectparticipant 2018-09-07: bytes, not characters
CONTENT_TYPES = frozenset({"text/plain", "text/markdown"})
NOTHING = Reason()
NONE_CLOSED: Mapping[str, Reason] = MappingProxyType({})
TOKEN_REUSED = Reason("token_reused")


class NotSendable(ValueError):
    """Connect would refuse this; `reason` is for programs, `why` for people."""

    def __init__(self, reason: str, why: Reason) -> None:
        super().__init__(str(why))
        self.reason, self.why = reason, why


def check(text: str, content_type: str) -> None:
    """Raise NotSendable for what Connect would refuse, before it is enqueued."""
    if content_type not in CONTENT_TYPES:
        use = " / ".join(sorted(CONTENT_TYPES))
        raise NotSendable("contentType", Reason("content_type", type=content_type, use=use))
    if not text.strip():
        raise NotSendable("empty", Reason("empty_message"))
    size = len(text.encode())
    if size > MAX_CONTENT_BYTES:
        raise NotSendable(
            "tooLong",
            Reason(
                "message_too_long",
                size=f"{size:,}",
                most=f"{MAX_CONTENT_BYTES:,}",
            ),
        )


@dataclass(frozen=True, slots=True)
class Message:
    """What somebody says to the customer of a contact: the one form of it between the socket and its row.

    Of a file, `text` is its name and `file` the key of its bytes (chats.stored_files).
    """

    author_id: int | None  # None: the portal itself
    contact_id: str
    text: str
    content_type: str = PLAIN
    client_token: str = field(default_factory=lambda: str(uuid.uuid4()))
    file: str = ""
    size: int | None = None


def enqueue(
    contact: Contact, text: str, *, author: User | None = None, content_type: str = PLAIN, client_token: str = ""
) -> OutboundMessage:
    """Enqueue a text for the customer. The same client token again is the same message: the row that is there."""
    contact.conversation.lock()  # two tabs with one token meet here
    token = client_token or str(uuid.uuid4())
    message = Message(author.pk if author else None, contact.pk, text, content_type, token)
    return _enqueued(enqueue_all([message], {contact.pk: contact}))


def enqueue_file(contact: Contact, file: Message, closed: Reason = NOTHING) -> OutboundMessage:
    """Enqueue a file, in its turn among the messages. The same client token again is the same file."""
    contact.conversation.lock()
    return _enqueued(enqueue_all([file], {contact.pk: contact}, {contact.pk: closed}))


def _enqueued(rows: Sequence[OutboundMessage | NotSendable]) -> OutboundMessage:
    (row,) = rows
    if isinstance(row, NotSendable):
        raise row
    return row


def enqueue_all(
    messages: Sequence[Message], contacts: Mapping[str, Contact], closed: Mapping[str, Reason] = NONE_CLOSED
) -> list[OutboundMessage | NotSendable]:
    """The row of each message, or why it cannot be sent. Call it with the conversations locked.

    `closed` says of contacts why nothing new can be said there; what was enqueued before is still answered.
    """
    keys = [(contacts[one.contact_id].conversation_id, one.client_token) for one in messages]
    known = _known(keys)
    new: list[OutboundMessage] = []
    results: list[OutboundMessage | NotSendable] = []
    for one, key in zip(messages, keys, strict=True):
        why = _not_sendable(one, known.get(key), closed.get(one.contact_id, NOTHING))
        if why is None and key not in known:
            known[key] = _new_row(one, contacts[one.contact_id])
            new.append(known[key])
        results.append(known[key] if why is None else why)
    _insert(new)
    return results


def _known(keys: Sequence[tuple[int, str]]) -> dict[tuple[int, str], OutboundMessage]:
    wanted = set(keys)
    rows = OutboundMessage.objects.select_related("author").filter(
        conversation__in={conversation for conversation, _ in keys}, client_token__in={token for _, token in keys}
    )
    return {key: row for row in rows if (key := (row.conversation_id, row.client_token)) in wanted}


def _not_sendable(message: Message, known: OutboundMessage | None, closed: Reason) -> NotSendable | None:
    if not message.file:
        try:
            check(message.text, message.content_type)
        except NotSendable as error:
            return error
    if known is None:
        return NotSendable("contactNotConnected", closed) if closed else None
    return None if _is_same(message, known) else NotSendable("clientTokenReused", TOKEN_REUSED)


def _is_same(message: Message, row: OutboundMessage) -> bool:
    texts = {message.text} if message.file else {message.text, rich_text.plain(message.text)}
    return row.author_id == message.author_id and row.size == message.size and row.content in texts


def _new_row(message: Message, contact: Contact) -> OutboundMessage:
    """Not saved yet. A text is in a type that the chat takes."""
    row = _row(contact, message.client_token, author_id=message.author_id)
    if message.author_id is not None and message.author_id == contact.owner_id:
        row.author = contact.owner  # it is read already, and the frame names it
    row.content, row.content_type, row.file, row.size = message.text, message.content_type, message.file, message.size
    if message.file:
        row.kind = OutboundMessage.Kind.ATTACHMENT
    elif message.content_type not in contact.conversation.content_types:
        row.content, row.content_type = rich_text.plain(message.text), PLAIN
    return row


def as_plain_text(outgoing: OutboundMessage, now: datetime) -> None:
    """Connect has refused markdown: this message, and all that wait behind it, go as plain text. With the
    conversation locked.
    """
    waiting = OutboundMessage.objects.filter(
        conversation=outgoing.conversation, content_type=rich_text.MARKDOWN, state__in=OutboundMessage.UNFINISHED
    )
    for row in waiting.select_related("author").order_by("position"):
        row.conversation = outgoing.conversation
        as_plain = {"content": rich_text.plain(row.content), "content_type": PLAIN}
        if row.pk == outgoing.pk:
            change(row, state=OutboundMessage.State.QUEUED, due_at=now, **as_plain)
        else:
            change(row, **as_plain)


def disconnect(contact: Contact) -> OutboundMessage:
    """Enqueue DisconnectParticipant, after everything that was enqueued before."""
    token = f"leave-{contact.round}-{contact.pk}"
    contact.conversation.lock()
    known = OutboundMessage.objects.filter(conversation=contact.conversation, client_token=token).first()
    if known is None:
        known = _row(contact, token, kind=OutboundMessage.Kind.DISCONNECT, content_type="")
        _insert([known])
    return known


def retry(outgoing: OutboundMessage, now: datetime) -> None:
    """A failed message goes to the end of the queue, with the token it has: it can never be there twice."""
    if outgoing.state != OutboundMessage.State.FAILED:
        return
    seq = outgoing.conversation.next_seq()
    outgoing.state, outgoing.why, outgoing.position, outgoing.seq = OutboundMessage.State.QUEUED, Reason(), seq, seq
    outgoing.due_at, outgoing.attempts, outgoing.first_tried_at = now, 0, None
    outgoing.save()
    realtime.publish(outgoing)
    realtime.wake(BELL)


def discard(outgoing: OutboundMessage) -> None:
    """Take a message back that was not sent."""
    outgoing.state = OutboundMessage.objects.select_for_update().values_list("state", flat=True).get(pk=outgoing.pk)
    if outgoing.state in {OutboundMessage.State.FAILED, OutboundMessage.State.QUEUED}:
        change(outgoing, state=OutboundMessage.State.DISCARDED)


def fail_unsent(contact: Contact, why: Reason) -> None:
    """Nothing of this round can be sent any more: what waits fails, visibly. What is on its way finds out itself."""
    unsent = [OutboundMessage.State.QUEUED, OutboundMessage.State.TAKEN]
    waiting = OutboundMessage.objects.filter(contact=contact, round=contact.round, state__in=unsent)
    for outgoing in waiting.select_for_update():  # no worker may claim it meanwhile
        outgoing.conversation = contact.conversation
        fail(outgoing, why, tried=outgoing.attempts > 0)


def fail(outgoing: OutboundMessage, why: Reason, *, tried: bool) -> None:
    """A message fails, visibly; DisconnectParticipant is done when we are out anyway. `tried`: a call was never answered."""
    if outgoing.kind == OutboundMessage.Kind.DISCONNECT:
        change(outgoing, state=OutboundMessage.State.SENT, why=Reason())
    else:
        change(outgoing, state=OutboundMessage.State.FAILED, why=_unsent(outgoing, why, tried=tried))


def _unsent(outgoing: OutboundMessage, why: Reason, *, tried: bool) -> Reason:
    if not tried:
        return Reason("not_sent", why=why)
    if outgoing.state == OutboundMessage.State.TAKEN:
        return Reason("perhaps_not_sent_scanning", why=why)
    return Reason("perhaps_not_sent", why=why)


def correct(contact: Contact, told: Reason, better: Reason) -> None:
    """Why the contact ended is known better now: what failed because of it says so, too."""
    failed = OutboundMessage.objects.filter(contact=contact, round=contact.round, state=OutboundMessage.State.FAILED)
    for outgoing in failed:
        if outgoing.why.params.get("why") == told:
            outgoing.conversation = contact.conversation
            change(outgoing, why=outgoing.why.but(why=better))


def mark_sent(rows: Sequence[tuple[OutboundMessage, str]]) -> None:
    """Connect has these messages, as the items of these Ids. Call it with the conversations locked."""
    if not rows:
        return
    numbers = sequences.next_numbers([outgoing.conversation for outgoing, _ in rows])
    for (outgoing, item_id), number in zip(rows, numbers, strict=True):
        outgoing.state, outgoing.item_id, outgoing.why, outgoing.seq = (
            OutboundMessage.State.SENT,
            item_id,
            Reason(),
            number,
        )
    with connection.cursor() as cursor:  # one trip; the ORM's bulk_update takes longer than single ones
        cursor.executemany(
            "UPDATE chats_outboundmessage SET state = %s, item_id = %s, why = '', seq = %s WHERE id = %s",
            [(str(outgoing.state), outgoing.item_id, outgoing.seq, outgoing.pk) for outgoing, _ in rows],
        )
    for outgoing, _ in rows:
        realtime.publish(outgoing)
        _delete_file_after_commit(outgoing)


def change(outgoing: OutboundMessage, **changes: object) -> None:
    """A visible change of the row, under the next number."""
    for name, value in changes.items():
        setattr(outgoing, name, value)
    outgoing.seq = outgoing.conversation.next_seq()
    outgoing.save(update_fields=[*changes, "seq"])
    realtime.publish(outgoing)
    if outgoing.state == OutboundMessage.State.DISCARDED:
        _delete_file_after_commit(outgoing)


def _delete_file_after_commit(outgoing: OutboundMessage) -> None:
    if outgoing.file:
        transaction.on_commit(partial(stored_files.delete, outgoing.file), robust=True)


def _row(contact: Contact, token: str, **what: Any) -> OutboundMessage:
    return OutboundMessage(
        conversation=contact.conversation, contact=contact, round=contact.round, client_token=token, **what
    )


def _insert(rows: Sequence[OutboundMessage]) -> None:
    now = timezone.now()
    for row, number in zip(rows, sequences.next_numbers([row.conversation for row in rows]), strict=True):
        row.due_at, row.created_at, row.position, row.seq = now, now, number, number
    OutboundMessage.objects.bulk_create(rows)
    for row in rows:
        realtime.publish(row)
    if rows:
        realtime.wake(BELL)
