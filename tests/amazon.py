"""An emulator in this process with a clock that stands still, and boto3 clients that are answered by it."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

from connect_emulator.background import Background
from connect_emulator.boto3_hook import attach
from connect_emulator.clock import FakeClock
from connect_emulator.core import Emulator, Options
from connect_emulator.flows import parse
from connect_emulator.flows.actions import CHECKS
from connect_emulator.instance import Instance
from connect_emulator.testing import lend_key_pair
from tests.emulating import INBOUND_FLOW, INSTANCE, REGION, TOPIC

_SESSION = boto3.Session(region_name=REGION, aws_access_key_id="test", aws_secret_access_key="test")
_CONFIG = Config(retries={"total_max_attempts": 1})
BASIC_QUEUE = str(uuid.uuid5(uuid.NAMESPACE_URL, f"{Instance().arn}/queue/BasicQueue"))  # every instance has it

_FREE: dict[str, list[Any]] = {}


def _new_client(service: str, config: Config | None) -> Any:
    return _SESSION.client(service, endpoint_url="http://127.0.0.1:8001", config=config or _CONFIG)


@dataclass
class Posts:
    """Where SNS posts go in this process: kept, and answered with `status`."""

    status: int = 200
    bodies: list[bytes] = field(default_factory=list)

    def __call__(self, _url: str, _headers: dict[str, str], body: bytes) -> int:
        self.bodies.append(body)
        return self.status


class Amazon:
    """The emulator of one test; `again()` is what a restart finds."""

    def __init__(
        self, state: Path, flow: str, functions: dict[str, Any], *, echo: bool = True, flows: Any = (), **more: Any
    ) -> None:
        """`flows` are further ones by their ids; `more` are options of the emulator's."""
        lend_key_pair(state)
        self.clock = FakeClock()
        self.posts = Posts()
        all_flows = {name: parse(text, CHECKS) for name, text in {INBOUND_FLOW: flow, **dict(flows)}.items()}
        self._options = Options(state, all_flows, functions, echo=echo, **more)
        self._lent: list[tuple[str, Any, Callable[[], None]]] = []
        self._begin()

    def _begin(self) -> None:
        self.emulator = Emulator(self._options, self.clock)
        self.world = self.emulator.world
        self.background = Background(self.emulator, self.posts)
        self.connect = self.client("connect")
        self.participant = self.client("connectparticipant")
        self.sns = self.client("sns")

    def again(self) -> None:
        self.close()
        self._begin()

    def client(self, service: str, config: Config | None = None) -> Any:
        """Clients are dear to make: those with the usual configuration are lent to one emulator after the other."""
        free = _FREE.setdefault(service, [])
        client = free.pop() if free and config is None else _new_client(service, config)
        self._lent.append((service if config is None else "", client, attach(client, self.emulator)))
        return client

    def close(self) -> None:
        self.emulator.close()
        for service, client, detach in self._lent:
            detach()
            _FREE.setdefault(service, []).append(client)
        self._lent.clear()

    def pass_time(self, seconds: float) -> None:
        self.clock.advance(int(seconds * 1000))
        self.background.settle()

    def start_chat(self, name: str = "Ada", **given: Any) -> dict[str, Any]:
        return self.connect.start_chat_contact(
            InstanceId=INSTANCE, ContactFlowId=INBOUND_FLOW, ParticipantDetails={"DisplayName": name}, **given
        )

    def connected(self, participant_token: str) -> str:
        """A connection token of a participant who is connected for message streaming."""
        answer = self.participant.create_participant_connection(
            ParticipantToken=participant_token, Type=["CONNECTION_CREDENTIALS"], ConnectParticipant=True
        )
        self.background.settle()
        return str(answer["ConnectionCredentials"]["ConnectionToken"])

    def customer(self, name: str = "Ada", **given: Any) -> tuple[str, str]:
        """The contact id and the connection token of a customer who is connected."""
        started = self.start_chat(name, **given)
        return started["ContactId"], self.connected(started["ParticipantToken"])

    def bot(self, contact_id: str, name: str = "Service") -> str:
        """The connection token of a custom participant who is connected."""
        return self.connected(self.create_bot(contact_id, name)["ParticipantCredentials"]["ParticipantToken"])

    def described(self, contact_id: str) -> dict[str, Any]:
        return dict(self.connect.describe_contact(InstanceId=INSTANCE, ContactId=contact_id)["Contact"])

    def chain(self, initial_id: str) -> list[str]:
        """The contacts of a chat, in the order they came."""
        rows = self.world.store.all("SELECT id, previous_id FROM contact WHERE initial_id = ?", initial_id)
        after = {row["previous_id"]: row["id"] for row in rows}
        found = [initial_id]
        while found[-1] in after:
            found.append(after[found[-1]])
        return found

    def create_bot(self, contact_id: str, name: str = "Service", **given: Any) -> dict[str, Any]:
        details = {"ParticipantRole": "CUSTOM_BOT", "DisplayName": name}
        return self.connect.create_participant(
            InstanceId=INSTANCE, ContactId=contact_id, ParticipantDetails=details, **given
        )

    def stream(self, contact_id: str, topic: str = TOPIC, token: str = "t") -> str:
        answer = self.connect.start_contact_streaming(
            InstanceId=INSTANCE,
            ContactId=contact_id,
            ChatStreamingConfiguration={"StreamingEndpointArn": topic},
            ClientToken=token,
        )
        return str(answer["StreamingId"])

    def say(self, token: str, text: str, **given: Any) -> dict[str, Any]:
        return self.participant.send_message(
            **{"ConnectionToken": token, "ContentType": "text/plain", "Content": text, **given}
        )

    def transcript(self, token: str) -> list[dict[str, Any]]:
        """The last hundred items, oldest first."""
        page = self.participant.get_transcript(ConnectionToken=token, MaxResults=100, SortOrder="ASCENDING")
        return list(page["Transcript"])

    def texts(self, token: str) -> list[str]:
        return [item["Content"] for item in self.transcript(token) if item["Type"] == "MESSAGE"]
