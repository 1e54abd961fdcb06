"""Deciding anew: why, and what differed. The database itself refuses to change what an adjustment says."""

from importlib import import_module

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

never_change = import_module("niangjia.apps.programs.migrations.0002_texts_and_decisions_never_change")

_SAYS = "reconsideration_id, root_id, old_id, new_id, kind, difference, barred, corrected_by_id, opened_at"
SQLITE = [
    f"CREATE TRIGGER adjustment_no_update BEFORE UPDATE OF {_SAYS} ON programs_adjustment "
    "BEGIN SELECT RAISE(ABORT, 'what an adjustment says is never edited'); END"
]
POSTGRESQL = [
    f"CREATE TRIGGER adjustment_no_update BEFORE UPDATE OF {_SAYS} ON programs_adjustment "
    "FOR EACH STATEMENT EXECUTE FUNCTION programs_refuse()"
]
BACK = "DROP TRIGGER IF EXISTS adjustment_no_update"


def install(apps, editor):
    for statement in SQLITE if editor.connection.vendor == "sqlite" else POSTGRESQL:
        editor.execute(statement)


def remove(apps, editor):
    editor.execute(BACK if editor.connection.vendor == "sqlite" else f"{BACK} ON programs_adjustment")


class Migration(migrations.Migration):
    dependencies = [
        ("funds", "0005_rolling_windows_and_recoveries"),
        ("programs", "0005_values_were_known_when_approved"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.RunPython(never_change.remove, never_change.install),
        migrations.CreateModel(
            name="Adjustment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[("ARREARS", "补发"), ("CLAW_BACK", "多发"), ("OUTCOME", "结论改变")], max_length=10
                    ),
                ),
                ("difference", models.DecimalField(decimal_places=2, max_digits=16)),
                ("barred", models.JSONField(default=list)),
                ("opened_at", models.DateTimeField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("OPEN", "待处理"),
                            ("PAID", "已补发"),
                            ("RECOVERING", "追回中"),
                            ("RECOVERED", "已追回"),
                            ("WAIVED", "不予调整"),
                            ("REPLACED", "已被新的复议取代"),
                        ],
                        default="OPEN",
                        max_length=10,
                    ),
                ),
                ("settled_at", models.DateTimeField(null=True)),
                ("settled_reason", models.CharField(blank=True, max_length=300)),
            ],
        ),
        migrations.CreateModel(
            name="Catalogue",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("revision", models.CharField(max_length=32)),
            ],
        ),
        migrations.CreateModel(
            name="Reconsideration",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=120, unique=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("PACK", "规则文本追溯变更"),
                            ("PARAMETER", "参数追溯生效"),
                            ("STANDARD", "低保标准补录"),
                            ("FACTS", "事实更正"),
                            ("REVIEW", "人工复查"),
                        ],
                        max_length=10,
                    ),
                ),
                ("program", models.CharField(max_length=80)),
                ("area", models.CharField(blank=True, max_length=12)),
                ("since", models.DateField(null=True)),
                ("until", models.DateField(null=True)),
                ("facts", models.JSONField(default=dict)),
                ("reason", models.CharField(max_length=300)),
                ("source", models.CharField(max_length=300)),
                ("opened_at", models.DateTimeField()),
            ],
        ),
        migrations.AddIndex(
            model_name="decision",
            index=models.Index(fields=["asof", "area"], name="decision_day_area"),
        ),
        migrations.AddIndex(
            model_name="decision",
            index=models.Index(fields=["matter"], name="decision_matter"),
        ),
        migrations.AddIndex(
            model_name="standard",
            index=models.Index(fields=["area", "starts_on"], name="standard_area_day"),
        ),
        migrations.AddConstraint(
            model_name="parametervalue",
            constraint=models.UniqueConstraint(
                condition=models.Q(("approved_by__isnull", True), ("withdrawn_at__isnull", True)),
                fields=("pack_id", "name", "area", "starts_on"),
                name="parameter_one_waiting",
            ),
        ),
        migrations.AddConstraint(
            model_name="parametervalue",
            constraint=models.UniqueConstraint(
                condition=models.Q(("approved_by__isnull", False)),
                fields=("pack_id", "name", "area", "starts_on", "known_on"),
                name="parameter_one_value",
            ),
        ),
        migrations.AddConstraint(
            model_name="parametervalue",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("approved_at__isnull", True), ("approved_by__isnull", True), ("known_on__isnull", True)),
                    models.Q(
                        ("approved_at__isnull", False), ("approved_by__isnull", False), ("known_on__isnull", False)
                    ),
                    _connector="OR",
                ),
                name="parameter_approved_together",
            ),
        ),
        migrations.AddField(
            model_name="adjustment",
            name="corrected_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="adjustment",
            name="new",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="programs.decision"
            ),
        ),
        migrations.AddField(
            model_name="adjustment",
            name="old",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="programs.decision"
            ),
        ),
        migrations.AddField(
            model_name="adjustment",
            name="reservation",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="funds.reservation"
            ),
        ),
        migrations.AddField(
            model_name="adjustment",
            name="root",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="adjustments", to="programs.decision"
            ),
        ),
        migrations.AddField(
            model_name="adjustment",
            name="settled_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="reconsideration",
            name="decision",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="programs.decision"
            ),
        ),
        migrations.AddField(
            model_name="reconsideration",
            name="opened_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="adjustment",
            name="reconsideration",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="adjustments", to="programs.reconsideration"
            ),
        ),
        migrations.AddConstraint(
            model_name="reconsideration",
            constraint=models.CheckConstraint(
                condition=models.Q(models.Q(("reason", ""), _negated=True), models.Q(("source", ""), _negated=True)),
                name="reconsideration_has_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="adjustment",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ["OPEN", "RECOVERING"])),
                fields=("root",),
                name="adjustment_one_unsettled",
            ),
        ),
        migrations.AddConstraint(
            model_name="adjustment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "ARREARS"), _negated=True), ("difference__gt", 0), _connector="OR"
                ),
                name="adjustment_arrears_above_zero",
            ),
        ),
        migrations.AddConstraint(
            model_name="adjustment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "CLAW_BACK"), _negated=True), ("difference__lt", 0), _connector="OR"
                ),
                name="adjustment_claw_back_below_zero",
            ),
        ),
        migrations.AddConstraint(
            model_name="adjustment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("settled_by__isnull", True),
                    ("corrected_by__isnull", True),
                    models.Q(("settled_by", models.F("corrected_by")), _negated=True),
                    _connector="OR",
                ),
                name="adjustment_four_eyes",
            ),
        ),
        migrations.AddConstraint(
            model_name="adjustment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("settled_at__isnull", True), ("settled_by__isnull", True), ("state", "OPEN")),
                    ("state", "REPLACED"),
                    models.Q(
                        ("settled_at__isnull", False),
                        ("settled_by__isnull", False),
                        models.Q(("state", "OPEN"), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="adjustment_settled_by_someone",
            ),
        ),
        migrations.AddConstraint(
            model_name="adjustment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "PAID"), _negated=True), ("reservation__isnull", False), _connector="OR"
                ),
                name="adjustment_paid_by_reservation",
            ),
        ),
        migrations.RunPython(never_change.install, never_change.remove),
        migrations.RunPython(install, remove),
    ]
