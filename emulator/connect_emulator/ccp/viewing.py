"""Which of an agent's contacts is in view: the cases in which Streams' documentation has onViewContact called. Pure."""

from __future__ import annotations

from collections.abc import Sequence


def next_view(before: Sequence[str], now: Sequence[str], viewed: str) -> str:
    """Contact ids in the order of the list, before a change and after it; "" is none.

    The first contact comes into view by itself; one that is put away makes room for the next in the list.
    """
    if viewed in now:
        return viewed
    if not viewed:
        return now[0] if now and not before else ""
    after = list(before)[list(before).index(viewed) + 1 :] if viewed in before else []
    return next((each for each in after if each in now), now[0] if now else "")
