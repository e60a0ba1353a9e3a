"""Interactive messages of flows and Lex bots, modules, views: what an inbound chat meets of each."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from connect_emulator import bots, messages
from connect_emulator.inspector import contact as page_of_a_contact
from tests.amazon import Amazon
from tests.emulating import INSTANCE
from tests.flows import QUIET, Json, action, flow, say, wait

Make = Callable[..., Amazon]
ALIAS = "arn:aws:lex:us-east-1:123456789012:bot-alias/ABCDEFGHIJ/TSTALIASID"
TAKES_ALL = ["text/plain", messages.INTERACTIVE, messages.RESPONSE]
PICKER = {
    "templateType": "ListPicker",
    "version": "1.0",
    "data": {"content": {"title": "Which, $.Attributes.who?", "elements": [{"title": "Apple"}, {"title": "Pear"}]}},
}


def says(*actions: Json) -> str:
    return flow(*actions, say("on", "on", "quiet"), say("error", "error", "quiet"), QUIET)


def heard(amazon: Amazon, token: str) -> list[tuple[str, str]]:
    items = [each for each in amazon.transcript(token) if each["Type"] == "MESSAGE"]
    return [(each["ContentType"], each["Content"]) for each in items]


def chosen(amazon: Amazon, token: str, choice: str, **data: Any) -> None:
    content = json.dumps({"templateType": "ViewResource", "version": "1.0", "action": choice, "data": data})
    amazon.participant.send_message(ConnectionToken=token, ContentType=messages.RESPONSE, Content=content)


# ---- interactive messages --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["Ada", 'Ada "the first" \\ {x}'])
def test_a_flow_sends_a_template_as_an_interactive_message(amazons: Make, who: str) -> None:
    amazon = amazons(says(say("pick", json.dumps(PICKER), "on", NoMatchingError="error")))
    _, token = amazon.customer(SupportedMessagingContentTypes=TAKES_ALL, Attributes={"who": who})
    (kind, content), last = heard(amazon, token)
    assert kind == messages.INTERACTIVE
    assert json.loads(content)["data"]["content"]["title"] == f"Which, {who}?"
    assert last == ("text/plain", "on")


def test_a_template_may_come_from_an_attribute(amazons: Make) -> None:
    amazon = amazons(says(say("pick", "$.Attributes.card", "on", NoMatchingError="error")))
    _, token = amazon.customer(SupportedMessagingContentTypes=TAKES_ALL, Attributes={"card": json.dumps(PICKER)})
    assert heard(amazon, token)[0] == (messages.INTERACTIVE, json.dumps(PICKER))


@pytest.mark.parametrize(
    ("text", "supported"),
    [
        (json.dumps(PICKER), ["text/plain"]),
        (json.dumps({**PICKER, "version": 1}), TAKES_ALL),
        (json.dumps({"templateType": "ListPicker", "version": "1.0", "data": {}}), TAKES_ALL),
    ],
)
def test_a_template_that_cannot_be_sent_takes_the_error_branch(amazons: Make, text: str, supported: list[str]) -> None:
    amazon = amazons(says(say("pick", text, "on", NoMatchingError="error")))
    _, token = amazon.customer(SupportedMessagingContentTypes=supported)
    assert heard(amazon, token) == [("text/plain", "error")]


@pytest.mark.parametrize("text", ['{"a": 1}', "{not json", "[1]"])
def test_words_that_only_look_like_json_are_words(amazons: Make, text: str) -> None:
    _, token = (amazon := amazons(says(say("say", text, "on")))).customer(SupportedMessagingContentTypes=TAKES_ALL)
    assert heard(amazon, token)[0] == ("text/plain", text)


def test_a_bot_asks_by_an_interactive_message_and_hears_the_choice(amazons: Make) -> None:
    bot = {
        "intents": [
            {
                "name": "Order",
                "utterances": ["order"],
                "slots": [{"name": "fruit", "prompt": PICKER}],
                "closing": {**PICKER, "data": {"content": {"title": "One {fruit}"}}},
            }
        ],
        "clarification": "What?",
    }
    asked = action(
        "lex",
        "ConnectParticipantWithLexBot",
        {"Text": json.dumps(PICKER), "LexV2Bot": {"AliasArn": ALIAS}},
        Order="told",
        NoMatchingCondition="error",
        NoMatchingError="error",
    )
    amazon = amazons(says(asked, say("told", "$.Lex.Slots.fruit", "on")), bots={ALIAS: bots.read(json.dumps(bot))})
    _, token = amazon.customer(SupportedMessagingContentTypes=TAKES_ALL, Attributes={"who": "Ada"})
    amazon.say(token, "order")
    chosen(amazon, token, 'Pear "x"')
    said = [(kind, content) for kind, content in heard(amazon, token) if kind != messages.RESPONSE]
    assert [kind for kind, _ in said] == [
        messages.INTERACTIVE,
        "text/plain",
        messages.INTERACTIVE,
        messages.INTERACTIVE,
        *["text/plain"] * 2,
    ]
    assert json.loads(said[3][1])["data"]["content"]["title"] == 'One Pear "x"'
    assert said[4] == ("text/plain", 'Pear "x"')


# ---- modules ---------------------------------------------------------------------------------------------------------------


def module(amazon: Amazon, name: str, content: str) -> str:
    made = amazon.connect.create_contact_flow_module(InstanceId=INSTANCE, Name=name, Content=content)
    assert made["Arn"] == f"arn:aws:connect:us-east-1:123456789012:instance/{INSTANCE}/flow-module/{made['Id']}"
    return str(made["Id"])


RETURN = action("return", "EndFlowModuleExecution", {})
INVOKE = action("call", "InvokeFlowModule", {"FlowModuleId": "$.Attributes.module"}, "after", NoMatchingError="error")


def flow_attribute(name: str, value: str, then: str) -> Json:
    return action(name, "UpdateFlowAttributes", {"FlowAttributes": {"x": {"Value": value}}}, then)


def test_a_module_returns_to_the_flow_that_invoked_it_also_after_a_pause(amazons: Make) -> None:
    text = says(flow_attribute("mine", "flow", "call"), INVOKE, say("after", "after <$.FlowAttributes.x>", "on"))
    amazon = amazons(text)
    inner = module(amazon, "inner", flow(say("i", "inner", "return"), RETURN))
    nested = {
        **INVOKE,
        "Parameters": {"FlowModuleId": inner},
        "Transitions": {**INVOKE["Transitions"], "NextAction": "said"},
    }
    nested["Transitions"]["Errors"] = [{"NextAction": "end", "ErrorType": "NoMatchingError"}]
    outer = flow(
        say("o", "outer <$.FlowAttributes.x>", "attribute"),
        flow_attribute("attribute", "module", "w"),
        wait("w", 5, "call"),
        nested,
        say("said", "still <$.FlowAttributes.x>", "return"),
        RETURN,
    )
    _, token = amazon.customer(Attributes={"module": module(amazon, "outer", outer)})
    assert amazon.texts(token) == ["outer <>"]
    amazon.again()
    amazon.pass_time(5)
    assert amazon.texts(token) == ["outer <>", "inner", "still <module>", "after <flow>", "on"]


def test_a_module_that_is_not_there_or_was_deleted_takes_the_error_branch(amazons: Make) -> None:
    amazon = amazons(says(INVOKE, say("after", "after", "on")))
    gone = module(amazon, "gone", flow(RETURN))
    amazon.connect.delete_contact_flow_module(InstanceId=INSTANCE, ContactFlowModuleId=gone)
    for named in (gone, "nobody"):
        _, token = amazon.customer(Attributes={"module": named})
        assert amazon.texts(token) == ["error"]


def test_modules_that_invoke_each_other_for_ever_come_to_an_end(amazons: Make) -> None:
    amazon = amazons(says(INVOKE, say("after", "after", "on")))
    itself = {
        **INVOKE,
        "Transitions": {"NextAction": "end", "Errors": [{"NextAction": "deep", "ErrorType": "NoMatchingError"}]},
    }
    made = module(amazon, "itself", flow(itself, say("deep", "deep enough", "quiet"), QUIET))
    _, token = amazon.customer(Attributes={"module": made})
    assert amazon.texts(token) == ["deep enough"]


def test_a_module_is_described_listed_and_changed(amazon: Amazon) -> None:
    made = module(amazon, "m", flow(RETURN))
    named = {"InstanceId": INSTANCE, "ContactFlowModuleId": made}
    amazon.connect.update_contact_flow_module_content(**named, Content=flow(say("s", "x", "return"), RETURN))
    amazon.connect.update_contact_flow_module_metadata(**named, Name="n", Description="d", State="ARCHIVED")
    found = amazon.connect.describe_contact_flow_module(**named)["ContactFlowModule"]
    assert (found["Name"], found["Description"], found["State"], found["Status"]) == ("n", "d", "ARCHIVED", "PUBLISHED")
    assert found["Content"] == flow(say("s", "x", "return"), RETURN)
    listed = amazon.connect.list_contact_flow_modules(InstanceId=INSTANCE, ContactFlowModuleState="ACTIVE")
    assert listed["ContactFlowModulesSummaryList"] == []
    with pytest.raises(amazon.connect.exceptions.InvalidContactFlowModuleException) as refused:
        amazon.connect.update_contact_flow_module_content(**named, Content=flow(action("a", "Dance", {}), RETURN))
    assert refused.value.response["Problems"] == [
        {"message": "action a: the flow language has no action of type Dance"}
    ]


# ---- views -----------------------------------------------------------------------------------------------------------------


def view(which: str = "confirmation", **more: Any) -> Json:
    given = {"ViewResource": {"Id": which, "Version": "Latest"}, "ViewData": {"Heading": "Hi $.Attributes.who"}, **more}
    return action(
        "view",
        "ShowView",
        given,
        Next="told",
        NoMatchingCondition="other",
        NoMatchingError="error",
        TimeLimitExceeded="late",
    )


SHOWS = (
    say("told", "$.Views.Action $.Views.ViewResultData.size", "on"),
    say("other", "other", "quiet"),
    say("late", "late", "quiet"),
)


def test_a_view_is_shown_described_and_answered(amazons: Make) -> None:
    amazon = amazons(says(view(), *SHOWS))
    _, token = amazon.customer(SupportedMessagingContentTypes=TAKES_ALL, Attributes={"who": "Ada"})
    content = json.loads(heard(amazon, token)[0][1])["data"]["content"]
    assert (content["viewId"], content["viewData"]) == ("confirmation", {"Heading": "Hi Ada"})
    shown = amazon.participant.describe_view(ViewToken=content["viewToken"], ConnectionToken=token)["View"]
    assert (shown["Id"], shown["Content"]["Actions"]) == ("confirmation", ["Next"])
    amazon.say(token, "what is this?")
    chosen(amazon, token, "Next", size="XL")
    assert amazon.texts(token)[-2:] == ["Next XL", "on"]


def test_another_choice_and_no_choice_have_their_branches(amazons: Make) -> None:
    amazon = amazons(says(view(InvocationTimeLimitSeconds="60"), *SHOWS))
    _, one = amazon.customer(SupportedMessagingContentTypes=TAKES_ALL)
    chosen(amazon, one, "Back")
    assert amazon.texts(one)[-1] == "other"
    _, other = amazon.customer(SupportedMessagingContentTypes=TAKES_ALL)
    amazon.say(other, "hm")
    amazon.pass_time(60)
    assert amazon.texts(other)[-1] == "late"


@pytest.mark.parametrize(("which", "supported"), [("mine", TAKES_ALL), ("detail", ["text/plain"])])
def test_a_view_that_cannot_be_shown_takes_the_error_branch(amazons: Make, which: str, supported: list[str]) -> None:
    amazon = amazons(says(view(which), *SHOWS))
    _, token = amazon.customer(SupportedMessagingContentTypes=supported)
    assert amazon.texts(token) == ["error"]


# ---- the inspector ---------------------------------------------------------------------------------------------------------


def test_the_page_of_a_contact_says_what_was_not_carried_out(amazons: Make) -> None:
    task = action("task", "CreateTask", {"Name": "t", "ContactFlowId": "f"}, "on", NoMatchingError="error")
    amazon = amazons(says(task))
    contact_id, _ = amazon.customer()
    page = page_of_a_contact.respond(amazon.world, amazon.emulator.engine, contact_id)
    assert page is not None
    assert b"Not carried out in a chat: it is not emulated" in page.body
