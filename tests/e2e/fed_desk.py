"""The desk's real page on a socket that we feed: frames as agents/protocol/ has them, checked against it, no server behind."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from playwright.sync_api import Dialog, Locator, Page, WebSocketRoute, expect

from agents import protocol
from chats.wire import iso
from tests.portal import RunningPortal

START = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
AVAILABLE = {"name": "Available", "type": "routable"}
BREAK = {"name": "Break", "type": "not_routable"}
ME = {"id": 1, "name": "Mira Okafor"}


def at(seconds: float = 0) -> str:
    return iso(START + timedelta(seconds=seconds))


def item(number: int, contact_id: str, content: str | None = None, **changes: Any) -> dict[str, Any]:
    """The customer's words, unless `changes` says otherwise."""
    return {
        "Id": f"{contact_id}-{number:06}",
        "AbsoluteTime": at(number),
        "Type": "MESSAGE",
        "ContentType": "text/plain",
        "Content": f"Message {number} of {contact_id}" if content is None else content,
        "ParticipantId": f"customer-{contact_id}",
        "ParticipantRole": "CUSTOMER",
        "DisplayName": "Amelia Hart",
        "ContactId": contact_id,
        "InitialContactId": contact_id,
        "Attachments": [],
        "Number": number,
        "Seq": number,
        "Author": None,
        **changes,
    }


def answer(number: int, contact_id: str, content: str, **changes: Any) -> dict[str, Any]:
    """Words of the agent at this desk."""
    ours = {"ParticipantId": "ours", "ParticipantRole": "CUSTOM_BOT", "DisplayName": "Fenmark Home", "Author": ME}
    return item(number, contact_id, content, **ours | changes)


def agent_contact(contact_id: str, **changes: Any) -> dict[str, Any]:
    return {
        "contactId": contact_id,
        "initialContactId": contact_id,
        "round": 1,
        "state": "connected",
        "why": None,
        "customerName": "Amelia Hart",
        "queue": "Returns",
        "offeredAt": at(-20),
        "expiresAt": None,
        "acceptedAt": at(-10),
        "endedAt": None,
        "readNumber": 1_000_000,
        **changes,
    }


def contact(contact_id: str, **changes: Any) -> dict[str, Any]:
    return {
        "contactId": contact_id,
        "initialContactId": contact_id,
        "round": 1,
        "state": "CONNECTED",
        "queue": "Returns",
        "publicName": "Fenmark Home",
        "customerName": "Amelia Hart",
        "owner": ME,
        "endReason": "",
        "attention": None,
        "contentTypes": ["text/plain", "text/markdown"],
        "chatEnded": False,
        "waitingSince": at(-30),
        "connectedAt": at(-10),
        "endedAt": None,
        "attributes": {},
        **changes,
    }


def agent(**changes: Any) -> dict[str, Any]:
    known = {
        "agentId": "mira",
        "name": ME["name"],
        "state": AVAILABLE,
        "stateSince": at(-3600),
        "nextState": None,
        "states": [AVAILABLE, BREAK],
        "load": 0,
        "capacity": 10,
        "routingProfile": "Basic",
        "queues": ["Returns"],
    }
    return complete(protocol.Agent, known | changes)


def complete(shape: type[protocol.StrictModel], known: Mapping[str, Any]) -> dict[str, Any]:
    """The shape with an empty value for whatever this file does not know yet: the language grows, the tests need not."""
    empty = {"string": "", "boolean": False, "integer": 0, "array": []}
    schema = shape.model_json_schema()["properties"]
    kept = {name: _data(name, value) for name, value in known.items() if name in schema}
    for name, about in schema.items():
        if name not in kept and name in shape.model_json_schema().get("required", ()):
            kept[name] = about["enum"][0] if "enum" in about else empty.get(about.get("type", ""))
    return kept


