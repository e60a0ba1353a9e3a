"""A queue: where contacts wait, the rules of its routing, and its texts for the customer in the customer's language."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache

from django.contrib.auth.models import Group
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import translation
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _

from .hours import HoursOfOperation

A_DAY = 86_400
MAX_PHRASES = 4000  # characters of all phrases of a queue


class Text(models.TextChoices):
    """What a queue says to a customer, each a column `<name>_text` of the queue."""

    JOINED = "joined", _("joined")
    LEFT = "left", _("left")
    ENDED = "ended", _("ended")
    CLOSED = "closed", _("closed")
    FULL = "full", _("full")
    WAITING = "waiting", _("waiting")
    NUDGE = "nudge", _("nudge")
    SILENT = "silent", _("silent")
    RESCUE = "rescue", _("agent gone")
    BARGE = "barge", _("supervisor joined")


class Queue(models.Model):
    """Where contacts wait: Connect's queue, with the name and texts the customer sees and the rules of its routing."""

    class Abandons(models.TextChoices):
        """How service level counts customers who left before anybody answered them."""

        BY_TIME = "by_time", _("met if they left in time (Amazon Connect)")
        MISSED = "missed", _("never met")
        EXCLUDED = "excluded", _("not counted")

    class Rescue(models.TextChoices):
        WAIT = "wait", _("wait for the agent")
        REQUEUE = "requeue", _("back to the head of the queue")
        ATTENTION = "attention", _("a supervisor's attention")

    name = models.CharField(_("name"), max_length=127, unique=True)
    connect_id = models.CharField(
        _("Amazon Connect queue"), max_length=256, blank=True, help_text=_("Id or ARN of the queue in Amazon Connect")
    )
    is_default = models.BooleanField(_("default"), default=False, help_text=_("Takes what names no queue"))
    is_open = models.BooleanField(
        _("open"), default=True, help_text=_("The switch: off means closed, whatever the hours say")
    )
    hours = models.ForeignKey(
        HoursOfOperation,
        models.PROTECT,
        verbose_name=_("hours of operation"),
        null=True,
        blank=True,
        related_name="queues",
        help_text=_("None: at any time"),
    )
    max_waiting = models.PositiveIntegerField(_("maximum waiting"), default=100)
    previous_agent_seconds = models.PositiveIntegerField(
        _("wait for the previous agent"),
        default=0,
        validators=[MaxValueValidator(A_DAY)],
        help_text=_("Seconds a customer who returns is kept for the agent who served them, if that one is there"),
    )
    rescue = models.CharField(
        _("when the agent is gone for good"), max_length=16, choices=Rescue.choices, default=Rescue.REQUEUE
    )
    rescue_seconds = models.PositiveIntegerField(
        _("gone for good after"), default=300, help_text=_("Seconds after the last sign of life of the agent's desk")
    )
    disposition_required = models.BooleanField(_("disposition required"), default=False)
    answer_within = models.PositiveIntegerField(
        _("answer within"),
        default=60,
        validators=[MinValueValidator(1), MaxValueValidator(A_DAY)],
        help_text=_("Seconds; the service level is the share of contacts that left the queue within them"),
    )
    service_level_goal = models.PositiveSmallIntegerField(
        _("service level, goal"), default=80, validators=[MaxValueValidator(100)], help_text=_("Per cent")
    )
    service_level_minutes = models.PositiveSmallIntegerField(
        _("service level, window"),
        default=30,
        validators=[MinValueValidator(1), MaxValueValidator(60)],
        help_text=_("Minutes that are looked back, 1 to 60"),
    )
    service_level_abandons = models.CharField(
        _("customers who left"), max_length=16, choices=Abandons.choices, default=Abandons.BY_TIME
    )
    short_abandon_seconds = models.PositiveIntegerField(
        _("short abandons"),
        default=0,
        validators=[MaxValueValidator(A_DAY)],
        help_text=_("Customers who left within so many seconds are not counted; 0: all are"),
    )
    service_level_transfers = models.BooleanField(
        _("transfers count"),
        default=True,
        help_text=_("Contacts that came by transfer, or left to another queue, count like all others"),
    )
    waiting_every = models.PositiveIntegerField(
        _("waiting text every"), default=0, help_text=_("Seconds between two waiting texts; 0: never said")
    )
    nudge_after = models.PositiveIntegerField(
        _("nudge after"),
        default=0,
        help_text=_("Seconds without an answer of the customer since the agent's last message; 0: never"),
    )
    silent_after = models.PositiveIntegerField(
        _("end after"), default=0, help_text=_("Seconds without an answer since the nudge; 0: never")
    )
    public_name = models.CharField(_("public name"), max_length=256, help_text=_("The name the customer sees"))
    joined_text = models.CharField(_("joined"), max_length=500, blank=True, default=gettext_noop("{Agent} has joined."))
    left_text = models.CharField(_("left"), max_length=500, blank=True, default=gettext_noop("{Agent} has left."))
    ended_text = models.CharField(
        _("ended"), max_length=500, blank=True, default="", help_text=_("Said last when an agent ends the chat")
    )
    closed_text = models.CharField(
        _("closed"),
        max_length=500,
        default=gettext_noop("We are closed at the moment. Please come back later."),
    )
    full_text = models.CharField(
        _("full"),
        max_length=500,
        default=gettext_noop("All our agents are busy. Please try again in a few minutes."),
    )
    waiting_text = models.CharField(
        _("waiting"),
        max_length=500,
        blank=True,
        default=gettext_noop("Thank you for waiting. Your place in the queue: {position}."),
        help_text=_("{position}: the place in the queue; {wait}: how long it will probably take"),
    )
    nudge_text = models.CharField(_("nudge"), max_length=500, blank=True, default=gettext_noop("Are you still there?"))
    silent_text = models.CharField(
        _("silent"),
        max_length=500,
        blank=True,
        default=gettext_noop("We have not heard from you for a while and end this chat now."),
    )
    rescue_text = models.CharField(
        _("agent gone"), max_length=500, blank=True, default="", help_text=_("Said when the agent is gone for good")
    )
    barge_text = models.CharField(
        _("supervisor joined"),
        max_length=500,
        blank=True,
        default=gettext_noop("{Agent} has joined."),
        help_text=_("Said before a supervisor's first words in a chat"),
    )
    flag_phrases = models.TextField(
        _("phrases that call for help"),
        max_length=MAX_PHRASES,
        blank=True,
        default="",
        help_text=_("One a line. Where the customer writes one of them, a hand is raised by itself"),
    )
    readers = models.ManyToManyField(
        Group, verbose_name=_("readers"), blank=True, help_text=_("Groups that may read this queue's contacts")
    )

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["is_default"], condition=Q(is_default=True), name="one_default_queue")
        ]

    def __str__(self) -> str:
        return self.name

    def is_open_at(self, now: datetime) -> bool:
        """The switch is on, and the hours of operation, if there are any, say so."""
        return self.is_open and (self.hours is None or self.hours.is_open(now))

    def words(self, kind: Text, language: str = "", **values: object) -> str:
        """This text for a customer of this language, with {names} filled in; empty: nothing is to be said."""
        text = self._in(kind, language)
        for name, value in values.items():
            text = text.replace("{" + name + "}", str(value))
        return text.strip()

    def _in(self, kind: Text, language: str) -> str:
        wanted = languages_for(language)
        rows = dict(self.texts.filter(kind=kind, language__in=wanted).values_list("language", "text")) if wanted else {}
        return self.text_in(kind, wanted, rows)

    def text_in(self, kind: Text, wanted: Sequence[str], rows: Mapping[str, str]) -> str:
        """Our own words (`rows`, by language) in the first of these languages, else the queue's; untouched defaults
        through gettext.
        """
        own = next((rows[one] for one in wanted if one in rows), None)
        if own is not None:
            return own
        text = str(getattr(self, f"{kind}_text"))
        if not text or text != getattr(Queue(), f"{kind}_text"):
            return text
        with translation.override(wanted[-1] if wanted else None):
            return gettext(text)

    def flagged(self, text: str) -> str:
        """The phrase of this queue that the text holds, as whole words in any case; empty: none."""
        return phrase_in(self.flag_phrases, text)

    def is_called(self, name: str) -> bool:
        """By its id or ARN in Amazon Connect (an ARN ends with the id), or by its name here."""
        by_id = bool(self.connect_id) and _id_of(self.connect_id) == _id_of(name)
        return by_id or self.name == name


