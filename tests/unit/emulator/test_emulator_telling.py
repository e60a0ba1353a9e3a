"""What Connect tells the world of its contacts: events, contact records, transcripts; to files, URLs and topics."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import urllib3
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connect_emulator import counts, undocumented
from connect_emulator.cli import SAMPLES, Mistake, arguments
from connect_emulator.event_sinks import Sinks, files
from tests.amazon import BASIC_QUEUE, Amazon
from tests.ccp import Agent
from tests.emulating import EVENT, INBOUND_FLOW, INSTANCE, TOPIC

Make = Callable[..., Amazon]
Told = dict[str, Any]
ARN = f"arn:aws:connect:us-east-1:123456789012:instance/{INSTANCE}"
URL = "https://lake.example/records"


@pytest.fixture
def sinks(tmp_path: Path) -> Sinks:
    (tmp_path / "bucket").mkdir()
    return Sinks(str(tmp_path / "events.jsonl"), str(tmp_path / "records.jsonl"), tmp_path / "bucket")


@pytest.fixture
def samples(amazons: Make, sinks: Sinks, tmp_path: Path) -> Amazon:
    """The sample flows, everything told to files."""
    flows = arguments(["--state", str(tmp_path / "s"), "--samples"]).options.flows
    assert len(flows) == len(SAMPLES)
    texts = {name: each.text for name, each in flows.items()}
    return amazons(texts.pop(INBOUND_FLOW), flows=texts, sinks=sinks)


def lines(amazon: Amazon, where: str | None) -> list[Told]:
    amazon.background.settle()
    path = Path(where or "")
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def kinds(amazon: Amazon, sinks: Sinks) -> list[tuple[str, str]]:
    """(contact, kind of event), in the order they were told."""
    found = [event["detail"] for event in lines(amazon, sinks.events)]
    return [(detail["contactId"], detail["eventType"]) for detail in found]


# ---- a chat of two contacts and an agent ------------------------------------------------------------------------------


def test_the_life_of_a_chat_in_events(samples: Amazon, sinks: Sinks) -> None:
    contact_id, customer = samples.customer()
    samples.pass_time(7)
    grace = Agent.of(samples, "grace")
    grace.serves(contact_id)
    samples.pass_time(60)
    grace.leaves(contact_id)
    second = samples.chain(contact_id)[-1]
    samples.pass_time(30)
    grace.clears(contact_id)
    samples.participant.disconnect_participant(ConnectionToken=customer)
    assert kinds(samples, sinks) == [
        (contact_id, "INITIATED"),
        (contact_id, "CONNECTED_TO_SYSTEM"),
        (contact_id, "QUEUED"),
        (contact_id, "CONNECTED_TO_AGENT"),
        (contact_id, "DISCONNECTED"),
        (second, "INITIATED"),
        (contact_id, "COMPLETED"),
        (second, "DISCONNECTED"),
        (second, "COMPLETED"),
    ]
    told = lines(samples, sinks.events)
    completed = next(event for event in told if event["detail"]["eventType"] == "COMPLETED")
    assert completed == {
        "version": "0",
        "id": completed["id"],
        "detail-type": "Amazon Connect Contact Event",
        "source": "aws.connect",
        "account": "123456789012",
        "time": "2027-01-15T08:01:37Z",
        "region": "us-east-1",
        "resources": [f"{ARN}/contact/{contact_id}", ARN],
        "detail": {
            "eventType": "COMPLETED",
            "contactId": contact_id,
            "channel": "CHAT",
            "instanceArn": ARN,
            "initiationMethod": "API",
            "initiationTimestamp": "2027-01-15T08:00:00.000Z",
            "connectedToSystemTimestamp": "2027-01-15T08:00:00.000Z",
            "disconnectTimestamp": "2027-01-15T08:01:07.000Z",
            "disconnectReason": "AGENT_DISCONNECT",
            "queueInfo": {
                "queueArn": f"{ARN}/queue/{BASIC_QUEUE}",
                "queueType": "STANDARD",
                "enqueueTimestamp": "2027-01-15T08:00:00.000Z",
            },
            "agentInfo": {
                "agentArn": f"{ARN}/agent/{grace.id}",
                "connectedToAgentTimestamp": "2027-01-15T08:00:07.000Z",
                "afterContactWorkStartTimestamp": "2027-01-15T08:01:07.000Z",
                "afterContactWorkEndTimestamp": "2027-01-15T08:01:37.000Z",
                "afterContactWorkDuration": 30,
            },
        },
    }
    begun = told[5]["detail"]
    assert (begun["initiationMethod"], begun["previousContactId"], begun["initialContactId"]) == (
        "DISCONNECT",
        contact_id,
        contact_id,
    )
    assert len({event["id"] for event in told}) == len(told)


def test_a_contact_record_when_it_ends_and_when_its_agent_has_cleared_it(samples: Amazon, sinks: Sinks) -> None:
    contact_id, _ = samples.customer(Attributes={"topic": "parcels"})
    samples.connect.update_contact(
        InstanceId=INSTANCE,
        ContactId=contact_id,
        Name="Lost parcel",
        References={"order": {"Type": "URL", "Value": "https://shop.example/7"}},
    )
    samples.pass_time(7)
    grace = Agent.of(samples, "grace")
    grace.offered(contact_id)
    samples.pass_time(20)
    grace.clears(contact_id)
    grace.serves(contact_id)
    samples.pass_time(60)
    grace.leaves(contact_id)
    samples.background.settle()
    samples.pass_time(30)
    grace.clears(contact_id)
    first, last = lines(samples, sinks.records)
    assert (first["ContactId"], first["Agent"]["AfterContactWorkEndTimestamp"]) == (contact_id, None)
    assert last == {
        "AWSAccountId": "123456789012",
        "AWSContactTraceRecordFormatVersion": "2017-03-10",
        "Agent": {
            "ARN": f"{ARN}/agent/{grace.id}",
            "Username": "grace",
            "RoutingProfile": {"ARN": last["Agent"]["RoutingProfile"]["ARN"], "Name": "Basic Routing Profile"},
            "ConnectedToAgentTimestamp": "2027-01-15T08:00:27Z",
            "AgentInteractionDuration": 60,
            "AfterContactWorkStartTimestamp": "2027-01-15T08:01:27Z",
            "AfterContactWorkEndTimestamp": "2027-01-15T08:01:57Z",
            "AfterContactWorkDuration": 30,
            "NumberOfHolds": 0,
            "CustomerHoldDuration": 0,
            "LongestHoldDuration": 0,
            "HierarchyGroups": None,
        },
        "AgentConnectionAttempts": 2,
        "Attributes": {"topic": "parcels"},
        "Channel": "CHAT",
        "ConnectedToSystemTimestamp": "2027-01-15T08:00:00Z",
        "ContactDetails": {"ContactDetailsName": "Lost parcel", "ContactDetailsDescription": None},
        "ContactId": contact_id,
        "CustomerEndpoint": None,
        "DisconnectReason": "AGENT_DISCONNECT",
        "DisconnectTimestamp": "2027-01-15T08:01:27Z",
        "InitialContactId": None,
        "InitiationMethod": "API",
        "InitiationTimestamp": "2027-01-15T08:00:00Z",
        "InstanceARN": ARN,
        "LastUpdateTimestamp": "2027-01-15T08:01:57Z",
        "MediaStreams": [{"Type": "CHAT"}],
        "NextContactId": samples.chain(contact_id)[-1],
        "PreviousContactId": None,
        "Queue": {
            "ARN": f"{ARN}/queue/{BASIC_QUEUE}",
            "Name": "BasicQueue",
            "EnqueueTimestamp": "2027-01-15T08:00:00Z",
            "DequeueTimestamp": "2027-01-15T08:00:27Z",
            "Duration": 27,
        },
        "Recordings": [
            {
                "Location": last["Recordings"][0]["Location"],
                "MediaStreamType": "CHAT",
                "Status": "AVAILABLE",
                "StorageType": "S3",
                "Type": "CHAT",
            }
        ],
        "References": [{"Name": "order", "Type": "URL", "Value": "https://shop.example/7"}],
        "RelatedContactId": None,
        "ScheduledTimestamp": None,
        "SegmentAttributes": {"connect:Subtype": {"ValueString": "connect:Chat"}},
        "SystemEndpoint": None,
        "Tags": {"aws:connect:instanceId": INSTANCE},
        "TransferCompletedTimestamp": None,
    }
    assert json.loads(Path(last["Recordings"][0]["Location"]).read_text())["ContactId"] == contact_id


def test_the_counts_of_seed_003_can_be_made_from_the_records(samples: Amazon, sinks: Sinks) -> None:
    # "The CTR for the transfer no longer increments the API, but it does increment Contacts Incoming."
    grace, linus = Agent.of(samples, "grace"), Agent.of(samples, "linus")
    for n in range(3):
        contact_id, customer = samples.customer()
        grace.serves(contact_id)
        if n:
            moved = grace.transfers(contact_id, toUser="linus")
            linus.serves(moved)
        samples.participant.disconnect_participant(ConnectionToken=customer)
    assert len(lines(samples, sinks.records)) == 5
    for agent in (grace, linus):
        for held in [*samples.world.store.all("SELECT contact_id FROM agent_contact WHERE user_id = ?", agent.id)]:
            agent.clears(held["contact_id"])
    records = {record["ContactId"]: record for record in lines(samples, sinks.records)}
    methods = [record["InitiationMethod"] for record in records.values()]
    handled = [record for record in records.values() if record["Agent"]]
    found = counts.counted(samples.world)
    assert (methods.count("API"), methods.count("TRANSFER"), len(handled)) == (3, 2, 5)
    assert (found["API_CONTACTS"], found["CONTACTS_INCOMING"], found["CONTACTS_HANDLED"]) == (3, 2, 5)
    moved_on = [record for record in records.values() if record["TransferCompletedTimestamp"]]
    assert {record["NextContactId"] for record in moved_on} == {
        record["ContactId"] for record in records.values() if record["InitiationMethod"] == "TRANSFER"
    }


def test_the_transcript_is_a_file_by_the_day_the_contact_began(samples: Amazon, sinks: Sinks) -> None:
    contact_id, customer = samples.customer()
    said = samples.say(customer, "Grüße \N{WAVING HAND SIGN}")
    grace = Agent.of(samples, "grace")
    agent = samples.connected(grace.serves(contact_id))
    samples.participant.send_event(ConnectionToken=customer, ContentType=EVENT + "typing")
    samples.say(agent, "Hello")
    samples.participant.disconnect_participant(ConnectionToken=customer)
    samples.background.settle()
    (path,) = (sinks.transcripts or Path()).rglob("*.*")
    assert path.relative_to(sinks.transcripts or Path()) == Path(
        "2027", "01", "15", f"{contact_id}_20270115T08:00_UTC.json"
    )
    kept = json.loads(path.read_text())
    items = kept.pop("Transcript")
    spoke = list(dict.fromkeys(item["ParticipantId"] for item in items if "ParticipantId" in item))
    assert kept == {
        "Version": "2019-08-26",
        "AWSAccountId": "123456789012",
        "InstanceId": INSTANCE,
        "InitialContactId": contact_id,
        "ContactId": contact_id,
        "Participants": [{"ParticipantId": each} for each in spoke],
    }
    assert next(item for item in items if item["Id"] == said["Id"]) == {
        "AbsoluteTime": said["AbsoluteTime"],
        "Content": "Grüße \N{WAVING HAND SIGN}",
        "ContentType": "text/plain",
        "Id": said["Id"],
        "Type": "MESSAGE",
        "ParticipantId": items[0]["ParticipantId"],
        "DisplayName": "Ada",
        "ParticipantRole": "CUSTOMER",
    }
    assert [item["ContentType"].removeprefix(EVENT) for item in items if item["Type"] == "EVENT"] == [
        "participant.joined",
        "participant.joined",
        "participant.left",
        "participant.left",
        "chat.ended",
    ]


@pytest.mark.parametrize("counts_", [True, False])
def test_data_that_was_updated_is_told(
    samples: Amazon, sinks: Sinks, monkeypatch: pytest.MonkeyPatch, counts_: bool
) -> None:
    monkeypatch.setattr(undocumented, "ATTRIBUTES_ARE_CONTACT_DATA", counts_)
    contact_id, _ = samples.customer()
    samples.connect.update_contact_attributes(InstanceId=INSTANCE, InitialContactId=contact_id, Attributes={"a": "b"})
    assert ((contact_id, "CONTACT_DATA_UPDATED") in kinds(samples, sinks)) is counts_
    before = len(kinds(samples, sinks))
    samples.connect.update_contact(
        InstanceId=INSTANCE, ContactId=contact_id, SegmentAttributes={"tier": {"ValueString": "gold"}}
    )
    assert kinds(samples, sinks)[before:] == [(contact_id, "CONTACT_DATA_UPDATED")]


def test_a_refused_call_tells_nothing(samples: Amazon, sinks: Sinks) -> None:
    before = samples.world.store.dump()
    with pytest.raises(samples.connect.exceptions.InvalidRequestException):
        samples.start_chat(ChatStreamingConfiguration={"StreamingEndpointArn": TOPIC + ".fifo"})
    assert (lines(samples, sinks.events), samples.world.store.dump()) == ([], before)


# ---- to a topic, to a URL ------------------------------------------------------------------------------------------------


def test_events_and_records_go_to_a_topic_and_through_its_durable_queue(amazons: Make) -> None:
    amazon = amazons(sinks=Sinks(TOPIC, TOPIC))
    amazon.sns.subscribe(TopicArn=TOPIC, Protocol="https", Endpoint="https://bus.example/")
    amazon.background.settle()
    amazon.sns.confirm_subscription(TopicArn=TOPIC, Token=json.loads(amazon.posts.bodies.pop())["Token"])
    contact_id, _ = amazon.customer()
    amazon.posts.status = 503
    amazon.connect.stop_contact(InstanceId=INSTANCE, ContactId=contact_id)
    amazon.background.settle()
    amazon.posts.bodies.clear()
    amazon.again()
    amazon.posts.status = 200
    for _ in range(60):
        amazon.pass_time(1)
    told = [json.loads(json.loads(body)["Message"]) for body in amazon.posts.bodies]
    assert sorted(each["detail"]["eventType"] for each in told if "detail" in each) == ["COMPLETED", "DISCONNECTED"]
    assert [each["DisconnectReason"] for each in told if "DisconnectReason" in each] == ["API"]


class Lake:
    """A URL that takes what it is posted, or does what `answers` says."""

    def __init__(self, answers: Callable[[Told], int] = lambda _told: 200) -> None:
        self.answers = answers
        self.asked: list[Told] = []
        self.taken: list[Told] = []

    def __call__(self, url: str, headers: dict[str, str], body: bytes) -> int:
        assert (url, headers) == (URL, {"content-type": "application/json"})
        told = json.loads(body)
        self.asked.append(told)
        status = self.answers(told)
        if status == 200:
            self.taken.append(told)
        return status

    def kinds_of(self, contact_id: str) -> list[str]:
        return [t["detail"]["eventType"] for t in self.taken if t["detail"]["contactId"] == contact_id]


def posting(amazons: Make, lake: Lake) -> Amazon:
    amazon = amazons(sinks=Sinks(events=URL))
    amazon.background._transport = lake
    return amazon


LIFE = ["INITIATED", "CONNECTED_TO_SYSTEM", "DISCONNECTED", "COMPLETED"]


def one_chat(amazon: Amazon) -> str:
    contact_id, _ = amazon.customer()
    amazon.connect.stop_contact(InstanceId=INSTANCE, ContactId=contact_id)
    return contact_id


def test_a_url_that_fails_is_asked_again_and_nothing_overtakes(amazons: Make) -> None:
    lake = Lake(lambda _told: 503)
    amazon = posting(amazons, lake)
    contact_id = one_chat(amazon)
    amazon.background.settle()
    assert [told["detail"]["eventType"] for told in lake.asked] == ["INITIATED"]
    lake.answers = lambda _told: 200
    amazon.pass_time(60)
    assert lake.kinds_of(contact_id) == LIFE
    amazon.pass_time(60)
    assert lake.kinds_of(contact_id) == LIFE
    assert amazon.world.store.value("SELECT count(*) FROM untold") == 0


def test_one_contacts_trouble_is_not_anothers(amazons: Make) -> None:
    lake = Lake()
    amazon = posting(amazons, lake)
    sick = one_chat(amazon)
    lake.answers = lambda told: 500 if told["detail"]["contactId"] == sick else 200
    well = one_chat(amazon)
    amazon.background.settle()
    assert lake.kinds_of(well) == LIFE


def test_where_nobody_is_one_asks_for_all(amazons: Make) -> None:
    lake = Lake()

    def away(_told: Told) -> int:
        raise urllib3.exceptions.ConnectTimeoutError

    lake.answers = away
    amazon = posting(amazons, lake)
    found = [one_chat(amazon) for _ in range(3)]
    asked = len(lake.asked)
    amazon.pass_time(20)
    assert len(lake.asked) == asked + 1
    lake.answers = lambda _told: 200
    amazon.pass_time(60)
    assert [lake.kinds_of(each) for each in found] == [LIFE] * 3


@pytest.mark.parametrize(("status", "taken"), [(400, 3), (404, 3), (429, 4), (500, 4)])
def test_a_client_error_is_final(amazons: Make, status: int, taken: int) -> None:
    lake = Lake(lambda told: status if told["detail"]["eventType"] == "INITIATED" else 200)
    amazon = posting(amazons, lake)
    contact_id = one_chat(amazon)
    amazon.background.settle()
    lake.answers = lambda _told: 200
    amazon.pass_time(60)
    assert lake.kinds_of(contact_id) == LIFE[4 - taken :]


def test_after_an_hour_it_is_given_up(amazons: Make) -> None:
    lake = Lake(lambda _told: 503)
    amazon = posting(amazons, lake)
    one_chat(amazon)
    for _ in range(200):
        amazon.pass_time(20)
    assert amazon.world.store.value("SELECT count(*) FROM untold") == 0
    lake.answers = lambda _told: 200
    later = one_chat(amazon)
    amazon.background.settle()
    assert {told["detail"]["contactId"] for told in lake.taken} == {later}


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from([200, 503, None]), min_size=4, max_size=30), st.booleans())
def test_whatever_fails_every_event_is_told_and_each_contact_in_its_order(
    amazons: Make, answers: list[int | None], restarts: bool
) -> None:
    left = iter(answers)

    def answer(_told: Told) -> int:
        status = next(left, 200)
        if status is None:
            raise OSError("nobody is there")
        return status

    lake = Lake(answer)
    amazon = posting(amazons, lake)
    begun = [amazon.customer()[0] for _ in range(2)]
    for each in begun:
        amazon.connect.stop_contact(InstanceId=INSTANCE, ContactId=each)
        amazon.background.settle()
        if restarts:
            amazon.again()
            amazon.background._transport = lake
    for _ in range(40):
        amazon.pass_time(5)
    assert [lake.kinds_of(each) for each in begun] == [LIFE] * 2
    amazon.close()


# ---- files ---------------------------------------------------------------------------------------------------------------


def test_what_was_noted_is_told_after_a_restart(samples: Amazon, sinks: Sinks) -> None:
    """As after kill -9: the change is on the disk, and nobody has told it yet."""
    started = samples.start_chat()
    samples.connect.stop_contact(InstanceId=INSTANCE, ContactId=started["ContactId"])
    assert not Path(sinks.events or "").exists()
    samples.again()
    assert [kind for _, kind in kinds(samples, sinks)] == ["INITIATED", "DISCONNECTED", "COMPLETED"]
    assert len(lines(samples, sinks.records)) == 1


def test_who_no_longer_wants_to_know_is_not_told(amazons: Make, tmp_path: Path) -> None:
    amazon = amazons(sinks=Sinks(events=str(tmp_path / "events"), transcripts=tmp_path))
    one_chat(amazon)
    amazon._options = type(amazon._options)(amazon._options.state, amazon._options.flows)
    amazon.again()
    amazon.background.settle()
    assert amazon.world.store.value("SELECT count(*) FROM untold") == 0


def test_a_line_that_a_crash_has_cut_spoils_no_other(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    files.append(path, '{"n": 1}')
    with path.open("a") as file:
        file.write('{"n": 2, "torn')
    files.append(path, '{"n": 2}')
    files.append(path, '{"n": 3}')
    assert path.read_text().splitlines() == ['{"n": 1}', '{"n": 2, "torn', '{"n": 2}', '{"n": 3}']


def test_a_file_that_cannot_be_written_is_written_when_it_can(amazons: Make, tmp_path: Path) -> None:
    folder = tmp_path / "gone"
    amazon = amazons(sinks=Sinks(events=str(folder / "events.jsonl")))
    one_chat(amazon)
    amazon.background.settle()
    folder.mkdir()
    amazon.pass_time(60)
    told = [json.loads(line)["detail"]["eventType"] for line in (folder / "events.jsonl").read_text().splitlines()]
    assert told == LIFE


# ---- the command line ------------------------------------------------------------------------------------------------------


def test_sinks_are_named_on_the_command_line(tmp_path: Path) -> None:
    given_ = ["--events", str(tmp_path / "e"), "--contact-records", TOPIC, "--transcripts", str(tmp_path)]
    options = arguments(["--state", str(tmp_path / "s"), *given_]).options
    assert options.sinks == Sinks(str(tmp_path / "e"), TOPIC, tmp_path)
    assert arguments(["--state", str(tmp_path / "s")]).options.sinks == Sinks()


@pytest.mark.parametrize(
    ("argv", "says"),
    [
        (["--events", "/nowhere/e"], "--events: there is no folder /nowhere"),
        (
            ["--contact-records", "http://"],
            "--contact-records takes a file, an http(s) URL or the ARN of a topic, not 'http://'",
        ),
        (["--transcripts", "/nowhere"], "--transcripts: there is no folder /nowhere"),
    ],
)
def test_a_mistaken_sink_is_one_line(tmp_path: Path, argv: list[str], says: str) -> None:
    with pytest.raises(Mistake) as raised:
        arguments(["--state", str(tmp_path / "s"), *argv])
    assert str(raised.value) == says
