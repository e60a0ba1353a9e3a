from django.contrib.auth.management import create_permissions
from django.contrib.contenttypes.management import create_contenttypes
from django.db import migrations

from agents.supervision import roles


def make_roles(apps, schema_editor):
    """Groups that lack are made; one that exists keeps what it has."""
    for label in roles.ADMINISTERED:  # Django makes permissions after the last migration, which is too late
        app = apps.get_app_config(label)
        app.models_module = True
        create_contenttypes(app, apps=apps, verbosity=0, interactive=False)
        create_permissions(app, apps=apps, verbosity=0, interactive=False)
        app.models_module = None
    for name in (*roles.ROLES, roles.ADMINS):
        roles.make(name, apps)


class Migration(migrations.Migration):
    dependencies = [
        ("agents", "0009_teams_and_watches"),
        ("chats", "0013_audit"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [migrations.RunPython(make_roles, migrations.RunPython.noop)]
