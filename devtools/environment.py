"""Virtual environments: made once from pinned requirements, left alone until the pins change."""

import contextlib
import hashlib
import importlib.util
import os
import re
import shutil
import sys
from collections.abc import Iterable
from pathlib import Path

from .terminal import ROOT, Command, Progress, SetupError, quietly, step


def environment(folder: str, requirements: str) -> Path:
    """The Python of a virtual environment that holds these requirements."""
    home, source = ROOT / folder, ROOT / requirements
    stamp, python = home / ".requirements", home / "bin" / "python"
    wanted = fingerprint([source])
    if stamp.is_file() and stamp.read_text() == wanted and os.access(python, os.X_OK):
        print(f"  {folder} holds {requirements} already")
        return python
    with step(f"Installing {requirements} into {folder}, this once ({how_long()})") as progress:
        install(home, source, progress)
        stamp.write_text(wanted)
    return python


def fingerprint(files: Iterable[Path]) -> str:
    content = b"".join(file.read_bytes() for file in files)
    return f"{hashlib.sha256(content).hexdigest()} for {this_python()}\n"


def this_python() -> str:
    return f"python{sys.version_info.major}.{sys.version_info.minor}"


def how_long() -> str:
    if shutil.which("uv") is not None:
        return "by uv: seconds, a minute on a slow line"
    return "by pip: half a minute to five; with uv, if you install that, seconds"


def install(home: Path, requirements: Path, progress: Progress) -> None:
    """By uv where there is one, for its speed; else, or when uv fails, by pip: the two read different settings."""
    if not (home / "lib" / this_python()).exists():
        shutil.rmtree(home, ignore_errors=True)
    log = ROOT / "var" / "log" / f"install{home.name}.log"
    uv = shutil.which("uv")
    if uv is not None:
        with contextlib.suppress(SetupError):
            return install_with_uv(uv, home, requirements, log, progress)
    return install_with_pip(home, requirements, log, progress)


def install_with_uv(uv: str, home: Path, requirements: Path, log: Path, progress: Progress) -> None:
    python = home / "bin" / "python"
    quietly("uv venv", [uv, "venv", "--quiet", "--allow-existing", "--python", sys.executable, home], log)
    command: Command = [uv, "pip", "install", "--python", python, "--require-hashes", "-r", requirements]
    wanted = packages(requirements)
    quietly("uv", command, log, meanwhile=lambda: progress.tell(f"uv fetches {wanted} packages"))


def install_with_pip(home: Path, requirements: Path, log: Path, progress: Progress) -> None:
    python = home / "bin" / "python"
    if not all(importlib.util.find_spec(module) for module in ("venv", "ensurepip")):
        raise SetupError(
            "this Python lacks its venv or ensurepip module (on Debian or Ubuntu: apt install python3-venv)"
        )
    if not all(os.access(home / "bin" / program, os.X_OK) for program in ("python", "pip")):
        making: Command = [sys.executable, "-m", "venv", home]
        quietly("making a virtual environment", making, log, meanwhile=lambda: progress.tell("making the environment"))
    pip: Command = [
        python,
        "-m",
        "pip",
        "install",
        "--disable-pip-version-check",
        "--require-hashes",
        "-r",
        requirements,
    ]
    quietly(
        "pip install (is a package index within reach?)",
        pip,
        log,
        meanwhile=lambda: progress.tell(how_far(log, home, packages(requirements))),
    )


def packages(requirements: Path) -> int:
    return len(re.findall(r"^[^#\s].*==", requirements.read_text(), re.MULTILINE))


def how_far(log: Path, home: Path, wanted: int) -> str:
    """What pip is at: it says what it collects, and of what it installs the folders tell."""
    said = log.read_text(errors="replace")
    if "\nInstalling collected packages: " in said:
        there = len(list(home.glob("lib/*/site-packages/*.dist-info"))) - 1  # pip itself
        return f"{min(there, wanted)} of {wanted} packages installed"
    return f"{len(re.findall('^Collecting ', said, re.MULTILINE))} of {wanted} packages collected"


def lock(upgrade: bool) -> int:
    """requirements*.in, the wishes, become requirements*.txt, the pins with their hashes."""
    uv = shutil.which("uv")
    if uv is None:
        raise SetupError("lock needs uv on PATH (python3 -m pip install uv)")
    # For every machine, not only this one: tdewolff-minify has no wheel for Apple's processors.
    compiler = [uv, "pip", "compile", "--quiet", "--generate-hashes", "--no-emit-index-url", "--no-header"]
    compiler += ["--universal", "--python-version", "3.11", *(["--upgrade"] if upgrade else [])]
    for name in ("requirements", "requirements-sso", "requirements-dev"):
        with step(f"Pinning {name}.txt"):
            command = [*compiler, f"{name}.in", "-o", f"{name}.txt"]
            quietly("uv pip compile", command, ROOT / "var" / "log" / "lock.log")
    return 0
