"""Messages that are genuine and cannot be read: kept as they came, and told of once. Called by the webhook and the queue's consumer."""

from __future__ import annotations

import logging

from chats.models import UnreadableMessage

log = logging.getLogger(__name__)


def keep(message_id: str, body: bytes, why: str) -> None:
    """Nothing is lost, and somebody is told."""
    text = body.decode().replace("\0", "\N{SYMBOL FOR NULL}")  # PostgreSQL keeps no NUL
    _, new = UnreadableMessage.objects.get_or_create(message_id=message_id, defaults={"body": text, "why": why[:500]})
    if new:
        log.error("A genuine message %s could not be read and was kept (UnreadableMessage): %s", message_id, why)
