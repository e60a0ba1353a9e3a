"""Takes messages from the queue: ten at a time, recorded in one group commit, deleted when that is committed.

Any number of consumers, in any number of processes: SQS gives a message to one of them at a time, and the same item twice
is one item. A message is deleted only after the commit; whatever happens before, it comes again. Who may send to the queue
is AWS's to decide (its policy lets the topic alone), so that no signature is asked for.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from django.conf import settings
from django.db import DataError

from chats import connect, ingest, wire
from chats.connect.queues import QueuedMessage
from chats.db import db_write
from chats.inbox import unreadable

log = logging.getLogger(__name__)
PAUSE = 2.0  # seconds after a call that failed
VISIBILITY = 30  # seconds in which nobody else gets a message; extended while it is worked at


async def consume() -> None:
    """For ever."""
    while True:
        try:
            await consume_once()
        except (connect.Unavailable, connect.Refused) as error:
            log.warning("the queue could not be read; it is tried again: %s", error)
            await asyncio.sleep(PAUSE)
        except Exception:  # the messages come again; the consumer goes on
            log.exception("the queue's consumer stumbled")
            await asyncio.sleep(PAUSE)


async def consume_once(wait: int = connect.queues.LONG_POLL) -> int:
    """One poll; how many messages were recorded, or kept raw, and deleted."""
    messages = await connect.queues.receive(VISIBILITY, wait)
    if not messages:
        return 0
    async with _kept_hidden(messages):
        outcomes = await asyncio.gather(*map(_record, messages), return_exceptions=True)
    done = [one for one, failed in zip(messages, outcomes, strict=True) if failed is None]
    failures = [one for one in outcomes if one is not None]
    if done:
        await connect.queues.delete(done)
    if (
        failures
    ):  # they come again when their visibility ends; after its many receives SQS moves one to the dead letters
        log.error("%s of %s messages of the queue have to wait: %r", len(failures), len(messages), failures[0])
    return len(done)


async def _record(message: QueuedMessage) -> None:
    """Poison is kept as it came, and is out of the way."""
    try:
        await ingest.receive(wire.read_message(_text(message.body)))
    except wire.Unreadable as error:
        await _keep(message, str(error))
    except DataError as error:  # read, but the database cannot hold it: the next try would end the same way
        await _keep(message, f"the database refuses it: {error}")


async def _keep(message: QueuedMessage, why: str) -> None:
    await db_write(unreadable.keep)(f"sqs-{message.message_id}", message.body.encode(), why)


def _text(body: str) -> str:
    """The message itself, from SNS's envelope or, with raw message delivery, as it is."""
    try:
        fields = json.loads(body)
    except (ValueError, RecursionError):
        return body
    if isinstance(fields, dict) and fields.get("Type") == "Notification" and isinstance(fields.get("Message"), str):
        if fields.get("TopicArn") != settings.CCP_TOPIC_ARN:
            raise wire.Unreadable(f"it is of another topic than CCP_TOPIC_ARN: {str(fields.get('TopicArn'))[:200]}")
        return str(fields["Message"])
    return body


@asynccontextmanager
async def _kept_hidden(messages: Sequence[QueuedMessage]) -> AsyncIterator[None]:
    """A database that is slow for longer than the visibility does not make others do the same work."""
    keeping = asyncio.create_task(_extend_again_and_again(messages))
    try:
        yield
    finally:
        keeping.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await keeping


async def _extend_again_and_again(messages: Sequence[QueuedMessage]) -> None:
    while True:
        await asyncio.sleep(VISIBILITY / 3)
        try:
            await connect.queues.keep_hidden(messages, VISIBILITY)
        except (connect.Unavailable, connect.Refused) as error:
            log.info("the visibility of messages could not be extended yet: %s", error)
