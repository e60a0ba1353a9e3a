"""The one answer to what an agent may not do now: a reason for programs, a sentence for people."""


class Refusal(Exception):
    """It cannot be done; nothing has changed."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason, self.message = reason, message
