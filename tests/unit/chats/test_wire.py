"""Whatever Amazon Connect says becomes a ChatEvent or Unreadable, and both of its ways to say it mean the same."""

from __future__ import annotations

import json
from dataclasses import fields
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chats import wire

SAID = {
    "AbsoluteTime": "2026-11-20T12:00:00.123Z",
    "Content": "Hello",
    "ContentType": "text/plain",
    "Id": "item-1",
    "Type": "MESSAGE",
    "ParticipantId": "participant-1",
    "DisplayName": "Ada",
    "ParticipantRole": "CUSTOMER",
    "InitialContactId": "initial-1",
    "ContactId": "contact-1",
}
READ = wire.ChatEvent(
    id="item-1",
    type="MESSAGE",
    content_type="text/plain",
    contact_id="contact-1",
    initial_contact_id="initial-1",
    absolute_time=datetime(2026, 11, 20, 12, 0, 0, 123_000, tzinfo=UTC),
    content="Hello",
    participant_id="participant-1",
    role="CUSTOMER",
    display_name="Ada",
)
CHARACTERS = st.characters(exclude_categories=[])  # halves of characters too
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(CHARACTERS),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(CHARACTERS, max_size=8), inner, max_size=4),
    max_leaves=12,
)
MEMBERS = st.sampled_from([*SAID, "Attachments", "MessageMetadata"])
RECEIPT = st.fixed_dictionaries({}, optional={"RecipientParticipantId": JSON, "ReadTimestamp": JSON})
METADATA = st.fixed_dictionaries({}, optional={"MessageId": JSON, "Receipts": st.lists(RECEIPT | JSON, max_size=3)})
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), min_size=1, max_size=16)
MOMENTS = st.integers(0, 7_000_000_000_000).map(
    lambda ms: datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=ms)
)


def said(**members) -> dict:
    """SAID with some members changed; None leaves one out."""
    return {name: value for name, value in {**SAID, **members}.items() if value is not None}


