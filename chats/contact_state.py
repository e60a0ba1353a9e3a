"""The life of a contact in the portal, as one table. What is not in the table cannot happen."""

from __future__ import annotations

from enum import StrEnum


class State(StrEnum):
    """Where a contact is. A contact without a hand-over has no life here: its items are kept, nothing more."""

    JOINING = "JOINING"  # a flow has handed it over, our participant is not yet in the chat
    WAITING = "WAITING"  # our participant is in the chat, no agent has accepted
    CONNECTED = "CONNECTED"  # an agent serves it
    ENDED = "ENDED"  # our part is over; the customer may come back by a new hand-over


class Move(StrEnum):
    """What happens to a contact."""

    HAND_OVER = "HAND_OVER"
    JOINED = "JOINED"
    ACCEPT = "ACCEPT"
    REQUEUE = "REQUEUE"
    TRANSFER = "TRANSFER"  # another agent serves it, without a moment in which nobody does
    RELAY = "RELAY"  # Amazon Connect itself has given it to an agent, whose token we were handed
    END = "END"


class IllegalMove(Exception):
    """This cannot happen to a contact in this state."""

    def __init__(self, move: Move, state: State) -> None:
        super().__init__(f"{move} cannot happen to a contact that is {state}")
        self.move, self.state = move, state


LIFE: dict[State, dict[Move, State]] = {
    State.JOINING: {
        Move.HAND_OVER: State.JOINING,
        Move.JOINED: State.WAITING,
        Move.RELAY: State.CONNECTED,
        Move.END: State.ENDED,
    },
    State.WAITING: {Move.ACCEPT: State.CONNECTED, Move.END: State.ENDED},
    State.CONNECTED: {Move.REQUEUE: State.WAITING, Move.TRANSFER: State.CONNECTED, Move.END: State.ENDED},
    State.ENDED: {Move.HAND_OVER: State.JOINING},
}


def after(state: State, move: Move) -> State:
    """The state that follows; IllegalMove when this cannot happen."""
    try:
        return LIFE[state][move]
    except KeyError:
        raise IllegalMove(move, state) from None


class EndReason(StrEnum):
    """Why our part of a contact ended, in words the page translates."""

    AGENT = "agent"  # the agent ended it
    SUPERVISOR = "supervisor"  # a supervisor ended it, or cleared it because it was stuck
    CUSTOMER = "customer"  # the customer left
    CHAT_ENDED = "chatEnded"  # Connect ended the chat (expired, stopped, flow)
    REMOVED = "removed"  # Connect removed our participant: a Connect agent or a Lex bot joined
    AGENT_LEFT = "agentLeft"  # a relayed contact: the agent ended or transferred it in Amazon Connect
    TOKEN_OVER = "tokenOver"  # noqa: S105 -- why it ended: Connect no longer honours a relaying agent's token
    LOST = "lost"  # Connect no longer knows our participant and could not say why
    SILENT = "silent"  # the customer said nothing for as long as the queue allows
    NOT_JOINED = "notJoined"  # the hand-over could not be finished in time
