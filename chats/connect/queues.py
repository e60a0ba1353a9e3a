"""Calls of Amazon SQS, on threads of their own: a long poll keeps one for twenty seconds. Raises `errors` only."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from threading import Thread
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings

from . import client
from .errors import Unavailable, of_client_error

LONG_POLL = 20  # seconds, the most that SQS allows
AT_ONCE = 10  # messages of a call, the most that SQS allows


@dataclass(frozen=True, slots=True)
class QueuedMessage:
    """A message as it lies in the queue, and the handle of this receipt of it."""

    message_id: str
    handle: str
    body: str


async def receive(visibility: int, wait: int = LONG_POLL) -> list[QueuedMessage]:
    """Up to ten messages, which nobody else gets for `visibility` seconds. Raises Refused or Unavailable."""
    answer = await _call(
        "receive_message", MaxNumberOfMessages=AT_ONCE, WaitTimeSeconds=wait, VisibilityTimeout=visibility
    )
    return [QueuedMessage(one["MessageId"], one["ReceiptHandle"], one["Body"]) for one in answer.get("Messages", [])]


async def delete(messages: Sequence[QueuedMessage]) -> None:
    """They are committed. What is not deleted comes again and is known then."""
    await _batch("delete_message_batch", messages, {})


async def keep_hidden(messages: Sequence[QueuedMessage], visibility: int) -> None:
    """Nobody else gets them for so many seconds more; 0: at once."""
    await _batch("change_message_visibility_batch", messages, {"VisibilityTimeout": visibility})


async def _batch(operation: str, messages: Sequence[QueuedMessage], more: dict[str, int]) -> None:
    for start in range(0, len(messages), AT_ONCE):
        entries = [
            {"Id": str(number), "ReceiptHandle": one.handle, **more}
            for number, one in enumerate(messages[start : start + AT_ONCE])
        ]
        await _call(operation, Entries=entries)


async def _call(operation: str, **params: Any) -> dict[str, Any]:
    """On a thread that nobody waits for when the process ends: a message that it receives then comes again."""
    answer: Future[dict[str, Any]] = Future()
    given = {"QueueUrl": settings.CCP_SQS_QUEUE_URL, **params}
    Thread(target=_settle, args=(answer, operation, given), name=f"sqs-{operation}", daemon=True).start()
    return await asyncio.wrap_future(answer)


def _settle(answer: Future[dict[str, Any]], operation: str, params: dict[str, Any]) -> None:
    try:
        result = _blocking(operation, params)
    except Exception as error:  # noqa: BLE001 -- whoever asked is told
        if not answer.cancelled():
            answer.set_exception(error)
    else:
        if not answer.cancelled():
            answer.set_result(result)


def _blocking(operation: str, params: dict[str, Any]) -> dict[str, Any]:
    try:
        answer: dict[str, Any] = getattr(client.sqs(), operation)(**params)
    except ClientError as error:
        raise of_client_error(error, "sqs") from None
    except BotoCoreError as error:
        raise Unavailable(f"sqs did not answer: {error}") from None
    return answer
