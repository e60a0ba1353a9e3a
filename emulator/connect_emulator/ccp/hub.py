"""The sockets of CCP pages: what an agent has in front of them after every change, the items of their chats, their requests,
and what one tab tells all tabs. Lives in the event loop; the world is read in its own thread.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from connect_emulator.world import World, agents, register, signed_in
from connect_emulator.world.world import Said

from . import shown
from .page_verbs import Params, Refused, ask
from .viewing import next_view

Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
InWorld = Callable[[Callable[[], Any]], Awaitable[Any]]

PATH = "/connect/ccp-v2/socket"
SIGNED_OUT, TOO_SLOW = 4401, 4008
SETTLES_WITHIN = (
    0.02  # seconds: one change often comes with others, and an answer is sent before the snapshot that follows
)
FRAMES_WAITING = 1_000  # a page this slow is cut off, and comes back
BROADCAST_BYTES = 64 * 1024


@dataclass(eq=False)
class Tab:
    """One page: its agent, and what it has still to be sent."""

    id: str
    token: str
    agent_id: str
    outbox: asyncio.Queue[str | int] = field(default_factory=asyncio.Queue)

    def put(self, **frame: Any) -> None:
        if self.outbox.qsize() < FRAMES_WAITING:
            self.outbox.put_nowait(json.dumps(frame))
        else:
            self.outbox.put_nowait(TOO_SLOW)


@dataclass
class Shown:
    """What an agent's tabs were shown last."""

    viewing: str = ""
    contact_ids: list[str] = field(default_factory=list)
    masters: dict[str, str] = field(default_factory=dict)  # the first tab, by topic


