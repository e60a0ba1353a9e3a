"""Every operation of connect, asked rightly but for one member: a documented error, and a world as it was before."""

from __future__ import annotations

import base64
import copy
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.model import ListShape, MapShape, OperationModel, Shape, StructureShape
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from emulator.cli import SAMPLE_FLOW
from emulator.coverage import emulated
from emulator.restjson import Request, Response
from emulator.restjson.read import wire_name
from emulator.restjson.routes import model_of
from emulator.world import register
from tests.amazon import Amazon
from tests.emulating import INBOUND_FLOW, INSTANCE, TOPIC

SIGNED = {
    "authorization": "AWS4-HMAC-SHA256 Credential=test/20270115/us-east-1/connect/aws4_request,"
    f" SignedHeaders=host, Signature={64 * '0'}",
    "host": "127.0.0.1:8001",
}
Members = dict[str, Any]


class Ready:
    """A world with one of everything, and for every operation a request that would succeed."""

    def __init__(self, amazon: Amazon) -> None:
        self.amazon = amazon
        self.contact, _ = amazon.customer()
        self.streaming = amazon.stream(self.contact)
        self.past, _ = amazon.customer()
        amazon.connect.stop_contact(InstanceId=INSTANCE, ContactId=self.past)
        made = {"Username": "ada", **self._user()}
        self.user = amazon.connect.create_user(InstanceId=INSTANCE, **made)["UserId"]

    def _known(self, kind: str, name: str) -> str:
        return register.default_id(self.amazon.world, kind, name)

    def _user(self) -> Members:
        return {
            "Password": "Passw0rd!",
            "SecurityProfileIds": [self._known(register.SECURITY_PROFILE, "Agent")],
            "RoutingProfileId": self._known(register.ROUTING_PROFILE, "Basic Routing Profile"),
        }

    def request(self, operation: str) -> Members:
        """Members by their names in the model."""
        shape = model_of("connect").operation_model(operation).input_shape
        named = {"InstanceId": INSTANCE} if shape is not None and "InstanceId" in shape.members else {}
        return copy.deepcopy({**named, **self._about().get(operation, {})})

    def _about(self) -> dict[str, Members]:
        contact, flow = {"ContactId": self.contact}, {"ContactFlowId": INBOUND_FLOW}
        queue, profile = self._known(register.QUEUE, "BasicQueue"), self._user()["RoutingProfileId"]
        hours, first = self._known(register.HOURS, "Basic Hours"), {"InitialContactId": self.contact}
        content = self.amazon._options.flows[INBOUND_FLOW].text
        stream = {"ChatStreamingConfiguration": {"StreamingEndpointArn": TOPIC + "-2"}, "ClientToken": "t"}
        timer = {
            "ParticipantRole": "AGENT",
            "TimerType": "IDLE",
            "TimerValue": {"ParticipantTimerDurationInMinutes": 2},
        }
        wide = {"Type": "INITIATION_TIMESTAMP", "StartTime": 0, "EndTime": 2_000_000_000}
        slot = {"Day": "MONDAY", "StartTime": {"Hours": 8, "Minutes": 0}, "EndTime": {"Hours": 9, "Minutes": 0}}
        return {
            "StartChatContact": {
                **flow,
                "ParticipantDetails": {"DisplayName": "Ada"},
                "Attributes": {"a": "b"},
                "InitialMessage": {"ContentType": "text/plain", "Content": "Hello"},
                "ChatDurationInMinutes": 60,
                "SupportedMessagingContentTypes": ["text/plain"],
                "PersistentChat": {"RehydrationType": "FROM_SEGMENT", "SourceContactId": self.past},
                "SegmentAttributes": {"tier": {"ValueString": "gold"}},
                "CustomerId": "c",
                "ParticipantConfiguration": {"ResponseMode": "COMPLETE"},
                "DisconnectOnCustomerExit": ["AGENT"],
                "ConnectionTypes": ["WEBSOCKET", "CONNECTION_CREDENTIALS"],
                "ChatStreamingConfiguration": {"StreamingEndpointArn": TOPIC},
            },
            "StopContact": {**contact, "DisconnectReason": {"Code": "API"}},
            "DescribeContact": contact,
            "GetContactAttributes": first,
            "UpdateContactAttributes": {**first, "Attributes": {"a": "c"}},
            "CreateParticipant": {
                **contact,
                "ParticipantDetails": {"ParticipantRole": "CUSTOM_BOT", "DisplayName": "B"},
            },
            "StartContactStreaming": {**contact, **stream},
            "StopContactStreaming": {**contact, "StreamingId": self.streaming},
            "CreatePersistentContactAssociation": {
                **first,
                "RehydrationType": "FROM_SEGMENT",
                "SourceContactId": self.past,
            },
            "UpdateContact": {
                **contact,
                "Name": "n",
                "Description": "d",
                "References": {"r": {"Type": "URL", "Value": "v"}},
                "SegmentAttributes": {"tier": {"ValueString": "gold"}},
            },
            "ListContactReferences": {**contact, "ReferenceTypes": ["URL"]},
            "UpdateParticipantRoleConfig": {
                **contact,
                "ChannelConfiguration": {"Chat": {"ParticipantTimerConfigList": [timer]}},
            },
            "SearchContacts": {
                "TimeRange": wide,
                "SearchCriteria": {"Name": {"SearchText": ["n"], "MatchType": "MATCH_ALL"}, "Channels": ["CHAT"]},
                "MaxResults": 1,
                "Sort": {"FieldName": "CHANNEL", "Order": "ASCENDING"},
            },
            "CreateContactFlow": {"Name": "new", "Type": "CONTACT_FLOW", "Content": content},
            "DescribeContactFlow": flow,
            "UpdateContactFlowContent": {**flow, "Content": content},
            "UpdateContactFlowName": {**flow, "Name": "new"},
            "UpdateContactFlowMetadata": {**flow, "Name": "new", "ContactFlowState": "ARCHIVED"},
            "ListContactFlows": {"ContactFlowTypes": ["CONTACT_FLOW"], "MaxResults": 1},
            "CreateQueue": {"Name": "new", "HoursOfOperationId": hours, "MaxContacts": 1},
            "DescribeQueue": {"QueueId": queue},
            "ListQueues": {"QueueTypes": ["STANDARD"], "MaxResults": 1},
            "CreateHoursOfOperation": {"Name": "new", "TimeZone": "UTC", "Config": [slot]},
            "DescribeHoursOfOperation": {"HoursOfOperationId": hours},
            "CreateUser": {"Username": "new", **self._user(), "IdentityInfo": {"FirstName": "A"}},
            "DescribeUser": {"UserId": self.user},
            "CreateRoutingProfile": {
                "Name": "new",
                "Description": "d",
                "DefaultOutboundQueueId": queue,
                "QueueConfigs": [{"QueueReference": {"QueueId": queue, "Channel": "CHAT"}, "Priority": 1, "Delay": 0}],
                "MediaConcurrencies": [{"Channel": "CHAT", "Concurrency": 1}],
            },
            "DescribeRoutingProfile": {"RoutingProfileId": profile},
            "ListRoutingProfileQueues": {"RoutingProfileId": profile, "MaxResults": 1},
            "CreateAgentStatus": {"Name": "new", "State": "ENABLED", "DisplayOrder": 1},
            "DescribeAgentStatus": {"AgentStatusId": self._known(register.STATUS, "Available")},
            "ListAgentStatuses": {"AgentStatusTypes": ["ROUTABLE"], "MaxResults": 1},
        }


