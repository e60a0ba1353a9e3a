"""Signing certificates: one pinned in a file, or AWS's own, fetched by URL, kept, and failures remembered."""

from __future__ import annotations

import asyncio
import ssl
from dataclasses import dataclass
from datetime import datetime, timedelta
from http.client import HTTPException
from typing import TYPE_CHECKING, Protocol
from urllib.error import HTTPError
from urllib.request import HTTPRedirectHandler, HTTPSHandler, build_opener

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from .refusals import NotGenuine, Undecided

if TYPE_CHECKING:
    from collections.abc import Callable

MAX_CERTIFICATE_BYTES = 16_384
MIN_KEY_BITS = 2048
FETCH_SECONDS = 5.0
FAILURE_HOLDS = timedelta(seconds=30)
MAX_KNOWN = 16
MAX_FAILED = 64
MAX_FETCHES = 4


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate that may sign: its key and the time it holds."""

    key: RSAPublicKey
    not_before: datetime
    not_after: datetime


def read_certificate(pem: bytes) -> Certificate:
    """NotGenuine when it is none, or a weak one."""
    try:
        certificate = x509.load_pem_x509_certificate(pem)
        key = certificate.public_key()
        not_before, not_after = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    except (ValueError, TypeError, UnsupportedAlgorithm, x509.InvalidVersion):
        raise NotGenuine("the signing certificate is not an X.509 certificate in PEM") from None
    if not isinstance(key, RSAPublicKey) or key.key_size < MIN_KEY_BITS:
        raise NotGenuine(f"the signing certificate must have an RSA key of at least {MIN_KEY_BITS} bits")
    return Certificate(key, not_before, not_after)


class Certificates(Protocol):
    """Where signing certificates come from."""

    async def get(self, url: str, now: datetime) -> Certificate: ...


class Pinned:
    """One certificate from a file (CCP_SNS_CERT): whatever the URL says, nothing is ever fetched."""

    def __init__(self, read: Callable[[], bytes]) -> None:
        self._read = read
        self._certificate: Certificate | None = None

    async def get(self, url: str, now: datetime) -> Certificate:  # noqa: ARG002 -- the URL's shape was checked
        if self._certificate is None:
            try:
                self._certificate = read_certificate(self._read())
            except (OSError, NotGenuine) as error:
                raise Undecided(f"CCP_SNS_CERT cannot be used: {error}") from None
        return self._certificate


class Fetched:
    """Certificates by URL: each fetched once, a failure remembered for 30 s, everything bounded."""

    def __init__(self, fetch: Callable[[str], bytes]) -> None:
        self._fetch = fetch
        self._known: dict[str, Certificate] = {}
        self._failed: dict[str, tuple[datetime, NotGenuine | Undecided]] = {}
        self._running: dict[str, asyncio.Task[Certificate | NotGenuine | Undecided]] = {}

    async def get(self, url: str, now: datetime) -> Certificate:
        certificate = self._known.get(url)
        return certificate if certificate is not None else await self._wait(url, now)

    async def _wait(self, url: str, now: datetime) -> Certificate:
        self._forget_old_failures(now)
        outcome = self._failed[url][1] if url in self._failed else await asyncio.shield(self._task(url, now))
        if isinstance(outcome, Certificate):
            return outcome
        raise type(outcome)(*outcome.args)

    def _task(self, url: str, now: datetime) -> asyncio.Task[Certificate | NotGenuine | Undecided]:
        """Whoever invents URLs gets a few fetches, not as many as posts; known certificates are not touched by it."""
        if url not in self._running:
            if len(self._failed) >= MAX_FAILED or len(self._running) >= MAX_FETCHES:
                raise Undecided("too many unknown signing certificates at once")
            self._running[url] = asyncio.create_task(self._run(url, now))
        return self._running[url]

    async def _run(self, url: str, now: datetime) -> Certificate | NotGenuine | Undecided:
        try:
            async with asyncio.timeout(FETCH_SECONDS + 1):
                certificate = read_certificate(await asyncio.to_thread(self._fetch, url))
        except (NotGenuine, Undecided) as error:
            return self._fail(url, now, error)
        except OSError as error:  # a time-out is one too
            return self._fail(url, now, Undecided(f"the signing certificate could not be fetched: {error}"))
        finally:
            del self._running[url]
        while len(self._known) >= MAX_KNOWN:
            del self._known[next(iter(self._known))]
        self._known[url] = certificate
        return certificate

    def _fail(self, url: str, now: datetime, error: NotGenuine | Undecided) -> NotGenuine | Undecided:
        self._failed[url] = (now, error)
        return error

    def _forget_old_failures(self, now: datetime) -> None:
        for url in [url for url, (at, _) in self._failed.items() if abs(now - at) >= FAILURE_HOLDS]:
            del self._failed[url]


class _NoRedirect(HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        """Never another address: the 3xx stays an error."""


def fetch(url: str, context: ssl.SSLContext | None = None) -> bytes:
    """The certificate at a URL that was checked. TLS with the system's roots is what binds it to AWS."""
    opener = build_opener(_NoRedirect(), HTTPSHandler(context=context or ssl.create_default_context()))
    try:
        with opener.open(url, timeout=FETCH_SECONDS) as response:
            pem: bytes = response.read(MAX_CERTIFICATE_BYTES + 1)
    except HTTPError as error:
        error.close()
        if error.code == 429 or error.code >= 500:
            raise Undecided(f"the signing certificate could not be fetched: HTTP {error.code}") from None
        raise NotGenuine(f"there is no signing certificate at SigningCertURL: HTTP {error.code}") from None
    except (OSError, HTTPException) as error:
        raise Undecided(f"the signing certificate could not be fetched: {error}") from None
    if len(pem) > MAX_CERTIFICATE_BYTES:
        raise NotGenuine(f"the signing certificate is larger than {MAX_CERTIFICATE_BYTES} bytes")
    return pem
