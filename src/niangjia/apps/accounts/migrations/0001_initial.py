import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("organizations", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Account",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("password", models.CharField(max_length=128, verbose_name="password")),
                ("last_login", models.DateTimeField(blank=True, null=True, verbose_name="last login")),
                ("username", models.CharField(max_length=64, unique=True, verbose_name="用户名")),
                ("name", models.CharField(max_length=64, verbose_name="姓名")),
                ("is_active", models.BooleanField(default=True, verbose_name="启用")),
                ("person_id", models.BigIntegerField(blank=True, null=True, unique=True, verbose_name="人员编号")),
                ("password_set_at", models.DateTimeField(blank=True, null=True, verbose_name="密码设定于")),
                ("must_change_password", models.BooleanField(default=False, verbose_name="须先更改密码")),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Attempt",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=32)),
                ("key_hash", models.CharField(max_length=64)),
                ("at", models.DateTimeField()),
            ],
            options={
                "indexes": [models.Index(fields=["kind", "key_hash", "at"], name="attempt_window")],
            },
        ),
        migrations.CreateModel(
            name="Passkey",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=40, verbose_name="名称")),
                ("credential_id", models.BinaryField(max_length=1024, unique=True)),
                ("credential", models.BinaryField()),
                ("sign_count", models.BigIntegerField(default=0)),
                ("added_at", models.DateTimeField()),
                ("last_used_at", models.DateTimeField(blank=True, null=True)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="PastPassword",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("password", models.CharField(max_length=128)),
                ("at", models.DateTimeField()),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Post",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
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
                        max_length=16,
                        verbose_name="角色",
                    ),
                ),
                ("starts_on", models.DateField(verbose_name="任职起")),
                ("ends_before", models.DateField(blank=True, null=True, verbose_name="任职止（不含）")),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="posts", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "org",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="organizations.orgunit"
                    ),
                ),
                (
                    "stands_in_for",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.post",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("stands_in_for__isnull", True), ("ends_before__isnull", False), _connector="OR"
                        ),
                        name="post_standing_in_ends",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "role__in",
                                [
                                    "PROVINCE",
                                    "CITY",
                                    "COUNTY",
                                    "TOWNSHIP",
                                    "GRASSROOTS",
                                    "FINANCE",
                                    "AUDITOR",
                                    "ADMINISTRATOR",
                                    "WORKER",
                                ],
                            )
                        ),
                        name="post_role_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ends_before__isnull", True), ("ends_before__gte", models.F("starts_on")), _connector="OR"
                        ),
                        name="post_ends_after_start",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("ends_before__isnull", True)),
                        fields=("account", "org", "role"),
                        name="post_open_once",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ApiToken",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=40, verbose_name="名称")),
                ("scopes", models.CharField(max_length=200)),
                ("secret_hash", models.CharField(max_length=64, unique=True)),
                ("tail", models.CharField(max_length=4)),
                ("issued_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("last_used_at", models.DateTimeField(blank=True, null=True)),
                ("revoked_at", models.DateTimeField(blank=True, null=True)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "post",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.post"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["account", "expires_at"], name="apitoken_account")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("expires_at__gt", models.F("issued_at"))), name="apitoken_ends"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="RecoveryCode",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code_hash", models.CharField(max_length=64)),
                ("used_at", models.DateTimeField(blank=True, null=True)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("account", "code_hash"), name="recoverycode_once")],
            },
        ),
        migrations.CreateModel(
            name="Sitting",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("device", models.CharField(blank=True, max_length=60)),
                ("address", models.CharField(blank=True, max_length=64)),
                ("started_at", models.DateTimeField()),
                ("seen_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["account", "seen_at"], name="sitting_account_seen")],
            },
        ),
        migrations.CreateModel(
            name="Subject",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("provider", models.CharField(max_length=40)),
                ("subject", models.CharField(max_length=255)),
                ("entered_at", models.DateTimeField()),
                ("last_used_at", models.DateTimeField(blank=True, null=True)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("provider", "subject"), name="subject_one_account"),
                    models.UniqueConstraint(fields=("account", "provider"), name="subject_once_a_provider"),
                ],
            },
        ),
        migrations.CreateModel(
            name="TotpSecret",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("sealed", models.BinaryField()),
                ("last_step", models.BigIntegerField()),
                ("enrolled_at", models.DateTimeField()),
                (
                    "account",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ApiAnswer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=255)),
                ("asked", models.CharField(max_length=64)),
                ("status", models.PositiveSmallIntegerField()),
                ("body", models.TextField()),
                ("at", models.DateTimeField()),
                (
                    "token",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="accounts.apitoken"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["at"], name="apianswer_at")],
                "constraints": [models.UniqueConstraint(fields=("token", "key"), name="apianswer_once")],
            },
        ),
    ]
