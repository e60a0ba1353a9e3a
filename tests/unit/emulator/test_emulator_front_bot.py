"""The bot of /_emulator/bot: what it understands, and what it makes of a body that is none."""

from __future__ import annotations

import json
from types import SimpleNamespace

import pytest

from connect_emulator import bots, front_bot
from connect_emulator.front_bot import MAX_TEXT

OWN = bots.read(
    '{"intents": [{"name": "Greet", "utterances": ["hello {who}"], "slots": [{"name": "who", "prompt": "Who?"}],'
    ' "closing": "Hello {who}"}], "clarification": "What?"}'
)


def say(text, memory=None, given=()):
    body = json.dumps({"text": text, "memory": memory or {}}).encode()
    return answer(body, given)


def answer(body, given=()):
    emulator = SimpleNamespace(world=SimpleNamespace(bots=dict(given)))
    response = front_bot.respond(emulator, SimpleNamespace(body=body))
    return response.status, json.loads(response.body)


def test_it_asks_for_what_is_missing_and_tells_intent_and_slots():
    status, asked = say("Where is my order?")
    assert (status, asked["says"], asked["intent"]) == (200, ["What is the number of your order?"], "OrderStatus")
    _, told = say("FM-48213", asked["memory"])
    assert (told["intent"], told["slots"], told["memory"]) == ("OrderStatus", {"number": "FM-48213"}, {})
    assert told["says"][0].startswith("Order FM-48213 left our warehouse")


def test_a_bot_of_lex_goes_before_our_own():
    assert say("Hello Ada", given={"arn": OWN})[1]["says"] == ["Hello ada"]


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"{}", b"\xff", b'{"text": ""}', b'{"text": 7}', b'{"text": "hi", "memory": [1]}',
     b'{"text": "hi", "memory": {"intent": "OrderStatus"}}', json.dumps({"text": "x" * (MAX_TEXT + 1)}).encode()],
)  # fmt: skip
def test_anything_else_is_refused_with_what_is_right(body):
    status, told = answer(body)
    assert (status, told["message"][:22]) == (400, "post {text, memory}: w")
