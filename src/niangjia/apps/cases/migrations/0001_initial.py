import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "__first__"),
        ("alerts", "0001_initial"),
        ("funds", "0001_initial"),
        ("organizations", "0001_initial"),
        ("programs", "0001_initial"),
        ("registry", "0001_initial"),
        ("workorders", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Case",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[("HARDSHIP", "困难帮扶"), ("SPOT_CHECK", "核实抽查")],
                        default="HARDSHIP",
                        max_length=10,
                    ),
                ),
                ("area", models.CharField(blank=True, max_length=12)),
                (
                    "channel",
                    models.CharField(
                        choices=[("SENSING", "系统感知"), ("CANVASS", "基层摸排"), ("APPLICATION", "本人申请")],
                        max_length=12,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("OPEN", "待核实"),
                            ("SUBMITTED", "待复核"),
                            ("CONFIRMED", "已核实"),
                            ("WATCH", "临界观察"),
                            ("REPAIR", "信息待修正"),
                            ("RETRY", "待再联系"),
                            ("FILE_DRAFT", "建档填报"),
                            ("FILE_TIERED", "已定档次"),
                            ("FILE_ANNOUNCED", "公示中"),
                            ("ON_FILE", "在档帮扶"),
                            ("EXITING", "退档告知中"),
                            ("CLOSED", "已办结"),
                        ],
                        default="OPEN",
                        max_length=14,
                    ),
                ),
                ("month", models.CharField(max_length=7)),
                ("causes", models.CharField(blank=True, max_length=60)),
                ("grade", models.CharField(blank=True, max_length=6)),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("V1", "属实"),
                            ("V2", "属实（暂时）"),
                            ("V3", "临界困难"),
                            ("V4", "不困难"),
                            ("V5", "已由其他救助覆盖"),
                            ("V6", "身份或家庭有误"),
                            ("V7", "联系不上"),
                            ("V8", "本人谢绝"),
                            ("V9", "已转移外地"),
                            ("V10", "去世、退休或离职"),
                        ],
                        max_length=3,
                    ),
                ),
                ("opened_at", models.DateTimeField()),
                ("reviewed_at", models.DateTimeField(null=True)),
                ("closed_at", models.DateTimeField(null=True)),
                (
                    "close_reason",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("HELPED_ONCE", "已一次性帮扶"),
                            ("FILE_REFUSED", "不予建档"),
                            ("EXITED", "已退档"),
                            ("NOT_IN_HARDSHIP", "不困难"),
                            ("COVERED_ELSEWHERE", "已由其他救助覆盖"),
                            ("REFUSED_HELP", "本人谢绝"),
                            ("TRANSFERRED", "已移交"),
                            ("LEFT", "去世、退休或离职"),
                            ("REPAIRED", "信息已修正"),
                            ("COMMUNITY", "已转社区"),
                            ("WATCHED", "观察期满"),
                            ("WITHDRAWN", "本人撤回"),
                            ("CANCELLED", "撤销"),
                            ("AGREED", "抽查一致"),
                            ("INCOMPARABLE", "抽查无从比较"),
                            ("RULED", "抽查已裁定"),
                        ],
                        max_length=18,
                    ),
                ),
                (
                    "alert",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="alerts.hardshipalert",
                    ),
                ),
                (
                    "earlier",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="later", to="cases.case"
                    ),
                ),
                (
                    "household",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="registry.household"
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
                    "reviewed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "verified_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "work_order",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="workorders.workorder",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["state", "org", "kind", "work_order", "household"], name="case_state_org"),
                    models.Index(fields=["outcome", "reviewed_at"], name="case_outcome_reviewed"),
                    models.Index(fields=["closed_at", "opened_at", "id"], name="case_in_order"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "CLOSED"), _negated=True),
                        fields=("household", "kind"),
                        name="case_one_open",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "state__in",
                                [
                                    "OPEN",
                                    "SUBMITTED",
                                    "CONFIRMED",
                                    "WATCH",
                                    "REPAIR",
                                    "RETRY",
                                    "FILE_DRAFT",
                                    "FILE_TIERED",
                                    "FILE_ANNOUNCED",
                                    "ON_FILE",
                                    "EXITING",
                                    "CLOSED",
                                ],
                            )
                        ),
                        name="case_known_state",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("closed_at__isnull", False),
                                ("state", "CLOSED"),
                                models.Q(("close_reason", ""), _negated=True),
                            ),
                            models.Q(
                                models.Q(("state", "CLOSED"), _negated=True),
                                ("close_reason", ""),
                                ("closed_at__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="case_closed_with_reason",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("reviewed_by__isnull", True),
                            models.Q(
                                ("verified_by__isnull", False),
                                models.Q(("reviewed_by", models.F("verified_by")), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="case_four_eyes",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CaseAlert",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "settlement",
                    models.CharField(
                        choices=[("OPENED", "已派单"), ("JOINED", "并入在办个案"), ("SETTLED", "近期已有结论")],
                        max_length=8,
                    ),
                ),
                (
                    "alert",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="alerts.hardshipalert"
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="alerts", to="cases.case"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="CaseMove",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "action",
                    models.CharField(
                        choices=[
                            ("OPEN", "立案"),
                            ("VISIT", "登记走访"),
                            ("SUBMIT", "提交核实结论"),
                            ("RETURN", "退回重核"),
                            ("ACCEPT", "复核通过"),
                            ("CLOSE_WITHOUT_FILE", "不建档办结"),
                            ("START_FILE", "开始建档"),
                            ("FILL_FILE", "填写档案"),
                            ("DECIDE_TIER", "核定档次"),
                            ("ANNOUNCE", "公示"),
                            ("WITHDRAW_NOTICE", "撤下公示"),
                            ("APPROVE", "批准建档"),
                            ("REFUSE_FILE", "不予建档"),
                            ("RECORD_INCOME", "登记月收入"),
                            ("PROPOSE_EXIT", "提出退档"),
                            ("CONFIRM_EXIT", "确认退档"),
                            ("STOP_EXIT", "停止退档"),
                            ("END_WATCH", "结束观察"),
                            ("FINISH_REPAIR", "修正完成"),
                            ("RETRY", "再次联系"),
                            ("HAND_TO_COMMUNITY", "转社区"),
                            ("CANCEL", "撤销"),
                            ("WITHDRAW", "本人撤回"),
                            ("SETTLE", "抽查比对办结"),
                            ("RULE", "裁定抽查出入"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "from_state",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("OPEN", "待核实"),
                            ("SUBMITTED", "待复核"),
                            ("CONFIRMED", "已核实"),
                            ("WATCH", "临界观察"),
                            ("REPAIR", "信息待修正"),
                            ("RETRY", "待再联系"),
                            ("FILE_DRAFT", "建档填报"),
                            ("FILE_TIERED", "已定档次"),
                            ("FILE_ANNOUNCED", "公示中"),
                            ("ON_FILE", "在档帮扶"),
                            ("EXITING", "退档告知中"),
                            ("CLOSED", "已办结"),
                        ],
                        max_length=14,
                    ),
                ),
                (
                    "to_state",
                    models.CharField(
                        choices=[
                            ("OPEN", "待核实"),
                            ("SUBMITTED", "待复核"),
                            ("CONFIRMED", "已核实"),
                            ("WATCH", "临界观察"),
                            ("REPAIR", "信息待修正"),
                            ("RETRY", "待再联系"),
                            ("FILE_DRAFT", "建档填报"),
                            ("FILE_TIERED", "已定档次"),
                            ("FILE_ANNOUNCED", "公示中"),
                            ("ON_FILE", "在档帮扶"),
                            ("EXITING", "退档告知中"),
                            ("CLOSED", "已办结"),
                        ],
                        max_length=14,
                    ),
                ),
                ("at", models.DateTimeField()),
                ("reason", models.CharField(blank=True, max_length=300)),
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
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="moves", to="cases.case"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="HardshipFile",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.UUIDField(default=uuid.uuid4, unique=True)),
                ("is_open", models.BooleanField(default=True)),
                ("form", models.JSONField(default=dict)),
                ("secret", models.BinaryField(null=True)),
                ("address_mark", models.CharField(blank=True, max_length=64)),
                ("causes", models.CharField(blank=True, max_length=60)),
                ("tier", models.CharField(blank=True, max_length=8)),
                ("amount", models.DecimalField(decimal_places=2, max_digits=16, null=True)),
                ("started_at", models.DateTimeField()),
                ("approved_at", models.DateTimeField(null=True)),
                ("closed_on", models.DateField(null=True)),
                (
                    "exit_kind",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("OUT_OF_HARDSHIP", "脱困"),
                            ("SAFETY_NET", "解困"),
                            ("NATURAL", "自然脱困"),
                            ("CANCELLED", "注销"),
                            ("NOT_ELIGIBLE", "不符合条件"),
                        ],
                        max_length=16,
                    ),
                ),
                ("bar_until", models.DateField(null=True)),
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
                    "case",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="file", to="cases.case"
                    ),
                ),
                (
                    "decision",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="programs.decision"
                    ),
                ),
                (
                    "earlier",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="later",
                        to="cases.hardshipfile",
                    ),
                ),
                (
                    "filled_by",
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
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="registry.household"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="registry.person"
                    ),
                ),
                (
                    "started_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "tiered_by",
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
                        condition=models.Q(("is_open", True)), fields=("household",), name="file_one_a_household"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("closed_on__isnull", True), ("is_open", True)),
                            models.Q(("closed_on__isnull", False), ("is_open", False)),
                            _connector="OR",
                        ),
                        name="file_closed_on_a_day",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("approved_at__isnull", True), ("approved_by__isnull", True)),
                            models.Q(("approved_at__isnull", False), ("approved_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="file_approved_together",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("approved_by__isnull", True),
                            models.Q(
                                models.Q(("approved_by", models.F("tiered_by")), _negated=True),
                                models.Q(("approved_by", models.F("filled_by")), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="file_four_eyes",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="FollowUp",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("due_on", models.DateField()),
                ("done_at", models.DateTimeField(null=True)),
                ("is_back_in_hardship", models.BooleanField(null=True)),
                (
                    "done_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "file",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="follow_ups", to="cases.hardshipfile"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(condition=models.Q(("done_at__isnull", True)), fields=["due_on"], name="followup_due")
                ],
                "constraints": [models.UniqueConstraint(fields=("file", "due_on"), name="followup_once_a_day")],
            },
        ),
        migrations.CreateModel(
            name="FileMember",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("relation", models.CharField(blank=True, max_length=16)),
                ("is_open", models.BooleanField(default=True)),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="registry.person"
                    ),
                ),
                (
                    "file",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="members", to="cases.hardshipfile"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("file", "person"), name="filemember_once"),
                    models.UniqueConstraint(
                        condition=models.Q(("is_open", True)), fields=("person",), name="filemember_one_open_file"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ExitLetter",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("OUT_OF_HARDSHIP", "脱困"),
                            ("SAFETY_NET", "解困"),
                            ("NATURAL", "自然脱困"),
                            ("CANCELLED", "注销"),
                            ("NOT_ELIGIBLE", "不符合条件"),
                        ],
                        max_length=16,
                    ),
                ),
                ("reason", models.CharField(max_length=300)),
                ("months_passed", models.PositiveSmallIntegerField()),
                ("objection_until", models.DateField()),
                (
                    "state",
                    models.CharField(
                        choices=[("OPEN", "告知中"), ("CONFIRMED", "已退档"), ("STOPPED", "已停止")],
                        default="OPEN",
                        max_length=10,
                    ),
                ),
                ("proposed_at", models.DateTimeField()),
                ("decided_at", models.DateTimeField(null=True)),
                (
                    "decided_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "decision",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="programs.decision"
                    ),
                ),
                (
                    "proposed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "file",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="exit_letters",
                        to="cases.hardshipfile",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "OPEN")), fields=("file",), name="exitletter_one_open"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("decided_by__isnull", True),
                            models.Q(("decided_by", models.F("proposed_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="exitletter_four_eyes",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="HeldIncome",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("month", models.CharField(max_length=7)),
                ("income_per_capita", models.DecimalField(decimal_places=2, max_digits=16, null=True)),
                ("standard", models.DecimalField(decimal_places=2, max_digits=16, null=True)),
                ("source", models.CharField(choices=[("SENSING", "数据比对"), ("PROOF", "收入证明")], max_length=8)),
                ("recorded_at", models.DateTimeField()),
                (
                    "file",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="months", to="cases.hardshipfile"
                    ),
                ),
                (
                    "recorded_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("file", "month"), name="heldincome_once_a_month")],
            },
        ),
        migrations.CreateModel(
            name="PublicNotice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("masked_name", models.CharField(max_length=20)),
                ("unit", models.CharField(max_length=200)),
                ("tier", models.CharField(max_length=8)),
                ("amount", models.DecimalField(decimal_places=2, max_digits=16)),
                ("starts_on", models.DateField()),
                ("ends_before", models.DateField()),
                ("announced_at", models.DateTimeField()),
                ("withdrawn_at", models.DateTimeField(null=True)),
                (
                    "announced_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="notices", to="cases.case"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("withdrawn_at__isnull", True)), fields=("case",), name="notice_one_a_case"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("ends_before__gt", models.F("starts_on"))), name="notice_lasts"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Grievance",
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
                    "about",
                    models.CharField(
                        choices=[
                            ("OUTCOME", "核实结论"),
                            ("NOTICE", "公示"),
                            ("DECISION", "帮扶决定"),
                            ("EXIT", "退档"),
                        ],
                        max_length=8,
                    ),
                ),
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
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="grievances", to="cases.case"
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
                        related_name="grievances",
                        to="cases.publicnotice",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["case", "state"], name="grievance_case_state")],
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
                        name="grievance_answered_by_someone",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="SpotDraw",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("month", models.CharField(max_length=7)),
                ("area", models.CharField(max_length=12)),
                ("share", models.DecimalField(decimal_places=4, max_digits=5)),
                ("seed", models.CharField(max_length=64)),
                ("population", models.JSONField(default=list)),
                ("drawn_at", models.DateTimeField()),
                (
                    "drawn_by",
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
                "constraints": [models.UniqueConstraint(fields=("org", "month"), name="spotdraw_once_a_month")],
            },
        ),
        migrations.CreateModel(
            name="Visit",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.UUIDField(default=uuid.uuid4, unique=True)),
                ("visited_on", models.DateField()),
                (
                    "way",
                    models.CharField(
                        choices=[("HOME", "入户"), ("WORKPLACE", "到单位"), ("PHONE", "电话"), ("NONE", "上门未遇")],
                        max_length=10,
                    ),
                ),
                ("verifiers", models.JSONField(default=list)),
                ("outsider_post", models.CharField(blank=True, max_length=40)),
                ("photo_count", models.PositiveSmallIntegerField(default=0)),
                ("contact_tries", models.JSONField(default=list)),
                ("form", models.JSONField(default=dict)),
                ("secret", models.BinaryField()),
                ("recorded_at", models.DateTimeField()),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="visits", to="cases.case"
                    ),
                ),
                (
                    "recorded_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "work_order",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="workorders.workorder",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Finding",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("V1", "属实"),
                            ("V2", "属实（暂时）"),
                            ("V3", "临界困难"),
                            ("V4", "不困难"),
                            ("V5", "已由其他救助覆盖"),
                            ("V6", "身份或家庭有误"),
                            ("V7", "联系不上"),
                            ("V8", "本人谢绝"),
                            ("V9", "已转移外地"),
                            ("V10", "去世、退休或离职"),
                        ],
                        max_length=3,
                    ),
                ),
                ("main_cause", models.CharField(blank=True, max_length=10)),
                ("other_cause", models.CharField(blank=True, max_length=10)),
                ("suggested_tier", models.CharField(blank=True, max_length=4)),
                ("submitted_at", models.DateTimeField()),
                ("is_accepted", models.BooleanField(null=True)),
                ("judged_at", models.DateTimeField(null=True)),
                ("return_reason", models.CharField(blank=True, max_length=300)),
                ("voided_at", models.DateTimeField(null=True)),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="findings", to="cases.case"
                    ),
                ),
                (
                    "judged_by",
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
                    "submitted_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "visit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="findings", to="cases.visit"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("is_accepted__isnull", True), ("voided_at__isnull", True)),
                        fields=("case",),
                        name="finding_one_waits",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("is_accepted__isnull", True), ("judged_at__isnull", True), ("judged_by__isnull", True)
                            ),
                            models.Q(
                                ("is_accepted__isnull", False),
                                ("judged_at__isnull", False),
                                ("judged_by__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="finding_judged_together",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("judged_by__isnull", True),
                            models.Q(("judged_by", models.F("submitted_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="finding_four_eyes",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Entitlement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("program", models.CharField(max_length=80)),
                ("purpose", models.CharField(max_length=60)),
                ("amount", models.DecimalField(decimal_places=2, max_digits=16)),
                (
                    "state",
                    models.CharField(
                        choices=[("SET_ASIDE", "已列支"), ("BLOCKED", "未列支"), ("CANCELLED", "已取消")], max_length=10
                    ),
                ),
                ("refusal_zh", models.CharField(blank=True, max_length=300)),
                ("refusal_en", models.CharField(blank=True, max_length=300)),
                ("granted_at", models.DateTimeField()),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="entitlements", to="cases.case"
                    ),
                ),
                (
                    "decision",
                    models.OneToOneField(
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
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="registry.household"
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
                    "finding",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="entitlements", to="cases.finding"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(condition=models.Q(("state", "BLOCKED")), fields=["case"], name="entitlement_blocked")
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "CANCELLED"), _negated=True),
                        fields=("case", "program"),
                        name="entitlement_once",
                    ),
                    models.CheckConstraint(condition=models.Q(("amount__gt", 0)), name="entitlement_above_zero"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("reservation__isnull", False), ("state", "SET_ASIDE")),
                            models.Q(("state", "SET_ASIDE"), _negated=True),
                            _connector="OR",
                        ),
                        name="entitlement_set_aside_with_money",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SpotCheck",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "result",
                    models.CharField(
                        blank=True,
                        choices=[("AGREES", "一致"), ("DIFFERS", "有出入"), ("INCOMPARABLE", "无从比较")],
                        max_length=12,
                    ),
                ),
                (
                    "ruling",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("FIRST", "首次结论无误"),
                            ("SECOND", "首次结论有误"),
                            ("CHANGED", "情况已变化，两次都无误"),
                        ],
                        max_length=8,
                    ),
                ),
                ("ruling_reason", models.CharField(blank=True, max_length=300)),
                ("ruled_at", models.DateTimeField(null=True)),
                (
                    "case",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="spot_check",
                        to="cases.case",
                    ),
                ),
                (
                    "finding",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="spot_check", to="cases.finding"
                    ),
                ),
                (
                    "ruled_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "second",
                    models.OneToOneField(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="cases.finding"
                    ),
                ),
                (
                    "draw",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="checks", to="cases.spotdraw"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("result", ""), ("second__isnull", True)),
                            models.Q(models.Q(("result", ""), _negated=True), ("second__isnull", False)),
                            _connector="OR",
                        ),
                        name="spotcheck_result_of_two",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ruled_at__isnull", True), ("ruled_by__isnull", True), ("ruling", "")),
                            models.Q(
                                models.Q(("ruling", ""), _negated=True),
                                ("result", "DIFFERS"),
                                ("ruled_at__isnull", False),
                                ("ruled_by__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="spotcheck_ruled_where_differing",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="VisitDraft",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.UUIDField(unique=True)),
                ("secret", models.BinaryField()),
                ("edition", models.PositiveIntegerField(default=0)),
                ("saved_by", models.CharField(blank=True, max_length=32)),
                ("saved_at", models.DateTimeField()),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="drafts", to="cases.case"
                    ),
                ),
                (
                    "work_order",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="workorders.workorder"
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("work_order", "account"), name="draft_one_an_order")],
            },
        ),
    ]
