"""The envelope SNS posts, taken apart: shape only, nothing in it may be believed before it is verified.

Source: "Parsing Amazon SNS message formats" and "Verifying the signatures of Amazon SNS messages" (which fields are
signed, in which order).
"""

from __future__ import annotations

import base64
import json
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from .refusals import Malformed, TooLarge, short

MAX_BODY_BYTES = 524_288  # SNS sends at most 256 KiB of message; as JSON in JSON it can nearly double

NOTIFICATION = "Notification"
SUBSCRIPTION = "SubscriptionConfirmation"
UNSUBSCRIPTION = "UnsubscribeConfirmation"
_OF_CONFIRMATIONS = ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type")
SIGNED = {
    NOTIFICATION: ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"),
    SUBSCRIPTION: _OF_CONFIRMATIONS,
    UNSUBSCRIPTION: _OF_CONFIRMATIONS,
}

_TIMESTAMP = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?Z")
_ONE_WORD = re.compile(r"[\x21-\x7e]{1,4096}")
_ONE_LINE = re.compile(r"[^\x00-\x1f\x7f]{0,1000}")


@dataclass(frozen=True, slots=True)
class Envelope:
    """What SNS posts, taken apart; nothing in it may be believed before `Verifier.verify`."""

    type: str
    message_id: str
    topic_arn: str
    message: str
    token: str
    sent_at: datetime
    signature_version: str
    signature: bytes
    certificate_url: str
    signed: bytes  # the text the signature stands under


def read_envelope(body: bytes, message_type: str | None) -> Envelope:
    """Take the body of a post apart; `message_type` is its header x-amz-sns-message-type."""
    if len(body) > MAX_BODY_BYTES:
        raise TooLarge(f"the body is larger than {MAX_BODY_BYTES} bytes")
    fields = _fields(body)
    kind = fields.get("Type")
    if not isinstance(kind, str) or kind not in SIGNED:
        raise Malformed(f"Type is {short(kind)}, it must be one of {', '.join(SIGNED)}")
    if message_type != kind:
        raise Malformed(f"the header x-amz-sns-message-type is {short(message_type)}, Type is {kind!r}")
    return Envelope(
        type=kind,
        message_id=_word(fields, "MessageId"),
        topic_arn=_word(fields, "TopicArn"),
        message=_text(fields, "Message"),
        token=_word(fields, "Token") if kind != NOTIFICATION else "",
        sent_at=_timestamp(_word(fields, "Timestamp")),
        signature_version=_word(fields, "SignatureVersion"),
        signature=_signature(_word(fields, "Signature")),
        certificate_url=_word(fields, "SigningCertURL"),
        signed=_signed(fields, SIGNED[kind]),
    )


def _fields(body: bytes) -> dict[str, Any]:
    try:
        fields = json.loads(body)
    except (ValueError, RecursionError):
        raise Malformed("the body is not JSON") from None
    if not isinstance(fields, dict):
        raise Malformed("the body is not a JSON object")
    return fields


def _text(fields: dict[str, Any], name: str) -> str:
    value = fields.get(name)
    if not isinstance(value, str):
        raise Malformed(f"{name} is missing" if value is None else f"{name} is not text")
    return value


def _word(fields: dict[str, Any], name: str) -> str:
    """A field without spaces and line ends: in the signed text only Message can hold a line end, so it has one meaning."""
    value = _text(fields, name)
    if not _ONE_WORD.fullmatch(value):
        raise Malformed(f"{name} is {short(value)}, it must be one word of ASCII")
    return value


def _timestamp(value: str) -> datetime:
    try:
        if _TIMESTAMP.fullmatch(value):
            return datetime.fromisoformat(value)
    except ValueError:
        pass
    raise Malformed(f"Timestamp is {short(value)}, it must be like 2026-01-31T12:00:00.000Z")


def _signature(value: str) -> bytes:
    try:
        return base64.b64decode(value, validate=True)
    except ValueError:
        raise Malformed("Signature is not Base64") from None


def _signed(fields: dict[str, Any], names: tuple[str, ...]) -> bytes:
    """The text under the signature: each name and its value, a line end after both. Only Subject may be absent."""
    lines = []
    for name in names:
        if name == "Subject":
            if fields.get(name) is None:
                continue
            if not _ONE_LINE.fullmatch(_text(fields, name)):
                raise Malformed("Subject must be one line")
        value = _text(fields, name) if name in {"Message", "Subject"} else _word(fields, name)
        lines += [name, value]
    try:
        return "\n".join([*lines, ""]).encode()
    except UnicodeEncodeError:
        raise Malformed("a field holds half a character (a lone surrogate)") from None
