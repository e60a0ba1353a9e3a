"""Topics and the attributes of topics and subscriptions, as SNS keeps and shows them. A topic is there when it is named.

Policies are kept and shown, and not followed: Connect always may publish here, and deliveries go by the emulator's own
pace. Whoever examines a set-up (the portal's doctor) reads what AWS would show.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from connect_emulator.instance import Instance, is_topic_arn
from connect_emulator.restjson import Params, Request, ServiceError
from connect_emulator.world import World

from .query import Handler

_OF_TOPICS = {"Policy", "DisplayName", "DeliveryPolicy", "SignatureVersion"}
_OF_SUBSCRIPTIONS = {"DeliveryPolicy", "RedrivePolicy", "RawMessageDelivery"}
_JSON = {"Policy", "DeliveryPolicy", "RedrivePolicy"}
_FIXED = {"SignatureVersion": "2", "RawMessageDelivery": "false"}  # how posts look here


def handlers(world: World) -> dict[str, Handler]:
    def create_topic(params: Params, _request: Request) -> Params:
        arn = f"arn:aws:sns:{world.instance.region}:{world.instance.account}:{params['Name']}"
        _require_topic(arn)
        for name, value in params.get("Attributes", {}).items():
            _set(world, arn, _OF_TOPICS, name, value)
        return {"TopicArn": arn}

    def set_topic_attributes(params: Params, _request: Request) -> Params:
        _require_topic(params["TopicArn"])
        _set(world, params["TopicArn"], _OF_TOPICS, params["AttributeName"], params.get("AttributeValue", ""))
        return {}

    def get_topic_attributes(params: Params, _request: Request) -> Params:
        arn = params["TopicArn"]
        _require_topic(arn)
        sql = "SELECT COUNT(*) FROM subscription WHERE topic_arn = ? AND confirmed = ?"
        return {
            "Attributes": {
                "TopicArn": arn,
                "Owner": world.instance.account,
                "SubscriptionsConfirmed": str(world.store.value(sql, arn, 1)),
                "SubscriptionsPending": str(world.store.value(sql, arn, 0)),
                "SubscriptionsDeleted": "0",
                "SignatureVersion": _FIXED["SignatureVersion"],
                "Policy": _policy(world.instance, arn),
                **_kept(world, arn),
            }
        }

    def set_subscription_attributes(params: Params, _request: Request) -> Params:
        found = _subscription(world, params["SubscriptionArn"])
        set_of_subscription(world, found["arn"], params["AttributeName"], params.get("AttributeValue", ""))
        return {}

    def get_subscription_attributes(params: Params, _request: Request) -> Params:
        found = _subscription(world, params["SubscriptionArn"])
        return {
            "Attributes": {
                "SubscriptionArn": found["arn"],
                "TopicArn": found["topic_arn"],
                "Owner": world.instance.account,
                "Protocol": found["protocol"],
                "Endpoint": found["endpoint"],
                "PendingConfirmation": "false" if found["confirmed"] else "true",
                "RawMessageDelivery": _FIXED["RawMessageDelivery"],
                **_kept(world, found["arn"]),
            }
        }

    return {
        "CreateTopic": create_topic,
        "GetTopicAttributes": get_topic_attributes,
        "SetTopicAttributes": set_topic_attributes,
        "GetSubscriptionAttributes": get_subscription_attributes,
        "SetSubscriptionAttributes": set_subscription_attributes,
    }


def set_of_subscription(world: World, arn: str, name: str, value: str) -> None:
    """One attribute of a subscription, by Subscribe or SetSubscriptionAttributes; filters there are none."""
    _set(world, arn, _OF_SUBSCRIPTIONS, name, value)


def _policy(instance: Instance, arn: str) -> str:
    """What lets Connect publish, as here it always may."""
    statement = {
        "Sid": "AmazonConnectPublishes",
        "Effect": "Allow",
        "Principal": {"Service": "connect.amazonaws.com"},
        "Action": "sns:Publish",
        "Resource": arn,
        "Condition": {"StringEquals": {"aws:SourceAccount": instance.account}},
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def _set(world: World, arn: str, known: set[str], name: str, value: str) -> None:
    if name not in known or (name in _JSON and value and not _is_json(value)):
        raise _invalid(name)
    if value != _FIXED.get(name, value):
        raise ServiceError("NotImplementedException", f"{name} is always {_FIXED[name]} in the emulator")
    world.store.run("INSERT OR REPLACE INTO sns_attribute (arn, name, value) VALUES (?, ?, ?)", arn, name, value)


def _kept(world: World, arn: str) -> Mapping[str, str]:
    rows = world.store.all("SELECT name, value FROM sns_attribute WHERE arn = ? AND value != ''", arn)
    return {row["name"]: row["value"] for row in rows}


def _is_json(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict)
    except (ValueError, RecursionError):
        return False


def _subscription(world: World, arn: str) -> Mapping[str, str]:
    row = world.store.one("SELECT * FROM subscription WHERE arn = ?", arn)
    if row is None:
        known = is_topic_arn(arn.rpartition(":")[0])
        raise ServiceError("NotFound", "Subscription does not exist") if known else _invalid("SubscriptionArn")
    return dict(row)


def _require_topic(arn: str) -> None:
    if not is_topic_arn(arn):
        raise _invalid("TopicArn")


def _invalid(name: str) -> ServiceError:
    return ServiceError("InvalidParameter", f"Invalid parameter: {name}")
