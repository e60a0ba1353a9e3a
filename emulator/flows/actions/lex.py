"""Get customer input from a Lex bot: it joins, asks until an intent is fulfilled, leaves; the intent is the branch."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from emulator import bots, chat, limits, undocumented
from emulator.flows.document import NO_MATCHING_ERROR, Action
from emulator.flows.run import Go, Outcome, Run, Wait
from emulator.world import participants, transcripts

from .kind import NO_MATCHING_CONDITION, WAIT_COMPLETED, Kind, is_number, is_text_map, needs_errors

INPUT_TIME_LIMIT_EXCEEDED = "InputTimeLimitExceeded"


def _check(action: Action) -> Iterator[str]:
    parameters = action.parameters
    if not isinstance(_within(parameters, "LexV2Bot", "AliasArn"), str):
        yield "LexV2Bot.AliasArn must be the ARN of a bot's alias; Lex V1 bots are not emulated"
    if not isinstance(parameters.get("Text", _within(parameters, "LexInitializationData", "InitialMessage")), str):
        yield "Text or LexInitializationData.InitialMessage is needed"
    if not is_text_map(parameters.get("LexSessionAttributes", {})):
        yield "LexSessionAttributes must map names to strings"
    if "LexTimeoutSeconds" in parameters:
        if not is_number(_within(parameters, "LexTimeoutSeconds", "Text"), 1, limits.LONGEST_WAIT // limits.SECOND):
            yield 'LexTimeoutSeconds.Text must be a string from "1" to "604800"'
        yield from needs_errors(action, INPUT_TIME_LIMIT_EXCEEDED)
    yield from needs_errors(action, NO_MATCHING_ERROR, NO_MATCHING_CONDITION)


def _run(run: Run) -> Outcome:
    parameters = run.action.parameters
    alias = run.resolved(_within(parameters, "LexV2Bot", "AliasArn"))
    if alias not in run.world.bots:
        return run.fails(NO_MATCHING_ERROR)
    if run.text("Text"):
        chat.says(run.world, run.contact, None, "text/plain", run.text("Text"))
    bot = participants.add(run.world, run.contact, "SYSTEM", undocumented.LEX_DISPLAY_NAME)
    chat.joins(run.world, run.contact, bot)
    run.memory = {"alias": alias, "participant": bot.id, "dialog": {}}
    first = run.resolved(_within(parameters, "LexInitializationData", "InitialMessage"))
    return _hears(run, first) if first else _waits(run)


def _hear(run: Run, event: str) -> Outcome:
    if event == WAIT_COMPLETED:
        _leaves(run)
        return run.fails(INPUT_TIME_LIMIT_EXCEEDED)
    return _hears(run, transcripts.last_of_customer(run.world, run.contact) or "")


def _hears(run: Run, text: str) -> Outcome:
    """One turn of the dialogue; with an intent fulfilled, the flow goes on."""
    bot = run.world.bots.get(run.memory["alias"])
    if bot is None or len(text) > limits.LEX_CHARACTERS:
        _leaves(run)
        return run.fails(NO_MATCHING_ERROR)
    turn = bots.hear(bot, run.memory["dialog"], text)
    speaker = participants.find(run.world, run.memory["participant"])
    for words in turn.says:
        chat.says(run.world, run.contact, speaker, "text/plain", words)
    run.memory = {**run.memory, "dialog": turn.memory}
    return _waits(run) if turn.intent is None else _fulfilled(run, turn)


def _waits(run: Run) -> Outcome:
    given = _within(run.action.parameters, "LexTimeoutSeconds", "Text")
    seconds = int(given) if given else undocumented.LEX_TIMEOUT_SECONDS
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
