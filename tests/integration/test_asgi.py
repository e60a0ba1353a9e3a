"""The application as any server gets it: bodies by path, places for pages, probes in front of Django."""

from __future__ import annotations

import asyncio
import json
import uuid
from datetime import timedelta
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth import get_user_model
from django.test import Client
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from ccp_portal import bodies, page_slots
from ccp_portal.asgi import application
from chats import ingest, wire
from chats.wire import iso
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)


class Asked:
    """One request, its body in pieces that are only made when they are read."""

    def __init__(self, path: str, method: str = "POST", pieces: int = 0, piece: bytes = b"", **headers: str) -> None:
        self.read = 0
        self.sent: list[dict[str, Any]] = []
        self._pieces, self._piece = pieces, piece
        named = {"host": "localhost", **{name.replace("_", "-"): value for name, value in headers.items()}}
        self.scope = {
            "type": "http",
            "http_version": "1.1",
            "method": method,
            "path": path,
            "query_string": b"",
            "headers": [(name.encode(), value.encode()) for name, value in named.items()],
        }

    async def answer(self) -> tuple[int, bytes]:
        await application(self.scope, self._receive, self._send)
        return self.sent[0]["status"], b"".join(event.get("body", b"") for event in self.sent[1:])

    async def _receive(self) -> dict[str, Any]:
        if self.read > self._pieces:
            await asyncio.Event().wait()
        self.read += 1
        return {"type": "http.request", "body": self._piece, "more_body": self.read <= self._pieces}

    async def _send(self, event: dict[str, Any]) -> None:
        self.sent.append(event)


PATHS = ["/login/", "/nowhere/", "/admin/login/", "/webhooks/sns/", "/reception/", "/contacts/x/files/", "/healthz"]


@pytest.mark.parametrize("path", PATHS)
async def test_a_body_announced_too_large_is_not_read(path):
    asked = Asked(path, pieces=10, piece=b"x", content_length=str(bodies.most(path) + 1))
    status, _ = await asked.answer()
    assert (status, asked.read) == (413, 0)


@pytest.mark.parametrize("path", ["/login/", "/admin/login/", "/webhooks/sns/", "/reception/", "/contacts/x/files/"])
async def test_a_body_without_an_end_is_read_to_its_limit_and_no_further(path):
    asked = Asked(path, pieces=1_000_000, piece=b"x" * 65_536, content_type="application/octet-stream")
    status, _ = await asked.answer()
    assert (status, asked.read) == (413, bodies.most(path) // 65_536 + 1)


async def test_a_file_too_large_is_answered_as_the_desk_reads_it():
    _, body = await Asked("/contacts/x/files/", content_length="99999999", accept_language="de").answer()
    assert json.loads(body) == {
        "reason": "fileTooLarge",
        "message": "Die Datei ist größer als 20 MB, mehr kann nicht gesendet werden.",
    }


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
async def test_a_probe_is_answered_by_any_host_and_asks_once_for_many(path):
    answers = await asyncio.gather(*(Asked(path, "GET", host="10.0.0.7").answer() for _ in range(50)))
    assert {status for status, _ in answers} == {200}
    assert (await Asked(path, "POST").answer())[0] == 405


async def _metrics(token: str) -> dict[str, float]:
    status, body = await Asked("/metrics", "GET", authorization=f"Bearer {token}").answer()
    assert status == 200
    families = text_string_to_metric_families(body.decode())
    return {
        sample.name + "".join(f":{value}" for value in sample.labels.values()): sample.value
        for family in families
        for sample in family.samples
    }


async def test_metrics_say_what_was_counted_and_what_rows_say_to_who_knows_the_token(settings):
    settings.CCP_METRICS_TOKEN = "a-token-of-prometheus"
    before = await _metrics("a-token-of-prometheus")
    waiting = await sync_to_async(factories.contact)(waiting_since=timezone.now() - timedelta(seconds=90))
    new = wire.read_item(
        {
            "Id": str(uuid.uuid4()),
            "Type": "MESSAGE",
            "ContentType": "text/plain",
            "Content": "Hello",
            "AbsoluteTime": iso(timezone.now()),
            "ParticipantId": "c",
            "ParticipantRole": "CUSTOMER",
            "ContactId": waiting.pk,
            "InitialContactId": waiting.conversation.initial_contact_id,
        }
    )
    assert [await ingest.receive(new), await ingest.receive(new)] == [True, False]
    after = await _metrics("a-token-of-prometheus")
    assert {
        name: after[name] - before.get(name, 0)
        for name in ("ccp_messages_received_total:new", "ccp_messages_received_total:known", "ccp_contacts_waiting")
    } == {"ccp_messages_received_total:new": 1, "ccp_messages_received_total:known": 1, "ccp_contacts_waiting": 1}
    assert after["ccp_received_after_seconds_count"] - before["ccp_received_after_seconds_count"] == 1
    assert 90 <= after["ccp_longest_wait_seconds"] < 200


@pytest.mark.parametrize(
    ("token", "said"), [("", "Bearer "), ("known", ""), ("known", "Bearer other"), ("known", "known")]
)
async def test_without_the_token_there_are_no_metrics(settings, token, said):
    settings.CCP_METRICS_TOKEN = token
    assert await Asked("/metrics", "GET", authorization=said).answer() == (404, b"There is no such page.\n")


async def test_strangers_and_inventors_of_cookies_do_not_keep_an_agent_waiting(settings):
    page_slots._slots.clear()
    agent = await sync_to_async(signed_in)()
    cookie = f"sessionid={agent}"
    assert (await Asked("/", "GET", cookie=cookie).answer())[0] == 403  # an agent of nothing, but signed in
    async with asyncio.TaskGroup() as held:
        gate, inside = asyncio.Event(), asyncio.Semaphore(0)
        for number in range(20):
            for kind in ("", f"sessionid=forged{number:026}"):
                held.create_task(_stay(kind, gate, inside))
        for _ in range(page_slots.shares()[page_slots.STRANGERS] + page_slots.shares()[page_slots.CLAIMED]):
            await inside.acquire()
        waiting = asyncio.create_task(Asked("/login/", "GET").answer())
        assert (await asyncio.wait_for(Asked("/", "GET", cookie=cookie).answer(), 20))[0] == 403
        assert (inside.locked(), waiting.done()) == (True, False)
        gate.set()
        assert (await waiting)[0] == 200


async def test_too_many_who_wait_are_told_to_come_again(monkeypatch):
    monkeypatch.setattr(page_slots, "MOST_WAITING", 0)
    assert await Asked("/login/", "GET").answer() == (503, b"there is no room for this now, try again\n")


async def _stay(cookie: str, gate: asyncio.Event, inside: asyncio.Semaphore) -> None:
    """Be in a page's place until the gate opens."""
    async with page_slots.taken({"headers": [(b"cookie", cookie.encode())]}) as slot:
        assert slot is not None
        inside.release()
        await gate.wait()


def signed_in() -> str:
    client = Client()
    client.force_login(get_user_model().objects.create(username="ida"))
    return client.cookies["sessionid"].value
