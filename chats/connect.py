"""The one door to AWS: boto3 on threads of its own, and every error of it as one of two, Refused or Unavailable.

One session and one client of each service for the whole process (a client per call costs 2 ms, a session 36 ms). No SDK
retries: what we send carries a ClientToken and is retried by us, across restarts too.
"""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import boto3
import botocore.session
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, ParamValidationError
from django.conf import settings

THROTTLED = frozenset({"ThrottlingException", "TooManyRequestsException", "LimitExceededException"})
GONE = frozenset({"AccessDeniedException", "ResourceNotFoundException", "ContactNotFoundException"})


class Refused(Exception):
    """Amazon Connect said no, and will say no again: `code` is AWS's name for the reason."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}" if message else code)
        self.code, self.message = code, message

    @property
    def is_gone(self) -> bool:
        """Who we speak as, or whom we speak to, may be no more (a token that ended is AccessDenied)."""
        return self.code in GONE


class Unavailable(Exception):
    """Amazon Connect is busy, away or did not answer: whether it did what we asked is unknown."""


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


def typing_is_busy() -> bool:
    """Typing has two threads of its own; when both are at work it is dropped, never queued."""
    return _pool("typing", 2)._work_queue.qsize() > 0  # noqa: SLF001 -- the executor has no public way to ask


async def typing(connection_token: str, content_type: str) -> None:
    params = {"ContentType": content_type, "ConnectionToken": connection_token}
    call = partial(_blocking, "connectparticipant", "send_event", params)
    await asyncio.get_running_loop().run_in_executor(_pool("typing", 2), call)


def prepare() -> None:
    """Make the clients now, so that the first customer does not wait 0.2 s for them."""
    for service in ("connectparticipant", "connect", "sns"):
        _client(service)


def close() -> None:
    """Let the threads go; calls under way are finished first."""
    for name in tuple(_pools):
        _pools.pop(name).shutdown(wait=True)
    with _lock:
        _clients.clear()


async def _call(service: str, operation: str, params: dict[str, Any]) -> dict[str, Any]:
    call = partial(_blocking, service, operation, params)
    return await asyncio.get_running_loop().run_in_executor(_pool("aws", settings.CCP_AWS_THREADS), call)


def _blocking(service: str, operation: str, params: dict[str, Any]) -> dict[str, Any]:
    try:
        answer: dict[str, Any] = getattr(_client(service), operation)(**params)
    except ClientError as error:
        raise _told(error) from None
    except ParamValidationError as error:
        raise Refused("ValidationException", str(error)) from None
    except BotoCoreError as error:
        raise Unavailable(f"{service} did not answer: {error}") from None
    return answer


def _told(error: ClientError) -> Refused | Unavailable:
    code = error.response.get("Error", {}).get("Code", "Unknown")
    message = error.response.get("Error", {}).get("Message", "")
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    if code in THROTTLED or status in {429, 500, 502, 503, 504} or "InternalServ" in code:
        return Unavailable(f"{code}: {message}")
    return Refused(code, message)


def _client(service: str) -> Any:
    with _lock:
        key = (service, hash(settings.CCP_AWS_ENDPOINT))
        if key not in _clients:
            _clients[key] = _session().client(
                service,  # type: ignore[call-overload]  # the name is one of three
                region_name=settings.CCP_AWS_REGION,
                endpoint_url=settings.CCP_AWS_ENDPOINT or None,
                config=_config(service),
            )
        return _clients[key]


def _session() -> boto3.Session:
    return boto3.Session(botocore_session=botocore.session.get_session())


def _config(service: str) -> Config:
    """The participant service does not use SigV4 (its tokens go in X-Amz-Bearer): signing would only cost time."""
    signed = {} if service != "connectparticipant" else {"signature_version": UNSIGNED}
    return Config(
        connect_timeout=settings.CCP_AWS_CONNECT_TIMEOUT,
        read_timeout=settings.CCP_AWS_READ_TIMEOUT,
        retries={"total_max_attempts": 1, "mode": "standard"},
        max_pool_connections=settings.CCP_AWS_THREADS + 4,
        tcp_keepalive=True,
        **signed,
    )


def _pool(name: str, threads: int) -> ThreadPoolExecutor:
    if name not in _pools:
        _pools[name] = ThreadPoolExecutor(threads, name)
    return _pools[name]
