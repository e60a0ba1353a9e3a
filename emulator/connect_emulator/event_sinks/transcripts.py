"""The transcript file of a contact, as Connect writes it to S3 when the contact has ended."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from connect_emulator.clock import moment
from connect_emulator.world import Contact, Item, World, transcripts

VERSION = "2019-08-26"


def place(contact: Contact) -> Path:
    """Below the bucket's prefix: the day of the contact, its id, and when it began."""
    began = moment(contact.initiated_at)
    return Path(f"{began:%Y}", f"{began:%m}", f"{began:%d}", f"{contact.id}_{began:%Y%m%dT%H:%M}_UTC.json")


def transcript(world: World, contact: Contact) -> dict[str, Any]:
    rows = world.store.all("SELECT * FROM item WHERE contact_id = ? ORDER BY seq", contact.id)
    items = [transcripts.with_attachments(world, Item.of(row)) for row in rows]
    spoke = dict.fromkeys(item.participant_id for item in items if item.participant_id)
    return {
        "Version": VERSION,
        "AWSAccountId": world.instance.account,
        "InstanceId": world.instance.id,
        "InitialContactId": contact.initial_id,
        "ContactId": contact.id,
        "Participants": [{"ParticipantId": participant_id} for participant_id in spoke],
        "Transcript": [_shown(item) for item in items],
    }


def _shown(item: Item) -> dict[str, Any]:
    """Whose contact it is stands above all items, not in each."""
    return {name: value for name, value in item.as_transcript().items() if name != "ContactId"}
