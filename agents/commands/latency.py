"""What an agent's page tells of how long messages took to its screen, and from it."""

from __future__ import annotations

from agents.protocol import ReportLatency
from chats import latency

from .command import Caller


async def report(_caller: Caller, params: ReportLatency) -> None:
    for stage, samples in (("painted", params.painted), ("answered", params.answered)):
        for milliseconds in samples:
            latency.observe(stage, milliseconds / 1000)
