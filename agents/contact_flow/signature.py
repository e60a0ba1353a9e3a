"""Pure: is this request from our own Lambda, and is it new? HMAC-SHA256 of timestamp and body with a shared secret."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping

STALE_SECONDS = 300
VERSION = "v1="


class Forged(Exception):
    """Not signed with our secret, or signed too long ago; the text says which, for whoever sets the Lambda up."""


def signature(secret: str, timestamp: str, body: bytes) -> str:
    return VERSION + hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()


def check(secret: str, headers: Mapping[str, str], body: bytes, now: float) -> None:
    """Raise Forged unless the body was signed with this secret within the last (or next) five minutes."""
    timestamp, signed = headers.get("X-CCP-Timestamp", ""), headers.get("X-CCP-Signature", "")
    if not timestamp or not signed:
        raise Forged("The headers X-CCP-Timestamp and X-CCP-Signature are required.")
    expected = signature(secret, timestamp, body)
    if not hmac.compare_digest(expected.encode(), signed.encode()):
        raise Forged("X-CCP-Signature is not v1= and the HMAC of this body and timestamp with CCP_RECEPTION_SECRET.")
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12):
        raise Forged("X-CCP-Timestamp is not a number of seconds since 1970.")
    if abs(now - int(timestamp)) > STALE_SECONDS:
        raise Forged(f"X-CCP-Timestamp is more than {STALE_SECONDS} s away from this server's clock.")
