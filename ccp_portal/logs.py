"""One line for one event, whatever values are in it: customers choose names and attributes, strangers choose paths."""

from __future__ import annotations

import copy
import json
import logging
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

MAX_VALUE = 500  # characters of one value in a line
MAX_LINE = 4_000  # characters of a line
# C0 and C1 controls, the separators that end a line for some readers, and what turns the direction of writing
CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


class LineFormatter(logging.Formatter):
    """Escapes control characters, shortens values, and spares the traceback where a visitor was at fault (4xx)."""

    def format(self, record: logging.LogRecord) -> str:
        record = copy.copy(record)
        if isinstance(record.args, tuple):
            record.args = tuple(map(_shortened, record.args))
        elif isinstance(record.args, Mapping):
            record.args = {name: _shortened(value) for name, value in record.args.items()}
        if getattr(record, "status_code", 500) < 500:  # Django adds thirty lines to each wrong Host and each 403
            record.exc_info = record.exc_text = record.stack_info = None
        return super().format(record)

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 -- logging's own name
        record.message = shorten(escape(record.message), MAX_LINE)
        return super().formatMessage(record)

    def formatException(self, ei: Any) -> str:  # noqa: N802 -- logging's own name
        """Further lines are marked: what an error says may hold line ends too, and must not look like a line of ours."""
        return _marked(super().formatException(ei))

    def formatStack(self, stack_info: str) -> str:  # noqa: N802 -- logging's own name
        return _marked(stack_info)


class JsonFormatter(LineFormatter):
    """The same as one JSON object a line, for log collectors: CCP_LOG_FORMAT=json."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 -- logging's own name
        """What a record says, without its traceback, which `format` adds as a member."""
        record.message = shorten(record.message, MAX_LINE)
        return record.message

    def format(self, record: logging.LogRecord) -> str:
        message, _, traceback = super().format(record).partition("\n  | ")
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": message.removesuffix("\n"),
        }
        if traceback:
            line["traceback"] = traceback.replace("\n  | ", "\n")
        return json.dumps(line)


def escape(text: str) -> str:
    return CONTROL.sub(lambda found: found[0].encode("unicode_escape").decode(), text)


def shorten(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[:most]}… ({len(text)} characters)"


def _shortened(value: object) -> object:
    """Texts, and what is only known by its text; numbers stay numbers, for %d."""
    if isinstance(value, int | float) or value is None:
        return value
    if isinstance(value, str):
        return shorten(value, MAX_VALUE)
    text = str(value)
    return shorten(text, MAX_VALUE) if len(text) > MAX_VALUE else value


def _marked(text: str) -> str:
    return "\n".join(f"  | {escape(line)}" for line in text.split("\n"))
