"""Amazon Connect says no, is slow, is away, takes us out, ends the chat: the agent is told, the customer sees each word once."""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import pytest

from tests.emulating import Customer, customer, eventually
from tests.line import AFTER, BEFORE
from tests.portal import SECRET, Answer, Desk, Held
from tests.sentences import sentence_of
from tests.troubled import Troubled, nothing_is_lost_or_doubled, resumed_is_fresh, texts

TRYING = "Not sent yet: the chat service does not answer. Trying again."
REMOVED = "Not sent: Amazon Connect took us out of the chat."
ENDED = "Not sent: the chat had ended."


def part(desk: Desk, somebody: Customer) -> dict[str, Any]:
    return desk.held.agent_contacts[somebody.contact_id]


def bubble(desk: Desk, token: str, state: str, why: str) -> None:
    desk.until(lambda held: _is(held, token, state, why), f"{state}: {why}", 30)


def _is(held: Held, token: str, state: str, why: str) -> bool:
    row = held.outgoing.get(token, {})
    return (row.get("state"), sentence_of(row.get("why"))) == (state, why)


def is_idle(desk: Desk) -> None:
    desk.until(lambda held: held.agent["load"] == 0, "the slot is free", 30)


def tokens(house: Troubled, text: str) -> set[str]:
    return {call.client_token for call in house.line.of("SendMessage", lambda call: call.body.get("Content") == text)}


# ---- speaking --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "when"),
    [
        (429, BEFORE),
        (0, AFTER),
        pytest.param(500, BEFORE, marks=pytest.mark.full),
        pytest.param(500, AFTER, marks=pytest.mark.full),
        pytest.param(0, BEFORE, marks=pytest.mark.full),
    ],
)
def test_trouble_is_told_in_the_bubble_and_the_customer_sees_the_message_once(
    house: Troubled, status: int, when: str
) -> None:
    with house.at_desk() as mira, house.talk(mira) as ada:
        house.line.fail("SendMessage", status, when, times=2)
        house.emulator.control("sns", {"paused": True})  # no echo helps
        try:
            token = mira.say(ada.contact_id, "are you well?")
            bubble(mira, token, "queued", TRYING)
            mira.until(lambda held: token not in held.outgoing, "sent", 30)
        finally:
            house.emulator.control("sns", {"paused": False})
        assert texts(ada).count("are you well?") == 1
        assert tokens(house, "are you well?") == {token}
        nothing_is_lost_or_doubled(mira, ada)


def test_while_connect_is_away_words_wait_in_order_and_all_arrive(house: Troubled) -> None:
    with house.at_desk() as mira, house.talk(mira) as ada:
        house.line.down()
        try:
            first = mira.say(ada.contact_id, "one")
            mira.say(ada.contact_id, "two")
            bubble(mira, first, "queued", TRYING)
        finally:
            house.line.up()
        mira.hears("two", 40)
        nothing_is_lost_or_doubled(mira, ada)
        assert texts(ada)[-2:] == ["one", "two"]


def test_a_refused_message_fails_visibly_and_can_be_sent_again_or_discarded(house: Troubled) -> None:
    with house.at_desk() as mira, house.talk(mira) as ada:
        house.line.fail("SendMessage", 400, times=2)
        why = "Not sent: Amazon Connect refused it (a fault was asked for)."
        again, never = mira.say(ada.contact_id, "again"), mira.say(ada.contact_id, "never")
        for token in (again, never):
            bubble(mira, token, "failed", why)
        mira.call("discardMessage", contactId=ada.contact_id, clientToken=never)
        mira.call("retryMessage", contactId=ada.contact_id, clientToken=again)
        mira.until(lambda held: not held.outgoing, "nothing is owed")
        nothing_is_lost_or_doubled(mira, ada)
        assert [texts(ada).count(text) for text in ("again", "never")] == [1, 0]
        assert tokens(house, "again") == {again}
        resumed_is_fresh(mira)


