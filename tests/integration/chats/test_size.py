"""How many files of ours one message crosses: few floors from the edge to the row, counted while it really travels."""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
from django.utils import timezone

from agents.desk import messages
from chats import connect, contact_state, db, outbox
from chats.db import db_read, db_write
from chats.inbox import webhook
from chats.models import Contact, Item, Participant
from chats.sending import sender
from tests import factories
from tests.signing import TOPIC, Signer, item

pytestmark = pytest.mark.django_db(transaction=True)
ROOT = Path(__file__).resolve().parents[3]
GOAL = 8  # files, each way; what is so now may only become fewer
CUSTOMER = 21  # chats.latency counts how long it took; two fewer where no hub listens
AGENT = 25  # 23 on SQLite; chats.sending.rate says when its turn is


@contextmanager
def crossed() -> Iterator[set[str]]:
    """The files of `agents` and `chats` of which anything is called inside, on whichever thread. Imports do not count."""
    files: set[str] = set()
    ours = tuple(f"{ROOT / name}/" for name in ("agents", "chats"))

    def profile(frame: FrameType, event: str, _argument: Any) -> None:
        code = frame.f_code
        if event == "call" and code.co_name != "<module>" and code.co_filename.startswith(ours):
            files.add(str(Path(code.co_filename).relative_to(ROOT)))

    close_threads()  # threads that begin from now on are profiled
    threading.setprofile(profile)
    sys.setprofile(profile)
    try:
        yield files
    finally:
        sys.setprofile(None)
        threading.setprofile(None)
        close_threads()


def close_threads() -> None:
    db.close()
    connect.close()


def report(what: str, files: set[str]) -> int:
    print(f"{what}: {len(files)} files, the goal is {GOAL}: {', '.join(sorted(files))}")
    return len(files)


async def test_a_customers_message_crosses_few_files(settings: Any, tmp_path: Path) -> None:
    """From the body of an SNS post to the item, published to sockets."""
    signer = Signer()
    settings.CCP_TOPIC_ARN = TOPIC
    settings.CCP_SNS_CERT = str(signer.write_certificate(tmp_path / "sns.pem"))
    first, second = (signer.notification(item(f"Hello {n}")) for n in range(2))
    await webhook.receive_post(first.headers, first.body)  # what is made once is made
    with crossed() as files:
        answer = await webhook.receive_post(second.headers, second.body)
    assert answer.status == 200
    assert await db_read(Item.objects.count)() == 2
    assert report("a customer's message", files) <= CUSTOMER


class Connect(BaseHTTPRequestHandler):
    """Answers SendMessage, as Amazon Connect does."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        body = json.dumps({"Id": "i1", "AbsoluteTime": "2026-11-20T12:00:00.000Z"}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Tests are quiet."""


@pytest.fixture
def connect_endpoint(settings: Any) -> Iterator[None]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Connect)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    settings.CCP_AWS_ENDPOINT = f"http://127.0.0.1:{server.server_port}"
    yield
    server.shutdown()
    thread.join()
    server.server_close()


def served_contact() -> Contact:
    contact = factories.contact(state=contact_state.State.CONNECTED, owner=factories.user())
    Participant.objects.create(
        conversation=contact.conversation,
        contact_id=contact.pk,
        participant_id="ours",
        round=contact.round,
        role="CUSTOM_BOT",
        participant_token="token",
        connection_token="token",
    )
    return contact


@pytest.mark.usefixtures("connect_endpoint")
async def test_an_agents_message_crosses_few_files() -> None:
    """From the verb behind the socket to boto3, and from Connect's answer to the item."""
    contact = await db_write(served_contact)()
    with crossed() as files:
        await messages.send(outbox.Message(contact.owner_id, contact.pk, "Hello", client_token="t"))
        (row,) = await db_write(sender.claim)(timezone.now() + timedelta(seconds=1), 10)
        await sender.deliver(row)
    assert await db_read(Item.objects.filter(content="Hello", author=contact.owner_id).count)() == 1
    assert report("an agent's message", files) <= AGENT
