"""Pure: what stands in our transcript, as ChatJS is told of it.

Our agents may speak through a custom participant, which Amazon Connect calls CUSTOM_BOT. Pages written for agents look for
AGENT: whatever one of our people has written is told so, under their name, as a participant of their own.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from typing import Any

OURS_ALONE = frozenset({"Number", "Seq", "Author", "Rich"})
EVENT = "application/vnd.amazonaws.connect.event."
CHAT_ENDED = EVENT + "chat.ended"


def item(told: Mapping[str, Any], agents: Collection[int]) -> dict[str, Any]:
    """An item of GetTranscript and of aws/chat. `told` is one of the desk's socket; `agents` are the users who served this
    chat: who else has written stepped in as a supervisor. The page in the frame names them alike (js/ccp/chat_items.js).
    """
    found = {name: value for name, value in told.items() if name not in OURS_ALONE and value not in (None, [])}
    author = told.get("Author")
    if author:
        found["ParticipantId"] = f"user-{author['id']}-{told['ContactId']}"
        found["ParticipantRole"] = "AGENT" if author["id"] in agents else "SUPERVISOR"
        found["DisplayName"] = author["name"]
    elif told.get("ParticipantRole") == "CUSTOM_BOT":
        found["ParticipantRole"] = "AGENT"
    return found


def receipt(message_id: str, participant_id: str, what: str, about: Mapping[str, str], at: str) -> dict[str, Any]:
    """That somebody has received, or read, a message; `about` says in which contact."""
    return {
        **about,
        "Id": message_id,
        "Type": "MESSAGEMETADATA",
        "ContentType": EVENT + "message.metadata",
        "AbsoluteTime": at,
        "MessageMetadata": {
            "MessageId": message_id,
            "Receipts": [{"RecipientParticipantId": participant_id, what: at}],
        },
    }


def event(content_type: str, item_id: str, about: Mapping[str, str], at: str, **who: str) -> dict[str, Any]:
    """An event that no row of ours keeps: typing, and that the chat is over for this agent."""
    return {**about, "Id": item_id, "Type": "EVENT", "ContentType": content_type, "AbsoluteTime": at, **who}


def frame(found: Mapping[str, Any]) -> str:
    """As the socket carries it: the item is a text within the text."""
    content = json.dumps(found, separators=(",", ":"), ensure_ascii=False)
    return topic("aws/chat", contentType="application/json", content=content)


def topic(name: str, **more: Any) -> str:
    return json.dumps({"topic": name, **more}, separators=(",", ":"), ensure_ascii=False)
