"""Sets up the AWS side of deploy/README.md: topic, subscription, Lambda, flow. Shows what it would do; does it with --apply."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

from django.core.management.base import BaseCommand, CommandError, CommandParser

from ccp_portal.aws_setup import Change, Target, handover, topic
from chats.connect import Refused, Unavailable

STEPS: dict[str, Callable[[Target], Iterator[Change]]] = {
    "topic": topic.topic,
    "subscription": topic.subscription,
    "lambda": handover.hand_over_lambda,
    "permission": handover.may_be_invoked,
    "flow": handover.flow,
}


class Command(BaseCommand):
    help = (
        "Sets up topic, subscription, Lambda and flow at AWS, for the instance, region and topic of the settings. Without"
        " --apply it changes nothing and shows each call with its JSON. Done again it changes nothing."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--portal", required=True, help="where AWS reaches it: https://portal.example.org")
        parser.add_argument("--lambda-role", default="", help="ARN of the role the Lambda runs as; only to make it")
        parser.add_argument("--dead-letters", default="", help="ARN of an SQS queue for what SNS cannot deliver")
        parser.add_argument("--flow-name", default="CCP Portal")
        parser.add_argument("--only", action="append", choices=STEPS, help="this step, may be given several times")
        parser.add_argument("--apply", action="store_true", help="do it")

    def handle(self, *_args: Any, **options: Any) -> None:
        target = self._target(options)
        count, failed = 0, []
        for name, step in STEPS.items():
            if options["only"] and name not in options["only"]:
                continue
            try:
                made = self._step(name, step, target, apply=options["apply"])
            except (Refused, Unavailable) as error:
                failed.append(name)
                lacks = f" Allow {error.permission}." if isinstance(error, Refused) and error.permission else ""
                self.stderr.write(f"{name}: {error}.{lacks}")
                continue
            count += made
        done = "made" if options["apply"] else "to make; with --apply they are"
        self.stdout.write(f"{count} changes {done}. See then: python manage.py doctor")
        if failed:
            raise SystemExit(1)

    def _target(self, options: dict[str, Any]) -> Target:
        portal = options["portal"].rstrip("/")
        parts = urlsplit(portal)
        if parts.scheme not in ("https", "http") or not parts.netloc or parts.path or parts.query:
            raise CommandError("--portal is scheme and host, without a path: https://portal.example.org")
        return Target(portal, options["lambda_role"], options["dead_letters"], options["flow_name"])

    def _step(self, name: str, step: Callable[[Target], Iterator[Change]], target: Target, *, apply: bool) -> int:
        changes = list(step(target))
        if not changes:
            self.stdout.write(f"{name}: as it should be")
        for change in changes:
            if change.operation == "create_function" and not target.lambda_role:
                self.stdout.write(f"{name}: --lambda-role is needed to make it (deploy/README.md, 4)")
                if apply:
                    raise Refused("ValidationException", "no --lambda-role was given", "CreateFunction")
            self.stdout.write(f"{name}: {change.what}\n{change.service} {change.operation} {change.as_json()}")
            if apply:
                change.make()
                self.stdout.write(f"{name}: done")
        return len(changes)
