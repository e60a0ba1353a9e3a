"""Commands that read what was said, for agents and supervisors alike."""

from __future__ import annotations

from typing import Any

from agents.desk import transcripts
from agents.protocol import ContactParams, GetTranscript
from chats.db import db_read

from .command import Caller


async def page(caller: Caller, params: GetTranscript) -> dict[str, Any]:
    return await db_read(transcripts.get_transcript)(caller.user.pk, params)


async def earlier_contacts(caller: Caller, params: ContactParams) -> dict[str, Any]:
    return await db_read(transcripts.get_earlier_contacts)(caller.user.pk, params.contact_id)
