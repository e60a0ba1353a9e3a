"""Which pages of others may hold the CCP in a frame and call its participant API: those of CCP_ALLOWED_ORIGINS, exactly."""

from __future__ import annotations

from django.conf import settings


def allowed(origin: str) -> bool:
    """`origin` is what a browser says in Origin: scheme, host and port."""
    return origin in settings.CCP_ALLOWED_ORIGINS
