"""Receipts: up to which message the transcript was delivered to a participant, and read by them. Called by `ingest.messages`, which has
locked the conversations.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from chats import realtime
from chats.models import Conversation, Item, Participant
from chats.wire import ChatEvent, Receipt

Mark = tuple[tuple[int, str], str, Receipt]  # (conversation, participant), the column that rises, and why


def mark(chats: Mapping[str, Conversation], events: Sequence[ChatEvent]) -> None:
    """A receipt is a high-water mark: an older one changes nothing."""
    marks = rising(chats, events)
    if not marks:
        return
    by_pk = {chat.pk: chat for chat in chats.values()}
    whose = {event.initial_contact_id: event.contact_id for event in events}
    roles = _roles(marks)
    for (chat_pk, participant_id), column, receipt in marks:
        chat = by_pk[chat_pk]
        participant, _ = Participant.objects.get_or_create(
            conversation=chat,
            participant_id=participant_id,
            defaults={
                "contact_id": whose[chat.initial_contact_id],
                "role": roles.get((chat_pk, participant_id), ""),
            },
        )
        participant.conversation = chat
        setattr(participant, column, receipt.message_id)
        participant.seq = chat.next_seq()
        participant.save(update_fields=[column, "seq"])
        realtime.publish(participant)


def rising(chats: Mapping[str, Conversation], events: Sequence[ChatEvent]) -> list[Mark]:
    """The marks that rise, each to the highest of its receipts; two queries, however many there are."""
    known = [(chats[event.initial_contact_id], event) for event in events if event.initial_contact_id in chats]
    receipts = [(chat, receipt) for chat, event in known for receipt in event.receipts]
    if not receipts:
        return []
    rows = Participant.objects.filter(
        conversation__in={chat.pk for chat, _ in receipts},
        participant_id__in={receipt.participant_id for _, receipt in receipts},
    ).values_list("conversation", "participant_id", "delivered_id", "read_id")
    marks = {(chat, who): {"delivered_id": delivered, "read_id": read} for chat, who, delivered, read in rows}
    ids = {receipt.message_id for _, receipt in receipts} | {pk for row in marks.values() for pk in row.values()}
    positions = {
        (chat, pk): (moment, pk)
        for chat, pk, moment in Item.objects.filter(
            conversation__in={chat.pk for chat, _ in receipts}, pk__in=ids
        ).values_list("conversation", "pk", "absolute_time")
    }
    found: dict[tuple[tuple[int, str], str], Receipt] = {}
    for chat, receipt in receipts:
        key, mark = (chat.pk, receipt.participant_id), "read_id" if receipt.read else "delivered_id"
        before = found[key, mark].message_id if (key, mark) in found else marks.get(key, {}).get(mark, "")
        old, new = positions.get((chat.pk, before)), positions.get((chat.pk, receipt.message_id))
        if new is not None and (old is None or old < new):
            found[key, mark] = receipt
    return [(key, mark, receipt) for (key, mark), receipt in found.items()]


def _roles(marks: Sequence[Mark]) -> dict[tuple[int, str], str]:
    """Roles, as their own items say. A participant without any item has none: it need not be the customer."""
    said = Item.objects.filter(
        conversation__in={chat for (chat, _), _, _ in marks},
        participant_id__in={participant_id for (_, participant_id), _, _ in marks},
    ).exclude(role=None)
    rows = said.order_by().values_list("conversation", "participant_id", "role").distinct()
    return {(chat, str(participant_id)): str(role) for chat, participant_id, role in rows}


def name_roles(fresh: Sequence[tuple[Conversation, ChatEvent]]) -> None:
    """A participant whose receipt came before any item of theirs gets its role from its first item."""
    roles = {(chat.pk, event.participant_id): (chat, event.role) for chat, event in fresh if event.role}
    unknown = Participant.objects.filter(conversation__in={chat for chat, _ in roles}, role="")
    for participant in unknown:
        chat, role = roles.get((participant.conversation_id, participant.participant_id), (None, None))
        if chat is not None and role:
            participant.conversation, participant.role, participant.seq = chat, role, chat.next_seq()
            participant.save(update_fields=["role", "seq"])
            realtime.publish(participant)
