"""The mail with a link to a new password. Who asks is answered before anybody is looked up, so that no time tells who exists."""

from __future__ import annotations

import contextvars
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import User
from django.contrib.auth.tokens import default_token_generator
from django.core.mail import send_mail
from django.db import connections
from django.db.models import Q
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from django.utils.translation import gettext as _

from chats import audit
from chats.models import AuditAction

from . import limits

log = logging.getLogger(__name__)
MOST_WAITING = 1_000  # mails, in a process


@dataclass(frozen=True)
class Asked:
    """What somebody typed, and where the link shall lead."""

    typed: str
    origin: str  # https://portal.example.org
    language: str


def link_of(user: User) -> str:
    """The path of the page where this person chooses a password; good once, for PASSWORD_RESET_TIMEOUT."""
    uid = urlsafe_base64_encode(force_bytes(user.pk))
    return reverse("password_reset_confirm", args=[uid, default_token_generator.make_token(user)])


def people(typed: str) -> list[User]:
    """Who has this user name, or this e-mail address, and a password and an address to write to."""
    named = get_user_model().objects.filter(Q(username__iexact=typed) | Q(email__iexact=typed), is_active=True)
    return [one for one in named.exclude(email="")[:10] if one.has_usable_password()]


def send_in_background(asked: Asked) -> None:
    """Look up, make the link and send it, on a thread of its own: the caller knows nothing of what comes of it."""
    if _thread()._work_queue.qsize() > MOST_WAITING:  # noqa: SLF001 -- the executor has no public way to ask
        log.error("A mail with a link to a new password is dropped: %d wait already", MOST_WAITING)
        return
    _thread().submit(contextvars.copy_context().run, _then_closed, send, asked)


def send(asked: Asked) -> None:
    """One mail to each whom this names, unless there were several of late."""
    if not limits.may_send_reset(asked.typed):
        return
    for user in people(asked.typed):
        audit.record(AuditAction.PASSWORD_RESET_ASKED, None, user=user)
        with translation.override(asked.language):
            context = {"user": user, "link": asked.origin + link_of(user), "company": settings.CCP_COMPANY}
            text = render_to_string("mail/password_reset.txt", context)
            send_mail(_("Choose a new password for the chat desk"), text, None, [user.email])


def _then_closed(work: Callable[[Asked], None], asked: Asked) -> None:
    try:
        work(asked)
    except Exception:
        log.exception("The mail with a link to a new password could not be sent")
    finally:
        connections.close_all()


@cache
def _thread() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(1, "mail")
