"""Signed-in devices: noted when somebody signs in and while they open pages, listed for them, and ended.

`NotesPages` is a middleware; `note_sign_in` receives Django's signal. The page is `views.devices`.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.contrib.auth import SESSION_KEY
from django.contrib.auth.models import User
from django.utils import timezone
from django.utils.translation import gettext as _

from ccp_portal.login import client_address
from chats import audit
from chats.models import AuditAction, SignIn
from chats.models.sign_in import MAX_USER_AGENT
from chats.transcripts import end_sessions

from . import device_names

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

NOTED_EVERY = 300.0  # seconds: so exact is “last page”
MOST_NOTED = 10_000  # sessions that a process remembers to have noted
_noted: OrderedDict[str, float] = OrderedDict()  # when, by time.monotonic


@dataclass(frozen=True)
class Device:
    """One line of the page. `key` stands for the session, whose own key is a secret."""

    key: str
    name: str
    is_this: bool
    row: SignIn


def note_sign_in(request: HttpRequest | None, user: User, **_more: Any) -> None:
    """Django's user_logged_in: the session is as new as the sign-in, or was another person's and has no key yet."""
    session = getattr(request, "session", None)
    if request is None or session is None:
        return
    if not session.session_key:
        session.create()
    now = timezone.now()
    columns = {
        "user": user,
        "address": client_address(request),
        "user_agent": request.headers.get("User-Agent", "").replace("\0", "")[:MAX_USER_AGENT],
        "signed_in_at": now,
        "seen_at": now,
    }
    SignIn.objects.update_or_create(session_id=session.session_key, defaults=columns)
    _is_due(session.session_key)


class NotesPages:
    """Middleware: when each session last opened a page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        answer = self.get_response(request)
        session = request.session
        if session.accessed and session.session_key and SESSION_KEY in session and _is_due(session.session_key):
            SignIn.objects.filter(session=session.session_key).update(seen_at=timezone.now())
        return answer


def _is_due(key: str) -> bool:
    """Whether it was not noted lately; from now on it was."""
    now = time.monotonic()
    if now - _noted.get(key, -NOTED_EVERY) < NOTED_EVERY:
        return False
    _noted[key] = now
    _noted.move_to_end(key)
    while len(_noted) > MOST_NOTED:
        _noted.popitem(last=False)
    return True


def name_of(user_agent: str) -> str:
    """Which device it is, in a person's words."""
    browser, system = device_names.browser(user_agent), device_names.system(user_agent)
    if browser and system:
        return _("%(browser)s on %(system)s") % {"browser": browser, "system": system}
    return browser or system or _("An unknown browser")


def devices_of(user: User, session_key: str) -> list[Device]:
    """This one first, then whichever opened a page last."""
    live = SignIn.objects.filter(user=user.pk, session__expire_date__gt=timezone.now())
    found = [
        Device(audit.session_hash(row.session_id), name_of(row.user_agent), row.session_id == session_key, row)
        for row in live.order_by("-seen_at")
    ]
    return sorted(found, key=lambda one: not one.is_this)


def end(actor: Any, user: User, *, only: str = "", but: str = "") -> int:
    """End sessions of this person, and record who did it. How many there were."""
    ended = end_sessions(user.pk, only=only, but=but)
    if ended:
        audit.record(AuditAction.SESSIONS_ENDED, actor, user=user, sessions=ended)
    return ended
