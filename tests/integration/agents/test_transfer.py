"""Handing contacts on over real wires: customers by boto3, agents on their sockets, portal and emulator as processes."""

from __future__ import annotations

from typing import Any

import pytest

from tests.emulating import customer, eventually
from tests.portal import Answer, Desk, Product
from tests.sentences import sentence_of


@pytest.fixture
def impatient(tmp_path):
    """A portal whose offers last 8 s."""
    with Product(tmp_path, portal_environment={"CCP_OFFER_SECONDS": "8"}) as running:
        yield running


def endpoint(desk: Desk, kind: str, name: str) -> dict[str, Any]:
    found = desk.call("getEndpoints")["endpoints"]
    return next(one for one in found if (one["type"], one["name"]) == (kind, name))


def hand_on(desk: Desk, contact_id: str, kind: str, name: str, comment: str = "") -> None:
    to = endpoint(desk, kind, name)
    desk.call("transferContact", contactId=contact_id, endpoint={"type": kind, "id": to["id"]}, comment=comment)


def state(desk: Desk, contact_id: str) -> str | None:
    return desk.held.agent_contacts.get(contact_id, {}).get("state")


def is_(desk: Desk, contact_id: str, wanted: str | None, timeout: float = 30) -> None:
    desk.until(lambda _held: state(desk, contact_id) == wanted, f"it is {wanted}", timeout)


def transfer_is(desk: Desk, contact_id: str, wanted: str, timeout: float = 30) -> dict[str, Any]:
    def look(held: Any) -> Any:
        transfer = held.contacts[contact_id]["transfer"]
        return transfer if transfer and transfer["state"] == wanted else None

    found: dict[str, Any] = desk.until(look, f"the transfer is {wanted}", timeout)
    return found


def methods_of(desk: Desk, contact_id: str) -> list[str]:
    """What this tab was told of the conversation, in order."""
    stream = f"conversation:{contact_id}"
    return [frame["method"] for frame in desk.frames if frame["params"].get("stream") == stream]


def test_the_customer_has_somebody_all_the_time_and_the_new_agent_has_all_that_was_said(product: Product) -> None:
    with (
        customer(product.emulator, "Ada", "My lamp flickers") as ada,
        product.portal.desk("mira") as mira,
        product.portal.desk("jonas") as jonas,
    ):
        mira.available()
        contact_id = mira.accept()
        mira.say(contact_id, "I look it up")
        mira.call("addNote", contactId=contact_id, text="Model 7")
        ada.wait_for_text("I look it up")
        jonas.available()
        hand_on(mira, contact_id, "agent", "Jonas Kessler", "Knows lamps.")
        assert jonas.offered() == contact_id
        jonas.hears("My lamp flickers")  # read before it is accepted
        assert transfer_is(jonas, contact_id, "offered")["comment"] == "Knows lamps."
        mira.say(contact_id, "still with you")  # the sender serves
        ada.wait_for_text("still with you")
        jonas.accept()
        is_(mira, contact_id, "ended")
        jonas.until(lambda held: [note["text"] for note in held.notes.values()] == ["Model 7"], "the note")
        jonas.say(contact_id, "I know that lamp")
        ada.wait_for_text("I know that lamp")
        said = ["Mira has joined.", "I look it up", "still with you", "Mira has left.", "Jonas has joined."]
        assert [text for text in ada.texts() if text in [*said, "I know that lamp"]] == [*said, "I know that lamp"]
        ada.say("for me only Jonas")
        jonas.hears("for me only Jonas")
        mira.until(lambda held: "closedStream" in methods_of(mira, contact_id), "Mira hears no more of it")
        assert "for me only Jonas" not in mira.held.said()
        with pytest.raises(Answer) as caught:
            mira.call("getTranscript", contactId=contact_id)
        assert caught.value.reason == "contactNotFound"
        with pytest.raises(Answer) as caught:
            mira.say(contact_id, "me again")
        assert caught.value.reason == "contactNotFound"
        mira.call("clearContact", contactId=contact_id, note="Lamp.")
        is_(mira, contact_id, None)
        assert ada.events() == [("participant.joined", "CUSTOMER"), ("participant.joined", "CUSTOM_BOT")]


