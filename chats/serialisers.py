"""Rows as the socket shows them (`agents.protocol` has the types): a row's content, and the frame that carries its change.

Called by `chats.realtime`, which publishes a changed row, and by `chats.transcripts`, which reads rows for a viewer.
`agents.serialisers` registers the rows of agents.
"""

from __future__ import annotations

from functools import singledispatch
from typing import TYPE_CHECKING, Any

from . import rich_text
from .models import Contact, HelpRequest, Item, Note, OutboundMessage, Participant, Transfer
from .wire import iso, iso_or_none

if TYPE_CHECKING:
    from django.contrib.auth.models import User

Frame = tuple[str, dict[str, Any]]  # a notification's method, and its parameters


@singledispatch
def frame(row: object) -> Frame:
    """The notification that carries a changed row."""
    raise TypeError(f"{type(row).__name__} has no frame: register one in the serialisers of its app")


@frame.register
def _contact_frame(row: Contact) -> Frame:
    return "contact", {"contact": contact(row)}


@frame.register
def _item_frame(row: Item) -> Frame:
    return "item", {"item": item(row)}


@frame.register
def _receipt_frame(row: Participant) -> Frame:
    return "receipt", {"receipt": receipt(row)}


@frame.register
def _outbound_message_frame(row: OutboundMessage) -> Frame:
    return "outgoing", {"outgoing": outbound_message(row)}


@frame.register
def _note_frame(row: Note) -> Frame:
    return "note", {"note": note(row)}


def person(user: User | None) -> dict[str, Any] | None:
    """Who spoke, or who serves."""
    return None if user is None else {"id": user.pk, "name": user.get_full_name() or user.get_username()}


def contact(row: Contact) -> dict[str, Any]:
    chat, newest = row.conversation, row.newest_transfer
    return {
        "contactId": row.id,
        "initialContactId": chat.initial_contact_id,
        "round": row.round,
        "state": str(row.state),
        "queue": row.queue.name,
        "publicName": row.queue.public_name,
        "customerName": chat.customer_name,
        "owner": person(row.owner),
        "endReason": row.end_reason,
        "attention": row.attention.data,
        "help": help_request(row.help_request),
        "priority": row.priority,
        "transfer": transfer(newest) if newest else None,
        "relayed": row.is_relayed,
        "contentTypes": chat.content_types,
        "chatEnded": chat.chat_ended_at is not None,
        "waitingSince": iso_or_none(row.waits_since or row.waiting_since),
        "connectedAt": iso_or_none(row.connected_at),
        "servedSince": iso_or_none(row.served_since or row.connected_at),
        "endedAt": iso_or_none(row.ended_at),
        "attributes": chat.attributes,
        "references": row.references,
    }


def help_request(row: HelpRequest | None) -> dict[str, Any] | None:
    """The hand that is up; None: none is."""
    if row is None:
        return None
    return {
        "reason": row.reason,
        "phrase": row.is_phrase,
        "raisedAt": iso(row.raised_at),
        "takenBy": person(row.taken_by),
        "escalated": row.escalated_at is not None,
    }


def transfer(row: Transfer) -> dict[str, Any]:
    return {
        "state": str(row.state),
        "sender": person(row.sender),
        "by": person(row.by),
        "endpoint": {"type": row.to_type, "id": row.to_id, "name": row.to_name},
        "comment": row.comment,
        "why": row.why.data,
        "askedAt": iso(row.asked_at),
        "settledAt": iso_or_none(row.settled_at),
    }


def item(row: Item) -> dict[str, Any]:
    """As a TranscriptItem of Amazon Connect, with what else an agent sees of it."""
    return {
        "Id": row.id,
        "AbsoluteTime": iso(row.absolute_time),
        "Type": row.type,
        "ContentType": row.content_type,
        "Content": row.content,
        "ParticipantId": row.participant_id,
        "ParticipantRole": row.role,
        "DisplayName": row.display_name,
        "ContactId": row.contact_id,
        "InitialContactId": row.conversation.initial_contact_id,
        "Attachments": row.attachments,
        "Number": row.number,
        "Seq": row.seq,
        "Author": person(row.author),
        **rich_text.field("Rich", row.content_type, row.content),
    }


def receipt(row: Participant) -> dict[str, Any]:
    """Up to where this participant has received and read the conversation."""
    return {
        "contactId": row.contact_id,
        "participantId": row.participant_id,
        "role": row.role,
        "deliveredId": row.delivered_id or None,
        "readId": row.read_id or None,
    }


def outbound_state(row: OutboundMessage) -> str:
    """As a viewer sees it: a row that a worker has claimed is still queued."""
    return str(OutboundMessage.State.QUEUED if row.state == OutboundMessage.State.SENDING else row.state)


def outbound_message(row: OutboundMessage) -> dict[str, Any]:
    return {
        "contactId": row.contact_id,
        "clientToken": row.client_token,
        "kind": str(row.kind),
        "contentType": row.content_type,
        "content": row.content,
        "author": person(row.author),
        "state": outbound_state(row),
        "why": row.why.data,
        "itemId": row.item_id or None,
        "position": row.position,
        "createdAt": iso(row.created_at),
        **({} if row.size is None else {"size": row.size}),
        **rich_text.field("rich", row.content_type, row.content),
    }


def note(row: Note) -> dict[str, Any]:
    return {
        "noteId": str(row.key),
        "contactId": row.contact_id,
        "clientToken": row.client_token,
        "author": person(row.author),
        "text": row.text,
        "createdAt": iso(row.created_at),
        "editedAt": iso_or_none(row.edited_at),
        "deleted": row.deleted_at is not None,
    }
