"""A stand-in for an Amazon Lex bot: intents with sample utterances and simple slots, read from a JSON file.

{"intents": [{"name": "OrderStatus", "utterances": ["where is my order", "where is order {number}"],
              "slots": [{"name": "number", "prompt": "Which order?", "pattern": "[0-9]+"}], "closing": "Thank you."}],
 "clarification": "Sorry, what can I do for you?", "tries": 2}

Each of prompt, closing and clarification may be an interactive message instead of a text: {"templateType": …, "version": "1.0", "data": …}.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from connect_emulator import messages

FALLBACK = "FallbackIntent"  # Lex V2's own intent for what fits none
_PLACE = re.compile(r"\{(\w+)\}")


class InvalidBot(Exception):
    """The text is no bot; the message says what is wrong."""


@dataclass(frozen=True, slots=True)
class Slot:
    name: str
    prompt: str
    pattern: re.Pattern[str]

    def read(self, text: str) -> str | None:
        """The value in what a customer answered, if there is one."""
        found = self.pattern.fullmatch(text.strip())
        return found[0] if found else None


@dataclass(frozen=True, slots=True)
class Intent:
    name: str
    utterances: tuple[re.Pattern[str], ...]
    slots: tuple[Slot, ...]
    closing: str


@dataclass(frozen=True, slots=True)
class Bot:
    intents: tuple[Intent, ...]
    clarification: str
    tries: int


@dataclass(frozen=True, slots=True)
class Turn:
    """What the bot says to a customer's words, what it remembers, and the intent once that is fulfilled."""

    says: tuple[str, ...]
    memory: dict[str, Any]
    intent: str | None = None


def hear(bot: Bot, memory: Mapping[str, Any], text: str) -> Turn:
    """`memory` is empty at first: {"intent", "slots", "misses"}."""
    intent = next((each for each in bot.intents if each.name == memory.get("intent")), None)
    if intent is None:
        return _begin(bot, memory, text)
    slots = dict(memory["slots"])
    asked = _missing(intent, slots)
    value = asked.read(text) if asked else None
    if asked and value is None:
        return _misunderstood(bot, memory, asked.prompt)
    if asked and value is not None:
        slots[asked.name] = value
    return _go_on(intent, slots)


def read(text: str) -> Bot:
    """Raises InvalidBot."""
    try:
        given = json.loads(text)
        intents = tuple(_intent(entry) for entry in given["intents"])
        bot = Bot(intents, _words(given.get("clarification", "")), int(given.get("tries", 2)))
    except KeyError as error:
        raise InvalidBot(f"{error.args[0]} is missing") from None
    except re.error as error:
        raise InvalidBot(f"a pattern is no regular expression: {error}") from None
    except (TypeError, ValueError, AttributeError, RecursionError) as error:
        raise InvalidBot(f"it has not the shape of a bot: {error}") from None
    if len({intent.name for intent in intents}) != len(intents) or not intents:
        raise InvalidBot("a bot has one intent at least, and each name once")
    return bot


def _begin(bot: Bot, memory: Mapping[str, Any], text: str) -> Turn:
    said = _plain(text)
    for intent in bot.intents:
        for utterance in intent.utterances:
            match = utterance.fullmatch(said)
            if match:
                return _go_on(intent, _valid(intent, match.groupdict()))
    return _misunderstood(bot, memory, bot.clarification)


def _go_on(intent: Intent, slots: dict[str, str]) -> Turn:
    missing, memory = _missing(intent, slots), {"intent": intent.name, "slots": slots, "misses": 0}
    if missing:
        return Turn((missing.prompt,), memory)
    closing = messages.filled(intent.closing, lambda text: _PLACE.sub(lambda m: slots.get(m[1], m[0]), text))
    return Turn((closing,) if closing else (), memory, intent.name)


def _misunderstood(bot: Bot, memory: Mapping[str, Any], question: str) -> Turn:
    misses = memory.get("misses", 0) + 1
    kept = {"intent": memory.get("intent"), "slots": dict(memory.get("slots", {})), "misses": misses}
    if misses > bot.tries or not question:
        return Turn((), kept, FALLBACK)
    return Turn((question,), kept)


def _missing(intent: Intent, slots: Mapping[str, str]) -> Slot | None:
    return next((slot for slot in intent.slots if slot.name not in slots), None)


def _valid(intent: Intent, given: Mapping[str, str]) -> dict[str, str]:
    values = {slot.name: slot.read(given[slot.name]) for slot in intent.slots if slot.name in given}
    return {name: value for name, value in values.items() if value is not None}


def _intent(entry: Mapping[str, Any]) -> Intent:
    return Intent(
        name=_text(entry["name"]),
        utterances=tuple(_utterance(_text(each)) for each in entry["utterances"]),
        slots=tuple(
            Slot(_text(s["name"]), _words(s["prompt"]), re.compile(_text(s.get("pattern", ".+")), re.IGNORECASE))
            for s in entry.get("slots", ())
        ),
        closing=_words(entry.get("closing", "")),
    )


def _utterance(sample: str) -> re.Pattern[str]:
    """{number} in a sample stands for a slot."""
    parts = _PLACE.split(_plain(sample, keep="{}_"))
    texts = [f"(?P<{part}>.+)" if n % 2 else re.escape(part) for n, part in enumerate(parts)]
    return re.compile("".join(texts), re.IGNORECASE)


def _plain(text: str, keep: str = "") -> str:
    """Words only: "Where IS my order?!" is "where is my order"."""
    kept = "".join(c if c.isalnum() or c in "'-" + keep else " " for c in text)
    return " ".join(kept.casefold().split()) if not keep else " ".join(kept.split())


def _words(value: Any) -> str:
    """What a bot says: a text, or an interactive message, which a bot's Lambda gives to Connect as a custom payload."""
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict) else _text(value)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError(f"{value!r:.40} must be a text")  # noqa: TRY004 -- told together with the others
    return value
