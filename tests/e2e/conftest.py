"""A portal without an emulator behind it, for pages whose socket a test feeds itself; made once for a module."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.e2e.browsing import chromium
from tests.emulating import free_port
from tests.portal import RunningPortal


@pytest.fixture(scope="module")
def lone_portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningPortal]:
    nobody_there = free_port()
    environment = {"CCP_SNS_CERT": ""}
    with RunningPortal(tmp_path_factory.mktemp("portal"), nobody_there, environment=environment) as running:
        yield running


@pytest.fixture(scope="module")
def chromium_once() -> Iterator[Browser]:
    with chromium() as running:
        yield running