def test_declined_or_missed_it_returns_to_the_sender_also_over_a_restart(impatient: Product) -> None:
    product = impatient
    with (
        customer(product.emulator, "Ada", "hello") as ada,
        product.portal.desk("mira") as mira,
        product.portal.desk("jonas") as jonas,
    ):
        mira.available()
        contact_id = mira.accept()
        jonas.available()
        hand_on(mira, contact_id, "agent", "Jonas Kessler")
        jonas.offered()
        jonas.call("rejectContact", contactId=contact_id)
        assert transfer_is(mira, contact_id, "declined")["why"]["sentence"] == "declined"
        is_(jonas, contact_id, None)
        hand_on(mira, contact_id, "agent", "Jonas Kessler")
        jonas.offered()
        product.portal.restart()  # kill -9 while it is offered: the time-out is a row
        mira.connect()
        jonas.connect()
        transfer_is(mira, contact_id, "missed", 30)
        is_(jonas, contact_id, "missed")
        assert (state(mira, contact_id), mira.held.agent["load"]) == ("connected", 1)
        jonas.until(lambda held: held.agent["load"] == 0, "his slot is free")
        mira.say(contact_id, "I am still here")
        ada.wait_for_text("I am still here")
        assert not [text for text in ada.texts() if text in {"Mira has left.", "Jonas has joined."}]


def test_to_a_queue_it_waits_there_and_the_next_agent_goes_on(product: Product) -> None:
    with (
        customer(product.emulator, "Ada", "hello") as ada,
        product.portal.desk("mira") as mira,
        product.portal.desk("jonas") as jonas,
    ):
        mira.available()
        contact_id = mira.accept()
        queue = next(one for one in mira.call("getEndpoints")["endpoints"] if one["type"] == "queue")
        assert (queue["open"], queue["waiting"], queue["refusal"]) == (True, 0, None)
        hand_on(mira, contact_id, "queue", queue["name"], "A refund.")
        is_(mira, contact_id, "ended")
        ada.wait_for_text("Mira has left.")
        ada.say("anybody there?")
        jonas.available()
        assert jonas.accept() == contact_id
        jonas.hears("anybody there?")
        assert transfer_is(jonas, contact_id, "queued")["comment"] == "A refund."
        ada.wait_for_text("Jonas has joined.")


def test_what_cannot_be_done_is_refused_with_the_truth(product: Product) -> None:
    with customer(product.emulator, "Ada", "hello") as ada, product.portal.desk("mira") as mira:
        mira.available()
        contact_id = mira.accept()
        absent = endpoint(mira, "agent", "Jonas Kessler")
        assert sentence_of(absent["refusal"]) == "Jonas Kessler is not there."
        for to, reason in (
            ({"type": "agent", "id": absent["id"]}, "agentAbsent"),
            ({"type": "agent", "id": mira.held.agent["agentId"]}, "transferToSelf"),
            ({"type": "agent", "id": "nobody"}, "endpointNotFound"),
            ({"type": "queue", "id": "0"}, "endpointNotFound"),
        ):
            with pytest.raises(Answer) as caught:
                mira.call("transferContact", contactId=contact_id, endpoint=to)
            assert (caught.value.reason, bool(caught.value.message)) == (reason, True)
        product.portal.shell("from chats.models import Queue; Queue.objects.update(is_open=False)")
        queue = next(one for one in mira.call("getEndpoints")["endpoints"] if one["type"] == "queue")
        with pytest.raises(Answer) as caught:
            mira.call("transferContact", contactId=contact_id, endpoint={"type": "queue", "id": queue["id"]})
        assert (caught.value.reason, caught.value.message) == ("queueClosed", sentence_of(queue["refusal"]))
        ada.leave()
        is_(mira, contact_id, "ended")

        def refusal() -> str:
            with pytest.raises(Answer) as caught:
                mira.call("transferContact", contactId=contact_id, endpoint={"type": "queue", "id": queue["id"]})
            assert caught.value.reason == "contactNotConnected"
            return caught.value.message

        # SNS keeps no order: that we were taken out may arrive before that the customer left.
        told = "This contact cannot be transferred: the customer left."
        eventually(lambda: refusal() == told, why="the real reason is told")
