"""Who speaks, as pages of Streams know it: a person of ours, not the custom participant that speaks for them all."""

from __future__ import annotations


def participant_id(user_id: int, contact_id: str) -> str:
    """Of one contact alone, because Streams keeps media controllers by it (agents/static/desk/js/ccp/desk_of_state.js says the same)."""
    return f"user-{user_id}-{contact_id}"
