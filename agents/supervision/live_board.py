"""The floor: the live contacts a supervisor may see, for the page that lists them and for the socket that says it changed."""

from __future__ import annotations

from typing import TypeAlias

from django.contrib.auth import get_user_model
from django.db.models import QuerySet

from chats import contact_state, transcripts
from chats.models import Contact

LIVE = (contact_state.State.WAITING, contact_state.State.CONNECTED)
BoardRows: TypeAlias = tuple[tuple[object, ...], ...]  # what a row of the list shows, and what decides its place


def live(contacts: QuerySet[Contact]) -> QuerySet[Contact]:
    """Those that wait or are served, the longest waiting first."""
    return contacts.filter(state__in=LIVE).order_by("waiting_since", "pk")


def rows_for(user_id: int) -> BoardRows:
    """The list as this user sees it now, to compare: nothing once they may not."""
    user = get_user_model().objects.filter(pk=user_id, is_active=True).first()
    if user is None:
        return ()
    shown = (
        "pk",
        "state",
        "round",
        "owner",
        "queue",
        "conversation__customer_name",
        "waiting_since",
        "waits_since",
        "served_since",
    )
    return tuple(live(transcripts.visible_to(user)).values_list(*shown))
