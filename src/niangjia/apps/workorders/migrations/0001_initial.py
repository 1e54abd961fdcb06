import django.db.models.deletion
import niangjia.apps.workorders.lifecycle
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
            name="NumberSeries",
            fields=[
                ("month", models.CharField(max_length=6, primary_key=True, serialize=False)),
                ("last_number", models.PositiveIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name="WorkOrder",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(max_length=20, unique=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("VERIFICATION", "VERIFICATION"),
                            ("FOLLOW_UP", "FOLLOW_UP"),
                            ("RECHECK", "RECHECK"),
                            ("SPOT_CHECK", "SPOT_CHECK"),
                        ],
                        max_length=16,
                    ),
                ),
                ("month", models.CharField(max_length=7)),
                ("subject_key", models.CharField(max_length=80)),
                ("subject_person_ids", models.JSONField(default=list)),
                ("route", models.JSONField(default=list)),
                ("route_reasons", models.JSONField(default=list)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("CREATED", "待签收"),
                            ("ACCEPTED", "已签收"),
                            ("ASSIGNED", "已指派"),
                            ("VISITED", "已走访"),
                            ("SUBMITTED", "已上报"),
                            ("RETURNED", "已退回"),
                            ("REVIEWED", "已复核"),
                            ("CLOSED", "已办结"),
                            ("TRANSFERRED", "已移交"),
                            ("CANCELLED", "已撤销"),
                        ],
                        default="CREATED",
                        max_length=12,
                    ),
                ),
                ("step", models.PositiveIntegerField(default=1)),
                ("cause_group", models.CharField(max_length=60)),
                ("grade", models.CharField(blank=True, max_length=20)),
                ("urgency", models.CharField(choices=[("NORMAL", "NORMAL"), ("RED", "RED")], max_length=8)),
                ("questions", models.JSONField(default=list)),
                ("origin", models.CharField(blank=True, max_length=20)),
                ("limits", models.JSONField()),
                ("created_at", models.DateTimeField()),
                ("due_at", models.DateTimeField()),
                ("clock", models.CharField(blank=True, max_length=10)),
                ("step_due_at", models.DateTimeField(null=True)),
                ("remind_at", models.DateTimeField(null=True)),
                ("escalate_at", models.DateTimeField(null=True)),
                ("verifier_ids", models.JSONField(default=list)),
                ("excluded_ids", models.JSONField(default=list)),
                ("contact_try_count", models.PositiveSmallIntegerField(default=0)),
                ("returned_count", models.PositiveSmallIntegerField(default=0)),
                ("outcome", models.CharField(blank=True, max_length=20)),
                ("target_area", models.CharField(blank=True, max_length=12)),
                ("closed_at", models.DateTimeField(null=True)),
                (
                    "assignee",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
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
                    "escalated_org",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organizations.orgunit",
                    ),
                ),
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
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="registry.person"
                    ),
                ),
                (
                    "previous",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="workorders.workorder",
                    ),
                ),
                (
                    "review_org",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="organizations.orgunit"
                    ),
                ),
                (
                    "reviewer",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "verify_org",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="organizations.orgunit"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["org", "state"], name="order_org_state"),
                    models.Index(fields=["verify_org", "state"], name="order_verify_org_state"),
                    models.Index(
                        fields=["state", "org", "verify_org", "step_due_at", "due_at", "clock", "assignee"],
                        name="order_state_org_due",
                    ),
                    models.Index(
                        condition=models.Q(("remind_at__isnull", False)), fields=["remind_at"], name="order_remind"
                    ),
                    models.Index(
                        condition=models.Q(("escalate_at__isnull", False)),
                        fields=["escalate_at"],
                        name="order_escalate",
                    ),
                    models.Index(fields=["assignee", "state"], name="order_assignee"),
                    models.Index(fields=["household"], name="order_household"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(
                            (
                                "state__in",
                                ("CREATED", "ACCEPTED", "ASSIGNED", "VISITED", "SUBMITTED", "RETURNED", "REVIEWED"),
                            )
                        ),
                        fields=("subject_key", "kind"),
                        name="order_one_open",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "CANCELLED"), _negated=True),
                        fields=("subject_key", "kind", "month"),
                        name="order_once_a_month",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("returned_count__lte", 2)), name="order_returned_twice_at_most"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("closed_at__isnull", False), ("closed_by__isnull", False), ("state", "CLOSED")),
                            models.Q(
                                models.Q(("state", "CLOSED"), _negated=True),
                                ("closed_at__isnull", True),
                                ("closed_by__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="order_closed_by_someone",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "TRANSFERRED"), models.Q(("target_area", ""), _negated=True)),
                            models.Q(models.Q(("state", "TRANSFERRED"), _negated=True), ("target_area", "")),
                            _connector="OR",
                        ),
                        name="order_transferred_somewhere",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state__in", ("CLOSED", "TRANSFERRED", "CANCELLED")), _negated=True),
                            models.Q(
                                ("escalate_at__isnull", True),
                                ("remind_at__isnull", True),
                                ("step_due_at__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="order_final_has_no_clock",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="WorkOrderMove",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("step", models.PositiveIntegerField()),
                (
                    "action",
                    models.CharField(
                        choices=[
                            ("DISPATCH", "DISPATCH"),
                            ("ACCEPT", "ACCEPT"),
                            ("FORWARD", "FORWARD"),
                            ("HAND_BACK", "HAND_BACK"),
                            ("ASSIGN", "ASSIGN"),
                            ("RECORD_CONTACT_TRY", "RECORD_CONTACT_TRY"),
                            ("DECLARE_CONFLICT", "DECLARE_CONFLICT"),
                            ("MARK_VISITED", "MARK_VISITED"),
                            ("SUBMIT", "SUBMIT"),
                            ("SUBMIT_UNREACHED", "SUBMIT_UNREACHED"),
                            ("RETURN", "RETURN"),
                            ("REVIEW", "REVIEW"),
                            ("CLOSE", "CLOSE"),
                            ("SETTLE", "SETTLE"),
                            ("CANCEL", "CANCEL"),
                            ("TRANSFER", "TRANSFER"),
                            ("REMIND", "REMIND"),
                            ("ESCALATE", "ESCALATE"),
                            ("REHOME", "REHOME"),
                        ],
                        max_length=20,
                    ),
                ),
                ("from_state", models.CharField(blank=True, max_length=12)),
                (
                    "to_state",
                    models.CharField(
                        choices=[
                            ("CREATED", "待签收"),
                            ("ACCEPTED", "已签收"),
                            ("ASSIGNED", "已指派"),
                            ("VISITED", "已走访"),
                            ("SUBMITTED", "已上报"),
                            ("RETURNED", "已退回"),
                            ("REVIEWED", "已复核"),
                            ("CLOSED", "已办结"),
                            ("TRANSFERRED", "已移交"),
                            ("CANCELLED", "已撤销"),
                        ],
                        max_length=12,
                    ),
                ),
                ("at", models.DateTimeField()),
                ("reason", models.CharField(blank=True, max_length=500)),
                ("was_late", models.BooleanField(null=True)),
                ("detail", models.JSONField(default=dict)),
                (
                    "actor",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "from_org",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organizations.orgunit",
                    ),
                ),
                (
                    "order",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="moves", to="workorders.workorder"
                    ),
                ),
                (
                    "to_org",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="organizations.orgunit"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["from_org", "at"], name="move_from_org")],
                "constraints": [
                    models.UniqueConstraint(fields=("order", "step"), name="move_once"),
                    models.CheckConstraint(condition=models.Q(("step__gte", 1)), name="move_from_one"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("action", niangjia.apps.workorders.lifecycle.Action["DISPATCH"]), ("step", 1)),
                            models.Q(
                                models.Q(("step", 1), _negated=True),
                                models.Q(
                                    ("action", niangjia.apps.workorders.lifecycle.Action["DISPATCH"]), _negated=True
                                ),
                            ),
                            _connector="OR",
                        ),
                        name="move_first_is_dispatch",
                    ),
                ],
            },
        ),
    ]
