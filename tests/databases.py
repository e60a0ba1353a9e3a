"""A database for each portal of the tests: a copy of one that is migrated and seeded once in a run."""

from __future__ import annotations

import atexit
import fcntl
import os
import shutil
import tempfile
import urllib.parse
import uuid
from pathlib import Path
from typing import Protocol

import psycopg

RUN = "CCP_TEST_RUN"  # the folder that the processes of one run share


class Managed(Protocol):
    """A portal whose `manage.py` prepares a database."""

    def manage(self, *arguments: str, **environment: str) -> str: ...


class Database:
    """A migrated and seeded database for one portal.

    The stack is the one the suite runs on: SQLite with no setting at all, else DATABASE_URL (and REDIS_URL).
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.url = os.environ.get("DATABASE_URL", "")
        self.name = f"ccp_{uuid.uuid4().hex[:12]}"
        self.environment = {"DATABASE_URL": url_of(self.name), "CCP_LAYER_PREFIX": self.name} if self.url else {}

    def make(self, portal: Managed) -> None:
        made = template(portal)
        if self.url:
            execute(f"CREATE DATABASE {self.name} TEMPLATE {made}")
        else:
            self.folder.mkdir(parents=True, exist_ok=True)
            shutil.copytree(made, self.folder, dirs_exist_ok=True)

    def drop(self) -> None:
        if self.url:
            execute(f"DROP DATABASE IF EXISTS {self.name} WITH (FORCE)")


def begin_run() -> Path:
    """The folder of this run. Whoever begins it removes it, and the template, at its own end."""
    if RUN not in os.environ:
        os.environ[RUN] = tempfile.mkdtemp(prefix="ccp-test-run-")
        atexit.register(end_run, Path(os.environ[RUN]))
    return Path(os.environ[RUN])


def end_run(run: Path) -> None:
    if os.environ.get("DATABASE_URL") and (run / "lock").exists():
        execute(f"DROP DATABASE IF EXISTS {name_of(run)} WITH (FORCE)")
    shutil.rmtree(run, ignore_errors=True)


def template(portal: Managed) -> Path | str:
    """SQLite: a data directory; PostgreSQL: a database's name. The first process that asks makes it, others wait."""
    run = begin_run()
    with (run / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (run / "made").exists():
            make_template(portal, run)
            (run / "made").touch()
    return name_of(run) if os.environ.get("DATABASE_URL") else run / "template"


def make_template(portal: Managed, run: Path) -> None:
    environment = {"CCP_DATA_DIR": str(run / "template"), "CCP_SNS_CERT": ""}
    if os.environ.get("DATABASE_URL"):
        execute(f"CREATE DATABASE {name_of(run)}")
        environment["DATABASE_URL"] = url_of(name_of(run))
    portal.manage("migrate", "-v0", **environment)
    portal.manage("seed_demo", **environment)


def name_of(run: Path) -> str:
    return run.name.replace("-", "_")


def url_of(name: str) -> str:
    return urllib.parse.urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl()


def execute(statement: str) -> None:
    with psycopg.connect(url_of("postgres"), autocommit=True) as connection:
        connection.execute(statement)
