"""The CCP's page under the paths that pages of Streams ask for, and the login behind it."""

from __future__ import annotations

import json
import re
from html import escape

from connect_emulator.files import FOLDER, HEADERS
from connect_emulator.restjson import Request, Response, ServiceError, json_response
from connect_emulator.world import World, agents, signed_in

LOOPBACK = ("http://localhost:*", "http://127.0.0.1:*")
_PAGE = re.compile(r"(/connect)?/(ccp|ccp-v2|ccp-v2/softphone|ccp-v2/channel-view)/?")
_LOGIN = "/connect/ccp-v2/session"
_ORIGIN = re.compile(r"https?://([a-z0-9-]+\.)*[a-z0-9-]+(:\d{1,5})?")


def serves(path: str) -> bool:
    return path == _LOGIN or _PAGE.fullmatch(path) is not None


def is_origin(text: str) -> bool:
    return _ORIGIN.fullmatch(text) is not None


def respond(world: World, request: Request, approved: tuple[str, ...]) -> Response:
    if request.path == _LOGIN:
        return _sign_in(world, request)
    if request.method not in {"GET", "HEAD"}:
        return json_response(405, {"message": "this page is only read"}, {"allow": "GET, HEAD"})
    text = (FOLDER / "ccp" / "ccp.html").read_text(encoding="utf-8")
    filled = text.replace("{{origins}}", escape(" ".join(approved))).replace("{{region}}", world.instance.region)
    return Response(200, {"content-type": "text/html; charset=utf-8", **_headers(approved)}, filled.encode())


def _headers(approved: tuple[str, ...]) -> dict[str, str]:
    """Only approved pages may hold it: what its agents see passes through them."""
    ancestors = f"frame-ancestors 'self' {' '.join(approved)}"
    policy = HEADERS["content-security-policy"].replace("frame-ancestors 'self'", ancestors)
    return {**HEADERS, "content-security-policy": policy}


def _sign_in(world: World, request: Request) -> Response:
    """{"username"} of any agent: a session. No password: the emulator believes whoever reaches it, as it does any access key."""
    if request.method != "POST":
        return json_response(405, {"message": "one signs in by POST"}, {"allow": "POST"})
    if not request.headers.get("content-type", "").startswith("application/json"):  # so that no other site can send it
        return json_response(415, {"message": "content-type must be application/json"})
    username = _username(request)
    if username is None:
        return json_response(400, {"message": 'the body must be {"username": "…"}'})
    try:
        agent = agents.user(world, username)
    except ServiceError:
        return json_response(401, {"message": f"no agent is called {username}"})
    with world.store.change():
        return json_response(200, {"session": signed_in.begin(world, agent)})


def _username(request: Request) -> str | None:
    try:
        body = json.loads(request.body)
    except (ValueError, RecursionError):
        return None
    name = body.get("username") if isinstance(body, dict) else None
    return name if isinstance(name, str) and name else None
