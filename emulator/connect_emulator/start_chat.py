"""What a web page's back end does: takes a page's wish for a chat and calls StartChatContact.

The body is the union of what the Lex Web UI's, the chat-ui-examples' and our own page send (see docs of each);
the answer is the one they all read. What the shop knows of its visitors beside that comes from a file (`--website`).
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from connect_emulator.instance import INBOUND_FLOW
from connect_emulator.restjson import Params, Request, Response, ServiceError, json_response

if TYPE_CHECKING:
    from connect_emulator.core import Emulator

_PASSED_ON = (
    "ChatDurationInMinutes",
    "CustomerId",
    "PersistentChat",
    "RelatedContactId",
    "SegmentAttributes",
    "SupportedMessagingContentTypes",
)
_MARKDOWN = "text/markdown"


class InvalidWebsite(Exception):
    """The file is not what a website's back end adds; the text says why."""


@dataclass(frozen=True, slots=True)
class Website:
    """What the back end adds to every chat: attributes, which the page may overrule, and references (UpdateContact)."""

    attributes: Mapping[str, Any] = field(default_factory=dict)
    references: Mapping[str, Any] = field(default_factory=dict)


def read_website(text: str) -> Website:
    """{"Attributes": {name: text}, "References": {name: {"Type": "URL", "Value": "https://…"}}}. Raises InvalidWebsite."""
    try:
        given = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InvalidWebsite(f"not JSON: {error}") from None
    if not isinstance(given, dict) or not set(given) <= {"Attributes", "References"}:
        raise InvalidWebsite("it must be an object with Attributes and References")
    attributes, references = given.get("Attributes", {}), given.get("References", {})
    if not isinstance(attributes, dict) or not all(isinstance(value, str) for value in attributes.values()):
        raise InvalidWebsite("Attributes must map names to texts")
    if not isinstance(references, dict) or not all(map(_is_reference, references.values())):
        raise InvalidWebsite('References must map names to {"Type": …, "Value": …}, both texts')
    return Website(attributes, references)


def _is_reference(value: Any) -> bool:
    return (
        isinstance(value, dict) and set(value) == {"Type", "Value"} and all(isinstance(v, str) for v in value.values())
    )


def respond(emulator: Emulator, request: Request) -> Response:
    try:
        params = read(emulator, request.body)
        with emulator.world.store.change():
            result = emulator.connect.call("StartChatContact", params, request)
            _refer(emulator, result["ContactId"], request)
    except ServiceError as error:
        return json_response(400, {"data": {"Error": {"code": error.code, "message": error.message}}})
    markdown = _MARKDOWN in params.get("SupportedMessagingContentTypes", ())
    features = {"MESSAGING_MARKDOWN": True} if markdown else {}
    return json_response(200, {"data": {"startChatResult": result, "featurePermissions": features}})


def read(emulator: Emulator, body: bytes) -> Params:
    try:
        given = json.loads(body or b"{}")
    except (ValueError, RecursionError):
        given = None
    if not isinstance(given, dict):
        raise ServiceError(
            "InvalidRequestException", "the body must be a JSON object, as a page of a customer sends it"
        )
    params = {name: given[name] for name in _PASSED_ON if given.get(name) is not None}
    params |= {
        "InstanceId": given.get("InstanceId") or emulator.world.instance.id,
        "ContactFlowId": given.get("ContactFlowId") or INBOUND_FLOW,
        "ParticipantDetails": {"DisplayName": _display_name(given)},
        "ClientToken": given.get("ClientToken") or str(uuid.uuid4()),
    }
    optional = {
        "Attributes": _with_ours(emulator, _attributes(given.get("Attributes"))),
        "InitialMessage": _message(given.get("InitialMessage")),
    }
    return params | {name: value for name, value in optional.items() if value}


def _refer(emulator: Emulator, contact_id: str, request: Request) -> None:
    """StartChatContact takes no references: a back end tells them with a call of its own."""
    references = emulator.options.website.references
    if references:
        about = {"InstanceId": emulator.world.instance.id, "ContactId": contact_id}
        emulator.connect.call("UpdateContact", {**about, "References": dict(references)}, request)


def _with_ours(emulator: Emulator, given: Any) -> Any:
    """What is no object is refused by the call itself."""
    ours = emulator.options.website.attributes
    return {**ours, **(given or {})} if given is None or isinstance(given, dict) else given


def _display_name(given: dict[str, Any]) -> Any:
    details = given.get("ParticipantDetails")
    named = details.get("DisplayName") if isinstance(details, dict) else None
    return named or given.get("DisplayName") or given.get("Username") or "Customer"


def _attributes(given: Any) -> Any:
    """chat-ui-examples sends a string that holds JSON."""
    if not isinstance(given, str):
        return given
    try:
        return json.loads(given or "{}")
    except (ValueError, RecursionError):
        raise ServiceError(
            "InvalidRequestException", "Attributes must be an object, or a string that holds one"
        ) from None


def _message(given: Any) -> Any:
    return {"ContentType": "text/plain", "Content": given} if isinstance(given, str) and given else given
