"""JSDoc types of the socket's shapes, for the pages' JavaScript: made by manage.py export_socket_schema from JSON Schema."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

Schema = Mapping[str, Any]
PLACE = "#/$defs/"
SIMPLE = {"string": "string", "integer": "number", "number": "number", "boolean": "boolean", "null": "null"}


def typedefs(shapes: Mapping[str, Schema]) -> str:
    """One @typedef for each shape, as one JSDoc comment."""
    return "/**\n" + " *\n".join("".join(_typedef(name, about)) for name, about in shapes.items()) + " */\n"


def _typedef(name: str, about: Schema) -> Iterable[str]:
    first, *more = about.get("description", "").split("\n")
    yield f" * @typedef {{Object}} {name}  {first}".rstrip() + "\n"
    yield from (f" *   {line.strip()}".rstrip() + "\n" for line in more if line.strip())
    required = about.get("required", ())
    for field, of in about.get("properties", {}).items():
        yield f" * @property {{{_type(of)}}} {field if field in required else f'[{field}]'}\n"


def _type(about: Schema) -> str:
    if "$ref" in about:
        return str(about["$ref"]).removeprefix(PLACE)
    if "anyOf" in about:
        return "|".join(map(_type, about["anyOf"]))
    if "enum" in about or "const" in about:
        return "|".join(json.dumps(value) for value in about.get("enum", [about.get("const")]))
    if about.get("type") == "array":
        inner = _type(about["items"])
        return f"({inner})[]" if "|" in inner else f"{inner}[]"
    if about.get("type") == "object":
        values = about.get("additionalProperties")
        return f"Record<string, {_type(values) if isinstance(values, dict) else 'any'}>"
    return SIMPLE.get(about.get("type", ""), "any")
