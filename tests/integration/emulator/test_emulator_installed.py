"""The emulator as everybody else gets it: built as a wheel, installed in an empty environment outside the repository."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import textwrap
import tomllib
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement

from tests.emulating import ROOT, RunningEmulator, customer

PROJECT = tomllib.loads((ROOT / "emulator" / "pyproject.toml").read_text())["project"]
PINNED = dict(re.findall(r"^([\w.-]+)==([^\s\\]+)", (ROOT / "requirements-dev.txt").read_text(), re.MULTILINE))
OUTSIDE = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "PYTEST", "VIRTUAL"))}


def example(document: Path) -> str:
    """The test that a document shows."""
    [shown] = re.findall(r"^    def test_.*\n(?:        .*\n)+", document.read_text(), re.MULTILINE)
    return textwrap.dedent(shown)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheel and a virtual environment that holds it, what it requires, and pytest."""
    folder = tmp_path_factory.mktemp("installed")
    pins = folder / "pins.txt"  # what this repository is tested with; uv and pip have them in their caches
    pins.write_text("\n".join(f"{name}=={version}" for name, version in PINNED.items()))
    uv, python = shutil.which("uv"), folder / "env" / "bin" / "python"
    source = ROOT / "emulator"
    if uv:
        run(folder, uv, "build", "--quiet", "--wheel", source, "--out-dir", folder)
        run(folder, uv, "venv", "--quiet", "--python", sys.executable, "env")
        install: list[Any] = [uv, "pip", "install", "--quiet", "--python", python]
    else:
        run(folder, sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", folder, source)
        run(folder, sys.executable, "-m", "venv", "env")
        install = [python, "-m", "pip", "install", "--quiet"]
    [wheel] = folder.glob("*.whl")
    run(folder, *install, "--constraint", pins, wheel, "pytest")
    return folder


def run(folder: Path, *command: Any) -> str:
    done = subprocess.run(command, cwd=folder, env=OUTSIDE, capture_output=True, text=True, check=False, timeout=110)
    assert done.returncode == 0, f"{command}: {done.stdout[-2000:]}{done.stderr[-2000:]}"
    return done.stdout


class Installed(RunningEmulator):
    """The command `connect-emulator` of an environment."""

    def __init__(self, home: Path) -> None:
        super().__init__(home, control=False)
        self.home = home

    def start(self) -> None:
        command = [self.home / "env" / "bin" / "connect-emulator", *self._command]
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(command, cwd=self.home, env=OUTSIDE, stdout=log, stderr=log)
        self.wait_until_ready()


@pytest.fixture(scope="module")
def emulator(home: Path) -> Iterator[Installed]:
    with Installed(home) as running:
        yield running


def get(emulator: Installed, path: str) -> str:
    with urllib.request.urlopen(f"{emulator.url}/_emulator/{path}", timeout=20) as answer:
        return str(answer.read().decode())


def test_a_customer_chats_and_the_sample_flow_answers(emulator: Installed) -> None:
    with customer(emulator, "Ada") as ada:
        ada.say("Is anybody there?")
        ada.wait_for(lambda item: "nobody is here to answer" in item.get("Content", ""))


def test_pages_are_served_with_all_that_they_load(emulator: Installed) -> None:
    page = get(emulator, "customer")
    loaded = re.findall(r'(?:src|href)="(?:/_emulator/)?([\w./-]+\.(?:js|css|svg))"', page)
    assert len(loaded) > 3
    for name in loaded:
        assert get(emulator, name)
    assert "Contacts" in get(emulator, "")


def test_somebody_elses_suite_has_the_fixture_without_a_word(home: Path) -> None:
    suite = home / "suite"
    suite.mkdir()
    (suite / "test_shop.py").write_text(example(ROOT / "docs" / "emulator.md"))
    assert "1 passed" in run(suite, home / "env" / "bin" / "python", "-m", "pytest", "-W", "error", "test_shop.py")


def test_both_documents_show_the_same_test() -> None:
    assert example(ROOT / "emulator" / "README.md") == example(ROOT / "docs" / "emulator.md")


def test_no_django_and_nothing_of_the_portal_is_installed_with_it(home: Path) -> None:
    code = "import importlib.metadata as m, json; print(json.dumps([d.metadata['Name'] for d in m.distributions()]))"
    names = {name.lower() for name in json.loads(run(home, home / "env" / "bin" / "python", "-c", code))}
    assert {"connect-emulator", "boto3", "daphne"} <= names
    assert {name for name in names if re.search("django|channels|ccp", name)} == set()


def test_its_ranges_hold_the_versions_that_this_repository_is_tested_with() -> None:
    ranges = [Requirement(text) for text in PROJECT["dependencies"]]
    assert [r.name for r in ranges if not r.specifier.contains(PINNED[r.name])] == []
