"""The uses have their days now: the year of the counter goes. Money that came back has a table."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import niangjia.apps.funds.fields


class Migration(migrations.Migration):
    dependencies = [
        ("funds", "0004_uses_get_their_days"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveField("capcounter", "year"),
        migrations.AlterField("capcounter", "per", models.CharField(max_length=20)),
        migrations.AlterField("capuse", "day", models.DateField()),
        migrations.AddIndex("capcounter", models.Index(fields=["per", "subject_id"], name="cap_counter_subject")),
        migrations.AddIndex("capuse", models.Index(fields=["counter", "day"], name="cap_use_day")),
        migrations.AddConstraint(
            "capcounter",
            models.UniqueConstraint(fields=("group", "per", "subject_id"), name="cap_counter_once"),
        ),
        migrations.AddConstraint(
            "capuse",
            models.CheckConstraint(
                condition=models.Q(("times__gte", -1), ("times__lte", 1)), name="cap_use_once_a_time"
            ),
        ),
        migrations.AddField(
            "reservation", "program", models.CharField(blank=True, max_length=80, default=""), preserve_default=False
        ),
        migrations.AddField(
            "reservation",
            "decision_ref",
            models.CharField(blank=True, max_length=40, default=""),
            preserve_default=False,
        ),
        migrations.AddIndex("reservation", models.Index(fields=["decision_ref"], name="reservation_decision")),
        migrations.AlterField(
            "ledgertransfer",
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
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="recoveries",
                        to="funds.reservation",
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            "recovery",
            models.CheckConstraint(condition=models.Q(("amount__gt", 0)), name="recovery_amount_above_zero"),
        ),
    ]
