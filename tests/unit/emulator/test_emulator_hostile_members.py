"""Every operation, asked rightly but for one member: a documented error, and a world as it was before."""

from __future__ import annotations

import base64
import copy
import json
import re
import uuid
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from botocore.model import ListShape, MapShape, OperationModel, Shape, StructureShape
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connect_emulator.attachments import bucket
from connect_emulator.cli import SAMPLE_FLOW
from connect_emulator.coverage import emulated
from connect_emulator.restjson import Request, Response
from connect_emulator.restjson.read import wire_name
from connect_emulator.restjson.routes import model_of
from connect_emulator.world import register
from tests.amazon import BASIC_QUEUE, Amazon
from tests.emulating import INBOUND_FLOW, INSTANCE, TOPIC
from tests.flows import action, flow, queue, transfer

SIGNED = {
    "authorization": "AWS4-HMAC-SHA256 Credential=test/20270115/us-east-1/connect/aws4_request,"
    f" SignedHeaders=host, Signature={64 * '0'}",
    "host": "127.0.0.1:8001",
}
Members = dict[str, Any]
PNG = b"\x89PNG\r\n\x1a\n" + b"x" * 20
A_FILE = {"AttachmentName": "a.png", "ContentType": "image/png", "AttachmentSizeInBytes": len(PNG)}


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
        to_queue = flow(queue("q", "transfer", QueueId=BASIC_QUEUE), transfer())
        new = {"Name": "To queue", "Type": "CONTACT_FLOW", "Content": to_queue}
        entry = amazon.connect.create_contact_flow(InstanceId=INSTANCE, **new)["ContactFlowId"]
        started = amazon.connect.start_chat_contact(
            InstanceId=INSTANCE, ContactFlowId=entry, ParticipantDetails={"DisplayName": "Ada"}
        )
        self.queued, self.participant_token = started["ContactId"], started["ParticipantToken"]
        self.token = amazon.connected(self.participant_token)
        self.said = amazon.say(self.token, "Hello")["Id"]
        managed = {"IdentityManagementType": "SAML", "InboundCallsEnabled": True, "OutboundCallsEnabled": True}
        self.spare = amazon.connect.create_instance(**managed)["Id"]
        self.files = [self._upload() for _ in range(2)]
        amazon.participant.complete_attachment_upload(
            ConnectionToken=self.token, AttachmentIds=self.files[:1], ClientToken="c"
        )
        amazon.background.settle()
        for n in range(2):
            amazon.sns.subscribe(TopicArn=TOPIC, Protocol="https", Endpoint=f"https://endpoint{n}.example/")
        returns = flow(action("return", "EndFlowModuleExecution", {}))
        made_module = amazon.connect.create_contact_flow_module(InstanceId=INSTANCE, Name="Mine", Content=returns)
        self.module = made_module["Id"]
        rows = amazon.world.store.all("SELECT arn, token FROM subscription ORDER BY endpoint")
        self.subscription, self.subscription_token = rows[0]["arn"], rows[1]["token"]

    def _upload(self) -> str:
        made = self.amazon.participant.start_attachment_upload(
            ConnectionToken=self.token, **A_FILE, ClientToken=str(uuid.uuid4())
        )
        url = urlsplit(made["UploadMetadata"]["Url"])
        request = Request("PUT", url.path, url.query, {"content-type": "image/png"}, PNG)
        assert bucket.respond(self.amazon.world, request).status == 200
        return str(made["AttachmentId"])

    def _known(self, kind: str, name: str) -> str:
        return register.default_id(self.amazon.world, kind, name)

    def _user(self) -> Members:
        return {
            "Password": "Passw0rd!",
            "SecurityProfileIds": [self._known(register.SECURITY_PROFILE, "Agent")],
            "RoutingProfileId": self._known(register.ROUTING_PROFILE, "Basic Routing Profile"),
        }

    def request(self, operation: OperationModel) -> Members:
        """Members by their names in the model."""
        shape, about = operation.input_shape, {**self._about(), **self._said_by_participants(), **self._of_topics()}
        known = {"InstanceId": INSTANCE, "ConnectionToken": self.token, "TopicArn": TOPIC}
        named = {name: value for name, value in known.items() if shape is not None and name in shape.members}
        return copy.deepcopy({**named, **about.get(operation.name, {})})

    def _said_by_participants(self) -> dict[str, Members]:
        session = {"SessionId": str(uuid.uuid4())}
        return {
            "CreateParticipantConnection": {
                "ParticipantToken": self.participant_token,
                "Type": ["WEBSOCKET", "CONNECTION_CREDENTIALS"],
                "ConnectParticipant": True,
            },
            "SendMessage": {"ContentType": "text/plain", "Content": "Hello", "ClientToken": "t"},
            "SendEvent": {
                "ContentType": "application/vnd.amazonaws.connect.event.message.read",
                "Content": json.dumps({"messageId": self.said}),
                "ClientToken": "t",
            },
            "GetTranscript": {
                "ContactId": self.queued,
                "MaxResults": 10,
                "ScanDirection": "BACKWARD",
                "SortOrder": "ASCENDING",
                "StartPosition": {"Id": self.said},
            },
            "DisconnectParticipant": {"ClientToken": "t"},
            "StartAttachmentUpload": {**A_FILE, "ClientToken": "t"},
            "CompleteAttachmentUpload": {"AttachmentIds": self.files[1:], "ClientToken": "t"},
            "GetAttachment": {"AttachmentId": self.files[0], "UrlExpiryInSeconds": 60},
            "DescribeView": {"ViewToken": "v"},
            "GetAuthenticationUrl": {**session, "RedirectUri": "https://shop.example/"},
            "CancelParticipantAuthentication": session,
        }

    def _of_topics(self) -> dict[str, Members]:
        endpoint = {"Protocol": "https", "Endpoint": "https://endpoint.example/"}
        return {
            "Subscribe": {**endpoint, "ReturnSubscriptionArn": True},
            "ConfirmSubscription": {"Token": self.subscription_token},
            "Unsubscribe": {"SubscriptionArn": self.subscription},
            "CreateTopic": {"Name": "ccp-portal"},
            "SetTopicAttributes": {"AttributeName": "DisplayName", "AttributeValue": "Portal"},
            "GetSubscriptionAttributes": {"SubscriptionArn": self.subscription},
            "SetSubscriptionAttributes": {
                "SubscriptionArn": self.subscription,
                "AttributeName": "RedrivePolicy",
                "AttributeValue": "{}",
            },
        }

    def _about(self) -> dict[str, Members]:
        contact, of_flow = {"ContactId": self.contact}, {"ContactFlowId": INBOUND_FLOW}
        profile = self._user()["RoutingProfileId"]
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
                **of_flow,
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
            "AssociateContactWithUser": {"ContactId": self.queued, "UserId": self.user},
            "GetContactMetrics": {"ContactId": self.queued, "Metrics": [{"Name": "POSITION_IN_QUEUE"}]},
            "TransferContact": {**contact, **of_flow, "ClientToken": "t"},
            "CreateContactFlowModule": {"Name": "new", "Content": content},
            "DescribeContactFlowModule": {"ContactFlowModuleId": self.module},
            "ListContactFlowModules": {"ContactFlowModuleState": "ACTIVE", "MaxResults": 1},
            "UpdateContactFlowModuleContent": {"ContactFlowModuleId": self.module, "Content": content},
            "UpdateContactFlowModuleMetadata": {"ContactFlowModuleId": self.module, "Name": "new", "State": "ARCHIVED"},
            "DeleteContactFlowModule": {"ContactFlowModuleId": self.module},
            "CreateInstance": {
                "IdentityManagementType": "SAML",
                "InstanceAlias": "new",
                "InboundCallsEnabled": True,
                "OutboundCallsEnabled": True,
            },
            "DeleteInstance": {"InstanceId": self.spare},
            "TagResource": {"resourceArn": self.amazon.world.instance.arn, "tags": {"a": "b"}},
            "UntagResource": {"resourceArn": self.amazon.world.instance.arn, "tagKeys": ["a"]},
            "ListTagsForResource": {"resourceArn": self.amazon.world.instance.arn},
            "DeleteContactFlow": of_flow,
            "CreateContactFlow": {"Name": "new", "Type": "CONTACT_FLOW", "Content": content},
            "DescribeContactFlow": of_flow,
            "UpdateContactFlowContent": {**of_flow, "Content": content},
            "UpdateContactFlowName": {**of_flow, "Name": "new"},
            "UpdateContactFlowMetadata": {**of_flow, "Name": "new", "ContactFlowState": "ARCHIVED"},
            "ListContactFlows": {"ContactFlowTypes": ["CONTACT_FLOW"], "MaxResults": 1},
            "CreateQueue": {"Name": "new", "HoursOfOperationId": hours, "MaxContacts": 1},
            "DescribeQueue": {"QueueId": BASIC_QUEUE},
            "ListQueues": {"QueueTypes": ["STANDARD"], "MaxResults": 1},
            "CreateHoursOfOperation": {"Name": "new", "TimeZone": "UTC", "Config": [slot]},
            "DescribeHoursOfOperation": {"HoursOfOperationId": hours},
            "CreateUser": {"Username": "new", **self._user(), "IdentityInfo": {"FirstName": "A"}},
            "DescribeUser": {"UserId": self.user},
            "CreateRoutingProfile": {
                "Name": "new",
                "Description": "d",
                "DefaultOutboundQueueId": BASIC_QUEUE,
                "QueueConfigs": [
                    {"QueueReference": {"QueueId": BASIC_QUEUE, "Channel": "CHAT"}, "Priority": 1, "Delay": 0}
                ],
                "MediaConcurrencies": [{"Channel": "CHAT", "Concurrency": 1}],
            },
            "DescribeRoutingProfile": {"RoutingProfileId": profile},
            "ListRoutingProfileQueues": {"RoutingProfileId": profile, "MaxResults": 1},
            "CreateAgentStatus": {"Name": "new", "State": "ENABLED", "DisplayOrder": 1},
            "DescribeAgentStatus": {"AgentStatusId": self._known(register.STATUS, "Available")},
            "ListAgentStatuses": {"AgentStatusTypes": ["ROUTABLE"], "MaxResults": 1},
        }


