"""One counter a cap group and subject, whichever window; each use with its day, event, payer and the limits it was held to."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("organizations", "0001_initial"),
        ("funds", "0002_transfers_are_append_only"),
    ]
    operations = [
        migrations.AddField("capcounter", "turn", models.PositiveBigIntegerField(default=0)),
        migrations.AddField("capuse", "day", models.DateField(null=True)),
        migrations.AddField(
            "capuse", "event", models.CharField(blank=True, max_length=120, default=""), preserve_default=False
        ),
        migrations.AddField("capuse", "times", models.SmallIntegerField(default=1)),
        migrations.AddField("capuse", "held_to", models.JSONField(default=list)),
        migrations.AddField(
            "capuse", "program", models.CharField(blank=True, max_length=80, default=""), preserve_default=False
        ),
        migrations.AddField(
            "capuse",
            "payer",
            models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="organizations.orgunit"
            ),
        ),
        migrations.AddField(
            "capuse",
            "corrects",
            models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="corrections", to="funds.capuse"
            ),
        ),
        migrations.RemoveConstraint("capcounter", "cap_counter_once"),
    ]
