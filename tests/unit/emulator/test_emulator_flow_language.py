"""The flow language: what AWS takes is taken, what it refuses is refused, references everywhere, what a chat does not carry out."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from connect_emulator.flows import InvalidFlow, parse
from connect_emulator.flows.actions import CHECKS
from connect_emulator.flows.language import ACTION_TYPES, ANY, CONDITIONAL
from connect_emulator.world import details
from tests.amazon import BASIC_QUEUE, Amazon
from tests.emulating import INSTANCE
from tests.flows import QUIET, Json, action, flow, queue, say, transfer, wait

Make = Callable[..., Amazon]
FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:greet"


def hears(amazon: Amazon, **start: Any) -> list[str]:
    _, token = amazon.customer(**start)
    return amazon.texts(token)


def says(*actions: Json) -> str:
    """A flow whose actions go to `on` or to `error`."""
    return flow(*actions, say("on", "on", "quiet"), say("error", "error", "quiet"), QUIET)


def problems(kind: str, parameters: Json, transitions: Json, flow_type: str = "CONTACT_FLOW") -> list[str]:
    """What is wrong with a single action."""
    one = {"Identifier": "a", "Type": kind, "Parameters": parameters, "Transitions": transitions}
    end = {"Identifier": "end", "Type": "EndFlowExecution", "Parameters": {}, "Transitions": {}}
    document = {"Version": "2019-10-30", "StartAction": "a", "Actions": [one, end]}
    try:
        parse(json.dumps(document), CHECKS, flow_type)
    except InvalidFlow as refused:
        return refused.problems
    return []


def branches(kind: str) -> Json:
    """All that an action of this type must have."""
    errors = [{"NextAction": "end", "ErrorType": error} for error in ACTION_TYPES[kind].errors]
    return {"NextAction": "end", "Errors": errors}


# ---- references ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "written",
    [
        "$.Attributes.['user name']",
        "$.Attributes['user name']",
        '$.Attributes["user name"]',
        "$['Attributes']['user name']",
        "$['Attributes'].['user name']",
    ],
)
def test_an_attribute_with_a_blank_is_set_told_and_compared(amazons: Make, written: str) -> None:
    text = says(
        action("set", "UpdateContactAttributes", {"Attributes": {"user name": "Gold"}}, "say", NoMatchingError="error"),
        say("say", f"Hello {written}!", "compare"),
        action("compare", "Compare", {"ComparisonValue": written}, Gold="on", NoMatchingCondition="error"),
    )
    assert hears(amazons(text), Attributes={"secret": "4711"}) == ["Hello Gold!", "on"]


@pytest.mark.parametrize("written", ["$.Attributes", "$['Attributes']", "$.Attributes.['open", "$.Attributes.["])
def test_no_reference_tells_a_customer_all_attributes(amazons: Make, written: str) -> None:
    assert "4711" not in hears(amazons(says(say("say", f"<{written}>", "on"))), Attributes={"secret": "4711"})[0]


def test_keys_and_values_of_attributes_may_both_be_references(amazons: Make) -> None:
    given = {"$.Attributes.key": "$.Attributes.value"}
    text = says(
        action("set", "UpdateContactAttributes", {"Attributes": given}, "say", NoMatchingError="error"),
        say("say", "$.Attributes.colour", "on"),
    )
    assert hears(amazons(text), Attributes={"key": "colour", "value": "blue"}) == ["blue", "on"]


def test_the_function_the_queue_the_flow_and_the_metric_may_be_references(amazons: Make) -> None:
    text = says(
        action("ask", "InvokeLambdaFunction", {"LambdaFunctionARN": "$.Attributes.fn"}, "say", NoMatchingError="error"),
        say("say", "$.External.hello", "queue"),
        queue("queue", "metric", QueueId="$.Attributes.queue") | {},
        action("metric", "GetMetricData", {"QueueId": "$.Attributes.queue"}, "told", NoMatchingError="error"),
        say("told", "$.Metrics.Queue.Name", "on"),
    )
    amazon = amazons(text, {FUNCTION: lambda _event, _context: {"hello": "Hello"}})
    _, token = amazon.customer(Attributes={"fn": FUNCTION, "queue": BASIC_QUEUE})
    amazon.pass_time(0)
    assert amazon.texts(token) == ["Hello", "BasicQueue", "on"]


@pytest.mark.parametrize("named", ["", "arn:aws:lambda:us-east-1:123456789012:function:none", "no arn"])
def test_a_reference_to_no_function_takes_the_error_branch(amazons: Make, named: str) -> None:
    text = says(
        action("ask", "InvokeLambdaFunction", {"LambdaFunctionARN": "$.Attributes.fn"}, "on", NoMatchingError="error")
    )
    amazon = amazons(text)
    _, token = amazon.customer(Attributes={"fn": named})
    amazon.pass_time(0)
    assert amazon.texts(token) == ["error"]


@pytest.mark.parametrize(("count", "rounds"), [("2", 2), ("0", 0), ("101", 0), ("many", 0)])
def test_a_loop_goes_as_often_as_its_reference_says(amazons: Make, count: str, rounds: int) -> None:
    loop = action("loop", "Loop", {"LoopCount": "$.Attributes.n"}, ContinueLooping="round", DoneLooping="on")
    assert hears(amazons(says(loop, say("round", "round", "loop"))), Attributes={"n": count}) == ["round"] * rounds + [
        "on"
    ]


def test_a_wait_lasts_as_long_as_its_reference_says(amazons: Make) -> None:
    waits = wait("w", 1, "on", NoMatchingError="error")
    waits["Parameters"]["TimeLimitSeconds"] = "$.Attributes.s"
    amazon = amazons(says(waits))
    _, token = amazon.customer(Attributes={"s": "5"})
    assert amazon.texts(token) == []
    amazon.pass_time(5)
    assert amazon.texts(token) == ["on"]
    assert hears(amazon, Attributes={"s": "soon"}) == ["error"]


@pytest.mark.parametrize(
    "written", ["$.SegmentAttributes['tier']", "$.SegmentAttributes.['tier']", "$.SegmentAttributes.tier"]
)
def test_a_segment_attribute_is_its_text(amazons: Make, written: str) -> None:
    attributes = {"tier": {"ValueString": "Gold"}}
    assert hears(amazons(says(say("s", written, "on"))), SegmentAttributes=attributes) == ["Gold", "on"]


def test_the_initial_message_and_the_answer_of_a_function_are_known(amazons: Make) -> None:
    asked = action("ask", "InvokeLambdaFunction", {"LambdaFunctionARN": FUNCTION}, "s", NoMatchingError="error")
    text = says(asked, say("s", "$.LambdaInvocation.ResultData.hello, $.Media.InitialMessage!", "on"))
    amazon = amazons(text, {FUNCTION: lambda _event, _seconds: {"hello": "Hello"}})
    _, token = amazon.customer(InitialMessage={"ContentType": "text/plain", "Content": "Ada"})
    amazon.pass_time(0)
    assert amazon.texts(token)[-2:] == ["Hello, Ada!", "on"]


# ---- taken -----------------------------------------------------------------------------------------------------------------

LEFT = sorted(name for name, kind in ACTION_TYPES.items() if kind.in_a_chat == "error branch")
PARAMETERS: dict[str, Any] = {"map": {"a": "b"}, "object": {}, "static": "x", "single": "x", "dynamic": "x"}


def required(kind: str) -> Json:
    forms = ACTION_TYPES[kind].parameters
    return {name: PARAMETERS[forms[name]] for name in ACTION_TYPES[kind].required}


@pytest.mark.parametrize("kind", LEFT)
def test_what_a_chat_does_not_carry_out_is_taken_and_left_by_its_error_branch(
    amazons: Make, caplog: pytest.LogCaptureFixture, kind: str
) -> None:
    where = ACTION_TYPES[kind].flow_types
    assert problems(kind, required(kind), branches(kind), min(where)) == []
    if "CONTACT_FLOW" not in where:
        return
    one: Json = {"Identifier": "a", "Type": kind, "Parameters": required(kind), "Transitions": {"NextAction": "on"}}
    one["Transitions"]["Errors"] = [{"NextAction": "error", "ErrorType": e} for e in ACTION_TYPES[kind].errors]
    assert hears(amazons(says(one))) == ["error" if ACTION_TYPES[kind].errors else "on"]
    assert f"{kind} a is left by its error branch" in caplog.text


@pytest.mark.parametrize("prompt", [{"PromptId": "p"}, {"SSML": "<speak>hi</speak>"}, {"Media": {"Uri": "s3://a/b"}}])
def test_a_prompt_for_calls_takes_the_error_branch(amazons: Make, prompt: Json) -> None:
    assert hears(amazons(says(action("p", "MessageParticipant", prompt, "on", NoMatchingError="error")))) == ["error"]
    assert hears(amazons(says(action("p", "MessageParticipant", prompt, "on")))) == ["on"]  # of a flow that has none


def test_words_that_come_to_nothing_take_the_error_branch_or_go_on_where_there_is_none(amazons: Make) -> None:
    nothing = "$.Queue.Name"
    assert hears(amazons(says(say("p", nothing, "on", NoMatchingError="error")))) == ["error"]
    assert hears(amazons(says(say("p", nothing, "on")))) == ["on"]


def test_a_lex_v1_bot_takes_the_error_branch(amazons: Make) -> None:
    given = {"Text": "?", "LexBot": {"Name": "B", "Region": "us-east-1", "Alias": "a"}}
    asked = action("x", "ConnectParticipantWithLexBot", given, NoMatchingCondition="on", NoMatchingError="error")
    assert hears(amazons(says(asked))) == ["error"]


def test_a_loop_of_prompts_without_branches_leaves_the_customer_in_the_queue(amazons: Make) -> None:
    music = action("music", "MessageParticipantIteratively", {"Messages": [{"PromptId": "p"}, {"Text": "Hold on"}]})
    del music["Transitions"]
    music["Transitions"] = {}
    hold = amazons(flow(queue("q", "transfer", QueueId=BASIC_QUEUE), transfer()))
    made = hold.connect.create_contact_flow(
        InstanceId=INSTANCE, Name="music", Type="CUSTOMER_QUEUE", Content=flow(music)
    )["ContactFlowId"]
    hooked = action("h", "UpdateContactEventHooks", {"EventHooks": {"CustomerQueue": made}}, "q", NoMatchingError="end")
    text = flow(hooked, queue("q", "transfer", QueueId=BASIC_QUEUE), transfer())
    entry = hold.connect.create_contact_flow(InstanceId=INSTANCE, Name="in", Type="CONTACT_FLOW", Content=text)
    started = hold.connect.start_chat_contact(
        InstanceId=INSTANCE, ContactFlowId=entry["ContactFlowId"], ParticipantDetails={"DisplayName": "Ada"}
    )
    contact_id, token = started["ContactId"], hold.connected(started["ParticipantToken"])
    assert (
        hold.connect.describe_contact(InstanceId=INSTANCE, ContactId=contact_id)["Contact"].get("DisconnectTimestamp")
        is None
    )
    assert hold.texts(token) == []


def test_the_end_of_an_inbound_flow_ends_the_chat(amazons: Make) -> None:
    amazon = amazons(flow(say("hi", "goodbye", "over"), action("over", "EndFlowExecution", {})))
    contact_id, _ = amazon.customer()
    found = amazon.connect.describe_contact(InstanceId=INSTANCE, ContactId=contact_id)["Contact"]
    assert found["DisconnectReason"] == "CONTACT_FLOW_DISCONNECT"


def test_contact_data_is_set(amazons: Make) -> None:
    data = {
        "Name": "Order of $.Attributes.who",
        "Description": "d",
        "CustomerId": "c-$.Attributes.who",
        "References": {"order": {"Type": "URL", "Value": "https://shop/$.Attributes.who"}},
        "LanguageCode": "de-DE",
    }
    amazon = amazons(
        says(
            action("d", "UpdateContactData", data, "s", NoMatchingError="error"),
            say("s", "$.Name $.CustomerId $.LanguageCode $.References.order.Value", "on"),
        )
    )
    contact_id, token = amazon.customer(Attributes={"who": "ada"})
    assert amazon.texts(token) == ["Order of ada c-ada de-DE https://shop/ada", "on"]
    assert details.of_contact(amazon.world, contact_id).references == {
        "order": {"Type": "URL", "Value": "https://shop/ada"}
    }


# ---- refused ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", sorted(ACTION_TYPES))
def test_a_parameter_that_an_action_does_not_have_is_refused(kind: str) -> None:
    found = problems(kind, {"Mood": "good"}, branches(kind), min(ACTION_TYPES[kind].flow_types))
    assert any("has no parameter Mood" in problem for problem in found)


@pytest.mark.parametrize("kind", sorted(name for name, kind in ACTION_TYPES.items() if kind.errors or kind.goes_on))
def test_branches_that_are_missing_are_refused(kind: str) -> None:
    found = problems(kind, required(kind), {}, min(ACTION_TYPES[kind].flow_types))
    missing = [*(["NextAction is missing"] if ACTION_TYPES[kind].goes_on else [])]
    missing += [f"Errors needs a branch for {error}" for error in ACTION_TYPES[kind].errors]
    assert [each for each in missing if f"action a: {each}" not in found] == []


@pytest.mark.parametrize(
    ("kind", "flow_type"), [(n, t) for n, k in sorted(ACTION_TYPES.items()) for t in sorted(ANY - k.flow_types)]
)
def test_an_action_in_a_flow_that_may_not_hold_it_is_refused(kind: str, flow_type: str) -> None:
    found = problems(kind, required(kind), branches(kind), flow_type)
    assert f"action a: a flow of type {flow_type} cannot have {kind}" in found


@pytest.mark.parametrize("kind", sorted(set(ACTION_TYPES) - CONDITIONAL))
def test_conditions_on_what_answers_nothing_are_refused(kind: str) -> None:
    conditions = [{"NextAction": "end", "Condition": {"Operator": "Equals", "Operands": ["x"]}}]
    found = problems(kind, {}, {**branches(kind), "Conditions": conditions}, min(ACTION_TYPES[kind].flow_types))
    assert f"action a: {kind} has no Conditions" in found


@pytest.mark.parametrize(
    ("kind", "parameters", "says"),
    [
        ("UpdateFlowLoggingBehavior", {"FlowLoggingBehavior": "$.Attributes.x"}, "is fixed when a flow is made"),
        ("TransferToFlow", {"ContactFlowId": "my $.Attributes.flow"}, "a single reference, and nothing around it"),
        ("Loop", {"LoopCount": "$.Nowhere.n"}, "a single reference, and nothing around it"),
        ("MessageParticipant", {"Text": "a", "SSML": "<speak/>"}, "exactly one of Media, PromptId, SSML, Text"),
        ("GetMetricData", {"QueueId": "a", "AgentId": "b"}, "QueueId and AgentId exclude each other"),
    ],
)
def test_parameters_that_do_not_fit_are_refused(kind: str, parameters: Json, says: str) -> None:
    assert any(says in problem for problem in problems(kind, parameters, branches(kind)))


@pytest.mark.parametrize(
    "name", ["__proto__", "constructor", "toString", "hasOwnProperty", "__defineGetter__", "valueOf"]
)
def test_names_of_the_objects_of_javascript_are_refused(name: str) -> None:
    with pytest.raises(InvalidFlow, match="Identifier must be none of"):
        parse(flow(say(name, "x", "end")), CHECKS)


@pytest.mark.parametrize("flow_type", ["CUSTOMER_QUEUE", "CUSTOMER_WHISPER", "AGENT_WHISPER", "CUSTOMER_HOLD"])
def test_a_transfer_to_a_whisper_or_a_queue_flow_is_refused_and_by_reference_an_error(
    amazons: Make, flow_type: str
) -> None:
    go = action("go", "TransferToFlow", {"ContactFlowId": "$.Attributes.to"}, NoMatchingError="error")
    amazon = amazons(says(go))
    content = flow(wait("w", 9, "over"), action("over", "EndFlowExecution", {}))
    content = content.replace('"DisconnectParticipant"', '"EndFlowExecution"')
    other = amazon.connect.create_contact_flow(InstanceId=INSTANCE, Name="other", Type=flow_type, Content=content)
    static = says({**go, "Parameters": {"ContactFlowId": other["ContactFlowArn"]}})
    with pytest.raises(amazon.connect.exceptions.InvalidContactFlowException) as refused:
        amazon.connect.create_contact_flow(InstanceId=INSTANCE, Name="x", Type="CONTACT_FLOW", Content=static)
    assert [p["message"] for p in refused.value.response["problems"]] == [
        f"action go: TransferToFlow cannot go to other, a flow of type {flow_type}"
    ]
    assert hears(amazon, Attributes={"to": other["ContactFlowId"]}) == ["error"]
