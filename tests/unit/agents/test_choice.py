"""Who gets which contact: pure, so any case can be tried."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.routing import AgentCapacity, Service, WaitingContact, choose
from agents.routing.matching import Matcher

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def at(seconds):
    return NOON + timedelta(seconds=seconds)


NOW = at(100)


def seat(agent_id=1, *, load=0, capacity=3, idle=0, queues=None):
    """`queues`: the priority of each, or priority and delay."""
    serves = {
        queue: Service(*one) if isinstance(one, tuple) else Service(one) for queue, one in (queues or {1: 1}).items()
    }
    return AgentCapacity(agent_id, load, capacity, at(idle), serves)


def waiting(contact_id="a", *, queue=1, since=0, kept_for=None, refused_by=(), priority=5):
    return WaitingContact(contact_id, queue, at(since), kept_for, frozenset(refused_by), priority=priority)


def chosen(contacts, seats):
    pair = choose(contacts, seats, NOW)
    return pair and (pair[0].contact_id, pair[1].agent_id)


def test_nobody_waiting_is_nobody_chosen():
    assert choose([], [seat()], NOW) is None


def test_without_agents_nobody_is_chosen():
    assert choose([waiting()], [], NOW) is None


def test_the_oldest_contact_comes_first():
    assert chosen([waiting("young", since=5), waiting("old", since=1)], [seat()]) == ("old", 1)


def test_a_contact_of_better_priority_comes_before_age():
    assert chosen([waiting("old", since=1), waiting("urgent", since=9, priority=1)], [seat()]) == ("urgent", 1)


def test_of_the_same_age_the_smaller_id_comes_first():
    assert chosen([waiting("b"), waiting("a")], [seat()]) == ("a", 1)


def test_a_queue_of_better_priority_comes_before_age():
    contacts = [waiting("old", queue=2, since=1), waiting("young", queue=1, since=9)]
    assert chosen(contacts, [seat(queues={1: 1, 2: 2})]) == ("young", 1)


def test_whoever_has_been_idle_longest_gets_the_contact():
    assert chosen([waiting()], [seat(1, idle=9), seat(2, idle=3), seat(3, idle=5)]) == ("a", 2)


def test_an_agent_whose_profile_lacks_the_queue_is_not_chosen():
    assert choose([waiting(queue=2)], [seat(queues={1: 1})], NOW) is None


def test_an_agent_at_capacity_is_not_chosen():
    assert chosen([waiting()], [seat(1, load=3, idle=1), seat(2, load=2, idle=9)]) == ("a", 2)


def test_an_agent_who_refused_a_contact_gets_the_next_one():
    contacts = [waiting("a", since=1, refused_by={1}), waiting("b", since=2)]
    assert chosen(contacts, [seat()]) == ("b", 1)


def test_a_refused_contact_goes_to_somebody_else():
    assert chosen([waiting(refused_by={1})], [seat(1, idle=1), seat(2, idle=9)]) == ("a", 2)


def test_a_contact_is_offered_to_a_profile_only_after_its_delay():
    helper = seat(2, queues={1: (1, 30)})
    assert chosen([waiting(since=71)], [helper]) is None
    assert chosen([waiting(since=70)], [helper]) == ("a", 2)


def test_before_the_delay_is_over_the_others_are_asked():
    seats = [seat(1, idle=9), seat(2, idle=1, queues={1: (1, 30)})]
    assert chosen([waiting(since=90)], seats) == ("a", 1)
    assert chosen([waiting(since=60)], seats) == ("a", 2)


def test_a_kept_contact_goes_to_nobody_but_the_previous_agent():
    assert chosen([waiting(kept_for=2)], [seat(1, idle=0), seat(2, idle=9)]) == ("a", 2)
    assert chosen([waiting(kept_for=2)], [seat(1)]) is None
    assert chosen([waiting(kept_for=2)], [seat(1), seat(2, load=3)]) is None


def test_a_kept_contact_does_not_hold_up_those_behind_it():
    contacts = [waiting("kept", since=0, kept_for=2), waiting("young", since=5)]
    assert chosen(contacts, [seat(1)]) == ("young", 1)


# ---- any waiting room, any agents: judged by all pairs, one by one ---------------------------------------------------

QUEUES = st.integers(1, 3)
CONTACTS = st.lists(
    st.builds(
        waiting,
        contact_id=st.sampled_from("abcdefghij"),
        queue=QUEUES,
        since=st.integers(0, 9),
        kept_for=st.none() | st.none() | st.integers(1, 7),
        refused_by=st.frozensets(st.integers(1, 6), max_size=3),
        priority=st.sampled_from([1, 5, 5]),
    ),
    max_size=10,
    unique_by=lambda one: one.contact_id,
)
SEATS = st.lists(
    st.builds(
        seat,
        agent_id=st.integers(1, 6),
        load=st.integers(0, 3),
        capacity=st.integers(1, 3),
        idle=st.integers(0, 9),
        queues=st.dictionaries(QUEUES, st.tuples(st.integers(1, 3), st.sampled_from([0, 0, 95])), min_size=1),
    ),
    max_size=5,
    unique_by=lambda one: one.agent_id,
)


def may(contact, at_seat):
    """Written again, in other words, as the judge of `choose`."""
    service = at_seat.serves.get(contact.queue_id)
    has_room = at_seat.capacity - at_seat.load > 0
    if service is None or not has_room or at_seat.agent_id in contact.refused_by:
        return False
    return contact.since + timedelta(seconds=service.delay) <= NOW and contact.kept_for in {None, at_seat.agent_id}


def judged(contacts, seats):
    """The best of all pairs."""

    def order(pair):
        contact, one = pair
        priority = one.serves[contact.queue_id].priority
        return priority, contact.priority, contact.since, contact.contact_id, one.idle_since, one.load, one.agent_id

    return min(((contact, one) for contact in contacts for one in seats if may(contact, one)), key=order, default=None)


@given(CONTACTS, SEATS)
def test_the_best_of_all_pairs_is_chosen(contacts, seats):
    assert choose(contacts, seats, NOW) == judged(contacts, seats)


@given(CONTACTS, SEATS, st.randoms())
def test_the_order_of_the_lists_means_nothing(contacts, seats, random):
    shuffled, moved = random.sample(contacts, len(contacts)), random.sample(seats, len(seats))
    assert choose(shuffled, moved, NOW) == choose(contacts, seats, NOW)


def lines_of(contacts):
    lines = defaultdict(list)
    for contact in sorted(contacts, key=lambda one: one.place):
        lines[contact.queue_id, contact.priority].append(contact)
    return {key: iter(line) for key, line in lines.items()}


FATES = st.lists(st.sampled_from(["taken", "taken", "taken", "contact gone", "agent gone"]), min_size=40, max_size=40)


@given(CONTACTS, SEATS, FATES)
@settings(max_examples=300)
def test_whatever_becomes_of_each_pair_the_next_is_again_the_best(contacts, seats, fates):
    board = Matcher(lines_of(contacts), seats, NOW)
    left, sitting = list(contacts), {one.agent_id: one for one in seats}
    for fate in fates:
        pair = board.next_pair()
        assert pair == judged(left, sitting.values())
        if pair is None:
            return
        contact, one = pair
        if fate == "agent gone":
            board.agent_gone()
            del sitting[one.agent_id]
            continue
        left.remove(contact)
        if fate == "taken":
            sitting[one.agent_id] = replace(one, load=one.load + 1, idle_since=NOW)
            board.taken(sitting[one.agent_id])
        else:
            board.contact_gone()
    raise AssertionError("more pairs than contacts and agents")


def test_a_line_is_read_only_as_far_as_somebody_is_free():
    read = []

    def line():
        for number in range(1000):
            read.append(number)
            yield waiting(f"{number:04}", since=number / 1000)

    board = Matcher({(1, 5): line()}, [seat(1, capacity=2)], NOW)
    while pair := board.next_pair():
        board.taken(replace(pair[1], load=pair[1].load + 1))
    assert len(read) <= 3


def test_a_pair_is_settled_before_the_next_is_asked_for():
    board = Matcher(lines_of([waiting()]), [seat()], NOW)
    with pytest.raises(AssertionError):
        board.contact_gone()


def test_of_agents_idle_equally_long_the_one_with_less_to_do_is_chosen():
    assert chosen([waiting()], [seat(1, load=1), seat(2, load=0)]) == ("a", 2)
