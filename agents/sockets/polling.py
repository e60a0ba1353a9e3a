"""What a socket watches that has no number of its own: looked at again and again, beside its receive loop."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from django.conf import settings
from django.db import DatabaseError

log = logging.getLogger(__name__)


async def poll(look: Callable[[], Awaitable[None]]) -> None:
    """As often as the hub looks, as long as the socket is open. Whatever a look raises, the next one finds what has changed:
    a database that is away is told elsewhere, any other error is logged once until a look succeeds.
    """
    stumbled = False
    while True:
        try:
            await look()
            stumbled = False
        except DatabaseError:
            pass
        except Exception:  # whatever it is, the desk goes on
            if not stumbled:
                log.exception("a socket's look at the database failed; it looks again")
            stumbled = True
        await asyncio.sleep(settings.CCP_POLL_SECONDS)
