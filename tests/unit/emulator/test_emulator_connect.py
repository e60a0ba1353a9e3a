"""The connect service: chats begun, described, changed and stopped, and who may be added to them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.amazon import Amazon
from tests.emulating import EVENT, INBOUND_FLOW, INSTANCE, TOPIC


def code(raised: pytest.ExceptionInfo[ClientError]) -> str:
    return str(raised.value.response["Error"]["Code"])


def describe(amazon: Amazon, contact_id: str) -> dict[str, Any]:
    answer = amazon.connect.describe_contact(InstanceId=INSTANCE, ContactId=contact_id)
    return dict(answer["Contact"])


def test_a_chat_waits_for_its_customer_before_its_flow_starts(amazon: Amazon) -> None:
    started = amazon.start_chat()
    assert sorted(set(started) - {"ResponseMetadata"}) == ["ContactId", "ParticipantId", "ParticipantToken"]
    assert amazon.world.store.value("SELECT count(*) FROM item") == 0
    token = amazon.connected(started["ParticipantToken"])
    assert [item["ContentType"] for item in amazon.transcript(token)] == [EVENT + "participant.joined", "text/plain"]


def test_the_initial_message_is_the_customers_first_and_comes_before_the_flow(amazon: Amazon) -> None:
    _, token = amazon.customer(InitialMessage={"ContentType": "text/plain", "Content": "My parcel is late"})
    first, second, third = amazon.transcript(token)
    assert first["ContentType"] == EVENT + "participant.joined"
    assert (second["Content"], second["ParticipantRole"], second["DisplayName"]) == (
        "My parcel is late",
        "CUSTOMER",
        "Ada",
    )
    assert (third["ParticipantRole"], third["DisplayName"]) == ("SYSTEM", "SYSTEM_MESSAGE")


def test_the_same_client_token_is_the_same_chat_also_after_a_restart(amazon: Amazon) -> None:
    first = amazon.start_chat(ClientToken="once")
    amazon.again()
    second = amazon.start_chat(ClientToken="once")
    third = amazon.start_chat(ClientToken="twice")
    assert (second["ContactId"], second["ParticipantToken"]) == (first["ContactId"], first["ParticipantToken"])
    assert third["ContactId"] != first["ContactId"]
    assert amazon.world.store.value("SELECT count(*) FROM contact") == 2


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"InstanceId": "22222222-2222-4333-8444-555555555555"}, "ResourceNotFoundException"),
        ({"ContactFlowId": "bbbbbbbb-bbbb-4ccc-8ddd-eeeeeeeeeeee"}, "ResourceNotFoundException"),
        ({"Attributes": {"a b": "1"}}, "InvalidRequestException"),
        ({"Attributes": {"ä": "1"}}, "InvalidRequestException"),
        ({"Attributes": {"key": "é" * 16_383}}, "InvalidRequestException"),
        ({"SupportedMessagingContentTypes": ["text/markdown"]}, "InvalidParameterException"),
        ({"SupportedMessagingContentTypes": ["text/plain", "text/html"]}, "InvalidParameterException"),
        ({"InitialMessage": {"ContentType": "text/markdown", "Content": "*"}}, "InvalidParameterException"),
        ({"InitialMessage": {"ContentType": "text/plain", "Content": "é" * 8_193}}, "InvalidParameterException"),
        ({"PersistentChat": {"SourceContactId": "c", "RehydrationType": "FROM_SEGMENT"}}, "ResourceNotFoundException"),
        ({"PersistentChat": {"SourceContactId": "c"}}, "InvalidParameterException"),
        ({"PersistentChat": {"RehydrationType": "FROM_SEGMENT"}}, "InvalidParameterException"),
        (
            {"PersistentChat": {"SourceContactId": "c", "RehydrationType": "FROM_SEGMENT"}, "RelatedContactId": "c"},
            "InvalidRequestException",
        ),
        ({"RelatedContactId": "nobody"}, "ResourceNotFoundException"),
        ({"SegmentAttributes": {"a b": {"ValueString": "x"}}}, "InvalidRequestException"),
        ({"SegmentAttributes": {"connect:Subtype": {"ValueString": "connect:Guide"}}}, "InvalidRequestException"),
        ({"ChatStreamingConfiguration": {"StreamingEndpointArn": TOPIC + ".fifo"}}, "InvalidRequestException"),
    ],
)
def test_a_chat_that_cannot_be_begun_is_refused_and_leaves_nothing(
    amazon: Amazon, given: dict[str, Any], expected: str
) -> None:
    asked = {"InstanceId": INSTANCE, "ContactFlowId": INBOUND_FLOW, "ParticipantDetails": {"DisplayName": "Ada"}}
    before = amazon.world.store.dump()
    with pytest.raises(ClientError) as raised:
        amazon.connect.start_chat_contact(**asked | given)
    assert code(raised) == expected
    assert amazon.world.store.dump() == before


def test_attributes_of_exactly_32768_bytes_are_taken(amazon: Amazon) -> None:
    contact_id, _ = amazon.customer(Attributes={"key": "x" * 32_765})
    assert (
        len(
            amazon.connect.get_contact_attributes(InstanceId=INSTANCE, InitialContactId=contact_id)["Attributes"]["key"]
        )
        == 32_765
    )
    with pytest.raises(amazon.connect.exceptions.InvalidRequestException):
        amazon.connect.update_contact_attributes(InstanceId=INSTANCE, InitialContactId=contact_id, Attributes={"k": ""})


def test_attributes_are_read_and_merged(amazon: Amazon) -> None:
    contact_id, _ = amazon.customer(Attributes={"topic": "parcels", "lang": "en"})
    amazon.connect.update_contact_attributes(
        InstanceId=INSTANCE, InitialContactId=contact_id, Attributes={"lang": "de", "vip": "1"}
    )
    read = amazon.connect.get_contact_attributes(InstanceId=INSTANCE, InitialContactId=contact_id)
    assert read["Attributes"] == {"topic": "parcels", "lang": "de", "vip": "1"}


def test_a_contact_is_described_while_it_lives_and_afterwards(amazon: Amazon) -> None:
    contact_id, _ = amazon.customer(Attributes={"topic": "parcels"}, CustomerId="c-7")
    began = datetime.fromtimestamp(amazon.clock.now() / 1000, UTC)
    living = {
        "Arn": f"arn:aws:connect:us-east-1:123456789012:instance/{INSTANCE}/contact/{contact_id}",
        "Id": contact_id,
        "InitiationMethod": "API",
        "Channel": "CHAT",
        "CustomerId": "c-7",
        "SegmentAttributes": {"connect:Subtype": {"ValueString": "connect:Chat"}},
        "Attributes": {"topic": "parcels"},
        "InitiationTimestamp": began,
        "ConnectedToSystemTimestamp": began,
        "LastUpdateTimestamp": began,
    }
    assert describe(amazon, contact_id) == living
    amazon.connect.stop_contact(InstanceId=INSTANCE, ContactId=contact_id)
    assert describe(amazon, contact_id) == living | {"DisconnectTimestamp": began, "DisconnectReason": "API"}


def test_a_stranger_is_not_described(amazon: Amazon) -> None:
    with pytest.raises(amazon.connect.exceptions.ResourceNotFoundException):
        describe(amazon, "nobody")


def test_a_contact_is_stopped_once(amazon: Amazon) -> None:
    contact_id, token = amazon.customer()
    amazon.connect.stop_contact(InstanceId=INSTANCE, ContactId=contact_id)
    with pytest.raises(amazon.connect.exceptions.ContactNotFoundException):
        amazon.connect.stop_contact(InstanceId=INSTANCE, ContactId=contact_id)
    with pytest.raises(amazon.participant.exceptions.AccessDeniedException):
        amazon.say(token, "Hello?")


def test_stopping_sends_everybody_away_and_says_so(amazon: Amazon) -> None:
    contact_id, _ = amazon.customer()
    amazon.bot(contact_id)
    amazon.connect.stop_contact(InstanceId=INSTANCE, ContactId=contact_id)
    rows = amazon.world.store.all("SELECT content_type, role FROM item ORDER BY seq DESC LIMIT 2")
    assert [tuple(row) for row in rows] == [(EVENT + "chat.ended", None), (EVENT + "participant.left", "CUSTOM_BOT")]
    assert amazon.world.store.value("SELECT count(*) FROM participant WHERE state != 'LEFT'") == 0


def test_only_a_custom_participant_can_be_added_to_a_chat(amazon: Amazon) -> None:
    contact_id, _ = amazon.customer()
    for role in ("AGENT", "CUSTOMER", "SYSTEM", "SUPERVISOR"):
        with pytest.raises(amazon.connect.exceptions.InvalidRequestException):
            amazon.connect.create_participant(
                InstanceId=INSTANCE,
                ContactId=contact_id,
                ParticipantDetails={"ParticipantRole": role, "DisplayName": "X"},
            )


def test_a_second_custom_participant_is_refused_until_the_first_has_left(amazon: Amazon) -> None:
    contact_id, _ = amazon.customer()
    first = amazon.bot(contact_id)
    with pytest.raises(amazon.connect.exceptions.ConflictException):
        amazon.create_bot(contact_id)
    amazon.participant.disconnect_participant(ConnectionToken=first)
    second = amazon.bot(contact_id)
    assert amazon.say(second, "Hello again.")["Id"]


def test_the_same_client_token_is_the_same_participant(amazon: Amazon) -> None:
    contact_id, _ = amazon.customer()
    first = amazon.create_bot(contact_id, ClientToken="once")
    second = amazon.create_bot(contact_id, ClientToken="once")
    assert first["ParticipantId"] == second["ParticipantId"]
    assert first["ParticipantCredentials"] == second["ParticipantCredentials"]


def test_nothing_is_added_to_a_contact_that_has_ended(amazon: Amazon) -> None:
    contact_id, _ = amazon.customer()
    amazon.connect.stop_contact(InstanceId=INSTANCE, ContactId=contact_id)
    with pytest.raises(amazon.connect.exceptions.ResourceNotFoundException):
        amazon.create_bot(contact_id)
    with pytest.raises(amazon.connect.exceptions.ResourceNotFoundException):
        amazon.stream(contact_id)


def test_a_contact_streams_to_two_topics_at_most(amazon: Amazon) -> None:
    contact_id, _ = amazon.customer()
    first = amazon.stream(contact_id, TOPIC + "-1", "a")
    second = amazon.stream(contact_id, TOPIC + "-2", "b")
    with pytest.raises(amazon.connect.exceptions.LimitExceededException):
        amazon.stream(contact_id, TOPIC + "-3", "c")
    assert amazon.stream(contact_id, TOPIC + "-1", "a") == first
    assert amazon.stream(contact_id, TOPIC + "-2", "another token, the same topic") == second
    amazon.connect.stop_contact_streaming(InstanceId=INSTANCE, ContactId=contact_id, StreamingId=first)
    assert amazon.stream(contact_id, TOPIC + "-3", "d") not in {first, second}


def test_streaming_that_is_not_there_cannot_be_stopped(amazon: Amazon) -> None:
    contact_id, _ = amazon.customer()
    with pytest.raises(amazon.connect.exceptions.ResourceNotFoundException):
        amazon.connect.stop_contact_streaming(InstanceId=INSTANCE, ContactId=contact_id, StreamingId="s")


@pytest.mark.parametrize(
    "arn",
    ["nonsense", TOPIC + ".fifo", TOPIC.replace("us-east-1", "eu-west-1"), "arn:aws:kinesis:us-east-1:123456789012:x"],
)
def test_streaming_goes_to_a_standard_topic_of_this_region(amazon: Amazon, arn: str) -> None:
    contact_id, _ = amazon.customer()
    with pytest.raises(amazon.connect.exceptions.InvalidRequestException):
        amazon.stream(contact_id, arn)
