"""Quotas and further switches: rates, open chats, tokens that expire, notifications that are lost or late."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from hypothesis import given
from hypothesis import strategies as st

from connect_emulator import remote
from connect_emulator.control import PREFIX, Control
from connect_emulator.quotas import RATES, USUAL, Bucket
from connect_emulator.restjson import Request
from connect_emulator.restjson.routes import model_of
from connect_emulator.sockets import Sockets
from connect_emulator.streaming.deliveries import listed
from tests.amazon import Amazon
from tests.emulating import INSTANCE, TOPIC


def control(amazon: Amazon, name: str, **body: Any) -> tuple[int, dict[str, Any]]:
    async def nowhere(_act: Callable[[], Any]) -> None:
        raise AssertionError("no socket here")

    api = Control(amazon.emulator, amazon.background, Sockets(amazon.emulator, nowhere))
    asked = json.dumps(body).encode()
    response = api.respond(Request("POST", PREFIX + name, "", {"content-type": "application/json"}, asked))
    return response.status, json.loads(response.body)


def code(act: Callable[[], Any]) -> tuple[int, str]:
    with pytest.raises(ClientError) as raised:
        act()
    return raised.value.response["ResponseMetadata"]["HTTPStatusCode"], raised.value.response["Error"]["Code"]


def throttled(act: Callable[[], Any], most: int) -> int:
    """After how many calls the next one is refused."""
    admitted = 0
    with pytest.raises(ClientError) as raised:  # noqa: PT012 -- which of the calls it is, is the question
        while admitted <= most:
            act()
            admitted += 1
    assert raised.value.response["Error"]["Code"] == "ThrottlingException"
    return admitted


# ---- rates ---------------------------------------------------------------------------------------------------------------


def test_rates_are_of_operations_there_are() -> None:
    assert set(RATES) == set(USUAL)
    for service, rates in RATES.items():
        assert set(rates) <= set(model_of(service).operation_names)


def test_above_the_documented_rate_is_429_until_time_has_passed(amazon: Amazon) -> None:
    contact_id, token = amazon.customer()
    for _ in range(20):
        amazon.say(token, "as fast as I can")
    control(amazon, "quotas", rates=True)
    assert throttled(lambda: amazon.say(token, "hello"), 15) == 15
    said = [text for text in amazon.texts(token) if text == "hello"]
    assert len(said) == 15
    amazon.clock.advance(1000)
    assert throttled(lambda: amazon.say(token, "hello"), 10) == 10
    describe = lambda: amazon.connect.describe_contact(InstanceId=INSTANCE, ContactId=contact_id)  # noqa: E731
    assert throttled(describe, 5) == 5
    amazon.clock.advance(500)
    assert throttled(describe, 1) == 1
    control(amazon, "quotas", rates=False)
    for _ in range(20):
        describe()


def test_start_chat_contact_has_a_name_of_its_own_for_it(amazon: Amazon) -> None:
    control(amazon, "quotas", rates=True)
    for _ in range(8):
        amazon.start_chat()
    assert code(amazon.start_chat) == (429, "TooManyRequestsException")


def test_boto3_waits_and_tries_again_above_the_rate(amazon: Amazon) -> None:
    _, token = amazon.customer()
    control(amazon, "quotas", rates=True)
    throttled(lambda: amazon.say(token, "hello"), 15)
    patient = amazon.client("connectparticipant", Config(retries={"total_max_attempts": 3, "mode": "standard"}))
    patient.meta.events.register("needs-retry", lambda **_: amazon.clock.advance(200))
    assert patient.send_message(ConnectionToken=token, ContentType="text/plain", Content="at last")["Id"]


def test_what_is_not_emulated_is_501_at_any_rate(amazon: Amazon) -> None:
    control(amazon, "quotas", rates=True)
    for _ in range(9):
        assert code(lambda: amazon.connect.list_prompts(InstanceId=INSTANCE)) == (501, "NotImplementedException")


@given(st.lists(st.integers(0, 3000), max_size=60), st.sampled_from([(2, 5), (10, 15)]))
def test_no_second_admits_more_than_its_rate_and_what_may_be_at_once(pauses: list[int], rate: tuple[int, int]) -> None:
    now, bucket, admitted = 0, Bucket(rate[1], 0), []
    for pause in pauses:
        now += pause
        if bucket.take(rate, now):
            admitted.append(now)
    for begin in admitted:
        within = [at for at in admitted if begin <= at < begin + 1000]
        assert len(within) <= sum(rate)


# ---- open chats ----------------------------------------------------------------------------------------------------------


def test_open_chats_are_limited_when_one_says_so(amazon: Amazon) -> None:
    control(amazon, "quotas", openChats=2)
    first = amazon.start_chat(ClientToken="first")
    amazon.start_chat()
    before = amazon.world.store.dump()
    assert code(amazon.start_chat) == (429, "LimitExceededException")
    assert amazon.start_chat(ClientToken="first")["ContactId"] == first["ContactId"]
    assert amazon.world.store.dump() == before
    amazon.connect.stop_contact(InstanceId=INSTANCE, ContactId=first["ContactId"])
    amazon.start_chat()
    control(amazon, "quotas", openChats=None)
    amazon.start_chat()


# ---- tokens --------------------------------------------------------------------------------------------------------------


def test_tokens_expire_when_one_says_so_and_new_ones_are_given(amazon: Amazon) -> None:
    started = amazon.start_chat()
    token = amazon.connected(started["ParticipantToken"])
    _, other = amazon.customer()
    assert control(amazon, "expire", contactId=started["ContactId"]) == (200, {"expired": 1})
    assert code(lambda: amazon.say(token, "Hello?")) == (403, "AccessDeniedException")
    assert amazon.say(other, "I am fine")["Id"]
    assert amazon.say(amazon.connected(started["ParticipantToken"]), "Hello again")["Id"]
    assert control(amazon, "expire") == (200, {"expired": 2})
    assert code(lambda: amazon.say(other, "Hello?")) == (403, "AccessDeniedException")


# ---- SNS -----------------------------------------------------------------------------------------------------------------


@pytest.fixture
def streaming(amazon: Amazon) -> str:
    """The token of a customer whose words are streamed."""
    amazon.sns.subscribe(TopicArn=TOPIC, Protocol="https", Endpoint="https://portal.example/")
    amazon.background.settle()
    amazon.sns.confirm_subscription(TopicArn=TOPIC, Token=json.loads(amazon.posts.bodies.pop())["Token"])
    contact_id, token = amazon.customer()
    amazon.stream(contact_id)
    return token


def heard(amazon: Amazon) -> list[str]:
    amazon.background.settle()
    items = [json.loads(json.loads(body)["Message"]) for body in amazon.posts.bodies]
    return [item["Content"] for item in items if item.get("ParticipantRole") == "CUSTOMER"]


def test_notifications_are_lost(amazon: Amazon, streaming: str) -> None:
    control(amazon, "sns", lose=2)
    amazon.say(streaming, "one")
    flow_answers = len([each for each in listed(amazon.world) if each["type"] == "Notification"]) - 1
    assert flow_answers == 1
    amazon.say(streaming, "two")
    assert heard(amazon) == ["two"]
    lost = [each for each in listed(amazon.world) if each["note"] == "lost, as was asked for"]
    assert [each["state"] for each in lost] == ["DELIVERED"] * 2


def test_notifications_are_late(amazon: Amazon, streaming: str) -> None:
    control(amazon, "sns", lateBySeconds=5)
    amazon.say(streaming, "later")
    assert heard(amazon) == []
    assert 4.9 <= amazon.background._until_next() <= 5
    amazon.pass_time(5)
    assert heard(amazon) == ["later"]


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("quotas", {"rates": 1}),
        ("quotas", {"openChats": -1}),
        ("quotas", {"openChats": True}),
        ("quotas", {"what": 1}),
        ("expire", {"contactId": "nobody"}),
        ("sns", {"lose": -1}),
        ("sns", {"lateBySeconds": "5"}),
    ],
)
def test_what_makes_no_sense_is_said(amazon: Amazon, name: str, body: dict[str, Any]) -> None:
    status, answer = control(amazon, name, **body)
    assert (status, bool(answer["message"])) == (400, True)


# ---- from a shell --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("argv", "says"),
    [
        (["clock", "900"], "a member is name=value, not '900'"),
        (["--url", "ftp://x", "clock"], "--url takes an http(s) URL, not 'ftp://x'"),
        (["--url", "http://127.0.0.1:1", "clock"], "http://127.0.0.1:1 does not answer: "),
    ],
)
def test_a_shells_mistake_is_one_line(capsys: pytest.CaptureFixture[str], argv: list[str], says: str) -> None:
    assert remote.main(argv) == 1
    printed = capsys.readouterr()
    assert (printed.out, printed.err.count("\n")) == ("", 1)
    assert printed.err.startswith(f"connect-emulator: {says}")
