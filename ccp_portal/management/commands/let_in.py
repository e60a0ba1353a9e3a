"""Break glass: lets an administrator in from the machine itself, when nobody can sign in any more. It is audited."""

from __future__ import annotations

from typing import Any

from axes.models import AccessAttempt
from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from ccp_portal.accounts import reset_mail
from chats import audit
from chats.models import AuditAction
from chats.models.audit import MAX_REASON


class Command(BaseCommand):
    help = (
        "Prints a link with which this person chooses a password, good once, and lifts their wait for wrong ones"
        " and their second factor."
        " Needs neither mail nor single sign-on. Recorded in the audit."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--reason", required=True, help="for the audit: why, and who you are")
        parser.add_argument("--make-admin", action="store_true", help="active and superuser; made when there is none")
        parser.add_argument("--everybody", action="store_true", help="lift the wait of all accounts and addresses")

    @transaction.atomic
    def handle(self, *_args: Any, **options: Any) -> None:
        reason = options["reason"].strip()
        if not reason or len(reason) > MAX_REASON:
            raise CommandError(f"Say a reason, of {MAX_REASON} characters at most.")
        user = self._user(options["username"], make_admin=options["make_admin"])
        waiting = AccessAttempt.objects.all()
        if not options["everybody"]:
            waiting = waiting.filter(username=user.get_username())
        lifted = waiting.count()
        waiting.delete()
        details: dict[str, Any] = {"made_admin": options["make_admin"], "waits_lifted": lifted}
        audit.record(AuditAction.LET_IN, None, user=user, reason=reason, **details, **_without_second_factor(user))
        self.stdout.write(_origin() + reset_mail.link_of(user))

    def _user(self, username: str, *, make_admin: bool) -> User:
        user = get_user_model().objects.filter(username=username).first()
        if user is None and not make_admin:
            raise CommandError(f"There is no account {username!r}. --make-admin makes one.")
        if user is None:
            user = get_user_model().objects.create_user(username)
        if make_admin:
            user.is_active = user.is_staff = user.is_superuser = True
            user.save(update_fields=["is_active", "is_staff", "is_superuser"])
        elif not user.is_active:
            raise CommandError(
                f"The account {username!r} is not active. --make-admin makes it active, and an administrator."
            )
        return user


def _without_second_factor(user: User) -> dict[str, Any]:
    """The telephone with the app may be what is lost."""
    if not settings.SSO_IS_ON:
        return {}
    from ccp_portal.sso import second_factor  # needs allauth

    return {"second_factor_removed": second_factor.take_away(user, None)}


def _origin() -> str:
    """Where the portal is, as far as the settings say."""
    if settings.CSRF_TRUSTED_ORIGINS:
        return str(settings.CSRF_TRUSTED_ORIGINS[0])
    host = next((one for one in settings.ALLOWED_HOSTS if one.strip("*.")), "127.0.0.1")
    return f"http{'s' if settings.CCP_HTTPS else ''}://{host}"
