"""The rows of a conversation. A row a viewer can see carries `seq`, the number of its newest change in its stream.

Rows change only through named methods; a method that makes a visible change takes the next number first, which also
locks the conversation: lock order everywhere is conversation, contact, agent, agent contact.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import connection, models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from chats import contact_state, rich_text
from chats.reasons import Reason, ReasonField
from chats.wire import iso, iso_or_none

from .capability import Finding, RefusedCall
from .encrypted_field import EncryptedTextField
from .note import Note
from .person import person
from .queue import HoursOfOperation, OpeningHours, Queue, QueueText, Text
from .transfer import Transfer

__all__ = [
    "Contact",
    "Conversation",
    "Finding",
    "Frame",
    "HoursOfOperation",
    "Item",
    "Note",
    "OpeningHours",
    "Outgoing",
    "Participant",
    "Queue",
    "QueueText",
    "RefusedCall",
    "Text",
    "Transfer",
    "UnreadableMessage",
    "person",
]

Frame = tuple[str, dict[str, Any]]
KEY_LENGTH = 300
PLAIN = "text/plain"


def customer_key(name: str, attributes: Mapping[str, Any]) -> str:
    """Who it is by the surest thing we know: an attribute `customerId` or `email`, else the name they gave, exactly."""
    for by in ("customerId", "email"):
        if value := str(attributes.get(by) or ""):
            return f"{by}:{value}"[:KEY_LENGTH]
    return f"name:{name}"[:KEY_LENGTH] if name else ""


class Conversation(models.Model):
    """One customer's chat: the chain of contacts that share an InitialContactId, and its counter of changes."""

    initial_contact_id = models.CharField(max_length=256, unique=True)
    customer_name = models.CharField(max_length=256, blank=True)
    attributes = models.JSONField(default=dict, blank=True)
    language = models.CharField(max_length=16, blank=True)  # of the customer, as Connect writes it (en-US)
    seq = models.PositiveBigIntegerField(default=0)
    chat_ended_at = models.DateTimeField(null=True)
    plain_text_only = models.BooleanField(
        default=False
    )  # Connect has refused markdown: the chat was started without it
    created_at = models.DateTimeField(auto_now_add=True)
    customer_key = models.CharField(max_length=KEY_LENGTH, blank=True, editable=False)  # kept by save()

    class Meta:
        indexes = [models.Index(fields=["customer_key", "created_at"], name="conversation_customer")]

    def __str__(self) -> str:
        return self.customer_name or self.initial_contact_id

    def save(self, *, update_fields: Iterable[str] | None = None, **options: Any) -> None:
        """Whatever is written, the key fits the name and the attributes."""
        self.customer_key = customer_key(self.customer_name, self.attributes)
        fields = None if update_fields is None else {*update_fields, "customer_key"}
        super().save(update_fields=fields, **options)

    @property
    def stream(self) -> str:
        return f"conversation:{self.initial_contact_id}"

    def lock(self) -> None:
        """Hold this conversation until the transaction ends (SQLite: the transaction itself, being IMMEDIATE, does)."""
        held = Conversation.objects.select_for_update().get(pk=self.pk)
        self.seq, self.chat_ended_at, self.customer_name = held.seq, held.chat_ended_at, held.customer_name
        self.attributes, self.language = held.attributes, held.language
        self.plain_text_only = held.plain_text_only

    @property
    def content_types(self) -> list[str]:
        """What can be said, as far as we know: Connect tells nobody which types a chat was started with, it refuses the others."""
        return [PLAIN] if self.plain_text_only else [PLAIN, rich_text.MARKDOWN]

    def next_seq(self) -> int:
        """Take the next number. It locks the row until the transaction ends, so numbers have no hole and no twin."""
        with connection.cursor() as cursor:
            cursor.execute("UPDATE chats_conversation SET seq = seq + 1 WHERE id = %s RETURNING seq", [self.pk])
            (self.seq,) = cursor.fetchone()
        return self.seq


