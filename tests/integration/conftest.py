"""Fixtures of the tests that meet the database."""

import pytest


@pytest.fixture(autouse=True)
def no_limit_of_sends(settings):
    """A test of the limit sets its own; the others would wait for their turns."""
    settings.CCP_SENDS_PER_SECOND = 0
