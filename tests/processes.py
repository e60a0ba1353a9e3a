"""Processes of our servers: in a run of pytest forked by one that has imported everything already (tests.forkserver).

Whoever measures, as the benches do, gets a process of its own from its first import on.
"""

from __future__ import annotations

import atexit
import itertools
import json
import os
import socket
import subprocess
import sys
import threading
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FROM_CHECKOUT = {"PYTHONPATH": str(ROOT / "emulator")}  # the emulator is a project of its own, and not installed


class Process:
    """A process that the fork server started: what tests use of subprocess.Popen."""

    def __init__(self, starter: Starter, pid: int) -> None:
        self.pid, self._starter = pid, starter

    def poll(self) -> int | None:
        return self._starter.codes.get(self.pid)

    def wait(self, timeout: float | None = None) -> int:
        with self._starter.heard:
            if not self._starter.heard.wait_for(lambda: self.pid in self._starter.codes, timeout):
                raise subprocess.TimeoutExpired(f"process {self.pid}", timeout or 0)
            return self._starter.codes[self.pid]

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            try:
                os.kill(self.pid, number)
            except ProcessLookupError:  # it has ended, and its code is on the way
                self.wait(10)


class Starter:
    """The fork server of this process, from its first start to the end of the tests."""

    def __init__(self) -> None:
        ours, theirs = socket.socketpair()
        environment = {name: value for name, value in os.environ.items() if name != "PYTHONWARNINGS"} | FROM_CHECKOUT
        command = [sys.executable, "-m", "tests.forkserver", str(theirs.fileno())]
        self._server = subprocess.Popen(command, cwd=ROOT, env=environment, pass_fds=[theirs.fileno()])
        theirs.close()
        self._socket = ours
        self._numbers = itertools.count(1)
        self._sending = threading.Lock()
        self.heard = threading.Condition()
        self.pids: dict[int, int] = {}
        self.codes: dict[int, int] = {}
        threading.Thread(target=self._listen, daemon=True).start()
        atexit.register(self.close)

    def start(
        self, program: str, *words: str, environment: dict[str, str], out: Path, err: Path | None = None
    ) -> Process:
        """`program` is a script of this folder or a module; what it says is appended to `out`."""
        number = next(self._numbers)
        order = {
            "order": number,
            "program": program,
            "words": words,
            "environment": environment,
            "out": str(out),
            "err": str(err or ""),
        }
        with self._sending:
            self._socket.sendall(json.dumps(order).encode() + b"\n")
        with self.heard:
            assert self.heard.wait_for(lambda: number in self.pids, 60), "the fork server does not answer"
            pid = self.pids.pop(number)
            return Process(self, pid)

    def close(self) -> None:
        self._socket.shutdown(socket.SHUT_WR)  # its end: it kills what runs still
        self._server.wait(10)
        self._socket.close()

    def _listen(self) -> None:
        with self._socket.makefile("rb") as lines:
            for line in lines:
                told = json.loads(line)
                with self.heard:
                    if "pid" in told:
                        self.codes.pop(told["pid"], None)  # a number that had been another's
                        self.pids[told["order"]] = told["pid"]
                    elif "ended" in told:
                        self.codes[told["ended"]] = told["code"]
                    self.heard.notify_all()


@cache
def _starter() -> Starter:
    return Starter()


def start(
    program: str, *words: str, environment: dict[str, str], out: Path, err: Path | None = None
) -> Process | subprocess.Popen[bytes]:
    """`program` is a script of this folder or a module; what it says is appended to `out`, or `err`."""
    if "PYTEST_VERSION" in os.environ:
        return _starter().start(program, *words, environment=environment, out=out, err=err)
    command = [sys.executable, *([program] if program.endswith(".py") else ["-m", program]), *words]
    with out.open("ab") as said, (err or out).open("ab") as complained:
        return subprocess.Popen(
            command, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, stdout=said, stderr=complained
        )
