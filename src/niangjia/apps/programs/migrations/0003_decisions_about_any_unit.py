"""Decisions about whatever a vocabulary names: a person, an enterprise, a union's year, a loan."""

from importlib import import_module

from django.db import migrations, models

never_change = import_module("niangjia.apps.programs.migrations.0002_texts_and_decisions_never_change")


class Migration(migrations.Migration):
    dependencies = [("programs", "0002_texts_and_decisions_never_change")]
    operations = [
        # SQLite makes the table anew for a wider column, and its triggers go with the old one.
        migrations.RunPython(never_change.remove, never_change.install),
        migrations.AlterField("decision", "subject_kind", models.CharField(max_length=20)),
        migrations.RunPython(never_change.install, never_change.remove),
    ]
