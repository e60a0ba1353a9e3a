"""Writes the socket's language down: docs/socket.schema.json, the generated tables of docs/socket.md, the JSDoc types."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from pydantic import TypeAdapter
from pydantic.json_schema import models_json_schema

from agents import commands, protocol
from agents.management.jsdoc_types import PLACE, Schema, typedefs
from agents.sockets import connection
from agents.sockets.desk import DeskSocket
from agents.sockets.floor import FloorSocket

if TYPE_CHECKING:
    from argparse import ArgumentParser

TYPES = Path("agents", "static", "desk", "js", "lib", "types.js")
SOCKETS: Mapping[str, Mapping[str, commands.Command]] = {"desk": DeskSocket.commands, "floor": FloorSocket.commands}
KINDS = {
    TypeAdapter(protocol.Time).json_schema()["pattern"]: "time",
    TypeAdapter(protocol.Stream).json_schema()["pattern"]: "stream",
}
LIMITS = (
    ("a frame from the client", f"{protocol.MAX_FRAME_BYTES:,} bytes", "close 4009"),
    ("a message's text, in UTF-8", f"{protocol.MAX_CONTENT_BYTES:,} bytes", "error -32001, reason `tooLong`"),
    ("frames from the client at once", f"{connection.BURST}", "close 4029"),
    ("frames from the client in the long run", f"{connection.PER_SECOND} a second", "close 4029"),
    ("frames on the way that the client has not answered for", f"{connection.WINDOW_BYTES:,} bytes", "the rest waits"),
    ("frames that wait for a slow reader", f"{connection.MAX_QUEUED_BYTES:,} bytes", "close 4008"),
    ("a request's id", "100 characters", "error -32600"),
    ("streams in `connect.known`", "1,000", "error -32602"),
)


class Command(BaseCommand):
    help = "Writes docs/socket.schema.json, refreshes docs/socket.md and the desk's types.js; --check only looks."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="change nothing; fail when a file is stale")
        parser.add_argument(
            "--docs", type=Path, default=settings.BASE_DIR / "docs", help="the folder of both documents"
        )
        parser.add_argument(
            "--types", type=Path, default=settings.BASE_DIR / TYPES, help="the JavaScript file of types"
        )

    def handle(self, *, check: bool, docs: Path, types: Path, **_options: Any) -> None:
        page, schema = docs / "socket.md", docs / "socket.schema.json"
        wanted = {
            schema: schema_text(),
            page: refreshed(page, tables(), "<!-- {} -->"),
            types: refreshed(types, {"the shapes on the wire": typedefs(told_shapes())}, "/* {} */"),
        }
        stale = [path for path, text in wanted.items() if not path.exists() or path.read_text(encoding="utf-8") != text]
        if check and stale:
            names = ", ".join(path.name for path in stale)
            raise CommandError(f"{names}: not what agents/protocol/ says; run manage.py export_socket_schema")
        for path in stale:
            path.write_text(wanted[path], encoding="utf-8")
            self.stdout.write(f"wrote {path}")
        if not stale:
            self.stdout.write("docs/socket.md, docs/socket.schema.json and types.js are what agents/protocol/ says")


# ---- the schema ------------------------------------------------------------------------------------------------------


def schema_text() -> str:
    return json.dumps(schema(), indent=2, sort_keys=True) + "\n"


def schema() -> dict[str, Any]:
    """Every shape once, and which request, answer and notification has which."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "CCP Portal: the language of the desk's and the floor's socket",
        "requests": {name: {who: _ref(one) for who, one in _asked(name)} for name in _requests()},
        "answers": {name: _ref(_answer(name)) for name in _requests()},
        "notifications": {name: _ref(shape) for name, shape in protocol.NOTIFICATIONS.items()},
        "current": _ref(protocol.Current),
        "errorCodes": _numbers(protocol.Code),
        "closeCodes": _numbers(protocol.Close),
        "$defs": shapes(),
    }


@cache
def shapes() -> dict[str, Any]:
    """JSON Schema of every shape, by name."""
    used = [command.params for table in SOCKETS.values() for command in table.values()]
    used += [*map(_answer, _requests()), protocol.Done, protocol.Current, *protocol.NOTIFICATIONS.values()]
    _, found = models_json_schema([(shape, "validation") for shape in dict.fromkeys(used)])
    defs: dict[str, Any] = found["$defs"]
    return defs


def _requests() -> list[str]:
    return list(dict.fromkeys(name for table in SOCKETS.values() for name in table))


def _asked(name: str) -> list[tuple[str, type[protocol.StrictModel]]]:
    return [(who, table[name].params) for who, table in SOCKETS.items() if name in table]


def _answer(name: str) -> type[protocol.StrictModel]:
    return next(table[name].answer for table in SOCKETS.values() if name in table)