def sent(amazon: Amazon, service: str, operation: OperationModel, members: Members) -> Response:
    """On the wire as it is, valid or not; what cannot be put into a path, a query or a header is put there as text."""
    if service in {"sns", "sts"}:
        form = "&".join([f"Action={operation.name}", *(f"{name}={escaped(value)}" for name, value in members.items())])
        headers = SIGNED | {"authorization": SIGNED["authorization"].replace("/connect/", f"/{service}/")}
        return amazon.emulator.respond(Request("POST", "/", "", headers, form.encode()))
    path, query, headers, body = operation.http["requestUri"], [], dict(SIGNED), {}
    for name, value in members.items():
        member = operation.input_shape.members.get(name)
        location = member.serialization.get("location") if member else None
        if location == "uri":
            path = path.replace("{" + wire_name(name, member) + "}", escaped(value) or "%20")
        elif location == "querystring":
            query += [
                f"{wire_name(name, member)}={escaped(v)}" for v in (value if isinstance(value, list) else [value])
            ]
        elif location == "header":
            headers[wire_name(name, member).lower()] = unquote(escaped(value), "latin-1")
        else:
            body[wire_name(name, member) if member else name] = value
    return amazon.emulator.respond(
        Request(operation.http["method"], path, "&".join(query), headers, json.dumps(body).encode())
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
CANNOT = {"TransferContact", "DescribeView", "GetAuthenticationUrl", "CancelParticipantAuthentication"}
OPERATIONS = [(service, operation) for service, there in emulated().items() for operation in there]


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ready]:
    amazon = Amazon(tmp_path_factory.mktemp("hostile") / "state", SAMPLE_FLOW.read_text(), {})
    yield Ready(amazon)
    amazon.close()


