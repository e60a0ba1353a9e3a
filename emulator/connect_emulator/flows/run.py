"""One contact on its way through one action: what an action sees, and what it can answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from connect_emulator.world import Contact, World, agents, contacts, details, queueing, register

from .document import Action, Flow
from .references import resolve


@dataclass(frozen=True, slots=True)
class Go:
    """On to this action; nowhere means that the flow has no branch for what happened."""

    to: str | None


@dataclass(frozen=True, slots=True)
class Wait:
    """Stand still until the deadline or one of the events; `memory` is there again when it goes on."""

    deadline: int | None
    events: tuple[str, ...]
    memory: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Call:
    """Ask a Lambda; the flow goes on with its answer."""

    call: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Begin:
    """On with another flow, at its beginning."""

    flow_id: str


@dataclass(frozen=True, slots=True)
class Invoke:
    """On with a module, which returns to this action."""

    module_id: str
    given: dict[str, Any]  # $.Modules.Input within it


@dataclass(frozen=True, slots=True)
class Return:
    """The module is over: on behind the action that invoked it."""


@dataclass(frozen=True, slots=True)
class Stop:
    """Nothing more to run: the contact has ended, or it waits in its queue, or an agent's flow is over."""


Outcome = Go | Wait | Call | Begin | Invoke | Return | Stop


@dataclass(slots=True)
class Run:
    world: World
    contact: Contact
    action: Action
    flow_id: str
    flows: Mapping[str, Flow] = field(default_factory=dict)  # all that could be gone to, modules too
    loops: dict[str, int] = field(default_factory=dict)
    external: dict[str, Any] = field(default_factory=dict)
    flow_attributes: dict[str, str] = field(default_factory=dict)
    results: dict[str, Any] = field(default_factory=dict)  # $.Lex, $.Metrics, $.Views, and the calls of modules
    memory: dict[str, Any] = field(default_factory=dict)  # what the action itself has kept while it waited

    def text(self, name: str) -> str:
        """A parameter with its references resolved; one that is not there is empty."""
        return self.resolved(self.action.parameters.get(name))

    def texts(self, name: str) -> dict[str, str]:
        """A parameter that maps names to texts; both may have references."""
        context = self.context()
        return {
            resolve(key, context): resolve(value, context)
            for key, value in self.action.parameters.get(name, {}).items()
        }

    def number(self, name: str, least: int, most: int) -> int | None:
        """A parameter that is a whole number from `least` to `most`; None for what a reference has led to instead."""
        text = self.text(name)
        fits = text.isascii() and text.isdecimal() and len(text) <= 20 and least <= int(text) <= most
        return int(text) if fits else None

    def resolved(self, value: object) -> str:
        return resolve(value, self.context()) if isinstance(value, str) else ""

    def context(self) -> dict[str, Any]:
        """What references lead to (adminguide/connect-attrib-list, as far as a chat has it)."""
        contact, instance = self.contact, self.world.instance
        known = details.of_contact(self.world, contact.id)
        return {
            "Attributes": contacts.attributes(self.world, contact.initial_id),
            "External": self.external,
            "FlowAttributes": self.flow_attributes,
            "Lex": self.results.get("Lex", {}),
            "Metrics": self.results.get("Metrics", {}),
            "Views": self.results.get("Views", {}),
            "Modules": {"Input": self.modules[-1]["given"] if self.modules else {}},
            "StoredCustomerInput": None,
            "Channel": "CHAT",
            "ContactId": contact.id,
            "InitialContactId": contact.initial_id,
            "PreviousContactId": contact.previous_id,
            "RelatedContactId": contact.related_id,
            "InitiationMethod": contact.initiation_method,
            "InstanceARN": instance.arn,
            "AwsRegion": instance.region,
            "CustomerId": contact.customer_id,
            "Name": known.name,
            "Description": known.description,
            "Queue": queue(self.world, contact) or {},
            "Agent": agent(self.world, contact),
            "Media": {"InitialMessage": _initial_message(self.world, contact)},
            "SegmentAttributes": contact.segment_attributes,
            "References": known.references,
            "LanguageCode": self.results.get("LanguageCode", "en-US"),
            "LambdaInvocation": {"ResultData": self.external},
        }

    @property
    def modules(self) -> list[dict[str, Any]]:
        """The modules it is within, the innermost last: what each was given, and where it returns to."""
        found: list[dict[str, Any]] = self.results.get("Modules", [])
        return found

    def goes_on(self) -> Go:
        return Go(self.action.next)

    def fails(self, kind: str) -> Go:
        return Go(self.action.error(kind))


def queue(world: World, contact: Contact) -> dict[str, str | None] | None:
    """The contact's queue as flows and Lambdas see it."""
    if not contact.queue_id:
        return None
    return {"ARN": world.instance.queue_arn(contact.queue_id), "Name": queueing.name_of(world, contact.queue_id)}


def agent(world: World, contact: Contact) -> dict[str, str]:
    """Who serves the chat, or served it last: how a disconnect flow finds the previous agent."""
    found = agents.last_of_chat(world, contact.initial_id)
    if found is None:
        return {}
    info = found.body.get("IdentityInfo", {})
    return {
        "ARN": register.arn(world, found.kind, found.id),
        "UserName": found.name,
        "FirstName": info.get("FirstName", ""),
        "LastName": info.get("LastName", ""),
    }


def _initial_message(world: World, contact: Contact) -> str | None:
    message = contacts.get(world, contact.initial_id).initial_message
    return message["Content"] if message else None
