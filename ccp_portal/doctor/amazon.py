"""The AWS side, by harmless calls: who we are, what we may, the topic, the subscription, what came last.

A permission is asked for with a contact, or a token, that does not exist: refused for what is missing, the call was allowed;
refused as not authorized, the role lacks it. Nothing is changed.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any

from django.conf import settings
from django.utils import timezone

from chats.connect import Refused, Unavailable, ask
from chats.models import Contact, Item, RefusedCall

from .finding import Finding, failed, ok, skipped, warning

NO_CONTACT = "00000000-0000-4000-8000-000000000000"
MOST_SKEW = 60.0  # seconds: SigV4 takes 300, hand-overs too; who is a minute off is on the way there
WEBHOOK = "/webhooks/sns/"
_CONTACT = {"ContactId": NO_CONTACT}
_NO_TIMER = {"ParticipantRole": "CUSTOMER", "TimerType": "IDLE", "TimerValue": {"ParticipantTimerAction": "Unset"}}
# deploy/README.md has the policy; one call for each of its actions.
PERMISSIONS: Mapping[str, tuple[str, str, Mapping[str, Any]]] = {
    "connect:DescribeContact": ("connect", "describe_contact", _CONTACT),
    "connect:GetContactAttributes": ("connect", "get_contact_attributes", {"InitialContactId": NO_CONTACT}),
    "connect:ListContactReferences": ("connect", "list_contact_references", {**_CONTACT, "ReferenceTypes": ["URL"]}),
    "connect:CreateParticipant": (
        "connect",
        "create_participant",
        {**_CONTACT, "ParticipantDetails": {"ParticipantRole": "CUSTOM_BOT", "DisplayName": "Doctor"}},
    ),
    "connect:StartContactStreaming": (
        "connect",
        "start_contact_streaming",
        {**_CONTACT, "ClientToken": "doctor", "ChatStreamingConfiguration": {"StreamingEndpointArn": "TOPIC"}},
    ),
    "connect:UpdateParticipantRoleConfig": (
        "connect",
        "update_participant_role_config",
        {**_CONTACT, "ChannelConfiguration": {"Chat": {"ParticipantTimerConfigList": [_NO_TIMER]}}},
    ),
    "sns:ConfirmSubscription": ("sns", "confirm_subscription", {"TopicArn": "TOPIC", "Token": "doctor"}),
}


def identity_and_clock() -> Iterator[Finding]:
    try:
        caller = ask("sts", "get_caller_identity")
    except Refused as error:
        todo = "Give the portal credentials (a role of the machine, or AWS_ACCESS_KEY_ID), and set the clock by NTP."
        yield failed("AWS identity", str(error), todo)
        return
    except Unavailable as error:
        todo = (
            "Look at the network, and at CCP_AWS_REGION and CCP_AWS_ENDPOINT; credentials come from boto3's own chain."
        )
        yield failed("AWS identity", str(error), todo)
        return
    yield ok("AWS identity", f"{caller['Arn']} of account {caller['Account']}")
    yield _clock(caller["ResponseMetadata"]["HTTPHeaders"].get("date", ""), timezone.now())
    yield from _account(caller["Account"])


def _clock(date: str, now: datetime) -> Finding:
    if not date:
        return skipped("clock", "the answer has no Date")
    skew = (now - parsedate_to_datetime(date)).total_seconds()
    came = f"this machine's clock is {abs(skew):.0f} s {'ahead of' if skew > 0 else 'behind'} AWS's"
    if abs(skew) <= MOST_SKEW:
        return ok("clock", came)
    return failed("clock", came, "Set it by NTP: calls, SNS posts and hand-overs are refused when they seem too old.")


def _account(account: str) -> Iterator[Finding]:
    of_topic = settings.CCP_TOPIC_ARN.split(":")
    if len(of_topic) > 4 and of_topic[3] != settings.CCP_AWS_REGION:
        came = f"the topic is in {of_topic[3]}, CCP_AWS_REGION is {settings.CCP_AWS_REGION}"
        yield failed("region", came, "Name the region of the Connect instance in both.")
    if len(of_topic) > 4 and of_topic[4] != account:
        came = f"the topic is of account {of_topic[4]}, the credentials are of {account}"
        yield warning("account", came, "Connect streams to topics of its own account: compare CCP_TOPIC_ARN.")


def instance() -> Iterator[Finding]:
    try:
        found = ask("connect", "describe_instance", InstanceId=settings.CCP_INSTANCE_ID)["Instance"]
    except Refused as error:
        yield _not_asked("instance", error, "Correct CCP_INSTANCE_ID and CCP_AWS_REGION.")
    except Unavailable as error:
        yield warning("instance", str(error), "Try again.")
    else:
        yield ok("instance", f"{found.get('InstanceAlias', found['Id'])} is {found['InstanceStatus']}")


def permissions() -> Iterator[Finding]:
    for permission, (service, operation, params) in PERMISSIONS.items():
        yield _permission(permission, service, operation, params)


def _permission(permission: str, service: str, operation: str, params: Mapping[str, Any]) -> Finding:
    given = _with_topic(params)
    if service == "connect":
        given["InstanceId"] = settings.CCP_INSTANCE_ID
    try:
        ask(service, operation, **given)
    except Refused as error:
        if not error.permission:
            return ok(permission, f"allowed (answered {error.code}, as it should be for what does not exist)")
        return failed(permission, str(error), f"Add to the portal's role: {_statement(permission)}")
    except Unavailable as error:
        return warning(permission, str(error), "Try again; if it stays, look at AWS's quotas and at the network.")
    return ok(permission, "allowed")


def _with_topic(params: Mapping[str, Any]) -> dict[str, Any]:
    text = json.dumps(params).replace('"TOPIC"', json.dumps(settings.CCP_TOPIC_ARN))
    found: dict[str, Any] = json.loads(text)
    return found


def _statement(permission: str) -> str:
    arn = settings.CCP_TOPIC_ARN
    if permission.startswith("connect:"):
        account = arn.split(":")[4] if arn.count(":") == 5 else "ACCOUNT"
        arn = f"arn:aws:connect:{settings.CCP_AWS_REGION}:{account}:instance/{settings.CCP_INSTANCE_ID}/contact/*"
    return json.dumps({"Effect": "Allow", "Action": permission, "Resource": arn})


def topic() -> Iterator[Finding]:
    arn = settings.CCP_TOPIC_ARN
    try:
        found = ask("sns", "get_topic_attributes", TopicArn=arn)["Attributes"]
    except Refused as error:
        yield _not_asked("topic", error, f"Make it (deploy/README.md, 1), or correct CCP_TOPIC_ARN ({arn}).")
        return
    except Unavailable as error:
        yield warning("topic", str(error), "Try again.")
        return
    if found.get("SignatureVersion", "1") != "2" and not settings.CCP_SNS_ALLOW_V1:
        yield failed("topic", "it signs with SHA-1", "Set its attribute SignatureVersion to 2.")
    elif not _lets_connect_publish(found.get("Policy", "{}")):
        yield failed(
            "topic", "its policy does not let Amazon Connect publish", "Set the policy of deploy/README.md, 1."
        )
    else:
        yield ok("topic", f"{arn} signs with SHA-256 and takes what Connect publishes")


def _lets_connect_publish(policy: str) -> bool:
    statements = json.loads(policy).get("Statement", [])
    return any(
        one.get("Effect") == "Allow"
        and "connect.amazonaws.com" in _as_list(_as_mapping(one.get("Principal")).get("Service"))
        and {"sns:Publish", "SNS:Publish", "sns:*", "SNS:*", "*"} & set(_as_list(one.get("Action")))
        for one in _as_list(statements)
    )


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _as_mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def subscription() -> Iterator[Finding]:
    try:
        ours = [one for one in subscriptions() if one["Endpoint"].endswith(WEBHOOK)]
    except Refused as error:
        yield _not_asked("subscription", error, "Make the topic first.")
        return
    except Unavailable as error:
        yield warning("subscription", str(error), "Try again.")
        return
    if not ours:
        todo = f"Subscribe https://<the portal>{WEBHOOK} (deploy/README.md, 3)."
        yield failed("subscription", f"no endpoint of the topic ends with {WEBHOOK}", todo)
    for one in ours:
        yield from _subscription(one)


def subscriptions() -> list[dict[str, str]]:
    found: list[dict[str, str]] = []
    page: dict[str, Any] = {"NextToken": None}
    while "NextToken" in page:
        more = {"NextToken": page["NextToken"]} if page["NextToken"] else {}
        page = ask("sns", "list_subscriptions_by_topic", TopicArn=settings.CCP_TOPIC_ARN, **more)
        found += page["Subscriptions"]
    return found


def _subscription(one: Mapping[str, str]) -> Iterator[Finding]:
    name, arn = f"subscription of {one['Endpoint']}", one["SubscriptionArn"]
    if not arn.startswith("arn:"):
        todo = "Start the portal where SNS can reach it; SNS asks again for three days, or subscribe anew."
        yield failed(name, "it is not confirmed", todo)
        return
    try:
        found = ask("sns", "get_subscription_attributes", SubscriptionArn=arn)["Attributes"]
    except Refused as error:
        yield _not_asked(name, error, "Subscribe anew (deploy/README.md, 3).")
        return
    if found.get("RawMessageDelivery") == "true":
        yield failed(name, "raw message delivery is on: posts are not signed", "Switch it off.")
        return
    yield ok(name, "confirmed")
    for attribute, without in (
        ("DeliveryPolicy", "SNS gives up after a minute"),
        ("RedrivePolicy", "what SNS gives up is lost to it"),
    ):
        if not found.get(attribute):
            yield warning(name, f"it has no {attribute}: {without}", "Set it as in deploy/README.md, 3.")


def traffic() -> Iterator[Finding]:
    """What came last, and what Connect refused since."""
    now = timezone.now()
    item = Item.objects.order_by("-absolute_time").values_list("absolute_time", flat=True).first()
    yield _last("last item of a chat", item, now, "Start a chat; if nothing comes, look at the subscription.")
    handed = Contact.objects.order_by("-handed_over_at").values_list("handed_over_at", flat=True).first()
    yield _last("last hand-over", handed, now, "Start a chat with the flow; if nothing comes, read the Lambda's log.")
    for refused in RefusedCall.lately(now)[:5]:
        yield warning(
            "refused call", f"{refused}: {refused.message}", f"Last {refused.last_at:%Y-%m-%d %H:%M} UTC. See above."
        )


def _last(name: str, at: datetime | None, now: datetime, todo: str) -> Finding:
    if at is None:
        return warning(name, "there was none yet", todo)
    return ok(name, f"{at:%Y-%m-%d %H:%M:%S} UTC, {(now - at).total_seconds() / 60:,.0f} min ago")


def _not_asked(name: str, error: Refused, todo: str) -> Finding:
    """Examining needs permissions that serving does not: their lack is no fault."""
    if error.permission:
        return skipped(name, f"the role may not ask ({error.permission}); only the doctor needs that")
    return failed(name, str(error), todo)


CHECKS = (identity_and_clock, instance, permissions, topic, subscription, traffic)
