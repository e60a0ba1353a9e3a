"""What the flow and the contact center know of a contact (GetContactAttributes), fetched again when somebody looks."""

from __future__ import annotations

import logging
from collections.abc import Mapping

from django.db import transaction

from chats import connect, participation, refused_calls
from chats.db import db_read, db_write

log = logging.getLogger(__name__)


async def refresh(contact_id: str) -> bool:
    """Ask Connect for the attributes of the whole chat; True when they were others than we knew.

    Never called by a socket handler that waits: a failure is only logged, what we knew stays.
    """
    initial = await db_read(participation.initial_contact_id)(contact_id)
    if not initial:
        return False
    try:
        answer = await connect.control("get_contact_attributes", InitialContactId=initial)
    except (connect.Refused, connect.Unavailable) as error:
        log.info("the attributes of a contact could not be read again: %s", error)
        if isinstance(error, connect.Refused):
            await refused_calls.keep(error)
        return False
    return await db_write(save)(contact_id, answer.get("Attributes", {}))


@transaction.atomic
def save(contact_id: str, attributes: Mapping[str, str]) -> bool:
    """What Connect says goes before what we knew; what came by the hand-over alone (its parameters) stays."""
    conversation = participation.lock_contact(contact_id).conversation
    told = {**conversation.attributes, **{str(name): _storable(str(value)) for name, value in attributes.items()}}
    if told == conversation.attributes:
        return False
    conversation.attributes = told
    conversation.save(update_fields=["attributes"])
    participation.publish_contacts(conversation)
    return True


def _storable(text: str) -> str:
    """Customers set attributes: no database stores NUL."""
    return text.replace("\0", "")
