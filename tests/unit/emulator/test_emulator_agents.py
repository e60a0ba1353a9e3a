"""Agents on the Connect side: queued, offered, accepted, rejected, missed, transferred, left, cleared."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from connect_emulator.ccp.verbs import Verbs
from connect_emulator.restjson import ServiceError
from connect_emulator.world import agents, contacts, participants
from tests.amazon import BASIC_QUEUE, Amazon
from tests.ccp import Agent
from tests.emulating import EVENT, INSTANCE
from tests.flows import QUIET, flow, hook, queue, say, transfer

Make = Callable[..., Amazon]
TO_QUEUE = flow(queue("q", "transfer", QueueId=BASIC_QUEUE), transfer())
NOBODY = "99999999-9999-4999-8999-999999999999"


@pytest.fixture
def amazon(amazons: Make) -> Amazon:
    """On a flow that puts every chat into the basic queue."""
    return amazons(TO_QUEUE)


def described(amazon: Amazon, contact_id: str) -> dict[str, Any]:
    return dict(amazon.connect.describe_contact(InstanceId=INSTANCE, ContactId=contact_id)["Contact"])


def waiting(amazon: Amazon) -> list[str]:
    """The contacts of the basic queue, the first to be served first."""
    queues = Verbs(amazon.world).queues()["queues"]
    return next(q["contactIds"] for q in queues if q["queueId"] == BASIC_QUEUE)  # type: ignore[no-any-return]


def on_ccp(amazon: Amazon, agent: Agent) -> list[tuple[str, str]]:
    return [(each.contact_id, each.state) for each in agents.of_user(amazon.world, agent.id)]


def events(amazon: Amazon, initial_id: str) -> list[tuple[str, str | None, str]]:
    """Every event that is kept: its name, of which role, under which contact."""
    rows = amazon.world.store.all(
        "SELECT content_type, role, contact_id FROM item WHERE initial_id = ? AND type = 'EVENT' ORDER BY seq",
        initial_id,
    )
    return [(row["content_type"].removeprefix(EVENT), row["role"], row["contact_id"]) for row in rows]


def test_transfer_to_queue_puts_the_contact_in_its_working_queue(amazon: Amazon) -> None:
    contact_id, _ = amazon.customer()
    assert waiting(amazon) == [contact_id]
    assert described(amazon, contact_id)["QueueInfo"]["Id"] == BASIC_QUEUE
    assert amazon.emulator.engine.execution(contact_id) is None


def test_an_offer_that_is_accepted_makes_an_agent_of_the_chat(amazon: Amazon) -> None:
    contact_id, customer = amazon.customer()
    grace = Agent.of(amazon, "grace")
    grace.offered(contact_id)
    assert on_ccp(amazon, grace) == [(contact_id, "CONNECTING")]
    token = amazon.connected(grace.accepts(contact_id))
    assert (on_ccp(amazon, grace), waiting(amazon)) == ([(contact_id, "CONNECTED")], [])
    amazon.say(token, "Hello, this is Grace.")
    last = amazon.transcript(customer)[-1]
    assert (last["ParticipantRole"], last["DisplayName"], last["Content"]) == (
        "AGENT",
        "Grace",
        "Hello, this is Grace.",
    )
    assert events(amazon, contact_id) == [
        ("participant.joined", "CUSTOMER", contact_id),
        ("participant.joined", "AGENT", contact_id),
    ]


def test_an_agent_who_joins_removes_the_custom_participant(amazon: Amazon) -> None:
    contact_id, _ = amazon.customer()
    bot = amazon.bot(contact_id)
    Agent.of(amazon, "grace").serves(contact_id)
    with pytest.raises(amazon.participant.exceptions.AccessDeniedException):
        amazon.say(bot, "I am gone")
    assert events(amazon, contact_id)[-2:] == [
        ("participant.joined", "AGENT", contact_id),
        ("participant.left", "CUSTOM_BOT", contact_id),
    ]
    with pytest.raises(amazon.connect.exceptions.ConflictException):
        amazon.create_bot(contact_id)


def test_a_rejected_contact_keeps_its_place_and_blocks_the_agents_slot(amazon: Amazon) -> None:
    first, _ = amazon.customer()
    amazon.pass_time(1)
    second, _ = amazon.customer("Bob")
    grace = Agent.of(amazon, "grace")
    grace.offered(first)
    grace.rejects(first)
    assert on_ccp(amazon, grace) == [(first, "REJECTED")]
    assert waiting(amazon) == [first, second]
    grace.clears(first)
    assert on_ccp(amazon, grace) == []


def test_an_offer_is_missed_after_twenty_seconds_also_after_a_restart(amazon: Amazon) -> None:
    contact_id, _ = amazon.customer()
    grace = Agent.of(amazon, "grace")
    grace.offered(contact_id)
    amazon.pass_time(19.999)
    assert on_ccp(amazon, grace) == [(contact_id, "CONNECTING")]
    amazon.again()
    amazon.pass_time(0.001)
    assert on_ccp(amazon, grace) == [(contact_id, "MISSED")]
    assert waiting(amazon) == [contact_id]
    ada = Agent.of(amazon, "ada")
    ada.serves(contact_id)
    assert on_ccp(amazon, ada) == [(contact_id, "CONNECTED")]


def test_without_a_disconnect_flow_the_agents_leaving_ends_the_chat(amazon: Amazon) -> None:
    contact_id, _ = amazon.customer()
    grace = Agent.of(amazon, "grace")
    grace.serves(contact_id)
    grace.leaves(contact_id)
    assert described(amazon, contact_id)["DisconnectReason"] == "AGENT_DISCONNECT"
    assert events(amazon, contact_id)[-2:] == [
        ("participant.left", "AGENT", contact_id),
        ("chat.ended", None, contact_id),
    ]
    assert on_ccp(amazon, grace) == [(contact_id, "ENDED")]
    grace.clears(contact_id)
    assert on_ccp(amazon, grace) == []


def test_a_contact_is_described_with_its_queue_its_agent_and_the_work_after_it(amazon: Amazon) -> None:
    began = datetime(2027, 1, 15, 8, tzinfo=UTC)
    contact_id, _ = amazon.customer()
    entered = {"Id": BASIC_QUEUE, "EnqueueTimestamp": began}
    assert described(amazon, contact_id)["QueueInfo"] == entered
    assert "AgentInfo" not in described(amazon, contact_id)
    grace = Agent.of(amazon, "grace")
    amazon.pass_time(5)
    grace.serves(contact_id)
    accepted = began + timedelta(seconds=5)
    served = {"Id": grace.id, "AcceptedByAgentTimestamp": accepted, "ConnectedToAgentTimestamp": accepted}
    assert described(amazon, contact_id)["AgentInfo"] == served
    amazon.pass_time(60)
    grace.leaves(contact_id)
    ended = accepted + timedelta(seconds=60)
    assert described(amazon, contact_id)["AgentInfo"] == {**served, "AfterContactWorkStartTimestamp": ended}
    amazon.pass_time(30)
    grace.clears(contact_id)
    shown = described(amazon, contact_id)
    assert (shown["AgentInfo"], shown["QueueInfo"]) == (
        {
            **served,
            "AfterContactWorkStartTimestamp": ended,
            "AfterContactWorkEndTimestamp": ended + timedelta(seconds=30),
            "AfterContactWorkDuration": 30,
        },
        entered,
    )


def test_an_agent_may_leave_with_the_participants_own_token(amazon: Amazon) -> None:
    contact_id, _ = amazon.customer()
    token = amazon.connected(Agent.of(amazon, "grace").serves(contact_id))
    amazon.participant.disconnect_participant(ConnectionToken=token)
    assert described(amazon, contact_id)["DisconnectReason"] == "AGENT_DISCONNECT"


def test_a_customer_who_goes_withdraws_the_offer_and_leaves_the_queue(amazon: Amazon) -> None:
    contact_id, customer = amazon.customer()
    grace = Agent.of(amazon, "grace")
    grace.offered(contact_id)
    amazon.participant.disconnect_participant(ConnectionToken=customer)
    assert (on_ccp(amazon, grace), waiting(amazon)) == ([], [])
    with pytest.raises(ServiceError, match="no contact"):
        grace.accepts(contact_id)


@pytest.mark.parametrize(
    ("before", "verb", "says"),
    [
        ((), "accepts", "no contact .* that is CONNECTING"),
        ((), "leaves", "no contact .* that is CONNECTED"),
        ((), "clears", "no contact .* that is MISSED or REJECTED or ENDED"),
        (("offered",), "offered", "being offered to an agent already"),
        (("offered", "accepts"), "offered", "does not wait in a queue"),
        (("offered", "accepts"), "clears", "that is MISSED or REJECTED or ENDED"),
        (("offered", "rejects"), "accepts", "that is CONNECTING"),
    ],
)
def test_what_an_agent_cannot_do_is_refused_and_changes_nothing(
    amazon: Amazon, before: tuple[str, ...], verb: str, says: str
) -> None:
    contact_id, _ = amazon.customer()
    grace = Agent.of(amazon, "grace")
    for each in before:
        getattr(grace, each)(contact_id)
    kept = amazon.world.store.dump()
    with pytest.raises(ServiceError, match=says):
        getattr(grace, verb)(contact_id)
    assert amazon.world.store.dump() == kept


def test_a_transfer_to_a_queue_is_a_new_contact_that_waits_there(amazon: Amazon) -> None:
    contact_id, customer = amazon.customer(Attributes={"topic": "billing"})
    grace, linus = Agent.of(amazon, "grace"), Agent.of(amazon, "linus")
    grace.serves(contact_id)
    second = grace.transfers(contact_id, queueId=BASIC_QUEUE)
    assert waiting(amazon) == [second]
    shown = described(amazon, second)
    assert (shown["InitiationMethod"], shown["PreviousContactId"], shown["InitialContactId"], shown["Attributes"]) == (
        "TRANSFER",
        contact_id,
        contact_id,
        {"topic": "billing"},
    )
    assert on_ccp(amazon, grace) == [(contact_id, "ENDED")]
    linus.serves(second)
    assert amazon.say(customer, "Hello Linus")["Id"]
    assert [item["ContactId"] for item in amazon.transcript(customer)][-2:] == [second, second]
    assert events(amazon, contact_id)[-3:] == [
        ("participant.left", "AGENT", contact_id),
        ("transfer.succeeded", None, contact_id),
        ("participant.joined", "AGENT", second),
    ]


def test_a_transfer_to_an_agent_waits_in_the_agents_own_queue(amazon: Amazon) -> None:
    contact_id, _ = amazon.customer()
    grace, linus = Agent.of(amazon, "grace"), Agent.of(amazon, "linus")
    grace.serves(contact_id)
    second = grace.transfers(contact_id, toUser="linus")
    queues = {q["queueId"]: q["contactIds"] for q in Verbs(amazon.world).queues()["queues"]}
    assert (queues[f"agent/{linus.id}"], queues[BASIC_QUEUE]) == ([second], [])


def test_a_chat_is_transferred_eleven_times_at_most(amazon: Amazon) -> None:
    contact_id, _ = amazon.customer()
    grace = Agent.of(amazon, "grace")
    for _ in range(11):
        grace.serves(contact_id)
        contact_id = grace.transfers(contact_id, queueId=BASIC_QUEUE)
    grace.serves(contact_id)
    with pytest.raises(ServiceError, match="at most 11 times"):
        grace.transfers(contact_id, queueId=BASIC_QUEUE)


def test_while_another_agent_is_there_the_chat_goes_on(amazon: Amazon) -> None:
    contact_id, customer = amazon.customer()
    grace = Agent.of(amazon, "grace")
    grace.serves(contact_id)
    contact = contacts.get(amazon.world, contact_id)
    participants.set_connected(amazon.world, participants.add(amazon.world, contact, "AGENT", "Linus"))
    grace.leaves(contact_id)
    assert amazon.say(customer, "Still there?")["Id"]
    assert "DisconnectReason" not in described(amazon, contact_id)


# ---- operations of AWS about it ------------------------------------------------------------------------------------


def test_associate_contact_with_user_offers_a_queued_contact(amazon: Amazon) -> None:
    contact_id, _ = amazon.customer()
    grace = Agent.of(amazon, "grace")
    amazon.connect.associate_contact_with_user(InstanceId=INSTANCE, ContactId=contact_id, UserId=grace.id)
    assert on_ccp(amazon, grace) == [(contact_id, "CONNECTING")]
    with pytest.raises(amazon.connect.exceptions.InvalidRequestException):
        amazon.connect.associate_contact_with_user(InstanceId=INSTANCE, ContactId=contact_id, UserId=grace.id)


@pytest.mark.parametrize("given", [{"UserId": NOBODY}, {"ContactId": NOBODY}, {"InstanceId": NOBODY}])
def test_associate_contact_with_user_knows_whom_it_offers_what(amazon: Amazon, given: dict[str, str]) -> None:
    contact_id, _ = amazon.customer()
    asked = {"InstanceId": INSTANCE, "ContactId": contact_id, "UserId": Agent.of(amazon, "grace").id, **given}
    with pytest.raises(amazon.connect.exceptions.ResourceNotFoundException):
        amazon.connect.associate_contact_with_user(**asked)


def metrics(amazon: Amazon, contact_id: str) -> dict[str, float]:
    names = ("POSITION_IN_QUEUE", "ESTIMATED_WAIT_TIME")
    answer = amazon.connect.get_contact_metrics(
        InstanceId=INSTANCE, ContactId=contact_id, Metrics=[{"Name": name} for name in names]
    )
    assert answer["Id"] == contact_id
    return {result["Name"]: result["Value"]["Number"] for result in answer["MetricResults"]}


def test_contact_metrics_are_the_place_and_the_wait_of_those_before(amazon: Amazon) -> None:
    first, _ = amazon.customer()
    amazon.pass_time(30)
    second, _ = amazon.customer("Bob")
    assert metrics(amazon, first) == {"POSITION_IN_QUEUE": 1.0, "ESTIMATED_WAIT_TIME": 30.0}
    assert metrics(amazon, second)["POSITION_IN_QUEUE"] == 2.0
    amazon.pass_time(10)
    Agent.of(amazon, "grace").serves(first)
    assert metrics(amazon, second) == {"POSITION_IN_QUEUE": 1.0, "ESTIMATED_WAIT_TIME": 40.0}
    with pytest.raises(amazon.connect.exceptions.InvalidRequestException):
        metrics(amazon, first)


def test_transfer_contact_is_refused_for_a_chat(amazon: Amazon) -> None:
    contact_id, _ = amazon.customer()
    with pytest.raises(amazon.connect.exceptions.InvalidRequestException) as raised:
        amazon.connect.transfer_contact(InstanceId=INSTANCE, ContactId=contact_id, ContactFlowId="f")
    assert raised.value.response["Error"]["Message"] == ("TransferContact is for TASK and EMAIL contacts, not for CHAT")


def test_agents_may_be_real_users_of_the_instance(amazon: Amazon) -> None:
    profile = amazon.connect.list_routing_profiles(InstanceId=INSTANCE)["RoutingProfileSummaryList"][0]["Id"]
    security = amazon.connect.list_security_profiles(InstanceId=INSTANCE)["SecurityProfileSummaryList"][0]["Id"]
    user = amazon.connect.create_user(
        InstanceId=INSTANCE,
        Username="grace",
        Password="Secret123",
        IdentityInfo={"FirstName": "Grace", "LastName": "Hopper"},
        PhoneConfig={"PhoneType": "SOFT_PHONE"},
        SecurityProfileIds=[security],
        RoutingProfileId=profile,
    )
    contact_id, customer = amazon.customer()
    verbs = Verbs(amazon.world).post
    verbs["agent/offer"]({"user": user["UserArn"], "contactId": contact_id})
    verbs["agent/accept"]({"user": "grace", "contactId": contact_id})
    assert amazon.transcript(customer)[-1]["DisplayName"] == "Grace"


def test_an_agents_status_is_one_of_the_instance(amazon: Amazon) -> None:
    grace = Agent.of(amazon, "grace")
    assert Verbs(amazon.world).agents()["agents"][0]["status"] == "Offline"
    grace.is_("Available")
    assert Verbs(amazon.world).agents()["agents"][0]["status"] == "Available"
    with pytest.raises(ServiceError, match="status must be one of Available, Offline"):
        grace.is_("Lunch")


def test_with_a_disconnect_flow_the_chat_goes_on_as_a_new_contact(amazons: Make) -> None:
    after = flow(say("s", "The agent has disconnected.", "quiet"), QUIET)
    amazon = amazons(after)
    made = amazon.connect.create_contact_flow(InstanceId=INSTANCE, Name="after", Type="CONTACT_FLOW", Content=after)
    first = flow(
        hook("h", "CustomerRemaining", made["ContactFlowArn"], "q"),
        queue("q", "transfer", QueueId=BASIC_QUEUE),
        transfer(),
    )
    begun = amazon.connect.create_contact_flow(InstanceId=INSTANCE, Name="first", Type="CONTACT_FLOW", Content=first)
    started = amazon.connect.start_chat_contact(
        InstanceId=INSTANCE, ContactFlowId=begun["ContactFlowId"], ParticipantDetails={"DisplayName": "Ada"}
    )
    customer, contact_id = amazon.connected(started["ParticipantToken"]), started["ContactId"]
    grace = Agent.of(amazon, "grace")
    grace.serves(contact_id)
    grace.leaves(contact_id)
    item = amazon.transcript(customer)[-1]
    assert item["Content"] == "The agent has disconnected."
    assert item["ContactId"] != contact_id
    shown = described(amazon, item["ContactId"])
    assert (shown["InitiationMethod"], shown["PreviousContactId"]) == ("DISCONNECT", contact_id)
    assert described(amazon, contact_id)["DisconnectReason"] == "AGENT_DISCONNECT"
    with pytest.raises(ClientError):
        amazon.connect.stop_contact(InstanceId=INSTANCE, ContactId=contact_id)
