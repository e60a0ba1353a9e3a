"""Every action of a desk over real wires: what a tab held before and the frames that follow make the fresh snapshot.

The same frames are played to the browser's own reducer (node), and kept as its fixtures in tests/js/fixtures: made anew by
`python tests/js/make_fixtures.py`.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from agents.protocol import NOTIFICATIONS
from agents.sockets.desk import DeskSocket
from tests.emulating import EVENT, Customer, customer
from tests.frames import UNNUMBERED, Verified, is_of_the_protocol, verify_action
from tests.portal import Desk, Held
from tests.troubled import Troubled

FIXTURES = Path(__file__).resolve().parent.parent / "js" / "fixtures"
DESK_FIXTURES = FIXTURES.parent / "desk_fixtures.test.mjs"
# These only read, or say nothing of a row; relayContact needs a CCP, takeContact an offer that was missed: own tests.
READING = {
    "connect",
    "ping",
    "presence",
    "getTranscript",
    "getEarlierContacts",
    "getEndpoints",
    "connectionToken",
    "getColleagues",
    "getConfiguration",
}
READING |= {
    "getDispositions",
    "getQuickResponses",
    "offerSeen",
    "relayContact",
    "reportLatency",
    "takeContact",
    "watchQueues",
}


# A customer's receipts come with GetTranscript only, which may or may not be asked for while a story is recorded.
RECEIPT = {"receipt"}

pytestmark = pytest.mark.timeout(300)  # the first test waits for a whole day at the desk


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Troubled]:
    with Troubled(tmp_path_factory.mktemp("house")) as running:
        yield running


class Recorder:
    """Verifies one action after the other, and keeps each under its name."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.verified: dict[str, Verified] = {}
        self.asked: set[str] = set()

    def __call__(self, name: str, action: Callable[[], object], done: Callable[[Held], Any]) -> None:
        self.verified[name] = verify_action(self.desk, action, done)

    def call(self, name: str, method: str, done: Callable[[Held], Any], **params: Any) -> None:
        self.asked.add(method)
        self(name, lambda: self.desk.call(method, **params), done)


def part(held: Held, somebody: Customer) -> dict[str, Any]:
    return held.agent_contacts.get(somebody.contact_id, {})


def is_in(state: str, somebody: Customer) -> Callable[[Held], bool]:
    return lambda held: part(held, somebody).get("state") == state


def empty(held: Held) -> bool:
    return not held.agent_contacts


def words(number: int, held: Held) -> list[str]:
    """The client tokens of what is not sent, in order."""
    rows = sorted(held.outgoing.values(), key=lambda row: row["position"])
    return [row["clientToken"] for row in rows][:number]


@pytest.fixture(scope="module")
def recorded(house: Troubled) -> dict[str, Verified]:
    """A day at the desk: every request that changes something, and what comes from elsewhere."""
    with house.portal.desk("mira") as mira, house.portal.desk("jonas") as jonas:
        record = Recorder(mira)
        record.call(
            "goes_available", "setAgentState", lambda h: h.agent["state"]["name"] == "Available", state="Available"
        )
        with ExitStack() as stack:
            ada = _arrives(record, house, stack, "is_offered", "Ada")
            _talk(record, house, ada)
            _others(record, house, stack)
            _note(record, ada)
            _help(record, ada)
            _transfer(record, ada, jonas)
        record.call("goes_offline", "setAgentState", lambda h: h.agent["state"]["name"] == "Offline", state="Offline")
    assert set(DeskSocket.commands) - READING == record.asked
    return record.verified


def _arrives(record: Recorder, house: Troubled, stack: ExitStack, name: str, who: str) -> Customer:
    there: list[Customer] = []

    def start() -> None:
        there.append(stack.enter_context(customer(house.emulator, who, "my lamp flickers")))

    record(name, start, lambda held: part(held, there[0]).get("state") == "connecting")
    return there[0]


