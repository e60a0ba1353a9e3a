"""Who listens to a topic: subscribed, asked to confirm, confirmed, unsubscribed, as SNS does it."""

from __future__ import annotations

from urllib.parse import urlsplit

from connect_emulator.instance import is_topic_arn
from connect_emulator.restjson import Params, Request, ServiceError
from connect_emulator.world import World
from connect_emulator.world.world import Due

from .attributes import set_of_subscription
from .query import Handler

PENDING = "pending confirmation"
_PAGE = 100  # API_ListSubscriptionsByTopic


def subscribe(world: World, topic_arn: str, endpoint: str) -> str:
    """The subscription's ARN; an endpoint that has not confirmed yet is asked again."""
    with world.store.change():
        sql = "SELECT arn, confirmed FROM subscription WHERE topic_arn = ? AND endpoint = ?"
        known = world.store.one(sql, topic_arn, endpoint)
        arn = str(known["arn"]) if known else _add(world, topic_arn, endpoint)
        if not (known and known["confirmed"]):
            _ask(world, arn, topic_arn)
        return arn


def handlers(world: World) -> dict[str, Handler]:
    def subscribe_(params: Params, _request: Request) -> Params:
        endpoint = params.get("Endpoint", "")
        _require_topic(params["TopicArn"])
        if not is_endpoint(params["Protocol"], endpoint):
            raise ServiceError("InvalidParameter", "Invalid parameter: Endpoint: an http or https URL of that Protocol")
        with world.store.change():
            arn = subscribe(world, params["TopicArn"], endpoint)
            for name, value in params.get("Attributes", {}).items():
                set_of_subscription(world, arn, name, value)
        return {"SubscriptionArn": arn if params.get("ReturnSubscriptionArn") or _confirmed(world, arn) else PENDING}

    def confirm_subscription(params: Params, _request: Request) -> Params:
        _require_topic(params["TopicArn"])
        return {"SubscriptionArn": confirm(world, params["TopicArn"], params["Token"])}

    def unsubscribe(params: Params, _request: Request) -> Params:
        if not is_topic_arn(params["SubscriptionArn"].rpartition(":")[0]):
            raise ServiceError("InvalidParameter", "Invalid parameter: SubscriptionArn")
        if world.store.run("DELETE FROM subscription WHERE arn = ?", params["SubscriptionArn"]) == 0:
            raise ServiceError("NotFound", "Subscription does not exist")
        return {}

    def list_subscriptions_by_topic(params: Params, _request: Request) -> Params:
        _require_topic(params["TopicArn"])
        rows = world.store.all(
            "SELECT * FROM subscription WHERE topic_arn = ? AND arn > ? ORDER BY arn LIMIT ?",
            params["TopicArn"],
            params.get("NextToken", ""),
            _PAGE + 1,
        )
        page = [_shown(world, row) for row in rows[:_PAGE]]
        return {"Subscriptions": page, **({"NextToken": rows[_PAGE - 1]["arn"]} if len(rows) > _PAGE else {})}

    return {
        "Subscribe": subscribe_,
        "ConfirmSubscription": confirm_subscription,
        "Unsubscribe": unsubscribe,
        "ListSubscriptionsByTopic": list_subscriptions_by_topic,
    }


def confirm(world: World, topic_arn: str, token: str) -> str:
    sql = "SELECT arn FROM subscription WHERE topic_arn = ? AND token = ?"
    arn = world.store.value(sql, topic_arn, token)
    if arn is None:
        raise ServiceError("InvalidParameter", "Invalid parameter: Token")
    world.store.run("UPDATE subscription SET confirmed = 1 WHERE arn = ?", arn)
    return str(arn)


def is_endpoint(protocol: str, endpoint: str) -> bool:
    try:
        url = urlsplit(endpoint)
        return protocol in {"http", "https"} and url.scheme == protocol and bool(url.hostname) and url.port != 0
    except ValueError:
        return False


def _add(world: World, topic_arn: str, endpoint: str) -> str:
    arn = f"{topic_arn}:{world.new_id()}"
    world.store.insert(
        "subscription",
        arn=arn,
        topic_arn=topic_arn,
        protocol=urlsplit(endpoint).scheme,
        endpoint=endpoint,
        token=world.new_token(),
    )
    return arn


def _ask(world: World, arn: str, topic_arn: str) -> None:
    """One confirmation is under way at a time: an older one that nobody took is replaced."""
    now = world.clock.wall()
    world.store.run("DELETE FROM delivery WHERE subscription_arn = ? AND kind = 'SubscriptionConfirmation'", arn)
    world.store.insert(
        "delivery",
        message_id=world.new_id(),
        subscription_arn=arn,
        kind="SubscriptionConfirmation",
        message=f"You have chosen to subscribe to the topic {topic_arn}.\n"
        "To confirm the subscription, visit the SubscribeURL included in this message.",
        attributes="{}",
        published_at=now,
        next_at=now,
    )
    world.store.notice(Due())


def _require_topic(arn: str) -> None:
    if not is_topic_arn(arn):
        raise ServiceError("InvalidParameter", "Invalid parameter: TopicArn")


def _confirmed(world: World, arn: str) -> bool:
    return bool(world.store.value("SELECT confirmed FROM subscription WHERE arn = ?", arn))


def _shown(world: World, row: object) -> Params:
    found = dict(row)  # type: ignore[call-overload]
    return {
        "SubscriptionArn": found["arn"] if found["confirmed"] else "PendingConfirmation",
        "Owner": world.instance.account,
        "Protocol": found["protocol"],
        "Endpoint": found["endpoint"],
        "TopicArn": found["topic_arn"],
    }
