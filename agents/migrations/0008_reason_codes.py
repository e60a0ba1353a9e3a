from django.db import migrations

from chats.migrations._reason_codes import recode_rows

FIELDS = [("AgentContact", "why"), ("AgentStateChange", "why")]


def reasons_become_codes(apps, schema_editor):
    for model, field in FIELDS:
        recode_rows(apps.get_model("agents", model), field, schema_editor.connection.alias)


class Migration(migrations.Migration):
    atomic = False  # each batch is a transaction of its own

    dependencies = [
        ("agents", "0007_offer_events"),
    ]

    operations = [
        migrations.RunPython(reasons_become_codes, migrations.RunPython.noop),
    ]
