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


def test_three_hundred_strangers_at_once_leave_connections_to_the_desks_and_none_behind(tmp_path: Path) -> None:
    environment = {"CCP_SNS_CERT": "", "CCP_DB_THREADS": "4", "CCP_PAGE_THREADS": "8"}
    with RunningPortal(tmp_path, emulator_port=1, environment=environment) as portal:
        with ThreadPoolExecutor(300) as browsers:
            looks = [browsers.submit(_look, portal.url, number) for number in range(300)]
            most = 0
            while not all(look.done() for look in looks):
                most = max(most, _connections(portal))
            assert {look.result() for look in looks} == {200}
        assert 4 < most <= 4 + 8  # chats.db's threads, and the pages under way
        assert _connections(portal) <= 4


def _look(url: str, number: int) -> int:
    """Everybody claims to be signed in, so that the portal has to ask the database."""
    forged = {"Cookie": f"sessionid=forged{number:026}"}
    with urllib.request.urlopen(urllib.request.Request(f"{url}/login/", headers=forged), timeout=60) as answer:
        return int(answer.status)


def _connections(portal: RunningPortal) -> int:
    with psycopg.connect(url_of("postgres"), autocommit=True) as connection:
        row = connection.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = %s", [portal.database.name]
        ).fetchone()
        assert row is not None
        return int(row[0])
