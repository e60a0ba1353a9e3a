"""The pages *Import* and *Export* beside a list of the admin: a look first, which says what would change and what is wrong."""

from __future__ import annotations

from typing import ClassVar

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chats.admin import Admin

from .reading import MOST_BYTES, Line, Problem, decoded, read, written
from .table import Checked, Table

MOST_NAMED = 100  # problems on the page


class FileForm(forms.Form):
    file = forms.FileField(label=gettext_lazy("CSV file"), required=False)
    text = forms.CharField(widget=forms.HiddenInput, required=False, max_length=MOST_BYTES, strip=False)


class TableAdmin(Admin):
    """Whoever may add and change may import; whoever may view may export."""

    change_list_template = "admin/tables/change_list.html"
    table: ClassVar[type[Table]]

    def get_urls(self) -> list[URLPattern]:
        name = f"{self.opts.app_label}_{self.opts.model_name}"
        ours = [
            path("import/", self.admin_site.admin_view(self.import_view), name=f"{name}_import"),
            path("export/", self.admin_site.admin_view(self.export_view), name=f"{name}_export"),
        ]
        return [*ours, *super().get_urls()]

    def export_view(self, request: HttpRequest) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        table = self.table()
        rows = self.get_queryset(request).order_by("pk")
        answer = HttpResponse(written(table.columns, table.rows(rows)), content_type="text/csv; charset=utf-8")
        answer["Content-Disposition"] = f'attachment; filename="{self.opts.model_name}.csv"'
        return answer

    def import_view(self, request: HttpRequest) -> HttpResponse:
        """Once with a file, to look; once more with its text, to do it. It is checked both times."""
        if not (self.has_add_permission(request) and self.has_change_permission(request)):
            raise PermissionDenied
        table, form = self.table(), FileForm(request.POST or None, request.FILES or None)
        context = {"form": form, "table": table}
        if request.method != "POST":
            return self._import_page(request, context)
        if not form.is_valid():
            return self._import_page(request, context)
        text, lines, problems = self._read(form, table)
        checked = Checked(problems) if problems else table.check(lines)
        if "do" in request.POST and not checked.problems:
            table.apply([*checked.new, *checked.changed])
            told = _("%(new)d new, %(changed)d changed, %(same)d as before.")
            numbers = {"new": len(checked.new), "changed": len(checked.changed), "same": checked.same}
            messages.success(request, told % numbers)
            return redirect(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist")
        return self._import_page(request, {**context, "checked": checked, "text": text})

    def _read(self, form: FileForm, table: Table) -> tuple[str, list[Line], list[Problem]]:
        file = form.cleaned_data["file"]
        text, problems = form.cleaned_data["text"], list[Problem]()
        if file is not None:
            text, problems = decoded(file.read(MOST_BYTES + 1))
        lines: list[Line] = []
        if not problems:
            lines, problems = read(text, table.columns, table.required)
        return text, lines, problems

    def _import_page(self, request: HttpRequest, more: dict[str, object]) -> HttpResponse:
        checked = more.get("checked")
        problems = checked.problems if isinstance(checked, Checked) else []
        context = {
            **self.admin_site.each_context(request),
            "title": _("Import: %(what)s") % {"what": capfirst(self.opts.verbose_name_plural)},
            "opts": self.opts,
            "media": self.media,
            "named": problems[:MOST_NAMED],
            "more": max(0, len(problems) - MOST_NAMED),
            **more,
        }
        return TemplateResponse(request, "admin/tables/import.html", context)
