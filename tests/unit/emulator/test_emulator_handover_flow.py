"""The contact flow of deploy/: when the customer is silent for 15 minutes, it ends nothing that the portal is in."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from tests.amazon import Amazon
from tests.emulating import HANDOVER, HANDOVER_FLOW

GOODBYE = "We have not heard from you for a while. Goodbye."
OVER = "The conversation with us has ended. Write within 15 minutes and it goes on."


class Portal:
    """What its reception answers."""

    def __init__(self) -> None:
        self.is_in_the_chat = True
        self.asked: list[dict[str, str]] = []

    def __call__(self, event: bytes, _seconds: float) -> dict[str, str]:
        given = json.loads(event)["Details"]["Parameters"]
        self.asked.append(given)
        is_open = self.is_in_the_chat or given.get("only") != "joined"
        return {"open": str(is_open).lower(), "message": "", "position": "1"}


@pytest.fixture
def portal() -> Portal:
    return Portal()


@pytest.fixture
def amazon(amazons: Callable[..., Amazon], portal: Portal) -> Amazon:
    return amazons(HANDOVER_FLOW.read_text(), {HANDOVER: portal})


def served(amazon: Amazon) -> tuple[str, str]:
    contact_id, token = amazon.customer()
    bot = amazon.bot(contact_id)
    amazon.participant.disconnect_participant(ConnectionToken=bot)
    amazon.background.settle()
    assert amazon.texts(token)[-1] == OVER
    return contact_id, token


def test_a_chat_that_the_portal_has_joined_again_by_itself_goes_on(amazon: Amazon, portal: Portal) -> None:
    contact_id, token = served(amazon)
    bot = amazon.bot(contact_id)
    amazon.pass_time(901)
    assert GOODBYE not in amazon.texts(token)
    assert [one["only"] for one in portal.asked] == ["anybody", "joined"]
    amazon.participant.disconnect_participant(ConnectionToken=bot)
    amazon.background.settle()
    assert amazon.texts(token).count(OVER) == 2


def test_a_chat_that_nobody_is_in_ends_after_a_quarter_of_an_hour(amazon: Amazon, portal: Portal) -> None:
    contact_id, _ = served(amazon)
    portal.is_in_the_chat = False
    amazon.pass_time(901)
    assert amazon.described(contact_id)["DisconnectReason"]


def test_whoever_writes_again_is_handed_over_and_not_only_asked_for(amazon: Amazon, portal: Portal) -> None:
    contact_id, token = served(amazon)
    bot = amazon.bot(contact_id)
    amazon.pass_time(901)
    amazon.participant.disconnect_participant(ConnectionToken=bot)
    amazon.background.settle()
    portal.is_in_the_chat = False
    amazon.say(token, "I am back")
    amazon.background.settle()
    assert portal.asked[-1]["only"] == "anybody"
    assert "Welcome back. We are looking for somebody to answer you." in amazon.texts(token)
