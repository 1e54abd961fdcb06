"""A database of another version is refused before anything is read, and upgraded by one command that backs it up first."""

from __future__ import annotations

import sqlite3
import subprocess
import sys

import pytest

from niangjia.kernel.deployment import Deployment

STEP = ("accounts", "0002_whom_an_account_was")


def niangjia(*words: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "niangjia", *map(str, words)], capture_output=True, text=True, check=False)  # fmt: skip


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("upgraded") / "here"
    assert niangjia("init", folder, "--home", "330624").returncode == 0
    return folder


def change(folder, *statements: tuple[str, tuple[str, ...]]) -> None:
    with sqlite3.connect(folder / "db.sqlite3") as database:
        for sql, values in statements:
            database.execute(sql, values)


def test_an_older_database_is_refused_in_words_and_upgraded_after_a_backup(made):
    change(
        made,
        ("ALTER TABLE accounts_account DROP COLUMN was_person_ids", ()),
        ("DELETE FROM django_migrations WHERE app = ? AND name = ?", STEP),
    )
    refused = niangjia("verify", "--data", made)
    assert refused.returncode == 1 and "niangjia upgrade" in refused.stderr and "Traceback" not in refused.stderr
    assert niangjia("upgrade", "--data", made).returncode == 0
    (backup,) = (made / "backups").iterdir()
    assert backup.stat().st_mode & 0o777 == 0o600
    columns = "SELECT count(*) FROM pragma_table_info('accounts_account') WHERE name = 'was_person_ids'"
    found = [sqlite3.connect(path).execute(columns).fetchone() for path in (backup, made / "db.sqlite3")]
    assert found == [(0,), (1,)]
    assert niangjia("verify", "--data", made).returncode == 0
    again = niangjia("upgrade", "--data", made)
    assert again.returncode == 0 and len(list((made / "backups").iterdir())) == 1


def test_a_database_newer_than_the_program_is_refused(made):
    change(made, ("INSERT INTO django_migrations (app, name, applied) VALUES ('cases', '0099_of_tomorrow', ?)", ("2099-01-01",)))  # fmt: skip
    refused = niangjia("verify", "--data", made)
    change(made, ("DELETE FROM django_migrations WHERE name = ?", ("0099_of_tomorrow",)))
    assert refused.returncode == 1 and "cases.0099_of_tomorrow" in refused.stderr


def test_a_folder_that_was_never_made_whole_is_refused_too(tmp_path):
    deployment = Deployment.create(tmp_path / "begun", "330624")
    assert "niangjia upgrade" in niangjia("verify", "--data", deployment.folder).stderr
    assert niangjia("upgrade", "--data", deployment.folder).returncode == 0
    assert not (deployment.folder / "backups").exists()
