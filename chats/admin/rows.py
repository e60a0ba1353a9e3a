"""Rows on the page of what they belong to: the newest few there, all of them page by page behind a link.

A conversation can have a hundred thousand items. Its page shows the newest `TAIL`, as every list of rows here does, and
`RowsAdmin.rows_view` shows the rest, `PAGE` at a time.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from django.contrib import admin
from django.contrib.admin.utils import display_for_field, display_for_value, label_for_field, lookup_field, unquote
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.forms import BaseInlineFormSet
from django.http import Http404, HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.safestring import SafeString

from .base import ReadOnly, ReadOnlyAdmin

TAIL = 50  # the newest rows, on the page of what they belong to
PAGE = 100  # rows, where all of them are


class Tail(BaseInlineFormSet):  # type: ignore[type-arg]  # Django's class takes no parameter at run time
    """The newest rows in their order, and whether there are more."""

    more = False

    def get_queryset(self) -> Any:
        """Django asks again and again, and takes a list as well."""
        if not hasattr(self, "_queryset"):
            self._queryset, self.more = newest(super().get_queryset())
        return self._queryset


def newest(rows: QuerySet[Any]) -> tuple[list[Any], bool]:
    """The end of these ordered rows, and whether it is not all."""
    found = list(rows.reverse()[: TAIL + 1])
    return found[:TAIL][::-1], len(found) > TAIL


class ReadOnlyInline(ReadOnly, admin.TabularInline):  # type: ignore[type-arg]  # as above
    """A part of the page it stands on: whoever may see that page may see this."""

    extra = 0
    can_delete = False
    show_change_link = False
    formset = Tail
    template = "admin/rows/tail.html"
    joins: ClassVar[tuple[str, ...]] = ()
    order: ClassVar[tuple[str, ...]] = ("pk",)

    @property
    def part(self) -> str:
        """Its name in the address of all its rows."""
        return str(self.opts.model_name)

    def has_view_permission(self, _request: HttpRequest, _obj: Any = None) -> bool:
        return True

    def get_readonly_fields(self, _request: HttpRequest, _obj: Any = None) -> list[str]:
        return [str(name) for name in self.fields or ()]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        found = super().get_queryset(request).order_by(*self.order)
        return found.select_related(*self.joins) if self.joins else found

    def table(self, rows: Iterable[Any]) -> SafeString:
        """These rows in the columns that they have on the page they belong to."""
        names = [str(name) for name in self.fields or ()]
        heads = [label_for_field(name, self.model, self) for name in names]
        body = [[self._cell(row, name) for name in names] for row in rows]
        return render_to_string("admin/rows/table.html", {"heads": heads, "rows": body})

    def _cell(self, row: Any, name: str) -> str:
        field, _attribute, value = lookup_field(name, row, self)
        empty = self.get_empty_value_display()
        return display_for_value(value, empty) if field is None else display_for_field(value, field, empty)


class RowsAdmin(ReadOnlyAdmin):
    """Has inlines of which only the newest rows are on its page, and a page for all rows of each."""

    def get_urls(self) -> list[URLPattern]:
        name = f"{self.opts.app_label}_{self.opts.model_name}_rows"
        view = self.admin_site.admin_view(self.rows_view)
        urls: list[URLPattern] = super().get_urls()
        return [path("<path:object_id>/rows/<slug:part>/", view, name=name), *urls]

    def rows_of(self, request: HttpRequest, owner: Any, part: str) -> tuple[ReadOnlyInline, QuerySet[Any]]:
        """The inline that draws these rows, and all of them. The key to their owner is named after its model."""
        for inline in self.get_inline_instances(request, owner):
            if isinstance(inline, ReadOnlyInline) and inline.part == part:
                return inline, inline.get_queryset(request).filter(**{str(self.opts.model_name): owner})
        raise Http404

    def rows_view(self, request: HttpRequest, object_id: str, part: str) -> HttpResponse:
        """All rows of a part, the oldest first."""
        owner = self.get_object(request, unquote(object_id))
        if not self.has_view_permission(request, owner):
            raise PermissionDenied
        if owner is None:
            raise Http404
        inline, rows = self.rows_of(request, owner, part)
        page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
        context = {
            **self.admin_site.each_context(request),
            "title": inline.verbose_name_plural,
            "subtitle": str(owner),
            "opts": self.opts,
            "original": owner,
            "page": page,
            "pages": page.paginator.get_elided_page_range(page.number),
            "table": inline.table(page),
            "media": self.media,
        }
        return TemplateResponse(request, "admin/rows/all.html", context)
