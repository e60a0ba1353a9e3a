"""Who watched or read an agent's contacts: what each agent may read of it, on a page of their own."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce, Now

from agents.models import Agent, AgentContact, Watch
from chats.models import AuditAction, AuditEntry

ROWS = 200  # the newest of each kind


class Seen(NamedTuple):
    """One line of the page: a watch, or a transcript read (then it began and ended at once)."""

    who: str
    contact_id: str
    customer: str
    since: datetime
    until: datetime | None
    purpose: str
    is_watch: bool


def of(agent: Agent) -> list[Seen]:
    """The newest first. A watch counts while the agent served the contact or did its after contact work, a read whenever
    it was; who hid is not told (docs/privacy.md).
    """
    watches = [
        Seen(
            row.user_name,
            row.contact_id,
            row.contact.conversation.customer_name,
            row.since,
            row.until,
            row.purpose,
            is_watch=True,
        )
        for row in _watches(agent)
    ]
    return sorted([*watches, *_reads(agent)], key=lambda one: one.since, reverse=True)[:ROWS]


def _watches(agent: Agent) -> QuerySet[Watch]:
    served = AgentContact.objects.filter(agent=agent, contact=OuterRef("contact"), accepted_at__isnull=False)
    overlapping = served.filter(
        Q(cleared_at=None) | Q(cleared_at__gt=OuterRef("since")),
        accepted_at__lt=Coalesce(OuterRef("until"), Now()),
    )
    found = Watch.objects.filter(Exists(overlapping), hidden=False).exclude(user=agent.user_id)
    return found.select_related("contact__conversation").order_by("-since")[:ROWS]


def _reads(agent: Agent) -> list[Seen]:
    mine = AgentContact.objects.filter(agent=agent, contact=OuterRef("contact"), accepted_at__isnull=False)
    reads = AuditEntry.objects.filter(Exists(mine), action=AuditAction.TRANSCRIPT_READ).exclude(actor=agent.user_id)
    rows = reads.select_related("contact__conversation").order_by("-at")[:ROWS]
    return [_read(row) for row in rows]


def _read(row: AuditEntry) -> Seen:
    customer = row.contact.conversation.customer_name if row.contact else ""
    return Seen(row.actor_name, row.contact_key, customer, row.at, row.at, row.reason, is_watch=False)
