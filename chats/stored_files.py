"""Files of agents on their way to Connect: bytes on the disk, named by a key, from the upload until Connect has them.

On the disk before anybody is told (a kill leaves a file without a row, never a row without its file), and gone as soon as
nobody needs them: the portal keeps no archive of what was sent. Servers and workers share the folder (CCP_MEDIA_DIR).
"""

from __future__ import annotations

import os
import re
import time
import uuid
from collections.abc import Callable, Collection
from pathlib import Path
from typing import BinaryIO

from django.conf import settings

FORGOTTEN_SECONDS = 3600  # of a file that no row needs: its upload was cut off, or it was left behind when it was sent
_KEY = re.compile(r"[0-9a-f]{32}")
_PIECE = 1024 * 1024


class TooLarge(Exception):
    """More bytes came than were announced, or are allowed."""


def save(source: BinaryIO, most: int, check: Callable[[BinaryIO], None]) -> tuple[str, int]:
    """Write the source to the disk for good; the key and the size. `check` looks at it first and raises what is wrong."""
    key = uuid.uuid4().hex
    path = path_of(key)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    beside = path.with_suffix(".part")
    try:
        with os.fdopen(os.open(beside, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "w+b") as file:
            size = _copy(source, file, most)
            check(file)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
    return key, size


def path_of(key: str) -> Path:
    if not _KEY.fullmatch(key):
        raise ValueError(f"{key!r} is no key of a file")
    return folder() / key


def folder() -> Path:
    return Path(settings.CCP_MEDIA_DIR) / "outgoing"


def exists(key: str) -> bool:
    return bool(key) and path_of(key).is_file()


def delete(key: str) -> None:
    path_of(key).unlink(missing_ok=True)


def delete_unneeded(needed: Collection[str]) -> int:
    """Delete what nobody needs and is no longer being written; how many."""
    old = time.time() - FORGOTTEN_SECONDS
    found = [one for one in folder().glob("*") if one.stem not in needed and _age_of(one) < old]
    for path in found:
        path.unlink(missing_ok=True)
    return len(found)


def _age_of(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except FileNotFoundError:  # it was sent just now
        return time.time()


def _copy(source: BinaryIO, target: BinaryIO, most: int) -> int:
    size = 0
    while piece := source.read(_PIECE):
        size += len(piece)
        if size > most:
            raise TooLarge
        target.write(piece)
    return size
