"""Every operation that is emulated, with every outcome AWS documents for it: asked through boto3, in this process and over HTTP.

Nothing is left out in silence: an error that no call can bring about is named in NEVER, with the reason.
"""

from __future__ import annotations

import functools
import itertools
import json
import re
import urllib.request
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import boto3
import pytest
from botocore import xform_name
from botocore.config import Config
from botocore.exceptions import ClientError

from connect_emulator import limits
from connect_emulator.access import AccessKey
from connect_emulator.attachments import bucket
from connect_emulator.background import Background
from connect_emulator.boto3_hook import attach
from connect_emulator.cli import SAMPLE_FLOW
from connect_emulator.control import PREFIX, Control
from connect_emulator.core import Emulator, Options
from connect_emulator.coverage import emulated
from connect_emulator.flows import parse
from connect_emulator.flows.actions import CHECKS
from connect_emulator.restjson import Request
from connect_emulator.restjson.routes import model_of
from connect_emulator.sockets import Sockets
from connect_emulator.world import contacts, participants, register
from tests.emulating import EVENT, INBOUND_FLOW, INSTANCE, REGION, TOPIC, RunningEmulator, eventually
from tests.flows import QUIET, action, flow, queue, transfer

Members = dict[str, Any]
PNG = b"\x89PNG\r\n\x1a\n" + b"x" * 20
NOBODY = "99999999-9999-4999-8999-999999999999"
DENIED = {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "*", "Resource": "*"}]}
KEYS = (AccessKey("test", "test"), AccessKey("denied", "denied", json.dumps(DENIED)))
BROKEN = flow(QUIET).replace("WaitCompleted", "Never")
RETURNS = flow(action("return", "EndFlowModuleExecution", {}))
_CONFIG = Config(retries={"total_max_attempts": 1}, parameter_validation=False)
_names = itertools.count()


def client(service: str, url: str, key: str) -> Any:
    return boto3.client(
        service,
        endpoint_url=url,
        region_name=REGION,
        aws_access_key_id=key,
        aws_secret_access_key=key,
        config=_CONFIG,
    )


class Wire:
    """A way to the emulator, and what is in its world; each way has a world of its own, made alike."""

    def __init__(self, known: Members, clients: dict[tuple[str, str], Any], control: Callable[..., Any]) -> None:
        self.known = known
        self.control = control
        self._clients = clients

    def call(self, service: str, operation: str, members: Members, key: str = "test") -> Members:
        return dict(getattr(self._clients[service, key], xform_name(operation))(**members))

    def connect(self, operation: str, **members: Any) -> Members:
        return self.call("connect", operation, {"InstanceId": INSTANCE, **members})

    def participant(self, operation: str, **members: Any) -> Members:
        return self.call("connectparticipant", operation, members)

    def put(self, _url: str, _headers: dict[str, str], _body: bytes) -> None:
        """A file to the URL that StartAttachmentUpload has given."""
        raise NotImplementedError

    def settle(self) -> None:
        """What goes on beside the calls has been done."""

    def chat(self, flow_id: str = INBOUND_FLOW) -> str:
        """The ContactId of a new chat whose customer is connected."""
        return self.customer(flow_id)[0]

    def customer(self, flow_id: str = INBOUND_FLOW) -> tuple[str, str]:
        started = self.started(flow_id)
        answer = self.participant(
            "CreateParticipantConnection",
            ParticipantToken=started["ParticipantToken"],
            Type=["CONNECTION_CREDENTIALS"],
            ConnectParticipant=True,
        )
        return started["ContactId"], answer["ConnectionCredentials"]["ConnectionToken"]

    def started(self, flow_id: str = INBOUND_FLOW) -> Members:
        return self.connect("StartChatContact", ContactFlowId=flow_id, ParticipantDetails={"DisplayName": "Ada"})

    def queued(self) -> str:
        return self.chat(self.known["to_queue"])

    def upload(self) -> tuple[str, str]:
        """The token of a customer, and the id of the attachment it has put where it belongs."""
        _, token = self.customer()
        made = self.participant("StartAttachmentUpload", ConnectionToken=token, **A_FILE, ClientToken=name())
        metadata = made["UploadMetadata"]
        self.put(metadata["Url"], metadata["HeadersToInclude"], PNG)
        return token, made["AttachmentId"]


class Hook(Wire):
    def __init__(self, known: Members, emulator: Emulator) -> None:
        self._emulator = emulator
        self._background = Background(emulator, lambda _url, _headers, _body: 200)
        clients = {(s, k.id): client(s, "http://127.0.0.1:8001", k.id) for s in emulated() for k in KEYS}
        for each in clients.values():
            attach(each, emulator)
        super().__init__(known, clients, self._controlled)

    def put(self, url: str, headers: dict[str, str], body: bytes) -> None:
        parts = urlsplit(url)
        given = {name_.lower(): value for name_, value in headers.items()}
        answer = bucket.respond(self._emulator.world, Request("PUT", parts.path, parts.query, given, body))
        assert answer.status == 200, answer.body

    def settle(self) -> None:
        self._background.settle()

    def _controlled(self, verb: str, body: Members) -> Any:
        async def nowhere(_act: Callable[[], Any]) -> None:
            raise AssertionError("no socket here")

        api = Control(self._emulator, self._background, Sockets(self._emulator, nowhere))
        asked = Request("POST", PREFIX + verb, "", {"content-type": "application/json"}, json.dumps(body).encode())
        answer = api.respond(asked)
        assert answer.status == 200, answer.body
        return json.loads(answer.body)


