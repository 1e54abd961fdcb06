"""The database itself refuses to edit or drop what happened to a place."""

from django.db import migrations

TABLE = "places_placeevent"
WORDS = "what happened to a place is never edited"


def install(apps, editor):
    is_sqlite = editor.connection.vendor == "sqlite"
    if not is_sqlite:
        editor.execute(
            "CREATE OR REPLACE FUNCTION places_refuse() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{WORDS}'; END $$"
        )
    for event in ("UPDATE", "DELETE"):
        name = f"{TABLE}_no_{event.lower()}"
        editor.execute(
            f"CREATE TRIGGER {name} BEFORE {event} ON {TABLE} BEGIN SELECT RAISE(ABORT, '{WORDS}'); END"
            if is_sqlite
            else f"CREATE TRIGGER {name} BEFORE {event} ON {TABLE} FOR EACH STATEMENT EXECUTE FUNCTION places_refuse()"
        )


def remove(apps, editor):
    on = "" if editor.connection.vendor == "sqlite" else f" ON {TABLE}"
    for event in ("UPDATE", "DELETE"):
        editor.execute(f"DROP TRIGGER IF EXISTS {TABLE}_no_{event.lower()}{on}")
    if on:
        editor.execute("DROP FUNCTION IF EXISTS places_refuse()")


class Migration(migrations.Migration):
    dependencies = [("places", "0001_initial")]
    operations = [migrations.RunPython(install, remove)]
