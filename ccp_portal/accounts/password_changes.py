"""What follows from a new password, whoever set it: Django calls every validator of AUTH_PASSWORD_VALIDATORS then."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from axes.models import AccessAttempt

from chats import audit, realtime
from chats.models import AuditAction

if TYPE_CHECKING:
    from django.contrib.auth.models import User


class PasswordIsAudited:
    """No rule for passwords: it records each change, lifts the wait for wrong ones, and has sockets looked at.

    Sessions of the former password end by themselves: each keeps a hash of it (chats.transcripts.UserRights, for sockets).
    """

    def validate(self, password: str, user: Any = None) -> None:
        """Every password will do here."""

    def get_help_text(self) -> str:
        return ""

    def password_changed(self, password: str, user: User | None = None) -> None:  # noqa: ARG002 -- Django's signature
        if user is None:
            return
        AccessAttempt.objects.filter(username=user.get_username()).delete()
        actor = audit.origin.get().user
        by_somebody = actor is not None and actor.is_authenticated
        audit.record(AuditAction.PASSWORD_CHANGED, actor if by_somebody else None, user=user)
        realtime.wake(realtime.RIGHTS_CHANGED)
