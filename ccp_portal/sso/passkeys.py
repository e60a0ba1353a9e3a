"""Passkeys (WebAuthn): added by who is signed in, and then a way in by themselves, as the device has asked who it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.models import Login
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.internal import auth
from django.core.exceptions import ValidationError
from django.utils import timezone

from ccp_portal.accounts import ways_in
from chats import audit
from chats.models import AuditAction

if TYPE_CHECKING:
    from django.contrib.auth.models import User
    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse


class NoPasskey(Exception):
    """What the browser sent is none that is known here, or that asked for no finger, face or PIN."""


def of(user: User) -> QuerySet[Any]:
    found: QuerySet[Any] = Authenticator.objects.filter(user=user, type=Authenticator.Type.WEBAUTHN).order_by("pk")
    return found


def add(user: User, name: str, credential: Any) -> None:
    """NoPasskey when it does not answer the challenge of this session."""
    try:
        auth.parse_registration_response(credential)
        binding = auth.complete_registration(credential)
    except (AttributeError, KeyError, TypeError, ValueError, ValidationError) as nonsense:
        raise NoPasskey from nonsense
    if not binding.is_user_verified():
        raise NoPasskey
    auth.WebAuthn.add(user, name, credential)
    audit.record(AuditAction.RIGHTS_CHANGED, user, user=user, of=str(user), passkey="added")


def remove(user: User, passkey_id: str) -> None:
    """Of one's own; nothing when there is none of this id."""
    if passkey_id.isdecimal() and of(user).filter(pk=int(passkey_id[:18])).delete()[0]:
        audit.record(AuditAction.RIGHTS_CHANGED, user, user=user, of=str(user), passkey="removed")


def owner(credential: Any) -> Authenticator:
    """The passkey of this answer to the session's challenge; NoPasskey. `user` is whose it is."""
    try:
        response = auth.parse_authentication_response(credential)
        user = auth.extract_user_from_response(credential)
        found = auth.complete_authentication(user, credential)
    except (AttributeError, KeyError, TypeError, ValueError, ValidationError) as nonsense:
        raise NoPasskey from nonsense
    if not response.response.authenticator_data.is_user_verified():
        raise NoPasskey
    return found


def why_not(user: User) -> str:
    """The code of pages.REASONS why this person does not come in by a passkey; empty: they do."""
    if not user.is_active:
        return "closed"
    return "needs_sso" if ways_in.only_sso() and not user.is_superuser else ""


def sign_in(request: HttpRequest, passkey: Authenticator, next_url: str) -> HttpResponse:
    """No code is asked for: a passkey is something one has, with something one is or knows."""
    passkey.last_used_at = timezone.now()
    passkey.save(update_fields=["last_used_at"])
    record_authentication(request, passkey.user, "mfa", id=passkey.pk, type="webauthn", passwordless=True)
    answer: HttpResponse = perform_login(request, Login(user=passkey.user, redirect_url=next_url))
    return answer
