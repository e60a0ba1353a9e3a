"""Watching: who follows which live contact, from when to when. It changes nothing of the contact, nor of its agent's load.

Called by the floor's socket and its background job. A watch is a lease of its socket: it ends with the socket, with the
right to see the contact, or, when the process was killed, when nobody has renewed it for CCP_LEASE_SECONDS.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from agents.models import Agent, AgentContact, Watch
from agents.protocol import agent_contact_state
from agents.protocol.refusals import Refusal
from chats import audit, contact_state, participation, realtime, transcripts
from chats.models import AuditAction, Contact
from chats.row_backoff import RowBackoff

from . import scope

if TYPE_CHECKING:
    from django.contrib.auth.models import User

AT_ONCE = 200
RESUMED_WITHIN = timedelta(minutes=5)  # a tab that comes back watches as it did before: hidden, for the same purpose
_backoff = RowBackoff("watches")


class Watching(NamedTuple):
    """What a tab follows: the conversation's stream, and the row of the watch; None: it is no watch (ended, one's own)."""

    contact_id: str
    stream: str
    watch: int | None


@transaction.atomic
def begin(watcher: User, contact_id: str, *, hidden: bool = False, purpose: str = "") -> Watching:
    """Watch this contact from now on. Refusal when it is out of scope, or a purpose is asked and none is said."""
    user = scope.current(watcher)
    contact = participation.lock_contacts([contact_id]).get(contact_id)
    scope.check(user, contact_id=contact_id)
    assert contact is not None  # noqa: S101 -- what is in scope exists
    if contact.owner_id == user.pk:
        return Watching(contact.pk, contact.stream, None)
    if contact.state == contact_state.State.ENDED:
        record_read(user, contact)
        return Watching(contact.pk, contact.stream, None)
    if hidden and not user.has_perm("agents.view_floor_hidden"):
        raise Refusal("notPermitted", "You may not do that: an administrator can give you the permission.")
    if settings.CCP_WATCH_ASKS_PURPOSE and not purpose.strip():
        raise Refusal("purposeNeeded", "Say what you watch this contact for.")
    return Watching(contact.pk, contact.stream, _begin(user, contact, hidden, purpose.strip()).pk)


def _begin(user: User, contact: Contact, hidden: bool, purpose: str) -> Watch:
    now = timezone.now()
    again = Watch.objects.filter(user=user, contact=contact, until=None).exists()
    watch = Watch.objects.create(
        user=user,
        user_name=audit.name_of(user),
        contact=contact,
        since=now,
        seen_at=now,
        hidden=hidden,
        purpose=purpose,
    )
    if not again:  # a second tab of the same person is the same watch
        audit.record(AuditAction.WATCH_BEGAN, user, contact=contact, user=contact.owner, reason=purpose, hidden=hidden)
    _show_agents(contact)
    return watch


def resume(watcher: User, initial_contact_id: str) -> Watching | None:
    """A tab came back that followed this conversation: it watches as it did before. None: it has to ask again."""
    seen = transcripts.visible_to(scope.current(watcher)).filter(conversation__initial_contact_id=initial_contact_id)
    contact = seen.order_by("-handed_over_at", "-pk").first()
    if contact is None:
        return None
    since = timezone.now() - RESUMED_WITHIN
    last = Watch.objects.filter(user=watcher.pk, contact=contact, seen_at__gt=since).order_by("-pk").first()
    try:
        return begin(watcher, contact.pk, hidden=bool(last and last.hidden), purpose=last.purpose if last else "")
    except Refusal:
        return None


def renew(watches: Collection[int], now: datetime) -> None:
    """The tab that watches is alive."""
    Watch.objects.filter(pk__in=watches, until=None).update(seen_at=now)


@transaction.atomic
def end(watch_pk: int, until: datetime) -> bool:
    """The watch is over; whether it was not before. Its end is recorded with the last tab of that person."""
    watch = Watch.objects.select_related("user").filter(pk=watch_pk).first()
    if watch is None:
        return False
    contact = participation.lock_contacts([watch.contact_id])[watch.contact_id]
    if not Watch.objects.filter(pk=watch_pk, until=None).update(until=until):
        return False
    if not Watch.objects.filter(user=watch.user, contact=contact, until=None).exists():
        audit.record(AuditAction.WATCH_ENDED, watch.user, contact=contact, user=contact.owner, hidden=watch.hidden)
    _show_agents(contact)
    return True


def end_lapsed_steps(now: datetime) -> Iterator[int]:
    """End what nobody has renewed: its process was killed, or its machine is gone."""
    lapsed = Watch.objects.filter(until=None, seen_at__lt=now - timedelta(seconds=settings.CCP_LEASE_SECONDS))
    found = dict(lapsed.exclude(pk__in=_backoff.held(now)).order_by("seen_at").values_list("pk", "seen_at")[:AT_ONCE])
    yield from _backoff.steps(found, lambda pk: end(pk, found[pk]), now)


def _show_agents(contact: Contact) -> None:
    """Every desk with the contact shows who watches it. The contact is locked; agents are locked in their order."""
    shown = Watch.shown_to_agents(contact.pk)
    parts = AgentContact.objects.filter(contact=contact, state__in=agent_contact_state.ON_THE_DESK)
    for pk, agent_pk in parts.order_by("agent").values_list("pk", "agent"):
        agent = Agent.locked(agent_pk)
        part = AgentContact.objects.select_related("disposition").get(pk=pk)
        part.agent, part.contact = agent, contact
        if part.watched_by != shown:
            part.watched_by = shown
            part.changed()
            realtime.publish(part)


def record_read(reader: User, contact: Contact) -> None:
    """Somebody reads the transcript of a contact that they had no part in: their own is no supervision."""
    if not AgentContact.objects.filter(agent__user=reader.pk, contact=contact, accepted_at__isnull=False).exists():
        audit.record_read(reader, contact)


def record_read_by_id(reader: User, contact_id: str) -> None:
    contact = Contact.objects.select_related("owner").filter(pk=contact_id).first()
    if contact is not None:
        record_read(reader, contact)
