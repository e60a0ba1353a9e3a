"""Quick responses as lines: shortcut, name, words, and the queues they are for."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from django.db.models.functions import Lower
from django.utils.translation import gettext as _

from agents.models import QuickResponse
from chats.models import Queue

from .reading import SEVERAL, Line, Problem, several
from .table import Table, wrong_value

WORDS = ("shortcut", "name", "content")


class QuickResponseTable(Table):
    columns = ("shortcut", "name", "content", "queues")
    required = ("shortcut", "name", "content")
    key = "shortcut"
    free_text = frozenset({"content"})

    def load(self, keys: Collection[str]) -> None:
        named = QuickResponse.objects.annotate(small=Lower("shortcut")).filter(small__in=keys)
        rows = named.prefetch_related("queues")
        self._responses = {one.shortcut.casefold(): one for one in rows}
        self._queues = {queue.name: queue for queue in Queue.objects.all()}

    def kept(self, key: str) -> Mapping[str, str] | None:
        response = self._responses.get(key.casefold())
        return dict(zip(self.columns, _cells(response), strict=True)) if response is not None else None

    def wrong(self, line: Line) -> Iterator[Problem]:
        for name in WORDS:
            for told in wrong_value(QuickResponse, name, line.cells[name]):
                yield Problem(line.number, name, told)
        for name in several(line.cells.get("queues", "")):
            if name not in self._queues:
                yield Problem(line.number, "queues", _("There is no queue “%(name)s”.") % {"name": name})

    def save(self, line: Line) -> None:
        response = self._responses.get(line.cells["shortcut"].casefold()) or QuickResponse()
        for name in WORDS:
            setattr(response, name, line.cells[name])
        response.save()
        if "queues" in line.cells:
            response.queues.set([self._queues[name] for name in several(line.cells["queues"])])

    def rows(self, of: Iterable[Any]) -> Iterator[list[str]]:
        return (_cells(response) for response in of)


def _cells(response: QuickResponse) -> list[str]:
    queues = SEVERAL.join(sorted(queue.name for queue in response.queues.all()))
    return [response.shortcut, response.name, response.content, queues]
