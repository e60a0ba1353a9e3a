"""What is published: after commit, from any thread, to the hub of this process and through it to the others."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Protocol

from django.db import transaction

from chats import serialisers


class Row(Protocol):
    """A row a viewer can see: its stream and the number of its newest change. It has a frame in its app's serialisers."""

    @property
    def stream(self) -> str: ...

    @property
    def seq(self) -> int: ...


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
    """Publish a changed row to the sockets that follow its stream, when the transaction is committed."""
    method, params = serialisers.frame(row)
    number = row.seq if seq is None else seq
    text = encode(method, {"stream": row.stream, "seq": number, **params})
    also = getattr(row, "also", {})
    copy = Update(row.stream, number, text, also, audience=method == "contact")
    transaction.on_commit(partial(_hear, copy), robust=True)


def broadcast(stream: str, method: str, params: Mapping[str, Any]) -> None:
    """Send what no row keeps (typing) to the sockets that follow the stream now. It may be lost."""
    _hear(Update(stream, 0, encode(method, {"stream": stream, **params})))


def wake(bell: str) -> None:
    """Wake what waits for this bell, in every process, when the transaction is committed."""
    transaction.on_commit(partial(_hear, bell), robust=True)


def add_listener(hearer: Hearer) -> None:
    _hearers.append(hearer)


def remove_listener(hearer: Hearer) -> None:
    if hearer in _hearers:
        _hearers.remove(hearer)


def _hear(hint: Update | str) -> None:
    for hearer in tuple(_hearers):
        hearer(hint)
