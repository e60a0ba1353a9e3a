"""Fixtures for all tests: people, the product on real wires, a hub that ends with its loop."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from asgiref.sync import sync_to_async
from hypothesis import HealthCheck, settings

from tests.databases import begin_run
from tests.portal import Product

pytest_plugins = ["pytester", "connect_emulator.pytest_plugin"]  # by its entry point, where the emulator is installed

# No test is timed; and CI repeats what it ran before, so that a landing does not hang on a new draw of examples.
settings.register_profile(
    "house",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    derandomize=os.environ.get("CI") == "true",
    database=None if os.environ.get("CI") == "true" else settings.default.database,
)
settings.load_profile("house")


def pytest_configure() -> None:
    """Before the workers start, so that they share the run's template of a database."""
    begin_run()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None) -> Iterator[None]:
    """Threads hold connections, ours of chats.db and asgiref's: they close before the test database is destroyed."""
    yield
    from django.db import connections

    from chats import connect, db

    db.close()
    connect.close()
    asyncio.run(sync_to_async(connections.close_all)())


@pytest.fixture
def product(tmp_path: Path) -> Iterator[Product]:
    """The portal and the emulator, as the demo starts them."""
    with Product(tmp_path) as running:
        yield running
