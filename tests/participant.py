"""The portal's participant API in this process: its HTTP and its socket, as ChatJS calls them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import urlsplit

from django.contrib.auth.models import User
from django.db import transaction
from django.test import Client
from django.utils import timezone

from agents import routing
from agents.desk import connection_tokens
from agents.models import Agent
from ccp_portal.asgi import application
from chats import outbox, realtime
from chats.db import db_write
from chats.models import Contact, OutboundMessage
from tests import factories

CRM = "https://crm.example"


def signed_in(user: User) -> str:
    """The key of a session of theirs."""
    client = Client()
    client.force_login(user)
    return str(client.session.session_key)


@dataclass
class Serving:
    """An agent who serves a contact, and a token for it."""

    agent: Agent
    contact: Contact
    session_key: str
    token: str

    @classmethod
    def make(cls, clock: Any, name: str = "mira") -> Self:
        agent = factories.agent(name, first_name=name.title())
        contact = factories.contact()
        routing.run(clock.now)
        routing.accept(agent, contact.pk, clock.now)
        return cls.of(agent, contact)

    @classmethod
    def of(cls, agent: Agent, contact: Contact) -> Self:
        session_key = signed_in(agent.user)
        token, _ = connection_tokens.issue(agent.user_id, contact.pk, session_key, timezone.now())
        return cls(agent, Contact.objects.select_related("conversation").get(pk=contact.pk), session_key, token)


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    told: Any

    @property
    def error(self) -> tuple[int, str]:
        return self.status, self.headers.get("x-amzn-errortype", "")


async def ask(operation: str, body: Any = None, token: str = "", *, method: str = "POST", **headers: str) -> Answer:
    """A call from a page of an allowed origin; `headers` say otherwise ("" leaves one out)."""
    raw = body if isinstance(body, bytes) else json.dumps(body or {}).encode()
    named = {"host": "testserver", "origin": CRM, "x_amz_bearer": token, **headers}
    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": operation if operation.startswith("/") else f"/participant/{operation}",
        "query_string": b"",
        "client": ("192.0.2.1", 50_000),
        "headers": [(name.replace("_", "-").encode(), value.encode()) for name, value in named.items() if value],
    }
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": raw, "more_body": False}

    async def send(event: dict[str, Any]) -> None:
        sent.append(event)

    await application(scope, receive, send)
    told = b"".join(event.get("body", b"") for event in sent[1:])
    about = {name.decode().lower(): value.decode() for name, value in sent[0]["headers"]}
    is_json = about.get("content-type") == "application/json"
    return Answer(sent[0]["status"], about, json.loads(told) if is_json and told else told)


class Line:
    """One socket of ChatJS's, from its address to its frames."""

    def __init__(self, url: str, origin: str = CRM) -> None:
        parts = urlsplit(url)
        headers = [(b"host", parts.netloc.encode()), (b"origin", origin.encode())]
        self.scope = {"type": "websocket", "path": parts.path, "query_string": parts.query.encode(), "headers": headers}
        self.heard: list[Any] = []
        self.events: list[dict[str, Any]] = []
        self._to: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._changed = asyncio.Condition()
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._to.put_nowait({"type": "websocket.connect"})
        self._task = asyncio.create_task(application(self.scope, self._to.get, self._take))
        await self.until(lambda: self.events, "it is accepted or not")
        return self

    async def __aexit__(self, *_error: object) -> None:
        self._to.put_nowait({"type": "websocket.disconnect", "code": 1006})
        assert self._task is not None
        await asyncio.wait_for(self._task, 20)

    async def _take(self, event: dict[str, Any]) -> None:
        async with self._changed:
            self.events.append(event)
            if event["type"] == "websocket.send":
                self.heard.append(json.loads(event["text"]))
            self._changed.notify_all()

    async def until(self, look: Callable[[], Any], why: str) -> None:
        async with self._changed:
            try:
                await asyncio.wait_for(self._changed.wait_for(look), 20)
            except TimeoutError:
                raise AssertionError(f"never: {why}; heard: {self.heard}") from None

    def say(self, topic: str, **more: Any) -> None:
        self._to.put_nowait({"type": "websocket.receive", "text": json.dumps({"topic": topic, **more})})

    async def subscribe(self) -> None:
        self.say("aws/subscribe", content={"topics": ["aws/chat"]})
        await self.until(lambda: self.of("aws/subscribe"), "it is subscribed")
        self.say("aws/ping")
        await self.until(lambda: self.of("aws/ping"), "it is answered")

    def of(self, topic: str) -> list[Any]:
        return [one for one in self.heard if one.get("topic") == topic]

    @property
    def items(self) -> list[dict[str, Any]]:
        return [json.loads(one["content"]) for one in self.of("aws/chat")]

    @property
    def said(self) -> list[str]:
        return [one["Content"] for one in self.items if one["Type"] == "MESSAGE"]

    @property
    def closed(self) -> int | None:
        return next((one["code"] for one in self.events if one["type"] == "websocket.close"), None)


async def sent_by_connect(
    work: Awaitable[Answer], client_token: str, settle: Callable[[OutboundMessage], None] | None = None
) -> Answer:
    """Connect takes the message of this token (or `settle` says what becomes of it) while the work waits for it."""
    task = asyncio.ensure_future(work)
    while not task.done() and not await db_write(_settle)(client_token, settle or _taken):
        await (await realtime.hub()).wait_for(outbox.BELL, 0.5)
    return await task


@transaction.atomic
def _settle(client_token: str, settle: Callable[[OutboundMessage], None]) -> bool:
    row = OutboundMessage.objects.filter(client_token=client_token).select_related("conversation", "contact").first()
    if row is None:
        return False
    row.conversation.lock()
    settle(row)
    return True


def _taken(row: OutboundMessage) -> None:
    row.contact.conversation = row.conversation
    item = factories.item(row.contact, row.content, role="CUSTOM_BOT", participant_id="ours", author=row.author)
    outbox.mark_sent([(row, item.pk)])
