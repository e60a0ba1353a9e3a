"""What a frame may be, before anybody looks at its parameters: one JSON-RPC 2.0 object with texts that can be kept."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.protocol import Code
from agents.sockets.connection import RequestError, _id, _parsed

ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(exclude_categories=[])),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(st.characters(exclude_categories=[])), inner),
    max_leaves=8,
)


def refusal(text: str) -> tuple[int, str]:
    with pytest.raises(RequestError) as caught:
        _id(_parsed(text))
    return caught.value.code, caught.value.message


def frame(**members: object) -> str:
    return json.dumps({"jsonrpc": "2.0", "id": 1, "method": "ping", **members})


@pytest.mark.parametrize(
    ("text", "code", "message"),
    [
        ("", Code.PARSE, "That is not JSON."),
        ("{", Code.PARSE, "That is not JSON."),
        ("[" * 60_000, Code.PARSE, "That is not JSON."),
        ("1" * 60_000, Code.PARSE, "That is not JSON."),
        ("[]", Code.INVALID_REQUEST, "A request is one JSON object; batches are not accepted."),
        ("null", Code.INVALID_REQUEST, "A request is one JSON object; batches are not accepted."),
        ("{}", Code.INVALID_REQUEST, 'A request has "jsonrpc": "2.0" and a "method".'),
        (frame(jsonrpc="1.0"), Code.INVALID_REQUEST, 'A request has "jsonrpc": "2.0" and a "method".'),
        (frame(method=7), Code.INVALID_REQUEST, 'A request has "jsonrpc": "2.0" and a "method".'),
        (frame(id=True), Code.INVALID_REQUEST, "An id is text or a whole number."),
        (frame(id=1.5), Code.INVALID_REQUEST, "An id is text or a whole number."),
        (frame(id=[1]), Code.INVALID_REQUEST, "An id is text or a whole number."),
        (frame(id="x" * 101), Code.INVALID_REQUEST, "An id has at most 100 characters."),
    ],
)
def test_what_is_no_request_is_refused_with_its_reason(text, code, message):
    assert refusal(text) == (code, message)


@pytest.mark.parametrize("text", ["\ud83d", "a\udc00b", "\x00"])
@pytest.mark.parametrize(
    "where", [lambda t: {"id": t}, lambda t: {"params": {"message": t}}, lambda t: {t: 1}, lambda t: {"params": [[t]]}]
)
def test_characters_that_cannot_be_kept_are_refused_wherever_they_stand(text, where):
    code, message = refusal(frame(**where(text)))
    assert (code, message) == (Code.INVALID_REQUEST, "A text holds half a character (a lone surrogate) or a NUL.")


@pytest.mark.parametrize("text", ["👩‍👩‍👧", "\\u0000", "\\ud83d", "\u202e"])
def test_escaped_and_rare_characters_are_kept(text):
    assert _parsed(frame(params={"message": text}))["params"] == {"message": text}


@pytest.mark.parametrize(
    ("members", "expected"), [({}, (1, True)), ({"id": "a"}, ("a", True)), ({"id": None}, (None, True))]
)
def test_an_id_is_given_back(members, expected):
    assert _id(_parsed(frame(**members))) == expected


def test_a_request_without_an_id_wants_no_answer():
    assert _id({"jsonrpc": "2.0", "method": "presence"}) == (None, False)


@given(ANY_JSON.map(json.dumps) | st.text())
def test_any_frame_is_a_request_or_refused(text):
    try:
        request = _parsed(text)
        request_id, _ = _id(request)
    except RequestError as failed:
        refused: object = failed.message
    else:
        refused = request_id
    json.dumps(refused, ensure_ascii=False).encode()
