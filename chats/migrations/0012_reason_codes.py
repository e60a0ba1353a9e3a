from django.db import migrations

from chats.migrations._reason_codes import recode_rows

FIELDS = [("Contact", "attention"), ("OutboundMessage", "why"), ("Transfer", "why")]


def reasons_become_codes(apps, schema_editor):
    for model, field in FIELDS:
        recode_rows(apps.get_model("chats", model), field, schema_editor.connection.alias)


class Migration(migrations.Migration):
    atomic = False  # each batch is a transaction of its own

    dependencies = [
        ("chats", "0011_outbound_message_and_capability"),
    ]

    operations = [
        migrations.RunPython(reasons_become_codes, migrations.RunPython.noop),
    ]