def strings_of(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [text for pair in value.items() for one in pair for text in strings_of(one)]
    if isinstance(value, list | tuple):
        return [text for one in value for text in strings_of(one)]
    if isinstance(value, wire.ChatEvent | wire.Receipt):
        return [text for field in fields(value) for text in strings_of(getattr(value, field.name))]
    return []


def is_storable(event: wire.ChatEvent) -> bool:
    """Every text can be kept by SQLite and PostgreSQL, and the time is in UTC."""
    return event.absolute_time.tzinfo is UTC and not any(
        character == "\x00" or "\ud800" <= character <= "\udfff" for text in strings_of(event) for character in text
    )


def outcome(text: str) -> wire.ChatEvent | wire.Unreadable:
    try:
        return wire.read_message(text)
    except wire.Unreadable as error:
        return error


# ---- anything at all -------------------------------------------------------------------------------------------------


@given(JSON.map(json.dumps) | st.text(CHARACTERS))
def test_any_text_is_an_event_or_unreadable(text):
    read = outcome(text)
    assert isinstance(read, wire.Unreadable) or is_storable(read)


@given(st.dictionaries(MEMBERS, JSON, max_size=4), st.none() | METADATA)
def test_an_item_with_any_members_is_an_event_that_can_be_kept_or_unreadable(members, metadata):
    read = outcome(json.dumps({**SAID, **members, "MessageMetadata": metadata}))
    assert isinstance(read, wire.Unreadable) or is_storable(read)


@given(st.lists(st.dictionaries(st.sampled_from([*wire.ATTACHMENT_MEMBERS, "Size"]), st.text(CHARACTERS)), max_size=3))
def test_any_attachments_are_kept_as_their_known_members(attachments):
    read = wire.read_item(said(Attachments=attachments))
    assert [set(one) - set(wire.ATTACHMENT_MEMBERS) for one in read.attachments] == [set()] * len(attachments)
    assert is_storable(read)


@pytest.mark.parametrize("text", ["[" * 100_000, "1" * 10_000, '{"a":' * 100_000, "", "\x00", "NaN"])
def test_json_that_hurts_a_parser_is_unreadable(text):
    assert isinstance(outcome(text), wire.Unreadable)


@pytest.mark.parametrize("name", [name for name in SAID if name != "AbsoluteTime"])
@pytest.mark.parametrize("lost", [chr(0), chr(0xD83D), chr(0xDC00)], ids=["NUL", "high half", "low half"])
def test_characters_no_database_keeps_are_replaced(name, lost):
    assert wire.read_item(said(**{name: f"a{lost}b"})) == wire.read_item(said(**{name: "a\ufffdb"}))


# ---- the two ways Connect says it ------------------------------------------------------------------------------------


def test_a_streamed_message_is_read_whole():
    assert wire.read_message(json.dumps(SAID)) == READ


@given(
    st.fixed_dictionaries(
        {
            "Id": TEXTS,
            "Type": st.sampled_from(["MESSAGE", "EVENT", "ATTACHMENT"]),
            "ContentType": st.sampled_from(["text/plain", "text/markdown", wire.TYPING, wire.JOINED, wire.READ]),
            "ContactId": TEXTS,
        },
        optional={
            "Content": TEXTS,
            "ParticipantId": TEXTS,
            "ParticipantRole": st.sampled_from(["CUSTOMER", "CUSTOM_BOT", "AGENT", "SYSTEM"]),
            "DisplayName": TEXTS,
            "Attachments": st.lists(st.fixed_dictionaries({"AttachmentId": TEXTS, "Status": TEXTS}), max_size=2),
        },
    ),
    TEXTS,
    MOMENTS,
    st.sampled_from([UTC, timezone(timedelta(hours=2)), timezone(timedelta(hours=-9, minutes=-30))]),
)
def test_the_same_item_from_sns_and_from_get_transcript_is_the_same_event(item, initial, moment, zone):
    """SNS: times as text, the initial contact in every item. boto3: datetimes, the initial contact said once beside."""
    streamed = wire.read_message(json.dumps({**item, "AbsoluteTime": wire.iso(moment), "InitialContactId": initial}))
    listed = {**item, "AbsoluteTime": moment.astimezone(zone)}
    assert wire.read_item(listed, initial_contact_id=initial) == streamed
    assert wire.read_item({**item, "AbsoluteTime": wire.iso(moment)}, initial_contact_id=initial) == streamed


def test_an_item_without_a_contact_id_belongs_to_the_initial_contact():
    read = wire.read_item(said(ContactId=None, InitialContactId=None), initial_contact_id="initial-1")
    assert (read.contact_id, read.initial_contact_id) == ("initial-1", "initial-1")


def test_a_contact_without_an_initial_contact_is_its_own():
    assert wire.read_item(said(InitialContactId=None)).initial_contact_id == "contact-1"


@given(MOMENTS)
def test_a_time_that_is_written_is_read_again(moment):
    assert wire.read_item(said(AbsoluteTime=wire.iso(moment))).absolute_time == moment


def test_no_time_is_written_as_none():
    assert wire.iso_or_none(None) is None
    assert wire.iso_or_none(READ.absolute_time) == SAID["AbsoluteTime"]


# ---- what is wrong is named ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("members", "why"),
    [
        ({"Id": None}, "Id is missing"),
        ({"Id": ""}, "Id is missing"),
        ({"Id": 7}, "Id is not text"),
        ({"Id": "x" * 257}, "Id has 257 characters, at most 256 are possible"),
        ({"Type": None}, "Type is missing"),
        ({"Type": "x" * 33}, "Type has 33 characters, at most 32 are possible"),
        ({"ParticipantRole": "x" * 17}, "ParticipantRole has 17 characters, at most 16 are possible"),
        ({"DisplayName": "x" * 1025}, "DisplayName has 1025 characters, at most 1024 are possible"),
        ({"Content": "x" * 400_001}, "Content has 400001 characters, at most 400000 are possible"),
        ({"Content": ["x"]}, "Content is not text"),
        ({"ContactId": None, "InitialContactId": None}, "neither ContactId nor InitialContactId is there"),
        ({"AbsoluteTime": None}, "AbsoluteTime is missing"),
        ({"AbsoluteTime": 1_700_000_000}, "AbsoluteTime is missing"),
        ({"AbsoluteTime": "yesterday"}, "AbsoluteTime is not a time: 'yesterday'"),
        ({"AbsoluteTime": "2026-11-20T12:00:00"}, "AbsoluteTime has no time zone"),
        ({"AbsoluteTime": "0001-01-01T00:00:00+12:00"}, "AbsoluteTime is outside the calendar"),
        ({"Attachments": {}}, "Attachments is not a list of objects"),
        ({"Attachments": ["a"]}, "Attachments is not a list of objects"),
        ({"Attachments": [{"Status": 7}]}, "Status is not text"),
    ],
)
def test_what_is_wrong_is_named(members, why):
    with pytest.raises(wire.Unreadable) as caught:
        wire.read_item(said(**members))
    assert str(caught.value) == why


