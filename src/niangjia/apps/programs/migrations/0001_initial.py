import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "__first__"),
        ("funds", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Catalogue",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("revision", models.CharField(max_length=32)),
            ],
        ),
        migrations.CreateModel(
            name="PackVersion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("pack_id", models.CharField(max_length=80)),
                ("content_hash", models.CharField(max_length=64)),
                ("vocabulary_hash", models.CharField(max_length=64)),
                ("area", models.CharField(max_length=12)),
                ("unit", models.CharField(max_length=12)),
                ("title_zh", models.CharField(max_length=200)),
                ("title_en", models.CharField(max_length=200)),
                ("files", models.JSONField()),
                ("active_from", models.DateField(null=True)),
                ("active_until", models.DateField(null=True)),
                ("installed_at", models.DateTimeField()),
                (
                    "installed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("active_until__isnull", True)),
                        fields=("pack_id", "area"),
                        name="packversion_one_in_force",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("active_from__isnull", True)),
                        fields=("pack_id", "area"),
                        name="packversion_one_first",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PackDraft",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("pack_id", models.CharField(blank=True, max_length=80)),
                ("area", models.CharField(max_length=12)),
                ("program", models.TextField(blank=True)),
                ("cases", models.TextField(blank=True)),
                ("source", models.CharField(blank=True, max_length=300)),
                ("hands", models.JSONField(default=list)),
                ("changed_at", models.DateTimeField()),
                ("published_at", models.DateTimeField(null=True)),
                ("dropped_at", models.DateTimeField(null=True)),
                (
                    "changed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "published_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="programs.packversion",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("published_at__isnull", True),
                                ("published_by__isnull", True),
                                ("version__isnull", True),
                            ),
                            models.Q(
                                ("dropped_at__isnull", True),
                                ("published_at__isnull", False),
                                ("published_by__isnull", False),
                                ("version__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="draft_published_whole",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("published_by__isnull", True),
                            models.Q(("published_by", models.F("changed_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="draft_four_eyes",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Decision",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("subject_kind", models.CharField(max_length=20)),
                ("subject_id", models.PositiveBigIntegerField()),
                ("asof", models.DateField()),
                ("month", models.CharField(max_length=7)),
                ("area", models.CharField(max_length=12)),
                ("known_on", models.DateField(null=True)),
                ("used_on", models.DateField(null=True)),
                ("within", models.JSONField(default=dict)),
                ("event", models.CharField(blank=True, max_length=120)),
                ("matter", models.CharField(blank=True, max_length=120)),
                ("facts", models.JSONField()),
                ("offered", models.JSONField(default=dict)),
                ("parameters", models.JSONField()),
                ("used", models.JSONField(null=True)),
                (
                    "outcome",
                    models.CharField(
                        choices=[("GRANTED", "给予"), ("REFUSED", "不予"), ("CANNOT_TELL", "尚不能判定")], max_length=12
                    ),
                ),
                ("tier", models.CharField(blank=True, max_length=20)),
                ("amount", models.DecimalField(decimal_places=2, max_digits=16, null=True)),
                ("lines", models.JSONField(default=list)),
                ("given", models.JSONField(default=list)),
                ("needs_approval", models.JSONField(default=list)),
                ("clauses", models.JSONField(default=list)),
                ("trace", models.JSONField(default=list)),
                ("unknown", models.JSONField(default=list)),
                ("digest", models.CharField(max_length=64, unique=True)),
                ("made_at", models.DateTimeField()),
                (
                    "made_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "reconsiders",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reconsidered_by",
                        to="programs.decision",
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="decisions", to="programs.packversion"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["subject_kind", "subject_id"], name="decision_subject"),
                    models.Index(fields=["asof", "area"], name="decision_day_area"),
                    models.Index(fields=["matter"], name="decision_matter"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("amount__isnull", True),
                            models.Q(("amount__gte", 0), ("outcome", "GRANTED")),
                            _connector="OR",
                        ),
                        name="decision_amount_when_granted",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ParameterValue",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("pack_id", models.CharField(max_length=80)),
                ("name", models.CharField(max_length=80)),
                ("area", models.CharField(max_length=12)),
                ("starts_on", models.DateField()),
                ("value", models.CharField(max_length=60)),
                ("source", models.CharField(max_length=300)),
                ("is_invented", models.BooleanField(default=False)),
                ("entered_at", models.DateTimeField()),
                ("approved_at", models.DateTimeField(null=True)),
                ("known_on", models.DateField(null=True)),
                ("withdrawn_at", models.DateTimeField(null=True)),
                (
                    "approved_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "entered_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("approved_by__isnull", True), ("withdrawn_at__isnull", True)),
                        fields=("pack_id", "name", "area", "starts_on"),
                        name="parameter_one_waiting",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("approved_by__isnull", False)),
                        fields=("pack_id", "name", "area", "starts_on", "known_on"),
                        name="parameter_one_value",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("approved_by__isnull", True),
                            models.Q(("approved_by", models.F("entered_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="parameter_four_eyes",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("approved_at__isnull", True), ("approved_by__isnull", True), ("known_on__isnull", True)
                            ),
                            models.Q(
                                ("approved_at__isnull", False),
                                ("approved_by__isnull", False),
                                ("known_on__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="parameter_approved_together",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("source", ""), _negated=True), name="parameter_has_source"
                    ),
                ],
            },
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
                ("finished_at", models.DateTimeField(null=True)),
                (
                    "decision",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="programs.decision"
                    ),
                ),
                (
                    "opened_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("reason", ""), _negated=True), models.Q(("source", ""), _negated=True)
                        ),
                        name="reconsideration_has_reason",
                    )
                ],
            },
        ),
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
                (
                    "corrected_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "reservation",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="funds.reservation"
                    ),
                ),
                (
                    "settled_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "new",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="programs.decision"
                    ),
                ),
                (
                    "old",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="programs.decision"
                    ),
                ),
                (
                    "root",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="adjustments", to="programs.decision"
                    ),
                ),
                (
                    "reconsideration",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="adjustments",
                        to="programs.reconsideration",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ["OPEN", "RECOVERING"])),
                        fields=("root",),
                        name="adjustment_one_unsettled",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "ARREARS"), _negated=True), ("difference__gt", 0), _connector="OR"
                        ),
                        name="adjustment_arrears_above_zero",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "CLAW_BACK"), _negated=True), ("difference__lt", 0), _connector="OR"
                        ),
                        name="adjustment_claw_back_below_zero",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("settled_by__isnull", True),
                            ("corrected_by__isnull", True),
                            models.Q(("settled_by", models.F("corrected_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="adjustment_four_eyes",
                    ),
                    models.CheckConstraint(
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
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "PAID"), _negated=True), ("reservation__isnull", False), _connector="OR"
                        ),
                        name="adjustment_paid_by_reservation",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Standard",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("area", models.CharField(max_length=12)),
                ("starts_on", models.DateField()),
                ("monthly", models.DecimalField(decimal_places=2, max_digits=16)),
                ("source", models.CharField(max_length=300)),
                ("received_at", models.DateTimeField()),
            ],
            options={
                "indexes": [models.Index(fields=["area", "starts_on"], name="standard_area_day")],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("monthly__gt", 0)), name="standard_above_zero")
                ],
            },
        ),
    ]
