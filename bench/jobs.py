"""How long the background jobs hold the database at a stretch: the longest step of each, with many agents and contacts.

On SQLite a message waits for one step at most, so the longest is the stall that a job can cause. CPU time of the process,
which other work on the machine does not lengthen; wall time is told beside it.
"""

from __future__ import annotations

import json
import logging
import os
import tempfile
import time
from argparse import Namespace
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from tests.emulating import free_port
from tests.portal import RunningPortal

from . import options as loop_options

LIMITS = {"agents": (1, 2000), "waiting": (1, 2000)}


@dataclass(frozen=True)
class Job:
    name: str
    steps: int
    longest_cpu_ms: float
    longest_ms: float
    cpu_s: float


def main(arguments: list[str]) -> int:
    parser = loop_options.parser("jobs", __doc__)
    parser.add_argument("--agents", type=int, default=1000, help="agents at their desks, who then are gone (1000)")
    parser.add_argument("--waiting", type=int, default=400, help="contacts that wait (400)")
    options = loop_options.checked(parser, arguments, LIMITS)
    with tempfile.TemporaryDirectory(prefix="ccp-bench-") as folder:
        found = _in_a_portal(options, Path(folder))
    print(f"{'job':<20}{'steps':>7}{'longest, CPU ms':>17}{'wall ms':>9}{'CPU s in all':>14}")
    for one in found:
        print(f"{one.name:<20}{one.steps:>7}{one.longest_cpu_ms:>17.1f}{one.longest_ms:>9.1f}{one.cpu_s:>14.2f}")
    options.out.mkdir(parents=True, exist_ok=True)
    saved = options.out / f"jobs-{time.strftime('%Y%m%d-%H%M%S')}.json"
    saved.write_text(json.dumps([asdict(one) for one in found], indent=1))
    print(f"saved: {saved}")
    return 0


def _in_a_portal(options: Namespace, folder: Path) -> list[Job]:
    portal = RunningPortal(folder, free_port(), environment={**os.environ, "CCP_SNS_CERT": ""})
    portal.database.make(portal)
    try:
        told = portal.shell(f"from bench.jobs import run; print(run({options.agents}, {options.waiting}))")
    finally:
        portal.database.drop()
    return [Job(**one) for one in json.loads(told.splitlines()[-1])]


def run(agents: int, waiting: int) -> str:
    """Inside a portal: rows, then every job as the worker calls it: now, when offers are over, when nobody is there."""
    from django.utils import timezone

    from agents import idle_customers, presence, queue_messages, routing
    from agents.models import RoutingProfile
    from agents.supervision import alerts, help_requests, watching
    from bench.seed import seed, seed_waiting
    from chats import reconcile

    logging.disable(logging.ERROR)
    seed(agents // 3, agents - agents // 3, connected=True, together=1)
    RoutingProfile.objects.update(chat_concurrency=2)  # so that everybody who is routable is offered one more
    seed_waiting(waiting)
    now = timezone.now()
    gone = now + timedelta(minutes=10)
    jobs: list[tuple[str, Callable[[datetime], Iterator[int]], datetime]] = [
        ("routing", routing.steps, now),
        ("routing, unanswered", routing.steps, now + timedelta(minutes=2)),
        ("alerts", alerts.steps, now),
        ("queue messages", queue_messages.steps, gone),
        ("silent customers", idle_customers.steps, gone),
        ("presence", presence.steps, gone),
        ("rescue", routing.absent_agents.steps, gone),
        ("wrap-up", routing.after_contact_work.steps, gone),
        ("leaving", routing.leaving.steps, gone),
        ("transfers", routing.transfers.steps, gone),
        ("help", help_requests.steps, gone),
        ("watches", watching.end_lapsed_steps, gone),
        ("joining", reconcile.give_up_steps, gone),
    ]
    return json.dumps([asdict(_timed(name, job(at))) for name, job, at in jobs])


def _timed(name: str, steps: Iterator[Any]) -> Job:
    cpu: list[float] = []
    wall: list[float] = []
    while True:
        began, worked = time.perf_counter(), time.process_time()
        done = next(steps, None)
        cpu.append(time.process_time() - worked)
        wall.append(time.perf_counter() - began)
        if done is None:
            return Job(name, len(cpu), max(cpu) * 1000, max(wall) * 1000, sum(cpu))