class Http(Wire):
    def __init__(self, known: Members, running: RunningEmulator) -> None:
        clients = {(s, k.id): client(s, running.url, k.id) for s in emulated() for k in KEYS}
        super().__init__(known, clients, running.control)

    def put(self, url: str, headers: dict[str, str], body: bytes) -> None:
        request = urllib.request.Request(url, data=body, method="PUT", headers=headers)
        with urllib.request.urlopen(request, timeout=20) as answer:
            assert answer.status == 200


def furnished(state: Path) -> tuple[Emulator, Members]:
    """A world with what calls cannot make in a moment: full registers but for a few places, a chat of three, …"""
    flows = {INBOUND_FLOW: parse(SAMPLE_FLOW.read_text(), CHECKS)}
    emulator = Emulator(Options(state, flows, access_keys=KEYS))
    world, wire = emulator.world, Hook({}, emulator)
    with world.store.change():
        for kind in (register.FLOW, register.QUEUE, register.HOURS, register.USER, register.ROUTING_PROFILE):
            _fill(emulator, kind)
        _fill(emulator, register.STATUS)
        _fill(emulator, register.MODULE)
    profile = register.default_id(world, register.ROUTING_PROFILE, "Basic Routing Profile")
    security = register.default_id(world, register.SECURITY_PROFILE, "Agent")
    basic, hours = (
        register.default_id(world, register.QUEUE, "BasicQueue"),
        register.default_id(world, register.HOURS, "Basic Hours"),
    )
    user = {"Password": "Passw0rd!", "SecurityProfileIds": [security], "RoutingProfileId": profile}
    made = functools.partial(wire.connect, "CreateContactFlow", Type="CONTACT_FLOW")
    wire.known.update(
        user_of=user,
        profile=profile,
        basic=basic,
        hours=hours,
        status=register.default_id(world, register.STATUS, "Available"),
        user=wire.connect("CreateUser", Username="grace", **user)["UserId"],
        module=wire.connect("CreateContactFlowModule", Name="Mine", Content=RETURNS)["Id"],
        spare=wire.connect("CreateContactFlowModule", Name="Spare", Content=RETURNS)["Id"],
        twice=wire.connect("CreateContactFlowModule", Name="Twice", Content=RETURNS, ClientToken="twice")["Id"],
        flow=made(Name="Mine", Content=flow(QUIET))["ContactFlowId"],
        spare_flows=[made(Name=f"Spare {n}", Content=flow(QUIET))["ContactFlowId"] for n in range(SPARE)],
        draft=made(Name="Draft", Content=flow(QUIET), Status="SAVED")["ContactFlowId"],
        to_queue=made(Name="To queue", Content=flow(queue("q", "transfer", QueueId=basic), transfer()))[
            "ContactFlowId"
        ],
    )
    wire.known["open"], wire.known["token"] = wire.customer()
    wire.known["over"], wire.known["late"] = wire.customer()
    wire.connect("StopContact", ContactId=wire.known["over"])
    crowd, wire.known["crowded"] = wire.customer()
    with world.store.change():
        for agent in ("Grace", "Linus"):
            one = participants.add(world, contacts.get(world, crowd), "AGENT", agent)
            participants.set_connected(world, one)
    said = wire.participant(
        "SendMessage", ConnectionToken=wire.known["crowded"], ContentType="text/plain", Content="Hello"
    )
    wire.known["said"] = said["Id"]
    for n in range(3):
        given = {"TopicArn": TOPIC, "Protocol": "http", "Endpoint": f"http://127.0.0.1:9/{n}"}
        wire.call("sns", "Subscribe", given)
    rows = world.store.all("SELECT arn, token FROM subscription ORDER BY endpoint")
    wire.known |= {"subscription_token": rows[0]["token"], "subscription": rows[1]["arn"]}
    wire.known["subscription_kept"] = rows[2]["arn"]
    return emulator, wire.known


def _fill(emulator: Emulator, kind: str) -> None:
    """All but a few places of a kind are taken."""
    world = emulator.world
    for n in range(limits.RESOURCES[kind] - len(register.all_of(world, kind)) - PLACES):
        world.store.insert(
            "resource",
            kind=kind,
            id=world.new_id(),
            name=f"taken {n}",
            body=json.dumps(FILLING.get(kind, {})),
            modified_at=0,
        )


