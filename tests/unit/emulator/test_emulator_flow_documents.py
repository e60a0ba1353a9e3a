"""Flow documents, references and operators: what is read, and what is refused with which words."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connect_emulator.cli import SAMPLE_FLOW, SAMPLES
from connect_emulator.flows import InvalidFlow, parse
from connect_emulator.flows.actions import CHECKS
from connect_emulator.flows.operators import OPERATORS, holds
from connect_emulator.flows.references import resolve
from tests.emulating import HANDOVER, HANDOVER_FLOW

WAIT = {
    "Identifier": "wait",
    "Type": "Wait",
    "Parameters": {"TimeLimitSeconds": "10", "Events": ["CustomerReturned"]},
    "Transitions": {
        "NextAction": "end",
        "Conditions": [
            {"NextAction": "end", "Condition": {"Operator": "Equals", "Operands": ["CustomerReturned"]}},
            {"NextAction": "end", "Condition": {"Operator": "Equals", "Operands": ["WaitCompleted"]}},
        ],
        "Errors": [{"NextAction": "end", "ErrorType": "NoMatchingError"}],
    },
}
END = {"Identifier": "end", "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {}}
ON_ERROR = {"NextAction": "end", "Errors": [{"NextAction": "end", "ErrorType": "NoMatchingError"}]}


def problems(document: Any) -> list[str]:
    with pytest.raises(InvalidFlow) as raised:
        parse(document if isinstance(document, str) else json.dumps(document), CHECKS)
    return raised.value.problems


def flow(*actions: dict[str, Any], start: str = "end", **given: Any) -> dict[str, Any]:
    return {"Version": "2019-10-30", "StartAction": start, "Metadata": {}, "Actions": [*actions, END], **given}


def one(kind: str, parameters: dict[str, Any], transitions: dict[str, Any] | None = None) -> list[str]:
    """What is wrong with a single action of this kind."""
    action = {"Identifier": "a", "Type": kind, "Parameters": parameters, "Transitions": transitions or {}}
    return problems(flow(action))


@pytest.mark.parametrize("path", [SAMPLE_FLOW, HANDOVER_FLOW, *SAMPLES], ids=lambda path: str(path.stem))
def test_our_own_flows_are_taken(path: Any) -> None:
    assert parse(path.read_text(), CHECKS).start


def test_the_hand_over_flow_says_something_before_its_first_lambda() -> None:
    deployed = parse(HANDOVER_FLOW.read_text(), CHECKS)
    assert deployed.actions[deployed.start].type == "MessageParticipant"
    functions = [
        a.parameters["LambdaFunctionARN"] for a in deployed.actions.values() if "LambdaFunctionARN" in a.parameters
    ]
    assert functions == [HANDOVER]


@pytest.mark.parametrize("text", ["", "x", "[]", "{}", '{"Actions": 1}', "[" * 100_000])
def test_what_is_no_flow_at_all_is_refused_in_one_sentence(text: str) -> None:
    assert len(problems(text)) == 1


def test_all_problems_are_named_at_once() -> None:
    broken = flow(
        {"Identifier": "a", "Type": "Dance", "Parameters": {}, "Transitions": {"NextAction": "nowhere"}},
        {"Identifier": "b:", "Type": "Wait", "Parameters": {}, "Transitions": {}},
        Version="1",
        start="a",
    )
    assert problems(broken) == [
        "Version must be 2019-10-30",
        "action 'b:': Identifier must have 1 to 50 characters and none of $ % ( ) , / : ; = [ \\ ] { }",
        "action a: NextAction 'nowhere' is none of the actions",
        "action a: the flow language has no action of type Dance",
    ]


def test_two_actions_of_one_name_are_refused() -> None:
    assert problems(flow(END)) == ["two actions have the same Identifier"]


def test_a_start_that_is_not_there_is_refused() -> None:
    assert problems(flow(start="begin")) == ["StartAction 'begin' is none of the actions"]


def test_a_flow_of_251_actions_is_refused() -> None:
    many = [{**END, "Identifier": f"end{n}"} for n in range(250)]
    assert problems(flow(*many)) == ["a flow has 1 to 250 actions"]
    assert len(parse(json.dumps(flow(*many[1:])), CHECKS).actions) == 250


@pytest.mark.parametrize(
    ("action", "says"),
    [
        (7, "action 7: it has not the shape of an action"),
        ({"Type": "Wait", "Transitions": {}}, "Identifier is missing"),
        ({"Identifier": "a", "Transitions": {}}, "action 'a': Type is missing"),
        ({"Identifier": "a", "Type": "Wait"}, "action 'a': Transitions is missing"),
        (
            {"Identifier": "a", "Type": "Wait", "Parameters": [], "Transitions": {}},
            "action 'a': Parameters and Transitions must be objects",
        ),
        (
            {
                "Identifier": "a",
                "Type": "Compare",
                "Transitions": {
                    "Conditions": [{"NextAction": "end", "Condition": {"Operator": "Like", "Operands": ["x"]}}]
                },
            },
            "action 'a': Operator must be one of " + ", ".join(OPERATORS),
        ),
        (
            {
                "Identifier": "a",
                "Type": "Compare",
                "Transitions": {
                    "Conditions": [{"NextAction": "end", "Condition": {"Operator": "Equals", "Operands": [1]}}]
                },
            },
            "action 'a': Operands must be a list of strings; numbers are strings, too",
        ),
    ],
)
def test_an_action_of_the_wrong_shape_is_named(action: Any, says: str) -> None:
    found = problems(flow(action))
    assert len(found) == 1
    assert found[0].endswith(says)


@pytest.mark.parametrize(
    ("kind", "parameters", "transitions", "says"),
    [
        ("MessageParticipant", {}, ON_ERROR, ["exactly one of Media, PromptId, SSML, Text is needed"]),
        ("MessageParticipant", {"Text": "x"}, {}, ["NextAction is missing"]),
        (
            "InvokeLambdaFunction",
            {"LambdaFunctionARN": "f"},
            ON_ERROR,
            ["LambdaFunctionARN must be the ARN of a function"],
        ),
        (
            "InvokeLambdaFunction",
            {"LambdaFunctionARN": HANDOVER, "InvocationTimeLimitSeconds": "9", "LambdaInvocationAttributes": {"a": 1}},
            {"NextAction": "end"},
            [
                'InvocationTimeLimitSeconds must be a string from "1" to "8"',
                "LambdaInvocationAttributes must map names to strings",
                "Errors needs a branch for NoMatchingError",
            ],
        ),
        (
            "Compare",
            {},
            {},
            [
                "ComparisonValue is missing",
                "Compare needs Conditions",
                "Errors needs a branch for NoMatchingCondition",
            ],
        ),
        (
            "Wait",
            {"TimeLimitSeconds": 10},
            {},
            [
                "TimeLimitSeconds must be a string; numbers are strings, too",
                "Conditions needs a branch Equals WaitCompleted",
                "Errors needs a branch for NoMatchingError",
            ],
        ),
        (
            "Loop",
            {"LoopCount": "101"},
            ON_ERROR,
            [
                'LoopCount must be a string from "0" to "100"',
                "Conditions needs a branch Equals ContinueLooping",
                "Conditions needs a branch Equals DoneLooping",
                "a Loop has no Errors",
            ],
        ),
        ("DisconnectParticipant", {}, ON_ERROR, ["nothing comes after DisconnectParticipant"]),
        (
            "UpdateContactAttributes",
            {"TargetContact": "Past"},
            ON_ERROR,
            ["Attributes is missing", "TargetContact must be Current or Related"],
        ),
        (
            "UpdateContactTargetQueue",
            {"AgentId": "a", "QueueId": "b"},
            ON_ERROR,
            ["exactly one of QueueId (a queue) and AgentId (a user, for the agent's own queue) is needed"],
        ),
    ],
)
def test_what_connect_would_not_import_is_refused(
    kind: str, parameters: dict[str, Any], transitions: dict[str, Any], says: list[str]
) -> None:
    assert one(kind, parameters, transitions) == [f"action a: {problem}" for problem in says]


def test_the_documentations_timeout_seconds_is_refused_with_the_right_name() -> None:
    wait = copy.deepcopy(WAIT)
    wait["Parameters"]["TimeoutSeconds"] = "10"  # type: ignore[index]
    assert problems(flow(wait)) == [
        (
            "action wait: Wait has no parameter TimeoutSeconds,"
            " only TimeLimitSeconds, MinimumWaitTimeSeconds, ContinueExecution, Events"
        )
    ]


def test_a_wait_for_the_custom_participant_needs_the_branch_for_its_absence() -> None:
    wait = copy.deepcopy(WAIT)
    wait["Parameters"]["Events"] = ["BotParticipantDisconnected"]  # type: ignore[index]
    wait["Transitions"]["Conditions"][0]["Condition"]["Operands"] = ["BotParticipantDisconnected"]  # type: ignore[index]
    assert problems(flow(wait)) == ["action wait: Errors needs a branch for ParticipantNotFound"]


CONTEXT = {
    "Attributes": {"name": "Ada", "a name": "Grace", "evil": "$.Attributes.name"},
    "External": {"open": "true", "map": {"a": [1]}},
    "Channel": "CHAT",
    "CustomerId": None,
}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("$.Attributes.name", "Ada"),
        ("Hello $.Attributes.name. Welcome!", "Hello Ada. Welcome!"),
        ("$['Attributes']['a name']", "Grace"),
        ("$.Attributes['a name']", "Grace"),
        ("$.External.open/$.Channel", "true/CHAT"),
        ("$.External.map", '{"a": [1]}'),
        ("[$.Attributes.nobody]", "[]"),
        ("[$.CustomerId]", "[]"),
        ("[$.Channel.deeper]", "[]"),
        ("It costs $5, or $.50, or $.Nothing.known", "It costs $5, or $.50, or $.Nothing.known"),
        ("$.Attributes.evil", "$.Attributes.name"),
        ("", ""),
    ],
)
def test_references_are_replaced_once(text: str, expected: str) -> None:
    assert resolve(text, CONTEXT) == expected


@given(st.text())
def test_a_value_is_never_read_as_a_reference(value: str) -> None:
    assert resolve("<$.Attributes.v>", {"Attributes": {"v": value}}) == f"<{value}>"


@pytest.mark.parametrize(
    ("operator", "value", "operand", "expected"),
    [
        ("Equals", "a", "a", True),
        ("Equals", "a", "A", False),
        ("TextStartsWith", "abc", "ab", True),
        ("TextEndsWith", "abc", "bc", True),
        ("TextContains", "abc", "b", True),
        ("TextContains", "abc", "x", False),
        ("NumberGreaterThan", "10", "9", True),
        ("NumberGreaterThan", "9", "9", False),
        ("NumberGreaterOrEqualTo", "9", "9.0", True),
        ("NumberLessThan", "-1", "0", True),
        ("NumberLessOrEqualTo", "1", "0", False),
        ("NumberLessThan", "many", "1", False),
        ("NumberLessThan", "nan", "1", False),
        ("NumberGreaterThan", "inf", "1", False),
    ],
)
def test_operators(operator: str, value: str, operand: str, expected: bool) -> None:
    assert holds(operator, value, [operand]) is expected
