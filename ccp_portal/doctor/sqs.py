"""The queue beside the webhook, where one is used: that it is there, gets the topic's messages, and does not fill up."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.conf import settings

from chats.connect import Refused, Unavailable, ask

from .amazon import subscriptions
from .finding import Finding, failed, ok, skipped, warning

MANY = 100  # messages that wait: the workers do not keep up, or none runs


def queue() -> Iterator[Finding]:
    url = settings.CCP_SQS_QUEUE_URL
    if not url:
        yield skipped("SQS", "CCP_SQS_QUEUE_URL is empty: SNS posts to the webhook")
        return
    try:
        found = ask("sqs", "get_queue_attributes", QueueUrl=url, AttributeNames=["All"])["Attributes"]
    except Refused as error:
        if error.permission:
            yield skipped("SQS", f"the role may not ask ({error.permission}); only the doctor needs that")
        else:
            yield failed("SQS", str(error), "Make it (deploy/README.md, 3), or correct CCP_SQS_QUEUE_URL.")
        return
    except Unavailable as error:
        yield warning("SQS", str(error), "Try again.")
        return
    yield _waiting(int(found.get("ApproximateNumberOfMessages", 0)))
    if not found.get("RedrivePolicy"):
        todo = "Give it a queue for dead letters (deploy/README.md, 3)."
        yield warning("SQS", "it has no dead-letter queue: what cannot be recorded comes again for ever", todo)
    yield from _subscribed(found)


def _waiting(count: int) -> Finding:
    if count < MANY:
        return ok("SQS", f"the queue answers, about {count} messages wait")
    return warning("SQS", f"about {count:,} messages wait", "Look whether manage.py work runs, and at its log.")


def _subscribed(found: dict[str, Any]) -> Iterator[Finding]:
    try:
        endpoints = [one["Endpoint"] for one in subscriptions()]
    except (Refused, Unavailable):
        return  # the line of the subscription says so
    if found["QueueArn"] not in endpoints:
        todo = f"Subscribe {found['QueueArn']} to the topic (deploy/README.md, 3)."
        yield failed("SQS", "the topic does not deliver to it", todo)


CHECKS = (queue,)
