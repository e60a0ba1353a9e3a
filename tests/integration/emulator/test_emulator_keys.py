"""Access keys on real wires: the set-up of a bot that may start chats and nothing else, as its vendor documents it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from tests.emulating import INBOUND_FLOW, INSTANCE, REGION, RunningEmulator

ARN = f"arn:aws:connect:{REGION}:123456789012:instance/{INSTANCE}"
SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"


@pytest.fixture
def guarded(running: Callable[..., RunningEmulator], tmp_path: Path) -> RunningEmulator:
    """An administrator's key, and a bot's that may start chats on the inbound flow."""
    policy = tmp_path / "bot.json"
    statement = {
        "Effect": "Allow",
        "Action": "connect:StartChatContact",
        "Resource": f"{ARN}/contact-flow/{INBOUND_FLOW}",
    }
    policy.write_text(json.dumps({"Version": "2012-10-17", "Statement": [statement]}))
    keys = ["--access-key", f"AKIAADMIN={SECRET}", "--access-key", f"AKIABOT={SECRET}={policy}"]
    return running(options=keys)


def client(
    emulator: RunningEmulator, key: str, service: str = "connect", secret: str = SECRET, *, unchecked: bool = False
) -> Any:
    return boto3.client(
        service,
        endpoint_url=emulator.url,
        region_name=REGION,
        aws_access_key_id=key,
        aws_secret_access_key=secret,
        config=Config(retries={"total_max_attempts": 1}, parameter_validation=not unchecked),
    )


def refused(act: Callable[[], Any]) -> tuple[int, str]:
    with pytest.raises(ClientError) as raised:
        act()
    answer = raised.value.response
    return answer["ResponseMetadata"]["HTTPStatusCode"], answer["Error"]["Code"]


def test_a_bots_user_starts_a_chat_and_talks_and_can_do_nothing_else(guarded: RunningEmulator) -> None:
    # "generate access key for this user"; "copy the Instance ID and the flow Id"; two service URLs: one here
    bot, participant = client(guarded, "AKIABOT"), client(guarded, "AKIABOT", "connectparticipant")
    started = bot.start_chat_contact(
        InstanceId=INSTANCE,
        ContactFlowId=INBOUND_FLOW,
        ParticipantDetails={"DisplayName": "Ada"},
        Attributes={"HelpdeskSubject": "parcel"},
    )
    connection = participant.create_participant_connection(
        ParticipantToken=started["ParticipantToken"], Type=["CONNECTION_CREDENTIALS"], ConnectParticipant=True
    )
    token = connection["ConnectionCredentials"]["ConnectionToken"]
    assert participant.send_message(ConnectionToken=token, ContentType="text/plain", Content="Where is it?")["Id"]
    contact = {"InstanceId": INSTANCE, "ContactId": started["ContactId"]}
    denied: list[Callable[[], Any]] = [
        lambda: bot.stop_contact(**contact),
        lambda: bot.describe_contact(**contact),
        lambda: bot.list_contact_flows(InstanceId=INSTANCE),
        bot.list_instances,
        lambda: bot.start_chat_contact(
            InstanceId=INSTANCE,
            ContactFlowId="bbbbbbbb-bbbb-4ccc-8ddd-eeeeeeeeeeee",
            ParticipantDetails={"DisplayName": "Ada"},
        ),
        lambda: client(guarded, "AKIABOT", "sns").list_subscriptions_by_topic(
            TopicArn=f"arn:aws:sns:{REGION}:123456789012:ccp-portal"
        ),
    ]
    assert [refused(act) for act in denied] == [(403, "AccessDeniedException")] * 5 + [(403, "AuthorizationError")]
    admin = client(guarded, "AKIAADMIN")
    attributes = admin.get_contact_attributes(InstanceId=INSTANCE, InitialContactId=started["ContactId"])
    assert attributes["Attributes"] == {"HelpdeskSubject": "parcel"}


def test_a_bot_without_a_name_or_with_a_number_for_a_parameter_gets_no_chat(guarded: RunningEmulator) -> None:
    """Seed 001: without ChatUser.Name "the chatbot will fail placing the customer"; "both the key and value are strings"."""
    bot = client(guarded, "AKIABOT", unchecked=True)
    flow = {"InstanceId": INSTANCE, "ContactFlowId": INBOUND_FLOW}
    named = {"DisplayName": "Ada"}
    assert refused(lambda: bot.start_chat_contact(**flow)) == (400, "InvalidParameterException")
    assert refused(lambda: bot.start_chat_contact(**flow, ParticipantDetails={"DisplayName": ""})) == (
        400,
        "InvalidParameterException",
    )
    assert refused(lambda: bot.start_chat_contact(**flow, ParticipantDetails=named, Attributes={"queueId": 7})) == (
        400,
        "InvalidParameterException",
    )


def test_wrong_keys_are_refused_also_after_a_restart(guarded: RunningEmulator) -> None:
    for _ in range(2):
        assert refused(client(guarded, "AKIANOBODY").list_instances) == (403, "UnrecognizedClientException")
        assert refused(client(guarded, "AKIAADMIN", secret="x").list_instances) == (403, "InvalidSignatureException")
        assert client(guarded, "AKIAADMIN").list_instances()["InstanceSummaryList"][0]["Id"] == INSTANCE
        guarded.restart()


def test_labels_queries_and_unicode_are_signed_as_they_are_sent(guarded: RunningEmulator) -> None:
    admin = client(guarded, "AKIAADMIN")
    made = admin.create_agent_status(InstanceId=ARN, Name="Pause, später & mehr", State="ENABLED")
    listed = admin.list_agent_statuses(InstanceId=ARN, AgentStatusTypes=["CUSTOM", "OFFLINE"], MaxResults=1)
    assert listed["AgentStatusSummaryList"][0]["Name"] == "Offline"
    rest = admin.list_agent_statuses(
        InstanceId=ARN, AgentStatusTypes=["CUSTOM", "OFFLINE"], NextToken=listed["NextToken"]
    )
    assert [s["Id"] for s in rest["AgentStatusSummaryList"]] == [made["AgentStatusId"]]
    described = admin.describe_agent_status(InstanceId=ARN, AgentStatusId=made["AgentStatusARN"])
    assert described["AgentStatus"]["Name"] == "Pause, später & mehr"


def test_what_is_created_is_there_after_kill_9(guarded: RunningEmulator) -> None:
    admin = client(guarded, "AKIAADMIN")
    hours = admin.list_hours_of_operations(InstanceId=INSTANCE)["HoursOfOperationSummaryList"][0]["Id"]
    queue = admin.create_queue(InstanceId=INSTANCE, Name="Parcels", HoursOfOperationId=hours)["QueueId"]
    content = admin.describe_contact_flow(InstanceId=INSTANCE, ContactFlowId=INBOUND_FLOW)["ContactFlow"]["Content"]
    flow = admin.create_contact_flow(InstanceId=INSTANCE, Name="Copy", Type="CONTACT_FLOW", Content=content)
    guarded.restart()
    assert admin.describe_queue(InstanceId=INSTANCE, QueueId=queue)["Queue"]["Name"] == "Parcels"
    started = admin.start_chat_contact(
        InstanceId=INSTANCE, ContactFlowId=flow["ContactFlowId"], ParticipantDetails={"DisplayName": "Ada"}
    )
    admin.update_contact(InstanceId=INSTANCE, ContactId=started["ContactId"], Name="Copy's first")
    guarded.restart()
    described = admin.describe_contact(InstanceId=INSTANCE, ContactId=started["ContactId"])["Contact"]
    assert described["Name"] == "Copy's first"