class Contact(models.Model):
    """One segment of a conversation that a flow has handed over to us (ContactId, as in Connect's contact record)."""

    id = models.CharField(primary_key=True, max_length=256)
    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="contacts")
    queue = models.ForeignKey(Queue, models.PROTECT, related_name="contacts")
    state = models.CharField(
        max_length=16, choices=[(s, s) for s in contact_state.State], default=contact_state.State.JOINING
    )
    round = models.PositiveIntegerField(default=0)
    attempt = models.PositiveIntegerField(default=0)  # of joining in this round; ClientTokens derive from it
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="contacts")
    end_reason = models.CharField(max_length=16, blank=True)
    attention = ReasonField()  # why a supervisor should look at it, while they should
    transfer = models.ForeignKey(Transfer, models.SET_NULL, null=True, related_name="+")  # the newest
    references = models.JSONField(default=list, blank=True)  # wire.listed_references
    relayed_round = models.PositiveIntegerField(null=True)  # the round Amazon Connect itself gave to an agent
    rejoin_at = models.DateTimeField(null=True)  # the customer wrote before we had left: join again, not before this
    handed_over_at = models.DateTimeField(null=True)
    waiting_since = models.DateTimeField(_("in line since"), null=True)  # its place: who is requeued keeps it
    waits_since = models.DateTimeField(
        _("waits since"), null=True
    )  # the present wait; one before it was served is over
    connected_at = models.DateTimeField(_("first served"), null=True)
    served_since = models.DateTimeField(
        _("served since"), null=True
    )  # by its owner; a colleague's time before is theirs
    ended_at = models.DateTimeField(null=True)
    seq = models.PositiveBigIntegerField(default=0)

    class Meta:
        indexes = [
            models.Index(fields=["state", "waiting_since"], name="contact_waits"),
            models.Index(
                fields=["queue", "waiting_since", "id"],
                condition=Q(state="WAITING", owner__isnull=True),
                name="contact_nobodys",
            ),
            models.Index(fields=["owner"], condition=Q(state="WAITING", owner__isnull=False), name="contact_offered"),
            models.Index(fields=["conversation", "seq"], name="contact_seq"),
            models.Index(fields=["rejoin_at"], condition=Q(rejoin_at__isnull=False), name="contact_rejoins"),
        ]

    def __str__(self) -> str:
        return f"{self.conversation} ({self.state})"

    @property
    def stream(self) -> str:
        return self.conversation.stream

    def move(self, move: contact_state.Move, now: datetime, **changes: object) -> None:
        """Make a move of `life`; IllegalMove when it cannot happen. Times that belong to the move are set here."""
        self.state = contact_state.after(contact_state.State(self.state), move)
        match self.state:
            case contact_state.State.JOINING:
                self.handed_over_at, self.ended_at, self.connected_at, self.served_since = now, None, None, None
                self.end_reason = ""
            case contact_state.State.WAITING:
                self.waiting_since = self.waiting_since if move is contact_state.Move.REQUEUE else now
                self.waits_since, self.served_since = now, None
            case contact_state.State.CONNECTED:
                self.connected_at = self.connected_at if move is contact_state.Move.TRANSFER else now
                self.served_since = now
            case contact_state.State.ENDED:
                self.ended_at, self.attention = now, Reason()
        for name, value in changes.items():
            setattr(self, name, value)
        self.changed()

    @property
    def is_relayed(self) -> bool:
        """We speak with the agent's own participant token, and Amazon Connect decides who serves."""
        return self.relayed_round is not None and self.relayed_round == self.round

    @property
    def in_state_since(self) -> datetime | None:
        """Since when it waits, or is served by its owner: the one number that desk, floor and admin show."""
        if self.state == contact_state.State.CONNECTED:
            return self.served_since or self.connected_at
        return self.waits_since or self.waiting_since

    @property
    def newest_transfer(self) -> Transfer | None:
        """Of this round."""
        return self.transfer if self.transfer_id and self.transfer and self.transfer.round == self.round else None

    def call_for_attention(self, why: Reason) -> None:
        """A supervisor should look at it; empty: no more."""
        self.attention = why
        self.changed()

    def changed(self) -> None:
        """Keep the row under the next number of its conversation."""
        self.seq = self.conversation.next_seq()
        self.save()

    def frame(self) -> Frame:
        return "contact", {"contact": self.as_dict()}

    def as_dict(self) -> dict[str, Any]:
        chat, transfer = self.conversation, self.newest_transfer
        return {
            "contactId": self.id,
            "initialContactId": chat.initial_contact_id,
            "round": self.round,
            "state": str(self.state),
            "queue": self.queue.name,
            "publicName": self.queue.public_name,
            "customerName": chat.customer_name,
            "owner": person(self.owner),
            "endReason": self.end_reason,
            "attention": self.attention.data,
            "transfer": transfer.as_dict() if transfer else None,
            "relayed": self.is_relayed,
            "contentTypes": chat.content_types,
            "chatEnded": chat.chat_ended_at is not None,
            "waitingSince": iso_or_none(self.waits_since or self.waiting_since),
            "connectedAt": iso_or_none(self.connected_at),
            "servedSince": iso_or_none(self.served_since or self.connected_at),
            "endedAt": iso_or_none(self.ended_at),
            "attributes": chat.attributes,
            "references": self.references,
        }


