"""Migrations keep what is there: rows, and who may see them."""

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, Permission
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from chats.models import Capability, Contact, OutboundMessage

pytestmark = pytest.mark.django_db(transaction=True)
BEFORE = "0010_times"


def models_before():
    return MigrationExecutor(connection).loader.project_state([("chats", BEFORE)]).apps


@pytest.fixture
def before():
    """The database as the release before had it; afterwards it is the newest again."""
    call_command("migrate", "chats", BEFORE, verbosity=0)
    yield models_before()
    call_command("migrate", verbosity=0)


def test_outgoing_rows_and_findings_are_outbound_messages_and_capabilities(before):
    now = timezone.now()
    conversation = before.get_model("chats", "Conversation").objects.create(initial_contact_id="c", seq=7)
    queue = before.get_model("chats", "Queue").objects.create(name="Support", public_name="Support")
    contact = before.get_model("chats", "Contact").objects.create(id="c", conversation=conversation, queue=queue)
    old = before.get_model("chats", "Outgoing").objects.create(
        conversation=conversation,
        contact=contact,
        round=1,
        client_token="t",
        content="Hello",
        due_at=now,
        created_at=now,
        position=7,
        seq=7,
    )
    before.get_model("chats", "Finding").objects.create(name="custom participant sends no files", found_at=now)

    call_command("migrate", verbosity=0)

    row = OutboundMessage.objects.get()
    assert (row.pk, row.content, row.client_token, row.seq) == (old.pk, "Hello", "t", 7)
    assert list(Contact.objects.get().outbound_messages.all()) == [row]
    assert Capability.holds("custom participant sends no files", now)
    with connection.cursor() as cursor:
        tables = set(connection.introspection.table_names(cursor))
    assert {"chats_outboundmessage", "chats_capability"} <= tables
    assert not {"chats_outgoing", "chats_finding"} & tables


def test_a_group_that_could_see_outgoing_rows_sees_outbound_messages(before):
    old_permission = before.get_model("auth", "Permission")
    permission = old_permission.objects.get(codename="view_outgoing", content_type__app_label="chats")
    made = before.get_model("auth", "Group").objects.create(name="Who may see")
    made.permissions.add(permission)
    group = Group.objects.get(pk=made.pk)

    call_command("migrate", verbosity=0)

    held = group.permissions.get()
    assert (held.pk, held.codename) == (permission.pk, "view_outboundmessage")
    assert held.content_type.model_class() is apps.get_model("chats", "OutboundMessage")
    old = Permission.objects.filter(codename__in=["view_outgoing", "view_finding"], content_type__app_label="chats")
    assert not old.exists()
