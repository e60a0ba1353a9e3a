"""What an administrator does to a person: each a page of its own with a form that says what becomes of their contacts.

The floor's commands do it (agents.supervision), with their permissions, their scope and their audit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.contrib import messages
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agents.models import Agent, AgentState
from agents.routing import endpoints
from agents.supervision import accounts, actions, scope
from agents.supervision.accounts import OpenContacts

if TYPE_CHECKING:
    from django.contrib.auth.models import User

CONTACTS_PERMISSION, AGENTS_PERMISSION, ACCOUNTS_PERMISSION = (
    "agents.assign_contacts",
    "agents.manage_agents",
    "auth.change_user",
)
KEEP, REQUEUE = "keep", "requeue"


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        required=False,
        max_length=500,
        help_text=gettext_lazy("The audit keeps it, and the agent reads it."),
    )

    def __init__(self, person: User, by: User, *args: Any, **options: Any) -> None:
        self.person, self.by = person, by
        self.agent = Agent.objects.filter(user=person).select_related("state", "user", "routing_profile").first()
        super().__init__(*args, **options)


class AgentForm(ReasonForm):
    contacts = forms.ChoiceField(
        label=gettext_lazy("Contacts that are open"),
        widget=forms.RadioSelect,
        initial=KEEP,
        choices=[
            (KEEP, gettext_lazy("The agent keeps them")),
            (REQUEUE, gettext_lazy("They go back to the head of their queues")),
        ],
    )
    field_order = ["state", "contacts", "reason"]


class StateForm(AgentForm):
    state = forms.ModelChoiceField(AgentState.objects.none(), label=gettext_lazy("State"))

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["state"].queryset = AgentState.to_choose()  # type: ignore[attr-defined]  # a ModelChoiceField


class DeactivateForm(ReasonForm):
    contacts = forms.ChoiceField(
        label=gettext_lazy("Contacts that are open"),
        widget=forms.RadioSelect,
        initial=OpenContacts.REQUEUE,
        choices=[
            (OpenContacts.REQUEUE, gettext_lazy("They go back to the head of their queues, now")),
            (OpenContacts.COLLEAGUE, gettext_lazy("A colleague gets them, now")),
            (
                OpenContacts.WAIT,
                gettext_lazy("The agent ends them, is offered nothing more, and the account is closed after the last"),
            ),
        ],
    )
    colleague = forms.ChoiceField(label=gettext_lazy("Colleague"), required=False)
    field_order = ["contacts", "colleague", "reason"]

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.open = accounts.served_by(self.agent) if self.agent else []
        if not self.open:
            del self.fields["contacts"], self.fields["colleague"]
        elif self.by.has_perm(CONTACTS_PERMISSION):
            self.fields["colleague"].choices = [("", "—"), *self._colleagues()]  # type: ignore[attr-defined]  # a ChoiceField
        else:
            del self.fields["colleague"]
            choices = [one for one in self.fields["contacts"].choices if one[0] != OpenContacts.COLLEAGUE]  # type: ignore[attr-defined]  # as above
            self.fields["contacts"].choices = choices  # type: ignore[attr-defined]  # as above

    def _colleagues(self) -> list[tuple[str, str]]:
        others = scope.agents_visible_to(self.by).exclude(user=self.person).filter(user__is_active=True)
        others = others.exclude(state__type=AgentState.Type.OFFLINE)
        now, found = timezone.now(), []
        for one in others.select_related("user", "state", "routing_profile").order_by("user__first_name")[:200]:
            refusal = endpoints.refusal_of_agent(one, None, now)
            room = _("%(load)s of %(capacity)s chats") % {"load": one.load, "capacity": one.capacity}
            found.append((str(one.key), f"{one.name}: {refusal.told() if refusal else room}"))
        return found

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or {}
        if cleaned.get("contacts") == OpenContacts.COLLEAGUE and not cleaned.get("colleague"):
            self.add_error("colleague", _("Say who gets them."))
        return cleaned


class Act:
    """One of them. `permission`: beside the right to change accounts."""

    slug: ClassVar[str]
    title: ClassVar[Any]
    told: ClassVar[Any] = ""
    permission: ClassVar[str] = ACCOUNTS_PERMISSION
    form: ClassVar[type[ReasonForm]] = ReasonForm

    def is_offered(self, person: User) -> bool:
        """Whether it makes sense for this person now."""
        return bool(person.is_active)

    def do(self, request: HttpRequest, person: User, said: Mapping[str, Any]) -> None:
        """Refusal when it cannot be done; else the page tells what was done."""
        raise NotImplementedError


class ForceState(Act):
    slug, title = "state", gettext_lazy("Force a state")
    told = gettext_lazy("It holds on all their devices, until they or somebody else choose another.")
    permission, form = AGENTS_PERMISSION, StateForm

    def is_offered(self, person: User) -> bool:
        return bool(person.is_active) and hasattr(person, "agent")

    def do(self, request: HttpRequest, person: User, said: Mapping[str, Any]) -> None:
        act = actions.intervention("forceAgentState", _by(request), said["reason"], timezone.now())
        requeue = said["contacts"] == REQUEUE
        results = actions.force_state(act, [str(person.agent.key)], said["state"].name, requeue=requeue)
        _tell(request, results, _("%(name)s is %(state)s now.") % {"name": _name(person), "state": said["state"]})


class SignOut(Act):
    slug, title = "sign-out", gettext_lazy("Sign out")
    told = gettext_lazy("Every session of this person ends, on every device; they can sign in again.")
    permission, form = AGENTS_PERMISSION, AgentForm

    def is_offered(self, person: User) -> bool:
        return bool(person.is_active) and hasattr(person, "agent")

    def do(self, request: HttpRequest, person: User, said: Mapping[str, Any]) -> None:
        act = actions.intervention("signOutAgent", _by(request), said["reason"], timezone.now())
        results = actions.sign_out(act, [str(person.agent.key)], requeue=said["contacts"] == REQUEUE)
        _tell(request, results, _("%(name)s is signed out.") % {"name": _name(person)})


class Deactivate(Act):
    slug, title, form = "deactivate", gettext_lazy("Deactivate"), DeactivateForm
    told = gettext_lazy("Nobody can sign in with the account any more. What happened to contacts stays on record.")

    def do(self, request: HttpRequest, person: User, said: Mapping[str, Any]) -> None:
        act = actions.intervention("deactivateAccount", _by(request), said["reason"], timezone.now())
        what = OpenContacts(said.get("contacts") or OpenContacts.REQUEUE)
        outcomes = accounts.deactivate(act, person, what, said.get("colleague") or "")
        done = _("The account of %(name)s is deactivated.")
        agent = Agent.objects.filter(user=person).first()
        if agent is not None and agent.leaves_when_done:
            done = _("The account of %(name)s is closed after the last contact.")
        _tell_outcomes(request, done % {"name": _name(person)}, outcomes)


class Activate(Act):
    slug, title = "activate", gettext_lazy("Activate")
    told = gettext_lazy("The person can sign in again, with the password they had.")

    def is_offered(self, person: User) -> bool:
        return not person.is_active or (hasattr(person, "agent") and person.agent.leaves_when_done)

    def do(self, request: HttpRequest, person: User, said: Mapping[str, Any]) -> None:  # noqa: ARG002 -- there is nothing to say
        accounts.activate(person)
        messages.success(request, _("The account of %(name)s is active.") % {"name": _name(person)})


ACTS: Sequence[Act] = (ForceState(), SignOut(), Deactivate(), Activate())


# ---- what was done ---------------------------------------------------------------------------------------------------


def _by(request: HttpRequest) -> User:
    return request.user  # type: ignore[return-value]  # a page of the admin: somebody is signed in


def _name(person: User) -> str:
    return person.get_full_name() or person.get_username()


def _tell(request: HttpRequest, results: list[dict[str, Any]], done: str) -> None:
    for one in results:
        if one["ok"]:
            _tell_outcomes(request, done, one["contacts"])
        else:
            messages.error(request, sentence(one["refusal"]["why"]))


def _tell_outcomes(request: HttpRequest, done: str, outcomes: Sequence[Mapping[str, Any]]) -> None:
    words = {
        "given": _("given to the colleague"),
        "requeued": _("back in the queue"),
        "withdrawn": _("the offer was withdrawn"),
        "kept": _("kept"),
    }
    messages.success(request, done)
    for one in outcomes:
        if "refusal" in one:
            refused = _("Contact %(id)s: not given to the colleague. %(why)s")
            messages.warning(request, refused % {"id": one["contactId"], "why": sentence(one["refusal"])})
        else:
            told = {"id": one["contactId"], "what": words[one["outcome"]]}
            messages.info(request, _("Contact %(id)s: %(what)s.") % told)


def sentence(data: Mapping[str, Any]) -> str:
    """A refusal as a socket would carry it (protocol.Reason), in the language that is active."""
    values = {name: sentence(one) if isinstance(one, dict) else one for name, one in data["values"].items()}
    return _(data["sentence"]) % values if values else _(data["sentence"])
