"""Whoever writes chunk after chunk leaves room between two of them: those who wait ask every tenth of a second."""

from __future__ import annotations

import threading
import time

import pytest
from django.db import OperationalError, connection, connections
from django.db.utils import ConnectionHandler

from niangjia.config.sqlite import base


def opened(path, *, timeout: float = 20):
    said = {"ENGINE": "niangjia.config.sqlite", "NAME": path, "OPTIONS": {"transaction_mode": "IMMEDIATE", "timeout": timeout}}  # fmt: skip
    return ConnectionHandler({"default": said})["default"]


def write(one, number: int, seconds: float = 0) -> None:
    one.set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)
    one.cursor().execute("INSERT INTO written VALUES (%s)", [number])
    time.sleep(seconds)
    one.commit()
    one.set_autocommit(True)


@pytest.fixture
def path(tmp_path, django_db_blocker):
    """A database of its own, not that of the tests."""
    with django_db_blocker.unblock():
        yield made(tmp_path / "db.sqlite3")


def made(path):
    first = opened(path)
    first.cursor().execute("PRAGMA journal_mode=WAL")
    first.cursor().execute("CREATE TABLE written (number INTEGER)")
    first.close()
    return path


def test_somebody_who_waits_writes_before_the_long_work_is_through(path, monkeypatch):
    monkeypatch.setattr(base, "HELD_LONG_SECONDS", 0.02)
    begun = threading.Event()

    def long_work() -> None:
        own = opened(path)
        for number in range(12):
            write(own, number, 0.05)
            begun.set()
        own.close()

    work = threading.Thread(target=long_work)
    work.start()
    begun.wait()
    own = opened(path)
    write(own, 1000)
    work.join()
    rows = [number for (number,) in own.cursor().execute("SELECT number FROM written ORDER BY rowid")]
    own.close()
    assert sorted(rows) == [*range(12), 1000] and rows[-1] == 11


def test_a_short_write_waits_for_nobody(path, monkeypatch):
    slept: list[float] = []
    monkeypatch.setattr(base, "sleep", slept.append)
    monkeypatch.setattr(base, "monotonic", iter([0, 0.2, 1, 1.3]).__next__)
    own = opened(path)
    write(own, 1)
    assert slept == []
    write(own, 2)
    own.close()
    assert slept == [base.GIVE_WAY_SECONDS]


def test_the_house_writes_through_it():
    if connection.vendor != "sqlite":
        pytest.skip("SQLite only")
    assert isinstance(connections["default"], base.DatabaseWrapper)


def test_a_database_kept_busy_is_said_to_be_busy_and_other_faults_are_not(path, rf):
    from niangjia.portals.api import problems

    holder, other = opened(path), opened(path, timeout=0)
    holder.set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)
    with pytest.raises(OperationalError) as locked:
        write(other, 1)
    with pytest.raises(OperationalError) as missing:
        other.cursor().execute("SELECT * FROM nothing")
    holder.rollback()
    holder.close()
    other.close()
    told = {}
    for name, error in {"locked": locked.value, "missing": missing.value}.items():
        for address in ("/desk/", "/api/v1/cases"):
            try:
                raise error
            except OperationalError:
                told[name, address] = problems.broken(rf.get(address))
    assert {key: one.status_code for key, one in told.items()} == {
        ("locked", "/desk/"): 503, ("locked", "/api/v1/cases"): 503, ("missing", "/desk/"): 500, ("missing", "/api/v1/cases"): 500,
    }  # fmt: skip
    assert "再试一次" in told["locked", "/desk/"].content.decode() and told["locked", "/desk/"]["Retry-After"] == "5"
    assert "busy" in told["locked", "/api/v1/cases"].content.decode()
    session_lost = RuntimeError("session")
    session_lost.__context__ = locked.value
    assert problems.bad(rf.get("/desk/"), session_lost).status_code == 503
    assert problems.bad(rf.get("/desk/"), ValueError("no request")).status_code == 400