# ---- we are taken out ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["AGENT", "LEX"])
def test_when_connect_removes_us_the_contact_ends_with_the_reason_and_unsent_words_fail(
    house: Troubled, role: str
) -> None:
    with house.at_desk() as mira, house.talk(mira) as ada:
        hold = house.line.hold("SendMessage")
        under_way, waiting = mira.say(ada.contact_id, "under way"), mira.say(ada.contact_id, "waiting")
        hold.wait()
        house.emulator.control("join", {"contactId": ada.contact_id, "role": role})
        mira.until(lambda held: held.agent_contacts[ada.contact_id]["state"] == "ended", "it has ended")
        hold.release()
        bubble(mira, waiting, "failed", REMOVED)
        bubble(mira, under_way, "failed", REMOVED)
        contact = mira.held.contacts[ada.contact_id]
        assert (contact["state"], contact["endReason"], contact["chatEnded"]) == ("ENDED", "removed", False)
        assert (
            sentence_of(part(mira, ada)["why"])
            == "Amazon Connect took us out of the chat, because another agent or a bot joined"
        )
        is_idle(mira)
        with pytest.raises(Answer) as refused:
            mira.say(ada.contact_id, "too late")
        assert refused.value.reason == "contactNotConnected"
        assert texts(ada).count("under way") == 0
        resumed_is_fresh(mira)


def test_when_connect_removes_us_and_sns_does_not_say_so_speaking_finds_it_out(house: Troubled) -> None:
    with house.at_desk() as mira, house.talk(mira) as ada:
        house.emulator.control("sns", {"paused": True})
        try:
            house.emulator.control("join", {"contactId": ada.contact_id, "role": "AGENT"})
            token = mira.say(ada.contact_id, "hello?")
            bubble(mira, token, "failed", REMOVED)
            assert mira.held.contacts[ada.contact_id]["endReason"] == "removed"
        finally:
            house.emulator.control("sns", {"paused": False})
        is_idle(mira)


# ---- the customer leaves, the chat ends --------------------------------------------------------------------------------


def leave(house: Troubled, ada: Customer) -> None:
    ada.leave()


def stop(house: Troubled, ada: Customer) -> None:
    house.stop_contact(ada.contact_id)


ENDS: dict[str, tuple[Callable[[Troubled, Customer], None], str]] = {
    "customer": (leave, "customer"),
    "chatEnded": (stop, "chatEnded"),
}


@pytest.mark.parametrize(("end", "reason"), ENDS.values(), ids=ENDS)
def test_an_end_while_offered_withdraws_the_offer(
    house: Troubled, end: Callable[[Troubled, Customer], None], reason: str
) -> None:
    with house.at_desk() as mira, customer(house.emulator, "Ada", "hello") as ada:
        assert mira.offered() == ada.contact_id
        end(house, ada)
        mira.until(lambda held: not held.agent_contacts, "the offer is gone")
        is_idle(mira)
        with pytest.raises(Answer) as gone:
            mira.call("acceptContact", contactId=ada.contact_id)
        assert gone.value.reason == "offerGone"
        resumed_is_fresh(mira)


@pytest.mark.parametrize(("end", "reason"), ENDS.values(), ids=ENDS)
def test_an_end_against_an_accept_has_one_outcome_and_leaves_no_slot_taken(
    house: Troubled, end: Callable[[Troubled, Customer], None], reason: str
) -> None:
    with house.at_desk() as mira:
        for delay in (0.0, 0.02, 0.05, 0.1):
            with customer(house.emulator, "Ada", "hello") as ada:
                assert mira.offered() == ada.contact_id
                ending = threading.Thread(target=end, args=(house, ada))
                ending.start()
                time.sleep(delay)
                accepted = _accepts(mira, ada.contact_id)
                ending.join(20)
                is_idle(mira)
                if accepted:
                    mira.until(lambda held, ada=ada: held.agent_contacts[ada.contact_id]["state"] == "ended", "ended")
                    eventually(lambda ada=ada: mira.held.contacts[ada.contact_id]["endReason"] == reason, 20)
                    mira.call("clearContact", contactId=ada.contact_id)
                mira.until(lambda held: not held.agent_contacts, "an empty desk")
        assert mira.held.agent["load"] == 0
        resumed_is_fresh(mira)


