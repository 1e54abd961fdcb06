"""What lies in a deployment's folder is read by nobody but the account that runs it."""

import os
import stat
import subprocess
import sys
from pathlib import Path

from niangjia.kernel import deployment
from niangjia.kernel.deployment import Deployment

SOURCES = str(Path(deployment.__file__).resolve().parents[2])


def run(code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("NIANGJIA", "DJANGO"))}
    settings = {"PYTHONPATH": SOURCES, "DJANGO_SETTINGS_MODULE": "niangjia.config.settings"}
    return subprocess.run(
        [sys.executable, "-c", code], env=kept | settings | environment, capture_output=True, text=True
    )


def mode(path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_new_deployment_is_its_owners_alone(tmp_path):
    Deployment.create(tmp_path / "town", "330600", database_url="postgresql://u:secret@db/union")
    assert mode(tmp_path / "town") == 0o700
    assert mode(tmp_path / "town" / "niangjia.toml") == 0o600


def test_an_empty_folder_that_was_there_is_closed_too(tmp_path):
    (tmp_path / "town").mkdir(mode=0o755)
    Deployment.create(tmp_path / "town", "330600")
    assert mode(tmp_path / "town") == 0o700


def test_pages_for_developers_are_shown_on_a_demo_alone(tmp_path):
    for name, is_demo, expected in (("town", False, "False"), ("demo", True, "True")):
        Deployment.create(tmp_path / name, "330600", is_demo=is_demo)
        code = "from django.conf import settings; print(settings.DEBUG)"
        assert run(code, NIANGJIA_DATA=str(tmp_path / name), NIANGJIA_DEBUG="1").stdout.strip() == expected
