"""What one supervisor is told of a busy floor, second by second: run inside a process that has Django set up."""

from __future__ import annotations

import json
import random
import uuid
from datetime import timedelta
from pathlib import Path

from django.utils import timezone

from agents.supervision.board import Board
from agents.supervision.board_reader import scope_of
from agents.supervision.board_view import Projections, Told, View
from chats.models import Conversation

from .board_load import change, fill


def write(
    folder: Path, windows: dict[str, dict[str, int]], sizes: tuple[int, int], per_second: int, seconds: int
) -> None:
    """A file for each window, with a frame a line: the first has everything, then what a second of changes brings. `sizes`: agents, contacts."""
    user = fill(*sizes, 1)[0]
    chats = list(Conversation.objects.filter(initial_contact_id__startswith="bench-"))
    board, began = Board(), timezone.now()
    board.look(set(), (), at_everything=True, now=began)
    told = {name: Told(str(uuid.uuid4())) for name in windows}
    lines: dict[str, list[str]] = {name: [] for name in windows}
    for second in range(seconds + 1):
        changed = random.sample(chats, min(per_second, len(chats))) if second else []
        for number, chat in enumerate(changed):
            change(second * per_second + number, chat)
        now = began + timedelta(seconds=second)
        board.look({chat.initial_contact_id for chat in changed}, (), at_everything=False, now=now)
        projections = Projections(board, now)
        for name, limits in windows.items():
            frame = told[name].frame(projections.of(user.pk, scope_of(user.pk), View(own=False, limits=limits)), now)
            lines[name].append(json.dumps({"jsonrpc": "2.0", "method": "floor", "params": frame}))
    for name, texts in lines.items():
        (folder / f"{name}.frames").write_text("\n".join(texts))
