"""The instance's resources: created, described, listed in pages, refused with the documented errors, kept."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from connect_emulator.cli import SAMPLE_FLOW
from connect_emulator.clock import moment
from connect_emulator.flows import parse
from connect_emulator.flows.actions import CHECKS
from connect_emulator.world import register
from tests.amazon import Amazon
from tests.emulating import INBOUND_FLOW, INSTANCE, REGION

ARN = f"arn:aws:connect:{REGION}:123456789012:instance/{INSTANCE}"
FLOW = SAMPLE_FLOW.read_text()
SAYS_HELLO = json.dumps(
    {
        "Version": "2019-10-30",
        "StartAction": "hello",
        "Metadata": {},
        "Actions": [
            {
                "Identifier": "hello",
                "Type": "MessageParticipant",
                "Parameters": {"Text": "Hello from the API."},
                "Transitions": {"NextAction": "end"},
            },
            {"Identifier": "end", "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {}},
        ],
    }
)
BROKEN = json.dumps(
    {
        "Version": "2019-10-30",
        "StartAction": "nowhere",
        "Actions": [{"Identifier": "a", "Type": "Dance", "Parameters": {}, "Transitions": {"NextAction": "b"}}],
    }
)
NOBODY = "99999999-9999-4999-8999-999999999999"
MISSING: list[tuple[str, dict[str, Any]]] = [
    ("describe_contact_flow", {"ContactFlowId": NOBODY}),
    ("update_contact_flow_content", {"ContactFlowId": NOBODY, "Content": SAYS_HELLO}),
    ("update_contact_flow_name", {"ContactFlowId": NOBODY, "Name": "x"}),
    ("update_contact_flow_metadata", {"ContactFlowId": NOBODY, "Name": "x"}),
    ("describe_queue", {"QueueId": NOBODY}),
    ("describe_hours_of_operation", {"HoursOfOperationId": NOBODY}),
    ("describe_user", {"UserId": NOBODY}),
    ("describe_routing_profile", {"RoutingProfileId": NOBODY}),
    ("list_routing_profile_queues", {"RoutingProfileId": NOBODY}),
    ("describe_agent_status", {"AgentStatusId": NOBODY}),
    ("create_queue", {"Name": "x", "HoursOfOperationId": NOBODY}),
]


def known(amazon: Amazon, kind: str, name: str) -> str:
    return register.default_id(amazon.world, kind, name)


def ask(amazon: Amazon, operation: str, **given: Any) -> dict[str, Any]:
    answer: dict[str, Any] = getattr(amazon.connect, operation)(**{"InstanceId": INSTANCE, **given})
    answer.pop("ResponseMetadata")
    return answer


def refused(act: Callable[[], Any]) -> str:
    with pytest.raises(ClientError) as raised:
        act()
    return str(raised.value.response["Error"]["Code"])


def dated(amazon: Amazon) -> dict[str, Any]:
    return {"LastModifiedTime": moment(amazon.clock.now()), "LastModifiedRegion": REGION}


def minimal(amazon: Amazon) -> dict[str, dict[str, Any]]:
    """The least each Create operation takes."""
    queue = known(amazon, register.QUEUE, "BasicQueue")
    return {
        "create_contact_flow": {"Name": "Mine", "Type": "CONTACT_FLOW", "Content": SAYS_HELLO},
        "create_queue": {"Name": "Mine", "HoursOfOperationId": known(amazon, register.HOURS, "Basic Hours")},
        "create_hours_of_operation": {"Name": "Mine", "TimeZone": "Europe/Berlin", "Config": []},
        "create_user": user(amazon, "mine"),
        "create_routing_profile": {
            "Name": "Mine",
            "Description": "d",
            "DefaultOutboundQueueId": queue,
            "MediaConcurrencies": [{"Channel": "CHAT", "Concurrency": 10}],
        },
        "create_agent_status": {"Name": "Mine", "State": "ENABLED"},
    }


def user(amazon: Amazon, name: str, **given: Any) -> dict[str, Any]:
    return {
        "Username": name,
        "Password": "Passw0rd!",
        "SecurityProfileIds": [known(amazon, register.SECURITY_PROFILE, "Agent")],
        "RoutingProfileId": known(amazon, register.ROUTING_PROFILE, "Basic Routing Profile"),
        **given,
    }


# ---- the instance --------------------------------------------------------------------------------------------------


def test_there_is_one_instance_and_it_is_active(amazon: Amazon) -> None:
    (listed,) = amazon.connect.list_instances()["InstanceSummaryList"]
    described = ask(amazon, "describe_instance")["Instance"]
    assert listed == described
    assert (described["Id"], described["Arn"], described["InstanceStatus"]) == (INSTANCE, ARN, "ACTIVE")
    assert described["CreatedTime"] == moment(amazon.clock.now())
    amazon.pass_time(60)
    amazon.again()
    assert ask(amazon, "describe_instance")["Instance"] == described


DEFAULT_FLOWS = {
    "Default agent hold": "AGENT_HOLD",
    "Default agent transfer": "AGENT_TRANSFER",
    "Default agent whisper": "AGENT_WHISPER",
    "Default customer hold": "CUSTOMER_HOLD",
    "Default customer queue": "CUSTOMER_QUEUE",
    "Default customer whisper": "CUSTOMER_WHISPER",
    "Default outbound": "OUTBOUND_WHISPER",
    "Default queue transfer": "QUEUE_TRANSFER",
}


def test_a_new_instance_is_furnished(amazon: Amazon) -> None:
    lists = {
        "list_queues": ("QueueSummaryList", ["BasicQueue"]),
        "list_hours_of_operations": ("HoursOfOperationSummaryList", ["Basic Hours"]),
        "list_routing_profiles": ("RoutingProfileSummaryList", ["Basic Routing Profile"]),
        "list_agent_statuses": ("AgentStatusSummaryList", ["Available", "Offline"]),
        "list_security_profiles": (
            "SecurityProfileSummaryList",
            ["Admin", "Agent", "CallCenterManager", "QualityAnalyst"],
        ),
        "list_contact_flows": ("ContactFlowSummaryList", [*DEFAULT_FLOWS, json.loads(FLOW)["Metadata"].get("name")]),
    }
    for operation, (member, names) in lists.items():
        assert [entry["Name"] for entry in ask(amazon, operation)[member]] == names, operation
    assert ask(amazon, "list_users")["UserSummaryList"] == []


def test_every_operation_wants_to_know_the_instance(amazon: Amazon) -> None:
    elsewhere = "22222222-2222-4333-8444-555555555555"
    lists = ["queues", "hours_of_operations", "routing_profiles", "agent_statuses", "security_profiles", "users"]
    calls: list[tuple[str, dict[str, Any]]] = [
        ("describe_instance", {}),
        *MISSING,
        *minimal(amazon).items(),
        *((f"list_{name}", {}) for name in [*lists, "contact_flows"]),
    ]
    before = amazon.world.store.dump()
    for operation, given in calls:
        found = refused(lambda op=operation, g=given: ask(amazon, op, InstanceId=elsewhere, **g))  # type: ignore[misc]
        assert found == "ResourceNotFoundException", operation
    assert amazon.world.store.dump() == before


# ---- what all kinds have in common ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "operation",
    [
        "create_contact_flow",
        "create_queue",
        "create_hours_of_operation",
        "create_user",
        "create_routing_profile",
        "create_agent_status",
    ],
)
def test_a_name_is_given_once(amazon: Amazon, operation: str) -> None:
    given = minimal(amazon)[operation]
    made = ask(amazon, operation, **given)
    before = amazon.world.store.dump()
    assert refused(lambda: ask(amazon, operation, **given)) == "DuplicateResourceException"
    assert amazon.world.store.dump() == before
    amazon.again()
    (kept,) = [r for r in amazon.world.store.all("SELECT id, kind FROM resource") if r["id"] in made.values()]
    assert f"{ARN}/{kept['kind']}/{kept['id']}" in made.values()


@pytest.mark.parametrize(("operation", "given"), MISSING, ids=[operation for operation, _ in MISSING])
def test_what_is_not_there_is_not_found(amazon: Amazon, operation: str, given: dict[str, Any]) -> None:
    before = amazon.world.store.dump()
    assert refused(lambda: ask(amazon, operation, **given)) == "ResourceNotFoundException"
    assert amazon.world.store.dump() == before


def test_an_instance_takes_so_many_of_a_kind(amazon: Amazon) -> None:
    for n in range(48):
        ask(amazon, "create_agent_status", Name=f"Status {n}", State="ENABLED")
    assert refused(lambda: ask(amazon, "create_agent_status", Name="One more", State="ENABLED")) == (
        "LimitExceededException"
    )


def pages(amazon: Amazon, operation: str, member: str, size: int) -> Iterator[list[dict[str, Any]]]:
    token: dict[str, str] = {}
    while True:
        answer = ask(amazon, operation, MaxResults=size, **token)
        yield answer[member]
        if "NextToken" not in answer:
            return
        token = {"NextToken": answer["NextToken"]}


@pytest.mark.parametrize("size", [1, 2, 3, 7, 8, 1000])
def test_pages_give_every_entry_once_also_those_that_come_meanwhile(amazon: Amazon, size: int) -> None:
    for n in range(5):
        ask(amazon, "create_agent_status", Name=f"Status {n}", State="ENABLED")
    found: list[str] = []
    for page in pages(amazon, "list_agent_statuses", "AgentStatusSummaryList", size):
        if not found:
            ask(amazon, "create_agent_status", Name="Late", State="DISABLED")
        assert len(page) <= size
        found += [entry["Name"] for entry in page]
    late = ["Late"] if size < 7 else []
    assert found == ["Available", "Offline", *(f"Status {n}" for n in range(5)), *late]


@pytest.mark.parametrize(
    "operation",
    ["list_queues", "list_users", "list_contact_flows", "list_agent_statuses", "list_hours_of_operations"],
)
@pytest.mark.parametrize("given", [{"NextToken": "nonsense"}, {"NextToken": "ä"}, {"MaxResults": 1001}])
def test_a_page_nobody_has_written_is_refused(amazon: Amazon, operation: str, given: dict[str, Any]) -> None:
    assert refused(lambda: ask(amazon, operation, **given)) == "InvalidParameterException"


def test_lists_are_narrowed_by_type(amazon: Amazon) -> None:
    ask(amazon, "create_agent_status", Name="Lunch", State="ENABLED")
    agent = ask(amazon, "create_user", **user(amazon, "ada"))["UserId"]
    statuses = ask(amazon, "list_agent_statuses", AgentStatusTypes=["CUSTOM", "OFFLINE"])["AgentStatusSummaryList"]
    assert [(s["Name"], s["Type"]) for s in statuses] == [("Offline", "OFFLINE"), ("Lunch", "CUSTOM")]
    own = ask(amazon, "list_queues", QueueTypes=["AGENT"])["QueueSummaryList"]
    assert own == [{"Id": agent, "Arn": f"{ARN}/queue/agent/{agent}", "QueueType": "AGENT", **dated(amazon)}]
    flows = ask(amazon, "list_contact_flows", ContactFlowTypes=["CUSTOMER_QUEUE"])["ContactFlowSummaryList"]
    assert [flow["Name"] for flow in flows] == ["Default customer queue"]


# ---- each kind -----------------------------------------------------------------------------------------------------


def test_a_queue_has_hours(amazon: Amazon) -> None:
    config = {
        "Day": "MONDAY",
        "StartTime": {"Hours": 8, "Minutes": 30},
        "EndTime": {"Hours": 17, "Minutes": 0},
    }
    hours = ask(amazon, "create_hours_of_operation", Name="Office", TimeZone="Europe/Berlin", Config=[config])
    hours_id = hours["HoursOfOperationId"]
    assert ask(amazon, "describe_hours_of_operation", HoursOfOperationId=hours_id)["HoursOfOperation"] == {
        "HoursOfOperationId": hours_id,
        "HoursOfOperationArn": f"{ARN}/operating-hours/{hours_id}",
        "Name": "Office",
        "TimeZone": "Europe/Berlin",
        "Config": [config],
        **dated(amazon),
    }
    queue = ask(
        amazon,
        "create_queue",
        Name="Parcels",
        Description="Where is it?",
        HoursOfOperationId=hours["HoursOfOperationArn"],
        MaxContacts=3,
        Tags={"team": "a"},
    )
    assert ask(amazon, "describe_queue", QueueId=queue["QueueArn"])["Queue"] == {
        "QueueId": queue["QueueId"],
        "QueueArn": f"{ARN}/queue/{queue['QueueId']}",
        "Name": "Parcels",
        "Description": "Where is it?",
        "HoursOfOperationId": hours_id,
        "MaxContacts": 3,
        "Status": "ENABLED",
        "Tags": {"team": "a"},
        **dated(amazon),
    }


def test_a_routing_profile_knows_its_queues_and_its_users(amazon: Amazon) -> None:
    first, second = (
        ask(
            amazon,
            "create_queue",
            Name=name,
            HoursOfOperationId=known(amazon, register.HOURS, "Basic Hours"),
        )["QueueId"]
        for name in ("First", "Second")
    )
    configs = [
        {"QueueReference": {"QueueId": queue, "Channel": "CHAT"}, "Priority": n, "Delay": 0}
        for n, queue in enumerate((f"{ARN}/queue/{first}", second), start=1)
    ]
    given = minimal(amazon)["create_routing_profile"] | {"QueueConfigs": configs}
    profile = ask(amazon, "create_routing_profile", **given)["RoutingProfileId"]
    ask(amazon, "create_user", **user(amazon, "ada", RoutingProfileId=profile))
    assert ask(amazon, "describe_routing_profile", RoutingProfileId=profile)["RoutingProfile"] == {
        "InstanceId": INSTANCE,
        "RoutingProfileId": profile,
        "RoutingProfileArn": f"{ARN}/routing-profile/{profile}",
        "Name": "Mine",
        "Description": "d",
        "DefaultOutboundQueueId": known(amazon, register.QUEUE, "BasicQueue"),
        "MediaConcurrencies": [{"Channel": "CHAT", "Concurrency": 10}],
        "AgentAvailabilityTimer": "TIME_SINCE_LAST_ACTIVITY",
        "NumberOfAssociatedQueues": 2,
        "NumberOfAssociatedUsers": 1,
        "AssociatedQueueIds": sorted([first, second]),
        **dated(amazon),
    }
    one = ask(amazon, "list_routing_profile_queues", RoutingProfileId=profile, MaxResults=1)
    two = ask(amazon, "list_routing_profile_queues", RoutingProfileId=profile, NextToken=one["NextToken"])
    listed = one["RoutingProfileQueueConfigSummaryList"] + two["RoutingProfileQueueConfigSummaryList"]
    assert [(q["QueueId"], q["QueueArn"], q["QueueName"], q["Priority"]) for q in listed] == [
        (first, f"{ARN}/queue/{first}", "First", 1),
        (second, f"{ARN}/queue/{second}", "Second", 2),
    ]
    assert "NextToken" not in two


def test_a_user_is_described_without_the_password(amazon: Amazon) -> None:
    identity = {"FirstName": "Ada", "LastName": "Lovelace"}
    phone = {"PhoneType": "SOFT_PHONE", "AutoAccept": True, "AfterContactWorkTimeLimit": 0}
    given = user(amazon, "ada@example.com", IdentityInfo=identity, PhoneConfig=phone)
    made = ask(amazon, "create_user", **given)
    assert ask(amazon, "describe_user", UserId=made["UserId"])["User"] == {
        "Id": made["UserId"],
        "Arn": f"{ARN}/agent/{made['UserId']}",
        "Username": "ada@example.com",
        "IdentityInfo": identity,
        "PhoneConfig": phone,
        "SecurityProfileIds": given["SecurityProfileIds"],
        "RoutingProfileId": given["RoutingProfileId"],
        **dated(amazon),
    }
    assert "Passw0rd!" not in amazon.world.store.dump()


def test_a_status_is_described(amazon: Amazon) -> None:
    made = ask(amazon, "create_agent_status", Name="Lunch", State="ENABLED", Description="Out", DisplayOrder=7)
    assert ask(amazon, "describe_agent_status", AgentStatusId=made["AgentStatusId"])["AgentStatus"] == {
        "AgentStatusId": made["AgentStatusId"],
        "AgentStatusARN": made["AgentStatusARN"],
        "Name": "Lunch",
        "Description": "Out",
        "Type": "CUSTOM",
        "DisplayOrder": 7,
        "State": "ENABLED",
        **dated(amazon),
    }


@pytest.mark.parametrize(
    ("operation", "given", "code"),
    [
        ("create_hours_of_operation", {"TimeZone": "Mars/Base"}, "InvalidParameterException"),
        (
            "create_hours_of_operation",
            {"ParentHoursOfOperationConfigs": [{"HoursOfOperationId": "h"}]},
            "NotImplementedException",
        ),
        ("create_queue", {"QuickConnectIds": ["q"]}, "NotImplementedException"),
        ("create_queue", {"OutboundCallerConfig": {}}, "NotImplementedException"),
        ("create_queue", {"Name": "n" * 128}, "InvalidParameterException"),
        ("create_user", {"Username": "a b"}, "InvalidParameterException"),
        ("create_user", {"Username": "ada@example"}, "InvalidParameterException"),
        ("create_user", {"Password": "password"}, "InvalidParameterException"),
        ("create_user", {"Password": "Pw0"}, "InvalidParameterException"),
        ("create_user", {"SecurityProfileIds": [NOBODY]}, "ResourceNotFoundException"),
        ("create_user", {"RoutingProfileId": NOBODY}, "ResourceNotFoundException"),
        ("create_user", {"HierarchyGroupId": "h"}, "NotImplementedException"),
        ("create_routing_profile", {"DefaultOutboundQueueId": NOBODY}, "ResourceNotFoundException"),
        ("create_routing_profile", {"MediaConcurrencies": []}, "InvalidParameterException"),
        (
            "create_routing_profile",
            {"MediaConcurrencies": [{"Channel": "CHAT", "Concurrency": 1}] * 2},
            "InvalidParameterException",
        ),
        (
            "create_routing_profile",
            {"MediaConcurrencies": [{"Channel": "VOICE", "Concurrency": 2}]},
            "InvalidParameterException",
        ),
        (
            "create_routing_profile",
            {"MediaConcurrencies": [{"Channel": "CHAT", "Concurrency": 0}]},
            "InvalidParameterException",
        ),
        (
            "create_routing_profile",
            {"QueueConfigs": [{"QueueReference": {"QueueId": NOBODY, "Channel": "CHAT"}, "Priority": 1, "Delay": 0}]},
            "ResourceNotFoundException",
        ),
        ("create_agent_status", {"DisplayOrder": 51}, "InvalidParameterException"),
        ("create_contact_flow", {"Content": ""}, "InvalidParameterException"),
        ("create_contact_flow", {"Content": " " * 256_001}, "InvalidParameterException"),
        ("create_contact_flow", {"Content": "no flow"}, "InvalidContactFlowException"),
    ],
)
def test_what_makes_no_sense_is_refused_and_leaves_nothing(
    amazon: Amazon, operation: str, given: dict[str, Any], code: str
) -> None:
    before = amazon.world.store.dump()
    assert refused(lambda: ask(amazon, operation, **minimal(amazon)[operation] | given)) == code
    assert amazon.world.store.dump() == before


# ---- flows ---------------------------------------------------------------------------------------------------------


def test_a_flow_made_by_the_api_is_started_on_at_once_and_after_a_restart(amazon: Amazon) -> None:
    made = ask(amazon, "create_contact_flow", Name="Mine", Type="CONTACT_FLOW", Content=SAYS_HELLO, Description="d")
    assert made["FlowContentSha256"] == hashlib.sha256(SAYS_HELLO.encode()).hexdigest()
    assert made["ContactFlowArn"] == f"{ARN}/contact-flow/{made['ContactFlowId']}"
    for named in (made["ContactFlowId"], made["ContactFlowArn"]):
        started = ask(amazon, "start_chat_contact", ContactFlowId=named, ParticipantDetails={"DisplayName": "Ada"})
        amazon.connected(started["ParticipantToken"])
        said = amazon.world.store.all(
            "SELECT content FROM item WHERE contact_id = ? AND role = 'SYSTEM'", started["ContactId"]
        )
        assert [row["content"] for row in said] == ["Hello from the API."]
        amazon.again()
    assert ask(amazon, "describe_contact_flow", ContactFlowId=made["ContactFlowId"])["ContactFlow"] == {
        "Arn": made["ContactFlowArn"],
        "Id": made["ContactFlowId"],
        "Name": "Mine",
        "Type": "CONTACT_FLOW",
        "State": "ACTIVE",
        "Status": "PUBLISHED",
        "Description": "d",
        "Content": SAYS_HELLO,
        "FlowContentSha256": made["FlowContentSha256"],
    }


def test_a_flow_that_aws_would_refuse_is_refused_with_all_its_problems(amazon: Amazon) -> None:
    before = amazon.world.store.dump()
    calls: list[Callable[[], Any]] = [
        lambda: ask(amazon, "create_contact_flow", Name="x", Type="CONTACT_FLOW", Content=BROKEN),
        lambda: ask(amazon, "update_contact_flow_content", ContactFlowId=INBOUND_FLOW, Content=BROKEN),
    ]
    for act in calls:
        with pytest.raises(amazon.connect.exceptions.InvalidContactFlowException) as raised:
            act()
        assert raised.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
        assert [problem["message"] for problem in raised.value.response["problems"]] == [
            "StartAction 'nowhere' is none of the actions",
            "action a: NextAction 'b' is none of the actions",
            "action a: the flow language has no action of type Dance",
        ]
    assert amazon.world.store.dump() == before


def test_a_saved_flow_is_not_looked_into_and_not_started_until_it_is_published(amazon: Amazon) -> None:
    flow = ask(amazon, "create_contact_flow", Name="Draft", Type="CONTACT_FLOW", Content=BROKEN, Status="SAVED")
    flow_id = flow["ContactFlowId"]
    start = {"ContactFlowId": flow_id, "ParticipantDetails": {"DisplayName": "Ada"}}
    assert refused(lambda: ask(amazon, "start_chat_contact", **start)) == "ResourceNotFoundException"
    assert refused(lambda: ask(amazon, "describe_contact_flow", ContactFlowId=flow_id)) == (
        "ContactFlowNotPublishedException"
    )
    saved = ask(amazon, "describe_contact_flow", ContactFlowId=f"{flow_id}:$SAVED")["ContactFlow"]
    assert (saved["Status"], saved["Content"]) == ("SAVED", BROKEN)
    (listed,) = [f for f in ask(amazon, "list_contact_flows")["ContactFlowSummaryList"] if f["Id"] == flow_id]
    assert (listed["ContactFlowStatus"], listed["ContactFlowState"]) == ("SAVED", "ACTIVE")
    ask(amazon, "update_contact_flow_content", ContactFlowId=flow_id, Content=SAYS_HELLO)
    assert ask(amazon, "start_chat_contact", **start)["ContactId"]


def test_content_can_be_saved_beside_what_is_published(amazon: Amazon) -> None:
    saved = f"{INBOUND_FLOW}:$SAVED"
    ask(amazon, "update_contact_flow_content", ContactFlowId=saved, Content=BROKEN)
    assert ask(amazon, "describe_contact_flow", ContactFlowId=INBOUND_FLOW)["ContactFlow"]["Content"] == FLOW
    assert ask(amazon, "describe_contact_flow", ContactFlowId=saved)["ContactFlow"]["Content"] == BROKEN
    ask(amazon, "update_contact_flow_content", ContactFlowId=INBOUND_FLOW, Content=SAYS_HELLO)
    assert ask(amazon, "describe_contact_flow", ContactFlowId=saved)["ContactFlow"]["Content"] == SAYS_HELLO


def test_a_changed_flow_is_what_the_next_chat_runs(amazon: Amazon) -> None:
    ask(amazon, "update_contact_flow_content", ContactFlowId=INBOUND_FLOW, Content=SAYS_HELLO)
    amazon.again()
    started = amazon.start_chat()
    amazon.connected(started["ParticipantToken"])
    found = amazon.world.store.value("SELECT content FROM item WHERE role = 'SYSTEM'")
    assert found == "Hello from the API."


def test_a_file_of_the_command_line_is_loaded_again_when_it_has_changed(amazon: Amazon) -> None:
    changed = SAYS_HELLO.replace("from the API", "from the file")
    ask(amazon, "update_contact_flow_content", ContactFlowId=INBOUND_FLOW, Content=SAYS_HELLO)
    amazon._options = replace(amazon._options, flows={INBOUND_FLOW: parse(changed, CHECKS)})
    amazon.again()
    assert ask(amazon, "describe_contact_flow", ContactFlowId=INBOUND_FLOW)["ContactFlow"]["Content"] == changed


def test_a_flow_is_renamed_and_archived(amazon: Amazon) -> None:
    ask(amazon, "update_contact_flow_name", ContactFlowId=INBOUND_FLOW, Name="Front door", Description="All come here")
    flow = ask(amazon, "describe_contact_flow", ContactFlowId=INBOUND_FLOW)["ContactFlow"]
    assert (flow["Name"], flow["Description"], flow["State"]) == ("Front door", "All come here", "ACTIVE")
    other = ask(amazon, "create_contact_flow", Name="Other", Type="CONTACT_FLOW", Content=SAYS_HELLO)["ContactFlowId"]
    for operation in ("update_contact_flow_name", "update_contact_flow_metadata"):
        taken = refused(lambda op=operation: ask(amazon, op, ContactFlowId=other, Name="Front door"))  # type: ignore[misc]
        assert taken == "DuplicateResourceException"
    ask(amazon, "update_contact_flow_metadata", ContactFlowId=INBOUND_FLOW, ContactFlowState="ARCHIVED")
    flow = ask(amazon, "describe_contact_flow", ContactFlowId=INBOUND_FLOW)["ContactFlow"]
    assert (flow["Name"], flow["State"]) == ("Front door", "ARCHIVED")
    with pytest.raises(amazon.connect.exceptions.ResourceNotFoundException):
        amazon.start_chat()


def test_versions_of_a_flow_are_not_kept(amazon: Amazon) -> None:
    assert refused(lambda: ask(amazon, "describe_contact_flow", ContactFlowId=f"{INBOUND_FLOW}:3")) == (
        "ResourceNotFoundException"
    )


def test_the_default_flows_are_flows_that_aws_would_take_and_stay(amazon: Amazon) -> None:
    listed = {flow["Name"]: flow for flow in ask(amazon, "list_contact_flows")["ContactFlowSummaryList"]}
    for name, kind in DEFAULT_FLOWS.items():
        found = ask(amazon, "describe_contact_flow", ContactFlowId=listed[name]["Id"])["ContactFlow"]
        assert (found["Type"], found["Status"]) == (kind, "PUBLISHED")
        ask(amazon, "create_contact_flow", Name=f"{name} (mine)", Type=kind, Content=found["Content"])
        assert refused(lambda f=found: ask(amazon, "delete_contact_flow", ContactFlowId=f["Id"])) == (  # type: ignore[misc]
            "InvalidRequestException"
        )


def test_a_flow_that_is_deleted_is_gone_and_its_name_is_free(amazon: Amazon) -> None:
    for _ in range(2):
        made = ask(amazon, "create_contact_flow", Name="Mine", Type="CONTACT_FLOW", Content=SAYS_HELLO)["ContactFlowId"]
        ask(amazon, "delete_contact_flow", ContactFlowId=made)
        gone = {
            "describe_contact_flow": {"ContactFlowId": made},
            "delete_contact_flow": {"ContactFlowId": made},
            "start_chat_contact": {"ContactFlowId": made, "ParticipantDetails": {"DisplayName": "Ada"}},
        }
        for operation, given in gone.items():
            assert refused(lambda o=operation, g=given: ask(amazon, o, **g)) == "ResourceNotFoundException"  # type: ignore[misc]


# ---- instances and tags --------------------------------------------------------------------------------------------


def made_instance(amazon: Amazon, alias: str = "mine", **more: Any) -> dict[str, Any]:
    made: dict[str, Any] = amazon.connect.create_instance(
        IdentityManagementType="SAML", InstanceAlias=alias, InboundCallsEnabled=True, OutboundCallsEnabled=False, **more
    )
    return made


def test_an_instance_is_made_described_listed_and_deleted(amazon: Amazon) -> None:
    made = made_instance(amazon, ClientToken="once", Tags={"team": "ada"})
    again = made_instance(amazon, ClientToken="once")
    assert (again["Id"], made["Arn"]) == (made["Id"], f"arn:aws:connect:us-east-1:123456789012:instance/{made['Id']}")
    amazon.again()
    described = amazon.connect.describe_instance(InstanceId=made["Id"])["Instance"]
    assert described.pop("Tags") == {"team": "ada"}
    assert described["InstanceAccessUrl"] == "https://mine.my.connect.aws"
    kept = ("IdentityManagementType", "InboundCallsEnabled", "OutboundCallsEnabled", "InstanceStatus")
    assert [described[name] for name in kept] == ["SAML", True, False, "ACTIVE"]
    assert amazon.connect.list_instances()["InstanceSummaryList"][1:] == [described]
    assert refused(lambda: made_instance(amazon)) == "InvalidRequestException"
    amazon.connect.delete_instance(InstanceId=made["Id"])
    assert [each["Id"] for each in amazon.connect.list_instances()["InstanceSummaryList"]] == [INSTANCE]
    for operation in (amazon.connect.describe_instance, amazon.connect.delete_instance):
        assert refused(lambda o=operation: o(InstanceId=made["Id"])) == "ResourceNotFoundException"  # type: ignore[misc]


def test_instances_come_in_pages(amazon: Amazon) -> None:
    made = [INSTANCE, *(made_instance(amazon, f"mine-{n}")["Id"] for n in range(4))]
    first = amazon.connect.list_instances(MaxResults=3)
    second = amazon.connect.list_instances(MaxResults=3, NextToken=first["NextToken"])
    assert [each["Id"] for page in (first, second) for each in page["InstanceSummaryList"]] == made
    assert "NextToken" not in second


def test_an_instance_that_was_made_here_holds_nothing_and_says_so(amazon: Amazon) -> None:
    made = made_instance(amazon)["Id"]
    assert refused(lambda: amazon.connect.list_queues(InstanceId=made)) == "NotImplementedException"
    assert refused(lambda: amazon.connect.delete_instance(InstanceId=INSTANCE)) == "InvalidRequestException"


def test_tags_are_set_shown_and_taken_away(amazon: Amazon) -> None:
    queue = ask(amazon, "list_queues")["QueueSummaryList"][0]
    flow = ask(amazon, "create_contact_flow", Name="Mine", Type="CONTACT_FLOW", Content=SAYS_HELLO, Tags={"a": "0"})
    arns = [ARN, made_instance(amazon)["Arn"], queue["Arn"], flow["ContactFlowArn"]]
    for arn in arns:
        amazon.connect.tag_resource(resourceArn=arn, tags={"a": "1", "b": "2"})
        amazon.connect.tag_resource(resourceArn=arn, tags={"c": ""})
        amazon.connect.untag_resource(resourceArn=arn, tagKeys=["b", "none"])
        assert amazon.connect.list_tags_for_resource(resourceArn=arn)["tags"] == {"a": "1", "c": ""}
    assert ask(amazon, "describe_queue", QueueId=queue["Id"])["Queue"]["Tags"] == {"a": "1", "c": ""}
    found = ask(amazon, "describe_contact_flow", ContactFlowId=flow["ContactFlowId"])["ContactFlow"]
    assert found["Tags"] == {"a": "1", "c": ""}
    assert ask(amazon, "describe_instance")["Instance"]["Tags"] == {"a": "1", "c": ""}
    amazon.connect.untag_resource(resourceArn=ARN, tagKeys=["a", "c"])
    assert amazon.connect.list_tags_for_resource(resourceArn=ARN)["tags"] == {}


@pytest.mark.parametrize(
    ("arn", "code"),
    [
        ("queue", "InvalidParameterException"),
        (f"x{ARN}", "InvalidParameterException"),
        (ARN.replace("/", "/x"), "InvalidParameterException"),
        (f"{ARN}/queue/nobody", "ResourceNotFoundException"),
        (f"{ARN}/pigeon/x", "ResourceNotFoundException"),
        (f"{ARN}/", "ResourceNotFoundException"),
    ],
)
def test_what_is_not_there_has_no_tags(amazon: Amazon, arn: str, code: str) -> None:
    assert refused(lambda: amazon.connect.list_tags_for_resource(resourceArn=arn)) == code


def test_a_resource_has_fifty_tags_at_most(amazon: Amazon) -> None:
    amazon.connect.tag_resource(resourceArn=ARN, tags={f"t{n}": "" for n in range(50)})
    more = [({"one more": ""}, "InvalidRequestException"), ({"aws:mine": ""}, "InvalidParameterException")]
    for tags, code in more:
        assert refused(lambda t=tags: amazon.connect.tag_resource(resourceArn=ARN, tags=t)) == code  # type: ignore[misc]
