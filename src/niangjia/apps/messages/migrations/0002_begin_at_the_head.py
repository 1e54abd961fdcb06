"""A deployment that has worked for years is not told its past: messages begin with what happens after they were put in."""

from django.db import migrations


def begin(apps, schema_editor):
    head = apps.get_model("audit", "AuditHead").objects.filter(id=1).first()
    apps.get_model("house_messages", "Heard").objects.get_or_create(id=1, defaults={"seq": head.seq if head else 0})


class Migration(migrations.Migration):
    dependencies = [("house_messages", "0001_initial"), ("audit", "0002_refuse_edits_and_deletes")]
    operations = [migrations.RunPython(begin, migrations.RunPython.noop)]
