"""What is said of a contact: name, references, segment attributes, timers; and contacts found again by it."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from connect_emulator import start_chat
from connect_emulator.cli import arguments
from connect_emulator.clock import moment
from connect_emulator.restjson import Request
from connect_emulator.world import contacts, details
from tests.amazon import BASIC_QUEUE, Amazon
from tests.ccp import Agent
from tests.emulating import INSTANCE, ROOT
from tests.flows import flow, queue, transfer

ARN = f"arn:aws:connect:us-east-1:123456789012:instance/{INSTANCE}"
KINDS = ("URL", "DATE", "NUMBER", "EMAIL", "STRING")
IDLE, GONE = "IDLE", "DISCONNECT_NONCUSTOMER"


def refused(act: Callable[[], Any]) -> str:
    with pytest.raises(ClientError) as raised:
        act()
    return str(raised.value.response["Error"]["Code"])


@pytest.fixture
def amazon(amazons: Callable[..., Amazon]) -> Amazon:
    """Its connect client sends whatever it is given."""
    made = amazons()
    made.connect = made.client("connect", Config(parameter_validation=False, retries={"total_max_attempts": 1}))
    return made


def update(amazon: Amazon, contact_id: str, **given: Any) -> None:
    amazon.connect.update_contact(InstanceId=INSTANCE, ContactId=contact_id, **given)


def described(amazon: Amazon, contact_id: str) -> dict[str, Any]:
    return dict(amazon.connect.describe_contact(InstanceId=INSTANCE, ContactId=contact_id)["Contact"])


def references(amazon: Amazon, contact_id: str, *types: str) -> list[dict[str, Any]]:
    answer = amazon.connect.list_contact_references(
        InstanceId=INSTANCE, ContactId=contact_id, ReferenceTypes=list(types)
    )
    assert "NextToken" not in answer
    return list(answer["ReferenceSummaryList"])


# ---- UpdateContact, ListContactReferences --------------------------------------------------------------------------


def test_a_contact_is_named_and_described_while_it_lives_and_afterwards(amazon: Amazon) -> None:
    contact_id, _ = amazon.customer()
    update(amazon, contact_id, Name="Parcel 7", Description="late")
    amazon.connect.stop_contact(InstanceId=INSTANCE, ContactId=contact_id)
    update(amazon, contact_id, Description="lost")
    amazon.again()
    found = described(amazon, contact_id)
    assert (found["Name"], found["Description"]) == ("Parcel 7", "lost")


def test_references_are_added_replaced_and_listed_by_type(amazon: Amazon) -> None:
    contact_id, _ = amazon.customer()
    order = {"Type": "URL", "Value": "https://shop.example/orders/7"}
    update(amazon, contact_id, References={"order": order, "weight": {"Type": "NUMBER", "Value": "12"}})
    update(amazon, contact_id, References={"weight": {"Type": "NUMBER", "Value": "13"}})
    assert references(amazon, contact_id, "URL", "NUMBER", "DATE") == [
        {"Url": {"Name": "order", "Value": "https://shop.example/orders/7"}},
        {"Number": {"Name": "weight", "Value": "13"}},
    ]
    assert references(amazon, contact_id, "STRING") == []


def test_all_references_of_a_contact_have_4096_bytes(amazon: Amazon) -> None:
    contact_id, _ = amazon.customer()
    update(amazon, contact_id, References={"a": {"Type": "STRING", "Value": "ü" * 2047}})
    one_more = {"b": {"Type": "NUMBER", "Value": "1"}}
    assert refused(lambda: update(amazon, contact_id, References=one_more)) == "InvalidParameterException"
    assert references(amazon, contact_id, "NUMBER") == []


def test_the_website_behind_the_customers_page_gives_each_chat_attributes_and_references(
    amazons: Callable[..., Amazon], tmp_path: Path
) -> None:
    options = arguments(
        ["--state", str(tmp_path / "s"), "--website", str(ROOT / "devtools" / "demo_website.json")]
    ).options
    amazon = amazons(website=options.website)
    asked = json.dumps({"DisplayName": "Ada", "Attributes": {"order": "of the page"}}).encode()
    answer = json.loads(start_chat.respond(amazon.emulator, Request("POST", "/", body=asked)).body)
    contact_id = answer["data"]["startChatResult"]["ContactId"]
    known = amazon.connect.get_contact_attributes(InstanceId=INSTANCE, InitialContactId=contact_id)["Attributes"]
    assert known == {**options.website.attributes, "order": "of the page"}
    told = {one["Name"]: one["Value"] for told in references(amazon, contact_id, *KINDS) for one in told.values()}
    assert told == {name: one["Value"] for name, one in options.website.references.items()}
    assert len(told) == len(KINDS)


def test_segment_attributes_are_merged(amazon: Amazon) -> None:
    contact_id, _ = amazon.customer(SegmentAttributes={"tier": {"ValueString": "gold"}})
    update(amazon, contact_id, SegmentAttributes={"lang": {"ValueString": "de"}})
    assert described(amazon, contact_id)["SegmentAttributes"] == {
        "connect:Subtype": {"ValueString": "connect:Chat"},
        "tier": {"ValueString": "gold"},
        "lang": {"ValueString": "de"},
    }


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({}, "InvalidRequestException"),
        ({"QueueInfo": {"Id": "q"}}, "InvalidRequestException"),
        ({"CustomerEndpoint": {"Type": "VOIP", "Address": "a"}}, "InvalidRequestException"),
        ({"Name": "n" * 1025}, "InvalidParameterException"),
        ({"References": {"a": {"Type": "URL"}}}, "InvalidParameterException"),
        ({"References": {"a": {"Type": "ATTACHMENT", "Value": "v"}}}, "InvalidParameterException"),
        ({"References": {"": {"Type": "URL", "Value": "v"}}}, "InvalidParameterException"),
        ({"SegmentAttributes": {"connect:Subtype": {"ValueString": "x"}}}, "InvalidRequestException"),
        ({"SegmentAttributes": {"a b": {"ValueString": "x"}}}, "InvalidRequestException"),
        ({"SegmentAttributes": {"a": {"ValueInteger": 7}}}, "InvalidRequestException"),
    ],
)
def test_an_update_that_makes_no_sense_leaves_everything(amazon: Amazon, given: dict[str, Any], code: str) -> None:
    contact_id, _ = amazon.customer()
    before = amazon.world.store.dump()
    assert refused(lambda: update(amazon, contact_id, **given)) == code
    assert amazon.world.store.dump() == before


def test_a_stranger_has_no_data(amazon: Amazon) -> None:
    assert refused(lambda: update(amazon, "nobody", Name="x")) == "ResourceNotFoundException"
    assert refused(lambda: references(amazon, "nobody", "URL")) == "ResourceNotFoundException"


# ---- UpdateParticipantRoleConfig -----------------------------------------------------------------------------------


def configure(amazon: Amazon, contact_id: str, *timers: tuple[str, str, int | None]) -> None:
    listed = [
        {
            "ParticipantRole": role,
            "TimerType": kind,
            "TimerValue": {"ParticipantTimerAction": "Unset"}
            if minutes is None
            else {"ParticipantTimerDurationInMinutes": minutes},
        }
        for role, kind, minutes in timers
    ]
    amazon.connect.update_participant_role_config(
        InstanceId=INSTANCE,
        ContactId=contact_id,
        ChannelConfiguration={"Chat": {"ParticipantTimerConfigList": listed}},
    )


def configured(amazon: Amazon, contact_id: str) -> dict[tuple[str, str], int]:
    return details.role_config(amazon.world, contacts.get(amazon.world, contact_id))


def test_timers_are_set_changed_and_unset_one_by_one(amazon: Amazon) -> None:
    contact_id, _ = amazon.customer()
    assert configured(amazon, contact_id) == {}
    configure(amazon, contact_id, ("CUSTOMER", IDLE, 2), ("CUSTOMER", GONE, 480), ("AGENT", IDLE, 5))
    configure(amazon, contact_id, ("CUSTOMER", IDLE, 3), ("AGENT", IDLE, None), ("AGENT", GONE, None))
    amazon.again()
    assert configured(amazon, contact_id) == {("CUSTOMER", IDLE): 3, ("CUSTOMER", GONE): 480}


@pytest.mark.parametrize(
    "timers",
    [
        [("CUSTOMER", IDLE, 1)],
        [("CUSTOMER", IDLE, 481)],
        [("SUPERVISOR", IDLE, 5)],
        [("CUSTOMER", "NAP", 5)],
        [("CUSTOMER", IDLE, 5), ("CUSTOMER", IDLE, 6)],
        [],
        [("CUSTOMER", IDLE, 5)] * 7,
    ],
)
def test_timers_that_make_no_sense_are_refused(amazon: Amazon, timers: list[tuple[str, str, int]]) -> None:
    contact_id, _ = amazon.customer()
    before = amazon.world.store.dump()
    assert refused(lambda: configure(amazon, contact_id, *timers)) == "InvalidParameterException"
    assert amazon.world.store.dump() == before


def test_timers_are_for_chats_that_go_on(amazon: Amazon) -> None:
    contact_id, _ = amazon.customer()
    amazon.connect.stop_contact(InstanceId=INSTANCE, ContactId=contact_id)
    assert refused(lambda: configure(amazon, contact_id, ("CUSTOMER", IDLE, 5))) == "ResourceNotFoundException"
    assert refused(lambda: configure(amazon, "nobody", ("CUSTOMER", IDLE, 5))) == "ResourceNotFoundException"


# ---- what StartChatContact is told ---------------------------------------------------------------------------------


def test_preferences_of_a_chat_are_kept(amazon: Amazon) -> None:
    contact_id, _ = amazon.customer(
        ParticipantConfiguration={"ResponseMode": "INCREMENTAL"}, DisconnectOnCustomerExit=["AGENT"]
    )
    plain_id, _ = amazon.customer()
    amazon.again()
    found, plain = (contacts.get(amazon.world, each) for each in (contact_id, plain_id))
    assert details.response_mode(amazon.world, found) == "INCREMENTAL"
    assert details.disconnect_on_customer_exit(amazon.world, found) == ["AGENT"]
    assert details.response_mode(amazon.world, plain) is None
    assert details.disconnect_on_customer_exit(amazon.world, plain) == []


def test_a_chat_related_to_another_says_so(amazon: Amazon) -> None:
    first, _ = amazon.customer()
    second, _ = amazon.customer(RelatedContactId=first)
    assert described(amazon, second)["RelatedContactId"] == first


@pytest.mark.parametrize(
    ("kinds", "members"),
    [
        (["WEBSOCKET"], ["Websocket"]),
        (["CONNECTION_CREDENTIALS"], ["ConnectionCredentials"]),
        (["WEBSOCKET", "CONNECTION_CREDENTIALS"], ["ConnectionCredentials", "Websocket"]),
        (["WEBRTC_CONNECTION", "AUTHENTICATION_SESSION"], []),
    ],
)
def test_a_chat_can_be_begun_with_its_connections(amazon: Amazon, kinds: list[str], members: list[str]) -> None:
    started = amazon.start_chat(ConnectionTypes=kinds, ClientToken="once")
    again = amazon.start_chat(ConnectionTypes=kinds, ClientToken="once")
    for answer in (started, again):
        answer.pop("ResponseMetadata")
    assert sorted(set(started) - {"ContactId", "ParticipantId", "ParticipantToken"}) == members
    assert again == started
    if "ConnectionCredentials" in members:
        token = started["ConnectionCredentials"]["ConnectionToken"]
        assert refused(lambda: amazon.say(token, "Hello")) == "AccessDeniedException"
        amazon.connected(started["ParticipantToken"])
        assert amazon.say(token, "Hello")["Id"]


def test_credentials_that_came_with_the_chat_read_its_transcript(amazon: Amazon) -> None:
    started = amazon.start_chat(ConnectionTypes=["CONNECTION_CREDENTIALS"])
    assert amazon.transcript(started["ConnectionCredentials"]["ConnectionToken"]) == []


# ---- SearchContacts ------------------------------------------------------------------------------------------------


@pytest.fixture
def three(amazon: Amazon) -> list[str]:
    """Three chats, a minute apart; the second has ended."""
    ids = []
    for name, topic in (("Parcel late", "parcels"), ("Parcel lost", "parcels"), ("Invoice", "money")):
        contact_id, _ = amazon.customer(Attributes={"topic": topic}, SegmentAttributes={"tier": {"ValueString": topic}})
        update(amazon, contact_id, Name=name)
        ids.append(contact_id)
        amazon.pass_time(60)
    amazon.connect.stop_contact(InstanceId=INSTANCE, ContactId=ids[1])
    return ids


def search(amazon: Amazon, criteria: dict[str, Any] | None = None, **given: Any) -> dict[str, Any]:
    now = moment(amazon.clock.now())
    asked = {"TimeRange": {"Type": "INITIATION_TIMESTAMP", "StartTime": now - timedelta(days=1), "EndTime": now}}
    asked |= {"SearchCriteria": criteria} if criteria is not None else {}
    return dict(amazon.connect.search_contacts(InstanceId=INSTANCE, **asked | given))


def found(amazon: Amazon, criteria: dict[str, Any] | None = None, **given: Any) -> list[str]:
    return [contact["Id"] for contact in search(amazon, criteria, **given)["Contacts"]]


def test_contacts_are_found_the_youngest_first_and_summed_up(amazon: Amazon, three: list[str]) -> None:
    answer = search(amazon)
    began = moment(amazon.clock.now())
    assert answer["TotalCount"] == 3
    assert [contact["Id"] for contact in answer["Contacts"]] == three[::-1]
    assert answer["Contacts"][1] == {
        "Arn": f"arn:aws:connect:us-east-1:123456789012:instance/{INSTANCE}/contact/{three[1]}",
        "Id": three[1],
        "InitiationMethod": "API",
        "Channel": "CHAT",
        "InitiationTimestamp": began - timedelta(minutes=2),
        "DisconnectTimestamp": began,
        "SegmentAttributes": {
            "connect:Subtype": {"ValueString": "connect:Chat"},
            "tier": {"ValueString": "parcels"},
        },
        "Name": "Parcel lost",
    }


def name(match: str, *texts: str) -> dict[str, Any]:
    return {"Name": {"SearchText": list(texts), "MatchType": match}}


def attribute(key: str, *values: str, where: str = "SearchableContactAttributes") -> dict[str, Any]:
    return {where: {"Criteria": [{"Key": key, "Values": list(values)}]}}


@pytest.mark.parametrize(
    ("criteria", "expected"),
    [
        ({}, [0, 1, 2]),
        (name("MATCH_ALL", "parcel", "LATE"), [0]),
        (name("MATCH_ANY", "late", "invoice"), [0, 2]),
        (name("MATCH_EXACT", "parcel lost"), [1]),
        (name("MATCH_EXACT", "parcel"), []),
        (name("MATCH_NONE", "parcel"), [2]),
        ({"Channels": ["VOICE"]}, []),
        ({"Channels": ["VOICE", "CHAT"]}, [0, 1, 2]),
        ({"InitiationMethods": ["API"]}, [0, 1, 2]),
        ({"InitiationMethods": ["TRANSFER"]}, []),
        ({"QueueIds": ["q"]}, []),
        (attribute("topic", "parcels", "other"), [0, 1]),
        (attribute("topic", "none"), []),
        (attribute("tier", "money", where="SearchableSegmentAttributes"), [2]),
        ({**attribute("topic", "parcels"), **name("MATCH_ALL", "late")}, [0]),
        (
            {
                "AdditionalTimeRange": {
                    "MatchType": "MATCH_ALL",
                    "Criteria": [
                        {"TimestampCondition": {"Type": "DISCONNECT_TIMESTAMP", "ConditionType": "NOT_EXISTS"}}
                    ],
                }
            },
            [0, 2],
        ),
    ],
)
def test_criteria_narrow_the_search(
    amazon: Amazon, three: list[str], criteria: dict[str, Any], expected: list[int]
) -> None:
    assert sorted(found(amazon, criteria)) == sorted(three[n] for n in expected)


def test_contacts_are_found_by_their_queue_and_their_agent(amazons: Callable[..., Amazon]) -> None:
    amazon = amazons(flow(queue("q", "transfer", QueueId=BASIC_QUEUE), transfer()))
    first, _ = amazon.customer()
    grace, linus = Agent.of(amazon, "grace"), Agent.of(amazon, "linus")
    amazon.pass_time(5)
    grace.serves(first)
    entered = datetime(2027, 1, 15, 8, tzinfo=UTC)
    (summary,) = search(amazon, {"AgentIds": [grace.id]})["Contacts"]
    assert summary["QueueInfo"] == {"Id": BASIC_QUEUE, "EnqueueTimestamp": entered}
    assert summary["AgentInfo"] == {"Id": grace.id, "ConnectedToAgentTimestamp": entered + timedelta(seconds=5)}
    second = grace.transfers(first, toUser="linus")
    amazon.pass_time(5)
    linus.serves(second)
    both = [first, second]
    assert found(amazon, {"AgentIds": [linus.id]}) == [second]
    assert sorted(found(amazon, {"AgentIds": [grace.id, linus.id]})) == sorted(both)
    assert found(amazon, {"AgentIds": ["nobody"]}) == []
    assert found(amazon, {"QueueIds": [f"{ARN}/queue/{BASIC_QUEUE}"]}) == [first]
    accepted = {"Type": "CONNECTED_TO_AGENT_TIMESTAMP", "StartTime": entered, "EndTime": entered + timedelta(seconds=9)}
    assert found(amazon, TimeRange=accepted) == [first]
    by_agent = {"FieldName": "CONNECTED_TO_AGENT_TIMESTAMP", "Order": "ASCENDING"}
    assert found(amazon, Sort=by_agent) == both


def test_the_time_range_is_of_the_time_it_names_and_has_its_ends(amazon: Amazon, three: list[str]) -> None:
    now = moment(amazon.clock.now())

    def between(kind: str, begin: datetime, end: datetime) -> list[str]:
        return found(amazon, TimeRange={"Type": kind, "StartTime": begin, "EndTime": end})

    minute = timedelta(minutes=1)
    assert between("INITIATION_TIMESTAMP", now - 3 * minute, now - 2 * minute) == [three[1], three[0]]
    assert between("DISCONNECT_TIMESTAMP", now, now) == [three[1]]
    assert between("DISCONNECT_TIMESTAMP", now - minute, now - minute / 2) == []
    for kind in ("SCHEDULED_TIMESTAMP", "CONNECTED_TO_AGENT_TIMESTAMP", "ENQUEUE_TIMESTAMP"):
        assert between(kind, now - 24 * minute, now) == []


def test_the_order_is_what_was_asked_for(amazon: Amazon, three: list[str]) -> None:
    assert found(amazon, Sort={"FieldName": "INITIATION_TIMESTAMP", "Order": "ASCENDING"}) == three
    by_end = found(amazon, Sort={"FieldName": "DISCONNECT_TIMESTAMP", "Order": "DESCENDING"})
    assert by_end[0] == three[1]
    assert sorted(found(amazon, Sort={"FieldName": "CHANNEL", "Order": "ASCENDING"})) == sorted(three)


@pytest.mark.parametrize("size", [1, 2, 3, 100])
def test_pages_of_a_search_give_every_contact_once(amazon: Amazon, three: list[str], size: int) -> None:
    seen: list[str] = []
    token: dict[str, str] = {}
    while True:
        answer = search(amazon, MaxResults=size, **token)
        seen += [contact["Id"] for contact in answer["Contacts"]]
        assert answer["TotalCount"] == 3
        if "NextToken" not in answer:
            break
        token = {"NextToken": answer["NextToken"]}
        amazon.clock.advance(1)
    assert seen == three[::-1]


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"NextToken": "nonsense"}, "InvalidParameterException"),
        ({"NextToken": "WzEsIDJd"}, "InvalidParameterException"),
        ({"MaxResults": 101}, "InvalidParameterException"),
        ({"SearchCriteria": {"AgentHierarchyGroups": {}}}, "NotImplementedException"),
        ({"SearchCriteria": {"ContactAnalysis": {}}}, "NotImplementedException"),
        (
            {"SearchCriteria": {"AdditionalTimeRange": {"MatchType": "MATCH_ALL", "Criteria": [{}]}}},
            "InvalidParameterException",
        ),
        (
            {
                "TimeRange": {
                    "Type": "INITIATION_TIMESTAMP",
                    "StartTime": datetime(2027, 1, 2),  # noqa: DTZ001 -- boto3 takes it for UTC
                    "EndTime": datetime(2027, 1, 1),  # noqa: DTZ001 -- see above
                }
            },
            "InvalidParameterException",
        ),
        ({"InstanceId": "22222222-2222-4333-8444-555555555555"}, "ResourceNotFoundException"),
    ],
)
def test_a_search_that_makes_no_sense_is_refused(
    amazon: Amazon, three: list[str], given: dict[str, Any], code: str
) -> None:
    asked = {"InstanceId": INSTANCE, **given}
    now = moment(amazon.clock.now())
    asked.setdefault("TimeRange", {"Type": "INITIATION_TIMESTAMP", "StartTime": now, "EndTime": now})
    assert refused(lambda: amazon.connect.search_contacts(**asked)) == code
