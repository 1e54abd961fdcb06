"""SQLite in the deployment's folder, or PostgreSQL by address; and what either must promise before we serve."""

from __future__ import annotations

import os
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

from niangjia.kernel.deployment import Deployment
from niangjia.kernel.problems import Refusal

_SQLITE_PRAGMAS = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA cache_size=-65536;"


# Pages ask much that is short: compiling a query, or spreading it over workers, costs more than it brings while fifty people work.
_FOR_PAGES = "-c jit=off -c max_parallel_workers_per_gather=0"


class UnsafeDatabase(Refusal):
    def __init__(self, setting: str, value: str) -> None:
        super().__init__(
            f"数据库参数 {setting} = {value}，断电可能丢失已确认的数据。请改为 on 后再启动。",
            f"The database runs with {setting} = {value}: a power cut could lose acknowledged data. Set it to on, then start.",
        )


def database_settings(deployment: Deployment | None) -> dict[str, Any]:
    url = os.environ.get("NIANGJIA_DATABASE_URL") or (deployment.database_url if deployment else "")
    if url:
        return _postgresql(url)
    return {
        "ENGINE": "niangjia.config.sqlite",
        "NAME": deployment.folder / "db.sqlite3" if deployment else ":memory:",
        "CONN_MAX_AGE": None,  # the pragmas run at every connect
        # IMMEDIATE: a transaction that reads, then writes, would otherwise fail with "database is locked".
        "OPTIONS": {"transaction_mode": "IMMEDIATE", "timeout": 20, "init_command": _SQLITE_PRAGMAS},
    }


def _postgresql(url: str) -> dict[str, Any]:
    """``postgresql://user:password@host:port/name``; a socket folder as ``?host=/run/postgresql``."""
    parts = urlsplit(url)
    if parts.scheme not in ("postgresql", "postgres") or not parts.path.strip("/"):
        raise ImproperlyConfigured("NIANGJIA_DATABASE_URL: postgresql://user:password@host:port/name")
    query = dict(parse_qsl(parts.query))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.strip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or query.pop("host", ""),
        "PORT": str(parts.port or query.pop("port", "")),
        "CONN_MAX_AGE": 0,  # the pool keeps the connections
        "OPTIONS": {"pool": {"min_size": 1, "max_size": 8, "timeout": 20}, "options": _FOR_PAGES, **query},
    }


_OF_THE_PARENT: list[object] = []


def forget_connections() -> None:
    """
    In a process that was just forked, as the server's workers are: what the parent has open to PostgreSQL is the parent's.

    Two processes that speak on one connection read each other's answers. It is kept, so that nothing here ends it, and never used.
    """
    from django.db import connections

    for one in connections.all(initialized_only=True):
        if one.vendor == "postgresql":
            pools: dict[str, object] = vars(type(one))["_connection_pools"]
            _OF_THE_PARENT.extend((one.connection, dict(pools)))
            one.connection = None
            pools.clear()


os.register_at_fork(after_in_child=forget_connections)


def refuse_unsafe_database() -> None:
    """Raises UnsafeDatabase. PostgreSQL only: SQLite's promises are set at each connect."""
    from django.db import connection  # needs the settings that this module builds

    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        for setting in ("fsync", "full_page_writes", "synchronous_commit"):
            cursor.execute(f"SHOW {setting}")
            (value,) = cursor.fetchone()
            if value == "off":
                raise UnsafeDatabase(setting, value)
