"""The composition root's app: system checks and the commands that run the product."""

from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "ccp_portal"
    verbose_name = "CCP Portal"

    def ready(self) -> None:
        from . import checks  # noqa: F401 -- importing registers them
