"""Conversations: their contacts, what was said, what we owed Connect and whether it took it."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from chats import serialisers, transcripts
from chats.models import Contact, Conversation, Item, Note, OutboundMessage, Participant

from .base import plain_text
from .rows import ReadOnlyInline, RowsAdmin


class ContactInline(ReadOnlyInline):
    model = Contact
    fields = ["id", "queue", "state", "round", "owner", "waits_since", "served_since", "ended_at", "end_reason"]
    joins = ("queue", "owner", "conversation")
    order = ("handed_over_at", "pk")
    show_change_link = True


class ParticipantInline(ReadOnlyInline):
    """Without its tokens: whoever holds one speaks in the customer's chat."""

    model = Participant
    fields = ["display_name", "role", "participant_id", "round", "connection_expires_at", "left_at"]


class ItemInline(ReadOnlyInline):
    model = Item
    verbose_name_plural = _("transcript")
    fields = ["absolute_time", "from_whom", "what", "type"]
    joins = ("author",)
    order = ("absolute_time", "pk")

    @admin.display(description=_("who"))
    def from_whom(self, item: Item) -> str:
        """Who spoke: the person, where we know one, else the name the customer saw."""
        author = serialisers.person(item.author)
        if author:
            return f"{author['name']} ({item.display_name or item.role})"
        return item.display_name or item.role or ""

    @admin.display(description=_("what"))
    def what(self, item: Item) -> SafeString:
        """What was said; of an event its kind, of an attachment its file's name."""
        files = ", ".join(str(file.get("AttachmentName", "")) for file in item.attachments)
        return plain_text(item.content or files or item.content_type.rpartition(".")[2])


class OutgoingInline(ReadOnlyInline):
    model = OutboundMessage
    verbose_name_plural = _("what we said, and whether Amazon Connect took it")
    fields = ["created_at", "author", "kind", "words", "state", "because", "attempts"]
    joins = ("author",)
    order = ("pk",)  # as they were enqueued, and as the index of their conversation has them

    @admin.display(description=_("content"))
    def words(self, outgoing: OutboundMessage) -> SafeString:
        return plain_text(outgoing.content)


class NoteInline(ReadOnlyInline):
    model = Note
    fields = ["created_at", "author", "words", "edited_at", "deleted_at"]
    joins = ("author",)
    order = ("created_at", "pk")

    @admin.display(description=_("text"))
    def words(self, note: Note) -> SafeString:
        return plain_text(note.text)


@admin.register(Conversation)
class ConversationAdmin(RowsAdmin):
    list_display = ["__str__", "initial_contact_id", "created_at", "chat_ended_at", "segments"]
    list_filter = ["contacts__queue", "created_at"]
    search_fields = ["customer_name", "initial_contact_id", "contacts__id"]
    date_hierarchy = "created_at"
    ordering = ["-created_at"]
    fields = ["initial_contact_id", "customer_name", "attributes", "created_at", "chat_ended_at"]
    inlines = [ContactInline, ItemInline, NoteInline, ParticipantInline, OutgoingInline]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """`visible_to` is the one answer to who may see a contact, here too."""
        visible = transcripts.visible_to(request.user)
        own = super().get_queryset(request).filter(pk__in=visible.values("conversation"))
        counted: QuerySet[Any] = own.annotate(segments=Count("contacts", distinct=True))
        return counted

    @admin.display(description=_("contacts"), ordering="segments")
    def segments(self, conversation: Any) -> int:
        return int(conversation.segments)
