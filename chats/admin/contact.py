"""Contacts: who served them when, how they ended, to whom they were transferred, and what was said in them."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from chats import transcripts
from chats.models import AuditEntry, Contact, Conversation, Item, Note, Transfer

from .base import plain_text, searched_by
from .conversation import ItemInline
from .rows import TAIL, ReadOnlyInline, RowsAdmin, newest


class TransferInline(ReadOnlyInline):
    model = Transfer
    fields = ["asked_at", "sender", "to_name", "words", "state", "because", "settled_at"]
    joins = ("sender",)
    order = ("asked_at", "pk")

    @admin.display(description=_("comment"))
    def words(self, transfer: Transfer) -> SafeString:
        return plain_text(transfer.comment)


class NoteInline(ReadOnlyInline):
    model = Note
    fields = ["created_at", "author", "words", "edited_at"]
    joins = ("author", "contact__conversation")
    order = ("created_at", "pk")

    @admin.display(description=_("text"))
    def words(self, note: Note) -> SafeString:
        return plain_text(note.text)


class AuditInline(ReadOnlyInline):
    """For who may read the audit."""

    model = AuditEntry
    verbose_name_plural = _("who read it, and who stepped in")
    fields = ["at", "actor_name", "action", "agent_name", "words"]
    order = ("at", "pk")

    def has_view_permission(self, request: HttpRequest, _obj: Any = None) -> bool:
        return bool(request.user.has_perm("chats.view_auditentry"))

    @admin.display(description=_("reason"))
    def words(self, entry: AuditEntry) -> SafeString:
        return plain_text(entry.reason)


@admin.register(Contact)
class ContactAdmin(RowsAdmin):
    inlines: ClassVar[list[Any]] = [TransferInline, NoteInline, AuditInline]  # agents.admin adds the offers
    list_display = [
        "__str__",
        "id",
        "queue",
        "owner",
        "round",
        "waits_since",
        "served_since",
        "ended_at",
        "end_reason",
    ]
    list_filter = ["state", "queue", "end_reason", "handed_over_at"]
    list_select_related = ["conversation", "queue", "owner"]
    search_fields = [
        "id__exact",
        "conversation__initial_contact_id__exact",
        "conversation__customer_name",
        *searched_by("owner"),
    ]
    date_hierarchy = "handed_over_at"
    ordering = ["-handed_over_at"]
    fields = [
        "id",
        "chain",
        "queue",
        "state",
        "round",
        "owner",
        "handed_over_at",
        "waiting_since",
        "waits_since",
        "connected_at",
        "served_since",
        "ended_at",
        "end_reason",
        "transcript",
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).filter(pk__in=transcripts.visible_to(request.user).values("pk"))

    def rows_of(self, request: HttpRequest, owner: Any, part: str) -> tuple[ReadOnlyInline, QuerySet[Any]]:
        """An item names its contact, it does not refer to it: a contact that was never handed over to us has no row."""
        inline, items = self._items(owner)
        return (inline, items) if part == inline.part else super().rows_of(request, owner, part)

    def _items(self, contact: Contact) -> tuple[ItemInline, QuerySet[Item]]:
        items = Item.objects.filter(conversation=contact.conversation_id, contact_id=contact.pk)
        inline = ItemInline(Conversation, self.admin_site)
        return inline, items.select_related(*inline.joins).order_by(*inline.order)

    @admin.display(description=_("conversation"))
    def chain(self, contact: Contact) -> SafeString:
        address = reverse("admin:chats_conversation_change", args=[contact.conversation_id])
        return format_html('<a href="{}">{}</a>', address, contact.conversation)

    @admin.display(description=_("transcript"))
    def transcript(self, contact: Contact) -> SafeString:
        inline, items = self._items(contact)
        shown, more = newest(items)
        context = {"tail": TAIL, "opts": self.opts, "owner": contact, "part": inline.part}
        return format_html(
            "{}{}", inline.table(shown), render_to_string("admin/rows/more.html", context) if more else ""
        )
