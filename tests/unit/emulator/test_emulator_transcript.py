"""GetTranscript: every way of asking gives the items a plain list would give."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connect_emulator.clock import iso
from tests.amazon import Amazon

SILENT = """{"Version": "2019-10-30", "StartAction": "w", "Actions": [
  {"Identifier": "w", "Type": "Wait", "Parameters": {"TimeLimitSeconds": "604800"}, "Transitions": {
    "NextAction": "e", "Conditions": [{"NextAction": "e", "Condition": {"Operator": "Equals", "Operands": ["WaitCompleted"]}}],
    "Errors": [{"NextAction": "e", "ErrorType": "NoMatchingError"}]}},
  {"Identifier": "e", "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {}}]}"""


@pytest.fixture
def quiet(amazons: Callable[..., Amazon]) -> Amazon:
    """A flow that says nothing."""
    return amazons(SILENT)


def ask(amazon: Amazon, token: str, **given: Any) -> dict[str, Any]:
    return amazon.participant.get_transcript(ConnectionToken=token, **given)


def pages(amazon: Amazon, token: str, **given: Any) -> list[list[str]]:
    """The ids of page after page, until there is no NextToken."""
    found = []
    while True:
        page = ask(amazon, token, **given)
        found.append([item["Id"] for item in page["Transcript"]])
        if "NextToken" not in page:
            return found
        given["NextToken"] = page["NextToken"]


def test_without_a_word_the_last_ten_come_latest_first(quiet: Amazon) -> None:
    _, token = quiet.customer()
    said = [quiet.say(token, str(n))["Id"] for n in range(12)]
    page = ask(quiet, token)
    assert [item["Id"] for item in page["Transcript"]] == said[:1:-1]
    assert page["NextToken"]


def test_the_call_of_chatjs_with_its_empty_start_position(quiet: Amazon) -> None:
    contact_id, token = quiet.customer()
    said = [quiet.say(token, str(n))["Id"] for n in range(20)]
    page = ask(quiet, token, MaxResults=15, ScanDirection="BACKWARD", SortOrder="ASCENDING", StartPosition={})
    assert [item["Id"] for item in page["Transcript"]] == said[5:]
    assert page["InitialContactId"] == contact_id


def test_zero_results_asked_for_is_the_default(quiet: Amazon) -> None:
    _, token = quiet.customer()
    for n in range(12):
        quiet.say(token, str(n))
    assert len(ask(quiet, token, MaxResults=0)["Transcript"]) == 10


@pytest.mark.parametrize(
    "given",
    [
        {"MaxResults": 101},
        {"StartPosition": {"Id": "nobody"}},
        {"StartPosition": {"AbsoluteTime": "yesterday"}},
        {"StartPosition": {"Id": "a", "MostRecent": 1}},
        {"StartPosition": {"MostRecent": 101}},
        {"NextToken": "x"},
        {"NextToken": "W3RydWUsIHRydWVd"},
        {"NextToken": "ä"},
        {"ScanDirection": "SIDEWAYS"},
    ],
)
def test_a_question_that_makes_no_sense_is_refused(quiet: Amazon, given: dict[str, Any]) -> None:
    _, token = quiet.customer()
    with pytest.raises(ClientError) as raised:
        ask(quiet, token, **given)
    assert raised.value.response["Error"]["Code"] == "ValidationException"


def test_another_chat_is_not_read(quiet: Amazon) -> None:
    _, token = quiet.customer()
    other, _ = quiet.customer("Grace")
    with pytest.raises(quiet.participant.exceptions.AccessDeniedException):
        ask(quiet, token, ContactId=other)


def test_the_contact_of_the_chat_may_be_named(quiet: Amazon) -> None:
    contact_id, token = quiet.customer()
    assert pages(quiet, token, ContactId=contact_id) == pages(quiet, token)


def test_a_page_is_what_it_was_although_the_chat_goes_on(quiet: Amazon) -> None:
    _, token = quiet.customer()
    said = [quiet.say(token, str(n))["Id"] for n in range(6)]
    first = ask(quiet, token, MaxResults=3)
    quiet.say(token, "later")
    second = ask(quiet, token, MaxResults=3, NextToken=first["NextToken"])
    assert [i["Id"] for i in first["Transcript"] + second["Transcript"]] == said[::-1]


@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_any_paging_gives_every_item_once_and_in_order(quiet: Amazon, data: st.DataObject) -> None:
    token = chat_of_seven(quiet)
    everything = quiet.transcript(token)
    size = data.draw(st.integers(1, 9), "MaxResults")
    forward = data.draw(st.booleans(), "forward")
    ascending = data.draw(st.booleans(), "ascending")
    position, wanted = data.draw(st.sampled_from(positions(everything, forward)), "StartPosition")
    got = pages(
        quiet,
        token,
        MaxResults=size,
        ScanDirection="FORWARD" if forward else "BACKWARD",
        SortOrder="ASCENDING" if ascending else "DESCENDING",
        **({} if position is None else {"StartPosition": position}),
    )
    chunks = [wanted[n : n + size] for n in range(0, len(wanted), size)] or [[]]
    assert got == [chunk if ascending == forward else chunk[::-1] for chunk in chunks]


def chat_of_seven(amazon: Amazon) -> str:
    """Seven items, a second apart; made once, the examples share them."""
    known = amazon.world.store.value("SELECT token FROM connection LIMIT 1")
    if known:
        return str(known)
    _, token = amazon.customer()
    for n in range(6):
        amazon.clock.advance(1000)
        amazon.say(token, str(n))
    return token


def positions(everything: list[dict[str, Any]], forward: bool) -> list[tuple[dict[str, Any] | None, list[str]]]:
    """Each way to say where to start, with the ids a plain list gives in the direction of the scan."""
    ids = [item["Id"] for item in everything]

    def cut(n: int) -> list[str]:
        return ids[n:] if forward else ids[: n + 1][::-1]

    found: list[tuple[dict[str, Any] | None, list[str]]] = [
        *(() if forward else ((None, ids[::-1]), ({}, ids[::-1]))),
        ({"MostRecent": 0}, [] if forward else ids[::-1]),
        ({"MostRecent": 100}, cut(0)),
        ({"AbsoluteTime": "2000-01-01T00:00:00Z"}, ids if forward else []),
        ({"AbsoluteTime": "2100-01-01T00:00:00.000Z"}, [] if forward else ids[::-1]),
    ]
    for n, item in enumerate(everything):
        found.append(({"Id": item["Id"]}, cut(n)))
        found.append(({"AbsoluteTime": item["AbsoluteTime"]}, cut(n)))
        found.append(({"MostRecent": len(ids) - n}, cut(n)))
    return found


@pytest.mark.parametrize("given", [{}, {"StartPosition": {}}])
def test_a_scan_forward_says_where_it_starts(quiet: Amazon, given: dict[str, Any]) -> None:
    _, token = quiet.customer()
    with pytest.raises(quiet.participant.exceptions.ValidationException, match="StartPosition is required"):
        quiet.participant.get_transcript(ConnectionToken=token, ScanDirection="FORWARD", **given)


def test_no_two_items_of_a_chat_have_one_time(quiet: Amazon) -> None:
    _, token = quiet.customer()
    for n in range(5):
        quiet.say(token, str(n))
    times = [item["AbsoluteTime"] for item in quiet.transcript(token)]
    assert times == [iso(quiet.clock.now() + n) for n in range(6)]
