"""Who talks in the benches: an agent's desk and a customer of the emulator, each on one socket of the generator."""

from __future__ import annotations

import asyncio
import json
import time
from typing import Any, Self
from urllib.parse import urlsplit

from .wires import HOST, Broken, Http, WebSocket, request

PADDED_TO = 200  # bytes of a message, as in reference measurements of chat servers


def words(key: str) -> str:
    """A message of 200 bytes that begins with its key."""
    return f"{key} ".ljust(PADDED_TO, ".")


def key_of(content: str | None) -> str:
    return (content or "").partition(" ")[0]


class Waiting:
    """Who waits for which message to arrive."""

    def __init__(self) -> None:
        self._of: dict[str, asyncio.Future[float]] = {}
        self._broken = ""

    def expect(self, key: str) -> asyncio.Future[float]:
        """When it has arrived; Broken when it cannot any more."""
        arrival: asyncio.Future[float] = asyncio.get_running_loop().create_future()
        if self._broken:
            arrival.set_exception(Broken(self._broken))
        self._of[key] = arrival
        return arrival

    def arrived(self, key: str, at: float) -> None:
        arrival = self._of.pop(key, None)
        if arrival is not None and not arrival.done():
            arrival.set_result(at)

    def fail(self, key: str, why: str) -> None:
        arrival = self._of.pop(key, None)
        if arrival is not None and not arrival.done():
            arrival.set_exception(Broken(why))

    def lost(self, why: str) -> None:
        self._broken = why
        for key in tuple(self._of):
            self.fail(key, why)


class Desk:
    """An agent's tab: connects, answers `ask`, notices customers' words and what became of its own."""

    def __init__(self, waiting: Waiting) -> None:
        self._waiting = waiting
        self._bye = ""
        self._numbers = 0
        self._answers: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._socket: WebSocket
        self.contacts: set[str] = set()  # that this desk accepted

    @classmethod
    async def open(cls, port: int, session: str, waiting: Waiting, accepted: list[float] | None = None) -> Self:
        """`accepted` is given when the socket was."""
        desk = cls(waiting)
        headers = {"Cookie": f"sessionid={session}", "Origin": f"http://{HOST}:{port}"}
        desk._socket = await WebSocket.open(port, "/ws/desk/", desk._hear, desk._lost, headers)
        if accepted is not None:
            accepted.append(time.monotonic())
        await desk.call("connect", known={})
        return desk

    async def call(self, method: str, **params: Any) -> dict[str, Any]:
        self._numbers += 1
        number, answer = self._numbers, asyncio.get_running_loop().create_future()
        self._answers[number] = answer
        self._send({"jsonrpc": "2.0", "id": number, "method": method, "params": params})
        frame: dict[str, Any] = await answer
        if "error" in frame:
            raise Broken(f"{method}: {frame['error']['message']}")
        return frame

    def say(self, contact_id: str, key: str) -> None:
        """Send words, as a notification: what becomes of them is told anyway."""
        params = {"contactId": contact_id, "message": words(key), "clientToken": key}
        self._send({"jsonrpc": "2.0", "method": "sendMessage", "params": params})

    def close(self) -> None:
        self._socket.close()

    def _send(self, frame: dict[str, Any]) -> None:
        self._socket.send(json.dumps(frame).encode())

    def _hear(self, text: bytes) -> None:
        frame = json.loads(text)
        match frame.get("method"):
            case "item":
                item = frame["params"]["item"]
                if item["ParticipantRole"] == "CUSTOMER":
                    self._waiting.arrived(key_of(item["Content"]), time.monotonic())
            case "outgoing":
                self._outgoing(frame["params"]["outgoing"])
            case "agentContact":
                self._agent_contact(frame["params"]["agentContact"])
            case "ask":
                answer = {"ask": frame["params"]["ask"], "visible": True}
                self._send({"jsonrpc": "2.0", "method": "presence", "params": answer})
            case "bye":
                self._bye = frame["params"]["reason"]
            case None:
                self._answered(frame)

    def _outgoing(self, row: dict[str, Any]) -> None:
        if row["state"] == "sent":
            self._waiting.arrived(row["clientToken"], time.monotonic())
        elif row["state"] == "failed":
            self._waiting.fail(row["clientToken"], str(row["why"]))

    def _agent_contact(self, row: dict[str, Any]) -> None:
        """An offer is accepted at once."""
        if row["state"] == "connecting":
            params = {"contactId": row["contactId"]}
            self._send({"jsonrpc": "2.0", "method": "acceptContact", "params": params})
        elif row["state"] == "connected":
            self.contacts.add(row["contactId"])
            self._waiting.arrived(f"connected:{row['contactId']}", time.monotonic())

    def _answered(self, frame: dict[str, Any]) -> None:
        answer = self._answers.pop(frame["id"], None)
        if answer is not None:
            answer.set_result(frame)

    def _lost(self, why: str) -> None:
        self._waiting.lost(f"{why}: {self._bye}")
        for answer in self._answers.values():
            if not answer.done():
                answer.set_exception(Broken(f"{why}: {self._bye}"))


class Customer:
    """A customer of the emulator: SendMessage over one kept connection, a websocket as ChatJS speaks it."""

    def __init__(self, port: int, waiting: Waiting) -> None:
        self._port, self._waiting = port, waiting
        self.contact_id = ""
        self._bearer = ""
        self._http: Http
        self._socket: WebSocket

    @classmethod
    async def open(cls, port: int, name: str, waiting: Waiting) -> Self:
        customer = cls(port, waiting)
        customer._http = await Http.open(port)
        started = (await customer._post("/_emulator/startChat", {"DisplayName": name}))["data"]["startChatResult"]
        customer.contact_id, customer._bearer = started["ContactId"], started["ParticipantToken"]
        types = ["WEBSOCKET", "CONNECTION_CREDENTIALS"]
        connection = await customer._post("/participant/connection", {"Type": types})
        url = urlsplit(connection["Websocket"]["Url"])
        customer._bearer = connection["ConnectionCredentials"]["ConnectionToken"]
        path = f"{url.path}?{url.query}"
        customer._socket = await WebSocket.open(port, path, customer._hear, waiting.lost)
        customer._socket.send(b'{"topic":"aws/subscribe","content":{"topics":["aws/chat"]}}')
        return customer

    async def say(self, key: str) -> None:
        await self._post("/participant/message", {"ContentType": "text/plain", "Content": words(key)})

    def close(self) -> None:
        self._http.close()
        self._socket.close()

    async def _post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        headers = {"Content-Type": "application/json", "X-Amz-Bearer": self._bearer}
        status, text = await self._http.send(request("POST", path, self._port, headers, json.dumps(body).encode()))
        if status != 200:
            raise Broken(f"{path}: {status} {text.decode()[:300]}")
        answer: dict[str, Any] = json.loads(text)
        return answer

    def _hear(self, text: bytes) -> None:
        frame = json.loads(text)
        if frame.get("topic") == "aws/chat":
            item = json.loads(frame["content"])
            if item.get("ParticipantRole") != "CUSTOMER":
                self._waiting.arrived(key_of(item.get("Content")), time.monotonic())
