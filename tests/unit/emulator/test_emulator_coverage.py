"""The documentation says what the code does: its table is the handlers', its options are the command line's."""

from __future__ import annotations

import re

import pytest

from connect_emulator import undocumented
from connect_emulator.access.resources import NEEDS
from connect_emulator.cli import _parser
from connect_emulator.coverage import BEGIN, MISSING, PARTIAL, emulated, main, rows, table, written_into
from tests.emulating import INBOUND_FLOW, INSTANCE, REGION, ROOT

DOCUMENT = (ROOT / "docs" / "emulator.md").read_text(encoding="utf-8")


def test_the_table_of_the_documentation_is_that_of_the_code() -> None:
    assert written_into(DOCUMENT) == DOCUMENT, "connect-emulator coverage docs/emulator.md"


def test_every_operation_is_in_the_table_once() -> None:
    listed = [(service, operation) for service, operation, _, _ in rows()]
    assert len(set(listed)) == len(listed)
    assert sorted(o for s, o in listed if s == "connect") == emulated()["connect"]
    assert len([o for s, o in listed if s == "connectparticipant"]) == 11


def test_what_is_missing_is_missing_of_something_that_is_there() -> None:
    for service, missing in MISSING.items():
        assert set(missing) <= set(emulated()[service])
    assert all(why for _, _, how, why in rows() if how == PARTIAL)


def test_resources_are_named_for_operations_that_are_there() -> None:
    assert set(NEEDS) <= set(emulated()["connect"])


def test_every_option_is_in_the_documentation() -> None:
    options = [option for action in _parser()._actions for option in action.option_strings if option.startswith("--")]
    assert [option for option in options if f"`{option}" not in DOCUMENT] == []


def test_the_constants_of_the_documentation_are_the_emulators() -> None:
    assert set(re.findall(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", DOCUMENT)) == {INSTANCE, INBOUND_FLOW}
    assert f"region `{REGION}`" in DOCUMENT
    assert undocumented.CLOCK_SKEW in DOCUMENT


def test_the_command_prints_the_table(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 0
    assert capsys.readouterr().out == table() + "\n"


def test_a_document_without_a_place_for_the_table_is_told() -> None:
    with pytest.raises(ValueError, match=re.escape(BEGIN)):
        written_into("nothing here")
