"""The names the emulator answers to. Any page of the Internet can make its own name point to 127.0.0.1 (DNS rebinding), and
would then read the chats here as if they were its own.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable

AWS = re.compile(r"[a-z0-9.-]+\.amazonaws\.com(\.cn)?")  # of clients that are led here by a proxy or /etc/hosts
_PORT = re.compile(r":\d*$")


class Hosts:
    """Loopback, every address (a page's own name is none), AWS's names, and those that were given."""

    def __init__(self, names: Iterable[str] = ()) -> None:
        self._names = {"localhost", *(name.lower().rstrip(".") for name in names)}

    def has(self, headers: Iterable[tuple[bytes, bytes]]) -> bool:
        """Whether a request may be answered; one without Host comes from no browser."""
        hosts = [value.decode("latin-1") for name, value in headers if name.lower() == b"host"]
        return all(map(self._is_ours, hosts)) and len(hosts) < 2

    def _is_ours(self, host: str) -> bool:
        name = _PORT.sub("", host.strip().lower()).rstrip(".")
        return (
            name in self._names or name.endswith(".localhost") or AWS.fullmatch(name) is not None or _is_address(name)
        )


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name.removeprefix("[").removesuffix("]"))
    except ValueError:
        return False
    return True
