"""To the provider and back (docs/sign-in.md). The page to sign in links here; everything else is `adapters`."""

from __future__ import annotations

import logging
import secrets
from typing import TYPE_CHECKING, Any, cast

from allauth.socialaccount.models import SocialAccount
from allauth.socialaccount.providers.base import AuthProcess
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render, resolve_url
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST
from requests import RequestException

from ccp_portal.accounts import limits, ways_in
from ccp_portal.login import client_address

from . import pages, passkeys, second_factor
from .adapters import Adapter, refused

if TYPE_CHECKING:
    from django.contrib.auth.models import User

log = logging.getLogger(__name__)


@never_cache
@require_GET
@login_required
def signing_in(request: HttpRequest) -> HttpResponse:
    """How this person signs in, and what they can change of it."""
    user = cast("User", request.user)
    told: dict[str, Any] = {"has_password": user.has_usable_password(), "sso": None}
    told["passkeys"] = passkeys.of(user).count()
    told["has_app"] = second_factor.has_one(user)
    if ways_in.has_sso():
        linked = SocialAccount.objects.filter(user=user, provider=settings.OIDC_PROVIDER_ID).exists()
        told["sso"] = {"name": settings.CCP_OIDC_NAME, "is_linked": linked}
    return render(request, "signing_in.html", told)


@never_cache
@require_GET
def start(request: HttpRequest) -> HttpResponseBase:
    """To the provider; `next` is where to go afterwards, within the portal."""
    asked = request.GET.get("next", "")
    safe = url_has_allowed_host_and_scheme(asked, {request.get_host()}, require_https=request.is_secure())
    return _to_provider(request, AuthProcess.LOGIN, asked if safe else resolve_url(settings.LOGIN_REDIRECT_URL))


@never_cache
@require_POST
@login_required
def link(request: HttpRequest) -> HttpResponseBase:
    """Somebody who is signed in links their account at the provider to the one here.

    The way there is a page, as our policy (form-action) lets no form lead elsewhere, not by a redirect either.
    """
    answer = _to_provider(request, AuthProcess.CONNECT, resolve_url("signing_in"))
    address = answer.headers.get("Location")
    if address is None:
        return answer
    provider = {"provider": settings.CCP_OIDC_NAME}
    told = {"title": _("On to %(provider)s") % provider, "text": "", "address": address, "button": _("Go on")}
    page = render(request, "account_told.html", told)
    page["Refresh"] = f"0; url={address}"
    return page


@never_cache
@require_GET
def callback(request: HttpRequest) -> HttpResponseBase:
    """Back from the provider."""
    try:
        return cast("HttpResponseBase", OAuth2CallbackView.adapter_view(Adapter(request))(request))
    except (RequestException, OAuth2Error, KeyError) as error:
        return _failed(request, error)


def _to_provider(request: HttpRequest, process: str, next_url: str) -> HttpResponseBase:
    seconds = limits.sso_waits(client_address(request))
    if seconds:
        refusal = pages.not_let_in(request, "too_often")
        refusal["Retry-After"] = str(seconds)
        return refusal
    nonce = secrets.token_urlsafe(24)
    more = {"next_url": next_url, "data": {"nonce": nonce}, "auth_params": {"nonce": nonce}}
    try:
        answer = Adapter(request).get_provider().redirect(request, process, **more)
    except (RequestException, OAuth2Error, KeyError) as error:
        return _failed(request, error)
    return cast("HttpResponseBase", answer)


def _failed(request: HttpRequest, error: Exception) -> HttpResponse:
    """The discovery document is what allauth fetches outside of its own care."""
    code = pages.of_error(error)
    log.warning("A sign-in by single sign-on failed: %s (%r)", code, error)
    return refused(request, code)