# ---- what it means ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("members", "kept"),
    [
        ({}, True),
        ({"ContentType": "text/markdown"}, True),
        ({"Type": "ATTACHMENT", "ContentType": "application/pdf"}, True),
        ({"Type": "EVENT", "ContentType": wire.JOINED}, True),
        ({"Type": "EVENT", "ContentType": wire.LEFT}, True),
        ({"Type": "EVENT", "ContentType": wire.CHAT_ENDED}, True),
        ({"Type": "SOMETHING_NEW", "ContentType": "x/y"}, True),
        ({"Type": "EVENT", "ContentType": wire.TYPING}, False),
        ({"Type": "EVENT", "ContentType": wire.DELIVERED}, False),
        ({"Type": "EVENT", "ContentType": wire.READ}, False),
        ({"Type": "MESSAGEMETADATA", "ContentType": None}, False),
        ({"Type": "MESSAGE_METADATA", "ContentType": None}, False),
    ],
)
def test_typing_and_receipts_pass_and_everything_else_is_kept(members, kept):
    assert wire.read_item(said(**members)).is_kept is kept


def test_receipts_are_read_and_senseless_ones_left_out():
    metadata = {
        "MessageId": "item-1",
        "Receipts": [
            {"RecipientParticipantId": "a", "DeliveredTimestamp": "2026-11-20T12:00:00Z"},
            {"RecipientParticipantId": "b", "ReadTimestamp": "2026-11-20T12:00:00Z"},
            {"RecipientParticipantId": 7},
            {"ReadTimestamp": "2026-11-20T12:00:00Z"},
            "c",
        ],
    }
    assert wire.read_item(said(MessageMetadata=metadata)).receipts == (
        wire.Receipt("item-1", "a", read=False),
        wire.Receipt("item-1", "b", read=True),
    )


@pytest.mark.parametrize(
    "metadata", [7, [], {}, {"MessageId": "x"}, {"Receipts": []}, {"MessageId": 7, "Receipts": [{}]}]
)
def test_metadata_that_make_no_sense_do_not_lose_the_message(metadata):
    assert wire.read_item(said(MessageMetadata=metadata)) == READ


# ---- references --------------------------------------------------------------------------------------------------------


def reference(name, kind="URL", value="https://shop.example/7", status=""):
    return {"name": name, "type": kind, "value": value, "status": status}


def test_references_are_listed_by_name_and_those_with_nothing_to_read_are_left_out():
    summaries = [
        {"String": {"Name": "b", "Value": "words"}},
        {"Attachment": {"Name": "photo.png", "Value": "s3/1", "Status": "APPROVED", "Arn": "arn:aws:connect:x"}},
        {"EmailMessage": {"Name": "mail", "Arn": "arn:aws:connect:x"}},
        {"Url": {"Name": "A", "Value": "https://shop.example/7"}},
        {"SomethingNew": {"Name": "c", "Value": "1"}},
    ]
    assert wire.listed_references(summaries) == [
        reference("A"),
        reference("b", "STRING", "words"),
        reference("photo.png", "ATTACHMENT", "s3/1", "APPROVED"),
    ]


def test_references_of_a_flow_event_and_of_streams_are_the_same_in_any_spelling():
    """AWS's example of a ContactFlowEvent says "url", the emulator and Streams say "URL"."""
    told = {"order": {"Type": "url", "Value": "https://shop.example/7"}, "lost": {"Type": "FAX", "Value": "1"}}
    assert wire.named_references(told) == [reference("order")]


@pytest.mark.parametrize("told", [None, [], "x", {"a": None}, {"a": {"Type": 1, "Value": []}}, {"": {"Type": "URL"}}])
def test_references_that_make_no_sense_are_none(told):
    assert wire.named_references(told) == wire.listed_references(told) == []


WORDS = st.sampled_from(["Url", "Date", "Name", "Value", "Type", "Status", "URL"]) | st.text()
SENSELESS = st.recursive(st.none() | WORDS | st.integers(), lambda one: st.lists(one) | st.dictionaries(WORDS, one))


@given(SENSELESS)
def test_any_references_are_ones_the_database_can_keep(told):
    for one in [*wire.listed_references(told), *wire.named_references({"a": told})]:
        assert sorted(one) == ["name", "status", "type", "value"]
        assert b"\0" not in b"".join(text.encode() for text in one.values())


def test_characters_of_a_reference_no_database_keeps_are_replaced():
    (told,) = wire.named_references({"a\0": {"Type": "STRING", "Value": "\ud800" + "x" * 5000}})
    assert (told["name"], told["value"]) == ("a\ufffd", "\ufffd" + "x" * 4095)
