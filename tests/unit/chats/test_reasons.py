"""A reason is a code and its parameters: rows keep them, and each reader has the sentence in their language."""

from __future__ import annotations

import ast
import copy
import dataclasses
import json
import pickle
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core import serializers
from django.utils import translation
from pydantic import TypeAdapter

from agents import protocol
from agents.protocol.refusals import Refusal
from chats import reasons
from chats.models import OutboundMessage
from chats.reasons import Reason, ReasonField

CUSTOMER = Reason("customer_left")
HANDED_ON = Reason("handed_on_to_agent", name="100 % Mira {x} %(name)s")
MISSED = Reason("no_answer", seconds="20", cause=Reason("desk_lost_connection"))
FULL = Reason("no_room", n=3)
TEXT = Reason("text", text="Not sent: 100 % of it. %(name)s {x}")
REASONS = [CUSTOMER, HANDED_ON, MISSED, FULL, TEXT]
ROOT = Path(__file__).parents[3]


def read(kept: str) -> Reason:
    reason = ReasonField().from_db_value(kept, None, None)  # type: ignore[arg-type]  # it asks the database nothing
    assert isinstance(reason, Reason)
    return reason


# ---- a value ---------------------------------------------------------------------------------------------------------


def test_equal_codes_and_parameters_are_one_reason_in_whatever_order_they_were_given() -> None:
    same = Reason("no_answer", cause=Reason("desk_lost_connection"), seconds=20)
    assert same != MISSED  # 20 is a number, "20" is text
    again = Reason("no_answer", cause=Reason("desk_lost_connection"), seconds="20")
    assert (again, hash(again)) == (MISSED, hash(MISSED))
    assert Reason("text", text="the customer left") != CUSTOMER  # the sentence alone makes no reason


@pytest.mark.parametrize("why", [*REASONS, Reason()])
def test_it_is_copied_whole_and_cannot_be_changed(why: Reason) -> None:
    assert copy.deepcopy(why) == pickle.loads(pickle.dumps(why)) == why
    with pytest.raises(dataclasses.FrozenInstanceError):
        why.code = "declined"  # type: ignore[misc]
    why.params["name"] = "somebody else"
    assert copy.deepcopy(why) == why


def test_as_text_it_is_the_filled_sentence_in_english_and_none_is_false() -> None:
    assert f"{MISSED}." == "no answer within 20 s: the desk had lost its connection."
    assert (str(Reason()), bool(Reason()), bool(CUSTOMER)) == ("", False, True)


def test_the_same_reason_with_another_parameter() -> None:
    better = Reason("not_sent", why=Reason("chat_had_ended")).but(why=Reason("customer_had_left"))
    assert (better, str(better)) == (
        Reason("not_sent", why=Reason("customer_had_left")),
        "Not sent: the customer had left.",
    )


# ---- the catalogue ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "params", "wrong"),
    [
        ("customer_lft", {}, "no reason has the code 'customer_lft': register its sentence in the app's reasons.py"),
        ("the customer left", {}, "no reason has the code 'the customer left'"),
        ("no_room", {}, "the reason 'no_room' takes these parameters: n; given: none"),
        ("no_room", {"m": 3}, "the reason 'no_room' takes these parameters: n; given: m"),
        ("customer_left", {"name": "Ada"}, "the reason 'customer_left' takes these parameters: none; given: name"),
        ("", {"name": "Ada"}, "the reason '' takes these parameters: none; given: name"),
    ],
)
def test_a_code_or_parameter_that_is_not_in_the_catalogue_is_an_error(code: str, params: dict[str, object], wrong: str):
    with pytest.raises(ValueError, match=wrong):
        Reason(code, **params)


def test_a_code_has_one_sentence() -> None:
    reasons.register_reasons({"declined": "declined"})  # the same again is no harm
    with pytest.raises(ValueError, match="the code 'declined' has a sentence already: 'declined'"):
        reasons.register_reasons({"declined": "refused"})
    assert str(Reason("declined")) == "declined"


def test_every_reason_that_the_code_gives_is_in_the_catalogue_and_every_sentence_is_given() -> None:
    given: set[str] = set()
    catalogue = reasons.registered()
    for place, call in _calls():
        code = call.args[0]
        assert isinstance(code, ast.Constant), f"{place}: a code is a literal, so that it can be looked for"
        assert code.value in catalogue, place
        given.add(code.value)
        assert {one.arg for one in call.keywords} == set(reasons.GAP.findall(catalogue[code.value])), place
    assert catalogue.keys() - given == set()


