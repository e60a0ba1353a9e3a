"""What the audit records of accounts: sign-in, failed sign-in, sign-out, and every change of who may do what.

`KnowsOrigin` tells the audit whose request it is, for pages; `socket_origin` for sockets (ccp_portal.asgi).
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.db.models.signals import m2m_changed, post_delete, post_save, pre_save

from agents.models import Team
from agents.sockets.connection import Scope, header, session_key_of
from chats import audit
from chats.models import AuditAction, Queue

from .accounts import sign_ins
from .login import client_address

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

BY = {"socialaccount": "oidc", "mfa": "second factor", "webauthn": "passkey"}  # allauth's names of ways to sign in
FLAGS = ("is_active", "is_staff", "is_superuser")


class KnowsOrigin:
    """Middleware: what is recorded while a page is made comes from this session, address and person."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        session = audit.session_hash(request.COOKIES.get(settings.SESSION_COOKIE_NAME, ""))
        token = audit.origin.set(audit.Origin(session, client_address(request), request.user))
        try:
            return self.get_response(request)
        finally:
            audit.origin.reset(token)


def socket_origin(scope: Scope) -> audit.Origin:
    """The same for a socket; its commands know who calls."""
    meta = {"REMOTE_ADDR": (scope.get("client") or [""])[0], "HTTP_X_FORWARDED_FOR": header(scope, b"x-forwarded-for")}
    session = audit.session_hash(session_key_of(scope))
    return audit.Origin(session, client_address(cast("HttpRequest", SimpleNamespace(META=meta))))


def _signed_in(user: Any, request: HttpRequest | None = None, **_more: Any) -> None:
    """With how, where allauth has kept it in the session: a password alone is nothing worth saying."""
    session = getattr(request, "session", {})
    ways = [one.get("type", one["method"]) for one in session.get("account_authentication_methods", [])]
    audit.record(AuditAction.SIGNED_IN, user, **({"by": BY.get(ways[-1], ways[-1])} if ways else {}))


def _signed_out(user: Any, **_more: Any) -> None:
    if user is not None:
        audit.record(AuditAction.SIGNED_OUT, user)


def _sign_in_failed(credentials: Any, **_more: Any) -> None:
    """The account tried, where there is one: what else somebody types there may be a password."""
    tried = get_user_model().objects.filter(username=credentials.get("username") or "").first()
    audit.record(AuditAction.SIGN_IN_FAILED, None, user=tried)


def _actor() -> Any:
    user = audit.origin.get().user
    return user if user is not None and user.is_authenticated else None


RELATIONS = {  # where rights come from: what a change of it is called
    get_user_model().groups.through: "groups",
    get_user_model().user_permissions.through: "permissions",
    Group.permissions.through: "permissions",
    Queue.readers.through: "readers",
}


def _relation_changed(sender: Any, instance: Any, action: str, pk_set: Collection[int] | None, **more: Any) -> None:
    model, reverse = more["model"], more["reverse"]
    verb = {"post_add": "added", "post_remove": "removed", "pre_clear": "cleared"}.get(action)
    if verb is None or (verb != "cleared" and not pk_set):
        return
    changed = sorted(str(one) for one in model._default_manager.filter(pk__in=pk_set or ()))  # noqa: SLF001 -- Django's
    _record_rights(instance, relation=RELATIONS[sender], reverse=reverse, **{verb: changed})


def _record_rights(row: Any, **details: Any) -> None:
    person = row if isinstance(row, get_user_model()) else None
    queue = row if isinstance(row, Queue) else None
    audit.record(AuditAction.RIGHTS_CHANGED, _actor(), user=person, queue=queue, of=str(row), **details)


def _person_changes(instance: Any, update_fields: Collection[str] | None, **_more: Any) -> None:
    """Before an account is saved: whether it is active, staff or superuser is a right."""
    if instance.pk is None or (update_fields is not None and not set(update_fields) & set(FLAGS)):
        return
    before = type(instance).objects.filter(pk=instance.pk).values(*FLAGS).first() or {}
    changed = {
        name: getattr(instance, name) for name in FLAGS if name in before and before[name] != getattr(instance, name)
    }
    if changed:
        _record_rights(instance, **changed)


def _team_saved(instance: Team, created: bool, **_more: Any) -> None:
    if created:
        _record_rights(instance, team="made")


def _team_deleted(instance: Team, **_more: Any) -> None:
    _record_rights(instance, team="deleted")


def connect() -> None:
    """Called once, when the apps are ready."""
    user_logged_in.connect(_signed_in, dispatch_uid="audited.in")
    user_logged_in.connect(sign_ins.note_sign_in, dispatch_uid="audited.device")
    user_logged_out.connect(_signed_out, dispatch_uid="audited.out")
    user_login_failed.connect(_sign_in_failed, dispatch_uid="audited.failed")
    for relation in RELATIONS:
        m2m_changed.connect(_relation_changed, sender=relation, dispatch_uid=f"audited.{relation.__name__}")
    pre_save.connect(_person_changes, sender=get_user_model(), dispatch_uid="audited.person")
    post_save.connect(_team_saved, sender=Team, dispatch_uid="audited.team")
    post_delete.connect(_team_deleted, sender=Team, dispatch_uid="audited.no_team")
