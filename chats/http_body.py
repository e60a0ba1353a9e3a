"""Pure: the body of a request that is answered in front of Django (ccp_portal.asgi)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from asgiref.typing import ASGIReceiveCallable


async def read_body(receive: ASGIReceiveCallable, most: int) -> bytes | None:
    """The body, cut after one byte too many; None when the sender went away."""
    body, more = bytearray(), True
    while more and len(body) <= most:
        event = await receive()
        if event["type"] != "http.request":
            return None
        body += event.get("body", b"")
        more = event.get("more_body", False)
    return bytes(body)
