"""The work that outlives every tab: deliver, route, sweep, reconcile, renew. One worker or eight, same result."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils import timezone

from agents import idle_customers, presence, queue_messages, routing
from agents.supervision import alerts, help_requests, watching
from chats import metrics, reconcile
from chats.db import db_read, db_steps, db_write
from chats.inbox import sqs
from chats.joining import hand_over
from chats.realtime import Hub
from chats.sending import attachment_upload, sender

log = logging.getLogger(__name__)
Job = Callable[[datetime], Awaitable[Any]]


class Worker:
    """Runs every job of the portal on one loop; each may be cut off at any point and carries on at the next start."""

    def __init__(self, hub: Hub) -> None:
        self.hub = hub
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        jobs: list[tuple[str, float, Job]] = [
            ("routing", 1.0, db_steps(routing.steps)),
            ("presence", 5.0, db_steps(presence.steps)),
            ("wrapup", 1.0, db_steps(routing.after_contact_work.steps)),
            ("rescue", 5.0, db_steps(routing.absent_agents.steps)),
            ("leaving", 5.0, db_steps(routing.leaving.steps)),
            ("transfers", 5.0, db_steps(routing.transfers.steps)),
            ("help", 5.0, db_steps(help_requests.steps)),
            ("alerts", 2.0, db_steps(alerts.steps)),
            ("watches", 5.0, db_steps(watching.end_lapsed_steps)),
            ("waiting", 1.0, db_steps(queue_messages.steps)),
            ("silence", 1.0, db_steps(idle_customers.steps)),
            ("reconcile", 1.0, reconcile.due),
            ("renew", 60.0, reconcile.renew_due),
            (hand_over.REJOIN, 1.0, hand_over.rejoin_due),
            ("files", 600.0, db_read(attachment_upload.drop_forgotten)),
            ("joining", 60.0, db_steps(reconcile.give_up_steps)),
        ]
        self._tasks = [asyncio.create_task(self._every(*job)) for job in jobs]
        self._tasks.append(asyncio.create_task(sender.work(self.hub)))
        self._tasks.append(asyncio.create_task(self._start_over()))
        if settings.CCP_SQS_QUEUE_URL:
            self._tasks += [asyncio.create_task(sqs.consume()) for _ in range(settings.CCP_SQS_CONSUMERS)]

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _start_over(self) -> None:
        try:
            await db_write(reconcile.start_over)(timezone.now())
        except Exception:  # it is compared all the same, only a minute later
            log.exception("the open rounds could not be marked for comparing")

    async def _every(self, bell: str, seconds: float, job: Job) -> None:
        """At every ring of the bell of this name, and every so many seconds in case a ring was lost."""
        while True:
            began = time.perf_counter()
            try:
                await job(timezone.now())
            except Exception:  # the database or Connect may be away for a while: the worker is not
                log.exception("%s stumbled; it is tried again", bell)
                metrics.JOBS.labels(bell, "failed").observe(time.perf_counter() - began)
                await asyncio.sleep(1.0)
            else:
                metrics.JOBS.labels(bell, "done").observe(time.perf_counter() - began)
                metrics.JOB_DONE_AT.labels(bell).set_to_current_time()
            await self.hub.wait_for(bell, seconds)


async def until(stop: asyncio.Event, hub: Hub) -> None:
    """Work until told to stop."""
    worker = Worker(hub)
    worker.start()
    with contextlib.suppress(asyncio.CancelledError):
        await stop.wait()
    await worker.stop()
