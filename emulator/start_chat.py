"""What a web page's back end does: takes a page's wish for a chat and calls StartChatContact.

The body is the union of what the Lex Web UI's, the chat-ui-examples' and our own page send (see docs of each);
the answer is the one they all read.
"""

from __future__ import annotations

import json
import uuid
from typing import Any

from emulator.core import Emulator
from emulator.instance import INBOUND_FLOW
from emulator.restjson import Params, Request, Response, ServiceError, json_response

_PASSED_ON = (
    "ChatDurationInMinutes",
    "CustomerId",
    "PersistentChat",
    "RelatedContactId",
    "SegmentAttributes",
    "SupportedMessagingContentTypes",
)
_MARKDOWN = "text/markdown"


def respond(emulator: Emulator, request: Request) -> Response:
    try:
        params = read(emulator, request.body)
        with emulator.world.store.change():
            result = emulator.connect.call("StartChatContact", params, request)
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
        "Attributes": _attributes(given.get("Attributes")),
        "InitialMessage": _message(given.get("InitialMessage")),
    }
    return params | {name: value for name, value in optional.items() if value}


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
