"""Waiting, and going round in a loop."""

from __future__ import annotations

from collections.abc import Iterator

from connect_emulator import chat, limits
from connect_emulator.flows.document import Action
from connect_emulator.flows.language import NO_MATCHING_ERROR
from connect_emulator.flows.run import Go, Outcome, Run, Wait
from connect_emulator.world import participants

from .kind import WAIT_COMPLETED, Kind, needs_conditions, needs_errors, needs_number, only_equals

WAIT_EVENTS = {chat.CUSTOMER_RETURNED, chat.BOT_DISCONNECTED}
PARTICIPANT_NOT_FOUND = "ParticipantNotFound"
LOOPS_AT_MOST = 100
CONTINUE_LOOPING, DONE_LOOPING = "ContinueLooping", "DoneLooping"


def _check_wait(action: Action) -> Iterator[str]:
    yield from needs_number(action, "TimeLimitSeconds", 1, limits.LONGEST_WAIT // limits.SECOND)
    events = action.parameters.get("Events", [])
    if not isinstance(events, list) or len(events) > 1 or not all(event in WAIT_EVENTS for event in events):
        yield f"Events takes one of {', '.join(sorted(WAIT_EVENTS))}"
        return
    yield from needs_conditions(action, WAIT_COMPLETED, *events)
    yield from only_equals(action, WAIT_COMPLETED, *events)
    if chat.BOT_DISCONNECTED in events:
        yield from needs_errors(action, PARTICIPANT_NOT_FOUND)


def _wait(run: Run) -> Outcome:
    events = tuple(run.action.parameters.get("Events", ()))
    if chat.BOT_DISCONNECTED in events and not participants.of_role(run.world, run.contact, "CUSTOM_BOT"):
        return run.fails(PARTICIPANT_NOT_FOUND)
    seconds = run.number("TimeLimitSeconds", 1, limits.LONGEST_WAIT // limits.SECOND)
    if seconds is None:
        return run.fails(NO_MATCHING_ERROR)
    return Wait(run.world.clock.now() + seconds * limits.SECOND, events)


def _check_loop(action: Action) -> Iterator[str]:
    yield from needs_number(action, "LoopCount", 0, LOOPS_AT_MOST)
    yield from needs_conditions(action, CONTINUE_LOOPING, DONE_LOOPING)
    yield from only_equals(action, CONTINUE_LOOPING, DONE_LOOPING)
    if action.errors:
        yield "a Loop has no Errors"


def _loop(run: Run) -> Outcome:
    """The counter belongs to the action and begins again when it is done. A reference that leads to no count is none."""
    done = run.loops.get(run.action.id, 0)
    if done >= (run.number("LoopCount", 0, LOOPS_AT_MOST) or 0):
        run.loops.pop(run.action.id, None)
        return Go(run.action.condition(DONE_LOOPING))
    run.loops[run.action.id] = done + 1
    return Go(run.action.condition(CONTINUE_LOOPING))


KINDS = {"Wait": Kind(_check_wait, _wait), "Loop": Kind(_check_loop, _loop)}