class Participant(models.Model):
    """Somebody in a conversation. Ours carry the round they were made for and the tokens to speak with."""

    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="participants")
    participant_id = models.CharField(max_length=256)
    contact_id = models.CharField(max_length=256)
    role = models.CharField(max_length=16)
    display_name = models.CharField(max_length=1024, blank=True)
    round = models.PositiveIntegerField(null=True)  # ours: the round of the contact it was made for
    participant_token = EncryptedTextField(blank=True, default="")
    connection_token = EncryptedTextField(blank=True, default="")
    connection_expires_at = models.DateTimeField(null=True)
    connection_made_at = models.DateTimeField(null=True)
    left_at = models.DateTimeField(null=True)
    reconciled_at = models.DateTimeField(null=True)  # ours: when GetTranscript was last compared
    compared_id = models.CharField(max_length=256, blank=True, default="")  # ours: up to this item nothing is missing
    renew_at = models.DateTimeField(null=True)  # ours: whoever renews its token has claimed it until then
    delivered_id = models.CharField(max_length=256, blank=True)
    read_id = models.CharField(max_length=256, blank=True)
    owes_read_id = models.CharField(max_length=256, blank=True)  # ours: the receipt Connect has not yet been told
    seq = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["conversation", "participant_id"], name="one_participant_per_id"),
            models.UniqueConstraint(
                fields=["contact_id", "round"], condition=Q(round__isnull=False), name="one_of_ours_per_round"
            ),
        ]
        indexes = [models.Index(fields=["conversation", "seq"], name="participant_seq")]

    def __str__(self) -> str:
        return f"{self.display_name} ({self.role})"

    @property
    def stream(self) -> str:
        return self.conversation.stream

    @property
    def is_ours(self) -> bool:
        return self.round is not None

    def frame(self) -> Frame:
        return "receipt", {"receipt": self.as_dict()}

    def as_dict(self) -> dict[str, Any]:
        return {
            "contactId": self.contact_id,
            "participantId": self.participant_id,
            "role": self.role,
            "deliveredId": self.delivered_id or None,
            "readId": self.read_id or None,
        }


class Item(models.Model):
    """One item of the transcript, as Connect gave it; `number` is its place in the order of arrival, for ever."""

    id = models.CharField(primary_key=True, max_length=256)
    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="items")
    contact_id = models.CharField(max_length=256)
    type = models.CharField(max_length=32)
    content_type = models.CharField(max_length=256, blank=True)
    content = models.TextField(null=True)
    participant_id = models.CharField(max_length=256, null=True)
    role = models.CharField(max_length=16, null=True)
    display_name = models.CharField(max_length=1024, null=True)
    attachments = models.JSONField(default=list)
    absolute_time = models.DateTimeField()
    received_at = models.DateTimeField()
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    number = models.PositiveBigIntegerField()
    seq = models.PositiveBigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["conversation", "number"], name="item_number")]
        indexes = [
            models.Index(fields=["conversation", "seq"], name="item_seq"),
            models.Index(fields=["conversation", "absolute_time", "id"], name="item_order"),
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.id}"

    @property
    def stream(self) -> str:
        return self.conversation.stream

    def frame(self) -> Frame:
        return "item", {"item": self.as_dict()}

    def as_dict(self) -> dict[str, Any]:
        return {
            "Id": self.id,
            "AbsoluteTime": iso(self.absolute_time),
            "Type": self.type,
            "ContentType": self.content_type,
            "Content": self.content,
            "ParticipantId": self.participant_id,
            "ParticipantRole": self.role,
            "DisplayName": self.display_name,
            "ContactId": self.contact_id,
            "InitialContactId": self.conversation.initial_contact_id,
            "Attachments": self.attachments,
            "Number": self.number,
            "Seq": self.seq,
            "Author": person(self.author),
            **rich_text.field("Rich", self.content_type, self.content),
        }


