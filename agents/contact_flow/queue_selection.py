"""Which queue takes a contact, whether it takes any now, and at which place the contact waits."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.utils import timezone

from agents.models import QueueAlias, QueueTopic, UnknownQueue
from chats import contact_state, queue_capacity, wire
from chats.joining.hand_over import HandOver
from chats.models import Contact, Queue, Text

from .event import ContactFlowEvent

log = logging.getLogger(__name__)

LIVE = (contact_state.State.JOINING, contact_state.State.WAITING, contact_state.State.CONNECTED)


class NoQueue(Exception):
    """The flow names no queue of ours, and none is the default one."""


@dataclass(frozen=True, slots=True)
class UnknownName:
    """A queue that was named for us and is none of ours."""

    name: str
    named_in: str


@dataclass(frozen=True, slots=True)
class NotAccepted:
    """The contact is not joined, and the flow says why to the customer."""

    text: str

    @property
    def answer(self) -> dict[str, str]:
        """What the flow is told."""
        return {"open": "false", "message": self.text}


def decide(event: ContactFlowEvent) -> HandOver | NotAccepted:
    """Join into which queue, or turn away with which words. Raises NoQueue.

    Who is joined already is neither turned away nor moved: the flow only asks again.
    """
    contact = event.contact
    joined = Contact.objects.select_related("queue").filter(pk=contact.ContactId, state__in=LIVE).first()
    if joined is None and event.only_if_joined:
        return NotAccepted("")
    queue = (
        joined.queue if joined else pick(event, Queue.objects.select_related("hours"), topics(), QueueAlias.queues())
    )
    if joined is None:
        if not queue.is_open_at(timezone.now()):
            return NotAccepted(queue.words(Text.CLOSED, event.language))
        if queue_capacity.waiting_in(queue) >= queue.max_waiting:  # sure it is only when the place is taken, see `full`
            return full(queue, event)
    return HandOver(
        contact_id=contact.ContactId,
        initial_contact_id=contact.InitialContactId,
        queue=queue,
        customer_name=event.customer_name,
        attributes={**event.parameters, **contact.Attributes},
        language=event.language,
        references=wire.named_references(contact.References),
    )


def full(queue: Queue, event: ContactFlowEvent) -> NotAccepted:
    """Somebody else took the last place, perhaps at this very moment."""
    return NotAccepted(queue.words(Text.FULL, event.language))


def topics() -> dict[str, int]:
    """The queue of each topic."""
    return dict(QueueTopic.objects.values_list("topic", "queue_id"))


def unknown_names(event: ContactFlowEvent) -> list[UnknownName]:
    """What a bot or a flow named for us in vain, before a queue that we know. Amazon Connect's own queue need not be ours."""
    ours = [name for name in event.queues() if not name[0].startswith("Queue.")]
    if not ours:
        return []
    queues, aliases, unknown = list(Queue.objects.all()), QueueAlias.queues(), []
    for where, name in ours:
        if name in aliases or any(queue.is_called(name) for queue in queues):
            break
        unknown.append(UnknownName(name, where))
    return unknown


def keep_unknown(event: ContactFlowEvent, unknown: Iterable[UnknownName]) -> None:
    """The administrator finds them, and gives them to a queue."""
    for one in unknown:
        UnknownQueue.keep(one.name, one.named_in, event.contact.ContactId, timezone.now())


def pick(
    event: ContactFlowEvent, queues: Iterable[Queue], topics: Mapping[str, int], aliases: Mapping[str, int]
) -> Queue:
    """The first queue the flow names that we know, by its name or any of its ids, else the one of its topic, else the
    default one.
    """
    known = list(queues)
    for where, name in event.queues():
        for queue in known:
            if queue.is_called(name) or queue.pk == aliases.get(name):
                return queue
        log.warning("The contact %s names an unknown queue in %s: %s", event.contact.ContactId, where, name)
    for queue in known:
        if queue.pk == topics.get(event.topic):
            return queue
    for queue in known:
        if queue.is_default:
            return queue
    raise NoQueue("No queue is the default one: mark one in the admin.")


def answer(contact_id: str) -> dict[str, str]:
    """What the flow is told: a flat map of strings, as Connect wants it ($.External.position and so on)."""
    contact = Contact.objects.select_related("queue").get(pk=contact_id)
    return {"open": "true", "position": str(queue_capacity.position(contact)), "queue": contact.queue.name}
