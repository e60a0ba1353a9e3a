"""The pages of passkeys: options for the browser, the way in, and one's own."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, cast

from allauth.mfa.webauthn.internal import auth
from django import forms
from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from ccp_portal.accounts import limits
from ccp_portal.login import client_address
from chats import audit
from chats.models import AuditAction

from . import MAX_PASSKEY_NAME, MOST_PASSKEYS, pages, passkeys
from .code_views import PasswordForm

if TYPE_CHECKING:
    from django.contrib.auth.models import User


class AddForm(PasswordForm):
    """A name by which its owner knows it again."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=MAX_PASSKEY_NAME, required=False)


@never_cache
@require_POST
def options(request: HttpRequest) -> JsonResponse:
    """For the sign-in page: any passkey of this site will do."""
    seconds = limits.sso_waits(client_address(request))
    if seconds:
        return JsonResponse({}, status=429, headers={"Retry-After": str(seconds)})
    return JsonResponse(auth.begin_authentication()["publicKey"])


@sensitive_post_parameters()
@never_cache
@require_POST
def sign_in(request: HttpRequest) -> HttpResponse:
    try:
        passkey = passkeys.owner(_credential(request))
    except passkeys.NoPasskey:
        audit.record(AuditAction.SIGN_IN_FAILED, None, by="passkey", why="no_passkey")
        return pages.not_let_in(request, "no_passkey")
    why_not = passkeys.why_not(passkey.user)
    if why_not:
        audit.record(AuditAction.SIGN_IN_FAILED, None, user=passkey.user, by="passkey", why=why_not)
        return pages.not_let_in(request, why_not)
    asked = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(asked, {request.get_host()}, require_https=request.is_secure())
    return passkeys.sign_in(request, passkey, asked if safe else resolve_url(settings.LOGIN_REDIRECT_URL))


@never_cache
@require_POST
@login_required
def own_options(request: HttpRequest) -> JsonResponse:
    """403: the password is wrong; the page itself says so. Nothing is made on a device for who may not add it."""
    user = cast("User", request.user)
    if not AddForm(user, request.POST).is_valid():
        return JsonResponse({}, status=403)
    return JsonResponse(auth.begin_registration(user, passwordless=True)["publicKey"])


@sensitive_post_parameters()
@never_cache
@require_http_methods(["GET", "POST"])
@login_required
def own(request: HttpRequest) -> HttpResponse:
    """Listed; added and removed by who knows the password."""
    user = cast("User", request.user)
    form = AddForm(user, request.POST if request.method == "POST" else None)
    is_full = passkeys.of(user).count() >= MOST_PASSKEYS
    if form.is_valid():
        if "remove" in request.POST:
            passkeys.remove(user, request.POST["remove"])
            return redirect("passkeys")
        try:
            if not is_full:
                passkeys.add(user, form.cleaned_data["name"] or _("Passkey"), _credential(request))
                return redirect("passkeys")
        except passkeys.NoPasskey:
            form.add_error(None, _("The browser's answer could not be accepted. Try again."))
    told = {"form": form, "passkeys": passkeys.of(user), "is_full": is_full}
    return render(request, "passkeys.html", told)


def _credential(request: HttpRequest) -> Any:
    """NoPasskey: it is no JSON object."""
    try:
        found = json.loads(request.POST.get("credential", ""))
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise passkeys.NoPasskey
    return found
