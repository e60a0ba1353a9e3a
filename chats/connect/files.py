"""Bytes of files, to and from the signed URLs of attachments, on the threads of files. Raises `errors` only."""

from __future__ import annotations

import re
import threading
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any
from urllib.request import getproxies

from botocore.awsrequest import AWSRequest
from botocore.exceptions import BotoCoreError
from botocore.httpsession import URLLib3Session
from django.conf import settings
from urllib3.exceptions import HTTPError

from . import client
from .errors import Refused, Unavailable

PIECE_BYTES = 65_536
_lock = threading.Lock()
_connections: URLLib3Session | None = None


async def upload(url: str, headers: Mapping[str, str], path: Path) -> None:
    """Put a file to the signed URL that an upload was started with. Raises Refused or Unavailable."""
    await client.on_file_threads(partial(_put, url, headers, path))


@asynccontextmanager
async def download(url: str) -> AsyncIterator[AsyncIterator[bytes]]:
    """The bytes behind a signed URL, piece by piece. Raises Refused or Unavailable."""
    answer = await client.on_file_threads(partial(_fetch, AWSRequest("GET", url, stream_output=True)))
    try:
        yield _pieces(answer)
    finally:
        await client.on_file_threads(answer.raw.close)


def _put(url: str, headers: Mapping[str, str], path: Path) -> None:
    with path.open("rb") as file:
        _fetch(AWSRequest("PUT", url, headers=dict(headers), data=file))


async def _pieces(answer: Any) -> AsyncIterator[bytes]:
    while piece := await client.on_file_threads(partial(_piece, answer)):
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
    global _connections
    with _lock:
        if _connections is None:
            _connections = URLLib3Session(
                verify=client.new_session()._session.get_config_variable("ca_bundle") or True,  # noqa: SLF001 -- as botocore does
                proxies=getproxies(),
                timeout=(settings.CCP_AWS_CONNECT_TIMEOUT, settings.CCP_AWS_READ_TIMEOUT),  # type: ignore[arg-type]  # or a pair
                max_pool_connections=client.FILE_THREADS,
            )
        return _connections


def close() -> None:
    global _connections
    with _lock:
        if _connections is not None:
            _connections.close()
            _connections = None
