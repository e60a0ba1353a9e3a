"""The two addresses that carry bytes: `PUT /participant/upload/<link>` and `GET /participant/file/<link>`.

Django views, as they may take long. A link is good for one file and some minutes, and ends with the session it was made in.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from functools import partial, wraps
from typing import Any, BinaryIO, cast

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt

from agents.ccp import origins
from agents.desk import sealed
from agents.models import AgentUpload
from agents.sockets.connection import user_of_session
from agents.views.files import opened
from chats import attachments, connect, file_types, stored_files, transcripts
from chats.db import db_read, db_write

from . import cors, uploads

View = Callable[[HttpRequest, str], Awaitable[HttpResponseBase]]


def for_pages_of_others(method: str) -> Callable[[View], Any]:  # django-stubs know views of one kind only
    """Answers a browser's question first, and lets pages of allowed origins read what comes back."""

    def decorated(view: View) -> Any:
        @never_cache
        @csrf_exempt
        @wraps(view)
        async def answer(request: HttpRequest, link: str) -> HttpResponseBase:
            origin = request.headers.get("Origin", "")
            if request.method == "OPTIONS":
                return HttpResponse(status=204, headers=cors.preflight(origin))
            if origin and not origins.allowed(origin):
                return _plain(403, "This page may not call the participant API.")
            found = await view(request, link) if request.method == method else _plain(405, f"Only {method}.")
            for name, value in cors.headers(origin).items():
                found[name] = value
            return found

        return answer

    return decorated


@for_pages_of_others("PUT")
async def upload(request: HttpRequest, link: str) -> HttpResponse:
    """200: the bytes are kept until CompleteAttachmentUpload. Anything else says why not, and nothing is kept."""
    try:
        upload_id, session_key = sealed.unseal("upload", link, uploads.UPLOAD_LIVES, timezone.now())
    except sealed.NotOurs:
        return _plain(403, "This address is over, or was never given out.")
    name = await db_read(_announced)(str(upload_id), str(session_key))
    if name is None:
        return _plain(403, "Nobody waits for this file.")
    try:
        check = partial(file_types.check_content, name)
        key, size = await asyncio.to_thread(stored_files.save, cast("BinaryIO", request), file_types.MAX_BYTES, check)
    except file_types.FileRejected as error:
        return _plain(400, f"{error}.")
    except stored_files.TooLarge:
        return _plain(413, "The file is larger than was announced.")
    except OSError:
        return _plain(503, "There is no room for the file just now.")
    if await db_write(uploads.keep)(str(upload_id), key, size):
        return _plain(200, "")
    stored_files.delete(key)
    return _plain(400, "The file has not as many bytes as were announced.")


@for_pages_of_others("GET")
async def file(request: HttpRequest, link: str) -> HttpResponseBase:
    """The bytes of a file of the chat, as a download."""
    del request
    try:
        contact_id, attachment_id, session_key, expires = sealed.unseal(
            "file", link, uploads.FILE_LIVES + timedelta(seconds=1), timezone.now()
        )
    except sealed.NotOurs:
        return _plain(403, "This address is over, or was never given out.")
    if int(expires) < timezone.now().timestamp():
        return _plain(403, "This address is over.")
    try:
        found = await db_read(_readable)(str(contact_id), str(attachment_id), str(session_key))
        return _plain(404, "There is no such file.") if found is None else await opened(found, preview=False)
    except attachments.Unreadable as error:
        return _plain(409, str(error))
    except (connect.Refused, connect.Unavailable):
        return _plain(503, "Amazon Connect does not answer just now.")


def _announced(upload_id: str, session_key: str) -> str | None:
    """The name of the file that this session's agent has announced and that is waited for."""
    user = user_of_session(session_key)
    waiting = AgentUpload.objects.filter(pk=upload_id, completed=False, agent_contact__agent__user=user)
    return None if user is None else waiting.values_list("name", flat=True).first()


def _readable(contact_id: str, attachment_id: str, session_key: str) -> attachments.File | None:
    user = user_of_session(session_key)
    if user is None or not transcripts.visible_to(user).filter(pk=contact_id).exists():
        return None
    return uploads.readable(contact_id, attachment_id)


def _plain(status: int, why: str, headers: Mapping[str, str] | None = None) -> HttpResponse:
    return HttpResponse(why, status=status, content_type="text/plain; charset=utf-8", headers=headers)
