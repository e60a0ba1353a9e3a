"""Calls of boto3, on threads of its own: apart for messages, hand-overs, files, typing and the rest. Raises `errors` only.

One session and one client of each service for the whole process (a client per call costs 2 ms, a session 36 ms). No SDK
retries: what is sent carries a ClientToken and is retried by `chats.sending`, across restarts too.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import ContextVar
from enum import Enum
from functools import partial
from typing import Any, TypeVar

import boto3
import botocore.session
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, ParamValidationError
from django.conf import settings

from chats import metrics

from .errors import Refused, Unavailable, of_client_error

R = TypeVar("R")


class Purpose(Enum):
    """What a call is for. Each has threads of its own: a thread waits for as long as Connect takes, up to 8 s."""

    MESSAGES = "messages"  # messages of agents, and DisconnectParticipant
    JOINING = "joining"  # a hand-over has 6 s
    STARTING = "starting"  # StartChatContact for pages of customers: a flood of them holds up nothing else
    OTHER = "other"  # attributes, references, comparing, renewing, receipts: nobody waits for them


FILE_THREADS = 4
TYPING_THREADS = 2
JOINING_THREADS = 8  # beside the CCP_AWS_THREADS of messages
OTHER_THREADS = 8
STARTING_THREADS = 4
FILE_OPERATIONS = frozenset({"start_attachment_upload", "complete_attachment_upload", "get_attachment"})
_purpose: ContextVar[Purpose] = ContextVar("purpose", default=Purpose.OTHER)
_lock = threading.Lock()
_clients: dict[tuple[str, int], Any] = {}
_pools: dict[str, ThreadPoolExecutor] = {}


async def participant(operation: str, **params: Any) -> dict[str, Any]:
    """Call an operation of connectparticipant, by boto3's name for it. Raises Refused or Unavailable."""
    return await _call("connectparticipant", operation, params)


async def control(operation: str, **params: Any) -> dict[str, Any]:
    """Call an operation of connect on our instance, by boto3's name for it. Raises Refused or Unavailable."""
    return await _call("connect", operation, {"InstanceId": settings.CCP_INSTANCE_ID, **params})


async def confirm_subscription(topic_arn: str, token: str) -> None:
    """Confirm the webhook's subscription through the API; the SubscribeURL of the message is never followed."""
    await _call(
        "sns", "confirm_subscription", {"TopicArn": topic_arn, "Token": token, "AuthenticateOnUnsubscribe": "true"}
    )


def ask(service: str, operation: str, **params: Any) -> dict[str, Any]:
    """Call any operation and wait for it on this thread: for the doctor and set-up. Raises Refused or Unavailable."""
    return _blocking(service, operation, params)


def typing_is_busy() -> bool:
    """Typing has threads of its own; when all are at work it is dropped, never queued."""
    return _pool("typing", TYPING_THREADS)._work_queue.qsize() > 0  # noqa: SLF001 -- the executor has no public way to ask


async def typing(connection_token: str, content_type: str) -> None:
    params = {"ContentType": content_type, "ConnectionToken": connection_token}
    call = partial(_blocking, "connectparticipant", "send_event", params)
    await asyncio.get_running_loop().run_in_executor(_pool("typing", TYPING_THREADS), call)


def prepare() -> None:
    """Make the clients now, so that the first customer does not wait 0.2 s for them."""
    for service in ("connectparticipant", "connect", "sns"):
        _client(service)


def close() -> None:
    """End the threads, after the calls under way, and forget the clients."""
    for name in tuple(_pools):
        _pools.pop(name).shutdown(wait=True)
    with _lock:
        _clients.clear()


@contextmanager
def calls_for(purpose: Purpose) -> Iterator[None]:
    """What is called inside, by this task, runs on the threads of this purpose."""
    token = _purpose.set(purpose)
    try:
        yield
    finally:
        _purpose.reset(token)


async def _call(service: str, operation: str, params: dict[str, Any]) -> dict[str, Any]:
    call = partial(_blocking, service, operation, params)
    if operation in FILE_OPERATIONS:
        return await on_file_threads(call)
    purpose = _purpose.get()
    return await asyncio.get_running_loop().run_in_executor(_pool(purpose.value, _threads_of(purpose)), call)


def _threads_of(purpose: Purpose) -> int:
    match purpose:
        case Purpose.MESSAGES:
            return int(settings.CCP_AWS_THREADS)
        case Purpose.JOINING:
            return JOINING_THREADS
        case Purpose.STARTING:
            return STARTING_THREADS
        case Purpose.OTHER:
            return OTHER_THREADS


def _blocking(service: str, operation: str, params: dict[str, Any]) -> dict[str, Any]:
    began = time.perf_counter()
    try:
        answer = _answer(service, operation, params)
    except Exception as error:
        _measure(service, operation, type(error).__name__.lower(), began)
        raise
    _measure(service, operation, "done", began)
    return answer


def _answer(service: str, operation: str, params: dict[str, Any]) -> dict[str, Any]:
    try:
        answer: dict[str, Any] = getattr(_client(service), operation)(**params)
    except ClientError as error:
        raise of_client_error(error, service) from None
    except ParamValidationError as error:
        raise Refused("ValidationException", str(error), operation) from None
    except BotoCoreError as error:
        raise Unavailable(f"{service} did not answer: {error}") from None
    return answer


def _measure(service: str, operation: str, outcome: str, began: float) -> None:
    metrics.AWS_CALLS.labels(service, operation, outcome).observe(time.perf_counter() - began)


async def on_file_threads(work: Callable[[], R]) -> R:
    """Files have threads of their own: a large one on a slow line holds up other files, never a message."""
    return await asyncio.get_running_loop().run_in_executor(_pool("files", FILE_THREADS), work)


def _client(service: str) -> Any:
    with _lock:
        key = (service, hash((settings.CCP_AWS_ENDPOINT, settings.CCP_SQS_ENDPOINT)))
        if key not in _clients:
            _clients[key] = new_session().client(
                service,  # type: ignore[call-overload]  # the name is one of three
                region_name=settings.CCP_AWS_REGION,
                endpoint_url=(settings.CCP_SQS_ENDPOINT if service == "sqs" else settings.CCP_AWS_ENDPOINT) or None,
                config=_config(service),
            )
        return _clients[key]


def sqs() -> Any:
    """The client of SQS: its read waits for as long as a long poll takes."""
    return _client("sqs")


def new_session() -> boto3.Session:
    return boto3.Session(botocore_session=botocore.session.get_session())


def _config(service: str) -> Config:
    """The participant service does not use SigV4 (its tokens go in X-Amz-Bearer): signing would only cost time."""
    signed = {} if service != "connectparticipant" else {"signature_version": UNSIGNED}
    return Config(
        connect_timeout=settings.CCP_AWS_CONNECT_TIMEOUT,
        read_timeout=settings.CCP_AWS_READ_TIMEOUT + (20 if service == "sqs" else 0),  # a long poll takes so long
        retries={"total_max_attempts": 1, "mode": "standard"},
        max_pool_connections=settings.CCP_AWS_THREADS
        + JOINING_THREADS
        + OTHER_THREADS
        + STARTING_THREADS
        + TYPING_THREADS
        + FILE_THREADS,
        tcp_keepalive=True,
        **signed,
    )


def _pool(name: str, threads: int) -> ThreadPoolExecutor:
    if name not in _pools:
        _pools[name] = ThreadPoolExecutor(threads, name)
    return _pools[name]
