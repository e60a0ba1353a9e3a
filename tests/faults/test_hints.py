"""Hints may be lost: a portal in which every hint, copy and bell is dropped is slower, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.emulating import EVENT, customer
from tests.portal import Desk
from tests.troubled import Troubled, nothing_is_lost_or_doubled, resumed_is_fresh, texts


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Troubled]:
    running = Troubled(tmp_path_factory.mktemp("deaf"), portal_environment={"CCP_POLL_SECONDS": "0.3"})
    running.portal.program = str(Path(__file__).with_name("deaf_portal.py"))
    with running:
        yield running


def test_the_story_is_the_same_without_a_single_hint(house: Troubled) -> None:
    with (
        house.at_desk() as mira,
        customer(house.emulator, "Ada", "my lamp flickers") as ada,
        Desk(house.portal, mira.session) as second_tab,
    ):
        for number in (1, 2):
            contact_id = mira.accept()
            assert contact_id == ada.contact_id
            second_tab.until(lambda held: held.viewing == ada.contact_id, "both tabs look at it")
            mira.hears("my lamp flickers")
            mira.say(contact_id, f"answer {number}")
            ada.wait_for_text(f"answer {number}")
            ada.say(f"thanks {number}")
            second_tab.hears(f"thanks {number}")
            _reads(mira, contact_id, f"thanks {number}")
            nothing_is_lost_or_doubled(mira, ada)
            mira.call("destroyConnection", contactId=contact_id)
            ada.wait_for_text("Mira has left.", times=number)
            mira.until(lambda held: held.agent_contacts[ada.contact_id]["state"] == "ended", "it has ended")
            mira.call("clearContact", contactId=contact_id)
            second_tab.until(lambda held: not held.agent_contacts, "the card has left the other tab")
            second_tab.until(lambda held: not held.contacts, "and the conversation with it")
            resumed_is_fresh(mira)
            if number == 1:
                ada.say("Hey, I'm back")
        assert [texts(ada).count(f"answer {number}") for number in (1, 2)] == [1, 1]


def _reads(desk: Desk, contact_id: str, text: str) -> None:
    desk.hears(text)
    item = next(i for i in desk.held.transcript(contact_id) if i["Content"] == text)
    content = f'{{"messageId":"{item["Id"]}"}}'
    desk.call("sendEvent", contactId=contact_id, contentType=EVENT + "message.read", content=content)
    desk.until(lambda held: held.agent_contacts[contact_id]["readNumber"] == item["Number"], "read")


def test_numbers_come_to_a_tab_in_their_order_and_none_is_skipped_for_good(house: Troubled) -> None:
    with house.at_desk() as mira, house.talk(mira) as ada:
        for n in range(20):
            ada.say(f"words {n}")
            mira.say(ada.contact_id, f"answer {n}")
        mira.hears("answer 19", 30)
        nothing_is_lost_or_doubled(mira, ada)
        for numbers in mira.held.seqs.values():
            assert numbers == sorted(set(numbers))
        resumed_is_fresh(mira)
