"""An Amazon Connect instance in the caller's process, for tests: boto3 clients, customers' chats, SNS posts, a clock to turn.

`connect_emulator.pytest_plugin` makes one for each test. Nothing here waits or runs in the background: after every call of a
client, and when the clock is turned, all that is due is done before the call returns: flows, Lambda functions, SNS posts.
"""

from __future__ import annotations

import json
import tempfile
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

from .background import Background, Http
from .boto3_hook import attach
from .clock import FakeClock
from .core import Emulator, Options
from .faults import read as read_fault
from .flows import Flow
from .flows.lambdas import Function, InProcess
from .instance import INBOUND_FLOW
from .streaming.certificate import kept_beside

_INBOX = "https://inbox.invalid/"  # where posts to an Inbox go: a name that never resolves (RFC 2606)
_PAGE = 100
_SERVICES = ("connect", "connectparticipant", "sns", "sts")


@cache
def _session() -> Any:
    return boto3.Session(region_name="us-east-1", aws_access_key_id="test", aws_secret_access_key="test")  # noqa: S106 -- nobody asks for it


@cache
def _key_pair() -> tuple[bytes, bytes]:
    """The key and certificate of SNS: one pair for the process, because an RSA key takes a while to make."""
    with tempfile.TemporaryDirectory() as folder:
        state = Path(folder) / "made"
        certificate = kept_beside(state)
        return state.with_name("made.sns.key").read_bytes(), certificate.pem


def lend_key_pair(state: Path) -> None:
    """A new state file beside which this pair lies signs with it."""
    for name, content in zip((".sns.key", ".sns.pem"), _key_pair(), strict=True):
        state.with_name(state.name + name).write_bytes(content)


@dataclass
class Inbox:
    """What an endpoint of SNS was posted: the requests as they came, signed; `messages` is what Connect says in them."""

    topic_arn: str
    posts: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    @property
    def messages(self) -> list[dict[str, Any]]:
        """The `Message` of each notification, in the order they were posted."""
        envelopes = [json.loads(body) for _, body in self.posts]
        return [json.loads(each["Message"]) for each in envelopes if each["Type"] == "Notification"]


