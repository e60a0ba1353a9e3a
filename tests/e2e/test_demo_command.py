"""`python3 dev.py demo` from a clean copy of this checkout: comes up, answers, stops; comes up again with its data."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
# It installs everything once more: in CI always, elsewhere with --full.
pytestmark = [pytest.mark.timeout(240), *([] if os.environ.get("CI") == "true" else [pytest.mark.full])]


@pytest.fixture(scope="module")
def clone(tmp_path_factory):
    """What git knows of this folder, and nothing else: a file that was never added is missing here too."""
    home = tmp_path_factory.mktemp("clone") / "ccp-portal"
    listed = subprocess.check_output(["git", "-c", f"safe.directory={ROOT}", "ls-files", "-z"], cwd=ROOT, text=True)
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file():
            (home / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, home / name)
    yield home
    shutil.rmtree(home)


@pytest.fixture(scope="module")
def port():
    for candidate in range(24_000 + os.getpid() % 5_000, 40_000, 2):
        with socket.socket() as first, socket.socket() as second:
            try:
                first.bind(("127.0.0.1", candidate))
                second.bind(("127.0.0.1", candidate + 1))
            except OSError:
                continue
            return candidate
    raise RuntimeError("no two free ports in a row")


class Demo:
    """A demo that runs in a clone, as a newcomer starts it."""

    def __init__(self, clone, port):
        self.began = time.monotonic()
        self.said = ""
        self.process = subprocess.Popen(
            [sys.executable, "dev.py", "demo", "--port", str(port)],
            cwd=clone,
            env={name: value for name, value in os.environ.items() if name != "VIRTUAL_ENV"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def wait_until_up(self):
        """The seconds it took."""
        for line in self.process.stdout:
            self.said += line
            if "Ctrl-C stops all" in line:
                return time.monotonic() - self.began
        raise AssertionError(f"the demo ended with {self.process.wait()}:\n{self.said}")

    def stop(self, number=signal.SIGTERM):
        self.process.send_signal(number)
        self.said += self.process.communicate(timeout=60)[0]
        return self.process.returncode


@pytest.fixture
def demo(clone, port):
    running = Demo(clone, port)
    yield running
    if running.process.poll() is None:
        running.stop()


def status(url):
    with urllib.request.urlopen(url, timeout=10) as response:
        return response.status


def pages(port):
    portal, emulator = f"http://127.0.0.1:{port}", f"http://127.0.0.1:{port + 1}"
    return [f"{portal}/healthz", f"{portal}/login/", f"{portal}/admin/", f"{emulator}/_emulator/customer"]


def free(port):
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", port))
    return True


def test_from_a_clean_clone_the_demo_comes_up_and_sigterm_stops_it(demo, port):
    demo.wait_until_up()
    assert [status(page) for page in pages(port)] == [200] * 4
    assert demo.stop() == 0
    assert [line.split(" … ")[0].strip() for line in demo.said.splitlines() if "stops …" in line] == [
        "The website stops",
        "The portal stops",
        "The emulator stops",
    ]
    assert "killed" not in demo.said
    assert [free(port + above) for above in range(3)] == [True] * 3


def test_started_again_it_is_up_in_seconds_and_ctrl_c_stops_it(demo, port):
    assert demo.wait_until_up() < 30  # 4 s on two idle cores
    assert ".venv holds requirements.txt already" in demo.said
    assert "var/demo holds the database already" in demo.said
    assert [status(page) for page in pages(port)] == [200] * 4
    assert demo.stop(signal.SIGINT) == 0
