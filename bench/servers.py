"""What every measured system is made of: a process on a free port, a lane with defaults, many sockets opened at once."""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import os
import socket
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.emulating import ROOT, eventually, free_port

from .measure import Carried
from .wires import HOST, Broken

AT_ONCE = 25  # sockets that are being opened at the same time


class Simple:
    """A lane that has nothing to prepare, and whose `carry` waits for the arrival itself."""

    async def prepare(self, count: int) -> None:
        """Nothing."""

    async def arrivals(self, carried: Sequence[Carried]) -> list[float]:
        return [one.arrived - one.sent for one in carried]


class Server:
    """A process of ours on a free port, which ends with us."""

    def __init__(self, folder: Path, module: str, *arguments: str, env: dict[str, str] | None = None) -> None:
        self.port = free_port()
        self.log = folder / f"{module}.log"
        given = [argument.format(port=self.port) for argument in arguments]
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", module, *given],
                cwd=ROOT,
                env={**os.environ, **(env or {})},
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        self.pid = self._process.pid
        atexit.register(self.stop)  # also when something else does not start
        eventually(self._listens, 20, f"{module} listens; its log is {self.log}")

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait(10)

    def _listens(self) -> bool:
        if self._process.poll() is not None:
            raise Broken(f"a server ended: {self.log.read_text()[-2000:]}")
        with contextlib.suppress(OSError), socket.create_connection((HOST, self.port), timeout=1):
            return True
        return False


async def at_once(opening: list[Any]) -> list[Any]:
    """Open many sockets, a few at a time."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def through(one: Any) -> Any:
        async with gate:
            return await one

    return await asyncio.gather(*map(through, opening))