class AmazonConnect:
    """One instance, empty but for what AWS furnishes a new one with, and the flows it was given."""

    def __init__(self, folder: Path, flows: Mapping[str, Flow]) -> None:
        """`flows` are by their ids; `folder` is for the state file alone."""
        state = folder / "connect.sqlite3"
        lend_key_pair(state)
        self.clock = FakeClock(start=time.time_ns() // 1_000_000)
        self._functions: dict[str, Function] = {}
        self.emulator = Emulator(Options(state, flows, self._functions), self.clock)
        self._background = Background(self.emulator, self._post)
        self._http = Http()
        self._inboxes: dict[str, Inbox] = {}
        self._detach: list[Callable[[], None]] = []
        self._settling = threading.Lock()
        self.instance_id = self.emulator.world.instance.id
        self.flow_id = INBOUND_FLOW
        self.certificate = self.emulator.certificate.pem  # the one that SNS posts are signed with

    # ---- clients ---------------------------------------------------------------------------------------------------------

    @cached_property
    def connect(self) -> Any:
        return self.client("connect")

    @cached_property
    def participant(self) -> Any:
        return self.client("connectparticipant")

    @cached_property
    def sns(self) -> Any:
        return self.client("sns")

    def client(self, service: str, config: Config | None = None) -> Any:
        """A new boto3 client of connect, connectparticipant, sns or sts. It tries nothing twice, unless `config` says so."""
        if service not in _SERVICES:
            raise ValueError(f"the emulator is {', '.join(_SERVICES)}, not {service!r}")
        once = Config(retries={"total_max_attempts": 1})
        made = _session().client(service, endpoint_url="http://127.0.0.1:8001", config=once.merge(config or Config()))
        self.attach(made)
        return made

    def attach(self, client: Any) -> None:
        """A client that the code under test has made is answered by this instance, too, until the test ends."""
        self._detach.append(attach(client, self.emulator, self._settle))

    # ---- what a test arranges ----------------------------------------------------------------------------------------------

    def load_flow(self, path: Path | str, *, kind: str = "CONTACT_FLOW") -> str:
        """CreateContactFlow with the document in this file; its id. boto3's InvalidContactFlowException says what is wrong."""
        file = Path(path)
        content = file.read_text(encoding="utf-8")
        made = self.connect.create_contact_flow(InstanceId=self.instance_id, Name=file.stem, Type=kind, Content=content)
        return str(made["ContactFlowId"])

    def add_function(self, arn: str, handler: Callable[[Any, Any], Any]) -> None:
        """What a flow's Lambda function is: `handler(event, context)`."""
        self._functions[arn] = InProcess(arn, handler)

    def subscribe(self, topic_arn: str) -> Inbox:
        """A new endpoint of this topic, confirmed already. A URL that the code under test subscribes is posted to over HTTP."""
        endpoint = f"{_INBOX}{len(self._inboxes) + 1}"
        inbox = self._inboxes[endpoint] = Inbox(topic_arn)
        self.sns.subscribe(TopicArn=topic_arn, Protocol="https", Endpoint=endpoint)
        token = json.loads(inbox.posts.pop()[1])["Token"]
        self.sns.confirm_subscription(TopicArn=topic_arn, Token=token)
        return inbox

    def fail(self, operation: str, *, status: int, times: int = 1, after: bool = False) -> None:
        """The next so many calls of this operation are refused; `after`: once it has been done, as when an answer is lost."""
        when = "after" if after else "before"
        self.emulator.faults.add(read_fault({"operation": operation, "status": status, "times": times, "when": when}))

    def advance(self, seconds: float) -> None:
        """Turns the clock forward. What falls due on the way happens when it has arrived, in the order of its time."""
        self.clock.advance(round(seconds * 1000))
        self._settle()

    def start_chat(self, name: str = "Ada", message: str | None = None, **given: Any) -> Chat:
        """A customer who has started a chat and is connected; `given` are further members of StartChatContact."""
        if message is not None:
            given["InitialMessage"] = {"ContentType": "text/plain", "Content": message}
        started = self.connect.start_chat_contact(
            InstanceId=self.instance_id,
            ParticipantDetails={"DisplayName": name},
            **{"ContactFlowId": self.flow_id, **given},
        )
        return Chat(self, started["ContactId"], started["ParticipantId"], self.join(started["ParticipantToken"]))

    def join(self, participant_token: str) -> str:
        """CreateParticipantConnection for whom StartChatContact or CreateParticipant gave this token; the connection token."""
        answer = self.participant.create_participant_connection(
            ParticipantToken=participant_token, Type=["CONNECTION_CREDENTIALS"], ConnectParticipant=True
        )
        return str(answer["ConnectionCredentials"]["ConnectionToken"])

    def close(self) -> None:
        for detach in self._detach:
            detach()
        self.emulator.close()

    # ---- what is due ---------------------------------------------------------------------------------------------------------

    def _settle(self) -> None:
        """Not again from within: a Lambda function may call a client, too, and what follows is done by who waits for it."""
        if self._settling.acquire(blocking=False):
            try:
                self._background.settle()
            finally:
                self._settling.release()

    def _post(self, url: str, headers: dict[str, str], body: bytes) -> int:
        inbox = self._inboxes.get(url)
        if inbox is None:
            return self._http(url, headers, body)
        inbox.posts.append((headers, body))
        return 200


@dataclass(frozen=True)
class Chat:
    """One customer's chat, spoken as the customer does."""

    instance: AmazonConnect
    contact_id: str
    participant_id: str
    connection_token: str

    def say(self, text: str, content_type: str = "text/plain") -> str:
        """SendMessage; the message's id."""
        sent = self.instance.participant.send_message(
            ConnectionToken=self.connection_token, ContentType=content_type, Content=text
        )
        return str(sent["Id"])

    def transcript(self) -> list[dict[str, Any]]:
        """Every item of the chat, oldest first; refused when the chat has ended or the customer has left, as in AWS."""
        asked = {"ConnectionToken": self.connection_token, "MaxResults": _PAGE, "SortOrder": "ASCENDING"}
        newest_page = self.instance.participant.get_transcript(**asked)
        items: list[dict[str, Any]] = newest_page["Transcript"]
        token = newest_page.get("NextToken")
        while token:
            page = self.instance.participant.get_transcript(**asked, NextToken=token)
            items = [*page["Transcript"], *items]
            token = page.get("NextToken")
        return items

    def texts(self) -> list[str]:
        """What was said, by whomever."""
        return [item["Content"] for item in self.transcript() if item["Type"] == "MESSAGE"]

    def describe(self) -> dict[str, Any]:
        """DescribeContact."""
        about = self.instance.connect.describe_contact(InstanceId=self.instance.instance_id, ContactId=self.contact_id)
        return dict(about["Contact"])

    def leave(self) -> None:
        self.instance.participant.disconnect_participant(ConnectionToken=self.connection_token)
