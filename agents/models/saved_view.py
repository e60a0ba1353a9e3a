"""A supervisor's own view of the floor, kept under a name: protocol.FloorView as JSON."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

MOST_VIEWS = 50  # of one user


class SavedView(models.Model):
    """A view that its user saved; nobody else sees it."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="saved_views")
    name = models.CharField(_("name"), max_length=60)
    view = models.JSONField(default=dict)

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["user", "name"], name="a_view_once_per_name")]

    def __str__(self) -> str:
        return self.name
