"""The states that agents choose from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agents.models import Agent, AgentState, RoutingProfile
from chats.admin import Admin, links

from .telling import tell

NEEDED = (AgentState.Type.ROUTABLE, AgentState.Type.OFFLINE)


class AgentStateForm(forms.ModelForm):  # type: ignore[type-arg]  # Django's class takes no parameter at run time
    class Meta:
        model = AgentState
        fields = ["name", "type", "order"]

    def clean_type(self) -> str:
        """Without a routable one nobody is offered anything, without an offline one nobody can be absent."""
        kind: str = self.cleaned_data["type"]
        before = self.initial.get("type")
        others = AgentState.objects.filter(type=before).exclude(pk=self.instance.pk)
        if before in NEEDED and kind != before and not others.exists():
            raise forms.ValidationError(
                _("This is the only state of the type “%(type)s”, which agents need: make another one first."),
                params={"type": AgentState.Type(before).label},
            )
        return kind


@admin.register(AgentState)
class AgentStateAdmin(Admin):
    form = AgentStateForm
    list_display = ["name", "type", "order", "used_by"]
    list_editable = ["order"]
    list_filter = ["type"]
    search_fields = ["name"]
    help_texts = {
        "name": gettext_lazy("What agents choose at their desk, and supervisors read on the floor"),
        "type": gettext_lazy(
            "Routable: contacts are offered. Not routable: they are not. Offline: the agent is not there at all."
        ),
        "order": gettext_lazy("The smallest number stands first in the menu."),
    }

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        counted: QuerySet[Any] = super().get_queryset(request).annotate(agent_count=Count("agents"))
        return counted

    @admin.display(description=gettext_lazy("agents in it"), ordering="agent_count")
    def used_by(self, state: Any) -> int:
        return int(state.agent_count)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        tell(Agent.objects.all())

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        super().delete_model(request, obj)
        tell(Agent.objects.all())

    def in_use(self, request: HttpRequest, objs: Sequence[Any]) -> list[SafeString | str]:  # noqa: ARG002 -- as Admin has it
        """Agents who are in it or go there next, profiles that send somebody there, and the last of a type that is needed."""
        here = Agent.objects.filter(Q(state__in=objs) | Q(next_state__in=objs)).select_related("user")
        found: list[SafeString | str] = [*links(one.user for one in here[:20])]
        found += links(RoutingProfile.objects.filter(absence_state__in=objs))
        kept = AgentState.objects.exclude(pk__in=[one.pk for one in objs])
        for kind in NEEDED:
            if any(one.type == kind for one in objs) and not kept.filter(type=kind).exists():
                found.append(_("It would be the last state of the type “%(type)s”.") % {"type": kind.label})
        if any(one.name == settings.CCP_NOT_RESPONDING for one in objs):
            found.append(_("Into this one the portal puts agents who miss offers (CCP_NOT_RESPONDING)."))
        return found
