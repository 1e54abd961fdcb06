"""The database itself refuses to change or delete a transfer."""

from django.db import migrations

from niangjia.apps.funds import triggers


def add(apps, schema_editor):
    triggers.install(schema_editor.connection)


def remove(apps, schema_editor):
    triggers.remove(schema_editor.connection)


class Migration(migrations.Migration):
    dependencies = [("funds", "0001_initial")]
    operations = [migrations.RunPython(add, remove)]
