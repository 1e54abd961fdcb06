import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "__first__"),
    ]

    operations = [
        migrations.CreateModel(
            name="Heard",
            fields=[
                ("id", models.SmallIntegerField(primary_key=True, serialize=False)),
                ("seq", models.BigIntegerField()),
            ],
            options={
                "constraints": [models.CheckConstraint(condition=models.Q(("id", 1)), name="heard_is_one_row")],
            },
        ),
        migrations.CreateModel(
            name="Message",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=40)),
                ("subject", models.CharField(max_length=80)),
                ("occasion", models.CharField(max_length=80)),
                ("params", models.JSONField(default=dict)),
                ("path", models.CharField(max_length=120)),
                ("created_at", models.DateTimeField()),
                ("read_at", models.DateTimeField(null=True)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["account", "-created_at"], name="message_inbox"),
                    models.Index(
                        condition=models.Q(("read_at__isnull", True)), fields=["account"], name="message_unread"
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("account", "kind", "subject", "occasion"), name="message_told_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="Delivery",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "channel",
                    models.CharField(
                        choices=[("EMAIL", "EMAIL"), ("DINGTALK", "DINGTALK"), ("WECOM", "WECOM"), ("SMS", "SMS")],
                        max_length=8,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("WAITING", "WAITING"),
                            ("SENDING", "SENDING"),
                            ("SENT", "SENT"),
                            ("FAILED", "FAILED"),
                            ("DROPPED", "DROPPED"),
                        ],
                        default="WAITING",
                        max_length=8,
                    ),
                ),
                ("is_digest", models.BooleanField(default=False)),
                ("due_at", models.DateTimeField()),
                ("try_count", models.PositiveSmallIntegerField(default=0)),
                ("token", models.CharField(blank=True, max_length=32)),
                ("leased_until", models.DateTimeField(null=True)),
                ("created_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "message",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="deliveries",
                        to="house_messages.message",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(condition=models.Q(("state", "WAITING")), fields=["due_at"], name="delivery_due"),
                    models.Index(
                        condition=models.Q(("state", "SENDING")), fields=["leased_until"], name="delivery_leased"
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("message", "channel"), name="delivery_once_a_channel"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("leased_until__isnull", False),
                                ("state", "SENDING"),
                                models.Q(("token", ""), _negated=True),
                            ),
                            models.Q(
                                models.Q(("state", "SENDING"), _negated=True),
                                ("leased_until__isnull", True),
                                ("token", ""),
                            ),
                            _connector="OR",
                        ),
                        name="delivery_sending_is_leased",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ended_at__isnull", True), ("state__in", ["WAITING", "SENDING"])),
                            models.Q(("ended_at__isnull", False), ("state__in", ["SENT", "FAILED", "DROPPED"])),
                            _connector="OR",
                        ),
                        name="delivery_ends_with_a_time",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Try",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveSmallIntegerField()),
                ("at", models.DateTimeField()),
                (
                    "trouble",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("TIMEOUT", "TIMEOUT"),
                            ("UNREACHABLE", "UNREACHABLE"),
                            ("BUSY", "BUSY"),
                            ("REFUSED", "REFUSED"),
                            ("NOT_SET_UP", "NOT_SET_UP"),
                            ("LOST", "LOST"),
                        ],
                        max_length=12,
                    ),
                ),
                ("milliseconds", models.PositiveIntegerField()),
                (
                    "delivery",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="tries", to="house_messages.delivery"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["-at"], name="try_at")],
            },
        ),
        migrations.CreateModel(
            name="Address",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "channel",
                    models.CharField(
                        choices=[("EMAIL", "EMAIL"), ("DINGTALK", "DINGTALK"), ("WECOM", "WECOM"), ("SMS", "SMS")],
                        max_length=8,
                    ),
                ),
                ("sealed", models.BinaryField()),
                ("confirmed_at", models.DateTimeField(null=True)),
                ("sealed_code", models.BinaryField(null=True)),
                ("code_ends_at", models.DateTimeField(null=True)),
                ("code_tries", models.PositiveSmallIntegerField(default=0)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("account", "channel"), name="address_one_a_channel"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("confirmed_at__isnull", True), ("sealed_code__isnull", True), _connector="OR"
                        ),
                        name="address_confirmed_without_code",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Choice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("language", models.CharField(max_length=2)),
                ("quiet_from", models.PositiveSmallIntegerField()),
                ("quiet_until", models.PositiveSmallIntegerField()),
                ("digest_hour", models.PositiveSmallIntegerField(null=True)),
                ("off", models.JSONField(default=list)),
                (
                    "account",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("quiet_from__lt", 24),
                            ("quiet_until__lt", 24),
                            models.Q(("digest_hour__isnull", True), ("digest_hour__lt", 24), _connector="OR"),
                        ),
                        name="choice_hours_of_a_day",
                    )
                ],
            },
        ),
    ]