def tried(ready: Ready, service: str, operation: OperationModel, members: Members) -> tuple[int, str, str]:
    """Status, code and body of an answer; the change of a call that succeeded is taken back."""
    store = ready.amazon.world.store
    before = store.dump()
    with store.change() as change:
        response = sent(ready.amazon, service, operation, members)
        change.undone = True
    assert store.dump() == before
    text = response.body.decode()
    if response.status == 200:
        return 200, "", text
    named = re.search("<Code>(.*)</Code>", text) if service in {"sns", "sts"} else None
    return response.status, named[1] if named else response.headers["x-amzn-errortype"], text


def answered(ready: Ready, service: str, operation: OperationModel, members: Members) -> None:
    """What every answer must be."""
    status, code, _ = tried(ready, service, operation, members)
    if status == 200:
        return
    errors = [(shape.name, shape.metadata["error"]) for shape in operation.error_shapes]
    listed = {error.get("code", name): error["httpStatusCode"] for name, error in errors}
    allowed = {**listed, "NotImplementedException": 501, "UnknownOperationException": 404}
    allowed.setdefault("ResourceNotFoundException", 404)
    assert status == allowed.get(code), (code, members)
    assert not code.startswith("Internal"), members


@pytest.mark.parametrize(("service", "name"), [row for row in OPERATIONS if row[1] not in CANNOT])
def test_the_request_that_is_spoilt_below_would_succeed(ready: Ready, service: str, name: str) -> None:
    operation = model_of(service).operation_model(name)
    status, code, text = tried(ready, service, operation, ready.request(operation))
    assert (status, code) == (200, ""), text


@pytest.mark.parametrize(("service", "name"), OPERATIONS)
def test_a_required_member_that_is_missing_is_told_by_its_name(ready: Ready, service: str, name: str) -> None:
    operation = model_of(service).operation_model(name)
    members = ready.request(operation)
    for member in operation.input_shape.required_members if operation.input_shape else ():
        if "location" in operation.input_shape.members[member].serialization:
            continue
        status, _, text = tried(ready, service, operation, spoilt(members, (member,), gone))
        assert status == 400
        assert f"{member} is required" in text


@pytest.mark.parametrize(("service", "name"), OPERATIONS)
@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_any_member_spoilt_gets_a_documented_answer(ready: Ready, service: str, name: str, data: st.DataObject) -> None:
    operation = model_of(service).operation_model(name)
    members = ready.request(operation)
    found = [path for path, _ in places(operation.input_shape, members)]
    optional = [(member,) for member in operation.input_shape.members if (member,) not in found]
    if not found + optional:
        return
    path = data.draw(st.sampled_from(found + optional))
    spoil = gone if path in found and data.draw(st.booleans()) else becomes(data.draw(NASTY))
    answered(ready, service, operation, spoilt(members, path, spoil))
