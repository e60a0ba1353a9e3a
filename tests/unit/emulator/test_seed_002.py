"""Seed 002, custom participants, told sentence by sentence with the clock turned: the quotes are its own words."""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connect_emulator import bots
from connect_emulator.flows.lambdas import InProcess
from connect_emulator.world import World, contacts, participants
from tests.amazon import BASIC_QUEUE, Amazon
from tests.ccp import Agent
from tests.emulating import EVENT, HANDOVER, INSTANCE, TOPIC
from tests.flows import QUIET, Json, action, ask, flow, hook, queue, say, transfer, wait

Make = Callable[..., Amazon]
AFTER = "bbbbbbbb-bbbb-4ccc-8ddd-eeeeeeeeeeee"
ALIAS = "arn:aws:lex:us-east-1:123456789012:bot-alias/BOTID00001/ALIASID001"
QUIET_CHAT = flow(QUIET)
TIMED = ("participant.idle", "participant.returned", "participant.autodisconnection")


@pytest.fixture
def amazon(amazons: Make) -> Amazon:
    """On a flow that says nothing and waits for seven days."""
    return listening(amazons(QUIET_CHAT))


def listening(amazon: Amazon) -> Amazon:
    amazon.sns.subscribe(TopicArn=TOPIC, Protocol="https", Endpoint="https://bot.example/")
    amazon.background.settle()
    amazon.sns.confirm_subscription(TopicArn=TOPIC, Token=json.loads(amazon.posts.bodies[-1])["Token"])
    amazon.posts.bodies.clear()
    return amazon


def streamed(amazon: Amazon) -> list[Json]:
    amazon.background.settle()
    return [json.loads(json.loads(body)["Message"]) for body in amazon.posts.bodies]


def timed(amazon: Amazon) -> list[tuple[str, str]]:
    """The events of timers that were streamed, and about whom."""
    found = [(i["ContentType"].removeprefix(EVENT), i.get("ParticipantRole", "")) for i in streamed(amazon)]
    return [each for each in found if each[0] in TIMED]


def configured(amazon: Amazon, contact_id: str, **minutes: int | None) -> None:
    """CUSTOMER_IDLE=2, AGENT_DISCONNECT=None, …; None unsets."""
    kinds = {"IDLE": "IDLE", "DISCONNECT": "DISCONNECT_NONCUSTOMER"}
    timers = [
        {
            "ParticipantRole": name.split("_")[0],
            "TimerType": kinds[name.split("_")[1]],
            "TimerValue": (
                {"ParticipantTimerAction": "Unset"} if value is None else {"ParticipantTimerDurationInMinutes": value}
            ),
        }
        for name, value in minutes.items()
    ]
    amazon.connect.update_participant_role_config(
        InstanceId=INSTANCE, ContactId=contact_id, ChannelConfiguration={"Chat": {"ParticipantTimerConfigList": timers}}
    )


def is_there(amazon: Amazon, role: str) -> bool:
    return amazon.world.store.one("SELECT 1 FROM participant WHERE role = ? AND state != 'LEFT'", role) is not None


# ---- "Implement these steps for each chat segment after the chat conversation is started" ----------------------------


def test_the_four_steps(amazon: Amazon) -> None:
    contact_id, customer = amazon.customer()

    # "1. Enable real-time streaming of chat messages."
    amazon.stream(contact_id)

    # "2. Call the Amazon Connect CreateParticipant API to add a custom participant (ParticipantRole = CUSTOM_BOT)"
    created = amazon.create_bot(contact_id, "Helper")

    # "Keep the ParticipantToken … to call CreateParticipantConnection", with ConnectParticipant and CONNECTION_CREDENTIALS
    token = amazon.connected(created["ParticipantCredentials"]["ParticipantToken"])

    # "3. After the participant is added to the contact, they can exchange messages with the customer"
    amazon.say(token, "How can I help?")
    amazon.say(customer, "My parcel is lost.")
    assert amazon.texts(token) == ["How can I help?", "My parcel is lost."]
    assert [item["Content"] for item in streamed(amazon) if item["ParticipantRole"] == "CUSTOMER"] == [
        "My parcel is lost."
    ]

    # "4. To disconnect the participant, call the DisconnectParticipant API."
    amazon.participant.disconnect_participant(ConnectionToken=token)
    assert not is_there(amazon, "CUSTOM_BOT")
    assert amazon.say(customer, "Thank you")["Id"]


