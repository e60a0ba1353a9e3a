"""One change at AWS: shown before it is made."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings

from chats.connect import Refused, ask

MISSING = frozenset({"NotFound", "NotFoundException", "ResourceNotFoundException"})
HIDDEN = frozenset({"CCP_RECEPTION_SECRET"})


@dataclass(frozen=True)
class Target:
    """What is to be set up, beside the settings."""

    portal: str  # https://portal.example.org
    lambda_role: str = ""
    dead_letters: str = ""
    flow_name: str = "CCP Portal"

    @property
    def account(self) -> str:
        return str(settings.CCP_TOPIC_ARN.split(":")[4])

    @property
    def partition(self) -> str:
        return str(settings.CCP_TOPIC_ARN.split(":")[1])

    @property
    def lambda_arn(self) -> str:
        named: str = settings.CCP_HANDOVER_LAMBDA
        if named.startswith("arn:"):
            return named
        return f"arn:{self.partition}:lambda:{settings.CCP_AWS_REGION}:{self.account}:function:{named}"

    @property
    def instance_arn(self) -> str:
        return (
            f"arn:{self.partition}:connect:{settings.CCP_AWS_REGION}:{self.account}:instance/{settings.CCP_INSTANCE_ID}"
        )


@dataclass(frozen=True)
class Change:
    """A call that is missing: what it is for, and what is sent. `shown` stands for what is too long to print."""

    what: str
    service: str
    operation: str
    params: Mapping[str, Any]
    shown: Mapping[str, str] | None = None
    after: Callable[[], None] | None = None  # waits until what was made can be used

    def make(self) -> None:
        """Raises Refused or Unavailable."""
        ask(self.service, self.operation, **self.params)
        if self.after is not None:
            self.after()

    def as_json(self) -> str:
        """What would be sent, without secrets."""
        return json.dumps(_without_secrets({**self.params, **(self.shown or {})}), indent=2, ensure_ascii=False)


def _without_secrets(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: "…" if key in HIDDEN else _without_secrets(one) for key, one in value.items()}
    return value


def found(service: str, operation: str, **params: Any) -> dict[str, Any] | None:
    """What is there; None: it is not. Raises Refused (for another reason) or Unavailable."""
    try:
        return ask(service, operation, **params)
    except Refused as error:
        if error.code in MISSING:
            return None
        raise


def same(one: str, other: str) -> bool:
    """As JSON."""
    try:
        return bool(json.loads(one or "null") == json.loads(other or "null"))
    except ValueError:
        return False
