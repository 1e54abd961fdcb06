import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "__first__"),
        ("funds", "0002_transfers_are_append_only"),
        ("organizations", "0001_initial"),
        ("places", "0001_initial"),
        ("programs", "0002_texts_and_decisions_never_change"),
        ("registry", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Contest",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(max_length=24, unique=True)),
                ("key", models.CharField(max_length=64, unique=True)),
                ("pack_id", models.CharField(max_length=60)),
                ("pack", models.JSONField()),
                ("pack_hash", models.CharField(max_length=64)),
                ("title", models.CharField(max_length=80)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("DRAFT", "未发布"),
                            ("CALL", "征集中"),
                            ("JUDGING", "评审中"),
                            ("NOTICE", "公示中"),
                            ("DONE", "已揭晓"),
                            ("CANCELLED", "已取消"),
                        ],
                        default="DRAFT",
                        max_length=10,
                    ),
                ),
                ("opens_at", models.DateTimeField()),
                ("closes_at", models.DateTimeField()),
                ("made_at", models.DateTimeField()),
                ("done_at", models.DateTimeField(null=True)),
                ("reason", models.CharField(blank=True, max_length=300)),
                (
                    "made_by",
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
                "indexes": [models.Index(fields=["org", "state"], name="contest_org")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("opens_at__lt", models.F("closes_at"))),
                        name="contest_opens_before_it_closes",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("done_at__isnull", False), ("state", "DONE")),
                            models.Q(models.Q(("state", "DONE"), _negated=True), ("done_at__isnull", True)),
                            _connector="OR",
                        ),
                        name="contest_done_since",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Entry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(max_length=24, unique=True)),
                ("key", models.UUIDField(default=uuid.uuid4, unique=True)),
                ("title", models.CharField(max_length=80)),
                ("unit_name", models.CharField(blank=True, max_length=80)),
                ("secret", models.BinaryField()),
                ("has_consent", models.BooleanField(default=False)),
                ("is_nominated", models.BooleanField(default=False)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("DRAFT", "填写中"),
                            ("SUBMITTED", "待审核"),
                            ("ADMITTED", "已入选参评"),
                            ("REFUSED", "不符合条件"),
                            ("WITHDRAWN", "已退出"),
                            ("STRUCK", "已取消资格"),
                        ],
                        default="DRAFT",
                        max_length=10,
                    ),
                ),
                ("entered_at", models.DateTimeField()),
                ("handed_in_at", models.DateTimeField(null=True)),
                ("looked_at_at", models.DateTimeField(null=True)),
                ("reason", models.CharField(blank=True, max_length=300)),
                (
                    "contest",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="entries", to="contests.contest"
                    ),
                ),
                (
                    "decision",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="programs.decision"
                    ),
                ),
                (
                    "entered_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "looked_at_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
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
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="registry.person"
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
                    models.Index(fields=["contest", "state"], name="entry_state"),
                    models.Index(fields=["person", "state"], name="entry_person"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("person__isnull", True),
                            models.Q(("place__isnull", True), ("unit_name", "")),
                            _connector="OR",
                        ),
                        name="entry_of_one",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["DRAFT", "SUBMITTED", "WITHDRAWN"]),
                            ("looked_at_by__isnull", False),
                            _connector="OR",
                        ),
                        name="entry_decided_by_someone",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Award",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("award", models.CharField(max_length=40)),
                ("title", models.CharField(max_length=60)),
                ("rank", models.PositiveIntegerField()),
                ("honour", models.CharField(blank=True, max_length=120)),
                ("skill_level", models.CharField(blank=True, max_length=24)),
                ("amount", models.DecimalField(decimal_places=2, max_digits=16)),
                ("program", models.CharField(blank=True, max_length=80)),
                ("given_on", models.DateField()),
                (
                    "given_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "entry",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="awards", to="contests.entry"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("entry",), name="award_once"),
                    models.CheckConstraint(condition=models.Q(("amount__gte", 0)), name="award_not_below_zero"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Grant",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(choices=[("PRIZE", "奖金"), ("ALLOWANCE", "津贴")], max_length=10)),
                (
                    "state",
                    models.CharField(
                        choices=[("BLOCKED", "尚未安排资金"), ("SET_ASIDE", "资金已安排")],
                        default="BLOCKED",
                        max_length=10,
                    ),
                ),
                ("amount", models.DecimalField(decimal_places=2, max_digits=16)),
                ("refusal_zh", models.CharField(blank=True, max_length=300)),
                ("refusal_en", models.CharField(blank=True, max_length=300)),
                ("granted_at", models.DateTimeField()),
                (
                    "award",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="grants", to="contests.award"
                    ),
                ),
                (
                    "decision",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="programs.decision"
                    ),
                ),
                (
                    "granted_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "reservation",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="funds.reservation"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("award", "kind"), name="contest_grant_once"),
                    models.CheckConstraint(condition=models.Q(("amount__gt", 0)), name="contest_grant_above_zero"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("reservation__isnull", False), ("state", "SET_ASIDE")),
                            models.Q(("reservation__isnull", True), ("state", "BLOCKED")),
                            _connector="OR",
                        ),
                        name="contest_grant_with_money",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Juror",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("seat", models.PositiveSmallIntegerField()),
                ("appointed_at", models.DateTimeField()),
                ("left_at", models.DateTimeField(null=True)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "appointed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "contest",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="jurors", to="contests.contest"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("contest", "seat"), name="juror_one_a_seat"),
                    models.UniqueConstraint(fields=("contest", "account"), name="juror_once"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Conflict",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "nearness",
                    models.CharField(
                        choices=[("DECLARED", "评委申报"), ("SAME_UNION", "同一单位"), ("OWN", "本人或家人")],
                        max_length=12,
                    ),
                ),
                ("at", models.DateTimeField()),
                (
                    "entry",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="conflicts", to="contests.entry"
                    ),
                ),
                (
                    "juror",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="conflicts", to="contests.juror"
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("juror", "entry"), name="conflict_once")],
            },
        ),
        migrations.CreateModel(
            name="PublicNotice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("unit", models.CharField(max_length=200)),
                ("starts_on", models.DateField()),
                ("ends_before", models.DateField()),
                ("announced_at", models.DateTimeField()),
                ("withdrawn_at", models.DateTimeField(null=True)),
                ("masked_name", models.CharField(max_length=80)),
                ("tier", models.CharField(blank=True, max_length=60)),
                ("award", models.CharField(max_length=40)),
                ("amount", models.DecimalField(decimal_places=2, max_digits=16, null=True)),
                (
                    "announced_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "entry",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="notices", to="contests.entry"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("withdrawn_at__isnull", True)),
                        fields=("entry",),
                        name="contest_notice_one_standing",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("ends_before__gt", models.F("starts_on"))), name="contest_notice_lasts"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Objection",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.UUIDField(default=uuid.uuid4, unique=True)),
                ("receipt", models.CharField(max_length=14, null=True, unique=True)),
                ("secret", models.BinaryField()),
                ("raised_at", models.DateTimeField()),
                (
                    "state",
                    models.CharField(
                        choices=[("OPEN", "待答复"), ("UPHELD", "成立"), ("REJECTED", "不成立")],
                        default="OPEN",
                        max_length=8,
                    ),
                ),
                ("answer", models.BinaryField(null=True)),
                ("answered_at", models.DateTimeField(null=True)),
                (
                    "answered_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="registry.person"
                    ),
                ),
                (
                    "notice",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="objections",
                        to="contests.publicnotice",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["notice", "state"], name="contest_objection_state")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("answered_at__isnull", True), ("answered_by__isnull", True), ("state", "OPEN")),
                            models.Q(
                                models.Q(("state", "OPEN"), _negated=True),
                                ("answered_at__isnull", False),
                                ("answered_by__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="contest_objection_answered_by_someone",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Round",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("place", models.PositiveSmallIntegerField()),
                (
                    "state",
                    models.CharField(
                        choices=[("WAITING", "未开始"), ("OPEN", "进行中"), ("CLOSED", "已公布")],
                        default="WAITING",
                        max_length=8,
                    ),
                ),
                ("opened_at", models.DateTimeField(null=True)),
                ("vote_closes_at", models.DateTimeField(null=True)),
                ("sealed_seed", models.BinaryField(null=True)),
                ("seal", models.CharField(blank=True, max_length=64)),
                ("seed", models.CharField(blank=True, max_length=64)),
                ("sheet", models.JSONField(null=True)),
                ("closed_at", models.DateTimeField(null=True)),
                ("reason", models.CharField(blank=True, max_length=300)),
                (
                    "closed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "contest",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="rounds", to="contests.contest"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("contest", "place"), name="round_once_a_place"),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "OPEN")), fields=("contest",), name="round_one_open"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("closed_at__isnull", False),
                                ("closed_by__isnull", False),
                                ("sheet__isnull", False),
                                ("state", "CLOSED"),
                                models.Q(("seed", ""), _negated=True),
                            ),
                            models.Q(
                                models.Q(("state", "CLOSED"), _negated=True),
                                ("closed_at__isnull", True),
                                ("closed_by__isnull", True),
                                ("seed", ""),
                                ("sheet__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="round_closed_with_its_sheet",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Mark",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("value", models.DecimalField(decimal_places=2, max_digits=5)),
                ("parts", models.JSONField(default=dict)),
                ("at", models.DateTimeField()),
                (
                    "entry",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="marks", to="contests.entry"
                    ),
                ),
                (
                    "juror",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="marks", to="contests.juror"
                    ),
                ),
                (
                    "round",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="marks", to="contests.round"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("juror", "round", "entry"), name="mark_once"),
                    models.CheckConstraint(
                        condition=models.Q(("value__gte", 0), ("value__lte", 100)), name="mark_in_range"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Declaration",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField()),
                (
                    "juror",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="declarations", to="contests.juror"
                    ),
                ),
                (
                    "round",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="declarations", to="contests.round"
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("juror", "round"), name="declaration_once")],
            },
        ),
        migrations.CreateModel(
            name="Standing",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("rank", models.PositiveIntegerField(null=True)),
                ("total", models.DecimalField(decimal_places=4, max_digits=9, null=True)),
                ("jury", models.DecimalField(decimal_places=4, max_digits=9, null=True)),
                ("votes", models.DecimalField(decimal_places=4, max_digits=9)),
                ("goes_on", models.BooleanField()),
                (
                    "entry",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="standings", to="contests.entry"
                    ),
                ),
                (
                    "round",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="standings", to="contests.round"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("round", "entry"), name="standing_once"),
                    models.CheckConstraint(
                        condition=models.Q(("goes_on", False), ("rank__isnull", False), _connector="OR"),
                        name="standing_goes_on_ranked",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Vote",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("voter", models.CharField(max_length=40)),
                ("network", models.CharField(blank=True, max_length=40)),
                ("slot", models.PositiveSmallIntegerField()),
                (
                    "state",
                    models.CharField(
                        choices=[("COUNTED", "计入"), ("REVOKED", "已撤回"), ("SET_ASIDE", "不计入")],
                        default="COUNTED",
                        max_length=10,
                    ),
                ),
                ("at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                ("reason", models.CharField(blank=True, max_length=200)),
                (
                    "entry",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="votes", to="contests.entry"
                    ),
                ),
                (
                    "round",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="votes", to="contests.round"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["round", "entry", "state"], name="vote_count")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "REVOKED"), _negated=True),
                        fields=("round", "voter", "slot"),
                        name="vote_one_a_slot",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "REVOKED"), _negated=True),
                        fields=("round", "voter", "entry"),
                        name="vote_one_an_entry",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ended_at__isnull", True), ("state", "COUNTED")),
                            models.Q(models.Q(("state", "COUNTED"), _negated=True), ("ended_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="vote_ended_since",
                    ),
                    models.CheckConstraint(condition=models.Q(("slot__gte", 1)), name="vote_of_a_slot"),
                ],
            },
        ),
    ]