@pytest.mark.parametrize(("seconds", "in_time"), [(14.999, True), (15, False), (60, False)])
def test_create_participant_connection_within_fifteen_seconds_of_create_participant(
    amazon: Amazon, seconds: float, in_time: bool
) -> None:
    contact_id, _ = amazon.customer()
    token = amazon.create_bot(contact_id)["ParticipantCredentials"]["ParticipantToken"]
    amazon.pass_time(seconds)
    if in_time:
        assert amazon.connected(token)
        return
    # "If you get a ResourceNotFoundException … check whether [it] was called within 15 seconds"
    with pytest.raises(amazon.participant.exceptions.ResourceNotFoundException):
        amazon.connected(token)


def test_the_lambda_of_the_flow_may_do_all_of_it(amazons: Make) -> None:
    # "We recommend adding an Invoke AWS Lambda function block to call the APIs in your chat flow."
    made: list[Amazon] = []

    def handler(event: Json, _context: Any) -> Json:
        contact_id = event["Details"]["ContactData"]["ContactId"]
        made[0].stream(contact_id)
        created = made[0].create_bot(contact_id)
        return {"token": created["ParticipantCredentials"]["ParticipantToken"]}

    branches = {"BotParticipantDisconnected": "gone", "ParticipantNotFound": "gone"}
    text = flow(
        say("hi", "Welcome", "ask"),
        ask("ask", "w", "gone"),
        wait("w", 60, "late", "BotParticipantDisconnected", **branches),
        say("gone", "gone", "quiet"),
        say("late", "late", "quiet"),
        QUIET,
    )
    made.append(amazons(text, {HANDOVER: InProcess(HANDOVER, handler)}))
    _, customer = made[0].customer()
    assert made[0].texts(customer) == ["Welcome"]
    assert is_there(made[0], "CUSTOM_BOT")


# ---- "Note" ----------------------------------------------------------------------------------------------------------


def test_it_cannot_be_added_when_an_agent_or_lex_bot_is_already_present(amazon: Amazon) -> None:
    for role in ("AGENT", "SYSTEM"):
        contact_id, _ = amazon.customer()
        contact = contacts.get(amazon.world, contact_id)
        participants.set_connected(amazon.world, participants.add(amazon.world, contact, role, "Somebody"))
        with pytest.raises(amazon.connect.exceptions.ConflictException):
            amazon.create_bot(contact_id)


def test_only_one_can_be_present_on_a_contact(amazon: Amazon) -> None:
    contact_id, _ = amazon.customer()
    amazon.bot(contact_id)
    with pytest.raises(amazon.connect.exceptions.ConflictException):
        amazon.create_bot(contact_id)


def test_it_will_be_disconnected_when_an_agent_joins(amazons: Make) -> None:
    amazon = amazons(flow(queue("q", "transfer", QueueId=BASIC_QUEUE), transfer()))
    contact_id, _ = amazon.customer()
    token = amazon.bot(contact_id)
    Agent.of(amazon, "grace").serves(contact_id)
    with pytest.raises(amazon.participant.exceptions.AccessDeniedException):
        amazon.say(token, "Hello?")


# ---- "Set the Timeout property on the Wait block" --------------------------------------------------------------------


def test_time_expired_does_not_disconnect_and_disconnect_participant_does(amazons: Make) -> None:
    branches = {"BotParticipantDisconnected": "gone", "ParticipantNotFound": "none"}
    text = flow(
        wait("arrive", 10, "w", "CustomerReturned", CustomerReturned="w"),
        wait("w", 60, "late", "BotParticipantDisconnected", **branches),
        *(say(each, each, "quiet") for each in ("gone", "none", "late")),
        QUIET,
    )
    amazon = amazons(text)
    contact_id, customer = amazon.customer()
    token = amazon.bot(contact_id)
    amazon.say(customer, "go")
    amazon.pass_time(60)
    # "the contact is routed down the Time Expired branch"
    assert amazon.texts(customer) == ["go", "late"]
    # "they are not disconnected from the contact. You must call the DisconnectParticipant API"
    assert amazon.say(token, "I am still here.")["Id"]
    amazon.participant.disconnect_participant(ConnectionToken=token)
    assert not is_there(amazon, "CUSTOM_BOT")


# ---- "Activate timers for customers who are joined to a custom participant" --------------------------------------------


