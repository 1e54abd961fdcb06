"""Whether the database's tables are those of this version of the house."""

from __future__ import annotations

from pathlib import Path

from django.apps import apps
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.utils.timezone import now

from niangjia.kernel.problems import Refusal


class DatabaseIsOlder(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "数据库是旧版本的（或还没有建好），这一版不能直接用。请停下 niangjia serve，再运行 niangjia upgrade：先备份，再升级。",
            "The database is of an older version, or was never finished. Stop niangjia serve, then run niangjia upgrade: it backs up first.",
        )


class DatabaseIsNewer(Refusal):
    def __init__(self, names: list[str]) -> None:
        super().__init__(
            f"数据库比程序新（{'、'.join(names)}）。请用同一版或更新的程序打开，没有改动任何数据。",
            f"The database is newer than this program ({', '.join(names)}). Open it with that version or a later one; nothing was changed.",
        )


class NotBackedUp(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "升级前请先用 pg_dump 备份这个 PostgreSQL 数据库，再运行 niangjia upgrade --backed-up。没有改动任何数据。",
            "Back this PostgreSQL database up with pg_dump first, then run niangjia upgrade --backed-up. Nothing was changed.",
        )


def back_up(folder: Path, *, backed_up: bool) -> Path | None:
    """
    A whole copy of the SQLite database below `folder`, readable by its owner alone; null: there is none to copy.

    Raises NotBackedUp: it is PostgreSQL, and nobody said that a dump was taken.
    """
    if connection.vendor != "sqlite":
        if not backed_up:
            raise NotBackedUp
        return None
    if not _of_the_database():
        return None
    place = folder / "backups" / f"db-{now():%Y%m%dT%H%M%S}.sqlite3"
    place.parent.mkdir(mode=0o700, exist_ok=True)
    place.touch(mode=0o600)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM INTO %s", [str(place)])
    return place


def missing_steps() -> list[str]:
    """Migrations of this version that the database has not had, as ``app.name``."""
    return sorted(_of_this_version() - _of_the_database())


def refuse_other_version() -> None:
    """Raises DatabaseIsOlder, DatabaseIsNewer."""
    here, there = _of_this_version(), _of_the_database()
    if here - there:
        raise DatabaseIsOlder
    if there - here:
        raise DatabaseIsNewer(sorted(there - here)[:3])


def _of_this_version() -> set[str]:
    folders = {app.label: Path(app.path) / "migrations" for app in apps.get_app_configs()}
    return {f"{label}.{path.stem}" for label, folder in folders.items() for path in folder.glob("0*.py")}


def _of_the_database() -> set[str]:
    return {f"{label}.{name}" for label, name in MigrationRecorder(connection).applied_migrations()}
