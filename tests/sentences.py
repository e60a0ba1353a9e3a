"""What a reason of the wire says in English: as the page fills it, without a catalogue."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def sentence_of(reason: Mapping[str, Any] | None) -> str:
    """The empty text for no reason."""
    if reason is None:
        return ""
    values = {name: sentence_of(one) if isinstance(one, Mapping) else one for name, one in reason["values"].items()}
    sentence: str = reason["sentence"]
    return sentence % values if values else sentence