def test_a_customer_who_stops_responding_is_idle_and_then_the_bot_is_disconnected(amazons: Make) -> None:
    # "detect when a customer stops responding so you can then terminate that bot conversation, and perform the next step"
    branches = {"BotParticipantDisconnected": "next", "ParticipantNotFound": "end"}
    text = flow(
        wait("arrive", 10, "w", "CustomerReturned", CustomerReturned="w"),
        wait("w", 604_800, "end", "BotParticipantDisconnected", **branches),
        say("next", "The next step.", "quiet"),
        QUIET,
    )
    amazon = listening(amazons(text))
    contact_id, customer = amazon.customer()
    amazon.stream(contact_id)
    configured(amazon, contact_id, CUSTOMER_IDLE=3, CUSTOMER_DISCONNECT=2)
    amazon.bot(contact_id)
    amazon.say(customer, "go")
    amazon.pass_time(179.999)
    assert timed(amazon) == []
    amazon.pass_time(0.001)
    assert timed(amazon) == [("participant.idle", "CUSTOMER")]
    assert is_there(amazon, "CUSTOM_BOT")
    # "If both types are set … the auto-disconnect timer starts only after the idle timer has fired"
    amazon.pass_time(119.999)
    assert is_there(amazon, "CUSTOM_BOT")
    amazon.again()
    amazon.pass_time(0.001)
    assert timed(amazon) == [("participant.idle", "CUSTOMER"), ("participant.autodisconnection", "CUSTOMER")]
    assert not is_there(amazon, "CUSTOM_BOT")
    assert amazon.texts(customer) == ["go", "The next step."]
    assert amazon.say(customer, "Hello?")["Id"]


def test_a_turn_of_the_clock_over_both_timers_fires_both_in_their_order(amazon: Amazon) -> None:
    contact_id, _ = amazon.customer()
    amazon.stream(contact_id)
    configured(amazon, contact_id, CUSTOMER_IDLE=2, CUSTOMER_DISCONNECT=2)
    amazon.bot(contact_id)
    amazon.pass_time(3_600)
    assert timed(amazon) == [("participant.idle", "CUSTOMER"), ("participant.autodisconnection", "CUSTOMER")]


def test_with_the_auto_disconnect_timer_alone_it_starts_at_once(amazon: Amazon) -> None:
    contact_id, _ = amazon.customer()
    amazon.stream(contact_id)
    configured(amazon, contact_id, CUSTOMER_DISCONNECT=2)
    amazon.bot(contact_id)
    amazon.pass_time(120)
    assert timed(amazon) == [("participant.autodisconnection", "CUSTOMER")]


def test_a_message_resets_the_timers_and_an_idle_customer_returns_with_it(amazon: Amazon) -> None:
    contact_id, customer = amazon.customer()
    amazon.stream(contact_id)
    configured(amazon, contact_id, CUSTOMER_IDLE=2, CUSTOMER_DISCONNECT=5)
    token = amazon.bot(contact_id)
    amazon.pass_time(100)
    amazon.say(customer, "One moment")
    amazon.pass_time(100)
    assert timed(amazon) == []
    amazon.say(token, "Take your time")  # the other's messages are not the customer's
    amazon.pass_time(20)
    assert timed(amazon) == [("participant.idle", "CUSTOMER")]
    amazon.pass_time(200)
    amazon.say(customer, "Here I am")
    assert timed(amazon)[1:] == [("participant.returned", "CUSTOMER")]
    assert [i["ContentType"].removeprefix(EVENT) for i in streamed(amazon)][-2:] == [
        "participant.returned",
        "text/plain",
    ]
    amazon.pass_time(120)
    assert timed(amazon)[2:] == [("participant.idle", "CUSTOMER")]
    assert is_there(amazon, "CUSTOM_BOT")


def test_typing_resets_nothing(amazon: Amazon) -> None:
    contact_id, customer = amazon.customer()
    amazon.stream(contact_id)
    configured(amazon, contact_id, CUSTOMER_IDLE=2)
    amazon.bot(contact_id)
    amazon.pass_time(119)
    amazon.participant.send_event(ConnectionToken=customer, ContentType=EVENT + "typing")
    amazon.pass_time(1)
    assert timed(amazon) == [("participant.idle", "CUSTOMER")]


def test_the_timers_events_are_in_no_transcript(amazon: Amazon) -> None:
    contact_id, customer = amazon.customer()
    amazon.stream(contact_id)
    configured(amazon, contact_id, CUSTOMER_IDLE=2, CUSTOMER_DISCONNECT=2)
    amazon.bot(contact_id)
    amazon.pass_time(120)
    amazon.say(customer, "Back")
    amazon.pass_time(3_600)
    assert [name for name, _ in timed(amazon)] == [
        "participant.idle",
        "participant.returned",
        "participant.idle",
        "participant.autodisconnection",
    ]
    kept = [item["ContentType"].removeprefix(EVENT) for item in amazon.transcript(customer)]
    assert kept == ["participant.joined", "participant.joined", "text/plain", "participant.left"]


