"""Rows that kept a reason as an English sentence keep its code after `migrate`, on both stacks."""

from __future__ import annotations

import importlib
import json
from types import SimpleNamespace
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.db.models import F, TextField, Value
from django.db.models.functions import Cast

from agents.models import AgentContact, AgentStateChange
from chats.models import Contact, OutboundMessage, Transfer
from chats.reasons import Reason, registered
from tests import factories

reason_codes = importlib.import_module("chats.migrations._reason_codes")
MIGRATIONS = [
    importlib.import_module("chats.migrations.0012_reason_codes"),
    importlib.import_module("agents.migrations.0008_reason_codes"),
]


def old(sentence: str, **values: Any) -> str:
    """As a row kept it: the sentence alone, or with its values as JSON."""
    data = _old(sentence, **values)
    return json.dumps(data, ensure_ascii=False) if values else sentence


def _old(sentence: str, **values: Any) -> dict[str, Any]:
    return {"sentence": sentence, "values": values}


WAS_AND_IS = [
    ("", Reason()),
    ("the customer left", Reason("customer_left")),
    (old("handed on to %(name)s", name="Jörg 100 % %(x)s"), Reason("handed_on_to_agent", name="Jörg 100 % %(x)s")),
    (old("no room: the routing profile allows %(n)s chats at once", n=3), Reason("no_room", n=3)),
    (
        old("Not sent: %(why)s.", why=_old("the customer had left")),
        Reason("not_sent", why=Reason("customer_had_left")),
    ),
    (
        old("%(name)s: %(why)s", name="Mira", why=_old("no open desk for %(seconds)s s", seconds="346")),
        Reason("agent_absent", name="Mira", why=Reason("no_open_desk_for", seconds="346")),
    ),
    (
        old("Not sent: %(why)s.", why=_old("Amazon Connect refused it (%(told)s)", told="{}")),
        Reason("not_sent", why=Reason("refused_by_connect", told="{}")),
    ),
    # What no code stands for, whole or inside, is kept as its text.
    ("handed on to Jonas", Reason("text", text="handed on to Jonas")),
    ("100 % gone %(name)s", Reason("text", text="100 % gone %(name)s")),
    ('{"sentence": broken', Reason("text", text='{"sentence": broken')),
    (old("%(n)s missed: %(why)s", n=3, why=_old("gone")), Reason("text", text="3 missed: gone")),
    (old("Not sent: %(why)s.", why=_old("the moon")), Reason("not_sent", why=Reason("text", text="the moon"))),
    (old("Not sent: %(why)s.", why="because"), Reason("not_sent", why="because")),
    (old("declined", by="Mira"), Reason("text", text="declined")),
]


@pytest.mark.parametrize(("was", "is_now"), WAS_AND_IS)
def test_what_was_kept_becomes_its_code_and_parameters_once(was: str, is_now: Reason) -> None:
    now = reason_codes.recode(was)
    assert now == Contact._meta.get_field("attention").get_prep_value(is_now)
    assert reason_codes.recode(now) == now


def test_every_sentence_of_before_has_a_code_of_the_catalogue_now() -> None:
    catalogue = registered()
    assert {code: sentence for sentence, code in reason_codes.CODES.items()}.keys() <= catalogue.keys()
    assert len(set(reason_codes.CODES.values())) == len(reason_codes.CODES)


@pytest.mark.django_db(transaction=True)
def test_rows_of_every_table_are_migrated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reason_codes, "BATCH", 3)
    rows = [_rows_with(was) for was, _ in WAS_AND_IS]
    for migration in MIGRATIONS:
        migration.reasons_become_codes(apps, SimpleNamespace(connection=connection))
    for made, (_was, is_now) in zip(rows, WAS_AND_IS, strict=True):
        for row, field in made:
            row.refresh_from_db()
            assert (type(row).__name__, getattr(row, field)) == (type(row).__name__, is_now)


def _rows_with(text: str) -> list[tuple[Any, str]]:
    """A row of every table that keeps a reason, with this text in it."""
    contact, agent = factories.contact(), factories.agent()
    rows: list[tuple[Any, str]] = [
        (contact, "attention"),
        (
            OutboundMessage.objects.create(
                conversation=contact.conversation,
                contact=contact,
                round=1,
                client_token="t",
                due_at=factories.NOW,
                created_at=factories.NOW,
                position=1,
                seq=1,
            ),
            "why",
        ),
        (
            Transfer.objects.create(
                contact=contact, round=1, sender=agent.user, to_name="Jonas", asked_at=factories.NOW
            ),
            "why",
        ),
        (
            AgentContact.objects.create(
                agent=agent, contact=contact, round=1, state="connecting", offered_at=factories.NOW, seq=1
            ),
            "why",
        ),
        (AgentStateChange.objects.create(agent=agent, new_state="Break", at=factories.NOW), "why"),
    ]
    for row, field in rows:
        kept = type(row).objects.filter(pk=row.pk)
        kept.update(**{field: Value(text, output_field=TextField())})
        assert kept.annotate(kept=Cast(F(field), TextField())).get().kept == text
    return rows
