"""One Chromium and one portal without an emulator behind it, whose pages' sockets a test feeds itself, for many tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.browsing import chromium
from tests.emulating import free_port
from tests.portal import RunningPortal

expect.set_options(timeout=30_000)  # Playwright's 5 s are for a quiet machine; who sees what is expected does not wait


def as_long_as_may_be(fixture_name: str, config: pytest.Config) -> str:
    """For the whole run where it is of pages only (`-m browser`, as in dev.py test); else for a file: Playwright's event
    loop runs in the test's thread, and a test of another folder could not have one of its own.
    """
    return "session" if str(config.getoption("markexpr")).startswith("browser") else "module"


@pytest.fixture(scope="session")
def lone_portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningPortal]:
    """Nothing is written to its database but sessions: a test that needs rows has a portal of its own."""
    nobody_there = free_port()
    environment = {"CCP_SNS_CERT": ""}
    with RunningPortal(tmp_path_factory.mktemp("portal"), nobody_there, environment=environment) as running:
        yield running


@pytest.fixture(scope=as_long_as_may_be)
def chromium_once() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture(scope=as_long_as_may_be)
def browser(chromium_once: Browser) -> Browser:
    return chromium_once
