"""What a viewer lacks of a conversation: the rows changed above a cursor, or a snapshot. Called by the hub for its sockets."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import Q
from django.utils import timezone

from chats import serialisers
from chats.models import Contact, Conversation, Item, Note, OutboundMessage, Participant
from chats.realtime import Reading, Update, encode
from chats.wire import iso

from .visibility import visible_to

TAIL = 100  # items of a conversation that a snapshot carries
MOST_CHANGES = 500  # a viewer who lacks more gets a snapshot instead


class ConversationStreams:
    """Reads conversations for sockets (realtime.StreamKind)."""

    def last(self, streams: Collection[str]) -> Mapping[str, int]:
        ids = [_initial_contact_id(stream) for stream in streams]
        found = Conversation.objects.filter(initial_contact_id__in=ids).values_list("initial_contact_id", "seq")
        return {f"conversation:{initial_contact_id}": seq for initial_contact_id, seq in found}

    def read(self, stream: str, after: int | None, user_id: int) -> Reading | None:
        user = get_user_model().objects.filter(pk=user_id).first()
        conversation = Conversation.objects.filter(initial_contact_id=_initial_contact_id(stream)).first()
        if user is None or conversation is None or not visible_to(user).filter(conversation=conversation).exists():
            return None
        if after is None or not 0 <= conversation.seq - after <= MOST_CHANGES:
            return Reading([Update(stream, conversation.seq, snapshot_text(conversation))], conversation.seq)
        return Reading(_changes(conversation, after), conversation.seq)


def _initial_contact_id(stream: str) -> str:
    return stream.partition(":")[2]


def _changes(conversation: Conversation, after: int) -> list[Update]:
    """Rows changed above the cursor, in their newest state. What changes while we look has a number above the one
    that was read first, and comes with the next hint.
    """
    if conversation.seq == after:
        return []
    window = Q(conversation=conversation, seq__gt=after, seq__lte=conversation.seq)
    rows: list[Contact | Item | Note | OutboundMessage | Participant] = [
        *Contact.objects.filter(window).select_related("queue", "owner"),
        *Item.objects.filter(window).select_related("author"),
        *Note.objects.filter(window).select_related("author"),
        *OutboundMessage.objects.filter(window).select_related("author"),
        *Participant.objects.filter(window),
    ]
    for row in rows:
        row.conversation = conversation
    return [_update(row) for row in sorted(rows, key=lambda row: row.seq)]


def _update(row: Contact | Item | Note | OutboundMessage | Participant) -> Update:
    method, params = serialisers.frame(row)
    return Update(row.stream, row.seq, encode(method, {"stream": row.stream, "seq": row.seq, **params}))


def snapshot_text(conversation: Conversation) -> str:
    params = {
        "stream": conversation.stream,
        "seq": conversation.seq,
        "serverTime": iso(timezone.now()),
        "conversation": snapshot(conversation),
    }
    return encode("snapshot", params)


def snapshot(conversation: Conversation) -> dict[str, Any]:
    """The newest state of a conversation, as protocol.ConversationSnapshot."""
    items = list(
        Item.objects.filter(conversation=conversation)
        .select_related("author", "conversation")
        .order_by("-absolute_time", "-pk")[: TAIL + 1]
    )
    contacts = Contact.objects.filter(conversation=conversation).select_related("queue", "owner", "conversation")
    outgoing = OutboundMessage.objects.filter(
        conversation=conversation, state__in=[*OutboundMessage.UNSENT, OutboundMessage.State.FAILED]
    ).select_related("author", "conversation")
    notes = Note.objects.filter(conversation=conversation, deleted_at=None).select_related("author")
    marks = Participant.objects.filter(conversation=conversation, seq__gt=0).select_related("conversation")
    return {
        "contacts": [serialisers.contact(contact) for contact in contacts.order_by("handed_over_at", "pk")],
        "items": [serialisers.item(item) for item in reversed(items[:TAIL])],
        "earlier": len(items) > TAIL,
        "outgoing": [serialisers.outbound_message(row) for row in outgoing.order_by("position")],
        "receipts": [serialisers.receipt(mark) for mark in marks.order_by("pk")],
        "notes": [serialisers.note(note) for note in notes.order_by("created_at", "pk")],
    }
