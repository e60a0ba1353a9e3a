"""The pages: the way in, the desk, the agent's history, the floor. What changes while one looks comes through the socket."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any, cast

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_safe

from agents.ccp_bridge import configuration
from agents.models import Agent, Alert
from agents.reports import contact_summary, filters
from agents.reports import history as past
from agents.supervision import page_data, saved_views, scope, watched, watching
from chats import contact_state, file_types, transcripts
from chats.models import Contact
from chats.sending import attachment_upload

from . import health

if TYPE_CHECKING:
    from django.contrib.auth.models import User

ENDED_PER_PAGE = 50
PASSED_FOR, MOST_PASSED = timedelta(days=1), 50  # passed limits that the floor lists, the newest
CUSTOMER = ("conversation__customer_name",)
FIGURES = (
    gettext_lazy("Waiting"),
    gettext_lazy("Longest wait"),
    gettext_lazy("Service level"),
    gettext_lazy("Agents available"),
    gettext_lazy("Open chats"),
)
CUSTOMER_AND_AGENT = (*CUSTOMER, "owner__first_name", "owner__last_name", "owner__username")


@never_cache
@login_required
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """Everybody's own page, by what they are."""
    user = cast("User", request.user)
    if agent_of(user) is not None:
        return redirect("desk")
    if scope.supervises(user):
        return redirect("floor")
    if user.is_staff:
        return redirect("admin:index")
    raise PermissionDenied(_("You are neither an agent nor a supervisor. An administrator can make you one."))


@never_cache
@login_required
@require_GET
def desk(request: HttpRequest) -> HttpResponse:
    user, agent = _agent(request)
    page = desk_page(agent) | configuration.for_desk()
    return render(request, "desk.html", frame(user, page))


@never_cache
@login_required
@require_GET
def history(request: HttpRequest) -> HttpResponse:
    """What this agent had a part in, their newest part first: also what they handed on, which the receiver alone reads."""
    user, agent = _agent(request)
    wanted = _wanted(request)
    chosen = filters.PastFilter(request.GET)
    served = chosen.parts(past.served_by(agent, matching(Contact.objects.all(), wanted, CUSTOMER)))
    ended = _page(request, served)
    seen = transcripts.visible_to(user).filter(pk__in=[part.contact_id for part in ended["ended"]])
    readable = set(seen.values_list("pk", flat=True))
    rows = [past.row(part, readable) for part in ended["ended"]]
    context = {"rows": rows, "q": wanted, "filters": chosen, **ended}
    return render(request, "history.html", frame(user, {}) | context)


@never_cache
@login_required
@require_safe  # the desk asks first whether the page is there (news.js)
def history_contact(request: HttpRequest, contact_id: str) -> HttpResponse:
    user, _agent_of_user = _agent(request)
    return _transcript(request, user, contact_id, "history_contact.html")


@never_cache
@login_required
@require_GET
def who_watched(request: HttpRequest) -> HttpResponse:
    """Who watched this agent's contacts or read them, when and what for."""
    user, agent = _agent(request)
    return render(request, "watched.html", frame(user, {}) | {"rows": watched.of(agent)})


@never_cache
@login_required
@require_GET
def floor(request: HttpRequest) -> HttpResponse:
    """The board, whose rows come through the socket; under it the ended contacts, the newest first."""
    user = _supervisor(request)
    wanted = _wanted(request)
    found = matching(transcripts.visible_to(user), wanted, CUSTOMER_AND_AGENT).select_related(
        "conversation", "queue", "owner"
    )
    chosen = filters.FloorFilter(request.GET)
    ended = chosen.contacts(found.filter(state=contact_state.State.ENDED)).order_by("-ended_at", "pk")
    context = {"figures": FIGURES, "q": wanted, "filters": chosen, "passed": _passed(user), **_page(request, ended)}
    page = {
        "wsPath": "/ws/floor/",
        "contactPath": reverse("floor_contact", args=["-"]),
        "views": saved_views.of(user.pk),
        "supervision": page_data.of(user),
    }
    return render(request, "floor.html", frame(user, page) | context)


@never_cache
@login_required
@require_GET
def floor_contact(request: HttpRequest, contact_id: str) -> HttpResponse:
    user = _supervisor(request)
    return _transcript(request, user, contact_id, "floor_contact.html", supervision=page_data.of(user))


