"""Which ways to sign in the page offers: the password, single sign-on, or both. Asked by the login page and what renders it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.conf import settings
from django.contrib.auth.forms import AuthenticationForm
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from django.contrib.auth.models import User
    from django.http import HttpRequest

BREAK_GLASS = "password"  # /login/?password: the form where CCP_OIDC_ONLY hides it


def has_sso() -> bool:
    return bool(settings.SSO_IS_ON and settings.CCP_OIDC_ISSUER)


def only_sso() -> bool:
    return has_sso() and settings.CCP_OIDC_ONLY


def needs_code(user: User) -> bool:
    """Whether a password alone does not sign this person in: they have a second factor, or have to set one up."""
    if not settings.SSO_IS_ON:
        return False
    from ccp_portal.sso import second_factor  # needs allauth

    return second_factor.has_one(user) or second_factor.is_required(user)


def of(request: HttpRequest, next_url: str) -> dict[str, Any]:
    """For templates/login.html: `sso` (its name and address), `has_form`, `has_passkeys`."""
    if not has_sso():
        return {"has_form": True, "has_passkeys": settings.SSO_IS_ON}
    query = f"?{urlencode({'next': next_url})}" if next_url else ""
    asked = request.method == "POST" or BREAK_GLASS in request.GET
    has_form = asked or not only_sso()
    return {
        "sso": {"name": settings.CCP_OIDC_NAME, "address": reverse("sso_start") + query},
        "has_form": has_form,
        "has_passkeys": has_form,
    }


class PasswordForm(AuthenticationForm):
    """Where single sign-on is the only way, a password lets superusers in alone (ccp_portal.login): it says so."""

    def get_invalid_login_error(self) -> forms.ValidationError:
        if getattr(self.request, "needs_code", False):
            return forms.ValidationError(_("Sign in on the desk's own page: you need a code, too."), code="needs_code")
        if not getattr(self.request, "needs_sso", False):
            return super().get_invalid_login_error()
        told = _("Sign in with %(provider)s: here a password lets only administrators in.")
        return forms.ValidationError(told, code="needs_sso", params={"provider": settings.CCP_OIDC_NAME})
