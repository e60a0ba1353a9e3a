"""A checkout of its own for the set-up commands: our `dev.py` and `devtools`, with two tiny servers to start."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]

# What `manage.py serve` and `python -m connect_emulator` are in that checkout: real servers that answer every GET with 200.
SERVER = """
import http.server, os, pathlib, signal, sys

class Answering(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()

def serve():
    if os.environ.get("STUBBORN"):
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    port = int(sys.argv[sys.argv.index("--port") + 1])
    print("serving on", port, flush=True)
    pathlib.Path(os.environ["CCP_DATA_DIR"], f"{port}.pid").write_text(str(os.getpid()))
    http.server.ThreadingHTTPServer(("127.0.0.1", port), Answering).serve_forever()
"""
MANAGE = """
import os, pathlib, sys, tiny
if sys.argv[1] == "serve":
    tiny.serve()
else:
    data = pathlib.Path(os.environ["CCP_DATA_DIR"])
    data.mkdir(parents=True, exist_ok=True)
    (data / "portal.sqlite3").touch()
    with (data / "done").open("a") as done:
        done.write(sys.argv[1] + "\\n")
    if os.environ.get("BROKEN") == sys.argv[1]:
        sys.exit("the table is made of paper")
"""


@pytest.fixture
def checkout(tmp_path):
    """A folder with the set-up commands, no requirements, and servers that start in no time."""
    return cloned(tmp_path / "checkout")


@pytest.fixture(scope="session")
def installed(tmp_path_factory):
    """The virtual environment of such a folder, as `dev.py` makes it."""
    home = cloned(tmp_path_factory.mktemp("installed") / "checkout")
    code = "from devtools.environment import environment; environment('.venv', 'requirements.txt')"
    subprocess.run([sys.executable, "-c", code], cwd=home, capture_output=True, check=True)
    return home / ".venv"


def cloned(home):
    shutil.copytree(ROOT / "devtools", home / "devtools", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "dev.py", home)
    for name in ("requirements.txt", "requirements-dev.txt"):
        (home / name).write_text("# nothing\n")
    (home / "tiny.py").write_text(SERVER)
    (home / "manage.py").write_text(MANAGE)
    (home / "emulator" / "connect_emulator").mkdir(parents=True)
    (home / "emulator" / "connect_emulator" / "__main__.py").write_text("import tiny\ntiny.serve()\n")
    return home


@pytest.fixture
def free_port():
    """A port with two free ones above it."""
    for port in range(20_000 + os.getpid() % 20_000, 60_000, 3):
        with socket.socket() as first, socket.socket() as second, socket.socket() as third:
            try:
                for beside, one in enumerate((first, second, third)):
                    one.bind(("127.0.0.1", port + beside))
            except OSError:
                continue
            return port
    raise RuntimeError("no three free ports in a row")


class Terminal:
    """Runs `dev.py` as a person does, and reads what it says."""

    def __init__(self, checkout):
        self.checkout, self.started = checkout, []

    def open(self, *words, deaf=False, **settings):
        """`deaf`: as a shell starts the background jobs of a script, with SIGINT ignored."""
        command = [sys.executable, "dev.py", *map(str, words)]
        process = subprocess.Popen(
            ["sh", "-c", 'trap "" INT; exec "$@"', "sh", *command] if deaf else command,
            cwd=self.checkout,
            env={**os.environ, **settings},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.started.append(process)
        return process

    def run(self, *words, **settings):
        """Its exit code, what it said, and what it complained of."""
        process = self.open(*words, **settings)
        said, complaint = process.communicate(timeout=60)
        return process.returncode, said, complaint

    def read_until(self, process, words):
        said = ""
        for line in process.stdout:
            said += line
            if words in line:
                return said
        raise AssertionError(f"it ended without {words!r}: {said}{process.stderr.read()}")

    def close(self):
        for process in self.started:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
            process.communicate(timeout=30)


@pytest.fixture
def terminal(checkout):
    with_checkout = Terminal(checkout)
    yield with_checkout
    with_checkout.close()


@pytest.fixture
def gone():
    """Whether a process has ended, or ends soon."""
    return has_ended


def has_ended(pid, seconds=5.0):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.05)
    return False
