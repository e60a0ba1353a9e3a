"""System checks of single sign-on: it says at start-up what lacks or cannot be read, with the remedy."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

ISSUER = re.compile(r"https://[\w.-]+(:\d{1,5})?(/\S*)?|http://(localhost|127\.0\.0\.1)(:\d{1,5})?(/\S*)?")


@register
def single_sign_on_has_what_it_needs(**_kwargs: Any) -> list[CheckMessage]:
    if not settings.CCP_SSO:
        return []
    if not settings.SSO_IS_INSTALLED:
        return [
            Error(
                "CCP_SSO is on, and django-allauth is not installed.",
                hint="Run: pip install --require-hashes -r requirements-sso.txt, then: python manage.py migrate.",
                id="ccp.E015",
            )
        ]
    return [*_of_the_issuer(), *_of_the_groups()]


def _of_the_issuer() -> Iterator[CheckMessage]:
    if settings.CCP_OIDC_ISSUER and not ISSUER.fullmatch(settings.CCP_OIDC_ISSUER):
        yield Error(
            f"CCP_OIDC_ISSUER is “{settings.CCP_OIDC_ISSUER}”, which is no issuer.",
            hint="It is the https address below which /.well-known/openid-configuration is; http is for this machine's own.",
            id="ccp.E016",
        )
    if settings.CCP_OIDC_ISSUER and not (settings.CCP_OIDC_CLIENT_ID and settings.CCP_OIDC_CLIENT_SECRET):
        yield Error(
            "CCP_OIDC_ISSUER is set, and CCP_OIDC_CLIENT_ID or CCP_OIDC_CLIENT_SECRET is not.",
            hint="The provider gives both when the portal is registered there, with /login/sso/callback/ to come back to.",
            id="ccp.E017",
        )
    if settings.CCP_OIDC_ONLY and not settings.CCP_OIDC_ISSUER:
        yield Error(
            "CCP_OIDC_ONLY is on, and no CCP_OIDC_ISSUER is named: nobody but superusers could sign in.",
            hint="Name the issuer, or leave CCP_OIDC_ONLY off.",
            id="ccp.E018",
        )


def _of_the_groups() -> Iterator[CheckMessage]:
    for setting in ("CCP_OIDC_GROUPS", "CCP_OIDC_PROFILES"):
        if any(not value or not name for value, name in getattr(settings, setting).items()):
            yield Error(
                f"{setting} cannot be read.",
                hint="It is a list of value=name with semicolons between, as in chat-agents=Agents;chat-leads=Team leads.",
                id="ccp.E019",
            )
