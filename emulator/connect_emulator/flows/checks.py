"""What is wrong with an action by the table of the language: its parameters and its branches, whatever its type is."""

from __future__ import annotations

from collections.abc import Iterator

from .document import Action, Check
from .language import ACTION_TYPES, CONDITIONAL, ActionType, Form
from .references import has_references, is_reference


def of_type(name: str, own: Check | None) -> Check:
    """By the table, and by what a type's own check knows of the values."""
    kind = ACTION_TYPES[name]

    def check(action: Action) -> Iterator[str]:
        yield from _parameters(action, kind)
        if own is not None:
            yield from own(action)
        yield from _branches(action, kind)

    return check


def _parameters(action: Action, kind: ActionType) -> Iterator[str]:
    for name, value in action.parameters.items():
        form = kind.parameters.get(name)
        problem = f"{action.type} has no parameter {name}{_which(kind)}" if form is None else _value(name, value, form)
        if problem:
            yield problem
    yield from (f"{name} is missing" for name in kind.required if name not in action.parameters)


def _which(kind: ActionType) -> str:
    return f", only {', '.join(kind.parameters)}" if kind.parameters else ": it takes none"


def _value(name: str, value: object, form: Form) -> str | None:
    if form == "object":
        return None
    if form == "map":
        fits = isinstance(value, dict) and all(isinstance(text, str) for text in value.values())
        return None if fits else f"{name} must map names to strings"
    if not isinstance(value, str):
        return f"{name} must be a string; numbers are strings, too"
    if form == "static" and has_references(value):
        return f"{name} is fixed when a flow is made: it takes no reference such as {value:.60}"
    if form == "single" and has_references(value) and not is_reference(value):
        return f"{name} takes a fixed value or a single reference, and nothing around it: {value:.60}"
    return None


def _branches(action: Action, kind: ActionType) -> Iterator[str]:
    if kind.goes_on and action.next is None:
        yield "NextAction is missing"
    if action.conditions and action.type not in CONDITIONAL:
        yield f"{action.type} has no Conditions"
    yield from (f"Errors needs a branch for {error}" for error in kind.errors if error not in action.errors)
