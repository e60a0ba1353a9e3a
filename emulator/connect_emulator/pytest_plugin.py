"""The pytest plugin: the fixture `amazon_connect`, a new instance of Amazon Connect for each test.

pytest finds it by the entry point of the installed distribution. Nothing heavy is imported before a test asks for it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from .testing import AmazonConnect


@pytest.fixture
def amazon_connect_flows() -> Sequence[Path | str]:
    """The flow documents of a new instance. Define it in your own suite: files, relative to pytest's root folder.

    The first is the flow of `start_chat`. `ID=FILE` gives a flow its id. None at all: a flow that greets and waits.
    """
    return ()


@pytest.fixture
def amazon_connect(
    amazon_connect_flows: Sequence[Path | str], tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config
) -> Iterator[AmazonConnect]:
    """A new instance of Amazon Connect in this process; `connect_emulator.testing.AmazonConnect` says what it can do."""
    from .cli import SAMPLE_FLOW, Mistake, read_flows
    from .testing import AmazonConnect

    files = [_from_root(pytestconfig.rootpath, str(name)) for name in amazon_connect_flows] or [str(SAMPLE_FLOW)]
    try:
        flows = read_flows(files, "amazon_connect_flows")
    except Mistake as mistake:
        raise pytest.UsageError(str(mistake)) from None
    instance = AmazonConnect(tmp_path_factory.mktemp("amazon_connect"), flows)
    yield instance
    instance.close()


def _from_root(root: Path, name: str) -> str:
    """`[ID=]FILE` with the file's whole path."""
    before, equals, after = name.rpartition("=")
    return f"{before}{equals}{root / after}"
