"""Where the instance's CCP is, as the desk and its frame are told; nothing while CCP_CONNECT_CCP_URL is empty."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.urls import reverse


def for_desk() -> dict[str, Any]:
    if not settings.CCP_CONNECT_CCP_URL:
        return {}
    login = settings.CCP_CONNECT_LOGIN_URL or settings.CCP_CONNECT_CCP_URL
    return {"connectCcp": {"framePath": reverse("ccp_bridge"), "loginUrl": login}}


def for_frame() -> dict[str, Any]:
    return {"ccpUrl": settings.CCP_CONNECT_CCP_URL, "region": settings.CCP_AWS_REGION}


def ccp_origin() -> str:
    parts = urlsplit(settings.CCP_CONNECT_CCP_URL)
    return f"{parts.scheme}://{parts.netloc}"
