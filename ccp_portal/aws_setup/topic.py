"""The topic that Amazon Connect streams to, and the subscription of the portal's webhook (deploy/README.md, 1 and 3)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from django.conf import settings

from ccp_portal.doctor.amazon import WEBHOOK, subscriptions
from chats.connect import Refused

from .step import MISSING, Change, Target, found, same

SID = "AmazonConnectPublishes"
DELIVERY = {
    "healthyRetryPolicy": {
        "numNoDelayRetries": 2,
        "numMinDelayRetries": 8,
        "minDelayTarget": 2,
        "maxDelayTarget": 60,
        "numMaxDelayRetries": 40,
        "numRetries": 60,
        "backoffFunction": "linear",
    }
}


def topic(target: Target) -> Iterator[Change]:
    """Signed with SHA-256, and Connect may publish to it. Other statements of its policy stay."""
    arn = settings.CCP_TOPIC_ARN
    there = found("sns", "get_topic_attributes", TopicArn=arn)
    if there is None:
        attributes = {"SignatureVersion": "2", "Policy": _policy("", target)}
        name = arn.rpartition(":")[2]
        yield Change("make the topic", "sns", "create_topic", {"Name": name, "Attributes": attributes})
        return
    is_now = there["Attributes"]
    if is_now.get("SignatureVersion", "1") != "2":
        yield _topic_attribute("sign with SHA-256", "SignatureVersion", "2")
    policy = _policy(is_now.get("Policy", ""), target)
    if not same(is_now.get("Policy", ""), policy):
        yield _topic_attribute("let Amazon Connect publish to it", "Policy", policy)


def _topic_attribute(what: str, name: str, value: str) -> Change:
    params = {"TopicArn": settings.CCP_TOPIC_ARN, "AttributeName": name, "AttributeValue": value}
    return Change(what, "sns", "set_topic_attributes", params)


def _policy(now: str, target: Target) -> str:
    ours = {
        "Sid": SID,
        "Effect": "Allow",
        "Principal": {"Service": "connect.amazonaws.com"},
        "Action": "sns:Publish",
        "Resource": settings.CCP_TOPIC_ARN,
        "Condition": {
            "StringEquals": {"aws:SourceAccount": target.account},
            "ArnEquals": {"aws:SourceArn": target.instance_arn},
        },
    }
    policy: dict[str, Any] = json.loads(now or "{}")
    statements = policy.get("Statement", [])
    others = [one for one in (statements if isinstance(statements, list) else [statements]) if one.get("Sid") != SID]
    return json.dumps({"Version": "2012-10-17", **policy, "Statement": [*others, ours]})


def subscription(target: Target) -> Iterator[Change]:
    """The portal confirms it by itself: it must be running."""
    endpoint = target.portal + WEBHOOK
    wanted = {"DeliveryPolicy": json.dumps(DELIVERY)}
    if target.dead_letters:
        wanted["RedrivePolicy"] = json.dumps({"deadLetterTargetArn": target.dead_letters})
    arn = next((one["SubscriptionArn"] for one in _subscriptions() if one["Endpoint"] == endpoint), "")
    if not arn:
        params = {
            "TopicArn": settings.CCP_TOPIC_ARN,
            "Protocol": endpoint.partition(":")[0],
            "Endpoint": endpoint,
            "Attributes": wanted,
            "ReturnSubscriptionArn": True,
        }
        yield Change("subscribe the portal (it must be running, to confirm)", "sns", "subscribe", params)
        return
    if not arn.startswith("arn:"):
        return  # waits for the portal to confirm: its attributes can be neither read nor set
    is_now = (found("sns", "get_subscription_attributes", SubscriptionArn=arn) or {}).get("Attributes", {})
    for name, value in {**wanted, "RawMessageDelivery": "false"}.items():
        if not same(is_now.get(name, "false" if name == "RawMessageDelivery" else ""), value):
            params = {"SubscriptionArn": arn, "AttributeName": name, "AttributeValue": value}
            yield Change(f"set the subscription's {name}", "sns", "set_subscription_attributes", params)


def _subscriptions() -> list[dict[str, str]]:
    try:
        return subscriptions()
    except Refused as error:
        if error.code in MISSING:  # the topic is not made yet
            return []
        raise
