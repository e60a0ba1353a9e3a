"""Agents at their CCPs: the control API's verbs, of an emulator in this process or of one that runs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from connect_emulator.ccp.verbs import Verbs
from tests.amazon import BASIC_QUEUE, Amazon
from tests.emulating import RunningEmulator
from tests.portal import Product


class Agent:
    """One agent, hired when made."""

    def __init__(self, post: Callable[[str, dict[str, Any]], Any], name: str) -> None:
        self._post = post
        self.name = name
        self.id: str = post("agents", {"username": name, "firstName": name.title()})["userId"]

    @classmethod
    def of(cls, where: Amazon | RunningEmulator, name: str) -> Agent:
        if isinstance(where, RunningEmulator):
            return cls(where.control, name)
        return cls(lambda path, body: Verbs(where.world).post[path](body), name)

    def is_(self, status: str) -> None:
        self._post("agent/status", {"user": self.name, "status": status})

    def offered(self, contact_id: str) -> Any:
        return self._of("offer", contact_id)

    def accepts(self, contact_id: str) -> str:
        """The participant token of the agent."""
        return str(self._of("accept", contact_id)["participantToken"])

    def serves(self, contact_id: str) -> str:
        """Offered and accepted at once."""
        self.offered(contact_id)
        return self.accepts(contact_id)

    def rejects(self, contact_id: str) -> None:
        self._of("reject", contact_id)

    def leaves(self, contact_id: str) -> None:
        self._of("leave", contact_id)

    def clears(self, contact_id: str) -> None:
        self._of("clear", contact_id)

    def transfers(self, contact_id: str, **to: str) -> str:
        """The ContactId the chat goes on under."""
        return str(self._post("agent/transfer", {"user": self.name, "contactId": contact_id, **to})["contactId"])

    def _of(self, verb: str, contact_id: str) -> Any:
        return self._post(f"agent/{verb}", {"user": self.name, "contactId": contact_id})


class Ccp:
    """The CCP in the browser of one agent: what it knows of a contact."""

    def __init__(self, product: Product, name: str) -> None:
        self.product = product
        self.agent = Agent.of(product.emulator, name)

    def serves(self, contact_id: str) -> dict[str, Any]:
        """Offered and accepted there; what a page relays of it."""
        token = self.agent.serves(contact_id)
        about = self.product.emulator.contact(contact_id)
        mine = [one for one in about["participants"] if one["role"] == "AGENT" and one["state"] != "LEFT"]
        return {
            "contactId": contact_id,
            "initialContactId": about["initialContactId"],
            "participantId": mine[-1]["participantId"],
            "participantToken": token,
            "state": "connected",
            "queue": {"queueARN": f"arn:aws:connect:us-east-1:123456789012:instance/x/queue/{BASIC_QUEUE}"},
            "attributes": {"topic": "lamps"},
            "references": {"Order": {"type": "URL", "value": "https://shop.example/7"}},
        }