SPARE = 7  # flows to be deleted: one for each outcome of DeleteContactFlow that comes with a flow
PLACES = 8 + SPARE
FILLING: dict[str, Members] = {
    register.FLOW: {"type": "CONTACT_FLOW", "state": "ACTIVE", "published": None, "saved": None},
    register.MODULE: {"type": "MODULE", "state": "ACTIVE", "published": None},
    register.QUEUE: {"HoursOfOperationId": "h"},
    register.USER: {"RoutingProfileId": "r", "SecurityProfileIds": []},
    register.STATUS: {"Type": "CUSTOM", "State": "ENABLED"},
}


@pytest.fixture(scope="module", params=["hook", "http"])
def wire(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Wire]:
    folder = tmp_path_factory.mktemp(request.param)
    emulator, known = furnished(folder / "emulator.sqlite3")
    if request.param == "hook":
        yield Hook(known, emulator)
        emulator.close()
        return
    emulator.close()
    with RunningEmulator(folder) as running:
        yield Http(known, running)


def name() -> str:
    return f"new {next(_names)}"


# ---- what is asked, and would succeed ------------------------------------------------------------------------------------

A_FILE = {"AttachmentName": "a.png", "ContentType": "image/png", "AttachmentSizeInBytes": len(PNG)}
WIDE = {"Type": "INITIATION_TIMESTAMP", "StartTime": 0, "EndTime": 4_000_000_000}
STREAM = {"ChatStreamingConfiguration": {"StreamingEndpointArn": TOPIC}}
SLOT = {"Day": "MONDAY", "StartTime": {"Hours": 8, "Minutes": 0}, "EndTime": {"Hours": 9, "Minutes": 0}}
TIMER = {"ParticipantRole": "AGENT", "TimerType": "IDLE", "TimerValue": {"ParticipantTimerDurationInMinutes": 2}}
BOT = {"ParticipantDetails": {"ParticipantRole": "CUSTOM_BOT", "DisplayName": "Service"}}
SESSION = {"SessionId": NOBODY}
AN_INSTANCE = {"IdentityManagementType": "CONNECT_MANAGED", "InboundCallsEnabled": True, "OutboundCallsEnabled": True}
INSTANCE_ARN = f"arn:aws:connect:us-east-1:123456789012:instance/{INSTANCE}"
RECEIPT = {"ContentType": EVENT + "message.read"}


def streamed(w: Wire) -> Members:
    contact = w.chat()
    return {
        "ContactId": contact,
        "StreamingId": w.connect("StartContactStreaming", ContactId=contact, **STREAM, ClientToken="t")["StreamingId"],
    }


def completed(w: Wire) -> Members:
    token, attachment = w.upload()
    return {"ConnectionToken": token, "AttachmentIds": [attachment], "ClientToken": name()}


def got(w: Wire) -> Members:
    given = completed(w)
    w.participant("CompleteAttachmentUpload", **given)
    w.settle()
    found = {"ConnectionToken": given["ConnectionToken"]}
    eventually(
        lambda: any(item["Type"] == "ATTACHMENT" for item in w.participant("GetTranscript", **found)["Transcript"])
    )
    return {**found, "AttachmentId": given["AttachmentIds"][0]}


