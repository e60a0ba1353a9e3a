"""The form of a person: account, groups and desk together, saved in one transaction."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.models import Group, Permission, User
from django.core.exceptions import NON_FIELD_ERRORS
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from agents import presence
from agents.admin.telling import assign
from agents.models import Agent, AgentContact, RoutingProfile
from agents.models.routing_profile import MOST_CHATS
from agents.supervision import accounts

CHANGE_USER = {"codename": "change_user", "content_type__app_label": "auth"}


def _groups(*, teams: bool) -> QuerySet[Group]:
    return Group.objects.filter(team__isnull=not teams).order_by("name")


class PersonForm(forms.ModelForm):  # type: ignore[type-arg]  # Django's class takes no parameter at run time
    """`by`, the administrator, is set by the page."""

    by: User

    teams = forms.ModelMultipleChoiceField(
        _groups(teams=True),
        required=False,
        label=_("Teams"),
        widget=forms.CheckboxSelectMultiple,
        help_text=_("A lead of a team sees the contacts and states of its members."),
    )
    roles = forms.ModelMultipleChoiceField(
        _groups(teams=False),
        required=False,
        label=_("Groups"),
        widget=forms.CheckboxSelectMultiple,
        help_text=_("What the person may do, and which queues' contacts they may read, comes from their groups."),
    )
    routing_profile = forms.ModelChoiceField(
        RoutingProfile.objects.all(),
        required=False,
        label=_("Routing profile"),
        empty_label=_("no desk: this person serves no contacts"),
        help_text=_("Which queues are offered to this person, and how many chats at once. With one, they have a desk."),
    )
    capacity = forms.IntegerField(
        required=False,
        min_value=1,
        max_value=MOST_CHATS,
        label=_("Chats at once"),
        help_text=_("Empty: as the routing profile says"),
    )

    class Meta:
        model = User
        fields = ["username", "first_name", "last_name", "email", "is_staff", "is_superuser", "user_permissions"]
        labels = {
            "username": _("Login"),
            "first_name": _("Name customers read"),
            "last_name": _("Last name"),
            "email": _("E-mail"),
            "is_staff": _("May open the admin"),
        }
        help_texts = {
            "username": _("Letters, digits and @ . + - _; what the person types to sign in"),
            "first_name": _("Usually the first name; empty: customers read the login"),
            "last_name": _("Colleagues and supervisors read both names"),
            "email": _("Where the link to choose a password is sent"),
            "is_staff": _("What they find there comes from their groups."),
        }

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if "user_permissions" in self.fields:
            permissions = Permission.objects.select_related("content_type")
            self.fields["user_permissions"].queryset = permissions  # type: ignore[attr-defined]  # a ModelMultipleChoiceField
        person = self.instance
        if person.pk is None:
            return
        held = set(person.groups.values_list("pk", flat=True))
        teams = set(_groups(teams=True).values_list("pk", flat=True))
        self.initial.update(teams=sorted(held & teams), roles=sorted(held - teams))
        agent = Agent.objects.filter(user=person).first()
        if agent is not None:
            self.initial.update(routing_profile=agent.routing_profile_id, capacity=agent.capacity_override)

    def clean_username(self) -> str:
        """Nobody shall be able to pass for somebody else by a capital letter."""
        login: str = self.cleaned_data["username"]
        twins = User.objects.filter(username__iexact=login).exclude(pk=self.instance.pk)
        if twins.exists():
            raise forms.ValidationError(_("There is a login “%(login)s” already."), params={"login": twins[0].username})
        return login

    def clean_routing_profile(self) -> RoutingProfile | None:
        profile: RoutingProfile | None = self.cleaned_data["routing_profile"]
        if profile is None:
            served = AgentContact.objects.filter(agent__user=self.instance.pk) if self.instance.pk else None
            if served is not None and served.exists():
                raise forms.ValidationError(
                    _("This person has served contacts, so that the desk stays. Deactivate the account instead.")
                )
        elif not profile.queues.exists():
            raise forms.ValidationError(_("This profile serves no queue: its agents would never be offered a contact."))
        elif presence.offline() is None:
            raise forms.ValidationError(_("An agent begins offline: first make an agent state of that type."))
        return profile

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        if self.instance.pk is not None and not self.errors and not self._stays_admin():
            try:
                accounts.check_not_needed(self.by, self.instance)
            except accounts.AccountNeeded as needed:
                self.add_error(NON_FIELD_ERRORS, str(needed))
        return cleaned

    def _stays_admin(self) -> bool:
        """Whoever can manage accounts still can, as the form has it."""
        if not accounts.admins().filter(pk=self.instance.pk).exists():
            return True
        said = {
            name: self.cleaned_data.get(name, getattr(self.instance, name)) for name in ("is_staff", "is_superuser")
        }
        given = self.cleaned_data.get("user_permissions", self.instance.user_permissions.all())
        by_group = Group.objects.filter(
            pk__in=[one.pk for one in self._chosen()], permissions__in=Permission.objects.filter(**CHANGE_USER)
        )
        return bool(said["is_staff"] and (said["is_superuser"] or given.filter(**CHANGE_USER).exists() or by_group))

    def _chosen(self) -> list[Group]:
        return [*self.cleaned_data.get("teams", []), *self.cleaned_data.get("roles", [])]

    def save_beside(self, person: User) -> None:
        """What is not a column of the account: groups and desk. The person is saved."""
        person.groups.set(self._chosen())
        profile, capacity = self.cleaned_data["routing_profile"], self.cleaned_data["capacity"]
        agent = Agent.objects.filter(user=person).first()
        if profile is None:
            Agent.objects.filter(user=person, agent_contacts=None).delete()
        elif agent is None:
            accounts.give_desk(person, profile, capacity)
        else:
            assign(agent.pk, profile, capacity)
