"""The desks' part of Django's admin: people, what they may serve, and what happened to their contacts."""

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
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _

from chats import realtime
from chats.admin import Admin, OfVisibleContacts, ReadOnlyAdmin, plain_text, still_used
from chats.models import Contact

from . import presence, routing
from .models import (
    Agent,
    AgentContact,
    AgentState,
    AgentStateChange,
    Alert,
    Disposition,
    QueueAlias,
    QueueTopic,
    QuickResponse,
    RoutingProfile,
    RoutingProfileQueue,
    Team,
    Threshold,
    UnknownQueue,
)


@transaction.atomic
def tell(agents: QuerySet[Agent]) -> None:
    """What stands on these desks has changed: their open tabs show it at once, and routing goes by it.

    Each is locked, then read, then numbered: routing may be changing it at this moment, and no number stands for old content.
    """
    for pk in list(agents.order_by("pk").values_list("pk", flat=True)):
        agent = Agent.locked(pk)
        agent.changed()
        realtime.publish(agent, agent.own_seq)
    realtime.wake(presence.ROUTING)


# ---- people ----------------------------------------------------------------------------------------------------------


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


# ---- what they may serve ---------------------------------------------------------------------------------------------


@admin.register(AgentState)
class AgentStateAdmin(Admin):
    list_display = ["name", "type", "order"]
    list_filter = ["type"]
    search_fields = ["name"]

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        tell(Agent.objects.all())


class ServedQueues(forms.BaseInlineFormSet):  # type: ignore[type-arg]  # as above
    def clean(self) -> None:
        """Agents of a profile without queues would wait for ever."""
        super().clean()
        kept = [form for form in self.forms if form.has_changed() or form.instance.pk]
        if not any(getattr(form, "cleaned_data", None) and not form.cleaned_data.get("DELETE") for form in kept):
            raise forms.ValidationError(
                _("Name at least one queue: without any, its agents are never offered a contact.")
            )


class RoutingProfileQueueInline(admin.TabularInline):  # type: ignore[type-arg]  # as above
    model = RoutingProfileQueue
    formset = ServedQueues
    extra = 1
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
    list_display = ["name", "chat_concurrency", "serves", "auto_accept", "absence", "acw"]
    search_fields = ["name", "queues__name"]
    inlines = [RoutingProfileQueueInline]
    form = RoutingProfileForm
    fieldsets = [
        (None, {"fields": ["name", "chat_concurrency", "auto_accept"]}),
        (_("When no desk of an agent is open"), {"fields": ["grace_seconds", "absence", "absence_state"]}),
        (_("After contact work"), {"fields": ["acw", "acw_seconds", "acw_holds_slot"]}),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).prefetch_related("queues")

    @admin.display(description=_("queues"))
    def serves(self, profile: RoutingProfile) -> str:
        return ", ".join(queue.name for queue in profile.queues.all())

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        tell(Agent.objects.filter(routing_profile=form.instance))


# ---- words and tables ------------------------------------------------------------------------------------------------


@admin.register(Disposition)
class DispositionAdmin(Admin):
    list_display = ["name", "order", "is_active", "of_queues"]
    list_filter = ["is_active", "queues"]
    search_fields = ["name", "queues__name"]
    filter_horizontal = ["queues"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).prefetch_related("queues")

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """What was said of a contact stays on record: a disposition in use cannot be deleted, only put out of use."""
        contacts = Contact.objects.filter(agent_contacts__disposition__in=objs).distinct()
        if contacts.exists():
            return [], {}, set(), still_used(request, contacts)
        return super().get_deleted_objects(objs, request)

    @admin.display(description=_("queues"))
    def of_queues(self, disposition: Disposition) -> str:
        return ", ".join(queue.name for queue in disposition.queues.all()) or str(_("every queue"))


@admin.register(QuickResponse)
class QuickResponseAdmin(Admin):
    list_display = ["shortcut", "name", "of_queues"]
    list_filter = ["queues"]
    search_fields = ["shortcut", "name", "content"]
    filter_horizontal = ["queues"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).prefetch_related("queues")

    @admin.display(description=_("queues"))
    def of_queues(self, response: QuickResponse) -> str:
        return ", ".join(queue.name for queue in response.queues.all()) or str(_("every queue"))


