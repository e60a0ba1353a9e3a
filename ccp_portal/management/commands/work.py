"""The workers alone, beside several servers (`manage.py serve --no-work`): deliver, route, sweep, reconcile, renew."""

from __future__ import annotations

import asyncio
import signal
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from prometheus_client import start_http_server

from ccp_portal import worker
from chats import connect, db, realtime


class Command(BaseCommand):
    help = "Do the portal's work; run as many as you like"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--metrics-port", type=int, help="serve this worker's /metrics on 127.0.0.1 at this port, without a token"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        if not settings.REDIS_URL:
            raise CommandError("Several processes need REDIS_URL. One process does it all: manage.py serve")
        if options["metrics_port"]:
            start_http_server(options["metrics_port"], addr="127.0.0.1")
        asyncio.run(self._work())
        self.stdout.write("The worker has stopped.")

    async def _work(self) -> None:
        stop, loop = asyncio.Event(), asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stop.set)
        hub = await realtime.hub()
        self.stdout.write("Working.")
        await worker.until(stop, hub)
        await hub.close()
        await loop.run_in_executor(None, connect.close)
        await loop.run_in_executor(None, db.close)
