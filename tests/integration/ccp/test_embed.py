"""Signing in to the CCP by a token that a third party's backend gets, and the cookies of a frame."""

from __future__ import annotations

import asyncio
import json

import pytest
from django.contrib.sessions.models import Session
from django.test import Client

from agents.models import EmbedToken
from agents.sockets import frame_session
from agents.sockets.connection import user_of_session
from ccp_portal.asgi import application
from chats.db import db_write
from chats.models import AuditAction, AuditEntry
from tests import factories
from tests.participant import CRM

pytestmark = pytest.mark.django_db
KEY = "k" * 32
ORIGIN = "http://testserver"


@pytest.fixture(autouse=True)
def _crm(settings):
    settings.CCP_ALLOWED_ORIGINS, settings.CCP_EMBED_KEYS = [CRM], ["another" * 6, KEY]
    settings.ALLOWED_HOSTS = ["testserver"]


@pytest.fixture
def mira():
    return factories.agent("mira")


def asked(client: Client, path: str, body: object, key: str = "", method: str = "post", **headers: str):
    given = {"authorization": f"Bearer {key}"} if key else {}
    sent = body if isinstance(body, str) else json.dumps(body)
    return getattr(client, method)(path, sent, content_type="application/json", headers=given | headers)


def token_for(client: Client, username: str = "mira") -> str:
    return asked(client, "/connect/embed-token", {"username": username}, KEY).json()["token"]


def redeemed(client: Client, token: str, **more: object):
    return asked(client, "/connect/session", {"token": token, **more}, origin=ORIGIN)


@pytest.mark.parametrize(
    ("key", "body", "status"),
    [
        ("", {"username": "mira"}, 401),
        ("k" * 31, {"username": "mira"}, 401),
        (KEY, {"username": "nobody"}, 404),
        (KEY, {"username": "no-agent"}, 404),
        (KEY, {"username": 7}, 400),
        (KEY, {}, 400),
        (KEY, "[", 400),
        (KEY, {"username": "mira"}, 200),
    ],
)
def test_who_has_a_key_gets_a_token_for_an_agent(client, mira, key, body, status):
    factories.user("no-agent")
    answer = asked(client, "/connect/embed-token", body, key)
    assert (answer.status_code, EmbedToken.objects.count()) == (status, int(status == 200))
    assert set(answer.json()) == ({"token", "expires"} if status == 200 else {"message"})


def test_without_keys_there_are_no_tokens(client, mira, settings):
    settings.CCP_EMBED_KEYS = []
    assert asked(client, "/connect/embed-token", {"username": "mira"}, KEY).status_code == 404


def test_the_token_is_kept_as_a_hash_only(client, mira):
    token = token_for(client)
    assert token not in str(EmbedToken.objects.values_list())


def test_a_token_is_redeemed_once(client, mira):
    token = token_for(client)
    assert redeemed(client, token, cookie=True).json() == {}
    assert client.get("/connect/ccp-v2/").context["page"]["userId"] == mira.user_id
    again = redeemed(Client(), token)
    assert (again.status_code, set(again.json())) == (403, {"message"})


def test_a_token_that_is_old_or_of_somebody_who_left_is_worth_nothing(client, mira):
    old = token_for(client)
    EmbedToken.objects.update(expires_at=factories.NOW)
    assert redeemed(client, old).status_code == 403
    token = token_for(client)
    mira.user.is_active = False
    mira.user.save()
    assert redeemed(client, token).status_code == 403
    assert redeemed(client, "forged").status_code == 403
    assert not Session.objects.exists()


@pytest.mark.parametrize("origin", ["", CRM, "null"])
def test_only_our_own_page_redeems(client, mira, origin):
    answer = asked(client, "/connect/session", {"token": token_for(client)}, **({"origin": origin} if origin else {}))
    assert answer.status_code == 403


