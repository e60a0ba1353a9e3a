"""An emulator in a process of its own, and a customer who talks to it: for every test that wants real wires."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Self

import boto3
from botocore.config import Config
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from tests import processes
from tests.processes import FROM_CHECKOUT

ROOT = Path(__file__).resolve().parent.parent
REGION = "us-east-1"
INSTANCE = "11111111-2222-4333-8444-555555555555"
FIRST = {"AbsoluteTime": "2000-01-01T00:00:00.000Z"}  # where a transcript that is read forward begins
INBOUND_FLOW = "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee"
TOPIC = f"arn:aws:sns:{REGION}:123456789012:ccp-portal"
HANDOVER = f"arn:aws:lambda:{REGION}:123456789012:function:ccp-portal-handover"
HANDOVER_FLOW = ROOT / "deploy" / "flows" / "agent-as-custom-participant.json"
EVENT = "application/vnd.amazonaws.connect.event."
PATIENCE = 60.0  # seconds in which even a machine that is busy with other things comes to it

_CONFIG = Config(retries={"total_max_attempts": 1}, connect_timeout=5, read_timeout=20, max_pool_connections=50)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def eventually(look: Callable[[], Any], timeout: float = 30, why: str = "") -> Any:
    """The first truthy answer of `look`; an assertion that says what was seen last when there is none in time.

    `timeout` is for a quiet machine: nobody who sees what they wait for waits longer on account of patience.
    """
    timeout = max(timeout, PATIENCE)
    ends = time.monotonic() + timeout
    while True:
        seen = look()
        if seen:
            return seen
        assert time.monotonic() < ends, f"not within {timeout} s: {why or look}; last seen: {seen!r}"
        time.sleep(0.02)


class RunningEmulator:
    """`connect-emulator … --control`; a context manager that stops what it started."""

    def __init__(
        self,
        folder: Path,
        *,
        flows: Sequence[Path | str] = (),
        subscribe: Sequence[str] = (),
        functions: Sequence[str] = (),
        echo: bool = True,
        control: bool = True,
        port: int | None = None,
        environment: dict[str, str] | None = None,
        options: Sequence[str] = (),
    ) -> None:
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.state = folder / "emulator.sqlite3"
        self.cert = folder / "emulator.sqlite3.sns.pem"
        self.log = folder / "emulator.log"
        self.program = "connect_emulator"  # a module, or a script
        self._environment = {**os.environ, **FROM_CHECKOUT, "PYTHONUNBUFFERED": "1", **(environment or {})}
        self._command = ["--port", str(self.port), "--state", str(self.state)]
        for option, values in (("--flow", flows), ("--subscribe", subscribe), ("--lambda", functions)):
            self._command += [option, *map(str, values)] if values else []
        self._command += [] if echo else ["--no-echo"]
        self._command += ["--control"] if control else []
        self._command += options
        self._process: processes.Process | subprocess.Popen[bytes] | None = None
        self._clients: list[Any] = []

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.stop()
        for client in self._clients:
            client.close()

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        self._process = processes.start(
            self.program, *map(str, self._command), environment=self._environment, out=self.log
        )
        self.wait_until_ready()

    def wait_until_ready(self) -> None:
        eventually(self._is_ready, 30, "the emulator answers")

    def kill(self) -> None:
        """With kill -9: nothing is said, nothing is finished."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        self._end(signal.SIGTERM)

    def restart(self) -> None:
        self.kill()
        self.start()

    def control(self, path: str, body: dict[str, Any] | None = None) -> Any:
        """POST with a body, GET without; the answer's JSON."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(
            f"{self.url}/_emulator/control/{path}", data=data, headers={"content-type": "application/json"}
        )
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            with error:
                raise AssertionError(f"{path}: HTTP {error.code} {error.read().decode()}") from None

    def advance(self, seconds: float) -> None:
        self.control("clock", {"advanceSeconds": seconds})

    def contact(self, contact_id: str) -> dict[str, Any]:
        return next(c for c in self.control("contacts")["contacts"] if c["contactId"] == contact_id)

    def deliveries(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.control("deliveries")["deliveries"]
        return found

    def client(self, service: str, config: Config | None = None) -> Any:
        client = boto3.client(
            service,
            endpoint_url=self.url,
            region_name=REGION,
            aws_access_key_id="test",
            aws_secret_access_key="test",
            config=_CONFIG.merge(config) if config else _CONFIG,
        )
        self._clients.append(client)
        return client

    def _is_ready(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, f"the emulator ended: {self.log.read_text()[-2000:]}"
        try:
            with urllib.request.urlopen(f"{self.url}/_emulator/health", timeout=5) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def _end(self, sign: int) -> None:
        if self._process is None:
            return
        self._process.send_signal(sign)
        self._process.wait(PATIENCE)
        self._process = None


class Customer:
    """Somebody who chats: StartChatContact, a websocket as ChatJS speaks it, and every item that comes on it."""

    def __init__(self, emulator: RunningEmulator, name: str, first_message: str | None = None, **start: Any) -> None:
        self.emulator = emulator
        self.connect = emulator.client("connect")
        self.participant = emulator.client("connectparticipant")
        if first_message is not None:
            start["InitialMessage"] = {"ContentType": "text/plain", "Content": first_message}
        started = self.connect.start_chat_contact(
            InstanceId=INSTANCE,
            ParticipantDetails={"DisplayName": name},
            **{"ContactFlowId": INBOUND_FLOW, **start},
        )
        self.contact_id: str = started["ContactId"]
        self.participant_id: str = started["ParticipantId"]
        self.participant_token: str = started["ParticipantToken"]
        self.connection_token = ""
        self.items: list[dict[str, Any]] = []
        self.frames: list[dict[str, Any]] = []
        self._heard = threading.Condition()
        self._sockets = contextlib.ExitStack()
        self._socket: ClientConnection | None = None
        self._reader: threading.Thread | None = None

    def open(self) -> Self:
        """A new connection token and a new socket; what was heard before stays."""
        answer = self.participant.create_participant_connection(
            ParticipantToken=self.participant_token, Type=["WEBSOCKET", "CONNECTION_CREDENTIALS"]
        )
        self.connection_token = answer["ConnectionCredentials"]["ConnectionToken"]
        self._socket = self._sockets.enter_context(connect(answer["Websocket"]["Url"], open_timeout=PATIENCE))
        self._reader = threading.Thread(target=self._read, args=(self._socket,), daemon=True)
        self._reader.start()
        self.send({"topic": "aws/subscribe", "content": {"topics": ["aws/chat"]}})
        self.wait_for_frame(lambda frame: frame.get("topic") == "aws/subscribe")
        return self

    def close(self) -> None:
        self._sockets.close()
        if self._reader is not None:
            self._reader.join(10)

    def wait_until_cut(self, timeout: float = PATIENCE) -> None:
        """Until the other end has closed the socket."""
        assert self._reader is not None
        self._reader.join(timeout)
        assert not self._reader.is_alive(), f"the socket is still open after {timeout} s"

    def send(self, frame: dict[str, Any]) -> None:
        assert self._socket is not None
        self._socket.send(json.dumps(frame))

    def say(self, text: str, **given: Any) -> dict[str, Any]:
        return self.participant.send_message(
            **{"ConnectionToken": self.connection_token, "ContentType": "text/plain", "Content": text, **given}
        )

    def event(self, name: str, content: str | None = None) -> dict[str, Any]:
        given = {} if content is None else {"Content": content}
        return self.participant.send_event(ConnectionToken=self.connection_token, ContentType=EVENT + name, **given)

    def transcript(self, **given: Any) -> list[dict[str, Any]]:
        """All pages, oldest first."""
        found: list[dict[str, Any]] = []
        asked = {
            "ScanDirection": "FORWARD",
            "StartPosition": FIRST,
            "SortOrder": "ASCENDING",
            "MaxResults": 100,
            **given,
        }
        while True:
            page = self.participant.get_transcript(ConnectionToken=self.connection_token, **asked)
            found += page["Transcript"]
            if "NextToken" not in page:
                return found
            asked["NextToken"] = page["NextToken"]

    def leave(self) -> None:
        self.participant.disconnect_participant(ConnectionToken=self.connection_token)

    def texts(self) -> list[str]:
        return [item["Content"] for item in self.items if item["Type"] == "MESSAGE"]

    def events(self) -> list[tuple[str, str | None]]:
        """(event, role) of everything that is not a message, in the order it came."""
        return [
            (item["ContentType"].removeprefix(EVENT), item.get("ParticipantRole"))
            for item in self.items
            if item["Type"] == "EVENT"
        ]

    def wait_for(self, wanted: Callable[[dict[str, Any]], bool], timeout: float = PATIENCE) -> dict[str, Any]:
        """The first item, also of those that came already, that is wanted."""
        return self._wait(self.items, wanted, timeout)

    def wait_for_text(self, text: str, timeout: float = PATIENCE, *, times: int = 1) -> dict[str, Any]:
        seen: list[str] = []

        def wanted(item: dict[str, Any]) -> bool:
            if item.get("Content") == text and item["Id"] not in seen:
                seen.append(item["Id"])
            return len(seen) >= times

        return self.wait_for(wanted, timeout)

    def wait_for_event(self, name: str, timeout: float = PATIENCE, role: str | None = None) -> dict[str, Any]:
        return self.wait_for(
            lambda i: i["ContentType"] == EVENT + name and role in {None, i.get("ParticipantRole")}, timeout
        )

    def wait_for_frame(self, wanted: Callable[[dict[str, Any]], bool], timeout: float = PATIENCE) -> dict[str, Any]:
        return self._wait(self.frames, wanted, timeout)

    def _wait(
        self, heard: list[dict[str, Any]], wanted: Callable[[dict[str, Any]], bool], timeout: float
    ) -> dict[str, Any]:
        with self._heard:
            found: dict[str, Any] | None = None

            def look() -> bool:
                nonlocal found
                found = next(filter(wanted, heard), None)
                return found is not None

            assert self._heard.wait_for(look, timeout), f"not heard within {timeout} s; heard: {heard[-10:]}"
            assert found is not None
            return found

    def _read(self, socket: ClientConnection) -> None:
        with contextlib.suppress(ConnectionClosed):
            for text in socket:
                frame = json.loads(text)
                with self._heard:
                    self.frames.append(frame)
                    if frame.get("topic") == "aws/chat":
                        self.items.append(json.loads(frame["content"]))
                    self._heard.notify_all()


@contextlib.contextmanager
def customer(
    emulator: RunningEmulator, name: str = "Ada", first_message: str | None = None, **start: Any
) -> Iterator[Customer]:
    """A customer whose chat has begun and whose socket is open."""
    who = Customer(emulator, name, first_message, **start)
    try:
        yield who.open()
    finally:
        who.close()
