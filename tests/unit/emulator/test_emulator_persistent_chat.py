"""Chats that go on from past ones: what can be read, from where, and who is told (adminguide/chat-persistence)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from connect_emulator.world import contacts
from tests.amazon import Amazon
from tests.emulating import EVENT, INSTANCE, TOPIC


def ended_chat(amazon: Amazon, text: str, **given: Any) -> str:
    contact_id, token = amazon.customer(**given)
    amazon.say(token, text)
    amazon.connect.stop_contact(InstanceId=INSTANCE, ContactId=contact_id)
    amazon.pass_time(60)
    return contact_id


def later_segment(amazon: Amazon, previous: str, text: str) -> str:
    """A further contact of an ended chat, as a transfer or a disconnect flow makes one."""
    world, first = amazon.world, contacts.get(amazon.world, previous)
    amazon.pass_time(60)
    made = contacts.begin(
        world,
        initial_id=first.initial_id,
        previous_id=previous,
        initiation_method="DISCONNECT",
        flow_id=first.flow_id,
        attributes={},
        segment_attributes={},
        supported=["text/plain"],
        connect_by=None,
    )
    world.store.run(
        "INSERT INTO item (id, initial_id, contact_id, absolute_time, type, content_type, content, role)"
        " VALUES (?, ?, ?, ?, 'MESSAGE', 'text/plain', ?, 'SYSTEM')",
        world.new_id(),
        first.initial_id,
        made.id,
        contacts.next_time(world, first),
        text,
    )
    contacts.set_ended(world, made, "CONTACT_FLOW_DISCONNECT")
    return made.id


def going_on(kind: str, source: str) -> dict[str, Any]:
    return {"PersistentChat": {"RehydrationType": kind, "SourceContactId": source}}


def everything(amazon: Amazon, token: str, size: int = 100, **given: Any) -> list[dict[str, Any]]:
    """The whole transcript, scanned backward page by page, the youngest first."""
    items: list[dict[str, Any]] = []
    asked: dict[str, Any] = {"ScanDirection": "BACKWARD", "SortOrder": "DESCENDING", "MaxResults": size, **given}
    while True:
        page = amazon.participant.get_transcript(ConnectionToken=token, **asked)
        assert len(page["Transcript"]) <= size
        items += page["Transcript"]
        if "NextToken" not in page:
            return items
        asked["NextToken"] = page["NextToken"]


def said(items: list[dict[str, Any]], *, by: tuple[str, ...] = ("CUSTOMER",)) -> list[str]:
    return [i["Content"] for i in items if i["Type"] == "MESSAGE" and i["ParticipantRole"] in by]


@pytest.fixture
def past(amazon: Amazon) -> list[str]:
    """C1, C2 and C3, as in the documentation's example."""
    first = ended_chat(amazon, "in C1")
    second = later_segment(amazon, first, "in C2")
    return [first, second, later_segment(amazon, second, "in C3")]


@pytest.mark.parametrize(
    ("kind", "named", "continued"),
    [("FROM_SEGMENT", 1, 1), ("FROM_SEGMENT", 0, 0), ("FROM_SEGMENT", 2, 2), ("ENTIRE_PAST_SESSION", 0, 2)],
)
@pytest.mark.parametrize("size", [1, 3, 100])
def test_the_past_is_read_behind_the_chat(  # noqa: PLR0917 -- cases
    amazon: Amazon, past: list[str], kind: str, named: int, continued: int, size: int
) -> None:
    started = amazon.start_chat(**going_on(kind, past[named]))
    assert started["ContinuedFromContactId"] == past[continued]
    token = amazon.connected(started["ParticipantToken"])
    amazon.say(token, "I am back")
    amazon.again()
    items = everything(amazon, token, size)
    told = [text for text in said(items, by=("CUSTOMER", "SYSTEM")) if text.startswith("in ") or text == "I am back"]
    assert told == ["I am back", *["in C3", "in C2", "in C1"][2 - continued :]]
    assert len({item["Id"] for item in items}) == len(items)
    assert {item["ContactId"] for item in items} == {started["ContactId"], *past[: continued + 1]}
    described = amazon.connect.describe_contact(InstanceId=INSTANCE, ContactId=started["ContactId"])["Contact"]
    assert described["RelatedContactId"] == past[continued]
    assert "InitialContactId" not in described


def test_the_first_page_has_a_next_token_when_there_is_a_past_and_none_when_there_is_not(
    amazon: Amazon, past: list[str]
) -> None:
    plain = amazon.customer()[1]
    going = amazon.connected(amazon.start_chat(**going_on("FROM_SEGMENT", past[0]))["ParticipantToken"])
    assert "NextToken" not in amazon.participant.get_transcript(ConnectionToken=plain, MaxResults=100)
    first = amazon.participant.get_transcript(ConnectionToken=going, MaxResults=100)
    assert {item["ContactId"] for item in first["Transcript"]}.isdisjoint(past)
    assert first["NextToken"]
    start = {"AbsoluteTime": "2000-01-01T00:00:00Z"}
    forward = amazon.participant.get_transcript(
        ConnectionToken=going, MaxResults=100, ScanDirection="FORWARD", StartPosition=start
    )
    assert "NextToken" not in forward


