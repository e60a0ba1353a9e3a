"""What the doctor says of one thing: what was asked, what came, what to do."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Status(StrEnum):
    OK = "ok"
    WARNING = "warning"  # it works, and somebody should look
    FAILED = "failed"  # chats are lost, or will be
    SKIPPED = "skipped"  # it could not be asked, or does not apply here


@dataclass(frozen=True)
class Finding:
    """One line of the doctor's report."""

    name: str
    status: Status
    came: str
    todo: str = ""


def ok(name: str, came: str) -> Finding:
    return Finding(name, Status.OK, came)


def warning(name: str, came: str, todo: str) -> Finding:
    return Finding(name, Status.WARNING, came, todo)


def failed(name: str, came: str, todo: str) -> Finding:
    return Finding(name, Status.FAILED, came, todo)


def skipped(name: str, came: str, todo: str = "") -> Finding:
    return Finding(name, Status.SKIPPED, came, todo)
