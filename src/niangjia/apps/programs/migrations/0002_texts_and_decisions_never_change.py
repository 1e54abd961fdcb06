"""The database itself refuses to edit a decision, an installed text, or what an adjustment says."""

from django.db import migrations

_SAYS = "reconsideration_id, root_id, old_id, new_id, kind, difference, barred, corrected_by_id, opened_at"
SQLITE = [
    "CREATE TRIGGER decision_no_update BEFORE UPDATE ON programs_decision "
    "BEGIN SELECT RAISE(ABORT, 'decisions are never edited'); END",
    "CREATE TRIGGER pack_text_no_update BEFORE UPDATE OF pack_id, area, content_hash, vocabulary_hash, files ON programs_packversion "
    "BEGIN SELECT RAISE(ABORT, 'installed packs are never edited'); END",
    f"CREATE TRIGGER adjustment_no_update BEFORE UPDATE OF {_SAYS} ON programs_adjustment "
    "BEGIN SELECT RAISE(ABORT, 'what an adjustment says is never edited'); END",
]
SQLITE_BACK = [
    "DROP TRIGGER IF EXISTS decision_no_update",
    "DROP TRIGGER IF EXISTS pack_text_no_update",
    "DROP TRIGGER IF EXISTS adjustment_no_update",
]
POSTGRESQL = [
    "CREATE OR REPLACE FUNCTION programs_refuse() RETURNS trigger LANGUAGE plpgsql AS "
    "$$ BEGIN RAISE EXCEPTION 'decisions and installed packs are never edited'; END $$",
    "CREATE TRIGGER decision_no_update BEFORE UPDATE ON programs_decision FOR EACH STATEMENT EXECUTE FUNCTION programs_refuse()",
    "CREATE TRIGGER pack_text_no_update BEFORE UPDATE OF pack_id, area, content_hash, vocabulary_hash, files ON programs_packversion "
    "FOR EACH STATEMENT EXECUTE FUNCTION programs_refuse()",
    f"CREATE TRIGGER adjustment_no_update BEFORE UPDATE OF {_SAYS} ON programs_adjustment "
    "FOR EACH STATEMENT EXECUTE FUNCTION programs_refuse()",
]
POSTGRESQL_BACK = [
    "DROP TRIGGER IF EXISTS decision_no_update ON programs_decision",
    "DROP TRIGGER IF EXISTS pack_text_no_update ON programs_packversion",
    "DROP TRIGGER IF EXISTS adjustment_no_update ON programs_adjustment",
    "DROP FUNCTION IF EXISTS programs_refuse()",
]


def _run(editor, sqlite, postgresql):
    for statement in sqlite if editor.connection.vendor == "sqlite" else postgresql:
        editor.execute(statement)


def install(apps, editor):
    _run(editor, SQLITE, POSTGRESQL)


def remove(apps, editor):
    _run(editor, SQLITE_BACK, POSTGRESQL_BACK)


class Migration(migrations.Migration):
    dependencies = [("programs", "0001_initial")]
    operations = [migrations.RunPython(install, remove)]
