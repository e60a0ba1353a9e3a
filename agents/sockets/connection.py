"""The base of our sockets: JSON-RPC 2.0 over one plain ASGI application per connection, nothing in between.

Channels' own consumer costs a thread hop per event and loses events while a handler works. Here one loop receives, one
task sends from a bounded queue of frames that were encoded once, and no handler ever waits for AWS.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import re
import time
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from types import SimpleNamespace
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth import get_user
from django.contrib.auth.models import User
from django.contrib.sessions.backends.db import SessionStore
from django.db import DatabaseError
from django.http.request import validate_host
from django.utils import translation
from pydantic import ValidationError

from agents.commands import Caller, Command
from agents.protocol import MAX_FRAME_BYTES, Close, Code, Presence, StrictModel
from agents.protocol.refusals import Refusal
from chats import realtime
from chats.connect import Refused, Unavailable
from chats.db import db_read
from chats.realtime import SocketUser, encode

from . import frame_session, opening

log = logging.getLogger(__name__)
Scope = Mapping[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]

MAX_QUEUED_BYTES = 8 * 1024 * 1024  # frames that wait for a slow reader; above: close, the client resumes
WINDOW_BYTES = 512 * 1024  # daphne never says that a reader is slow: so much goes out before the client must answer
BURST, PER_SECOND = 120, 40  # frames a client may send at once, and in the long run
NOT_NOW = translation.gettext_noop("That could not be done just now: try again.")
OUR_FAULT = translation.gettext_noop("That failed on our side; it is in the log.")
NO_CHARACTER = re.compile("[\x00\ud800-\udfff]")  # PostgreSQL keeps no NUL, and nobody half a character


def user_of_session(session_key: str) -> User | None:
    """The user of a live HTTP session; sockets and the participant API have no login of their own."""
    if not session_key:
        return None
    user = get_user(SimpleNamespace(session=SessionStore(session_key)))  # type: ignore[arg-type]  # it reads .session, nothing else
    return user if isinstance(user, User) and user.is_active else None


class RequestError(Exception):
    """A request that is answered with an error."""

    def __init__(self, code: int, message: str, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(message)
        self.code, self.message, self.data = code, message, data


@dataclass(slots=True)
class Bucket:
    """How many frames a client may still send now."""

    tokens: float = BURST
    filled_at: float = 0.0

    def take(self, now: float) -> bool:
        self.tokens = min(BURST, self.tokens + (now - self.filled_at) * PER_SECOND)
        self.filled_at = now
        self.tokens -= 1
        return self.tokens >= 0


@dataclass(frozen=True)
class SocketCommand(Command):
    """A request about the connection itself, or what it follows: `function` is a method of the socket."""

    before_connect: bool = False


class Socket:
    """One connection. Subclasses say which commands there are; the dispatch is this table and nothing else."""

    commands: ClassVar[Mapping[str, Command]] = {}
    caller: Caller

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.scope, self._receive, self._send = scope, receive, send
        self.user: User | None = None
        self.session_key = ""
        self.connected = False
        self._queue: deque[str] = deque()
        self._queued = 0
        self._sent, self._read, self._sent_when_asked = 0, 0, 0
        self._ask_due = False
        self._wake = asyncio.Event()
        self._goodbye: tuple[int, str, float | None] | None = None
        self._asked, self._answered = 0, 0
        self._alive_at = time.monotonic()
        self._bucket = Bucket(filled_at=self._alive_at)
        self._tasks: set[asyncio.Task[Any]] = set()

    @classmethod
    def as_asgi(cls) -> Callable[[Scope, Receive, Send], Awaitable[None]]:
        async def application(scope: Scope, receive: Receive, send: Send) -> None:
            await cls(scope, receive, send).run()

        return application

    # ---- what the hub needs --------------------------------------------------------------------------------------

    @property
    def visitor(self) -> SocketUser:
        return SocketUser(self.user.pk if self.user else 0, self.session_key)

    def push(self, text: str) -> None:
        self._queue.append(text)
        self._queued += len(text)
        if self._queued > MAX_QUEUED_BYTES:
            self._queue.clear()
            self._queued = 0
            self.close(Close.SLOW_READER, "The frames were not read fast enough: reconnect and go on.", 1.0)
        self._wake.set()

    def stream_closed(self, stream: str) -> None:
        self.push(encode("closedStream", {"stream": stream}))

    def dismiss(self) -> None:
        self.close(Close.NOT_SIGNED_IN, "You are signed out.", None)

    def restart(self, retry_after: float) -> None:
        self.close(Close.RESTART, "The server restarts.", retry_after)

    def close(self, code: int, reason: str, retry_after: float | None) -> None:
        """Say goodbye, then close. Only the first reason counts."""
        if self._goodbye is None:
            self._goodbye = (code, reason, retry_after)
            self._wake.set()

    # ---- the connection ------------------------------------------------------------------------------------------

    async def run(self) -> None:
        if (await self._receive())["type"] != "websocket.connect":
            return
        spoken = frame_session.SPOKEN if frame_session.SPOKEN in self.scope.get("subprotocols", ()) else None
        await self._send({"type": "websocket.accept", **({"subprotocol": spoken} if spoken else {})})
        sender = asyncio.create_task(self._send_all())
        hub = await realtime.hub()
        try:
            if await self._admit():
                hub.welcome(self)
                self.spawn(self._ask_again_and_again())
            await self._receive_all()
        finally:
            hub.leave(self)
            await self._leave()
            sender.cancel()
            for task in tuple(self._tasks):
                task.cancel()
            await asyncio.gather(sender, *self._tasks, return_exceptions=True)

    async def gone(self) -> None:
        """The connection has ended."""

    async def _leave(self) -> None:
        try:
            await self.gone()
        except DatabaseError as error:
            log.warning("that a socket closed could not be kept: %s", error)

    async def _admit(self) -> bool:
        if not origin_is_ours(self.scope):
            self.close(Close.BAD_ORIGIN, "This page may not open our sockets: its origin is not ours.", None)
            return False
        try:
            async with opening.gate().through(opening.Step.LET_IN):
                allowed = await db_read(self._identify)()
        except DatabaseError:
            self.close(Close.RESTART, "The database does not answer.", 2.0)
            return False
        if self.user is None:
            self.close(Close.NOT_SIGNED_IN, "Sign in first.", None)
            return False
        if not allowed:
            self.close(Close.NO_ACCESS, "You may not use this page.", None)
        return allowed

    def _identify(self) -> bool:
        """Who this is, and whether they may be here."""
        self.user = self._user()
        if self.user is None:
            return False
        self.caller = Caller(self.user, session_key=self.session_key)
        return self.authorise()

    def _user(self) -> User | None:
        self.session_key = session_key_of(self.scope)
        return user_of_session(self.session_key)

    def authorise(self) -> bool:
        """May this user be here? Called on a database thread."""
        raise NotImplementedError

    async def _receive_all(self) -> None:
        while True:
            message = await self._receive()
            if message["type"] == "websocket.disconnect":
                return
            if self._goodbye is None:
                await self._hear(message.get("text"), message.get("bytes"))

    async def _hear(self, text: str | None, binary: bytes | None) -> None:
        size = len(text.encode()) if text is not None else len(binary or b"")
        if size > MAX_FRAME_BYTES:
            self.close(Close.TOO_LARGE, f"A frame may have {MAX_FRAME_BYTES:,} bytes; this one has {size:,}.", 1.0)
        elif not self._bucket.take(time.monotonic()):
            self.close(Close.FLOOD, f"More than {PER_SECOND} frames a second for too long.", 5.0)
        elif text is None:
            self._fail(None, RequestError(Code.PARSE, "Frames are JSON text, not binary."))
        else:
            await self._answer(text)

    # ---- requests --------------------------------------------------------------------------------------------------

    async def _answer(self, text: str) -> None:
        try:
            request = _parsed(text)
            request_id, expects = _id(request)
        except RequestError as failed:
            self._fail(None, failed)
            return
        work = self._finish(request, request_id, expects)
        command = self.commands.get(request["method"])
        if command is not None and command.waits_for_aws:
            self.spawn(work)
        else:
            await work

    async def _finish(self, request: Mapping[str, Any], request_id: str | int | None, expects: bool) -> None:
        try:
            result = await self._call(request)
        except RequestError as failed:
            if expects:
                self._fail(request_id, failed)
            return
        if expects:
            self.push(json.dumps({"jsonrpc": "2.0", "id": request_id, "result": result}, ensure_ascii=False))

    async def _call(self, request: Mapping[str, Any]) -> dict[str, Any]:
        method = request["method"]
        command = self.commands.get(method)
        if command is None:
            raise RequestError(
                Code.UNKNOWN_METHOD, f"There is no method {method[:80]!r}; there are {', '.join(self.commands)}."
            )
        params = _checked(command.params, request.get("params", {}))
        if not self.connected and not (isinstance(command, SocketCommand) and command.before_connect):
            raise RequestError(Code.INVALID_REQUEST, "Call `connect` first.")
        try:
            result = await self._perform(command, params)
        except Refusal as refusal:
            with translation.override(language(self.scope)):
                raise RequestError(Code.REFUSED, refusal.told(), refusal.data) from None
        except (Unavailable, Refused, DatabaseError) as error:
            log.warning("%s could not be done: %s", method, type(error).__name__)
            raise RequestError(Code.UNAVAILABLE, NOT_NOW, {"reason": "unavailable"}) from None
        except Exception:  # one request must not end the socket of somebody's working day
            log.exception("%s failed", method)
            raise RequestError(Code.INTERNAL, OUR_FAULT) from None
        return result

    async def _perform(self, command: Command, params: StrictModel) -> dict[str, Any]:
        if isinstance(command, SocketCommand):
            await command.permission.check(self.caller, params)
            return await command.function(self, params) or {}
        result = await command.call(self.caller, params)
        if command.then is not None:
            self.spawn(command.then(self.caller, params))
        return result or {}

    def _fail(self, request_id: str | int | None, failed: RequestError) -> None:
        error: dict[str, Any] = {"code": failed.code, "message": self._told(failed.message)}
        if failed.data:
            error["data"] = failed.data
        self.push(json.dumps({"jsonrpc": "2.0", "id": request_id, "error": error}, ensure_ascii=False))

    def _told(self, sentence: str) -> str:
        """In the language of the page that is open at the other end."""
        with translation.override(language(self.scope)):
            return translation.gettext(sentence) if sentence else ""

    async def answer_presence(self, params: Presence) -> None:
        """The tab is alive, and has read what was sent before the question."""
        self._alive_at = time.monotonic()
        if params.ask == self._asked:
            self._answered, self._read = self._asked, self._sent_when_asked
            self._wake.set()

    # ---- sending ---------------------------------------------------------------------------------------------------

    def spawn(self, work: Any) -> None:
        """Go on with something beside the receive loop; it ends with the socket."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _send_all(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            if self._ask_due:
                await self._ask()
            while self._queue and self._has_room():
                text = self._queue.popleft()
                self._queued -= len(text)
                self._sent += len(text)
                await self._send({"type": "websocket.send", "text": text})
            if self._goodbye is not None:
                await self._close(*self._goodbye)
                return

    def _has_room(self) -> bool:
        """So much may be under way unread; then the client is asked, and the rest waits for its answer."""
        if self._sent - self._read < WINDOW_BYTES:
            return True
        if self._asked == self._answered:
            self._ask_due = True
            self._wake.set()
        return False

    async def _ask(self) -> None:
        self._ask_due = False
        self._asked += 1
        self._sent_when_asked = self._sent
        await self._send({"type": "websocket.send", "text": encode("ask", {"ask": self._asked})})

    async def _close(self, code: int, reason: str, retry_after: float | None) -> None:
        text = encode("bye", {"code": code, "reason": self._told(reason), "retryAfter": retry_after})
        with contextlib.suppress(Exception):  # the other side may be gone already
            await self._send({"type": "websocket.send", "text": text})
            await self._send({"type": "websocket.close", "code": code})

    async def _ask_again_and_again(self) -> None:
        """Presence is a lease: the server asks, a background tab's own timers are not trusted."""
        while True:
            await asyncio.sleep(settings.CCP_ASK_SECONDS)
            if time.monotonic() - self._alive_at > settings.CCP_LEASE_SECONDS:
                self.close(Close.SLOW_READER, f"No answer for {settings.CCP_LEASE_SECONDS:g} s.", 0.5)
                return
            self._ask_due = True
            self._wake.set()


