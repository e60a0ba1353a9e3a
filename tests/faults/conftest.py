"""One product on a line that can be held and cut, for all tests of a file: each has its own contacts."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.troubled import Troubled


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Troubled]:
    with Troubled(tmp_path_factory.mktemp("house")) as running:
        yield running
