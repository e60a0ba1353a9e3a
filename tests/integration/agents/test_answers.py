"""What an agent does with an offer and with a contact; from two tabs, too late, or with somebody else's."""

from __future__ import annotations

import pytest

from agents import presence, routing
from agents.models import Agent, AgentContact, AgentStateChange
from chats import contact_state as chat
from chats import participation
from chats.models import Contact, OutboundMessage
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def mira():
    return factories.agent("mira", first_name="Mira", last_name="Okafor")


@pytest.fixture
def offered(mira, clock):
    """A contact that is offered to mira."""
    contact = factories.contact(waited=30)
    routing.run(clock.now)
    return contact


@pytest.fixture
def connected(mira, offered, clock):
    """A contact that mira serves."""
    routing.accept(mira, offered.pk, clock.now)
    return offered


def said():
    return list(OutboundMessage.objects.order_by("position").values_list("kind", "content", "author"))


def refusal(verb, *arguments):
    with pytest.raises(routing.Refusal) as refused:
        verb(*arguments)
    return refused.value.reason, refused.value.message


def part_of(agent):
    return AgentContact.objects.filter(agent=agent).latest("pk")


# ---- accept ----------------------------------------------------------------------------------------------------------


def test_who_accepts_serves_the_contact_and_the_customer_is_told(mira, offered, clock):
    routing.accept(mira, offered.pk, clock.tick(2))
    offered.refresh_from_db()
    assert (offered.state, offered.owner, offered.connected_at) == ("CONNECTED", mira.user, clock.now)
    part = part_of(mira)
    assert (part.state, part.accepted_at, part.expires_at) == ("connected", clock.now, None)
    assert said() == [("MESSAGE", "Mira has joined.", None)]
    assert Agent.objects.get(pk=mira.pk).load == 1


def test_the_queue_decides_the_words_and_silence_is_possible(mira, offered, clock):
    offered.queue.joined_text = "  "
    offered.queue.save()
    routing.accept(mira, offered.pk, clock.now)
    assert said() == []


def test_without_a_first_name_the_user_name_is_said(clock):
    agent, contact = factories.agent("agent7"), factories.contact()
    routing.run(clock.now)
    routing.accept(agent, contact.pk, clock.now)
    assert said() == [("MESSAGE", "agent7 has joined.", None)]


def test_accepting_twice_is_accepting_once(mira, offered, clock):
    routing.accept(mira, offered.pk, clock.now)
    seq = Agent.objects.get(pk=mira.pk).seq
    routing.accept(mira, offered.pk, clock.tick(1))
    assert said() == [("MESSAGE", "Mira has joined.", None)]
    assert Agent.objects.get(pk=mira.pk).seq == seq


def test_an_offer_whose_time_is_over_is_refused(mira, offered, clock):
    assert refusal(routing.accept, mira, offered.pk, clock.tick(20)) == (
        "offerGone",
        "This contact cannot be accepted any more: the time to answer is over, it goes back to the queue.",
    )
    assert Contact.objects.get().state == "WAITING"


def test_a_missed_offer_is_refused(mira, offered, clock):
    routing.run(clock.tick(20))
    assert refusal(routing.accept, mira, offered.pk, clock.now) == (
        "offerGone",
        "This contact cannot be accepted any more: it went back to the queue.",
    )


def test_what_a_colleague_has_got_is_refused(mira, offered, clock):
    routing.run(clock.tick(20))
    jonas = factories.agent("jonas")
    routing.run(clock.now)
    routing.accept(jonas, offered.pk, clock.now)
    assert refusal(routing.accept, mira, offered.pk, clock.now) == (
        "offerGone",
        "This contact cannot be accepted any more: a colleague has it now.",
    )


def test_of_a_colleagues_contact_not_even_its_existence_is_told(offered, clock):
    jonas = factories.agent("jonas")
    expected = ("contactNotFound", f"There is no contact {offered.pk} on your desk.")
    for verb in (routing.accept, routing.reject, routing.end, routing.clear):
        assert refusal(verb, jonas, offered.pk, clock.now) == expected


def test_an_unknown_contact_is_refused(mira, clock):
    for verb in (routing.accept, routing.reject, routing.end, routing.clear):
        assert refusal(verb, mira, "nowhere", clock.now) == (
            "contactNotFound",
            "There is no contact nowhere on your desk.",
        )


def test_accepting_after_the_customer_left_says_so(mira, offered, clock):
    participation.end(participation.lock_contact(offered.pk), chat.EndReason.CUSTOMER, clock.now, leave=False)
    assert refusal(routing.accept, mira, offered.pk, clock.now) == (
        "offerGone",
        "This contact cannot be accepted any more: the customer left.",
    )


# ---- reject ----------------------------------------------------------------------------------------------------------


def test_a_declined_contact_waits_again_at_its_place(mira, offered, clock):
    routing.reject(mira, offered.pk, clock.tick(4))
    part = part_of(mira)
    assert (part.state, part.outcome, str(part.why)) == ("cleared", "rejected", "declined")
    contact = Contact.objects.get()
    assert (contact.state, contact.owner, contact.waiting_since) == ("WAITING", None, offered.waiting_since)
    agent = Agent.objects.get(pk=mira.pk)
    assert (agent.load, agent.idle_since) == (0, clock.now)


def test_a_declined_contact_goes_to_somebody_else_at_once(mira, offered, clock):
    jonas = factories.agent("jonas")
    routing.reject(mira, offered.pk, clock.now)
    routing.run(clock.now)
    assert part_of(jonas).state == "connecting"