Ask = Callable[[Wire], Members]
CONNECT: dict[str, Ask] = {
    "AssociateContactWithUser": lambda w: {"ContactId": w.queued(), "UserId": w.known["user"]},
    "CreateAgentStatus": lambda _w: {"Name": name(), "State": "ENABLED"},
    "CreateContactFlow": lambda _w: {"Name": name(), "Type": "CONTACT_FLOW", "Content": flow(QUIET)},
    "CreateContactFlowModule": lambda _w: {"Name": name(), "Content": RETURNS},
    "CreateInstance": lambda _w: {**AN_INSTANCE, "InstanceAlias": name().replace(" ", "-")},
    "CreateHoursOfOperation": lambda _w: {"Name": name(), "TimeZone": "UTC", "Config": [SLOT]},
    "CreateParticipant": lambda w: {"ContactId": w.chat(), **BOT},
    "CreatePersistentContactAssociation": lambda w: {
        "InitialContactId": w.chat(),
        "RehydrationType": "FROM_SEGMENT",
        "SourceContactId": w.known["over"],
    },
    "CreateQueue": lambda w: {"Name": name(), "HoursOfOperationId": w.known["hours"]},
    "CreateRoutingProfile": lambda w: {
        "Name": name(),
        "Description": "d",
        "DefaultOutboundQueueId": w.known["basic"],
        "MediaConcurrencies": [{"Channel": "CHAT", "Concurrency": 1}],
    },
    "CreateUser": lambda w: {"Username": name().replace(" ", "."), **w.known["user_of"]},
    "DeleteContactFlow": lambda w: {"ContactFlowId": w.known["spare_flows"].pop()},
    "DeleteInstance": lambda w: {"InstanceId": w.call("connect", "CreateInstance", AN_INSTANCE)["Id"]},
    "DescribeAgentStatus": lambda w: {"AgentStatusId": w.known["status"]},
    "DescribeContact": lambda w: {"ContactId": w.known["open"]},
    "DeleteContactFlowModule": lambda w: {"ContactFlowModuleId": w.known["spare"]},
    "DescribeContactFlow": lambda w: {"ContactFlowId": w.known["flow"]},
    "DescribeContactFlowModule": lambda w: {"ContactFlowModuleId": w.known["module"]},
    "DescribeHoursOfOperation": lambda w: {"HoursOfOperationId": w.known["hours"]},
    "DescribeInstance": lambda _w: {},
    "DescribeQueue": lambda w: {"QueueId": w.known["basic"]},
    "DescribeRoutingProfile": lambda w: {"RoutingProfileId": w.known["profile"]},
    "DescribeUser": lambda w: {"UserId": w.known["user"]},
    "GetContactAttributes": lambda w: {"InitialContactId": w.known["open"]},
    "GetContactMetrics": lambda w: {"ContactId": w.queued(), "Metrics": [{"Name": "POSITION_IN_QUEUE"}]},
    "ListAgentStatuses": lambda _w: {},
    "ListContactFlowModules": lambda _w: {},
    "ListContactFlows": lambda _w: {},
    "ListContactReferences": lambda w: {"ContactId": w.known["open"], "ReferenceTypes": ["URL"]},
    "ListHoursOfOperations": lambda _w: {},
    "ListInstances": lambda _w: {},
    "ListQueues": lambda _w: {},
    "ListRoutingProfileQueues": lambda w: {"RoutingProfileId": w.known["profile"]},
    "ListRoutingProfiles": lambda _w: {},
    "ListSecurityProfiles": lambda _w: {},
    "ListTagsForResource": lambda _w: {"resourceArn": INSTANCE_ARN},
    "ListUsers": lambda _w: {},
    "SearchContacts": lambda _w: {"TimeRange": WIDE},
    "StartChatContact": lambda _w: {"ContactFlowId": INBOUND_FLOW, "ParticipantDetails": {"DisplayName": "Ada"}},
    "StartContactStreaming": lambda w: {"ContactId": w.chat(), **STREAM, "ClientToken": "t"},
    "StopContact": lambda w: {"ContactId": w.chat()},
    "StopContactStreaming": streamed,
    "TagResource": lambda _w: {"resourceArn": INSTANCE_ARN, "tags": {"a": "b"}},
    "TransferContact": lambda w: {"ContactId": w.known["open"], "ContactFlowId": w.known["flow"]},
    "UntagResource": lambda _w: {"resourceArn": INSTANCE_ARN, "tagKeys": ["a"]},
    "UpdateContact": lambda w: {"ContactId": w.known["open"], "Name": "n"},
    "UpdateContactAttributes": lambda w: {"InitialContactId": w.known["open"], "Attributes": {"a": "b"}},
    "UpdateContactFlowContent": lambda w: {"ContactFlowId": w.known["flow"], "Content": flow(QUIET)},
    "UpdateContactFlowMetadata": lambda w: {"ContactFlowId": w.known["flow"], "Name": name()},
    "UpdateContactFlowModuleContent": lambda w: {"ContactFlowModuleId": w.known["module"], "Content": RETURNS},
    "UpdateContactFlowModuleMetadata": lambda w: {"ContactFlowModuleId": w.known["module"], "Name": name()},
    "UpdateContactFlowName": lambda w: {"ContactFlowId": w.known["flow"], "Name": name()},
    "UpdateParticipantRoleConfig": lambda w: {
        "ContactId": w.known["open"],
        "ChannelConfiguration": {"Chat": {"ParticipantTimerConfigList": [TIMER]}},
    },
}
PARTICIPANT: dict[str, Ask] = {
    "CancelParticipantAuthentication": lambda w: {"ConnectionToken": w.known["token"], **SESSION},
    "CompleteAttachmentUpload": completed,
    "CreateParticipantConnection": lambda w: {
        "ParticipantToken": w.started()["ParticipantToken"],
        "Type": ["WEBSOCKET", "CONNECTION_CREDENTIALS"],
    },
    "DescribeView": lambda w: {"ConnectionToken": w.known["token"], "ViewToken": "v"},
    "DisconnectParticipant": lambda w: {"ConnectionToken": w.customer()[1], "ClientToken": name()},
    "GetAttachment": got,
    "GetAuthenticationUrl": lambda w: {
        "ConnectionToken": w.known["token"],
        **SESSION,
        "RedirectUri": "https://shop.example/",
    },
    "GetTranscript": lambda w: {"ConnectionToken": w.known["token"]},
    "SendEvent": lambda w: {"ConnectionToken": w.known["token"], "ContentType": EVENT + "typing"},
    "SendMessage": lambda w: {"ConnectionToken": w.known["token"], "ContentType": "text/plain", "Content": "Hello"},
    "StartAttachmentUpload": lambda w: {"ConnectionToken": w.known["token"], **A_FILE, "ClientToken": name()},
}
SNS: dict[str, Ask] = {
    "ConfirmSubscription": lambda w: {"TopicArn": TOPIC, "Token": w.known["subscription_token"]},
    "CreateTopic": lambda _w: {"Name": "ccp-portal"},
    "GetSubscriptionAttributes": lambda w: {"SubscriptionArn": w.known["subscription_kept"]},
    "GetTopicAttributes": lambda _w: {"TopicArn": TOPIC},
    "ListSubscriptionsByTopic": lambda _w: {"TopicArn": TOPIC},
    "SetSubscriptionAttributes": lambda w: {
        "SubscriptionArn": w.known["subscription_kept"],
        "AttributeName": "RedrivePolicy",
        "AttributeValue": "{}",
    },
    "SetTopicAttributes": lambda _w: {"TopicArn": TOPIC, "AttributeName": "DisplayName", "AttributeValue": "Portal"},
    "Subscribe": lambda _w: {"TopicArn": TOPIC, "Protocol": "http", "Endpoint": "http://127.0.0.1:9/new"},
    "Unsubscribe": lambda w: {"SubscriptionArn": w.known["subscription"]},
}
ASKED = {
    "connect": CONNECT,
    "connectparticipant": PARTICIPANT,
    "sns": SNS,
    "sts": {"GetCallerIdentity": lambda _w: {}},
}


