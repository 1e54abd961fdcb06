from django.db import migrations, models


def name_them(apps, schema_editor):
    """How many came along becomes who: what they were was not asked before."""
    apps.get_model("cases", "Visit").objects.filter(companion_count__gt=0).update(outsider_post="同行人")


class Migration(migrations.Migration):
    dependencies = [("cases", "0001_initial")]

    operations = [
        migrations.AddField(
            "visit", "outsider_post", models.CharField(blank=True, default="", max_length=40), preserve_default=False
        ),
        migrations.RunPython(name_them, migrations.RunPython.noop),
        migrations.RemoveField("visit", "companion_count"),
    ]
