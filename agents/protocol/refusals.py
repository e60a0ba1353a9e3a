"""The one answer to what an agent may not do now: a code for programs (`reason`), a sentence for people (`why`)."""

from __future__ import annotations

from typing import Any, Self

from chats.reasons import Reason, Sentence


class Refusal(Exception):
    """It cannot be done; nothing has changed."""

    def __init__(self, reason: str, sentence: str | Reason, **values: object) -> None:
        self.why = sentence if isinstance(sentence, Reason) else Sentence(sentence, **values)
        super().__init__(self.message)
        self.reason = reason
        self.current: dict[str, Any] = {}

    @property
    def message(self) -> str:
        """In the words of the code: for logs."""
        return str(self.why)

    def told(self) -> str:
        """In the language that is active now, that of the one who asked."""
        return self.why.translated()

    def but(self, **current: Any) -> Self:
        """With what is so instead, as protocol.Current has it."""
        self.current = current
        return self

    @property
    def data(self) -> dict[str, Any]:
        """What a program is told of it."""
        return {"reason": self.reason} | ({"current": self.current} if self.current else {})
