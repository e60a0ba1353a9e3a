"""The password hasher (PASSWORD_HASHERS): Django's own, on two threads of low priority per process.

Hashing is meant to be slow, 0.2 s of a core. Thirty logins at once took every core from the messages that were to be
delivered meanwhile; now they wait for each other.
"""

from __future__ import annotations

import contextlib
import os
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from functools import cache

from django.contrib.auth.hashers import PBKDF2PasswordHasher

THREADS = 2
NICENESS = 10


class BoundedPBKDF2PasswordHasher(PBKDF2PasswordHasher):
    """Makes and reads the same passwords as its base."""

    def encode(self, password: str, salt: str, iterations: int | None = None) -> str:
        return _threads().submit(super().encode, password, salt, iterations).result()


@cache
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(THREADS, "hashing", initializer=_be_nice)


def _be_nice() -> None:
    """Linux has a priority for each thread; elsewhere it would be the whole process's."""
    if sys.platform == "linux":
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)
