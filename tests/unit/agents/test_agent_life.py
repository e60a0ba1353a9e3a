"""An agent's part in a contact is one table: what stands here can happen, everything else is an IllegalMove."""

from __future__ import annotations

import itertools
from typing import get_args

import pytest

from agents import protocol
from agents.protocol.agent_contact_state import LIFE, ON_THE_DESK, OPEN, IllegalMove, Move, State, after

POSSIBLE = {
    (State.CONNECTING, Move.ACCEPT): State.CONNECTED,
    (State.CONNECTING, Move.REJECT): State.REJECTED,
    (State.CONNECTING, Move.MISS): State.MISSED,
    (State.CONNECTING, Move.WITHDRAW): State.ERROR,
    (State.CONNECTED, Move.END): State.ENDED,
    (State.ENDED, Move.CLEAR): State.CLEARED,
    (State.MISSED, Move.CLEAR): State.CLEARED,
    (State.REJECTED, Move.CLEAR): State.CLEARED,
    (State.ERROR, Move.CLEAR): State.CLEARED,
}
EVERY = list(itertools.product(State, Move))


@pytest.mark.parametrize(("state", "move"), POSSIBLE)
def test_a_possible_move_leads_to_its_state(state, move):
    assert after(state, move) is POSSIBLE[state, move]


@pytest.mark.parametrize(("state", "move"), [pair for pair in EVERY if pair not in POSSIBLE])
def test_any_other_move_is_refused_with_both_names(state, move):
    with pytest.raises(IllegalMove) as caught:
        after(state, move)
    assert (caught.value.move, caught.value.state) == (move, state)
    assert str(caught.value) == f"{move} is not possible: the contact is {state}"


def test_the_table_knows_every_state():
    assert set(LIFE) == set(State)


def test_every_state_can_be_reached_from_an_offer():
    reached, frontier = set(), {State.CONNECTING}
    while frontier:
        reached |= frontier
        frontier = {to for state in frontier for to in LIFE[state].values()} - reached
    assert reached == set(State)


@pytest.mark.parametrize("state", State)
def test_a_slot_is_held_from_the_offer_until_the_contact_ended_and_no_longer(state):
    """Whatever holds a slot can let go of it in one move, and what let go never takes it again."""
    frees = any(to not in OPEN for to in LIFE[state].values())
    assert frees if state in OPEN else not any(to in OPEN for to in LIFE[state].values())


@pytest.mark.parametrize("state", State)
def test_what_holds_no_slot_is_on_the_desk_until_it_is_cleared(state):
    assert (state in ON_THE_DESK) == (state is not State.CLEARED)
    assert (Move.CLEAR in LIFE[state]) == (state in ON_THE_DESK - OPEN)


def test_the_socket_tells_exactly_these_states():
    told = get_args(protocol.AgentContact.model_fields["state"].annotation)
    assert told == tuple(str(state) for state in State)
