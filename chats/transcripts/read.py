"""Reading a transcript: pages of it, as GetTranscript gives them, and its newest messages. Callers check visibility first."""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from chats import serialisers
from chats.models import Conversation, Item

NEWEST = 100  # messages of a page that is read without scripts


def last_messages(conversation: Conversation) -> list[Item]:
    """The newest messages and files, in their order: for a page that is read without scripts."""
    said = Item.objects.filter(conversation=conversation, type__in=["MESSAGE", "ATTACHMENT"]).select_related("author")
    return list(said.order_by("-absolute_time", "-pk")[:NEWEST])[::-1]


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


Position = tuple[datetime, str]


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
    return Page([serialisers.item(item) for item in found], token)


def _from_start(items: QuerySet[Item], request: PageRequest, *, backward: bool) -> QuerySet[Item]:
    if request.next_token:
        return items.filter(_beyond(_position(request.next_token), backward=backward, inclusive=False))
    position = _start(items, request)
    return items if position is None else items.filter(_beyond(position, backward=backward, inclusive=True))


def _start(items: QuerySet[Item], request: PageRequest) -> Position | None:
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


def _beyond(position: Position, *, backward: bool, inclusive: bool) -> Q:
    moment, pk = position
    if backward:
        same = Q(absolute_time=moment, pk__lte=pk) if inclusive else Q(absolute_time=moment, pk__lt=pk)
        return Q(absolute_time__lt=moment) | same
    same = Q(absolute_time=moment, pk__gte=pk) if inclusive else Q(absolute_time=moment, pk__gt=pk)
    return Q(absolute_time__gt=moment) | same


def _token(position: Position) -> str:
    return base64.urlsafe_b64encode(json.dumps([position[0].isoformat(), position[1]]).encode()).decode()


def _position(token: str) -> Position:
    try:
        moment, pk = json.loads(base64.urlsafe_b64decode(token))
        position = datetime.fromisoformat(moment), str(pk)
    except (ValueError, TypeError, binascii.Error):
        raise BadToken("nextToken is not one that getTranscript gave") from None
    if position[0].tzinfo is None or "\0" in position[1]:
        raise BadToken("nextToken is not one that getTranscript gave")
    return position
