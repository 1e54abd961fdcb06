"""What a venue told of its one project becomes a project of its own, with what was last found of the four gates."""

from django.db import migrations

GATES = ("decision", "review", "control", "evaluation")
TOLD = ("project", "contract", "minutes", "opinion")


def move(apps, editor):
    place, project = apps.get_model("places", "Place"), apps.get_model("places", "Project")
    for row in place.objects.filter(kind="venue"):
        told = {name: row.details.pop(name) for name in TOLD if name in row.details}
        if not {"project", "contract"} & set(told):
            continue  # nothing is run with a partner there; what it has told stays where it is
        looks = [event for event in row.events.order_by("step") if set(GATES) & set(event.findings)]
        last = looks[-1] if looks else None
        project.objects.get_or_create(
            key=f"{row.pk}:moved",
            defaults={
                "place": row,
                "name": told.get("project") or row.name,
                "partner": row.partner or "未写明",
                "contract": told.get("contract") or "未写明",
                "since": row.listed_on or row.events.order_by("step").first().at.date(),
                "details": {name: told[name] for name in ("minutes", "opinion") if name in told},
                "findings": {name: bool(last.findings.get(name)) for name in GATES} if last else {},
                "checked_by_id": last.by_id if last else None,
                "checked_at": last.at if last else None,
            },
        )
        row.save(update_fields=["details"])


class Migration(migrations.Migration):
    dependencies = [("places", "0004_projects_with_partners")]
    operations = [migrations.RunPython(move, migrations.RunPython.noop)]
