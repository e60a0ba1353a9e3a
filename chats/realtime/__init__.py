"""The one door to sockets: whoever changes a row tells it here, and the hub of each process passes it on.

Truth is the rows; what goes through here are hints that may be lost, repeated or shuffled. A hint may carry a copy of the
changed row, encoded once: a socket whose cursor is one behind forwards it; any other reads what it lacks.
"""

from .hints import Row, Update, broadcast, encode, publish, wake
from .hub import (
    RIGHTS_CHANGED,
    Hub,
    Reading,
    SocketUser,
    SocketUserRights,
    StreamKind,
    Subscriber,
    hub,
    register_rights,
    register_streams,
)

__all__ = [
    "RIGHTS_CHANGED",
    "Hub",
    "Reading",
    "Row",
    "SocketUser",
    "SocketUserRights",
    "StreamKind",
    "Subscriber",
    "Update",
    "broadcast",
    "encode",
    "hub",
    "publish",
    "register_rights",
    "register_streams",
    "wake",
]
