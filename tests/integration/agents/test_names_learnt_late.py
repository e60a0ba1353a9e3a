"""A customer's name that becomes known while the contact is on a desk: the agent's stream says so too."""

from __future__ import annotations

import json

import pytest

from agents import routing
from agents.desk.stream import AgentStreams, snapshot
from agents.models import AgentContact
from agents.protocol import agent_contact_state as part
from chats import contact_state, ingest, participation, wire
from tests import factories
from tests.portal import Held

pytestmark = pytest.mark.django_db


@pytest.fixture
def mira():
    return factories.agent("mira")


@pytest.fixture
def offered(mira, clock):
    """A contact that is offered to mira, of a customer whom nobody has named."""
    contact = factories.contact("")
    routing.run(clock.now)
    mira.refresh_from_db()
    return contact


def first_words(contact):
    said = {"Id": "first", "Type": "MESSAGE", "ContentType": "text/plain", "Content": "Hello"}
    about = {"AbsoluteTime": "2026-11-20T09:00:00.000Z", "ParticipantId": "c", "ParticipantRole": "CUSTOMER"}
    whose = {"ContactId": contact.pk, "InitialContactId": contact.conversation.initial_contact_id}
    ingest.write([wire.read_item({**said, **about, **whose, "DisplayName": "Ada"})])


def handed_over_again(contact):
    """The flow asks once more, and knows more by now."""
    initial = contact.conversation.initial_contact_id
    participation.conversation_of(participation.HandOver(contact.pk, initial, contact.queue, customer_name="Ada"))


def tab(agent, *frames):
    """The cards of a tab that was told these frames."""
    held = Held()
    for method, params in frames:
        held.apply(method, params)
    return held.agent_contacts


def fresh(agent):
    agent.refresh_from_db()
    parts = AgentContact.objects.filter(agent=agent, state__in=part.ON_THE_DESK)
    told = {"stream": agent.stream, "seq": agent.seq, "agent": snapshot(agent, list(parts))}
    return "snapshot", json.loads(json.dumps(told))


@pytest.mark.parametrize("learn", [first_words, handed_over_again])
def test_every_card_of_the_customer_has_the_name_and_frames_make_the_snapshot(learn, mira, offered, heard, clock):
    routing.accept(mira, offered.pk, clock.now)
    before = fresh(mira)
    assert [card["customerName"] for card in tab(mira, before).values()] == [""]
    with heard.committed():
        learn(offered)
    assert heard.of(mira.stream) == ["agentContact"]
    frame = heard.last(mira.stream, "agentContact")
    assert frame["seq"] == before[1]["seq"] + 1
    after = tab(mira, before, ("agentContact", frame))
    assert after == tab(mira, fresh(mira))
    assert [card["customerName"] for card in after.values()] == ["Ada"]
    (read,) = (
        AgentStreams().read({mira.stream: before[1]["seq"]}, mira.user_id)[mira.stream].copies
    )  # whom the hint has not reached
    assert json.loads(read.text)["params"] == frame


def test_a_card_that_has_left_the_desk_is_not_told_and_a_known_name_is_told_once(mira, offered, heard, clock):
    routing.accept(mira, offered.pk, clock.now)
    participation.end(participation.lock_contact(offered.pk), contact_state.EndReason.CUSTOMER, clock.now, leave=False)
    routing.clear(mira, offered.pk, clock.now)
    with heard.committed():
        first_words(offered)
    assert heard.of(mira.stream) == []
    other = factories.contact("Ben")
    routing.run(clock.now)
    with heard.committed():
        first_words(other)
    assert heard.of(mira.stream) == []
