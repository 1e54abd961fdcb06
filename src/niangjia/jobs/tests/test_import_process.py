"""A large workbook is checked and landed by processes of their own: killed anywhere, they are started again and land it once."""

from __future__ import annotations

import os
import signal
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest
from django.db import connection

from niangjia.apps.programs.tests import town
from niangjia.engines import sensing
from niangjia.jobs import import_workbook as imports
from niangjia.kernel import working
from niangjia.kernel.deployment import Deployment

NOW = town.NOW
ROWS = 1500
WAITS = 120  # seconds, on a machine that others use too

pytestmark = pytest.mark.skipif(
    connection.vendor != "sqlite", reason="the processes read a copy of this test's own database, a file"
)


@pytest.fixture
def place(db, tmp_path, monkeypatch):
    """A deployment with a database of its own, as this test sees it; every workbook counts as a large one."""
    built = town.build()
    here = Deployment.create(tmp_path / "here", "330624")
    connection.ensure_connection()
    (here.folder / "db.sqlite3").write_bytes(connection.connection.serialize())  # with what is not committed
    monkeypatch.setattr(imports, "AT_ONCE_BYTES", 0)
    monkeypatch.delenv("NIANGJIA_DATABASE_URL", raising=False)
    return built.county, here


def members() -> bytes:
    rows = [f"{id_number(n)},职工{n},XG,2023-01-02" for n in range(ROWS)]
    return "\n".join(["身份证号,姓名,工会代码,入会日期", *rows, ""]).encode()


def id_number(number: int) -> str:
    digits = f"3306241990{1 + number // 28 % 12:02d}{1 + number % 28:02d}{number // 336:03d}"
    return digits + "10X98765432"[sum(int(digit) * 2 ** (17 - place) for place, digit in enumerate(digits)) % 11]


def process_of(folder: Path) -> int:
    """The id of the process that works in `folder`."""
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if str(folder).encode() in path.read_bytes() and b"niangjia.cli.working" in path.read_bytes():
                return int(path.parent.name)
        except OSError:
            continue
    raise AssertionError(f"nobody works in {folder}")


def wait_for(what):
    until = time.monotonic() + WAITS
    while not what():
        assert time.monotonic() < until
        time.sleep(0.005)


def killed_once(folder: Path, there) -> None:
    """SIGKILL to whoever lands, as soon as `there`."""
    wait_for(there)
    os.kill(process_of(folder), signal.SIGKILL)
    wait_for(lambda: not working.is_running(folder))


def events(here: Deployment) -> int:
    with closing(sqlite3.connect(here.folder / "db.sqlite3")) as database:
        return database.execute(
            "SELECT count(*) FROM audit_auditevent WHERE action = ?", [imports.IMPORTED]
        ).fetchone()[0]


def test_a_workbook_whose_landing_is_killed_twice_is_landed_once(place):
    county, here = place
    number = imports.receive(here, county, kind="member", name="a.csv", content=members(), now=NOW)
    folder = here.folder / "imports" / number
    imports.begin_check(here, county, number, now=NOW)
    assert imports.find(here, county, number, now=NOW).state == "RUNNING"
    wait_for(lambda: not imports.find(here, county, number, now=NOW).running)
    assert imports.find(here, county, number, now=NOW).seen.new == ROWS, (folder / "check" / working.LOG).read_text()

    imports.confirm(here, county, number, now=NOW)
    imports.confirm(here, county, number, now=NOW)  # a second press
    killed_once(folder / "land", lambda: list(folder.glob("land/plain/*/member.csv")))
    assert not sensing.committed(here.lake) and imports.find(here, county, number, now=NOW).state == "CUT_OFF"

    imports.confirm(here, county, number, now=NOW)
    killed_once(folder / "land", lambda: sensing.batch_names(here.lake))
    assert events(here) == 0 and imports.find(here, county, number, now=NOW).state == "CUT_OFF"

    imports.confirm(here, county, number, now=NOW)
    wait_for(lambda: not imports.find(here, county, number, now=NOW).running)
    found = imports.find(here, county, number, now=NOW)
    assert found.landed == imports.Landed(ROWS, 0, 0), (folder / "land" / working.LOG).read_text()
    assert len(sensing.committed(here.lake)) == 1 and events(here) == 1
    assert not list(folder.rglob("plain")) and not list(folder.rglob("*.sealed"))
