"""What was approved before is known since the day of its approval."""

from zoneinfo import ZoneInfo

from django.db import migrations

HERE = ZoneInfo("Asia/Shanghai")


def fill(apps, schema_editor):
    values = apps.get_model("programs", "ParameterValue")
    for value in values.objects.filter(approved_at__isnull=False):
        value.known_on = value.approved_at.astimezone(HERE).date()
        value.save(update_fields=["known_on"])


class Migration(migrations.Migration):
    dependencies = [("programs", "0004_dated_twice")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
