"""Agents who have signed in at the emulator's CCP: who is offered what, what they may ask for, and what is in their view."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connect_emulator.ccp import page_verbs, pages, shown
from connect_emulator.ccp.page_verbs import Refused
from connect_emulator.ccp.viewing import next_view
from connect_emulator.restjson import Request
from connect_emulator.world import agents, register, signed_in
from tests.amazon import BASIC_QUEUE, Amazon
from tests.ccp import Agent
from tests.emulating import INSTANCE
from tests.flows import flow, queue, transfer

Make = Callable[..., Amazon]
TO_QUEUE = flow(queue("q", "transfer", QueueId=BASIC_QUEUE), transfer())


@pytest.fixture
def amazon(amazons: Make) -> Amazon:
    return amazons(TO_QUEUE)


class AtCcp:
    """An agent who signs in, and asks as the page does."""

    def __init__(self, amazon: Amazon, name: str) -> None:
        self.amazon, self.world = amazon, amazon.world
        self.user = register.get(self.world, register.USER, Agent.of(amazon, name).id)
        with self.world.store.change():
            self.session = signed_in.begin(self.world, self.user)

    def ask(self, method: str, **params: Any) -> Any:
        answer = page_verbs.ask(self.world, self.user, method, params)
        self.amazon.pass_time(0)
        return answer

    def state(self, name: str, *, after_contacts: bool = False) -> None:
        found = next(each for each in register.all_of(self.world, register.STATUS) if each.name == name)
        self.ask("setState", stateId=found.id, next=after_contacts)

    def contacts(self) -> list[tuple[str, str]]:
        return [(each["id"], each["state"]) for each in shown.desk_of(self.world, self.user)["contacts"]]


def test_contacts_are_offered_to_the_routable_up_to_their_concurrency_and_the_last_asked_comes_last(amazon):
    first, second = AtCcp(amazon, "first"), AtCcp(amazon, "second")
    Agent.of(amazon, "by-hand").is_("Available")
    first.state("Available")
    chats = [amazon.customer(f"Customer {n}")[0] for n in range(2)]
    second.state("Available")
    amazon.pass_time(1)  # of contacts of one millisecond none is the oldest
    chats += [amazon.customer(f"Customer {n}")[0] for n in range(2, 5)]
    assert first.contacts() == [(chats[0], "connecting"), (chats[1], "connecting")]
    assert second.contacts() == [(chats[2], "connecting"), (chats[3], "connecting")]
    first.ask("reject", contactId=chats[0])
    assert first.contacts() == [
        (chats[0], "rejected"),
        (chats[1], "connecting"),
    ]  # it takes its place until it is cleared
    first.ask("clear", contactId=chats[0])
    assert first.contacts() == [(chats[1], "connecting"), (chats[0], "connecting")]  # the oldest that waits


def test_a_missed_contact_is_offered_to_somebody_else(amazon):
    first, second = AtCcp(amazon, "first"), AtCcp(amazon, "second")
    first.state("Available")
    chat, _ = amazon.customer()
    second.state("Available")
    amazon.pass_time(20)
    assert (first.contacts(), second.contacts()) == ([(chat, "missed")], [(chat, "connecting")])


def test_who_is_signed_out_is_offered_nothing(amazon):
    agent = AtCcp(amazon, "first")
    agent.state("Available")
    with amazon.world.store.change():
        signed_in.end(amazon.world, agent.session)
    amazon.customer()
    amazon.pass_time(0)
    assert agent.contacts() == []
    assert signed_in.holder(amazon.world, agent.session) is None
    assert signed_in.holder(amazon.world, "forged") is None


def test_a_queue_with_a_delay_is_served_when_it_is_over_and_a_higher_priority_first(amazon):
    made = amazon.connect.create_queue(InstanceId=INSTANCE, Name="Late", HoursOfOperationId=_hours(amazon))["QueueId"]
    configs = [
        {"QueueReference": {"QueueId": BASIC_QUEUE, "Channel": "CHAT"}, "Priority": 1, "Delay": 30},
        {"QueueReference": {"QueueId": made, "Channel": "CHAT"}, "Priority": 2, "Delay": 0},
    ]
    profile = amazon.connect.create_routing_profile(
        InstanceId=INSTANCE,
        Name="Patient",
        Description="-",
        DefaultOutboundQueueId=made,
        QueueConfigs=configs,
        MediaConcurrencies=[{"Channel": "CHAT", "Concurrency": 1}],
    )["RoutingProfileId"]
    agent = AtCcp(amazon, "first")
    with amazon.world.store.change():
        register.change(amazon.world, agent.user, RoutingProfileId=profile)
    agent.state("Available")
    chat, _ = amazon.customer()
    amazon.pass_time(29)
    assert agent.contacts() == []
    amazon.pass_time(1)
    assert agent.contacts() == [(chat, "connecting")]


def _hours(amazon: Amazon) -> str:
    return str(amazon.connect.list_hours_of_operations(InstanceId=INSTANCE)["HoursOfOperationSummaryList"][0]["Id"])


def test_a_token_that_was_given_while_the_contact_rang_is_good_after_the_acceptance(amazon):
    agent = AtCcp(amazon, "first")
    agent.state("Available")
    chat, customer = amazon.customer()
    while_it_rang = agent.ask("connectionToken", contactId=chat)["token"]
    ringing = shown.desk_of(amazon.world, agent.user)["contacts"][0]["agent"]
    agent.ask("accept", contactId=chat)
    assert shown.desk_of(amazon.world, agent.user)["contacts"][0]["agent"] == ringing
    amazon.say(while_it_rang, "Good day")
    amazon.say(agent.ask("connectionToken", contactId=chat)["token"], "How can I help?")
    assert amazon.texts(customer)[-2:] == ["Good day", "How can I help?"]


def test_the_next_state_comes_with_the_last_contact_and_until_then_nothing_new_is_offered(amazon):
    agent = AtCcp(amazon, "first")
    agent.state("Available")
    chat, _ = amazon.customer()
    agent.ask("accept", contactId=chat)
    agent.state("Offline", after_contacts=True)
    amazon.customer("Bea")
    assert agent.contacts() == [(chat, "connected")]
    assert shown.desk_of(amazon.world, agent.user)["nextState"]["name"] == "Offline"
    agent.ask("leave", contactId=chat)
    agent.ask("clear", contactId=chat)
    assert agents.status(amazon.world, agent.user.id).name == "Offline"
    assert "nextState" not in shown.desk_of(amazon.world, agent.user)


def test_nobody_touches_the_contact_of_another_agent(amazon):
    first, second = AtCcp(amazon, "first"), AtCcp(amazon, "second")
    first.state("Available")
    chat, _ = amazon.customer()
    more = {"transfer": {"endpointId": BASIC_QUEUE}, "setAttributes": {"attributes": {}}}
    for method in ("accept", "reject", "leave", "clear", "connectionToken", "transfer", "setAttributes"):
        with pytest.raises(Refused) as refused:
            second.ask(method, contactId=chat, **more.get(method, {}))
        assert (method, refused.value.kind) == (method, "ContactNotFoundException")
    with pytest.raises(Refused) as refused:
        second.ask("noSuchVerb")
    assert refused.value.kind == "UnsupportedOperationException"
    assert first.contacts() == [(chat, "connecting")]


@pytest.mark.parametrize(
    ("method", "kind", "body", "status"),
    [
        ("GET", "application/json", "", 405),
        ("POST", "text/plain", '{"username": "mira"}', 415),
        ("POST", "application/json", "{", 400),
        ("POST", "application/json", "[]", 400),
        ("POST", "application/json", '{"username": 7}', 400),
        ("POST", "application/json", '{"username": "nobody"}', 401),
        ("POST", "application/json", '{"username": "mira"}', 200),
    ],
)
def test_who_signs_in_is_an_agent_and_says_so_in_json(amazon, method, kind, body, status):
    agent = Agent.of(amazon, "mira")
    request = Request(method, "/connect/ccp-v2/session", headers={"content-type": kind}, body=body.encode())
    answer = pages.respond(amazon.world, request, pages.LOOPBACK)
    assert answer.status == status
    if status == 200:
        holder = signed_in.holder(amazon.world, json.loads(answer.body)["session"])
        assert holder is not None
        assert holder.id == agent.id


@pytest.mark.parametrize("path", ["/ccp", "/ccp-v2", "/ccp-v2/", "/ccp-v2/softphone", "/connect/ccp-v2/channel-view"])
def test_the_page_may_be_held_by_approved_origins_alone(amazon, path):
    assert pages.serves(path)
    answer = pages.respond(amazon.world, Request("GET", path), ("https://crm.example",))
    assert "frame-ancestors 'self' https://crm.example" in answer.headers["content-security-policy"]
    assert b'content="https://crm.example"' in answer.body


@pytest.mark.parametrize(
    "origin", ["crm.example", "https://crm.example/", "https://*", "http://a b", "https://x;script-src"]
)
def test_what_is_no_origin_is_not_approved(origin):
    assert not pages.is_origin(origin)


LISTS = st.lists(st.sampled_from("abcde"), unique=True)


@given(LISTS, LISTS, st.sampled_from(["", *"abcde"]))
def test_what_is_in_view_is_there_and_stays_as_long_as_it_is(before, now, viewed):
    shown_next = next_view(before, now, viewed)
    assert shown_next in {"", *now}
    if viewed in now:
        assert shown_next == viewed
    if viewed and now:
        assert shown_next


@pytest.mark.parametrize(
    ("before", "now", "viewed", "then"),
    [
        ("", "a", "", "a"),  # the first that comes
        ("a", "ab", "a", "a"),
        ("abc", "ac", "b", "c"),  # the next in the list
        ("abc", "ab", "c", "a"),
        ("a", "", "a", ""),  # none is left
        ("a", "ab", "", ""),  # the agent has closed the view
    ],
)
def test_the_documented_cases_of_on_view_contact(before, now, viewed, then):
    assert next_view(list(before), list(now), viewed) == then
