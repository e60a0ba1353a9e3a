"""Transcripts for their readers: pages, what a viewer lacks, and who may see which contact."""

from .read import BadToken, Page, PageRequest, last_messages, page
from .sessions import end_sessions
from .streams import MOST_CHANGES, TAIL, ConversationStreams, snapshot, snapshot_text
from .visibility import ContactScope, UserRights, register_scope, visible_to

__all__ = [
    "MOST_CHANGES",
    "TAIL",
    "BadToken",
    "ContactScope",
    "ConversationStreams",
    "Page",
    "PageRequest",
    "UserRights",
    "end_sessions",
    "last_messages",
    "page",
    "register_scope",
    "snapshot",
    "snapshot_text",
    "visible_to",
]
