from django.contrib.auth import SESSION_KEY
from django.contrib.auth.management import create_permissions
from django.contrib.contenttypes.management import create_contenttypes
from django.contrib.sessions.backends.db import SessionStore
from django.db import migrations
from django.utils import timezone


def note_those_of_now(apps, schema_editor):
    """Whoever is signed in already: a session says whose it is only inside."""
    users = set(apps.get_model("auth", "User").objects.values_list("pk", flat=True))
    live = apps.get_model("sessions", "Session").objects.filter(expire_date__gt=timezone.now())
    rows = []
    for session in live.iterator():
        user_id = SessionStore().decode(session.session_data).get(SESSION_KEY)
        if user_id is not None and int(user_id) in users:
            rows.append(apps.get_model("chats", "SignIn")(session_id=session.pk, user_id=int(user_id)))
    apps.get_model("chats", "SignIn").objects.bulk_create(rows, batch_size=500)


def let_admins_end_them(apps, schema_editor):
    """The group that comes with the portal, where it is there already: else it gets all there is when it is made."""
    admins = apps.get_model("auth", "Group").objects.filter(name="Admins").first()
    if admins is None:
        return
    app = apps.get_app_config("chats")  # Django makes permissions after the last migration, which is too late
    app.models_module = True
    create_contenttypes(app, apps=apps, verbosity=0, interactive=False)
    create_permissions(app, apps=apps, verbosity=0, interactive=False)
    app.models_module = None
    of_it = apps.get_model("auth", "Permission").objects.filter(codename__in=["view_signin", "delete_signin"])
    admins.permissions.add(*of_it)


class Migration(migrations.Migration):
    dependencies = [
        ("chats", "0019_sign_in"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [
        migrations.RunPython(note_those_of_now, migrations.RunPython.noop),
        migrations.RunPython(let_admins_end_them, migrations.RunPython.noop),
    ]
