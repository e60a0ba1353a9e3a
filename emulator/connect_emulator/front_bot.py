"""The bot of the page /_emulator/bot, which talks with a customer before there is a chat, as Lex does for Lex Web UI.

The first bot of `--lex`, else one of our own. It keeps nothing: the page sends back what the bot remembers.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from connect_emulator import bots
from connect_emulator.restjson import Request, Response, json_response

if TYPE_CHECKING:
    from connect_emulator.core import Emulator

MAX_TEXT = 1024  # of Lex, RecognizeText


def respond(emulator: Emulator, request: Request) -> Response:
    try:
        text, memory = _read(request.body)
        turn = bots.hear(next(iter(emulator.world.bots.values()), _own()), memory, text)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        message = f"post {{text, memory}}: what the customer says, 1 to {MAX_TEXT} characters, and the memory of the last answer"
        return json_response(400, {"message": message})
    return json_response(200, _told(turn))


def _read(body: bytes) -> tuple[str, dict[str, Any]]:
    """What the page says and what it remembers. Raises one of many when it is neither."""
    given = json.loads(body)
    text, memory = given["text"], given.get("memory") or {}
    if not isinstance(text, str) or not 0 < len(text) <= MAX_TEXT or not isinstance(memory, dict):
        raise ValueError(text)
    return text, memory


def _told(turn: bots.Turn) -> dict[str, Any]:
    """An intent that is fulfilled is over: the next words begin a new one."""
    return {
        "says": list(turn.says),
        "memory": {} if turn.intent else turn.memory,
        "intent": turn.memory.get("intent"),
        "slots": turn.memory.get("slots", {}),
    }


@cache
def _own() -> bots.Bot:
    return bots.read(Path(__file__).with_name("front_bot.json").read_text())
