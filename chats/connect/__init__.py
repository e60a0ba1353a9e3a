"""The one door to AWS: boto3 on threads of its own, apart for words, hand-overs and the rest, and every error of it as one of two, Refused or Unavailable.

One session and one client of each service for the whole process (a client per call costs 2 ms, a session 36 ms). No SDK
retries: what we send carries a ClientToken and is retried by us, across restarts too.
"""

from __future__ import annotations

import asyncio
import re
import threading
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager
from contextvars import ContextVar
from enum import Enum
from functools import partial
from pathlib import Path
from typing import Any, TypeVar
from urllib.request import getproxies

import boto3
import botocore.session
from botocore import UNSIGNED
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, ParamValidationError
from botocore.httpsession import URLLib3Session
from django.conf import settings
from urllib3.exceptions import HTTPError

from chats.reasons import Reason

R = TypeVar("R")

THROTTLED = frozenset({"ThrottlingException", "TooManyRequestsException"})
DENIED = frozenset({"AccessDenied", "AccessDeniedException", "AuthorizationError"})  # SNS has a name of its own for it
GONE = frozenset({"AccessDeniedException", "ResourceNotFoundException", "ContactNotFoundException"})


class Refused(Exception):
    """Amazon Connect said no, and will say no again: `code` is AWS's name for the reason.

    `operation` is what was asked for, where it was a call of AWS; `permission` is what the portal's role lacks for it.
    """

    def __init__(self, code: str, message: str | Reason, operation: str = "", permission: str = "") -> None:
        super().__init__(f"{code}: {message}" if message else code)
        self.code, self.message, self.operation, self.permission = code, message, operation, permission

    @property
    def is_gone(self) -> bool:
        """Who we speak as, or whom we speak to, may be no more (a token that ended is AccessDenied)."""
        return self.code in GONE and not self.permission


class Unavailable(Exception):
    """Amazon Connect is busy, away or did not answer: whether it did what we asked is unknown."""


class Purpose(Enum):
    """What a call is for. Each has threads of its own: a thread waits for as long as Connect takes, up to 8 s."""

    WORDS = "words"  # what agents have said, and the goodbye
    JOINING = "joining"  # a hand-over has 6 s
    OTHER = "other"  # attributes, references, comparing, renewing, receipts: nobody waits for them


class Throttled(Unavailable):
    """Too many calls a second: this one was not done, and a little later it will be."""


FILE_THREADS = 4
TYPING_THREADS = 2
JOINING_THREADS = 8  # beside the CCP_AWS_THREADS of words
OTHER_THREADS = 8
FILE_OPERATIONS = frozenset({"start_attachment_upload", "complete_attachment_upload", "get_attachment"})
PIECE_BYTES = 65_536
_purpose: ContextVar[Purpose] = ContextVar("purpose", default=Purpose.OTHER)
_lock = threading.Lock()
_files: URLLib3Session | None = None
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


async def upload(url: str, headers: Mapping[str, str], path: Path) -> None:
    """Put a file to the signed URL that an upload was started with. Raises Refused or Unavailable."""
    await _on_file_threads(partial(_put, url, headers, path))


@asynccontextmanager
async def download(url: str) -> AsyncIterator[AsyncIterator[bytes]]:
    """The bytes behind a signed URL, piece by piece. Raises Refused or Unavailable."""
    answer = await _on_file_threads(partial(_fetch, AWSRequest("GET", url, stream_output=True)))
    try:
        yield _pieces(answer)
    finally:
        await _on_file_threads(answer.raw.close)


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
    """Let the threads go; calls under way are finished first."""
    global _files
    for name in tuple(_pools):
        _pools.pop(name).shutdown(wait=True)
    with _lock:
        _clients.clear()
        if _files is not None:
            _files.close()
            _files = None


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
        return await _on_file_threads(call)
    purpose = _purpose.get()
    return await asyncio.get_running_loop().run_in_executor(_pool(purpose.value, _threads_of(purpose)), call)


