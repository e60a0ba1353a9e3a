"""A refusal says what is so instead, for people in its sentence and for programs in `data.current`."""

from __future__ import annotations

from datetime import timedelta

import pytest

from agents import presence, protocol, routing
from agents.models import AgentContact, Disposition
from agents.routing import endpoints, transfers
from chats.models import Queue
from tests import factories
from tests.portal import Answer, Product
from tests.sentences import sentence_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def mira():
    return factories.agent("mira", first_name="Mira", last_name="Okafor")


@pytest.fixture
def offered(mira, clock):
    contact = factories.contact()
    routing.run(clock.now)
    return contact


@pytest.fixture
def connected(mira, offered, clock):
    routing.accept(mira, offered.pk, clock.now)
    return offered


def current(why, do, *arguments, **words):
    """What the refusal of this attempt tells a program, as the protocol has it."""
    with pytest.raises(routing.Refusal) as caught:
        do(*arguments, **words)
    assert caught.value.reason == why
    assert caught.value.data == {"reason": why, "current": caught.value.current}
    return protocol.Current.model_validate(caught.value.current).model_dump(exclude_none=True)


def to_queue(queue):
    return endpoints.Ref("queue", endpoints.named(queue)[0])


def test_an_offer_that_is_gone_says_what_became_of_it(mira, offered, clock):
    routing.run(clock.tick(20))
    told = current("offerGone", routing.accept, mira, offered.pk, clock.now)
    part = AgentContact.objects.get(agent=mira)
    assert list(told) == ["agentContact"]
    assert (told["agentContact"]["state"], told["agentContact"]["why"]) == ("missed", part.why.data)


def test_what_has_ended_cannot_be_declined_and_what_is_open_not_cleared(mira, connected, clock):
    told = current("contactOpen", routing.clear, mira, connected.pk, clock.now)
    assert told["agentContact"]["state"] == "connected"
    routing.end(mira, connected.pk, clock.now)
    told = current("offerGone", routing.reject, mira, connected.pk, clock.now)
    assert (told["agentContact"]["state"], told["agentContact"]["why"]["sentence"]) == ("ended", "the agent ended it")
    assert routing.end(mira, connected.pk, clock.now) is None  # ended twice is ended once
    routing.clear(mira, connected.pk, clock.now)
    told = current("offerGone", routing.accept, mira, connected.pk, clock.now)
    assert told["agentContact"]["state"] == "cleared"


def test_an_offer_cannot_be_ended(mira, offered, clock):
    told = current("contactNotConnected", routing.end, mira, offered.pk, clock.now)
    assert told["agentContact"]["state"] == "connecting"
    assert told["agentContact"]["expiresAt"] is not None


def test_a_state_that_does_not_exist_comes_with_those_there_are(mira, clock):
    factories.state("Break")
    told = current("stateNotFound", presence.set_state, mira, "Lunch", by=mira.user, now=clock.now)
    assert told["agent"]["state"]["name"] == "Available"
    assert [state["name"] for state in told["agent"]["states"]] == ["Available", "Break"]


def test_a_colleague_or_queue_that_takes_nothing_comes_with_how_it_is(mira, connected, clock):
    jonas = factories.agent("jonas", in_state="Break", profile=mira.routing_profile)
    to = endpoints.Ref("agent", str(jonas.key))
    told = current("agentAbsent", transfers.transfer, mira, connected.pk, to, "", clock.now)["endpoint"]
    assert told == {**endpoints.listed(mira, clock.now)[0]}
    assert (told["name"], told["state"]["name"]) == ("jonas", "Break")
    closed = factories.queue("Closed", is_open=False)
    told = current("queueClosed", transfers.transfer, mira, connected.pk, to_queue(closed), "", clock.now)["endpoint"]
    assert (told["name"], told["open"], sentence_of(told["refusal"])) == (
        "Closed",
        False,
        "The queue Closed is closed now.",
    )
    me = endpoints.Ref("agent", str(mira.key))
    told = current("transferToSelf", transfers.transfer, mira, connected.pk, me, "", clock.now)["endpoint"]
    assert (told["load"], told["capacity"]) == (1, 3)


def test_a_disposition_that_lacks_comes_with_those_there_are(mira, connected, clock):
    for name in ("Solved", "Refund"):
        Disposition.objects.create(name=name)
    Queue.objects.update(disposition_required=True)
    routing.end(mira, connected.pk, clock.now)
    told = current("dispositionRequired", routing.clear, mira, connected.pk, clock.now)
    assert told == {"dispositions": ["Refund", "Solved"]}
    told = current("dispositionNotFound", routing.clear, mira, connected.pk, clock.now, disposition="Fax")
    assert told == {"dispositions": ["Refund", "Solved"]}


def test_of_what_is_not_on_the_desk_nothing_is_told(offered, clock):
    jonas = factories.agent("jonas")
    with pytest.raises(routing.Refusal) as caught:
        routing.accept(jonas, offered.pk, clock.now + timedelta(seconds=1))
    assert caught.value.data == {"reason": "contactNotFound"}


def test_the_socket_tells_it(product: Product) -> None:
    with product.portal.desk("mira") as mira, pytest.raises(Answer) as refused:
        mira.call("setAgentState", state="Lunch")
    assert refused.value.reason == "stateNotFound"
    assert refused.value.current == {"agent": {**mira.held.agent}}
