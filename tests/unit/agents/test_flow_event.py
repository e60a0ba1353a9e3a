"""What the hand-over Lambda sends: signed or not, a ContactFlowEvent or not, and which queue it names."""

from __future__ import annotations

import json
import runpy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.contact_flow import event, queue_selection, signature
from chats.models import Queue
from tests.emulating import ROOT

BODY = b'{"Name":"ContactFlowEvent"}'
NOW = 1_795_000_000.0


def headers(body=BODY, at=NOW, secret="the secret"):
    stamp = str(int(at))
    return {"X-CCP-Timestamp": stamp, "X-CCP-Signature": signature.signature(secret, stamp, body)}


def refused(sent, body=BODY):
    with pytest.raises(signature.Forged) as forged:
        signature.check("the secret", sent, body, NOW)
    return str(forged.value)


def test_the_lambda_we_ship_signs_as_we_check():
    lambda_ = runpy.run_path(str(ROOT / "deploy" / "handover_lambda.py"))
    assert lambda_["signature"]("the secret", "123", BODY) == signature.signature("the secret", "123", BODY)


@pytest.mark.parametrize("age", [-300, 0, 300])
def test_what_was_signed_within_five_minutes_is_genuine(age):
    signature.check("the secret", headers(at=NOW - age), BODY, NOW)


@pytest.mark.parametrize("age", [-301, 301, 86_400])
def test_what_was_signed_longer_ago_or_ahead_is_stale(age):
    assert refused(headers(at=NOW - age)) == "X-CCP-Timestamp is more than 300 s away from this server's clock."


def test_another_body_secret_or_time_is_forged():
    wrong = "X-CCP-Signature is not v1= and the HMAC of this body and timestamp with CCP_RECEPTION_SECRET."
    assert refused(headers(), b"{}") == wrong
    assert refused(headers(secret="guessed")) == wrong
    assert refused(headers() | {"X-CCP-Timestamp": str(int(NOW) + 1)}) == wrong


@pytest.mark.parametrize("missing", ["X-CCP-Timestamp", "X-CCP-Signature"])
def test_both_headers_are_required(missing):
    sent = {name: value for name, value in headers().items() if name != missing}
    assert refused(sent) == "The headers X-CCP-Timestamp and X-CCP-Signature are required."


@pytest.mark.parametrize("stamp", ["soon", "-5", "1e9", "٣", "9" * 5000])
def test_a_timestamp_is_a_plain_number(stamp):
    sent = {"X-CCP-Timestamp": stamp, "X-CCP-Signature": signature.signature("the secret", stamp, BODY)}
    assert refused(sent) == "X-CCP-Timestamp is not a number of seconds since 1970."


@given(st.text(), st.text(), st.binary())
def test_no_headers_break_the_check(stamp, signed, body):
    with pytest.raises(signature.Forged):
        signature.check("the secret", {"X-CCP-Timestamp": stamp, "X-CCP-Signature": signed}, body, NOW)


# ---- the event -------------------------------------------------------------------------------------------------------


def flow_event(parameters=None, **data):
    contact = {"ContactId": "c-1", "InitialContactId": "i-1", "Channel": "CHAT", "Attributes": {}, **data}
    return {"Details": {"ContactData": contact, "Parameters": parameters or {}}, "Name": "ContactFlowEvent"}


def read(parameters=None, **data):
    return event.read(json.dumps(flow_event(parameters, **data)).encode())


def bad(body):
    with pytest.raises(event.BadEvent) as error:
        event.read(body)
    return str(error.value)


def test_what_aws_adds_is_ignored():
    seen = read(MediaStreams={"Customer": {"Audio": None}}, SomethingNew=[1])
    assert (seen.contact.ContactId, seen.contact.InitialContactId) == ("c-1", "i-1")


def test_what_aws_leaves_out_is_empty():
    body = json.dumps({"Details": {"ContactData": {"ContactId": "c", "InitialContactId": "i", "Attributes": None}}})
    seen = event.read(body.encode())
    assert (seen.contact.Attributes, seen.Details.Parameters, seen.customer_name, list(seen.queues())) == (
        {},
        {},
        "",
        [],
    )


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"", "The body is not JSON: Expecting value: line 1 column 1 (char 0)."),
        (b"\xff\xfe", "The body is not JSON: "),
        (b"[" * 100_000, "The body is not JSON: "),
        (b"[]", "This is not the ContactFlowEvent of a chat: the body: "),
        (b"{}", "This is not the ContactFlowEvent of a chat: Details: Field required."),
        (json.dumps(flow_event(ContactId="")).encode(), "This is not the ContactFlowEvent of a chat: Details.ContactData.ContactId: "),
        (json.dumps(flow_event(ContactId="a/b")).encode(), "This is not the ContactFlowEvent of a chat: Details.ContactData.ContactId: "),
        (json.dumps(flow_event(Channel="VOICE")).encode(), "This is not the ContactFlowEvent of a chat: Details.ContactData.Channel: Input should be 'CHAT'."),
        (json.dumps(flow_event(Attributes={"a": 1})).encode(), "This is not the ContactFlowEvent of a chat: Details.ContactData.Attributes.a: "),
    ],
)  # fmt: skip
def test_anything_else_is_refused_with_the_place_that_is_wrong(body, says):
    assert bad(body).startswith(says)


