"""What pages of customers ask for and get: the contract of POST /livechat and of the start-chat Lambda."""

import json

import pytest

from chats.start_chat.start_chat_contract import ChatRefused, Rules, answer, cors, read, require_origin

RULES = Rules("i-1", ("f-1", "f-2"), attributes=("connect_*", "topic"), persistent=True, attachments=True)
LEX_WEB_UI = {
    "Attributes": {"connect_topicid": "42", "topic": "billing"},
    "ParticipantDetails": {"DisplayName": "[ada]"},
    "ContactFlowId": "f-1",
    "InstanceId": "i-1",
}
CHAT_INTERFACE = {
    "InstanceId": "i-1",
    "ContactFlowId": "f-2",
    "ParticipantDetails": {"DisplayName": "Ada"},
    "Username": "Ada",
    "Attributes": '{"topic": "billing"}',
    "InitialMessage": {"ContentType": "text/plain", "Content": "Hello"},
    "SupportedMessagingContentTypes": ["text/plain", "text/markdown"],
    "ChatDurationInMinutes": 60,
    "PersistentChat": {"RehydrationType": "FROM_SEGMENT", "SourceContactId": "c-0"},
    "ClientToken": "t-1",
}


def asked(given, rules=RULES):
    params = read(json.dumps(given).encode(), rules)
    assert given.get("ClientToken") or len(params["ClientToken"]) == 36
    return params | {"ClientToken": "t-1"}


def refused(given, rules=RULES):
    with pytest.raises(ChatRefused) as caught:
        read(given if isinstance(given, bytes) else json.dumps(given, ensure_ascii=False).encode(), rules)
    return caught.value


def test_what_lex_web_ui_sends_becomes_start_chat_contact():
    assert asked(LEX_WEB_UI) == {
        "InstanceId": "i-1",
        "ContactFlowId": "f-1",
        "ParticipantDetails": {"DisplayName": "[ada]"},
        "ChatDurationInMinutes": 1500,
        "ClientToken": "t-1",
        "SupportedMessagingContentTypes": ["text/plain"],
        "Attributes": {"connect_topicid": "42", "topic": "billing"},
    }


def test_what_chat_interface_sends_becomes_start_chat_contact():
    given = {name: value for name, value in CHAT_INTERFACE.items() if name != "Username"}
    assert asked(CHAT_INTERFACE) == {**given, "Attributes": {"topic": "billing"}}


def test_a_page_that_names_nothing_gets_the_first_flow_and_a_name():
    assert asked({}) == {
        "InstanceId": "i-1",
        "ContactFlowId": "f-1",
        "ParticipantDetails": {"DisplayName": "Customer"},
        "ChatDurationInMinutes": 1500,
        "ClientToken": "t-1",
        "SupportedMessagingContentTypes": ["text/plain"],
    }


@pytest.mark.parametrize(
    "name", [{"ParticipantDetails": {"DisplayName": " Ada "}}, {"Username": "Ada"}, {"DisplayName": "Ada"}]
)
def test_the_name_is_read_where_any_of_the_pages_puts_it(name):
    assert asked(name)["ParticipantDetails"] == {"DisplayName": "Ada"}


def test_the_answer_is_what_every_page_reads_and_nothing_else_of_connects():
    result = {"ContactId": "c-1", "ParticipantId": "p-1", "ParticipantToken": "t", "ResponseMetadata": {"HostId": "x"}}
    told = answer(result, asked(CHAT_INTERFACE), RULES)
    assert told == {
        "data": {
            "startChatResult": {"ContactId": "c-1", "ParticipantId": "p-1", "ParticipantToken": "t"},
            "featurePermissions": {"MESSAGING_MARKDOWN": True, "ATTACHMENTS": True},
        }
    }
    plain = answer(result, asked({}), Rules("i-1", ("f-1",)))
    assert plain["data"]["featurePermissions"] == {"MESSAGING_MARKDOWN": False}


