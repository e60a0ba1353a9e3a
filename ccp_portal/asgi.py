"""The portal as one ASGI application: pages over HTTP, desks over websockets."""

from __future__ import annotations

import logging
import os
from typing import Any

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ccp_portal.settings")
_pages = get_asgi_application()

from asgiref.sync import ThreadSensitiveContext, sync_to_async  # noqa: E402 -- Django must be set up first
from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402 -- see above
from django.conf import settings  # noqa: E402 -- see above
from django.db import connections  # noqa: E402 -- see above
from django.urls import path  # noqa: E402 -- see above

from agents.ccp import participant_api  # noqa: E402 -- see above
from agents.sockets.desk import DeskSocket  # noqa: E402 -- see above
from agents.sockets.floor import FloorSocket  # noqa: E402 -- see above
from agents.views import health  # noqa: E402 -- see above
from ccp_portal.static_files import StaticFiles  # noqa: E402 -- see above
from chats import audit  # noqa: E402 -- see above
from chats.inbox import webhook  # noqa: E402 -- see above
from chats.start_chat import livechat, widget, widget_calls  # noqa: E402 -- see above

from . import audited, bodies, metrics, page_slots  # noqa: E402 -- see above

log = logging.getLogger(__name__)

# Without Django's middleware: it would cost every customer's message sixty times what it needs, and a probe must be
# answered while pages wait for one another.
STRAIGHT_IN: dict[str, Any] = {
    "/webhooks/sns/": webhook.asgi_app,
    **dict.fromkeys(livechat.PATHS, livechat.asgi_app),
    **dict.fromkeys(widget.PATHS, widget.asgi_app),
    **dict.fromkeys(widget_calls.PATHS, widget_calls.asgi_app),
    **dict.fromkeys(participant_api.PATHS, participant_api.asgi_app),
    "/healthz": health.HEALTHZ.door,
    "/readyz": health.READYZ.door,
    "/metrics": metrics.asgi_app,
}

desk: Any = DeskSocket.as_asgi()  # django-stubs know views only, not ASGI applications
floor: Any = FloorSocket.as_asgi()
chat: Any = participant_api.ChatSocket.as_asgi
sockets: list[Any] = [path("ws/desk/", desk), path("ws/floor/", floor), path("participant/socket", chat)]


async def http(scope: Any, receive: Any, send: Any) -> None:
    """Whatever the path: no more of a body than it takes. `serve` has refused before; other servers leave it to us."""
    where = scope["path"]
    left, begun = bodies.most(where), False

    async def bounded() -> Any:
        nonlocal left
        event = await receive()
        left -= len(event.get("body", b""))
        return event if left >= 0 else {"type": "http.disconnect"}  # Django and the webhook drop what they have

    async def told(event: Any) -> None:
        nonlocal begun
        begun = True
        await send(event)

    if bodies.announced(scope["headers"]) > left:
        await _refuse(bodies.too_large(where, scope["headers"]), scope, send)
        return
    try:
        answer = static if where.startswith(settings.STATIC_URL) else STRAIGHT_IN.get(where, pages)
        await answer(scope, bounded, told)
        if left < 0 and not begun:
            await _refuse(bodies.too_large(where, scope["headers"]), scope, send)
    except OSError as error:  # of a body on its way to the disk: what happens inside a page is Django's to answer
        if begun:
            raise
        log.error("A body for %s could not be kept: %s", where[:80], error)  # noqa: TRY400 -- the line says all
        await _refuse(bodies.no_room(where, scope["headers"]), scope, send)


async def pages(scope: Any, receive: Any, send: Any) -> None:
    """Django gives each request a thread of its own, and a persistent connection would outlive it: close it with it.

    As many pages as `page_slots` says are made at once, and so as many connections are open for them. What streams
    (a file) gives both back when it begins: it needs them no longer.
    """
    async with ThreadSensitiveContext(), page_slots.taken(scope) as slot:
        if slot is None:
            await _refuse(bodies.no_room(scope["path"], scope["headers"]), scope, send)
            return

        async def begin(event: Any) -> None:
            if event["type"] == "http.response.start":
                await sync_to_async(connections.close_all)()
                slot.release()
            await send(event)

        try:
            await _pages(scope, receive, begin)
        finally:
            await sync_to_async(connections.close_all)()


async def _refuse(answer: bodies.Refused, scope: Any, send: Any) -> None:
    log.warning("Refused %s %s: %s", scope["method"], scope["path"][:80], answer.why)
    about = [(name.lower().encode(), value.encode()) for name, value in answer.headers.items()]
    await send({"type": "http.response.start", "status": answer.status, "headers": about})
    await send({"type": "http.response.body", "body": answer.body})


_sockets = URLRouter(sockets)


async def websocket(scope: Any, receive: Any, send: Any) -> None:
    """What is recorded while a socket is open comes from its session and address."""
    audit.origin.set(audited.socket_origin(scope))
    await _sockets(scope, receive, send)


static: Any = StaticFiles(pages)
application = ProtocolTypeRouter({"http": http, "websocket": websocket})