def _accepts(desk: Desk, contact_id: str) -> bool:
    """Taken, or told that the offer is gone; nothing else can happen."""
    try:
        desk.call("acceptContact", contactId=contact_id)
    except Answer as error:
        if error.reason != "offerGone":
            raise
        return False
    return True


@pytest.mark.parametrize(("end", "reason"), ENDS.values(), ids=ENDS)
def test_an_end_while_words_are_under_way_fails_them_and_says_why(
    house: Troubled, end: Callable[[Troubled, Customer], None], reason: str
) -> None:
    with house.at_desk() as mira, house.talk(mira) as ada:
        hold = house.line.hold("SendMessage")
        under_way, waiting = mira.say(ada.contact_id, "under way"), mira.say(ada.contact_id, "waiting")
        hold.wait()
        end(house, ada)
        mira.until(lambda held: held.contacts[ada.contact_id]["chatEnded"], "the end is told")
        hold.release()
        mira.until(lambda held: {row["state"] for row in held.outgoing.values()} == {"failed"}, "all failed", 30)
        assert set(mira.held.outgoing) == {under_way, waiting}
        eventually(lambda: mira.held.contacts[ada.contact_id]["endReason"] == reason, 20)
        why = {"customer": "Not sent: the customer had left.", "chatEnded": ENDED}[reason]
        mira.until(lambda held: {sentence_of(row["why"]) for row in held.outgoing.values()} == {why}, "and say why")
        assert part(mira, ada)["state"] == "ended"
        is_idle(mira)
        resumed_is_fresh(mira)


def test_the_last_words_that_did_arrive_are_not_called_unsent(house: Troubled) -> None:
    with house.at_desk() as mira, house.talk(mira) as ada:
        hold = house.line.hold("SendMessage", AFTER)
        mira.say(ada.contact_id, "good bye")
        hold.wait()
        house.stop_contact(ada.contact_id)
        mira.until(lambda held: held.contacts[ada.contact_id]["chatEnded"], "the end is told")
        hold.lose()
        mira.until(lambda held: not held.outgoing, "nothing is owed", 30)
        said = {i["Content"]: (i["Author"] or {}).get("name") for i in mira.held.transcript(ada.contact_id)}
        assert said["good bye"] == "Mira Okafor"
        is_idle(mira)


# ---- SNS -------------------------------------------------------------------------------------------------------------


def test_what_sns_does_not_bring_is_found_by_reconciling(house: Troubled) -> None:
    with house.at_desk() as mira, house.talk(mira) as ada:
        house.emulator.control("sns", {"paused": True})
        try:
            ada.say("can you hear me?")
            ada.say("hello?")
            house.portal.shell(
                "from chats.models import Participant; Participant.objects.update(reconciled_at=None)"
            )  # its minute is over
            mira.hears("hello?", 30)
            nothing_is_lost_or_doubled(mira, ada)
        finally:
            house.emulator.control("sns", {"paused": False})
        ada.say("good")
        mira.hears("good", 30)
        nothing_is_lost_or_doubled(mira, ada)


def test_posts_that_come_three_times_and_shuffled_change_nothing(house: Troubled) -> None:
    with house.at_desk() as mira, house.talk(mira) as ada:
        house.emulator.control("sns", {"copies": 3, "shuffle": True})
        try:
            for n in range(15):
                ada.say(f"words {n}")
                mira.say(ada.contact_id, f"answer {n}")
            mira.hears("answer 14", 30)
            nothing_is_lost_or_doubled(mira, ada)
        finally:
            house.emulator.control("sns", {"copies": 1, "shuffle": False})
        resumed_is_fresh(mira)


