import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import connection

from niangjia.config import databases
from niangjia.config.databases import database_settings
from niangjia.kernel.deployment import Deployment
from niangjia.kernel.problems import Refusal

SOURCES = str(Path(databases.__file__).resolve().parents[2])


def run(code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("NIANGJIA", "DJANGO"))}
    return subprocess.run(
        [sys.executable, "-c", code],
        env=kept | {"PYTHONPATH": SOURCES, "DJANGO_SETTINGS_MODULE": "niangjia.config.settings"} | environment,
        capture_output=True,
        text=True,
        cwd="/",
    )


def test_the_secret_is_made_once_and_for_the_owner_only(tmp_path):
    Deployment.create(tmp_path / "town", "330624")
    code = "from django.conf import settings; print(settings.SECRET_KEY)"
    first, second = (run(code, NIANGJIA_DATA=str(tmp_path / "town")).stdout for _ in range(2))
    assert first == second and len(first.strip()) > 50
    secret = tmp_path / "town" / "keys" / "django.secret"
    assert stat.S_IMODE(secret.stat().st_mode) == 0o600
    assert [path.name for path in secret.parent.glob("*.part")] == []


def test_two_deployments_have_two_secrets(tmp_path):
    code = "from django.conf import settings; print(settings.SECRET_KEY)"
    secrets = set()
    for name in ("one", "two"):
        Deployment.create(tmp_path / name, "330624")
        secrets.add(run(code, NIANGJIA_DATA=str(tmp_path / name)).stdout)
    assert len(secrets) == 2


def test_without_a_deployment_settings_load_but_nothing_is_served():
    loaded = run("from django.conf import settings; print(settings.DEPLOYMENT, settings.DATABASES['default']['NAME'])")
    assert loaded.stdout.split() == ["None", ":memory:"]
    served = run("import niangjia.config.wsgi")
    assert served.returncode and "niangjia init" in served.stderr


def test_a_deployment_is_served_with_every_deploy_check_silent(tmp_path):
    Deployment.create(tmp_path / "town", "330624")
    code = (
        "import django, warnings; django.setup(); from django.core.checks import run_checks\n"
        "print([str(found) for found in run_checks(include_deployment_checks=True)])"
    )
    checked = run(code, NIANGJIA_DATA=str(tmp_path / "town"), NIANGJIA_HOSTS="help.example.gov.cn")
    assert checked.stdout.strip() == "[]", checked.stdout + checked.stderr


def test_off_this_machine_everything_is_https(tmp_path):
    Deployment.create(tmp_path / "town", "330624")
    code = (
        "from django.conf import settings as s\n"
        "print(s.SECURE_SSL_REDIRECT, s.SESSION_COOKIE_SECURE, s.SESSION_COOKIE_NAME, s.SECURE_HSTS_SECONDS, s.DEBUG)"
    )
    outside = run(code, NIANGJIA_DATA=str(tmp_path / "town"), NIANGJIA_HOSTS="help.example.gov.cn").stdout.split()
    assert outside == ["True", "True", "__Host-niangjia_session", "31536000", "False"]
    here = run(code, NIANGJIA_DATA=str(tmp_path / "town")).stdout.split()
    assert here == ["False", "False", "niangjia_session", "0", "False"]


def test_passwords_are_argon2_outside_tests(tmp_path):
    Deployment.create(tmp_path / "town", "330624")
    code = "from django.conf import settings; print(settings.PASSWORD_HASHERS)"
    assert "Argon2" in run(code, NIANGJIA_DATA=str(tmp_path / "town")).stdout
    assert "MD5" in settings.PASSWORD_HASHERS[0]


def test_the_policies_of_signing_in_are_chosen_in_the_deployments_file(tmp_path):
    Deployment.create(tmp_path / "town", "330624")
    config = tmp_path / "town" / "niangjia.toml"
    code = "from django.conf import settings; print(settings.PASSWORD_POLICY)"
    assert run(code, NIANGJIA_DATA=str(tmp_path / "town")).stdout.strip() == "asvs"
    config.write_text(config.read_text().replace('"asvs"', '"dengbao"'))
    assert run(code, NIANGJIA_DATA=str(tmp_path / "town")).stdout.strip() == "dengbao"
    limits = (
        "from django.conf import settings as s; print(s.SESSION_IDLE_SECONDS, s.SESSION_COOKIE_AGE, s.SECOND_FACTOR)"
    )
    assert run(limits, NIANGJIA_DATA=str(tmp_path / "town")).stdout.split() == ["1800", "43200", "staff"]
    config.write_text(config.read_text().replace("idle_minutes = 30", "idle_minutes = 10"))
    assert run(limits, NIANGJIA_DATA=str(tmp_path / "town")).stdout.split() == ["600", "43200", "staff"]
    config.write_text(config.read_text().replace("idle_minutes = 10", "idle_minutes = 0"))
    with pytest.raises(Refusal, match="1 至 480"):
        Deployment.load(tmp_path / "town")
    Deployment.create(tmp_path / "demo", "330624", is_demo=True)
    assert run(limits, NIANGJIA_DATA=str(tmp_path / "demo")).stdout.split()[2] == "off"
    config.write_text(config.read_text().replace("idle_minutes = 0", "").replace('"dengbao"', '"none"'))
    with pytest.raises(Refusal, match="asvs、dengbao"):
        Deployment.load(tmp_path / "town")


@pytest.mark.parametrize(
    "url, expected",
    [
        ("postgresql://u:p%40ss@db:5433/union", ("u", "p@ss", "db", "5433", "union")),
        ("postgresql://u@/union?host=/run/postgresql", ("u", "", "/run/postgresql", "", "union")),
        ("postgres://db/union", ("", "", "db", "", "union")),
    ],
)
def test_a_database_is_given_by_its_address(monkeypatch, url, expected):
    monkeypatch.setenv("NIANGJIA_DATABASE_URL", url)
    found = database_settings(None)
    assert tuple(found[key] for key in ("USER", "PASSWORD", "HOST", "PORT", "NAME")) == expected
    assert found["CONN_MAX_AGE"] == 0 and "pool" in found["OPTIONS"]


@pytest.mark.parametrize("url", ["mysql://db/union", "postgresql://db/", "union"])
def test_an_address_that_is_none_is_refused(monkeypatch, url):
    monkeypatch.setenv("NIANGJIA_DATABASE_URL", url)
    with pytest.raises(ImproperlyConfigured):
        database_settings(None)


@pytest.mark.django_db
def test_sqlite_keeps_its_promises_on_every_connection():
    if connection.vendor != "sqlite":
        pytest.skip("SQLite only")
    with connection.cursor() as cursor:
        found = {}
        for pragma in ("journal_mode", "synchronous", "foreign_keys"):
            found[pragma] = cursor.execute(f"PRAGMA {pragma}").fetchone()[0]
    assert found == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}
    assert connection.transaction_mode == "IMMEDIATE"


@pytest.mark.django_db
def test_a_database_that_may_forget_is_refused():
    databases.refuse_unsafe_database()
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL synchronous_commit = off")
    with pytest.raises(databases.UnsafeDatabase) as refused:
        databases.refuse_unsafe_database()
    assert "synchronous_commit" in refused.value.zh
