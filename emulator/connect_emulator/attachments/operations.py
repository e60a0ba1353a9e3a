"""StartAttachmentUpload, CompleteAttachmentUpload and GetAttachment of connectparticipant."""

from __future__ import annotations

from connect_emulator import limits, undocumented
from connect_emulator.clock import iso
from connect_emulator.restjson import Handler, Params, Request, ServiceError
from connect_emulator.speakers import Speaker, Speakers, require_connected
from connect_emulator.world import World, contacts, files, past
from connect_emulator.world.files import Attachment

from . import links
from .kinds import KINDS, of_name
from .links import Link

_BOT = "CUSTOM_BOT"


def handlers(world: World) -> dict[str, Handler]:
    return {**_uploading(world, Speakers(world)), "GetAttachment": _getting(world, Speakers(world))}


def _uploading(world: World, speakers: Speakers) -> dict[str, Handler]:
    def start(params: Params, request: Request) -> Params:
        def act(speaker: Speaker) -> Params:
            require_connected(speaker)
            _require_uploader(speaker)
            _require_fitting(params)
            _require_room(world, speaker)
            return _upload(world, _add(world, speaker, params), request)

        return speakers.once("StartAttachmentUpload", params, act)

    def complete(params: Params, _request: Request) -> Params:
        def act(speaker: Speaker) -> Params:
            attachment = _own(world, speaker, params["AttachmentIds"][0])
            if attachment.state != "UPLOADED":
                raise ServiceError(
                    undocumented.ATTACHMENT_NOT_UPLOADED, "the file is not uploaded yet, or was completed already"
                )
            scan_at = world.clock.now() + undocumented.SCAN_TAKES
            files.set_state(world, attachment, "SCANNING", scan_at=scan_at)
            return {}

        return speakers.once("CompleteAttachmentUpload", params, act)

    return {"StartAttachmentUpload": start, "CompleteAttachmentUpload": complete}


def _getting(world: World, speakers: Speakers) -> Handler:
    def get(params: Params, request: Request) -> Params:
        speaker = speakers.of(params)
        if speaker.participant.role == _BOT:
            raise ServiceError("AccessDeniedException", "the participant role CUSTOM_BOT is not permitted to do this")
        attachment = _readable(world, speaker, params["AttachmentId"])
        seconds = params.get("UrlExpiryInSeconds", undocumented.DOWNLOAD_URL_SECONDS)
        expires = world.clock.now() + seconds * limits.SECOND
        inline = params.get("UrlContentDisposition") == "INLINE"
        return {
            "Url": links.url(world, request, Link("GET", attachment.id, expires, inline)),
            "UrlExpiry": iso(expires),
            "AttachmentSizeInBytes": attachment.size,
        }

    return get


def _require_uploader(speaker: Speaker) -> None:
    if speaker.participant.role == _BOT and not undocumented.CUSTOM_PARTICIPANT_UPLOADS:
        raise ServiceError("AccessDeniedException", "the participant role CUSTOM_BOT is not permitted to do this")


def _require_fitting(params: Params) -> None:
    kind = of_name(params["AttachmentName"])
    if kind is None:
        raise ServiceError(
            undocumented.ATTACHMENT_OF_NO_KIND, f"AttachmentName must end in one of {', '.join('.' + k for k in KINDS)}"
        )
    if params["ContentType"] not in kind.content_types:
        wanted = " or ".join(kind.content_types)
        raise ServiceError(undocumented.ATTACHMENT_OF_NO_KIND, f"the ContentType of such a file is {wanted}")
    if params["AttachmentSizeInBytes"] > limits.ATTACHMENT_BYTES:
        raise ServiceError(
            undocumented.ATTACHMENT_TOO_LARGE, f"an attachment has at most {limits.ATTACHMENT_BYTES} bytes"
        )


def _require_room(world: World, speaker: Speaker) -> None:
    if files.count(world, speaker.contact) >= limits.ATTACHMENTS:
        raise ServiceError("ServiceQuotaExceededException", f"a chat has at most {limits.ATTACHMENTS} attachments")


def _add(world: World, speaker: Speaker, params: Params) -> Attachment:
    return files.add(
        world,
        speaker.contact,
        speaker.participant,
        name=params["AttachmentName"],
        content_type=params["ContentType"],
        size=params["AttachmentSizeInBytes"],
        upload_by=world.clock.now() + undocumented.UPLOAD_URL_SECONDS * limits.SECOND,
    )


def _upload(world: World, attachment: Attachment, request: Request) -> Params:
    return {
        "AttachmentId": attachment.id,
        "UploadMetadata": {
            "Url": links.url(world, request, Link("PUT", attachment.id, attachment.upload_by)),
            "UrlExpiry": iso(attachment.upload_by),
            "HeadersToInclude": {"Content-Type": attachment.content_type},
        },
    }


def _own(world: World, speaker: Speaker, attachment_id: str) -> Attachment:
    found = files.find(world, attachment_id)
    if found is None or found.participant_id != speaker.participant.id:
        raise ServiceError(undocumented.ATTACHMENT_UNKNOWN, "this participant has no attachment with this id")
    return found


def _readable(world: World, speaker: Speaker, attachment_id: str) -> Attachment:
    """Of this chat, or of a past one it goes on from."""
    found = files.find(world, attachment_id)
    before = {contacts.get(world, each).initial_id for each in past.contacts_before(world, speaker.contact)}
    if found is None or found.initial_id not in {speaker.contact.initial_id, *before}:
        raise ServiceError(undocumented.ATTACHMENT_OF_A_STRANGER, "the chat has no attachment with this AttachmentId")
    if found.state != "APPROVED":
        raise ServiceError(undocumented.ATTACHMENT_NOT_APPROVED, f"the attachment is {found.status}")
    return found
