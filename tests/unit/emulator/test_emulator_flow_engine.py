"""Flows at work: what a contact hears and where it stands, with the clock turned and the emulator restarted."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

import pytest

from connect_emulator.flows.lambdas import Again, Failed, InProcess, checked, invoke, load
from tests.amazon import BASIC_QUEUE, Amazon
from tests.emulating import EVENT, HANDOVER, INSTANCE
from tests.flows import Json, action, ask, flow, say, wait

Make = Callable[..., Amazon]


def function(handler: Callable[[Any, Any], Any]) -> dict[str, Any]:
    return {HANDOVER: InProcess(HANDOVER, handler)}


def stands(amazon: Amazon, contact_id: str) -> tuple[str, str] | None:
    execution = amazon.emulator.engine.execution(contact_id)
    return (execution.action_id, execution.phase) if execution else None


def reason(amazon: Amazon, contact_id: str) -> str | None:
    contact = amazon.connect.describe_contact(InstanceId=INSTANCE, ContactId=contact_id)["Contact"]
    return contact.get("DisconnectReason")


def heard(amazon: Amazon, contact_id: str) -> list[str]:
    """All texts of a chat, also when it has ended."""
    rows = amazon.world.store.all(
        "SELECT content FROM item WHERE contact_id = ? AND content IS NOT NULL ORDER BY seq", contact_id
    )
    return [row["content"] for row in rows]


def test_a_flow_speaks_waits_and_ends(amazons: Make) -> None:
    amazon = amazons(flow(say("hi", "Hello $.Attributes.name!", "w"), wait("w", 10, "bye"), say("bye", "Bye.", "end")))
    contact_id, token = amazon.customer(Attributes={"name": "Ada"})
    assert amazon.texts(token) == ["Hello Ada!"]
    amazon.pass_time(9.999)
    assert stands(amazon, contact_id) == ("w", "WAITING")
    amazon.pass_time(0.001)
    assert heard(amazon, contact_id) == ["Hello Ada!", "Bye."]
    assert reason(amazon, contact_id) == "CONTACT_FLOW_DISCONNECT"
    assert stands(amazon, contact_id) is None


def test_a_waiting_flow_keeps_its_deadline_over_a_restart(amazons: Make) -> None:
    amazon = amazons(flow(wait("w", 10, "bye"), say("bye", "Bye.", "end")))
    contact_id, _ = amazon.customer()
    amazon.pass_time(6)
    amazon.again()
    amazon.pass_time(3)
    assert stands(amazon, contact_id) == ("w", "WAITING")
    amazon.pass_time(1)
    assert heard(amazon, contact_id) == ["Bye."]


def test_a_message_is_a_return_and_typing_is_none(amazons: Make) -> None:
    amazon = amazons(
        flow(wait("w", 900, "end", "CustomerReturned", CustomerReturned="back"), say("back", "Hello again.", "w"))
    )
    _, token = amazon.customer()
    amazon.participant.send_event(ConnectionToken=token, ContentType=EVENT + "typing")
    assert amazon.texts(token) == []
    amazon.say(token, "Hey, I'm back")
    amazon.say(token, "Still me")
    assert amazon.texts(token) == ["Hey, I'm back", "Hello again.", "Still me", "Hello again."]


def bot_flow() -> str:
    branches = {"BotParticipantDisconnected": "left", "ParticipantNotFound": "none"}
    return flow(
        wait("arrive", 10, "w", "CustomerReturned", CustomerReturned="w"),
        wait("w", 60, "late", "BotParticipantDisconnected", **branches),
        say("left", "left", "rest"),
        say("none", "not found", "rest"),
        say("late", "time expired", "rest"),
        wait("rest", 604_800, "end"),
    )


def test_a_custom_participant_that_disconnects_takes_the_flow_on(amazons: Make) -> None:
    amazon = amazons(bot_flow())
    contact_id, customer = amazon.customer()
    bot = amazon.bot(contact_id)
    amazon.say(customer, "go")
    assert stands(amazon, contact_id) == ("w", "WAITING")
    amazon.participant.disconnect_participant(ConnectionToken=bot)
    assert amazon.texts(customer) == ["go", "left"]


def test_without_a_custom_participant_the_wait_takes_participant_not_found(amazons: Make) -> None:
    amazon = amazons(bot_flow())
    _, customer = amazon.customer()
    amazon.say(customer, "go")
    assert amazon.texts(customer) == ["go", "not found"]


def test_time_expired_does_not_disconnect_the_custom_participant(amazons: Make) -> None:
    amazon = amazons(bot_flow())
    contact_id, customer = amazon.customer()
    bot = amazon.bot(contact_id)
    amazon.say(customer, "go")
    amazon.pass_time(60)
    assert amazon.texts(customer) == ["go", "time expired"]
    assert amazon.say(bot, "I am still here.")["Id"]


def test_a_custom_participant_that_never_connects_counts_as_disconnected(amazons: Make) -> None:
    amazon = amazons(bot_flow())
    contact_id, customer = amazon.customer()
    amazon.create_bot(contact_id)
    amazon.say(customer, "go")
    amazon.pass_time(15)
    assert amazon.texts(customer) == ["go", "left"]


def test_a_lambdas_answer_is_external(amazons: Make) -> None:
    asked: list[Json] = []

    def handler(event: Json, _context: Any) -> Json:
        asked.append(event)
        return {"open": "true", "name": "Grace"}

    text = flow(
        ask("ask", "check", "end", LambdaInvocationAttributes={"who": "$.Attributes.who", "plain": "x"}),
        action(
            "check",
            "Compare",
            {"ComparisonValue": "$.External.open"},
            "end",
            true="open",
            NoMatchingCondition="end",
        ),
        say("open", "$.External.name is here, in $['External']['open'] life.", "rest"),
        wait("rest", 60, "end"),
    )
    amazon = amazons(text, function(handler))
    _, token = amazon.customer(Attributes={"who": "Ada"})
    assert amazon.texts(token) == ["Grace is here, in true life."]
    assert [event["Details"]["Parameters"] for event in asked] == [{"who": "Ada", "plain": "x"}]


def answers(*given: Any) -> Callable[[Any, Any], Any]:
    """A handler that answers these one after the other; an exception is raised."""
    left = list(given)

    def handler(_event: Any, _context: Any) -> Any:
        answer = left.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    handler.left = left  # type: ignore[attr-defined]
    return handler


ASKING = flow(
    ask("ask", "fine", "bad"), say("fine", "fine", "rest"), say("bad", "bad", "rest"), wait("rest", 60, "end")
)


@pytest.mark.parametrize(
    ("given", "text", "left"),
    [
        ([RuntimeError(), RuntimeError(), {"a": "b"}, {}], "fine", 1),
        ([RuntimeError(), RuntimeError(), RuntimeError(), {}], "bad", 1),
        ([[], {}], "bad", 1),
        ([{"a": 1}, {}], "bad", 1),
        ([{"a": {"b": "c"}}, {}], "bad", 1),
        ([{"a": "x" * 32_768}, {}], "bad", 1),
        ([{"a": "x" * (32 * 1024 - len('{"a": ""}'))}, {}], "fine", 1),
        ([{"a": object()}, {}], "bad", 1),
    ],
    ids=["third try", "three errors", "a list", "a number", "nested", "too large", "just not too large", "no JSON"],
)
def test_what_becomes_of_a_lambdas_answer(amazons: Make, given: list[Any], text: str, left: int) -> None:
    handler = answers(*given)
    amazon = amazons(ASKING, function(handler))
    _, token = amazon.customer()
    assert amazon.texts(token) == [text]
    assert len(handler.left) == left  # type: ignore[attr-defined]


def test_json_answers_may_be_nested() -> None:
    assert checked({"a": {"b": [1]}}, "JSON") == {"a": {"b": [1]}}
    with pytest.raises(Failed):
        checked({"a": {"b": [1]}}, "STRING_MAP")


def test_an_arn_nobody_explained_takes_the_error_branch(amazons: Make) -> None:
    _, token = (amazon := amazons(ASKING)).customer()
    assert amazon.texts(token) == ["bad"]


def test_a_lambda_has_only_the_time_its_action_gives() -> None:
    def slow(_event: Any, _context: Any) -> Json:
        time.sleep(3)
        return {}

    began = time.monotonic()
    call = {"arn": HANDOVER, "seconds": 1, "responseType": "STRING_MAP", "event": {}}
    assert invoke(function(slow), call) is None
    assert 1 <= time.monotonic() - began < 2.5


def test_a_lambda_may_ask_for_its_time_and_its_name() -> None:
    def handler(_event: Any, context: Any) -> Json:
        assert 0 < context.get_remaining_time_in_millis() <= 2000
        return {"name": context.function_name, "arn": context.invoked_function_arn}

    call = {"arn": HANDOVER, "seconds": 2, "responseType": "STRING_MAP", "event": {}}
    assert invoke(function(handler), call) == {"name": "ccp-portal-handover", "arn": HANDOVER}


def test_an_interrupted_lambda_call_is_made_again_after_a_restart(amazons: Make) -> None:
    handler = answers({})
    amazon = amazons(ASKING, function(handler))
    started = amazon.start_chat()
    amazon.participant.create_participant_connection(
        ParticipantToken=started["ParticipantToken"], ConnectParticipant=True
    )
    assert stands(amazon, started["ContactId"]) == ("ask", "CALLING")
    amazon.again()
    amazon.background.settle()
    assert heard(amazon, started["ContactId"]) == ["fine"]
    assert handler.left == []  # type: ignore[attr-defined]


def test_an_answer_that_comes_when_the_contact_is_elsewhere_is_dropped(amazons: Make) -> None:
    amazon = amazons(ASKING, function(answers({}, {})))
    contact_id, token = amazon.customer()
    late = amazon.emulator.engine.asked()
    assert late == []
    started = amazon.start_chat("Grace")
    amazon.participant.create_participant_connection(
        ParticipantToken=started["ParticipantToken"], ConnectParticipant=True
    )
    (asked,) = amazon.emulator.engine.asked()
    amazon.connect.stop_contact(InstanceId=INSTANCE, ContactId=started["ContactId"])
    before = amazon.world.store.dump()
    amazon.emulator.engine.answered(asked, {"a": "b"})
    assert amazon.world.store.dump() == before
    assert amazon.texts(token) == ["fine"]
    assert stands(amazon, contact_id) == ("rest", "WAITING")


def test_a_loop_counts_and_begins_again_when_it_is_done(amazons: Make) -> None:
    text = flow(
        action("loop", "Loop", {"LoopCount": "2"}, "done", ContinueLooping="again", DoneLooping="done"),
        say("again", "again", "loop"),
        say("done", "done", "w"),
        wait("w", 10, "loop"),
    )
    amazon = amazons(text)
    _, token = amazon.customer()
    assert amazon.texts(token) == ["again", "again", "done"]
    amazon.again()
    amazon.pass_time(10)
    assert amazon.texts(token) == ["again", "again", "done"] * 2


def test_a_loop_of_none_is_done_at_once(amazons: Make) -> None:
    text = flow(
        action("loop", "Loop", {"LoopCount": "0"}, "end", ContinueLooping="end", DoneLooping="w"), wait("w", 10, "end")
    )
    contact_id, _ = (amazon := amazons(text)).customer()
    assert stands(amazon, contact_id) == ("w", "WAITING")


def test_compare_takes_the_first_branch_that_holds(amazons: Make) -> None:
    compare = action("c", "Compare", {"ComparisonValue": "$.Attributes.n"}, "end", NoMatchingCondition="other")
    compare["Transitions"]["Conditions"] = [
        {"NextAction": to, "Condition": {"Operator": operator, "Operands": operands}}
        for to, operator, operands in (("small", "NumberLessThan", ["10"]), ("big", "NumberLessThan", ["100"]))
    ]
    said = [say(each, each, "rest") for each in ("small", "big", "other")]
    amazon = amazons(flow(compare, *said, wait("rest", 60, "end")))
    for n, expected in (("5", "small"), ("50", "big"), ("500", "other"), ("many", "other")):
        _, token = amazon.customer(Attributes={"n": n})
        assert amazon.texts(token) == [expected]


def test_attributes_queue_and_hook_are_set_and_seen(amazons: Make) -> None:
    text = flow(
        action(
            "a",
            "UpdateContactAttributes",
            {"Attributes": {"greeting": "Hi $.Attributes.name"}},
            "q",
            NoMatchingError="end",
        ),
        action("q", "UpdateContactTargetQueue", {"QueueId": BASIC_QUEUE}, "h", NoMatchingError="end"),
        action(
            "h", "UpdateContactEventHooks", {"EventHooks": {"CustomerRemaining": "flow-7"}}, "s", NoMatchingError="end"
        ),
        say("s", "$.Attributes.greeting, you are in $.Queue.Name", "rest"),
        wait("rest", 60, "end"),
    )
    amazon = amazons(text)
    contact_id, token = amazon.customer(Attributes={"name": "Ada"})
    assert amazon.texts(token) == ["Hi Ada, you are in BasicQueue"]
    contact = amazon.connect.describe_contact(InstanceId=INSTANCE, ContactId=contact_id)["Contact"]
    assert "QueueInfo" not in contact  # a working queue is set; the contact was not queued
    assert json.loads(amazon.world.store.value("SELECT hooks FROM contact")) == {"CustomerRemaining": "flow-7"}


def test_attributes_that_are_too_many_take_the_error_branch(amazons: Make) -> None:
    text = flow(
        action("a", "UpdateContactAttributes", {"Attributes": {"more": "x"}}, "end", NoMatchingError="s"),
        say("s", "no room", "rest"),
        wait("rest", 60, "end"),
    )
    amazon = amazons(text)
    _, token = amazon.customer(Attributes={"key": "x" * 32_765})
    assert amazon.texts(token) == ["no room"]


def test_a_prompt_with_nothing_to_say_takes_the_error_branch(amazons: Make) -> None:
    text = flow(say("s", "$.Attributes.nothing", "end", NoMatchingError="rest"), wait("rest", 60, "end"))
    contact_id, _ = (amazon := amazons(text)).customer()
    assert stands(amazon, contact_id) == ("rest", "WAITING")


def test_a_flow_that_never_rests_ends_its_contact_and_no_other(amazons: Make) -> None:
    amazon = amazons(
        flow(
            action(
                "c",
                "Compare",
                {"ComparisonValue": "$.Attributes.mad"},
                "w",
                yes="spin",
                NoMatchingCondition="w",
            ),
            action("spin", "UpdateContactAttributes", {"Attributes": {"a": "b"}}, "spin", NoMatchingError="end"),
            wait("w", 60, "end"),
        )
    )
    sane, token = amazon.customer()
    mad = amazon.start_chat(Attributes={"mad": "yes"})
    amazon.participant.create_participant_connection(ParticipantToken=mad["ParticipantToken"], ConnectParticipant=True)
    assert reason(amazon, mad["ContactId"]) == "CONTACT_FLOW_DISCONNECT"
    assert reason(amazon, sane) is None
    assert amazon.say(token, "I am fine.")["Id"]


def test_a_lambda_is_loaded_from_a_file(tmp_path: Any) -> None:
    path = tmp_path / "hand.py"
    path.write_text("def handler(event, context):\n    return {'seen': event['x']}\n")
    call = {"arn": HANDOVER, "seconds": 2, "responseType": "STRING_MAP", "event": {"x": "y"}}
    assert invoke({HANDOVER: load(HANDOVER, f"{path}:handler")}, call) == {"seen": "y"}


@pytest.mark.parametrize("target", ["nonsense", "x.py", "missing.py:handler", "ftp://x", "x.py:not a name"])
def test_a_lambda_that_is_nowhere_is_refused(target: str) -> None:
    with pytest.raises(ValueError, match=r"URL|no file"):
        load(HANDOVER, target)


def test_a_lambda_whose_url_does_not_answer_may_be_asked_again() -> None:
    with pytest.raises(Again):
        load(HANDOVER, "http://127.0.0.1:1/")(b"{}", 1)
