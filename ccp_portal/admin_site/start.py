"""What the admin's start page says: what is set up and what is missing, today's figures, and what needs attention.

Every line has a link. Nobody is told of what they may not open: contacts are counted within `transcripts.visible_to`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import Exists, OuterRef, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from agents.models import (
    Agent,
    AgentContact,
    AgentState,
    Alert,
    RoutingProfile,
    RoutingProfileQueue,
    UnknownQueue,
)
from agents.protocol import agent_contact_state
from agents.supervision import scope
from chats import contact_state, transcripts
from chats.models import Contact, HoursOfOperation, OutboundMessage, Queue, RefusedCall, UnreadableMessage

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser, User

    Person = User | AnonymousUser

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
OVERDUE = timedelta(minutes=2)  # a message that Amazon Connect should have by now


@dataclass(frozen=True)
class Step:
    """One thing to set up: whether it is, what is so now, and where it is done."""

    name: str
    is_done: bool
    told: str
    url: str = ""  # empty: this person may not do it


@dataclass(frozen=True)
class Figure:
    name: str
    count: int
    url: str = ""
    is_bad: bool = False


def ways_back(user: Person) -> list[tuple[str, str]]:
    """The pages outside the admin that this person has."""
    if not user.is_authenticated:
        return []
    ways = []
    if Agent.objects.filter(user=user.pk).exists():
        ways.append((reverse("desk"), _("Desk")))
    if scope.may_see_floor(user):
        ways.append((reverse("floor"), _("Floor")))
    return ways


# ---- what is set up --------------------------------------------------------------------------------------------------


def steps(user: Person) -> list[Step]:
    """In the order in which one does it."""
    return [
        _states(user),
        _queue(user),
        _hours(user),
        _profile(user),
        _agent(user),
        _hand_over(),
        _first_chat(),
    ]


def _states(user: Person) -> Step:
    types = set(AgentState.objects.values_list("type", flat=True))
    lacks = [kind.label for kind in (AgentState.Type.ROUTABLE, AgentState.Type.OFFLINE) if kind not in types]
    told = _("Missing type: %(types)s") % {"types": ", ".join(map(str, lacks))} if lacks else _("Agents can sign in.")
    return Step(_("Agent states"), not lacks, told, _page(user, "agents", "agentstate", add=bool(lacks)))


def _queue(user: Person) -> Step:
    queues = Queue.objects.count()
    told = ngettext("%(count)d queue", "%(count)d queues", queues) % {"count": queues}
    if queues and not Queue.objects.filter(is_default=True).exists():
        told = _("%(queues)s, none of them the default: contacts that name no queue are refused") % {"queues": told}
    return Step(_("Queue"), bool(queues), told, _page(user, "chats", "queue", add=not queues))


def _hours(user: Person) -> Step:
    hours, always = HoursOfOperation.objects.count(), Queue.objects.filter(hours=None).count()
    told = ngettext("%(count)d week", "%(count)d weeks", hours) % {"count": hours}
    if always:
        told += "; " + ngettext(
            "%(count)d queue is open at any time", "%(count)d queues are open at any time", always
        ) % {"count": always}
    return Step(_("Hours of operation"), bool(hours), told, _page(user, "chats", "hoursofoperation", add=not hours))


def _profile(user: Person) -> Step:
    profiles = RoutingProfile.objects.count()
    unserved = Queue.objects.filter(~Exists(RoutingProfileQueue.objects.filter(queue=OuterRef("pk"))))
    told = ngettext("%(count)d profile", "%(count)d profiles", profiles) % {"count": profiles}
    names = ", ".join(unserved.values_list("name", flat=True)[:3])
    if names:
        told += "; " + _("no profile serves %(queues)s") % {"queues": names}
    done = bool(profiles) and not names
    return Step(_("Routing profile"), done, told, _page(user, "agents", "routingprofile", add=not profiles))


def _agent(user: Person) -> Step:
    agents = Agent.objects.filter(user__is_active=True).count()
    told = ngettext("%(count)d agent", "%(count)d agents", agents) % {"count": agents}
    return Step(_("Agent"), bool(agents), told, _page(user, "auth", "user", add=not agents))


def _hand_over() -> Step:
    last = Contact.objects.order_by("-handed_over_at").values_list("handed_over_at", flat=True)
    newest = last.exclude(handed_over_at=None).first()
    told = _("No flow has handed over a contact yet: deploy/README.md says how it is wired.")
    if newest is not None:
        told = _("Amazon Connect's flow hands contacts over.")
    return Step(_("Contact flow"), newest is not None, told)


def _first_chat() -> Step:
    served = AgentContact.objects.exclude(accepted_at=None).exists()
    told = (
        _("An agent has served a chat.") if served else _("No agent has accepted a chat yet: start one as a customer.")
    )
    return Step(_("First test chat"), served, told)


def _page(user: Person, app: str, model: str, *, add: bool) -> str:
    """Where one adds the first, or sees all; empty where this person may not."""
    verb, view = ("add", "add") if add else ("view", "changelist")
    allowed = user.has_perm(f"{app}.{verb}_{model}") or (not add and user.has_perm(f"{app}.change_{model}"))
    return reverse(f"admin:{app}_{model}_{view}") if allowed else ""


# ---- how it goes -----------------------------------------------------------------------------------------------------


def figures(user: Person, now: datetime) -> list[Figure]:
    """Of the contacts that this person may see."""
    seen = transcripts.visible_to(user)
    missed = AgentContact.objects.filter(
        contact__in=seen.values("pk"), outcome=agent_contact_state.State.MISSED, offered_at__gt=now - HOUR
    )
    return [
        Figure(_("waiting"), seen.filter(state=contact_state.State.WAITING).count(), _contacts(user, "WAITING")),
        Figure(_("connected"), seen.filter(state=contact_state.State.CONNECTED).count(), _contacts(user, "CONNECTED")),
        Figure(
            _("missed in the last hour"),
            missed.count(),
            _list(user, "agents", "agentcontact", "?outcome__exact=missed"),
        ),
    ]


def alarms(user: Person, now: datetime) -> list[Figure]:
    """What somebody should look at; only what there is."""
    return [one for one in _alarms(user, now) if one.count]


def _alarms(user: Person, now: datetime) -> Iterator[Figure]:
    seen = transcripts.visible_to(user)
    called = seen.exclude(attention="").exclude(state=contact_state.State.ENDED)
    yield Figure(_("contacts that call for a supervisor"), called.count(), reverse("floor"), is_bad=True)
    late = OutboundMessage.objects.filter(
        contact__in=seen.values("pk"), state__in=OutboundMessage.UNFINISHED, created_at__lt=now - OVERDUE
    )
    yield Figure(
        _("messages that Amazon Connect does not take"), late.count(), _contacts(user, "CONNECTED"), is_bad=True
    )
    failed = OutboundMessage.objects.filter(
        contact__in=seen.values("pk"), state=OutboundMessage.State.FAILED, created_at__gt=now - DAY
    )
    yield Figure(_("messages of the last day that failed"), failed.count(), _list(user, "chats", "conversation"))
    kept: list[tuple[str, str, QuerySet[Any]]] = [
        (_("thresholds that are passed"), "agents.alert", Alert.objects.filter(ended_at=None)),
        (
            _("unreadable messages of the last day"),
            "chats.unreadablemessage",
            UnreadableMessage.objects.filter(received_at__gt=now - DAY),
        ),
        (_("calls that Amazon Connect refuses"), "chats.refusedcall", RefusedCall.lately(now)),
        (
            _("unknown queue ids of the last day"),
            "agents.unknownqueue",
            UnknownQueue.objects.filter(last_at__gt=now - DAY),
        ),
    ]
    for name, label, rows in kept:
        where = _list(user, *label.split("."))
        if where:  # those lists are not for everybody
            yield Figure(name, rows.count(), where)


def _contacts(user: Person, state: str) -> str:
    return _list(user, "chats", "contact", f"?state__exact={state}")


OF_EVERYBODY = frozenset({"unreadablemessage"})  # nobody can say whose contact one belongs to (chats.admin)


def _list(user: Person, app: str, model: str, query: str = "") -> str:
    """This changelist; empty where this person may not see it."""
    if not user.has_perm(f"{app}.view_{model}") or (model in OF_EVERYBODY and not user.has_perm("chats.view_contact")):
        return ""
    return reverse(f"admin:{app}_{model}_changelist") + query
