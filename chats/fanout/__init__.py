"""The one door to sockets: whoever changes a row tells it here, and the hub of each process passes it on.

Truth is the rows; what goes through here are hints that may be lost, repeated or shuffled. A hint may carry a copy of the
changed row, encoded once: a socket whose cursor is one behind forwards it; any other reads what it lacks.
"""

from .hints import Copy, Row, encode, pass_on, ring, tell
from .hub import VISITORS, Hub, Reading, StreamKind, Subscriber, Visitor, Visitors, hub, register, trust

__all__ = [
    "VISITORS",
    "Copy",
    "Hub",
    "Reading",
    "Row",
    "StreamKind",
    "Subscriber",
    "Visitor",
    "Visitors",
    "encode",
    "hub",
    "pass_on",
    "register",
    "ring",
    "tell",
    "trust",
]
