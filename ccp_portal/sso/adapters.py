"""Where django-allauth asks us (ACCOUNT_ADAPTER, SOCIALACCOUNT_ADAPTER), and its OpenID Connect with what it leaves out.

allauth keeps state and PKCE and checks issuer, audience and age of the ID token, which it fetched itself over TLS. Added here:
a nonce, the same subject in ID token and userinfo, a discovery document of the issuer that is set, and one error for all nonsense.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, cast

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.providers.base import AuthError, AuthProcess
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from allauth.utils import build_absolute_uri
from django.conf import settings
from django.db import connection, transaction
from django.urls import reverse
from requests import RequestException

from chats import audit
from chats.models import AuditAction
from chats.models.encrypted_field import EncryptedTextField

from . import MOST_LOGGED, claims, pages, people

if TYPE_CHECKING:
    from django.contrib.auth.models import User
    from django.http import HttpRequest, HttpResponse

log = logging.getLogger(__name__)


def refused(request: HttpRequest, code: str, person: User | None = None) -> HttpResponse:
    """The page of this reason; the audit has it."""
    audit.record(AuditAction.SIGN_IN_FAILED, None, user=person, by="oidc", why=code)
    return pages.not_let_in(request, code)


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """Signs in as Django does; nothing else of allauth's accounts is in use."""

    def login(self, request: HttpRequest, user: Any) -> None:
        user.backend = "django.contrib.auth.backends.ModelBackend"
        super().login(request, user)

    def get_login_stages(self) -> list[str]:
        return ["ccp_portal.sso.second_factor.CodeStage", "ccp_portal.sso.second_factor.SetUpStage"]

    def add_message(self, *_args: Any, **_more: Any) -> None:
        """Our pages say what happened."""

    def is_open_for_signup(self, _request: HttpRequest) -> bool:
        return False


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # as above
    """Secrets are encrypted as tokens of participants are; an authenticator app shows the company and the login."""

    def encrypt(self, text: str) -> str:
        return EncryptedTextField().get_prep_value(text) or ""

    def decrypt(self, encrypted_text: str) -> str:
        return EncryptedTextField().from_db_value(encrypted_text, None, connection) or ""

    def get_totp_issuer(self) -> str:
        return str(settings.CCP_COMPANY)

    def get_totp_label(self, user: Any) -> str:
        return str(user.get_username())


class SocialAccountAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]  # as above
    """Between the provider's answer and the session."""

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        account, linked = sociallogin.account, sociallogin.user if sociallogin.is_existing else None
        told, account.extra_data = account.extra_data, {}  # used at once, and not kept
        if linked is not None:
            account.save(update_fields=["extra_data"])
        if told["id_token"].get("nonce") != sociallogin.state["data"]["nonce"]:
            raise ImmediateHttpResponse(refused(request, "bad_answer"))
        who = claims.identity(told["id_token"] | told["userinfo"], settings.CCP_OIDC_GROUPS_CLAIM)
        try:
            with transaction.atomic():
                self._found(request, sociallogin, who, linked)
        except people.NotLetIn as why:
            if why.code == "no_group" and why.person is not None:
                people.shut_out(why.person)
            raise ImmediateHttpResponse(refused(request, why.code, why.person)) from None

    def _found(self, request: HttpRequest, sociallogin: Any, who: claims.Identity, linked: User | None) -> None:
        if sociallogin.state.get("process") == AuthProcess.CONNECT:
            if linked is not None and linked != request.user:
                raise people.NotLetIn("of_another", linked)
            if linked is None:
                person = cast("User", request.user)
                audit.record(
                    AuditAction.RIGHTS_CHANGED, person, user=person, of=str(person), added=[settings.CCP_OIDC_NAME]
                )
            return
        sociallogin.user = people.let_in(who, linked)
        if linked is None:
            sociallogin.connect(request, sociallogin.user)

    def on_authentication_error(
        self, request: HttpRequest, provider: Any, error: Any = None, exception: Any = None, extra_context: Any = None
    ) -> None:
        """Its own page for it is never shown."""
        if error == AuthError.CANCELLED:
            code = "cancelled"
        elif exception is None and "state" not in (extra_context or {}):
            code = "stale"
        else:
            code = pages.of_error(exception)
        log.warning("A sign-in by %s failed: %s (%s)", provider.name, code, str(exception or error)[:MOST_LOGGED])
        raise ImmediateHttpResponse(refused(request, code))

    def get_connect_redirect_url(self, _request: HttpRequest, _socialaccount: Any) -> str:
        return reverse("signing_in")


class Adapter(OpenIDConnectOAuth2Adapter):  # type: ignore[misc]  # as above
    """The one provider of the settings, under our own addresses."""

    def __init__(self, request: HttpRequest, provider_id: str = "") -> None:
        super().__init__(request, provider_id or settings.OIDC_PROVIDER_ID)

    def get_provider(self) -> Any:
        provider = super().get_provider()
        provider.oauth2_adapter_class = type(self)
        return provider

    @property
    def openid_config(self) -> Any:
        config = super().openid_config
        if str(config.get("issuer", "")).rstrip("/") != settings.CCP_OIDC_ISSUER:
            raise OAuth2Error(f"the discovery document is of the issuer {config.get('issuer')!r}")
        return config

    def get_callback_url(self, request: HttpRequest, _app: Any) -> str:
        return str(build_absolute_uri(request, reverse("sso_callback")))

    def complete_login(self, request: HttpRequest, app: Any, token: Any, **more: Any) -> Any:
        try:
            found = super().complete_login(request, app, token, **more)
            told = found.account.extra_data
            if told["userinfo"]["sub"] != told["id_token"]["sub"]:
                raise OAuth2Error("userinfo is of another subject than the ID token")
        except (AttributeError, KeyError, TypeError, ValueError) as nonsense:
            if isinstance(nonsense, RequestException):
                raise
            raise OAuth2Error(f"an answer that cannot be read: {nonsense!r}") from nonsense
        return found
