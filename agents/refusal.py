"""The one answer to what an agent may not do now: a reason for programs, a sentence for people."""

from __future__ import annotations

from typing import Any, Self

from django.utils.translation import gettext


class Refusal(Exception):
    """It cannot be done; nothing has changed."""

    def __init__(self, reason: str, sentence: str, **values: object) -> None:
        self.message = _filled(sentence, values)  # in the words of the code: for logs
        super().__init__(self.message)
        self.reason, self._sentence, self._values = reason, sentence, values
        self.current: dict[str, Any] = {}

    def told(self) -> str:
        """The sentence in the language that is active now, that of the one who asked."""
        return _filled(gettext(self._sentence), self._values)

    def but(self, **current: Any) -> Self:
        """With what is so instead, as protocol.Current has it."""
        self.current = current
        return self

    @property
    def data(self) -> dict[str, Any]:
        """What a program is told of it."""
        return {"reason": self.reason} | ({"current": self.current} if self.current else {})


def _filled(sentence: str, values: dict[str, object]) -> str:
    return sentence % values if values else sentence
