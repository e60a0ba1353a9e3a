"""What the portal itself adds to Django's admin, and what of others it takes away; Django looks for it here."""

from django.apps import apps
from django.contrib import admin

from .admin_site import sign_ins

__all__ = ["sign_ins"]

# allauth's own pages show secrets, and change what the environment says or what people do themselves.
for _label in ("account", "socialaccount", "mfa"):
    for _model in apps.get_app_config(_label).get_models() if apps.is_installed(f"allauth.{_label}") else ():
        if admin.site.is_registered(_model):
            admin.site.unregister(_model)

if apps.is_installed("allauth.mfa"):
    from .admin_site import second_factors  # noqa: F401 -- it registers itself
