"""Numbers for many changes at once: conversations are held in one order, and each pays one update for all its numbers."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from django.db.models import F, QuerySet

from chats.models import Conversation


def lock_conversations(initial_contact_ids: Iterable[str], *, skip_locked: bool = False) -> dict[str, Conversation]:
    """These conversations, made when they lack, locked until the transaction ends; by their initial contact id.
    With `skip_locked` those that another transaction holds are left out (PostgreSQL; SQLite locks no rows).

    Every transaction locks them in the same order, so that no two wait for each other. Only making new ones beside old
    ones may cross with another process: the database ends one of the two, and `Together` does it again piece by piece.
    """
    wanted = sorted(set(initial_contact_ids))
    rows = Conversation.objects.filter(initial_contact_id__in=wanted)
    found = lock_streams(rows, skip_locked=skip_locked)
    if len(found) < len(wanted):
        known = set(rows.values_list("initial_contact_id", flat=True))
        for initial_contact_id in wanted:
            if initial_contact_id not in known:
                Conversation.objects.get_or_create(initial_contact_id=initial_contact_id)
        found = lock_streams(rows, skip_locked=skip_locked)
    return {row.initial_contact_id: row for row in found.values()}


def lock_streams(rows: QuerySet[Conversation], *, skip_locked: bool = False) -> dict[int, Conversation]:
    """Lock these until the transaction ends, in the order that everybody keeps; by their primary key."""
    locked = rows.select_for_update(of=("self",), skip_locked=skip_locked)
    return {row.pk: row for row in locked.order_by("initial_contact_id")}


def next_numbers(conversations: Sequence[Conversation]) -> list[int]:
    """The next number of each, in this order; one that comes twice takes two. They must be `held`: nobody else counts."""
    numbers = []
    for conversation in conversations:
        conversation.seq += 1
        numbers.append(conversation.seq)
    alike: dict[int, list[int]] = defaultdict(list)
    for pk, count in Counter(conversation.pk for conversation in conversations).items():
        alike[count].append(pk)
    for count, pks in alike.items():
        Conversation.objects.filter(pk__in=pks).update(seq=F("seq") + count)
    return numbers
