"""
A province of `province.py` copied into PostgreSQL: ``NIANGJIA_DATABASE_URL=postgresql://… python benchmarks/to_postgres.py FOLDER``.

Tables are made by the migrations; rows are streamed from SQLite by COPY with triggers and foreign keys asleep, sequences set after.
"""

from __future__ import annotations

import os
import sqlite3
import sys
import time
from pathlib import Path


def main(folder: Path) -> None:
    os.environ |= {"NIANGJIA_DATA": str(folder), "DJANGO_SETTINGS_MODULE": "niangjia.config.settings"}
    import django

    django.setup()
    from django.apps import apps
    from django.core.management import call_command
    from django.db import connection

    assert connection.vendor == "postgresql", "NIANGJIA_DATABASE_URL names no PostgreSQL"
    call_command("migrate", interactive=False, verbosity=0)
    old = sqlite3.connect(f"file:{folder / 'db.sqlite3'}?mode=ro", uri=True)
    connection.ensure_connection()
    new = connection.connection
    new.execute("SET session_replication_role = replica")
    new.execute(
        " ".join(
            f'DELETE FROM "{table}";'
            for table in connection.introspection.table_names()
            if table != "django_migrations"
        )
    )
    models = [model for model in apps.get_models(include_auto_created=True) if not model._meta.proxy]
    for model in models:
        table = model._meta.db_table
        if not old.execute("SELECT 1 FROM sqlite_master WHERE name = ?", [table]).fetchone():
            continue
        began, count = time.perf_counter(), 0
        fields = [(field.column, field.get_internal_type()) for field in model._meta.concrete_fields]
        columns = ", ".join(f'"{name}"' for name, _ in fields)
        flags = [number for number, (_, kind) in enumerate(fields) if kind == "BooleanField"]
        for field in model._meta.concrete_fields:  # the copies of `province.py` bear a mark more than the longest key
            is_short = field.get_internal_type() == "CharField" and field.max_length
            longer = f'SELECT 1 FROM "{table}" WHERE length("{field.column}") > {field.max_length}'
            if is_short and old.execute(longer).fetchone():
                new.execute(f'ALTER TABLE "{table}" ALTER "{field.column}" TYPE varchar({field.max_length + 8})')
        with new.cursor().copy(f'COPY "{table}" ({columns}) FROM STDIN') as copy:
            for row in old.execute(f'SELECT {columns} FROM "{table}"'):
                values = list(row)
                for number in flags:
                    values[number] = None if values[number] is None else bool(values[number])
                copy.write_row(values)
                count += 1
        if model._meta.auto_field:
            name = model._meta.auto_field.column
            new.execute(
                f"SELECT setval(pg_get_serial_sequence('\"{table}\"', '{name}'), greatest((SELECT max({name}) FROM \"{table}\"), 1))"
            )
        print(f"{count:>10,} {time.perf_counter() - began:6.1f} s  {table}", flush=True)
    new.execute("SET session_replication_role = DEFAULT")
    new.commit()
    new.autocommit = True
    new.execute("VACUUM (ANALYZE)")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
