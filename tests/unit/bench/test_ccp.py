"""The bench of a page of Streams: what it says of its figures, and that a snapshot is really made."""

from __future__ import annotations

from bench import ccp


def test_a_page_is_compared_with_the_desk() -> None:
    told = ccp.text(
        {"desk → Connect": [40.0, 50.0, 60.0], "page → Connect": [70.0, 60.0, 65.0]},
        {"desk → Connect": [1_000.0], "page → Connect": [900.0]},
        0.25,
    )
    assert told.splitlines() == [
        "desk → Connect      1,000 messages/s     5.00 ms CPU each",
        "page → Connect        900 messages/s     6.50 ms CPU each",
        "a page of Streams costs 1.30 of the desk (at most 1.5)",
        "a snapshot of ten contacts takes 0.25 ms (at most 20)",
    ]


def test_a_snapshot_takes_its_time() -> None:
    assert ccp.snapshot() > 0
