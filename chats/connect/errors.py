"""What a call to AWS may raise: Refused, or Unavailable and its special case Throttled. No other error leaves `chats.connect`."""

from __future__ import annotations

import re

from botocore.exceptions import ClientError

from chats.reasons import Reason

THROTTLED = frozenset({"ThrottlingException", "TooManyRequestsException"})
DENIED = frozenset({"AccessDenied", "AccessDeniedException", "AuthorizationError"})  # SNS has a name of its own for it
GONE = frozenset({"AccessDeniedException", "ResourceNotFoundException", "ContactNotFoundException"})


class Refused(Exception):
    """Amazon Connect said no, and will say no again: `code` is AWS's name for the reason.

    `operation` is what was asked for, where it was a call of AWS; `permission` is what the portal's role lacks for it.
    """

    def __init__(self, code: str, message: str | Reason, operation: str = "", permission: str = "") -> None:
        super().__init__(f"{code}: {message}" if message else code)
        self.code, self.message, self.operation, self.permission = code, message, operation, permission

    @property
    def is_gone(self) -> bool:
        """Who we speak as, or whom we speak to, may be no more (a token that ended is AccessDenied)."""
        return self.code in GONE and not self.permission


class Unavailable(Exception):
    """Amazon Connect is busy, away or did not answer: whether it did what we asked is unknown."""


class Throttled(Unavailable):
    """Too many calls a second: this one was not done, and a little later it will be."""


class QuotaReached(Unavailable):
    """The instance has as many of these as it may (chats that are open at once): this one was not made."""


def of_client_error(error: ClientError, service: str) -> Refused | Unavailable:
    """What an error answer of AWS means to the portal."""
    code = error.response.get("Error", {}).get("Code", "Unknown")
    message = error.response.get("Error", {}).get("Message", "")
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    if code in THROTTLED:
        return Throttled(f"{code}: {message}")
    if code == "LimitExceededException":
        return QuotaReached(f"{code}: {message}")
    if status in {429, 500, 502, 503, 504} or "InternalServ" in code:
        return Unavailable(f"{code}: {message}")
    lacks = _permission(service, error.operation_name, message) if code in DENIED else ""
    return Refused(code, message, error.operation_name, lacks)


def _permission(service: str, operation: str, message: str) -> str:
    """What the portal's role lacks: AWS's message names it. Calls of participants go by their token, not by a role."""
    if service == "connectparticipant":
        return ""
    named = re.search(r"not authorized to perform: ([\w-]+:\w+)", message)
    return named[1] if named else f"{service}:{operation}"