class Outgoing(models.Model):
    """What we owe Connect. Per round strictly first in, first out; exactly once by its client token."""

    class Kind(models.TextChoices):
        MESSAGE = "MESSAGE"
        ATTACHMENT = "ATTACHMENT"  # a file: `content` is its name, `content_type` its type
        DISCONNECT = "DISCONNECT"

    class State(models.TextChoices):
        QUEUED = "queued"
        SENDING = "sending"  # a worker has it until `lease_until`; to a viewer it is still queued
        TAKEN = "taken"  # a file: Connect has it and scans it; it is an item when that is done
        SENT = "sent"
        FAILED = "failed"
        DISCARDED = "discarded"

    UNFINISHED = (State.QUEUED, State.SENDING)
    UNSENT = (*UNFINISHED, State.TAKEN)  # no item yet, and may still become one

    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="outgoing")
    contact = models.ForeignKey(Contact, models.CASCADE, related_name="outgoing")
    round = models.PositiveIntegerField()
    kind = models.CharField(max_length=16, choices=Kind.choices, default=Kind.MESSAGE)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    client_token = models.CharField(max_length=500)
    content_type = models.CharField(max_length=100, default="text/plain")
    content = models.TextField(blank=True)
    state = models.CharField(max_length=16, choices=State.choices, default=State.QUEUED)
    why = ReasonField()
    attempts = models.PositiveIntegerField(default=0)
    first_tried_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField()  # not before; while SENDING: the end of the lease
    item_id = models.CharField(max_length=256, blank=True)  # Connect's Id, known with the answer
    file = models.CharField(max_length=32, blank=True, default="")  # the key of its bytes (chats.stored_files)
    size = models.PositiveBigIntegerField(null=True)  # of the file, in bytes
    attachment_id = models.CharField(max_length=256, blank=True, default="")  # Connect's, when its bytes are there
    position = models.PositiveBigIntegerField()
    created_at = models.DateTimeField()
    seq = models.PositiveBigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["conversation", "client_token"], name="one_per_client_token")]
        indexes = [
            models.Index(fields=["conversation", "seq"], name="outgoing_seq"),
            models.Index(
                fields=["contact", "round", "position"],
                condition=Q(state__in=["queued", "sending"]),
                name="outgoing_unfinished",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.state}"

    @property
    def stream(self) -> str:
        return self.conversation.stream

    def frame(self) -> Frame:
        return "outgoing", {"outgoing": self.as_dict()}

    def as_dict(self) -> dict[str, Any]:
        state = Outgoing.State.QUEUED if self.state == Outgoing.State.SENDING else self.state
        return {
            "contactId": self.contact_id,
            "clientToken": self.client_token,
            "kind": str(self.kind),
            "contentType": self.content_type,
            "content": self.content,
            "author": person(self.author),
            "state": str(state),
            "why": self.why.data,
            "itemId": self.item_id or None,
            "position": self.position,
            "createdAt": iso(self.created_at),
            **({} if self.size is None else {"size": self.size}),
            **rich_text.field("rich", self.content_type, self.content),
        }


class UnreadableMessage(models.Model):
    """A genuine notification we could not read: kept as it came, so that nothing is lost, and an alert is logged."""

    message_id = models.CharField(max_length=256, unique=True)
    body = models.TextField()
    why = models.CharField(max_length=500)
    received_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.message_id}: {self.why}"
