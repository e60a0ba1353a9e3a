"""What follows from a new password, whoever set it: Django calls every validator of AUTH_PASSWORD_VALIDATORS then."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from axes.models import AccessAttempt

from chats import audit
from chats.models import AuditAction
from chats.transcripts import end_sessions

if TYPE_CHECKING:
    from django.contrib.auth.models import User


class PasswordIsAudited:
    """No rule for passwords: it ends the person's other sessions, lifts the wait for wrong passwords, and is recorded."""

    def validate(self, password: str, user: Any = None) -> None:
        """Every password will do here."""

    def get_help_text(self) -> str:
        return ""

    def password_changed(self, password: str, user: User | None = None) -> None:  # noqa: ARG002 -- Django's signature
        if user is None:
            return
        actor = audit.origin.get().user
        by_somebody = actor is not None and actor.is_authenticated
        own = audit.origin.get().session if by_somebody and actor.pk == user.pk else ""
        end_sessions(user.pk, but=own)
        AccessAttempt.objects.filter(username=user.get_username()).delete()
        audit.record(AuditAction.PASSWORD_CHANGED, actor if by_somebody else None, user=user)
