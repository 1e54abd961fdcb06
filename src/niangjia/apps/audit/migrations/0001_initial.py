from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="AuditEvent",
            fields=[
                ("seq", models.BigIntegerField(primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
                ("account_id", models.BigIntegerField(null=True)),
                ("post_id", models.BigIntegerField(null=True)),
                ("org_path", models.CharField(blank=True, db_index=True, max_length=250)),
                ("action", models.CharField(max_length=64)),
                ("object", models.CharField(max_length=128)),
                ("reason", models.CharField(blank=True, max_length=500)),
                ("detail_text", models.TextField(default="{}")),
                ("previous_hash", models.CharField(max_length=64)),
                ("hash", models.CharField(max_length=64)),
            ],
            options={
                "ordering": ["seq"],
                "indexes": [
                    models.Index(fields=["object", "seq"], name="auditevent_object"),
                    models.Index(fields=["account_id", "action", "at"], name="auditevent_account_action"),
                ],
            },
        ),
        migrations.CreateModel(
            name="AuditHead",
            fields=[
                ("id", models.SmallIntegerField(primary_key=True, serialize=False)),
                ("seq", models.BigIntegerField()),
                ("hash", models.CharField(max_length=64)),
            ],
            options={
                "constraints": [models.CheckConstraint(condition=models.Q(("id", 1)), name="audithead_is_one_row")],
            },
        ),
    ]
