"""`python -m tests.forkserver FD`: has imported what our servers import, and forks one of them for each line it reads.

tests.processes starts it and speaks to it: a line of JSON asks for a process, a line tells its pid, another one its exit
code. A portal then costs the CPU of its own start, not of the thousand modules before it. Nothing of Django's settings
and no reactor is imported here: both belong to one process. When the asking end is gone, every process is killed.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import runpy
import select
import signal
import socket
import sys
import traceback
import warnings
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
MODULES = (
    *("asyncio", "sqlite3", "http.client", "logging.config", "multiprocessing", "concurrent.futures.thread"),
    *("django.core.asgi", "django.core.management.base", "django.core.servers.basehttp", "django.core.serializers.json"),
    *("django.db.models", "django.db.backends.sqlite3.base", "django.forms", "django.template.loader", "django.urls"),
    *("django.template.defaulttags", "django.template.loader_tags", "django.middleware.csrf", "django.contrib.auth"),
    *("django.utils.translation.trans_real", "django.core.mail", "django.db.migrations.executor", "django.test.client"),
    *("channels.routing", "channels.generic.websocket", "channels.layers", "channels.auth", "channels_redis.core"),
    *("daphne.http_protocol", "daphne.ws_protocol", "daphne.endpoints", "daphne.access", "daphne.utils"),
    *("twisted.internet.asyncioreactor", "twisted.internet.endpoints", "autobahn.twisted.websocket", "autobahn.nvx"),
    *("boto3.session", "boto3.s3.inject", "botocore.handlers", "botocore.httpsession", "botocore.parsers"),
    *("pydantic", "pydantic.main", "pydantic._internal._generate_schema", "environ", "csp.middleware", "whitenoise.middleware"),
    *("cryptography.fernet", "cryptography.x509", "cryptography.hazmat.primitives.asymmetric.padding"),
    *("markdown_it", "nh3", "psycopg", "django.db.backends.postgresql.base", "redis.asyncio"),
    *("connect_emulator.__main__", "connect_emulator.app", "connect_emulator.background", "connect_emulator.core"),
)  # fmt: skip


def main(handle: int) -> None:
    for module in MODULES:
        with contextlib.suppress(ImportError):  # a server that needs it says so itself
            importlib.import_module(module)
    assert not {"twisted.internet.reactor", "ccp_portal.settings"} & set(sys.modules), "what only one process may have"
    gc.collect()
    gc.freeze()
    Server(socket.socket(fileno=handle)).run()


class Server:
    def __init__(self, asked: socket.socket) -> None:
        self.asked = asked
        self.children: set[int] = set()
        self.wake, self.woken = os.pipe()
        os.set_blocking(self.woken, False)

    def run(self) -> None:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for pytest, which stops what it has started
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(self.woken)
        self.tell(ready=True)
        buffer = b""
        while True:
            ready, _, _ = select.select([self.asked, self.wake], [], [])
            if self.wake in ready:
                os.read(self.wake, 4096)
                self.reap()
            if self.asked in ready:
                got = self.asked.recv(65536)
                if not got:
                    break
                *lines, buffer = (buffer + got).split(b"\n")
                for line in lines:
                    self.fork(json.loads(line))
        for pid in self.children:
            os.kill(pid, signal.SIGKILL)

    def reap(self) -> None:
        with contextlib.suppress(ChildProcessError):
            while True:
                pid, status = os.waitpid(-1, os.WNOHANG)
                if pid == 0:
                    return
                self.children.discard(pid)
                self.tell(ended=pid, code=os.waitstatus_to_exitcode(status))

    def tell(self, **words: Any) -> None:
        self.asked.sendall(json.dumps(words).encode() + b"\n")

    def fork(self, order: dict[str, Any]) -> None:
        pid = os.fork()
        if pid == 0:
            signal.set_wakeup_fd(-1)
            for number in (signal.SIGINT, signal.SIGCHLD):
                signal.signal(number, signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL)
            for handle in (self.wake, self.woken, self.asked.detach()):
                os.close(handle)
            become(order)
        self.children.add(pid)
        self.tell(order=order["order"], pid=pid)


def become(order: dict[str, Any]) -> None:
    """The process that was ordered, from its first statement to its last; as `python` itself would run it."""
    code = 1
    try:
        redirect(order["out"], order["err"])
        os.environ.clear()
        os.environ.update(order["environment"])
        if order["environment"].get("PYTHONWARNINGS") == "default":
            warnings.simplefilter("default")
        run(order["program"], order["words"])
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 0 if end.code is None else 1
        if isinstance(end.code, str):
            sys.stderr.write(end.code + "\n")
    except BaseException:  # noqa: BLE001 -- whatever it is, it is told as Python tells it
        traceback.print_exc()
    finally:
        end_threads()
        with contextlib.suppress(Exception):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(code)


def redirect(out: str, err: str) -> None:
    """Standard input is empty, what is said is appended to a file, line by line."""
    nothing = os.open(os.devnull, os.O_RDONLY)
    said = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    complained = os.open(err, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644) if err else said
    for number, handle in enumerate((nothing, said, complained)):
        os.dup2(handle, number)
    for handle in {nothing, said, complained}:
        os.close(handle)
    sys.stdout = open(1, "w", buffering=1, encoding="utf-8", closefd=False)  # noqa: SIM115 -- as long as the process
    sys.stderr = open(2, "w", buffering=1, encoding="utf-8", errors="backslashreplace", closefd=False)  # noqa: SIM115


def run(program: str, words: list[str]) -> None:
    if program.endswith(".py"):
        sys.argv = [program, *words]
        sys.path[0] = str((ROOT / program).parent)
        runpy.run_path(program, run_name="__main__")
    else:
        sys.argv = [program, *words]
        sys.path[0] = str(ROOT)
        runpy.run_module(program, run_name="__main__", alter_sys=True)


def end_threads() -> None:
    """As the interpreter's own end does: threads that are no daemons are waited for, and exit handlers are run."""
    import atexit
    import threading

    with contextlib.suppress(BaseException):
        threading._shutdown()  # type: ignore[attr-defined]
    with contextlib.suppress(BaseException):
        atexit._run_exitfuncs()


if __name__ == "__main__":
    main(int(sys.argv[1]))
