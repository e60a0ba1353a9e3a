"""The addresses of single sign-on; only there while it is on (CCP_SSO)."""

from __future__ import annotations

from django.conf import settings
from django.urls import URLPattern, path

urlpatterns: list[URLPattern] = []

if settings.SSO_IS_ON:
    from . import views

    urlpatterns.append(path("account/signing-in/", views.signing_in, name="signing_in"))
    if settings.CCP_OIDC_ISSUER:
        urlpatterns += [
            path("login/sso/", views.start, name="sso_start"),
            path("login/sso/callback/", views.callback, name="sso_callback"),
            path("account/sso/link/", views.link, name="sso_link"),
        ]
