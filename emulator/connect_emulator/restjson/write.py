"""Writes an answer as a botocore shape asks for it."""

from __future__ import annotations

import base64
from datetime import datetime
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StructureShape

from .read import read, wire_name

_NO_TAGS = {"tags must be at least 1 entries"}  # ListTagsForResource of what has none: AWS answers {} all the same


def write(shape: Shape | None, value: Any) -> Any:
    """An answer the real service could not give is a mistake in the emulator: fail loudly."""
    if shape is None:
        if value:
            raise AssertionError(f"this operation answers nothing, not {sorted(value)}")
        return {}
    written = _write(shape, value)
    problems: list[str] = []
    read(shape, written, "", problems)
    if problems and set(problems) != _NO_TAGS:
        raise AssertionError(f"{shape.name}: {'; '.join(problems)}")
    return written


def _write(shape: Shape, value: Any) -> Any:
    if isinstance(shape, StructureShape):
        return _members(shape, value)
    if isinstance(shape, ListShape):
        return [_write(shape.member, entry) for entry in value]
    if isinstance(shape, MapShape):
        return {key: _write(shape.value, entry) for key, entry in value.items()}
    if isinstance(value, datetime):
        return value.timestamp()
    return base64.b64encode(value).decode() if isinstance(value, bytes) else value


def _members(shape: StructureShape, value: dict[str, Any]) -> dict[str, Any]:
    unknown = set(value) - set(shape.members)
    if unknown:
        raise AssertionError(f"{shape.name} has no member {sorted(unknown)}")
    return {
        wire_name(name, shape.members[name]): _write(shape.members[name], entry)
        for name, entry in value.items()
        if entry is not None
    }
