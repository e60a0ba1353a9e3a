"""What a table of a CSV file has to know: its columns, what is wrong with a line, what it would change, and how it is done."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils.translation import gettext as _

from .reading import Line, Problem, is_formula, several

A_STEP = 50  # lines of a transaction: messages get through between two


@dataclass
class Checked:
    """What an import would do: the lines of each kind, and what is wrong."""

    problems: list[Problem] = field(default_factory=list)
    new: list[Line] = field(default_factory=list)
    changed: list[Line] = field(default_factory=list)
    same: int = 0


class Table:
    """A model's rows as lines; `key` is the column that says which row a line is."""

    columns: ClassVar[Sequence[str]]
    required: ClassVar[Sequence[str]]
    key: ClassVar[str]
    free_text: ClassVar[frozenset[str]] = frozenset()  # columns whose words may begin like a formula

    def load(self, keys: Collection[str]) -> None:
        """Read what lines of these keys (in small letters) are compared with, once for all of them."""
        raise NotImplementedError

    def kept(self, key: str) -> Mapping[str, str] | None:
        """The row of this key as a line would have it, None when there is none. After `load`."""
        raise NotImplementedError

    def wrong(self, line: Line) -> Iterator[Problem]:
        """What is wrong with the cells of a line. After `load`."""
        raise NotImplementedError

    def save(self, line: Line) -> None:
        """Make or change the row of a line that nothing is wrong with. After `load`, in a transaction."""
        raise NotImplementedError

    def rows(self, of: Iterable[Any]) -> Iterator[list[str]]:
        """These objects as lines, for export."""
        raise NotImplementedError

    def check(self, lines: Sequence[Line]) -> Checked:
        self.load(self._keys(lines))
        found, first_at = Checked(), dict[str, int]()
        for line in lines:
            key = line.cells[self.key].casefold()
            problems = [*self._formulas(line), *self.wrong(line)]
            if key and key in first_at:
                told = _("“%(key)s” stands in line %(line)d already.")
                problems.append(
                    Problem(line.number, self.key, told % {"key": line.cells[self.key], "line": first_at[key]})
                )
            first_at.setdefault(key, line.number)
            found.problems += problems
            if not problems:
                self._sort(line, found)
        return found

    def apply(self, lines: Sequence[Line]) -> None:
        """In steps: no customer's message waits for thousands of lines."""
        for start in range(0, len(lines), A_STEP):
            step = lines[start : start + A_STEP]
            with transaction.atomic():
                self.load(self._keys(step))
                for line in step:
                    self.save(line)

    def _keys(self, lines: Iterable[Line]) -> set[str]:
        return {line.cells[self.key].casefold() for line in lines}

    def _sort(self, line: Line, found: Checked) -> None:
        kept = self.kept(line.cells[self.key])
        if kept is None:
            found.new.append(line)
        elif any(self._same(name, cell) != self._same(name, kept[name]) for name, cell in line.cells.items()):
            found.changed.append(line)
        else:
            found.same += 1

    def _same(self, _name: str, cell: str) -> Any:
        """What is compared: several names in any order."""
        return sorted(several(cell)) if "|" in cell else cell

    def _formulas(self, line: Line) -> Iterator[Problem]:
        for name, cell in line.cells.items():
            if name not in self.free_text and is_formula(cell):
                told = _("“%(cell)s” begins like a formula of a table program.")
                yield Problem(line.number, name, told % {"cell": cell[:40]})


def wrong_value(model: type[models.Model], name: str, value: str) -> list[str]:
    """What the model says of a value of this field, in sentences."""
    field: Any = model._meta.get_field(name)  # noqa: SLF001 -- Django's own name
    try:
        field.clean(value, None)
    except ValidationError as error:
        return list(error.messages)
    return []