def _transcript(request: HttpRequest, user: User, contact_id: str, template: str, **page: Any) -> HttpResponse:
    """One contact, read-only; its transcript comes through the floor's socket, `told` is for browsers without scripts."""
    visible = transcripts.visible_to(user).select_related("conversation", "queue", "owner")
    contact = get_object_or_404(visible, pk=contact_id)
    watching.record_read(user, contact)
    chain = visible.filter(conversation=contact.conversation).order_by("handed_over_at", "pk")
    ids = {"contactId": contact.pk, "initialContactId": contact.conversation.initial_contact_id}
    return render(
        request,
        template,
        frame(user, {"wsPath": "/ws/floor/", **ids, **page})
        | {
            "contact": contact,
            "chain": chain,
            "told": transcripts.last_messages(contact.conversation),
            "summary": contact_summary.of(contact, user, supervises=scope.may_see_floor(user)),
        },
    )


@never_cache
@require_GET
def healthz(_request: HttpRequest) -> JsonResponse:
    """For whoever starts us: 200 while the database answers. `asgi` answers before Django, by the same health."""
    return _of_health(health.healthz())


@never_cache
@require_GET
def readyz(_request: HttpRequest) -> JsonResponse:
    """For whoever sends us traffic: 200 while rows and files can be written."""
    return _of_health(health.readyz())


def _of_health(report: health.Report) -> JsonResponse:
    return JsonResponse(report, status=200 if health.is_well(report) else 503)


# ---- who may ---------------------------------------------------------------------------------------------------------


def agent_of(user: User) -> Agent | None:
    return Agent.objects.select_related("user").filter(user=user.pk).first()


def _agent(request: HttpRequest) -> tuple[User, Agent]:
    user = cast("User", request.user)
    agent = agent_of(user)
    if agent is None:
        raise PermissionDenied(_("This is the desk of agents, and you are none. An administrator can make you one."))
    return user, agent


def _supervisor(request: HttpRequest) -> User:
    user = cast("User", request.user)
    if not scope.may_see_floor(user):
        raise PermissionDenied(_("The floor is for supervisors. An administrator can make you a reader of a queue."))
    return user


# ---- what is on a page -----------------------------------------------------------------------------------------------


def _passed(user: User) -> QuerySet[Alert]:
    """Limits that were passed of late, of queues that this supervisor may see."""
    of_late = Alert.objects.filter(began_at__gte=timezone.now() - PASSED_FOR)
    return of_late.filter(queue__in=scope.queues_visible_to(user)).select_related("queue")[:MOST_PASSED]


def _wanted(request: HttpRequest) -> str:
    return request.GET.get("q", "").replace("\0", "").strip()  # PostgreSQL has no text with a NUL


def matching(contacts: QuerySet[Contact], wanted: str, names: Sequence[str]) -> QuerySet[Contact]:
    """Every word must be found in one of these names, or be a contact id."""
    for word in wanted.split():
        found = Q(pk=word) | Q(conversation__initial_contact_id=word)
        for name in names:
            found |= Q(**{f"{name}__icontains": word})
        contacts = contacts.filter(found)
    return contacts


def _page(request: HttpRequest, rows: QuerySet[Any]) -> dict[str, Any]:
    """One page of what is over, and the numbers of the pages around it."""
    ended = Paginator(rows, ENDED_PER_PAGE).get_page(request.GET.get("page"))
    return {"ended": ended, "page_numbers": ended.paginator.get_elided_page_range(ended.number, on_each_side=2)}


def desk_page(agent: Agent) -> dict[str, Any]:
    """What the scripts of a desk are told, also of one in a frame (agents/ccp)."""
    return {"agentId": str(agent.key), "wsPath": "/ws/desk/", "files": _file_rules()}


def _file_rules() -> dict[str, Any]:
    """What the desk can say of a file before it is uploaded (state/attaching.js)."""
    types = {ending: kind.content_type for ending, kind in sorted(file_types.KINDS.items())}
    refused = attachment_upload.are_refused_to("CUSTOM_BOT", timezone.now())
    return {"maxBytes": file_types.MAX_BYTES, "types": types, "refusedToUs": refused}


def frame(user: User, page: dict[str, Any]) -> dict[str, Any]:
    """What every page shows: who is here, and the doors that are open to them. `page` is for the scripts."""
    name = user.get_full_name() or user.get_username()
    return {
        "page": {"userId": user.pk, "name": name, "loginPath": reverse("login"), **page},
        "may_desk": agent_of(user) is not None,
        "may_floor": scope.may_see_floor(user),
    }
