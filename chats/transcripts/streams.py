"""What a viewer lacks of a conversation: the rows changed above a cursor, or a snapshot. Called by the hub for its sockets."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import Q, QuerySet
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

    def read(self, held: Mapping[str, int | None], user_id: int) -> Mapping[str, Reading]:
        """All conversations of a desk with the queries of one."""
        user = get_user_model().objects.filter(pk=user_id).first()
        ids = [_initial_contact_id(stream) for stream in held]
        chats = Conversation.objects.in_bulk(ids, field_name="initial_contact_id")
        if user is None or not chats:
            return {}
        here = visible_to(user).filter(conversation__in=[one.pk for one in chats.values()])
        seen = set(here.values_list("conversation", flat=True).order_by().distinct())
        visible = {one.stream: one for one in chats.values() if one.pk in seen}
        lacking = {stream: (one, held[stream]) for stream, one in visible.items()}
        afresh = [one for one, after in lacking.values() if after is None or not 0 <= one.seq - after <= MOST_CHANGES]
        texts = snapshot_texts(afresh)
        return {
            stream: Reading(
                [Update(stream, one.seq, texts[one.pk])] if one.pk in texts else _changes(one, after or 0), one.seq
            )
            for stream, (one, after) in lacking.items()
        }


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
    return snapshot_texts([conversation])[conversation.pk]


def snapshot_texts(conversations: Collection[Conversation]) -> dict[int, str]:
    """The frames that carry these conversations, by their keys."""
    told = snapshots(conversations)
    now = iso(timezone.now())
    return {
        one.pk: encode(
            "snapshot", {"stream": one.stream, "seq": one.seq, "serverTime": now, "conversation": told[one.pk]}
        )
        for one in conversations
    }


def snapshot(conversation: Conversation) -> dict[str, Any]:
    """The newest state of a conversation, as protocol.ConversationSnapshot."""
    return snapshots([conversation])[conversation.pk]


def snapshots(conversations: Collection[Conversation]) -> dict[int, dict[str, Any]]:
    """The newest states of conversations, as protocol.ConversationSnapshot, by their keys: five queries and the tail of each."""
    if not conversations:
        return {}
    chats = {one.pk: one for one in conversations}
    beside = ("queue", "owner", "transfer__sender", "transfer__by", "help_request__taken_by")
    contacts = Contact.objects.select_related(*beside).order_by("handed_over_at", "pk")
    unsent = OutboundMessage.objects.filter(state__in=[*OutboundMessage.UNSENT, OutboundMessage.State.FAILED])
    notes = Note.objects.filter(deleted_at=None).select_related("author").order_by("created_at", "pk")
    rows: dict[str, dict[int, list[dict[str, Any]]]] = {
        "contacts": _told(contacts, chats, serialisers.contact),
        "outgoing": _told(unsent.select_related("author").order_by("position"), chats, serialisers.outbound_message),
        "receipts": _told(Participant.objects.filter(seq__gt=0).order_by("pk"), chats, serialisers.receipt),
        "notes": _told(notes, chats, serialisers.note),
    }
    return {pk: {**_tail(chat), **{name: of[pk] for name, of in rows.items()}} for pk, chat in chats.items()}


def _told(
    rows: QuerySet[Any], chats: Mapping[int, Conversation], tell: Callable[[Any], dict[str, Any]]
) -> dict[int, list[dict[str, Any]]]:
    """The rows of each conversation, in their order."""
    found: dict[int, list[dict[str, Any]]] = {pk: [] for pk in chats}
    for row in rows.filter(conversation__in=list(chats)):
        row.conversation = chats[row.conversation_id]
        found[row.conversation_id].append(tell(row))
    return found


def _tail(conversation: Conversation) -> dict[str, Any]:
    items = Item.objects.filter(conversation=conversation).select_related("author")
    newest = list(items.order_by("-absolute_time", "-pk")[: TAIL + 1])
    for one in newest:
        one.conversation = conversation
    return {"items": [serialisers.item(one) for one in reversed(newest[:TAIL])], "earlier": len(newest) > TAIL}
