"""A portal in a process of its own, and an agent at a desk on its socket: for every test that wants real wires."""

from __future__ import annotations

import contextlib
import copy
import http.cookiejar
import itertools
import json
import os
import re
import signal
import subprocess
import tempfile
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Self

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from tests import processes
from tests.databases import Database
from tests.emulating import HANDOVER, HANDOVER_FLOW, PATIENCE, ROOT, TOPIC, RunningEmulator, eventually, free_port

PASSWORD = "demo-portal"
SECRET = "a secret of the tests"


class RunningPortal:
    """`manage.py serve` on a database of its own; a context manager that stops what it started."""

    program = "manage.py"

    def __init__(
        self, folder: Path, emulator_port: int, *, port: int | None = None, environment: dict[str, str] | None = None
    ) -> None:
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = folder / "portal.log"
        self.database = Database(folder / "portal")
        self.environment = {
            **os.environ,
            **self.database.environment,
            "PYTHONUNBUFFERED": "1",
            "PYTHONWARNINGS": "default",
            "DJANGO_SETTINGS_MODULE": "tests.settings",
            "CCP_DATA_DIR": str(folder / "portal"),
            "CCP_AWS_ENDPOINT": f"http://127.0.0.1:{emulator_port}",
            "CCP_SNS_CERT": str(folder / "emulator.sqlite3.sns.pem"),
            "CCP_RECEPTION_SECRET": SECRET,
            "CCP_RECEPTION_URL": f"{self.url}/reception/",
            "CCP_DEMO_PASSWORD": PASSWORD,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            **(environment or {}),
        }
        self.command: tuple[str, ...] = ("serve", "--port", str(self.port))
        self._process: processes.Process | subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.database.make(self)
        self.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.stop()
        self.database.drop()

    def manage(self, *arguments: str, **environment: str) -> str:
        environment = {**self.environment, **environment}
        with tempfile.TemporaryDirectory() as folder:
            out, err = Path(folder, "out"), Path(folder, "err")
            code = processes.start("manage.py", *arguments, environment=environment, out=out, err=err).wait()
            said = out.read_text()
            assert code == 0, said + err.read_text()
        return said

    def shell(self, code: str) -> str:
        """Run code with the portal's models, in a process of its own."""
        return self.manage("shell", "-v0", "-c", code).strip()

    def start(self) -> None:
        self._process = processes.start(self.program, *self.command, environment=self.environment, out=self.log)
        if self.command[0] == "serve":
            eventually(self._is_ready, 40, "the portal answers")

    @contextlib.contextmanager
    def beside(self, *command: str) -> Iterator[RunningPortal]:
        """Another process of the same portal: `work`, or `serve` on a port of its own."""
        other = copy.copy(self)
        other.port = free_port()
        other.url = f"http://127.0.0.1:{other.port}"
        other.log = self.log.with_name(f"portal-{other.port}.log")
        other.command = (*command, "--port", str(other.port)) if command[0] == "serve" else command
        other._process = None
        other.start()
        try:
            yield other
        finally:
            other.stop()

    def kill(self) -> None:
        self._end(signal.SIGKILL)

    def stop(self) -> int | None:
        return self._end(signal.SIGTERM)

    def restart(self) -> None:
        self.kill()
        self.start()

    @property
    def pid(self) -> int:
        assert self._process is not None, "the portal does not run"
        return self._process.pid

    def _end(self, how: signal.Signals) -> int | None:
        if self._process is None:
            return None
        self._process.send_signal(how)
        code = self._process.wait(PATIENCE)
        self._process = None
        return code

    def _is_ready(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, f"the portal ended: {self.log.read_text()[-3000:]}"
        try:
            with urllib.request.urlopen(f"{self.url}/healthz", timeout=5) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def log_in(self, username: str, password: str = PASSWORD) -> Session:
        session = Session(self.url)
        page = session.get("/login/")
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
        assert token is not None, page[:500]
        session.post("/login/", {"username": username, "password": password, "csrfmiddlewaretoken": token[1]})
        assert session.cookie("sessionid"), f"{username} could not log in"
        return session

    def desk(self, username: str = "mira", session: Session | None = None) -> Desk:
        return Desk(self, session or self.log_in(username))


class Session:
    """A browser's session, without the browser."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.jar = http.cookiejar.CookieJar()
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.jar))

    def get(self, path: str) -> str:
        with self.opener.open(self.url + path, timeout=PATIENCE) as answer:
            return str(answer.read().decode())

    def status(self, path: str) -> int:
        try:
            with self.opener.open(self.url + path, timeout=PATIENCE) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            with error:
                return error.code

    def post(self, path: str, values: dict[str, str]) -> str:
        data = urllib.parse.urlencode(values).encode()
        request = urllib.request.Request(self.url + path, data=data, headers={"referer": self.url + path})
        with self.opener.open(request, timeout=PATIENCE) as answer:
            return str(answer.read().decode())

    def cookie(self, name: str) -> str:
        return next((cookie.value or "" for cookie in self.jar if cookie.name == name), "")


class Answer(Exception):
    """An error answer of the socket."""

    def __init__(self, error: dict[str, Any]) -> None:
        super().__init__(error["message"])
        self.code, self.message = error["code"], error["message"]
        self.reason = error.get("data", {}).get("reason", "")
        self.current = error.get("data", {}).get("current", {})


class Held:
    """What a tab holds: the rows of its streams in their newest state. The same rules as the browser's state.js."""

    def __init__(self) -> None:
        self.cursors: dict[str, int] = {}
        self.agent: dict[str, Any] = {}
        self.viewing = ""
        self.agent_contacts: dict[str, dict[str, Any]] = {}
        self.contacts: dict[str, dict[str, Any]] = {}
        self.items: dict[str, dict[str, Any]] = {}
        self.outgoing: dict[str, dict[str, Any]] = {}
        self.receipts: dict[str, dict[str, Any]] = {}
        self.notes: dict[str, dict[str, Any]] = {}
        self.whispers: dict[str, dict[str, Any]] = {}
        self.typing: list[dict[str, Any]] = []
        self.seqs: dict[str, list[int]] = {}

    def apply(self, method: str, params: dict[str, Any]) -> None:  # noqa: C901, PLR0912 -- one case per notification
        stream = params.get("stream")
        if "seq" in params and method != "snapshot":
            if params["seq"] <= self.cursors.get(stream, 0):
                return
            self.cursors[stream] = params["seq"]
            self.seqs.setdefault(stream, []).append(params["seq"])
        match method:
            case "snapshot":
                self._snapshot(stream, params)
            case "agent":
                self.agent = params["agent"]
            case "agentContact":
                self._agent_contact(params["agentContact"])
            case "whisper":
                self.whispers[params["whisper"]["whisperId"]] = params["whisper"]
            case "viewContact":
                self.viewing = params["contactId"]
            case "contact":
                self.contacts[params["contact"]["contactId"]] = params["contact"]
            case "item":
                self.items[params["item"]["Id"]] = params["item"]
            case "outgoing":
                self._outgoing(params["outgoing"])
            case "receipt":
                self.receipts[params["receipt"]["participantId"]] = params["receipt"]
            case "note":
                self._note(params["note"])
            case "closedStream":
                self.cursors.pop(stream, None)
                self._forget(stream.partition(":")[2])
            case "typing":
                self.typing.append(params)

    def _snapshot(self, stream: str, params: dict[str, Any]) -> None:
        self.cursors[stream] = params["seq"]
        if params.get("agent"):
            self.agent, self.viewing = params["agent"]["agent"], params["agent"]["viewing"]
            self.agent_contacts = {one["contactId"]: one for one in params["agent"]["contacts"]}
            return
        if params.get("whispers"):
            self.whispers |= {one["whisperId"]: one for one in params["whispers"]["whispers"]}
            return
        chat, initial = params["conversation"], stream.partition(":")[2]
        self._forget(initial)
        self.contacts |= {one["contactId"]: one for one in chat["contacts"]}
        self.items |= {one["Id"]: one for one in chat["items"]}
        self.outgoing |= {one["clientToken"]: one for one in chat["outgoing"]}
        self.receipts |= {one["participantId"]: one for one in chat["receipts"]}
        self.notes |= {one["noteId"]: one for one in chat["notes"]}

    def _forget(self, initial: str) -> None:
        mine = {key for key, one in self.contacts.items() if one["initialContactId"] == initial}
        self.items = {k: v for k, v in self.items.items() if v["InitialContactId"] != initial}
        self.outgoing = {k: v for k, v in self.outgoing.items() if v["contactId"] not in mine}
        self.notes = {k: v for k, v in self.notes.items() if v["contactId"] not in mine}
        self.receipts = {k: v for k, v in self.receipts.items() if v["contactId"] not in mine}
        self.contacts = {k: v for k, v in self.contacts.items() if k not in mine}

    def _agent_contact(self, part: dict[str, Any]) -> None:
        if part["state"] == "cleared":
            held = self.agent_contacts.get(part["contactId"])
            if held is None or held["round"] <= part["round"]:
                self.agent_contacts.pop(part["contactId"], None)
        else:
            self.agent_contacts[part["contactId"]] = part

    def _outgoing(self, row: dict[str, Any]) -> None:
        if row["state"] in {"sent", "discarded"}:
            self.outgoing.pop(row["clientToken"], None)
        else:
            self.outgoing[row["clientToken"]] = row

    def _note(self, note: dict[str, Any]) -> None:
        if note["deleted"]:
            self.notes.pop(note["noteId"], None)
        else:
            self.notes[note["noteId"]] = note

    def transcript(self, contact_id: str | None = None) -> list[dict[str, Any]]:
        mine = [one for one in self.items.values() if contact_id is None or one["ContactId"] == contact_id]
        return sorted(mine, key=lambda one: (one["AbsoluteTime"], one["Id"]))

    def said(self, contact_id: str | None = None) -> list[str]:
        return [one["Content"] for one in self.transcript(contact_id) if one["Type"] == "MESSAGE"]


class Desk:
    """An agent's tab, without the browser: connects, resumes with its cursors, answers `ask`."""

    def __init__(self, portal: RunningPortal, session: Session, path: str = "/ws/desk/") -> None:
        self.portal, self.session, self.path = portal, session, path
        self.held = Held()
        self.frames: list[dict[str, Any]] = []
        self.bye: dict[str, Any] | None = None
        self.close_code: int | None = None
        self.silent = False  # a tab that does not answer `ask`
        self.hidden = False  # a tab in the background
        self._answers: dict[int, dict[str, Any]] = {}
        self._ids = itertools.count(1)
        self._lock = threading.Condition()
        self._socket: ClientConnection | None = None
        self._opened: Any = None
        self._reader: threading.Thread | None = None

    def __enter__(self) -> Self:
        self.connect()
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def open(self, *, origin: str | None = None, cookie: str | None = None) -> Self:
        """Open the socket, say nothing yet."""
        self.bye, self.close_code = None, None
        headers = {"Cookie": cookie if cookie is not None else f"sessionid={self.session.cookie('sessionid')}"}
        self._opened = connect(
            self.portal.url.replace("http", "ws") + self.path,
            origin=origin or self.portal.url,  # type: ignore[arg-type]
            additional_headers=headers,
            max_size=None,
            open_timeout=PATIENCE,
        )
        self._socket = self._opened.__enter__()
        self._reader = threading.Thread(target=self._read, args=(self._socket,), daemon=True)
        self._reader.start()
        return self

    def connect(self) -> dict[str, Any]:
        self.open()
        return self.call("connect", known=dict(self.held.cursors))

    def cut(self) -> None:
        """The network is gone: no close frame."""
        assert self._socket is not None
        self._socket.socket.shutdown(2)
        self._join()

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()
        self._join()

    def _join(self) -> None:
        if self._reader is not None:
            self._reader.join(10)

    def send(self, text: str | bytes) -> None:
        assert self._socket is not None
        self._socket.send(text)

    def request(self, method: str, **params: Any) -> int:
        number = next(self._ids)
        self.send(json.dumps({"jsonrpc": "2.0", "id": number, "method": method, "params": params}))
        return number

    def call(self, method: str, **params: Any) -> dict[str, Any]:
        """Ask and wait for the answer; an error answer is raised."""
        return self.answer(self.request(method, **params))

    def answer(self, number: int, timeout: float = PATIENCE) -> dict[str, Any]:
        with self._lock:
            arrived = self._lock.wait_for(lambda: number in self._answers or self.close_code is not None, timeout)
            assert arrived, "no answer"
            assert number in self._answers, f"the socket closed: {self.bye}"
            answer = self._answers.pop(number)
        if "error" in answer:
            raise Answer(answer["error"])
        return dict(answer["result"])

    def until(self, look: Callable[[Held], Any], why: str = "", timeout: float = PATIENCE) -> Any:
        """Wait until what the tab holds satisfies `look`; what it gave."""
        ends = time.monotonic() + timeout
        with self._lock:
            while True:
                seen = look(self.held)
                if seen:
                    return seen
                left = ends - time.monotonic()
                assert left > 0, f"not within {timeout} s: {why}; held: {self.held.__dict__}"
                assert self.close_code is None, (
                    f"closed ({self.close_code}, {self.bye}): {why}; held: {self.held.__dict__}"
                )
                self._lock.wait(min(left, 0.5))

    def _read(self, socket: ClientConnection) -> None:
        try:
            for text in socket:
                self._take(json.loads(text), socket)
        except (ConnectionClosed, OSError):
            pass
        with self._lock:
            self.close_code = socket.close_code or 1006
            self._lock.notify_all()

    def _take(self, frame: dict[str, Any], socket: ClientConnection) -> None:
        with self._lock:
            if "method" not in frame:
                self._answers[frame["id"]] = frame
            else:
                self.frames.append(frame)
                self._notified(frame["method"], frame["params"], socket)
            self._lock.notify_all()

    def _notified(self, method: str, params: dict[str, Any], socket: ClientConnection) -> None:
        if method == "ask":
            if not self.silent:
                answer = {"ask": params["ask"], "visible": not self.hidden}
                socket.send(json.dumps({"jsonrpc": "2.0", "method": "presence", "params": answer}))
        elif method == "bye":
            self.bye = params
        else:
            self.held.apply(method, params)

    # ---- what an agent does ------------------------------------------------------------------------------------------

    def available(self) -> None:
        self.call("setAgentState", state="Available")

    def offered(self, timeout: float = PATIENCE) -> str:
        """The contact that is offered."""
        return str(
            self.until(
                lambda held: next((c for c, one in held.agent_contacts.items() if one["state"] == "connecting"), None),
                "an offer",
                timeout,
            )
        )

    def accept(self) -> str:
        contact_id = self.offered()
        self.call("acceptContact", contactId=contact_id)
        self.until(
            lambda held: held.agent_contacts[contact_id]["state"] == "connected" and contact_id in held.contacts,
            "connected, with its conversation",
        )
        return contact_id

    def say(self, contact_id: str, text: str, token: str | None = None) -> str:
        token = token or str(uuid.uuid4())
        self.call("sendMessage", contactId=contact_id, message=text, clientToken=token)
        return token

    def hears(self, text: str, timeout: float = PATIENCE) -> None:
        self.until(lambda held: text in held.said(), f"to hear {text!r}", timeout)


class Product:
    """The portal and the emulator beside each other, as the demo starts them."""

    def __init__(
        self,
        folder: Path,
        *,
        echo: bool = True,
        flow: Path | str = HANDOVER_FLOW,
        portal_environment: dict[str, str] | None = None,
        emulator_options: Sequence[str] = (),
    ) -> None:
        emulator_port = free_port()
        self.portal = RunningPortal(folder, emulator_port, environment=portal_environment)
        self.emulator = RunningEmulator(
            folder,
            port=emulator_port,
            flows=[flow],
            echo=echo,
            functions=[f"{HANDOVER}={ROOT / 'deploy' / 'handover_lambda.py'}:handler"],
            subscribe=[f"{TOPIC}={self.portal.url}/webhooks/sns/"],
            environment=self.portal.environment,
            options=emulator_options,
        )

    def __enter__(self) -> Self:
        self.emulator.start()  # it makes the certificate that the portal pins
        self.portal.__enter__()
        eventually(lambda: "Subscribed to" in self.portal.log.read_text(), 20, "the webhook is subscribed")
        return self

    def __exit__(self, *error: object) -> None:
        self.emulator.__exit__(*error)
        self.portal.__exit__(*error)
