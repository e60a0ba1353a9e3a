"""Visibility: `visible_to` is the one answer to which contacts a user may see, for pages, sockets, files and search.

`UserRights` tells the hub when a user's session ends or what `visible_to` depends on changes.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Protocol

from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY, get_user_model
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from chats.models import Contact, Conversation, Transfer
from chats.realtime import SocketUser

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser, User


class ContactScope(Protocol):
    """What else makes contacts visible: agents.supervision.scope knows teams. Called on database threads."""

    def contacts(self, user: User) -> Q:
        """Which conversations, besides those that visible_to knows of itself; an empty Q: none."""

    def versions(self, users: Collection[User]) -> Mapping[int, str]:
        """A word for what this depends on, by user; who has nothing of it is left out."""


_scopes: list[ContactScope] = []


def register_scope(scope: ContactScope) -> None:
    """Ask this too, which contacts a user may see."""
    _scopes[:] = [scope]


def visible_to(user: User | AnonymousUser) -> QuerySet[Contact]:
    """The contacts this user may see: their own, those a colleague offers them, their groups' queues', those of the
    teams they supervise, or all with the permission to view contacts.
    """
    contacts = Contact.objects.all()
    if not user.is_authenticated or not user.is_active:
        return contacts.none()
    if user.has_perm("chats.view_contact"):
        return contacts
    seen = (
        Q(contacts__owner=user.pk)
        | Q(contacts__queue__readers__in=user.groups.values("pk"))
        | Q(contacts__transfer__to_user=user.pk, contacts__transfer__state=Transfer.State.OFFERED)
    )
    for scope in _scopes:
        seen |= scope.contacts(user)
    chains = Conversation.objects.filter(seen)
    return contacts.filter(conversation__in=chains.values("pk"))


class UserRights:
    """Which sockets' users are still signed in, and with which rights (realtime.SocketUserRights)."""

    def versions(self, sockets: Collection[SocketUser]) -> Mapping[SocketUser, str]:
        """A session counts while it lasts and was signed in with the password that its user has now."""
        people = get_user_model().objects.filter(pk__in={socket.user_id for socket in sockets}, is_active=True)
        users = {user.pk: user for user in people.prefetch_related(*RIGHTS)}
        scopes = [scope.versions(users.values()) for scope in _scopes]
        rights = {pk: _rights(user) + "".join(one.get(pk, "") for one in scopes) for pk, user in users.items()}
        keys = {socket.session_key for socket in sockets}
        sessions = Session.objects.filter(pk__in=keys, expire_date__gt=timezone.now())
        signed_in = {key: _signed_in(data) for key, data in sessions.values_list("pk", "session_data")}
        return {
            socket: rights[socket.user_id]
            for socket in sockets
            if socket.user_id in users
            and _is_signed_in(users[socket.user_id], signed_in.get(socket.session_key, SIGNED_OUT))
        }


SIGNED_OUT = ("", "")


@lru_cache(maxsize=4096)  # every hub asks every two seconds, and a session's data seldom changes
def _signed_in(session_data: str) -> tuple[str, str]:
    """Who signed in, and the hash of their password at that time."""
    session = SessionStore().decode(session_data)
    return str(session.get(SESSION_KEY, "")), str(session.get(HASH_SESSION_KEY, ""))


def _is_signed_in(user: User, signed_in: tuple[str, str]) -> bool:
    """As django.contrib.auth.get_user decides for a page."""
    user_id, then = signed_in
    hashes = (user.get_session_auth_hash(), *user.get_session_auth_fallback_hash())
    return user_id == str(user.pk) and any(constant_time_compare(then, one) for one in hashes)


RIGHTS = ("groups__queue_set", "groups__permissions", "user_permissions")


def _rights(user: User) -> str:
    """All that `visible_to` depends on: a queue may lose a group just as a group may lose a member."""
    groups = user.groups.all()
    queues = sorted({(group.pk, queue.pk) for group in groups for queue in group.queue_set.all()})
    own = {permission.pk for permission in user.user_permissions.all()}
    permissions = sorted(own | {permission.pk for group in groups for permission in group.permissions.all()})
    return f"{user.is_superuser}{user.password[-12:]}{queues}{permissions}"
