"""What every release of Streams does against either CCP: 44 checks of one agent's chat, from the first acknowledgement to the end.

The same that the protocol was found out with; row by row the newest release is tested in test_streams_emulator and test_streams_portal.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.e2e.streams_shift import Shift
from tests.emulating import EVENT

CHECKS = 44
CONTACT_STORY = ("onConnecting", "onAccepted", "onConnected", "onACW", "onEnded", "onDestroy")
FIND = (
    "new Promise((success, failure) => crm.agent().getEndpoints(crm.agent().getAllQueueARNs(), { success, failure }))"
)
MASTER = "new Promise((done) => connect.ifMaster('chat', () => done(true), () => done(false)))"
SEND = "crm.controller(args[0]).sendMessage({ message: args[1], contentType: 'text/plain' }).then((r) => r.data.Id)"
READ = (
    "crm.controller(args[0]).getTranscript({ maxResults: 50, sortOrder: 'ASCENDING' }).then((r) => r.data.Transcript)"
)


class Checks:
    """Each is counted: what is left out by mistake is found."""

    def __init__(self) -> None:
        self.done = 0

    def __call__(self, what: bool | object, expected: object = True) -> None:
        assert what == expected
        self.done += 1

    def heard(self, wait: Callable[..., object], *names: str, data: Any = None) -> None:
        for name in names:
            wait(name, data)
            self.done += 1


def smoke(shift: Shift) -> int:
    """How many checks were made."""
    check = Checks()
    _signed_in(shift, check)
    chat = _offered_and_accepted(shift, check)
    _talk(shift, chat, check)
    _look(shift, chat, check)
    _lose_the_line(shift, chat, check)
    _end(shift, chat, check)
    _sign_out(shift, check)
    return check.done


def _signed_in(shift: Shift, check: Checks) -> None:
    crm, agent = shift.crm, "crm.agent()"
    check.heard(crm.wait_for, "onInitialized", "agent", "CONNECTION_GAIN", "onOffline")
    check(crm.do(f"{agent}.getName()"), shift.name.title())
    check(crm.do(f"{agent}.getConfiguration().username"), shift.name)
    check(crm.do(f"{agent}.getState().type"), "offline")
    check({"routable", "offline"} <= set(crm.do(f"{agent}.getAgentStates().map((one) => one.type)")))
    check(crm.do(f"{agent}.getChannelConcurrency('CHAT') > 0"))
    check(crm.do(f"{agent}.getRoutingProfile().queues.length > 0"))
    check(crm.do(f"{agent}.getContacts().length"), 0)
    check(crm.do("crm.setState('Available')"), "done")
    check.heard(crm.wait_for, "onRoutable", "onStateChange")


def _offered_and_accepted(shift: Shift, check: Checks) -> Any:
    crm = shift.crm
    chat = shift.offered(Attributes={"order": "4711"})
    contact = f"crm.contact('{chat.id}')"
    check(crm.log("contact")[0]["attributes"]["order"], {"name": "order", "value": "4711"})
    check(crm.do(f"{contact}.getType()"), "chat")
    check(crm.do(f"{contact}.getStatus().type"), "connecting")
    check(crm.do(f"{contact}.getQueue().name.length > 0"))
    check(crm.do(f"{contact}.getInitialConnection().getEndpoint().phoneNumber"), None)
    check(crm.do(f"{contact}.contactId"), chat.id)
    check(crm.ask(contact, "accept"), {})
    check.heard(crm.wait_for, "onAccepted", "onConnected", "controller", data=chat.id)
    check(crm.do(f"{contact}.getAgentConnection().getMediaType()"), "chat")
    return chat


def _talk(shift: Shift, chat: Any, check: Checks) -> None:
    crm = shift.crm
    chat.say("Is anybody here?")
    check(crm.wait_for_text("Is anybody here?")["ParticipantRole"], "CUSTOMER")
    sent = crm.do(SEND, chat.id, "I am")
    check(crm.wait_for_text("I am")["Id"], sent)
    check("I am" in chat.texts())
    chat.type()
    check.heard(crm.wait_for, "onTyping")
    crm.do(f"crm.controller(args[0]).sendEvent({{ contentType: '{EVENT}typing' }}).then(() => 1)", chat.id)
    said = [one.get("Content") for one in crm.do(READ, chat.id)]
    check(
        [text for text in said if text in {"Hello", "Is anybody here?", "I am"}], ["Hello", "Is anybody here?", "I am"]
    )
    check.heard(crm.wait_for, "ALL_MESSAGE")


def _look(shift: Shift, chat: Any, check: Checks) -> None:
    crm = shift.crm
    crm.do("connect.core.viewContact(args[0])", chat.id)
    check.heard(crm.wait_for, "onViewContact", data=chat.id)
    check(len(crm.do(f"{FIND}.then((found) => found.endpoints.map((one) => one.name))")) > 0)
    check(crm.do(MASTER))
    failed = crm.ask(
        f"crm.contact('{chat.id}')", "addConnection", {"endpointARN": "arn:x/transfer-destination/nowhere"}
    )
    check("type" in failed["failed"])


def _lose_the_line(shift: Shift, chat: Any, check: Checks) -> None:
    crm = shift.crm
    gained = len(crm.log("CONNECTION_GAIN"))
    shift.side.stop()
    check.heard(crm.wait_for, "CONNECTION_LOST", "media onConnectionLost")
    shift.side.start()
    crm.wait_for("CONNECTION_GAIN", times=gained + 1)
    chat.say("And now?")
    check.heard(crm.wait_for, "media onConnectionEstablished")
    check(crm.wait_for_text("And now?")["ContactId"], chat.id)


def _end(shift: Shift, chat: Any, check: Checks) -> None:
    crm = shift.crm
    shift.done(chat)
    check.heard(crm.wait_for, "media onEnded")
    check(crm.order(*CONTACT_STORY), list(CONTACT_STORY))
    check(crm.log("onViewContact")[-1], "")


def _sign_out(shift: Shift, check: Checks) -> None:
    crm = shift.crm
    shift.ends()
    crm.do("connect.core.getUpstream().sendUpstream(connect.EventType.TERMINATE)")
    check.heard(crm.wait_for, "TERMINATED", "onAuthFail")
