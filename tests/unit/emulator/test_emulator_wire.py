"""The wire: what comes in broken is told apart, and nothing broken ever changes the world."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import ClientError
from botocore.model import ListShape, MapShape, Shape, StructureShape
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connect_emulator.coverage import emulated
from connect_emulator.restjson import Request, Response
from connect_emulator.restjson.read import read
from connect_emulator.restjson.routes import model_of
from connect_emulator.restjson.service import BODY_LIMIT
from tests.amazon import Amazon
from tests.emulating import INSTANCE

SIGNED = {
    "authorization": "AWS4-HMAC-SHA256 Credential=test/20270115/us-east-1/connect/aws4_request,"
    f" SignedHeaders=host, Signature={64 * '0'}",
    "host": "127.0.0.1:8001",
}


def put(amazon: Amazon, body: bytes, path: str = "/contact/chat", method: str = "PUT") -> Response:
    return amazon.emulator.respond(Request(method, path, "", SIGNED, body))


def error(response: Response) -> tuple[int, str]:
    return response.status, response.headers["x-amzn-errortype"]


def test_an_operation_that_is_not_emulated_says_its_name_before_it_asks_who_calls(amazon: Amazon) -> None:
    response = amazon.emulator.respond(Request("POST", "/contact/monitor"))
    assert error(response) == (501, "NotImplementedException")
    assert json.loads(response.body) == {"message": "MonitorContact is not emulated"}


def test_boto3_names_the_operation_that_is_not_emulated(amazon: Amazon) -> None:
    with pytest.raises(ClientError) as raised:
        amazon.connect.list_prompts(InstanceId=INSTANCE)
    assert raised.value.response["Error"] == {
        "Code": "NotImplementedException",
        "Message": "ListPrompts is not emulated",
    }


def test_an_unknown_route_is_a_typed_404(amazon: Amazon) -> None:
    assert error(put(amazon, b"{}", "/contact/nothing")) == (404, "UnknownOperationException")
    assert error(put(amazon, b"{}", "/participant/nothing", "POST")) == (404, "UnknownOperationException")


def test_an_unsigned_call_to_connect_is_refused(amazon: Amazon) -> None:
    client = amazon.client("connect", Config(signature_version=UNSIGNED))
    with pytest.raises(ClientError) as raised:
        client.describe_contact(InstanceId=INSTANCE, ContactId="c")
    assert raised.value.response["Error"] == {
        "Code": "MissingAuthenticationTokenException",
        "Message": "Missing Authentication Token",
    }


def test_a_participant_needs_no_signature_and_a_junk_one_is_ignored(amazon: Amazon) -> None:
    started = amazon.start_chat()
    body = json.dumps({"Type": ["CONNECTION_CREDENTIALS"]}).encode()
    headers = {"x-amz-bearer": started["ParticipantToken"], "host": "127.0.0.1:8001"}
    for authorization in ({}, {"authorization": "AWS4-HMAC-SHA256 Credential=/20261120/us-east-1/execute-api/junk"}):
        request = Request("POST", "/participant/connection", "", headers | authorization, body)
        assert amazon.emulator.respond(request).status == 200


@pytest.mark.parametrize("bearer", [None, "", "x", "x" * 1001])
def test_a_bearer_that_nobody_has_is_denied(amazon: Amazon, bearer: str | None) -> None:
    headers = {"host": "127.0.0.1:8001"} if bearer is None else {"host": "h", "x-amz-bearer": bearer}
    body = json.dumps({"ContentType": "text/plain", "Content": "hello"}).encode()
    response = amazon.emulator.respond(Request("POST", "/participant/message", "", headers, body))
    assert error(response) == (403, "AccessDeniedException")


@pytest.mark.parametrize(
    "body",
    [
        b"not json",
        b"\xff\xfe",
        b"[]",
        b"null",
        b'"text"',
        b"[" * 100_000,
        b'{"InstanceId":' * 2_000,
        b"1" * 5_000,
        b" " * (BODY_LIMIT + 1),
        json.dumps({"SegmentAttributes": {"a": "deep"}})
        .replace('"deep"', '{"ValueMap":{"a":' * 60 + "1" + "}}" * 60)
        .encode(),
    ],
    ids=["text", "not-utf8", "list", "null", "string", "brackets", "objects", "number", "too-large", "deep"],
)
def test_a_body_that_is_no_object_is_a_typed_400(amazon: Amazon, body: bytes) -> None:
    assert error(put(amazon, body)) == (400, "InvalidParameterException")
    before = amazon.start_chat()
    response = amazon.emulator.respond(
        Request("POST", "/participant/message", "", {"x-amz-bearer": before["ParticipantToken"]}, body)
    )
    assert error(response) == (400, "ValidationException")


@pytest.mark.parametrize(
    ("member", "value", "says"),
    [
        ("InstanceId", None, "InstanceId is required"),
        ("InstanceId", 7, "InstanceId must be a string"),
        ("InstanceId", "", "InstanceId must be at least 1 characters"),
        ("InstanceId", "\ud800", "InstanceId must be well-formed Unicode text"),
        ("ContactFlowId", "f" * 501, "ContactFlowId must be at most 500 characters"),
        ("ParticipantDetails", [], "ParticipantDetails must be an object"),
        ("ParticipantDetails", {}, "ParticipantDetails.DisplayName is required"),
        ("Attributes", {"a": 1}, "Attributes['a'] must be a string"),
        ("ChatDurationInMinutes", True, "ChatDurationInMinutes must be an integer"),
        ("ChatDurationInMinutes", 59, "ChatDurationInMinutes must be at least 60"),
        ("ChatDurationInMinutes", 10_081, "ChatDurationInMinutes must be at most 10080"),
        ("ConnectionTypes", ["WEBSOCKET"] * 3, "ConnectionTypes must be at most 2 entries"),
        (
            "PersistentChat",
            {"RehydrationType": "SOMETIMES"},
            "PersistentChat.RehydrationType must be one of ENTIRE_PAST_SESSION, FROM_SEGMENT",
        ),
    ],
)
def test_what_is_wrong_with_a_member_is_said_by_its_name(amazon: Amazon, member: str, value: Any, says: str) -> None:
    body = {"InstanceId": INSTANCE, "ContactFlowId": "f", "ParticipantDetails": {"DisplayName": "Ada"}, member: value}
    response = put(amazon, json.dumps(body).encode())
    assert error(response) == (400, "InvalidParameterException")
    assert json.loads(response.body) == {"Message": says}


def test_a_union_takes_exactly_one_of_its_members() -> None:
    shape = model_of("connect").shape_for("ParticipantTimerValue")
    for value in ({}, {"ParticipantTimerAction": "Unset", "ParticipantTimerDurationInMinutes": 2}):
        problems: list[str] = []
        read(shape, value, "TimerValue", problems)
        assert problems == ["TimerValue takes exactly one of ParticipantTimerAction, ParticipantTimerDurationInMinutes"]


def test_an_error_of_a_model_has_the_models_spelling(amazon: Amazon) -> None:
    with pytest.raises(amazon.connect.exceptions.ContactNotFoundException) as raised:
        amazon.connect.stop_contact(InstanceId=INSTANCE, ContactId="nobody")
    assert raised.value.response["ResponseMetadata"]["HTTPStatusCode"] == 410
    assert raised.value.response["Error"]["Message"] == "the contact does not exist or has ended"


def test_a_label_may_hold_what_a_path_may_not(amazon: Amazon) -> None:
    contact_id, _ = amazon.customer()
    described = amazon.connect.describe_contact(
        InstanceId=f"arn:aws:connect:us-east-1:123456789012:instance/{INSTANCE}", ContactId=contact_id
    )
    assert described["Contact"]["Id"] == contact_id


# ---- any body at all, shaped or not --------------------------------------------------------------------------------

_HOSTILE = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=40)
    | st.just("\ud800")
    | st.just("x" * 20_000),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=8,
)
EMULATED = {service: operations for service, operations in emulated().items() if service != "sns"}


def shaped(shape: Shape, depth: int = 0) -> st.SearchStrategy[Any]:
    """Values that fit a shape here and there: the right members, now and then with something else in them."""
    if isinstance(shape, StructureShape) and depth < 4:
        members = {name: shaped(member, depth + 1) for name, member in shape.members.items()}
        return st.fixed_dictionaries({}, optional=members) | _HOSTILE
    if isinstance(shape, ListShape) and depth < 4:
        return st.lists(shaped(shape.member, depth + 1), max_size=3) | _HOSTILE
    if isinstance(shape, MapShape) and depth < 4:
        return st.dictionaries(st.text(max_size=8), shaped(shape.value, depth + 1), max_size=3) | _HOSTILE
    choices = shape.metadata.get("enum")
    return st.sampled_from(choices) | _HOSTILE if choices else _HOSTILE


def token_of(amazon: Amazon) -> str:
    """A participant's token; the chat is begun once, the examples share it."""
    known = amazon.world.store.value("SELECT token FROM participant LIMIT 1")
    return str(known or amazon.start_chat()["ParticipantToken"])


@pytest.mark.parametrize(("service", "operation"), [(s, o) for s, names in EMULATED.items() for o in names])
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_any_body_gets_a_typed_answer_and_a_refused_one_changes_nothing(
    amazon: Amazon, service: str, operation: str, data: st.DataObject
) -> None:
    model = model_of(service).operation_model(operation)
    token = token_of(amazon)
    path = re.sub(r"\{\w+\}", "c", model.http["requestUri"].replace("{InstanceId}", INSTANCE))
    body = data.draw(shaped(model.input_shape) if model.input_shape else _HOSTILE)
    if isinstance(body, dict) and data.draw(st.booleans()):
        body["InstanceId"] = INSTANCE
    before = amazon.world.store.dump()
    response = amazon.emulator.respond(
        Request(
            model.http["method"],
            path,
            "",
            SIGNED | {"x-amz-bearer": token},
            json.dumps(body).encode(),
        )
    )
    json.loads(response.body)
    if response.status != 200:
        assert 400 <= response.status <= 499 or response.headers["x-amzn-errortype"] == "NotImplementedException"
        assert response.headers["x-amzn-errortype"].endswith("Exception")
        assert amazon.world.store.dump() == before
