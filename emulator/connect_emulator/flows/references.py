"""References in a flow, alone or inside a text, in every form of adminguide/how-to-reference-attributes and connect-attrib-list.

$.Attributes.name, $.Attributes.['a name'], $.Attributes['a name'], $['Attributes']['a name'], $.External.items[0].name
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

_NAME = r"\['[^']+'\]|\[\"[^\"]+\"\]"  # in brackets, with any character in it
_FIRST = rf"(?:\.[A-Za-z]\w*|\.?(?:{_NAME}))"
_MORE = rf"(?:\.[\w-]+|\.?(?:{_NAME})|\[\d+\])"
_REFERENCE = re.compile(rf"\${_FIRST}{_MORE}*", re.ASCII)
_STEP = re.compile(r"\['([^']+)'\]|\[\"([^\"]+)\"\]|\[(\d+)\]|\.([\w-]+)", re.ASCII)
_BEGINS_LIKE_ONE = re.compile(r"\$\.|\$\[")

# The first names there are; $.Queue alone is a reference to nothing, and $.Nothing.at.all is just text.
NAMESPACES = frozenset(
    {
        *("Attributes", "External", "FlowAttributes", "SegmentAttributes", "Lex", "Metrics", "Media", "Queue", "Agent"),
        *("Views", "Modules", "LambdaInvocation", "Case", "Customer", "CustomerEndpoint", "SystemEndpoint", "Tags"),
        *(
            "Wisdom",
            "VoiceId",
            "CurrentLoop",
            "AuthenticationResult",
            "References",
            "Email",
            "AdditionalEmailRecipients",
        ),
        *("StoredCustomerInput", "Channel", "ContactId", "InitialContactId", "PreviousContactId", "RelatedContactId"),
        *("InitiationMethod", "InstanceARN", "AwsRegion", "CustomerId", "Name", "Description", "LanguageCode"),
        *("TextToSpeechVoiceId", "Capabilities", "TaskTemplateId", "RoutingCriteria", "Task"),
        *("DisconnectReason", "Loop"),
    }
)
# What a reference to the whole of it would tell a customer is never meant: all attributes, everything of a contact.
_NEVER_WHOLE = frozenset({"Attributes", "FlowAttributes", "SegmentAttributes"})


def resolve(text: str, context: Mapping[str, Any]) -> str:
    """The text with every reference replaced, once: what a customer wrote is never read as a reference itself."""
    return _REFERENCE.sub(lambda match: _value(match[0], context), text)


def is_reference(text: str) -> bool:
    """The whole text is a single reference to something flows know."""
    match = _REFERENCE.fullmatch(text.strip())
    return match is not None and _steps(match[0])[0] in NAMESPACES


def has_references(text: str) -> bool:
    """Also one that is broken: it begins like a reference."""
    return _BEGINS_LIKE_ONE.search(text) is not None


def _steps(reference: str) -> list[str | int]:
    return [
        int(match[3]) if match[3] is not None else match[1] or match[2] or match[4]
        for match in _STEP.finditer(reference)
    ]


def _value(reference: str, context: Mapping[str, Any]) -> str:
    """A reference that leads nowhere is empty; a dollar sign that begins no known name is just text."""
    steps = _steps(reference)
    if steps[0] not in context and steps[0] not in NAMESPACES:
        return reference
    if len(steps) == 1 and steps[0] in _NEVER_WHOLE:
        return reference
    found: Any = context
    for step in steps:
        found = _within(found, step)
    if steps[0] == "SegmentAttributes":
        found = _segment(found)
    if found is None:
        return ""
    return found if isinstance(found, str) else json.dumps(found, ensure_ascii=False)


def _within(found: Any, step: str | int) -> Any:
    if isinstance(step, int):
        return found[step] if isinstance(found, list) and step < len(found) else None
    return found.get(step) if isinstance(found, Mapping) else None


def _segment(value: Any) -> Any:
    """{"ValueString": "connect:Chat"} is that text, a value map is the map of its texts: as references show them."""
    if not isinstance(value, dict):
        return value
    if "ValueMap" in value:
        return {key: _segment(each) for key, each in value["ValueMap"].items()}
    return next(iter(value.values()), None)