def _data(name: str, value: Any) -> Any:
    """A reason may be given as text, where it does not matter what fills it."""
    return {"sentence": value, "values": {}} if name == "why" and isinstance(value, str) else value


class FedDesk:
    """The page's other end. Requests are answered with `{}` unless `answers` has a function for them."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.asked: list[dict[str, Any]] = []
        self.answers: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
            "getEarlierContacts": lambda _asked: {"by": None, "contacts": []},
            "getTranscript": lambda asked: {
                "InitialContactId": asked["contactId"],
                "Transcript": [],
                "NextToken": None,
            },
        }
        self.sent_bytes = 0
        self._route: WebSocketRoute | None = None
        self._seqs: dict[str, Iterable[int]] = {}
        self.first: list[str] = []
        self._is_cut = False
        self.answers["viewContact"] = self._view
        page.route_web_socket("**/ws/desk/", self._opened)

    # ---- what we say -------------------------------------------------------------------------------------------------

    def tell(self, method: str, stream: str, **params: Any) -> None:
        self.push(self.frame(method, stream, **params))

    def push(self, text: str) -> None:
        assert self._route is not None, "the page has not opened its socket"
        self.sent_bytes += len(text.encode())
        self._route.send(text)

    def frame(self, method: str, stream: str, **params: Any) -> str:
        """One notification, under the next number of its stream, as the closed protocol allows it."""
        numbered = {"stream": stream, "seq": next(self._seqs.setdefault(stream, itertools.count(1)))}  # type: ignore[call-overload]
        protocol.STRICT[method].validate_python({**numbered, **params})
        return json.dumps({"jsonrpc": "2.0", "method": method, "params": {**numbered, **params}}, ensure_ascii=False)

    def notify(self, method: str, **params: Any) -> None:
        """A notification without a number."""
        protocol.STRICT[method].validate_python(params)
        self.push(json.dumps({"jsonrpc": "2.0", "method": method, "params": params}))

    def cut(self) -> None:
        """The line is cut, and nobody answers who calls."""
        assert self._route is not None, "the page has not opened its socket"
        self._is_cut = True
        self._route.close()

    def mend(self) -> None:
        self._is_cut = False

    def show_out(self, why: str) -> None:
        """Goodbye, and do not come back by yourself."""
        self.notify("bye", code=4403, reason=why, retryAfter=None)
        assert self._route is not None, "the page has not opened its socket"
        self._route.close(code=4403)

    def lay(
        self, contacts: Iterable[Mapping[str, Any]], viewing: str = "", *, capacity: int = 10, **of_agent: Any
    ) -> None:
        """The agent's snapshot, told when the page connects."""
        rows = [complete(protocol.AgentContact, one) for one in contacts]
        told = {"agent": agent(load=len(rows), capacity=capacity, **of_agent), "contacts": rows, "viewing": viewing}
        self._start("agent:mira", agent=told)

    def chat(
        self,
        contact_id: str,
        items: list[dict[str, Any]],
        *,
        earlier: bool = False,
        **changes: Any,
    ) -> None:
        """A conversation's snapshot, told when the page connects, or now when it has."""
        told = {
            "contacts": [complete(protocol.Contact, contact(contact_id, **changes))],
            "items": items,
            "earlier": earlier,
            "outgoing": [],
            "receipts": [],
        }
        self._start(f"conversation:{contact_id}", conversation=complete(protocol.ConversationSnapshot, told))

    def complete_card(self, card: Mapping[str, Any]) -> dict[str, Any]:
        return complete(protocol.AgentContact, card)

    def close_stream(self, stream: str) -> None:
        self.push(json.dumps({"jsonrpc": "2.0", "method": "closedStream", "params": {"stream": stream}}))

    def say(self, item: dict[str, Any]) -> None:
        self.tell("item", f"conversation:{item['InitialContactId']}", item=item)

    def _start(self, stream: str, **params: Any) -> None:
        text = self.frame("snapshot", stream, serverTime=iso(datetime.now(UTC)), **params)
        if self._route is None:
            self.first.append(text)
        else:
            self.push(text)

    # ---- what the page says --------------------------------------------------------------------------------------------

    def _opened(self, route: WebSocketRoute) -> None:
        if self._is_cut:
            route.close()
            return
        self._route = route
        route.on_message(lambda text: self._heard(json.loads(text)))

    def _heard(self, request: dict[str, Any]) -> None:
        self.asked.append(request)
        method = request.get("method")
        if method == "connect":
            for text in self.first:
                self.push(text)
        if "id" in request:
            make = self.answers.get(method or "", lambda _asked: usual_answer(method))
            self.push(json.dumps({"jsonrpc": "2.0", "id": request["id"], **_answered(make, request.get("params", {}))}))

    def _view(self, asked: dict[str, Any]) -> dict[str, Any]:
        self.tell("viewContact", "agent:mira", contactId=asked["contactId"])
        return {}


