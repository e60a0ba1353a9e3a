"""What a viewer lacks of a conversation: the rows changed above a cursor, or a snapshot. Called by the hub for its sockets."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

from django.contrib.auth import get_user_model
from django.db import connection
from django.db.models import Q, QuerySet, prefetch_related_objects
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
    """The newest states of conversations, as protocol.ConversationSnapshot, by their keys: as many queries as for one."""
    if not conversations:
        return {}
    chats = {one.pk: one for one in conversations}
    unsent = OutboundMessage.objects.filter(state__in=[*OutboundMessage.UNSENT, OutboundMessage.State.FAILED])
    notes = Note.objects.filter(deleted_at=None).select_related("author").order_by("created_at", "pk")
    marks = Participant.objects.filter(seq__gt=0).only(*MARK).order_by("pk")
    rows: dict[str, dict[int, list[dict[str, Any]]]] = {
        "contacts": _told(_contacts(chats), chats, serialisers.contact),
        "outgoing": _told(_of(unsent.select_related("author").order_by("position"), chats), chats, _outgoing),
        "receipts": _told(_of(marks, chats), chats, serialisers.receipt),
        "notes": _told(_of(notes, chats), chats, serialisers.note),
        "items": _told(_tails(chats), chats, serialisers.item),
    }
    told = {pk: {name: of[pk] for name, of in rows.items()} for pk in chats}
    return {pk: one | {"items": one["items"][-TAIL:], "earlier": len(one["items"]) > TAIL} for pk, one in told.items()}


MARK = ("conversation_id", "contact_id", "participant_id", "role", "delivered_id", "read_id", "seq")
_outgoing = serialisers.outbound_message


def _of(rows: QuerySet[Any], chats: Mapping[int, Conversation]) -> QuerySet[Any]:
    return rows.filter(conversation__in=list(chats))


def _contacts(chats: Mapping[int, Conversation]) -> list[Contact]:
    """Few contacts are handed on or have a hand up: what belongs to that is read for those alone."""
    found = list(_of(Contact.objects.select_related("queue", "owner").order_by("handed_over_at", "pk"), chats))
    prefetch_related_objects([one for one in found if one.transfer_id], "transfer__sender", "transfer__by")
    prefetch_related_objects([one for one in found if one.help_request_id], "help_request__taken_by")
    return found


def _tails(chats: Mapping[int, Conversation]) -> list[Item]:
    """The newest items of each conversation and one more, oldest first: one statement, its parts by the index `item_order`."""
    names = ", ".join(connection.ops.quote_name(str(field.column)) for field in Item._meta.concrete_fields)  # noqa: SLF001 -- Django's
    one = f"SELECT * FROM (SELECT {names} FROM {Item._meta.db_table} WHERE conversation_id = %s"  # noqa: S608, SLF001 -- no value is in it
    tail = f"{one} ORDER BY absolute_time DESC, id DESC LIMIT {TAIL + 1}) AS tail"
    items = list(reversed(Item.objects.raw(" UNION ALL ".join([tail] * len(chats)), list(chats))))
    prefetch_related_objects([one for one in items if one.author_id], "author")
    return items


def _told(
    rows: Iterable[Any], chats: Mapping[int, Conversation], tell: Callable[[Any], dict[str, Any]]
) -> dict[int, list[dict[str, Any]]]:
    """The rows of each conversation, in their order."""
    found: dict[int, list[dict[str, Any]]] = {pk: [] for pk in chats}
    for row in rows:
        row.conversation = chats[row.conversation_id]
        found[row.conversation_id].append(tell(row))
    return found
