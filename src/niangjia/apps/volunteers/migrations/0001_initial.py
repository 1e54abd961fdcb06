import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "__first__"),
        ("organizations", "0001_initial"),
        ("places", "0001_initial"),
        ("registry", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Helper",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.UUIDField(unique=True)),
                ("number", models.CharField(max_length=24, unique=True)),
                ("kind", models.CharField(max_length=24)),
                ("home", models.CharField(max_length=12)),
                ("team", models.CharField(blank=True, max_length=40)),
                ("skills", models.JSONField(default=list)),
                ("areas", models.JSONField(default=list)),
                ("days", models.JSONField(default=list)),
                ("told", models.JSONField(default=dict)),
                ("sealed", models.BinaryField(null=True)),
                ("capacity", models.PositiveSmallIntegerField()),
                ("load", models.PositiveSmallIntegerField(default=0)),
                (
                    "state",
                    models.CharField(
                        choices=[("ASKED", "待工会确认"), ("ACTIVE", "在册"), ("PAUSED", "暂停"), ("LEFT", "已退出")],
                        max_length=10,
                    ),
                ),
                ("step", models.PositiveIntegerField(default=1)),
                ("since", models.DateTimeField()),
                (
                    "org",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="organizations.orgunit"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="registry.person"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["org", "kind", "state"], name="helper_org"),
                    models.Index(fields=["person"], name="helper_person"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("kind", "person"), name="helper_once_a_kind"),
                    models.CheckConstraint(
                        condition=models.Q(("load__lte", models.F("capacity"))), name="helper_never_over_load"
                    ),
                    models.CheckConstraint(condition=models.Q(("capacity__gte", 1)), name="helper_takes_something"),
                ],
            },
        ),
        migrations.CreateModel(
            name="MatchRun",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=24)),
                ("pairs", models.JSONField()),
                ("unfilled", models.JSONField()),
                ("score", models.BigIntegerField()),
                ("bound", models.BigIntegerField()),
                ("need_count", models.PositiveIntegerField()),
                ("helper_count", models.PositiveIntegerField()),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "org",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="organizations.orgunit"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["org", "kind", "-at"], name="match_run_last")],
            },
        ),
        migrations.CreateModel(
            name="Need",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.UUIDField(unique=True)),
                ("number", models.CharField(max_length=24, unique=True)),
                ("kind", models.CharField(max_length=24)),
                ("title", models.CharField(max_length=80)),
                ("about", models.CharField(max_length=600)),
                ("field", models.CharField(max_length=24)),
                ("area", models.CharField(max_length=12)),
                ("firm", models.CharField(max_length=80)),
                ("skills", models.JSONField(default=list)),
                ("days", models.JSONField(default=list)),
                ("seats", models.PositiveSmallIntegerField()),
                ("filled", models.PositiveSmallIntegerField(default=0)),
                ("due_on", models.DateField(null=True)),
                ("is_open_bid", models.BooleanField(default=False)),
                ("bids_until", models.DateField(null=True)),
                ("told", models.JSONField(default=dict)),
                ("sealed", models.BinaryField(null=True)),
                ("stage", models.CharField(max_length=24)),
                (
                    "state",
                    models.CharField(
                        choices=[("OPEN", "在办"), ("DONE", "已评估办结"), ("WITHDRAWN", "已撤回")], max_length=10
                    ),
                ),
                ("step", models.PositiveIntegerField(default=1)),
                ("filed_at", models.DateTimeField()),
                ("closed_at", models.DateTimeField(null=True)),
                (
                    "filed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "org",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="organizations.orgunit"
                    ),
                ),
                (
                    "place",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="places.place"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["state", "kind", "stage"], name="need_open"),
                    models.Index(fields=["org", "kind", "state"], name="need_org"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("filled__lte", models.F("seats"))), name="need_never_overfilled"
                    ),
                    models.CheckConstraint(condition=models.Q(("seats__gte", 1)), name="need_of_somebody"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("closed_at__isnull", True), ("state", "OPEN")),
                            models.Q(models.Q(("state", "OPEN"), _negated=True), ("closed_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="need_closed_since",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="NeedStep",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("place", models.PositiveSmallIntegerField()),
                ("stage", models.CharField(max_length=24)),
                ("to", models.CharField(blank=True, max_length=24)),
                ("told", models.JSONField(default=dict)),
                ("sealed", models.BinaryField(null=True)),
                ("reason", models.CharField(blank=True, max_length=300)),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "need",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="steps", to="volunteers.need"
                    ),
                ),
                (
                    "org",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="organizations.orgunit"
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("need", "place"), name="need_step_once")],
            },
        ),
        migrations.CreateModel(
            name="Pair",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("PROPOSED", "待双方确认"),
                            ("CONFIRMED", "双方已确认"),
                            ("DECLINED", "没有接受"),
                            ("WITHDRAWN", "已解除"),
                            ("ENDED", "已办结"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "source",
                    models.CharField(
                        choices=[("ENGINE", "系统推荐"), ("HAND", "人工指定"), ("BID", "揭榜")], max_length=10
                    ),
                ),
                ("score", models.IntegerField(null=True)),
                ("points", models.JSONField(default=dict)),
                ("sealed", models.BinaryField(null=True)),
                ("reason", models.CharField(blank=True, max_length=300)),
                ("helper_said", models.BooleanField(null=True)),
                ("helper_at", models.DateTimeField(null=True)),
                ("firm_said", models.BooleanField(null=True)),
                ("firm_at", models.DateTimeField(null=True)),
                ("satisfaction", models.PositiveSmallIntegerField(null=True)),
                ("made_at", models.DateTimeField()),
                (
                    "firm_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "helper",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="pairs", to="volunteers.helper"
                    ),
                ),
                (
                    "helper_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "made_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "need",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="pairs", to="volunteers.need"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["helper", "state"], name="pair_helper")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ("PROPOSED", "CONFIRMED"))),
                        fields=("need", "helper"),
                        name="pair_once_alive",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state__in", ("CONFIRMED", "ENDED")), _negated=True),
                            models.Q(("firm_said", True), ("helper_said", True)),
                            _connector="OR",
                        ),
                        name="pair_of_two_yeses",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("helper_by__isnull", True),
                            ("firm_by__isnull", True),
                            models.Q(("helper_by", models.F("firm_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="pair_two_people_say_yes",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("satisfaction__isnull", True), ("satisfaction__range", (1, 5)), _connector="OR"
                        ),
                        name="pair_satisfaction_1_to_5",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Visit",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.UUIDField(unique=True)),
                ("on", models.DateField()),
                ("minutes", models.PositiveSmallIntegerField()),
                ("beneficiaries", models.PositiveIntegerField(default=0)),
                ("sealed", models.BinaryField(null=True)),
                ("at", models.DateTimeField()),
                ("voided_at", models.DateTimeField(null=True)),
                ("void_reason", models.CharField(blank=True, max_length=200)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "pair",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="visits", to="volunteers.pair"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["pair", "on"], name="visit_pair")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("minutes__gte", 1), ("minutes__lte", 960)), name="visit_of_a_day"
                    )
                ],
            },
        ),
    ]
