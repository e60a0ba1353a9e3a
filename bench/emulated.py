"""The whole way: customers of the emulator, its flow and its SNS, the portal, desks that accepted the contacts."""

from __future__ import annotations

import asyncio
import atexit
import time
import uuid
from pathlib import Path

from tests.emulating import HANDOVER, HANDOVER_FLOW, ROOT, TOPIC, RunningEmulator, eventually, free_port

from .measure import Carried, Lane
from .people import Customer, Desk, Waiting
from .portal import Portal, speak
from .servers import Simple


class WithEmulator:
    """The whole way: customers of the emulator, its flow, its SNS, the portal, desks that accepted the contacts."""

    name = "with emulator"

    def __init__(self, folder: Path, conversations: int) -> None:
        port = free_port()
        folder = folder / "emulator"
        self.it = Portal(folder, port, {})
        self.emulator = RunningEmulator(
            folder,
            port=port,
            flows=[HANDOVER_FLOW],
            functions=[f"{HANDOVER}={ROOT / 'deploy' / 'handover_lambda.py'}:handler"],
            subscribe=[f"{TOPIC}={self.it.portal.url}/webhooks/sns/"],
            environment=self.it.portal.environment,
        )
        atexit.register(self.emulator.stop)
        self.emulator.start()  # it makes the certificate that the portal pins
        self.it.start(conversations, 0, connected=False)
        log = self.it.portal.log
        eventually(lambda: "Subscribed to" in log.read_text(), 20, "the webhook is subscribed")
        self._conversations = conversations
        self.spoken = Waiting()
        self.customers: list[Customer] = []
        self.desk_of: dict[str, Desk] = {}
        self.lanes: list[Lane] = [CustomerToDesk(self), DeskToCustomer(self)]

    @property
    def server(self) -> int:
        return self.it.server

    async def open(self) -> None:
        await self.it.open_desks()
        for number in range(self._conversations):
            customer = await Customer.open(self.emulator.port, f"Customer {number}", self.spoken)
            self.customers.append(customer)
            async with asyncio.timeout(60):
                await self.it.waiting.expect(f"connected:{customer.contact_id}")
        self.desk_of = {contact: desk for desk in self.it.desks for contact in desk.contacts}

    async def close(self) -> None:
        for customer in self.customers:
            customer.close()
        self.emulator.__exit__()
        self.it.close()
        await asyncio.sleep(0)


class CustomerToDesk(Simple):
    """The customer's SendMessage → the item on the agent's socket."""

    name = "customer → desk, with emulator"

    def __init__(self, system: WithEmulator) -> None:
        self._system = system

    @property
    def server(self) -> int:
        return self._system.server

    async def carry(self, conversation: int) -> Carried:
        key = uuid.uuid4().hex
        arrival = self._system.it.waiting.expect(key)
        sent = time.monotonic()
        await self._system.customers[conversation].say(key)
        return Carried(key, sent, await arrival)


class DeskToCustomer(Simple):
    """sendMessage on the agent's socket → the customer's websocket."""

    name = "desk → customer, with emulator"

    def __init__(self, system: WithEmulator) -> None:
        self._system = system

    @property
    def server(self) -> int:
        return self._system.server

    async def carry(self, conversation: int) -> Carried:
        contact_id = self._system.customers[conversation].contact_id
        return await speak(self._system.desk_of[contact_id], contact_id, self._system.spoken)
