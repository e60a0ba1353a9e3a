"""Reading: pages of a transcript, what a viewer lacks of a conversation, and the one answer to who may see it."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY, get_user_model
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from chats.models import Contact, Conversation, Item, Note, OutboundMessage, Participant, Transfer
from chats.realtime import Reading, SocketUser, Update, encode
from chats.wire import iso

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser, User

TAIL = 100  # items of a conversation that a snapshot carries
MOST_CHANGES = 500  # a viewer who lacks more gets a snapshot instead


# ---- who may see ------------------------------------------------------------------------------------------------------


def visible_to(user: User | AnonymousUser) -> QuerySet[Contact]:
    """The contacts this user may see: their own, those a colleague offers them, their groups' queues', or all with the
    permission to view contacts.
    """
    contacts = Contact.objects.all()
    if not user.is_authenticated or not user.is_active:
        return contacts.none()
    if user.has_perm("chats.view_contact"):
        return contacts
    chains = Conversation.objects.filter(
        Q(contacts__owner=user.pk)
        | Q(contacts__queue__readers__in=user.groups.values("pk"))
        | Q(contacts__transfer__to_user=user.pk, contacts__transfer__state=Transfer.State.OFFERED)
    )
    return contacts.filter(conversation__in=chains.values("pk"))


class UserRights:
    """Who may still be here, and with which rights (fanout.Visitors)."""

    def versions(self, visitors: Collection[SocketUser]) -> Mapping[SocketUser, str]:
        """A session counts while it lasts and was signed in with the password that its user has now."""
        people = get_user_model().objects.filter(pk__in={visitor.user_id for visitor in visitors}, is_active=True)
        users = {user.pk: user for user in people.prefetch_related(*RIGHTS)}
        rights = {pk: _rights(user) for pk, user in users.items()}
        keys = {visitor.session_key for visitor in visitors}
        live = Session.objects.filter(pk__in=keys, expire_date__gt=timezone.now())
        signed_in = {key: _signed_in(data) for key, data in live.values_list("pk", "session_data")}
        return {
            visitor: rights[visitor.user_id]
            for visitor in visitors
            if visitor.user_id in users
            and _is_signed_in(users[visitor.user_id], signed_in.get(visitor.session_key, NOBODY))
        }


NOBODY = ("", "")


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
    """All that `visible_to` stands on: a queue may lose a group just as a group may lose a member."""
    groups = user.groups.all()
    queues = sorted({(group.pk, queue.pk) for group in groups for queue in group.queue_set.all()})
    own = {permission.pk for permission in user.user_permissions.all()}
    permissions = sorted(own | {permission.pk for group in groups for permission in group.permissions.all()})
    return f"{user.is_superuser}{user.password[-12:]}{queues}{permissions}"


# ---- what a viewer lacks ----------------------------------------------------------------------------------------------


class ConversationStreams:
    """Reads conversations for sockets (fanout.StreamKind)."""

    def last(self, streams: Collection[str]) -> Mapping[str, int]:
        ids = [_initial_contact_id(stream) for stream in streams]
        found = Conversation.objects.filter(initial_contact_id__in=ids).values_list("initial_contact_id", "seq")
        return {f"conversation:{initial_contact_id}": seq for initial_contact_id, seq in found}

    def read(self, stream: str, after: int | None, user_id: int) -> Reading | None:
        user = get_user_model().objects.filter(pk=user_id).first()
        conversation = Conversation.objects.filter(initial_contact_id=_initial_contact_id(stream)).first()
        if user is None or conversation is None or not visible_to(user).filter(conversation=conversation).exists():
            return None
        if after is None or not 0 <= conversation.seq - after <= MOST_CHANGES:
            return Reading([Update(stream, conversation.seq, snapshot_text(conversation))], conversation.seq)
        return Reading(_changes(conversation, after), conversation.seq)


def _initial_contact_id(stream: str) -> str:
    return stream.partition(":")[2]


def _changes(conversation: Conversation, after: int) -> list[Update]:
    """Rows changed above the cursor, in their newest state. What changes while we look has a number above the one
    that was read first, and comes with the next hint.
    """
    if conversation.seq == after:
        return []
    window = Q(conversation=conversation, seq__gt=after, seq__lte=conversation.seq)
    rows: list[Contact | Item | Note | OutboundMessage | Participant] = [
        *Contact.objects.filter(window).select_related("queue", "owner"),
        *Item.objects.filter(window).select_related("author"),
        *Note.objects.filter(window).select_related("author"),
        *OutboundMessage.objects.filter(window).select_related("author"),
        *Participant.objects.filter(window),
    ]
    for row in rows:
        row.conversation = conversation
    return [_copy(row) for row in sorted(rows, key=lambda row: row.seq)]


def _copy(row: Contact | Item | Note | OutboundMessage | Participant) -> Update:
    method, params = row.frame()
    return Update(row.stream, row.seq, encode(method, {"stream": row.stream, "seq": row.seq, **params}))


def snapshot_text(conversation: Conversation) -> str:
    params = {
        "stream": conversation.stream,
        "seq": conversation.seq,
        "serverTime": iso(timezone.now()),
        "conversation": snapshot(conversation),
    }
    return encode("snapshot", params)


def snapshot(conversation: Conversation) -> dict[str, Any]:
    """The newest state of a conversation, as protocol.ConversationSnapshot."""
    items = list(
        Item.objects.filter(conversation=conversation)
        .select_related("author", "conversation")
        .order_by("-absolute_time", "-pk")[: TAIL + 1]
    )
    contacts = Contact.objects.filter(conversation=conversation).select_related("queue", "owner", "conversation")
    outgoing = OutboundMessage.objects.filter(
        conversation=conversation, state__in=[*OutboundMessage.UNSENT, OutboundMessage.State.FAILED]
    ).select_related("author", "conversation")
    notes = Note.objects.filter(conversation=conversation, deleted_at=None).select_related("author")
    marks = Participant.objects.filter(conversation=conversation, seq__gt=0).select_related("conversation")
    return {
        "contacts": [contact.as_dict() for contact in contacts.order_by("handed_over_at", "pk")],
        "items": [item.as_dict() for item in reversed(items[:TAIL])],
        "earlier": len(items) > TAIL,
        "outgoing": [row.as_dict() for row in outgoing.order_by("position")],
        "receipts": [mark.as_dict() for mark in marks.order_by("pk")],
        "notes": [note.as_dict() for note in notes.order_by("created_at", "pk")],
    }


def last_messages(conversation: Conversation) -> list[Item]:
    """The newest messages and files, in their order: for a page that is read without scripts."""
    said = Item.objects.filter(conversation=conversation, type__in=["MESSAGE", "ATTACHMENT"]).select_related("author")
    return list(said.order_by("-absolute_time", "-pk")[:TAIL])[::-1]


# ---- pages ------------------------------------------------------------------------------------------------------------


class BadToken(ValueError):
    """The next token is not one of ours."""


@dataclass(frozen=True)
class Page:
    """A page of a transcript, and how to go on in the same direction."""

    items: list[dict[str, Any]]
    next_token: str | None


@dataclass(frozen=True)
class PageRequest:
    """GetTranscript's parameters, with ChatJS's defaults."""

    max_results: int = 15
    sort_order: str = "ASCENDING"
    scan_direction: str = "BACKWARD"
    start_id: str | None = None
    start_time: datetime | None = None
    most_recent: int | None = None
    next_token: str | None = None


Place = tuple[datetime, str]


def page(conversation: Conversation, request: PageRequest) -> Page:
    """A page of the whole chain of contacts. Raises BadToken."""
    backward = request.scan_direction == "BACKWARD"
    items = Item.objects.filter(conversation=conversation).select_related("author", "conversation")
    items = _from_start(items, request, backward=backward)
    order = ("-absolute_time", "-pk") if backward else ("absolute_time", "pk")
    found = list(items.order_by(*order)[: request.max_results + 1])
    more = len(found) > request.max_results
    found = found[: request.max_results]
    token = _token((found[-1].absolute_time, found[-1].pk)) if more and found else None
    found.sort(key=lambda item: (item.absolute_time, item.pk), reverse=request.sort_order == "DESCENDING")
    return Page([item.as_dict() for item in found], token)


def _from_start(items: QuerySet[Item], request: PageRequest, *, backward: bool) -> QuerySet[Item]:
    if request.next_token:
        return items.filter(_beyond(_place(request.next_token), backward=backward, inclusive=False))
    place = _start(items, request)
    return items if place is None else items.filter(_beyond(place, backward=backward, inclusive=True))


def _start(items: QuerySet[Item], request: PageRequest) -> Place | None:
    if request.start_id is not None:
        row = items.filter(pk=request.start_id).first()
        return None if row is None else (row.absolute_time, row.pk)
    if request.start_time is not None:
        end_of_ids = "\U0010ffff" if request.scan_direction == "BACKWARD" else ""
        return request.start_time, end_of_ids
    if request.most_recent:
        rows = list(items.order_by("-absolute_time", "-pk")[: request.most_recent])
        return (rows[-1].absolute_time, rows[-1].pk) if rows else None
    return None


def _beyond(place: Place, *, backward: bool, inclusive: bool) -> Q:
    moment, pk = place
    if backward:
        same = Q(absolute_time=moment, pk__lte=pk) if inclusive else Q(absolute_time=moment, pk__lt=pk)
        return Q(absolute_time__lt=moment) | same
    same = Q(absolute_time=moment, pk__gte=pk) if inclusive else Q(absolute_time=moment, pk__gt=pk)
    return Q(absolute_time__gt=moment) | same


def _token(place: Place) -> str:
    return base64.urlsafe_b64encode(json.dumps([place[0].isoformat(), place[1]]).encode()).decode()


def _place(token: str) -> Place:
    try:
        moment, pk = json.loads(base64.urlsafe_b64decode(token))
        place = datetime.fromisoformat(moment), str(pk)
    except (ValueError, TypeError, binascii.Error):
        raise BadToken("nextToken is not one that getTranscript gave") from None
    if place[0].tzinfo is None or "\0" in place[1]:
        raise BadToken("nextToken is not one that getTranscript gave")
    return place
