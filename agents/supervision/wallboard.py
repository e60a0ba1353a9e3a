"""What a wallboard shows: figures, queues and how many agents are in each state; no name of a customer or an agent.

Called by `agents.views.wallboard`, for screens that ask again and again: a process reads its board at most every two seconds.
"""

from __future__ import annotations

import threading
from typing import Any

from django.utils import timezone

from agents.models import Wallboard
from chats.wire import iso

from .board import Board
from .board_view import MOST_ROWS, Scope, View, project

READ_EVERY = 2.0  # seconds
QUEUE = ("name", "waiting", "oldestSince", "answerWithin", "serviceLevel", "target", "available", "staffed", "open")

_lock = threading.Lock()
_board = Board()


def figures(wallboard: Wallboard) -> dict[str, Any]:
    """`kpis`, `queues` and `states` as on the floor, for these queues alone; `serverTime` is when they were read."""
    queues = frozenset(wallboard.queues.values_list("pk", flat=True))
    scope = Scope(None, None, queues, {}, frozenset(), None)
    view = View(queues=queues, limits={"queues": MOST_ROWS, "contacts": 0, "agents": 0})
    with _lock:
        now = timezone.now()
        if _board.now is None or not 0 <= (now - _board.now).total_seconds() < READ_EVERY:
            _board.look((), (), at_everything=True, now=now)
        shown = project(_board, scope, view, now)
    lines = [{name: line[name] for name in QUEUE} for _key, line in shown["queues"][1]]
    return {
        "serverTime": iso(now),
        "name": wallboard.name,
        "kpis": shown["kpis"],
        "queues": lines,
        "states": shown["states"],
    }


def forget() -> None:
    """Begin anew: for tests."""
    global _board
    _board = Board()
