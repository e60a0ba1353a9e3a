"""Why a post is not believed: it is not from our topic, it is no envelope, or nobody can tell now."""

from __future__ import annotations

from typing import ClassVar


class NotGenuine(Exception):
    """This did not come from our topic, or not lately. `status` is what to answer: SNS does not repeat after 4xx."""

    status: ClassVar[int] = 403


class Malformed(NotGenuine):
    """This is not an SNS envelope at all."""

    status: ClassVar[int] = 400


class TooLarge(Malformed):
    """More than SNS can send."""

    status: ClassVar[int] = 413


class Undecided(Exception):
    """It cannot be told now whether this is genuine: SNS shall try again."""


def short(value: object) -> str:
    """A value as an error may show it: whoever posts chooses neither the length nor the characters of our log."""
    text = ascii(value)
    return text if len(text) <= 80 else text[:77] + "..."
