"""The pages of a person's own account, in the frame of the sign-in page. Django's views, with our limits and looks."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.conf import settings
from django.contrib.auth import views
from django.contrib.auth.decorators import login_required
from django.contrib.auth.forms import PasswordChangeForm
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse, reverse_lazy
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods
from django.views.generic import FormView

from ccp_portal.login import client_address
from chats import audit

from . import limits, reset_mail, sign_ins, ways_in

if TYPE_CHECKING:
    from django.contrib.auth.models import User


class SignInView(views.LoginView):
    """The one page to sign in."""

    template_name = "login.html"
    authentication_form = ways_in.PasswordForm

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        context = super().get_context_data(**more)
        return context | ways_in.of(self.request, context["next"])

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """A tab that was signed out comes with `over`; when another tab has signed in meanwhile it goes back at once."""
        if request.method == "GET" and "over" in request.GET and request.user.is_authenticated:
            return redirect(self.get_success_url())
        request.asks_for_codes = True  # type: ignore[attr-defined]  # a mark of ours: ccp_portal.login lets nobody in elsewhere
        return super().dispatch(request, *args, **kwargs)

    def form_valid(self, form: Any) -> HttpResponse:
        """Whoever has a second factor, or has to have one, is asked for it before they are signed in."""
        if not ways_in.needs_code(form.get_user()):
            return super().form_valid(form)
        from ccp_portal.sso import second_factor  # needs allauth

        return second_factor.go_on(self.request, form.get_user(), self.get_success_url())


# ---- one's own password ------------------------------------------------------------------------------------------------


class OwnPasswordForm(PasswordChangeForm):
    """Somebody at an unlocked desk may not guess the old password for ever."""

    def clean_old_password(self) -> str:
        seconds = limits.old_password_waits(self.user.pk)
        if seconds:
            raise forms.ValidationError(_wait(seconds))
        return super().clean_old_password()


class PasswordChangeView(views.PasswordChangeView):
    """Ends the person's other sessions; this one goes on under another key."""

    template_name = "password_change.html"
    form_class = OwnPasswordForm
    success_url = reverse_lazy("password_change_done")

    def form_valid(self, form: Any) -> HttpResponse:
        """At once: nobody sees the new password with the old session, or the other way round."""
        with transaction.atomic():
            answer = super().form_valid(form)
            self.request.session.save()
        return answer


def password_change_done(request: HttpRequest) -> HttpResponse:
    text = _("Your password is changed. Wherever else you were signed in, you no longer are.")
    return _told(request, _("Password changed"), text, reverse("home"), _("Go on"))


# ---- where one is signed in --------------------------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
@login_required
def devices(request: HttpRequest) -> HttpResponse:
    """Listed; ended by POST: the one that `end` names, or without it all but this one."""
    user = cast("User", request.user)
    this = request.session.session_key or ""
    if request.method == "POST":
        only = request.POST.get("end", "")
        sign_ins.end(user, user, only=only, but="" if only else audit.session_hash(this))
        return redirect("devices")
    return render(request, "devices.html", {"devices": sign_ins.devices_of(user, this)})


# ---- a forgotten one ---------------------------------------------------------------------------------------------------


class ResetForm(forms.Form):
    """Who it is, by either name."""

    who = forms.CharField(label=gettext_lazy("User name or e-mail address"), max_length=254)


class PasswordResetView(FormView):  # type: ignore[type-arg]  # Django's class takes no parameter at run time
    """The same answer, in the same time, whoever is named."""

    template_name = "password_reset.html"
    form_class = ResetForm

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        return super().get_context_data(**more) | {"has_mail": bool(settings.EMAIL_URL)}

    def form_valid(self, form: ResetForm) -> HttpResponse:
        if not settings.EMAIL_URL:
            return self.render_to_response(self.get_context_data(form=form))
        seconds = limits.reset_waits(client_address(self.request))
        if seconds:
            form.add_error(None, _wait(seconds))
            answer = self.render_to_response(self.get_context_data(form=form), status=429)
            answer["Retry-After"] = str(seconds)
            return answer
        origin = self.request.build_absolute_uri("/").rstrip("/")
        language = translation.get_language() or settings.LANGUAGE_CODE
        reset_mail.send_in_background(reset_mail.Asked(form.cleaned_data["who"], origin, language))
        return redirect("password_reset_done")


def password_reset_done(request: HttpRequest) -> HttpResponse:
    text = _(
        "If that is the account of somebody whose e-mail address we have, a mail with a link is on its way. Look into"
        " the folder for junk, too. Nothing came? An administrator can give you a link."
    )
    return _told(request, _("Look into your mail"), text, reverse("login"), _("Sign in"))


class PasswordResetConfirmView(views.PasswordResetConfirmView):
    """Where a link leads, mailed or given by an administrator; it is good once."""

    template_name = "password_reset_confirm.html"
    success_url = reverse_lazy("password_reset_complete")


def password_reset_complete(request: HttpRequest) -> HttpResponse:
    text = _("Your new password is set. Wherever you were signed in, you no longer are.")
    return _told(request, _("Password set"), text, reverse("login"), _("Sign in"))


# ---- what they have in common ------------------------------------------------------------------------------------------


def _told(request: HttpRequest, title: str, text: str, address: str, button: str) -> HttpResponse:
    """A card that says what happened, and leads on."""
    return render(request, "account_told.html", {"title": title, "text": text, "address": address, "button": button})


def _wait(seconds: int) -> str:
    minutes = math.ceil(seconds / 60)
    told = ngettext(
        "That was too often. Try again in %(minutes)d minute.",
        "That was too often. Try again in %(minutes)d minutes.",
        minutes,
    )
    return told % {"minutes": minutes}
