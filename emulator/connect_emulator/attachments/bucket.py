"""Where the signed URLs lead: PUT keeps the bytes, GET gives them back. Answers as S3 does, in XML."""

from __future__ import annotations

from urllib.parse import quote

from connect_emulator import limits
from connect_emulator.restjson import Request, Response
from connect_emulator.world import World, files
from connect_emulator.world.files import Attachment

from . import links

_HEADERS = {  # somebody else's bytes on our origin: shown, never run
    "content-security-policy": "sandbox; default-src 'none'",
    "x-content-type-options": "nosniff",
    "cache-control": "private, no-store",
}


def respond(world: World, request: Request) -> Response:
    link = links.read(world, request)
    attachment = files.find(world, link.attachment_id) if link else None
    if link is None or attachment is None:
        return _refused(403, "AccessDenied", "the URL was not signed for this, or has expired")
    if request.method == "PUT":
        return _put(world, request, attachment)
    return _get(world, attachment, inline=link.inline)


def _put(world: World, request: Request, attachment: Attachment) -> Response:
    """The size and the type are part of what was signed; a URL is used up when its upload is completed."""
    if attachment.state not in {"STARTED", "UPLOADED"}:
        return _refused(403, "AccessDenied", "the upload has been completed")
    if len(request.body) > limits.ATTACHMENT_BYTES:
        return _refused(400, "EntityTooLarge", f"the file has more than {limits.ATTACHMENT_BYTES} bytes")
    if len(request.body) != attachment.size:
        return _refused(403, "SignatureDoesNotMatch", f"the file has {len(request.body)} bytes, not {attachment.size}")
    if request.headers.get("content-type", "") != attachment.content_type:
        return _refused(403, "SignatureDoesNotMatch", f"the content-type must be {attachment.content_type}")
    with world.store.change():
        files.keep(world, attachment, request.body)
        files.set_state(world, attachment, "UPLOADED")
    return Response(200, {}, b"")


def _get(world: World, attachment: Attachment, *, inline: bool) -> Response:
    how = "inline" if inline else "attachment"
    headers = {
        "content-type": attachment.content_type,
        "content-disposition": f"{how}; filename*=UTF-8''{quote(attachment.name, safe='')}",
        **_HEADERS,
    }
    return Response(200, headers, files.content(world, attachment))


def _refused(status: int, code: str, message: str) -> Response:
    text = f'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>{code}</Code><Message>{message}</Message></Error>'
    return Response(status, {"content-type": "application/xml"}, text.encode())
