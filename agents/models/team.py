"""Teams: Django groups whose members' contacts and states a team lead supervises. And what a supervisor may be given."""

from __future__ import annotations

from django.contrib.auth.models import Group
from django.db import models
from django.utils.translation import gettext_lazy as _


class Team(models.Model):
    """A group that is a team. Its members are the group's users; who of them may supervise has `supervise_team`."""

    group = models.OneToOneField(Group, models.CASCADE, verbose_name=_("group"), related_name="team")

    class Meta:
        verbose_name = _("team")
        verbose_name_plural = _("teams")
        permissions = [
            ("view_floor", "Can open the floor and watch live"),
            ("view_floor_hidden", "Can watch without being shown"),
            ("supervise_team", "Can see the contacts and agents of the teams they are in"),
            ("whisper", "Can whisper to the agent"),
            ("barge_in", "Can write to the customer"),
            ("take_over", "Can take over contacts"),
            ("assign_contacts", "Can reassign and requeue contacts and set their priority"),
            ("end_contacts", "Can end contacts and clear stuck ones"),
            ("manage_agents", "Can force states, sign agents out, set capacity and queues"),
            ("answer_help", "Can answer requests for help"),
        ]

    def __str__(self) -> str:
        return self.group.name
