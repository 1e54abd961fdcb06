"""The database's own refusal to change or delete a transfer, for SQLite and PostgreSQL."""

from __future__ import annotations

from django.db.backends.base.base import BaseDatabaseWrapper

REFUSAL = "a transfer is never changed or deleted: post a new one"

_SQLITE = {
    "install": [
        f"CREATE TRIGGER IF NOT EXISTS funds_transfer_no_{event.lower()} BEFORE {event} ON funds_ledgertransfer "
        f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
        for event in ("UPDATE", "DELETE")
    ],
    "remove": [f"DROP TRIGGER IF EXISTS funds_transfer_no_{event}" for event in ("update", "delete")],
}

_POSTGRESQL = {
    "install": [
        "CREATE OR REPLACE FUNCTION funds_transfer_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'integrity_constraint_violation'; END $$",
        "CREATE OR REPLACE TRIGGER funds_transfer_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON funds_ledgertransfer "
        "FOR EACH STATEMENT EXECUTE FUNCTION funds_transfer_refuse()",
    ],
    "remove": [
        "DROP TRIGGER IF EXISTS funds_transfer_append_only ON funds_ledgertransfer",
        "DROP FUNCTION IF EXISTS funds_transfer_refuse()",
    ],
}


def install(connection: BaseDatabaseWrapper) -> None:
    _run(connection, "install")


def remove(connection: BaseDatabaseWrapper) -> None:
    """For going back before the migration, and for tests, which empty tables."""
    _run(connection, "remove")


def _run(connection: BaseDatabaseWrapper, which: str) -> None:
    statements = _SQLITE if connection.vendor == "sqlite" else _POSTGRESQL
    with connection.cursor() as cursor:
        for statement in statements[which]:
            cursor.execute(statement)
