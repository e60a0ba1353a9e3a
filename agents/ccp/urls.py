"""The addresses that published pages of Streams name in `ccpUrl`, and those of files of the participant API."""

from django.urls import path

from . import embed, loader, views
from .participant_api import files

PAGES = (
    "ccp",
    "ccp/",
    "ccp-v2",
    "ccp-v2/",
    "ccp-v2/softphone",
    "ccp-v2/softphone/",
    "ccp-v2/channel-view",
    "ccp-v2/channel-view/",
)
page = views.Ccp.as_view()
urlpatterns = [
    *(path(f"{where}{each}", page) for where in ("connect/", "") for each in PAGES),
    path("connect/embed-token", embed.embed_token),
    path("connect/session", embed.session, name="ccp_session"),
    path("connect/loader.js", loader.loader),
    path("participant/upload/<str:link>", files.upload),
    path("participant/file/<str:link>", files.file),
]
