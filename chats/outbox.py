"""What we owe Connect, as rows: words and goodbyes queue here, in the caller's transaction; the courier delivers them."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction
from django.utils import timezone

from . import realtime, rich_text, stored_files
from .models import PLAIN, Contact, Outgoing
from .realtime import sequences
from .reasons import Reason

if TYPE_CHECKING:
    from django.contrib.auth.models import User

BELL = "outbox"
MAX_CONTENT_BYTES = 16_384  # SendMessage, connectparticipant 2018-09-07: bytes, not characters
CONTENT_TYPES = frozenset({"text/plain", "text/markdown"})
NOTHING = Reason()
TOKEN_REUSED = Reason("token_reused")


class NotSendable(ValueError):
    """Connect would refuse this; `reason` is for programs, `why` for people."""

    def __init__(self, reason: str, why: Reason) -> None:
        super().__init__(str(why))
        self.reason, self.why = reason, why


def check(text: str, content_type: str) -> None:
    """Raise Unsendable for what Connect would refuse, before it is kept."""
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
class OutboundText:
    """What somebody wants to say to the customer of a contact; author None: the portal itself."""

    contact: Contact
    text: str
    author: User | None = None
    client_token: str = field(default_factory=lambda: str(uuid.uuid4()))
    content_type: str = "text/plain"
    closed: Reason = NOTHING  # why nothing new can be said in this contact; what was said already is still answered

    @property
    def key(self) -> tuple[int, str]:
        return self.contact.conversation_id, self.client_token


def enqueue(contact: Contact, text: str, *, client_token: str | None = None, **what: Any) -> Outgoing:
    """Queue words for the customer. The same client token again is the same message: the row that is there."""
    contact.conversation.lock()  # two tabs with one token meet here
    (row,) = enqueue_all([OutboundText(contact, text, client_token=client_token or str(uuid.uuid4()), **what)])
    if isinstance(row, NotSendable):
        raise row
    return row


def enqueue_all(words: Sequence[OutboundText]) -> list[Outgoing | NotSendable]:
    """`say` for many, whose conversations are held: what became of each."""
    said = _said_already(words)
    new: list[Outgoing] = []
    found = [_say(one, said, new) for one in words]
    _queue(new)
    return found


def _say(one: OutboundText, said: dict[tuple[int, str], Outgoing], new: list[Outgoing]) -> Outgoing | NotSendable:
    try:
        check(one.text, one.content_type)
    except NotSendable as error:
        return error
    known = said.get(one.key)
    if known is None and one.closed:
        return NotSendable("contactNotConnected", one.closed)
    if known is None:
        what = {"author": one.author, **_fitting(one)}
        known = said[one.key] = _row(one.contact, one.client_token, **what)
        new.append(known)
    elif known.content not in {one.text, rich_text.plain(one.text)} or known.author_id != (
        one.author.pk if one.author else None
    ):
        return NotSendable("clientTokenReused", TOKEN_REUSED)
    return known


def _fitting(one: OutboundText) -> dict[str, str]:
    """The words in a type that the chat takes."""
    if one.content_type in one.contact.conversation.content_types:
        return {"content": one.text, "content_type": one.content_type}
    return {"content": rich_text.plain(one.text), "content_type": PLAIN}


def as_plain_text(outgoing: Outgoing, now: datetime) -> None:
    """Connect has refused markdown: these words, and all that wait behind them, go as plain text. With the conversation held."""
    waiting = Outgoing.objects.filter(
        conversation=outgoing.conversation, content_type=rich_text.MARKDOWN, state__in=Outgoing.UNFINISHED
    )
    for row in waiting.select_related("author").order_by("position"):
        row.conversation = outgoing.conversation
        fitting = {"content": rich_text.plain(row.content), "content_type": PLAIN}
        if row.pk == outgoing.pk:
            change(row, state=Outgoing.State.QUEUED, due_at=now, **fitting)
        else:
            change(row, **fitting)


def _said_already(words: Sequence[OutboundText]) -> dict[tuple[int, str], Outgoing]:
    said = Outgoing.objects.select_related("author")  # whoever asks reads it outside of the database's threads
    keys = {one.key for one in words}
    rows = said.filter(conversation__in={chat for chat, _ in keys}, client_token__in={token for _, token in keys})
    return {key: row for row in rows if (key := (row.conversation_id, row.client_token)) in keys}


@dataclass(frozen=True, slots=True)
class File:
    """A file that somebody wants to send, whose bytes are kept (chats.stored_files)."""

    key: str
    name: str
    content_type: str
    size: int


def send_file(contact: Contact, file: File, *, author: User, client_token: str, closed: Reason = NOTHING) -> Outgoing:
    """Queue a file for the customer. The same client token again is the same file: the row that is there."""
    contact.conversation.lock()
    known = _said_already([OutboundText(contact, "", client_token=client_token)]).get(
        (contact.conversation_id, client_token)
    )
    if known is None and closed:
        raise NotSendable("contactNotConnected", closed)
    if known is None:
        what = {"kind": Outgoing.Kind.ATTACHMENT, "content": file.name, "content_type": file.content_type}
        known = _row(contact, client_token, author=author, file=file.key, size=file.size, **what)
        _queue([known])
    elif (known.content, known.size, known.author_id) != (file.name, file.size, author.pk):
        raise NotSendable("clientTokenReused", TOKEN_REUSED)
    return known


def disconnect(contact: Contact) -> Outgoing:
    """Queue the goodbye: DisconnectParticipant, after everything that was said before."""
    token = f"leave-{contact.round}-{contact.pk}"
    contact.conversation.lock()
    known = Outgoing.objects.filter(conversation=contact.conversation, client_token=token).first()
    if known is None:
        known = _row(contact, token, kind=Outgoing.Kind.DISCONNECT, content_type="")
        _queue([known])
    return known


def retry(outgoing: Outgoing, now: datetime) -> None:
    """A failed message goes to the end of the queue, with the token it has: it can never be there twice."""
    if outgoing.state != Outgoing.State.FAILED:
        return
    seq = outgoing.conversation.next_seq()
    outgoing.state, outgoing.why, outgoing.position, outgoing.seq = Outgoing.State.QUEUED, Reason(), seq, seq
    outgoing.due_at, outgoing.attempts, outgoing.first_tried_at = now, 0, None
    outgoing.save()
    realtime.publish(outgoing)
    realtime.wake(BELL)


def discard(outgoing: Outgoing) -> None:
    """Take a message back that was not sent."""
    outgoing.state = Outgoing.objects.select_for_update().values_list("state", flat=True).get(pk=outgoing.pk)
    if outgoing.state in {Outgoing.State.FAILED, Outgoing.State.QUEUED}:
        change(outgoing, state=Outgoing.State.DISCARDED)


def fail_unsent(contact: Contact, why: Reason) -> None:
    """Nothing of this round can be sent any more: what waits fails, visibly. What is on its way finds out itself."""
    unsent = [Outgoing.State.QUEUED, Outgoing.State.TAKEN]
    waiting = Outgoing.objects.filter(contact=contact, round=contact.round, state__in=unsent)
    for outgoing in waiting.select_for_update():  # no courier may take it meanwhile
        outgoing.conversation = contact.conversation
        fail(outgoing, why, tried=outgoing.attempts > 0)


def fail(outgoing: Outgoing, why: Reason, *, tried: bool) -> None:
    """A message fails, visibly; a goodbye that cannot be said any more has been said. `tried`: nobody ever answered."""
    if outgoing.kind == Outgoing.Kind.DISCONNECT:
        change(outgoing, state=Outgoing.State.SENT, why=Reason())
    else:
        change(outgoing, state=Outgoing.State.FAILED, why=_unsent(outgoing, why, tried=tried))


def _unsent(outgoing: Outgoing, why: Reason, *, tried: bool) -> Reason:
    if not tried:
        return Reason("not_sent", why=why)
    if outgoing.state == Outgoing.State.TAKEN:
        return Reason("perhaps_not_sent_scanning", why=why)
    return Reason("perhaps_not_sent", why=why)


def correct(contact: Contact, told: Reason, better: Reason) -> None:
    """Why the contact ended is known better now: what failed because of it says so, too."""
    failed = Outgoing.objects.filter(contact=contact, round=contact.round, state=Outgoing.State.FAILED)
    for outgoing in failed:
        if outgoing.why.params.get("why") == told:
            outgoing.conversation = contact.conversation
            change(outgoing, why=outgoing.why.but(why=better))


def mark_sent(rows: Sequence[tuple[Outgoing, str]]) -> None:
    """Connect has these words, as the items of these Ids. Call it with the conversations held."""
    if not rows:
        return
    numbers = sequences.next_numbers([outgoing.conversation for outgoing, _ in rows])
    for (outgoing, item_id), number in zip(rows, numbers, strict=True):
        outgoing.state, outgoing.item_id, outgoing.why, outgoing.seq = Outgoing.State.SENT, item_id, Reason(), number
    with connection.cursor() as cursor:  # one trip; the ORM's bulk_update takes longer than single ones
        cursor.executemany(
            "UPDATE chats_outgoing SET state = %s, item_id = %s, why = '', seq = %s WHERE id = %s",
            [(str(outgoing.state), outgoing.item_id, outgoing.seq, outgoing.pk) for outgoing, _ in rows],
        )
    for outgoing, _ in rows:
        realtime.publish(outgoing)
        _needs_its_file_no_more(outgoing)


def change(outgoing: Outgoing, **changes: object) -> None:
    """A visible change of the row, under the next number."""
    for name, value in changes.items():
        setattr(outgoing, name, value)
    outgoing.seq = outgoing.conversation.next_seq()
    outgoing.save(update_fields=[*changes, "seq"])
    realtime.publish(outgoing)
    if outgoing.state == Outgoing.State.DISCARDED:
        _needs_its_file_no_more(outgoing)


def _needs_its_file_no_more(outgoing: Outgoing) -> None:
    if outgoing.file:
        transaction.on_commit(partial(stored_files.delete, outgoing.file), robust=True)


def _row(contact: Contact, token: str, **what: Any) -> Outgoing:
    return Outgoing(conversation=contact.conversation, contact=contact, round=contact.round, client_token=token, **what)


def _queue(rows: Sequence[Outgoing]) -> None:
    now = timezone.now()
    for row, number in zip(rows, sequences.next_numbers([row.conversation for row in rows]), strict=True):
        row.due_at, row.created_at, row.position, row.seq = now, now, number, number
    Outgoing.objects.bulk_create(rows)
    for row in rows:
        realtime.publish(row)
    if rows:
        realtime.wake(BELL)
