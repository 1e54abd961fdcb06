"""The house's `migrate` makes what Django's makes."""

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

from niangjia.kernel import deployment
from niangjia.kernel.deployment import Deployment

SOURCES = str(Path(deployment.__file__).resolve().parents[2])
MIGRATE = """
import django
django.setup()
from django.core.management import call_command
from django.core.management.commands import migrate
call_command({command}, interactive=False, verbosity=0)
"""


def migrated(folder: Path, command: str) -> list[tuple]:
    """Every table, index and trigger of a new deployment, and the words of every row; Django numbers its rows as they come."""
    Deployment.create(folder, "330600")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("NIANGJIA", "DJANGO"))}
    settings = {"PYTHONPATH": SOURCES, "DJANGO_SETTINGS_MODULE": "niangjia.config.settings", "NIANGJIA_DATA": str(folder)}  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-c", MIGRATE.format(command=command)], env=kept | settings, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    with closing(sqlite3.connect(folder / "db.sqlite3")) as database:
        made = database.execute("SELECT type, name, sql FROM sqlite_master ORDER BY 1, 2").fetchall()
        tables = [name for kind, name, _sql in made if kind == "table" and name != "django_migrations"]
        rows = [
            (name, *(value for value in row if isinstance(value, str)))
            for name in tables
            for row in database.execute(f'SELECT * FROM "{name}"')
        ]
        return made + sorted(rows, key=repr) + database.execute("SELECT app, name FROM django_migrations").fetchall()


def test_it_makes_the_database_that_djangos_own_makes(tmp_path: Path):
    ours, theirs = migrated(tmp_path / "ours", '"migrate"'), migrated(tmp_path / "theirs", "migrate.Command()")
    assert len(ours) > 500 and ours == theirs
