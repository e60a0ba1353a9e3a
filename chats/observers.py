"""Who is notified of what happens to a contact. `chats` knows nothing of agents: `agents.apps` registers its observers here.

Observers are called in their order, inside the transaction that makes the change and that has locked the conversation.
What one of them raises ends that transaction.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from .contact_state import EndReason
from .models import Contact


@dataclass(frozen=True, slots=True)
class Waits:
    """The contact has just become WAITING."""

    at: datetime


@dataclass(frozen=True, slots=True)
class Ended:
    """The contact has just become ENDED."""


@dataclass(frozen=True, slots=True)
class EndExplained:
    """A better reason for the end of the contact has become known; `before` is the one it had."""

    before: EndReason | None


@dataclass(frozen=True, slots=True)
class CustomerNamed:
    """The name of the customer has become known: notified once, with one contact of the conversation."""


@dataclass(frozen=True, slots=True)
class Flagged:
    """The customer has written one of the phrases of the contact's queue."""

    phrase: str
    at: datetime


Change = Waits | Ended | EndExplained | CustomerNamed | Flagged


class ContactObserver(Protocol):
    """Is told of every change, and leaves out what does not concern it."""

    def __call__(self, contact: Contact, change: Change) -> None: ...


contact_observers: list[ContactObserver] = []


def contact_changed(contact: Contact, change: Change) -> None:
    """Notify all observers. Call it with the conversation locked."""
    for observer in contact_observers:
        observer(contact, change)