class Refused(Exception):
    """What an answer raises when the server would refuse: the rule's name and the sentence for people."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason, self.message = reason, message


def _answered(make: Callable[[dict[str, Any]], dict[str, Any]], params: dict[str, Any]) -> dict[str, Any]:
    try:
        return {"result": make(params)}
    except Refused as refused:
        data = {"reason": refused.reason}
        return {"error": {"code": protocol.Code.REFUSED, "message": refused.message, "data": data}}


def usual_answer(method: str | None) -> dict[str, Any]:
    now = iso(datetime.now(UTC))
    if method == "connect":
        return {"serverTime": now, "streams": []}
    return {"serverTime": now} if method == "ping" else {}


GUARD = """
window.violations = []
document.addEventListener("securitypolicyviolation", event => {
  // The browser that looks on (Playwright, axe) is not the page.
  window.violations.push(`${event.violatedDirective} ${event.blockedURI} ${event.sample}`)
})
"""


class Guarded(FedDesk):
    """A fed desk whose page is watched: what the policy stopped, what popped up, what was asked of a stranger."""

    def __init__(self, page: Page, portal: RunningPortal) -> None:
        super().__init__(page)
        self.portal = portal
        self.dialogs: list[str] = []
        self.strangers: list[str] = []
        page.add_init_script(GUARD)
        page.on("dialog", self._dismissed)
        page.on("request", lambda request: self._asked_for(request.url))

    def open(self) -> Guarded:
        """By a session of its own; how one signs in is shown where people do (desks.py)."""
        session = self.portal.log_in("mira")
        self.page.context.add_cookies(
            [{"name": one.name, "value": one.value or "", "url": self.portal.url} for one in session.jar]
        )
        self.page.goto(f"{self.portal.url}/desk/")
        expect(self.page.locator("#chip")).to_contain_text("Live", timeout=20_000)
        return self

    def view(self, contact_id: str) -> None:
        self.page.locator(f"#cards [data-contact='{contact_id}']").click()

    def wait_for_request(self, method: str) -> dict[str, Any]:
        """The parameters of the newest request of this method, as soon as the page has made one."""
        for _ in range(200):
            made = [one["params"] for one in self.asked if one.get("method") == method]
            if made:
                params: dict[str, Any] = made[-1]
                return params
            self.page.wait_for_timeout(50)
        raise AssertionError(f"the page asked for no {method}")

    @property
    def bubbles(self) -> Locator:
        return self.page.locator("#rows [data-key]:is(.bubble, .ask, .file)")

    def harm(self) -> list[str]:
        """Everything that should not have happened; empty: nothing."""
        return [*self.page.evaluate("window.violations"), *self.dialogs, *self.strangers]

    def _dismissed(self, dialog: Dialog) -> None:
        self.dialogs.append(dialog.message)
        dialog.dismiss()

    def _asked_for(self, url: str) -> None:
        if not url.startswith((self.portal.url, "data:", "blob:")):
            self.strangers.append(url)