def sent(amazon: Amazon, operation: OperationModel, members: Members) -> Response:
    """On the wire as it is, valid or not; what cannot be put into a path or a query is put there as text."""
    path, query, body = operation.http["requestUri"], [], {}
    for name, value in members.items():
        member = operation.input_shape.members.get(name)
        location = member.serialization.get("location") if member else None
        if location == "uri":
            path = path.replace("{" + wire_name(name, member) + "}", escaped(value) or "%20")
        elif location == "querystring":
            query += [
                f"{wire_name(name, member)}={escaped(v)}" for v in (value if isinstance(value, list) else [value])
            ]
        else:
            body[wire_name(name, member) if member else name] = value
    return amazon.emulator.respond(
        Request(operation.http["method"], path, "&".join(query), SIGNED, json.dumps(body).encode())
    )


def escaped(value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(value)
    return "".join(f"%{octet:02X}" for octet in text.encode("utf-8", "surrogatepass"))


def places(shape: Shape, value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Shape]]:
    """Every member of the request, however deep, with its shape."""
    if path:
        yield path, shape
    if isinstance(shape, StructureShape) and isinstance(value, dict):
        for name, inner in value.items():
            yield from places(shape.members[name], inner, (*path, name))
    elif isinstance(shape, ListShape) and isinstance(value, list):
        for n, inner in enumerate(value):
            yield from places(shape.member, inner, (*path, n))
    elif isinstance(shape, MapShape) and isinstance(value, dict):
        for name, inner in value.items():
            yield from places(shape.value, inner, (*path, name))


