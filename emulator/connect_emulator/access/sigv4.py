"""Signature Version 4 in the Authorization header: read, and verified by making it again with botocore's own signer."""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from botocore.auth import SIGV4_TIMESTAMP, UNSIGNED_PAYLOAD, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.compat import HTTPHeaders
from botocore.credentials import Credentials

from connect_emulator import undocumented
from connect_emulator.restjson import Request, ServiceError

ALGORITHM = "AWS4-HMAC-SHA256"
SKEW = timedelta(minutes=5)  # AWS's own words: "… is now earlier than … (… - 5 min.)"
_SHAPES = {
    "Credential": re.compile(r"(\w{1,128})/(\d{8})/([a-z0-9-]{1,40})/([a-z0-9-]{1,40})/aws4_request", re.ASCII),
    "SignedHeaders": re.compile(r"[a-z0-9-]+(;[a-z0-9-]+)*"),
    "Signature": re.compile(r"[0-9a-f]{64}"),
}


@dataclass(frozen=True, slots=True)
class Signature:
    access_key: str
    date: str
    region: str
    service: str
    headers: tuple[str, ...]
    value: str


class _Again(SigV4Auth):
    """Signs what the client said it signed, nothing left out: other SDKs sign headers that botocore does not."""

    def headers_to_sign(self, request: AWSRequest) -> HTTPHeaders:
        return HTTPHeaders.from_pairs((name.lower(), value) for name, value in request.headers.items())


def read(request: Request) -> Signature:
    """Who signed, and how, as the header has it; raises as AWS does when it is missing or cut short."""
    text = request.headers.get("authorization", "").strip()
    if not text:
        raise ServiceError(undocumented.NO_AUTHORIZATION, "Missing Authentication Token")
    algorithm, _, rest = text.partition(" ")
    if algorithm != ALGORITHM:
        raise ServiceError(undocumented.NO_AUTHORIZATION, "Missing Authentication Token")
    given = {name.strip(): value.strip() for name, _, value in (part.partition("=") for part in rest.split(","))}
    for name, shape in _SHAPES.items():
        if not shape.fullmatch(given.get(name, "")):
            raise ServiceError(
                "IncompleteSignatureException",
                f"Authorization header requires '{name}' parameter. Authorization={text[:200]}",
            )
    key, date, region, service = given["Credential"].split("/")[:4]
    return Signature(key, date, region, service, tuple(given["SignedHeaders"].split(";")), given["Signature"])


def verify(request: Request, signature: Signature, secret: str, now: datetime) -> None:
    """Raises when this secret did not sign this request just now."""
    signed_at = _signed_at(request)
    _require_recent(signed_at, now)
    if signed_at[:8] != signature.date:
        raise _invalid("Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP")
    if "host" not in signature.headers:
        raise _invalid("'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.")
    if not hmac.compare_digest(_made_again(request, signature, secret, signed_at), signature.value):
        raise _invalid(
            "The request signature we calculated does not match the signature you provided. Check your AWS Secret"
            " Access Key and signing method. Consult the service documentation for details."
        )


def _made_again(request: Request, signature: Signature, secret: str, signed_at: str) -> str:
    """An empty text, which no signature equals, when a signed header or the signed body is not there."""
    missing = [name for name in signature.headers if name not in request.headers]
    if missing or not _is_the_signed_body(request):
        return ""
    url = f"http://{request.headers['host']}{request.path}{'?' if request.query else ''}{request.query}"
    again = AWSRequest(
        method=request.method,
        url=url,
        data=request.body,
        headers={name: request.headers[name] for name in signature.headers},
    )
    again.context["timestamp"] = signed_at
    signer = _Again(Credentials(signature.access_key, secret), signature.service, signature.region)
    lines = signer.canonical_request(again).rpartition("\n")[0]
    payload = request.headers.get("x-amz-content-sha256") or hashlib.sha256(request.body).hexdigest()
    return str(signer.signature(signer.string_to_sign(again, f"{lines}\n{payload}"), again))


def _is_the_signed_body(request: Request) -> bool:
    named = request.headers.get("x-amz-content-sha256", UNSIGNED_PAYLOAD)
    return named in {UNSIGNED_PAYLOAD, hashlib.sha256(request.body).hexdigest()}


def _signed_at(request: Request) -> str:
    """20261120T101500Z; X-Amz-Date goes before Date."""
    text = request.headers.get("x-amz-date")
    try:
        if text is None:
            return parsedate_to_datetime(request.headers.get("date", "")).astimezone(UTC).strftime(SIGV4_TIMESTAMP)
        _moment(text)
    except (ValueError, OverflowError):
        raise ServiceError(
            "IncompleteSignatureException",
            "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.",
        ) from None
    return text


def _require_recent(signed_at: str, now: datetime) -> None:
    signed = _moment(signed_at)
    if signed < now - SKEW:
        raise ServiceError(
            undocumented.CLOCK_SKEW,
            f"Signature expired: {signed_at} is now earlier than {_text(now - SKEW)} ({_text(now)} - 5 min.)",
        )
    if signed > now + SKEW:
        raise ServiceError(
            undocumented.CLOCK_SKEW,
            f"Signature not yet current: {signed_at} is still later than {_text(now + SKEW)} ({_text(now)} + 5 min.)",
        )


def _moment(text: str) -> datetime:
    return datetime.strptime(text, SIGV4_TIMESTAMP).replace(tzinfo=UTC)


def _text(moment: datetime) -> str:
    return moment.strftime(SIGV4_TIMESTAMP)


def _invalid(message: str) -> ServiceError:
    return ServiceError("InvalidSignatureException", message)
