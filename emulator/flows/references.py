"""References in a flow: $.Attributes.name, $.External.open, $['Attributes']['a name'], alone or inside a text."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

_REFERENCE = re.compile(r"\$(?:\.[A-Za-z]\w*|\['[^']+'\])(?:\.[\w-]+|\['[^']+'\])*", re.ASCII)
_STEP = re.compile(r"\.([\w-]+)|\['([^']+)'\]", re.ASCII)


def resolve(text: str, context: Mapping[str, Any]) -> str:
    """The text with every reference replaced, once: what a customer wrote is never read as a reference itself."""
    return _REFERENCE.sub(lambda match: _value(match[0], context), text)


def _value(reference: str, context: Mapping[str, Any]) -> str:
    """A reference that leads nowhere is empty; a dollar sign that begins no known name is just text."""
    steps = [match[1] or match[2] for match in _STEP.finditer(reference)]
    if steps[0] not in context:
        return reference
    found: Any = context
    for step in steps:
        found = found.get(step) if isinstance(found, Mapping) else None
    if found is None:
        return ""
    return found if isinstance(found, str) else json.dumps(found)
