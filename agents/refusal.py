"""The one answer to what an agent may not do now: a reason for programs, a sentence for people."""

from __future__ import annotations

from typing import Any, Self


class Refusal(Exception):
    """It cannot be done; nothing has changed."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason, self.message = reason, message
        self.current: dict[str, Any] = {}

    def but(self, **current: Any) -> Self:
        """With what is so instead, as protocol.Current has it."""
        self.current = current
        return self

    @property
    def data(self) -> dict[str, Any]:
        """What a program is told of it."""
        return {"reason": self.reason} | ({"current": self.current} if self.current else {})
