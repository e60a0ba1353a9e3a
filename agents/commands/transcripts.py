"""Commands that read what was said, for agents and supervisors alike."""

from __future__ import annotations

from typing import Any

from agents.desk import transcripts
from agents.protocol import ContactParams, GetTranscript
from agents.supervision import watching
from chats import audit
from chats.db import db_read, db_write

from .command import Caller


async def page(caller: Caller, params: GetTranscript) -> dict[str, Any]:
    return await db_read(transcripts.get_transcript)(caller.user.pk, params)


async def record_read(caller: Caller, params: GetTranscript) -> None:
    """Afterwards: it is recorded that this person reads the transcript."""
    if caller.is_due("read", params.contact_id, audit.READS_ARE_ONE_FOR.total_seconds()):
        await db_write(watching.record_read_by_id)(caller.user, params.contact_id)


async def earlier_contacts(caller: Caller, params: ContactParams) -> dict[str, Any]:
    return await db_read(transcripts.get_earlier_contacts)(caller.user.pk, params.contact_id)
