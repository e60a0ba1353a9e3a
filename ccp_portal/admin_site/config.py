"""The app that stands in INSTALLED_APPS in place of django.contrib.admin."""

from __future__ import annotations

from django.contrib.admin.apps import AdminConfig


class PortalAdminConfig(AdminConfig):
    """`admin.site` is ours, so every page that registers itself there has our frame."""

    default_site = "ccp_portal.admin_site.site.PortalAdminSite"
