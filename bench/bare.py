"""The limit: the same relay on a bare Channels consumer, group_send through the in-memory layer, nothing else.

Run by `daphne bench.bare:application`. /send/<room>/ passes what it hears to whoever listens at /hear/<room>/.
"""

from __future__ import annotations

from typing import Any

import django
from django.conf import settings

settings.configure(
    SECRET_KEY="bench",  # noqa: S106 -- it signs nothing
    ALLOWED_HOSTS=["127.0.0.1"],
    CHANNEL_LAYERS={"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}},
)
django.setup()

from channels.generic.websocket import AsyncWebsocketConsumer  # noqa: E402 -- Django must be set up first
from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402 -- see above
from django.urls import path  # noqa: E402 -- see above


class Sender(AsyncWebsocketConsumer):
    """Whoever speaks."""

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:  # noqa: ARG002 -- its signature is given
        room = self.scope["url_route"]["kwargs"]["room"]
        await self.channel_layer.group_send(room, {"type": "pass.on", "text": text_data})


class Hearer(AsyncWebsocketConsumer):
    """Whoever listens."""

    async def connect(self) -> None:
        await self.channel_layer.group_add(self.scope["url_route"]["kwargs"]["room"], self.channel_name)
        await self.accept()

    async def disconnect(self, code: int) -> None:  # noqa: ARG002 -- its signature is given
        await self.channel_layer.group_discard(self.scope["url_route"]["kwargs"]["room"], self.channel_name)

    async def pass_on(self, event: dict[str, Any]) -> None:
        await self.send(text_data=event["text"])


_send: Any = Sender.as_asgi()  # django-stubs know views only, not ASGI applications
_hear: Any = Hearer.as_asgi()
_sockets: list[Any] = [path("send/<str:room>/", _send), path("hear/<str:room>/", _hear)]
application = ProtocolTypeRouter({"websocket": URLRouter(_sockets)})
