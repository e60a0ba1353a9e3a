"""The conversations' part of Django's admin: queues are edited here, what was said is only read.

Django's autodiscover imports this package, and with it every page. Whoever reads a page sees the contacts that
`transcripts.visible_to` gives them, and no page reads more rows than one screen shows.
"""

from __future__ import annotations

from . import (
    audit,
    contact,
    conversation,
    customer_rating,
    help_request,
    hours,
    note,
    queue,
    refused_call,
    transfer,
    unreadable_message,
)
from .base import Admin, OfVisibleContacts, ReadOnlyAdmin, RowsInline, links, plain_text, still_used

__all__ = [
    "Admin",
    "OfVisibleContacts",
    "ReadOnlyAdmin",
    "RowsInline",
    "audit",
    "contact",
    "conversation",
    "customer_rating",
    "help_request",
    "hours",
    "links",
    "note",
    "plain_text",
    "queue",
    "refused_call",
    "still_used",
    "transfer",
    "unreadable_message",
]
