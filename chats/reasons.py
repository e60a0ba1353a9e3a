"""Why something is so: a sentence in the code's own words and what fills it, kept so that each reader has it in their language."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.utils.translation import gettext

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper

    TextField = models.TextField[str, "Reason"]
else:
    TextField = models.TextField  # at run time Django's fields take no type arguments

KEPT = '{"sentence": '


class Reason(str):
    """A reason. As text it is the sentence in the code's own words, filled: for logs, comparisons and whoever has no language.

    A value that fills a gap is text, a number or a reason in turn, which is then told in the same language.
    """

    __slots__ = ("sentence", "values")
    sentence: str
    values: Mapping[str, str | int | Reason]

    def __new__(cls, sentence: str = "", /, **values: object) -> Self:
        filling = {name: value if isinstance(value, int | Reason) else str(value) for name, value in values.items()}
        made = super().__new__(cls, _filled(sentence, filling))
        made.sentence, made.values = sentence, filling
        return made

    def told(self) -> str:
        """In the language that is active now, that of the reader."""
        if not self:
            return ""
        values = {name: value.told() if isinstance(value, Reason) else value for name, value in self.values.items()}
        return _filled(gettext(self.sentence), values)

    def but(self, **values: object) -> Self:
        """The same with other values."""
        return type(self)(self.sentence, **{**self.values, **values})

    @property
    def data(self) -> dict[str, Any] | None:
        """As protocol.Why: who reads it tells it; None: there is no reason."""
        if not self:
            return None
        values = {name: value.data if isinstance(value, Reason) else value for name, value in self.values.items()}
        return {"sentence": self.sentence, "values": values}

    @classmethod
    def of(cls, data: Mapping[str, Any] | None) -> Self:
        """Back from `data`."""
        if data is None:
            return cls()
        values = {
            name: cls.of(value) if isinstance(value, Mapping) else value for name, value in data["values"].items()
        }
        return cls(data["sentence"], **values)


def _filled(sentence: str, values: Mapping[str, object]) -> str:
    return sentence % values if values else sentence


class ReasonField(TextField):
    """Keeps a Why. One without values is kept as its sentence, which is what stood here before there were values."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **{"blank": True, "default": Reason, **options})

    def get_prep_value(self, value: str | None) -> str | None:
        if isinstance(value, Reason):
            return json.dumps(value.data, ensure_ascii=False) if value.values else value.sentence
        return value

    def from_db_value(self, value: str | None, _expression: object, _connection: BaseDatabaseWrapper) -> Reason | None:
        if value is None:
            return None
        return Reason.of(json.loads(value)) if value.startswith(KEPT) else Reason(value)
