"""Whom an account was said to be before it was untied: kept with the account, filled from the audit chain, which always had it."""

import json

from django.db import migrations, models


def fill(apps, schema_editor):
    account, event = apps.get_model("accounts", "Account"), apps.get_model("audit", "AuditEvent")
    was: dict[int, set[int]] = {}
    for name, detail in event.objects.filter(action="accounts.unlink_person").values_list("object", "detail_text"):
        was.setdefault(int(name.removeprefix("account:")), set()).add(json.loads(detail)["person"])
    for account_id, persons in was.items():
        account.objects.filter(pk=account_id).update(was_person_ids=sorted(persons))


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial"), ("audit", "0001_initial")]
    operations = [
        migrations.AddField("account", "was_person_ids", models.JSONField("曾登记为", default=list, blank=True)),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
