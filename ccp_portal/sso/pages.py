"""What somebody reads who was not let in by single sign-on; the log and the audit have the reason by its code."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from requests import RequestException

REASONS: dict[str, Any] = {
    "cancelled": gettext_lazy("You have cancelled the sign-in, or %(provider)s does not let you use the chat desk."),
    "stale": gettext_lazy(
        "This sign-in has expired, was used already, or began in another browser. Begin again on the sign-in page."
    ),
    "unreachable": gettext_lazy(
        "%(provider)s does not answer. Try again in a minute; an administrator can look with “manage.py doctor”."
    ),
    "bad_answer": gettext_lazy(
        "What %(provider)s answered could not be accepted. Begin again; when it happens again, tell an administrator."
    ),
    "no_group": gettext_lazy(
        "%(provider)s says that you are in no group that works at the chat desk. Turn to %(contact)s."
    ),
    "no_name": gettext_lazy("%(provider)s tells no name that could be a login here. Turn to %(contact)s."),
    "closed": gettext_lazy("Your account at the chat desk is closed. Turn to %(contact)s."),
    "has_account": gettext_lazy(
        "There is an account with your name or e-mail address already, and it is not linked to %(provider)s. Sign in with your"
        " password and link it on the page “Signing in”, or turn to %(contact)s."
    ),
    "needs_sso": gettext_lazy("Sign in with %(provider)s: here a passkey lets only administrators in."),
    "no_passkey": gettext_lazy("This passkey is not known here, or took too long. Try again, or sign in another way."),
    "too_often": gettext_lazy("From your address this was begun too often. Try again in a few minutes."),
    "of_another": gettext_lazy("This account of %(provider)s is linked to another person here. Turn to %(contact)s."),
}
STATUS = {"unreachable": 503, "stale": 400, "bad_answer": 400, "no_passkey": 400, "too_often": 429}


def not_let_in(request: HttpRequest, code: str) -> HttpResponse:
    """Our page, with the way back."""
    named = {
        "provider": settings.CCP_OIDC_NAME,
        "contact": settings.CCP_OIDC_CONTACT or _("an administrator"),
    }
    told = {
        "title": _("Not signed in"),
        "text": REASONS[code] % named,
        "address": reverse("login"),
        "button": _("To the sign-in page"),
    }
    return render(request, "account_told.html", told, status=STATUS.get(code, 403))


def of_error(error: object) -> str:
    """The reason for an exception of the way to the provider: it is away, or what it says will not do."""
    if not isinstance(error, RequestException):
        return "bad_answer"
    return "unreachable" if error.response is None or error.response.status_code >= 500 else "bad_answer"
