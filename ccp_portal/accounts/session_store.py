"""SESSION_ENGINE: sessions in the database, and beside each that somebody is signed in with a row that says whose it is."""

from __future__ import annotations

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends import db

from chats.models import SignIn


class SessionStore(db.SessionStore):
    """No session of anybody is without its row, however it came to be; a session and its row are one commit."""

    def save(self, must_create: bool = False) -> None:
        super().save(must_create)
        user_id = self.get(SESSION_KEY)
        if user_id is not None:
            SignIn.objects.get_or_create(session_id=self.session_key, defaults={"user_id": user_id})

    def cycle_key(self) -> None:
        """Under another key it is still the same device."""
        row = SignIn.objects.filter(session_id=self.session_key).first() if self.session_key else None
        super().cycle_key()
        if row is not None:
            columns = {"address": row.address, "user_agent": row.user_agent, "signed_in_at": row.signed_in_at}
            SignIn.objects.update_or_create(session_id=self.session_key, defaults={"user_id": row.user_id, **columns})
