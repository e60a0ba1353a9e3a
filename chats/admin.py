"""The conversations' part of Django's admin: queues are edited here, what was said is only read."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from . import serialisers, transcripts
from .models import (
    Contact,
    Conversation,
    HoursOfOperation,
    Item,
    Note,
    OpeningHours,
    OutboundMessage,
    Participant,
    Queue,
    QueueText,
    RefusedCall,
    Text,
    Transfer,
    UnreadableMessage,
)


class ReadOnly:
    """Nobody adds, changes or deletes here: what happened, happened."""

    def has_add_permission(self, _request: HttpRequest, _obj: Any = None) -> bool:
        return False

    def has_change_permission(self, _request: HttpRequest, _obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, _request: HttpRequest, _obj: Any = None) -> bool:
        return False

    @admin.display(description=_("why"), ordering="why")
    def because(self, row: Any) -> str:
        """A row's `why`, in the reader's language."""
        translated: str = row.why.translated()
        return translated


class Admin(admin.ModelAdmin):  # type: ignore[type-arg]  # Django's class takes no parameter at run time
    list_per_page = 50
    show_full_result_count = False  # one COUNT of the whole table less


class ReadOnlyAdmin(ReadOnly, Admin):
    """Shown, never edited."""


class ReadOnlyInline(ReadOnly, admin.TabularInline):  # type: ignore[type-arg]  # as above
    """A part of the page it stands on: whoever may see that page may see this."""

    extra = 0
    can_delete = False
    show_change_link = False
    joins: ClassVar[tuple[str, ...]] = ()
    order: ClassVar[tuple[str, ...]] = ("pk",)

    def has_view_permission(self, _request: HttpRequest, _obj: Any = None) -> bool:
        return True

    def get_readonly_fields(self, _request: HttpRequest, _obj: Any = None) -> list[str]:
        return [str(name) for name in self.fields or ()]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        found = super().get_queryset(request).order_by(*self.order)
        return found.select_related(*self.joins) if self.joins else found


class OpeningHoursInline(admin.TabularInline):  # type: ignore[type-arg]  # as above
    model = OpeningHours
    extra = 1


@admin.register(HoursOfOperation)
class HoursOfOperationAdmin(Admin):
    list_display = ["name", "time_zone", "open_now"]
    search_fields = ["name", "time_zone"]
    inlines = [OpeningHoursInline]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).prefetch_related("ranges")

    @admin.display(description=_("open now"), boolean=True)
    def open_now(self, hours: HoursOfOperation) -> bool:
        return hours.is_open(timezone.now())


class QueueTextInline(admin.TabularInline):  # type: ignore[type-arg]  # as above
    model = QueueText
    extra = 0


@admin.register(Queue)
class QueueAdmin(Admin):
    list_display = ["name", "public_name", "is_default", "is_open", "hours", "max_waiting", "connect_id"]
    list_select_related = ["hours"]
    inlines = [QueueTextInline]
    list_filter = ["is_open", "is_default"]
    search_fields = ["name", "public_name", "connect_id"]
    filter_horizontal = ["readers"]
    fieldsets = [
        (None, {"fields": ["name", "connect_id", "is_default"]}),
        (_("When it takes contacts"), {"fields": ["is_open", "hours", "max_waiting"]}),
        (_("Agents"), {"fields": ["previous_agent_seconds", "rescue", "rescue_seconds", "disposition_required"]}),
        (_("Customers who wait, and who fall silent"), {"fields": ["waiting_every", "nudge_after", "silent_after"]}),
        (
            _("What the customer sees"),
            {
                "fields": ["public_name", *(f"{kind}_text" for kind in Text.values)],
                "description": _("{Agent} becomes the agent's first name. An empty text is not said."),
            },
        ),
        (_("Who may read its contacts"), {"fields": ["readers"]}),
    ]

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """Contacts protect their queue; Django would say instead that nobody may delete contacts, and name none."""
        to_delete, counts, lacking, protected = super().get_deleted_objects(objs, request)
        return to_delete, counts, set() if protected else lacking, protected


# ---- what was said ---------------------------------------------------------------------------------------------------


def named(person: str) -> list[str]:
    """How somebody is searched for, by the field that leads to them."""
    return [f"{person}__{name}" for name in ("username", "first_name", "last_name")]


def who(item: Item) -> str:
    """Who spoke: the person, where we know one, else the name the customer saw."""
    author = serialisers.person(item.author)
    if author:
        return f"{author['name']} ({item.display_name or item.role})"
    return item.display_name or item.role or ""


def words(item: Item) -> str:
    """What was said; of an event its kind, of an attachment its file's name."""
    files = ", ".join(str(file.get("AttachmentName", "")) for file in item.attachments)
    return item.content or files or item.content_type.rpartition(".")[2]


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
        return who(item)

    @admin.display(description=_("what"))
    def what(self, item: Item) -> str:
        return words(item)


