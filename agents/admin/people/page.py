"""The list of people and the page of one: account and desk in one form, what they are doing, and the ways to act on them."""

from __future__ import annotations

import smtplib
from collections.abc import Iterable
from typing import Any, cast

from django.contrib import admin, messages
from django.contrib.admin.actions import delete_selected
from django.contrib.admin.utils import unquote
from django.contrib.auth import get_user_model
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timesince import timesince
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache

from agents.admin.tables import PeopleTable, TableAdmin
from agents.protocol.refusals import Refusal
from agents.supervision import accounts, scope
from chats.admin import Admin

from . import now, password_link
from .acts import ACTS, Act
from .form import PersonForm

KEPT = gettext_lazy(
    "What happened to contacts stays on record, so whoever had a part in one cannot be deleted: %(names)s. Deactivate the"
    " account instead: nobody can sign in with it any more, and you choose what becomes of the contacts it serves."
)


def _with_contacts(people: Iterable[User]) -> list[User]:
    """Those of them who had a part in a contact."""
    pks = [person.pk for person in people]
    return list(get_user_model().objects.filter(pk__in=pks, agent__agent_contacts__isnull=False).distinct())


admin.site.unregister(get_user_model())


@admin.register(User)
class PersonAdmin(TableAdmin, UserAdmin):  # type: ignore[type-arg]  # Django's class takes no parameter at run time
    form = add_form = PersonForm
    add_form_template = None
    table = PeopleTable
    list_display = ["username", "name", "state", "contacts", "seen", "profile", "of_groups", "is_staff", "is_active"]
    list_filter = ["is_active", "groups", "agent__state", "agent__routing_profile", "is_staff"]
    list_select_related = ["agent__state", "agent__routing_profile"]
    search_fields = ["username", "first_name", "last_name", "email"]
    ordering = ["username"]
    filter_horizontal = ()
    change_form_template = "admin/people/page.html"
    actions = ["delete_selected"]
    add_fieldsets: Any = (
        (None, {"fields": ("first_name", "last_name", "username", "email")}),
        (gettext_lazy("At the desk"), {"fields": ("routing_profile", "capacity")}),
        (gettext_lazy("Groups and teams"), {"fields": ("teams", "roles")}),
        (
            gettext_lazy("Administration"),
            {"classes": ("collapse",), "fields": ("is_staff", "is_superuser", "user_permissions")},
        ),
    )
    fieldsets = add_fieldsets

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        return super().get_queryset(request).prefetch_related("groups")

    # ---- the form ------------------------------------------------------------------------------------------------------

    def get_form(self, request: HttpRequest, obj: Any | None = None, change: bool = False, **more: Any) -> Any:
        form = super().get_form(request, obj, change, **more)
        return type(form.__name__, (form,), {"by": request.user})

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Only superusers make superusers."""
        more = [] if request.user.is_superuser else ["is_superuser"]
        return [*super().get_readonly_fields(request, obj), *more]

    def content(self, request: HttpRequest, stored: User) -> dict[str, Any]:
        agent = getattr(stored, "agent", None)
        return {
            **super().content(request, stored),
            _("Groups and teams"): sorted(group.name for group in stored.groups.all()),
            _("Routing profile"): agent.routing_profile.name if agent else "",
            _("Chats at once"): agent.capacity_override if agent else None,
        }

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        """A new person chooses a password by a link."""
        if not change:
            obj.set_unusable_password()
        super().save_model(request, obj, form, change)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        form.save_beside(form.instance)

    def response_add(self, request: HttpRequest, obj: User, post_url_continue: str | None = None) -> HttpResponse:
        """The link at once, in the answer to the form: a redirect would have to carry it."""
        if "_addanother" in request.POST or "_popup" in request.POST:
            return Admin.response_add(self, request, obj, post_url_continue)
        messages.success(request, _("%(name)s has an account.") % {"name": _name(obj)})
        return self._give_link(request, obj)

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **more: Any) -> Any:
        person = more.get("obj")
        if person is not None:
            context |= {"now": now.told(person, request), "acts": self._acts(request, person)}
        return super().render_change_form(request, context, *args, **more)

    # ---- acting on a person --------------------------------------------------------------------------------------------

    def get_urls(self) -> list[URLPattern]:
        def own(route: str, view: Any, name: str) -> URLPattern:
            made: URLPattern = path(f"<path:object_id>/{route}/", self.admin_site.admin_view(view), name=name)
            return made

        urls = [
            own("link", never_cache(self.link_view), "auth_user_link"),
            *(own(act.slug, self._view_of(act), f"auth_user_{act.slug}") for act in ACTS),
        ]
        return [*urls, *super().get_urls()]

    def _view_of(self, act: Act) -> Any:
        def view(request: HttpRequest, object_id: str) -> HttpResponse:
            return self.act_view(request, object_id, act)

        return view

    def _acts(self, request: HttpRequest, person: User) -> list[tuple[str, Any]]:
        if not self.has_change_permission(request, person):
            return []
        offered = [one for one in ACTS if one.is_offered(person) and request.user.has_perm(one.permission)]
        acts = [(reverse(f"admin:auth_user_{one.slug}", args=[person.pk]), one.title) for one in offered]
        if person.is_active:
            acts.insert(0, (reverse("admin:auth_user_link", args=[person.pk]), _("Password link")))
        return acts

    def _person(self, request: HttpRequest, object_id: str) -> User:
        person: User | None = self.get_object(request, unquote(object_id))
        if not self.has_change_permission(request, person):
            raise PermissionDenied
        if person is None:
            raise Http404
        return person

    def act_view(self, request: HttpRequest, object_id: str, act: Act) -> HttpResponse:
        """The page of an act, and what became of it on the person's own page."""
        person, by = self._person(request, object_id), scope.current(cast("User", request.user))
        if not by.has_perm(act.permission):
            raise PermissionDenied
        page = redirect("admin:auth_user_change", person.pk)
        if not act.is_offered(person):
            return page
        form = act.form(person, by, request.POST if request.method == "POST" else None)
        if form.is_bound and form.is_valid():
            try:
                act.do(request, person, form.cleaned_data)
            except Refusal as refusal:
                form.add_error(None, refusal.told())
            except accounts.AccountNeeded as needed:
                form.add_error(None, str(needed))
            else:
                self.log_change(request, person, str(act.title))
                return page
        return self._page(request, person, act.title, {"form": form, "told": act.told, "button": act.title})

    def link_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        person = self._person(request, object_id)
        if request.method == "POST" and person.is_active:
            return self._give_link(request, person)
        told = _("The person opens it and chooses a password. It works once; earlier ones stay good until one is used.")
        return self._page(request, person, _("Password link"), {"told": told, "button": _("Make a link")})

    def _give_link(self, request: HttpRequest, person: User) -> HttpResponse:
        link = password_link.made_for(person, request)
        self.log_change(request, person, "Password link")
        context: dict[str, Any] = {"link": link}
        if password_link.can_be_mailed(person):
            try:
                password_link.mail(person, link)
            except (OSError, smtplib.SMTPException) as error:
                context["failed"] = str(error)
            else:
                context = {"mailed": person.email}
        return self._page(request, person, _("Password link"), context, "admin/people/link.html")

    def _page(
        self,
        request: HttpRequest,
        person: User,
        title: Any,
        context: dict[str, Any],
        template: str = "admin/people/act.html",
    ) -> HttpResponse:
        frame = {"title": title, "subtitle": _name(person), "person": person, "opts": self.opts, "media": self.media}
        answer = TemplateResponse(request, template, {**self.admin_site.each_context(request), **frame, **context})
        answer["Cache-Control"] = "no-store"
        return answer

    # ---- deleting ------------------------------------------------------------------------------------------------------

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Offered for who never had a contact, and not for oneself or the last who manages accounts."""
        if not super().has_delete_permission(request, obj):
            return False
        return obj is None or (not _with_contacts([obj]) and not self._is_needed(request, [obj]))

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
        people = list(people)
        kept = _with_contacts(people)
        if kept:
            names = ", ".join(_name(person) for person in kept)
            self.message_user(request, KEPT % {"names": names}, messages.ERROR)
        needed = self._is_needed(request, people)
        if needed:
            self.message_user(request, needed, messages.ERROR)
        return bool(kept or needed)

    def _is_needed(self, request: HttpRequest, people: list[User]) -> str:
        try:
            accounts.check_not_needed(cast("User", request.user), *people)
        except accounts.AccountNeeded as needed:
            return str(needed)
        return ""

    # ---- the list ------------------------------------------------------------------------------------------------------

    @admin.display(description=gettext_lazy("name"), ordering="first_name")
    def name(self, person: User) -> str:
        return person.get_full_name()

    @admin.display(description=gettext_lazy("state"), ordering="agent__state")
    def state(self, person: User) -> str | SafeString:
        if not hasattr(person, "agent"):
            return ""
        return format_html(
            "{} <small>{}</small>", person.agent.state.name, timesince(person.agent.state_since, depth=1)
        )

    @admin.display(description=gettext_lazy("contacts"), ordering="agent__load")
    def contacts(self, person: User) -> str:
        return f"{person.agent.load} / {person.agent.capacity}" if hasattr(person, "agent") else ""

    @admin.display(description=gettext_lazy("last seen"), ordering="agent__seen_at")
    def seen(self, person: User) -> Any:
        return person.agent.seen_at if hasattr(person, "agent") else None

    @admin.display(description=gettext_lazy("routing profile"), ordering="agent__routing_profile")
    def profile(self, person: User) -> str:
        return person.agent.routing_profile.name if hasattr(person, "agent") else ""

    @admin.display(description=gettext_lazy("groups"))
    def of_groups(self, person: User) -> str:
        return ", ".join(group.name for group in person.groups.all())


def _name(person: User) -> str:
    return person.get_full_name() or person.get_username()