# ---- "Starting timers" -----------------------------------------------------------------------------------------------


def test_a_timer_begins_after_the_custom_participant_establishes_a_connection(amazon: Amazon) -> None:
    contact_id, _ = amazon.customer()
    amazon.stream(contact_id)
    configured(amazon, contact_id, CUSTOMER_IDLE=2)
    amazon.pass_time(600)
    token = amazon.create_bot(contact_id)["ParticipantCredentials"]["ParticipantToken"]
    amazon.pass_time(14)
    amazon.connected(token)
    amazon.pass_time(119)
    assert timed(amazon) == []
    amazon.pass_time(1)
    assert timed(amazon) == [("participant.idle", "CUSTOMER")]


def test_custom_participants_do_not_have_timers(amazon: Amazon) -> None:
    contact_id, customer = amazon.customer()
    amazon.stream(contact_id)
    configured(amazon, contact_id, AGENT_IDLE=2, AGENT_DISCONNECT=2)
    amazon.bot(contact_id)
    amazon.pass_time(3_600)
    assert timed(amazon) == []
    assert amazon.say(customer, "Hello")["Id"]


def test_a_change_while_they_talk_counts_from_the_next_join(amazon: Amazon) -> None:
    contact_id, _ = amazon.customer()
    amazon.stream(contact_id)
    configured(amazon, contact_id, CUSTOMER_IDLE=10)
    token = amazon.bot(contact_id)
    configured(amazon, contact_id, CUSTOMER_IDLE=2)
    amazon.pass_time(120)
    assert timed(amazon) == []
    amazon.participant.disconnect_participant(ConnectionToken=token)
    amazon.pass_time(3_600)
    assert timed(amazon) == []
    amazon.bot(contact_id)
    amazon.pass_time(120)
    assert timed(amazon) == [("participant.idle", "CUSTOMER")]


def test_a_timer_that_is_unset_runs_no_more_from_the_next_join(amazon: Amazon) -> None:
    contact_id, _ = amazon.customer()
    amazon.stream(contact_id)
    configured(amazon, contact_id, CUSTOMER_IDLE=2, CUSTOMER_DISCONNECT=2)
    configured(amazon, contact_id, CUSTOMER_IDLE=None)
    amazon.bot(contact_id)
    amazon.pass_time(120)
    assert timed(amazon) == [("participant.autodisconnection", "CUSTOMER")]


# ---- "What happens when non-compatible participants join a chat with a custom participant" -----------------------------


def with_agents(amazons: Make) -> Amazon:
    inbound = flow(hook("h", "CustomerRemaining", AFTER, "q"), queue("q", "transfer", QueueId=BASIC_QUEUE), transfer())
    after = flow(wait("w", 900, "end", "CustomerReturned", CustomerReturned="transfer"), transfer())
    return listening(amazons(inbound, flows={AFTER: after}))


def test_an_agent_who_joins_ends_all_timers_and_begins_new_ones_with_the_latest_configuration(amazons: Make) -> None:
    amazon = with_agents(amazons)
    contact_id, customer = amazon.customer()
    amazon.stream(contact_id)
    configured(amazon, contact_id, CUSTOMER_IDLE=2)
    amazon.bot(contact_id)
    configured(amazon, contact_id, CUSTOMER_IDLE=4, AGENT_IDLE=3)
    amazon.pass_time(119)
    Agent.of(amazon, "grace").serves(contact_id)
    amazon.pass_time(179)
    amazon.say(customer, "Still here")
    assert timed(amazon) == []
    amazon.pass_time(1)
    assert timed(amazon) == [("participant.idle", "AGENT")]
    amazon.pass_time(239)
    assert timed(amazon)[1:] == [("participant.idle", "CUSTOMER")]


def test_an_agent_who_does_not_answer_is_disconnected_and_the_disconnect_flow_runs(amazons: Make) -> None:
    amazon = with_agents(amazons)
    contact_id, customer = amazon.customer()
    amazon.stream(contact_id)
    configured(amazon, contact_id, AGENT_IDLE=2, AGENT_DISCONNECT=3)
    grace = Agent.of(amazon, "grace")
    agent = amazon.connected(grace.serves(contact_id))
    amazon.say(agent, "Let me see")
    amazon.pass_time(120)
    amazon.say(agent, "Found it")
    assert timed(amazon) == [("participant.idle", "AGENT"), ("participant.returned", "AGENT")]
    amazon.pass_time(300)
    assert timed(amazon)[2:] == [("participant.idle", "AGENT"), ("participant.autodisconnection", "AGENT")]
    first, second = amazon.chain(contact_id)
    assert amazon.described(first)["DisconnectReason"] == "IDLE_DISCONNECT"
    assert amazon.described(second)["InitiationMethod"] == "DISCONNECT"
    # the configuration persists for the life of the chat
    amazon.say(customer, "Hello?")
    grace.clears(first)
    grace.serves(second)
    amazon.pass_time(120)
    assert timed(amazon)[4:] == [("participant.idle", "AGENT")]


