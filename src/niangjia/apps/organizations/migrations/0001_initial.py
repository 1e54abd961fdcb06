import django.db.models.deletion
import niangjia.apps.organizations.types
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="WorkDay",
            fields=[
                ("day", models.DateField(primary_key=True, serialize=False, verbose_name="日期")),
                ("is_working", models.BooleanField(verbose_name="上班")),
                ("note", models.CharField(blank=True, max_length=200, verbose_name="依据")),
            ],
        ),
        migrations.CreateModel(
            name="OrgUnit",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=64, unique=True, verbose_name="编号")),
                ("name", models.CharField(max_length=200, verbose_name="名称")),
                (
                    "level",
                    models.CharField(
                        choices=[
                            ("PROVINCE", "PROVINCE"),
                            ("CITY", "CITY"),
                            ("COUNTY", "COUNTY"),
                            ("TOWN", "TOWN"),
                            ("GRASSROOTS", "GRASSROOTS"),
                            ("FEDERATION", "FEDERATION"),
                        ],
                        max_length=12,
                        verbose_name="层级",
                    ),
                ),
                ("path", models.CharField(editable=False, max_length=250, null=True, unique=True, verbose_name="路径")),
                ("area", models.CharField(blank=True, db_index=True, max_length=12, verbose_name="区划")),
                ("uscc", models.CharField(blank=True, db_index=True, max_length=18, verbose_name="统一社会信用代码")),
                (
                    "state",
                    models.CharField(
                        choices=[("ACTIVE", "ACTIVE"), ("MERGED", "MERGED"), ("CLOSED", "CLOSED")],
                        default=niangjia.apps.organizations.types.UnionState["ACTIVE"],
                        max_length=8,
                        verbose_name="状态",
                    ),
                ),
                ("leader", models.CharField(blank=True, max_length=64, verbose_name="负责人")),
                ("sector", models.CharField(blank=True, max_length=40, verbose_name="行业")),
                ("feed_says", models.JSONField(default=dict)),
                (
                    "parent",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="children",
                        to="organizations.orgunit",
                        verbose_name="上级",
                    ),
                ),
                (
                    "successor",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organizations.orgunit",
                        verbose_name="承接工会",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("successor__isnull", True),
                            models.Q(
                                models.Q(
                                    ("state", niangjia.apps.organizations.types.UnionState["ACTIVE"]), _negated=True
                                ),
                                models.Q(("successor", models.F("id")), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="orgunit_with_successor_has_ended",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("level__in", ["PROVINCE", "CITY", "COUNTY", "TOWN", "GRASSROOTS", "FEDERATION"])
                        ),
                        name="orgunit_level_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["ACTIVE", "MERGED", "CLOSED"])), name="orgunit_state_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("parent", models.F("id")), _negated=True),
                        name="orgunit_is_not_its_own_parent",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="UnionChange",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("OPEN", "OPEN"),
                            ("MOVE", "MOVE"),
                            ("MERGE", "MERGE"),
                            ("CLOSE", "CLOSE"),
                            ("EDIT", "EDIT"),
                        ],
                        max_length=8,
                    ),
                ),
                ("from_day", models.DateField()),
                ("reason", models.CharField(max_length=300)),
                ("before", models.JSONField(default=dict)),
                ("after", models.JSONField(default=dict)),
                ("handed", models.JSONField(default=dict)),
                ("decided_by", models.BigIntegerField(null=True)),
                ("decided_at", models.DateTimeField()),
                ("done_at", models.DateTimeField(null=True)),
                ("dropped_at", models.DateTimeField(null=True)),
                (
                    "to",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organizations.orgunit",
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="changes", to="organizations.orgunit"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["unit", "from_day"], name="unionchange_unit_day")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("done_at__isnull", True), ("dropped_at__isnull", True), _connector="OR"),
                        name="unionchange_done_or_dropped",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("done_at__isnull", True), ("dropped_at__isnull", True)),
                        fields=("unit",),
                        name="unionchange_one_plan",
                    ),
                ],
            },
        ),
    ]
