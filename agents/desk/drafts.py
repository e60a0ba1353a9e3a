"""What an agent has begun to write in a contact, and where they read: it follows them to their other tabs and machines."""

from __future__ import annotations

from django.db import transaction

from agents.models import Agent, AgentContact
from agents.protocol import MAX_DRAFT_BYTES, ScrollPosition
from agents.protocol.refusals import Refusal
from chats import participation, realtime


@transaction.atomic
def save(user_id: int, contact_id: str, text: str, note: str) -> None:
    """The words begun to the customer and to the team; the same words again change nothing."""
    if len(text.encode()) + len(note.encode()) > MAX_DRAFT_BYTES:
        raise Refusal(
            "tooLong",
            "A draft may have %(most)s bytes, with its note: nothing was kept.",
            most=f"{MAX_DRAFT_BYTES:,}",
        )
    mine = _lock_on_desk(user_id, contact_id)
    if (mine.draft, mine.note_draft) != (text, note):
        mine.draft, mine.note_draft = text, note
        mine.changed()
        realtime.publish(mine)


@transaction.atomic
def save_scroll_position(user_id: int, contact_id: str, place: ScrollPosition | None) -> None:
    """Where in the transcript the agent reads; None: at its end."""
    mine = _lock_on_desk(user_id, contact_id)
    wanted = place.model_dump() if place else None
    if mine.scroll_position != wanted:
        mine.scroll_position = wanted
        mine.changed()
        realtime.publish(mine)


def _lock_on_desk(user_id: int, contact_id: str) -> AgentContact:
    """The agent's part, read after contact and agent are locked, so that nothing is overwritten that somebody else has just changed."""
    participation.lock_contacts([contact_id])
    known = Agent.objects.filter(user_id=user_id).values_list("pk", flat=True).first()
    agent = Agent.locked(known) if known is not None else None
    mine = AgentContact.on_desk_of(agent, contact_id) if agent is not None else None
    if agent is None or mine is None:
        raise Refusal("contactNotFound", "This contact is not on your desk.")
    mine.agent = agent
    return mine
