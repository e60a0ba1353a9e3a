"""The scan of a completed upload: a file that is what it says is approved, and everybody hears of it."""

from __future__ import annotations

from connect_emulator import chat
from connect_emulator.world import World, contacts, files, participants

from .kinds import is_what_it_says


def scan(world: World, attachment_id: str) -> None:
    attachment = files.find(world, attachment_id)
    if attachment is None or attachment.state != "SCANNING":
        return
    good = is_what_it_says(attachment.name, files.content(world, attachment))
    files.set_state(world, attachment, "APPROVED" if good else "REJECTED")
    speaker = participants.find(world, attachment.participant_id)
    contact = contacts.get(world, speaker.contact_id) if speaker else None
    scanned = files.find(world, attachment_id)
    if speaker and contact and scanned and not contact.ended:
        chat.attaches(world, contact, speaker, scanned)
