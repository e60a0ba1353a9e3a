"""The ASGI shell: HTTP in, one core, HTTP out; the customer's websocket beside it."""

from __future__ import annotations

import asyncio
import logging
import time
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from connect_emulator.attachments import bucket, links
from connect_emulator.background import Background
from connect_emulator.calls import Calls
from connect_emulator.ccp import pages as ccp_pages
from connect_emulator.ccp.hub import PATH as CCP_SOCKET
from connect_emulator.ccp.hub import Hub
from connect_emulator.control import PREFIX, Control
from connect_emulator.core import Emulator
from connect_emulator.faults import Fault
from connect_emulator.hosts import Hosts
from connect_emulator.restjson import Request, Response, json_response
from connect_emulator.restjson.service import BODY_LIMIT
from connect_emulator.sockets import Receive, Send, Sockets

from . import files, front_bot, inspector, limits, start_chat

_log = logging.getLogger("connect_emulator.calls")
_ALLOWED_HEADERS = (
    "authorization,content-type,x-amz-bearer,x-amz-user-agent,x-amz-date,x-amz-content-sha256,x-amz-security-token,"
    "x-api-key,amz-sdk-invocation-id,amz-sdk-request"
)
_CORS = {"access-control-allow-origin": "*", "access-control-expose-headers": "x-amzn-errortype,x-amzn-requestid"}
_PREFLIGHT = {
    **_CORS,
    "access-control-allow-methods": "GET,POST,PUT,OPTIONS",
    "access-control-allow-headers": _ALLOWED_HEADERS,
    "access-control-max-age": "7200",
}
OWN = "/_emulator/"


