"""The addresses of single sign-on; only there while it is on (CCP_SSO)."""

from __future__ import annotations

from django.conf import settings
from django.urls import URLPattern, path

urlpatterns: list[URLPattern] = []

if settings.SSO_IS_ON:
    from ccp_portal.accounts.views import SignInView

    from . import code_views, passkey_views, views

    urlpatterns += [
        path("login/", SignInView.as_view(), name="account_login"),  # allauth's name of it
        path("login/code/", code_views.ask, name="mfa_authenticate"),
        path("login/second-factor/", code_views.set_up_first, name="second_factor_set_up"),
        path("login/passkey/", passkey_views.sign_in, name="passkey_sign_in"),
        path("login/passkey/options/", passkey_views.options, name="passkey_options"),
        path("account/passkeys/", passkey_views.own, name="passkeys"),
        path("account/passkeys/options/", passkey_views.own_options, name="passkeys_options"),
        path("account/signing-in/", views.signing_in, name="signing_in"),
        path("account/second-factor/", code_views.own, name="second_factor"),
    ]
    if settings.CCP_OIDC_ISSUER:
        urlpatterns += [
            path("login/sso/", views.start, name="sso_start"),
            path("login/sso/callback/", views.callback, name="sso_callback"),
            path("account/sso/link/", views.link, name="sso_link"),
        ]
