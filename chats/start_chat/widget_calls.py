"""What the widget asks beside the start of a chat: POST /livechat/about, /livechat/link, /livechat/take, /livechat/rating.

Whoever started a chat by POST /livechat holds its `chatKey`, our signature under its ContactId: only they learn its place in
the queue, carry it to another device and rate it.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.utils import timezone

from chats import contact_state
from chats.db import db_read, db_write
from chats.models import Contact, Conversation, CustomerLink, CustomerRating, Queue, Text
from chats.models.customer_link import LIVES, MAX_COMMENT
from chats.queue_capacity import position

from . import limits
from .page_call import answer_page, later
from .start_chat_contract import ChatRefused, Json, object_of, storable

if TYPE_CHECKING:
    from asgiref.typing import ASGIReceiveCallable, ASGISendCallable, HTTPScope

MOST_AT_ONCE = 20  # of these calls in a process, of which each takes a thread of the database
CALLS_OF_AN_ADDRESS = 60  # links made or tried and ratings, in ten minutes
KEY_LIVES_ON = 86_400  # seconds beyond the longest chat: ratings come late
MAX_SEAT = 4_000
_SALT = "chats.start_chat.chat_key"
_SEAT = ("ContactId", "ParticipantId", "ParticipantToken", "name")
_under_way = 0


async def asgi_app(scope: HTTPScope, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
    async def work(body: bytes, address: str | None, _origin: str) -> Json:
        return await _at_most(scope["path"].rpartition("/")[2], object_of(body), address)

    await answer_page(scope, receive, send, work)


def chat_key(contact_id: str) -> str:
    """What the page that started this chat may show us later."""
    return signing.dumps(contact_id, salt=_SALT)


async def _at_most(verb: str, given: Json, address: str | None) -> Json:
    global _under_way
    if _under_way >= MOST_AT_ONCE:
        raise later("Too much is asked at the moment. Please try again.")
    _under_way += 1
    try:
        if verb == "about":
            return await db_read(_about)(given)
        await limits.take_one(f"address {address or 'unknown'} beside chats", CALLS_OF_AN_ADDRESS)
        return await db_write(_WRITING[verb])(given)
    finally:
        _under_way -= 1


# ---- what is going on ------------------------------------------------------------------------------------------------


def _about(given: Json) -> Json:
    """Whether somebody would answer now; with a key also the place in the queue, and what became of the newest link."""
    contact_id = _contact_of(given["key"]) if given.get("key") else None
    contact = _waiting(contact_id) if contact_id else None
    queue = contact.queue if contact else _queue(given.get("topic"))
    is_open = queue is None or queue.is_open_at(timezone.now())
    link = CustomerLink.objects.filter(contact_id=contact_id).order_by("-pk").first() if contact_id else None
    return {
        "open": is_open,
        "text": "" if queue is None or is_open else queue.words(Text.CLOSED, _language(given)),
        "place": position(contact) if contact else 0,
        "link": link and {"used": link.used_at is not None, "refused": link.refused},
    }


def _waiting(contact_id: str) -> Contact | None:
    contacts = Contact.objects.filter(conversation__initial_contact_id=contact_id, state=contact_state.State.WAITING)
    return contacts.select_related("queue__hours").first()


def _queue(topic: Any) -> Queue | None:
    """As a hand-over finds it, from what a page knows."""
    queues = Queue.objects.select_related("hours")
    named = queues.filter(topics__topic=topic.strip()).first() if isinstance(topic, str) else None
    return named or queues.filter(is_default=True).first()


def _language(given: Json) -> str:
    language = given.get("language")
    return language[:16] if isinstance(language, str) else ""


# ---- links to another device, ratings --------------------------------------------------------------------------------


def _make_link(given: Json) -> Json:
    contact_id, seat = _contact_of(given.get("key")), given.get("seat")
    if not isinstance(seat, dict) or not all(isinstance(seat.get(name), str) for name in _SEAT):
        raise _invalid(f"seat must be an object of {', '.join(_SEAT)}.")
    if seat["ContactId"] != contact_id:
        raise _invalid("seat is of another chat than key.")
    kept = json.dumps({**{name: seat[name] for name in _SEAT}, "files": seat.get("files") is not False})
    if len(kept) > MAX_SEAT:
        raise _invalid(f"seat has {len(kept)} characters; {MAX_SEAT} are allowed.")
    with transaction.atomic():
        code = CustomerLink.make(contact_id, kept, timezone.now())
    return {"code": code, "seconds": round(LIVES.total_seconds())}


def _take_link(given: Json) -> Json:
    code = given.get("code")
    with transaction.atomic():
        link = CustomerLink.take(code, timezone.now()) if isinstance(code, str) else CustomerLink.Refused.UNKNOWN
    if link is CustomerLink.Refused.USED:
        raise ChatRefused(410, link, "This link was used already: each works once.")
    if isinstance(link, CustomerLink.Refused):
        raise ChatRefused(404, link, "This link is too old, or not complete.")
    return {"key": chat_key(link.contact_id), "seat": json.loads(link.seat)}


def _rate(given: Json) -> Json:
    stars, comment = given.get("stars"), given.get("comment") or ""
    if not isinstance(stars, int) or isinstance(stars, bool) or not 1 <= stars <= 5:
        raise _invalid("stars must be a number from 1 to 5.")
    if not isinstance(comment, str) or len(comment) > MAX_COMMENT:
        raise _invalid(f"comment must be a text of {MAX_COMMENT} characters at most.")
    conversation = Conversation.objects.filter(initial_contact_id=_contact_of(given.get("key"))).first()
    if conversation is None:
        raise ChatRefused(404, "NotServed", "Nobody here has served this chat.")
    told = {"stars": stars, "comment": storable(comment), "rated_at": timezone.now()}
    CustomerRating.objects.update_or_create(conversation=conversation, defaults=told)
    return {}


_WRITING = {"link": _make_link, "take": _take_link, "rating": _rate}
PATHS = tuple(f"/livechat/{verb}" for verb in ("about", *_WRITING))


def _contact_of(key: Any) -> str:
    try:
        lives = settings.CCP_START_CHAT_MINUTES * 60 + KEY_LIVES_ON
        return str(signing.loads(key if isinstance(key, str) else "", salt=_SALT, max_age=lives))
    except signing.BadSignature:
        raise ChatRefused(403, "UnknownKey", "key is not the chatKey of a chat that was started here.") from None


def _invalid(message: str) -> ChatRefused:
    return ChatRefused(400, "InvalidRequest", message)
