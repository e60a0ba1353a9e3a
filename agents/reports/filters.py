"""What of the past is asked for: by day, agent, queue and disposition, from the address of a page."""

from __future__ import annotations

import zoneinfo
from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.contrib.auth import get_user_model
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from agents.models import AgentContact, Disposition
from chats.models import Contact, Queue


def _day() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class PersonField(forms.ModelChoiceField):  # type: ignore[type-arg]  # Django's class takes no parameter at run time
    def label_from_instance(self, obj: Any) -> str:
        return str(obj.get_full_name() or obj.get_username())


class PastFilter(forms.Form):
    """Days are those of the reader's time zone, which a script fills in. What is wrong is said beside it and filters nothing."""

    since = forms.DateField(label=_("From"), required=False, widget=_day())
    until = forms.DateField(label=_("To"), required=False, widget=_day())
    queue = forms.ModelChoiceField(
        label=_("Queue"), required=False, empty_label=_("Every queue"), queryset=Queue.objects.order_by("name")
    )
    disposition = forms.ModelChoiceField(
        label=_("Disposition"), required=False, empty_label=_("Any"), queryset=Disposition.objects.all()
    )
    zone = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)

    def clean_zone(self) -> zoneinfo.ZoneInfo | None:
        """None: the server's."""
        try:
            return zoneinfo.ZoneInfo(self.cleaned_data["zone"])
        except (KeyError, ValueError, OSError):  # not one that this machine knows
            return None

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        since, until = cleaned.get("since"), cleaned.get("until")
        if since and until and since > until:
            self.add_error("until", _("This day is before the first one."))
        return cleaned

    @property
    def is_set(self) -> bool:
        return any(self[name].data for name in self.fields if name != "zone")

    def when(self) -> Q:
        """Between these days, both whole."""
        chosen = self._chosen()
        zone = chosen.get("zone") or timezone.get_default_timezone()
        found = Q()
        if since := chosen.get("since"):
            found &= Q(ended_at__gte=datetime.combine(since, time.min, zone))
        if until := chosen.get("until"):
            found &= Q(ended_at__lt=datetime.combine(until + timedelta(days=1), time.min, zone))
        return found

    def parts(self, parts: QuerySet[AgentContact]) -> QuerySet[AgentContact]:
        """Those of these parts in contacts that are asked for."""
        chosen = self._chosen()
        if queue := chosen.get("queue"):
            parts = parts.filter(contact__queue=queue)
        if disposition := chosen.get("disposition"):
            parts = parts.filter(disposition=disposition)
        return parts.filter(self.when())

    def _chosen(self) -> dict[str, Any]:
        """What is right of it."""
        self.is_valid()
        return self.cleaned_data


class FloorFilter(PastFilter):
    """By agent as well: whoever served a contact, also before somebody else did."""

    agent = PersonField(
        label=_("Agent"),
        required=False,
        empty_label=_("Every agent"),
        queryset=get_user_model().objects.filter(agent__isnull=False).order_by("first_name", "last_name", "username"),
    )
    field_order = ("since", "until", "agent", "queue", "disposition", "zone")

    def contacts(self, contacts: QuerySet[Contact]) -> QuerySet[Contact]:
        """Those of these ended contacts that are asked for."""
        chosen = self._chosen()
        if queue := chosen.get("queue"):
            contacts = contacts.filter(queue=queue)
        if disposition := chosen.get("disposition"):
            of = AgentContact.objects.filter(disposition=disposition)
            contacts = contacts.filter(pk__in=of.values("contact"))
        if agent := chosen.get("agent"):
            served = AgentContact.objects.filter(agent__user=agent, accepted_at__isnull=False)
            contacts = contacts.filter(pk__in=served.values("contact"))
        return contacts.filter(self.when())
