"""Pure: what a customer's page asks when it wants a chat, what StartChatContact is asked then, what the page is told.

The one contract of Lex Web UI, amazon-connect-chat-interface, amazon-connect-chat-ui-examples and our own widget. Used by
`chats.start_chat.livechat` (the portal) and by `deploy/start_chat_lambda.py`, beside which this file is zipped as it
stands: it imports nothing but the standard library. What these pages send beside the members below is ignored, as by
the originals.
"""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

MAX_BODY_BYTES = 65_536
MAX_ATTRIBUTES_BYTES = 32_768  # names and values together (StartChatContact, Attributes)
MAX_MESSAGE_BYTES = 16_384  # StartChatContact, InitialMessage
MAX_NAME = 256
MAX_CLIENT_TOKEN = 500
MIN_MINUTES, MAX_MINUTES = 60, 10_080  # StartChatContact, ChatDurationInMinutes
A_DAY_AND_AN_HOUR = 1_500  # minutes, Connect's own default
MAX_CONTENT_TYPES = 10
PLAIN, MARKDOWN = "text/plain", "text/markdown"
DEFAULT_NAME = "Customer"
DEFAULT_ATTRIBUTES = ("connect_*", "topic")  # what Lex Web UI sends of a bot's session
ATTRIBUTE_NAME = re.compile(r"[A-Za-z0-9_-]{1,127}")
REHYDRATION = ("ENTIRE_PAST_SESSION", "FROM_SEGMENT")
ALLOWED_HEADERS = (
    "Content-Type,X-Amz-Date,Authorization,X-Api-Key,X-Amz-Security-Token,X-Amz-User-Agent,X-Amz-Content-Sha256"
)
Json = dict[str, Any]


class ChatRefused(Exception):
    """No chat for this page; `message` is for whoever builds the page, and fit for a customer's eyes."""

    def __init__(self, status: int, code: str, message: str, retry_after: int = 0) -> None:
        super().__init__(message)
        self.status, self.code, self.message, self.retry_after = status, code, message, retry_after

    @property
    def answer(self) -> Json:
        """As the originals: `data.Error`, an object with code and message."""
        return {"data": {"Error": {"code": self.code, "message": self.message, "statusCode": self.status}}}


@dataclass(frozen=True, slots=True)
class Rules:
    """What the operator lets pages ask for."""

    instance_id: str
    flows: tuple[str, ...]  # the first is the one of pages that name none
    minutes: int = A_DAY_AND_AN_HOUR  # of a page that names none, and at most
    attributes: tuple[str, ...] = DEFAULT_ATTRIBUTES  # their names, * stands for anything
    persistent: bool = False
    attachments: bool = False


# ---- origins ---------------------------------------------------------------------------------------------------------


def cors(origin: str, allowed: Iterable[str]) -> dict[str, str]:
    """The headers that let a page of this origin read the answer; without the first of them when it is not allowed."""
    vary = {"Vary": "Origin"}
    if not origin or origin not in allowed:
        return vary
    return {
        "Access-Control-Allow-Origin": origin,
        "Access-Control-Allow-Credentials": "true",
        "Access-Control-Expose-Headers": "Retry-After",
        **vary,
    }


def preflight(origin: str, allowed: Iterable[str]) -> dict[str, str]:
    return {
        **cors(origin, allowed),
        "Access-Control-Allow-Methods": "POST,OPTIONS",
        "Access-Control-Allow-Headers": ALLOWED_HEADERS,
        "Access-Control-Max-Age": "7200",
    }


def require_origin(origin: str, allowed: Iterable[str]) -> None:
    """A browser always says where its page comes from; who says nothing is no page (curl, a server)."""
    if origin and origin not in allowed:
        raise ChatRefused(403, "OriginNotAllowed", f"Pages of {origin:.100} may not start chats here.")


# ---- the body --------------------------------------------------------------------------------------------------------


