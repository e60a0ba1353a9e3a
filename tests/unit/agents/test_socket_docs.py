"""docs/socket.md and docs/socket.schema.json say what the code says; whoever changes one is told about the other."""

from __future__ import annotations

import ast
import json
import re
import shutil
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from pydantic import TypeAdapter

from agents import protocol
from agents.management.commands import export_socket_schema
from agents.management.jsdoc_types import typedefs
from agents.sockets.desk import DeskSocket
from agents.sockets.floor import FloorSocket

ROOT = Path(__file__).resolve().parents[3]
PAGE = (ROOT / "docs" / "socket.md").read_text(encoding="utf-8")
SCHEMA = json.loads((ROOT / "docs" / "socket.schema.json").read_text(encoding="utf-8"))


@pytest.fixture
def docs(tmp_path):
    """A copy of the documents that a test may damage."""
    for path in (ROOT / "docs" / "socket.md", ROOT / "docs" / "socket.schema.json", ROOT / export_socket_schema.TYPES):
        shutil.copy(path, tmp_path)
    return tmp_path


def export(docs: Path, *, check: bool = False) -> None:
    call_command("export_socket_schema", docs=docs, types=docs / "types.js", check=check)


def section(title: str) -> str:
    found = re.search(rf"^## {re.escape(title)}\n(.*?)(?=^## |\Z)", PAGE, re.DOTALL | re.MULTILINE)
    assert found is not None, title
    return found[1]


def table(title: str, head: str) -> list[list[str]]:
    """The rows, as cells, of the table in this section whose head begins like this."""
    lines = section(title).split("\n")
    start = next(place for place, line in enumerate(lines) if line.startswith(f"| {head} |"))
    rows = []
    for line in lines[start + 2 :]:
        if not line.startswith("|"):
            break
        rows.append([cell.strip() for cell in line.strip("|").split("|")])
    return rows


def first_cells(title: str, head: str) -> list[str]:
    return [row[0].strip("`") for row in table(title, head)]


# ---- generated -------------------------------------------------------------------------------------------------------


def test_the_documents_and_the_types_are_what_the_protocol_says():
    call_command("export_socket_schema", check=True)


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("socket.md", "| `watchContact` | floor |", "| `watchContact` | desk |"),
        ("socket.schema.json", '"FLOOD": 4029', '"FLOOD": 4030'),
        ("types.js", " * @property {string} publicName", " * @property {string|null} publicName"),
    ],
)
def test_a_stale_document_is_named_and_written_anew(docs, name, old, new):
    fresh = (docs / name).read_text(encoding="utf-8")
    assert fresh.count(old) == 1
    (docs / name).write_text(fresh.replace(old, new), encoding="utf-8")
    with pytest.raises(CommandError, match=f"^{re.escape(name)}: not what"):
        export(docs, check=True)
    assert (docs / name).read_text(encoding="utf-8") != fresh  # --check changes nothing
    export(docs)
    assert (docs / name).read_text(encoding="utf-8") == fresh


def test_a_missing_schema_is_written(docs):
    (docs / "socket.schema.json").unlink()
    with pytest.raises(CommandError, match=r"^socket\.schema\.json: not what"):
        export(docs, check=True)
    export(docs)
    export(docs, check=True)


def test_a_page_without_its_markers_is_an_error(docs):
    (docs / "socket.md").write_text(PAGE.replace("<!-- generated: limits -->", ""), encoding="utf-8")
    with pytest.raises(CommandError, match="must hold <!-- generated: limits -->"):
        export(docs)


def test_types_without_their_markers_are_an_error(docs):
    (docs / "types.js").write_text("export {}\n", encoding="utf-8")
    with pytest.raises(CommandError, match=r"^types\.js must hold /\* generated: the shapes on the wire \*/"):
        export(docs)


def test_the_types_say_what_may_be_missing_or_null_and_which_values_there_are():
    types = typedefs(
        {
            "Row": {
                "description": "A row.\n\nIn two lines.",
                "properties": {
                    "Id": {"type": "string"},
                    "why": {"anyOf": [{"$ref": "#/$defs/Reason"}, {"type": "null"}]},
                    "state": {"enum": ["on", "off"], "type": "string"},
                    "parts": {"type": "array", "items": {"anyOf": [{"type": "string"}, {"type": "integer"}]}},
                    "names": {"type": "object", "additionalProperties": {"type": "string"}},
                    "files": {"type": "array", "items": {"type": "object", "additionalProperties": True}},
                },
                "required": ["Id", "why", "state", "names", "files"],
            }
        }
    )
    assert types.splitlines() == [
        "/**",
        " * @typedef {Object} Row  A row.",
        " *   In two lines.",
        " * @property {string} Id",
        " * @property {Reason|null} why",
        ' * @property {"on"|"off"} state',
        " * @property {(string|number)[]} [parts]",
        " * @property {Record<string, string>} names",
        " * @property {Record<string, any>[]} files",
        " */",
    ]


