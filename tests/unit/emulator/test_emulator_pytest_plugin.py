"""The fixture `amazon_connect` as somebody else's test suite uses it."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from connect_emulator.testing import AmazonConnect
from tests.emulating import HANDOVER, INBOUND_FLOW, ROOT, TOPIC
from tests.flows import ask, flow, say, wait

RETURNING = "bbbbbbbb-bbbb-4ccc-8ddd-eeeeeeeeeeee"
WELCOME = flow(
    say("welcome", "Welcome.", "ask"),
    ask("ask", "answer", "sorry"),
    say("answer", "$.External.answer", "wait"),
    say("sorry", "Nobody answers.", "wait"),
    wait("wait", 600, "goodbye"),
    say("goodbye", "Goodbye.", "end"),
)


@pytest.fixture
def amazon_connect_flows(tmp_path: Path) -> Sequence[Path | str]:
    welcome, returning = tmp_path / "welcome.json", tmp_path / "returning.json"
    welcome.write_text(WELCOME)
    returning.write_text(flow(say("hello", "Welcome back.", "wait"), wait("wait", 600, "end")))
    return [welcome, f"{RETURNING}={returning}"]


@pytest.fixture
def answering(amazon_connect: AmazonConnect) -> AmazonConnect:
    amazon_connect.add_function(HANDOVER, lambda event, _context: {"answer": f"A {event['Name']} came."})
    return amazon_connect


def test_a_chat_takes_the_first_flow_and_its_function_is_called_at_once(answering: AmazonConnect) -> None:
    assert answering.flow_id == INBOUND_FLOW
    assert answering.start_chat("Ada").texts() == ["Welcome.", "A ContactFlowEvent came."]


def test_a_function_that_nobody_added_takes_the_flows_error_branch(amazon_connect: AmazonConnect) -> None:
    assert amazon_connect.start_chat("Ada").texts() == ["Welcome.", "Nobody answers."]


def test_another_flow_is_started_by_its_id_or_loaded_from_a_file(amazon_connect: AmazonConnect, tmp_path: Path) -> None:
    assert amazon_connect.start_chat("Ada", ContactFlowId=RETURNING).texts() == ["Welcome back."]
    again = amazon_connect.load_flow(tmp_path / "returning.json")
    assert again != RETURNING
    assert amazon_connect.start_chat("Ada", ContactFlowId=again).texts() == ["Welcome back."]


def test_a_file_that_is_no_flow_is_refused_as_connect_refuses_it(amazon_connect: AmazonConnect, tmp_path: Path) -> None:
    (tmp_path / "wrong.json").write_text("{}")
    with pytest.raises(ClientError, match="InvalidContactFlowException"):
        amazon_connect.load_flow(tmp_path / "wrong.json")


def test_time_passes_only_when_the_clock_is_turned(answering: AmazonConnect) -> None:
    customer = answering.start_chat("Ada")
    answering.advance(599)
    assert "DisconnectTimestamp" not in customer.describe()
    answering.advance(1)
    assert customer.describe()["DisconnectReason"] == "CONTACT_FLOW_DISCONNECT"


def test_what_connect_streams_lies_in_an_inbox_signed(answering: AmazonConnect) -> None:
    inbox = answering.subscribe(TOPIC)
    customer = answering.start_chat("Ada")
    streaming = {"StreamingEndpointArn": TOPIC}
    answering.connect.start_contact_streaming(
        InstanceId=answering.instance_id,
        ContactId=customer.contact_id,
        ChatStreamingConfiguration=streaming,
        ClientToken="t",
    )
    said = customer.say("Hello?")
    assert [(m["Id"], m["Content"], m["ParticipantRole"]) for m in inbox.messages if m["Type"] == "MESSAGE"] == [
        (said, "Hello?", "CUSTOMER")
    ]
    headers, body = inbox.posts[-1]
    assert headers["x-amz-sns-topic-arn"] == TOPIC
    assert json.loads(body)["Signature"]
    assert answering.certificate.startswith(b"-----BEGIN CERTIFICATE-----")


def test_a_function_may_call_connect_itself(amazon_connect: AmazonConnect) -> None:
    def handler(event: Any, _context: Any) -> dict[str, str]:
        about = event["Details"]["ContactData"]
        bot = amazon_connect.connect.create_participant(
            InstanceId=amazon_connect.instance_id,
            ContactId=about["ContactId"],
            ParticipantDetails={"ParticipantRole": "CUSTOM_BOT", "DisplayName": "Service"},
        )
        token = amazon_connect.join(bot["ParticipantCredentials"]["ParticipantToken"])
        amazon_connect.participant.send_message(ConnectionToken=token, ContentType="text/plain", Content="Here I am.")
        return {"answer": "Done."}

    amazon_connect.add_function(HANDOVER, handler)
    assert amazon_connect.start_chat("Ada").texts() == ["Welcome.", "Here I am.", "Done."]


def test_a_client_of_the_code_under_test_is_answered_too(answering: AmazonConnect) -> None:
    keys = {"aws_access_key_id": "theirs", "aws_secret_access_key": "theirs"}
    theirs = boto3.client("connect", region_name="us-east-1", **keys)
    answering.attach(theirs)
    customer = answering.start_chat("Ada")
    about = theirs.describe_contact(InstanceId=answering.instance_id, ContactId=customer.contact_id)
    assert about["Contact"]["Id"] == customer.contact_id
    with pytest.raises(ValueError, match="the emulator is connect, connectparticipant, sns, sts, not 's3'"):
        answering.client("s3")


@pytest.mark.parametrize(("after", "said"), [(False, 0), (True, 1)])
def test_a_call_fails_when_asked_to_and_has_been_done_or_not(answering: AmazonConnect, after: bool, said: int) -> None:
    customer = answering.start_chat("Ada")
    answering.fail("SendMessage", status=500, after=after)
    with pytest.raises(ClientError) as refused:
        customer.say("Hello?")
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 500
    assert customer.texts().count("Hello?") == said


def test_a_transcript_of_many_pages_is_whole_and_in_order(answering: AmazonConnect) -> None:
    customer = answering.start_chat("Ada")
    words = [f"word {number}" for number in range(120)]
    for word in words:
        customer.say(word)
    assert customer.texts() == ["Welcome.", "A ContactFlowEvent came.", *words]


def test_every_test_has_an_instance_of_its_own(amazon_connect: AmazonConnect) -> None:
    contacts = amazon_connect.emulator.world.store.all("SELECT id FROM contact")
    assert contacts == []


def test_the_documentation_names_all_that_an_instance_can_do(amazon_connect: AmazonConnect) -> None:
    chapter = (ROOT / "docs" / "emulator.md").read_text().partition("## In a pytest suite")[2].partition("\n## ")[0]
    has = {name for name in dir(amazon_connect) if not name.startswith("_")} - {"clock", "close", "emulator"}
    assert {name for name in has if not re.search(rf"`{name}\b", chapter)} == set()


SUITE = """
import pytest

