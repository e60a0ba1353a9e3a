"""Every address of the portal; sockets are wired in asgi."""

from django.contrib import admin
from django.contrib.auth.views import LogoutView
from django.urls import include, path
from django.views.decorators.cache import cache_page
from django.views.i18n import JavaScriptCatalog, set_language

from agents import contact_flow
from agents.ccp import urls as ccp_urls
from agents.ccp_bridge import views as ccp_bridge
from agents.views import files, pages, wallboard
from ccp_portal.accounts.views import SignInView
from ccp_portal.sso import urls as sso
from chats.inbox import webhook

urlpatterns = [
    path("", pages.home, name="home"),
    path("login/", SignInView.as_view(), name="login"),
    path("logout/", LogoutView.as_view(), name="logout"),
    path("account/", include("ccp_portal.accounts.urls")),
    path("desk/", pages.desk, name="desk"),
    path("desk/watched/", pages.who_watched, name="watched"),
    path("desk/connect/", ccp_bridge.bridge, name="ccp_bridge"),
    path("desk/connect/streams.js", ccp_bridge.streams, name="ccp_bridge_streams"),
    path("history/", pages.history, name="history"),
    path("history/<str:contact_id>/", pages.history_contact, name="history_contact"),
    path("floor/", pages.floor, name="floor"),
    path("floor/<str:contact_id>/", pages.floor_contact, name="floor_contact"),
    path("wallboard/", wallboard.page, name="wallboard"),
    path("wallboard/figures/", wallboard.figures, name="wallboard_figures"),
    path("contacts/<str:contact_id>/files/", files.upload, name="files"),
    path("contacts/<str:contact_id>/files/<str:attachment_id>/", files.download, name="file"),
    path("admin/", admin.site.urls),
    path("webhooks/sns/", webhook.sns, name="sns"),
    path("reception/", contact_flow.receive, name="reception"),
    *ccp_urls.urlpatterns,
    path("healthz", pages.healthz, name="healthz"),
    path("readyz", pages.readyz, name="readyz"),
    path("language/", set_language, name="set_language"),
    *sso.urlpatterns,
    path("jsi18n/", cache_page(3600)(JavaScriptCatalog.as_view(packages=["agents"])), name="jsi18n"),
]
