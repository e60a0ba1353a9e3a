"""A chat goes on under a new ContactId: after an agent has left, been transferred, or queues were changed.

The customer's token and socket, the streaming, the duration and the hooks go along (adminguide/chat-persistence: C1, C2, C3).
"""

from __future__ import annotations

from . import contacts
from .rows import Contact
from .world import World


def begin(world: World, contact: Contact, method: str, *, reason: str, flow_id: str | None = None) -> Contact:
    """Ends `contact` without a word to the chat, and begins the next segment of its chain."""
    now, expires_at = world.clock.now(), contact.expires_at
    contacts.set_ended(world, contact, reason)
    segment = contacts.begin(
        world,
        initial_id=contact.initial_id,
        previous_id=contact.id,
        related_id=contact.related_id,
        initiation_method=method,
        flow_id=flow_id or contact.flow_id,
        customer_id=contact.customer_id,
        attributes={},
        segment_attributes=contact.segment_attributes,
        supported=contact.supported,
        hooks=contact.hooks,
        queue_id=contact.queue_id,
        connected_at=now,
        connect_by=None,
        expires_at=expires_at,
    )
    world.store.run(
        "UPDATE participant SET contact_id = ? WHERE contact_id = ? AND state != 'LEFT'", segment.id, contact.id
    )
    return segment
