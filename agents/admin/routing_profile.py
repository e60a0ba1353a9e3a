"""Routing profiles and the queues they serve."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from agents.models import Agent, AgentState, RoutingProfile, RoutingProfileQueue
from chats.admin import Admin, RowsInline, links
from chats.admin.base import NAMED_IN_THE_WAY

from .telling import tell


class ServedQueues(forms.BaseInlineFormSet):  # type: ignore[type-arg]  # Django's class takes no parameter at run time
    def clean(self) -> None:
        """Agents of a profile without queues would wait for ever."""
        super().clean()
        kept = [form for form in self.forms if form.has_changed() or form.instance.pk]
        if not any(getattr(form, "cleaned_data", None) and not form.cleaned_data.get("DELETE") for form in kept):
            raise forms.ValidationError(
                _("Name at least one queue: without any, its agents are never offered a contact.")
            )


class RoutingProfileQueueInline(RowsInline):
    model = RoutingProfileQueue
    formset = ServedQueues
    extra = 1
    joins = ("routing_profile", "queue")
    verbose_name = _("queue")
    verbose_name_plural = _("queues, the lowest priority number first, after the delay")


class RoutingProfileForm(forms.ModelForm):  # type: ignore[type-arg]  # as above
    class Meta:
        model = RoutingProfile
        fields = [
            "name",
            "chat_concurrency",
            "auto_accept",
            "grace_seconds",
            "absence",
            "absence_state",
            "acw",
            "acw_seconds",
            "acw_holds_slot",
        ]

    def clean_absence_state(self) -> AgentState | None:
        state: AgentState | None = self.cleaned_data["absence_state"]
        if state is not None and state.is_routable:
            raise forms.ValidationError(_("Somebody who is not there cannot be routed to: choose another state."))
        return state


@admin.register(RoutingProfile)
class RoutingProfileAdmin(Admin):
    list_display = ["name", "chat_concurrency", "serves", "auto_accept", "absence", "acw", "used_by"]
    help_texts = {
        "name": _("What administrators and supervisors choose for an agent"),
        "chat_concurrency": _("So many contacts are offered to one agent at once; a person may have another number."),
        "acw_holds_slot": _("While an agent wraps up, one contact less is offered to them."),
        "absence": _("What becomes of the state of an agent whose last desk was closed, after the grace time"),
    }
    search_fields = ["name", "queues__name"]
    inlines = [RoutingProfileQueueInline]
    form = RoutingProfileForm
    fieldsets = [
        (None, {"fields": ["name", "chat_concurrency", "auto_accept"]}),
        (_("When no desk of an agent is open"), {"fields": ["grace_seconds", "absence", "absence_state"]}),
        (_("After contact work"), {"fields": ["acw", "acw_seconds", "acw_holds_slot"]}),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        counted: QuerySet[Any] = super().get_queryset(request).annotate(agent_count=Count("agents"))
        listed: QuerySet[Any] = counted.prefetch_related("queues")
        return listed

    def in_use(self, request: HttpRequest, objs: Sequence[Any]) -> list[SafeString | str]:  # noqa: ARG002 -- as Admin has it
        agents = Agent.objects.filter(routing_profile__in=objs).select_related("user")
        more = agents.count() - NAMED_IN_THE_WAY
        told = ngettext("%(count)d more agent", "%(count)d more agents", more) % {"count": more}
        return [*links(one.user for one in agents[:NAMED_IN_THE_WAY]), *([told] if more > 0 else [])]

    @admin.display(description=_("agents"), ordering="agent_count")
    def used_by(self, profile: Any) -> int:
        return int(profile.agent_count)

    @admin.display(description=_("queues"))
    def serves(self, profile: RoutingProfile) -> str:
        return ", ".join(queue.name for queue in profile.queues.all())

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        tell(Agent.objects.filter(routing_profile=form.instance))
