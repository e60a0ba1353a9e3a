"""The pages: the way in, the desk, the floor. What is on a page besides its frame comes through the socket."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import DatabaseError, connection
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from chats import kinds, life, parcels, transcripts
from chats.models import Contact, Queue

from .floor import live
from .models import Agent

if TYPE_CHECKING:
    from django.contrib.auth.models import User

ENDED_PER_PAGE = 50
NAMES = ("first_name", "last_name", "username")


@never_cache
@login_required
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """Everybody's own page, by what they are."""
    user = cast("User", request.user)
    if agent_of(user) is not None:
        return redirect("desk")
    if supervises(user):
        return redirect("floor")
    if user.is_staff:
        return redirect("admin:index")
    raise PermissionDenied(_("You are neither an agent nor a supervisor. An administrator can make you one."))


@never_cache
@login_required
@require_GET
def desk(request: HttpRequest) -> HttpResponse:
    user = cast("User", request.user)
    agent = agent_of(user)
    if agent is None:
        raise PermissionDenied(_("This is the desk of agents, and you are none. An administrator can make you one."))
    page = {"agentId": str(agent.key), "wsPath": "/ws/desk/", "files": _file_rules()}
    return render(request, "desk.html", _frame(user, page))


@never_cache
@login_required
@require_GET
def floor(request: HttpRequest) -> HttpResponse:
    """Contacts that wait or are served, the longest waiting first; under them the ended ones, the newest first."""
    user = _supervisor(request)
    wanted = request.GET.get("q", "").strip()
    found = matching(transcripts.visible_to(user), wanted).select_related("conversation", "queue", "owner")
    ended = Paginator(found.filter(state=life.State.ENDED).order_by("-ended_at", "pk"), ENDED_PER_PAGE)
    context = {"live": live(found), "ended": ended.get_page(request.GET.get("page")), "q": wanted}
    return render(request, "floor.html", _frame(user, {"wsPath": "/ws/floor/"}) | context)


@never_cache
@login_required
@require_GET
def floor_contact(request: HttpRequest, contact_id: str) -> HttpResponse:
    """One contact, read-only; its transcript comes through the floor's socket."""
    user = _supervisor(request)
    visible = transcripts.visible_to(user).select_related("conversation", "queue", "owner")
    contact = get_object_or_404(visible, pk=contact_id)
    chain = visible.filter(conversation=contact.conversation).order_by("handed_over_at", "pk")
    ids = {"contactId": contact.pk, "initialContactId": contact.conversation.initial_contact_id}
    return render(
        request,
        "floor_contact.html",
        _frame(user, {"wsPath": "/ws/floor/", **ids}) | {"contact": contact, "chain": chain},
    )


@never_cache
@require_GET
def healthz(_request: HttpRequest) -> JsonResponse:
    """For whoever starts us and whoever sends us traffic: 200 while the database answers."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            cursor.fetchone()
    except DatabaseError as error:
        return JsonResponse({"status": "unavailable", "database": type(error).__name__}, status=503)
    return JsonResponse({"status": "ok", "database": "ok"})


# ---- who may ---------------------------------------------------------------------------------------------------------


def agent_of(user: User) -> Agent | None:
    return Agent.objects.select_related("user").filter(user=user.pk).first()


def supervises(user: User) -> bool:
    """May see other people's contacts: by the permission given to them or their group, or as reader of a queue.

    A superuser has every permission without being given any, and is at home in the admin; the floor is open to them.
    """
    reads_a_queue = Queue.objects.filter(readers__in=user.groups.all()).exists()
    return reads_a_queue or (not user.is_superuser and user.has_perm("chats.view_contact"))


def may_see_the_floor(user: User) -> bool:
    return user.is_superuser or supervises(user)


def _supervisor(request: HttpRequest) -> User:
    user = cast("User", request.user)
    if not may_see_the_floor(user):
        raise PermissionDenied(_("The floor is for supervisors. An administrator can make you a reader of a queue."))
    return user


# ---- what is on a page -----------------------------------------------------------------------------------------------


def matching(contacts: QuerySet[Contact], wanted: str) -> QuerySet[Contact]:
    """Every word must be found in the customer's or the agent's name, or be a contact id."""
    for word in wanted.split():
        names = Q(conversation__customer_name__icontains=word)
        for name in NAMES:
            names |= Q(**{f"owner__{name}__icontains": word})
        contacts = contacts.filter(names | Q(pk=word) | Q(conversation__initial_contact_id=word))
    return contacts


def _file_rules() -> dict[str, Any]:
    """What the desk can say of a file before it is uploaded (state/attaching.js)."""
    types = {ending: kind.content_type for ending, kind in sorted(kinds.KINDS.items())}
    refused = parcels.are_refused_to("CUSTOM_BOT", timezone.now())
    return {"maxBytes": kinds.MAX_BYTES, "types": types, "refusedToUs": refused}


def _frame(user: User, page: dict[str, Any]) -> dict[str, Any]:
    """What every page shows: who is here, and the doors that are open to them. `page` is for the scripts."""
    name = user.get_full_name() or user.get_username()
    return {
        "page": {"userId": user.pk, "name": name, "loginPath": reverse("login"), **page},
        "may_desk": agent_of(user) is not None,
        "may_floor": may_see_the_floor(user),
    }