def _ref(shape: type[protocol.StrictModel]) -> dict[str, str]:
    return {"$ref": PLACE + shape.__name__}


def _numbers(of: type) -> dict[str, int]:
    return {name: value for name, value in vars(of).items() if name.isupper()}


# ---- the page --------------------------------------------------------------------------------------------------------


def refreshed(file: Path, generated: Mapping[str, str], mark: str) -> str:
    """The file's text with every generated part replaced; CommandError when its markers are not there."""
    text = file.read_text(encoding="utf-8")
    for name, inner in generated.items():
        begin, end = mark.format(f"generated: {name}") + "\n", mark.format(f"/generated: {name}")
        part = re.compile(re.escape(begin) + ".*?" + re.escape(end), re.DOTALL)
        if len(part.findall(text)) != 1:
            raise CommandError(f"{file.name} must hold {begin.strip()} … {end} exactly once")
        text = part.sub(lambda _, new=f"{begin}{inner}{end}": new, text)  # type: ignore[misc]
    return text


def told_shapes() -> dict[str, Any]:
    """Rows, answers and what they are made of: neither a request's own shape nor a notification's."""
    defs = shapes()
    notifications = {shape.__name__ for shape in protocol.NOTIFICATIONS.values()}
    requests = {command.params.__name__ for table in SOCKETS.values() for command in table.values()}
    return {name: defs[name] for name in sorted(set(defs) - notifications - requests - {"Done"})}


def tables() -> dict[str, str]:
    return {
        "requests": _table(("request", "sockets", "parameters", "answer"), map(_request_row, _requests())),
        "notifications": _table(("notification", "parameters"), map(_notification_row, protocol.NOTIFICATIONS)),
        "shapes": "".join(_shape(name, about) for name, about in told_shapes().items()),
        "limits": _table(("what", "at most", "beyond"), LIMITS),
    }


def _request_row(name: str) -> tuple[str, ...]:
    (_, shape), *_more = asked = _asked(name)
    answer = _answer(name)
    return (
        f"`{name}`",
        ", ".join(who for who, _ in asked),
        _parameters(shape),
        f"[{answer.__name__}](#{answer.__name__.lower()})" if answer is not protocol.Done else "`{}`",
    )


def _notification_row(name: str) -> tuple[str, ...]:
    return f"`{name}`", _parameters(protocol.NOTIFICATIONS[name])


def _parameters(shape: type[protocol.StrictModel]) -> str:
    about = shapes()[shape.__name__]
    return "<br>".join(_field(name, one, about) for name, one in about.get("properties", {}).items()) or "none"


def _field(name: str, about: Schema, of: Schema) -> str:
    text = f"`{name}`: {_kind(about)}"
    if name in of.get("required", ()):
        return text
    default = about.get("default")
    return f"{text}; optional" if default in (None, {}) else f"{text}; default `{json.dumps(default)}`"


def _shape(name: str, about: Schema) -> str:
    rows = [(f"`{field}`", _kind(one)) for field, one in about.get("properties", {}).items()]
    return f"### {name}\n\n{about.get('description', '')}\n\n{_table(('field', 'value'), rows)}\n"


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    head = tuple(head)
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


# ---- a value in words ------------------------------------------------------------------------------------------------


def _kind(about: Schema) -> str:
    if "$ref" in about:
        name = about["$ref"].removeprefix(PLACE)
        return f"[{name}](#{name.lower()})"
    if "anyOf" in about:
        return " or ".join(map(_kind, about["anyOf"]))
    if "enum" in about:
        return " or ".join(f"`{json.dumps(value)}`" for value in about["enum"])
    match about.get("type"):
        case "array":
            return f"list of {_kind(about['items'])}"
        case "object":
            return _mapping(about)
        case "string":
            return KINDS.get(about.get("pattern", ""), "text" + _range(about, "minLength", "maxLength", " characters"))
        case "integer" | "number":
            return ("whole number" if about["type"] == "integer" else "number") + _range(about, "minimum", "maximum")
        case "boolean":
            return "true or false"
        case "null":
            return "null"
    return "anything"


def _mapping(about: Schema) -> str:
    """An object whose names are free."""
    patterns = about.get("patternProperties")
    if patterns:
        pattern, inner = next(iter(patterns.items()))
        return f"object: {KINDS[pattern]} → {_kind(inner)}"
    inner = about.get("additionalProperties")
    return f"object: text → {_kind(inner)}" if isinstance(inner, dict) and inner else "object"


def _range(about: Schema, low: str, high: str, unit: str = "") -> str:
    least, most = about.get(low), about.get(high)
    if most is None:
        return "" if least is None else f", at least {least:,}{unit}"
    return f", {least or 0:,} to {most:,}{unit}"