def _talk(record: Recorder, house: Troubled, ada: Customer) -> None:
    contact = ada.contact_id
    record.call(
        "accepts", "acceptContact", lambda h: "Mira has joined." in h.said() and not h.outgoing, contactId=contact
    )
    record("customer_speaks", lambda: (ada.event("typing"), ada.say("since yesterday")), _hears("since yesterday"))
    record.call(
        "speaks",
        "sendMessage",
        lambda h: "hello" in h.said() and not h.outgoing,
        contactId=contact,
        message="hello",
        clientToken="t1",
    )
    record("many_speak", lambda: [ada.say(f"words {n}") for n in range(6)], _hears("words 5"))
    newest = max(record.desk.held.transcript(contact), key=lambda item: item["Number"])
    record.call(
        "reads", "sendEvent", lambda h: part(h, ada)["readNumber"] == newest["Number"],
        contactId=contact, contentType=EVENT + "message.read", content=json.dumps({"messageId": newest["Id"]}),
    )  # fmt: skip
    record.call("looks_away", "viewContact", lambda h: h.viewing == "", contactId="")
    record.call("looks_at_it", "viewContact", lambda h: h.viewing == contact, contactId=contact)
    record.call(
        "begins_to_write", "saveDraft", lambda h: part(h, ada)["draft"]["text"] == "I have look",
        contactId=contact, text="I have look", note="third time",
    )  # fmt: skip
    record.call(
        "reads_further_up", "savePlace", lambda h: part(h, ada)["draft"]["place"],
        contactId=contact, place={"key": newest["Id"], "top": -12},
    )  # fmt: skip
    record.call(
        "wants_a_break_next", "setAgentState", lambda h: (h.agent["nextState"] or {}).get("name") == "Break",
        state="Break", enqueueNextState=True,
    )  # fmt: skip
    record.call("stays_after_all", "setAgentState", lambda h: h.agent["nextState"] is None, state="Available")
    house.line.fail("SendMessage", 400, times=2)
    record(
        "words_are_refused",
        lambda: [record.desk.say(contact, text, token) for text, token in (("no", "t2"), ("never", "t3"))],
        lambda h: [row["state"] for row in h.outgoing.values()] == ["failed", "failed"],
    )
    record.call("discards", "discardMessage", lambda h: words(2, h) == ["t2"], contactId=contact, clientToken="t3")
    record.call(
        "retries", "retryMessage", lambda h: not h.outgoing and "no" in h.said(), contactId=contact, clientToken="t2"
    )


def _hears(text: str) -> Callable[[Held], bool]:
    return lambda held: text in held.said()


def _others(record: Recorder, house: Troubled, stack: ExitStack) -> None:
    bob = _arrives(record, house, stack, "is_offered_a_second", "Bob")
    record.call("declines", "rejectContact", lambda h: bob.contact_id not in h.agent_contacts, contactId=bob.contact_id)
    house.stop_contact(bob.contact_id)
    eve = _arrives(record, house, stack, "is_offered_a_third", "Eve")
    record("the_offer_is_withdrawn", eve.leave, lambda h: eve.contact_id not in h.agent_contacts)
    zoe = _arrives(record, house, stack, "is_offered_a_fourth", "Zoe")
    record.call("accepts_a_second", "acceptContact", is_in("connected", zoe), contactId=zoe.contact_id)
    record("the_customer_leaves", zoe.leave, is_in("ended", zoe))
    record.call(
        "begins_to_wrap_up", "saveWrapUp", lambda h: part(h, zoe)["note"] == "rang twice",
        contactId=zoe.contact_id, note="rang twice",
    )  # fmt: skip
    record.call(
        "clears_what_ended", "clearContact", lambda h: zoe.contact_id not in h.agent_contacts, contactId=zoe.contact_id
    )


def _note(record: Recorder, ada: Customer) -> None:
    contact, desk = ada.contact_id, record.desk
    record.call("writes_a_note", "addNote", lambda h: h.notes, contactId=contact, text="a nice lady", clientToken="n1")
    note = next(iter(desk.held.notes))
    record.call(
        "corrects_it",
        "editNote",
        lambda h: h.notes[note]["text"] == "nice",
        contactId=contact,
        noteId=note,
        text="nice",
    )
    record.call("deletes_it", "deleteNote", lambda h: not h.notes, contactId=contact, noteId=note)


