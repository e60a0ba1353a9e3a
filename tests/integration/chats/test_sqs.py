"""The queue beside the webhook, against moto's server: recorded, then deleted; poison kept raw; many consumers, each item once."""

from __future__ import annotations

import asyncio
import json
import socket
import subprocess
import sys
import uuid
from collections.abc import Iterator
from typing import Any

import boto3
import pytest

from chats import connect
from chats.db import db_read
from chats.inbox.sqs import consumer
from chats.models import Item, UnreadableMessage
from tests.emulating import eventually, free_port
from tests.signing import TOPIC, item

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(scope="module")
def moto() -> Iterator[str]:
    port = free_port()
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        eventually(lambda: _listens(port), 30, "moto listens")
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(10)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


class Queue:
    """A queue with one for dead letters, which the portal of this test reads."""

    def __init__(self, endpoint: str) -> None:
        keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
        self.sqs: Any = boto3.client("sqs", endpoint_url=endpoint, region_name="us-east-1", **keys)
        self.url = self.sqs.create_queue(QueueName=f"inbox-{uuid.uuid4().hex}")["QueueUrl"]

    def send(self, *bodies: str) -> None:
        for body in bodies:
            self.sqs.send_message(QueueUrl=self.url, MessageBody=body)

    def left(self) -> int:
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        found = self.sqs.get_queue_attributes(QueueUrl=self.url, AttributeNames=names)["Attributes"]
        return sum(map(int, found.values()))


@pytest.fixture
def queue(moto: str, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Queue]:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    made = Queue(moto)
    settings.CCP_SQS_ENDPOINT, settings.CCP_SQS_QUEUE_URL, settings.CCP_TOPIC_ARN = moto, made.url, TOPIC
    yield made
    made.sqs.close()
    connect.close()


def enveloped(message: str, topic: str = TOPIC) -> str:
    return json.dumps({"Type": "Notification", "MessageId": "m", "TopicArn": topic, "Message": message})


def said(text: str) -> str:
    return json.dumps(item(text))


async def recorded() -> list[str]:
    return await db_read(lambda: sorted(Item.objects.values_list("content", flat=True)))()


async def unreadable() -> list[str]:
    return await db_read(lambda: sorted(UnreadableMessage.objects.values_list("why", flat=True)))()


async def test_enveloped_and_raw_messages_are_recorded_and_then_deleted(queue: Queue) -> None:
    queue.send(enveloped(said("in an envelope")), said("raw"))
    while queue.left():
        await consumer.consume_once(wait=1)
    assert await recorded() == ["in an envelope", "raw"]


async def test_poison_is_kept_as_it_came_and_is_in_nobodys_way(queue: Queue) -> None:
    queue.send("no JSON", enveloped(said("elsewhere"), topic=f"{TOPIC}-other"), enveloped("{}"), said("behind it"))
    while queue.left():
        await consumer.consume_once(wait=1)
    assert await recorded() == ["behind it"]
    bodies = await db_read(lambda: list(UnreadableMessage.objects.values_list("body", flat=True)))()
    assert len(bodies) == 3
    assert "no JSON" in bodies


async def test_the_same_message_again_and_many_consumers_make_one_item_each(queue: Queue) -> None:
    words = [said(f"words {number:02}") for number in range(12)]
    queue.send(*words, *map(enveloped, words))
    await asyncio.gather(*(_until_empty(queue) for _ in range(3)))
    assert await recorded() == [f"words {number:02}" for number in range(12)]


async def _until_empty(queue: Queue) -> None:
    while await asyncio.to_thread(queue.left):
        await consumer.consume_once(wait=1)


async def test_what_could_not_be_recorded_stays_in_the_queue(queue: Queue, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chats.realtime.group_commit.MOST_WAITING", 0)  # as with 2,000 waiting: Busy
    queue.send(said("later"))
    assert await consumer.consume_once(wait=1) == 0
    assert (await recorded(), queue.left()) == ([], 1)
