"""The socket's language is closed: what nobody wrote down is refused, on both sides."""

from __future__ import annotations

import re
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from agents import protocol
from agents.sockets.desk import DeskSocket
from agents.sockets.floor import FloorSocket
from chats import rich_text, wire

TIME = "2026-11-20T12:00:00.000Z"
FLOOR_VIEW = {
    "team": "3",
    "own": False,
    "queues": ["1"],
    "states": ["WAITING", "agent:Lunch"],
    "search": "ada",
    "sort": {"queues": "-level", "agents": "name", "contacts": "waits"},
    "limits": {"queues": 10, "agents": 20, "contacts": 1000},
}
ASKED = {
    "connect": {"known": {"agent:1": 3, "conversation:c-1": 0}},
    "ping": {},
    "presence": {"ask": 7, "visible": False},
    "setAgentState": {"state": "Available", "enqueueNextState": True},
    "acceptContact": {"contactId": "c-1"},
    "takeContact": {"contactId": "c-1"},
    "rejectContact": {"contactId": "c-1"},
    "destroyConnection": {"contactId": "c-1"},
    "clearContact": {"contactId": "c-1", "disposition": "Refund", "note": "Sent today."},
    "offerSeen": {"contactId": "c-1", "visible": False},
    "getDispositions": {"contactId": "c-1"},
    "getQuickResponses": {"contactId": "c-1"},
    "viewContact": {"contactId": ""},
    "getColleagues": {},
    "reportLatency": {"painted": [120, 80], "answered": [300]},
    "getConfiguration": {},
    "getEndpoints": {},
    "transferContact": {"contactId": "c-1", "endpoint": {"type": "queue", "id": "7"}, "comment": "Speaks Finnish."},
    "cancelTransfer": {"contactId": "c-1"},
    "addNote": {"contactId": "c-1", "text": "Called twice.", "clientToken": "n-1"},
    "editNote": {"contactId": "c-1", "noteId": "n-1", "text": "Called three times."},
    "deleteNote": {"contactId": "c-1", "noteId": "n-1"},
    "saveWrapUp": {"contactId": "c-1", "disposition": "Solved", "note": "Third time this month"},
    "saveDraft": {"contactId": "c-1", "text": "I have look", "note": "Third time this mon"},
    "savePlace": {"contactId": "c-1", "place": {"key": "m-1", "top": -12}},
    "connectionToken": {"contactId": "c"},
    "relayContact": {
        "contactId": "c-1",
        "initialContactId": "c-0",
        "participantId": "p-1",
        "participantToken": "t-1",
        "state": "connected",
        "queue": {"queueId": "q-1", "queueARN": "arn:q-1", "name": "Returns"},
        "customerName": "Ada",
        "attributes": {"topic": "lamps"},
    },
    "sendMessage": {"contactId": "c-1", "message": "Hello", "contentType": "text/markdown", "clientToken": "t-1"},
    "sendEvent": {"contactId": "c-1", "contentType": wire.READ, "content": '{"messageId":"m-1"}'},
    "retryMessage": {"contactId": "c-1", "clientToken": "t-1"},
    "discardMessage": {"contactId": "c-1", "clientToken": "t-1"},
    "getTranscript": {
        "contactId": "c-1",
        "maxResults": 30,
        "sortOrder": "DESCENDING",
        "scanDirection": "FORWARD",
        "startPosition": {"id": "m-1", "absoluteTime": TIME, "mostRecent": 5},
        "nextToken": "n-1",
    },
    "getEarlierContacts": {"contactId": "c-1"},
    "watchContact": {"contactId": "c-1", "hidden": True, "purpose": "Training"},
    "unwatchContact": {"contactId": "c-1"},
    "whisper": {"contactId": "c-1", "text": "Offer a refund.", "clientToken": "w-1"},
    "bargeIn": {
        "contactId": "c-1",
        "content": "Hello",
        "contentType": "text/markdown",
        "clientToken": "t-1",
        "reason": "Asked to",
    },
    "supervisorTyping": {"contactId": "c-1"},
    "takeOver": {"contactId": "c-1", "overCapacity": True, "seenOwner": 7, "reason": "Asked to"},
    "reassignContact": {
        "contactIds": ["c-1", "c-2"],
        "agentId": "5f0c1a51-8f0e-4f6c-9a5e-0d8a6d4f3b11",
        "queueId": "7",
        "overCapacity": True,
        "seenOwners": {"c-1": 7, "c-2": None},
        "reason": "Asked to",
    },
    "requeueContact": {"contactIds": ["c-1"], "first": True, "seenOwners": {"c-1": None}, "reason": "Asked to"},
    "setPriority": {"contactIds": ["c-1"], "priority": 1, "reason": "Asked to"},
    "endContact": {"contactIds": ["c-1"], "reason": "Asked to"},
    "clearStuckContact": {"contactIds": ["c-1"], "reason": "Asked to"},
    "forceAgentState": {"agentIds": ["a-1"], "state": "Break", "openContacts": "keep", "reason": "Asked to"},
    "signOutAgent": {"agentIds": ["a-1"], "openContacts": "requeue", "reason": "Asked to"},
    "setAgentCapacity": {"agentId": "a-1", "capacity": 2, "reason": "Asked to"},
    "setAgentQueues": {"agentId": "a-1", "routingProfile": "Night", "reason": "Asked to"},
    "raiseHand": {"contactId": "c-1", "reason": "I do not know"},
    "lowerHand": {"contactId": "c-1"},
    "takeHelp": {"contactId": "c-1"},
    "watchFloor": {"view": FLOOR_VIEW},
    "saveView": {"name": "Late", "view": FLOOR_VIEW},
    "deleteView": {"name": "Late"},
    "watchQueues": {},
}
LEAST = {
    "connect": {},
    "presence": {"ask": 0},
    "setAgentState": {"state": "x"},
    "clearContact": {"contactId": "c"},
    "transferContact": {"contactId": "c", "endpoint": {"type": "agent", "id": "a"}},
    "addNote": {"contactId": "c", "text": ""},
    "connectionToken": {"contactId": "c"},
    "relayContact": {"contactId": "c", "participantId": "p", "participantToken": "t", "state": "ended"},
    "sendMessage": {"contactId": "c", "message": "", "clientToken": "t"},
    "sendEvent": {"contactId": "c", "contentType": "t"},
    "getTranscript": {"contactId": "c"},
    "bargeIn": {"contactId": "c", "content": "", "clientToken": "t"},
    "takeOver": {"contactId": "c"},
    "reassignContact": {"contactIds": ["c"], "agentId": "a"},
    "requeueContact": {"contactIds": ["c"]},
    "setAgentCapacity": {"agentId": "a", "capacity": None},
    "raiseHand": {"contactId": "c"},
}
DESK, FLOOR = DeskSocket.commands, FloorSocket.commands
EVERY_REQUEST = {name: command.params for name, command in {**DESK, **FLOOR}.items()}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(exclude_categories=[])),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


