"""A database of the last landing migrates: its rows, as a portal wrote them then, become today's and say the same."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor

from agents.models import AgentContact
from chats.models import Contact, Item, Note, OutboundMessage, Participant
from tests.emulating import ROOT

# Made by the portal of commit ed9d377 (SQLite), at the end of tests/integration/test_frames_equal_snapshot.py; without secrets.
ROWS = json.loads((ROOT / "tests" / "data" / "rows_of_landing_7.json").read_text(encoding="utf-8"))
THEN = [("chats", "0007_why"), ("agents", "0006_why")]

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def at_landing_7() -> Iterator[None]:
    MigrationExecutor(connection).migrate(THEN)
    with transaction.atomic(), connection.constraint_checks_disabled():
        with connection.cursor() as cursor:  # groups of roles, that a later migration has made
            cursor.execute("DELETE FROM auth_group_permissions")
            cursor.execute("DELETE FROM auth_group")
        for table, content in ROWS.items():
            load(table, content["columns"], content["rows"])
    yield
    call_command("migrate", verbosity=0)


def load(table: str, columns: list[str], rows: list[list[Any]]) -> None:
    with connection.cursor() as cursor:
        described = connection.introspection.get_table_description(cursor, table)
        kinds = {column.name: connection.introspection.get_field_type(column.type_code, column) for column in described}
        values = [[of_kind(kinds[name], value) for name, value in zip(columns, row, strict=True)] for row in rows]
        names = ", ".join(connection.ops.quote_name(name) for name in columns)
        places = ", ".join(["%s"] * len(columns))
        cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({places})", values)


def of_kind(kind: str | tuple[str, dict[str, Any]], value: Any) -> Any:
    """As this database takes it what SQLite has written: booleans as 0 and 1, intervals as microseconds."""
    if value is None or connection.vendor == "sqlite":
        return value
    if kind == "BooleanField":
        return bool(value)
    return timedelta(microseconds=value) if kind == "DurationField" else value


def column(table: str, name: str) -> list[Any]:
    content = ROWS[table]
    return [row[content["columns"].index(name)] for row in content["rows"]]


def test_rows_of_the_last_landing_are_all_there_and_say_the_same(at_landing_7: None) -> None:
    call_command("migrate", verbosity=0)
    for model in (AgentContact, Contact, Item, Note, Participant):
        table = model._meta.db_table
        assert sorted(model._default_manager.values_list("pk", flat=True), key=str) == sorted(
            column(table, model._meta.pk.column), key=str
        ), table
    contents = dict(zip(column("chats_item", "id"), column("chats_item", "content"), strict=True))
    assert dict(Item.objects.values_list("pk", "content")) == contents
    told = {part.why.translated() for part in AgentContact.objects.all()}
    assert told == {"", "declined", "the customer left", "the sender took it back"}
    unsent = [row.why.translated() for row in OutboundMessage.objects.all() if row.why]
    assert unsent == ["Not sent: Amazon Connect refused it (a fault was asked for)."]
    assert {contact.state for contact in Contact.objects.all()} == set(column("chats_contact", "state"))