def _parsed(text: str) -> dict[str, Any]:
    try:
        value = json.loads(text)
        unkept = "\\u" in text and _holds_no_character(value)
    except (ValueError, RecursionError):
        raise RequestError(Code.PARSE, "That is not JSON.") from None
    if not isinstance(value, dict):
        raise RequestError(Code.INVALID_REQUEST, "A request is one JSON object; batches are not accepted.")
    if unkept:
        raise RequestError(Code.INVALID_REQUEST, "A text holds half a character (a lone surrogate) or a NUL.")
    return value


def _holds_no_character(value: object) -> bool:
    """JSON can write down, escaped, what no database keeps and no frame can carry back."""
    if isinstance(value, str):
        return NO_CHARACTER.search(value) is not None
    if isinstance(value, dict):
        return any(_holds_no_character(one) for pair in value.items() for one in pair)
    return isinstance(value, list) and any(map(_holds_no_character, value))


def _id(request: Mapping[str, Any]) -> tuple[str | int | None, bool]:
    """The request's id, and whether it wants an answer (a notification has no id)."""
    request_id = request.get("id")
    if request.get("jsonrpc") != "2.0" or not isinstance(request.get("method"), str):
        raise RequestError(Code.INVALID_REQUEST, 'A request has "jsonrpc": "2.0" and a "method".')
    if isinstance(request_id, bool) or not isinstance(request_id, str | int | None):
        raise RequestError(Code.INVALID_REQUEST, "An id is text or a whole number.")
    if isinstance(request_id, str) and len(request_id) > 100:
        raise RequestError(Code.INVALID_REQUEST, "An id has at most 100 characters.")
    return request_id, "id" in request


