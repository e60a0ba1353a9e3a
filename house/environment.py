"""Virtual environments: made once from pinned requirements, left alone until the pins change."""

import contextlib
import hashlib
import importlib.util
import os
import shutil
import sys
from collections.abc import Iterable
from pathlib import Path

from house.terminal import ROOT, Command, SetupError, quietly, step


def environment(folder: str, requirements: str) -> Path:
    """The Python of a virtual environment that holds these requirements."""
    home, source = ROOT / folder, ROOT / requirements
    stamp, python = home / ".requirements", home / "bin" / "python"
    wanted = fingerprint([source])
    if stamp.is_file() and stamp.read_text() == wanted and os.access(python, os.X_OK):
        print(f"  {folder} holds {requirements} already")
        return python
    with step(f"Installing {requirements} into {folder} (up to a minute, this once)"):
        install(home, source)
        stamp.write_text(wanted)
    return python


def fingerprint(files: Iterable[Path]) -> str:
    content = b"".join(file.read_bytes() for file in files)
    return f"{hashlib.sha256(content).hexdigest()} for {this_python()}\n"


def this_python() -> str:
    return f"python{sys.version_info.major}.{sys.version_info.minor}"


def install(home: Path, requirements: Path) -> None:
    """By uv where there is one, for its speed; else, or when uv fails, by pip: the two read different settings."""
    if not (home / "lib" / this_python()).exists():
        shutil.rmtree(home, ignore_errors=True)
    log = ROOT / "var" / "log" / f"install{home.name}.log"
    uv = shutil.which("uv")
    if uv is not None:
        with contextlib.suppress(SetupError):
            return install_with_uv(uv, home, requirements, log)
    return install_with_pip(home, requirements, log)


def install_with_uv(uv: str, home: Path, requirements: Path, log: Path) -> None:
    python = home / "bin" / "python"
    quietly("uv venv", [uv, "venv", "--quiet", "--allow-existing", "--python", sys.executable, home], log)
    quietly("uv", [uv, "pip", "install", "--python", python, "--require-hashes", "-r", requirements], log)


def install_with_pip(home: Path, requirements: Path, log: Path) -> None:
    python = home / "bin" / "python"
    if not all(importlib.util.find_spec(module) for module in ("venv", "ensurepip")):
        raise SetupError(
            "this Python lacks its venv or ensurepip module (on Debian or Ubuntu: apt install python3-venv)"
        )
    quietly("making a virtual environment", [sys.executable, "-m", "venv", home], log)
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
    quietly("pip install (is a package index within reach?)", pip, log)


def lock(upgrade: bool) -> int:
    """requirements*.in, the wishes, become requirements*.txt, the pins with their hashes."""
    uv = shutil.which("uv")
    if uv is None:
        raise SetupError("lock needs uv on PATH (python3 -m pip install uv)")
    compiler = [uv, "pip", "compile", "--quiet", "--generate-hashes", "--no-emit-index-url", "--no-header"]
    compiler += ["--python-version", "3.11", *(["--upgrade"] if upgrade else [])]
    for name in ("requirements", "requirements-dev"):
        with step(f"Pinning {name}.txt"):
            command = [*compiler, f"{name}.in", "-o", f"{name}.txt"]
            quietly("uv pip compile", command, ROOT / "var" / "log" / "lock.log")
    return 0
