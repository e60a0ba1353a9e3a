"""The audit: who did what to whom, when and why. Rows are only added, by chats.audit.record; nobody changes or deletes one."""

from __future__ import annotations

from typing import Any, NoReturn

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

MAX_REASON = 500


class AuditAction(models.TextChoices):
    """What is recorded. A later action (search, export) adds a line here and calls chats.audit.record."""

    WATCH_BEGAN = "watch_began", _("watch began")
    WATCH_ENDED = "watch_ended", _("watch ended")
    TRANSCRIPT_READ = "transcript_read", _("transcript read")
    WHISPERED = "whispered", _("whispered")
    BARGED_IN = "barged_in", _("barged in")
    TOOK_OVER = "took_over", _("took over")
    REASSIGNED = "reassigned", _("reassigned")
    REQUEUED = "requeued", _("requeued")
    PRIORITY_SET = "priority_set", _("priority set")
    CONTACT_ENDED = "contact_ended", _("contact ended")
    CONTACT_CLEARED = "contact_cleared", _("contact cleared")
    STATE_FORCED = "state_forced", _("agent state forced")
    AGENT_SIGNED_OUT = "agent_signed_out", _("agent signed out")
    CAPACITY_SET = "capacity_set", _("capacity set")
    QUEUES_SET = "queues_set", _("queues set")
    HELP_ASKED = "help_asked", _("help asked")
    HELP_TAKEN = "help_taken", _("help taken")
    HELP_LOWERED = "help_lowered", _("help lowered")
    HELP_ESCALATED = "help_escalated", _("help escalated")
    SIGNED_IN = "signed_in", _("signed in")
    SIGN_IN_FAILED = "sign_in_failed", _("sign-in failed")
    SIGNED_OUT = "signed_out", _("signed out")
    PASSWORD_CHANGED = "password_changed", _("password changed")
    PASSWORD_RESET_ASKED = "password_reset_asked", _("password reset asked for")
    SESSIONS_ENDED = "sessions_ended", _("sessions ended")
    LET_IN = "let_in", _("let in from the machine")
    RIGHTS_CHANGED = "rights_changed", _("rights changed")
    SETTING_CHANGED = "setting_changed", _("setting changed")


class AppendOnly(TypeError):
    """Somebody tried to change or delete what is only added to."""


class AuditQuerySet(models.QuerySet["AuditEntry"]):
    """Reads, and adds by `create`. Deleting a person, contact or queue empties its column only; the name stays."""

    def update(self, **_changes: Any) -> NoReturn:
        raise AppendOnly("Audit entries are never changed.")

    def delete(self) -> NoReturn:
        raise AppendOnly("Audit entries are never deleted.")


class AuditEntry(models.Model):
    """One thing that somebody did. Names are kept beside the rows they name, which may be deleted later."""

    at = models.DateTimeField(_("when"), default=timezone.now, db_index=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, verbose_name=_("who"), null=True, related_name="+"
    )
    actor_name = models.CharField(_("name"), max_length=310, blank=True)
    action = models.CharField(_("action"), max_length=32, choices=AuditAction.choices)
    contact = models.ForeignKey(
        "chats.Contact", models.SET_NULL, verbose_name=_("contact"), null=True, related_name="+"
    )
    contact_key = models.CharField(_("contact id"), max_length=256, blank=True)
    agent_user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, verbose_name=_("whom"), null=True, related_name="+"
    )
    agent_name = models.CharField(_("whom, by name"), max_length=310, blank=True)
    queue = models.ForeignKey("chats.Queue", models.SET_NULL, verbose_name=_("queue"), null=True, related_name="+")
    queue_name = models.CharField(_("queue, by name"), max_length=127, blank=True)
    reason = models.CharField(_("reason"), max_length=MAX_REASON, blank=True)
    details = models.JSONField(_("details"), default=dict, blank=True)
    session = models.CharField(_("session"), max_length=16, blank=True)  # a hash: it tells sessions apart
    address = models.GenericIPAddressField(_("address"), null=True)

    objects = AuditQuerySet.as_manager()

    class Meta:
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit entries")
        default_permissions = ["view"]
        indexes = [
            models.Index(fields=["action", "at"], name="audit_action"),
            models.Index(fields=["actor", "action", "at"], name="audit_actor"),
            models.Index(fields=["contact_key", "at"], name="audit_contact"),
        ]

    def __str__(self) -> str:
        return f"{self.actor_name}: {self.get_action_display()}"

    def save(self, **options: Any) -> None:
        """Kept once, never again."""
        if self.pk is not None:
            raise AppendOnly("Audit entries are never changed.")
        super().save(**options)

    def delete(self, using: Any | None = None, keep_parents: bool = False) -> NoReturn:  # noqa: ARG002 -- Django's
        raise AppendOnly("Audit entries are never deleted.")
