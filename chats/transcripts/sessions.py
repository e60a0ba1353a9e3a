"""Ends sessions of a user: their pages ask for the password, and the hub closes their sockets at its next look, now."""

from __future__ import annotations

from django.contrib.sessions.models import Session

from chats import audit, realtime


def end_sessions(user_id: int, *, only: str = "", but: str = "") -> int:
    """How many there were. `only` this one, or all `but` this one: by the hash that the audit knows a session by."""
    sessions = Session.objects.filter(sign_in__user=user_id)
    if only or but:
        keys = sessions.values_list("pk", flat=True)
        wanted = {key for key in keys if (audit.session_hash(key) == only if only else audit.session_hash(key) != but)}
        sessions = sessions.filter(pk__in=wanted)
    ended = sessions.count()
    sessions.delete()
    realtime.wake(realtime.RIGHTS_CHANGED)
    return ended