def waiting_for_bytes(w: Wire) -> str:
    made = w.participant("StartAttachmentUpload", ConnectionToken=w.known["token"], **A_FILE, ClientToken=name())
    return str(made["AttachmentId"])


def two_topics(w: Wire) -> Members:
    contact = w.chat()
    for n in range(2):
        there = {"ChatStreamingConfiguration": {"StreamingEndpointArn": f"{TOPIC}-{n}"}}
        w.connect("StartContactStreaming", ContactId=contact, **there, ClientToken=str(n))
    return {"ContactId": contact, "ClientToken": "third"}


def with_bot(w: Wire) -> Members:
    contact = w.chat()
    w.connect("CreateParticipant", ContactId=contact, **BOT)
    return {"ContactId": contact}


# ---- what is changed of it, for each documented error that one call alone does not bring about ---------------------------------

Key = tuple[str, str]
SPOILT: dict[Key, Ask] = {
    ("AssociateContactWithUser", "InvalidRequestException"): lambda w: {"ContactId": w.known["open"]},
    ("CreateAgentStatus", "DuplicateResourceException"): lambda _w: {"Name": "Available"},
    ("CreateContactFlow", "DuplicateResourceException"): lambda _w: {"Name": "Draft"},
    ("CreateContactFlow", "InvalidContactFlowException"): lambda _w: {"Content": BROKEN},
    ("CreateContactFlowModule", "IdempotencyException"): lambda _w: {"ClientToken": "twice"},
    ("CreateContactFlowModule", "DuplicateResourceException"): lambda _w: {"Name": "Twice"},
    ("CreateContactFlowModule", "InvalidContactFlowModuleException"): lambda _w: {"Content": BROKEN},
    ("UpdateContactFlowModuleContent", "InvalidContactFlowModuleException"): lambda _w: {"Content": BROKEN},
    ("UpdateContactFlowModuleMetadata", "DuplicateResourceException"): lambda _w: {"Name": "Twice"},
    ("CreateHoursOfOperation", "DuplicateResourceException"): lambda _w: {"Name": "Basic Hours"},
    ("CreateInstance", "InvalidRequestException"): lambda _w: {"DirectoryId": "d-0123456789"},
    ("CreateParticipant", "ConflictException"): with_bot,
    ("CreateParticipant", "InvalidRequestException"): lambda _w: {"ParticipantDetails": {"ParticipantRole": "AGENT"}},
    ("CreatePersistentContactAssociation", "InvalidRequestException"): lambda w: {"SourceContactId": w.known["open"]},
    ("CreateQueue", "DuplicateResourceException"): lambda _w: {"Name": "BasicQueue"},
    ("CreateRoutingProfile", "DuplicateResourceException"): lambda _w: {"Name": "Basic Routing Profile"},
    ("CreateUser", "DuplicateResourceException"): lambda _w: {"Username": "grace"},
    ("DescribeContactFlow", "ContactFlowNotPublishedException"): lambda w: {"ContactFlowId": w.known["draft"]},
    ("GetContactMetrics", "InvalidParameterException"): lambda _w: {"Metrics": []},
    ("GetContactMetrics", "InvalidRequestException"): lambda w: {"ContactId": w.known["open"]},
    ("DeleteInstance", "InvalidRequestException"): lambda _w: {"InstanceId": INSTANCE},
    ("ListTagsForResource", "InvalidParameterException"): lambda _w: {"resourceArn": "x"},
    ("TagResource", "InvalidParameterException"): lambda _w: {"resourceArn": "x"},
    ("TagResource", "InvalidRequestException"): lambda _w: {"tags": {f"t{n}": "" for n in range(50)}},
    ("UntagResource", "InvalidParameterException"): lambda _w: {"resourceArn": "x"},
    **{
        (operation, "ResourceNotFoundException"): lambda _w: {"resourceArn": f"{INSTANCE_ARN}/queue/{NOBODY}"}
        for operation in ("ListTagsForResource", "TagResource", "UntagResource")
    },
    ("ListInstances", "InvalidRequestException"): lambda _w: {"MaxResults": 11},
    ("StartChatContact", "InvalidRequestException"): lambda _w: {"Attributes": {"no spaces": "x"}},
    ("StartContactStreaming", "InvalidRequestException"): lambda _w: {
        "ChatStreamingConfiguration": {"StreamingEndpointArn": TOPIC + ".fifo"}
    },
    ("StartContactStreaming", "LimitExceededException"): two_topics,
    ("StopContact", "ContactNotFoundException"): lambda w: {"ContactId": w.known["over"]},
    ("TransferContact", "InvalidRequestException"): lambda _w: {},
    ("UpdateContact", "InvalidRequestException"): lambda _w: {"QueueInfo": {"Id": "q"}},
    ("UpdateContactAttributes", "InvalidRequestException"): lambda _w: {"Attributes": {"no spaces": "x"}},
    ("UpdateContactFlowContent", "InvalidContactFlowException"): lambda _w: {"Content": BROKEN},
    ("UpdateContactFlowMetadata", "DuplicateResourceException"): lambda _w: {"Name": "Draft"},
    ("UpdateContactFlowName", "DuplicateResourceException"): lambda _w: {"Name": "Draft"},
    ("CancelParticipantAuthentication", "ValidationException"): lambda _w: {},
    ("CompleteAttachmentUpload", "ConflictException"): lambda w: {
        "ConnectionToken": w.known["token"],
        "AttachmentIds": [waiting_for_bytes(w)],
    },
    ("CompleteAttachmentUpload", "ValidationException"): lambda _w: {"AttachmentIds": [NOBODY]},
    ("CreateParticipantConnection", "AccessDeniedException"): lambda _w: {"ParticipantToken": "nobody"},
    ("CreateParticipantConnection", "ValidationException"): lambda _w: {"Type": ["PIGEON"]},
    ("DescribeView", "ResourceNotFoundException"): lambda _w: {},
    ("DescribeView", "ValidationException"): lambda _w: {"ViewToken": "v" * 1001},
    ("DisconnectParticipant", "ValidationException"): lambda _w: {"ClientToken": "t" * 501},
    ("GetAttachment", "ValidationException"): lambda w: {
        "ConnectionToken": w.known["token"],
        "AttachmentId": waiting_for_bytes(w),
    },
    ("GetAuthenticationUrl", "ValidationException"): lambda _w: {},
    ("GetTranscript", "ValidationException"): lambda _w: {"MaxResults": 101},
    ("SendEvent", "ConflictException"): lambda w: {
        "ConnectionToken": w.known["crowded"],
        **RECEIPT,
        "Content": json.dumps({"messageId": w.known["said"]}),
    },
    ("SendEvent", "ValidationException"): lambda _w: {"ContentType": EVENT + "dance"},
    ("SendMessage", "ValidationException"): lambda _w: {"ContentType": "text/html"},
    ("StartAttachmentUpload", "ServiceQuotaExceededException"): lambda _w: {
        "AttachmentSizeInBytes": limits.ATTACHMENT_BYTES + 1
    },
    ("StartAttachmentUpload", "ValidationException"): lambda _w: {"AttachmentName": "a.exe"},
    ("ConfirmSubscription", "InvalidParameterException"): lambda _w: {"Token": "wrong"},
    ("CreateTopic", "InvalidParameterException"): lambda _w: {"Name": "no spaces"},
    ("GetSubscriptionAttributes", "InvalidParameterException"): lambda _w: {"SubscriptionArn": "x"},
    ("GetSubscriptionAttributes", "NotFoundException"): lambda _w: {"SubscriptionArn": f"{TOPIC}:{NOBODY}"},
    ("GetTopicAttributes", "InvalidParameterException"): lambda _w: {"TopicArn": "x"},
    ("SetSubscriptionAttributes", "InvalidParameterException"): lambda _w: {"AttributeName": "Colour"},
    ("SetSubscriptionAttributes", "NotFoundException"): lambda _w: {"SubscriptionArn": f"{TOPIC}:{NOBODY}"},
    ("SetTopicAttributes", "InvalidParameterException"): lambda _w: {"AttributeName": "Colour"},
    ("ListSubscriptionsByTopic", "InvalidParameterException"): lambda _w: {"TopicArn": "x"},
    ("Subscribe", "InvalidParameterException"): lambda _w: {"Protocol": "sqs"},
    ("Unsubscribe", "InvalidParameterException"): lambda _w: {"SubscriptionArn": "x"},
    ("Unsubscribe", "NotFoundException"): lambda _w: {"SubscriptionArn": f"{TOPIC}:{NOBODY}"},
}

