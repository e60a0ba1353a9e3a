"""Files that are whole or not there, and lines that are whole or tried again: on the disk when this returns."""

from __future__ import annotations

import os
from pathlib import Path


def replace(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(path.name + ".part")
    with beside.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)


def append(path: Path, line: str) -> None:
    """A line that a crash has cut in two stays cut: the next one begins after it, and the cut one is told again."""
    with path.open("ab+") as file:
        if file.tell() and _last(file.fileno(), file.tell()) != b"\n":
            file.write(b"\n")
        file.write(line.encode() + b"\n")
        file.flush()
        os.fsync(file.fileno())


def _last(descriptor: int, size: int) -> bytes:
    return os.pread(descriptor, 1, size - 1)
