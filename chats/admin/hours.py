"""Hours of operation: the week as one table, holidays, and a time zone that is chosen."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import time
from functools import lru_cache
from itertools import pairwise
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from chats.models import Holiday, HoursOfOperation, OpeningHours, Queue

from .base import Admin, RowsInline, links

Weekday = OpeningHours.Weekday
DAYS = [f"day_{day.value}" for day in Weekday]
RANGE = re.compile(r"^(\d{1,2})(?::(\d{2}))?\s*[-\u2013\u2014]\s*(\d{1,2})(?::(\d{2}))?$")  # a hyphen or a dash
Ranges = list[tuple[time, time]]


def read_ranges(text: str) -> Ranges:
    """“08:00-12:00, 13:00-18:00” as times; ValidationError says how it is written."""
    found = [_read(one.strip()) for one in re.split(r"[,;]", text) if one.strip()]
    found.sort()
    for (_opens, closes), (next_opens, _closes) in pairwise(found):
        if closes <= _opens or next_opens < closes:
            raise forms.ValidationError(_("Two of these times overlap."))
    return found


def _read(text: str) -> tuple[time, time]:
    wrong = forms.ValidationError(
        _("“%(text)s” cannot be read: write it like 08:00-12:00, 13:00-18:00; empty is closed."), params={"text": text}
    )
    parts = RANGE.match(text)
    if parts is None:
        raise wrong
    hours = [int(parts[1]), int(parts[3])]
    minutes = [int(parts[2] or 0), int(parts[4] or 0)]
    if hours[1] == 24 and not minutes[1]:
        hours[1] = 0  # midnight: on the next day
    try:
        return time(hours[0], minutes[0]), time(hours[1], minutes[1])
    except ValueError:
        raise wrong from None


def told(ranges: Sequence[OpeningHours]) -> str:
    return ", ".join(f"{one.opens:%H:%M}-{one.closes:%H:%M}" for one in ranges)


@lru_cache(maxsize=1)
def time_zones() -> list[Any]:
    """UTC, then the places by continent."""
    found: dict[str, list[tuple[str, str]]] = {}
    for name in sorted(available_timezones()):
        continent, slash, place = name.partition("/")
        if slash and continent not in {"Etc", "SystemV", "posix", "right"}:
            found.setdefault(continent, []).append((name, place.replace("_", " ")))
    return [("UTC", "UTC"), *found.items()]


class HoursForm(forms.ModelForm):  # type: ignore[type-arg]  # Django's class takes no parameter at run time
    """The week is one field for each day; `save_week` makes its rows of them."""

    time_zone = forms.ChoiceField(
        label=_("Time zone"),
        choices=time_zones,
        initial="UTC",
        error_messages={"invalid_choice": _("There is no time zone “%(value)s”: write it like Europe/Berlin or UTC.")},
        help_text=_("The wall clock that the times below are read on; summer time is followed."),
    )

    class Meta:
        model = HoursOfOperation
        fields = ["name", "time_zone"]

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        kept = self.instance.time_zone
        field = self.fields["time_zone"]
        if kept and kept not in available_timezones():
            field.choices = [(kept, kept), *time_zones()]  # type: ignore[attr-defined]  # a ChoiceField
        rows = list(self.instance.ranges.all()) if self.instance.pk else []
        for day, name in zip(Weekday, DAYS, strict=True):
            self.initial[name] = told([one for one in rows if one.weekday == day])

    def save_week(self, hours: HoursOfOperation) -> None:
        for day, name in zip(Weekday, DAYS, strict=True):
            if name in self.changed_data:
                hours.ranges.filter(weekday=day).delete()
                hours.ranges.bulk_create(
                    OpeningHours(hours=hours, weekday=day, opens=opens, closes=closes)
                    for opens, closes in self.cleaned_data[name]
                )


class DayField(forms.CharField):
    def clean(self, value: Any) -> Any:
        return read_ranges(super().clean(value))


for _day, _name in zip(Weekday, DAYS, strict=True):
    _field = DayField(
        label=_day.label,
        required=False,
        max_length=120,
        widget=forms.TextInput(attrs={"placeholder": _("closed"), "size": 30}),
    )
    HoursForm.base_fields[_name] = HoursForm.declared_fields[_name] = _field


class HolidayInline(RowsInline):
    model = Holiday
    extra = 1


@admin.register(HoursOfOperation)
class HoursOfOperationAdmin(Admin):
    form = HoursForm
    list_display = ["name", "time_zone", "open_now", "used_by"]
    search_fields = ["name", "time_zone"]
    inlines = [HolidayInline]
    fieldsets = [
        (None, {"fields": ["name", "time_zone"]}),
        (
            _("The week"),
            {
                "fields": [*DAYS],
                "description": _(
                    "From-to, several with commas: 08:00-12:00, 13:00-18:00. 22:00-06:00 ends on the next day."
                ),
            },
        ),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = super().get_queryset(request).prefetch_related("ranges", "holidays")
        counted: QuerySet[Any] = rows.annotate(queue_count=Count("queues"))
        return counted

    def content(self, request: HttpRequest, stored: HoursOfOperation) -> dict[str, Any]:
        rows = list(stored.ranges.all())
        week = {str(day.label): told([one for one in rows if one.weekday == day]) for day in Weekday}
        return {**super().content(request, stored), **week}

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        form.save_week(form.instance)

    def in_use(self, request: HttpRequest, objs: Sequence[Any]) -> list[SafeString | str]:  # noqa: ARG002 -- as Admin has it
        return links(Queue.objects.filter(hours__in=objs))

    @admin.display(description=_("open now"), boolean=True)
    def open_now(self, hours: HoursOfOperation) -> bool:
        return hours.is_open(timezone.now())

    @admin.display(description=_("queues"), ordering="queue_count")
    def used_by(self, hours: Any) -> int:
        return int(hours.queue_count)
