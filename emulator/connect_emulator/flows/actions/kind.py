"""What an action type is made of, and the checks that several types share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from connect_emulator.flows.document import Action, Check
from connect_emulator.flows.references import is_reference
from connect_emulator.flows.run import Go, Outcome, Run

WAIT_COMPLETED: Final = "WaitCompleted"
NO_MATCHING_CONDITION: Final = "NoMatchingCondition"


def by_condition(run: Run, event: str) -> Outcome:
    """What happened while the action waited is the answer of one of its conditions."""
    return Go(run.action.condition(event))


@dataclass(frozen=True, slots=True)
class Kind:
    check: Check
    run: Callable[[Run], Outcome]
    hear: Callable[[Run, str], Outcome] = by_condition  # an event it waited for, or WAIT_COMPLETED


def fits(_action: Action) -> Iterator[str]:
    """Nothing to say beyond the table of the language."""
    yield from ()


def only_equals(action: Action, *answers: str) -> Iterator[str]:
    """AWS takes no other operator for these, and where the answers are known, no other operand."""
    for condition in action.conditions:
        if condition.operator != "Equals":
            yield f"{action.type} takes the operator Equals, not {condition.operator}"
        unknown = [operand for operand in condition.operands if answers and operand not in answers]
        yield from (f"{action.type} has no answer {operand}, only {', '.join(answers)}" for operand in unknown)


def needs_errors(action: Action, *kinds: str) -> Iterator[str]:
    yield from (f"Errors needs a branch for {kind}" for kind in kinds if kind not in action.errors)


def needs_conditions(action: Action, *answers: str) -> Iterator[str]:
    yield from (f"Conditions needs a branch Equals {a}" for a in answers if action.condition(a) is None)


def needs_number(action: Action, name: str, least: int, most: int) -> Iterator[str]:
    """One that is a reference shows its value when the flow runs."""
    value = action.parameters.get(name)
    if isinstance(value, str) and not is_reference(value) and not is_number(value, least, most):
        yield f'{name} must be a string from "{least}" to "{most}"'


def is_number(value: object, least: int, most: int) -> bool:
    return (
        isinstance(value, str)
        and value.isascii()
        and value.isdecimal()
        and len(value) <= 20
        and least <= int(value) <= most
    )


def is_text_map(value: object) -> bool:
    return isinstance(value, dict) and all(isinstance(text, str) for text in value.values())


def is_end(action: Action) -> Iterator[str]:
    if action.next or action.conditions or action.errors:
        yield f"nothing comes after {action.type}"
