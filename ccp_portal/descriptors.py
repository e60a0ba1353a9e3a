"""File descriptors: each socket needs one, and a process begins with 1,024 where it may have thousands."""

from __future__ import annotations

import logging
import resource
import time
from typing import Any

from twisted.logger import globalLogPublisher

log = logging.getLogger(__name__)
TELL_EVERY = 10.0  # seconds: a flood of connections is one line, not a line for each


def raise_limit() -> int:
    """The soft limit becomes the hard one, which is the administrator's; what it is now."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        except (OSError, ValueError) as error:
            log.warning("This process may open %d files and no more: %s", soft, error)
            return soft
    log.info("This process may open %d files", hard)
    return hard


def log_exhaustion() -> None:
    """Say when connections are turned away because no descriptor is left: Twisted's own log goes nowhere under daphne."""
    observer: Any = Observer()  # Twisted asks for an interface of zope's, which is a callable with one argument
    globalLogPublisher.addObserver(observer)


class Observer:
    """Hears all that Twisted logs, and passes on what its listening ports say of failed accepts."""

    def __init__(self) -> None:
        self._told_at = -TELL_EVERY

    def __call__(self, event: dict[str, Any]) -> None:
        failed = event.get("acceptError") or ("EMFILE" if "EMFILE" in (event.get("log_format") or "") else "")
        now = time.monotonic()
        if failed and now - self._told_at >= TELL_EVERY:
            self._told_at = now
            soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
            log.error(
                "Connections are turned away (%s): all %d file descriptors of this process are in use."
                " Raise the hard limit (ulimit -Hn, systemd: LimitNOFILE=), or serve with more processes",
                failed,
                soft,
            )
