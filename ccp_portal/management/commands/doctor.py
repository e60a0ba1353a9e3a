"""Is everything the portal stands on as it should be? One line for each thing; exit code 1 when something failed."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from ccp_portal.doctor import Finding, Status, examine


class Command(BaseCommand):
    help = "Examines the machine, the database and the AWS side, and says what to do. Changes nothing."
    requires_system_checks = []  # they are findings

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="one JSON object a line, for monitoring")

    def handle(self, *_args: Any, **options: Any) -> None:
        findings = []
        for found in examine():
            findings.append(found)
            self.stdout.write(json.dumps(asdict(found)) if options["json"] else self._line(found))
        wrong = sum(found.status is Status.FAILED for found in findings)
        if not options["json"]:
            self.stdout.write(f"{len(findings)} findings, {wrong} failed.")
        if wrong:
            raise SystemExit(1)

    def _line(self, found: Finding) -> str:
        style = {Status.OK: self.style.SUCCESS, Status.WARNING: self.style.WARNING, Status.FAILED: self.style.ERROR}
        word = style.get(found.status, self.style.NOTICE)(f"{found.status:8}")
        todo = f"\n           → {found.todo}" if found.todo else ""
        return f"{word} {found.name}: {found.came}{todo}"