def test_who_declined_is_asked_again_only_after_a_while(mira, offered, clock, settings):
    routing.reject(mira, offered.pk, clock.now)
    assert [routing.run(clock.now), routing.run(clock.tick(settings.CCP_DECLINE_SECONDS - 0.1))] == [0, 0]
    assert routing.run(clock.tick(0.1)) == 1
    assert part_of(mira).state == "connecting"


def test_declining_twice_is_declining_once(mira, offered, clock):
    routing.reject(mira, offered.pk, clock.now)
    routing.reject(mira, offered.pk, clock.now)
    assert Agent.objects.get(pk=mira.pk).load == 0


def test_what_was_accepted_cannot_be_declined(mira, connected, clock):
    assert refusal(routing.reject, mira, connected.pk, clock.now) == (
        "offerGone",
        "This contact cannot be declined any more: you are serving it, end it first.",
    )


# ---- end and clear ---------------------------------------------------------------------------------------------------


def test_the_agents_goodbye_is_said_before_we_leave(mira, connected, clock):
    routing.end(mira, connected.pk, clock.tick(60))
    assert said() == [
        ("MESSAGE", "Mira has joined.", None),
        ("MESSAGE", "Mira has left.", None),
        ("DISCONNECT", "", None),
    ]
    contact = Contact.objects.get()
    assert (contact.state, contact.end_reason, contact.owner) == ("ENDED", "agent", mira.user)
    part = part_of(mira)
    assert (part.state, str(part.why), part.ended_at) == ("ended", "the agent ended it", clock.now)
    assert Agent.objects.get(pk=mira.pk).load == 0


def test_ending_twice_says_goodbye_once(mira, connected, clock):
    routing.end(mira, connected.pk, clock.now)
    routing.end(mira, connected.pk, clock.now)
    assert [kind for kind, _, _ in said()].count("DISCONNECT") == 1


def test_ending_what_the_customer_ended_is_no_error(mira, connected, clock):
    participation.end(participation.lock_contact(connected.pk), chat.EndReason.CUSTOMER, clock.now, leave=False)
    routing.end(mira, connected.pk, clock.now)
    assert str(part_of(mira).why) == "the customer left"


def test_an_offer_cannot_be_ended(mira, offered, clock):
    assert refusal(routing.end, mira, offered.pk, clock.now) == (
        "contactNotConnected",
        "This contact cannot be ended: it is still offered to you, accept or decline it first.",
    )


def test_the_card_leaves_the_desk_when_it_is_cleared(mira, connected, clock):
    routing.end(mira, connected.pk, clock.now)
    routing.clear(mira, connected.pk, clock.tick(9))
    part = part_of(mira)
    assert (part.state, part.cleared_at, part.outcome) == ("cleared", clock.now, "ended")
    routing.clear(mira, connected.pk, clock.tick(1))
    assert part_of(mira).cleared_at == part.cleared_at


def test_an_open_contact_cannot_be_cleared(mira, connected, clock):
    assert refusal(routing.clear, mira, connected.pk, clock.now) == (
        "contactOpen",
        "This contact cannot be cleared: you are serving it, end it first.",
    )


def test_the_next_state_comes_when_the_last_contact_ends(mira, connected, clock):
    second = factories.contact()
    routing.run(clock.now)
    routing.accept(mira, second.pk, clock.now)
    presence.set_state(
        mira, "Break" if factories.state("Break") else "", enqueue_next=True, by=mira.user, now=clock.now
    )
    routing.end(mira, connected.pk, clock.now)
    assert Agent.objects.get(pk=mira.pk).state.name == "Available"
    routing.end(mira, second.pk, clock.tick(5))
    agent = Agent.objects.get(pk=mira.pk)
    assert (agent.state.name, agent.next_state, agent.state_since) == ("Break", None, clock.now)
    change = AgentStateChange.objects.get()
    assert (change.old_state, change.new_state, change.by) == ("Available", "Break", mira.user)


def test_a_contact_that_comes_back_is_a_new_part(mira, connected, clock):
    routing.end(mira, connected.pk, clock.now)
    contact = participation.lock_contact(connected.pk)
    contact.round, contact.owner = 2, None
    contact.move(chat.Move.HAND_OVER, clock.now)
    participation.mark_joined(contact.pk, clock.tick(1))
    routing.run(clock.now)
    routing.accept(mira, contact.pk, clock.now)
    parts = AgentContact.objects.order_by("pk").values_list("round", "state")
    assert list(parts) == [(1, "ended"), (2, "connected")]
    routing.end(mira, contact.pk, clock.now)
    assert Agent.objects.get(pk=mira.pk).load == 0
    routing.clear(mira, contact.pk, clock.now)
    assert set(AgentContact.objects.values_list("state", flat=True)) == {"cleared"}


def test_the_card_of_an_earlier_round_is_cleared_while_the_next_is_served(mira, connected, clock):
    routing.end(mira, connected.pk, clock.now)
    contact = participation.lock_contact(connected.pk)
    contact.round, contact.owner = 2, None
    contact.move(chat.Move.HAND_OVER, clock.now)
    participation.mark_joined(contact.pk, clock.now)
    routing.run(clock.now)
    routing.accept(mira, contact.pk, clock.now)
    routing.clear(mira, contact.pk, clock.now)
    parts = AgentContact.objects.order_by("pk").values_list("round", "state")
    assert list(parts) == [(1, "cleared"), (2, "connected")]
