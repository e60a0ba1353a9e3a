"""The portal alone: posts signed beforehand on one side of it, canned answers of Connect on the other."""

from __future__ import annotations

import asyncio
import json
import time
import uuid
from collections.abc import Sequence
from pathlib import Path

from tests.signing import TOPIC, Signer, item

from .measure import Carried, Exhausted, Lane
from .people import Desk, words
from .portal import Portal, speak
from .servers import Server, Simple
from .wires import Broken, Http, request


class WithStandIn:
    """The portal alone: posts signed beforehand on one side, canned answers on the other."""

    name = "portal"

    def __init__(self, folder: Path, conversations: int, idle: int) -> None:
        self.signer = Signer(TOPIC)
        self.aws = Server(folder, "bench.stand_in", "{port}")
        certificate = self.signer.write_certificate(folder / "sns.pem")
        self.it = Portal(folder / "stand-in", self.aws.port, {"CCP_SNS_CERT": str(certificate)})
        self.it.start(conversations, idle, connected=True)
        self.lanes: list[Lane] = [PostToDesk(self, conversations), DeskToConnect(self)]

    @property
    def server(self) -> int:
        return self.it.server

    async def open(self) -> None:
        await self.it.open_desks()
        for lane in self.lanes:
            await lane.open()  # type: ignore[attr-defined]  # ours have it

    async def open_idle(self, count: int) -> float:
        return await self.it.open_idle(count)

    async def close(self) -> None:
        self.it.close()
        self.aws.stop()
        await asyncio.sleep(0)


class PostToDesk(Simple):
    """A signed SNS post to the webhook → the item on the agent's socket (and the post answered 200)."""

    name = "customer → desk"

    def __init__(self, system: WithStandIn, conversations: int) -> None:
        self._system = system
        self._conversations = conversations
        self._connections: list[Http] = []
        self._posts: list[list[tuple[str, bytes]]] = [[] for _ in range(conversations)]

    @property
    def server(self) -> int:
        return self._system.server

    async def open(self) -> None:
        """Nothing yet: the portal closes connections that say nothing for long, and signing takes a while."""

    async def prepare(self, count: int) -> None:
        """Sign so many posts, and as many as the conversations may differ by; then open the connections."""
        for number in range(count):
            self._posts[number % self._conversations].append(self._post(number % self._conversations))
            if number % 50 == 0:
                await asyncio.sleep(0)  # desks answer `ask` meanwhile
        for connection in self._connections:
            connection.close()
        self._connections = [await Http.open(self._system.it.port) for _ in range(self._conversations)]

    async def carry(self, conversation: int) -> Carried:
        if not self._posts[conversation]:
            raise Exhausted
        key, post = self._posts[conversation].pop()
        arrival = self._system.it.waiting.expect(key)
        sent = time.monotonic()
        status, text = await self._connections[conversation].send(post)
        if status != 200:
            raise Broken(f"the webhook answered {status}: {text.decode()[:300]}")
        return Carried(key, sent, await arrival)

    def _post(self, conversation: int) -> tuple[str, bytes]:
        key = uuid.uuid4().hex
        said = item(words(key), contact_id=f"bench-{conversation}", ParticipantId=f"customer-{conversation}")
        headers, body = self._system.signer.notification(said)
        return key, request("POST", "/webhooks/sns/", self._system.it.port, headers, body)


class DeskToConnect(Simple):
    """sendMessage on the agent's socket → SendMessage at Connect; the loop goes on when the desk is told `sent`."""

    name = "desk → Connect"

    def __init__(self, system: WithStandIn) -> None:
        self._system = system
        self._talks: list[tuple[Desk, str]] = []

    @property
    def server(self) -> int:
        return self._system.server

    async def open(self) -> None:
        it = self._system.it
        pairs = zip(it.desks, it.seeded["desks"], strict=False)
        self._talks = [(desk, contact) for desk, seeded in pairs for contact in seeded["contacts"]]

    async def carry(self, conversation: int) -> Carried:
        return await speak(*self._talks[conversation], self._system.it.waiting)

    async def arrivals(self, carried: Sequence[Carried]) -> list[float]:
        connection = await Http.open(self._system.aws.port)
        _, text = await connection.send(request("GET", "/arrivals", self._system.aws.port, {}))
        connection.close()
        at = json.loads(text)
        return [at[one.key] - one.sent for one in carried]
