"""The doctor: asks everything that the portal stands on, here and at AWS, and says what to do. It changes nothing.

`manage.py doctor` prints it. A check that raises is a finding too; the others are asked all the same.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator

from . import amazon, machine
from .finding import Finding, Status, failed

__all__ = ["Finding", "Status", "examine"]

log = logging.getLogger(__name__)
Check = Callable[[], Iterator[Finding]]


def examine() -> Iterator[Finding]:
    """Each finding as soon as it is known: calls of AWS take up to 8 s each."""
    for check in (*machine.CHECKS, *amazon.CHECKS):
        yield from _asked(check)


def _asked(check: Check) -> Iterator[Finding]:
    try:
        yield from check()
    except Exception as error:
        log.exception("the check %s failed itself", check.__name__)
        yield failed(check.__name__, f"{type(error).__name__}: {error}", "This is a fault of the portal: report it.")
