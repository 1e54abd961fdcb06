from django.db import migrations, models


class Migration(migrations.Migration):
    """Attempts live for minutes: the table is made anew."""

    dependencies = [("accounts", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="Attempt",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=32)),
                ("key_hash", models.CharField(max_length=64)),
                ("at", models.DateTimeField()),
            ],
            options={"indexes": [models.Index(fields=["kind", "key_hash", "at"], name="attempt_window")]},
        ),
        migrations.DeleteModel("LoginAttempt"),
    ]
