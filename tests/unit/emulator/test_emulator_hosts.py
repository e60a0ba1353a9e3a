"""The names the emulator answers to, and the answer to any other."""

import asyncio

import pytest

from connect_emulator.app import App
from connect_emulator.hosts import Hosts


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1:8001",
        "localhost:8001",
        "LOCALHOST",
        "demo.localhost:8001",
        "[::1]:8001",
        "192.168.7.20:8001",
        "participant.connect.us-east-1.amazonaws.com",
        "connect.cn-north-1.amazonaws.com.cn",
        "emulator:8001",
        "Emulator.",
    ],
)
def test_its_own_names_are_answered(host):
    assert Hosts(["emulator"]).has([(b"host", host.encode())])


@pytest.mark.parametrize(
    "host",
    [
        "rebound.evil.example:8001",
        "127.0.0.1.evil.example",
        "amazonaws.com.evil.example",
        "evilamazonaws.com",
        "localhost.evil.example",
        "evil.example:127.0.0.1",
        "",
        "\xe9",
    ],
)
def test_any_other_name_is_not(host):
    assert not Hosts(["emulator"]).has([(b"host", host.encode("latin-1"))])


def test_two_hosts_are_none_and_no_host_is_no_browser():
    assert not Hosts().has([(b"host", b"localhost"), (b"host", b"localhost")])
    assert Hosts().has([])


@pytest.mark.parametrize(
    "path", ["/_emulator/", "/_emulator/health", "/participant/transcript", "/_emulator/startChat"]
)
async def test_a_page_that_points_its_name_here_reads_nothing(amazon, path):
    sent = await asked(amazon, {"type": "http", "method": "GET", "path": path, "query_string": b""})
    assert [event.get("status") for event in sent] == [421, None]
    assert b"--allow-host" in sent[1]["body"]


async def test_nor_does_its_socket_open(amazon):
    sent = await asked(amazon, {"type": "websocket", "path": "/socket", "query_string": b"ticket=x"})
    assert sent == [{"type": "websocket.close"}]


async def asked(amazon, scope) -> list[dict]:
    sent: list[dict] = []

    async def receive() -> dict:
        return {"type": "websocket.connect" if scope["type"] == "websocket" else "http.request", "body": b""}

    async def send(event: dict) -> None:
        sent.append(event)

    app = App(amazon.emulator, None)
    try:
        await asyncio.wait_for(app({**scope, "headers": [(b"host", b"rebound.evil.example")]}, receive, send), 5)
    finally:
        app.close()
    return sent
