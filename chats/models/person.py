"""Who somebody is to colleagues: the name they know, never the one the customer sees."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from django.contrib.auth.models import User

Frame = tuple[str, dict[str, Any]]  # a method of the socket, and its parameters


def person(user: User | None) -> dict[str, Any] | None:
    """Who spoke, or who serves."""
    return None if user is None else {"id": user.pk, "name": user.get_full_name() or user.get_username()}