def test_a_frame_without_cookies_holds_its_session_itself(client, mira):
    answer = redeemed(client, token_for(client))
    held = answer.json()
    assert (answer.cookies.get("sessionid"), held["page"]["agentId"]) == (None, str(mira.key))
    key = frame_session.key_of(held["session"])
    assert user_of_session(key) == mira.user
    assert key not in json.dumps(held)
    assert AuditEntry.objects.filter(action=AuditAction.SIGNED_IN, actor=mira.user).count() == 1
    asked(client, "/connect/session", "", held["session"], "delete", origin=ORIGIN)
    assert user_of_session(key) is None
    assert AuditEntry.objects.filter(action=AuditAction.SIGNED_OUT, actor=mira.user).count() == 1
    assert asked(client, "/connect/session", "", "forged", "delete", origin=ORIGIN).status_code == 200


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("forged", [False, True])
async def test_the_desks_socket_takes_what_the_frame_holds(forged):
    await db_write(factories.agent)("mira")
    held = (await db_write(redeem_anew)())["session"]
    sent: list[dict] = []
    over = asyncio.Event()

    async def send(event: dict) -> None:
        sent.append(event)
        if event["type"] == "websocket.close" or '"id": 1' in event.get("text", ""):
            over.set()

    to: asyncio.Queue[dict] = asyncio.Queue()
    spoken = [frame_session.SPOKEN, frame_session.HELD + (held[:-3] if forged else held)]
    headers = [(b"host", b"testserver"), (b"origin", ORIGIN.encode())]
    scope = {"type": "websocket", "path": "/ws/desk/", "query_string": b"", "headers": headers, "subprotocols": spoken}
    to.put_nowait({"type": "websocket.connect"})
    to.put_nowait(
        {"type": "websocket.receive", "text": '{"jsonrpc": "2.0", "id": 1, "method": "connect", "params": {}}'}
    )
    task = asyncio.create_task(application(scope, to.get, send))
    await asyncio.wait_for(over.wait(), 20)
    to.put_nowait({"type": "websocket.disconnect", "code": 1000})
    await asyncio.wait_for(task, 20)
    assert sent[0] == {"type": "websocket.accept", "subprotocol": "ccp-desk"}
    closed = [event["code"] for event in sent if event["type"] == "websocket.close"]
    assert closed == ([4401] if forged else [])


def redeem_anew() -> dict:
    client = Client()
    return redeemed(client, token_for(client)).json()


# ---- cookies ---------------------------------------------------------------------------------------------------------

FRAMED = {"sec-fetch-dest": "iframe", "sec-fetch-site": "cross-site"}


def attributes(answer, name: str) -> set[str]:
    return set(answer.cookies[name].OutputString().split("; ")[1:]) & {
        "Partitioned",
        "Secure",
        "SameSite=None",
        "SameSite=Lax",
    }


def test_in_a_frame_cookies_are_partitioned(client, mira):
    answer = client.get("/connect/ccp-v2/", headers=FRAMED, secure=True)
    assert attributes(answer, "csrftoken") == {"Partitioned", "Secure", "SameSite=None"}
    token = asked(client, "/connect/embed-token", {"username": "mira"}, KEY).json()["token"]
    referer = {"origin": "https://testserver", "referer": "https://testserver/connect/ccp-v2/"}
    body = json.dumps({"token": token, "cookie": True})
    answer = client.post("/connect/session", body, content_type="application/json", headers=referer, secure=True)
    assert attributes(answer, "sessionid") == {"Partitioned", "Secure", "SameSite=None"}
    held = client.cookies["sessionid"].value
    answer = client.post("/logout/", headers=referer, secure=True)
    assert attributes(answer, "sessionid") == {"Partitioned", "Secure", "SameSite=None"}
    assert user_of_session(held) is None


def test_in_the_login_window_they_are_not_partitioned(client):
    answer = client.get("/connect/ccp-v2/", headers={"sec-fetch-dest": "document"}, secure=True)
    assert attributes(answer, "csrftoken") == {"Secure", "SameSite=None"}


@pytest.mark.parametrize(("path", "secure"), [("/login/", True), ("/connect/ccp-v2/", False)])
def test_elsewhere_they_stay_as_they_are(client, path, secure):
    assert attributes(client.get(path, headers=FRAMED, secure=secure), "csrftoken") <= {"SameSite=Lax"}


def test_the_loader_points_streams_and_chatjs_here(client, settings):
    answer = client.get("/connect/loader.js")
    assert (answer["Content-Type"], answer["Cross-Origin-Resource-Policy"]) == (
        "text/javascript; charset=utf-8",
        "cross-origin",
    )
    assert "setGlobalConfig({ endpoint: portal })" in answer.content.decode()
    assert f'region: "{settings.CCP_AWS_REGION}"' in answer.content.decode()