def spoilt(members: Members, path: tuple[Any, ...], spoil: Callable[[Any, Any], None]) -> Members:
    changed = copy.deepcopy(members)
    inner: Any = changed
    for step in path[:-1]:
        inner = inner[step]
    spoil(inner, path[-1])
    return changed


def gone(holder: Any, key: Any) -> None:
    del holder[key]


def becomes(value: Any) -> Callable[[Any, Any], None]:
    def put(holder: Any, key: Any) -> None:
        holder[key] = value

    return put


NASTY = st.sampled_from(
    [
        None,
        True,
        -1,
        0,
        2**63,
        1.5,
        "",
        " ",
        "x" * 20_000,
        "\ud800",
        "\x00",
        "' OR 1=1 --",
        "../../etc/passwd",
        "$.Attributes.a",
        "%00%2e%2e",
        "*",
        [],
        [[]],
        {},
        {"a": {}},
        ["x"] * 300,
        "\uff21\u202e",
        base64.b64encode(b"[]").decode(),
        base64.b64encode(b"after 99999999999999999999").decode(),
    ]
)
# What an agent of Connect has to do with is held to this where agents are.
OF_AGENTS = {"AssociateContactWithUser", "GetContactMetrics", "TransferContact", "PutUserStatus", "GetCurrentUserData"}
OPERATIONS = sorted(set(emulated()["connect"]) - OF_AGENTS)


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ready]:
    amazon = Amazon(tmp_path_factory.mktemp("hostile") / "state", SAMPLE_FLOW.read_text(), {})
    yield Ready(amazon)
    amazon.close()


def answered(ready: Ready, operation: str, members: Members) -> None:
    """What every answer must be; the change of one that succeeded is taken back."""
    model, store = model_of("connect").operation_model(operation), ready.amazon.world.store
    before = store.dump()
    with store.change() as change:
        response = sent(ready.amazon, model, members)
        change.undone = True
    assert store.dump() == before
    if response.status == 200:
        return
    code = response.headers["x-amzn-errortype"]
    listed = {shape.name: shape.metadata["error"]["httpStatusCode"] for shape in model.error_shapes}
    allowed = {**listed, "NotImplementedException": 501, "UnknownOperationException": 404}
    allowed.setdefault("ResourceNotFoundException", 404)
    assert response.status == allowed.get(code), (code, members)
    assert code != "InternalServiceException", members


@pytest.mark.parametrize("operation", OPERATIONS)
def test_the_request_that_is_spoilt_below_would_succeed(ready: Ready, operation: str) -> None:
    model, store = model_of("connect").operation_model(operation), ready.amazon.world.store
    with store.change() as change:
        response = sent(ready.amazon, model, ready.request(operation))
        change.undone = True
    assert (response.status, response.headers.get("x-amzn-errortype")) == (200, None), response.body


@pytest.mark.parametrize("operation", OPERATIONS)
def test_a_required_member_that_is_missing_is_told_by_its_name(ready: Ready, operation: str) -> None:
    model, members = model_of("connect").operation_model(operation), ready.request(operation)
    for name in model.input_shape.required_members:
        if "location" in model.input_shape.members[name].serialization:
            continue
        before = ready.amazon.world.store.dump()
        response = sent(ready.amazon, model, spoilt(members, (name,), gone))
        assert response.status == 400
        assert f"{name} is required" in response.body.decode()
        assert ready.amazon.world.store.dump() == before


@pytest.mark.parametrize("operation", OPERATIONS)
@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_any_member_spoilt_gets_a_documented_answer(ready: Ready, operation: str, data: st.DataObject) -> None:
    model, members = model_of("connect").operation_model(operation), ready.request(operation)
    found = [path for path, _ in places(model.input_shape, members)]
    optional = [(name,) for name in model.input_shape.members if (name,) not in found]
    if not found + optional:
        return
    path = data.draw(st.sampled_from(found + optional))
    spoil = gone if path in found and data.draw(st.booleans()) else becomes(data.draw(NASTY))
    answered(ready, operation, spoilt(members, path, spoil))
