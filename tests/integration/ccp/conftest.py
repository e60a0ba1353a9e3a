"""The clock of the agents' tests."""

import pytest

from tests.factories import NOW
from tests.integration.agents.conftest import Clock


@pytest.fixture
def clock() -> Clock:
    return Clock(NOW)


@pytest.fixture(autouse=True)
def _one_process(settings):
    """The hub ends with the test's loop, and must not be reading from Redis then."""
    settings.REDIS_URL = ""