# ---- what no call can bring about ------------------------------------------------------------------------------------------


def documented(service: str, operation: str) -> list[str]:
    return [shape.name for shape in model_of(service).operation_model(operation).error_shapes]


def semantic() -> Iterator[Key]:
    """Operations of which all that can be wrong is a member, and that have another name for that."""
    for operation in CONNECT:
        listed, key = documented("connect", operation), (operation, "InvalidRequestException")
        if {"InvalidRequestException", "InvalidParameterException"} <= set(listed) and key not in SPOILT:
            yield key


def of_sns() -> Iterator[Key]:
    """Limits and topics that are not there."""
    lacking = (
        "ConcurrentAccess",
        "FilterPolicyLimitExceeded",
        "NotFound",
        "ReplayLimitExceeded",
        "StaleTag",
        "SubscriptionLimitExceeded",
        "TagLimitExceeded",
        "TagPolicy",
        "TopicLimitExceeded",
    )
    for operation in SNS:
        found = [
            (operation, error + "Exception") for error in lacking if error + "Exception" in documented("sns", operation)
        ]
        yield from (key for key in found if key not in SPOILT)


ONE_REGION = "there is one region"
NOT_FOR_CHATS = "it is for TASK and EMAIL contacts"
NEVER: dict[Key, str] = {
    **dict.fromkeys(semantic(), "what is wrong is a member: InvalidParameterException"),
    **dict.fromkeys(of_sns(), "topics are there without being created, filter and replay nothing, take any number"),
    ("Subscribe", "InvalidSecurityException"): "a signature that does not fit has a name of its own",
    ("Unsubscribe", "InvalidSecurityException"): "a signature that does not fit has a name of its own",
    ("CreateTopic", "InvalidSecurityException"): "a signature that does not fit has a name of its own",
    ("GetTopicAttributes", "InvalidSecurityException"): "a signature that does not fit has a name of its own",
    ("SetTopicAttributes", "InvalidSecurityException"): "a signature that does not fit has a name of its own",
    ("CreateInstance", "ResourceNotFoundException"): "a directory is not looked for",
    ("CreateInstance", "ServiceQuotaExceededException"): "a hundred instances: see the quota of each kind in limits",
    ("CreateHoursOfOperation", "ServiceQuotaExceededException"): "overrides and parents are not emulated",
    ("CreateParticipant", "ServiceQuotaExceededException"): "a second custom participant is a ConflictException",
    ("TransferContact", "ok"): NOT_FOR_CHATS,
    ("TransferContact", "IdempotencyException"): NOT_FOR_CHATS,
    ("TransferContact", "ServiceQuotaExceededException"): NOT_FOR_CHATS,
    ("StopContact", "InvalidActiveRegionException"): ONE_REGION,
    ("UpdateContact", "InvalidActiveRegionException"): ONE_REGION,
    ("UpdateContactAttributes", "InvalidActiveRegionException"): ONE_REGION,
    ("UpdateContact", "ConflictException"): "calls are done one after the other",
    ("CompleteAttachmentUpload", "ServiceQuotaExceededException"): "the quota is asked for when an upload starts",
    ("DescribeView", "ok"): "its token is in the message of a view: test_emulator_flow_views.py",
    ("GetAuthenticationUrl", "ok"): "no action of a flow asks for authentication",
    ("CancelParticipantAuthentication", "ok"): "no action of a flow asks for authentication",
}

