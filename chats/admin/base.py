"""What the pages of the admin have in common, here and in `agents.admin`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import ManyToManyField, Model, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy, ngettext

from chats import transcripts
from chats.models import Contact

from .stale_edit import StaleEditAdmin

NAMED_IN_THE_WAY = 20  # contacts that a page names when they keep something from being deleted


def plain_text(text: str) -> SafeString:
    """What somebody wrote: its lines stay lines, and a word longer than the column is broken."""
    return format_html('<span class="plain-text" dir="auto">{}</span>', text)


def searched_by(person: str) -> list[str]:
    """How somebody is searched for, by the field that leads to them."""
    return [f"{person}__{name}" for name in ("username", "first_name", "last_name")]


def link(contact: Contact) -> SafeString:
    address = reverse("admin:chats_contact_change", args=[contact.pk])
    return format_html('<a href="{}">{}</a>', address, contact)


def links(rows: Iterable[Model]) -> list[SafeString | str]:
    """These rows, at most `NAMED_IN_THE_WAY`, each a link to its page: “routing profile: Chat”."""
    found: list[SafeString | str] = []
    for row in list(rows)[:NAMED_IN_THE_WAY]:
        meta = row._meta  # noqa: SLF001 -- Django's own name
        address = reverse(f"admin:{meta.app_label}_{meta.model_name}_change", args=[row.pk])
        found.append(format_html('{}: <a href="{}">{}</a>', capfirst(meta.verbose_name), address, row))
    return found


def still_used(request: HttpRequest, contacts: QuerySet[Contact]) -> list[SafeString | str]:
    """What stands in the way of deleting what these contacts refer to, as a page of Django's shows it.

    Django would load and name them all, also those that this user may not see.
    """
    total = contacts.count()
    named: list[SafeString | str] = []
    if request.user.has_perm("chats.view_contact"):
        visible = contacts.filter(pk__in=transcripts.visible_to(request.user).values("pk"))
        newest = visible.select_related("conversation").order_by("-handed_over_at", "pk")[:NAMED_IN_THE_WAY]
        named = [link(contact) for contact in newest]
    more = total - len(named)
    if more:
        named.append(ngettext("%(count)s contact", "%(count)s contacts", more) % {"count": f"{more:,}"})
    return named


class ReadOnly:
    """Nobody adds, changes or deletes here: what happened, happened."""

    def has_add_permission(self, _request: HttpRequest, _obj: Any = None) -> bool:
        return False

    def has_change_permission(self, _request: HttpRequest, _obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, _request: HttpRequest, _obj: Any = None) -> bool:
        return False

    @admin.display(description=gettext_lazy("why"), ordering="why")
    def because(self, row: Any) -> str:
        """A row's `why`, in the reader's language."""
        told: str = row.why.translated()
        return told and plain_text(told)


class Admin(StaleEditAdmin):
    list_per_page = 50
    show_full_result_count = False  # one COUNT of the whole table less

    formfield_overrides = {ManyToManyField: {"widget": forms.CheckboxSelectMultiple}}
    help_texts: Mapping[str, Any] = {}  # what a field does to a customer or an agent, where the model does not say

    class Media:
        css = {"all": ["chats/admin.css"]}

    def get_form(self, request: HttpRequest, obj: Any | None = None, change: bool = False, **more: Any) -> Any:
        told = {"help_texts": self.help_texts} if self.help_texts else {}
        return super().get_form(request, obj, change=change, **{**told, **more})

    def in_use(self, request: HttpRequest, objs: Sequence[Any]) -> list[SafeString | str]:  # noqa: ARG002 -- for who overrides it
        """What stands in the way of deleting these, by name; empty: nothing does."""
        return []

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """What is in use is not deleted, and the page says by whom."""
        named = self.in_use(request, objs)
        return ([], {}, set(), named) if named else super().get_deleted_objects(objs, request)


class ReadOnlyAdmin(ReadOnly, Admin):
    """Shown, never edited: nothing can be stale."""

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **more: Any) -> Any:
        return admin.ModelAdmin.render_change_form(self, request, context, *args, **more)


class OfVisibleContacts(ReadOnlyAdmin):
    """Rows beside a contact: whoever may see that contact may see them."""

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: QuerySet[Any] = super().get_queryset(request)
        if request.user.has_perm("chats.view_contact"):
            return rows  # all of them: a database would join them to say so
        return rows.filter(contact__in=transcripts.visible_to(request.user).values("pk"))

    @admin.display(description=gettext_lazy("contact"), ordering="contact")
    def beside(self, row: Any) -> SafeString:
        address = reverse("admin:chats_contact_change", args=[row.contact_id])
        return format_html('<a href="{}">{}</a>', address, row.contact.conversation)


class RowsInline(admin.TabularInline):  # type: ignore[type-arg]  # Django's class takes no parameter at run time
    """Rows of the object that the page is about. Django names each by `str()`, which often names the object: one query."""

    extra = 0
    joins: tuple[str, ...] = ()

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = super().get_queryset(request)
        return rows.select_related(*self.joins) if self.joins else rows

    def formfield_for_dbfield(self, db_field: Any, request: Any, **more: Any) -> Any:
        """A control in a table has no label of its own: the head of its column is its name."""
        field: Any = super().formfield_for_dbfield(db_field, request, **more)
        if field is not None:
            getattr(field.widget, "widget", field.widget).attrs["aria-label"] = capfirst(field.label)
        return field
