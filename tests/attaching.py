"""Files in tests: a contact that Connect's agent relays, so that files can go both ways, and a customer who sends one."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from tests.amazon import BASIC_QUEUE
from tests.ccp import Agent
from tests.emulating import Customer
from tests.flows import flow, queue, transfer
from tests.portal import Desk, Product, Session


def into_connects_queue(folder: Path) -> Path:
    """A flow that puts every chat into a queue of Amazon Connect, whose agents' CCPs relay it."""
    path = folder / "queue.json"
    path.write_text(flow(queue("q", "transfer", QueueId=BASIC_QUEUE), transfer()))
    return path


def relay(product: Product, desk: Desk, contact_id: str) -> None:
    """Connect gives the contact to this agent: it stands on their desk."""
    token = Agent.of(product.emulator, f"agent-{uuid.uuid4().hex[:8]}").serves(contact_id)
    about = product.emulator.contact(contact_id)
    mine = [one for one in about["participants"] if one["role"] == "AGENT" and one["state"] != "LEFT"]
    desk.call(
        "relayContact",
        contactId=contact_id,
        initialContactId=about["initialContactId"],
        participantId=mine[-1]["participantId"],
        participantToken=token,
        state="connected",
    )
    desk.until(lambda held: held.agent_contacts.get(contact_id, {}).get("state") == "connected", "on the desk")


def sends(somebody: Customer, content: bytes, name: str, content_type: str) -> str:
    """The customer attaches a file; its AttachmentId."""
    about: dict[str, Any] = {
        "AttachmentName": name,
        "ContentType": content_type,
        "AttachmentSizeInBytes": len(content),
    }
    token = somebody.connection_token
    started = somebody.participant.start_attachment_upload(ConnectionToken=token, **about)
    put = started["UploadMetadata"]
    request = urllib.request.Request(put["Url"], data=content, method="PUT", headers=put["HeadersToInclude"])
    with urllib.request.urlopen(request, timeout=20):
        pass
    attachment_id = str(started["AttachmentId"])
    somebody.participant.complete_attachment_upload(ConnectionToken=token, AttachmentIds=[attachment_id])
    return attachment_id


@dataclass
class Response:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> dict[str, Any]:
        return dict(json.loads(self.body))

    @property
    def reason(self) -> str:
        return str(self.json["reason"])


def ask(session: Session, path: str, data: bytes | None = None, **headers: str) -> Response:
    request = urllib.request.Request(session.url + path, data=data, headers={"Referer": session.url, **headers})
    try:
        with session.opener.open(request, timeout=30) as answer:
            return Response(answer.status, {k.lower(): v for k, v in answer.headers.items()}, answer.read())
    except urllib.error.HTTPError as error:
        with error:
            return Response(error.code, {k.lower(): v for k, v in error.headers.items()}, error.read())


def hand_in(desk: Desk, contact_id: str, content: bytes, name: str, token: str = "", **headers: str) -> Response:
    given = {
        "X-File-Name": quote(name),
        "X-Client-Token": token or str(uuid.uuid4()),
        "X-CSRFToken": desk.session.cookie("csrftoken"),
        "Content-Type": "application/octet-stream",
    }
    return ask(desk.session, f"/contacts/{contact_id}/files/", content, **given | headers)
