"""When it was in force, and when it became known: of values and decisions; what a decision was about and for; what it gives of each line."""

from importlib import import_module

import django.db.models.deletion
from django.db import migrations, models

never_change = import_module("niangjia.apps.programs.migrations.0002_texts_and_decisions_never_change")


class Migration(migrations.Migration):
    dependencies = [("programs", "0003_decisions_about_any_unit")]
    operations = [
        # SQLite makes tables anew, and their triggers go with the old ones.
        migrations.RunPython(never_change.remove, never_change.install),
        migrations.RemoveConstraint(
            model_name="packversion",
            name="packversion_once",
        ),
        migrations.RemoveConstraint(
            model_name="parametervalue",
            name="parameter_one_value",
        ),
        migrations.RemoveConstraint(
            model_name="parametervalue",
            name="parameter_approved_together",
        ),
        migrations.RemoveConstraint(
            model_name="standard",
            name="standard_once",
        ),
        migrations.AddField(
            model_name="decision",
            name="event",
            field=models.CharField(blank=True, max_length=120),
        ),
        migrations.AddField(
            model_name="decision",
            name="given",
            field=models.JSONField(default=list),
        ),
        migrations.AddField(
            model_name="decision",
            name="known_on",
            field=models.DateField(null=True),
        ),
        migrations.AddField(
            model_name="decision",
            name="matter",
            field=models.CharField(blank=True, max_length=120),
        ),
        migrations.AddField(
            model_name="decision",
            name="offered",
            field=models.JSONField(default=dict),
        ),
        migrations.AddField(
            model_name="decision",
            name="reconsiders",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="reconsidered_by",
                to="programs.decision",
            ),
        ),
        migrations.AddField(
            model_name="decision",
            name="used_on",
            field=models.DateField(null=True),
        ),
        migrations.AddField(
            model_name="decision",
            name="within",
            field=models.JSONField(default=dict),
        ),
        migrations.AddField(
            model_name="parametervalue",
            name="known_on",
            field=models.DateField(null=True),
        ),
        migrations.RunPython(never_change.install, never_change.remove),
    ]
