"""The embedded default: daphne, the hub and the workers in one process, with a stop that nobody notices.

daphne alone cuts sockets off at SIGTERM. Here every desk is told when to come back (bye 4012), what is under way is
finished, and only then the process ends; a second signal ends it at once.
"""

from __future__ import annotations

import asyncio
import logging
import os
import random
import signal
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from agents.protocol import MAX_FRAME_BYTES
from ccp_portal import descriptors

log = logging.getLogger(__name__)
DRAIN_SECONDS = 8.0


class Command(BaseCommand):
    help = "Serve pages and sockets, and do the portal's work, in one process"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--no-work", action="store_true", help="Only serve; `manage.py work` runs beside it")

    def handle(self, *_args: Any, **options: Any) -> None:
        _check_port(options["host"], options["port"], self)
        descriptors.raise_limit()
        Serving(options["host"], options["port"], work=not options["no_work"]).run()
        self.stdout.write("The portal has stopped.")


def _check_port(host: str, port: int, command: BaseCommand) -> None:
    import socket

    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            command.stderr.write(f"Cannot listen on {host}:{port}: {error.strerror}. Choose another with --port.")
            raise SystemExit(1) from None


class Serving:
    """One process that serves until it is told to stop, and then lets everybody go gently."""

    def __init__(self, host: str, port: int, *, work: bool) -> None:
        self.host, self.port, self.work = host, port, work
        self.stopping = False
        self.requests = 0
        self.server: Any = None
        self.hub: Any = None
        self.worker: Any = None

    def run(self) -> None:
        from daphne.server import Server
        from twisted.internet import reactor

        self.reactor: Any = reactor
        escaped = self.host.replace(":", "\\:")
        self.server = Server(
            self.application,
            endpoints=[f"tcp:port={self.port}:interface={escaped}"],
            signal_handlers=False,
            websocket_max_message_size=2 * MAX_FRAME_BYTES,  # ours answers above 64 KiB; daphne cuts off above this
            websocket_max_frame_size=2 * MAX_FRAME_BYTES,
            websocket_timeout=-1,
            application_close_timeout=10,
            ready_callable=self._ready,
            server_name="ccp-portal",
        )
        self.server.run()

    async def application(self, scope: Any, receive: Any, send: Any) -> None:
        from ccp_portal.asgi import application

        self.requests += 1
        try:
            await application(scope, receive, send)
        finally:
            self.requests -= 1

    def _ready(self) -> None:
        """The port is open, the loop does not run yet: no connection has been accepted."""
        from ccp_portal.http_channel import BoundedChannel

        self.server.http_factory.protocol = BoundedChannel
        descriptors.log_exhaustion()
        self.reactor.callWhenRunning(lambda: self._spawn(self._start()))

    def _spawn(self, work: Any) -> None:
        self._task = asyncio.get_event_loop().create_task(work)

    async def _start(self) -> None:
        from ccp_portal.worker import Worker
        from chats import connect, realtime

        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stop)
        self.hub = await realtime.hub()
        await loop.run_in_executor(None, connect.prepare)
        if self.work:
            self.worker = Worker(self.hub)
            self.worker.start()
        log.info("serving http://%s:%s", self.host, self.port)

    def _stop(self) -> None:
        if self.stopping:
            os._exit(1)
        self.stopping = True
        self._spawn(self._drain())

    async def _drain(self) -> None:
        """Stop listening, say goodbye, finish what is under way, stop."""
        from chats import connect, db

        for listener in tuple(self.reactor.getReaders()):
            if hasattr(listener, "factory") and hasattr(listener, "stopListening"):
                listener.stopListening()
        self.hub.goodbye(retry_after=round(random.uniform(0.3, 1.5), 2))  # noqa: S311 -- jitter, not a secret
        if self.worker is not None:
            await self.worker.stop()
        for _ in range(int(DRAIN_SECONDS * 20)):
            if self.requests == 0:
                break
            await asyncio.sleep(0.05)
        await self.hub.close()
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(None, connect.close)
        await loop.run_in_executor(None, db.close)
        self.reactor.stop()