def outline(desk: Desk, contact_id: str) -> list[tuple[Any, ...]]:
    """A transcript without what differs between two chats: Ids and times."""
    names = ("Type", "ContentType", "ParticipantRole", "DisplayName", "Content")
    items = desk.held.transcript(contact_id)
    return [(*(item[name] for name in names), (item["Author"] or {}).get("name")) for item in items]


def conversation(house: Troubled) -> list[tuple[Any, ...]]:
    with house.at_desk() as mira, house.talk(mira) as ada:
        for n in range(3):
            ada.say(f"words {n}")
            mira.hears(f"words {n}")
            mira.say(ada.contact_id, f"answer {n}")
            mira.hears(f"answer {n}")
        nothing_is_lost_or_doubled(mira, ada)
        mira.call("destroyConnection", contactId=ada.contact_id)
        mira.hears("Mira has left.")
        nothing_is_lost_or_doubled(mira, ada, 30)
        return outline(mira, ada.contact_id)


@pytest.fixture(scope="module")
def echoless(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Troubled]:
    with Troubled(tmp_path_factory.mktemp("echoless"), echo=False) as running:
        yield running


def test_with_and_without_echo_the_transcript_is_the_same(house: Troubled, echoless: Troubled) -> None:
    assert conversation(house) == conversation(echoless)


# ---- the hand-over's door ------------------------------------------------------------------------------------------------


def knock(house: Troubled, body: bytes, *, age: float = 0, secret: str = SECRET) -> tuple[int, dict[str, Any]]:
    stamp = str(int(time.time() - age))
    signature = hmac.new(secret.encode(), stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
    headers = {"Content-Type": "application/json", "X-CCP-Timestamp": stamp, "X-CCP-Signature": f"v1={signature}"}
    request = urllib.request.Request(f"{house.portal.url}/reception/", body, headers)
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return int(answer.status), json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error)


def event(contact_id: str) -> bytes:
    data = {"ContactId": contact_id, "InitialContactId": contact_id, "Channel": "CHAT", "Attributes": {}}
    return json.dumps({"Name": "ContactFlowEvent", "Details": {"ContactData": data, "Parameters": {}}}).encode()


@pytest.mark.parametrize("given", [{"secret": "somebody else's"}, {"age": 400}, {"age": -400}], ids=str)
def test_a_forged_or_stale_hand_over_is_refused_and_nothing_is_asked_of_connect(
    house: Troubled, given: dict[str, Any]
) -> None:
    house.line.calls.clear()
    status, answer = knock(house, event("forged"), **given)
    assert (status, list(answer)) == (401, ["error"])
    time.sleep(0.3)
    assert [call.operation for call in house.line.calls if call.operation != "GetTranscript"] == []


def test_a_contact_that_connect_does_not_know_is_not_joined_and_the_flow_is_told(house: Troubled) -> None:
    status, answer = knock(house, event("00000000-0000-4000-8000-000000000000"))
    assert status == 502
    assert answer["error"].startswith("Amazon Connect refused to let us join:")


# ---- the database is away --------------------------------------------------------------------------------------------------


@pytest.mark.full
@pytest.mark.timeout(240)
def test_while_the_database_is_away_sns_is_asked_to_come_again_and_all_is_caught_up(house: Troubled) -> None:
    with house.at_desk() as mira, house.talk(mira) as ada:
        with house.without_database():
            ada.say("is anybody there?")
            eventually(lambda: _pending(house), 60, "a post that waits")
            with suppress(Answer, AssertionError):
                mira.say(ada.contact_id, "lost in the dark")
        mira.close()
        eventually(lambda: _reconnected(mira), 60, "the desk comes back")
        mira.hears("is anybody there?", 60)
        mira.say(ada.contact_id, "here I am")
        ada.wait_for_text("here I am", 60)
        nothing_is_lost_or_doubled(mira, ada, 60)
        resumed_is_fresh(mira)


def _pending(house: Troubled) -> bool:
    return any(post["state"] == "PENDING" and post["attempts"] for post in house.emulator.deliveries())


def _reconnected(desk: Desk) -> bool:
    try:
        desk.connect()
    except (AssertionError, Answer, OSError):
        return False
    return True
