"""The participant API's operations, each a thin caller of agents/commands; named as Amazon Connect names them."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from django.utils import timezone

from agents.commands import AGENT_COMMANDS
from agents.protocol import StrictModel
from chats import wire
from chats.db import db_read
from chats.models import Contact

from . import items, requests, sent, uploads
from .callers import Speaker
from .errors import ParticipantError, denied
from .heard import agents_of
from .urls import Urls

Answer = dict[str, Any]
Operation = Callable[[Speaker, Any, Urls], Awaitable[Answer]]
_beside: set[asyncio.Task[Any]] = set()


async def create_participant_connection(
    speaker: Speaker, asked: requests.CreateParticipantConnection, urls: Urls
) -> Answer:
    kinds = asked.type or []
    if not kinds and not asked.connect_participant:
        raise ParticipantError("ValidationException", "Type or ConnectParticipant is required.")
    if "WEBRTC_CONNECTION" in kinds:
        raise ParticipantError("ValidationException", "Chats have no connection of Type WEBRTC_CONNECTION.")
    if not speaker.is_in_the_chat:
        raise denied("The chat is over for this agent.")
    token, expires = speaker.token.sealed(timezone.now())
    answer: Answer = {}
    if "CONNECTION_CREDENTIALS" in kinds:
        answer["ConnectionCredentials"] = {"ConnectionToken": token, "Expiry": wire.iso(expires)}
    if "WEBSOCKET" in kinds:
        answer["Websocket"] = {"Url": urls.socket(speaker.token), "ConnectionExpiry": wire.iso(expires)}
    return answer


async def send_message(speaker: Speaker, asked: requests.SendMessage, _urls: Urls) -> Answer:
    """Whether the agent serves the contact now is checked under its lock: the speaker may be RECENT."""
    token = asked.client_token or str(uuid.uuid4())
    chat = speaker.contact.conversation
    async with sent.told_of(chat.stream, token) as heard:
        asked_for = {"message": asked.content, "contentType": asked.content_type, "clientToken": token}
        answer = await _call(speaker, "sendMessage", **asked_for)
        return await sent.result(chat, token, answer["state"], heard)


async def send_event(speaker: Speaker, asked: requests.SendEvent, _urls: Urls) -> Answer:
    """Connect gives events no Id that anybody could ask for: the answer's is ours."""
    if not speaker.is_in_the_chat:
        raise denied("The chat is over for this agent.")
    await _call(speaker, "sendEvent", contentType=asked.content_type, content=asked.content)
    return {"Id": str(uuid.uuid4()), "AbsoluteTime": wire.iso(timezone.now())}


async def get_transcript(speaker: Speaker, asked: requests.GetTranscript, _urls: Urls) -> Answer:
    contact_id = asked.contact_id or speaker.contact.pk
    if contact_id != speaker.contact.pk and not await db_read(_is_of_this_chat)(speaker.contact, contact_id):
        raise denied("ContactId is no contact of this chat.")
    start = asked.start_position or requests.StartPosition()
    page = await _call(
        speaker,
        "getTranscript",
        of=contact_id,
        maxResults=asked.max_results or 10,
        sortOrder=asked.sort_order or "DESCENDING",
        scanDirection=asked.scan_direction or "BACKWARD",
        startPosition={"id": start.id, "absoluteTime": start.absolute_time, "mostRecent": start.most_recent},
        nextToken=asked.next_token,
    )
    more = {"NextToken": page["NextToken"]} if page["NextToken"] else {}
    agents = await db_read(agents_of)(speaker.contact)
    found = [items.item(one, agents) for one in page["Transcript"]]
    return {"InitialContactId": page["InitialContactId"], "Transcript": found, **more}


async def start_attachment_upload(speaker: Speaker, asked: requests.StartAttachmentUpload, urls: Urls) -> Answer:
    return await uploads.start(speaker, asked, urls)


async def complete_attachment_upload(speaker: Speaker, asked: requests.CompleteAttachmentUpload, _urls: Urls) -> Answer:
    return await uploads.complete(speaker, asked)


async def get_attachment(speaker: Speaker, asked: requests.GetAttachment, urls: Urls) -> Answer:
    return await uploads.link(speaker, asked, urls)


async def disconnect_participant(speaker: Speaker, _asked: requests.DisconnectParticipant, _urls: Urls) -> Answer:
    """Again after the end it is done already: the SDK asks again when an answer was lost."""
    await _call(speaker, "destroyConnection")
    return {}


OPERATIONS: Mapping[str, tuple[type[requests.Asked], Operation]] = {
    "/participant/connection": (requests.CreateParticipantConnection, create_participant_connection),
    "/participant/message": (requests.SendMessage, send_message),
    "/participant/event": (requests.SendEvent, send_event),
    "/participant/transcript": (requests.GetTranscript, get_transcript),
    "/participant/start-attachment-upload": (requests.StartAttachmentUpload, start_attachment_upload),
    "/participant/complete-attachment-upload": (requests.CompleteAttachmentUpload, complete_attachment_upload),
    "/participant/attachment": (requests.GetAttachment, get_attachment),
    "/participant/disconnect": (requests.DisconnectParticipant, disconnect_participant),
}

RECENT = frozenset({"/participant/message"})


async def _call(speaker: Speaker, name: str, *, of: str = "", **params: Any) -> Answer:
    """One of agents/commands, in the token's contact unless `of` names another; what follows it goes on beside."""
    command = AGENT_COMMANDS[name]
    given: StrictModel = command.params.from_wire({"contactId": of or speaker.contact.pk, **params})
    answer = await command.call(speaker.caller, given)
    if command.then is not None:
        task = asyncio.ensure_future(command.then(speaker.caller, given))
        _beside.add(task)
        task.add_done_callback(_beside.discard)
    return answer or {}


def _is_of_this_chat(contact: Contact, contact_id: str) -> bool:
    return Contact.objects.filter(pk=contact_id, conversation=contact.conversation_id).exists()
