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
            name="Offer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(max_length=24, unique=True)),
                ("key", models.CharField(max_length=64, unique=True)),
                ("title", models.CharField(max_length=80)),
                ("kind", models.CharField(max_length=24)),
                ("program", models.CharField(blank=True, max_length=80)),
                ("area", models.CharField(max_length=12)),
                ("giving", models.CharField(choices=[("FIRST_COME", "先到先得"), ("DRAW", "公开摇号")], max_length=10)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("DRAFT", "未发布"),
                            ("OPEN", "报名中"),
                            ("CLOSED", "报名结束"),
                            ("CANCELLED", "已取消"),
                        ],
                        max_length=10,
                    ),
                ),
                ("opens_at", models.DateTimeField()),
                ("closes_at", models.DateTimeField()),
                ("most_companions", models.PositiveSmallIntegerField(default=0)),
                ("every_years", models.PositiveSmallIntegerField(null=True)),
                ("note", models.CharField(blank=True, max_length=500)),
                ("sealed_seed", models.BinaryField(null=True)),
                ("seal", models.CharField(blank=True, max_length=64)),
                ("seed", models.CharField(blank=True, max_length=64)),
                ("drawn_at", models.DateTimeField(null=True)),
                ("step", models.PositiveIntegerField(default=1)),
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
                    models.Index(fields=["state", "closes_at"], name="offer_open"),
                    models.Index(fields=["org", "state"], name="offer_org"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("opens_at__lt", models.F("closes_at"))), name="offer_opens_before_it_closes"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("drawn_at__isnull", True), ("seed", "")),
                            models.Q(("drawn_at__isnull", False), models.Q(("seed", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="offer_seed_shown_when_drawn",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Quota",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("group", models.CharField(blank=True, max_length=24)),
                ("seats", models.PositiveIntegerField()),
                ("taken", models.PositiveIntegerField(default=0)),
                (
                    "offer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="quotas", to="bookings.offer"
                    ),
                ),
                (
                    "org",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organizations.orgunit",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("taken__lte", models.F("seats"))), name="quota_never_overdrawn"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("org__isnull", False), models.Q(("group", ""), _negated=True), _connector="OR"
                        ),
                        name="quota_of_somebody",
                    ),
                    models.UniqueConstraint(fields=("offer", "org", "group"), name="quota_once"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Slot",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("begins", models.DateTimeField()),
                ("ends", models.DateTimeField()),
                ("label", models.CharField(blank=True, max_length=40)),
                ("seats", models.PositiveIntegerField()),
                ("taken", models.PositiveIntegerField(default=0)),
                (
                    "offer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="slots", to="bookings.offer"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("offer", "begins", "label"), name="slot_once"),
                    models.CheckConstraint(
                        condition=models.Q(("taken__lte", models.F("seats"))), name="slot_never_oversold"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("begins__lt", models.F("ends")), ("seats__gte", 1)),
                        name="slot_has_time_and_seats",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Booking",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(max_length=24, unique=True)),
                ("key", models.CharField(max_length=64, unique=True)),
                ("group", models.CharField(blank=True, max_length=24)),
                ("seats", models.PositiveSmallIntegerField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("ASKED", "已报名，待摇号"),
                            ("SEATED", "已有名额"),
                            ("WAITING", "候补"),
                            ("ATTENDED", "已到场"),
                            ("MISSED", "未到场"),
                            ("CANCELLED", "已取消"),
                            ("UNPLACED", "没有名额"),
                        ],
                        max_length=10,
                    ),
                ),
                ("line", models.PositiveIntegerField()),
                ("code", models.CharField(max_length=32, unique=True)),
                ("asked_at", models.DateTimeField()),
                ("checked_in_at", models.DateTimeField(null=True)),
                ("reason", models.CharField(blank=True, max_length=200)),
                (
                    "asked_by",
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
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="registry.person"
                    ),
                ),
                (
                    "offer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="bookings", to="bookings.offer"
                    ),
                ),
                (
                    "quota",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="bookings",
                        to="bookings.quota",
                    ),
                ),
                (
                    "slot",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="bookings",
                        to="bookings.slot",
                    ),
                ),
                (
                    "wished",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="bookings.slot"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["offer", "state", "line"], name="booking_line"),
                    models.Index(fields=["person", "state"], name="booking_person"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ("ASKED", "SEATED", "WAITING"))),
                        fields=("offer", "person"),
                        name="booking_one_open_a_person",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("slot__isnull", False), ("state__in", ("SEATED", "ATTENDED", "MISSED"))),
                            models.Q(
                                models.Q(("state__in", ("SEATED", "ATTENDED", "MISSED")), _negated=True),
                                ("slot__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="booking_seat_is_somewhere",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("checked_in_at__isnull", False), ("state", "ATTENDED")),
                            models.Q(models.Q(("state", "ATTENDED"), _negated=True), ("checked_in_at__isnull", True)),
                            _connector="OR",
                        ),
                        name="booking_attended_since",
                    ),
                    models.CheckConstraint(condition=models.Q(("seats__gte", 1)), name="booking_of_somebody"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Turn",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("program", models.CharField(max_length=80)),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="registry.person"
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("program", "person"), name="turn_once")],
            },
        ),
    ]
