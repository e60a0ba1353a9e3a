"""A session that the frame of a page holds itself, for browsers that keep no cookie there: its key, sealed.

It comes with the socket as a subprotocol (a websocket of a browser has no header of the page's own), after the one that is spoken.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from agents.desk import sealed

SPOKEN = "ccp-desk"
HELD = "ccp-session."
PURPOSE = "frame"


def seal(session_key: str) -> str:
    """Without the padding: a subprotocol has no `=`."""
    return sealed.seal(PURPOSE, [session_key], timezone.now()).rstrip("=")


def key_of(held: str) -> str:
    """The session's key; empty for what is none of ours, or is over."""
    try:
        (key,) = sealed.unseal(
            PURPOSE, held + "=" * (-len(held) % 4), timedelta(seconds=settings.SESSION_COOKIE_AGE), timezone.now()
        )
    except sealed.NotOurs:
        return ""
    return str(key)


def key_among(subprotocols: Iterable[str]) -> str:
    """Of a socket that is opened."""
    held = next((one.removeprefix(HELD) for one in subprotocols if one.startswith(HELD)), "")
    return key_of(held) if held else ""
