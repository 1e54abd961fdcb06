import django.db.models.deletion
import niangjia.apps.registry.fields
import niangjia.apps.registry.types
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "__first__"),
        ("organizations", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Household",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=64, unique=True, verbose_name="家庭编号")),
                ("created_at", models.DateTimeField()),
                (
                    "home",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organizations.orgunit",
                    ),
                ),
                (
                    "merged_into",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="registry.household",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Person",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("pseudonym", models.CharField(max_length=32, unique=True)),
                ("name", niangjia.apps.registry.fields.SealedField(null=True)),
                ("name_blind", models.CharField(blank=True, db_index=True, max_length=64)),
                ("pinyin_blind", models.CharField(blank=True, db_index=True, max_length=64)),
                ("initials_blind", models.CharField(blank=True, db_index=True, max_length=64)),
                ("id_number", niangjia.apps.registry.fields.SealedField(null=True)),
                ("id_number_blind", models.CharField(blank=True, db_index=True, max_length=64)),
                ("phone", niangjia.apps.registry.fields.SealedField(null=True)),
                ("phone_blind", models.CharField(blank=True, db_index=True, max_length=64)),
                ("bank_account", niangjia.apps.registry.fields.SealedField(null=True)),
                ("bank_account_blind", models.CharField(blank=True, db_index=True, max_length=64)),
                ("bank_name", models.CharField(blank=True, max_length=100)),
                ("birth_date", models.DateField(null=True)),
                ("sex", models.CharField(blank=True, max_length=1)),
                ("updated_at", models.DateTimeField()),
                (
                    "bank_account_entered_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "home",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organizations.orgunit",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Correction",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "field",
                    models.CharField(
                        choices=[
                            ("NAME", "NAME"),
                            ("PHONE", "PHONE"),
                            ("BANK_ACCOUNT", "BANK_ACCOUNT"),
                            ("HOUSEHOLD", "HOUSEHOLD"),
                            ("OTHER", "OTHER"),
                        ],
                        max_length=16,
                    ),
                ),
                ("key", models.UUIDField(default=uuid.uuid4, unique=True)),
                ("secret", models.BinaryField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("OPEN", "OPEN"),
                            ("ACCEPTED", "ACCEPTED"),
                            ("REFUSED", "REFUSED"),
                            ("WITHDRAWN", "WITHDRAWN"),
                        ],
                        default=niangjia.apps.registry.types.CorrectionState["OPEN"],
                        max_length=10,
                    ),
                ),
                ("raised_at", models.DateTimeField()),
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
                    "raised_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="corrections", to="registry.person"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", niangjia.apps.registry.types.CorrectionState["OPEN"])),
                        fields=("person", "field"),
                        name="correction_one_waits",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("decided_at__isnull", True),
                                ("decided_by__isnull", True),
                                ("state", niangjia.apps.registry.types.CorrectionState["OPEN"]),
                            ),
                            models.Q(
                                models.Q(
                                    ("state", niangjia.apps.registry.types.CorrectionState["OPEN"]), _negated=True
                                ),
                                ("decided_at__isnull", False),
                                ("decided_by__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="correction_decided_by_someone",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Recognition",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(choices=[("HONOUR", "HONOUR"), ("SKILL", "SKILL")], max_length=8)),
                ("code", models.CharField(max_length=40)),
                ("title", models.CharField(max_length=120)),
                ("given_on", models.DateField()),
                ("ref", models.CharField(max_length=60)),
                ("entered_at", models.DateTimeField()),
                (
                    "org",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="organizations.orgunit"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="recognitions", to="registry.person"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("person", "kind", "ref"), name="recognition_once"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Consent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "purpose",
                    models.CharField(
                        choices=[("SENSING", "SENSING"), ("NOTICE", "NOTICE"), ("CONTACT", "CONTACT")], max_length=16
                    ),
                ),
                ("given_at", models.DateTimeField(null=True)),
                ("withdrawn_at", models.DateTimeField(null=True)),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="consents", to="registry.person"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("given_at__isnull", False), ("withdrawn_at__isnull", False), _connector="OR"
                        ),
                        name="consent_says_something",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("withdrawn_at__isnull", True)),
                        fields=("person", "purpose"),
                        name="consent_open_once",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Membership",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("joined_on", models.DateField()),
                ("left_on", models.DateField(null=True)),
                ("group", models.CharField(blank=True, max_length=16)),
                (
                    "union",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="organizations.orgunit"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="memberships", to="registry.person"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("person", "union", "joined_on"), name="membership_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("left_on__isnull", True), ("left_on__gte", models.F("joined_on")), _connector="OR"
                        ),
                        name="membership_ends_after_start",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="HouseholdMember",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("relation", models.CharField(blank=True, max_length=16)),
                ("source", models.CharField(choices=[("SENSED", "SENSED"), ("DECLARED", "DECLARED")], max_length=8)),
                ("starts_on", models.DateField()),
                ("ends_before", models.DateField(null=True)),
                (
                    "household",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="spells", to="registry.household"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="spells", to="registry.person"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ends_before__isnull", True)),
                        fields=("person",),
                        name="householdmember_one_home",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ends_before__isnull", True), ("ends_before__gte", models.F("starts_on")), _connector="OR"
                        ),
                        name="householdmember_ends_after_start",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="HeldValue",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("column", models.CharField(max_length=16)),
                ("since", models.DateTimeField()),
                ("feed_says", niangjia.apps.registry.fields.SealedField(null=True)),
                ("differs_since", models.DateTimeField(null=True)),
                (
                    "correction",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="registry.correction"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="held", to="registry.person"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("person", "column"), name="heldvalue_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("differs_since__isnull", True), ("feed_says__isnull", True)),
                            models.Q(("differs_since__isnull", False), ("feed_says__isnull", False)),
                            _connector="OR",
                        ),
                        name="heldvalue_differs_together",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Headcount",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("on", models.DateField()),
                ("workers", models.PositiveIntegerField()),
                ("source", models.CharField(max_length=120)),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "union",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="organizations.orgunit"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("union", "on"), name="headcount_once_a_day"),
                    models.CheckConstraint(
                        condition=models.Q(("workers__gte", 1), models.Q(("source", ""), _negated=True)),
                        name="headcount_of_somebody_by_somebody",
                    ),
                ],
            },
        ),
    ]