@given(st.binary())
def test_no_bytes_break_the_reader(body):
    with pytest.raises(event.BadEvent):
        event.read(body)


@pytest.mark.parametrize(
    ("data", "name"),
    [
        ({"Attributes": {"customerName": "Ada", "DisplayName": "A."}, "Name": "Contact"}, "Ada"),
        ({"Attributes": {"DisplayName": "A."}, "Name": "Contact"}, "A."),
        ({"Attributes": {"customerName": "  "}, "Name": "Contact"}, "Contact"),
        ({"Name": None}, ""),
        ({"Attributes": {"firstName": "Ada ", "lastName": "Lovelace"}, "Name": "Contact"}, "Ada Lovelace"),
        ({"Attributes": {"firstName": " ", "lastName": "Lovelace"}}, "Lovelace"),
        ({"Attributes": {"customerName": "x" * 300}}, "x" * 256),
    ],
)
def test_the_customers_name_is_taken_where_the_flow_puts_it(data, name):
    assert read(**data).customer_name == name


def test_what_no_database_stores_does_not_cost_the_customer_the_chat():
    seen = read(Attributes={"order": "4\x007\ud800"})
    assert seen.contact.Attributes == {"order": "47?"}


# ---- the queue -------------------------------------------------------------------------------------------------------

ARN = "arn:aws:connect:us-east-1:123456789012:instance/11111111/queue/"
QUEUES = [
    Queue(pk=1, name="Returns", connect_id="q-returns", is_default=True),
    Queue(pk=2, name="VIP", connect_id=ARN + "q-vip", is_default=False),
    Queue(pk=3, name="Deliveries", connect_id="", is_default=False),
]
TOPICS = {"parcel": 3}
ALIASES = {"4711": 2}  # further ids


def picked(parameters=None, **data):
    return queue_selection.pick(read(parameters, **data), QUEUES, TOPICS, ALIASES).name


@pytest.mark.parametrize("reference", ["q-vip", ARN + "q-vip", "VIP"])
def test_a_queue_is_known_by_id_arn_or_name(reference):
    assert picked({"queueId": reference}) == "VIP"


def test_an_id_is_known_by_the_end_of_an_arn():
    assert picked(Queue={"ARN": ARN + "q-returns", "Name": "BasicQueue"}) == "Returns"


def test_the_rules_go_from_parameter_to_attribute_to_queue_to_default():
    flow = {"Attributes": {"queueId": "Deliveries"}, "Queue": {"ARN": None, "Name": "VIP"}}
    assert picked({"queueId": "VIP", "queue": "Returns"}, **flow) == "VIP"
    assert picked({"queue": "Returns"}, **flow) == "Returns"
    assert picked(**flow) == "Deliveries"
    assert picked(Queue=flow["Queue"]) == "VIP"
    assert picked() == "Returns"


def test_a_queue_is_known_by_a_further_id():
    assert picked(Attributes={"queueId": " 4711 "}) == "VIP"
    assert picked({"queueId": "Returns"}, Attributes={"queueId": "4711"}) == "Returns"
    assert picked(Attributes={"queueId": "4712"}) == "Returns"


@pytest.mark.parametrize(("topic", "queue"), [("parcel", "Deliveries"), (" parcel ", "Deliveries"), ("?", "Returns")])
def test_a_topic_means_a_queue_where_the_flow_names_none(topic, queue):
    assert picked(Attributes={"topic": topic}) == queue
    assert picked({"queueId": "VIP"}, Attributes={"topic": topic}) == "VIP"
    assert picked(Attributes={"topic": topic}, Queue={"Name": "VIP"}) == "VIP"
    assert picked({"queueId": "Nowhere"}, Attributes={"topic": topic}) == queue


@pytest.mark.parametrize(("code", "language"), [("de-DE", "de-DE"), ("de_AT", "de-AT"), (None, ""), ("", "")])
def test_the_customers_language_is_written_as_connect_writes_it(code, language):
    assert read(LanguageCode=code).language == language


def test_the_texts_among_the_parameters_are_known():
    assert read({"order": "4711\x00", "n": 7, "deep": {"a": "b"}}).parameters == {"order": "4711"}


def test_an_unknown_name_falls_to_the_next_rule_with_a_warning(caplog):
    assert picked({"queueId": "Nowhere"}, Queue={"Name": "Deliveries"}) == "Deliveries"
    assert caplog.messages == ["The contact c-1 names an unknown queue in Parameters.queueId: Nowhere"]


@pytest.mark.parametrize("empty", ["", "  ", None, 7, {}])
def test_what_is_no_name_is_no_rule(empty, caplog):
    assert picked({"queueId": empty}) == "Returns"
    assert caplog.messages == []


def test_without_a_default_queue_it_is_said():
    with pytest.raises(queue_selection.NoQueue):
        queue_selection.pick(read(), [QUEUES[1]], {}, {})
