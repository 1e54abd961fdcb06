"""How content somebody was with how they were served; the database itself refuses to edit or drop it."""

import django.db.models.deletion
from django.db import migrations, models

WORDS = "what was said of how a matter was handled is never edited"
TABLE = "matters_rating"


def install(apps, editor):
    for event in ("UPDATE", "DELETE"):
        name = f"{TABLE}_no_{event.lower()}"
        if editor.connection.vendor == "sqlite":
            editor.execute(f"CREATE TRIGGER {name} BEFORE {event} ON {TABLE} BEGIN SELECT RAISE(ABORT, '{WORDS}'); END")
        else:
            editor.execute(f"CREATE TRIGGER {name} BEFORE {event} ON {TABLE} FOR EACH STATEMENT EXECUTE FUNCTION matters_refuse()")  # fmt: skip


def remove(apps, editor):
    on = "" if editor.connection.vendor == "sqlite" else f" ON {TABLE}"
    for event in ("UPDATE", "DELETE"):
        editor.execute(f"DROP TRIGGER IF EXISTS {TABLE}_no_{event.lower()}{on}")


class Migration(migrations.Migration):
    dependencies = [("matters", "0003_the_seal_may_be_renewed")]
    operations = [
        migrations.CreateModel(
            name="Rating",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "verdict",
                    models.CharField(
                        choices=[("satisfied", "满意"), ("acceptable", "基本满意"), ("unsatisfied", "不满意")],
                        max_length=12,
                    ),
                ),
                ("by_receipt", models.BooleanField()),
                ("on", models.DateField()),
                (
                    "matter",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="rating", to="matters.matter"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("verdict__in", ["satisfied", "acceptable", "unsatisfied"])),
                        name="rating_known_verdict",
                    )
                ]
            },
        ),
        migrations.RunPython(install, remove),
    ]