def _checked(shape: type[StrictModel], params: object) -> StrictModel:
    try:
        return shape.from_wire(params)
    except ValidationError as error:
        told = "; ".join(f"{'.'.join(map(str, one['loc'])) or 'params'}: {one['msg']}" for one in error.errors()[:5])
        raise RequestError(Code.INVALID_PARAMS, told, {"reason": "params"}) from None


def language(scope: Scope) -> str:
    """As LocaleMiddleware finds it for the page: the cookie, else what the browser accepts."""
    request: Any = SimpleNamespace(
        COOKIES=cookies(scope), META={"HTTP_ACCEPT_LANGUAGE": header(scope, b"accept-language")}
    )
    return translation.get_language_from_request(request)


def session_key_of(scope: Scope) -> str:
    """Of the page's cookie, or of what a frame without cookies says itself."""
    held = frame_session.key_among(scope.get("subprotocols", ()))
    return held or cookies(scope).get(settings.SESSION_COOKIE_NAME, "")


def cookies(scope: Scope) -> dict[str, str]:
    jar = SimpleCookie()
    with contextlib.suppress(CookieError):
        jar.load(header(scope, b"cookie"))
    return {name: morsel.value for name, morsel in jar.items()}


def header(scope: Scope, name: bytes) -> str:
    return next((value.decode("latin-1") for key, value in scope["headers"] if key.lower() == name), "")


def origin_is_ours(scope: Scope) -> bool:
    """Exactly: scheme, host and port. A browser cannot lie about Origin; whoever sends none is no browser of ours."""
    origin = header(scope, b"origin")
    if origin in settings.CSRF_TRUSTED_ORIGINS:
        return True
    host = header(scope, b"host")
    name = host.rpartition(":")[0] if host.rpartition(":")[2].isdigit() else host
    if not validate_host(name.lower(), settings.ALLOWED_HOSTS):
        return False
    return origin == f"{'https' if _is_secure(scope) else 'http'}://{host}"


def _is_secure(scope: Scope) -> bool:
    proxy = settings.SECURE_PROXY_SSL_HEADER
    if proxy:
        name = proxy[0].removeprefix("HTTP_").replace("_", "-").lower().encode()
        return header(scope, name) == proxy[1]
    return scope.get("scheme") in {"wss", "https"}
