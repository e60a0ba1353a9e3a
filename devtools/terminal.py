"""Speaking to the person at the terminal: a line per step, a line per refusal, the words of the commands we run."""

import contextlib
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, TypeAlias

ROOT = Path(__file__).resolve().parent.parent
EMULATOR = ROOT / "emulator"  # a project of its own: it runs from here, not installed, by PYTHONPATH
Command: TypeAlias = Sequence[str | Path]


# A test has two minutes, and whatever lasts longer says what it does: a step that is silent for so long will never end.
SILENCE = 600.0
HUNG = 124  # the exit code of timeout(1)


class Silent(Exception):
    """A command has said nothing for too long."""


class SetupError(Exception):
    """Something this machine or its user must change; the text says what, in one line."""


class Progress:
    """The words of one step: what is done now, how far it is, and the seconds it took.

    At a terminal the line of how far it is is written over; in a log each is a line of its own, and rarer.
    """

    EVERY = 15.0

    def __init__(self, text: str) -> None:
        self.began = self.told = time.monotonic()
        self.over = sys.stdout.isatty() and os.environ.get("TERM") != "dumb"
        self.lines = 0
        print(f"  {text} … ", end="", flush=True)

    def tell(self, how_far: str) -> None:
        now = time.monotonic()
        if not self.over and now - self.told < self.EVERY:
            return
        self.told = now
        before = "\r\x1b[K    " if self.over and self.lines else "\n    "
        print(f"{before}{how_far}, {now - self.began:.0f} s", end="", flush=True)
        self.lines += 1

    def end(self, word: str) -> None:
        before = "" if not self.lines else "\r\x1b[K    " if self.over else "\n    "
        print(f"{before}{word}", flush=True)


@contextlib.contextmanager
def step(text: str) -> Iterator[Progress]:
    """Progress of what is done within: the seconds it took, or "no" when it failed."""
    progress = Progress(text)
    try:
        yield progress
    except BaseException:
        progress.end("no")
        raise
    progress.end(f"{time.monotonic() - progress.began:.1f} s")


def quietly(
    what: str,
    command: Command,
    log: Path,
    env: Mapping[str, str] | None = None,
    meanwhile: Callable[[], None] = lambda: None,
) -> None:
    """Runs a command into a log file, and `meanwhile` every second; a failure is one line with the log's last words."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with (
        log.open("wb") as out,
        subprocess.Popen(
            command, cwd=ROOT, env=env, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT
        ) as process,
    ):
        try:
            while running(process, seconds=1):
                meanwhile()
        except BaseException:
            process.kill()
            raise
    if process.returncode:
        said = (tail(log, 1) or ["it said nothing"])[0].strip()
        raise SetupError(f"{what} failed: {said} (all of it: {log})")


def running(process: subprocess.Popen[bytes], seconds: float) -> bool:
    """Whether it still runs after so many seconds."""
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        return True
    return False


def tail(log: Path, lines: int) -> list[str]:
    return [line for line in log.read_text(errors="replace").splitlines() if line.strip()][-lines:]


def aloud(command: Command, env: Mapping[str, str], silence: float = SILENCE) -> tuple[int, str]:
    """Shows what a command says while it says it, and returns its exit code and all of its words.

    It has a process group of its own, so that Ctrl-C at the terminal reaches it once: through `interrupt`. So does a
    silence of more than `silence` seconds, which no step of ours keeps: its exit code is then `HUNG`.
    """
    said = bytearray()
    with subprocess.Popen(
        command,
        cwd=ROOT,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        bufsize=0,
        process_group=0,
    ) as process:
        assert process.stdout is not None  # noqa: S101 -- tells mypy what PIPE means
        try:
            while chunk := heard(process.stdout, silence):
                said += chunk
                sys.stdout.buffer.write(chunk)  # as bytes: a letter may be cut in two
                sys.stdout.flush()
        except Silent:
            print(f"\ndev.py: it has said nothing for {silence:.0f} s and is stopped", flush=True)
            interrupt(process)
            return HUNG, said.decode(errors="replace")
        except BaseException:
            interrupt(process)
            raise
    return process.returncode, said.decode(errors="replace")


def heard(stdout: IO[bytes], silence: float) -> bytes:
    """What is said next; nothing at the end. Raises Silent when nothing comes for so many seconds."""
    if not select.select([stdout], [], [], silence)[0]:
        raise Silent
    return stdout.read(65536)


def interrupt(process: subprocess.Popen[bytes], seconds: float = 15.0) -> None:
    """As Ctrl-C does: pytest then stops what its tests have started. What is left of the group after that is killed."""
    try:
        process.send_signal(signal.SIGINT)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.communicate(timeout=seconds)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
