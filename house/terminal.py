"""Speaking to the person at the terminal: a line per step, a line per refusal, the words of the commands we run."""

import contextlib
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TypeAlias

ROOT = Path(__file__).resolve().parent.parent
Command: TypeAlias = Sequence[str | Path]


class SetupError(Exception):
    """Something this machine or its user must change; the text says what, in one line."""


@contextlib.contextmanager
def step(text: str) -> Iterator[None]:
    """One line of progress: what is done now, and the seconds it took."""
    print(f"  {text} … ", end="", flush=True)
    began = time.monotonic()
    try:
        yield
    except BaseException:
        print("no", flush=True)
        raise
    print(f"{time.monotonic() - began:.1f} s", flush=True)


def quietly(what: str, command: Command, log: Path, env: Mapping[str, str] | None = None) -> None:
    """Runs a command into a log file; a failure is one line with the log's last words."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as out:
        code = subprocess.call(
            command, cwd=ROOT, env=env, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT
        )
    if code:
        said = (tail(log, 1) or ["it said nothing"])[0].strip()
        raise SetupError(f"{what} failed: {said} (all of it: {log})")


def tail(log: Path, lines: int) -> list[str]:
    return [line for line in log.read_text(errors="replace").splitlines() if line.strip()][-lines:]


def aloud(command: Command, env: Mapping[str, str]) -> tuple[int, str]:
    """Shows what a command says while it says it, and returns its exit code and all of its words."""
    said = bytearray()
    with subprocess.Popen(
        command,
        cwd=ROOT,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        bufsize=0,
    ) as process:
        assert process.stdout is not None  # noqa: S101 -- tells mypy what PIPE means
        try:
            while chunk := process.stdout.read(65536):
                said += chunk
                sys.stdout.buffer.write(chunk)  # as bytes: a letter may be cut in two
                sys.stdout.flush()
        except BaseException:
            process.terminate()
            raise
    return process.returncode, said.decode(errors="replace")
