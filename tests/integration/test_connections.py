"""Pages give their database connections back."""

from __future__ import annotations

import os
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

from tests.databases import url_of
from tests.portal import RunningPortal

pytestmark = pytest.mark.skipif(
    not os.environ.get("DATABASE_URL", "").startswith("postgres"),
    reason="counts connections of PostgreSQL (DATABASE_URL)",
)


def test_two_hundred_pages_leave_no_connection_behind(tmp_path: Path) -> None:
    environment = {"CCP_SNS_CERT": "", "CCP_DB_THREADS": "4"}
    with RunningPortal(tmp_path, emulator_port=1, environment=environment) as portal:
        with ThreadPoolExecutor(20) as browsers:
            statuses = set(browsers.map(lambda _: _look(portal.url), range(200)))
        assert statuses == {200}
        assert _connections(portal) <= 4 + 2  # chats.db's threads, and the pages under way


def _look(url: str) -> int:
    with urllib.request.urlopen(f"{url}/healthz", timeout=30) as answer:
        return int(answer.status)


def _connections(portal: RunningPortal) -> int:
    with psycopg.connect(url_of("postgres"), autocommit=True) as connection:
        row = connection.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = %s", [portal.database.name]
        ).fetchone()
        assert row is not None
        return int(row[0])
