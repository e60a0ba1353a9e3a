"""What may be said of a contact beside its attributes: name, description, references, segment attributes, timers."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from connect_emulator import limits
from connect_emulator.administration.shown import require_instance
from connect_emulator.restjson import Handler, Params, Request, ServiceError
from connect_emulator.world import World, contacts, details

# API_UpdateContact: only for external audio contacts, or for e-mail
_NOT_FOR_CHATS = ("QueueInfo", "UserInfo", "CustomerEndpoint", "SystemEndpoint", "AdditionalRecipients")
_SUMMARIES = {"URL": "Url", "NUMBER": "Number", "STRING": "String", "DATE": "Date", "EMAIL": "Email"}
_SUBTYPE, _EXPIRY = "connect:Subtype", "connect:ContactExpiry"
_GUIDE_NEEDS = {
    "application/vnd.amazonaws.connect.message.interactive",
    "application/vnd.amazonaws.connect.message.interactive.response",
}


def handlers(world: World) -> dict[str, Handler]:
    def update_contact(params: Params, _request: Request) -> Params:
        require_instance(world, params)
        contact = contacts.get(world, params["ContactId"])
        _require_an_update(params)
        known = details.of_contact(world, contact.id)
        references = {**known.references, **_references(params.get("References", {}))}
        _require_room(references)
        named = replace(
            known,
            name=params.get("Name", known.name),
            description=params.get("Description", known.description),
            references=references,
        )
        details.set_details(world, contact, named)
        contacts.add_segment_attributes(world, contact, _segment_attributes(params.get("SegmentAttributes", {})))
        return {}

    def list_contact_references(params: Params, _request: Request) -> Params:
        require_instance(world, params)
        contact = contacts.get(world, params["ContactId"])
        references = details.of_contact(world, contact.id).references
        return {
            "ReferenceSummaryList": [
                {_SUMMARIES[reference["Type"]]: {"Name": name, "Value": reference["Value"]}}
                for name, reference in sorted(references.items())
                if reference["Type"] in params["ReferenceTypes"]
            ]
        }

    def update_participant_role_config(params: Params, _request: Request) -> Params:
        require_instance(world, params)
        contact = contacts.open_contact(world, params["ContactId"])
        details.set_role_config(world, contact, _timers(params["ChannelConfiguration"]["Chat"]))
        return {}

    return {
        "UpdateContact": update_contact,
        "ListContactReferences": list_contact_references,
        "UpdateParticipantRoleConfig": update_participant_role_config,
    }


def check_segment_attributes(given: dict[str, Any], supported: list[str]) -> None:
    """API_StartChatContact: keys of letters, digits, - and _; a Guide needs both kinds of interactive messages."""
    for key in given:
        if key not in {_SUBTYPE, _EXPIRY} and not all(c.isascii() and (c.isalnum() or c in "-_") for c in key):
            raise ServiceError("InvalidRequestException", "a segment attribute's key takes letters, digits, - and _")
    subtype = given.get(_SUBTYPE, {}).get("ValueString")
    if subtype == "connect:Guide" and not set(supported) >= _GUIDE_NEEDS:
        raise ServiceError(
            "InvalidRequestException",
            f"connect:Guide needs {' and '.join(sorted(_GUIDE_NEEDS))} in SupportedMessagingContentTypes",
        )


def _require_an_update(params: Params) -> None:
    for name in _NOT_FOR_CHATS:
        if name in params:
            raise ServiceError("InvalidRequestException", f"{name} cannot be updated for a chat")
    if not {"Name", "Description", "References", "SegmentAttributes"} & set(params):
        raise ServiceError("InvalidRequestException", "at least one field to be updated must be present")


def _references(given: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    for name, reference in given.items():
        if not 1 <= len(name) <= 4096:
            raise ServiceError("InvalidParameterException", "a reference's name has 1 to 4096 characters")
        if reference["Type"] not in _SUMMARIES or "Value" not in reference:
            raise ServiceError(
                "InvalidParameterException", f"a reference needs a Value and one of the types {', '.join(_SUMMARIES)}"
            )
    return {name: {"Type": r["Type"], "Value": r["Value"]} for name, r in given.items()}


def _require_room(references: dict[str, dict[str, Any]]) -> None:
    """Which of its texts count is not said: here the names and the values."""
    size = sum(len(name.encode()) + len(reference["Value"].encode()) for name, reference in references.items())
    if size > limits.REFERENCES_BYTES:
        most = f"at most {limits.REFERENCES_BYTES:,} are possible"
        raise ServiceError("InvalidParameterException", f"the contact's references would have {size:,} bytes, {most}")


def _segment_attributes(given: dict[str, Any]) -> dict[str, Any]:
    """API_UpdateContact: user-defined ones are text; of Connect's own only the expiry can be updated."""
    check_segment_attributes(given, [])
    for key, value in given.items():
        if key == _SUBTYPE:
            raise ServiceError("InvalidRequestException", f"{_SUBTYPE} cannot be updated")
        if key != _EXPIRY and set(value) != {"ValueString"}:
            raise ServiceError("InvalidRequestException", "a user-defined segment attribute has a ValueString")
    return given


def _timers(chat: Params) -> dict[details.TimerOf, int | None]:
    timers: dict[details.TimerOf, int | None] = {}
    for config in chat["ParticipantTimerConfigList"]:
        of = config["ParticipantRole"], config["TimerType"]
        if of in timers:
            raise ServiceError("InvalidParameterException", f"the {of[1]} timer of the {of[0]} is configured twice")
        timers[of] = config["TimerValue"].get("ParticipantTimerDurationInMinutes")
    return timers
