"""Show view: a customer or an agent sees a view of AWS's own; the action chosen in it is the branch, its data is $.Views."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from connect_emulator import chat, limits, messages, undocumented, views
from connect_emulator.flows.document import Action
from connect_emulator.flows.language import NO_MATCHING_CONDITION, NO_MATCHING_ERROR
from connect_emulator.flows.run import Go, Outcome, Run, Wait
from connect_emulator.world import transcripts

from .kind import WAIT_COMPLETED, Kind, is_number, only_equals

TIME_LIMIT_EXCEEDED = "TimeLimitExceeded"
LIMIT = "InvocationTimeLimitSeconds"


def _check(action: Action) -> Iterator[str]:
    view = action.parameters.get("ViewResource", {"Id": "?"})
    if not isinstance(view, dict) or not isinstance(view.get("Id"), str) or not view["Id"]:
        yield "ViewResource.Id must be the id or the ARN of a view"
    if not isinstance(action.parameters.get("ViewData", {}), dict):
        yield "ViewData must be an object"
    if LIMIT in action.parameters and _seconds(action.parameters[LIMIT]) is None:
        yield f"{LIMIT} must be a whole number of seconds, at least 1 and at most {limits.LONGEST_WAIT // limits.SECOND}"
    yield from only_equals(action)


def _seconds(given: Any) -> int | None:
    """The documentation has a number, the console writes a text."""
    text = str(given) if isinstance(given, int | str) and not isinstance(given, bool) else ""
    return int(text) if is_number(text, 1, limits.LONGEST_WAIT // limits.SECOND) else None


def _run(run: Run) -> Outcome:
    """A view that is none of AWS's own, or a chat that takes no interactive messages: the error branch."""
    view = views.find(run.resolved(run.action.parameters["ViewResource"]["Id"]))
    if view is None or not {messages.INTERACTIVE, messages.RESPONSE} <= set(run.contact.supported):
        return run.fails(NO_MATCHING_ERROR)
    data = messages.deep(run.action.parameters.get("ViewData", {}), run.resolved)
    words = json.dumps(views.message(view, data, run.world.new_id()), ensure_ascii=False)
    if len(words.encode()) > limits.CONTENT_BYTES:
        return run.fails(NO_MATCHING_ERROR)
    chat.says(run.world, run.contact, None, messages.INTERACTIVE, words)
    seconds = _seconds(run.action.parameters.get(LIMIT)) or undocumented.VIEW_TIMEOUT_SECONDS
    run.memory = {"deadline": run.world.clock.now() + seconds * limits.SECOND}
    return _waits(run)


def _waits(run: Run) -> Outcome:
    return Wait(run.memory["deadline"], (chat.CUSTOMER_RETURNED,), run.memory)


def _hear(run: Run, event: str) -> Outcome:
    """Words that are no answer to the view are for the transcript; the view stays."""
    if event == WAIT_COMPLETED:
        return run.fails(TIME_LIMIT_EXCEEDED)
    said = transcripts.last_said_by_customer(run.world, run.contact)
    chosen = messages.choice(*said) if said else None
    if chosen is None:
        return _waits(run)
    action, data = chosen
    run.results["Views"] = {"Action": action, "ViewResultData": data}
    branch = run.action.condition(action)
    return Go(branch) if branch else run.fails(NO_MATCHING_CONDITION)


KINDS = {"ShowView": Kind(_check, _run, _hear)}