@admin.register(QueueTopic)
class QueueTopicAdmin(Admin):
    list_display = ["topic", "queue"]
    list_filter = ["queue"]
    list_select_related = ["queue"]
    search_fields = ["topic", "queue__name"]


@admin.register(QueueAlias)
class QueueAliasAdmin(Admin):
    list_display = ["name", "queue"]
    list_filter = ["queue"]
    list_select_related = ["queue"]
    search_fields = ["name", "queue__name"]

    def save_model(self, request: HttpRequest, obj: QueueAlias, form: Any, change: bool) -> None:
        """An id that is known from now on is no unknown one."""
        super().save_model(request, obj, form, change)
        UnknownQueue.objects.filter(name=obj.name).delete()


@admin.register(Threshold)
class ThresholdAdmin(Admin):
    """What the floor alerts supervisors of, queue by queue."""

    list_display = ["queue", "kind", "limit"]
    list_editable = ["limit"]
    list_filter = ["queue", "kind"]
    list_select_related = ["queue"]
    search_fields = ["queue__name"]


@admin.register(Alert)
class AlertAdmin(ReadOnlyAdmin):
    """The history: when each limit was passed, and until when."""

    list_display = ["queue", "kind", "limit", "value", "began_at", "ended_at"]
    list_filter = ["queue", "kind", "began_at"]
    list_select_related = ["queue"]
    search_fields = ["queue__name"]
    ordering = ["-began_at"]


@admin.register(UnknownQueue)
class UnknownQueueAdmin(ReadOnlyAdmin):
    """Queues that contacts named in vain; each leads to the form that gives the id to a queue."""

    list_display = ["name", "named_in", "contact_id", "last_at", "first_at", "give"]
    search_fields = ["name", "contact_id"]
    ordering = ["-last_at"]
    fields = ["name", "named_in", "contact_id", "first_at", "last_at", "give"]
    readonly_fields = ["give"]

    @admin.display(description=_("what to do"))
    def give(self, unknown: UnknownQueue) -> SafeString:
        address = reverse("admin:agents_queuealias_add", query={"name": unknown.name})
        return format_html('<a href="{}">{}</a>', address, _("Give this id to a queue"))


# ---- what happened ---------------------------------------------------------------------------------------------------

PERSON = ["agent__user__username", "agent__user__first_name", "agent__user__last_name"]


@admin.register(AgentContact)
class AgentContactAdmin(OfVisibleContacts):
    list_display = ["agent", "contact", "round", "state", "outcome", "because", "offered_at", "accepted_at", "ended_at"]
    list_filter = ["state", "outcome", "offered_at"]
    list_select_related = ["agent__user", "contact__conversation"]
    search_fields = [*PERSON, "contact__id", "contact__conversation__customer_name"]
    date_hierarchy = "offered_at"
    ordering = ["-offered_at"]
    exclude = [
        "why",
        "note",
        "seq",
        "read_number",
        "offer_events",
        "draft",
        "note_draft",
        "scroll_position",
    ]  # a draft is nobody else's
    readonly_fields = ["because", "what_was_noted", "told"]

    @admin.display(description=_("note"))
    def what_was_noted(self, part: AgentContact) -> SafeString:
        return plain_text(part.note)

    @admin.display(description=_("story of the offer"))
    def told(self, part: AgentContact) -> SafeString:
        """When what happened to it, line by line."""
        return format_html_join(mark_safe("<br>"), "{} {}", ((one["at"], one["what"]) for one in part.offer_events))


@admin.register(AgentStateChange)
class AgentStateChangeAdmin(ReadOnlyAdmin):
    list_display = ["agent", "old_state", "new_state", "by", "because", "at", "lasted"]
    exclude = ["why"]
    readonly_fields = ["because"]
    list_filter = ["new_state", "at"]
    list_select_related = ["agent__user", "by"]
    search_fields = [*PERSON, "why"]
    date_hierarchy = "at"


# ---- teams -----------------------------------------------------------------------------------------------------------


@admin.register(Team)
class TeamAdmin(Admin):
    """Which groups are teams; members are added to the group."""

    list_display = ["group"]
    search_fields = ["group__name"]
    autocomplete_fields = ["group"]