class Hub:
    def __init__(self, world: World, in_world: InWorld) -> None:
        self._world = world
        self._in_world = in_world
        self._tabs: set[Tab] = set()
        self._shown: dict[str, Shown] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._refreshing: asyncio.Task[None] | None = None
        self._stale = False
        world.store.listeners.append(self._hear)
        world.store.on_commit.append(self._changed)

    async def serve(self, receive: Receive, send: Send) -> None:
        self._loop = asyncio.get_running_loop()
        await receive()  # websocket.connect
        await send({"type": "websocket.accept"})
        tab = await self._admit(await receive())
        if tab is None:
            await send({"type": "websocket.close", "code": SIGNED_OUT})
            return
        self._tabs.add(tab)
        writer = asyncio.create_task(_write(tab, send))
        try:
            await self._show(tab.agent_id, [tab])
            await self._read(tab, receive)
        finally:
            writer.cancel()
            self._forget(tab)

    def _forget(self, tab: Tab) -> None:
        self._tabs.discard(tab)
        of_agent = self._shown[tab.agent_id]
        of_agent.masters = {topic: first for topic, first in of_agent.masters.items() if first != tab.id}

    async def _admit(self, message: dict[str, Any]) -> Tab | None:
        """The first frame says whose session this is: {"session", "tab"}."""
        frame = _parsed(message.get("text"))
        token, tab_id = frame.get("session"), frame.get("tab")
        if not isinstance(token, str) or not isinstance(tab_id, str) or len(tab_id) > 100:
            return None
        agent = await self._in_world(lambda: signed_in.holder(self._world, token))
        if agent is None:
            return None
        self._shown.setdefault(agent.id, Shown())
        return Tab(tab_id, token, agent.id)

    # ---- what a page asks --------------------------------------------------------------------------------------------------

    async def _read(self, tab: Tab, receive: Receive) -> None:
        while True:
            message = await receive()
            if message["type"] == "websocket.disconnect":
                return
            frame = _parsed(message.get("text"))
            try:
                result = await self._answer(tab, str(frame.get("method")), _params(frame))
            except Refused as refused:
                tab.put(id=frame.get("id"), error={"type": refused.kind, "message": str(refused)})
            else:
                tab.put(id=frame.get("id"), result=result)

    async def _answer(self, tab: Tab, method: str, params: Params) -> Any:
        if method == "broadcast":
            return self._broadcast(tab, params)
        if method == "master":
            return self._master(tab, params)
        if method == "signOut":
            await self._in_world(lambda: self._end_session(tab))
            return {}
        return await self._in_world(lambda: self._asked(tab, method, params))

    def _asked(self, tab: Tab, method: str, params: Params) -> Any:
        agent = signed_in.holder(self._world, tab.token)
        if agent is None:
            raise Refused("UnauthorizedException", "the session is over")
        return ask(self._world, agent, method, params)

    def _end_session(self, tab: Tab) -> None:
        with self._world.store.change():
            signed_in.end(self._world, tab.token)

    def _broadcast(self, tab: Tab, params: Params) -> Params:
        event, data = params.get("event"), params.get("data")
        if not isinstance(event, str) or len(json.dumps(params)) > BROADCAST_BYTES:
            raise Refused("InvalidParameterException", f"a broadcast has an event and up to {BROADCAST_BYTES} bytes")
        if event == "contact::view" and isinstance(data, dict) and isinstance(data.get("contactId"), str):
            self._view(tab.agent_id, data["contactId"])
            return {}
        for each in self._of_agent(tab.agent_id):
            each.put(broadcast={"event": event, "data": data})
        return {}

    def _view(self, agent_id: str, contact_id: str) -> None:
        """Told also when it is in view already: Streams' page hears of each of its own calls."""
        of_agent = self._shown[agent_id]
        if contact_id and contact_id not in of_agent.contact_ids:
            raise Refused("ContactNotFoundException", "this agent has no contact with this contactId")
        of_agent.viewing = contact_id
        for each in self._of_agent(agent_id):
            each.put(viewing=contact_id)

    def _master(self, tab: Tab, params: Params) -> Params:
        topic = params.get("topic")
        if not isinstance(topic, str) or len(topic) > 200:
            raise Refused("InvalidParameterException", "topic must be a text")
        masters = self._shown[tab.agent_id].masters
        before = masters.get(topic)
        if params.get("take") is True or (before is None and params.get("ifNone") is True):
            masters[topic] = tab.id
        return {
            "masterId": masters.get(topic, ""),
            "isMaster": masters.get(topic) == tab.id,
            "takeOver": before not in {None, tab.id},
        }

    # ---- what a page is told -----------------------------------------------------------------------------------------------

    def _hear(self, notice: object) -> None:
        """Called in the thread that made the change: who is in the chat now hears what was said by it."""
        if self._loop is not None and isinstance(notice, Said) and self._tabs:
            serving = {entry.user_id for entry in agents.serving(self._world, notice.initial_id)}
            with suppress(RuntimeError):  # the loop has ended, and every socket with it
                self._loop.call_soon_threadsafe(self._said, json.loads(notice.frame)["content"], serving)

    def _said(self, content: str, serving: set[str]) -> None:
        for tab in self._tabs:
            if tab.agent_id in serving:
                tab.put(item=content)

    def _changed(self) -> None:
        """Called in the thread that made the change."""
        if self._loop is not None and self._tabs:
            with suppress(RuntimeError):
                self._loop.call_soon_threadsafe(self._refresh)

    def _refresh(self) -> None:
        self._stale = True
        if self._refreshing is None or self._refreshing.done():
            self._refreshing = asyncio.create_task(self._show_everyone())

    async def _show_everyone(self) -> None:
        while self._stale:
            await asyncio.sleep(SETTLES_WITHIN)
            self._stale = False
            for agent_id in {tab.agent_id for tab in self._tabs}:
                await self._show(agent_id, self._of_agent(agent_id))

    async def _show(self, agent_id: str, tabs: list[Tab]) -> None:
        of_agent = self._shown[agent_id]
        alive, desk = await self._in_world(lambda: self._look(agent_id, tabs))
        for tab in tabs:
            if tab.token not in alive or desk is None:
                tab.put(signedOut=True)
                tab.outbox.put_nowait(SIGNED_OUT)
        if desk is None:
            return
        ids = [each["id"] for each in desk["contacts"]]
        of_agent.viewing = next_view(of_agent.contact_ids, ids, of_agent.viewing)
        of_agent.contact_ids = ids
        for tab in tabs:
            if tab.token in alive:
                tab.put(desk={**desk, "viewing": of_agent.viewing})

    def _look(self, agent_id: str, tabs: list[Tab]) -> tuple[set[str], dict[str, Any] | None]:
        """The tokens whose sessions last, and what there is to be shown."""
        alive = {tab.token for tab in tabs if signed_in.holder(self._world, tab.token)}
        agent = register.find(self._world, register.USER, agent_id)
        return alive, shown.desk_of(self._world, agent) if agent else None

    def _of_agent(self, agent_id: str) -> list[Tab]:
        return [tab for tab in self._tabs if tab.agent_id == agent_id]


async def _write(tab: Tab, send: Send) -> None:
    while True:
        frame = await tab.outbox.get()
        if isinstance(frame, int):
            await send({"type": "websocket.close", "code": frame})
            return
        await send({"type": "websocket.send", "text": frame})


def _parsed(text: Any) -> dict[str, Any]:
    try:
        frame = json.loads(text or "")
    except (ValueError, TypeError, RecursionError):
        return {}
    return frame if isinstance(frame, dict) else {}


def _params(frame: dict[str, Any]) -> Params:
    params = frame.get("params", {})
    if not isinstance(params, dict):
        raise Refused("InvalidParameterException", "params must be an object")
    return params
