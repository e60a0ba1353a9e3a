"""A supervisor's saved views of the floor: each their own, by name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from agents.models import SavedView
from agents.models.saved_view import MOST_VIEWS
from agents.protocol.refusals import Refusal


def of(user_id: int) -> list[dict[str, Any]]:
    """As answers.SavedView, by name."""
    return [{"name": row.name, "view": row.view} for row in SavedView.objects.filter(user=user_id)]


@transaction.atomic
def save(user_id: int, name: str, view: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Keep it; one of the same name is replaced. The views there are then."""
    mine = SavedView.objects.filter(user=user_id)
    if mine.count() >= MOST_VIEWS and not mine.filter(name=name).exists():
        raise Refusal("tooManyViews", "You have %(most)s saved views: delete one first.", most=MOST_VIEWS)
    SavedView.objects.update_or_create(user_id=user_id, name=name, defaults={"view": dict(view)})
    return of(user_id)


def delete(user_id: int, name: str) -> list[dict[str, Any]]:
    """Forget it; what is not there is forgotten already. The views there are then."""
    SavedView.objects.filter(user=user_id, name=name).delete()
    return of(user_id)
