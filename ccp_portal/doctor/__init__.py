"""The doctor: asks everything that the portal stands on, here and at AWS, and says what to do. It changes nothing.

`manage.py doctor` prints it. A check that raises is a finding too; the others are asked all the same.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait

from django.db import connections

from . import amazon, handover, machine, sqs, sso
from .finding import Finding, Status, failed, warning

__all__ = ["Finding", "Status", "examine", "examine_at_once"]

log = logging.getLogger(__name__)
WITHIN = 20.0  # seconds: of a page, which holds one of CCP_PAGE_THREADS
Check = Callable[[], Iterator[Finding]]
CHECKS: tuple[Check, ...] = (*machine.CHECKS, *amazon.CHECKS, *handover.CHECKS, *sqs.CHECKS, *sso.CHECKS)


def examine() -> Iterator[Finding]:
    """Each finding as soon as it is known: calls of AWS take up to 8 s each."""
    for check in CHECKS:
        yield from _asked(check)


def examine_at_once() -> list[Finding]:
    """All at the same time, for a page: what has not answered within WITHIN is a finding, and its thread ends by itself."""
    pool = ThreadPoolExecutor(len(CHECKS), "doctor")
    asked = [(check, pool.submit(_collected, check)) for check in CHECKS]
    done, _late = wait([future for _check, future in asked], timeout=WITHIN)
    pool.shutdown(wait=False)
    found: list[Finding] = []
    for check, future in asked:
        late = warning(
            check.__name__, f"no answer within {WITHIN:.0f} s", "Look at the network; manage.py doctor waits."
        )
        found += future.result() if future in done else [late]
    return found


def _collected(check: Check) -> list[Finding]:
    try:
        return list(_asked(check))
    finally:
        connections.close_all()


def _asked(check: Check) -> Iterator[Finding]:
    try:
        yield from check()
    except Exception as error:
        log.exception("the check %s failed itself", check.__name__)
        yield failed(check.__name__, f"{type(error).__name__}: {error}", "This is a fault of the portal: report it.")
