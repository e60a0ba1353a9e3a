"""Chats that go on from past ones: what StartChatContact's PersistentChat and CreatePersistentContactAssociation ask for."""

from __future__ import annotations

from connect_emulator import chat, undocumented
from connect_emulator.administration.shown import require_instance
from connect_emulator.restjson import Handler, Params, Request, ServiceError
from connect_emulator.world import Contact, World, contacts, idempotency, past


def handlers(world: World) -> dict[str, Handler]:
    def create_persistent_contact_association(params: Params, _request: Request) -> Params:
        require_instance(world, params)
        contact = contacts.open_contact(world, params["InitialContactId"])
        scope = f"CreatePersistentContactAssociation {contact.id}"
        return idempotency.once(world, scope, params.get("ClientToken"), lambda: _associate(world, contact, params))

    return {"CreatePersistentContactAssociation": create_persistent_contact_association}


def source(world: World, params: Params) -> Contact | None:
    """The past contact a new chat is to go on from, if it is to."""
    wish = params.get("PersistentChat")
    if wish is None:
        return None
    if "RelatedContactId" in params:
        raise ServiceError("InvalidRequestException", "PersistentChat and RelatedContactId exclude each other")
    missing = [name for name in ("RehydrationType", "SourceContactId") if name not in wish]
    if missing:
        raise ServiceError("InvalidParameterException", f"PersistentChat.{missing[0]} is required for persistent chat")
    return _source(world, wish)


def _source(world: World, wish: Params) -> Contact:
    """FROM_SEGMENT is the contact that is named, ENTIRE_PAST_SESSION the last of the session it began."""
    named = contacts.get(world, wish["SourceContactId"])
    if world.store.one("SELECT 1 FROM contact WHERE initial_id = ? AND ended_at IS NULL", named.initial_id):
        raise ServiceError(undocumented.PAST_SESSION_IS_NOT_PAST, "the chat of SourceContactId has not ended yet")
    if wish["RehydrationType"] == "FROM_SEGMENT":
        return named
    if named.id != named.initial_id:
        raise ServiceError(
            "InvalidParameterException", "for ENTIRE_PAST_SESSION, SourceContactId is the past chat's InitialContactId"
        )
    last = world.store.value(
        "SELECT id FROM contact c WHERE initial_id = ? AND NOT EXISTS"
        " (SELECT 1 FROM contact n WHERE n.initial_id = c.initial_id AND n.previous_id = c.id)"
        " ORDER BY initiated_at DESC LIMIT 1",
        named.id,
    )
    return contacts.get(world, last)


def _associate(world: World, contact: Contact, params: Params) -> Params:
    if past.source_of(world, contact.initial_id):
        raise ServiceError("InvalidRequestException", "the chat goes on from a past one already")
    found = _source(world, params)
    past.goes_on_from(world, contact, found)
    contacts.set_related(world, contact, found.id)
    chat.rehydrates(world, contact)
    return {"ContinuedFromContactId": found.id}
