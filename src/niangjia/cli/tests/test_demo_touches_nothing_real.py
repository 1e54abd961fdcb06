"""The demo empties its folder and opens accounts with a published password: never where something real lies."""

import pytest

from niangjia.cli import demonstration
from niangjia.kernel.deployment import Deployment


def run(folder):
    demonstration.run(folder, persons=2000, months=1, serving=False, port=0, as_json=True)


@pytest.fixture(autouse=True)
def _nothing_is_made(monkeypatch):
    monkeypatch.delenv("NIANGJIA_DATABASE_URL", raising=False)

    def make(folder, persons, months):
        demonstration._clear_half_made(folder)
        raise KeyboardInterrupt

    monkeypatch.setattr(demonstration, "_make", make)


def test_a_real_deployment_is_refused_and_keeps_its_data(tmp_path):
    folder = tmp_path / "town"
    Deployment.create(folder, "330600")
    (folder / "db.sqlite3").write_text("the union's own")
    with pytest.raises(demonstration.NotADemo):
        run(folder)
    assert (folder / "db.sqlite3").read_text() == "the union's own"
    assert (folder / "lake").is_dir()


def test_a_folder_of_other_things_is_refused(tmp_path):
    (tmp_path / "runs").mkdir()
    with pytest.raises(demonstration.NotADemo):
        run(tmp_path)
    assert (tmp_path / "runs").is_dir()


def test_a_database_server_is_refused(tmp_path, monkeypatch):
    monkeypatch.setenv("NIANGJIA_DATABASE_URL", "postgresql://db/union")
    with pytest.raises(demonstration.DemoOnAServer):
        run(tmp_path / "demo")
    assert not (tmp_path / "demo").exists()


def test_a_demo_that_was_interrupted_starts_anew(tmp_path):
    folder = tmp_path / "demo"
    Deployment.create(folder, "330600", is_demo=True)
    (folder / "db.sqlite3").write_text("half made")
    with pytest.raises(KeyboardInterrupt):
        run(folder)
    assert not (folder / "db.sqlite3").exists()
