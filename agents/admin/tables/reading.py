"""A CSV file becomes lines of named cells, or problems with their line and column. And back, so that no cell is a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

MOST_BYTES = 1_000_000
MOST_LINES = 5_000  # one person each; a larger company imports in parts
SEPARATORS = ",;\t"
FORMULA = ("=", "+", "-", "@", "\t", "\r")  # a table program would run a cell that begins so
SEVERAL = "|"  # between the names in one cell


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong, and where; line 0: with the whole file."""

    line: int
    column: str
    text: str


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a file: its number, as an editor counts, and its cells by column."""

    number: int
    cells: Mapping[str, str]


def decoded(data: bytes) -> tuple[str, list[Problem]]:
    """The text of a file; UTF-8, with or without its mark, is the one encoding."""
    if len(data) > MOST_BYTES:
        return "", [
            Problem(0, "", _("The file has more than %(most)d bytes: import it in parts.") % {"most": MOST_BYTES})
        ]
    try:
        return data.decode("utf-8-sig"), []
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        return "", [Problem(line, "", _("This is not UTF-8: save the file as “CSV UTF-8”."))]


def read(text: str, columns: Sequence[str], required: Iterable[str]) -> tuple[list[Line], list[Problem]]:
    """The lines under the head, which names the columns in any order. Empty lines are none."""
    if "\x00" in text:
        return [], [Problem(text.count("\n", 0, text.index("\x00")) + 1, "", _("This is not a CSV file."))]
    head_line = text.lstrip("\r\n").partition("\n")[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(SEPARATORS, key=head_line.count), strict=True)
    lines: list[Line] = []
    head: list[str] = []
    try:
        for cells in reader:
            if not any(one.strip() for one in cells):
                continue
            if not head:
                head = [one.strip().lower() for one in cells]
                problems = _about_head(head, columns, required, reader.line_num)
                if problems:
                    return [], problems
                continue
            if len(cells) > len(head):
                told = _("There are %(cells)d cells under %(columns)d columns.")
                return [], [Problem(reader.line_num, "", told % {"cells": len(cells), "columns": len(head)})]
            if len(lines) == MOST_LINES:
                told = _("The file has more than %(most)d lines: import it in parts.")
                return [], [Problem(reader.line_num, "", told % {"most": MOST_LINES})]
            padded = [*cells, *([""] * (len(head) - len(cells)))]
            lines.append(Line(reader.line_num, {name: shown(one) for name, one in zip(head, padded, strict=True)}))
    except csv.Error as error:
        return [], [Problem(reader.line_num, "", _("This line cannot be read: %(why)s.") % {"why": error})]
    if not head:
        return [], [Problem(1, "", _("The file is empty."))]
    return lines, []


def _about_head(head: list[str], columns: Sequence[str], required: Iterable[str], line: int) -> list[Problem]:
    known = ", ".join(columns)
    found = [
        Problem(line, one, _("There is no such column. There are: %(known)s.") % {"known": known})
        for one in head
        if one not in columns
    ]
    found += [
        Problem(line, one, _("This column stands there twice.")) for one in {one for one in head if head.count(one) > 1}
    ]
    return found + [Problem(line, one, _("This column is missing.")) for one in required if one not in head]


def shown(cell: str) -> str:
    """What the cell says: the apostrophe that `safe` puts before a formula is none of it."""
    text = cell.strip()
    return text[1:] if text.startswith("'") and text[1:].startswith(FORMULA) else text


def safe(cell: str) -> str:
    """The cell as no table program takes it for a formula."""
    return f"'{cell}" if cell.startswith(FORMULA) else cell


def is_formula(cell: str) -> bool:
    return cell.startswith(FORMULA)


def several(cell: str) -> list[str]:
    """The names in one cell."""
    return [one.strip() for one in cell.split(SEVERAL) if one.strip()]


def written(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """As a table program opens it: with the mark of UTF-8."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(columns)
    writer.writerows([safe(cell) for cell in row] for row in rows)
    return "\ufeff" + out.getvalue()
