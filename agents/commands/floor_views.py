"""Commands on a supervisor's saved views of the floor."""

from __future__ import annotations

from typing import Any

from agents.protocol import SaveView, ViewName
from agents.supervision import saved_views
from chats.db import db_write

from .command import Caller


async def save(caller: Caller, params: SaveView) -> dict[str, Any]:
    view = params.view.model_dump(mode="json")
    return {"views": await db_write(saved_views.save)(caller.user.pk, params.name.strip(), view)}


async def delete(caller: Caller, params: ViewName) -> dict[str, Any]:
    return {"views": await db_write(saved_views.delete)(caller.user.pk, params.name.strip())}
