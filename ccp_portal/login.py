"""How often a password may be wrong: limits by account and by address, counted by django-axes in the database.

Used by every login, the admin's too, as authentication backend, axes handler and page (settings). An account is guessed
at from one address or from many, and one address may guess at many accounts: each has its limit. Who has signed in from
an address before is held to the limit of the two together only, so that nobody locks out a colleague behind the same
address, nor, from elsewhere, somebody who sits where they always sit.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from threading import BoundedSemaphore
from typing import TYPE_CHECKING, Any

from axes.backends import AxesBackend
from axes.handlers.database import AxesDatabaseHandler
from axes.handlers.proxy import AxesProxyHandler
from axes.helpers import get_client_username, get_cool_off
from axes.models import AccessAttempt, AccessLog
from django.conf import settings
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.forms import AuthenticationForm
from django.core.exceptions import PermissionDenied
from django.db.models import Max, QuerySet, Sum
from django.shortcuts import render
from django.utils import timezone

from chats.client_address import client_address as address_of

from .accounts import ways_in
from .hashing import THREADS

if TYPE_CHECKING:
    from django.contrib.auth.models import User
    from django.http import HttpRequest, HttpResponse

AT_ONE_ADDRESS, OF_ONE_ACCOUNT, FROM_ONE_ADDRESS = 10, 20, 100  # wrong passwords until one has to wait
KNOWN_FOR = timedelta(days=30)  # so long an address is one that the account has signed in from
Credentials = Mapping[str, Any]
_at_once = BoundedSemaphore(THREADS)


class PasswordBackend(AxesBackend):  # type: ignore[misc]  # axes has no types
    """Asks whether this login has to wait, in its turn before the hasher: of many at once none slips through."""

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **more: Any
    ) -> User | None:
        if request is None:  # no login of anybody's: a command or a shell
            return ModelBackend.authenticate(self, request, username, password, **more)
        super().authenticate(request, username=username, password=password, **more)
        with _at_once:
            super().authenticate(request, username=username, password=password, **more)
            user: User | None = ModelBackend.authenticate(self, request, username, password, **more)
            if user is None:  # counted before the next one is let to the hasher; Django tells it once more, too late
                AxesProxyHandler.user_login_failed(type(self), {"username": username}, request)
                request.wrong_password_is_counted = True  # type: ignore[attr-defined]  # a mark of ours
        if user is None:
            raise PermissionDenied  # no further backend: ModelBackend stands there for the sessions it has signed in
        if ways_in.only_sso() and not user.is_superuser:
            request.wrong_password_is_counted = request.needs_sso = True  # type: ignore[attr-defined]  # as above
            raise PermissionDenied
        if not getattr(request, "asks_for_codes", False) and ways_in.needs_code(user):
            request.wrong_password_is_counted = request.needs_code = True  # type: ignore[attr-defined]  # as above
            raise PermissionDenied
        return user


class LoginHandler(AxesDatabaseHandler):  # type: ignore[misc]  # as above
    """AXES_HANDLER: what axes counts, against our limits (AXES_FAILURE_LIMIT is 1: one limit that is reached)."""

    def get_failures(self, request: HttpRequest, credentials: Credentials | None = None) -> int:
        return int(waits_until(request, credentials) is not None)

    def user_login_failed(
        self, sender: Any, credentials: Credentials, request: HttpRequest | None = None, **more: Any
    ) -> None:
        if not getattr(request, "wrong_password_is_counted", False):
            super().user_login_failed(sender, credentials, request, **more)

    def user_logged_in(self, sender: Any, request: HttpRequest, user: User, **more: Any) -> None:
        super().user_logged_in(sender, request, user, **more)
        AccessLog.objects.filter(username=user.get_username(), attempt_time__lt=timezone.now() - KNOWN_FOR).delete()


def waits_until(request: Any, credentials: Credentials | None) -> datetime | None:
    """When this account may be tried again from this address; None: now."""
    cool_off: timedelta = get_cool_off(request)
    reached = []
    for attempts, limit in _limits(get_client_username(request, credentials), request.axes_ip_address):
        recent = attempts.filter(attempt_time__gt=timezone.now() - cool_off)
        found = recent.aggregate(count=Sum("failures_since_start"), last=Max("attempt_time"))
        if (found["count"] or 0) >= limit:
            reached.append(found["last"] + cool_off)
    return max(reached, default=None)


def _limits(username: str | None, address: str | None) -> Iterator[tuple[QuerySet[Any], int]]:
    yield AccessAttempt.objects.filter(username=username, ip_address=address), AT_ONE_ADDRESS
    known = AccessLog.objects.filter(username=username, ip_address=address)
    if not known.filter(attempt_time__gt=timezone.now() - KNOWN_FOR).exists():
        yield AccessAttempt.objects.filter(username=username), OF_ONE_ACCOUNT
        yield AccessAttempt.objects.filter(ip_address=address), FROM_ONE_ADDRESS


def client_address(request: HttpRequest) -> str | None:
    """AXES_CLIENT_IP_CALLABLE: who knocks."""
    peer, forwarded = request.META.get("REMOTE_ADDR", ""), request.META.get("HTTP_X_FORWARDED_FOR", "")
    return address_of(peer, forwarded, behind_proxy=settings.CCP_BEHIND_PROXY)


def too_many(request: HttpRequest, _response: HttpResponse | None, credentials: Credentials | None) -> HttpResponse:
    """AXES_LOCKOUT_CALLABLE: the login page, which says when to try again."""
    until = waits_until(request, credentials) or timezone.now()
    seconds = max(1, math.ceil((until - timezone.now()).total_seconds()))
    form = AuthenticationForm(request, initial={"username": get_client_username(request, credentials)})
    asked = request.POST.get("next", "")
    context = {"form": form, "next": asked, "wait_minutes": math.ceil(seconds / 60), **ways_in.of(request, asked)}
    answer = render(request, "login.html", context, status=429)
    answer["Retry-After"] = str(seconds)
    return answer