def _threads_of(purpose: Purpose) -> int:
    match purpose:
        case Purpose.WORDS:
            return int(settings.CCP_AWS_THREADS)
        case Purpose.JOINING:
            return JOINING_THREADS
        case Purpose.OTHER:
            return OTHER_THREADS


def _blocking(service: str, operation: str, params: dict[str, Any]) -> dict[str, Any]:
    try:
        answer: dict[str, Any] = getattr(_client(service), operation)(**params)
    except ClientError as error:
        raise _told(error, service) from None
    except ParamValidationError as error:
        raise Refused("ValidationException", str(error), operation) from None
    except BotoCoreError as error:
        raise Unavailable(f"{service} did not answer: {error}") from None
    return answer


async def _on_file_threads(work: Callable[[], R]) -> R:
    """Files have threads of their own: a large one on a slow line holds up other files, never a message."""
    return await asyncio.get_running_loop().run_in_executor(_pool("files", FILE_THREADS), work)


def _put(url: str, headers: Mapping[str, str], path: Path) -> None:
    with path.open("rb") as file:
        _fetch(AWSRequest("PUT", url, headers=dict(headers), data=file))


async def _pieces(answer: Any) -> AsyncIterator[bytes]:
    while piece := await _on_file_threads(partial(_piece, answer)):
        yield piece


def _piece(answer: Any) -> bytes:
    try:
        piece: bytes = answer.raw.read(PIECE_BYTES)
    except (OSError, HTTPError) as error:
        raise Unavailable(f"the file broke off: {error}") from None
    return piece


def _fetch(request: AWSRequest) -> Any:
    """A signed URL of S3, or of whoever stands in its place. Its errors are XML, whose Code says what is wrong."""
    try:
        answer = _storage().send(request.prepare())
    except (BotoCoreError, OSError) as error:
        raise Unavailable(f"the storage of attachments did not answer: {error}") from None
    if answer.status_code == 200:
        return answer
    found = re.search(rb"<Code>(\w{1,80})</Code>", answer.content[:4096])
    code = found[1].decode() if found else f"HTTP {answer.status_code}"
    if answer.status_code >= 500 or code in {"SlowDown", "RequestTimeout"}:
        raise Unavailable(f"the storage of attachments: {code}")
    raise Refused(f"Storage{code}", f"its storage for files says {code}")


def _storage() -> URLLib3Session:
    """The files' own connections, through the same proxy and with the same certificates as boto3's."""
    global _files
    with _lock:
        if _files is None:
            _files = URLLib3Session(
                verify=_session()._session.get_config_variable("ca_bundle") or True,  # noqa: SLF001 -- as botocore does
                proxies=getproxies(),
                timeout=(settings.CCP_AWS_CONNECT_TIMEOUT, settings.CCP_AWS_READ_TIMEOUT),  # type: ignore[arg-type]  # or a pair
                max_pool_connections=FILE_THREADS,
            )
        return _files


def _told(error: ClientError, service: str) -> Refused | Unavailable:
    code = error.response.get("Error", {}).get("Code", "Unknown")
    message = error.response.get("Error", {}).get("Message", "")
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    if code in THROTTLED:
        return Throttled(f"{code}: {message}")
    if status in {429, 500, 502, 503, 504} or code == "LimitExceededException" or "InternalServ" in code:
        return Unavailable(f"{code}: {message}")
    lacks = _permission(service, error.operation_name, message) if code in DENIED else ""
    return Refused(code, message, error.operation_name, lacks)


def _permission(service: str, operation: str, message: str) -> str:
    """What the portal's role lacks: AWS's message names it. Calls of participants go by their token, not by a role."""
    if service == "connectparticipant":
        return ""
    named = re.search(r"not authorized to perform: ([\w-]+:\w+)", message)
    return named[1] if named else f"{service}:{operation}"


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
        max_pool_connections=settings.CCP_AWS_THREADS + JOINING_THREADS + OTHER_THREADS + TYPING_THREADS + FILE_THREADS,
        tcp_keepalive=True,
        **signed,
    )


def _pool(name: str, threads: int) -> ThreadPoolExecutor:
    if name not in _pools:
        _pools[name] = ThreadPoolExecutor(threads, name)
    return _pools[name]
