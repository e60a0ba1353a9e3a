"""Reads a value from the wire against a botocore shape: what it is, or all that is wrong with it.

Patterns are not enforced: botocore keeps Java's dialect, which Python cannot compile.
"""

from __future__ import annotations

import base64
import binascii
import math
from collections.abc import Callable
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StructureShape

from connect_emulator.clock import moment, parse_iso

Problems = list[str]


def read(shape: Shape, value: Any, where: str, problems: Problems) -> Any:
    reader = _READERS.get(shape.type_name)
    if reader is None:
        raise NotImplementedError(f"shape type {shape.type_name}")
    return reader(shape, value, where, problems)


def wire_name(name: str, shape: Shape) -> str:
    return str(shape.serialization.get("name", name))


def _structure(shape: Shape, value: Any, where: str, problems: Problems) -> Any:
    if not isinstance(shape, StructureShape) or not isinstance(value, dict):
        return _wrong(where, "an object", problems)
    found = {}
    for name, member in shape.members.items():
        given = value.get(wire_name(name, member))
        if given is not None:
            found[name] = read(member, given, f"{where}.{name}".lstrip("."), problems)
    problems += [f"{where}.{name}".lstrip(".") + " is required" for name in shape.required_members if name not in found]
    if getattr(shape, "is_tagged_union", False) and len(found) != 1:
        problems.append(f"{where} takes exactly one of {', '.join(shape.members)}")
    return found


def _list(shape: Shape, value: Any, where: str, problems: Problems) -> Any:
    if not isinstance(shape, ListShape) or not isinstance(value, list):
        return _wrong(where, "a list", problems)
    _within(shape, len(value), where, "entries", problems)
    return [read(shape.member, entry, f"{where}[{n}]", problems) for n, entry in enumerate(value)]


def _map(shape: Shape, value: Any, where: str, problems: Problems) -> Any:
    if not isinstance(shape, MapShape) or not isinstance(value, dict):
        return _wrong(where, "an object", problems)
    _within(shape, len(value), where, "entries", problems)
    return {
        read(shape.key, key, f"key of {where}", problems): read(shape.value, entry, f"{where}[{key!r:.60}]", problems)
        for key, entry in value.items()
        if entry is not None
    }


def _string(shape: Shape, value: Any, where: str, problems: Problems) -> Any:
    if not isinstance(value, str):
        return _wrong(where, "a string", problems)
    if not _is_text(value):
        return _wrong(where, "well-formed Unicode text", problems)
    _within(shape, len(value), where, "characters", problems)
    choices = shape.metadata.get("enum")
    if choices and value not in choices:
        problems.append(f"{where} must be one of {', '.join(choices)}")
    return value


def _integer(shape: Shape, value: Any, where: str, problems: Problems) -> Any:
    if isinstance(value, bool) or not isinstance(value, int):
        return _wrong(where, "an integer", problems)
    _within(shape, value, where, "", problems)
    return value


def _float(shape: Shape, value: Any, where: str, problems: Problems) -> Any:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return _wrong(where, "a number", problems)
    _within(shape, value, where, "", problems)
    return float(value)


def _boolean(_shape: Shape, value: Any, where: str, problems: Problems) -> Any:
    return value if isinstance(value, bool) else _wrong(where, "true or false", problems)


def _timestamp(_shape: Shape, value: Any, where: str, problems: Problems) -> Any:
    try:
        return moment(parse_iso(value) if isinstance(value, str) else int(value * 1000))
    except (ValueError, TypeError, OverflowError):
        return _wrong(where, "a timestamp", problems)


def _blob(_shape: Shape, value: Any, where: str, problems: Problems) -> Any:
    try:
        return base64.b64decode(value, validate=True)
    except (TypeError, ValueError, binascii.Error):
        return _wrong(where, "base64", problems)


def _wrong(where: str, wanted: str, problems: Problems) -> None:
    problems.append(f"{where or 'the body'} must be {wanted}")


def _within(shape: Shape, size: float, where: str, unit: str, problems: Problems) -> None:
    least, most = shape.metadata.get("min"), shape.metadata.get("max")
    if least is not None and size < least:
        problems.append(f"{where} must be at least {least} {unit}".rstrip())
    if most is not None and size > most:
        problems.append(f"{where} must be at most {most} {unit}".rstrip())


def _is_text(value: str) -> bool:
    """JSON can spell half of a surrogate pair; no text, and no database, can hold it."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


_READERS: dict[str, Callable[[Shape, Any, str, Problems], Any]] = {
    "structure": _structure,
    "list": _list,
    "map": _map,
    "string": _string,
    "character": _string,
    "integer": _integer,
    "long": _integer,
    "float": _float,
    "double": _float,
    "boolean": _boolean,
    "timestamp": _timestamp,
    "blob": _blob,
}