WRONG = [
    (b"\xff", "The body must be a JSON object"),
    (b"[1]", "The body must be a JSON object"),
    (b"[" * 60_000, "The body must be a JSON object"),
    ({"InstanceId": "i-2"}, "InstanceId is 'i-2', which is not the instance that chats are started in here."),
    ({"ParticipantDetails": {"DisplayName": 7}}, "ParticipantDetails.DisplayName must be a text, not 7."),
    ({"Username": "x" * 257}, "ParticipantDetails.DisplayName has 257 characters; 256 are allowed."),
    ({"ChatDurationInMinutes": 59}, "ChatDurationInMinutes must be a number from 60 to 1500."),
    ({"ChatDurationInMinutes": "1501"}, "ChatDurationInMinutes must be a number from 60 to 1500."),
    ({"ChatDurationInMinutes": True}, "ChatDurationInMinutes must be a number from 60 to 1500."),
    ({"Attributes": "{"}, "Attributes must be an object of texts, or a string that holds one as JSON."),
    ({"Attributes": ["topic"]}, "Attributes must be an object of texts, or a string that holds one as JSON."),
    ({"Attributes": {"topic": 7}}, "The attribute topic must be a text, not 7."),
    ({"Attributes": {"vip": "1"}}, "The attribute vip is not accepted from a page; accepted are: connect_*, topic."),
    ({"Attributes": {"connect_ä": "1"}}, "The attribute 'connect_ä' has a name that Connect does not take"),
    (
        {"Attributes": {"topic": "ä" * 16_384}},
        "Attributes have 32773 bytes, names and values together; 32768 are allowed.",
    ),
    ({"InitialMessage": {"Content": 7}}, 'InitialMessage must be {"ContentType": "text/plain", "Content": "…"}.'),
    ({"InitialMessage": "ä" * 8_193}, "InitialMessage.Content is larger than 16384 bytes."),
    (
        {"SupportedMessagingContentTypes": "text/plain"},
        "SupportedMessagingContentTypes must be a list of content types",
    ),
    ({"SupportedMessagingContentTypes": ["x"] * 11}, "SupportedMessagingContentTypes has 11 entries; 10 are allowed."),
    ({"PersistentChat": {"SourceContactId": "c-0"}}, "PersistentChat must have SourceContactId and RehydrationType"),
    ({"ClientToken": "x" * 501}, "ClientToken has 501 characters; 500 are allowed."),
]


@pytest.mark.parametrize(("given", "text"), WRONG, ids=[text[:40] for _, text in WRONG])
def test_what_is_wrong_is_said(given, text):
    error = refused(given)
    assert (error.status, error.code) == (400, "InvalidRequest")
    assert error.message.startswith(text)
    assert error.answer == {"data": {"Error": {"code": error.code, "message": error.message, "statusCode": 400}}}


def test_more_than_a_page_may_is_refused_with_its_own_status():
    assert (refused(b"x" * 65_537).status, refused({"ContactFlowId": "f-9"}).status) == (413, 404)
    assert refused({}, Rules("i-1", ())).code == "NotConfigured"
    assert refused(CHAT_INTERFACE, Rules("i-1", ("f-2",))).message == "PersistentChat is switched off here."


def test_an_origin_is_allowed_exactly_or_not_at_all():
    allowed = ["https://shop.example"]
    assert cors("https://shop.example", allowed) == {
        "Access-Control-Allow-Origin": "https://shop.example",
        "Access-Control-Allow-Credentials": "true",
        "Access-Control-Expose-Headers": "Retry-After",
        "Vary": "Origin",
    }
    for origin in ("", "null", "http://shop.example", "https://shop.example:444", "https://shop.example.evil.example"):
        assert cors(origin, allowed) == {"Vary": "Origin"}
    require_origin("", allowed)
    with pytest.raises(ChatRefused, match="Pages of null may not start chats here"):
        require_origin("null", allowed)
