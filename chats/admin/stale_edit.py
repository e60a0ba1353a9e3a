"""Two people edit one object: who saves second is told what the first one changed, instead of undoing it without knowing.

The form carries a digest of each value that was shown. When the object says something else on saving, nothing is saved,
the page names what differs, and saving once more is a decision. `Admin` has it, so that every page that is edited does.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpRequest
from django.utils import formats, timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from django.db.models import Field, Model

    Base = admin.ModelAdmin[Any]
else:
    Base = admin.ModelAdmin

SHOWN = "_shown"  # the field of the page's form: {name: digest}, as JSON
LONGEST_VALUE = 80  # characters of a value that the page names
Content = dict[str, Any]


class StaleEditAdmin(Base):
    """A ModelAdmin whose form refuses what was made of an object that has changed since."""

    change_form_template = "admin/object_form.html"

    def content(self, request: HttpRequest, stored: Any) -> Content:
        """What the page lets one edit, by what the page calls it. `stored`: the object as it is kept now."""
        names = super().get_form(request, stored).base_fields
        fields = [one for one in stored._meta.get_fields() if one.name in names and not one.auto_created]  # noqa: SLF001 -- Django's own name
        found: Content = {str(capfirst(one.verbose_name)): _value(one, stored) for one in fields}
        for inline in self.get_inline_instances(request, stored):
            if inline.has_change_permission(request, stored):
                rows = inline.model._default_manager.filter(**{_key_of(inline, stored): stored}).order_by("pk")  # noqa: SLF001 -- Django's own name
                found[str(capfirst(str(inline.verbose_name_plural)))] = [_row(one) for one in rows]
        return found

    def get_form(self, request: HttpRequest, obj: Any | None = None, change: bool = False, **more: Any) -> Any:
        form = super().get_form(request, obj, change=change, **more)
        shown = request.POST.get(SHOWN) if request.method == "POST" else None
        if obj is None or not shown:
            return form
        differing = self._differing(request, obj, _read(shown))
        return _never_valid(form, [self._who_saved(obj), *differing]) if differing else form

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **more: Any) -> Any:
        obj = more.get("obj")
        if obj is not None and obj.pk is not None:
            stored = type(obj)._default_manager.get(pk=obj.pk)  # noqa: SLF001 -- Django's own name
            context["shown"] = json.dumps(_digests(self.content(request, stored)))
        return super().render_change_form(request, context, *args, **more)

    def _differing(self, request: Any, obj: Any, shown: dict[str, str]) -> list[str]:
        """The row is held until the transaction of the page ends: of two who save at once the second one sees the first's."""
        if not hasattr(request, "differing"):
            request.differing = []  # Django asks for the form to learn its fields
            stored = type(obj)._default_manager.select_for_update(no_key=True, of=("self",)).get(pk=obj.pk)  # noqa: SLF001 -- Django's own name
            content = self.content(request, stored)
            now = _digests(content)
            request.differing = [_now(name, content[name]) for name in now if now[name] != shown.get(name, now[name])]
        found: list[str] = request.differing
        return found

    def _who_saved(self, obj: Model) -> str:
        """Who saved it last, and when, as the admin's log has it."""
        kind = ContentType.objects.get_for_model(obj)
        last = LogEntry.objects.filter(content_type=kind, object_id=str(obj.pk), action_flag=CHANGE)
        entry = last.select_related("user").order_by("-action_time").first()
        if entry is None:
            return _(
                "Somebody has changed this meanwhile. Nothing of yours is saved; save again to replace what is new."
            )
        name = entry.user.get_full_name() or entry.user.get_username()
        at = formats.time_format(timezone.localtime(entry.action_time))
        told = _("%(name)s has changed this at %(time)s. Nothing of yours is saved; save again to replace what is new.")
        return told % {"name": name, "time": at}


def _never_valid(form: Any, told: list[str]) -> Any:
    class Stale(form):  # type: ignore[misc]  # a class made by Django just now
        def clean(self) -> None:
            super().clean()
            raise ValidationError([ValidationError(one, code="stale") for one in told])

    return Stale


def _now(name: str, value: Any) -> str:
    if isinstance(value, list):
        value = ", ".join(value) if all(isinstance(one, str) for one in value) else len(value)
    elif isinstance(value, bool):
        value = _("yes") if value else _("no")
    text = str(value)
    short = text if len(text) <= LONGEST_VALUE else text[:LONGEST_VALUE] + "…"
    return _("Now: %(field)s: %(value)s") % {"field": name, "value": short or _("empty")}


def _read(shown: str) -> dict[str, str]:
    """What a page sent; anything else says nothing."""
    try:
        found = json.loads(shown)
    except ValueError:
        found = None
    return found if isinstance(found, dict) else {}


def _key_of(inline: Any, stored: Model) -> str:
    fields = inline.model._meta.concrete_fields  # noqa: SLF001 -- Django's own name
    return str(next(one.name for one in fields if one.remote_field and isinstance(stored, one.related_model)))


def _value(field: Any, stored: Model) -> Any:
    value = field.value_from_object(stored)
    if field.many_to_many:
        return sorted(str(one) for one in value)
    if field.remote_field and value is not None:
        return str(getattr(stored, field.name))
    return value


def _row(row: Model) -> dict[str, Any]:
    fields: list[Field[Any, Any]] = list(row._meta.concrete_fields)  # noqa: SLF001 -- Django's own name
    return {one.name: one.value_from_object(row) for one in fields}


def _digests(content: Content) -> dict[str, str]:
    return {name: _digest(value) for name, value in content.items()}


def _digest(value: Any) -> str:
    text = json.dumps(value, cls=DjangoJSONEncoder, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:12]
