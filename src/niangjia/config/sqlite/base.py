"""
SQLite lets one write at a time, and those who wait ask again every tenth of a second at most.

Work that writes chunk after chunk (ten thousand orders are escalated, a list is opened) would begin its next chunk within
microseconds, so that nobody else's question falls between two of them before all of it is through.
"""

from __future__ import annotations

from time import monotonic, sleep

from django.db.backends.sqlite3 import base

HELD_LONG_SECONDS = 0.2
GIVE_WAY_SECONDS = 0.12  # longer than the longest pause between two questions of SQLite's busy handler


class DatabaseWrapper(base.DatabaseWrapper):  # type: ignore[misc]
    _began_at = 0.0

    def _start_transaction_under_autocommit(self) -> None:
        super()._start_transaction_under_autocommit()  # type: ignore[misc]
        self._began_at = monotonic()

    def _commit(self) -> None:
        super()._commit()  # type: ignore[misc]
        if monotonic() - self._began_at > HELD_LONG_SECONDS:
            sleep(GIVE_WAY_SECONDS)