class OutgoingInline(ReadOnlyInline):
    model = OutboundMessage
    verbose_name_plural = _("what we said, and whether Amazon Connect took it")
    fields = ["created_at", "author", "kind", "content", "state", "because", "attempts"]
    joins = ("author",)
    order = ("position",)


class NoteInline(ReadOnlyInline):
    model = Note
    fields = ["created_at", "author", "text", "edited_at", "deleted_at"]
    joins = ("author",)
    order = ("created_at", "pk")


@admin.register(Conversation)
class ConversationAdmin(ReadOnlyAdmin):
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


class TransferInline(ReadOnlyInline):
    model = Transfer
    fields = ["asked_at", "sender", "to_name", "comment", "state", "because", "settled_at"]
    joins = ("sender",)
    order = ("asked_at", "pk")


class OfVisibleContacts(ReadOnlyAdmin):
    """Rows beside a contact: whoever may see that contact may see them."""

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).filter(contact__in=transcripts.visible_to(request.user).values("pk"))

    @admin.display(description=_("contact"), ordering="contact")
    def beside(self, row: Any) -> SafeString:
        address = reverse("admin:chats_contact_change", args=[row.contact_id])
        return format_html('<a href="{}">{}</a>', address, row.contact.conversation)


@admin.register(Note)
class NoteAdmin(OfVisibleContacts):
    """What colleagues told each other; a deleted one stands here without its words."""

    list_display = ["created_at", "author", "beside", "text", "edited_at", "deleted_at"]
    list_filter = ["contact__queue", "created_at"]
    list_select_related = ["author", "contact__conversation"]
    search_fields = ["text", "contact__id", "contact__conversation__customer_name", *named("author")]
    date_hierarchy = "created_at"
    ordering = ["-created_at"]
    fields = ["beside", "author", "text", "created_at", "edited_at", "deleted_at"]
    readonly_fields = ["beside"]


@admin.register(Transfer)
class TransferAdmin(OfVisibleContacts):
    """Who handed which contact on to whom, and what came of it."""

    list_display = ["asked_at", "sender", "beside", "to_name", "state", "because", "settled_at"]
    list_filter = ["state", "to_queue", "asked_at"]
    list_select_related = ["sender", "contact__conversation"]
    search_fields = ["to_name", "comment", "contact__id", "contact__conversation__customer_name", *named("sender")]
    date_hierarchy = "asked_at"
    ordering = ["-asked_at"]
    fields = ["beside", "round", "sender", "to_name", "comment", "state", "because", "asked_at", "settled_at"]
    readonly_fields = ["beside", "because"]


@admin.register(Contact)
class ContactAdmin(ReadOnlyAdmin):
    inlines = [TransferInline]
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
        "id",
        "conversation__initial_contact_id",
        "conversation__customer_name",
        *named("owner"),
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

    @admin.display(description=_("conversation"))
    def chain(self, contact: Contact) -> SafeString:
        address = reverse("admin:chats_conversation_change", args=[contact.conversation_id])
        return format_html('<a href="{}">{}</a>', address, contact.conversation)

    @admin.display(description=_("transcript"))
    def transcript(self, contact: Contact) -> SafeString:
        items = Item.objects.filter(conversation=contact.conversation_id, contact_id=contact.pk)
        ordered = items.select_related("author").order_by("absolute_time", "pk")
        rows = ((f"{item.absolute_time:%Y-%m-%d %H:%M:%S}", who(item), words(item)) for item in ordered)
        return format_html(
            "<table>{}</table>", format_html_join("", "<tr><td>{}</td><th>{}</th><td>{}</td></tr>", rows)
        )


@admin.register(RefusedCall)
class RefusedCallAdmin(ReadOnlyAdmin):
    """What Amazon Connect refuses the portal, and which permission its role lacks."""

    list_display = ["operation", "permission", "code", "last_at", "first_at"]
    search_fields = ["operation", "permission", "code", "message"]
    ordering = ["-last_at"]
    fields = ["operation", "permission", "code", "message", "first_at", "last_at"]


@admin.register(UnreadableMessage)
class UnreadableMessageAdmin(ReadOnlyAdmin):
    list_display = ["message_id", "why", "received_at"]
    search_fields = ["message_id", "why"]
    date_hierarchy = "received_at"
    ordering = ["-received_at"]
    fields = ["message_id", "why", "received_at", "body"]