@pytest.fixture
def amazon_connect_flows():
    return {flows}

def test_the_customer_is_greeted(amazon_connect):
    assert amazon_connect.start_chat("Ada").texts() == ["Welcome back."]
"""


@pytest.mark.parametrize(
    ("flows", "says"),
    [
        (["flows/returning.json"], "1 passed"),
        (["nowhere.json"], "amazon_connect_flows: *nowhere.json cannot be read: No such file*"),
        (["flows/wrong.json"], "amazon_connect_flows: *wrong.json is no flow Connect would take: *"),
        (["x=flows/returning.json"], "amazon_connect_flows: 'x' is no flow id (a UUID)"),
    ],
)
def test_files_of_flows_are_found_from_the_root_of_the_suite_and_what_is_wrong_with_them_is_said(
    pytester: pytest.Pytester, tmp_path: Path, amazon_connect_flows: Any, flows: list[str], says: str
) -> None:
    folder = pytester.mkdir("flows")
    (folder / "returning.json").write_text((tmp_path / "returning.json").read_text())
    (folder / "wrong.json").write_text("{}")
    pytester.makepyfile(SUITE.format(flows=flows))
    ended = pytester.runpytest_inprocess("-p", "connect_emulator.pytest_plugin", "-p", "no:django", "-p", "no:asyncio")
    ended.assert_outcomes(**({"passed": 1} if says == "1 passed" else {"errors": 1}))
    ended.stdout.fnmatch_lines(f"*{says}*".replace("[", "[[]"))
