"""Single sign-on: whether the provider's discovery document is there, of the issuer that is set, and has what is needed."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.contrib.auth.models import Group

from agents.models import RoutingProfile
from agents.supervision import roles

from .finding import Finding, failed, ok, skipped, warning

WITHIN = 5.0  # seconds
MAX_DOCUMENT = 262_144  # bytes
NEEDED = ("authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri")
NAME = "single sign-on"


def discovery() -> Iterator[Finding]:
    """By Python's own client, so that it can be asked where allauth is not installed."""
    issuer = settings.CCP_OIDC_ISSUER
    if not settings.CCP_SSO or not issuer:
        yield skipped(NAME, "CCP_SSO is off, or CCP_OIDC_ISSUER is empty: people sign in with passwords")
        return
    address = f"{issuer}/.well-known/openid-configuration"
    try:
        document = _fetched(address)
    except urllib.error.HTTPError as error:
        with error:
            yield failed(NAME, f"{address} answered {error.code} {error.reason}", "Correct CCP_OIDC_ISSUER.")
        return
    except (OSError, ValueError) as error:
        yield failed(NAME, f"{address}: {error}", "Look at the network, or correct CCP_OIDC_ISSUER.")
        return
    yield _of(document, issuer)
    yield from _names()


def _fetched(address: str) -> dict[str, Any]:
    """OSError: nothing came; ValueError: it is no JSON object."""
    with urllib.request.urlopen(address, timeout=WITHIN) as answer:  # noqa: S310 -- the operator's own issuer
        document = json.loads(answer.read(MAX_DOCUMENT))
    if not isinstance(document, dict):
        raise ValueError("it is no JSON object")  # noqa: TRY004 -- of what came, not of a caller
    return document


def _of(document: dict[str, Any], issuer: str) -> Finding:
    said = str(document.get("issuer", ""))
    if said.rstrip("/") != issuer:
        return failed(NAME, f"the document is of the issuer “{said[:200]}”", "Set CCP_OIDC_ISSUER to exactly that.")
    missing = [name for name in NEEDED if name not in document]
    if missing:
        return failed(
            NAME, f"the document lacks {', '.join(missing)}", "Choose a provider of OpenID Connect with them."
        )
    if "S256" not in document.get("code_challenge_methods_supported", ["S256"]):
        return warning(
            NAME, f"{issuer} does not say that it takes proof keys (S256)", "Switch PKCE on at the provider."
        )
    return ok(NAME, f"{issuer} answers, and says where to sign in: {str(document['authorization_endpoint'])[:200]}")


def _names() -> Iterator[Finding]:
    """Groups and profiles of the mappings that nobody has made."""
    groups = set(settings.CCP_OIDC_GROUPS.values()) - {*roles.ROLES, roles.ADMINS}
    unknown = [
        *(f"group “{name}”" for name in groups - set(Group.objects.values_list("name", flat=True))),
        *(
            f"routing profile “{name}”"
            for name in set(settings.CCP_OIDC_PROFILES.values())
            - set(RoutingProfile.objects.values_list("name", flat=True))
        ),
    ]
    if unknown:
        yield warning(
            "groups from claims",
            f"there is no {', no '.join(sorted(unknown))}",
            "Make them in the admin, or correct the mapping.",
        )
    elif not settings.CCP_OIDC_GROUPS:
        yield warning(
            "groups from claims",
            "CCP_OIDC_GROUPS is empty: only who has an account already gets in",
            "docs/sign-in.md says how to fill it.",
        )
    else:
        yield ok(
            "groups from claims",
            f"{len(settings.CCP_OIDC_GROUPS)} values of “{settings.CCP_OIDC_GROUPS_CLAIM}” are known",
        )


CHECKS = (discovery,)
