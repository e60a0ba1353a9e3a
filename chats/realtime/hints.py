"""What is told: after commit, from any thread, to the hub of this process and through it to the others."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Protocol

from django.db import transaction


class Row(Protocol):
    """A row a viewer can see: its stream, the number of its newest change, and how it looks on the wire."""

    @property
    def stream(self) -> str: ...

    @property
    def seq(self) -> int: ...

    def frame(self) -> tuple[str, dict[str, Any]]: ...


@dataclass(frozen=True, slots=True)
class Update:
    """One change as it goes to sockets, encoded once."""

    stream: str
    seq: int
    text: str
    also: Mapping[str, bool] = field(default_factory=dict)  # streams to follow (True) or leave (False) with it
    audience: bool = False  # it may change who is allowed to see the stream: ask before passing on


Hearer = Callable[[Any], None]
_hearers: list[Hearer] = []


def encode(method: str, params: Mapping[str, Any]) -> str:
    """A JSON-RPC 2.0 notification."""
    return json.dumps({"jsonrpc": "2.0", "method": method, "params": params}, separators=(",", ":"), ensure_ascii=False)


def publish(row: Row, seq: int | None = None) -> None:
    """Tell a changed row to whoever follows its stream, once the transaction is real."""
    method, params = row.frame()
    number = row.seq if seq is None else seq
    text = encode(method, {"stream": row.stream, "seq": number, **params})
    also = getattr(row, "also", {})
    copy = Update(row.stream, number, text, also, audience=method == "contact")
    transaction.on_commit(partial(_hear, copy), robust=True)


def broadcast(stream: str, method: str, params: Mapping[str, Any]) -> None:
    """Tell something that is not kept (typing): whoever listens now gets it, perhaps."""
    _hear(Update(stream, 0, encode(method, {"stream": stream, **params})))


def wake(bell: str) -> None:
    """Wake whoever waits for this bell, in every process, once the transaction is real."""
    transaction.on_commit(partial(_hear, bell), robust=True)


def add_listener(hearer: Hearer) -> None:
    _hearers.append(hearer)


def remove_listener(hearer: Hearer) -> None:
    if hearer in _hearers:
        _hearers.remove(hearer)


def _hear(hint: Update | str) -> None:
    for hearer in tuple(_hearers):
        hearer(hint)
