"""The database lets the sealed column alone be written anew, for a rotation of the keys; what it says is bound to its row by the seal."""

from django.db import migrations

WORDS = "what was said and done in a matter is never edited"
TABLES = {"matters_move": "Move", "matters_submission": "Submission"}


def narrow(apps, editor):
    is_sqlite = editor.connection.vendor == "sqlite"
    for table, name in TABLES.items():
        fields = apps.get_model("matters", name)._meta.local_concrete_fields
        columns = ", ".join(f'"{field.column}"' for field in fields if field.column != "secret")
        _drop(editor, table)
        editor.execute(_trigger(table, f"UPDATE OF {columns}", is_sqlite))


def widen(apps, editor):
    for table in TABLES:
        _drop(editor, table)
        editor.execute(_trigger(table, "UPDATE", editor.connection.vendor == "sqlite"))


def _drop(editor, table):
    on = "" if editor.connection.vendor == "sqlite" else f" ON {table}"
    editor.execute(f"DROP TRIGGER IF EXISTS {table}_no_update{on}")


def _trigger(table, event, is_sqlite):
    if is_sqlite:
        return f"CREATE TRIGGER {table}_no_update BEFORE {event} ON {table} BEGIN SELECT RAISE(ABORT, '{WORDS}'); END"
    return f"CREATE TRIGGER {table}_no_update BEFORE {event} ON {table} FOR EACH STATEMENT EXECUTE FUNCTION matters_refuse()"


class Migration(migrations.Migration):
    dependencies = [("matters", "0002_what_was_said_never_changes")]
    operations = [migrations.RunPython(narrow, widen)]
