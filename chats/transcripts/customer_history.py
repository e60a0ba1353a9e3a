"""What else the same customer had with us: found by who they are, newest first, as far as the reader may see it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import OuterRef, Q, QuerySet, Subquery

from chats import serialisers
from chats.models import Contact, Conversation, Item
from chats.wire import iso, iso_or_none

from .visibility import visible_to

if TYPE_CHECKING:
    from django.contrib.auth.models import User

MOST = 20
LONGEST = 140  # characters of the opening


@dataclass(frozen=True)
class CustomerHistory:
    """The earlier contacts, and what made them the same customer: "customerId", "email", "name"; None: nobody knows."""

    by: str | None
    contacts: Sequence[dict[str, Any]]


def contacts(user: User, conversation: Conversation) -> CustomerHistory:
    """The newest contact of each other conversation of this customer."""
    by, _, value = conversation.customer_key.partition(":")
    if not value:
        return CustomerHistory(None, [])
    seen = visible_to(user)
    others = Conversation.objects.filter(customer_key=conversation.customer_key).exclude(pk=conversation.pk)
    chats = others.filter(contacts__in=seen).annotate(opening=_opening()).distinct().order_by("-created_at", "-pk")
    return CustomerHistory(by, _told(list(chats[:MOST]), seen))


def _opening() -> Subquery:
    """The customer's first words; what they had said to a bot before is not theirs to us."""
    words = Item.objects.filter(conversation=OuterRef("pk"), role="CUSTOMER", type="MESSAGE", content__isnull=False)
    words = words.exclude(content__startswith="Bot Transcript: (").order_by("absolute_time", "pk")
    return Subquery(words.values("content")[:1])


def _told(chats: Sequence[Any], seen: QuerySet[Contact]) -> list[dict[str, Any]]:
    rows = Contact.objects.filter(Q(conversation__in=chats) & Q(pk__in=seen.values("pk")))
    newest: Mapping[int, Contact] = {
        row.conversation_id: row for row in rows.select_related("queue", "owner").order_by("handed_over_at", "pk")
    }
    return [_one(chat, newest[chat.pk]) for chat in chats if chat.pk in newest]


def _one(chat: Any, contact: Contact) -> dict[str, Any]:
    return {
        "contactId": contact.pk,
        "initialContactId": chat.initial_contact_id,
        "queue": contact.queue.name,
        "owner": serialisers.person(contact.owner),
        "startedAt": iso(chat.created_at),
        "endedAt": iso_or_none(contact.ended_at),
        "endReason": contact.end_reason,
        "opening": (chat.opening or "")[:LONGEST],
    }
