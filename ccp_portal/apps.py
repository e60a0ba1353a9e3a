"""The composition root's app: system checks and the commands that run the product."""

from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import pre_migrate


class PortalConfig(AppConfig):
    name = "ccp_portal"
    verbose_name = "CCP Portal"

    def ready(self) -> None:
        from . import audited, checks  # noqa: F401 -- importing checks registers them
        from .sso import checks as sso_checks  # noqa: F401 -- as above

        audited.connect()
        pre_migrate.connect(_may_take_long, dispatch_uid="ccp_portal.may_take_long")


def _may_take_long(*, using: str, **_kwargs: Any) -> None:
    """A migration of a large table takes longer than any statement of the portal's may."""
    if connections[using].vendor == "postgresql":
        with connections[using].cursor() as cursor:
            cursor.execute("SET statement_timeout = 0; SET lock_timeout = '60s'")
