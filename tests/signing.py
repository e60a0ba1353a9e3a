"""SNS for tests and benchmarks: a key of its own, and posts signed with it as Amazon SNS signs them."""

from __future__ import annotations

import base64
import json
import uuid
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.x509.oid import NameOID

TOPIC = "arn:aws:sns:us-east-1:123456789012:ccp-portal"
URL = "https://sns.us-east-1.amazonaws.com/SimpleNotificationService-0123456789abcdef0123456789abcdef.pem"
OF_CONFIRMATIONS = ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type")
SIGNED = {
    "Notification": ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"),
    "SubscriptionConfirmation": OF_CONFIRMATIONS,
    "UnsubscribeConfirmation": OF_CONFIRMATIONS,
}


class Post(NamedTuple):
    """A finished post: what stands on the wire."""

    headers: dict[str, str]
    body: bytes


def item(content: str = "Hello", *, contact_id: str = "contact-1", **members: Any) -> dict[str, Any]:
    """What Connect streams for one message of the customer; members override, None leaves one out."""
    said = {
        "AbsoluteTime": iso(datetime.now(UTC)),
        "Content": content,
        "ContentType": "text/plain",
        "Id": str(uuid.uuid4()),
        "Type": "MESSAGE",
        "ParticipantId": "participant-1",
        "DisplayName": "Ada",
        "ParticipantRole": "CUSTOMER",
        "InitialContactId": contact_id,
        "ContactId": contact_id,
        **members,
    }
    return {name: value for name, value in said.items() if value is not None}


class Signer:
    """One topic's SNS. Making its key takes a moment: share one per module."""

    def __init__(
        self,
        topic_arn: str = TOPIC,
        *,
        certificate_url: str = URL,
        key: Any = None,
        key_bits: int = 2048,
        valid: tuple[datetime, datetime] | None = None,
    ) -> None:
        self.topic_arn, self.certificate_url = topic_arn, certificate_url
        self.key = key or rsa.generate_private_key(public_exponent=65537, key_size=key_bits)
        self.pem = self_signed(self.key, *(valid or _around_now()))

    def write_certificate(self, path: Path) -> Path:
        """The file that CCP_SNS_CERT points to."""
        path.write_bytes(self.pem)
        return path

    def notification(self, message: str | Mapping[str, Any], **how: Any) -> Post:
        """A notification; a mapping becomes JSON as Connect writes it."""
        text = message if isinstance(message, str) else json.dumps(message)
        return self.post(self.fields("Notification", Message=text), **how)

    def notifications(self, messages: Iterable[str | Mapping[str, Any]], **how: Any) -> list[Post]:
        """Many, signed beforehand (0.7 ms each), so that a benchmark measures the receiver."""
        return [self.notification(message, **how) for message in messages]

    def subscription(self, token: str = "2336412f37", **how: Any) -> Post:
        return self.post(self.confirmation("SubscriptionConfirmation", token), **how)

    def unsubscription(self, token: str = "2336412f37", **how: Any) -> Post:
        return self.post(self.confirmation("UnsubscribeConfirmation", token), **how)

    def confirmation(self, kind: str, token: str) -> dict[str, Any]:
        host = self.certificate_url.rpartition("/")[0]
        url = f"{host}/?Action=ConfirmSubscription&TopicArn={self.topic_arn}&Token={token}"
        return self.fields(kind, Message="You have chosen to subscribe.", Token=token, SubscribeURL=url)

    def fields(self, kind: str, **members: Any) -> dict[str, Any]:
        """An envelope before it is signed."""
        common = {"Type": kind, "MessageId": str(uuid.uuid4()), "TopicArn": self.topic_arn}
        return {**common, "Timestamp": iso(datetime.now(UTC)), **members}

    def post(self, fields: Mapping[str, Any], *, version: str = "2", **members: Any) -> Post:
        """Signed with whatever stands in `fields` and `members`; None leaves a member out."""
        unsigned = {name: value for name, value in {**fields, **members}.items() if value is not None}
        envelope = {
            **unsigned,
            "SignatureVersion": version,
            "Signature": self.sign(unsigned, version),
            "SigningCertURL": self.certificate_url,
        }
        return as_post(envelope)

    def sign(self, envelope: Mapping[str, Any], version: str = "2") -> str:
        text = "".join(f"{name}\n{envelope[name]}\n" for name in SIGNED[envelope["Type"]] if name in envelope)
        algorithm = hashes.SHA1() if version == "1" else hashes.SHA256()
        return base64.b64encode(self.key.sign(text.encode(), PKCS1v15(), algorithm)).decode()


def as_post(envelope: Mapping[str, Any]) -> Post:
    """An envelope as SNS puts it on the wire, signed or not."""
    headers = {"content-type": "text/plain; charset=UTF-8", "x-amz-sns-message-type": str(envelope.get("Type"))}
    return Post(headers, json.dumps(dict(envelope)).encode())


def changed(post: Post, **members: Any) -> Post:
    """The same post with members changed after it was signed; None leaves one out."""
    envelope = {**json.loads(post.body), **members}
    return Post(post.headers, json.dumps({k: v for k, v in envelope.items() if v is not None}).encode())


def self_signed(key: Any, not_before: datetime, not_after: datetime) -> bytes:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sns.amazonaws.com (tests)")])
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(x509.random_serial_number()).not_valid_before(not_before).not_valid_after(not_after)
    return builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


def iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _around_now() -> tuple[datetime, datetime]:
    now = datetime.now(UTC)
    return now - timedelta(days=1), now + timedelta(days=30)
