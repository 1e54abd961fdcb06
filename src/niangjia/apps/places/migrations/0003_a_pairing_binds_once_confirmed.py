"""Agreements are proposed and confirmed by two unions; those entered before count as confirmed."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("organizations", "0001_initial"),
        ("places", "0002_what_happened_never_changes"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="pairing",
            name="pairing_once",
        ),
        migrations.RemoveConstraint(
            model_name="pairing",
            name="pairing_in_order",
        ),
        migrations.AddField(
            model_name="pairing",
            name="answered_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="organizations.orgunit"
            ),
        ),
        migrations.AddField(
            model_name="pairing",
            name="confirmed_by",
            field=models.CharField(blank=True, max_length=60),
        ),
        migrations.AddField(
            model_name="pairing",
            name="outside",
            field=models.CharField(blank=True, max_length=80),
        ),
        migrations.AddField(
            model_name="pairing",
            name="proposed_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="organizations.orgunit"
            ),
        ),
        migrations.AddField(
            model_name="pairing",
            name="reason",
            field=models.CharField(blank=True, max_length=300),
        ),
        migrations.AddField(
            model_name="pairing",
            name="state",
            field=models.CharField(
                choices=[("PROPOSED", "待对方确认"), ("CONFIRMED", "已确认"), ("DECLINED", "未达成")],
                default="CONFIRMED",
                max_length=10,
            ),
            preserve_default=False,
        ),
        migrations.AlterField(
            model_name="pairing",
            name="second",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="organizations.orgunit"
            ),
        ),
        migrations.AlterField(
            model_name="sent",
            name="sender",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="organizations.orgunit"
            ),
        ),
        migrations.AddConstraint(
            model_name="pairing",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "DECLINED"), _negated=True),
                fields=("kind", "first", "second", "since"),
                name="pairing_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="pairing",
            constraint=models.UniqueConstraint(
                condition=models.Q(("second__isnull", True)),
                fields=("kind", "first", "outside", "since"),
                name="pairing_outside_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="pairing",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("first__lt", models.F("second")), ("outside", ""), ("second__isnull", False)),
                    models.Q(
                        ("second__isnull", True),
                        ("state", "CONFIRMED"),
                        models.Q(("outside", ""), ("confirmed_by", ""), ("paper", ""), _connector="OR", _negated=True),
                    ),
                    _connector="OR",
                ),
                name="pairing_of_two",
            ),
        ),
        migrations.AddConstraint(
            model_name="pairing",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "CONFIRMED"), _negated=True),
                    ("second__isnull", True),
                    ("proposed_by__isnull", True),
                    models.Q(
                        ("answered_by__isnull", False),
                        models.Q(("answered_by", models.F("proposed_by")), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="pairing_by_two_hands",
            ),
        ),
        migrations.AddConstraint(
            model_name="pairing",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["PROPOSED", "CONFIRMED", "DECLINED"])), name="pairing_known_state"
            ),
        ),
        migrations.AddConstraint(
            model_name="pairing",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "DECLINED"), _negated=True),
                    models.Q(("answered_by__isnull", False), models.Q(("reason", ""), _negated=True)),
                    _connector="OR",
                ),
                name="pairing_declined_why",
            ),
        ),
        migrations.AddConstraint(
            model_name="sent",
            constraint=models.UniqueConstraint(
                condition=models.Q(("sender__isnull", True)),
                fields=("pairing", "counted_by", "year"),
                name="sent_from_outside_once_a_year",
            ),
        ),
    ]