def errors(shape: type[BaseModel], params: object) -> list[tuple[str, str]]:
    """Which fields are wrong, and how; empty: none."""
    try:
        shape.from_wire(params)
    except ValidationError as error:
        return [(".".join(map(str, one["loc"])), one["type"]) for one in error.errors()]
    return []


def every_shape() -> set[type[BaseModel]]:
    found: set[type[BaseModel]] = set()
    waiting = [protocol.StrictModel]
    while waiting:
        children = waiting.pop().__subclasses__()
        found |= set(children)
        waiting += children
    return found


# ---- requests --------------------------------------------------------------------------------------------------------


def test_every_request_is_tried_here():
    assert set(ASKED) == set(EVERY_REQUEST)


def test_the_two_sockets_ask_alike_where_they_ask_the_same():
    both = DESK.keys() & FLOOR.keys()
    assert both == {
        "connect",
        "ping",
        "presence",
        "getTranscript",
        "getEarlierContacts",
        "whisper",
        "raiseHand",
        "lowerHand",
        "getEndpoints",
        "retryMessage",
        "discardMessage",
    }
    assert all((DESK[name].params, DESK[name].answer) == (FLOOR[name].params, FLOOR[name].answer) for name in both)


@pytest.mark.parametrize("name", EVERY_REQUEST)
def test_a_request_with_everything_is_understood(name):
    asked = EVERY_REQUEST[name].from_wire(ASKED[name])
    assert asked.model_dump(exclude_unset=True) == ASKED[name]


