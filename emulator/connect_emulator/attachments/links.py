"""Signed, expiring URLs to an attachment's bytes: what S3's pre-signed URLs are in AWS."""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass
from urllib.parse import parse_qs

from connect_emulator.restjson import Request
from connect_emulator.world import World

PREFIX = "/attachments/"
_ID = re.compile(r"[0-9a-f-]{36}")
_META = "attachment_secret"


@dataclass(frozen=True, slots=True)
class Link:
    """What a URL allows: this method, on this attachment, until then."""

    method: str
    attachment_id: str
    expires: int
    inline: bool = False


def url(world: World, request: Request, link: Link) -> str:
    """On the host the request came to."""
    host = request.headers.get("host", "127.0.0.1")
    scheme = "https" if request.headers.get("x-forwarded-proto") == "https" else "http"
    query = f"Expires={link.expires}&Inline={int(link.inline)}&Signature={_sign(world, link)}"
    return f"{scheme}://{host}{PREFIX}{link.attachment_id}?{query}"


def read(world: World, request: Request) -> Link | None:
    """None when it was not signed here, or for something else, or is over."""
    attachment_id = request.path.removeprefix(PREFIX)
    given = {name: values[0] for name, values in parse_qs(request.query).items()}
    expires = given.get("Expires", "")
    if not _ID.fullmatch(attachment_id) or not (expires.isascii() and expires.isdecimal()) or len(expires) > 16:
        return None
    method = "GET" if request.method == "HEAD" else request.method
    link = Link(method, attachment_id, int(expires), given.get("Inline") == "1")
    signed = hmac.compare_digest(_sign(world, link).encode(), given.get("Signature", "").encode())
    return link if signed and link.expires > world.clock.now() else None


def _sign(world: World, link: Link) -> str:
    text = f"{link.method} {link.attachment_id} {link.expires} {int(link.inline)}".encode()
    return hmac.new(_secret(world), text, hashlib.sha256).hexdigest()


def _secret(world: World) -> bytes:
    """Made once and kept with the world, so that URLs outlive a restart."""
    known = world.store.meta(_META)
    if not known:
        with world.store.change():
            known = world.new_token()
            world.store.set_meta(_META, known)
    return known.encode()
