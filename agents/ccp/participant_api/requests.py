"""The requests of the participant API, as ChatJS and the AWS SDKs write them (connectparticipant 2018-09-07)."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_pascal

from agents.protocol import MAX_CLIENT_TOKEN
from chats.file_types import MAX_NAME

Token = Annotated[str, Field(max_length=MAX_CLIENT_TOKEN)]
AttachmentId = Annotated[str, Field(min_length=1, max_length=256)]


class Asked(BaseModel):
    """Members that we do not know are left out, as AWS does."""

    model_config = ConfigDict(extra="ignore", strict=True, alias_generator=to_pascal)


class CreateParticipantConnection(Asked):
    type: list[Literal["WEBSOCKET", "CONNECTION_CREDENTIALS", "WEBRTC_CONNECTION"]] | None = None
    connect_participant: bool | None = None


class SendMessage(Asked):
    content_type: Annotated[str, Field(min_length=1, max_length=100)]
    content: Annotated[str, Field(min_length=1)]
    client_token: Token | None = None


class SendEvent(Asked):
    content_type: Annotated[str, Field(min_length=1, max_length=100)]
    content: Annotated[str, Field(max_length=1000)] | None = None
    client_token: Token | None = None


class StartPosition(Asked):
    id: Annotated[str, Field(min_length=1, max_length=256)] | None = None
    absolute_time: Annotated[str, Field(min_length=1, max_length=100)] | None = None
    most_recent: Annotated[int, Field(ge=0, le=100)] | None = None


class GetTranscript(Asked):
    """The defaults are AWS's; ChatJS says its own."""

    contact_id: Annotated[str, Field(min_length=1, max_length=256)] | None = None
    max_results: Annotated[int, Field(ge=0, le=100)] | None = None
    next_token: Annotated[str, Field(min_length=1, max_length=1000)] | None = None
    scan_direction: Literal["FORWARD", "BACKWARD"] | None = None
    sort_order: Literal["DESCENDING", "ASCENDING"] | None = None
    start_position: StartPosition | None = None


class StartAttachmentUpload(Asked):
    attachment_name: Annotated[str, Field(min_length=1, max_length=MAX_NAME)]
    attachment_size_in_bytes: Annotated[int, Field(ge=1)]
    content_type: Annotated[str, Field(min_length=1, max_length=255)]
    client_token: Token


class CompleteAttachmentUpload(Asked):
    attachment_ids: Annotated[list[AttachmentId], Field(min_length=1, max_length=1)]
    client_token: Token


class GetAttachment(Asked):
    attachment_id: AttachmentId
    url_expiry_in_seconds: Annotated[int, Field(ge=5, le=300)] | None = None


class DisconnectParticipant(Asked):
    client_token: Token | None = None
