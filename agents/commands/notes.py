"""Commands on internal notes, and on what is begun to be written."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from agents.desk import drafts, notes
from agents.protocol import AddNote, EditNote, NoteIdParams, SaveDraft, SavePlace
from chats.db import db_write

from .command import Caller


async def add(caller: Caller, params: AddNote) -> dict[str, Any]:
    text = (params.text, params.client_token)
    return {"noteId": await db_write(notes.add)(caller.user.pk, params.contact_id, *text, timezone.now())}


async def edit(caller: Caller, params: EditNote) -> None:
    which = (params.contact_id, params.note_id)
    await db_write(notes.edit)(caller.user.pk, *which, params.text, timezone.now())


async def delete(caller: Caller, params: NoteIdParams) -> None:
    await db_write(notes.delete)(caller.user.pk, params.contact_id, params.note_id, timezone.now())


async def save_draft(caller: Caller, params: SaveDraft) -> None:
    await db_write(drafts.save)(caller.user.pk, params.contact_id, params.text, params.note)


async def save_scroll_position(caller: Caller, params: SavePlace) -> None:
    await db_write(drafts.save_scroll_position)(caller.user.pk, params.contact_id, params.place)