@pytest.mark.parametrize("name", LEAST)
def test_a_request_with_only_what_it_needs_is_understood(name):
    assert errors(EVERY_REQUEST[name], LEAST[name]) == []


@pytest.mark.parametrize("name", EVERY_REQUEST)
def test_an_unknown_field_is_refused_by_name(name):
    assert errors(EVERY_REQUEST[name], {**ASKED[name], "contactID": "c"}) == [("contactID", "extra_forbidden")]


def test_an_unknown_field_inside_a_start_position_is_refused_too():
    assert errors(protocol.GetTranscript, {"contactId": "c", "startPosition": {"Id": "m"}}) == [
        ("startPosition.Id", "extra_forbidden")
    ]


@pytest.mark.parametrize(
    ("name", "field"),
    [
        (name, str(about.alias))
        for name, shape in EVERY_REQUEST.items()
        for about in shape.model_fields.values()
        if about.is_required()
    ],
)
def test_a_field_that_is_needed_is_asked_for_by_name(name, field):
    params = {key: value for key, value in ASKED[name].items() if key != field}
    assert errors(EVERY_REQUEST[name], params) == [(field, "missing")]


@pytest.mark.parametrize(
    ("name", "field"),
    [(name, str(about.alias)) for name, shape in EVERY_REQUEST.items() for about in shape.model_fields.values()],
)
def test_a_field_of_another_type_is_refused_by_name(name, field):
    wrong: object = {"x": ["x"]} if isinstance(ASKED[name].get(field), list) else ["x"]
    found = errors(EVERY_REQUEST[name], {**ASKED[name], field: wrong})
    assert {path for path, _ in found} == {field}


@pytest.mark.parametrize("name", EVERY_REQUEST)
@pytest.mark.parametrize("params", [None, [], ["c-1"], "c-1", 7, True])
def test_params_are_an_object(name, params):
    assert [kind for _, kind in errors(EVERY_REQUEST[name], params)] == ["model_type"]


@given(st.sampled_from(sorted(EVERY_REQUEST)), JSON | st.dictionaries(st.sampled_from(["contactId", "known"]), JSON))
def test_any_params_are_understood_or_refused(name, params):
    if not errors(EVERY_REQUEST[name], params):
        assert isinstance(EVERY_REQUEST[name].from_wire(params).model_dump(), dict)


@pytest.mark.parametrize(
    ("name", "params"),
    [
        ("connect", {"known": {"agent:1": -1}}),
        ("connect", {"known": {"agent:1": "3"}}),
        ("connect", {"known": {"agent:1": 3.0}}),
        ("connect", {"known": {"room:1": 3}}),
        ("connect", {"known": {"agent:": 3}}),
        ("connect", {"known": {f"agent:{n}": 0 for n in range(1001)}}),
        ("presence", {"ask": "1"}),
        ("presence", {"ask": 1, "visible": 1}),
        ("setAgentState", {"state": ""}),
        ("setAgentState", {"state": "x" * 81}),
        ("acceptContact", {"contactId": ""}),
        ("acceptContact", {"contactId": "x" * 257}),
        ("sendMessage", {"contactId": "c", "message": "m", "clientToken": ""}),
        ("sendMessage", {"contactId": "c", "message": "m", "clientToken": "x" * 501}),
        ("sendMessage", {"contactId": "c", "message": "m", "clientToken": "t", "contentType": "text/html"}),
        ("sendEvent", {"contactId": "c", "contentType": ""}),
        ("sendEvent", {"contactId": "c", "contentType": "t", "content": "x" * 1001}),
        ("getTranscript", {"contactId": "c", "maxResults": 0}),
        ("getTranscript", {"contactId": "c", "maxResults": 101}),
        ("getTranscript", {"contactId": "c", "maxResults": "15"}),
        ("getTranscript", {"contactId": "c", "sortOrder": "ascending"}),
        ("getTranscript", {"contactId": "c", "scanDirection": "UP"}),
        ("getTranscript", {"contactId": "c", "startPosition": {"absoluteTime": "yesterday"}}),
        ("getTranscript", {"contactId": "c", "startPosition": {"mostRecent": 101}}),
    ],
)
def test_values_have_their_limits(name, params):
    assert len(errors(EVERY_REQUEST[name], params)) == 1


