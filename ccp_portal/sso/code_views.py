"""The pages of second factors: the code after the password, setting one up (before or after signing in), and one's own codes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.adapter import get_adapter
from allauth.mfa.stages import AuthenticateStage
from allauth.mfa.totp.internal.auth import clear_totp_secret, get_totp_secret, validate_totp_code
from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from ccp_portal.accounts import limits
from ccp_portal.login import too_many

from . import MAX_CODE, second_factor
from .second_factor import SetUpStage

if TYPE_CHECKING:
    from django.contrib.auth.models import User

SET_UP_HERE = "ccp_set_up"  # in the session: who has set one up on their way in, in this browser
WRONG = gettext_lazy("This code is wrong, or was used already. An app shows a new one every 30 seconds.")


class CodeForm(forms.Form):
    """One code, as an app shows it or from the list of recovery codes."""

    code = forms.CharField(
        label=gettext_lazy("Code"),
        max_length=MAX_CODE,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code"}),
    )


class PasswordForm(forms.Form):
    """Somebody at an unlocked desk may not change how its owner signs in; nor guess for ever (limits)."""

    password = forms.CharField(
        label=gettext_lazy("Password"), widget=forms.PasswordInput(attrs={"autocomplete": "current-password"})
    )

    def __init__(self, user: User, *args: Any) -> None:
        super().__init__(*args)
        self.user = user
        if not user.has_usable_password():
            del self.fields["password"]

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        if limits.old_password_waits(self.user.pk):
            raise forms.ValidationError(_("That was too often. Try again in a few minutes."))
        if not self.user.check_password(password):
            raise forms.ValidationError(_("The password is wrong."))
        return password


class SetUpForm(CodeForm, PasswordForm):
    """The first code shows that the app has the secret of this session."""

    def __init__(self, secret: str, user: User, asks_password: bool, *args: Any) -> None:
        super().__init__(user, *args)
        self.secret = secret
        if not asks_password:
            self.fields.pop("password", None)

    def clean_code(self) -> str:
        code = "".join(self.cleaned_data["code"].split())
        if not validate_totp_code(self.secret, code):
            raise forms.ValidationError(WRONG)
        return code


# ---- on the way in -----------------------------------------------------------------------------------------------------


@sensitive_post_parameters()
@never_cache
@require_http_methods(["GET", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """The code, after the password."""
    stage = second_factor.pending(request, AuthenticateStage.key)
    if stage is None:
        return redirect("login")
    user, form = stage.login.user, CodeForm(request.POST or None)
    if second_factor.waits(request, user):
        return too_many(request, None, {"username": user.get_username()})
    if form.is_valid():
        if second_factor.accepts(request, user, form.cleaned_data["code"]):
            record_authentication(request, user, "mfa")
            return cast("HttpResponse", stage.exit())
        form.add_error("code", WRONG)
    return render(request, "second_factor_ask.html", {"form": form})


@sensitive_post_parameters()
@never_cache
@require_http_methods(["GET", "POST"])
def set_up_first(request: HttpRequest) -> HttpResponse:
    """Who has to have a second factor sets it up before they are signed in; the recovery codes are seen on the way."""
    stage = second_factor.pending(request, SetUpStage)
    if stage is None:
        return redirect("login")
    user = stage.login.user
    if second_factor.has_one(user):  # this is the button below the codes; or somebody set it up elsewhere meanwhile
        own = request.method == "POST" and request.session.pop(SET_UP_HERE, None) == user.pk
        return cast("HttpResponse", stage.exit()) if own else redirect("login")
    return _set_up(request, SetUp(user, is_first=True, action=request.path))


# ---- one's own ---------------------------------------------------------------------------------------------------------


@sensitive_post_parameters()
@never_cache
@require_http_methods(["GET", "POST"])
@login_required
def own(request: HttpRequest) -> HttpResponse:
    """Set up; or, where it is, new recovery codes and switching it off."""
    user = cast("User", request.user)
    if not second_factor.has_one(user):
        return _set_up(request, SetUp(user, is_first=False, action=request.path))
    form = PasswordForm(user, request.POST if request.method == "POST" else None)
    if form.is_valid():
        if request.POST.get("do") == "codes":
            return _codes(request, second_factor.new_recovery_codes(user), "")
        if request.POST.get("do") == "off":
            second_factor.switch_off(user)
            return redirect("signing_in")
    told = {
        "form": form,
        "left": second_factor.recovery_codes_left(user),
        "is_required": second_factor.is_required(user),
    }
    return render(request, "second_factor.html", told)


@dataclass(frozen=True)
class SetUp:
    """Who sets a second factor up, whether on the way in, and the page it happens on."""

    user: User
    is_first: bool
    action: str


def _set_up(request: HttpRequest, what: SetUp) -> HttpResponse:
    secret = get_totp_secret()  # kept in the session until it is confirmed
    posted = request.POST if request.method == "POST" else None
    form = SetUpForm(secret, what.user, not what.is_first, posted)
    if form.is_valid():
        codes = second_factor.set_up(what.user, secret, what.user)
        limits.code_is_new(what.user.pk, form.cleaned_data["code"])
        if what.is_first:
            request.session[SET_UP_HERE] = what.user.pk
        clear_totp_secret(request)
        return _codes(request, codes, what.action if what.is_first else "")
    adapter = get_adapter()
    picture = mark_safe(adapter.build_totp_svg(adapter.build_totp_url(what.user, secret)).partition("?>")[2])  # noqa: S308 -- paths of squares
    spelt = " ".join(secret[place : place + 4] for place in range(0, len(secret), 4))
    return render(
        request, "second_factor_set_up.html", {"form": form, "picture": picture, "secret": spelt, "what": what}
    )


def _codes(request: HttpRequest, codes: list[str], action: str) -> HttpResponse:
    return render(request, "recovery_codes.html", {"codes": codes, "action": action})
