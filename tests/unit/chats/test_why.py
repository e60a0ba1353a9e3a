"""A reason is a sentence and what fills it: it is kept, sent and told in every reader's language, whole."""

from __future__ import annotations

import copy

import pytest
from django.utils import translation
from pydantic import TypeAdapter

from agents import protocol
from agents.protocol.refusals import Refusal
from chats.reasons import Reason, ReasonField

CUSTOMER = Reason("the customer left")
HANDED_ON = Reason("handed on to %(name)s", name="100 % Mira {x} %(name)s")
MISSED = Reason(
    "no answer within %(seconds)s s: %(cause)s", seconds="20", cause=Reason("the desk had lost its connection")
)
FULL = Reason("no room: the routing profile allows %(n)s chats at once", n=3)
REASONS = [CUSTOMER, HANDED_ON, MISSED, FULL]


def test_as_text_it_is_the_filled_sentence_of_the_code() -> None:
    assert f"{MISSED}." == "no answer within 20 s: the desk had lost its connection."
    assert (Reason(), bool(Reason())) == ("", False)


def test_it_is_told_in_the_readers_language_and_so_is_the_reason_inside() -> None:
    with translation.override("de"):
        assert MISSED.told() == "keine Antwort innerhalb von 20 s: der Arbeitsplatz hatte seine Verbindung verloren"
        assert HANDED_ON.told() == "an 100 % Mira {x} %(name)s übergeben"
        assert Reason().told() == ""  # and not the head of the catalog
    assert MISSED.told() == MISSED


def test_a_refusal_with_a_reason_inside_is_told_in_one_language() -> None:
    refusal = Refusal("offerGone", "This contact cannot be accepted any more: %(why)s.", why=CUSTOMER)
    with translation.override("de"):
        assert refusal.told() == "Dieser Kontakt lässt sich nicht mehr annehmen: der Kunde ging."
    assert refusal.message == "This contact cannot be accepted any more: the customer left."


@pytest.mark.parametrize("why", [*REASONS, Reason()])
def test_it_goes_to_the_page_as_the_protocol_has_it_and_back(why: Reason) -> None:
    told = TypeAdapter(protocol.Reason | None).validate_python(why.data, strict=True)
    assert (told.model_dump() if told else None) == why.data
    again = Reason.of(why.data)
    assert (again, again.sentence, again.values) == (why, why.sentence, why.values)


@pytest.mark.parametrize("why", [*REASONS, Reason()])
def test_what_is_kept_is_read_as_it_was(why: Reason) -> None:
    kept = ReasonField().get_prep_value(why)
    read = ReasonField().from_db_value(kept, None, None)  # type: ignore[arg-type]  # it asks the database nothing
    assert isinstance(read, Reason)
    assert (read, read.data) == (why, why.data)
    assert copy.deepcopy(why).data == why.data


def test_a_text_of_the_time_before_is_a_sentence_without_values() -> None:
    old = "Not sent: 100 % of it. %(name)s {x}"
    assert ReasonField().from_db_value(old, None, None).data == {"sentence": old, "values": {}}  # type: ignore[arg-type, union-attr]
    assert ReasonField().get_prep_value(CUSTOMER) == "the customer left"  # as it was before: rows of both are found


def test_the_same_reason_with_another_value() -> None:
    better = Reason("Not sent: %(why)s.", why=Reason("the chat had ended")).but(why=Reason("the customer had left"))
    assert (better, better.sentence) == ("Not sent: the customer had left.", "Not sent: %(why)s.")
