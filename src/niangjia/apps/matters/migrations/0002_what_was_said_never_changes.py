"""The database itself refuses to edit or drop an answer, a paper's state or a move."""

from django.db import migrations

TABLES = ("matters_move", "matters_submission", "matters_paper")
WORDS = "what was said and done in a matter is never edited"


def install(apps, editor):
    is_sqlite = editor.connection.vendor == "sqlite"
    if not is_sqlite:
        editor.execute(
            "CREATE OR REPLACE FUNCTION matters_refuse() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{WORDS}'; END $$"
        )
    for table in TABLES:
        for event in ("UPDATE", "DELETE"):
            name = f"{table}_no_{event.lower()}"
            if is_sqlite:
                editor.execute(
                    f"CREATE TRIGGER {name} BEFORE {event} ON {table} BEGIN SELECT RAISE(ABORT, '{WORDS}'); END"
                )
            else:
                editor.execute(
                    f"CREATE TRIGGER {name} BEFORE {event} ON {table} FOR EACH STATEMENT EXECUTE FUNCTION matters_refuse()"
                )


def remove(apps, editor):
    on = (lambda table: "") if editor.connection.vendor == "sqlite" else (lambda table: f" ON {table}")
    for table in TABLES:
        for event in ("UPDATE", "DELETE"):
            editor.execute(f"DROP TRIGGER IF EXISTS {table}_no_{event.lower()}{on(table)}")
    if editor.connection.vendor != "sqlite":
        editor.execute("DROP FUNCTION IF EXISTS matters_refuse()")


class Migration(migrations.Migration):
    dependencies = [("matters", "0001_initial")]
    operations = [migrations.RunPython(install, remove)]