def _help(record: Recorder, ada: Customer) -> None:
    contact = ada.contact_id
    record.call("raises_a_hand", "raiseHand", lambda h: part(h, ada)["help"], contactId=contact, reason="I do not know")
    record.call("lowers_it", "lowerHand", lambda h: part(h, ada)["help"] is None, contactId=contact)
    record.call("whispers", "whisper", lambda h: h.whispers, contactId=contact, text="She is upset", clientToken="w1")
    again = {"text": "Nobody there?", "clientToken": "w2"}  # the first begins the stream, with a snapshot
    record.call("whispers_again", "whisper", lambda h: len(h.whispers) == 2, contactId=contact, **again)


def _transfer(record: Recorder, ada: Customer, jonas: Desk) -> None:
    contact = ada.contact_id
    jonas.available()
    there = jonas.held.agent["agentId"]
    asked, taken_back = _transfer_is(contact, "offered"), _transfer_is(contact, "withdrawn")
    record.call(
        "asks_a_colleague", "transferContact", asked, contactId=contact, endpoint={"type": "agent", "id": there}
    )
    record.call("takes_it_back", "cancelTransfer", taken_back, contactId=contact)
    record.call(
        "hands_it_on", "transferContact", lambda h: part(h, ada) != {}, contactId=contact, endpoint={"type": "agent", "id": there},
    )  # fmt: skip
    record("a_colleague_takes_it", jonas.accept, lambda h: part(h, ada).get("state") in {"ended", None})
    record.call("clears_what_went", "clearContact", empty, contactId=contact)
    jonas.call("destroyConnection", contactId=contact)
    jonas.until(is_in("ended", ada), "jonas ended it")
    jonas.call("clearContact", contactId=contact)
    jonas.call("setAgentState", state="Offline")
    ada.wait_for_event("participant.left", role="CUSTOM_BOT")
    record("the_customer_is_back", lambda: ada.say("one more thing"), is_in("connecting", ada))
    record.call("accepts_again", "acceptContact", is_in("connected", ada), contactId=contact)
    record.call("ends_it", "destroyConnection", lambda h: is_in("ended", ada)(h) and not h.outgoing, contactId=contact)
    record.call("clears", "clearContact", empty, contactId=contact)


def _transfer_is(contact_id: str, state: str) -> Callable[[Held], bool]:
    return lambda held: (held.contacts[contact_id]["transfer"] or {}).get("state") == state


# ---- what is shown -----------------------------------------------------------------------------------------------------


def test_before_and_its_frames_make_the_fresh_snapshot_for_every_action(recorded: dict[str, Verified]) -> None:
    """`verify_action` has said so for each; here is what it was said of."""
    told = {method for one in recorded.values() for method in one.methods()}
    elsewhere = {"floor", "latency"}  # of the floor's own socket
    assert told - RECEIPT == set(NOTIFICATIONS) - UNNUMBERED - elsewhere - RECEIPT
    assert [name for name, one in recorded.items() if not one.frames] == []


def test_the_browsers_reducer_makes_the_fresh_snapshot_of_every_action(
    recorded: dict[str, Verified], tmp_path: Path
) -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("Node is not here")
    for name, one in recorded.items():
        one.write(tmp_path / f"{name}.json")
    environment = {**os.environ, "FIXTURES": f"{tmp_path}/"}
    command = [node, "--test", str(DESK_FIXTURES)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-4000:]
    assert f" tests {3 * len(recorded)}\n" in done.stdout


def test_the_fixtures_of_the_browser_are_of_today(recorded: dict[str, Verified]) -> None:
    """Same names, same kinds of frames; and each frame is what agents/protocol/ says now."""
    if os.environ.get("CCP_WRITE_FIXTURES"):
        for old in FIXTURES.glob("*.json"):
            old.unlink()
        for name, one in recorded.items():
            one.write(FIXTURES / f"{name}.json")
    kept = {path.stem: json.loads(path.read_text()) for path in FIXTURES.glob("*.json")}
    assert sorted(kept) == sorted(recorded), "run python tests/js/make_fixtures.py"
    for name, fixture in kept.items():
        methods = {frame["method"] for frame in fixture["frames"]}
        assert methods - RECEIPT == set(recorded[name].methods()) - RECEIPT, (
            f"{name}: run python tests/js/make_fixtures.py"
        )
        for params in [*fixture["before"], *fixture["after"]]:
            is_of_the_protocol({"method": "snapshot", "params": params})
        for frame in fixture["frames"]:
            is_of_the_protocol(frame)
