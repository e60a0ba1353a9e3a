"""What colleagues told each other beside a conversation."""

from __future__ import annotations

from django.contrib import admin
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from chats.models import Note

from .base import OfVisibleContacts, plain_text, searched_by


@admin.register(Note)
class NoteAdmin(OfVisibleContacts):
    """A deleted one stands here without its words."""

    list_display = ["created_at", "author", "beside", "words", "edited_at", "deleted_at"]
    list_filter = ["contact__queue", "created_at"]
    list_select_related = ["author", "contact__conversation"]
    search_fields = ["text", "contact__id", "contact__conversation__customer_name", *searched_by("author")]
    date_hierarchy = "created_at"
    ordering = ["-created_at"]
    fields = ["beside", "author", "words", "created_at", "edited_at", "deleted_at"]
    readonly_fields = ["beside", "words"]

    @admin.display(description=_("text"), ordering="text")
    def words(self, note: Note) -> SafeString:
        return plain_text(note.text)
