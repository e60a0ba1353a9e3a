"""What one socket of the participant API has been told of its chat, and what a change of ours makes it hear next.

Items go out once, in the order of arrival (Item.number). Words of ours that Amazon Connect sent back before it answered wait
for their author, and what came after waits with them. A file whose state has changed is told again.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone

from agents.models import AgentContact, ChatPosition
from chats import serialisers, wire
from chats.models import Contact, Conversation, Item, OutboundMessage, Participant

from . import items
from .callers import Speaker

MOST_MISSED = 1_000  # items that a line which comes back is told; the transcript has them all
OURS = frozenset({"AGENT", "CUSTOM_BOT"})
UNSENT = frozenset({"queued", "sending", "taken"})
RECEIPTS = {"deliveredId": "DeliveredTimestamp", "readId": "ReadTimestamp"}


@dataclass
class Chat:
    """One line's view. `number` is that of the last item it was told."""

    about: Mapping[str, str]  # ContactId and InitialContactId, as every item has them
    agents: frozenset[int]
    number: int
    receipts: dict[tuple[str, str], str]
    owed: dict[str, str] = field(default_factory=dict)  # words on their way to Connect, by ClientToken
    lacks: bool = False
    may_be_over: bool = False
    has_ended: bool = False
    _held: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    _files: dict[str, str] = field(default_factory=dict)

    def heard(self, text: str) -> Iterator[str]:
        """The frames for ChatJS that follow from a frame of ours."""
        frame = json.loads(text)
        params = frame["params"]
        match frame["method"]:
            case "item":
                yield from self.told([params["item"]])
            case "outgoing":
                yield from self._outgoing(params["outgoing"])
            case "receipt":
                yield from self._receipt(params["receipt"])
            case "typing" if params["contactId"] == self.about["ContactId"]:
                yield self._typing(params)
            case "contact":
                self.may_be_over = self.may_be_over or params["contact"]["contactId"] == self.about["ContactId"]
            case "snapshot":
                self.lacks = True
            case "closedStream":
                self.may_be_over = True

    def told(self, found: Sequence[Mapping[str, Any]]) -> Iterator[str]:
        """Of these items, in their order, what it was not told yet."""
        self.lacks = False
        for one in found:
            if one["Number"] > self.number:
                self._held[one["Id"]] = one
            elif self._is_new_of_a_file(one):
                yield self._frame(one)
        yield from self._release()

    def _release(self) -> Iterator[str]:
        for one in sorted(self._held.values(), key=lambda held: held["Number"]):
            if self.has_ended or self._waits_for_its_author(one):
                return
            del self._held[one["Id"]]
            self.number = one["Number"]
            self.has_ended = one["ContentType"] == items.CHAT_ENDED
            yield self._frame(one)

    def _frame(self, one: Mapping[str, Any]) -> str:
        self._files |= {file["AttachmentId"]: file.get("Status", "") for file in one["Attachments"]}
        return items.frame(items.item(one, self.agents))

    def _waits_for_its_author(self, one: Mapping[str, Any]) -> bool:
        if one["Author"] or one["Type"] == "EVENT" or one["ParticipantRole"] not in OURS:
            return False
        names = [file["AttachmentName"] for file in one["Attachments"]]
        return (one["Content"] or next(iter(names), "")) in self.owed.values()

    def _outgoing(self, row: Mapping[str, Any]) -> Iterator[str]:
        if row["state"] in UNSENT and not row["itemId"]:
            self.owed[row["clientToken"]] = row["content"]
        elif self.owed.pop(row["clientToken"], None) is not None:
            yield from self._release()

    def ended(self) -> Iterator[str]:
        """The chat is over for this agent, whether or not the customer's goes on: ChatJS waits for that word."""
        if not self.has_ended:
            self.has_ended = True
            at = wire.iso(timezone.now())
            yield items.frame(items.event(items.CHAT_ENDED, str(uuid.uuid4()), self.about, at))

    def _is_new_of_a_file(self, one: Mapping[str, Any]) -> bool:
        return any(
            self._files.get(file["AttachmentId"], file.get("Status")) != file.get("Status")
            for file in one["Attachments"]
        )

    def _receipt(self, mark: Mapping[str, Any]) -> Iterator[str]:
        """Of this contact only: ChatJS itself would tell it to every session of the page."""
        if mark["contactId"] != self.about["ContactId"] or mark["role"] != "CUSTOMER":
            return
        for name, what in RECEIPTS.items():
            key, message_id = (mark["participantId"], name), mark[name]
            if message_id and self.receipts.get(key) != message_id:
                self.receipts[key] = message_id
                at = wire.iso(timezone.now())
                yield items.frame(items.receipt(message_id, mark["participantId"], what, self.about, at))

    def _typing(self, params: Mapping[str, Any]) -> str:
        who = {"ParticipantId": params["participantId"], "ParticipantRole": params["role"]}
        name = {"DisplayName": params["displayName"]} if params.get("displayName") else {}
        return items.frame(
            items.event(wire.TYPING, str(uuid.uuid4()), self.about, wire.iso(timezone.now()), **who, **name)
        )


@dataclass(frozen=True)
class Beginning:
    """Where a line begins: what it is told at once, and from which number on it follows the stream."""

    chat: Chat
    seq: int
    told: int
    missed: Sequence[Mapping[str, Any]]


def beginning(speaker: Speaker) -> Beginning:
    """A new token begins with what comes next, as with Connect; one that had a line goes on where that one was cut."""
    chat = Conversation.objects.get(pk=speaker.contact.conversation_id)
    last = Item.objects.filter(conversation=chat).order_by("-number").values_list("number", flat=True).first() or 0
    position = ChatPosition.objects.filter(pk=speaker.token.number, agent_contact=speaker.part).first()
    number = last if position is None else min(position.number, last)
    about = {"ContactId": speaker.contact.pk, "InitialContactId": chat.initial_contact_id}
    found = Chat(about, agents_of(speaker.contact), number, _receipts(chat), _owed(chat))
    return Beginning(found, chat.seq, 0 if position is None else position.number, missed(speaker, number, last))


def missed(speaker: Speaker, after: int, last: int | None = None) -> list[dict[str, Any]]:
    """The newest items above this number, in their order."""
    rows = Item.objects.filter(conversation=speaker.contact.conversation_id, number__gt=after)
    if last is not None:
        rows = rows.filter(number__lte=last)
    found = rows.select_related("author", "conversation").order_by("-number")[:MOST_MISSED]
    return [serialisers.item(one) for one in reversed(found)]


def agents_of(contact: Contact) -> frozenset[int]:
    """The users who have, or had, a part in a contact of this chat as its agents."""
    parts = AgentContact.objects.filter(contact__conversation=contact.conversation_id)
    return frozenset(parts.values_list("agent__user_id", flat=True))


def _owed(chat: Conversation) -> dict[str, str]:
    rows = OutboundMessage.objects.filter(conversation=chat, state__in=OutboundMessage.UNSENT, item_id="")
    return dict(rows.values_list("client_token", "content"))


def _receipts(chat: Conversation) -> dict[tuple[str, str], str]:
    found = Participant.objects.filter(conversation=chat, seq__gt=0)
    marks = [serialisers.receipt(one) for one in found]
    return {(one["participantId"], name): one[name] for one in marks for name in RECEIPTS if one[name]}