def read(body: bytes, rules: Rules) -> Json:
    """The parameters of StartChatContact, whatever the content type says. Raises ChatRefused."""
    given = object_of(body)
    params = {
        "InstanceId": _instance(given.get("InstanceId"), rules),
        "ContactFlowId": _flow(given.get("ContactFlowId"), rules),
        "ParticipantDetails": {"DisplayName": _name(given)},
        "ChatDurationInMinutes": _minutes(given.get("ChatDurationInMinutes"), rules),
        "ClientToken": _text("ClientToken", given.get("ClientToken") or str(uuid.uuid4()), MAX_CLIENT_TOKEN),
        "SupportedMessagingContentTypes": _content_types(given.get("SupportedMessagingContentTypes")),
    }
    optional = {
        "Attributes": _attributes(given.get("Attributes"), rules),
        "InitialMessage": _message(given.get("InitialMessage")),
        "PersistentChat": _persistent(given.get("PersistentChat"), rules),
    }
    return params | {name: value for name, value in optional.items() if value}


def answer(result: Mapping[str, Any], params: Mapping[str, Any], rules: Rules) -> Json:
    """What all these pages read: `data.startChatResult`; chat-interface also `data.featurePermissions`."""
    names = ("ContactId", "ParticipantId", "ParticipantToken", "ContinuedFromContactId")
    permissions = {"MESSAGING_MARKDOWN": MARKDOWN in params["SupportedMessagingContentTypes"]}
    if rules.attachments:
        permissions["ATTACHMENTS"] = True
    started = {name: result[name] for name in names if result.get(name)}
    return {"data": {"startChatResult": started, "featurePermissions": permissions}}


def object_of(body: bytes) -> Json:
    if len(body) > MAX_BODY_BYTES:
        raise ChatRefused(413, "TooLarge", f"The body is larger than {MAX_BODY_BYTES} bytes.")
    try:
        given = json.loads(body or b"{}")
    except (ValueError, RecursionError):
        given = None
    if not isinstance(given, dict):
        raise _invalid(
            "The body must be a JSON object, like"
            ' {"ParticipantDetails": {"DisplayName": "Ada"}, "Attributes": {"topic": "billing"}}.'
        )
    return given


def _instance(given: Any, rules: Rules) -> str:
    if given and given != rules.instance_id:
        raise _invalid(f"InstanceId is {given!r:.80}, which is not the instance that chats are started in here.")
    return rules.instance_id


def _flow(given: Any, rules: Rules) -> str:
    if not rules.flows:
        raise ChatRefused(503, "NotConfigured", "No contact flow is set up for chats that start here.")
    if not given:
        return rules.flows[0]
    if given not in rules.flows:
        raise ChatRefused(
            404, "UnknownFlow", f"ContactFlowId {given!r:.80} is none of the flows that pages may start here."
        )
    return str(given)


def _name(given: Json) -> str:
    """Lex Web UI and chat-interface send ParticipantDetails, older pages of the latter Username."""
    details = given.get("ParticipantDetails")
    named = details.get("DisplayName") if isinstance(details, dict) else None
    name = _text(
        "ParticipantDetails.DisplayName", named or given.get("DisplayName") or given.get("Username") or "", None
    )
    name = name.replace("\0", "").strip() or DEFAULT_NAME
    if len(name) > MAX_NAME:
        raise _invalid(f"ParticipantDetails.DisplayName has {len(name)} characters; {MAX_NAME} are allowed.")
    return name


def _minutes(given: Any, rules: Rules) -> int:
    if given is None or given == "":
        return rules.minutes
    minutes = (
        int(given) if isinstance(given, str) and given.isascii() and given.isdecimal() and len(given) < 9 else given
    )
    if not isinstance(minutes, int) or isinstance(minutes, bool) or not MIN_MINUTES <= minutes <= rules.minutes:
        raise _invalid(f"ChatDurationInMinutes must be a number from {MIN_MINUTES} to {rules.minutes}.")
    return minutes


