"""The database's own refusal to edit or delete events, for SQLite and PostgreSQL.

This stops slips and injected SQL, not a database administrator: against that one there is the chain and its anchors.
"""

from __future__ import annotations

from django.db.backends.base.base import BaseDatabaseWrapper

_SQLITE = {
    "install": [
        "CREATE TRIGGER IF NOT EXISTS audit_no_update BEFORE UPDATE ON audit_auditevent BEGIN SELECT RAISE(ABORT, 'audit events are never edited'); END",
        "CREATE TRIGGER IF NOT EXISTS audit_no_delete BEFORE DELETE ON audit_auditevent BEGIN SELECT RAISE(ABORT, 'audit events are never deleted'); END",
    ],
    "remove": ["DROP TRIGGER IF EXISTS audit_no_update", "DROP TRIGGER IF EXISTS audit_no_delete"],
}

_POSTGRESQL = {
    "install": [
        "CREATE OR REPLACE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'audit events are never edited or deleted'; END $$",
        "CREATE OR REPLACE TRIGGER audit_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_auditevent "
        "FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse()",
    ],
    "remove": ["DROP TRIGGER IF EXISTS audit_no_change ON audit_auditevent", "DROP FUNCTION IF EXISTS audit_refuse()"],
}


def install(connection: BaseDatabaseWrapper) -> None:
    _run(connection, "install")


def remove(connection: BaseDatabaseWrapper) -> None:
    """For going back before the first migration, and for tests, which empty tables."""
    _run(connection, "remove")


def _run(connection: BaseDatabaseWrapper, which: str) -> None:
    statements = _SQLITE if connection.vendor == "sqlite" else _POSTGRESQL
    with connection.cursor() as cursor:
        for statement in statements[which]:
            cursor.execute(statement)
