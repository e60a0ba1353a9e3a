"""Files over HTTP: an agent hands one in for the customer, and whoever may see a contact fetches what is in its chat.

Bytes of strangers never become part of a page: they are downloads, whatever they claim to be. Only what by its own first
bytes is a raster picture is shown, alone, in a sandbox.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, BinaryIO, cast
from urllib.parse import unquote

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import translation
from django.utils.http import content_disposition_header
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from agents.desk import files
from agents.protocol import MAX_CLIENT_TOKEN
from agents.protocol.refusals import Refusal
from chats import attachments, connect, file_types, serialisers, stored_files, transcripts
from chats.db import db_read, db_write
from chats.models import Contact
from chats.outbox import Message

if TYPE_CHECKING:
    from django.contrib.auth.models import User

log = logging.getLogger(__name__)

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
}
STATUS = {
    "fileTooLarge": 413,
    "fileEmpty": 413,
    "fileType": 415,
    "fileLies": 415,
    "contactNotFound": 404,
    "diskFull": 503,
}


# ---- handing in ------------------------------------------------------------------------------------------------------


@never_cache
@login_required
@require_POST
async def upload(request: HttpRequest, contact_id: str) -> JsonResponse:
    """The body is the file. X-File-Name is its name, percent-encoded; X-Client-Token makes a second try the same file.

    200 {clientToken, state}: it is kept and will be sent in its turn. Anything else: {reason, message}, nothing is kept.
    """
    try:
        user = cast("User", await request.auser())
        wanted = _wanted(request, user.pk, contact_id)
        await db_read(files.check_may_send)(user.pk, contact_id)
        check = partial(file_types.check_content, wanted.text)
        key, size = await asyncio.to_thread(stored_files.save, cast("BinaryIO", request), file_types.MAX_BYTES, check)
        outgoing = await db_write(_keep)(wanted, key, size)
    except Refusal as refusal:
        return _refused(refusal)
    except file_types.FileRejected as unfit:
        return _refused(_refusal(unfit.reason, _name_of(request)))
    except stored_files.TooLarge:
        return _refused(_refusal("fileTooLarge", ""))
    except OSError as error:
        log.error("A file could not be kept: %s", error)  # noqa: TRY400 -- the line says all
        return _refused(_refusal("diskFull", ""))
    return JsonResponse({"clientToken": outgoing[0], "state": outgoing[1]})


def _wanted(request: HttpRequest, user_id: int, contact_id: str) -> Message:
    token = request.headers.get("X-Client-Token", "")
    if not 0 < len(token) <= MAX_CLIENT_TOKEN:
        raise Refusal("params", "X-Client-Token has 1 to %(most)s characters.", most=MAX_CLIENT_TOKEN)
    name = _name_of(request)
    length = request.headers.get("Content-Length", "")
    kind = file_types.check(name, int(length) if length.isascii() and length.isdecimal() else 1)
    return Message(user_id, contact_id, name, kind.content_type, token)


def _name_of(request: HttpRequest) -> str:
    return file_types.safe_name(unquote(request.headers.get("X-File-Name", "")))


def _refusal(reason: str, name: str) -> Refusal:
    """What is wrong with a file, for whoever hands it in."""
    match reason:
        case "fileEmpty":
            return Refusal("fileEmpty", "The file is empty.")
        case "fileTooLarge":
            most = file_types.MAX_BYTES // 1024 // 1024
            return Refusal("fileTooLarge", "The file is larger than %(most)s MB, the most that can be sent.", most=most)
        case "fileLies":
            ending = name.rpartition(".")[2].lower()
            return Refusal(
                "fileLies",
                "The file is called .%(ending)s, but it is something else: it is not sent.",
                ending=ending,
            )
        case "diskFull":
            return Refusal("diskFull", "The portal has no room for the file just now: try again in a while.")
    return Refusal(
        "fileType",
        "Files of this type cannot be sent: Amazon Connect takes pictures, PDF, Office, text, sound and film files.",
    )


def _keep(wanted: Message, key: str, size: int) -> tuple[str, str]:
    """The row, or nothing at all. The same file again has a row already, and bytes of its own."""
    try:
        file_types.check(wanted.text, size)
        outgoing = files.send(replace(wanted, file=key, size=size))
    except BaseException:
        stored_files.delete(key)
        raise
    if outgoing.file != key:
        stored_files.delete(key)
    return outgoing.client_token, serialisers.outbound_state(outgoing)


def _refused(refusal: Refusal) -> JsonResponse:
    return JsonResponse(_told(refusal), status=STATUS.get(refusal.reason, 409))


def _told(refusal: Refusal) -> dict[str, str]:
    return {"reason": refusal.reason, "message": refusal.told()}


def answer_to(reason: str, language: str) -> dict[str, str]:
    """What `hand_in` would answer, for the server that answers before it (ccp_portal.bodies)."""
    with translation.override(language):
        return _told(_refusal(reason, ""))


# ---- fetching --------------------------------------------------------------------------------------------------------


@never_cache
@login_required
@require_GET
async def download(request: HttpRequest, contact_id: str, attachment_id: str) -> HttpResponseBase:
    """A file of the chat, as a download; with `?preview` a picture that is shown, or 415 when it is none."""
    user = cast("User", await request.auser())
    try:
        file = await db_read(_file)(user, contact_id, attachment_id)
        return await opened(file, preview="preview" in request.GET)
    except attachments.Unreadable as error:
        return await asyncio.to_thread(_unreadable, request, gettext(str(error)), 409)
    except (connect.Refused, connect.Unavailable):
        why = gettext("Amazon Connect does not answer just now. Try again in a moment.")
        return await asyncio.to_thread(_unreadable, request, why, 503)


def _file(user: User, contact_id: str, attachment_id: str) -> attachments.File:
    contact = transcripts.visible_to(user).filter(pk=contact_id).first()
    file = attachments.find(contact, attachment_id) if isinstance(contact, Contact) else None
    if file is None:
        raise Http404
    return file


async def opened(file: attachments.File, *, preview: bool) -> HttpResponseBase:
    """Its bytes as a download; with `preview` a picture. Raises attachments.Unreadable, connect.Refused, Unavailable."""
    async with AsyncExitStack() as closing:
        pieces = await closing.enter_async_context(attachments.opened(file))
        head = await _head(pieces)
        picture = file_types.picture(head)
        if preview and (picture is None or not picture.is_bearable):
            return HttpResponse(status=415, headers=HEADERS)
        body = _body(head, pieces, closing.pop_all())
    shown = picture.content_type if preview and picture else "application/octet-stream"
    disposition = content_disposition_header(not preview, file_types.safe_name(file.name) or "file")
    headers = HEADERS | ({"Content-Disposition": disposition} if disposition else {})
    return StreamingHttpResponse(body, content_type=shown, headers=headers)


async def _head(pieces: AsyncIterator[bytes]) -> bytes:
    head = b""
    async for piece in pieces:
        head += piece
        if len(head) >= file_types.HEAD_BYTES:
            break
    return head


async def _body(head: bytes, pieces: AsyncIterator[bytes], closing: AsyncExitStack) -> AsyncIterator[bytes]:
    async with closing:
        yield head
        async for piece in pieces:
            yield piece


def _unreadable(request: HttpRequest, why: str, status: int) -> HttpResponse:
    return render(request, "file.html", {"why": why}, status=status)
