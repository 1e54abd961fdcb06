"""Sheets are data: what is read, and what is refused with its place."""

from __future__ import annotations

from decimal import Decimal

import pytest

from niangjia.apps.assessments import sheets
from niangjia.apps.assessments.problems import NoSuchSheet
from niangjia.apps.assessments.score import Kind
from niangjia.apps.targets import queries as targets
from niangjia.engines.policy.problems import PackError
from niangjia.kernel.deployment import programs_folder

SHIPPED = programs_folder() / sheets.FOLDER / "330000-union-work-2026.yaml"


def test_the_shipped_sheet_has_a_hundred_points_and_says_that_its_weights_are_examples():
    sheet = sheets.get_sheet("union-work-2026")
    assert sum(item.weight for item in sheet.items) == 100
    assert "示例" in sheet.title["zh"] and "examples" in sheet.title["en"]
    assert (sheet.extra, sheet.off) == (5, 10)


def test_every_item_of_the_shipped_sheets_can_be_counted():
    assert sheets.check_folder(programs_folder()) == []
    for sheet in sheets.list_sheets():
        for item in sheet.items:
            if item.programme:
                assert targets.find_indicator(targets.get_programme(item.programme), item.indicator)
            else:
                assert sheets.measure_of(sheet, item).id == f"{sheet.id}.{item.id}"


def test_an_indicator_scores_what_was_reached_of_what_was_asked():
    rule = sheets.find_item(sheets.get_sheet("union-work-2026"), "visited").rule
    assert (rule.kind, rule.goal) == (Kind.RATIO, Decimal(1))


def test_what_is_not_there_is_refused():
    with pytest.raises(NoSuchSheet):
        sheets.get_sheet("nothing")
    with pytest.raises(NoSuchSheet):
        sheets.find_item(sheets.get_sheet("union-work-2026"), "nothing")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("kind: rate, least: 0.3, most: 0.9", "kind: rate, least: 0.9, most: 0.3", "least"),
        ("kind: ratio, goal: 20", "kind: ratio", "goal"),
        ("weight: 15", "weight: 0", "above zero"),
        ("id: overdue", "id: visited", "twice"),
        (
            "indicator: warm-action-2022.visited",
            "indicator: warm-action-2022.visited\n    unit: pieces",
            "none of these",
        ),
        ("unit: persons", "unit: percent", "denominator"),
        ("kind: rank", "kind: guess", "guess"),
        ("level: COUNTY", "level: TOWN", "TOWN"),
    ],
)
def test_a_slip_in_a_sheet_is_refused(tmp_path, old, new, said):
    text = SHIPPED.read_text(encoding="utf-8")
    assert old in text
    (tmp_path / "a.yaml").write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(PackError) as refused:
        sheets.read(tmp_path / "a.yaml")
    assert said in " ".join(str(problem) for problem in refused.value.problems)


def test_a_source_that_nobody_counts_is_found_when_packs_are_checked(tmp_path):
    (tmp_path / "vocabulary").mkdir()
    (tmp_path / sheets.FOLDER).mkdir()
    declared = (programs_folder() / "vocabulary" / "counted.yaml").read_text(encoding="utf-8")
    (tmp_path / "vocabulary" / "counted.yaml").write_text(declared, encoding="utf-8")
    text = SHIPPED.read_text(encoding="utf-8").replace("source: talk}", "source: chatter}")
    (tmp_path / sheets.FOLDER / "a.yaml").write_text(text, encoding="utf-8")
    (problem,) = sheets.check_folder(tmp_path)
    assert (problem.line, problem.word) == (1 + text[: text.index("chatter")].count("\n"), "chatter")
