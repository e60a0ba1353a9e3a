"""Pure: what a provider's claims say of a person, and which groups follow."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

USERNAME = re.compile(r"[\w.@+-]{1,150}")  # Django's own rule for login names
MAX_NAME = 150
MAX_EMAIL = 254


@dataclass(frozen=True)
class Identity:
    """Whom the provider vouches for."""

    subject: str
    username: str
    first_name: str
    last_name: str
    email: str
    email_is_verified: bool
    values: frozenset[str]  # of the groups claim


def identity(claims: Mapping[str, Any], groups_claim: str) -> Identity:
    """KeyError: they have no `sub`."""
    subject = str(claims["sub"])
    given, family = text(claims, "given_name"), text(claims, "family_name")
    if not given and not family:
        given, _space, family = text(claims, "name").partition(" ")
    email = text(claims, "email")
    offered = [text(claims, "preferred_username"), email, subject]
    return Identity(
        subject=subject,
        username=next((name for name in offered if USERNAME.fullmatch(name)), ""),
        first_name=given[:MAX_NAME],
        last_name=family[:MAX_NAME],
        email=email if "@" in email and len(email) <= MAX_EMAIL else "",
        email_is_verified=claims.get("email_verified") in {True, "true"},
        values=values(claims, groups_claim),
    )


def text(claims: Mapping[str, Any], name: str) -> str:
    value = claims.get(name)
    return value.replace("\0", "").strip() if isinstance(value, str) else ""


def values(claims: Mapping[str, Any], name: str) -> frozenset[str]:
    """The claim of this name, or along its dots (`realm_access.roles`): a text or a list of texts; anything else is none."""
    found: Any = claims
    if name in claims:
        found = claims[name]
    else:
        for part in name.split("."):
            found = found.get(part) if isinstance(found, Mapping) else None
    listed = [found] if isinstance(found, str) else found if isinstance(found, list) else []
    return frozenset(one for one in listed if isinstance(one, str))


def mapped(values: Collection[str], mapping: Mapping[str, str]) -> list[str]:
    """What these values stand for, each once, in the order of the mapping."""
    return list(dict.fromkeys(name for value, name in mapping.items() if value in values))
