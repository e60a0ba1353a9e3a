"""Get customer input from a Lex bot: it joins, asks until an intent is fulfilled, leaves; the intent is the branch."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from connect_emulator import bots, chat, limits, messages, undocumented
from connect_emulator.flows.document import Action
from connect_emulator.flows.language import NO_MATCHING_ERROR
from connect_emulator.flows.references import is_reference
from connect_emulator.flows.run import Go, Outcome, Run, Wait
from connect_emulator.world import participants, transcripts

from .kind import NO_MATCHING_CONDITION, WAIT_COMPLETED, Kind, is_number, is_text_map, needs_errors, only_equals
from .speaking import PROMPTS

INPUT_TIME_LIMIT_EXCEEDED = "InputTimeLimitExceeded"
LONGEST = limits.LONGEST_WAIT // limits.SECOND


def _check(action: Action) -> Iterator[str]:
    parameters = action.parameters
    if len({"LexV2Bot", "LexBot"} & set(parameters)) != 1:
        yield "exactly one of LexV2Bot and LexBot is needed"
    if "LexV2Bot" in parameters and not isinstance(_within(parameters, "LexV2Bot", "AliasArn"), str):
        yield "LexV2Bot.AliasArn must be the ARN of a bot's alias"
    if "LexBot" in parameters and not isinstance(_within(parameters, "LexBot", "Name"), str):
        yield "LexBot needs Name, Region and Alias"
    prompts = PROMPTS & set(parameters)
    if len(prompts) > 1:
        yield f"at most one of {', '.join(sorted(PROMPTS))} is possible"
    if not prompts and not isinstance(_within(parameters, "LexInitializationData", "InitialMessage"), str):
        yield f"one of {', '.join(sorted(PROMPTS))} or LexInitializationData.InitialMessage is needed"
    if not is_text_map(parameters.get("LexSessionAttributes", {})):
        yield "LexSessionAttributes must map names to strings"
    if "LexTimeoutSeconds" in parameters:
        given = str(_within(parameters, "LexTimeoutSeconds", "Text"))
        if not is_reference(given) and not is_number(given, 1, LONGEST):
            yield 'LexTimeoutSeconds.Text must be a string from "1" to "604800"'
        yield from needs_errors(action, INPUT_TIME_LIMIT_EXCEEDED)
    yield from only_equals(action)


def _run(run: Run) -> Outcome:
    parameters = run.action.parameters
    alias = run.resolved(_within(parameters, "LexV2Bot", "AliasArn"))
    if alias not in run.world.bots:
        return run.fails(NO_MATCHING_ERROR)
    words = messages.filled(parameters.get("Text", ""), run.resolved)
    said = messages.of_words(words, run.contact.supported)
    if words and said is None:
        return run.fails(NO_MATCHING_ERROR)
    if said is not None:
        chat.says(run.world, run.contact, None, said.content_type, said.content)
    bot = participants.add(run.world, run.contact, "SYSTEM", undocumented.LEX_DISPLAY_NAME)
    chat.joins(run.world, run.contact, bot)
    run.memory = {"alias": alias, "participant": bot.id, "dialog": {}}
    first = run.resolved(_within(parameters, "LexInitializationData", "InitialMessage"))
    return _hears(run, first) if first else _waits(run)


def _hear(run: Run, event: str) -> Outcome:
    if event == WAIT_COMPLETED:
        _leaves(run)
        return run.fails(INPUT_TIME_LIMIT_EXCEEDED)
    content_type, content = transcripts.last_said_by_customer(run.world, run.contact) or ("", "")
    chosen = messages.choice(content_type, content)
    return _hears(run, chosen[0] if chosen else content)


def _hears(run: Run, text: str) -> Outcome:
    """One turn of the dialogue; with an intent fulfilled, the flow goes on."""
    bot = run.world.bots.get(run.memory["alias"])
    if bot is None or len(text) > limits.LEX_CHARACTERS:
        _leaves(run)
        return run.fails(NO_MATCHING_ERROR)
    turn = bots.hear(bot, run.memory["dialog"], text)
    speaker = participants.find(run.world, run.memory["participant"])
    said = [messages.of_words(words, run.contact.supported) for words in turn.says]
    if None in said:
        _leaves(run)
        return run.fails(NO_MATCHING_ERROR)
    for message in filter(None, said):
        chat.says(run.world, run.contact, speaker, message.content_type, message.content)
    run.memory = {**run.memory, "dialog": turn.memory}
    return _waits(run) if turn.intent is None else _fulfilled(run, turn)


def _waits(run: Run) -> Outcome:
    given = run.resolved(str(_within(run.action.parameters, "LexTimeoutSeconds", "Text") or ""))
    seconds = int(given) if is_number(given, 1, LONGEST) else undocumented.LEX_TIMEOUT_SECONDS
    return Wait(run.world.clock.now() + seconds * limits.SECOND, (chat.CUSTOMER_RETURNED,), run.memory)


def _fulfilled(run: Run, turn: bots.Turn) -> Outcome:
    attributes = run.texts("LexSessionAttributes")
    run.results["Lex"] = {
        "IntentName": turn.intent,
        "Slots": turn.memory["slots"],
        "SessionAttributes": attributes,
        "DialogState": "Fulfilled",
    }
    _leaves(run)
    branch = run.action.condition(str(turn.intent))
    return Go(branch) if branch else run.fails(NO_MATCHING_CONDITION)


def _leaves(run: Run) -> None:
    bot = participants.find(run.world, run.memory["participant"])
    if bot:
        chat.leaves(run.world, run.contact, bot)


def _within(parameters: Any, outer: str, inner: str) -> Any:
    found = parameters.get(outer)
    return found.get(inner) if isinstance(found, dict) else None


KINDS = {"ConnectParticipantWithLexBot": Kind(_check, _run, _hear)}
