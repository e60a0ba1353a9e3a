"""The clock of the agents' tests."""

import pytest

from tests.factories import NOW
from tests.integration.agents.conftest import Clock


@pytest.fixture
def clock() -> Clock:
    return Clock(NOW)
