"""IAM policy documents: read strictly, and the one question they answer: may this action be done to this resource?

What the emulator cannot evaluate, it refuses to load: a policy that is half understood allows too much.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

_VERSIONS = {"2012-10-17", "2008-10-17"}
_KNOWN = {"Sid", "Effect", "Action", "NotAction", "Resource", "NotResource"}
_ACTION = re.compile(r"\*|[A-Za-z0-9*?-]+:[A-Za-z0-9*?]+")


class InvalidPolicy(Exception):
    """The text is no policy the emulator can evaluate; the message says why."""


class Verdict(Enum):
    ALLOWED = "allowed"
    DENIED = "with an explicit deny in an identity-based policy"
    NOT_ALLOWED = "because no identity-based policy allows the {action} action"


@dataclass(frozen=True, slots=True)
class Statement:
    allows: bool
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    other_actions: bool = False  # NotAction
    other_resources: bool = False  # NotResource

    def speaks_of(self, action: str, resource: str) -> bool:
        """Actions are compared without regard to case, resources with it (IAM's policy elements)."""
        named = any(_matches(pattern.lower(), action.lower()) for pattern in self.actions)
        meant = any(_matches(pattern, resource) for pattern in self.resources)
        return named != self.other_actions and meant != self.other_resources


@dataclass(frozen=True, slots=True)
class Policy:
    statements: tuple[Statement, ...]

    @classmethod
    def read(cls, text: str) -> Policy:
        try:
            document = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise InvalidPolicy(f"not JSON: {error}") from None
        if not isinstance(document, dict) or document.get("Version") not in _VERSIONS:
            raise InvalidPolicy(f"Version must be one of {', '.join(sorted(_VERSIONS))}")
        statements: Any = document.get("Statement")
        listed = statements if isinstance(statements, list) else [statements]
        if not listed or not all(isinstance(statement, dict) for statement in listed):
            raise InvalidPolicy("Statement must be an object, or a list of objects")
        return cls(tuple(_statement(statement) for statement in listed))

    def decide(self, action: str, resources: Iterable[str]) -> tuple[Verdict, str]:
        """For all of the resources; the answer names the first that stands in the way."""
        asked = list(resources)
        for verdict, holds in ((Verdict.DENIED, self._denies), (Verdict.NOT_ALLOWED, self._does_not_allow)):
            for resource in asked:
                if holds(action, resource):
                    return verdict, resource
        return Verdict.ALLOWED, ""

    def _denies(self, action: str, resource: str) -> bool:
        return any(not s.allows and s.speaks_of(action, resource) for s in self.statements)

    def _does_not_allow(self, action: str, resource: str) -> bool:
        return not any(s.allows and s.speaks_of(action, resource) for s in self.statements)


def _statement(given: dict[str, Any]) -> Statement:
    unknown = sorted(set(given) - _KNOWN)
    if unknown:
        raise InvalidPolicy(f"the emulator evaluates {', '.join(sorted(_KNOWN))} of a statement, not {unknown[0]}")
    if given.get("Effect") not in {"Allow", "Deny"}:
        raise InvalidPolicy("Effect must be Allow or Deny")
    actions, other_actions = _either(given, "Action")
    resources, other_resources = _either(given, "Resource")
    for action in actions:
        if not _ACTION.fullmatch(action):
            raise InvalidPolicy(f"{action!r} is no action; one is written service:Operation")
    for resource in resources:
        if resource != "*" and not resource.startswith("arn:"):
            raise InvalidPolicy(f"{resource!r} is no resource; one is * or an ARN")
        if "${" in resource:
            raise InvalidPolicy("the emulator knows no policy variables")
    return Statement(given["Effect"] == "Allow", actions, resources, other_actions, other_resources)


def _either(given: dict[str, Any], name: str) -> tuple[tuple[str, ...], bool]:
    """The element or its opposite; and whether it was the opposite."""
    if (name in given) == (f"Not{name}" in given):
        raise InvalidPolicy(f"a statement needs {name} or Not{name}, one of the two")
    other = name not in given
    value = given[f"Not{name}" if other else name]
    texts: Sequence[Any] = [value] if isinstance(value, str) else value
    if not isinstance(texts, list) or not texts or not all(isinstance(text, str) for text in texts):
        raise InvalidPolicy(f"{name} must be a string, or a list of strings")
    return tuple(texts), other


def _matches(pattern: str, text: str) -> bool:
    """`*` is any text, also across colons and slashes; `?` is one character."""
    parts = ("." if c == "?" else ".*" if c == "*" else re.escape(c) for c in pattern)
    return re.fullmatch("".join(parts), text, re.DOTALL) is not None
