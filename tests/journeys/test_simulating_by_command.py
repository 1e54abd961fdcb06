"""By command: a changed pack tried out over a sensed month, who never had what they are entitled to, and nothing live changed by it."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import shutil
from pathlib import Path

import pytest

from niangjia.kernel.deployment import programs_folder
from tests.journeys.test_command_line import MONTH, niangjia

GRANT = "330624-xinchang/special-grant"


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory, sensed_by_hand: Path) -> Path:
    """A deployment with one month landed and sensed."""
    return shutil.copytree(sensed_by_hand, tmp_path_factory.mktemp("simulated") / "town")


@pytest.fixture(scope="module")
def changed(town: Path) -> Path:
    """The special grant at 800 yuan."""
    folder = town / "changed" / GRANT
    folder.parent.mkdir(parents=True)
    shutil.copytree(programs_folder() / GRANT, folder)
    text = folder / "program.yaml"
    text.write_text(text.read_text(encoding="utf-8").replace("2023-05-01: 500", "2023-05-01: 800"), encoding="utf-8")
    return folder


def run(town: Path, *words: object) -> tuple[int, str, str]:
    done = niangjia("programs", *words, NIANGJIA_DATA=str(town / "data"))
    return done.returncode, done.stdout, done.stderr


def rows_of(database: Path) -> str:
    """Every row of the database, whatever its file looks like."""
    import sqlite3

    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as connection:
        return hashlib.sha256("\n".join(connection.iterdump()).encode()).hexdigest()


def test_a_changed_pack_is_tried_out_and_the_database_is_what_it_was(town: Path, changed: Path, tmp_path: Path) -> None:
    database = town / "data" / "db.sqlite3"
    before, lists = rows_of(database), sorted((town / "data" / "runs").rglob("*"))
    code, said, complained = run(
        town,
        "simulate",
        changed,
        "--month",
        MONTH,
        "--suppose-visits",
        "--budget",
        "10000",
        "--json",
        "--out",
        tmp_path / "out",
    )
    assert code == 0, complained
    (program,) = json.loads(said)["programs"]
    (month,) = program["months"]
    (cell,) = month["counties"].values()
    assert cell["before_granted"] == cell["after_granted"] > 0 and cell["newly_in"] == cell["newly_out"] == 0
    assert (
        float(cell["after_yuan"]) == cell["after_granted"] * 800
        and float(cell["before_yuan"]) == cell["before_granted"] * 500
    )
    assert program["after_exhausted"]["on"] < program["before_exhausted"]["on"]
    assert rows_of(database) == before and sorted((town / "data" / "runs").rglob("*")) == lists
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"result.json", "counties.csv", "unknown.csv"}
    told = json.loads((tmp_path / "out" / "result.json").read_text(encoding="utf-8"))
    assert told["programs"][0]["months"] == program["months"]


def test_it_speaks_to_people_too_and_refuses_in_words(town: Path, changed: Path, tmp_path: Path) -> None:
    code, said, _ = run(town, "simulate", changed, "--month", MONTH, "--against", programs_folder() / GRANT)
    assert code == 0 and "不能判定" in said and "verification_outcome" in said
    code, _, complained = run(town, "simulate", changed, "--month", "2024-03")
    assert code == 1 and "2024-03" in complained and "Traceback" not in complained
    code, _, complained = run(town, "simulate", tmp_path, "--month", MONTH)
    assert code == 1 and "program.yaml" in complained
    for wrong in (
        ("--suppose", "verification_outcome"),
        ("--budget", "-1"),
        ("--against", town / "nowhere"),
        ("--months", "99"),
    ):
        assert run(town, "simulate", changed, "--month", MONTH, *wrong)[0] == 2
    code, _, complained = run(town, "simulate", changed, "--month", MONTH, "--suppose", "verification_outcom='V1'")
    assert code == 1 and "verification_outcome" in complained


def test_who_never_had_it_is_counted_for_everybody_and_listed_for_a_purpose(town: Path) -> None:
    code, said, complained = run(town, "takeup", "--month", MONTH, "--json")
    assert code == 0, complained
    assert {"special-grant", "graded-aid"} <= {one["program"] for one in json.loads(said)}
    code, _, complained = run(town, "takeup", "--month", MONTH, "--csv")
    assert code == 1 and "理由" in complained
    code, said, _ = run(town, "takeup", "--month", MONTH, "--csv", "--members", "--reason", "逐户联系应享未享职工")
    header = next(csv.reader(io.StringIO(said)))
    assert code == 0 and header[:4] == ["names", "id_numbers", "phones", "program"]
    code, _, complained = run(
        town, "takeup", "--month", MONTH, "--csv", "--reason", "逐户联系应享未享职工", "--as", "nobody"
    )
    assert code == 1 and "岗位" in complained
    assert niangjia("verify", NIANGJIA_DATA=str(town / "data")).returncode == 0
