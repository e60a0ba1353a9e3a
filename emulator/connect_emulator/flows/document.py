"""A flow document: read, checked as a whole with every problem named, and frozen."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from .language import ACTION_TYPES, INBOUND, MODULE, NO_MATCHING_ERROR
from .operators import OPERATORS

VERSION = "2019-10-30"
ACTIONS_AT_MOST = 250
IDENTIFIER_LENGTH = 50
DEFAULT_TYPE = INBOUND
# The type of a flow as the console writes it into the Metadata of a flow it exports.
_EXPORTED_TYPES = {
    "contactFlow": "CONTACT_FLOW",
    "customerQueue": "CUSTOMER_QUEUE",
    "customerHold": "CUSTOMER_HOLD",
    "customerWhisper": "CUSTOMER_WHISPER",
    "agentHold": "AGENT_HOLD",
    "agentWhisper": "AGENT_WHISPER",
    "outboundWhisper": "OUTBOUND_WHISPER",
    "agentTransfer": "AGENT_TRANSFER",
    "queueTransfer": "QUEUE_TRANSFER",
}
_FORBIDDEN = frozenset("%:(\\/)=$,;[]{}")
# The console's flow designer is JavaScript: an Identifier must be no name of its objects (flow-language-actions).
_FORBIDDEN_NAMES = frozenset(
    {
        *("__proto__", "constructor", "__defineGetter__", "__defineSetter__", "toString", "hasOwnProperty"),
        *("isPrototypeOf", "propertyIsEnumerable", "toLocaleString", "valueOf"),
    }
)


class InvalidFlow(Exception):
    """As InvalidContactFlowException of API_CreateContactFlow: all problems at once."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Condition:
    operator: str
    operands: tuple[str, ...]
    next: str


@dataclass(frozen=True, slots=True)
class Action:
    id: str
    type: str
    parameters: Mapping[str, Any]
    next: str | None
    conditions: tuple[Condition, ...]
    errors: Mapping[str, str]

    def condition(self, value: str) -> str | None:
        """The branch of one of the fixed answers an action gives, such as WaitCompleted."""
        return next((c.next for c in self.conditions if c.operator == "Equals" and value in c.operands), None)

    def error(self, kind: str) -> str | None:
        return self.errors.get(kind) or self.errors.get(NO_MATCHING_ERROR)


@dataclass(frozen=True, slots=True)
class Flow:
    start: str
    actions: Mapping[str, Action]
    text: str = ""  # the document it was read from
    type: str = DEFAULT_TYPE

    def __hash__(self) -> int:
        return hash(self.text)


Check = Callable[[Action], Iterator[str]]


def parse(text: str, checks: Mapping[str, Check], flow_type: str | None = None) -> Flow:
    """`checks` says which action types there are, and what is wrong with one of each. Raises InvalidFlow.

    A flow of no given type is of that its Metadata says.
    """
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InvalidFlow([f"not JSON: {error}"]) from None
    if not isinstance(document, dict) or not isinstance(document.get("Actions"), list):
        raise InvalidFlow(["a flow is a JSON object with Version, StartAction and a list of Actions"])
    problems = list(_head(document))
    actions = [action for entry in document["Actions"] if (action := _action(entry, problems))]
    flow = Flow(
        str(document.get("StartAction")),
        {action.id: action for action in actions},
        text,
        flow_type or exported_type(document),
    )
    problems += _whole(flow, actions)
    for action in flow.actions.values():
        check = checks.get(action.type)
        found = list(check(action)) if check else [f"the flow language has no action of type {action.type}"]
        if check and flow.type not in ACTION_TYPES[action.type].flow_types:
            found.append(f"a flow of type {flow.type} cannot have {action.type}")
        problems += [f"action {action.id}: {problem}" for problem in found]
    if problems:
        raise InvalidFlow(problems)
    return flow


def exported_type(document: Mapping[str, Any]) -> str:
    """A document that returns is a module, which the console exports without a type."""
    metadata = document.get("Metadata")
    named = metadata.get("type") if isinstance(metadata, dict) else None
    if isinstance(named, str) and named in _EXPORTED_TYPES:
        return _EXPORTED_TYPES[named]
    returns = any(isinstance(a, dict) and a.get("Type") == "EndFlowModuleExecution" for a in document["Actions"])
    return MODULE if returns else DEFAULT_TYPE


def _head(document: Mapping[str, Any]) -> Iterator[str]:
    if document.get("Version") != VERSION:
        yield f"Version must be {VERSION}"
    if not 1 <= len(document["Actions"]) <= ACTIONS_AT_MOST:
        yield f"a flow has 1 to {ACTIONS_AT_MOST} actions"


def _whole(flow: Flow, actions: list[Action]) -> Iterator[str]:
    if flow.start not in flow.actions:
        yield f"StartAction {flow.start!r} is none of the actions"
    if len(flow.actions) != len(actions):
        yield "two actions have the same Identifier"
    for action in flow.actions.values():
        targets = [action.next, *(c.next for c in action.conditions), *action.errors.values()]
        yield from (
            f"action {action.id}: NextAction {t!r} is none of the actions"
            for t in targets
            if t and t not in flow.actions
        )


def _action(entry: Any, problems: list[str]) -> Action | None:
    try:
        return _read(entry)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        what = entry.get("Identifier", entry) if isinstance(entry, dict) else entry
        problems.append(f"action {what!r:.80}: {_explain(error)}")
        return None


def _explain(error: Exception) -> str:
    if isinstance(error, KeyError):
        return f"{error.args[0]} is missing"
    return str(error) if isinstance(error, ValueError) else "it has not the shape of an action"


def _read(entry: Any) -> Action:
    identifier, transitions = _identifier(entry["Identifier"]), entry["Transitions"]
    parameters = entry.get("Parameters", {})
    if not isinstance(parameters, dict) or not isinstance(transitions, dict):
        raise ValueError("Parameters and Transitions must be objects")  # noqa: TRY004 -- told together with the others
    return Action(
        id=identifier,
        type=_text(entry["Type"], "Type"),
        parameters=parameters,
        next=_text(transitions["NextAction"], "NextAction") if "NextAction" in transitions else None,
        conditions=tuple(_condition(c) for c in transitions.get("Conditions", ())),
        errors={
            _text(e["ErrorType"], "ErrorType"): _text(e["NextAction"], "NextAction")
            for e in transitions.get("Errors", ())
        },
    )


def _identifier(value: Any) -> str:
    text = _text(value, "Identifier")
    if not 1 <= len(text) <= IDENTIFIER_LENGTH or _FORBIDDEN & set(text):
        raise ValueError(
            f"Identifier must have 1 to {IDENTIFIER_LENGTH} characters and none of {' '.join(sorted(_FORBIDDEN))}"
        )
    if text in _FORBIDDEN_NAMES:
        raise ValueError(f"Identifier must be none of {', '.join(sorted(_FORBIDDEN_NAMES))}")
    return text


def _condition(entry: Any) -> Condition:
    operator, operands = entry["Condition"]["Operator"], entry["Condition"]["Operands"]
    if operator not in OPERATORS:
        raise ValueError(f"Operator must be one of {', '.join(OPERATORS)}")
    if not isinstance(operands, list) or not operands or not all(isinstance(o, str) for o in operands):
        raise ValueError("Operands must be a list of strings; numbers are strings, too")
    return Condition(operator, tuple(operands), _text(entry["NextAction"], "NextAction"))


def _text(value: Any, name: str) -> str:
    if not isinstance(value, str):
        raise ValueError(f"{name} must be a string")  # noqa: TRY004 -- told together with the others
    return value
