"""`niangjia programs check` and `test` read every kind of file, and tell a slip with its line, column and the nearest right word."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from niangjia.cli.commands import main
from niangjia.kernel.deployment import programs_folder

WARM, SHEET, MONTHLY, QUARTERLY, BOOKS = (
    "targets/330000-warm-action-2022.yaml",
    "assessments/330000-union-work-2026.yaml",
    "bulletins/hardship-monthly.yaml",
    "bulletins/targets-quarterly.yaml",
    "contests/330000-bookhouses.yaml",
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """No programme; the vocabulary and the other kinds as they are shipped."""
    for name in ("vocabulary", "targets", "assessments", "bulletins", "contests"):
        shutil.copytree(programs_folder() / name, tmp_path / name)
    return tmp_path


SLIPS = [
    (WARM, "source: visit", "source: visitt", "visitt", "visit"),
    (WARM, "unit: person_times", "unit: person_tims", "person_tims", "person_times"),
    (WARM, "    measures:", "    mesures:", "mesures", "measures"),
    (SHEET, "outcome in ('V1', 'V2')", "outcom in ('V1', 'V2')", "outcom", "outcome"),
    (SHEET, "indicator: warm-action-2022.visited", "indicator: warm-action-2022.visitd", "warm-action-2022.visitd", "warm-action-2022.visited"),
    (SHEET, "kind: rank", "kind: rnk", "rnk", "rank"),
    (MONTHLY, "rhythm: month", "rhythm: monht", "monht", "month"),
    (MONTHLY, "退出{exited}", "退出{exitd}", "{exitd}", "exited"),
    (MONTHLY, "{listed|change}。其中", "{listed|chnge}。其中", "{listed|chnge}", "listed|change"),
    (MONTHLY, "figures: [paid_month, paid, helped]", "figures: [paid_month, pid, helped]", "pid", "paid"),
    (MONTHLY, "sentences:\n  up: 比上期增加{step}", "sentences:\n  up: 比上期增加", "比上期增加", ""),
    (BOOKS, "cut_tie: all", "cut_tie: al", "al", "all"),
    (BOOKS, "least_marks: 2", "least_mark: 2", "least_mark", "least_marks"),
    (BOOKS, "quota: ask", "quota: many", "many", ""),
    (BOOKS, "by: [nomination]", "by: [worker]", "[worker]", ""),
    (QUARTERLY, "targets: warm-action-2022", "targets: warm-action-2202", "warm-action-2202", "warm-action-2022"),
    (QUARTERLY, "已完成{reached}，完成率", "已完成{reach}，完成率", "{reach}", "reached"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "old", "new", "word", "nearest"), SLIPS, ids=[f"{one[0]} {one[3]}" for one in SLIPS])
@pytest.mark.parametrize("command", ["check", "test"])
def test_a_slip_is_told_with_its_line_its_column_and_the_nearest_word(folder, command, name, old, new, word, nearest):
    path = folder / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(wrong := text.replace(old, new, 1), encoding="utf-8")
    done = CliRunner().invoke(main, ["programs", command, str(folder)], env={"COLUMNS": "1000"})
    assert done.exit_code == 1
    at = wrong.index(new) + new.index(word)
    place = f"{name}:{wrong.count(chr(10), 0, at) + 1}:{at - wrong.rfind(chr(10), 0, at)} "
    said = [line for line in done.output.splitlines() if place in line]
    assert any(f"Did you mean {nearest}?" in line if nearest else True for line in said)


@pytest.mark.parametrize("kind", ["targets", "assessments", "bulletins", "contests"])
def test_an_id_that_is_there_twice_is_told(folder, kind):
    first = sorted((folder / kind).glob("*.yaml"))[0]
    shutil.copy(first, first.with_name("zz-copy.yaml"))
    done = CliRunner().invoke(main, ["programs", "check", str(folder)], env={"COLUMNS": "1000"})
    assert done.exit_code == 1 and "zz-copy.yaml" in done.output and first.name in done.output
