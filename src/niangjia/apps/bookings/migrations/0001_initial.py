import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "__first__"),
        ("organizations", "0001_initial"),
        ("places", "0001_initial"),
        ("programs", "__first__"),
        ("registry", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Campaign",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=64, unique=True)),
                ("title", models.CharField(max_length=80)),
                (
                    "org",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="organizations.orgunit"
                    ),
                ),
                ("starts_on", models.DateField()),
                ("ends_on", models.DateField()),
                ("partners", models.CharField(blank=True, max_length=300)),
                ("note", models.CharField(blank=True, max_length=500)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("starts_on__lte", models.F("ends_on"))), name="campaign_in_order"
                    )
                ],
                "indexes": [],
            },
        ),
        migrations.CreateModel(
            name="Teacher",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=64, unique=True)),
                (
                    "org",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="organizations.orgunit"
                    ),
                ),
                ("name", models.CharField(max_length=40)),
                ("honour", models.CharField(blank=True, max_length=80)),
                ("field", models.CharField(blank=True, max_length=40)),
                ("studio", models.CharField(blank=True, max_length=80)),
                ("is_active", models.BooleanField(default=True)),
            ],
            options={
                "indexes": [],
                "constraints": [],
            },
        ),
        migrations.CreateModel(
            name="Offer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(max_length=24, unique=True)),
                ("key", models.CharField(max_length=64, unique=True)),
                ("title", models.CharField(max_length=80)),
                ("kind", models.CharField(max_length=24)),
                ("program", models.CharField(blank=True, max_length=80)),
                (
                    "org",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="organizations.orgunit"
                    ),
                ),
                ("area", models.CharField(max_length=12)),
                (
                    "place",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="places.place"
                    ),
                ),
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
                    "campaign",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="offers",
                        to="bookings.campaign",
                    ),
                ),
                (
                    "teacher",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="offers",
                        to="bookings.teacher",
                    ),
                ),
                ("unit_cost", models.DecimalField(decimal_places=2, max_digits=16, null=True)),
                ("least_share", models.DecimalField(decimal_places=2, max_digits=3, null=True)),
                ("extras", models.JSONField(default=dict)),
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
                        condition=models.Q(("least_share__isnull", True))
                        | models.Q(("least_share__gt", 0), ("least_share__lte", 1)),
                        name="offer_share_is_one",
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
            name="Slot",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "offer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="slots", to="bookings.offer"
                    ),
                ),
                ("begins", models.DateTimeField()),
                ("ends", models.DateTimeField()),
                ("label", models.CharField(blank=True, max_length=40)),
                ("seats", models.PositiveIntegerField()),
                ("taken", models.PositiveIntegerField(default=0)),
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
                "indexes": [],
            },
        ),
        migrations.CreateModel(
            name="Lesson",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "slot",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="lessons", to="bookings.slot"
                    ),
                ),
                ("begins", models.DateTimeField()),
                ("ends", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("slot", "begins"), name="lesson_once"),
                    models.CheckConstraint(
                        condition=models.Q(("begins__lt", models.F("ends"))), name="lesson_has_time"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Quota",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
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
                ("group", models.CharField(blank=True, max_length=24)),
                ("seats", models.PositiveIntegerField()),
                ("taken", models.PositiveIntegerField(default=0)),
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
                "indexes": [],
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
                "indexes": [],
            },
        ),
        migrations.CreateModel(
            name="Booking",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(max_length=24, unique=True)),
                ("key", models.CharField(max_length=64, unique=True)),
                (
                    "offer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="bookings", to="bookings.offer"
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
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="registry.person"
                    ),
                ),
                (
                    "org",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="organizations.orgunit"
                    ),
                ),
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
                (
                    "asked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                ("asked_at", models.DateTimeField()),
                ("checked_in_at", models.DateTimeField(null=True)),
                ("reason", models.CharField(blank=True, max_length=200)),
                ("certificate", models.CharField(max_length=24, null=True, unique=True)),
                ("reminded_at", models.DateTimeField(null=True)),
                ("extras", models.JSONField(default=list)),
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
                    models.CheckConstraint(
                        condition=models.Q(("certificate__isnull", True), ("state", "ATTENDED"), _connector="OR"),
                        name="booking_certified_who_came",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Presence",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "lesson",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="presences", to="bookings.lesson"
                    ),
                ),
                (
                    "booking",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="presences", to="bookings.booking"
                    ),
                ),
                ("at", models.DateTimeField()),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("lesson", "booking"), name="presence_once")],
            },
        ),
        migrations.CreateModel(
            name="Feed",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "person",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="registry.person"
                    ),
                ),
                ("mark", models.CharField(max_length=64, unique=True)),
                ("made_at", models.DateTimeField()),
            ],
            options={
                "indexes": [],
                "constraints": [],
            },
        ),
        migrations.CreateModel(
            name="Trip",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "offer",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="trip", to="bookings.offer"
                    ),
                ),
                ("answers", models.JSONField(default=dict)),
                (
                    "told_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                ("told_at", models.DateTimeField()),
            ],
            options={
                "indexes": [],
                "constraints": [],
            },
        ),
        migrations.CreateModel(
            name="Settlement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "booking",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="settlement", to="bookings.booking"
                    ),
                ),
                ("cost", models.DecimalField(decimal_places=2, max_digits=16)),
                ("companions_paid", models.BooleanField(null=True)),
                ("priority_group", models.CharField(blank=True, max_length=24)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("TOLD", "已录入，待核算"),
                            ("GRANTED", "可列支"),
                            ("REFUSED", "不能列支"),
                            ("UNKNOWN", "还不能判断"),
                            ("ORDERED", "已报付款"),
                            ("GIVEN", "已结算"),
                        ],
                        default="TOLD",
                        max_length=8,
                    ),
                ),
                (
                    "decision",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="programs.decision"
                    ),
                ),
                ("amount", models.DecimalField(decimal_places=2, max_digits=16, null=True)),
                ("days", models.PositiveSmallIntegerField(null=True)),
                ("refusal_zh", models.CharField(blank=True, max_length=300)),
                ("refusal_en", models.CharField(blank=True, max_length=300)),
                (
                    "told_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                ("told_at", models.DateTimeField()),
                ("given_at", models.DateTimeField(null=True)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("cost__gte", 0)), name="settlement_cost_not_negative"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("amount__isnull", True), ("amount__lte", models.F("cost")), _connector="OR"
                        ),
                        name="settlement_never_above_cost",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("amount__isnull", False),
                                ("decision__isnull", False),
                                ("state__in", ("GRANTED", "ORDERED", "GIVEN")),
                            ),
                            models.Q(
                                models.Q(("state__in", ("GRANTED", "ORDERED", "GIVEN")), _negated=True),
                                ("amount__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="settlement_granted_by_decision",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("given_at__isnull", False), ("state", "GIVEN")),
                            models.Q(models.Q(("state", "GIVEN"), _negated=True), ("given_at__isnull", True)),
                            _connector="OR",
                        ),
                        name="settlement_given_since",
                    ),
                ],
                "indexes": [],
            },
        ),
        migrations.CreateModel(
            name="Tour",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=64, unique=True)),
                ("title", models.CharField(max_length=80)),
                (
                    "org",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="organizations.orgunit"
                    ),
                ),
                ("area", models.CharField(max_length=12)),
                ("days", models.JSONField(default=list)),
                ("buses", models.PositiveSmallIntegerField(default=1)),
                ("lanes", models.PositiveSmallIntegerField()),
                ("minutes_each", models.PositiveSmallIntegerField()),
                ("leaves", models.TimeField()),
                ("returns", models.TimeField()),
                ("latitude", models.IntegerField()),
                ("longitude", models.IntegerField()),
                ("kmh", models.PositiveSmallIntegerField()),
                (
                    "offer",
                    models.OneToOneField(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="tour", to="bookings.offer"
                    ),
                ),
                ("step", models.PositiveIntegerField(default=1)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("buses__gte", 1), ("kmh__gte", 5), ("lanes__gte", 1), ("minutes_each__gte", 5)
                        ),
                        name="tour_works",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("leaves__lt", models.F("returns"))), name="tour_leaves_before_it_returns"
                    ),
                ],
                "indexes": [],
            },
        ),
        migrations.CreateModel(
            name="TourSite",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "tour",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="sites", to="bookings.tour"
                    ),
                ),
                ("name", models.CharField(max_length=40)),
                (
                    "place",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="places.place"
                    ),
                ),
                ("latitude", models.IntegerField()),
                ("longitude", models.IntegerField()),
                ("people", models.PositiveIntegerField()),
                ("opens", models.TimeField(null=True)),
                ("closes", models.TimeField(null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("tour", "name"), name="tour_site_once"),
                    models.CheckConstraint(condition=models.Q(("people__gte", 1)), name="tour_site_of_somebody"),
                ],
                "indexes": [],
            },
        ),
        migrations.CreateModel(
            name="TourStop",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "tour",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="stops", to="bookings.tour"
                    ),
                ),
                (
                    "site",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="stops", to="bookings.toursite"
                    ),
                ),
                ("bus", models.PositiveSmallIntegerField(default=1)),
                ("begins", models.DateTimeField()),
                ("ends", models.DateTimeField()),
                ("people", models.PositiveIntegerField()),
                ("is_fixed", models.BooleanField(default=False)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("begins__lt", models.F("ends")), ("people__gte", 1)),
                        name="tour_stop_has_time_and_people",
                    )
                ],
                "indexes": [],
            },
        ),
        migrations.CreateModel(
            name="Topic",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=64, unique=True)),
                (
                    "org",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="organizations.orgunit"
                    ),
                ),
                ("title", models.CharField(max_length=80)),
                (
                    "field",
                    models.CharField(
                        choices=[
                            ("POLICY", "政策理论"),
                            ("SAFETY", "安全生产"),
                            ("CRAFT", "业务技能"),
                            ("STORY", "工匠故事"),
                        ],
                        max_length=8,
                    ),
                ),
                ("text", models.CharField(blank=True, max_length=2000)),
                ("is_active", models.BooleanField(default=True)),
            ],
            options={
                "indexes": [],
                "constraints": [],
            },
        ),
        migrations.CreateModel(
            name="Talk",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=64, unique=True)),
                (
                    "org",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="organizations.orgunit"
                    ),
                ),
                ("team", models.CharField(max_length=40)),
                (
                    "topic",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="talks", to="bookings.topic"
                    ),
                ),
                (
                    "speaker",
                    models.CharField(
                        choices=[
                            ("TEAM_LEADER", "班组长"),
                            ("MODEL_WORKER", "劳模工匠"),
                            ("RED_HEART", "红心宣讲队"),
                            ("OTHER", "其他职工"),
                        ],
                        max_length=12,
                    ),
                ),
                ("held_at", models.DateTimeField()),
                ("minutes", models.PositiveSmallIntegerField()),
                ("heads", models.PositiveSmallIntegerField()),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                ("at", models.DateTimeField()),
            ],
            options={
                "indexes": [models.Index(fields=["org", "held_at"], name="talk_org")],
                "constraints": [
                    models.UniqueConstraint(fields=("org", "team", "held_at"), name="talk_once"),
                    models.CheckConstraint(
                        condition=models.Q(("heads__gte", 1), ("minutes__gte", 1)), name="talk_was_held"
                    ),
                ],
            },
        ),
    ]
