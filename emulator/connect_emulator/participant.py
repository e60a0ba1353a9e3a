"""The connectparticipant service: what somebody in a chat can do; one function per operation, named as AWS names it."""

from __future__ import annotations

import json

from connect_emulator import chat, connections, limits
from connect_emulator.clock import iso
from connect_emulator.restjson import Handler, Params, Request, ServiceError
from connect_emulator.speakers import Speaker, Speakers, require_connected
from connect_emulator.world import Contact, Item, Participant, World, contacts, participants, past, transcripts

RECEIPTS = {chat.EVENT + "message.delivered": "delivered_at", chat.EVENT + "message.read": "read_at"}
TYPING = chat.EVENT + "typing"
ACKNOWLEDGED = chat.EVENT + "connection.acknowledged"


class ParticipantService:
    def __init__(self, world: World) -> None:
        self.world = world
        self._speakers = Speakers(world)

    def handlers(self) -> dict[str, Handler]:
        return {
            "CreateParticipantConnection": self.create_participant_connection,
            "SendMessage": self.send_message,
            "SendEvent": self.send_event,
            "GetTranscript": self.get_transcript,
            "DisconnectParticipant": self.disconnect_participant,
        }

    def create_participant_connection(self, params: Params, request: Request) -> Params:
        participant = participants.by_token(self.world, params["ParticipantToken"])
        if participant is None:
            raise ServiceError("AccessDeniedException", "no participant has this token")
        kinds, connect = params.get("Type", []), params.get("ConnectParticipant", False)
        _require_a_kind(kinds, connect)
        contact = self._contact_of(participant)
        participants.set_connecting(self.world, participant)
        if connect:
            chat.joins(self.world, contact, participant)
        return connections.issue(self.world, participant, kinds, request)

    def send_message(self, params: Params, _request: Request) -> Params:
        def act(speaker: Speaker) -> Params:
            require_connected(speaker)
            _require_content(params)
            if params["ContentType"] not in limits.SPOKEN_TYPES.intersection(speaker.contact.supported):
                types = ", ".join(name for name in speaker.contact.supported if name in limits.SPOKEN_TYPES)
                raise ServiceError("ValidationException", f"ContentType must be one this contact supports: {types}")
            item = chat.says(self.world, speaker.contact, speaker.participant, params["ContentType"], params["Content"])
            return _said(item)

        return self._speakers.once("SendMessage", params, act)

    def send_event(self, params: Params, _request: Request) -> Params:
        def act(speaker: Speaker) -> Params:
            require_connected(speaker)
            return _said(self._event(speaker, params))

        return self._speakers.once("SendEvent", params, act)

    def get_transcript(self, params: Params, _request: Request) -> Params:
        speaker = self._speakers.of(params)
        items, token = past.read_transcript(self.world, speaker.contact, params)
        ascending = params.get("SortOrder", "DESCENDING") == "ASCENDING"
        items.sort(key=lambda item: item.seq, reverse=not ascending)
        return {
            "InitialContactId": speaker.contact.initial_id,
            "Transcript": [transcripts.shown(self.world, item) for item in items],
            "NextToken": token,
        }

    def disconnect_participant(self, params: Params, _request: Request) -> Params:
        def act(speaker: Speaker) -> Params:
            chat.leaves(self.world, speaker.contact, speaker.participant)
            return {}

        return self._speakers.once("DisconnectParticipant", params, act)

    def _contact_of(self, participant: Participant) -> Contact:
        """Its contact, as long as both last. A window that closed is told as the documentation says (seed of 15 s)."""
        contact = contacts.get(self.world, participant.contact_id)
        if participant.role == "CUSTOM_BOT" and not participant.connected and self._too_late(participant):
            raise ServiceError(
                "ResourceNotFoundException",
                "the participant is gone: it has to be connected within 15 seconds of CreateParticipant",
                ResourceId=participant.id,
                ResourceType="PARTICIPANT",
            )
        if participant.state == "LEFT" or contact.ended:
            raise ServiceError("AccessDeniedException", "the participant has left or the chat has ended")
        return contact

    def _too_late(self, participant: Participant) -> bool:
        if participant.connect_by is not None:
            return participant.connect_by <= self.world.clock.now()
        return participant.state == "LEFT" and not self._has_joined(participant)

    def _has_joined(self, participant: Participant) -> bool:
        sql = "SELECT 1 FROM item WHERE participant_id = ? LIMIT 1"
        return self.world.store.one(sql, participant.id) is not None

    def _event(self, speaker: Speaker, params: Params) -> Item:
        content_type = params["ContentType"]
        if content_type == TYPING:
            return chat.types(self.world, speaker.contact, speaker.participant)
        if content_type in RECEIPTS:
            return self._receipt(speaker, params)
        if content_type == ACKNOWLEDGED:
            raise ServiceError(
                "ValidationException",
                "connection.acknowledged was retired: CreateParticipantConnection has ConnectParticipant",
            )
        accepted = ", ".join([TYPING, *RECEIPTS])
        raise ServiceError("ValidationException", f"ContentType must be one of {accepted}")

    def _receipt(self, speaker: Speaker, params: Params) -> Item:
        active = [p for p in participants.present(self.world, speaker.contact) if p.connected]
        if len(active) > limits.RECEIPT_PARTICIPANTS:
            raise ServiceError("ConflictException", "receipts are for chats of two participants")
        item = transcripts.find(self.world, speaker.contact.initial_id, _message_id(params.get("Content")))
        if item is None or item.type not in {"MESSAGE", "ATTACHMENT"}:
            raise ServiceError("ValidationException", "Content.messageId is no message of this chat")
        column = RECEIPTS[params["ContentType"]]
        return chat.receives(self.world, speaker.contact, speaker.participant, item, column)


def _require_a_kind(kinds: list[str], connect: bool) -> None:
    if not kinds and not connect:
        raise ServiceError("ValidationException", "Type or ConnectParticipant is required")
    if "WEBRTC_CONNECTION" in kinds:
        raise ServiceError("NotImplementedException", "Type WEBRTC_CONNECTION is not emulated")


def _require_content(params: Params) -> None:
    size = len(params["Content"].encode())
    if size > limits.CONTENT_BYTES:
        raise ServiceError("ValidationException", f"Content has {size} bytes of {limits.CONTENT_BYTES}")


def _message_id(content: str | None) -> str:
    try:
        found = json.loads(content or "")["messageId"]
    except (ValueError, TypeError, KeyError, RecursionError):
        found = None
    if not isinstance(found, str):
        raise ServiceError("ValidationException", 'the Content of a receipt is {"messageId": "…"}')
    return found


def _said(item: Item) -> Params:
    return {"Id": item.id, "AbsoluteTime": iso(item.absolute_time)}
