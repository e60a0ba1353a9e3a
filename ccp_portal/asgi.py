"""The portal as one ASGI application: pages over HTTP, desks over websockets."""

from __future__ import annotations

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

from agents.consumers import DeskSocket, FloorSocket  # noqa: E402 -- see above
from ccp_portal.static_files import StaticFiles  # noqa: E402 -- see above
from chats import webhook  # noqa: E402 -- see above

SNS = "/webhooks/sns/"

desk: Any = DeskSocket.as_asgi()  # django-stubs know views only, not ASGI applications
floor: Any = FloorSocket.as_asgi()
sockets: list[Any] = [path("ws/desk/", desk), path("ws/floor/", floor)]


async def http(scope: Any, receive: Any, send: Any) -> None:
    """SNS and static files go straight in: Django's middleware would cost each sixty times what it needs."""
    path = scope["path"]
    await (webhook.door if path == SNS else static if path.startswith(settings.STATIC_URL) else pages)(
        scope, receive, send
    )


async def pages(scope: Any, receive: Any, send: Any) -> None:
    """Django gives each request a thread of its own, and a persistent connection would outlive it: close it with it."""
    async with ThreadSensitiveContext():
        try:
            await _pages(scope, receive, send)
        finally:
            await sync_to_async(connections.close_all)()


static: Any = StaticFiles(pages)
application = ProtocolTypeRouter({"http": http, "websocket": URLRouter(sockets)})
