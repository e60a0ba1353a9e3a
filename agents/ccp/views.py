"""The CCP's page, in the frame of a page of Streams, in its login window or alone: the login, then the agent's desk.

The page that holds it hears that it is there (frontend/ccp) before anybody has signed in, so that Streams neither opens a window
nor loads the frame anew while somebody types a password.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.decorators import method_decorator
from django.utils.module_loading import import_string
from django.views.decorators.cache import never_cache

from agents.views import pages


@method_decorator(never_cache, name="dispatch")
class Ccp(LoginView):
    """GET: the desk, with `?ui=none` nothing but its scripts; the login for who has not signed in. POST: the login."""

    template_name = "login.html"

    def get(self, request: HttpRequest, *_args: Any, **_kwargs: Any) -> HttpResponse:
        if not request.user.is_authenticated:
            return self.render_to_response(self.get_context_data())
        user = request.user
        agent = pages.agent_of(user)
        if agent is None:
            return render(request, "ccp_no_agent.html", status=403)
        context = pages.frame(user, pages.desk_page(agent) | {"loginPath": request.path}) | {"is_framed": True}
        return render(request, "ccp_quiet.html" if request.GET.get("ui") == "none" else "ccp_desk.html", context)

    def get_form_class(self) -> Any:
        return import_string(settings.CCP_PASSWORD_FORM)

    def form_valid(self, form: Any) -> HttpResponse:
        super().form_valid(form)
        quiet = "?ui=none" if self.request.GET.get("ui") == "none" else ""
        return HttpResponseRedirect(self.request.path + quiet)
