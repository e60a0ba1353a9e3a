"""The one door to the audit: `record` adds an entry in the caller's transaction, so that what is undone is not recorded.

Called by whatever acts on people or contacts: supervision, sign-in, the admin. `origin` says from which session and
address the present request came; ccp_portal.asgi sets it for each connection.
"""

from __future__ import annotations

import hashlib
from contextvars import ContextVar
from datetime import timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from django.utils import timezone

from chats.models import AuditAction, AuditEntry, Contact, Queue

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser, User

READS_ARE_ONE_FOR = timedelta(minutes=5)


class Origin(NamedTuple):
    """Where a request came from, and whose it is. The session is a hash: the audit must not let its readers in."""

    session: str = ""
    address: str | None = None
    user: Any = None


origin: ContextVar[Origin] = ContextVar("origin", default=Origin())  # noqa: B039 -- a tuple does not change


def session_hash(session_key: str) -> str:
    return hashlib.sha256(session_key.encode()).hexdigest()[:16] if session_key else ""


def name_of(user: Any) -> str:
    """How the audit, and whoever reads it later, calls this person; empty: nobody, or the portal by itself."""
    return (user.get_full_name() or user.get_username()) if user is not None else ""


def record(  # noqa: PLR0913 -- who, what, whom, where and why, by name
    action: AuditAction,
    actor: User | AbstractBaseUser | None,
    *,
    contact: Contact | None = None,
    user: User | None = None,
    queue: Queue | None = None,
    reason: str = "",
    **details: Any,
) -> AuditEntry:
    """Add an entry: who (`actor`; None: the portal by itself) did what, to whom (`user`), and why."""
    came_from = origin.get()
    return AuditEntry.objects.create(
        actor_id=actor.pk if actor is not None else None,
        actor_name=name_of(actor),
        action=action,
        contact_id=contact.pk if contact is not None else None,
        contact_key=contact.pk if contact is not None else "",
        agent_user_id=user.pk if user is not None else None,
        agent_name=name_of(user),
        queue_id=queue.pk if queue is not None else None,
        queue_name=queue.name if queue is not None else "",
        reason=reason,
        details=details,
        session=came_from.session,
        address=came_from.address,
    )


def record_read(reader: User, contact: Contact) -> None:
    """This person reads the contact's transcript. Reads of one transcript by one person within 5 minutes are one."""
    since = timezone.now() - READS_ARE_ONE_FOR
    mine = AuditEntry.objects.filter(actor=reader.pk, action=AuditAction.TRANSCRIPT_READ, at__gt=since)
    if not mine.filter(contact_key=contact.pk).exists():
        record(AuditAction.TRANSCRIPT_READ, reader, contact=contact, user=contact.owner)