def test_the_defaults_are_those_of_chat_js():
    """ChatJS, getTranscript: maxResults 15, ASCENDING, BACKWARD, an empty start position; sendMessage: text/plain."""
    assert protocol.GetTranscript.from_wire({"contactId": "c"}).model_dump() == {
        "contactId": "c",
        "maxResults": 15,
        "sortOrder": "ASCENDING",
        "scanDirection": "BACKWARD",
        "startPosition": {"id": None, "absoluteTime": None, "mostRecent": None},
        "nextToken": None,
    }
    assert protocol.SendMessage.from_wire(LEAST["sendMessage"]).content_type == "text/plain"


@pytest.mark.parametrize("name", [name for name in ASKED if any(key != key.lower() for key in ASKED[name])])
def test_the_wire_knows_no_names_of_python(name):
    """Python may say contact_id; who sends it is told that there is no such field."""
    asked = {snake_case(key): value for key, value in ASKED[name].items()}
    unknown = {(key, "extra_forbidden") for key in asked.keys() - ASKED[name].keys()}
    assert unknown <= set(errors(EVERY_REQUEST[name], asked))
    assert EVERY_REQUEST[name](**asked) == EVERY_REQUEST[name].from_wire(ASKED[name])


def snake_case(name: str) -> str:
    return re.sub(r"([A-Z])", lambda found: f"_{found[1].lower()}", name)


# ---- what the server tells -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", sorted(every_shape(), key=lambda shape: shape.__name__))
def test_every_shape_is_closed_and_strict(shape):
    assert (shape.model_config["extra"], shape.model_config["strict"]) == ("forbid", True)
    schema = shape.model_json_schema()
    own = schema.get("$defs", {}).get(shape.__name__, schema)  # a shape that holds itself stands among its own $defs
    assert own["additionalProperties"] is False


def test_every_notification_has_its_validator():
    assert set(protocol.STRICT) == set(protocol.NOTIFICATIONS)
    assert protocol.STRICT["ask"].validate_python({"ask": 1}) == protocol.AskFrame(ask=1)


@pytest.mark.parametrize(
    "name", ["agent", "agentContact", "viewContact", "contact", "item", "receipt", "outgoing", "snapshot"]
)
def test_what_is_numbered_names_its_stream_and_its_number(name):
    assert {"stream", "seq"} <= set(protocol.NOTIFICATIONS[name].model_json_schema()["required"])


@pytest.mark.parametrize("name", ["typing", "floor", "latency", "queues", "ask", "bye", "closedStream"])
def test_what_may_be_lost_has_no_number(name):
    assert "seq" not in protocol.NOTIFICATIONS[name].model_fields


def test_rich_text_has_the_pieces_that_markdown_is_made_into():
    assert sorted(get_args(protocol.Piece.model_fields["tag"].annotation)) == sorted(rich_text.TAGS)


def test_the_words_are_those_of_the_rooms_below():
    """Protocol imports no model, so the lists are written twice; this holds them together."""
    from chats.contact_state import State
    from chats.models import OutboundMessage

    assert get_args(protocol.Contact.model_fields["state"].annotation) == tuple(str(state) for state in State)
    assert set(get_args(protocol.Outgoing.model_fields["state"].annotation)) == set(OutboundMessage.State.values)
    assert set(get_args(protocol.Outgoing.model_fields["kind"].annotation)) == set(OutboundMessage.Kind.values)
    assert protocol.EVENT == wire.EVENT


# ---- numbers that must differ ----------------------------------------------------------------------------------------


def _numbers(of: type) -> list[int]:
    return [value for name, value in vars(of).items() if name.isupper()]


def test_error_codes_are_those_of_json_rpc_and_ours_stand_below():
    assert _numbers(protocol.Code) == [-32700, -32600, -32601, -32602, -32603, -32001, -32002]


def test_close_codes_differ_and_belong_to_applications():
    """RFC 6455, 7.4.2: 4000-4999 are for private use."""
    codes = _numbers(protocol.Close)
    assert len(set(codes)) == len(codes) == 8
    assert all(4000 <= code <= 4999 for code in codes)
