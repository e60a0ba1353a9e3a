"""A contact's life is one table: what stands here can happen, everything else is an IllegalMove."""

from __future__ import annotations

import itertools

import pytest

from chats.contact_state import LIFE, EndReason, IllegalMove, Move, State, after

POSSIBLE = {
    (State.JOINING, Move.HAND_OVER): State.JOINING,
    (State.JOINING, Move.JOINED): State.WAITING,
    (State.JOINING, Move.RELAY): State.CONNECTED,
    (State.JOINING, Move.END): State.ENDED,
    (State.WAITING, Move.ACCEPT): State.CONNECTED,
    (State.WAITING, Move.END): State.ENDED,
    (State.CONNECTED, Move.REQUEUE): State.WAITING,
    (State.CONNECTED, Move.TRANSFER): State.CONNECTED,
    (State.CONNECTED, Move.END): State.ENDED,
    (State.ENDED, Move.HAND_OVER): State.JOINING,
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
    assert str(caught.value) == f"{move} cannot happen to a contact that is {state}"


def test_the_table_knows_every_state():
    assert set(LIFE) == set(State)


def test_every_state_can_be_reached_from_a_hand_over():
    reached, frontier = set(), {State.JOINING}
    while frontier:
        reached |= frontier
        frontier = {to for state in frontier for to in LIFE[state].values()} - reached
    assert reached == set(State)


def test_a_contact_can_always_end_and_only_a_new_hand_over_brings_it_back():
    assert {state for state in State if Move.END not in LIFE[state]} == {State.ENDED}
    assert LIFE[State.ENDED] == {Move.HAND_OVER: State.JOINING}


def test_the_words_are_what_rows_and_pages_hold():
    assert [str(state) for state in State] == ["JOINING", "WAITING", "CONNECTED", "ENDED"]
    reasons = ["agent", "supervisor", "customer", "chatEnded", "removed", "agentLeft"]
    reasons += ["tokenOver", "lost", "silent", "notJoined"]
    assert [str(reason) for reason in EndReason] == reasons