ROWS = [
    (service, operation, outcome)
    for service, asked in ASKED.items()
    for operation in asked
    for outcome in ["ok", *sorted(documented(service, operation), key=lambda error: error == "LimitExceededException")]
    if (operation, outcome) not in NEVER
]


@pytest.mark.parametrize(("service", "operation", "outcome"), ROWS, ids=["-".join(row[1:]) for row in ROWS])
def test_an_operation_has_this_outcome(wire: Wire, service: str, operation: str, outcome: str) -> None:
    if outcome == "ok":
        answer = wire.call(service, operation, members(wire, service, operation))
        assert answer["ResponseMetadata"]["HTTPStatusCode"] == 200
        return
    shape = next(e for e in model_of(service).operation_model(operation).error_shapes if e.name == outcome)
    error = shape.metadata.get("error", {})
    with pytest.raises(ClientError) as raised:
        brought_about(wire, service, operation, outcome)
    refused = raised.value.response
    assert refused["Error"]["Code"] == error.get("code", outcome)
    assert refused["Error"]["Message"]
    assert refused["ResponseMetadata"]["HTTPStatusCode"] == error["httpStatusCode"]


def members(wire: Wire, service: str, operation: str) -> Members:
    given = ASKED[service][operation](wire)
    shape = model_of(service).operation_model(operation).input_shape
    return {"InstanceId": INSTANCE, **given} if shape and "InstanceId" in shape.members else given


