"""Every action of the flow language that is not told elsewhere: what it does, and its branches."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connect_emulator import bots, metrics
from connect_emulator.ccp.verbs import Verbs
from connect_emulator.flows import InvalidFlow, parse
from connect_emulator.flows.actions import CHECKS
from connect_emulator.flows.hours import is_open
from connect_emulator.world import queueing
from tests.amazon import BASIC_QUEUE, Amazon
from tests.ccp import Agent
from tests.emulating import EVENT, INSTANCE
from tests.flows import QUIET, Json, action, flow, hook, queue, say, transfer, wait

Make = Callable[..., Amazon]
OTHER_FLOW = "bbbbbbbb-bbbb-4ccc-8ddd-eeeeeeeeeeee"
ALIAS = "arn:aws:lex:us-east-1:123456789012:bot-alias/BOTID00001/ALIASID001"
CUSTOMER_QUEUE = {"Metadata": {"type": "customerQueue"}}


def branches(name: str, kind: str, parameters: Json, **to: str) -> str:
    """A flow of one action whose every branch says its own name, and rests."""
    said = [say(f"say-{each}", each, "quiet") for each in dict.fromkeys(to.values())]
    return flow(action(name, kind, parameters, **{branch: f"say-{text}" for branch, text in to.items()}), *said, QUIET)


def hears(amazon: Amazon, **start: Any) -> list[str]:
    _, token = amazon.customer(**start)
    return amazon.texts(token)


# ---- attributes and references -------------------------------------------------------------------------------------


def test_flow_attributes_are_known_in_their_flow_and_no_other(amazons: Make) -> None:
    first = flow(
        action("a", "UpdateFlowAttributes", {"FlowAttributes": {"topic": {"Value": "$.Attributes.t!"}}}, "s"),
        say("s", "1 $.FlowAttributes.topic", "w"),
        wait("w", 10, "go"),
        action("go", "TransferToFlow", {"ContactFlowId": OTHER_FLOW}, NoMatchingError="end"),
    )
    amazon = amazons(first, flows={OTHER_FLOW: flow(say("s", "2 [$.FlowAttributes.topic]", "quiet"), QUIET)})
    _, token = amazon.customer(Attributes={"t": "billing"})
    amazon.again()
    amazon.pass_time(10)
    assert amazon.texts(token) == ["1 billing!", "2 []"]


def test_a_transfer_to_a_flow_that_is_not_there_takes_the_error_branch(amazons: Make) -> None:
    nowhere = {"ContactFlowId": "99999999-9999-4999-8999-999999999999"}
    assert hears(amazons(branches("t", "TransferToFlow", nowhere, NoMatchingError="error"))) == ["error"]


def test_attributes_of_the_related_contact_can_be_set(amazons: Make) -> None:
    given = {"Attributes": {"seen": "yes"}, "TargetContact": "Related"}
    text = flow(
        action("a", "UpdateContactAttributes", given, "ok", NoMatchingError="no"),
        say("ok", "ok", "quiet"),
        say("no", "none", "quiet"),
        QUIET,
    )
    amazon = amazons(text)
    first, token = amazon.customer()
    assert amazon.texts(token) == ["none"]
    assert hears(amazon, RelatedContactId=first) == ["ok"]
    answer = amazon.connect.get_contact_attributes(InstanceId=INSTANCE, InitialContactId=first)
    assert answer["Attributes"] == {"seen": "yes"}


@pytest.mark.parametrize(
    ("reference", "value"),
    [
        ("$.Channel", "CHAT"),
        ("$.InitiationMethod", "API"),
        ("$.AwsRegion", "us-east-1"),
        ("$.InstanceARN", f"arn:aws:connect:us-east-1:123456789012:instance/{INSTANCE}"),
        ("$.CustomerId", "c-7"),
        ("$.Media.InitialMessage", "Good day"),
        ("$.Queue.Name", ""),
        ("$.Agent.UserName", ""),
        ("$.StoredCustomerInput", ""),
        ("$['Attributes']['topic']", "billing"),
        ("$.Attributes['topic'] and $.Attributes.topic", "billing and billing"),
        ("$.SegmentAttributes['connect:Subtype'].ValueString", "connect:Chat"),
    ],
)
def test_what_references_lead_to(amazons: Make, reference: str, value: str) -> None:
    amazon = amazons(flow(say("s", f"[{reference}]", "quiet"), QUIET))
    _, token = amazon.customer(
        CustomerId="c-7",
        Attributes={"topic": "billing"},
        InitialMessage={"ContentType": "text/plain", "Content": "Good day"},
    )
    assert amazon.texts(token)[-1] == f"[{value}]"


@pytest.mark.parametrize(
    ("operator", "operand", "expected"),
    [
        ("Equals", "$.Attributes.same", "yes"),
        ("Equals", "nothing", "no"),
        ("TextStartsWith", "12", "yes"),
        ("TextEndsWith", "23", "yes"),
        ("TextContains", "2", "yes"),
        ("NumberGreaterThan", "122", "yes"),
        ("NumberGreaterThan", "123", "no"),
        ("NumberGreaterOrEqualTo", "123", "yes"),
        ("NumberLessThan", "124", "yes"),
        ("NumberLessThan", "123", "no"),
        ("NumberLessOrEqualTo", "123", "yes"),
    ],
)
def test_compare_with_every_operator(amazons: Make, operator: str, operand: str, expected: str) -> None:
    compare = action("c", "Compare", {"ComparisonValue": "$.Attributes.n"}, NoMatchingCondition="no")
    compare["Transitions"]["Conditions"] = [
        {"NextAction": "yes", "Condition": {"Operator": operator, "Operands": [operand]}}
    ]
    amazon = amazons(flow(compare, say("yes", "yes", "quiet"), say("no", "no", "quiet"), QUIET))
    assert hears(amazon, Attributes={"n": "123", "same": "123"}) == [expected]


# ---- chance and hours ----------------------------------------------------------------------------------------------


def chances(*operands: str) -> str:
    """50 % A, 30 % B, the rest C, for the operands 51 and 81."""
    chance = action("d", "DistributeByPercentage", {}, NoMatchingCondition="C")
    chance["Transitions"]["Conditions"] = [
        {"NextAction": to, "Condition": {"Operator": "NumberLessThan", "Operands": [operand]}}
        for to, operand in zip("AB", operands, strict=False)
    ]
    return flow(chance, *(say(each, each, "quiet") for each in "ABC"), QUIET)


@pytest.mark.parametrize(("rolled", "branch"), [(1, "A"), (50, "A"), (51, "B"), (80, "B"), (81, "C"), (100, "C")])
def test_percentages_are_shares_of_one_to_a_hundred(amazons: Make, rolled: int, branch: str) -> None:
    amazon = amazons(chances("51", "81"))
    amazon.world.roll = lambda: rolled
    assert hears(amazon) == [branch]


def test_a_roll_is_from_one_to_a_hundred(amazon: Amazon) -> None:
    assert {amazon.world.roll() for _ in range(3_000)} <= set(range(1, 101))


OFFICE = [{"Day": "MONDAY", "StartTime": {"Hours": 9, "Minutes": 0}, "EndTime": {"Hours": 17, "Minutes": 30}}]
NIGHT = [{"Day": "FRIDAY", "StartTime": {"Hours": 22, "Minutes": 0}, "EndTime": {"Hours": 2, "Minutes": 0}}]
WHOLE = [{"Day": "SUNDAY", "StartTime": {"Hours": 0, "Minutes": 0}, "EndTime": {"Hours": 0, "Minutes": 0}}]


@pytest.mark.parametrize(
    ("config", "zone", "at", "expected"),
    [
        (OFFICE, "UTC", "2027-01-18T08:59", False),
        (OFFICE, "UTC", "2027-01-18T09:00", True),
        (OFFICE, "UTC", "2027-01-18T17:29", True),
        (OFFICE, "UTC", "2027-01-18T17:30", False),
        (OFFICE, "UTC", "2027-01-19T10:00", False),
        (OFFICE, "Europe/Berlin", "2027-01-18T08:00", True),
        (OFFICE, "Europe/Berlin", "2027-01-18T17:00", False),
        (OFFICE, "America/New_York", "2027-01-18T13:59", False),
        (NIGHT, "UTC", "2027-01-15T21:59", False),
        (NIGHT, "UTC", "2027-01-15T23:59", True),
        (NIGHT, "UTC", "2027-01-16T01:59", True),
        (NIGHT, "UTC", "2027-01-16T02:00", False),
        (WHOLE, "UTC", "2027-01-17T00:00", True),
        (WHOLE, "UTC", "2027-01-17T23:59", True),
        (WHOLE, "UTC", "2027-01-18T00:00", False),
        ([], "UTC", "2027-01-18T00:00", False),
    ],
)
def test_hours_of_operation(config: Any, zone: str, at: str, expected: bool) -> None:
    assert is_open(config, zone, datetime.fromisoformat(at).replace(tzinfo=UTC)) is expected


def hours_flow(given: Json) -> str:
    return flow(
        queue("q", "h", QueueId=BASIC_QUEUE),
        action("h", "CheckHoursOfOperation", given, True_="x", NoMatchingError="error")
        | {
            "Transitions": {
                "Conditions": [
                    {"NextAction": "open", "Condition": {"Operator": "Equals", "Operands": ["True"]}},
                    {"NextAction": "closed", "Condition": {"Operator": "Equals", "Operands": ["False"]}},
                ],
                "Errors": [{"NextAction": "error", "ErrorType": "NoMatchingError"}],
            }
        },
        *(say(each, each, "quiet") for each in ("open", "closed", "error")),
        QUIET,
    )


def test_hours_are_those_of_the_queue_unless_others_are_named(amazons: Make) -> None:
    amazon = amazons(hours_flow({}))
    made = amazon.connect.create_hours_of_operation(InstanceId=INSTANCE, Name="Never", TimeZone="UTC", Config=[])
    assert hears(amazon) == ["open"]
    assert hears(amazons(hours_flow({"HoursOfOperationId": "nobody"}))) == ["error"]
    never = amazon.connect.create_contact_flow(
        InstanceId=INSTANCE,
        Name="never",
        Type="CONTACT_FLOW",
        Content=hours_flow({"HoursOfOperationId": made["HoursOfOperationArn"]}),
    )
    assert hears_on(amazon, never["ContactFlowId"]) == ["closed"]


def hears_on(amazon: Amazon, flow_id: str) -> list[str]:
    started = amazon.connect.start_chat_contact(
        InstanceId=INSTANCE, ContactFlowId=flow_id, ParticipantDetails={"DisplayName": "Ada"}
    )
    return amazon.texts(amazon.connected(started["ParticipantToken"]))


# ---- queues --------------------------------------------------------------------------------------------------------

IN_QUEUE = flow(queue("q", "transfer", QueueId=BASIC_QUEUE), transfer())


def waiting(amazon: Amazon, queue_id: str = BASIC_QUEUE) -> list[str]:
    return [each.contact_id for each in queueing.waiting(amazon.world, queue_id)]


def new_queue(amazon: Amazon, name: str, **given: Any) -> str:
    hours = amazon.connect.list_hours_of_operations(InstanceId=INSTANCE)["HoursOfOperationSummaryList"][0]["Id"]
    made = amazon.connect.create_queue(InstanceId=INSTANCE, Name=name, HoursOfOperationId=hours, **given)
    return str(made["QueueId"])


def test_a_queue_that_is_full_takes_nobody(amazons: Make) -> None:
    amazon = amazons(
        flow(
            queue("q", "transfer", QueueId="$.Attributes.to"),
            transfer(full="full"),
            say("full", "full", "quiet"),
            QUIET,
        )
    )
    to = {"to": new_queue(amazon, "Narrow", MaxContacts=1)}
    first, _ = amazon.customer(Attributes=to)
    assert waiting(amazon, to["to"]) == [first]
    assert hears(amazon, Attributes=to) == ["full"]


def test_without_a_working_queue_the_transfer_fails(amazons: Make) -> None:
    assert hears(amazons(flow(transfer(on_error="no"), say("no", "no queue", "quiet"), QUIET))) == ["no queue"]


@pytest.mark.parametrize("target", [{"QueueId": "nobody"}, {"AgentId": "nobody"}, {"QueueId": "$.Attributes.none"}])
def test_a_queue_that_is_not_there_is_not_set(amazons: Make, target: dict[str, str]) -> None:
    text = flow(
        action("q", "UpdateContactTargetQueue", target, "end", NoMatchingError="no"), say("no", "no", "quiet"), QUIET
    )
    assert hears(amazons(text)) == ["no"]


def queue_flow(*actions: Json) -> str:
    return flow(*actions, action("rest", "EndFlowExecution", {}), **CUSTOMER_QUEUE)


def test_in_the_queue_the_customer_hears_the_queues_flow_until_an_agent_comes(amazons: Make) -> None:
    first = flow(hook("h", "CustomerQueue", OTHER_FLOW, "q"), queue("q", "transfer", QueueId=BASIC_QUEUE), transfer())
    amazon = amazons(first, flows={OTHER_FLOW: queue_flow(say("s", "One moment.", "w"), wait("w", 30, "s"))})
    contact_id, token = amazon.customer()
    amazon.pass_time(30)
    assert amazon.texts(token) == ["One moment.", "One moment."]
    assert waiting(amazon) == [contact_id]
    Agent.of(amazon, "grace").serves(contact_id)
    amazon.pass_time(300)
    assert amazon.texts(token) == ["One moment.", "One moment."]
    assert amazon.emulator.engine.execution(contact_id) is None


def test_when_the_queues_flow_ends_the_contact_stays_in_the_queue(amazons: Make) -> None:
    first = flow(hook("h", "CustomerQueue", OTHER_FLOW, "q"), queue("q", "transfer", QueueId=BASIC_QUEUE), transfer())
    amazon = amazons(first, flows={OTHER_FLOW: queue_flow(say("s", "One moment.", "rest"))})
    contact_id, token = amazon.customer()
    assert (amazon.texts(token), waiting(amazon)) == (["One moment."], [contact_id])
    assert "DisconnectReason" not in amazon.described(contact_id)


def from_queue_to_queue(amazons: Make, to: Json) -> tuple[Amazon, str, str]:
    first = flow(hook("h", "CustomerQueue", OTHER_FLOW, "q"), queue("q", "transfer", QueueId=BASIC_QUEUE), transfer())
    given = action(
        "d", "DequeueContactAndTransferToQueue", to, "moved", QueueAtCapacity="full", NoMatchingError="error"
    )
    said = [say(each, f"{each} $.Queue.Name", "rest") for each in ("moved", "full", "error")]
    amazon = amazons(first, flows={OTHER_FLOW: queue_flow(wait("w", 10, "d"), given, *said)})
    contact_id, token = amazon.customer()
    return amazon, contact_id, token


def test_from_queue_to_queue_is_a_new_contact(amazons: Make) -> None:
    amazon, contact_id, token = from_queue_to_queue(amazons, {"AgentId": "$.Attributes.agent"})
    grace = Agent.of(amazon, "grace")
    amazon.connect.update_contact_attributes(
        InstanceId=INSTANCE, InitialContactId=contact_id, Attributes={"agent": grace.id}
    )
    amazon.pass_time(10)
    assert amazon.texts(token) == ["moved "]
    first, second = amazon.chain(contact_id)
    assert (waiting(amazon), waiting(amazon, f"agent/{grace.id}")) == ([], [second])
    shown = amazon.described(second)
    assert (shown["InitiationMethod"], shown["PreviousContactId"]) == ("QUEUE_TRANSFER", first)
    assert amazon.described(first)["DisconnectReason"] == "CONTACT_FLOW_DISCONNECT"


def test_from_queue_to_nowhere_stays_where_it_is(amazons: Make) -> None:
    amazon, contact_id, token = from_queue_to_queue(amazons, {"QueueId": "nobody"})
    amazon.pass_time(10)
    assert (amazon.texts(token), waiting(amazon)) == (["error BasicQueue"], [contact_id])


def test_priority_goes_before_age_and_age_can_be_added(amazons: Make) -> None:
    def first(name: str, given: Json) -> str:
        return flow(action("r", "UpdateContactRoutingBehavior", given, "q"), *json.loads(IN_QUEUE)["Actions"][:2])

    amazon = amazons(IN_QUEUE)
    plain, _ = amazon.customer("plain")
    found = {"plain": plain}
    for name, given_ in {
        "older": {"QueueTimeAdjustmentSeconds": "3600"},
        "first": {"QueuePriority": "1"},
        "last": {"QueuePriority": "9"},
    }.items():
        amazon.pass_time(1)
        made = amazon.connect.create_contact_flow(
            InstanceId=INSTANCE, Name=name, Type="CONTACT_FLOW", Content=first(name, given_)
        )
        started = amazon.connect.start_chat_contact(
            InstanceId=INSTANCE, ContactFlowId=made["ContactFlowId"], ParticipantDetails={"DisplayName": name}
        )
        amazon.connected(started["ParticipantToken"])
        found[name] = started["ContactId"]
    assert waiting(amazon) == [found["first"], found["older"], found["plain"], found["last"]]


@pytest.mark.parametrize(
    ("metric", "before", "after"),
    [
        ("NumberOfAgentsOnline", 0, 1),
        ("NumberOfAgentsStaffed", 0, 1),
        ("NumberOfAgentsAvailable", 0, 1),
        ("NumberOfContactsInQueue", 0, 1),
        ("OldestContactInQueueAgeSeconds", 0, 5),
    ],
)
def test_queue_metrics_are_checked(amazons: Make, metric: str, before: int, after: int) -> None:
    check = action(
        "m",
        "CheckMetricData",
        {"MetricType": metric, "QueueId": BASIC_QUEUE},
        NoMatchingError="error",
        NoMatchingCondition="none",
    )
    check["Transitions"]["Conditions"] = [
        {"NextAction": "some", "Condition": {"Operator": "NumberGreaterThan", "Operands": ["0"]}},
        {"NextAction": "none", "Condition": {"Operator": "Equals", "Operands": ["0"]}},
    ]
    amazon = amazons(flow(check, *(say(each, each, "quiet") for each in ("some", "none", "error")), QUIET))
    expected = {0: "none"}
    assert hears(amazon) == [expected.get(before, "some")]
    Agent.of(amazon, "grace").is_("Available")
    made = amazon.connect.create_contact_flow(
        InstanceId=INSTANCE, Name="in queue", Type="CONTACT_FLOW", Content=IN_QUEUE
    )
    hears_on(amazon, made["ContactFlowId"])
    amazon.pass_time(5)
    assert hears(amazon) == [expected.get(after, "some")]


def test_metrics_can_be_asked_for_and_said(amazons: Make) -> None:
    text = flow(
        action("m", "GetMetricData", {"QueueId": BASIC_QUEUE, "QueueChannel": "Chat"}, "s", NoMatchingError="end"),
        say("s", "$.Metrics.Queue.Name: $.Metrics.Queue.Size wait, $.Metrics.Agents.Online.Count of us are here", "w"),
        wait("w", 1, "again"),
        say("again", "still $.Metrics.Queue.Size", "quiet"),
        QUIET,
    )
    amazon = amazons(text)
    Agent.of(amazon, "grace").is_("Available")
    _, token = amazon.customer()
    amazon.again()
    amazon.pass_time(1)
    assert amazon.texts(token) == ["BasicQueue: 0 wait, 1 of us are here", "still 0"]


def test_an_agent_whose_slots_are_taken_is_staffed_and_not_available(amazons: Make) -> None:
    amazon = amazons(IN_QUEUE)
    grace = Agent.of(amazon, "grace")
    grace.is_("Available")
    assert (metrics.staffed(amazon.world, BASIC_QUEUE), metrics.available(amazon.world, BASIC_QUEUE)) == (1, 1)
    for _ in range(2):  # the basic profile's concurrency
        contact_id, _token = amazon.customer()
        grace.serves(contact_id)
    assert (metrics.staffed(amazon.world, BASIC_QUEUE), metrics.available(amazon.world, BASIC_QUEUE)) == (1, 0)


# ---- Lex -----------------------------------------------------------------------------------------------------------

ORDERS: Json = {
    "intents": [
        {
            "name": "OrderStatus",
            "utterances": ["where is my order", "where is order {number}"],
            "slots": [{"name": "number", "prompt": "Which order?", "pattern": "[0-9]+"}],
            "closing": "Order {number} is on its way.",
        },
        {"name": "Agent", "utterances": ["let me talk to somebody", "agent"]},
    ],
    "clarification": "Sorry, what can I do for you?",
    "tries": 2,
}


def lex_flow(**parameters: Any) -> str:
    given = {"Text": "How can I help?", "LexV2Bot": {"AliasArn": ALIAS}, "LexTimeoutSeconds": {"Text": "60"}}
    lex = action(
        "lex",
        "ConnectParticipantWithLexBot",
        {**given, **parameters},
        OrderStatus="order",
        Agent="agent",
        InputTimeLimitExceeded="late",
        NoMatchingError="error",
        NoMatchingCondition="other",
    )
    said = [
        say("order", "[$.Lex.IntentName $.Lex.Slots.number $.Lex.SessionAttributes.who]", "quiet"),
        *(say(each, f"[{each} $.Lex.IntentName]", "quiet") for each in ("agent", "late", "error", "other")),
    ]
    return flow(lex, *said, QUIET)


def with_lex(amazons: Make, **parameters: Any) -> tuple[Amazon, str, str]:
    amazon = amazons(lex_flow(**parameters), bots={ALIAS: bots.read(json.dumps(ORDERS))})
    contact_id, token = amazon.customer()
    return amazon, contact_id, token


def test_a_bot_asks_for_what_it_needs_and_the_intent_is_the_branch(amazons: Make) -> None:
    amazon, _, token = with_lex(amazons, LexSessionAttributes={"who": "$.Channel"})
    for words in ("Where IS my order?!", "the blue one", "4711"):
        amazon.again()
        amazon.say(token, words)
    assert amazon.texts(token) == [
        "How can I help?",
        "Where IS my order?!",
        "Which order?",
        "the blue one",
        "Which order?",
        "4711",
        "Order 4711 is on its way.",
        "[OrderStatus 4711 CHAT]",
    ]
    items = [item for item in amazon.transcript(token) if item.get("DisplayName") == "BOT"]
    assert {item["ParticipantRole"] for item in items} == {"SYSTEM"}
    assert [i["ContentType"].removeprefix(EVENT) for i in items if i["Type"] == "EVENT"] == [
        "participant.joined",
        "participant.left",
    ]


def test_a_slot_may_be_in_the_first_words(amazons: Make) -> None:
    amazon, _, token = with_lex(amazons)
    amazon.say(token, "where is order 12")
    assert amazon.texts(token)[-2:] == ["Order 12 is on its way.", "[OrderStatus 12 ]"]


def test_what_fits_no_intent_is_asked_again_and_then_the_fallback(amazons: Make) -> None:
    amazon, _, token = with_lex(amazons)
    for _ in range(3):
        amazon.say(token, "tell me a joke")
    said = [text for text in amazon.texts(token) if text != "tell me a joke"]
    assert said == ["How can I help?", *["Sorry, what can I do for you?"] * 2, "[other FallbackIntent]"]


def test_a_customer_who_does_not_answer_takes_the_branch_for_that(amazons: Make) -> None:
    amazon, _, token = with_lex(amazons)
    amazon.pass_time(60)
    assert amazon.texts(token) == ["How can I help?", "[late ]"]


def test_the_first_words_may_be_given_to_the_bot(amazons: Make) -> None:
    amazon = amazons(
        lex_flow(Text="", LexInitializationData={"InitialMessage": "$.Media.InitialMessage"}),
        bots={ALIAS: bots.read(json.dumps(ORDERS))},
    )
    _, token = amazon.customer(InitialMessage={"ContentType": "text/plain", "Content": "Agent!"})
    assert amazon.texts(token) == ["Agent!", "[agent Agent]"]


def test_a_bot_nobody_explained_and_words_too_long_for_lex_take_the_error_branch(amazons: Make) -> None:
    assert hears(amazons(lex_flow())) == ["[error ]"]
    amazon, _, token = with_lex(amazons)
    amazon.say(token, "x" * 1_025)
    assert amazon.texts(token)[-1] == "[error ]"


def test_a_lex_bot_that_joins_takes_the_place_of_the_custom_participant(amazons: Make) -> None:
    lex = json.loads(lex_flow())["Actions"][0]
    late = flow(wait("w", 10, "lex"), lex, *json.loads(lex_flow())["Actions"][1:-2], QUIET)
    amazon = amazons(late, bots={ALIAS: bots.read(json.dumps(ORDERS))})
    contact_id, token = amazon.customer()
    amazon.bot(contact_id)
    amazon.pass_time(10)
    seen = [
        (item["ContentType"].removeprefix(EVENT), item["ParticipantRole"])
        for item in amazon.transcript(token)
        if item["Type"] == "EVENT"
    ]
    assert seen[-2:] == [("participant.joined", "SYSTEM"), ("participant.left", "CUSTOM_BOT")]
    with pytest.raises(amazon.connect.exceptions.ConflictException):
        amazon.create_bot(contact_id)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[]", "shape of a bot"),
        ("x", "shape of a bot"),
        ("{}", "intents is missing"),
        ('{"intents": []}', "one intent at least"),
        ('{"intents": [{"name": "a"}]}', "utterances is missing"),
        ('{"intents": [{"name": 1, "utterances": []}]}', "must be a text"),
        ('{"intents": [{"name": "a", "utterances": []}, {"name": "a", "utterances": []}]}', "each name once"),
        (
            '{"intents": [{"name": "a", "utterances": [], "slots": [{"name": "s", "prompt": "?", "pattern": "("}]}]}',
            "no regular expression",
        ),
    ],
)
def test_a_file_that_is_no_bot_is_refused(text: str, says: str) -> None:
    with pytest.raises(bots.InvalidBot, match=says):
        bots.read(text)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.text(max_size=30), max_size=8))
def test_a_bot_comes_to_an_end_whatever_it_hears(words: list[str]) -> None:
    bot, memory = bots.read(json.dumps(ORDERS)), {}
    for text in words:
        turn = bots.hear(bot, memory, text)
        assert json.loads(json.dumps(turn.memory)) == turn.memory
        assert turn.intent is not None or turn.says
        if turn.intent is not None:
            assert turn.intent in {"OrderStatus", "Agent", "FallbackIntent"}
            return
        memory = turn.memory


# ---- voice, logging, what is refused -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "kind",
    [
        "GetParticipantInput",
        "TransferParticipantToThirdParty",
        "UpdateContactMediaStreamingBehavior",
        "CreateCallbackContact",
    ],
)
def test_what_is_for_calls_takes_the_error_branch_in_a_chat(amazons: Make, kind: str) -> None:
    assert hears(amazons(branches("v", kind, {}, NoMatchingError="error"))) == ["error"]


def test_an_action_for_calls_is_left_by_the_errors_it_has(amazons: Make) -> None:
    number = action("v", "UpdateContactCallbackNumber", {"CallbackNumber": "$.CustomerEndpoint.Address"}, "on")
    number["Transitions"]["Errors"] = [
        {"NextAction": "error", "ErrorType": kind} for kind in ("InvalidCallbackNumber", "CallbackNumberNotDialable")
    ]
    assert hears(amazons(flow(number, say("on", "on", "quiet"), say("error", "error", "quiet"), QUIET))) == ["error"]


@pytest.mark.parametrize("kind", ["UpdateContactTextToSpeechVoice", "UpdateContactRecordingBehavior"])
def test_what_does_nothing_in_a_chat_goes_on(amazons: Make, kind: str) -> None:
    assert hears(amazons(flow(action("v", kind, {}, "s"), say("s", "on", "quiet"), QUIET))) == ["on"]


def test_logging_is_switched_by_the_flow(amazons: Make, caplog: pytest.LogCaptureFixture) -> None:
    def switch(name: str, to: str, then: str) -> Json:
        return action(name, "UpdateFlowLoggingBehavior", {"FlowLoggingBehavior": to}, then)

    caplog.set_level("INFO", "connect_emulator.flows")
    amazon = amazons(
        flow(switch("on", "Enabled", "s"), say("s", "x", "off"), switch("off", "Disabled", "quiet"), QUIET)
    )
    hears(amazon)
    assert [record.getMessage().split("action ")[1] for record in caplog.records] == [
        "s (MessageParticipant)",
        "off (UpdateFlowLoggingBehavior)",
    ]


def test_the_way_a_contact_took_is_kept(amazons: Make) -> None:
    amazon = amazons(flow(say("a", "a", "w"), wait("w", 1, "b"), say("b", "b", "quiet"), QUIET))
    contact_id, _ = amazon.customer()
    amazon.pass_time(1)
    rows = amazon.world.store.all("SELECT action_id FROM path WHERE contact_id = ? ORDER BY seq", contact_id)
    assert [row["action_id"] for row in rows] == ["a", "w", "b", "quiet"]


TO_END = {"NextAction": "end", "Errors": [{"NextAction": "end", "ErrorType": "NoMatchingError"}]}


@pytest.mark.parametrize(
    ("kind", "parameters", "transitions", "flow_type", "says"),
    [
        (
            "TransferContactToQueue",
            {},
            {},
            "CONTACT_FLOW",
            ["Errors needs a branch for QueueAtCapacity", "Errors needs a branch for NoMatchingError"],
        ),
        (
            "TransferContactToQueue",
            {"QueueId": "x"},
            {"Errors": [{"NextAction": "end", "ErrorType": e} for e in ("QueueAtCapacity", "NoMatchingError")]},
            "CUSTOMER_QUEUE",
            [
                "TransferContactToQueue has no parameter QueueId: it takes none",
                "a flow of type CUSTOMER_QUEUE cannot have TransferContactToQueue",
            ],
        ),
        (
            "DequeueContactAndTransferToQueue",
            {"QueueId": "x"},
            TO_END,
            "CONTACT_FLOW",
            [
                "Errors needs a branch for QueueAtCapacity",
                "a flow of type CONTACT_FLOW cannot have DequeueContactAndTransferToQueue",
            ],
        ),
        ("EndFlowExecution", {}, TO_END, "CUSTOMER_QUEUE", ["nothing comes after EndFlowExecution"]),
        ("TransferToFlow", {}, TO_END, "CONTACT_FLOW", ["ContactFlowId is missing"]),
        (
            "CheckHoursOfOperation",
            {},
            {"Conditions": [{"NextAction": "end", "Condition": {"Operator": "Equals", "Operands": ["True"]}}]},
            "CONTACT_FLOW",
            [
                "Conditions needs a branch Equals False",
                "CheckHoursOfOperation has the conditions True and False, and no other",
                "Errors needs a branch for NoMatchingError",
            ],
        ),
        (
            "CheckMetricData",
            {"MetricType": "Mood"},
            TO_END,
            "CONTACT_FLOW",
            [
                (
                    "MetricType must be one of NumberOfAgentsAvailable, NumberOfAgentsStaffed, NumberOfAgentsOnline,"
                    " OldestContactInQueueAgeSeconds, NumberOfContactsInQueue"
                ),
                "CheckMetricData needs Conditions",
            ],
        ),
        (
            "GetMetricData",
            {"QueueChannel": "CHAT"},
            TO_END,
            "CONTACT_FLOW",
            ["QueueChannel must be Voice, Chat, Task or Email"],
        ),
        (
            "DistributeByPercentage",
            {},
            {"Conditions": [{"NextAction": "end", "Condition": {"Operator": "Equals", "Operands": ["50"]}}]},
            "CONTACT_FLOW",
            [
                'each condition must be NumberLessThan with an operand from "2" to "101": 1 + the percentages so far',
                "Errors needs a branch for NoMatchingCondition",
            ],
        ),
        (
            "UpdateFlowAttributes",
            {"FlowAttributes": {"a": "b"}},
            TO_END,
            "CONTACT_FLOW",
            ['FlowAttributes must map names to {"Value": "…"}'],
        ),
        (
            "UpdateContactRoutingBehavior",
            {"QueuePriority": 5},
            TO_END,
            "CONTACT_FLOW",
            ["QueuePriority must be a string; numbers are strings, too"],
        ),
        (
            "UpdateContactRoutingBehavior",
            {},
            TO_END,
            "CONTACT_FLOW",
            ["exactly one of QueuePriority and QueueTimeAdjustmentSeconds is needed"],
        ),
        ("UpdateFlowLoggingBehavior", {}, TO_END, "CONTACT_FLOW", ["FlowLoggingBehavior is missing"]),
        (
            "ConnectParticipantWithLexBot",
            {"LexBot": {"Name": "old"}, "LexTimeoutSeconds": {"Text": "0"}},
            TO_END,
            "CONTACT_FLOW",
            [
                "one of Media, PromptId, SSML, Text or LexInitializationData.InitialMessage is needed",
                'LexTimeoutSeconds.Text must be a string from "1" to "604800"',
                "Errors needs a branch for InputTimeLimitExceeded",
                "Errors needs a branch for NoMatchingCondition",
            ],
        ),
        ("GetParticipantInput", {}, {}, "CONTACT_FLOW", ["Errors needs a branch for NoMatchingError"]),
        (
            "UpdateContactEventHooks",
            {"EventHooks": {"CustomerRemaining": "f", "CustomerQueue": "g"}},
            TO_END,
            "CONTACT_FLOW",
            [
                (
                    "EventHooks takes one of AgentHold, AgentWhisper, CustomerHold, CustomerQueue, CustomerRemaining,"
                    " CustomerWhisper, DefaultAgentUI, DisconnectAgentUI, PauseContact, ResumeContact, with a flow"
                )
            ],
        ),
    ],
)
def test_what_aws_would_not_import_is_refused_with_problems(  # noqa: PLR0917 -- a table's columns
    amazon: Amazon, kind: str, parameters: Json, transitions: Json, flow_type: str, says: list[str]
) -> None:
    text = flow({"Identifier": "a", "Type": kind, "Parameters": parameters, "Transitions": transitions})
    with pytest.raises(InvalidFlow) as raised:
        parse(text, CHECKS, flow_type)
    assert raised.value.problems == [f"action a: {problem}" for problem in says]
    with pytest.raises(amazon.connect.exceptions.InvalidContactFlowException) as refused:
        amazon.connect.create_contact_flow(InstanceId=INSTANCE, Name="x", Type=flow_type, Content=text)
    assert [p["message"] for p in refused.value.response["problems"]] == raised.value.problems


def problems_of(text: str) -> list[str]:
    try:
        parse(text, CHECKS)
    except InvalidFlow as refused:
        return refused.problems
    return []


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(sorted(CHECKS)),
    st.dictionaries(
        st.sampled_from(["Text", "QueueId", "AgentId", "LexV2Bot", "Events", "TimeLimitSeconds", "FlowAttributes"]),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.text(max_size=5),
            lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=5), inner, max_size=2),
            max_leaves=5,
        ),
    ),
)
def test_whatever_the_parameters_are_a_flow_is_taken_or_refused_in_words(kind: str, parameters: Json) -> None:
    text = flow({"Identifier": "a", "Type": kind, "Parameters": parameters, "Transitions": TO_END})
    assert all(problem.startswith("action ") for problem in problems_of(text))


def test_verbs_of_agents_are_clearly_none_of_aws(amazon: Amazon) -> None:
    assert sorted(Verbs(amazon.world).post) == [
        "agent/accept",
        "agent/clear",
        "agent/leave",
        "agent/offer",
        "agent/reject",
        "agent/status",
        "agent/transfer",
        "agents",
    ]
