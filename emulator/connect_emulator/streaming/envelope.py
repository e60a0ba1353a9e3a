"""An SNS post: its envelope, its headers and its signature (SignatureVersion 2: SHA-256 with RSA)."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

from connect_emulator.clock import iso

from .certificate import Certificate


@dataclass(frozen=True, slots=True)
class Post:
    """One delivery row with its subscription: all that an envelope is made of."""

    seq: int
    lane: str  # posts of one lane are delivered one after the other
    message_id: str
    subscription_arn: str
    topic_arn: str
    endpoint: str
    token: str
    kind: str
    message: str
    attributes: dict[str, str]
    published_at: int
    attempts: int


# sns/latest/dg/sns-verify-signature-of-message: the members that are signed, in this order
_SIGNED = {
    "Notification": ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"),
    "SubscriptionConfirmation": ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"),
}


def headers(post: Post) -> dict[str, str]:
    return {
        "x-amz-sns-message-type": post.kind,
        "x-amz-sns-message-id": post.message_id,
        "x-amz-sns-topic-arn": post.topic_arn,
        "x-amz-sns-subscription-arn": post.subscription_arn,
        "content-type": "text/plain; charset=UTF-8",
        "user-agent": "Amazon Simple Notification Service Agent",
    }


def aws_home(region: str) -> str:
    """The address of AWS's own SNS. The emulator answers nothing there: receivers pin its certificate instead."""
    return f"https://sns.{region}.amazonaws.com"


def body(post: Post, certificate: Certificate, home: str) -> bytes:
    """What is posted; `home` is the address that its URLs begin with: `http://127.0.0.1:8001`, or `aws_home`."""
    envelope = _members(post, home)
    envelope["SignatureVersion"] = "2"
    envelope["Signature"] = sign(envelope, certificate)
    envelope["SigningCertURL"] = home + certificate.path
    return json.dumps(envelope, indent=2).encode()


def sign(envelope: dict[str, Any], certificate: Certificate) -> str:
    text = "".join(f"{name}\n{envelope[name]}\n" for name in _SIGNED[envelope["Type"]] if name in envelope)
    signature = certificate.key.sign(text.encode(), padding.PKCS1v15(), hashes.SHA256())
    return base64.b64encode(signature).decode()


def _members(post: Post, home: str) -> dict[str, Any]:
    members: dict[str, Any] = {
        "Type": post.kind,
        "MessageId": post.message_id,
        "TopicArn": post.topic_arn,
        "Message": post.message,
        "Timestamp": iso(post.published_at),
    }
    if post.kind == "SubscriptionConfirmation":
        query = {"Action": "ConfirmSubscription", "TopicArn": post.topic_arn, "Token": post.token}
        return {**members, "Token": post.token, "SubscribeURL": f"{home}/?{urlencode(query)}"}
    query = {"Action": "Unsubscribe", "SubscriptionArn": post.subscription_arn}
    members["UnsubscribeURL"] = f"{home}/?{urlencode(query)}"
    members["MessageAttributes"] = {name: {"Type": "String", "Value": value} for name, value in post.attributes.items()}
    return members
