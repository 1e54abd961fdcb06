"""A month by hand: what the command line does, refuses, and says."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]
MONTH = "2023-10"


def niangjia(*words: object, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "niangjia", *map(str, words)], capture_output=True, encoding="utf-8", cwd=REPOSITORY,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY / "src"), **environment},
    )  # fmt: skip


@pytest.fixture(scope="module")
def sensed(tmp_path_factory: pytest.TempPathFactory, sensed_by_hand: Path) -> Path:
    """A deployment with one month landed and sensed, and its feeds beside it."""
    return shutil.copytree(sensed_by_hand, tmp_path_factory.mktemp("command-line") / "town") / "data"


def test_help_names_every_step_of_a_month() -> None:
    said = niangjia("--help").stdout
    assert all(
        word in said
        for word in (
            "init",
            "land",
            "sense",
            "list",
            "explain",
            "pay",
            "verify",
            "verify-audit",
            "serve",
            "demo",
            "bench",
            "programs",
        )
    )


def test_wrong_use_ends_with_2_and_says_how_a_month_is_written(sensed: Path) -> None:
    done = niangjia("sense", "--month", "2023-13", "--data", sensed)
    assert done.returncode == 2
    assert "2024-12" in done.stderr


def test_a_folder_that_is_no_deployment_is_refused_with_the_command_that_makes_one(tmp_path: Path) -> None:
    done = niangjia("sense", "--month", MONTH, "--data", tmp_path)
    assert done.returncode == 1
    assert "niangjia init" in done.stderr


def test_init_again_keeps_the_deployment_and_another_home_is_refused(sensed: Path) -> None:
    assert niangjia("init", sensed, "--home", "330600").returncode == 0
    other = niangjia("init", sensed, "--home", "330100")
    assert other.returncode == 1
    assert "330600" in other.stderr


def test_a_month_that_was_not_landed_is_refused_in_both_languages(sensed: Path) -> None:
    done = niangjia("sense", "--month", "2030-01", "--data", sensed)
    assert done.returncode == 1
    assert "niangjia land" in done.stderr and "Nothing has been landed" in done.stderr


def test_sensing_again_changes_nothing(sensed: Path) -> None:
    first = json.loads(niangjia("sense", "--month", MONTH, "--data", sensed, "--json").stdout)
    assert first["is_new"] is False
    assert first["kind"] == "monthly"


def test_id_numbers_need_a_reason_and_are_logged(sensed: Path) -> None:
    assert niangjia("list", "--month", MONTH, "--csv", "--members", "--data", sensed).returncode == 1
    table = niangjia(
        "list", "--month", MONTH, "--csv", "--members", "--reason", "核对本月名单", "--data", sensed
    ).stdout.splitlines()
    assert table[0].startswith("members,month,household_key")
    assert len(table) > 2


def test_explain_tells_why_somebody_is_on_the_list_and_what_a_program_still_has_to_ask(sensed: Path) -> None:
    table = niangjia(
        "list", "--month", MONTH, "--csv", "--members", "--reason", "核对本月名单", "--data", sensed
    ).stdout.splitlines()
    person = next(row for row in table[1:] if ",330624" in row).split(",")[0].split("|")[0]
    asking = ("--month", MONTH, "--json", "--data", sensed)
    assert niangjia("explain", person, "hardship-sensing", *asking).returncode == 1
    asking = ("--reason", "职工来电询问", *asking)
    why = json.loads(niangjia("explain", person, "hardship-sensing", *asking).stdout)
    assert why["lines"] and why["lines_en"]
    grant = json.loads(niangjia("explain", person, "special-grant", *asking).stdout)
    assert grant["outcome"] == "cannot_tell"


def test_a_folder_with_an_unknown_feed_lands_the_others_and_ends_with_1(sensed: Path, tmp_path: Path) -> None:
    month = tmp_path / "2023-11"
    month.mkdir()
    (month / "medical_setlement.csv").write_text("a,b\n1,2\n")
    done = niangjia("land", month, "--data", sensed)
    assert done.returncode == 1
    assert "medical_settlement" in done.stderr


def test_a_list_is_made_without_a_union_tree_and_says_what_it_needs_to_be_sent(sensed: Path, tmp_path: Path) -> None:
    month = tmp_path / MONTH
    month.mkdir()
    for path in (sensed.parent / "feeds" / MONTH).iterdir():
        if path.stem != "union":
            shutil.copytree(path, month / path.name) if path.is_dir() else shutil.copy(path, month)
    data = tmp_path / "data"
    assert niangjia("init", data, "--home", "330600").returncode == 0
    assert niangjia("land", month, "--data", data).returncode == 0
    done = niangjia("sense", "--month", MONTH, "--data", data)
    assert done.returncode == 0, done.stderr
    assert "union" in done.stderr and "cannot be sent yet" in done.stderr
    assert niangjia("list", "--month", MONTH, "--csv", "--data", data).stdout.startswith("month,household_key")


def test_every_invariant_holds_and_the_audit_chain_is_whole(sensed: Path) -> None:
    assert niangjia("verify", "--data", sensed).returncode == 0
    assert niangjia("verify-audit", "--data", sensed).returncode == 0
