"""Time: everything that ends by itself, at the millisecond it is due, also after a restart."""

from __future__ import annotations

import pytest

from connect_emulator import timers
from connect_emulator.clock import FakeClock, iso, moment, parse_iso
from tests.amazon import Amazon
from tests.emulating import EVENT, INSTANCE


def reason(amazon: Amazon, contact_id: str) -> str | None:
    return amazon.connect.describe_contact(InstanceId=INSTANCE, ContactId=contact_id)["Contact"].get("DisconnectReason")


def keep_alive(amazon: Amazon, token: str) -> None:
    """The sample flow ends a chat nobody writes in after a quarter of an hour."""
    amazon.say(token, "Still here")


@pytest.mark.parametrize(("given", "minutes"), [({}, 1500), ({"ChatDurationInMinutes": 60}, 60)])
def test_a_chat_expires_at_the_end_of_its_duration(amazon: Amazon, given: dict[str, int], minutes: int) -> None:
    started = amazon.start_chat(**given)
    token = amazon.connected(started["ParticipantToken"])
    for _ in range(minutes // 10 - 1):
        amazon.pass_time(600)
        token = amazon.connected(started["ParticipantToken"])
        keep_alive(amazon, token)
    amazon.pass_time(599.999)
    assert reason(amazon, started["ContactId"]) is None
    amazon.again()
    amazon.pass_time(0.001)
    assert reason(amazon, started["ContactId"]) == "EXPIRED"
    assert amazon.world.store.value("SELECT content_type FROM item ORDER BY seq DESC LIMIT 1") == EVENT + "chat.ended"


def test_a_customer_who_does_not_connect_within_five_minutes_has_no_chat(amazon: Amazon) -> None:
    started = amazon.start_chat()
    amazon.pass_time(299.999)
    assert reason(amazon, started["ContactId"]) is None
    amazon.pass_time(0.001)
    assert reason(amazon, started["ContactId"]) == "CUSTOMER_CONNECTION_NOT_ESTABLISHED"
    with pytest.raises(amazon.participant.exceptions.AccessDeniedException):
        amazon.connected(started["ParticipantToken"])


def test_nothing_is_due_when_everybody_is_there(amazon: Amazon) -> None:
    assert timers.next_deadline(amazon.world) is None
    amazon.customer()
    assert timers.next_deadline(amazon.world) == amazon.clock.now() + 900_000


def test_a_custom_participant_with_credentials_and_no_connection_is_gone_after_100_seconds(amazon: Amazon) -> None:
    contact_id, _ = amazon.customer()
    token = amazon.create_bot(contact_id)["ParticipantCredentials"]["ParticipantToken"]
    amazon.participant.create_participant_connection(ParticipantToken=token, Type=["CONNECTION_CREDENTIALS"])
    amazon.pass_time(99)
    assert amazon.world.store.value("SELECT state FROM participant WHERE role = 'CUSTOM_BOT'") == "CONNECTING"
    amazon.pass_time(1)
    assert amazon.world.store.value("SELECT state FROM participant WHERE role = 'CUSTOM_BOT'") == "LEFT"


def test_the_clock_is_only_turned_forward() -> None:
    clock = FakeClock()
    with pytest.raises(ValueError, match="forward"):
        clock.advance(-1)


def test_times_are_written_as_connect_writes_them() -> None:
    assert iso(1_800_000_000_007) == "2027-01-15T08:00:00.007Z"
    assert parse_iso("2027-01-15T08:00:00.007Z") == 1_800_000_000_007
    assert parse_iso("2027-01-15T10:00:00.007+02:00") == 1_800_000_000_007
    assert parse_iso("2027-01-15T08:00:00.007") == 1_800_000_000_007
    assert moment(1_800_000_000_007).microsecond == 7_000


def test_a_deadline_that_fails_holds_up_no_other_and_is_tried_again_later(
    amazon: Amazon, caplog: pytest.LogCaptureFixture
) -> None:
    broken, _ = amazon.customer("Broken")
    sound, _ = amazon.customer("Sound")
    with amazon.world.store.change():
        amazon.world.store.run("UPDATE execution SET loops = 'not JSON' WHERE contact_id = ?", broken)
    amazon.pass_time(900)
    assert [reason(amazon, one) is None for one in (broken, sound)] == [True, False]
    assert caplog.text.count("could not be kept") == 1
    assert timers.next_deadline(amazon.world) == amazon.clock.now() + timers.PARKED_FOR  # nobody spins meanwhile
    with amazon.world.store.change():
        amazon.world.store.run("UPDATE execution SET loops = '{}' WHERE contact_id = ?", broken)
    amazon.pass_time(timers.PARKED_FOR / 1000)
    assert reason(amazon, broken) is not None
