"""Queues: what they say and when they are open, who may read them, and a test chat that goes through the flow.

`agents.admin` adds what it knows of a queue (`QueueAdmin.extend`): thresholds, further ids, who serves it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from chats import connect
from chats.models import Contact, Queue, QueueText, Text

from .base import Admin, RowsInline, links, still_used
from .queue_texts import QueueForm, QueueTextForm, preview

InUse = Callable[[Sequence[Queue]], QuerySet[Any]]
Lacks = Callable[[Queue], list[str]]


class QueueTextInline(RowsInline):
    model = QueueText
    form = QueueTextForm
    joins = ("queue",)


@admin.register(Queue)
class QueueAdmin(Admin):
    form = QueueForm
    change_form_template = "admin/queue/page.html"
    list_display = ["name", "public_name", "is_default", "is_open", "hours", "max_waiting", "connect_id"]
    list_select_related = ["hours"]
    inlines = [QueueTextInline]
    list_filter = ["is_open", "is_default"]
    search_fields = ["name", "public_name", "connect_id"]
    help_texts = {
        "name": gettext_lazy("What agents and supervisors read, and by which a flow may name the queue"),
        "max_waiting": gettext_lazy("Who would be one more is told the text “full”, and does not wait."),
        "rescue": gettext_lazy("What becomes of the contacts of an agent whose desk does not come back"),
        "disposition_required": gettext_lazy("Agents cannot finish after contact work without choosing one."),
    }
    users: ClassVar[list[InUse]] = []
    lacks: ClassVar[list[Lacks]] = []
    fieldsets = [
        (None, {"fields": ["name", "connect_id", "is_default"]}),
        (gettext_lazy("When it takes contacts"), {"fields": ["is_open", "hours", "max_waiting"]}),
        (
            gettext_lazy("Agents"),
            {"fields": ["previous_agent_seconds", "rescue", "rescue_seconds", "disposition_required"]},
        ),
        (gettext_lazy("When supervisors are called"), {"fields": ["flag_phrases"]}),
        (
            gettext_lazy("Service level"),
            {
                "fields": [
                    "answer_within",
                    "service_level_goal",
                    "service_level_minutes",
                    "service_level_abandons",
                    "short_abandon_seconds",
                    "service_level_transfers",
                ],
                "description": gettext_lazy(
                    "How the floor counts it; docs/metrics.md has the formula with an example."
                ),
            },
        ),
        (
            gettext_lazy("Customers who wait, and who fall silent"),
            {"fields": ["waiting_every", "nudge_after", "silent_after"]},
        ),
        (
            gettext_lazy("What the customer sees"),
            {
                "fields": ["public_name", *(f"{kind}_text" for kind in Text.values)],
                "description": gettext_lazy("{Agent} becomes the agent's first name. An empty text is not said."),
            },
        ),
        (gettext_lazy("Who may read its contacts"), {"fields": ["readers"]}),
    ]

    @classmethod
    def extend(cls, inlines: Sequence[Any], users: InUse, lacks: Lacks) -> None:
        """Rows of other models on the page of a queue, what keeps one from being deleted, and what it lacks."""
        cls.inlines = [*cls.inlines, *inlines]
        cls.users.append(users)
        cls.lacks.append(lacks)

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **more: Any) -> Any:
        queue = more.get("obj")
        if queue is not None:
            context["lacks"] = self._lacking(queue)
            context["preview"] = preview(queue)
            if self._can_test(request):
                context["test_chat"] = reverse("admin:chats_queue_test_chat", args=[queue.pk])
        return super().render_change_form(request, context, *args, **more)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        for one in self._lacking(form.instance):
            messages.warning(request, one)

    def _lacking(self, queue: Queue) -> list[str]:
        """What will surprise somebody, as the queue is now."""
        found = [one for lacks in self.lacks for one in lacks(queue)]
        readers = queue.readers.all()
        if not readers:
            found.append(_("No group reads this queue's contacts: only who may see all contacts can."))
        elif not readers.filter(user__is_active=True).exists():
            found.append(_("The groups that read this queue's contacts have no members."))
        return found

    def in_use(self, request: HttpRequest, objs: Sequence[Any]) -> list[SafeString | str]:
        """A queue's contacts stay on record: with any, it cannot be deleted, only closed."""
        contacts = Contact.objects.filter(queue__in=objs)
        found = still_used(request, contacts) if contacts.exists() else []
        return [*found, *(one for users in self.users for one in links(users(objs)))]

    # ---- a test chat ---------------------------------------------------------------------------------------------------

    def _can_test(self, request: HttpRequest) -> bool:
        """Only where an emulator stands in for AWS: nobody starts chats in a real instance by a click."""
        return bool(settings.CCP_AWS_ENDPOINT) and self.has_change_permission(request)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(require_POST(self.test_chat_view))
        urls: list[URLPattern] = super().get_urls()
        return [path("<path:object_id>/test-chat/", view, name="chats_queue_test_chat"), *urls]

    def test_chat_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """A chat of a customer who is none, through the first of the flows that websites may start."""
        queue = self.get_object(request, unquote(object_id))
        if not self._can_test(request):
            raise PermissionDenied
        if queue is None:
            raise Http404
        flow = next(iter(settings.CCP_START_CHAT_FLOWS), "")
        if not flow:
            messages.error(request, _("Name a contact flow first: the setting CCP_START_CHAT_FLOWS is empty."))
            return redirect("admin:chats_queue_change", queue.pk)
        try:
            contact_id = _start_test_chat(queue, flow)
        except (connect.Refused, connect.Unavailable) as error:
            messages.error(request, _("The test chat was not started: %(why)s") % {"why": error})
        else:
            told = _("A test chat goes through the flow: contact %(id)s. It waits in this queue in a moment.")
            messages.success(request, told % {"id": contact_id})
        return redirect("admin:chats_queue_change", queue.pk)


def _start_test_chat(queue: Queue, flow: str) -> str:
    """The contact's id. The flow begins when its customer has connected, who does not listen."""
    started = connect.ask(
        "connect",
        "start_chat_contact",
        InstanceId=settings.CCP_INSTANCE_ID,
        ContactFlowId=flow,
        Attributes={"queueId": queue.name},
        ParticipantDetails={"DisplayName": _("Test chat")},
        InitialMessage={"ContentType": "text/plain", "Content": _("This is a test chat.")},
    )
    connect.ask(
        "connectparticipant",
        "create_participant_connection",
        ParticipantToken=started["ParticipantToken"],
        Type=["CONNECTION_CREDENTIALS"],
        ConnectParticipant=True,
    )
    return str(started["ContactId"])
