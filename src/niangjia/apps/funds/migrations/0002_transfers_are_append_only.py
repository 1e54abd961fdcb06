"""The database itself refuses to change or delete a transfer, on SQLite and PostgreSQL."""

from django.db import migrations

REFUSAL = "a transfer is never changed or deleted: post a new one"


def add(apps, schema_editor):
    if schema_editor.connection.vendor == "sqlite":
        for event in ("UPDATE", "DELETE"):
            schema_editor.execute(
                f"CREATE TRIGGER funds_transfer_no_{event.lower()} BEFORE {event} ON funds_ledgertransfer "
                f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
            )
        return
    schema_editor.execute(
        "CREATE FUNCTION funds_transfer_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'integrity_constraint_violation'; END $$"
    )
    schema_editor.execute(
        "CREATE TRIGGER funds_transfer_append_only BEFORE UPDATE OR DELETE ON funds_ledgertransfer "
        "FOR EACH ROW EXECUTE FUNCTION funds_transfer_refuse()"
    )


def remove(apps, schema_editor):
    if schema_editor.connection.vendor == "sqlite":
        for event in ("update", "delete"):
            schema_editor.execute(f"DROP TRIGGER funds_transfer_no_{event}")
        return
    schema_editor.execute("DROP TRIGGER funds_transfer_append_only ON funds_ledgertransfer")
    schema_editor.execute("DROP FUNCTION funds_transfer_refuse()")


class Migration(migrations.Migration):
    dependencies = [("funds", "0001_initial")]
    operations = [migrations.RunPython(add, remove)]
