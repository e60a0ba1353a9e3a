"""One chat from its start to its end, on the flow we deploy: customer, flow, Lambda, custom participant, SNS, return."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.emulating import (
    EVENT,
    HANDOVER,
    HANDOVER_FLOW,
    TOPIC,
    Customer,
    RunningEmulator,
    customer,
    eventually,
    free_port,
)
from tests.sns_endpoint import Endpoint

WELCOME = "Thank you for your message. We are looking for somebody to answer you."
ONE_MOMENT = "One moment, please."
LEFT = "The conversation with us has ended. Write within 15 minutes and it goes on."
BACK = "Welcome back. We are looking for somebody to answer you."
GOODBYE = "We have not heard from you for a while. Goodbye."
SORRY = "We are sorry: nobody can be reached at the moment. Please try again later."


class Desk:
    """The portal's part: the notes of the hand-over, and the custom participant's voice."""

    def __init__(self, notes: Path) -> None:
        self.notes = notes
        self.emulator: RunningEmulator
        notes.mkdir()

    def order(self, **order: str) -> None:
        (self.notes / "orders.json").write_text(json.dumps(order))

    def read(self, name: str) -> list[Any]:
        path = self.notes / name
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []

    def joined(self, times: int) -> str:
        """The connection token of the n-th round."""
        tokens = eventually(lambda: (found := self.read("joined.jsonl"))[times - 1 :] and found, 15)
        assert len(tokens) == times
        return str(tokens[-1])

    def say(self, token: str, text: str) -> dict[str, Any]:
        participant = self.emulator.client("connectparticipant")
        return participant.send_message(ConnectionToken=token, ContentType="text/plain", Content=text)

    def leave(self, token: str) -> None:
        self.emulator.client("connectparticipant").disconnect_participant(ConnectionToken=token)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path / "notes")


@pytest.fixture
def house(running: Callable[..., RunningEmulator], endpoint: Endpoint, desk: Desk) -> RunningEmulator:
    port = free_port()
    stand_in = Path(__file__).with_name("handover_stand_in.py")
    emulator = running(
        port=port,
        flows=[HANDOVER_FLOW],
        subscribe=[f"{TOPIC}={endpoint.url}"],
        functions=[f"{HANDOVER}={stand_in}:handler"],
        environment={"EMULATOR": f"http://127.0.0.1:{port}", "HANDOVER_NOTES": str(desk.notes)},
    )
    endpoint.confirm(emulator)
    desk.emulator = emulator
    return emulator


def waits_at(emulator: RunningEmulator, ada: Customer, action: str) -> None:
    eventually(lambda: (emulator.contact(ada.contact_id)["flow"] or {}).get("action") == action, 15, f"at {action}")


def test_a_chat_is_handed_over_answered_taken_up_again_and_ended_by_the_flow(
    house: RunningEmulator, endpoint: Endpoint, desk: Desk
) -> None:
    with customer(house, "Ada", "My parcel is late") as ada:
        ada.wait_for_text(WELCOME)
        first = desk.joined(1)
        waits_at(house, ada, "agent")

        ada.say("Are you there?")
        ada.event("typing")
        endpoint.wait_for(lambda item: item.get("Content") == "Are you there?")
        endpoint.wait_for(lambda item: item["ContentType"] == EVENT + "typing")
        desk.say(first, "Hello, this is Grace.")
        ada.wait_for_text("Hello, this is Grace.")
        desk.leave(first)
        ada.wait_for_text(LEFT)

        ada.say("Hey, I'm back")
        ada.wait_for_text(BACK)
        second = desk.joined(2)
        waits_at(house, ada, "agent")
        desk.say(second, "Hello again.")
        desk.leave(second)
        ada.wait_for_text(LEFT, times=2)
        waits_at(house, ada, "customer")
        house.advance(900)

        ada.wait_for_event("chat.ended")
        assert ada.texts() == [
            "My parcel is late",
            WELCOME,
            "Are you there?",
            "Hello, this is Grace.",
            LEFT,
            "Hey, I'm back",
            BACK,
            "Hello again.",
            LEFT,
            GOODBYE,
        ]
        assert ada.events() == [
            ("participant.joined", "CUSTOMER"),
            ("participant.joined", "CUSTOM_BOT"),
            ("typing", "CUSTOMER"),
            ("participant.left", "CUSTOM_BOT"),
            ("participant.joined", "CUSTOM_BOT"),
            ("participant.left", "CUSTOM_BOT"),
            ("chat.ended", None),
        ]
        streamed = [
            item["Id"]
            for item in ada.items[ada.items.index(ada.wait_for_event("participant.joined", role="CUSTOM_BOT")) :]
        ]
        eventually(
            lambda: {item["Id"] for item in endpoint.items()} == set(streamed), 10, "all since the hand-over is posted"
        )
        assert house.contact(ada.contact_id)["disconnectReason"] == "CONTACT_FLOW_DISCONNECT"


def test_the_lambda_is_given_the_contact_flow_event(house: RunningEmulator, desk: Desk) -> None:
    with customer(house, "Ada", Attributes={"topic": "parcels"}) as ada:
        desk.joined(1)
        event = desk.read("events.jsonl")[0]
        remaining = event.pop("remaining")
        assert 7_000 < remaining <= 8_000
        assert event == {
            "Details": {
                "ContactData": {
                    "Attributes": {"topic": "parcels"},
                    "Channel": "CHAT",
                    "ContactId": ada.contact_id,
                    "CustomerEndpoint": None,
                    "CustomerId": None,
                    "Description": None,
                    "InitialContactId": ada.contact_id,
                    "InitiationMethod": "API",
                    "InstanceARN": "arn:aws:connect:us-east-1:123456789012:instance/11111111-2222-4333-8444-555555555555",
                    "LanguageCode": "en-US",
                    "MediaStreams": {"Customer": {"Audio": None}},
                    "Name": None,
                    "PreviousContactId": ada.contact_id,
                    "Queue": None,
                    "References": {},
                    "SystemEndpoint": None,
                },
                "Parameters": {"only": "anybody"},
            },
            "Name": "ContactFlowEvent",
        }


def test_a_failing_hand_over_is_tried_three_times_then_the_flow_asks_for_a_moment_and_tries_again(
    house: RunningEmulator, desk: Desk
) -> None:
    desk.order(do="fail")
    with customer(house, "Ada") as ada:
        ada.wait_for_text(ONE_MOMENT)
        waits_at(house, ada, "pause")
        assert len(desk.read("events.jsonl")) == 3
        desk.order(do="join")
        house.advance(10)
        desk.joined(1)
        waits_at(house, ada, "agent")
        assert ada.texts() == [WELCOME, ONE_MOMENT]


def test_a_hand_over_that_never_works_ends_with_an_apology(house: RunningEmulator, desk: Desk) -> None:
    desk.order(do="fail")
    with customer(house, "Ada") as ada:
        for _ in range(30):
            waits_at(house, ada, "pause")
            house.advance(10)
        ada.wait_for_event("chat.ended")
        assert ada.texts() == [WELCOME, *[ONE_MOMENT] * 30, SORRY]


def test_a_closed_service_says_its_own_words_and_ends_the_chat(house: RunningEmulator, desk: Desk) -> None:
    desk.order(do="close", message="We are here again at nine. $.Attributes.secret")
    with customer(house, "Ada", Attributes={"secret": "never read"}) as ada:
        ada.wait_for_event("chat.ended")
        assert ada.texts() == [WELCOME, "We are here again at nine. $.Attributes.secret"]


def test_a_custom_participant_that_has_gone_before_the_flow_waits_counts_as_disconnected(
    house: RunningEmulator, desk: Desk
) -> None:
    with customer(house, "Ada") as ada:
        desk.joined(1)
        waits_at(house, ada, "agent")
        house.control("join", {"contactId": ada.contact_id, "role": "AGENT"})
        ada.wait_for_text(LEFT)
        assert ada.events() == [
            ("participant.joined", "CUSTOMER"),
            ("participant.joined", "CUSTOM_BOT"),
            ("participant.joined", "AGENT"),
            ("participant.left", "CUSTOM_BOT"),
        ]


def test_a_chat_of_seven_days_ends_before_the_wait_for_the_agent_does(house: RunningEmulator, desk: Desk) -> None:
    with customer(house, "Ada", ChatDurationInMinutes=10_080) as ada:
        desk.joined(1)
        waits_at(house, ada, "agent")
        house.advance(604_800)
        ada.wait_for_event("chat.ended")
        assert house.contact(ada.contact_id)["disconnectReason"] == "EXPIRED"
        assert ada.events()[-2:] == [("participant.left", "CUSTOM_BOT"), ("chat.ended", None)]
