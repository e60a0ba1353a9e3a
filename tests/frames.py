"""What a tab held before an action, the frames that followed, what a fresh tab holds after it: the same, or it is a bug."""

from __future__ import annotations

import copy
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from agents.protocol import NOTIFICATIONS
from tests.portal import Desk, Held

Frame = dict[str, Any]
ROWS = ("agent", "viewing", "agent_contacts", "contacts", "items", "outgoing", "receipts", "notes")
UNNUMBERED = {"ask", "bye", "queues", "typing"}


@dataclass(frozen=True)
class Verified:
    """One action as a fixture of the browser's reducer (tests/js/desk_fixtures.test.mjs)."""

    before: list[dict[str, Any]]
    frames: list[Frame]
    after: list[dict[str, Any]]

    def write(self, path: Path) -> None:
        rows = {"before": self.before, "frames": self.frames, "after": self.after}
        lists = {
            name: ",\n".join(json.dumps(row, ensure_ascii=False) for row in values) for name, values in rows.items()
        }
        path.write_text("{\n" + ",\n".join(f'"{name}": [\n{text}\n]' for name, text in lists.items()) + "\n}\n")

    def methods(self) -> list[str]:
        return [frame["method"] for frame in self.frames]


def verify_action(desk: Desk, action: Callable[[], object], done: Callable[[Held], Any]) -> Verified:
    """Snapshot before + frames == fresh snapshot after. `done` says when everything that follows has happened."""
    before = _settled(desk)
    start = len(desk.frames)
    action()
    desk.until(done, "what follows from the action", 30)
    after = _settled(desk)
    with desk._lock:
        frames = [{"method": f["method"], "params": f["params"]} for f in desk.frames[start:]]
    for frame in frames:
        is_of_the_protocol(frame)
    kept = [frame for frame in frames if frame["method"] not in UNNUMBERED]
    held, wanted = played([*map(_snapshot, before), *kept]), played(list(map(_snapshot, after)))
    for name in ROWS:
        assert held[name] == wanted[name], f"{name}: {[frame['method'] for frame in kept]}"
    return Verified(before, kept, after)


def is_of_the_protocol(frame: Frame) -> None:
    """agents/protocol/ is closed: an unknown, a missing or a misshapen member is an error."""
    NOTIFICATIONS[frame["method"]].from_wire(frame["params"])


def played(frames: list[Frame]) -> dict[str, Any]:
    tab = Held()
    for frame in frames:
        tab.apply(frame["method"], copy.deepcopy(frame["params"]))
    return {name: getattr(tab, name) for name in ROWS}


def _snapshot(params: dict[str, Any]) -> Frame:
    return {"method": "snapshot", "params": params}


def _settled(desk: Desk) -> list[dict[str, Any]]:
    """The snapshots of a tab that opens when nothing moves any more, and this one has heard everything."""
    ends = time.monotonic() + 30
    last: dict[str, int] = {}
    while True:
        with Desk(desk.portal, desk.session) as fresh:
            cursors = dict(fresh.held.cursors)
            with desk._lock:
                if cursors == last == {s: n for s, n in desk.held.cursors.items() if s in cursors}:
                    return [f["params"] for f in fresh.frames if f["method"] == "snapshot"]
        assert time.monotonic() < ends, f"it never settles: {cursors}, {desk.held.cursors}"
        last = cursors
        time.sleep(0.4)
