import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("organizations", "0001_initial"),
        ("registry", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="SensingRun",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("month", models.CharField(max_length=7)),
                ("run_id", models.CharField(max_length=80, unique=True)),
                ("manifest_hash", models.CharField(max_length=64)),
                ("list_hash", models.CharField(max_length=64)),
                (
                    "kind",
                    models.CharField(
                        choices=[("MONTHLY", "月度名单"), ("CORRECTION", "更正名单")], default="MONTHLY", max_length=10
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[("RECEIVING", "正在接收"), ("RECEIVED", "待抽样发布"), ("RELEASED", "已发布")],
                        default="RECEIVING",
                        max_length=10,
                    ),
                ),
                ("row_count", models.PositiveIntegerField()),
                ("says", models.JSONField(default=dict)),
                ("gaps", models.JSONField(default=list)),
                ("received_at", models.DateTimeField(null=True)),
                ("sample_seed", models.CharField(blank=True, max_length=64)),
                ("released_at", models.DateTimeField(null=True)),
                ("released_by", models.PositiveBigIntegerField(null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("kind", "MONTHLY")), fields=("month",), name="alerts_one_list_a_month"
                    ),
                    models.UniqueConstraint(fields=("month", "list_hash", "kind"), name="alerts_one_run_a_content"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("released_at__isnull", True), ("released_by__isnull", True)),
                            models.Q(
                                ("released_at__isnull", False), ("released_by__isnull", False), ("state", "RELEASED")
                            ),
                            _connector="OR",
                        ),
                        name="alerts_released_with_name",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="HardshipAlert",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("month", models.CharField(max_length=7)),
                ("area", models.CharField(max_length=12)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("NEW", "新增"),
                            ("RETURNED", "返困"),
                            ("CONTINUING", "持续"),
                            ("STALE", "数据未到"),
                            ("HELD", "暂缓"),
                            ("EXITED", "退出"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "grade",
                    models.CharField(
                        blank=True, choices=[("RED", "红色"), ("ORANGE", "橙色"), ("YELLOW", "黄色")], max_length=6
                    ),
                ),
                (
                    "previous_grade",
                    models.CharField(
                        blank=True, choices=[("RED", "红色"), ("ORANGE", "橙色"), ("YELLOW", "黄色")], max_length=6
                    ),
                ),
                (
                    "change",
                    models.CharField(
                        blank=True, choices=[("ESCALATED", "升级"), ("EASED", "缓和"), ("SAME", "不变")], max_length=9
                    ),
                ),
                ("causes", models.CharField(blank=True, max_length=60)),
                ("triggers", models.CharField(blank=True, max_length=160)),
                ("suppress_code", models.CharField(blank=True, max_length=20)),
                ("labels", models.CharField(blank=True, max_length=300)),
                ("reasons", models.CharField(blank=True, max_length=300)),
                ("I2", models.DecimalField(decimal_places=2, max_digits=16, null=True, verbose_name="I2")),
                ("I3", models.DecimalField(decimal_places=2, max_digits=16, null=True, verbose_name="I3")),
                ("I4", models.DecimalField(decimal_places=2, max_digits=16, null=True, verbose_name="I4")),
                ("I5", models.DecimalField(decimal_places=4, max_digits=16, null=True, verbose_name="I5")),
                ("M4", models.DecimalField(decimal_places=2, max_digits=16, null=True, verbose_name="M4")),
                ("M5", models.DecimalField(decimal_places=2, max_digits=16, null=True, verbose_name="M5")),
                ("size", models.PositiveSmallIntegerField(null=True)),
                ("students", models.PositiveSmallIntegerField(null=True)),
                ("dis_grade", models.PositiveSmallIntegerField(null=True)),
                ("months_uninsured", models.PositiveSmallIntegerField(null=True)),
                ("confidence", models.DecimalField(decimal_places=4, max_digits=5, null=True)),
                ("first_month", models.CharField(blank=True, max_length=7)),
                (
                    "household",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="registry.household"
                    ),
                ),
                (
                    "org",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="organizations.orgunit"
                    ),
                ),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="alerts", to="alerts.sensingrun"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["run", "state", "org"], name="alerts_run_state"),
                    models.Index(
                        fields=["run", "org", "state", "household", "change", "grade", "area", "causes"],
                        name="alerts_run_org",
                    ),
                    models.Index(fields=["household", "month"], name="alerts_household_month"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("run", "household"), name="alerts_one_row_a_household"),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["NEW", "RETURNED", "CONTINUING", "STALE", "HELD", "EXITED"])),
                        name="alerts_known_state",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SampledAlert",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("is_right", models.BooleanField(null=True)),
                ("note", models.CharField(blank=True, max_length=200)),
                ("looked_at_by", models.PositiveBigIntegerField(null=True)),
                ("looked_at_at", models.DateTimeField(null=True)),
                (
                    "alert",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="sampled", to="alerts.hardshipalert"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="CorrectedAlert",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=8)),
                ("before", models.JSONField(default=dict)),
                ("after", models.JSONField(default=dict)),
                (
                    "household",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="registry.household"
                    ),
                ),
                (
                    "org",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="organizations.orgunit"
                    ),
                ),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="differences", to="alerts.sensingrun"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("run", "household"), name="alerts_one_difference_a_household")
                ],
            },
        ),
    ]
