"""What this machine has for the tests: a browser, servers, Node; what it lacks is named."""

import hashlib
import os
import re
import shutil
import socket
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from .terminal import ROOT

WORDS = {
    "chromium": "Chromium (/usr/bin/chromium, or `chromium` on PATH)",
    "postgres": "PostgreSQL (DATABASE_URL_TEST, or user root or postgres on 127.0.0.1:5432, who may create databases)",
    "redis": "Redis (REDIS_URL_TEST, or 127.0.0.1:6379)",
    "node": "Node 20 or newer",
    "npm": "npm",
}


@dataclass(frozen=True)
class Machine:
    """Where each of them is; None is lacking."""

    chromium: str | None = None
    postgres: str | None = None
    redis: str | None = None
    node: str | None = None
    npm: str | None = None

    def lacks(self, needs: Sequence[str]) -> list[str]:
        return [WORDS[need] for need in needs if getattr(self, need) is None]


def look_around(python: Path) -> Machine:
    return Machine(
        chromium=find_chromium(),
        postgres=next((url for url in postgres_urls(os.environ) if may_create_databases(python, url)), None),
        redis=next((url for url in redis_urls(os.environ) if pongs(url)), None),
        node=find_node(20),
        npm=shutil.which("npm"),
    )


def find_chromium() -> str | None:
    debian = "/usr/bin/chromium"
    return debian if os.access(debian, os.X_OK) else shutil.which("chromium")


def find_node(at_least: int) -> str | None:
    node = shutil.which("node")
    if node is None:
        return None
    said = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    major = re.match(r"v(\d+)", said)
    return node if major and int(major[1]) >= at_least else None


def postgres_urls(outside: Mapping[str, str]) -> list[str]:
    """Django puts test_ before the name; with the folder's hash in it, two checkouts can be tested at once."""
    if "DATABASE_URL_TEST" in outside:
        return [outside["DATABASE_URL_TEST"]]
    name = f"ccp_{hashlib.sha256(str(ROOT).encode()).hexdigest()[:8]}"
    return [f"postgres://{user}@127.0.0.1:5432/{name}" for user in ("root", "postgres")]


def may_create_databases(python: Path, url: str) -> bool:
    """Asks as Django will: in the database `postgres`, from where it makes the test's own."""
    entrance = urlsplit(url)._replace(path="/postgres").geturl()
    question = "SELECT 1 / (rolcreatedb OR rolsuper)::int FROM pg_roles WHERE rolname = current_user"
    code = f"import sys, psycopg; psycopg.connect(sys.argv[1], connect_timeout=3).execute({question!r})"
    return subprocess.run([python, "-c", code, entrance], capture_output=True, check=False).returncode == 0


def redis_urls(outside: Mapping[str, str]) -> list[str]:
    return [outside.get("REDIS_URL_TEST", "redis://127.0.0.1:6379")]


def pongs(url: str) -> bool:
    address = urlsplit(url)
    try:
        with socket.create_connection((address.hostname or "127.0.0.1", address.port or 6379), timeout=3) as redis:
            redis.sendall(b"PING\r\n")
            return redis.recv(64).startswith((b"+PONG", b"-NOAUTH"))
    except OSError:
        return False
