"""What the portal keeps is nobody else's on the machine: messages, hashes of passwords, keys. Called by settings, first."""

from __future__ import annotations

import os
import stat
from pathlib import Path


def only_ours() -> None:
    """Whatever this process makes from now on is for its own user."""
    os.umask(0o077)


def make_folder(path: Path) -> None:
    """The folder, for us alone. One that was there is closed to others when it is ours; a shared one (/tmp) is left."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = path.stat()
    if found.st_uid == os.geteuid() and found.st_mode & 0o077 and not found.st_mode & stat.S_ISVTX:
        path.chmod(0o700)