def brought_about(wire: Wire, service: str, operation: str, outcome: str) -> None:
    given = members(wire, service, operation)
    call = functools.partial(wire.call, service, operation)
    if (operation, outcome) in SPOILT:
        call(given | SPOILT[operation, outcome](wire))
    elif outcome in {"InternalServiceException", "InternalServerException", "InternalErrorException"}:
        wire.control("faults", {"operation": operation, "status": 500})
        call(given)
    elif outcome == "ThrottlingException":
        wire.control("faults", {"operation": operation, "status": 429})
        call(given)
    elif outcome in {"AccessDeniedException", "AuthorizationErrorException"}:
        stranger = {"ConnectionToken": "nobody"} if "ConnectionToken" in given else {}
        call(given | stranger, key="test" if stranger else "denied")
    elif outcome == "LimitExceededException":
        exceed(wire, operation)
    elif outcome == "ResourceNotFoundException":
        call(given | {"InstanceId": NOBODY})
    else:
        call(given | {"InstanceId": "x" * 101})


def exceed(wire: Wire, operation: str) -> None:
    if operation == "StartChatContact":
        wire.control("quotas", {"openChats": 0})
        try:
            wire.started()
        finally:
            wire.control("quotas", {"openChats": None})
    for _ in range(PLACES + 1):
        wire.connect(operation, **CONNECT[operation](wire))


# ---- that nothing is missing ------------------------------------------------------------------------------------------------


def test_every_operation_is_in_the_table() -> None:
    assert {service: sorted(asked) for service, asked in ASKED.items()} == emulated()


def test_what_is_said_of_an_outcome_is_said_of_one_that_is_documented() -> None:
    service_of = {operation: service for service, asked in ASKED.items() for operation in asked}
    said = [*SPOILT, *(key for key in NEVER if key[1] != "ok")]
    assert [key for key in said if key[1] not in documented(service_of[key[0]], key[0])] == []
    assert set(SPOILT).isdisjoint(NEVER)


def test_every_other_operation_is_501_by_its_name_before_anybody_is_asked_who_they_are(tmp_path: Path) -> None:
    emulator, there = Emulator(Options(tmp_path / "state", {}, access_keys=KEYS)), emulated()
    for service in ("connect", "connectparticipant"):
        for operation in sorted(set(model_of(service).operation_names) - set(there[service])):
            route = model_of(service).operation_model(operation).http
            path = re.sub(r"\{\w+\}", "x", route["requestUri"].partition("?")[0])
            response = emulator.respond(Request(route["method"], path))
            answer = response.status, response.headers["x-amzn-errortype"], json.loads(response.body)
            assert answer == (501, "NotImplementedException", {"message": f"{operation} is not emulated"})
    for operation in sorted(set(model_of("sns").operation_names) - set(there["sns"])):
        response = emulator.respond(Request("POST", "/", body=f"Action={operation}".encode()))
        assert response.status == 501
        assert f"{operation} is not emulated".encode() in response.body
    emulator.close()


@pytest.mark.parametrize("key", ["test", "denied"])
def test_an_instance_is_not_replicated(wire: Wire, key: str) -> None:
    given = {"InstanceId": INSTANCE, "ReplicaRegion": "us-west-2", "ReplicaAlias": "copy"}
    with pytest.raises(ClientError) as raised:
        wire.call("connect", "ReplicateInstance", given, key)
    assert raised.value.response["ResponseMetadata"]["HTTPStatusCode"] == 501
    assert raised.value.response["Error"] == {
        "Code": "NotImplementedException",
        "Message": "ReplicateInstance is not emulated",
    }


def test_boto3s_own_client_token_makes_a_retry_the_same_chat(wire: Wire) -> None:
    """Botocore fills ClientToken in and keeps it when it tries again: a chat whose answer was lost is not begun twice."""
    patient = wire._clients["connect", "test"].meta
    assert patient.service_model.operation_model("StartChatContact").idempotent_members == ["ClientToken"]
    wire.control("faults", {"operation": "StartChatContact", "status": 500, "when": "after"})
    given = {"CustomerId": str(uuid.uuid4()), "ClientToken": str(uuid.uuid4()), "Attributes": {"retried": "1"}}
    asked = {**CONNECT["StartChatContact"](wire), **given}
    with pytest.raises(ClientError):
        wire.connect("StartChatContact", **asked)
    again = wire.connect("StartChatContact", **asked)["ContactId"]
    criteria = {"SearchableContactAttributes": {"Criteria": [{"Key": "retried", "Values": ["1"]}]}}
    found = wire.connect("SearchContacts", TimeRange=WIDE, SearchCriteria=criteria)["Contacts"]
    assert [contact["Id"] for contact in found] == [again]