def _content_types(given: Any) -> list[str]:
    types = given or []
    if not isinstance(types, list) or not all(isinstance(one, str) and 0 < len(one) <= 100 for one in types):
        raise _invalid('SupportedMessagingContentTypes must be a list of content types, like ["text/plain"].')
    if len(types) > MAX_CONTENT_TYPES:
        raise _invalid(f"SupportedMessagingContentTypes has {len(types)} entries; {MAX_CONTENT_TYPES} are allowed.")
    return list(dict.fromkeys([PLAIN, *types]))  # Connect insists on text/plain


def _attributes(given: Any, rules: Rules) -> dict[str, str]:
    """chat-interface sends a string that holds JSON."""
    if isinstance(given, str):
        try:
            given = json.loads(given or "{}")
        except (ValueError, RecursionError):
            raise _invalid("Attributes must be an object of texts, or a string that holds one as JSON.") from None
    if given is None:
        return {}
    if not isinstance(given, dict):
        raise _invalid("Attributes must be an object of texts, or a string that holds one as JSON.")
    for name, value in given.items():
        _require_attribute(name, value, rules)
    size = sum(len(name.encode()) + len(value.encode(errors="replace")) for name, value in given.items())
    if size > MAX_ATTRIBUTES_BYTES:
        raise _invalid(f"Attributes have {size} bytes, names and values together; {MAX_ATTRIBUTES_BYTES} are allowed.")
    return {name: storable(value) for name, value in given.items()}


def _require_attribute(name: str, value: Any, rules: Rules) -> None:
    if not ATTRIBUTE_NAME.fullmatch(name):
        raise _invalid(
            f"The attribute {name!r:.80} has a name that Connect does not take: letters, digits, - and _ only."
        )
    if not any(fnmatchcase(name, pattern) for pattern in rules.attributes):
        accepted = ", ".join(rules.attributes) or "none"
        raise _invalid(f"The attribute {name:.80} is not accepted from a page; accepted are: {accepted}.")
    if not isinstance(value, str):
        raise _invalid(f"The attribute {name:.80} must be a text, not {json.dumps(value):.40}.")


def _message(given: Any) -> Json:
    if not given:
        return {}
    message = {"Content": given} if isinstance(given, str) else given
    content = message.get("Content") if isinstance(message, dict) else None
    if not isinstance(content, str) or not content.strip():
        raise _invalid('InitialMessage must be {"ContentType": "text/plain", "Content": "…"}.')
    if len(content.encode(errors="replace")) > MAX_MESSAGE_BYTES:
        raise _invalid(f"InitialMessage.Content is larger than {MAX_MESSAGE_BYTES} bytes.")
    content_type = message.get("ContentType") or PLAIN
    return {"ContentType": _text("InitialMessage.ContentType", content_type, 100), "Content": storable(content)}


def _persistent(given: Any, rules: Rules) -> Json:
    """Whoever knows the id of a past contact may read what was said in it: the operator has to allow that."""
    if not given:
        return {}
    kind, source = (
        (given.get("RehydrationType"), given.get("SourceContactId")) if isinstance(given, dict) else (None, None)
    )
    if kind not in REHYDRATION or not isinstance(source, str) or not 0 < len(source) <= 256:
        raise _invalid(
            f"PersistentChat must have SourceContactId and RehydrationType, one of {' and '.join(REHYDRATION)}."
        )
    if not rules.persistent:
        raise _invalid("PersistentChat is switched off here.")
    return {"RehydrationType": kind, "SourceContactId": source}


def _text(name: str, value: Any, most: int | None) -> str:
    if not isinstance(value, str):
        raise _invalid(f"{name} must be a text, not {json.dumps(value):.40}.")
    if most is not None and len(value) > most:
        raise _invalid(f"{name} has {len(value)} characters; {most} are allowed.")
    return value


def storable(value: str) -> str:
    """Without what no database of ours and none of Connect's stores: NUL, half a surrogate pair."""
    return value.encode(errors="replace").decode().replace("\0", "")


def _invalid(message: str) -> ChatRefused:
    return ChatRefused(400, "InvalidRequest", message)
