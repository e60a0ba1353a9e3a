"""The eight flows that AWS makes for every new instance, by the names under which set-up tools look for them.

Their words are ours. Only voice contacts would run those that AWS runs by itself (whispers, holds); the others are run where a flow or a
transfer names them.
"""

from __future__ import annotations

import json
from typing import Any

Action = dict[str, Any]


def _action(
    identifier: str, kind: str, parameters: dict[str, Any], then: str | None = None, *errors: tuple[str, str]
) -> Action:
    way: dict[str, Any] = {"NextAction": then} if then else {}
    if errors:
        way["Errors"] = [{"ErrorType": error, "NextAction": to} for error, to in errors]
    return {"Identifier": identifier, "Type": kind, "Parameters": parameters, "Transitions": way}


def _says(words: str, *then: Action) -> list[Action]:
    after = then[0]["Identifier"]
    return [_action("say", "MessageParticipant", {"Text": words}, after, ("NoMatchingError", after)), *then]


def _loops(words: str) -> list[Action]:
    return [_action("loop", "MessageParticipantIteratively", {"Messages": [{"Text": words}]})]


_END = _action("end", "EndFlowExecution", {})
_DISCONNECT = _action("disconnect", "DisconnectParticipant", {})
_TO_QUEUE = [
    _action(
        "queue",
        "TransferContactToQueue",
        {},
        "disconnect",
        ("QueueAtCapacity", "full"),
        ("NoMatchingError", "disconnect"),
    ),
    _action(
        "full", "MessageParticipant", {"Text": "The queue is full."}, "disconnect", ("NoMatchingError", "disconnect")
    ),
    _DISCONNECT,
]
_FLOWS: dict[str, tuple[str, list[Action]]] = {
    "Default agent hold": ("AGENT_HOLD", _loops("You are on hold.")),
    "Default agent transfer": ("AGENT_TRANSFER", _says("You are being transferred.", *_TO_QUEUE)),
    "Default agent whisper": ("AGENT_WHISPER", _says("$.Queue.Name", _END)),
    "Default customer hold": ("CUSTOMER_HOLD", _loops("You are on hold.")),
    "Default customer queue": ("CUSTOMER_QUEUE", _says("Thank you for waiting. You will be answered in turn.", _END)),
    "Default customer whisper": ("CUSTOMER_WHISPER", [_END]),
    "Default outbound": ("OUTBOUND_WHISPER", [_END]),
    "Default queue transfer": ("QUEUE_TRANSFER", _says("You are being transferred.", *_TO_QUEUE)),
}


def documents() -> dict[str, tuple[str, str]]:
    """By name: the type of the flow, and its content."""
    return {name: (kind, _document(actions)) for name, (kind, actions) in _FLOWS.items()}


def _document(actions: list[Action]) -> str:
    return json.dumps(
        {"Version": "2019-10-30", "StartAction": actions[0]["Identifier"], "Metadata": {}, "Actions": actions}
    )
