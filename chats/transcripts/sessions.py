"""Ends every session of a user: their pages ask for the password, and the hub closes their sockets at its next look."""

from __future__ import annotations

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session
from django.utils import timezone

from chats import realtime


def end_sessions(user_id: int) -> int:
    """How many there were. A session says whose it is only inside, so that all live ones are looked at."""
    live = Session.objects.filter(expire_date__gt=timezone.now()).iterator()
    own = [one.pk for one in live if str(one.get_decoded().get(SESSION_KEY, "")) == str(user_id)]
    Session.objects.filter(pk__in=own).delete()
    realtime.wake(realtime.RIGHTS_CHANGED)
    return len(own)
