"""One budget of messages and events for all processes: Amazon Connect takes so many a second of a whole instance.

Called by `chats.sending.sender`, which asks when each message may go, and by whatever sends typing events and receipts, which
go only while there is room. The quota: adminguide/amazon-connect-service-limits, SendMessage and SendEvent, 10 a second, 15 at once.
"""

from __future__ import annotations

import time
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from chats.db import db_write
from chats.models import ChatAllowance

KEY = "sends"
KEPT_FOR_MESSAGES = 5  # of what may go at once: typing and receipts leave so much
ASKED_AGAIN_AFTER = 0.1  # seconds: where there was no room for a typing event, the database is not asked at each key

_no_room_until = 0.0


def turns(count: int, now: datetime) -> list[float]:
    """Seconds until each of so many messages may go, in order; they are counted as sent. In the caller's transaction."""
    if not settings.CCP_SENDS_PER_SECOND or not count:
        return [0.0] * count
    return ChatAllowance.turns(KEY, count, settings.CCP_SENDS_PER_SECOND, settings.CCP_SENDS_AT_ONCE, now)


async def has_room() -> bool:
    """Whether a typing event or a receipt may go now; it is counted as sent. While messages wait there is no room."""
    global _no_room_until
    if not settings.CCP_SENDS_PER_SECOND:
        return True
    if time.monotonic() < _no_room_until:
        return False
    if await db_write(_take_room)(timezone.now()):
        return True
    _no_room_until = time.monotonic() + ASKED_AGAIN_AFTER
    return False


@transaction.atomic
def _take_room(now: datetime) -> bool:
    least = min(KEPT_FOR_MESSAGES, settings.CCP_SENDS_AT_ONCE - 1)
    return ChatAllowance.take_above(KEY, least, settings.CCP_SENDS_PER_SECOND, settings.CCP_SENDS_AT_ONCE, now)