def languages_for(language: str) -> list[str]:
    """Whose words are looked for, for a customer of this language: de-AT, then de."""
    return [language.lower(), language.lower().partition("-")[0]] if language else []


def phrase_in(phrases: str, text: str) -> str:
    """The first of these phrases, one a line, that the text holds as whole words."""
    return next((phrase for phrase, pattern in _patterns(phrases) if pattern.search(text)), "")


@lru_cache(maxsize=512)
def _patterns(phrases: str) -> tuple[tuple[str, re.Pattern[str]], ...]:
    lines = [" ".join(line.split()) for line in phrases.splitlines()]
    return tuple((one, _pattern(one)) for one in lines if one)


def _pattern(phrase: str) -> re.Pattern[str]:
    words = r"\s+".join(re.escape(word) for word in phrase.split())
    return re.compile(rf"(?<!\w){words}(?!\w)", re.IGNORECASE)


def _id_of(reference: str) -> str:
    return reference.rpartition("/")[2] if reference.startswith("arn:") else reference


class QueueText(models.Model):
    """One of a queue's texts in another language than its own."""

    queue = models.ForeignKey(Queue, models.CASCADE, related_name="texts")
    kind = models.CharField(_("text"), max_length=16, choices=Text.choices)
    language = models.CharField(_("language"), max_length=16, help_text=_("As Connect writes it: de, or de-AT"))
    text = models.CharField(_("words"), max_length=500, blank=True)

    class Meta:
        ordering = ["kind", "language"]
        constraints = [models.UniqueConstraint(fields=["queue", "kind", "language"], name="a_text_once_per_language")]
        verbose_name = _("text in another language")
        verbose_name_plural = _("texts in other languages")

    def __str__(self) -> str:
        return f"{self.queue}: {self.kind} ({self.language})"

    def save(self, *args: object, **kwargs: object) -> None:
        """Languages are compared in small letters."""
        self.language = self.language.lower()
        super().save(*args, **kwargs)  # type: ignore[arg-type]  # handed through as they came
