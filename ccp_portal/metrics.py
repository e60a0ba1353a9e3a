"""/metrics for Prometheus: what this process counted (chats.metrics), and what the database says now. Read by a token.

`manage.py work --metrics-port` serves the same of a worker, which has no pages, on its own machine only.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import DatabaseError
from django.db.models import Min
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import REGISTRY, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from chats import contact_state, realtime
from chats.db import db_read
from chats.models import Contact, OutboundMessage, UnreadableMessage

log = logging.getLogger(__name__)
State = contact_state.State
FIGURES = {
    "ccp_sockets": "Desks and boards that are connected to this process",
    "ccp_contacts_waiting": "Contacts that wait for an agent",
    "ccp_contacts_connected": "Contacts that an agent serves",
    "ccp_longest_wait_seconds": "How long the contact has waited that waits longest",
    "ccp_outbox_unfinished": "Outbound messages that Amazon Connect does not have yet",
    "ccp_outbox_oldest_seconds": "The age of the oldest of them",
    "ccp_unreadable_messages": "Genuine messages of Amazon Connect that nobody could read",
}


class Figures(Collector):
    """Gauges of one moment, for a registry that lives as long as one answer."""

    def __init__(self, figures: Mapping[str, float]) -> None:
        self._figures = figures

    def collect(self) -> Iterator[Metric]:
        for name, value in self._figures.items():
            yield GaugeMetricFamily(name, FIGURES[name], value)


async def asgi_app(scope: Any, _receive: Any, send: Any) -> None:
    """200 for who knows the token, else 404, as for a page that is not there."""
    if scope["method"] != "GET" or not _may_read(dict(scope["headers"]).get(b"authorization", b"")):
        await _answer(send, 404, "text/plain; charset=utf-8", b"There is no such page.\n")
        return
    await _answer(send, 200, CONTENT_TYPE_LATEST, await exposition())


async def exposition() -> bytes:
    """Everything in Prometheus's text format. Without the database: what the process itself knows."""
    hub = await realtime.hub()
    figures: dict[str, float] = {"ccp_sockets": hub.subscribers}
    try:
        figures |= await db_read(of_rows)(timezone.now())
    except DatabaseError as error:
        log.warning("what the rows say is left out of /metrics: %s", error)
    now = CollectorRegistry()
    now.register(Figures(figures))
    return generate_latest(REGISTRY) + generate_latest(now)


def of_rows(now: datetime) -> dict[str, float]:
    """What the rows say; five queries, each by an index."""
    waiting = Contact.objects.filter(state=State.WAITING)
    owed = OutboundMessage.objects.filter(state__in=OutboundMessage.UNFINISHED)
    return {
        "ccp_contacts_waiting": waiting.count(),
        "ccp_contacts_connected": Contact.objects.filter(state=State.CONNECTED).count(),
        "ccp_longest_wait_seconds": _age(
            waiting.aggregate(since=Min(Coalesce("waits_since", "waiting_since")))["since"], now
        ),
        "ccp_outbox_unfinished": owed.count(),
        "ccp_outbox_oldest_seconds": _age(owed.aggregate(since=Min("created_at"))["since"], now),
        "ccp_unreadable_messages": UnreadableMessage.objects.count(),
    }


def _age(since: datetime | None, now: datetime) -> float:
    return 0.0 if since is None else max(0.0, (now - since).total_seconds())


def _may_read(authorization: bytes) -> bool:
    token = settings.CCP_METRICS_TOKEN
    return bool(token) and constant_time_compare(authorization, f"Bearer {token}".encode())


async def _answer(send: Any, status: int, content_type: str, body: bytes) -> None:
    about = [
        (b"content-type", content_type.encode()),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"no-store"),
    ]
    await send({"type": "http.response.start", "status": status, "headers": about})
    await send({"type": "http.response.body", "body": body})
