from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("agents", "0006_why")]

    operations = [
        migrations.RenameField("agentcontact", "story", "offer_events"),
        migrations.RenameField("agentcontact", "place", "scroll_position"),
    ]
