import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "__first__"),
        ("funds", "0001_initial"),
        ("organizations", "0001_initial"),
        ("programs", "0001_initial"),
        ("registry", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Matter",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.UUIDField(unique=True)),
                ("last_key", models.UUIDField(unique=True)),
                ("program", models.CharField(max_length=80)),
                ("content_hash", models.CharField(max_length=64)),
                ("area", models.CharField(max_length=12)),
                ("stage", models.CharField(max_length=60)),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("PROVINCE", "PROVINCE"),
                            ("CITY", "CITY"),
                            ("COUNTY", "COUNTY"),
                            ("TOWNSHIP", "TOWNSHIP"),
                            ("GRASSROOTS", "GRASSROOTS"),
                            ("FINANCE", "FINANCE"),
                            ("AUDITOR", "AUDITOR"),
                            ("ADMINISTRATOR", "ADMINISTRATOR"),
                            ("WORKER", "WORKER"),
                        ],
                        max_length=14,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("AT_WORK", "工会办理中"),
                            ("WITH_WORKER", "等您办理"),
                            ("TO_PAY", "待发放"),
                            ("DONE", "已办成"),
                            ("REFUSED", "没有通过"),
                            ("WITHDRAWN", "已撤回"),
                        ],
                        max_length=12,
                    ),
                ),
                ("step", models.PositiveIntegerField(default=1)),
                ("event", models.CharField(blank=True, max_length=40)),
                ("asked", models.JSONField(default=list)),
                ("receipt", models.CharField(max_length=14, null=True, unique=True)),
                ("proposed", models.CharField(blank=True, max_length=40)),
                ("handed_in_at", models.DateTimeField()),
                ("handed_in_on", models.DateField()),
                ("due_on", models.DateField(null=True)),
                ("expected_on", models.DateField(null=True)),
                ("closed_at", models.DateTimeField(null=True)),
                (
                    "assigned",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organizations.orgunit",
                    ),
                ),
                (
                    "decision",
                    models.OneToOneField(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="programs.decision"
                    ),
                ),
                (
                    "desk",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="organizations.orgunit"
                    ),
                ),
                (
                    "handed_in_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
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
                    "person",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="registry.person"
                    ),
                ),
                (
                    "proposed_by",
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
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="programs.packversion"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["state", "desk", "due_on"], name="matter_desk"),
                    models.Index(fields=["org", "state"], name="matter_org_state"),
                    models.Index(fields=["program", "handed_in_on"], name="matter_program_month"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["AT_WORK", "WITH_WORKER", "TO_PAY", "DONE", "REFUSED", "WITHDRAWN"])
                        ),
                        name="matter_known_state",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("closed_at__isnull", True), ("state__in", ("AT_WORK", "WITH_WORKER", "TO_PAY"))),
                            models.Q(
                                models.Q(("state__in", ("AT_WORK", "WITH_WORKER", "TO_PAY")), _negated=True),
                                ("closed_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="matter_closed_at_its_end",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("proposed", ""), ("proposed_by__isnull", True)),
                            models.Q(models.Q(("proposed", ""), _negated=True), ("proposed_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="matter_proposed_by_someone",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ("AT_WORK", "WITH_WORKER", "TO_PAY"))),
                        fields=("person", "program", "event"),
                        name="matter_one_open_an_event",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Tally",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("indicator", models.CharField(max_length=60)),
                ("counted_in", models.CharField(max_length=12)),
                ("amount", models.DecimalField(decimal_places=2, max_digits=16)),
                ("on", models.DateField()),
                (
                    "matter",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="tallies", to="matters.matter"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("matter", "indicator"), name="tally_once"),
                    models.CheckConstraint(condition=models.Q(("amount__gte", 0)), name="tally_not_below_zero"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Grant",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("purpose", models.CharField(max_length=60)),
                ("amount", models.DecimalField(decimal_places=2, max_digits=16)),
                (
                    "state",
                    models.CharField(
                        choices=[("BLOCKED", "没有列支"), ("SET_ASIDE", "已列支"), ("CANCELLED", "已取消")],
                        max_length=10,
                    ),
                ),
                ("refusal_zh", models.CharField(blank=True, max_length=300)),
                ("refusal_en", models.CharField(blank=True, max_length=300)),
                ("granted_at", models.DateTimeField()),
                (
                    "decision",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="programs.decision"
                    ),
                ),
                (
                    "granted_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
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
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="registry.person"
                    ),
                ),
                (
                    "reservation",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="funds.reservation"
                    ),
                ),
                (
                    "matter",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="grants", to="matters.matter"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "CANCELLED"), _negated=True),
                        fields=("matter",),
                        name="grant_one_a_matter",
                    ),
                    models.CheckConstraint(condition=models.Q(("amount__gt", 0)), name="grant_above_zero"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "SET_ASIDE"), _negated=True),
                            ("reservation__isnull", False),
                            _connector="OR",
                        ),
                        name="grant_set_aside_with_money",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Draft",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.UUIDField(default=uuid.uuid4, unique=True)),
                ("program", models.CharField(max_length=80)),
                ("area", models.CharField(max_length=12)),
                ("secret", models.BinaryField()),
                ("started_at", models.DateTimeField()),
                ("updated_at", models.DateTimeField()),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="registry.person"
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="programs.packversion"
                    ),
                ),
                (
                    "matter",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="drafts",
                        to="matters.matter",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("matter__isnull", True)),
                        fields=("person", "program"),
                        name="draft_one_a_program",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("matter__isnull", False)), fields=("matter",), name="draft_one_a_matter"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Move",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.UUIDField(default=uuid.uuid4, unique=True)),
                ("step", models.PositiveIntegerField()),
                (
                    "act",
                    models.CharField(
                        choices=[
                            ("HAND_IN", "交上来"),
                            ("ACT", "办理"),
                            ("PROPOSE", "提出，待第二人确认"),
                            ("ASK", "请申请人补充"),
                            ("ANSWER", "申请人补充"),
                            ("WITHDRAW", "撤回"),
                            ("PAID", "发放完毕"),
                            ("REOPEN", "异议成立，重新办理"),
                            ("ATTEST", "凭签字的纸面材料代交"),
                        ],
                        max_length=8,
                    ),
                ),
                ("outcome", models.CharField(blank=True, max_length=40)),
                ("from_stage", models.CharField(blank=True, max_length=60)),
                ("to_stage", models.CharField(max_length=60)),
                (
                    "to_state",
                    models.CharField(
                        choices=[
                            ("AT_WORK", "工会办理中"),
                            ("WITH_WORKER", "等您办理"),
                            ("TO_PAY", "待发放"),
                            ("DONE", "已办成"),
                            ("REFUSED", "没有通过"),
                            ("WITHDRAWN", "已撤回"),
                        ],
                        max_length=12,
                    ),
                ),
                ("role", models.CharField(blank=True, max_length=14)),
                ("at", models.DateTimeField()),
                ("secret", models.BinaryField(null=True)),
                (
                    "account",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "matter",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="moves", to="matters.matter"
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("matter", "step"), name="move_one_a_step")],
            },
        ),
        migrations.CreateModel(
            name="Paper",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=80)),
                (
                    "state",
                    models.CharField(
                        choices=[("LATER", "稍后交纸质"), ("SEEN", "已看过原件"), ("FILE", "已上传")], max_length=6
                    ),
                ),
                ("at", models.DateTimeField()),
                (
                    "account",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "matter",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="papers", to="matters.matter"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="PublicNotice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("masked_name", models.CharField(max_length=20)),
                ("starts_on", models.DateField()),
                ("ends_before", models.DateField()),
                ("announced_at", models.DateTimeField()),
                ("withdrawn_at", models.DateTimeField(null=True)),
                ("tier", models.CharField(blank=True, max_length=60)),
                ("unit", models.CharField(blank=True, max_length=200)),
                ("amount", models.DecimalField(decimal_places=2, max_digits=16, null=True)),
                (
                    "announced_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "matter",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="notices", to="matters.matter"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("withdrawn_at__isnull", True)),
                        fields=("matter",),
                        name="matter_notice_one_standing",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("ends_before__gt", models.F("starts_on"))), name="matter_notice_lasts"
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
                ("about", models.CharField(choices=[("NOTICE", "公示"), ("DECISION", "申请的决定")], max_length=8)),
                ("step", models.PositiveIntegerField()),
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
                    "matter",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="objections", to="matters.matter"
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
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="objections",
                        to="matters.publicnotice",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["matter", "state"], name="matter_objection_state")],
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
                        name="matter_objection_answered_by_someone",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("person__isnull", False), ("state", "OPEN")),
                        fields=("matter",),
                        name="matter_objection_one_open",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Submission",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.UUIDField(default=uuid.uuid4, unique=True)),
                ("stage", models.CharField(max_length=60)),
                ("names", models.JSONField(default=dict)),
                ("secret", models.BinaryField()),
                ("at", models.DateTimeField()),
                (
                    "account",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "matter",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="submissions", to="matters.matter"
                    ),
                ),
            ],
        ),
    ]
