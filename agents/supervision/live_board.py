"""Live contacts, and since when their customers wait for an answer."""

from __future__ import annotations

from django.db.models import Case, F, OuterRef, Q, QuerySet, Subquery, When
from django.db.models.functions import Coalesce

from chats import contact_state
from chats.models import Contact, Item

LIVE = (contact_state.State.WAITING, contact_state.State.CONNECTED)


def live(contacts: QuerySet[Contact]) -> QuerySet[Contact]:
    """Those that wait or are served; `answer_awaited_since` says since when the customer waits for an answer. Who waits
    longest is first, those whom somebody has answered last.
    """
    waits = Case(
        When(state=contact_state.State.WAITING, then=Coalesce("waits_since", "waiting_since")),
        default=Subquery(_unanswered().values("absolute_time")[:1]),
    )
    found = contacts.filter(state__in=LIVE).annotate(answer_awaited_since=waits)
    return found.order_by(F("answer_awaited_since").asc(nulls_last=True), "waiting_since", "pk")


def _unanswered() -> QuerySet[Item]:
    """What the customer has said since somebody answered, as the desk counts it (state/facts.js): only people answer."""
    said = Item.objects.filter(type__in=["MESSAGE", "ATTACHMENT"])
    answers = said.filter(conversation=OuterRef("conversation"), author__isnull=False)
    last = answers.order_by("-absolute_time", "-pk").values("absolute_time")[:1]
    customers = said.filter(conversation=OuterRef("conversation"), role="CUSTOMER").alias(answered_at=Subquery(last))
    open_ones = Q(answered_at=None) | Q(absolute_time__gt=F("answered_at"))
    return customers.filter(open_ones).order_by("absolute_time", "pk")