def test_a_transfer_begins_a_new_idle_session(amazons: Make) -> None:
    amazon = with_agents(amazons)
    contact_id, _ = amazon.customer()
    amazon.stream(contact_id)
    configured(amazon, contact_id, CUSTOMER_IDLE=2)
    grace, linus = Agent.of(amazon, "grace"), Agent.of(amazon, "linus")
    grace.serves(contact_id)
    amazon.pass_time(100)
    second = grace.transfers(contact_id, queueId=BASIC_QUEUE)
    amazon.pass_time(3_000)
    assert timed(amazon) == []
    linus.serves(second)
    amazon.pass_time(120)
    assert timed(amazon) == [("participant.idle", "CUSTOMER")]


def test_a_lex_bot_that_joins_drops_the_timers(amazons: Make) -> None:
    bot = {ALIAS: bots.read(json.dumps({"intents": [{"name": "a", "utterances": ["a"]}]}))}
    given_ = {"Text": "?", "LexV2Bot": {"AliasArn": ALIAS}}
    lex = action("lex", "ConnectParticipantWithLexBot", given_, NoMatchingError="end", NoMatchingCondition="quiet")
    amazon = listening(amazons(flow(wait("w", 60, "lex"), lex, QUIET), bots=bot))
    contact_id, _ = amazon.customer()
    amazon.stream(contact_id)
    configured(amazon, contact_id, CUSTOMER_IDLE=2)
    amazon.bot(contact_id)
    amazon.pass_time(60)
    amazon.pass_time(200)
    assert timed(amazon) == []


# ---- "Interaction with the Wait block timer" -------------------------------------------------------------------------


def test_the_idle_timer_does_not_impact_how_the_wait_block_works(amazons: Make) -> None:
    branches = {"BotParticipantDisconnected": "gone", "ParticipantNotFound": "none"}
    text = flow(
        wait("arrive", 10, "w", "CustomerReturned", CustomerReturned="w"),
        wait("w", 300, "late", "BotParticipantDisconnected", **branches),
        *(say(each, each, "quiet") for each in ("gone", "none", "late")),
        QUIET,
    )
    amazon = listening(amazons(text))
    contact_id, customer = amazon.customer()
    amazon.stream(contact_id)
    configured(amazon, contact_id, CUSTOMER_IDLE=2, CUSTOMER_DISCONNECT=10)
    amazon.bot(contact_id)
    amazon.say(customer, "go")
    amazon.pass_time(300)
    # "regardless of whether any idle participant timers are active"
    assert amazon.texts(customer) == ["go", "late"]
    assert timed(amazon) == [("participant.idle", "CUSTOMER")]
    amazon.pass_time(420)
    assert timed(amazon)[1:] == [("participant.autodisconnection", "CUSTOMER")]


# ---- whatever the order ----------------------------------------------------------------------------------------------


def running(world: World) -> int:
    return int(world.store.value("SELECT count(*) FROM idle_timer"))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(["bot", "bot leaves", "say", "bot says", "90 s", "restart"]), max_size=14))
def test_timers_run_only_while_both_are_connected_and_idle_comes_before_returned(
    amazons: Make, steps: list[str]
) -> None:
    amazon = listening(amazons(QUIET_CHAT))
    contact_id, customer = amazon.customer()
    amazon.stream(contact_id)
    configured(amazon, contact_id, CUSTOMER_IDLE=2, CUSTOMER_DISCONNECT=2)
    bot = ""
    for step in steps:
        there = is_there(amazon, "CUSTOM_BOT")
        if step == "bot" and not there:
            bot = amazon.bot(contact_id)
        elif step == "bot leaves" and there:
            amazon.participant.disconnect_participant(ConnectionToken=bot)
        elif step == "say":
            amazon.say(customer, "x")
        elif step == "bot says" and there:
            amazon.say(bot, "y")
        elif step == "90 s":
            amazon.pass_time(90)
        elif step == "restart":
            amazon.again()
        assert running(amazon.world) == int(is_there(amazon, "CUSTOM_BOT"))
    names = [name for name, _role in timed(amazon)]
    before = {then for then, name in pairwise(["", *names]) if name != "participant.idle"}
    assert before <= {"participant.idle"}
    amazon.close()
