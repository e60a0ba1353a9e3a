"""Hours of operation: when queues are open, week by week. The arithmetic is in `chats.hours`."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from chats import hours
from chats.hours import Range


def check_time_zone(name: str) -> None:
    """A name of the IANA database; it may come and go with the machine, so that it is no list of choices."""
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise ValidationError(
            _("There is no time zone “%(name)s”: write it like Europe/Berlin or UTC."), params={"name": name}
        ) from None


class HoursOfOperation(models.Model):
    """When queues are open, week by week (Connect's hours of operation)."""

    name = models.CharField(_("name"), max_length=127, unique=True)
    time_zone = models.CharField(_("time zone"), max_length=64, default="UTC", validators=[check_time_zone])

    class Meta:
        ordering = ["name"]
        verbose_name = _("hours of operation")
        verbose_name_plural = _("hours of operation")

    def __str__(self) -> str:
        return self.name

    def is_open(self, now: datetime) -> bool:
        ranges = [hours.Range(row.weekday, row.opens, row.closes) for row in self.ranges.all()]
        return hours.is_open(now, self.time_zone, ranges, {day.date: day.ranges for day in self.holidays.all()})


class OpeningHours(models.Model):
    """One range of a week."""

    class Weekday(models.IntegerChoices):
        MONDAY = 0, _("Monday")
        TUESDAY = 1, _("Tuesday")
        WEDNESDAY = 2, _("Wednesday")
        THURSDAY = 3, _("Thursday")
        FRIDAY = 4, _("Friday")
        SATURDAY = 5, _("Saturday")
        SUNDAY = 6, _("Sunday")

    hours = models.ForeignKey(HoursOfOperation, models.CASCADE, related_name="ranges")
    weekday = models.PositiveSmallIntegerField(_("weekday"), choices=Weekday.choices)
    opens = models.TimeField(_("opens"))
    closes = models.TimeField(_("closes"), help_text=_("Not later than it opens: on the next day"))

    class Meta:
        ordering = ["weekday", "opens"]
        verbose_name = _("opening hours")
        verbose_name_plural = _("opening hours")

    def __str__(self) -> str:
        return f"{self.Weekday(self.weekday).label} {self.opens:%H:%M}-{self.closes:%H:%M}"


class Holiday(models.Model):
    """A day that is not as its weekday: closed, or open for a time of its own."""

    hours = models.ForeignKey(HoursOfOperation, models.CASCADE, related_name="holidays")
    date = models.DateField(_("day"))
    name = models.CharField(_("name"), max_length=80, blank=True)
    opens = models.TimeField(_("opens"), null=True, blank=True, help_text=_("Both empty: closed all day"))
    closes = models.TimeField(
        _("closes"), null=True, blank=True, help_text=_("Not later than it opens: on the next day")
    )

    class Meta:
        ordering = ["date"]
        verbose_name = _("holiday")
        verbose_name_plural = _("holidays")
        constraints = [models.UniqueConstraint(fields=["hours", "date"], name="a_holiday_once")]

    def __str__(self) -> str:
        return f"{self.date:%Y-%m-%d} {self.name}".strip()

    def clean(self) -> None:
        if (self.opens is None) != (self.closes is None):
            raise ValidationError(_("Write both times, or none for a day that is closed."))

    @property
    def ranges(self) -> list[Range]:
        if self.opens is None or self.closes is None or self.date is None:
            return []
        return [Range(self.date.weekday(), self.opens, self.closes)]
