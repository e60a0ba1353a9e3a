"""Outgoing is called OutboundMessage, and Finding Capability; who was permitted to see the old one may see the new one."""

import django.db.models.deletion
from django.db import migrations, models

RENAMED = {'outgoing': ('outboundmessage', 'outbound message'), 'finding': ('capability', 'capability')}


def rename_permissions(apps, _schema_editor):
    """RenameModel renames the content type; codenames of permissions it leaves, and groups hold permissions."""
    rows = apps.get_model('auth', 'Permission').objects.filter(content_type__app_label='chats')
    for old, (new, verbose_name) in RENAMED.items():
        for action in ('add', 'change', 'delete', 'view'):
            permission = rows.filter(codename=f'{action}_{old}', content_type__model__in=[old, new])
            permission.update(codename=f'{action}_{new}', name=f'Can {action} {verbose_name}')


def restore_permissions(apps, _schema_editor):
    rows = apps.get_model('auth', 'Permission').objects.filter(content_type__app_label='chats')
    for old, (new, _verbose_name) in RENAMED.items():
        for action in ('add', 'change', 'delete', 'view'):
            permission = rows.filter(codename=f'{action}_{new}', content_type__model__in=[old, new])
            permission.update(codename=f'{action}_{old}', name=f'Can {action} {old}')


class Migration(migrations.Migration):

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
        ('contenttypes', '0002_remove_content_type_name'),
        ('chats', '0010_times'),
    ]

    operations = [
        migrations.RenameModel('Outgoing', 'OutboundMessage'),
        migrations.RenameModel('Finding', 'Capability'),
        migrations.AlterField(
            model_name='outboundmessage',
            name='contact',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='outbound_messages', to='chats.contact'),
        ),
        migrations.AlterField(
            model_name='outboundmessage',
            name='conversation',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='outbound_messages', to='chats.conversation'),
        ),
        migrations.RunPython(rename_permissions, restore_permissions),
    ]
