"""Seed 003, "Chat", told sentence by sentence with the clock turned: the quotes are its own words."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connect_emulator import bots, counts
from connect_emulator.cli import arguments
from connect_emulator.world import agents, queueing
from connect_emulator.world.world import Said
from tests.amazon import BASIC_QUEUE, Amazon
from tests.ccp import Agent
from tests.emulating import EVENT, INBOUND_FLOW, INSTANCE
from tests.flows import QUIET, Json, action, flow, hook, queue, say, transfer, wait

Make = Callable[..., Amazon]
AFTER = "bbbbbbbb-bbbb-4ccc-8ddd-eeeeeeeeeeee"
ALIAS = "arn:aws:lex:us-east-1:123456789012:bot-alias/BOTID00001/ALIASID001"
SAME_ISSUE = {
    "intents": [{"name": "Same", "utterances": ["yes"]}, {"name": "Other", "utterances": ["no"]}],
    "tries": 0,
}


@pytest.fixture
def samples(amazons: Make, tmp_path_factory: pytest.TempPathFactory) -> Amazon:
    """The sample flows, as `connect-emulator --samples` loads them."""
    state = tmp_path_factory.mktemp("cli") / "s"
    flows = {name: each.text for name, each in arguments(["--state", str(state), "--samples"]).options.flows.items()}
    return amazons(flows.pop(INBOUND_FLOW), flows=flows)


@pytest.fixture
def grace(samples: Amazon) -> Agent:
    return Agent.of(samples, "grace")


def reason(amazon: Amazon, contact_id: str) -> str | None:
    return amazon.described(contact_id).get("DisconnectReason")


def last_contact(amazon: Amazon, initial_id: str) -> str:
    return amazon.chain(initial_id)[-1]


def waiting(amazon: Amazon, queue_id: str = BASIC_QUEUE) -> list[str]:
    return [each.contact_id for each in queueing.waiting(amazon.world, queue_id)]


def story(first: list[Json], after: list[Json], amazons: Make, **more: Any) -> Amazon:
    """An inbound flow that sets `after` as its disconnect flow and goes to the basic queue."""
    inbound = flow(
        hook("h", "CustomerRemaining", AFTER, first[0]["Identifier"]),
        *first,
        queue("q", "transfer", QueueId=BASIC_QUEUE),
        transfer(),
    )
    return amazons(inbound, flows={AFTER: flow(*after)}, **more)


# ---- "start a chat with an agent or Amazon Lex bot, step away from it, and then resume the conversation again" -------


def test_the_example_scenario(samples: Amazon, grace: Agent) -> None:
    contact_id, customer = samples.customer()

    # "Suppose a customer and agent are chatting"
    agent = samples.connected(grace.serves(contact_id))
    samples.say(customer, "My parcel is lost.")
    samples.say(agent, "I am looking for it.")

    # "but then the customer stops responding to the agent. The agent asks "Are you there?" and doesn't get a reply."
    samples.pass_time(600)
    samples.say(agent, "Are you there?")
    samples.pass_time(600)

    # "The agent leaves the chat. Now the chat is no longer associated with an agent"
    grace.leaves(contact_id)
    assert reason(samples, contact_id) == "AGENT_DISCONNECT"
    second = last_contact(samples, contact_id)
    assert [each.state for each in agents.of_contact(samples.world, second)] == []

    # "your contact flow determines what happens next"
    shown = samples.described(second)
    assert (shown["InitiationMethod"], shown["PreviousContactId"], shown["InitialContactId"]) == (
        "DISCONNECT",
        contact_id,
        contact_id,
    )
    assert samples.texts(customer)[-1] == (
        "The conversation with our agent is over. Write within the next 15 minutes, and it goes on where it was."
    )

    # "the customer eventually sends another message ("Hey, I'm back") and the chat resumes"
    samples.pass_time(899)
    samples.say(customer, "Hey, I'm back")
    assert waiting(samples) == [second]
    assert samples.texts(customer)[-3:] == [
        "Hey, I'm back",
        "Welcome back. You are in the queue for one of our agents.",
        "Thank you for waiting. You are in the queue, and the next free person will answer you.",
    ]

    # "the chat can be assigned to the original agent, or a different agent"
    linus = Agent.of(samples, "linus")
    agent = samples.connected(linus.serves(second))
    samples.say(agent, "Here I am.")
    items = samples.transcript(customer)
    assert {item["ContactId"] for item in items} == {contact_id, second}
    assert [item["ContactId"] for item in items if item.get("Content") in {"Are you there?", "Here I am."}] == [
        contact_id,
        second,
    ]
    assert samples.texts(agent) == samples.texts(customer)


def test_the_customers_socket_hears_both_segments(samples: Amazon, grace: Agent) -> None:
    """Every item of the chain is told to the sockets of the one chat."""
    heard: list[Said] = []
    samples.world.store.listeners.append(lambda notice: heard.append(notice) if isinstance(notice, Said) else None)
    contact_id, _ = samples.customer()
    grace.serves(contact_id)
    grace.leaves(contact_id)
    assert {notice.initial_id for notice in heard} == {contact_id}
    items = [json.loads(json.loads(notice.frame)["content"]) for notice in heard]
    assert {item["InitialContactId"] for item in items} == {contact_id}
    assert [item["ContactId"] for item in items][-2:] == [contact_id, last_contact(samples, contact_id)]


# ---- "The Wait block has two branches" ------------------------------------------------------------------------------


def test_timeout_runs_if_the_customer_has_not_sent_a_message(samples: Amazon, grace: Agent) -> None:
    contact_id, _ = samples.customer()
    grace.serves(contact_id)
    grace.leaves(contact_id)
    second = last_contact(samples, contact_id)
    samples.pass_time(899.999)
    assert reason(samples, second) is None
    samples.again()
    samples.pass_time(0.001)
    # "For example, for this branch you might just want to run a Disconnect block and end the chat."
    assert reason(samples, second) == "CONTACT_FLOW_DISCONNECT"
    rows = samples.world.store.all("SELECT content, content_type FROM item ORDER BY seq DESC LIMIT 2")
    assert [row["content"] or row["content_type"].removeprefix(EVENT) for row in rows] == [
        "chat.ended",
        "We have not heard from you for a while. Goodbye.",
    ]


def test_customer_return_can_route_to_the_previous_agent(amazons: Make) -> None:
    after = [
        wait("w", 900, "end", "CustomerReturned", CustomerReturned="a"),
        queue("a", "s", AgentId="$.Agent.ARN"),
        say("s", "$.Agent.FirstName will be with you.", "transfer"),
        transfer(),
    ]
    amazon = story([say("hi", "Hello", "q")], after, amazons)
    contact_id, customer = amazon.customer()
    grace = Agent.of(amazon, "grace")
    grace.serves(contact_id)
    grace.leaves(contact_id)
    amazon.say(customer, "Hey, I'm back")
    second = last_contact(amazon, contact_id)
    assert amazon.texts(customer)[-1] == "Grace will be with you."
    assert (waiting(amazon), waiting(amazon, f"agent/{grace.id}")) == ([], [second])
    grace.serves(second)
    assert amazon.described(second)["AgentInfo"]["Id"] == grace.id


def test_customer_return_can_route_to_the_previous_queue(amazons: Make) -> None:
    after = [wait("w", 900, "end", "CustomerReturned", CustomerReturned="transfer"), transfer()]
    amazon = story([say("hi", "Hello", "q")], after, amazons)
    contact_id, customer = amazon.customer()
    grace = Agent.of(amazon, "grace")
    grace.serves(contact_id)
    grace.leaves(contact_id)
    amazon.say(customer, "Hey, I'm back")
    assert waiting(amazon) == [last_contact(amazon, contact_id)]


def test_customer_return_can_set_a_new_working_queue(amazons: Make) -> None:
    after = [
        wait("w", 900, "end", "CustomerReturned", CustomerReturned="n"),
        queue("n", "transfer", QueueId="$.Attributes.next"),
        transfer(),
    ]
    amazon = story([say("hi", "Hello", "q")], after, amazons)
    hours = amazon.connect.list_hours_of_operations(InstanceId=INSTANCE)["HoursOfOperationSummaryList"][0]["Id"]
    other = amazon.connect.create_queue(InstanceId=INSTANCE, Name="Second line", HoursOfOperationId=hours)["QueueId"]
    contact_id, customer = amazon.customer(Attributes={"next": other})
    grace = Agent.of(amazon, "grace")
    grace.serves(contact_id)
    grace.leaves(contact_id)
    amazon.say(customer, "Hey, I'm back")
    second = last_contact(amazon, contact_id)
    assert (waiting(amazon), waiting(amazon, other)) == ([], [second])
    assert amazon.described(second)["QueueInfo"]["Id"] == other


def test_typing_is_no_return(samples: Amazon, grace: Agent) -> None:
    contact_id, customer = samples.customer()
    grace.serves(contact_id)
    grace.leaves(contact_id)
    samples.participant.send_event(ConnectionToken=customer, ContentType=EVENT + "typing")
    assert waiting(samples) == []


# ---- "when the agent … has disconnected from the chat and only the customer remains, the set disconnect flow should run"


def test_the_disconnect_flow_runs_again_each_time_an_agent_leaves(samples: Amazon, grace: Agent) -> None:
    # "there's no limit to the number of times a customer can stop and resume chat"
    contact_id, customer = samples.customer()
    for _ in range(5):
        current = last_contact(samples, contact_id)
        grace.serves(current)
        grace.leaves(current)
        grace.clears(current)
        samples.say(customer, "Hey, I'm back")
    chain = samples.chain(contact_id)
    assert len(chain) == 6
    methods = [samples.described(each)["InitiationMethod"] for each in chain]
    assert methods == ["API", *["DISCONNECT"] * 5]
    assert [samples.described(each).get("PreviousContactId") for each in chain] == [None, *chain[:-1]]


def test_the_disconnect_flow_waits_until_the_last_agent_has_gone(samples: Amazon, grace: Agent) -> None:
    contact_id, customer = samples.customer()
    grace.serves(contact_id)
    moved = grace.transfers(contact_id, queueId=BASIC_QUEUE)
    assert samples.described(moved)["InitiationMethod"] == "TRANSFER"
    linus = Agent.of(samples, "linus")
    linus.serves(moved)
    linus.leaves(moved)
    assert samples.described(last_contact(samples, contact_id))["InitiationMethod"] == "DISCONNECT"
    assert samples.say(customer, "Hello?")["Id"]


def test_without_a_disconnect_flow_the_chat_is_over(amazons: Make) -> None:
    amazon = amazons(flow(queue("q", "transfer", QueueId=BASIC_QUEUE), transfer()))
    contact_id, customer = amazon.customer()
    grace = Agent.of(amazon, "grace")
    grace.serves(contact_id)
    grace.leaves(contact_id)
    with pytest.raises(amazon.participant.exceptions.AccessDeniedException):
        amazon.say(customer, "Hey, I'm back")


# ---- "When do chats end? The total duration for a chat conversation … can't exceed 25 hours" ----------------------------


@pytest.mark.parametrize(("given", "hours"), [({}, 25), ({"ChatDurationInMinutes": 600}, 10)])
def test_the_total_duration_includes_all_waiting_and_all_segments(
    samples: Amazon, grace: Agent, given: dict[str, int], hours: int
) -> None:
    started = samples.start_chat(**given)
    contact_id = started["ContactId"]
    for _ in range(hours * 5 - 1):
        customer = samples.connected(started["ParticipantToken"])
        current = last_contact(samples, contact_id)
        samples.say(customer, "Hey, I'm back")
        grace.serves(current)
        grace.leaves(current)
        grace.clears(current)
        samples.pass_time(720)
    samples.say(samples.connected(started["ParticipantToken"]), "Hey, I'm back")
    samples.pass_time(719.999)
    current = last_contact(samples, contact_id)
    assert reason(samples, current) is None
    samples.pass_time(0.001)
    # "After that the chat conversation ends."
    assert reason(samples, current) == "EXPIRED"
    with pytest.raises(samples.participant.exceptions.AccessDeniedException):
        samples.connected(started["ParticipantToken"])


def test_twelve_hours_later_a_lex_bot_asks_whether_it_is_about_the_same_issue(amazons: Make) -> None:
    # "you might wait 12 hours … in the flow you can have an Amazon Lex bot ask if they're contacting you about the same
    # issue or a different one"
    lex = action(
        "lex",
        "ConnectParticipantWithLexBot",
        {"Text": "Is it about the same issue?", "LexV2Bot": {"AliasArn": ALIAS}},
        Same="transfer",
        Other="new",
        NoMatchingError="end",
        NoMatchingCondition="end",
    )
    after = [
        wait("short", 43_200, "long", "CustomerReturned", CustomerReturned="transfer"),
        wait("long", 46_800, "end", "CustomerReturned", CustomerReturned="lex"),
        lex,
        say("new", "Then tell us more.", "quiet"),
        transfer(),
        QUIET,
    ]
    bot = {ALIAS: bots.read(json.dumps(SAME_ISSUE))}
    amazon = story([say("hi", "Hello", "q")], after, amazons, bots=bot)
    contact_id, customer = amazon.customer()
    grace = Agent.of(amazon, "grace")
    grace.serves(contact_id)
    grace.leaves(contact_id)
    amazon.pass_time(43_200)
    amazon.say(customer, "Hey, I'm back")
    assert amazon.texts(customer)[-1] == "Is it about the same issue?"
    amazon.say(customer, "Yes!")
    assert waiting(amazon) == [last_contact(amazon, contact_id)]


def test_a_wait_of_seven_days_is_kept_in_a_chat_of_seven_days(amazons: Make) -> None:
    amazon = amazons(flow(wait("w", 604_800, "end")))
    started = amazon.start_chat(ChatDurationInMinutes=10_080)
    amazon.pass_time(1)
    amazon.connected(started["ParticipantToken"])
    amazon.pass_time(604_798.999)
    assert reason(amazon, started["ContactId"]) is None
    amazon.pass_time(0.001)
    assert reason(amazon, started["ContactId"]) == "EXPIRED"


# ---- "Chat initiation method: API" ----------------------------------------------------------------------------------


def test_chats_are_not_counted_as_contacts_incoming_until_they_are_transferred(samples: Amazon, grace: Agent) -> None:
    contact_id, _ = samples.customer()

    # "chats aren't counted in the Contacts Incoming metric … because the initiation method for the chat … is API"
    assert samples.described(contact_id)["InitiationMethod"] == "API"
    grace.serves(contact_id)
    assert counts.counted(samples.world) == {
        "CONTACTS_INCOMING": 0,
        "API_CONTACTS": 1,
        "API_CONTACTS_HANDLED": 1,
        "CONTACTS_HANDLED": 1,
        "CONTACTS_MISSED": 0,
        "CONTACTS_ABANDONED": 0,
        "CONTACTS_AGENT_HUNG_UP_FIRST": 0,
    }

    # "After a chat is transferred to an agent, the Contacts Incoming metric is incremented. The CTR for the transfer no
    # longer increments the API, but it does increment Contacts Incoming."
    linus = Agent.of(samples, "linus")
    second = grace.transfers(contact_id, toUser="linus")
    linus.serves(second)
    found = counts.counted(samples.world)
    assert (found["CONTACTS_INCOMING"], found["API_CONTACTS"], found["CONTACTS_HANDLED"]) == (1, 1, 2)


def test_a_chat_that_leaves_its_queue_unanswered_is_abandoned_and_an_offer_unanswered_is_missed(
    samples: Amazon, grace: Agent
) -> None:
    contact_id, customer = samples.customer()
    grace.offered(contact_id)
    samples.pass_time(20)
    samples.participant.disconnect_participant(ConnectionToken=customer)
    found = counts.counted(samples.world)
    assert (found["CONTACTS_MISSED"], found["CONTACTS_ABANDONED"], found["CONTACTS_HANDLED"]) == (1, 1, 0)


# ---- whatever the order ----------------------------------------------------------------------------------------------

STEPS = ["say", "serve", "leave", "transfer", "reject", "miss", "restart", "wait"]


@pytest.fixture
def fresh(amazons: Make, tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Amazon]:
    state = tmp_path_factory.mktemp("cli") / "s"
    flows = {name: each.text for name, each in arguments(["--state", str(state), "--samples"]).options.flows.items()}
    inbound = flows.pop(INBOUND_FLOW)
    return lambda: amazons(inbound, flows=flows)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(STEPS), max_size=12))
def test_in_whatever_order_one_contact_of_the_chain_is_open_and_all_are_chained(
    fresh: Callable[[], Amazon], steps: list[str]
) -> None:
    amazon = fresh()
    grace = Agent.of(amazon, "grace")
    contact_id, customer = amazon.customer()
    for step in steps:
        current = last_contact(amazon, contact_id)
        states = [each.state for each in agents.of_user(amazon.world, grace.id) if each.contact_id == current]
        serving, waits = "CONNECTED" in states, waiting(amazon) == [current]
        if step == "say":
            amazon.say(customer, "Hello?")
        elif step == "serve" and waits:
            grace.serves(current)
        elif step == "leave" and serving:
            grace.leaves(current)
        elif step == "transfer" and serving:
            grace.transfers(current, queueId=BASIC_QUEUE)
        elif step in {"reject", "miss"} and waits:
            grace.offered(current)
            grace.rejects(current) if step == "reject" else amazon.pass_time(20)
        elif step == "restart":
            amazon.again()
        elif step == "wait":
            amazon.pass_time(60)
    chain = amazon.chain(contact_id)
    rows = amazon.world.store.all("SELECT id FROM contact WHERE ended_at IS NULL")
    assert [row["id"] for row in rows] == [chain[-1]]
    assert amazon.world.store.value("SELECT contact_id FROM participant WHERE role = 'CUSTOMER'") == chain[-1]
    order = [chain.index(item["ContactId"]) for item in amazon.transcript(customer)]
    assert order == sorted(order)
    amazon.close()
