"""What anybody can send to a portal that runs: bodies without an end, heads without an end, more than it has room for."""

from __future__ import annotations

import contextlib
import re
import socket
import stat
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.emulating import eventually
from tests.portal import RunningPortal

HUGE = 1_500_000_000
FILES_AT_FIRST, FILES_AT_MOST = 150, 220
FEW_FILES = f"""
import resource, runpy, sys
resource.setrlimit(resource.RLIMIT_NOFILE, ({FILES_AT_FIRST}, {FILES_AT_MOST}))
sys.path.insert(0, "")
runpy.run_path("manage.py", run_name="__main__")
"""


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningPortal]:
    with RunningPortal(
        tmp_path_factory.mktemp("hostile"), emulator_port=1, environment={"CCP_SNS_CERT": ""}
    ) as running:
        yield running


def memory_of(portal: RunningPortal) -> int:
    """Resident bytes."""
    found = re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{portal.pid}/status").read_text())
    assert found is not None
    return int(found[1]) * 1024


def opened(portal: RunningPortal) -> socket.socket:
    return socket.create_connection(("127.0.0.1", portal.port), timeout=20)


def pour(line: socket.socket, path: str, framing: str) -> bytes:
    """Send a body of 1.5 GB, or as much of it as is taken; the answer."""
    line.sendall(f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{framing}\r\n\r\n".encode())
    piece = b"x" * 1_000_000
    piece = b"f4240\r\n" + piece + b"\r\n" if "chunked" in framing else piece
    with contextlib.suppress(OSError):
        for _ in range(HUGE // 1_000_000):
            line.sendall(piece)
    answer = b""
    with contextlib.suppress(OSError):
        while more := line.recv(65_536):
            answer += more
    return answer


@pytest.mark.parametrize("framing", [f"Content-Length: {HUGE}", "Transfer-Encoding: chunked"])
@pytest.mark.parametrize("path", ["/login/", "/webhooks/sns/", "/reception/", "/contacts/x/files/"])
def test_a_body_of_gigabytes_costs_no_memory_and_holds_nobody_up(portal, path, framing):
    before = memory_of(portal)
    with opened(portal) as line, ThreadPoolExecutor(1) as beside:
        pouring = beside.submit(pour, line, path, framing)
        assert urllib.request.urlopen(f"{portal.url}/healthz", timeout=5).status == 200
        answer = pouring.result()
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert memory_of(portal) - before < 64_000_000
    assert f"Refused POST {path} of 127.0.0.1" in portal.log.read_text()


def test_three_hundred_strangers_at_once_are_all_answered_and_an_agent_does_not_wait_for_them(portal):
    mira = portal.log_in("mira")
    mira.status("/desk/")

    def look(number: int) -> int:
        forged = {"Cookie": f"sessionid=forged{number:026}"} if number % 2 else {}
        request = urllib.request.Request(f"{portal.url}/login/", headers=forged)
        with urllib.request.urlopen(request, timeout=60) as answer:
            return int(answer.status)

    with ThreadPoolExecutor(300) as strangers:
        asked = [strangers.submit(look, number) for number in range(300)]
        eventually(lambda: sum(one.done() for one in asked) > 10, 30, "strangers are being answered")
        assert mira.status("/desk/") == 200
        done_before_her = sum(one.done() for one in asked)
        assert {one.result() for one in asked} == {200}
    assert done_before_her < 250


def test_an_agent_who_is_deleted_while_at_the_desk_is_turned_out(portal):
    with portal.desk("jonas") as jonas:
        portal.shell("from agents.models import Agent; Agent.objects.get(user__username='jonas').delete()")
        jonas.until(lambda _held: jonas.close_code is not None, "the close", 20)
    assert (jonas.bye, jonas.close_code) == (
        {"code": 4403, "reason": "You may not use this page.", "retryAfter": None},
        4403,
    )


def test_what_is_kept_is_for_its_own_user_only(portal):
    folder = Path(portal.environment["CCP_DATA_DIR"])
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    made = portal.shell(
        "import pathlib, django.conf as c; p = pathlib.Path(c.settings.CCP_DATA_DIR) / 'made'; p.write_text('x'); print(p)"
    )
    assert stat.S_IMODE(Path(made).stat().st_mode) == 0o600
    umask = re.search(r"Umask:\s+(\d+)", Path(f"/proc/{portal.pid}/status").read_text())
    assert umask is not None
    assert umask[1] == "0077"


def test_the_limit_of_open_files_is_raised_and_its_end_is_logged(tmp_path):
    limited = RunningPortal(tmp_path, emulator_port=1, environment={"CCP_SNS_CERT": ""})
    limited.program = str(tmp_path / "few_files.py")
    Path(limited.program).write_text(FEW_FILES)
    with limited as portal:
        limits = Path(f"/proc/{portal.pid}/limits").read_text()
        assert re.search(rf"Max open files +{FILES_AT_MOST} +{FILES_AT_MOST} ", limits)
        with contextlib.ExitStack() as lines:
            for _ in range(FILES_AT_MOST):
                lines.enter_context(opened(portal))
            eventually(lambda: "Connections are turned away (EMFILE)" in portal.log.read_text(), 20, "it is logged")
        eventually(lambda: _answers(portal), 20, "it is answered again")


def _answers(portal: RunningPortal) -> bool:
    try:
        return bool(urllib.request.urlopen(f"{portal.url}/healthz", timeout=5).status == 200)
    except OSError:
        return False


def test_readyz_says_that_nothing_can_be_written(portal):
    ready = urllib.request.urlopen(f"{portal.url}/readyz", timeout=10)
    assert (ready.status, ready.read()) == (200, b'{"status": "ok", "database": "ok", "files": "ok"}')
    outgoing = Path(portal.environment["CCP_DATA_DIR"]) / "media" / "outgoing"
    outgoing.rename(outgoing.with_name("aside"))
    outgoing.write_text("a file where the folder was")
    try:
        time.sleep(1.1)  # the last answer holds for a second
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(f"{portal.url}/readyz", timeout=10)
        assert refused.value.code == 503
        assert refused.value.read() == b'{"status": "unavailable", "database": "ok", "files": "FileExistsError"}'
        assert urllib.request.urlopen(f"{portal.url}/healthz", timeout=10).status == 200
    finally:
        outgoing.unlink()
        outgoing.with_name("aside").rename(outgoing)
