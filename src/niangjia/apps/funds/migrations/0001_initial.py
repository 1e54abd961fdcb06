import django.db.models.deletion
import niangjia.apps.funds.fields
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
            name="Budget",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("purpose", models.CharField(max_length=60)),
                ("year", models.PositiveSmallIntegerField()),
                ("opened_at", models.DateTimeField()),
                ("batch_count", models.PositiveIntegerField(default=0)),
                (
                    "org",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="organizations.orgunit"
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("org", "purpose", "year"), name="budget_once")],
            },
        ),
        migrations.CreateModel(
            name="CapCounter",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("group", models.CharField(max_length=80)),
                ("per", models.CharField(max_length=20)),
                ("subject_id", models.BigIntegerField()),
                ("used_count", models.PositiveIntegerField(default=0)),
                ("used_amount", niangjia.apps.funds.fields.YuanField(decimal_places=2, default=0, max_digits=16)),
                ("turn", models.PositiveBigIntegerField(default=0)),
            ],
            options={
                "indexes": [models.Index(fields=["per", "subject_id"], name="cap_counter_subject")],
                "constraints": [
                    models.UniqueConstraint(fields=("group", "per", "subject_id"), name="cap_counter_once"),
                    models.CheckConstraint(condition=models.Q(("used_amount__gte", 0)), name="cap_used_not_below_zero"),
                ],
            },
        ),
        migrations.CreateModel(
            name="CapUse",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("holder", models.CharField(max_length=140)),
                ("day", models.DateField()),
                ("event", models.CharField(blank=True, max_length=120)),
                ("times", models.SmallIntegerField(default=1)),
                ("amount", niangjia.apps.funds.fields.YuanField(decimal_places=2, max_digits=16)),
                ("held_to", models.JSONField(default=list)),
                ("program", models.CharField(blank=True, max_length=80)),
                ("taken_at", models.DateTimeField()),
                ("released_at", models.DateTimeField(null=True)),
                (
                    "corrects",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="corrections",
                        to="funds.capuse",
                    ),
                ),
                (
                    "counter",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="uses", to="funds.capcounter"
                    ),
                ),
                (
                    "payer",
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
                    models.Index(fields=["holder"], name="cap_use_holder"),
                    models.Index(fields=["counter", "day"], name="cap_use_day"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("counter", "holder"), name="cap_use_once"),
                    models.CheckConstraint(
                        condition=models.Q(("times__gte", -1), ("times__lte", 1)), name="cap_use_once_a_time"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="FundRequest",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(choices=[("ADD", "追加预算"), ("BUY_GOODS", "购置实物")], max_length=10)),
                ("key", models.CharField(max_length=120, unique=True)),
                ("amount", niangjia.apps.funds.fields.YuanField(decimal_places=2, max_digits=16)),
                ("item_name", models.CharField(blank=True, max_length=60)),
                ("item_unit", models.CharField(blank=True, max_length=10)),
                ("unit_price", niangjia.apps.funds.fields.YuanField(decimal_places=2, max_digits=16, null=True)),
                ("quantity", models.PositiveIntegerField(null=True)),
                ("reason", models.CharField(max_length=300)),
                (
                    "state",
                    models.CharField(
                        choices=[("REQUESTED", "待审批"), ("APPROVED", "已批准"), ("WITHDRAWN", "已撤回")],
                        default="REQUESTED",
                        max_length=10,
                    ),
                ),
                ("requested_at", models.DateTimeField()),
                ("approved_at", models.DateTimeField(null=True)),
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
                    "budget",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="requests", to="funds.budget"
                    ),
                ),
                (
                    "requested_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("amount__gt", 0)), name="request_amount_above_zero"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("approved_by__isnull", True),
                            models.Q(("approved_by", models.F("requested_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="request_four_eyes",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("approved_at__isnull", False), ("approved_by__isnull", False), ("state", "APPROVED")
                            ),
                            models.Q(
                                models.Q(("state", "APPROVED"), _negated=True),
                                ("approved_at__isnull", True),
                                ("approved_by__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="request_approved_by_someone",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="GoodsItem",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=60)),
                ("unit", models.CharField(max_length=10)),
                ("unit_price", niangjia.apps.funds.fields.YuanField(decimal_places=2, max_digits=16)),
                ("stock", models.IntegerField(default=0)),
                (
                    "budget",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="goods", to="funds.budget"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("budget", "name", "unit", "unit_price"), name="goods_item_once"),
                    models.CheckConstraint(condition=models.Q(("stock__gte", 0)), name="goods_stock_not_below_zero"),
                    models.CheckConstraint(condition=models.Q(("unit_price__gt", 0)), name="goods_price_above_zero"),
                ],
            },
        ),
        migrations.CreateModel(
            name="GoodsGiven",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=120, unique=True)),
                ("case_ref", models.CharField(max_length=120)),
                ("quantity", models.PositiveIntegerField()),
                ("amount", niangjia.apps.funds.fields.YuanField(decimal_places=2, max_digits=16)),
                ("given_at", models.DateTimeField()),
                (
                    "given_by",
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
                    "item",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="gifts", to="funds.goodsitem"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("quantity__gt", 0)), name="goods_quantity_above_zero")
                ],
            },
        ),
        migrations.CreateModel(
            name="LedgerAccount",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("BUDGET_SOURCE", "预算来源"),
                            ("AVAILABLE", "可用"),
                            ("RESERVED", "预留"),
                            ("IN_TRANSIT", "在途"),
                            ("PAID", "已付"),
                            ("GOODS_STOCK", "库存实物"),
                            ("GOODS_GIVEN", "已发实物"),
                        ],
                        max_length=20,
                    ),
                ),
                ("balance", niangjia.apps.funds.fields.YuanField(decimal_places=2, default=0, max_digits=16)),
                (
                    "budget",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="accounts", to="funds.budget"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("budget", "kind"), name="account_once"),
                    models.CheckConstraint(
                        condition=models.Q(("kind", "BUDGET_SOURCE"), ("balance__gte", 0), _connector="OR"),
                        name="balance_not_below_zero",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="LedgerTransfer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("amount", niangjia.apps.funds.fields.YuanField(decimal_places=2, max_digits=16)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("BUDGET", "下达预算"),
                            ("RESERVE", "预留"),
                            ("RELEASE", "释放"),
                            ("SEND", "拨付"),
                            ("SETTLE", "到账"),
                            ("BOUNCE", "退回"),
                            ("RECALL", "到账后退回"),
                            ("BUY_GOODS", "购置实物"),
                            ("GIVE_GOODS", "发放实物"),
                            ("RECOVER", "追回"),
                        ],
                        max_length=12,
                    ),
                ),
                ("key", models.CharField(max_length=140, unique=True)),
                ("at", models.DateTimeField()),
                ("memo", models.CharField(blank=True, max_length=300)),
                ("case_ref", models.CharField(blank=True, db_index=True, max_length=120)),
                (
                    "credit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="credits", to="funds.ledgeraccount"
                    ),
                ),
                (
                    "debit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="debits", to="funds.ledgeraccount"
                    ),
                ),
                (
                    "made_by",
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
                    models.CheckConstraint(condition=models.Q(("amount__gt", 0)), name="transfer_amount_above_zero"),
                    models.CheckConstraint(
                        condition=models.Q(("debit", models.F("credit")), _negated=True), name="transfer_between_two"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PaymentBatch",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(max_length=30, unique=True)),
                ("key", models.CharField(max_length=120, unique=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("PREPARED", "待审批"),
                            ("APPROVED", "已审批"),
                            ("SEALED", "已封存"),
                            ("SENT", "已送银行"),
                            ("SETTLED", "已结清"),
                            ("CANCELLED", "已作废"),
                        ],
                        default="PREPARED",
                        max_length=10,
                    ),
                ),
                ("line_count", models.PositiveIntegerField()),
                ("total", niangjia.apps.funds.fields.YuanField(decimal_places=2, max_digits=16)),
                ("content_sha256", models.CharField(max_length=64)),
                ("prepared_at", models.DateTimeField()),
                ("approved_at", models.DateTimeField(null=True)),
                ("sealed_at", models.DateTimeField(null=True)),
                ("file_name", models.CharField(blank=True, max_length=120)),
                ("file_sha256", models.CharField(blank=True, max_length=64)),
                ("sent_at", models.DateTimeField(null=True)),
                ("settled_at", models.DateTimeField(null=True)),
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
                    "budget",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="batches", to="funds.budget"
                    ),
                ),
                (
                    "prepared_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "sealed_by",
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
                            ("approved_by__isnull", True),
                            models.Q(("approved_by", models.F("prepared_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="batch_four_eyes",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("sealed_by__isnull", True),
                            models.Q(
                                models.Q(("sealed_by", models.F("prepared_by")), _negated=True),
                                models.Q(("sealed_by", models.F("approved_by")), _negated=True),
                                ("approved_by__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="batch_payer_is_a_third",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("file_name", ""), ("file_sha256", "")),
                            models.Q(
                                models.Q(("file_name", ""), _negated=True),
                                models.Q(("file_sha256", ""), _negated=True),
                                ("sealed_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="batch_file_after_seal",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Reservation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("case_ref", models.CharField(max_length=120)),
                ("amount", niangjia.apps.funds.fields.YuanField(decimal_places=2, max_digits=16)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("QUEUED", "排队待款"),
                            ("RESERVED", "已预留"),
                            ("BATCHED", "已入批次"),
                            ("RETURNED", "银行退回"),
                            ("PAID", "已到账"),
                            ("CANCELLED", "已取消"),
                        ],
                        max_length=10,
                    ),
                ),
                ("case_officer_ids", models.JSONField(default=list)),
                ("program", models.CharField(blank=True, max_length=80)),
                ("decision_ref", models.CharField(blank=True, max_length=40)),
                ("requested_at", models.DateTimeField()),
                ("approved_at", models.DateTimeField(null=True)),
                ("served_at", models.DateTimeField(null=True)),
                ("cancelled_at", models.DateTimeField(null=True)),
                ("cancel_reason", models.CharField(blank=True, max_length=300)),
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
                    "budget",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="reservations", to="funds.budget"
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
                    "requested_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["budget", "state"], name="reservation_budget_state"),
                    models.Index(fields=["decision_ref"], name="reservation_decision"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "CANCELLED"), _negated=True),
                        fields=("case_ref",),
                        name="reservation_once_per_case_line",
                    ),
                    models.CheckConstraint(condition=models.Q(("amount__gt", 0)), name="reservation_amount_above_zero"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("approved_by__isnull", True),
                            models.Q(("approved_by", models.F("requested_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="reservation_four_eyes",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("approved_at__isnull", True), ("approved_by__isnull", True)),
                            models.Q(("approved_at__isnull", False), ("approved_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="reservation_approved_together",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Payment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("line", models.PositiveIntegerField()),
                ("reference", models.CharField(max_length=40, unique=True)),
                ("amount", niangjia.apps.funds.fields.YuanField(decimal_places=2, max_digits=16)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("PREPARED", "待发"),
                            ("IN_TRANSIT", "在途"),
                            ("SETTLED", "到账"),
                            ("RETURNED", "退回"),
                            ("REMOVED", "移出"),
                        ],
                        default="PREPARED",
                        max_length=10,
                    ),
                ),
                ("account_mark", models.CharField(blank=True, max_length=64)),
                ("returned_at", models.DateTimeField(null=True)),
                ("return_reason", models.CharField(blank=True, max_length=200)),
                ("settled_at", models.DateTimeField(null=True)),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="registry.person"
                    ),
                ),
                (
                    "repays",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="repaid_by",
                        to="funds.payment",
                    ),
                ),
                (
                    "batch",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="payments", to="funds.paymentbatch"
                    ),
                ),
                (
                    "reservation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="payments", to="funds.reservation"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("batch", "line"), name="payment_line_once"),
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ("PREPARED", "IN_TRANSIT", "SETTLED"))),
                        fields=("reservation",),
                        name="payment_one_living",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "REMOVED"), _negated=True),
                        fields=("repays",),
                        name="payment_repaid_once",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ReceiptEntry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=64, unique=True)),
                ("reference", models.CharField(max_length=120)),
                ("amount", niangjia.apps.funds.fields.YuanField(decimal_places=2, max_digits=16)),
                ("outcome", models.CharField(choices=[("PAID", "成功"), ("RETURNED", "退回")], max_length=10)),
                ("entry_date", models.DateField(null=True)),
                ("reason", models.CharField(blank=True, max_length=200)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("APPLIED", "已入账"),
                            ("NOTED", "已记录"),
                            ("UNMATCHED", "未匹配"),
                            ("AMOUNT_DIFFERS", "金额不符"),
                            ("CLOSED", "人工处理"),
                        ],
                        max_length=16,
                    ),
                ),
                ("received_at", models.DateTimeField()),
                ("closed_at", models.DateTimeField(null=True)),
                ("closing_note", models.CharField(blank=True, max_length=300)),
                (
                    "batch",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="receipts", to="funds.paymentbatch"
                    ),
                ),
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
                    "payment",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="receipts",
                        to="funds.payment",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Recovery",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=120, unique=True)),
                ("amount", niangjia.apps.funds.fields.YuanField(decimal_places=2, max_digits=16)),
                ("reason", models.CharField(max_length=300)),
                ("received_at", models.DateTimeField()),
                (
                    "received_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "reservation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="recoveries", to="funds.reservation"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("amount__gt", 0)), name="recovery_amount_above_zero")
                ],
            },
        ),
    ]
