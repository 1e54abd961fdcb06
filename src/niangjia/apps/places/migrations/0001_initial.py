import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "__first__"),
        ("organizations", "0001_initial"),
        ("registry", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Pairing",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=24)),
                ("since", models.DateField()),
                ("until", models.DateField(null=True)),
                ("paper", models.CharField(blank=True, max_length=120)),
                (
                    "first",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="organizations.orgunit"
                    ),
                ),
                (
                    "second",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="organizations.orgunit"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("kind", "first", "second", "since"), name="pairing_once"),
                    models.CheckConstraint(
                        condition=models.Q(("first__lt", models.F("second"))), name="pairing_in_order"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("until__isnull", True), ("until__gte", models.F("since")), _connector="OR"),
                        name="pairing_ends_after",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Place",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(max_length=24, unique=True)),
                ("kind", models.CharField(max_length=24)),
                ("name", models.CharField(max_length=80)),
                ("area", models.CharField(max_length=12)),
                ("address", models.CharField(blank=True, max_length=120)),
                ("latitude", models.IntegerField(null=True)),
                ("longitude", models.IntegerField(null=True)),
                ("partner", models.CharField(blank=True, max_length=80)),
                ("service_phone", models.CharField(blank=True, max_length=20)),
                ("hours", models.JSONField(default=list)),
                ("equipment", models.JSONField(default=list)),
                ("details", models.JSONField(default=dict)),
                ("level", models.CharField(max_length=12)),
                ("batch", models.CharField(blank=True, max_length=40)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("APPLIED", "待验收"),
                            ("ANNOUNCED", "公示中"),
                            ("LISTED", "在册"),
                            ("SUSPENDED", "暂停开放"),
                            ("CLOSED", "已撤销"),
                        ],
                        max_length=10,
                    ),
                ),
                ("step", models.PositiveIntegerField(default=1)),
                ("listed_on", models.DateField(null=True)),
                ("valid_until", models.DateField(null=True)),
                ("inspect_by", models.DateField(null=True)),
                ("announced_until", models.DateField(null=True)),
                ("mend_by", models.DateField(null=True)),
                ("key", models.CharField(max_length=64, unique=True)),
                (
                    "household",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="registry.household",
                    ),
                ),
                (
                    "org",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="organizations.orgunit"
                    ),
                ),
                (
                    "recommended_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organizations.orgunit",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["kind", "state", "latitude"], name="place_near"),
                    models.Index(fields=["org", "state"], name="place_org"),
                    models.Index(fields=["state", "inspect_by"], name="place_inspect"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["APPLIED", "ANNOUNCED", "LISTED", "SUSPENDED", "CLOSED"])),
                        name="place_known_state",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("latitude__isnull", True), ("longitude__isnull", True)),
                            models.Q(("latitude__isnull", False), ("longitude__isnull", False)),
                            _connector="OR",
                        ),
                        name="place_whole_position",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state__in", ["LISTED", "SUSPENDED"]), _negated=True),
                            ("listed_on__isnull", False),
                            _connector="OR",
                        ),
                        name="place_listed_since",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Measure",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("measure", models.CharField(max_length=24)),
                ("month", models.DateField()),
                ("value", models.DecimalField(decimal_places=4, max_digits=18)),
                ("was", models.DecimalField(decimal_places=4, max_digits=18, null=True)),
                ("source", models.CharField(max_length=120)),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "place",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="measures", to="places.place"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("place", "measure", "month"), name="measure_once_a_month"),
                    models.CheckConstraint(condition=models.Q(("value__gte", 0)), name="measure_not_negative"),
                ],
            },
        ),
        migrations.CreateModel(
            name="PlaceEvent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("step", models.PositiveIntegerField()),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("APPLY", "APPLY"),
                            ("ANNOUNCE", "ANNOUNCE"),
                            ("LIST", "LIST"),
                            ("REFUSE", "REFUSE"),
                            ("INSPECT", "INSPECT"),
                            ("VISIT", "VISIT"),
                            ("MEND", "MEND"),
                            ("SUSPEND", "SUSPEND"),
                            ("REOPEN", "REOPEN"),
                            ("RAISE", "RAISE"),
                            ("LOWER", "LOWER"),
                            ("CLOSE", "CLOSE"),
                            ("HAND_OVER", "HAND_OVER"),
                        ],
                        max_length=10,
                    ),
                ),
                ("level", models.CharField(max_length=12)),
                ("findings", models.JSONField(default=dict)),
                ("reason", models.CharField(blank=True, max_length=300)),
                ("mend_by", models.DateField(null=True)),
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
                (
                    "place",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="events", to="places.place"
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("place", "step"), name="place_event_once_a_step")],
            },
        ),
        migrations.CreateModel(
            name="Sent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "counted_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="organizations.orgunit"
                    ),
                ),
                ("year", models.PositiveSmallIntegerField()),
                ("persons", models.PositiveIntegerField()),
                ("was", models.PositiveIntegerField(null=True)),
                ("source", models.CharField(max_length=120)),
                (
                    "pairing",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="sent", to="places.pairing"
                    ),
                ),
                (
                    "sender",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="organizations.orgunit"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("pairing", "sender", "counted_by", "year"), name="sent_once_a_year_and_side"
                    )
                ],
            },
        ),
    ]
