"""The demo's two processes: started, waited for, watched, stopped."""

import contextlib
import os
import signal
import subprocess
import time
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from .terminal import ROOT, Command, SetupError, step, tail

START_SECONDS = 120.0  # two seconds on an idle machine; a busy one compiles all of Django first
STOP_SECONDS = 15.0


@dataclass
class Server:
    """One process, its log, and the page that tells that it is up."""

    name: str
    command: Command
    env: Mapping[str, str]
    page: str
    log: Path
    process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    def start(self) -> None:
        """In a session of its own: Ctrl-C at the terminal reaches dev.py alone, which stops the two in order."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("wb") as out:
            self.process = subprocess.Popen(
                self.command,
                cwd=ROOT,
                env=self.env,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def require_alive(self) -> None:
        code = None if self.process is None else self.process.poll()
        if code is not None:
            raise SetupError(f"{self.name} ended by itself (exit code {code}). {self._last_words()}")

    def wait_until_up(self, seconds: float = START_SECONDS) -> None:
        deadline = time.monotonic() + seconds
        while not answers(self.page):
            self.require_alive()
            if time.monotonic() > deadline:
                raise SetupError(f"{self.name} does not answer at {self.page} in {seconds:.0f} s. {self._last_words()}")
            time.sleep(0.1)

    def stop(self, seconds: float = STOP_SECONDS) -> None:
        """SIGTERM lets it drain; what is left of its session after that is killed."""
        if self.process is None:
            return
        self._tell(signal.SIGTERM)
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            print("killed after ", end="")
        finally:
            self._tell(signal.SIGKILL)
            self.process.wait()

    def _last_words(self) -> str:
        return f"The end of {self.log}:\n    " + "\n    ".join(tail(self.log, 15))

    def _tell(self, number: signal.Signals) -> None:
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, number)


def answers(page: str) -> bool:
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # a proxy does not know our loopback
    try:
        with direct.open(page, timeout=5) as response:
            return bool(response.status == 200)
    except OSError:
        return False


def run(servers: Sequence[Server], words: str) -> int:
    """Starts them in order, says the words, and stops them in reverse on Ctrl-C, SIGTERM or the death of one."""
    try:
        for server in servers:
            with step(f"{server.name} starts"):
                server.start()
                server.wait_until_up()
        print(words, flush=True)
        _watch(servers)
    except KeyboardInterrupt:
        print(flush=True)
    finally:
        _stop(servers)
    return 0


def _watch(servers: Sequence[Server]) -> None:
    while True:
        for server in servers:
            server.require_alive()
        time.sleep(0.3)


def _stop(servers: Sequence[Server]) -> None:
    for server in reversed(servers):
        if server.process is not None and server.process.poll() is None:
            with step(f"{server.name} stops"):
                server.stop()
