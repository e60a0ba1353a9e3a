"""Flow documents made in a line or two."""

from __future__ import annotations

import json
from typing import Any

from tests.emulating import HANDOVER

Json = dict[str, Any]


def action(name: str, kind: str, parameters: Json, then: str | None = None, **branches: str) -> Json:
    """Branches whose name ends in Error, Found, Condition, Capacity or Exceeded are errors, the others conditions Equals."""
    errors = {k: v for k, v in branches.items() if k.endswith(("Error", "Found", "Condition", "Capacity", "Exceeded"))}
    conditions = {k: v for k, v in branches.items() if k not in errors}
    transitions: Json = {} if then is None else {"NextAction": then}
    if conditions:
        transitions["Conditions"] = [
            {"NextAction": to, "Condition": {"Operator": "Equals", "Operands": [value]}}
            for value, to in conditions.items()
        ]
    if errors:
        transitions["Errors"] = [{"NextAction": to, "ErrorType": kind_} for kind_, to in errors.items()]
    return {"Identifier": name, "Type": kind, "Parameters": parameters, "Transitions": transitions}


def say(name: str, text: str, then: str, **branches: str) -> Json:
    return action(name, "MessageParticipant", {"Text": text}, then, **branches)


def wait(name: str, seconds: int, then: str, *events: str, **branches: str) -> Json:
    given: Json = {"TimeLimitSeconds": str(seconds)} | ({"Events": list(events)} if events else {})
    return action(name, "Wait", given, then, **{"WaitCompleted": then, "NoMatchingError": then} | branches)


def ask(name: str, then: str, on_error: str, **parameters: Any) -> Json:
    return action(
        name, "InvokeLambdaFunction", {"LambdaFunctionARN": HANDOVER, **parameters}, then, NoMatchingError=on_error
    )


def hook(name: str, event: str, flow_id: str, then: str) -> Json:
    return action(name, "UpdateContactEventHooks", {"EventHooks": {event: flow_id}}, then, NoMatchingError="end")


def queue(name: str, then: str, **target: str) -> Json:
    """Set working queue: QueueId or AgentId."""
    return action(name, "UpdateContactTargetQueue", target, then, NoMatchingError="end")


def transfer(name: str = "transfer", on_error: str = "end", full: str = "end") -> Json:
    """Transfer to queue."""
    return action(name, "TransferContactToQueue", {}, QueueAtCapacity=full, NoMatchingError=on_error)


END = action("end", "DisconnectParticipant", {})
QUIET = wait("quiet", 604_800, "end")


def flow(*actions: Json, **given: Any) -> str:
    """Beginning with the first; an action `end` disconnects."""
    return json.dumps(
        {"Version": "2019-10-30", "StartAction": actions[0]["Identifier"], "Actions": [*actions, END], **given}
    )
