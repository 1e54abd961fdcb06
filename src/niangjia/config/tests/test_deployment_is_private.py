"""What lies in a deployment's folder is read by nobody but the account that runs it."""

import stat

from niangjia.kernel.deployment import Deployment


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
