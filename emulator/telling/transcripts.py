"""The transcript file of a contact, as Connect writes it to S3 when the contact has ended."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from emulator.clock import moment
from emulator.world import Contact, Item, World, transcripts

VERSION = "2019-08-26"


def place(contact: Contact) -> Path:
    """Below the bucket's prefix: the day of the contact, its id, and when it began."""
    began = moment(contact.initiated_at)
    return Path(f"{began:%Y}", f"{began:%m}", f"{began:%d}", f"{contact.id}_{began:%Y%m%dT%H:%M}_UTC.json")


def write(world: World, contact: Contact, folder: Path) -> None:
    path = folder / place(contact)
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_suffix(".part")
    with beside.open("w", encoding="utf-8") as file:
        json.dump(transcript(world, contact), file, ensure_ascii=False)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)


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
        "Transcript": [item.as_sent() for item in items],
    }
