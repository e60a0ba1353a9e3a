"""A fed desk with everything on it at once, and the ways into each of its states: for tests that look at all of them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from playwright.sync_api import expect

from agents import protocol
from chats import rich_text
from chats.reasons import Sentence
from chats.wire import iso
from tests.e2e.fed_desk import AVAILABLE, BREAK, ME, Guarded, Refused, agent_contact, answer, complete, item
from tests.e2e.forms import ADA, INTERACTIVE, TEMPLATES, form

BEN, DORA, CLEO, EVA = "ben", "dora", "cleo", "eva"
NAMES = {ADA: "Amelia Hart", BEN: "Ben Okri", DORA: "Dora Sund", EVA: "Eva Lind"}
MARKDOWN = "**Done** [guide](https://shop.example/x)\n\n- one\n- two"
PAST = {
    "contactId": "old",
    "initialContactId": "old",
    "queue": "Deliveries",
    "owner": ME,
    "startedAt": "2026-09-02T10:00:00.000Z",
    "endedAt": "2026-09-02T11:00:00.000Z",
    "endReason": "customer",
    "opening": "Where is my parcel?",
}
REFERENCES = [
    {"name": "Claims", "type": "EMAIL", "value": "claims@carrier.example"},
    {"name": "Order", "type": "URL", "value": "https://shop.example/orders/FM-48213"},
    {"name": "Photo.png", "type": "ATTACHMENT", "value": "s3/1", "status": "REJECTED"},
]
RESPONSES = [
    {"shortcut": "track", "name": "Tracking link", "content": "Your link is {link}."},
    {"shortcut": "transit", "name": "Damaged in transit", "content": "I am sorry."},
]


def soon(seconds: float) -> str:
    return iso(datetime.now(UTC) + timedelta(seconds=seconds))


def cards() -> list[dict[str, Any]]:
    offer = {"state": "connecting", "offeredAt": soon(-2), "expiresAt": soon(900), "acceptedAt": None}
    over = {"endedAt": soon(-30), "dispositionRequired": True}
    return [
        agent_contact(ADA),
        agent_contact(BEN, customerName="Ben Okri", readNumber=0),
        agent_contact(DORA, customerName="Dora Sund", state="ended", acwUntil=soon(900), **over),
        agent_contact(CLEO, customerName="Cleo Brandt", state="missed", why="your desk was not connected", **over),
        agent_contact(EVA, customerName="Eva Lind", **offer),
    ]


def everything_said() -> list[dict[str, Any]]:
    """Words, forms, files in every state of their scan, what the bot said, what came broken."""
    files = [
        {"AttachmentName": f"{scan}.pdf", "ContentType": "application/pdf", "Status": scan}
        for scan in ("APPROVED", "IN_PROGRESS", "REJECTED")
    ]
    forms = [form(number, name, content) for number, (name, (content, *_)) in enumerate(TEMPLATES.items(), 3)]
    return [
        item(1, ADA, "Bot Transcript: (1\\1)\nBot: hello"),
        item(2, ADA, None, Type="ATTACHMENT", Attachments=files) | {"Content": None},
        *forms,
        item(9, ADA, "Choose 2"),
        form(10, "QuickReply", TEMPLATES["QuickReply"][0]),
        item(11, ADA, "{", ContentType=INTERACTIVE),
        answer(12, ADA, MARKDOWN, ContentType="text/markdown", Rich=list(rich_text.tree(MARKDOWN) or [])),
        item(13, ADA, "And then the side panel came split"),
    ]


def endpoint(kind: str, key: str, name: str, refusal: Sentence | None = None, **more: Any) -> dict[str, Any]:
    known = {"type": kind, "id": key, "name": name, "refusal": refusal.data if refusal else None, **more}
    return protocol.Endpoint(**known).model_dump()


def endpoints() -> list[dict[str, Any]]:
    free = {"state": AVAILABLE, "load": 0, "capacity": 3}
    return [
        endpoint("agent", "a1", "Ida Sund", **free),
        endpoint(
            "agent",
            "a3",
            "Noor Haddad",
            Sentence("%(name)s takes no contacts now: %(state)s.", name="Noor Haddad", state="Break"),
            **free | {"state": BREAK},
        ),
        endpoint("queue", "1", "Orders", open=True, waiting=2),
    ]


def lay_everything(desk: Guarded) -> None:
    """Before the page opens."""
    desk.answers |= {
        "getEndpoints": lambda _asked: {"endpoints": endpoints()},
        "getDispositions": lambda _asked: {"dispositions": ["Answered", "Refund"], "required": True},
        "getQuickResponses": lambda _asked: {"quickResponses": RESPONSES},
        "getEarlierContacts": lambda _asked: {"by": "name", "contacts": [PAST]},
        "clearContact": _refuse,
    }
    desk.lay(cards(), viewing=ADA)
    attributes = {name: f"value of {name}" for name in ("city", "order", "plan", "shop", "theme", "tone")}
    desk.chat(ADA, everything_said(), attributes=attributes, references=REFERENCES, earlier=True)
    for contact_id, name in list(NAMES.items())[1:]:
        desk.chat(contact_id, [item(1, contact_id, f"Hello from {name}")], customerName=name)


def _refuse(_asked: dict[str, Any]) -> dict[str, Any]:
    raise Refused("dispositionRequired", "Say first what came of it: Answered, Refund.")


def tell_the_rest(desk: Guarded) -> None:
    """What a snapshot has not: messages under way and failed, notes, who types."""
    for number, state in enumerate(("failed", "queued"), 1):
        row = {"contactId": ADA, "clientToken": f"t{number}", "kind": "MESSAGE", "contentType": "text/plain"}
        about = {"content": "Hi", "author": ME, "state": state, "why": "the customer is gone", "createdAt": soon(-9)}
        outgoing = complete(protocol.Outgoing, row | about | {"position": number})
        desk.tell("outgoing", f"conversation:{ADA}", outgoing=outgoing)
    note = {"noteId": "n1", "contactId": ADA, "clientToken": "n1", "author": ME, "text": "Batch 0926 is known for it"}
    desk.tell("note", f"conversation:{ADA}", note=note | {"createdAt": soon(-9), "editedAt": None, "deleted": False})
    for contact_id in (ADA, BEN):
        who = {"participantId": f"customer-{contact_id}", "role": "CUSTOMER", "displayName": "Amelia Hart"}
        desk.notify("typing", stream=f"conversation:{contact_id}", contactId=contact_id, **who)
    expect(desk.page.locator("#rows .note")).to_be_visible()