@pytest.mark.parametrize(
    "given",
    [
        {"ScanDirection": "FORWARD", "StartPosition": {"AbsoluteTime": "2000-01-01T00:00:00Z"}},
        {"ContactId": "own"},
        {"StartPosition": {"MostRecent": 1}},
    ],
)
def test_the_past_is_only_scanned_backward(amazon: Amazon, past: list[str], given: dict[str, Any]) -> None:
    started = amazon.start_chat(**going_on("FROM_SEGMENT", past[0]))
    token = amazon.connected(started["ParticipantToken"])
    into_the_past = amazon.participant.get_transcript(ConnectionToken=token, MaxResults=100)["NextToken"]
    with pytest.raises(amazon.participant.exceptions.ValidationException):
        amazon.participant.get_transcript(ConnectionToken=token, NextToken=into_the_past, **given)


def test_links_add_up_from_session_to_session(amazon: Amazon) -> None:
    first = ended_chat(amazon, "the first time")
    second = ended_chat(amazon, "the second time", **going_on("ENTIRE_PAST_SESSION", first))
    third = amazon.start_chat(**going_on("ENTIRE_PAST_SESSION", second))
    token = amazon.connected(third["ParticipantToken"])
    assert said(everything(amazon, token, 2)) == ["the second time", "the first time"]


def test_a_stranger_to_the_past_cannot_read_it(amazon: Amazon, past: list[str]) -> None:
    going = amazon.connected(amazon.start_chat(**going_on("FROM_SEGMENT", past[0]))["ParticipantToken"])
    token = amazon.participant.get_transcript(ConnectionToken=going, MaxResults=100)["NextToken"]
    stranger = amazon.customer()[1]
    page = amazon.participant.get_transcript(ConnectionToken=stranger, NextToken=token)
    assert page["Transcript"] == []


def test_who_is_in_the_chat_hears_that_it_was_rehydrated(amazon: Amazon, past: list[str]) -> None:
    amazon.sns.subscribe(TopicArn=TOPIC, Protocol="http", Endpoint="http://127.0.0.1:1/")
    amazon.sns.confirm_subscription(TopicArn=TOPIC, Token=amazon.world.store.value("SELECT token FROM subscription"))
    started = amazon.start_chat(
        **going_on("FROM_SEGMENT", past[1]), ChatStreamingConfiguration={"StreamingEndpointArn": TOPIC}
    )
    token = amazon.connected(started["ParticipantToken"])
    posts = [json.loads(body) for body in amazon.posts.bodies]
    streamed = [json.loads(post["Message"])["ContentType"] for post in posts if post["Type"] == "Notification"]
    assert streamed[:2] == [EVENT + "participant.joined", EVENT + "chat.rehydrated"]
    assert EVENT + "chat.rehydrated" not in [item["ContentType"] for item in amazon.transcript(token)]


# ---- CreatePersistentContactAssociation ----------------------------------------------------------------------------


def associate(amazon: Amazon, contact_id: str, kind: str, source: str, **given: Any) -> str:
    answer = amazon.connect.create_persistent_contact_association(
        InstanceId=INSTANCE, InitialContactId=contact_id, RehydrationType=kind, SourceContactId=source, **given
    )
    return str(answer["ContinuedFromContactId"])


def test_a_chat_that_goes_on_already_can_be_given_a_past(amazon: Amazon, past: list[str]) -> None:
    contact_id, token = amazon.customer()
    assert associate(amazon, contact_id, "ENTIRE_PAST_SESSION", past[0], ClientToken="once") == past[2]
    assert associate(amazon, contact_id, "ENTIRE_PAST_SESSION", past[0], ClientToken="once") == past[2]
    told = [t for t in said(everything(amazon, token), by=("CUSTOMER", "SYSTEM")) if t.startswith("in ")]
    assert told == ["in C3", "in C2", "in C1"]
    with pytest.raises(amazon.connect.exceptions.InvalidRequestException):
        associate(amazon, contact_id, "FROM_SEGMENT", past[1])


def test_only_a_chat_that_goes_on_is_given_a_past_and_only_one_that_has_ended(amazon: Amazon, past: list[str]) -> None:
    errors = amazon.connect.exceptions
    open_id, _ = amazon.customer()
    other_id, _ = amazon.customer()
    before = amazon.world.store.dump()
    cases: list[tuple[str, str, str, type[Exception]]] = [
        (past[0], "FROM_SEGMENT", past[0], errors.ResourceNotFoundException),
        ("nobody", "FROM_SEGMENT", past[0], errors.ResourceNotFoundException),
        (open_id, "FROM_SEGMENT", "nobody", errors.ResourceNotFoundException),
        (open_id, "FROM_SEGMENT", other_id, errors.InvalidRequestException),
        (open_id, "FROM_SEGMENT", open_id, errors.InvalidRequestException),
        (open_id, "ENTIRE_PAST_SESSION", past[1], errors.InvalidParameterException),
        (open_id, "SOMETIMES", past[1], errors.InvalidParameterException),
    ]
    for contact_id, kind, source, error in cases:
        with pytest.raises(error):
            associate(amazon, contact_id, kind, source)
    assert amazon.world.store.dump() == before


def test_a_chat_cannot_go_on_from_one_that_has_not_ended(amazon: Amazon) -> None:
    open_id, _ = amazon.customer()
    before = amazon.world.store.dump()
    with pytest.raises(amazon.connect.exceptions.InvalidRequestException):
        amazon.start_chat(**going_on("ENTIRE_PAST_SESSION", open_id))
    assert amazon.world.store.dump() == before