def _calls() -> Iterator[tuple[str, ast.Call]]:
    """Every `Reason(…)` with arguments, but for the two places that make one of what they were given."""
    for path in sorted(path for app in ("agents", "chats") for path in (ROOT / app).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            match node:
                case ast.Call(func=ast.Name("Reason"), args=[ast.Constant()]):
                    yield f"{path.relative_to(ROOT)}:{node.lineno}", node
                case ast.Call(func=ast.Name("Reason"), args=[_, *_]) if path.name != "reasons.py":
                    yield f"{path.relative_to(ROOT)}:{node.lineno}", node


# ---- what readers see ------------------------------------------------------------------------------------------------


def test_it_is_told_in_the_readers_language_and_so_is_the_reason_inside() -> None:
    with translation.override("de"):
        assert (
            MISSED.translated() == "keine Antwort innerhalb von 20 s: der Arbeitsplatz hatte seine Verbindung verloren"
        )
        assert HANDED_ON.translated() == "an 100 % Mira {x} %(name)s übergeben"
        assert TEXT.translated() == "Not sent: 100 % of it. %(name)s {x}"
        assert Reason().translated() == ""  # and not the head of the catalogue
    assert MISSED.translated() == str(MISSED)


def test_a_refusal_with_a_reason_inside_is_told_in_one_language() -> None:
    refusal = Refusal("offerGone", "This contact cannot be accepted any more: %(why)s.", why=CUSTOMER)
    with translation.override("de"):
        assert refusal.told() == "Dieser Kontakt lässt sich nicht mehr annehmen: der Kunde ging."
    assert refusal.message == "This contact cannot be accepted any more: the customer left."


def test_a_refusal_may_be_a_reason() -> None:
    refusal = Refusal("contactNotFound", Reason("not_on_your_desk"))
    with translation.override("de"):
        assert refusal.told() == Reason("not_on_your_desk").translated() != refusal.message
    assert (refusal.message, refusal.why.data) == (
        "There is no such contact on your desk.",
        {"code": "not_on_your_desk", "sentence": "There is no such contact on your desk.", "values": {}},
    )


@pytest.mark.parametrize("why", [*REASONS, Reason()])
def test_it_goes_to_the_page_as_the_protocol_has_it(why: Reason) -> None:
    told = TypeAdapter(protocol.Reason | None).validate_python(why.data, strict=True)
    assert (told.model_dump() if told else None) == why.data


def test_the_page_gets_the_sentence_of_the_code_and_of_the_reason_inside() -> None:
    assert Reason().data is None
    assert MISSED.data == {
        "code": "no_answer",
        "sentence": "no answer within %(seconds)s s: %(cause)s",
        "values": {
            "seconds": "20",
            "cause": {"code": "desk_lost_connection", "sentence": "the desk had lost its connection", "values": {}},
        },
    }


# ---- what rows keep --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("why", [*REASONS, Reason()])
def test_what_is_kept_is_read_as_it_was(why: Reason) -> None:
    kept = ReasonField().get_prep_value(why)
    assert (read(kept), read(kept).data) == (why, why.data)


def test_a_row_keeps_codes_and_parameters_and_no_sentence() -> None:
    kept = ReasonField().get_prep_value(MISSED)
    assert json.loads(kept) == {
        "code": "no_answer",
        "params": {"seconds": "20", "cause": {"code": "desk_lost_connection"}},
    }
    assert ReasonField().get_prep_value(Reason()) == ""
    in_another_order = Reason("no_answer", cause=Reason("desk_lost_connection"), seconds="20")
    assert ReasonField().get_prep_value(in_another_order) == kept  # rows are looked for by it


@pytest.mark.parametrize(
    "text", ["Not sent: 100 % of it. %(name)s {x}", "12", "[]", '{"a": 1}', '{"code": ', "null", '"code"']
)
def test_text_without_a_code_is_a_reason_of_text(text: str) -> None:
    assert read(text) == Reason("text", text=text)
    kept = ReasonField().get_prep_value(text)
    assert read(kept) == Reason("text", text=text)
    assert str(read(kept)) == text


@pytest.mark.parametrize(
    "kept", [{"code": "of_tomorrow", "params": {"n": 3}}, {"code": "no_room"}, {"code": "no_room", "params": {"m": 3}}]
)
def test_a_row_of_another_release_can_be_read_and_names_its_code(kept: dict[str, object]) -> None:
    unknown = Reason("unknown", code=kept["code"])
    assert read(json.dumps(kept)) == unknown
    assert read(json.dumps({"code": "not_sent", "params": {"why": kept}})) == Reason("not_sent", why=unknown)


def test_dumpdata_and_loaddata_keep_it_whole() -> None:
    row = OutboundMessage(pk=1, why=MISSED)
    (again,) = serializers.deserialize("json", serializers.serialize("json", [row], fields=["why"]))
    assert again.object.why == MISSED