class App:
    def __init__(
        self,
        emulator: Emulator,
        background: Background,
        *,
        control: bool = False,
        hosts: Hosts | None = None,
        approved_origins: tuple[str, ...] = ccp_pages.LOOPBACK,
    ) -> None:
        """`approved_origins` are those of the pages that may hold the CCP in a frame."""
        self.emulator = emulator
        self.approved_origins = approved_origins
        self.hosts = hosts or Hosts()
        self.calls = Calls()
        self._one_writer = ThreadPoolExecutor(max_workers=1, thread_name_prefix="world")
        self.sockets = Sockets(emulator, self._in_world)
        self.ccps = Hub(emulator.world, self._in_world)
        self.control = Control(emulator, background, self.sockets) if control else None

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        if scope["type"] in {"http", "websocket"} and not self.hosts.has(scope["headers"]):
            await _turn_away(scope, receive, send)
        elif scope["type"] == "websocket":
            await self._websocket(scope, receive, send)
        elif scope["type"] == "http":
            await self._http(scope, receive, send)

    def close(self) -> None:
        self._one_writer.shutdown(cancel_futures=True)

    async def _websocket(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        if scope["path"] == "/socket":
            await self.sockets.serve(scope, receive, send)
        elif scope["path"] == CCP_SOCKET:
            await self.ccps.serve(receive, send)
        else:
            await receive()
            await send({"type": "websocket.close"})

    async def _http(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        request, began = await _request(scope, receive), time.perf_counter()
        name, response = await self._answer(request, receive)
        if response is None:
            return
        took = (time.perf_counter() - began) * 1000
        _log.info("%s %d %.1f ms", name, response.status, took)
        if not name.startswith(OWN):
            self.calls.note(self.emulator.world.clock.now(), name, request, response, took)
        await _send(send, response, request)

    async def _answer(self, request: Request, receive: Receive) -> tuple[str, Response | None]:
        if request.path.startswith(OWN):
            return request.path, await self._own(request)
        if ccp_pages.serves(request.path):
            return "ccp", await self._in_world(
                lambda: ccp_pages.respond(self.emulator.world, request, self.approved_origins)
            )
        if request.method == "OPTIONS":
            return "preflight", Response(200, _PREFLIGHT, b"")
        if request.path.startswith(links.PREFIX):
            return "attachment", await self._file(request)
        if request.path == self.emulator.certificate.path:
            return "certificate", Response(
                200, {"content-type": "application/x-pem-file"}, self.emulator.certificate.pem
            )
        service = self.emulator.service(request)
        operation = service.operation(request)
        fault = self.emulator.faults.take(operation)
        if fault and not await _weathers(fault, receive):
            return "", None
        response = await self._in_world(lambda: self.emulator.respond(request, fault))
        headers = {**response.headers, **_CORS, "x-amzn-requestid": str(uuid.uuid4())}
        return f"{service.name}.{operation or 'unknown'}", Response(response.status, headers, response.body)

    async def _own(self, request: Request) -> Response:
        """The emulator's own paths; nothing of the sort exists in AWS."""
        name = request.path.removeprefix(OWN)
        if request.path.startswith(PREFIX):
            return await self._controlled(request)
        if name == "startChat":
            return await self._start_chat(request)
        if name == "bot" and request.method == "POST":
            return front_bot.respond(self.emulator, request)
        if request.method not in {"GET", "HEAD"}:
            return json_response(405, {"message": "this path is only read"}, {"allow": "GET, HEAD"})
        if name == "health":
            return Response(200, {"content-type": "text/plain"}, b"ok\n")
        if inspector.serves(name):
            shown: Response = await self._in_world(
                lambda: inspector.respond(self.emulator, self.calls, request, control=self.control is not None)
            )
            return shown
        return files.static(name.removeprefix("static/")) if name.startswith("static/") else files.page(name)

    async def _file(self, request: Request) -> Response:
        """What is S3's in AWS: a file goes to a signed URL, or comes from one."""
        if request.method not in {"GET", "HEAD", "PUT"}:
            return json_response(
                405, {"message": "a file is put or got"}, {"allow": "GET, HEAD, PUT, OPTIONS", **_CORS}
            )
        response: Response = await self._in_world(lambda: bucket.respond(self.emulator.world, request))
        return Response(response.status, {**response.headers, **_CORS}, response.body)

    async def _start_chat(self, request: Request) -> Response:
        if request.method == "OPTIONS":
            return Response(200, _PREFLIGHT, b"")
        if request.method != "POST":
            return json_response(405, {"message": "a chat is started by POST"}, {"allow": "POST, OPTIONS", **_CORS})
        response: Response = await self._in_world(lambda: start_chat.respond(self.emulator, request))
        return Response(response.status, {**response.headers, **_CORS}, response.body)

    async def _controlled(self, request: Request) -> Response:
        control = self.control
        if control is None:
            return json_response(404, {"message": "the control API is off; --control turns it on"})
        if request.method == "POST" and request.path == PREFIX + "sockets":
            return control.cut(request)
        response: Response = await self._in_world(lambda: control.respond(request))
        return response

    async def _in_world(self, act: Callable[[], Any]) -> Any:
        """The store has one writer; the event loop never waits for the disk."""
        return await asyncio.get_running_loop().run_in_executor(self._one_writer, act)


async def _turn_away(scope: dict[str, Any], receive: Receive, send: Send) -> None:
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.close"})  # before accept: HTTP 403
        return
    why = "the emulator does not answer to this Host; --allow-host takes further names"
    body = json_response(421, {"message": why}).body
    about = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 421, "headers": about})
    await send({"type": "http.response.body", "body": body})


async def _weathers(fault: Fault, receive: Receive) -> bool:
    """Waits as long as the fault says; False when the call is never to be answered."""
    if fault.black_hole:
        while (await receive())["type"] != "http.disconnect":
            pass
        return False
    await asyncio.sleep(fault.latency_ms / 1000)
    return True


async def _request(scope: dict[str, Any], receive: Receive) -> Request:
    return Request(
        method=scope["method"],
        path=(scope.get("raw_path") or scope["path"].encode()).decode("latin-1"),
        query=scope["query_string"].decode("latin-1"),
        headers={name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]},
        body=await _body(receive, limits.ATTACHMENT_BYTES if _is_upload(scope) else BODY_LIMIT),
    )


def _is_upload(scope: dict[str, Any]) -> bool:
    return bool(scope["method"] == "PUT" and scope["path"].startswith(links.PREFIX))


async def _body(receive: Receive, most: int) -> bytes:
    """The body, or enough of it to be refused for its size."""
    parts, size = [], 0
    while True:
        message = await receive()
        part = message.get("body", b"")
        if size <= most:
            parts.append(part)
        size += len(part)
        if not message.get("more_body", False):
            return b"".join(parts)


async def _send(send: Send, response: Response, request: Request) -> None:
    headers = [(name.encode(), value.encode("latin-1", "replace")) for name, value in response.headers.items()]
    headers.append((b"content-length", str(len(response.body)).encode()))
    await send({"type": "http.response.start", "status": response.status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if request.method == "HEAD" else response.body})
