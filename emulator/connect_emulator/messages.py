"""What a flow or a Lex bot says: plain text, or an interactive message when its words are one of Connect's message templates.

adminguide/interactive-messages: {"templateType": "ListPicker", "version": "1.0", "data": {"content": {…}}}
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any, Final

from connect_emulator import limits

PLAIN: Final = "text/plain"
INTERACTIVE: Final = "application/vnd.amazonaws.connect.message.interactive"
RESPONSE: Final = "application/vnd.amazonaws.connect.message.interactive.response"


@dataclass(frozen=True, slots=True)
class Message:
    content_type: str
    content: str


def of_words(words: str, supported: Collection[str]) -> Message | None:
    """None for what the chat cannot be told: nothing, too much, a template that is not one, or of a chat that takes none."""
    if not words or len(words.encode()) > limits.CONTENT_BYTES:
        return None
    template = _object(words)
    if template is None or "templateType" not in template:
        return Message(PLAIN, words)
    if not _is_template(template) or INTERACTIVE not in supported:
        return None
    return Message(INTERACTIVE, words)


def filled(words: str, fill: Callable[[str], str]) -> str:
    """The words with their places filled; in a template only within its texts, so that no value can break the JSON."""
    template = _object(words)
    return fill(words) if template is None else json.dumps(deep(template, fill), ensure_ascii=False)


def deep(value: Any, fill: Callable[[str], str]) -> Any:
    """A JSON value with all of its texts filled, names included."""
    if isinstance(value, dict):
        return {fill(name): deep(each, fill) for name, each in value.items()}
    if isinstance(value, list):
        return [deep(each, fill) for each in value]
    return fill(value) if isinstance(value, str) else value


def choice(content_type: str, content: str) -> tuple[str, dict[str, Any]] | None:
    """The action a customer chose in an interactive response and the data that came with it."""
    answer = _object(content) if content_type == RESPONSE else None
    if answer is None or not isinstance(answer.get("action"), str):
        return None
    data = answer.get("data")
    return answer["action"], data if isinstance(data, dict) else {}


def _is_template(template: dict[str, Any]) -> bool:
    kind, version, data = (template.get(name) for name in ("templateType", "version", "data"))
    named = isinstance(kind, str) and kind and isinstance(version, str)
    return bool(named) and isinstance(data, dict) and isinstance(data.get("content"), dict)


def _object(text: str) -> dict[str, Any] | None:
    if not text.lstrip().startswith("{"):
        return None
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None
