"""Signing in to the CCP by a token: a third party's backend gets one for an agent with its key, and the frame redeems it.

`POST /connect/embed-token`, with a key of CCP_EMBED_KEYS: a token for one agent, good for a minute, once.
`POST /connect/session`, from the frame: the token becomes a session, by cookie (the desk) or held by the frame alone (`?ui=none`:
browsers that keep no cookie in a frame, and plain http). `DELETE` ends the latter.
"""

from __future__ import annotations

import copy
import json
import secrets
from importlib import import_module
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY, login
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from agents.models import Agent, EmbedToken
from agents.sockets import frame_session
from agents.sockets.connection import user_of_session
from agents.views import pages
from chats.wire import iso

if TYPE_CHECKING:
    from django.contrib.auth.models import User

BACKEND = "django.contrib.auth.backends.ModelBackend"


class Refused(Exception):
    """Answered with a status and a sentence, for developers."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status, self.message = status, message


@never_cache
@csrf_exempt
@require_POST
def embed_token(request: HttpRequest) -> JsonResponse:
    """{"username"} → {"token", "expires"}. The frame is then `…/connect/ccp-v2/#t=<token>`."""
    try:
        _check_key(request)
        agent = _agent(_text(request, "username"))
        token, expires = EmbedToken.make(agent.user, timezone.now())
    except Refused as error:
        return _refusal(error)
    return JsonResponse({"token": token, "expires": iso(expires)})


@never_cache
@csrf_exempt
@require_http_methods(["POST", "DELETE"])
def session(request: HttpRequest) -> JsonResponse:
    """{"token", "cookie": true} → {} and the session's cookie; without `cookie` {"session", "page"}: what the frame holds itself."""
    try:
        _check_origin(request)
        if request.method == "DELETE":
            return _end(request)
        user, agent = _redeemed(_text(request, "token"))
    except Refused as error:
        return _refusal(error)
    if _body(request).get("cookie") is True:
        login(request, user, BACKEND)
        return JsonResponse({})
    return JsonResponse({"session": _begin(request, user), "page": pages.frame(user, pages.desk_page(agent))["page"]})


def _redeemed(token: str) -> tuple[User, Agent]:
    user = EmbedToken.redeem(token, timezone.now())
    agent = None if user is None else pages.agent_of(user)
    if user is None or agent is None:
        raise Refused(403, "This token is over, was used before, or was never given out.")
    return user, agent


def _begin(request: HttpRequest, user: User) -> str:
    """A session that no cookie leads to, as the frame holds it."""
    store = import_module(settings.SESSION_ENGINE).SessionStore()
    store[SESSION_KEY], store[BACKEND_SESSION_KEY] = str(user.pk), BACKEND
    store[HASH_SESSION_KEY] = user.get_session_auth_hash()
    store.create()
    seen = copy.copy(request)  # whoever counts sign-ins looks at the session, and would make one with a cookie
    seen.session = store
    user_logged_in.send(sender=type(user), request=seen, user=user)
    return frame_session.seal(str(store.session_key))


def _end(request: HttpRequest) -> JsonResponse:
    key = frame_session.key_of(_bearer(request))
    user = user_of_session(key)
    if user is not None:
        seen = copy.copy(request)
        seen.session = import_module(settings.SESSION_ENGINE).SessionStore(key)
        user_logged_out.send(sender=type(user), request=seen, user=user)
        seen.session.flush()
    return JsonResponse({})


def _check_key(request: HttpRequest) -> None:
    if not settings.CCP_EMBED_KEYS:
        raise Refused(404, "Nobody may ask for tokens here: CCP_EMBED_KEYS is empty.")
    given = _bearer(request).encode()
    known = [
        secrets.compare_digest(given, key.encode()) for key in settings.CCP_EMBED_KEYS
    ]  # every one, in the same time
    if True not in known:
        raise Refused(401, "Authorization must be “Bearer” and a key of CCP_EMBED_KEYS.")


def _check_origin(request: HttpRequest) -> None:
    """A page of others must not sign its visitors in here as somebody: only our own page redeems."""
    ours = [f"{request.scheme}://{request.get_host()}", *settings.CSRF_TRUSTED_ORIGINS]
    if request.headers.get("Origin") not in ours:
        raise Refused(403, "Only the CCP's own page may redeem a token.")


def _agent(username: str) -> Agent:
    found = Agent.objects.select_related("user").filter(user__username=username, user__is_active=True).first()
    if found is None:
        raise Refused(404, "There is no agent who signs in by this username.")
    return found


def _bearer(request: HttpRequest) -> str:
    return request.headers.get("Authorization", "").removeprefix("Bearer ")


def _text(request: HttpRequest, name: str) -> str:
    value = _body(request).get(name)
    if isinstance(value, str) and 0 < len(value) <= 150 and "\0" not in value:
        return value
    raise Refused(400, f"The body must be a JSON object with a text “{name}”.")


def _body(request: HttpRequest) -> dict[str, Any]:
    try:
        found = json.loads(request.body or b"{}")
    except (ValueError, RecursionError):
        found = None
    return found if isinstance(found, dict) else {}


def _refusal(error: Refused) -> JsonResponse:
    return JsonResponse({"message": error.message}, status=error.status)
