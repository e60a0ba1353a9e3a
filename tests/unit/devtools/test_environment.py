"""The virtual environments, and the Python that `dev.py` asks for."""

import os
import re
import shutil
import subprocess
import sys

import pytest

from devtools import terminal
from devtools.environment import how_far, packages

PINNED = "certifi==2026.1.1 --hash=sha256:" + "0" * 64 + "\n"


@pytest.fixture
def bare(tmp_path):
    """Settings of a machine without uv and without any package index."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith(("PIP_", "UV_"))}
    return ours | {"PATH": str(tmp_path), "PIP_CONFIG_FILE": os.devnull, "PIP_NO_INDEX": "1"}


def run(checkout, env, *words):
    command = [sys.executable, "dev.py", *words]
    done = subprocess.run(command, cwd=checkout, env=env, capture_output=True, text=True, timeout=110, check=False)
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize("version", [(2, 7), (3, 6), (3, 10)])
def test_an_old_python_is_told_so_in_one_line(checkout, version):
    pretend = f"import runpy, sys; sys.version_info = {(*version, 0)}; runpy.run_path('dev.py', run_name='__main__')"
    done = subprocess.run(
        [sys.executable, "-c", pretend], cwd=checkout, capture_output=True, text=True, timeout=30, check=False
    )
    expected = "dev.py: this is Python {}.{}; CCP Portal needs 3.11 or newer\n".format(*version)
    assert (done.returncode, done.stdout, done.stderr) == (1, "", expected)


def test_a_python_without_ensurepip_is_one_clear_line(checkout, bare, tmp_path):
    without = "import sys; sys.modules['ensurepip'] = None\n"
    (tmp_path / "sitecustomize.py").write_text(without)
    code, _, complaint = run(checkout, bare | {"PYTHONPATH": str(tmp_path)}, "demo", "--port", "18431")
    assert (code, complaint) == (
        1,
        "dev.py: this Python lacks its venv or ensurepip module (on Debian or Ubuntu: apt install python3-venv)\n",
    )


@pytest.fixture
def equipped(checkout, installed):
    """The checkout with an environment of its own that was installed before."""
    shutil.copytree(installed, checkout / ".venv", symlinks=True)
    return checkout


def test_no_package_index_is_one_clear_line_and_the_next_start_tries_again(equipped, bare):
    (equipped / "requirements.txt").write_text(PINNED)
    for port in ("18433", "18435"):
        code, said, complaint = run(equipped, bare, "demo", "--port", port)
        assert (code, complaint.count("\n")) == (1, 1)
        wanted = "dev.py: pip install (is a package index within reach?) failed: ERROR: No matching "
        assert complaint.startswith(wanted)
        assert "Traceback" not in said


def probe(checkout):
    """Makes the environment and tells whether it had to be installed."""
    code = "from devtools.environment import environment; environment('.venv', 'requirements.txt')"
    done = subprocess.run([sys.executable, "-c", code], cwd=checkout, capture_output=True, text=True, check=True)
    return "Installing" in done.stdout


def test_the_environment_is_installed_again_only_when_the_pins_change(equipped):
    seen = [probe(equipped)]
    (equipped / "requirements.txt").write_text("# nothing yet, but otherwise\n")
    seen += [probe(equipped), probe(equipped)]
    assert seen == [False, True, False]


def test_an_environment_of_another_python_is_made_anew(equipped):
    ours = equipped / ".venv" / "lib" / f"python3.{sys.version_info.minor}"
    ours.rename(ours.with_name("python3.99"))
    (equipped / ".venv" / ".requirements").write_text("for another Python")
    assert probe(equipped)
    assert list(ours.parent.iterdir()) == [ours]


def test_an_environment_whose_python_is_gone_is_mended(equipped):
    python = equipped / ".venv" / "bin" / "python"
    python.unlink()
    assert probe(equipped)
    assert subprocess.run([python, "-c", ""], check=False).returncode == 0


COLLECTED = "Collecting asgiref==3 (from -r requirements.txt)\n  Downloading asgiref-3.whl\nCollecting boto3==1\n"
INSTALLING = COLLECTED + "\nInstalling collected packages: asgiref, boto3\n"


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("", "0 of 2 packages collected"),
        (COLLECTED, "2 of 2 packages collected"),
        (INSTALLING, "1 of 2 packages installed"),
    ],
)
def test_what_pip_is_at_is_told_in_packages(tmp_path, said, told):
    log, requirements = tmp_path / "log", tmp_path / "requirements.txt"
    log.write_text(said)
    requirements.write_text("# ours\nasgiref==3 \\\n    --hash=sha256:00\nboto3==1 \\\n    --hash=sha256:00\n")
    for name in ("pip-26.dist-info", "asgiref-3.dist-info", "asgiref"):
        (tmp_path / "lib" / "python3" / "site-packages" / name).mkdir(parents=True)
    assert how_far(log, tmp_path, packages(requirements)) == told


def test_a_step_that_takes_long_says_meanwhile_how_far_it_is(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(terminal.Progress, "EVERY", 0.0)
    with terminal.step("Installing") as progress:
        slow = [sys.executable, "-c", "import time; time.sleep(1.3)"]
        terminal.quietly("it", slow, tmp_path / "log", meanwhile=lambda: progress.tell("1 of 2 packages collected"))
    first, second, last = capsys.readouterr().out.splitlines()
    assert (first, second) == ("  Installing … ", "    1 of 2 packages collected, 1 s")
    assert re.fullmatch(r"    \d+\.\d s", last)


def test_at_a_terminal_the_line_is_written_over(monkeypatch, capsys):
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    monkeypatch.setenv("TERM", "xterm")
    progress = terminal.Progress("Installing")
    progress.tell("1 of 2")
    progress.tell("2 of 2")
    progress.end("no")
    assert capsys.readouterr().out == "  Installing … \n    1 of 2, 0 s\r\x1b[K    2 of 2, 0 s\r\x1b[K    no\n"


def test_a_step_that_takes_no_time_is_one_line(capsys):
    with terminal.step("Removing"):
        pass
    assert capsys.readouterr().out == "  Removing … 0.0 s\n"


def test_lock_without_uv_says_what_is_missing(checkout, bare):
    code, _, complaint = run(checkout, bare, "lock")
    assert (code, complaint) == (1, "dev.py: lock needs uv on PATH (python3 -m pip install uv)\n")