def test_what_stands_outside_the_markers_is_left_alone(docs):
    (docs / "socket.md").write_text(PAGE + "\nOne more sentence.\n", encoding="utf-8")
    export(docs, check=True)


# ---- the schema ------------------------------------------------------------------------------------------------------


def references(value: object) -> set[str]:
    if isinstance(value, dict):
        own = {value["$ref"]} if isinstance(value.get("$ref"), str) else set()
        return own.union(*map(references, value.values()))
    return set().union(*map(references, value)) if isinstance(value, list) else set()


def test_the_schema_names_every_request_answer_and_notification():
    asked = {**DeskSocket.commands, **FloorSocket.commands}
    assert set(SCHEMA["requests"]) == set(SCHEMA["answers"]) == set(asked)
    assert SCHEMA["notifications"] == {
        name: {"$ref": f"#/$defs/{shape.__name__}"} for name, shape in protocol.NOTIFICATIONS.items()
    }


def test_every_reference_of_the_schema_leads_somewhere_and_nothing_stands_alone():
    assert references(SCHEMA) == {f"#/$defs/{name}" for name in SCHEMA["$defs"]}


@pytest.mark.parametrize("name", protocol.NOTIFICATIONS)
def test_the_schema_of_a_notification_is_the_one_frames_are_checked_against(name):
    shape = protocol.NOTIFICATIONS[name]
    own = TypeAdapter(shape).json_schema(ref_template="#/$defs/{model}")
    own.pop("$defs", None)
    assert SCHEMA["$defs"][shape.__name__] == own


# ---- written by hand -------------------------------------------------------------------------------------------------


def numbered(of: type) -> list[tuple[str, str]]:
    return sorted((str(value), name) for name, value in vars(of).items() if name.isupper())


def test_every_request_and_notification_is_explained():
    assert first_cells("Requests", "request | what it does") == list(export_socket_schema.schema()["requests"])
    assert first_cells("Notifications", "notification | what it tells") == list(protocol.NOTIFICATIONS)


def test_every_error_code_is_explained():
    assert sorted((row[0], row[1]) for row in table("Errors", "code")) == numbered(protocol.Code)


def test_every_close_code_is_explained():
    assert sorted((row[0], row[1]) for row in table("Close codes", "code")) == numbered(protocol.Close)


def reasons_in(path: Path) -> set[str]:
    """The reasons a file refuses with: Refusal("reason", …) and its kin, {"reason": "reason"}."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute):
            name = node.func.id if isinstance(node.func, ast.Name) else node.func.attr
            if name in {"Refusal", "NotNow", "NotSendable"} and isinstance(node.args[0], ast.Constant):
                found.add(node.args[0].value)
        if isinstance(node, ast.Dict):
            pairs = zip(node.keys, node.values, strict=True)
            found |= {
                value.value
                for key, value in pairs
                if isinstance(key, ast.Constant) and key.value == "reason" and isinstance(value, ast.Constant)
            }
    return found


def test_every_reason_is_explained_and_none_that_does_not_exist():
    files = [*(ROOT / "agents").rglob("*.py"), ROOT / "chats" / "outbox.py"]
    assert set(first_cells("Errors", "reason")) == set().union(*map(reasons_in, files))


def test_every_row_of_the_table_from_streams_has_its_test():
    tests = (ROOT / "tests" / "integration" / "agents" / "test_seed_004.py").read_text(encoding="utf-8")
    rows = [row[0].replace("`", "") for row in table("From Amazon Connect Streams and ChatJS", "Streams, ChatJS")]
    assert re.findall(r'^@row\("([^"]+)"\)$', tests, re.MULTILINE) == rows


def test_every_link_of_the_page_leads_to_a_heading():
    headings = re.findall(r"^#+ (.+)$", PAGE, re.MULTILINE)
    anchors = {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in headings}
    assert set(re.findall(r"\]\(#([^)]+)\)", PAGE)) <= anchors
