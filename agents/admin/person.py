"""People: their account, their routing profile, and what they are doing now."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.actions import delete_selected
from django.contrib.admin.utils import unquote
from django.contrib.auth import get_user_model
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from agents import presence, routing
from agents.models import Agent
from chats import realtime


class AgentForm(forms.ModelForm):  # type: ignore[type-arg]  # Django's class takes no parameter at run time
    class Meta:
        model = Agent
        fields = ["routing_profile"]

    def clean(self) -> dict[str, Any] | None:
        if self.instance.state_id is None and presence.offline() is None:
            raise forms.ValidationError(_("An agent begins offline: first make an agent state of that type."))
        return super().clean()

    def save(self, commit: bool = True) -> Any:
        """Only the profile is written: state, load and numbers of an agent at work change while the form is open."""
        agent = self.instance
        if agent.pk is None:
            agent.state = presence.offline()
            return super().save(commit)
        with transaction.atomic():
            held = Agent.locked(agent.pk)
            held.assign(agent.routing_profile)
            realtime.publish(held, held.own_seq)
            realtime.wake(presence.ROUTING)
        return held


class AgentInline(admin.StackedInline):  # type: ignore[type-arg]  # as above
    model = Agent
    form = AgentForm
    extra = 0
    fields = ["routing_profile", "state", "state_since", "load", "seen_at"]
    readonly_fields = ["state", "state_since", "load", "seen_at"]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_delete_permission(request, obj) and not (obj and _with_contacts([obj]))

    verbose_name_plural = _("at a desk: this person serves contacts")


KEPT = _(
    "What happened to contacts stays on record, so whoever had a part in one cannot be deleted: %(names)s. Clear “Active”"
    " instead: nobody can sign in with the account any more, and the contacts it serves wait for other agents."
)


def _with_contacts(people: Iterable[User]) -> list[User]:
    """Those of them who had a part in a contact."""
    pks = [person.pk for person in people]
    return list(get_user_model().objects.filter(pk__in=pks, agent__agent_contacts__isnull=False).distinct())


admin.site.unregister(get_user_model())


@admin.register(User)
class PersonAdmin(UserAdmin):  # type: ignore[type-arg]  # as above
    inlines = [AgentInline]
    list_display = ["username", "first_name", "last_name", "state", "profile", "is_staff", "is_active"]
    list_filter = ["groups", "agent__state", "agent__routing_profile", "is_staff", "is_active"]
    list_select_related = ["agent__state", "agent__routing_profile"]
    actions = ["delete_selected"]

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if change and not obj.is_active and "is_active" in form.changed_data:
            routing.absent_agents.close_account(obj, timezone.now())

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Django would first gather every row of their years, and then speak of permissions."""
        person = self.get_object(request, unquote(object_id))
        if person is not None and self._are_kept(request, [person]):
            return redirect("admin:auth_user_change", person.pk)
        return super().delete_view(request, object_id, extra_context)

    @admin.action(permissions=["delete"], description=delete_selected.short_description)  # type: ignore[attr-defined]  # Django sets it
    def delete_selected(self, request: HttpRequest, queryset: QuerySet[User]) -> HttpResponse | None:
        return None if self._are_kept(request, queryset) else delete_selected(self, request, queryset)

    def _are_kept(self, request: HttpRequest, people: Iterable[User]) -> bool:
        kept = _with_contacts(people)
        if kept:
            names = ", ".join(person.get_full_name() or person.get_username() for person in kept)
            self.message_user(request, KEPT % {"names": names}, messages.ERROR)
        return bool(kept)

    @admin.display(description=_("state"), ordering="agent__state")
    def state(self, user: User) -> str:
        return user.agent.state.name if hasattr(user, "agent") else ""

    @admin.display(description=_("routing profile"), ordering="agent__routing_profile")
    def profile(self, user: User) -> str:
        return user.agent.routing_profile.name if hasattr(user, "agent") else ""
