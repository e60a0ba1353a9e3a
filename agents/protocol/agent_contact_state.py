"""One agent's part in one contact, as one table, in Streams' words. What is not in the table cannot happen."""

from __future__ import annotations

from enum import StrEnum


class State(StrEnum):
    """Streams' contact states, as far as a chat meets them (an offered chat is `connecting`)."""

    CONNECTING = "connecting"
    CONNECTED = "connected"
    ENDED = "ended"
    MISSED = "missed"
    REJECTED = "rejected"
    ERROR = "error"
    CLEARED = "cleared"


class Move(StrEnum):
    """What happens to an agent's part."""

    ACCEPT = "accept"
    REJECT = "reject"
    MISS = "miss"
    WITHDRAW = "withdraw"  # the contact ended while it was offered
    END = "end"
    CLEAR = "clear"


class IllegalMove(Exception):
    """This cannot happen to an agent's part that is in this state."""

    def __init__(self, move: Move, state: State) -> None:
        super().__init__(f"{move} is not possible: the contact is {state}")
        self.move, self.state = move, state


LIFE: dict[State, dict[Move, State]] = {
    State.CONNECTING: {
        Move.ACCEPT: State.CONNECTED,
        Move.REJECT: State.REJECTED,
        Move.MISS: State.MISSED,
        Move.WITHDRAW: State.ERROR,
    },
    State.CONNECTED: {Move.END: State.ENDED},
    State.ENDED: {Move.CLEAR: State.CLEARED},
    State.MISSED: {Move.CLEAR: State.CLEARED},
    State.REJECTED: {Move.CLEAR: State.CLEARED},
    State.ERROR: {Move.CLEAR: State.CLEARED},
    State.CLEARED: {},
}
OPEN = frozenset({State.CONNECTING, State.CONNECTED})
ON_THE_DESK = frozenset(State) - {State.CLEARED}


def after(state: State, move: Move) -> State:
    """The state that follows; IllegalMove when this cannot happen."""
    try:
        return LIFE[state][move]
    except KeyError:
        raise IllegalMove(move, state) from None
