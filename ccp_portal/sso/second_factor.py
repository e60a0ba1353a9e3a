"""Codes of an authenticator app and recovery codes: asked for after the password, set up, and taken away again.

Whose setting wants one has none: it is set up before they are signed in, so that nobody is signed in without. `views_code` has the pages.
Wrong codes count as wrong passwords do (ccp_portal.login), in the database: all processes count together, and a code is good once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from allauth.account.internal.flows.login import perform_password_login
from allauth.account.models import Login
from allauth.account.stages import LoginStage, LoginStageController
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.stages import AuthenticateStage
from allauth.mfa.totp.internal.auth import TOTP, validate_totp_code
from allauth.mfa.utils import decrypt
from allauth.mfa.webauthn.internal.flows import did_use_passwordless_login
from axes.handlers.proxy import AxesProxyHandler
from django.conf import settings
from django.contrib.auth.signals import user_login_failed
from django.db import transaction
from django.shortcuts import redirect

from ccp_portal.accounts import limits
from ccp_portal.login import waits_until
from chats import audit
from chats.models import AuditAction

if TYPE_CHECKING:
    from django.contrib.auth.models import User
    from django.http import HttpRequest, HttpResponse

EVERYBODY = "*"


def has_one(user: User) -> bool:
    return bool(Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists())


def is_required(user: User) -> bool:
    """By CCP_SECOND_FACTOR_GROUPS; single sign-on is the provider's to secure."""
    names = settings.CCP_SECOND_FACTOR_GROUPS
    return EVERYBODY in names or (bool(names) and user.groups.filter(name__in=names).exists())


def go_on(request: HttpRequest, user: User, next_url: str) -> HttpResponse:
    """After the right password: to the page that asks for the code, or sets it up."""
    login = Login(user=user, redirect_url=next_url, state={"password": user.get_session_auth_hash()})
    answer: HttpResponse = perform_password_login(request, {"username": user.get_username()}, login)
    return answer


def pending(request: HttpRequest, stage: type[LoginStage] | str) -> Any:
    """The stage that this browser's sign-in waits at; None: it does not, took too long, or the account is another one now."""
    found = LoginStageController.enter(request, stage if isinstance(stage, str) else stage.key)
    if found is None or found.login.user is None:
        return None
    user, password = found.login.user, found.login.state.get("password")
    is_same = password is None or password == user.get_session_auth_hash()
    return found if user.is_active and is_same else None


class CodeStage(AuthenticateStage):  # type: ignore[misc]  # allauth has no types
    """After a password, or single sign-on, of who has an app; a passkey has asked who it is already."""

    def _should_handle(self, request: HttpRequest) -> bool:
        user = self.login.user
        return user is not None and has_one(user) and not did_use_passwordless_login(request, user)


class SetUpStage(LoginStage):  # type: ignore[misc]  # as above
    """Somebody has to have a second factor and has none: not signed in until it is set up."""

    key = "ccp_set_up"
    urlname = "second_factor_set_up"

    def handle(self) -> tuple[HttpResponse | None, bool]:
        by_provider = "sociallogin" in (self.login.signal_kwargs or {})
        if by_provider or did_use_passwordless_login(self.request, self.login.user):
            return None, True
        if has_one(self.login.user) or not is_required(self.login.user):
            return None, True
        return redirect("second_factor_set_up"), True


# ---- a code ------------------------------------------------------------------------------------------------------------


def waits(request: HttpRequest, user: User) -> bool:
    """Whether too many were wrong, of passwords and codes together."""
    AxesProxyHandler.update_request(request)  # with the address that axes counts by
    return waits_until(request, {"username": user.get_username()}) is not None


def accepts(request: HttpRequest, user: User, code: str) -> bool:
    """Whether this is a code of the app, or a recovery code, that was not used before; a wrong one is counted."""
    code = "".join(code.split())
    if _is_right(user, code):
        return True
    user_login_failed.send(sender=Authenticator, credentials={"username": user.get_username()}, request=request)
    return False


def _is_right(user: User, code: str) -> bool:
    for one in Authenticator.objects.filter(user=user):
        if one.type == Authenticator.Type.TOTP:
            if validate_totp_code(decrypt(one.data["secret"]), code) and limits.code_is_new(user.pk, code):
                one.record_usage()
                return True
        elif one.type == Authenticator.Type.RECOVERY_CODES and RecoveryCodes(one).validate_code(code):
            return True
    return False


# ---- set up, and away --------------------------------------------------------------------------------------------------


def set_up(user: User, secret: str, by: Any) -> list[str]:
    """From now on a code is asked for. The recovery codes, to be written down."""
    with transaction.atomic():
        _of_the_app(user).delete()
        TOTP.activate(user, secret)
        codes: list[str] = RecoveryCodes.activate(user).generate_codes()
        audit.record(AuditAction.RIGHTS_CHANGED, by, user=user, of=str(user), second_factor="set up")
    return codes


def new_recovery_codes(user: User) -> list[str]:
    """The old ones are void."""
    with transaction.atomic():
        Authenticator.objects.filter(user=user, type=Authenticator.Type.RECOVERY_CODES).delete()
        codes: list[str] = RecoveryCodes.activate(user).generate_codes()
        audit.record(AuditAction.RIGHTS_CHANGED, user, user=user, of=str(user), second_factor="new recovery codes")
    return codes


def switch_off(user: User) -> None:
    """No code is asked for any more; where one is required it is set up anew at the next sign-in."""
    with transaction.atomic():
        if _of_the_app(user).delete()[0]:
            audit.record(AuditAction.RIGHTS_CHANGED, user, user=user, of=str(user), second_factor="removed")


def take_away(user: User, by: Any) -> bool:
    """The app, the recovery codes and all passkeys, of somebody whose telephone is gone. Whether there was one."""
    with transaction.atomic():
        gone = bool(Authenticator.objects.filter(user=user).delete()[0])
        if gone:
            audit.record(AuditAction.RIGHTS_CHANGED, by, user=user, of=str(user), second_factor="removed")
    return gone


def recovery_codes_left(user: User) -> int:
    one = Authenticator.objects.filter(user=user, type=Authenticator.Type.RECOVERY_CODES).first()
    return len(RecoveryCodes(one).get_unused_codes()) if one is not None else 0


def _of_the_app(user: User) -> Any:
    return Authenticator.objects.filter(user=user).exclude(type=Authenticator.Type.WEBAUTHN)
