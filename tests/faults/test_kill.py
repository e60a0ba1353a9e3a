"""kill -9 of the portal and of the emulator at every step: no item lost, none twice, nobody hung up on, no reload needed."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from tests.emulating import Customer, RunningEmulator, customer, eventually
from tests.line import AFTER, BEFORE, Call
from tests.portal import Desk
from tests.troubled import Troubled, nothing_is_lost_or_doubled, resumed_is_fresh, texts

HANDOVER = ("StartContactStreaming", "CreateParticipant", "CreateParticipantConnection", "GetTranscript")
MOMENTS = [(operation, when) for operation in HANDOVER for when in (BEFORE, AFTER)]
VICTIMS = ("portal", "emulator")
FEW = {  # the others run with --full
    ("CreateParticipant", AFTER, "portal"),
    ("CreateParticipantConnection", AFTER, "portal"),
    ("GetTranscript", BEFORE, "portal"),
    ("CreateParticipantConnection", BEFORE, "emulator"),
}


def steps(moments: list[tuple[str, str]]) -> list[Any]:
    return [
        pytest.param(*moment, victim, marks=[] if (*moment, victim) in FEW or len(moments) == 1 else pytest.mark.full)
        for moment in moments
        for victim in VICTIMS
    ]


def killed_and_back(house: Troubled, victim: str, desk: Desk, *somebody: Customer) -> None:
    """The victim is gone and starts again; whoever had a socket there comes back as a client does, without a reload."""
    if victim == "portal":
        house.portal.kill()
        house.line.clear()
        house.portal.start()
        desk.close()
        desk.connect()
    else:
        house.emulator.kill()
        house.line.clear()
        house.emulator.start()
        for one in somebody:
            one.close()
            one.open()


def is_open(emulator: RunningEmulator, contact_id: str) -> bool:
    return bool(emulator.contact(contact_id)["state"] == "OPEN")


def participants_left(somebody: Customer) -> int:
    """How often one of ours has left."""
    left = "application/vnd.amazonaws.connect.event.participant.left"
    return sum(i["ContentType"] == left and i["ParticipantRole"] == "CUSTOM_BOT" for i in somebody.transcript())


@pytest.mark.parametrize(("operation", "when", "victim"), steps(MOMENTS))
def test_killed_while_a_contact_is_handed_over(house: Troubled, operation: str, when: str, victim: str) -> None:
    with house.at_desk() as mira:
        hold = house.line.hold(operation, when)
        with customer(house.emulator, "Ada", "my lamp flickers") as ada:
            hold.wait()
            killed_and_back(house, victim, mira, ada)
            assert house.offered(mira) == ada.contact_id
            mira.accept()
            mira.say(ada.contact_id, "I am here")
            mira.until(lambda held: "I am here" in held.said(ada.contact_id), "my own words", 30)
            ada.say("good")
            mira.hears("good", 30)
            nothing_is_lost_or_doubled(mira, ada)
            assert [texts(ada).count(text) for text in ("my lamp flickers", "Mira has joined.", "I am here")] == [1] * 3
            assert is_open(house.emulator, ada.contact_id)
            resumed_is_fresh(mira)


@pytest.mark.parametrize(
    ("when", "victim"),
    [
        (BEFORE, "portal"),
        (AFTER, "portal"),
        (AFTER, "emulator"),
        pytest.param(BEFORE, "emulator", marks=pytest.mark.full),
    ],
)
def test_killed_while_the_agent_speaks(house: Troubled, when: str, victim: str) -> None:
    with house.at_desk() as mira, house.talk(mira) as ada:
        hold = house.line.hold("SendMessage", when, wanted=_says("first"))
        for text in ("first", "second", "third"):
            mira.say(ada.contact_id, text)
        hold.wait()
        killed_and_back(house, victim, mira, ada)
        mira.hears("third", 40)
        nothing_is_lost_or_doubled(mira, ada)
        assert texts(ada)[-3:] == ["first", "second", "third"]
        authors = {i["Content"]: (i["Author"] or {}).get("name") for i in mira.held.transcript(ada.contact_id)}
        assert [authors[text] for text in ("first", "second", "third")] == ["Mira Okafor"] * 3
        assert len({call.client_token for call in house.line.of("SendMessage", _says("first"))}) == 1
        assert is_open(house.emulator, ada.contact_id)
        resumed_is_fresh(mira)


def _says(text: str) -> Any:
    def wanted(call: Call) -> bool:
        return call.body.get("Content") == text

    return wanted


@pytest.mark.parametrize("victim", VICTIMS)
def test_killed_while_the_customer_speaks(house: Troubled, victim: str) -> None:
    with house.at_desk() as mira, house.talk(mira) as ada:
        said = [f"words {n}" for n in range(30)]
        talking = threading.Thread(target=_keep_saying, args=(ada, said))
        talking.start()
        mira.hears("words 3")
        killed_and_back(house, victim, mira, *([ada] if victim == "emulator" else []))
        talking.join(60)
        mira.hears("words 29", 40)
        eventually(lambda: [i for i in mira.held.said(ada.contact_id) if i in said] == said, 30, "all, in order")
        nothing_is_lost_or_doubled(mira, ada)
        assert [text for text in texts(ada) if text in said] == said
        assert is_open(house.emulator, ada.contact_id)
        resumed_is_fresh(mira)


def _keep_saying(ada: Customer, said: list[str]) -> None:
    """With a ClientToken, until it is answered: as the customer's page does."""
    for text in said:
        eventually(lambda text=text: _said(ada, text), 60, f"{text} is taken")


def _said(ada: Customer, text: str) -> bool:
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        return bool(ada.say(text, ClientToken=text))
    except (BotoCoreError, ClientError):
        return False


@pytest.mark.parametrize(
    ("when", "victim"),
    [
        (AFTER, "portal"),
        pytest.param(BEFORE, "portal", marks=pytest.mark.full),
        (AFTER, "emulator"),
        pytest.param(BEFORE, "emulator", marks=pytest.mark.full),
    ],
)
def test_killed_while_we_leave(house: Troubled, when: str, victim: str) -> None:
    with house.at_desk() as mira, house.talk(mira) as ada:
        hold = house.line.hold("DisconnectParticipant", when)
        mira.say(ada.contact_id, "good bye")
        mira.call("destroyConnection", contactId=ada.contact_id)
        hold.wait()
        killed_and_back(house, victim, mira, ada)
        eventually(lambda: participants_left(ada) == 1, 40, "our participant leaves")
        mira.until(lambda held: held.agent["load"] == 0, "the slot is free")
        eventually(lambda: [texts(ada).count(text) for text in ("good bye", "Mira has left.")] == [1, 1], 10)
        mira.call("clearContact", contactId=ada.contact_id)
        assert is_open(house.emulator, ada.contact_id)
        ada.say("one more thing")
        assert house.offered(mira) == ada.contact_id
        mira.accept()
        assert mira.held.contacts[ada.contact_id]["round"] == 2
        nothing_is_lost_or_doubled(mira, ada)
        assert participants_left(ada) == 1
        resumed_is_fresh(mira)
