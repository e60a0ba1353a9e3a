"""The files of chats: their rows, and their bytes in a folder beside the state file."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .rows import Contact, Participant, Row
from .world import Due, World

KEPT = ("UPLOADED", "SCANNING", "APPROVED")  # these count against the quota of a chat, as do uploads under way


@dataclass(frozen=True, slots=True)
class Attachment(Row):
    id: str
    initial_id: str
    participant_id: str
    name: str
    content_type: str
    size: int
    state: str
    upload_by: int
    scan_at: int | None
    item_id: str | None

    @property
    def status(self) -> str:
        """API_AttachmentItem: ArtifactStatus."""
        return self.state if self.state in {"APPROVED", "REJECTED"} else "IN_PROGRESS"

    def shown(self) -> dict[str, Any]:
        return {
            "AttachmentId": self.id,
            "AttachmentName": self.name,
            "ContentType": self.content_type,
            "Status": self.status,
        }


def find(world: World, attachment_id: str) -> Attachment | None:
    row = world.store.one("SELECT * FROM attachment WHERE id = ?", attachment_id)
    return Attachment.of(row) if row else None


def of_item(world: World, item_id: str) -> list[Attachment]:
    return [Attachment.of(row) for row in world.store.all("SELECT * FROM attachment WHERE item_id = ?", item_id)]


def count(world: World, contact: Contact) -> int:
    """Of a whole chat; an upload that was never made does not count for ever."""
    marks = ", ".join("?" * len(KEPT))
    sql = (
        f"SELECT count(*) FROM attachment WHERE initial_id = ? AND (state IN ({marks})"  # noqa: S608 -- marks
        " OR (state = 'STARTED' AND upload_by > ?))"
    )
    return int(world.store.value(sql, contact.initial_id, *KEPT, world.clock.now()))


def add(  # noqa: PLR0913 -- a row's columns
    world: World,
    contact: Contact,
    participant: Participant,
    *,
    name: str,
    content_type: str,
    size: int,
    upload_by: int,
) -> Attachment:
    attachment_id = world.new_id()
    world.store.insert(
        "attachment",
        id=attachment_id,
        initial_id=contact.initial_id,
        participant_id=participant.id,
        name=name,
        content_type=content_type,
        size=size,
        state="STARTED",
        upload_by=upload_by,
    )
    added = find(world, attachment_id)
    if added is None:
        raise AssertionError("a row that was just inserted")
    return added


def set_state(world: World, attachment: Attachment, state: str, *, scan_at: int | None = None) -> None:
    sql = "UPDATE attachment SET state = ?, scan_at = ? WHERE id = ?"
    world.store.run(sql, state, scan_at, attachment.id)
    world.store.notice(Due())


def set_item(world: World, attachment: Attachment, item_id: str) -> None:
    world.store.run("UPDATE attachment SET item_id = ? WHERE id = ?", item_id, attachment.id)


def keep(world: World, attachment: Attachment, content: bytes) -> None:
    """On the disk before anybody is told: written beside, then moved."""
    path = _path(world, attachment)
    path.parent.mkdir(mode=0o700, exist_ok=True)
    beside = path.with_suffix(".part")
    with beside.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)


def content(world: World, attachment: Attachment) -> bytes:
    return _path(world, attachment).read_bytes()


def _path(world: World, attachment: Attachment) -> Path:
    return world.store.path.with_name(world.store.path.name + ".attachments") / attachment.id
