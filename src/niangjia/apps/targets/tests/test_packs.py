"""The shipped targets word by word, and what a file may not say."""

from __future__ import annotations

import shutil
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from niangjia.apps.targets import packs
from niangjia.apps.targets.types import Comparator, Unit
from niangjia.engines import counting
from niangjia.kernel.deployment import programs_folder

AT_LEAST, OVER, PLAN = Comparator.AT_LEAST, Comparator.OVER, Comparator.PLAN
WARM = [
    ("visited", Unit.PERSON_TIMES, AT_LEAST, 100_000),
    ("enrolled", Unit.PERSON_TIMES, OVER, 100_000),
    ("served", Unit.PERSON_TIMES, AT_LEAST, 100_000),
    ("trained", Unit.PERSON_TIMES, AT_LEAST, 10_000),
    ("built", Unit.PIECES, PLAN, 500),
    ("beautiful", Unit.PIECES, PLAN, 100),
    ("recuperated", Unit.PERSONS, AT_LEAST, 5_000),
    ("examined", Unit.PERSONS, AT_LEAST, 5_000),
]


def test_the_warm_action_has_its_eight_targets_with_unit_comparator_and_sentence():
    programme = packs.get_programme("warm-action-2022")
    told = [(one.id, one.unit, one.goal.comparator, int(one.goal.value)) for one in programme.indicators if one.goal]
    assert told == WARM
    assert all(
        one.clause and one.counts and one.period.first == one.period.last == 2022 for one in programme.indicators
    )


def test_the_ten_measures_of_quzhou_are_nine_and_a_place_that_says_it_is_not_visible():
    (action,) = packs.get_programme("quzhou-ten-measures-2022").actions
    assert len(action.measures) == 10 and [bool(one.title) for one in action.measures] == [True] * 9 + [False]
    assert action.measures[-1].unknown == {"zh": "报道中未见第十条", "en": "not visible in the source"}


def test_three_of_jingnings_ten_measures_are_named():
    (action,) = packs.get_programme("jingning-ten").actions
    assert [bool(one.unknown) for one in action.measures] == [False] * 3 + [True] * 7


def test_the_paper_gives_no_number_to_the_four_actions_nor_to_the_reform():
    four = packs.get_programme("in-action-2022")
    assert len(four.actions) == 4
    reform = packs.get_programme("workforce-reform-2022")
    assert [one.goal for programme in (four, reform) for one in programme.indicators if one.goal] == []


def test_venues_are_to_stand_at_ninety_percent_by_the_end_of_2025():
    (rate, _pilots) = packs.get_programme("venues-2025").indicators
    assert (rate.unit, rate.goal.comparator, rate.goal.value, rate.period.last, rate.period.is_standing) == (
        Unit.PERCENT, AT_LEAST, 90, 2025, True,
    )  # fmt: skip


def test_the_three_years_of_small_firms_are_a_statement_whose_parts_add_up_to_232_percent_of_the_goal():
    programme = packs.get_programme("small-firm-skills")
    three_years, this_year, *_others = programme.indicators
    (stated,) = three_years.stated
    assert [one.value for one in stated.parts] == [567_900, 127_400] and stated.total == 695_300
    assert round(100 * stated.total / three_years.goal.value, 1) == Decimal("231.8")
    assert round(100 * stated.parts[0].value / three_years.goal.value, 1) == Decimal("189.3")
    assert (three_years.period.first, three_years.period.last) == (2019, 2021)
    assert (this_year.goal.value, this_year.period.last) == (100_000, 2022)


def test_what_nothing_here_counts_says_why_and_every_goal_has_its_sentence():
    for programme in packs.list_programmes():
        for one in programme.indicators:
            assert (one.counts is None) == bool(one.elsewhere), (programme.id, one.id)
            assert one.goal is None or one.clause, (programme.id, one.id)


@pytest.mark.parametrize("programme, indicator", [("jingning-ten", "projects"), ("workforce-reform-2022", "evaluated")])
def test_a_vacancy_that_was_filled_is_no_project_of_help(tmp_path, programme, indicator):
    """E22, E23: need and helper of E09 stand in the same room; what is counted are projects of volunteering."""
    sources = counting.load_sources(programs_folder())
    needs = [{"ref": f"need:{kind}", "day": date(2022, 11, 3), "union_id": 1, "kind": kind} for kind in ("volunteering", "vacancy")]  # fmt: skip
    union = counting.UnionRow(1, None, "PROVINCE", "330000", "/1/")
    counting.write_rollup(
        tmp_path, as_of=datetime(2022, 12, 31, tzinfo=UTC), unions=[union], sources=[(sources["help"], needs)]
    )
    found = packs.get_programme(programme)
    measure = packs.measure_of(found, packs.find_indicator(found, indicator))
    year = {"since": date(2022, 1, 1), "until": date(2022, 12, 31)}
    assert counting.Rollup.open(tmp_path, sources).figure(measure, within=1, **year).rows == 1


@pytest.fixture
def changed(tmp_path):
    """The problems of the shipped folder after one text of one file was replaced."""

    def change(name: str, old: str, new: str) -> list[str]:
        shutil.copytree(programs_folder() / "targets", tmp_path / "targets", dirs_exist_ok=True)
        path = tmp_path / "targets" / name
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
        return [str(problem) for problem in packs.check_folder(tmp_path)]

    return change


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        ("330000-small-firm-skills.yaml", "value: 127400", "value: 127300", "695,200"),
        ("330000-warm-action-2022.yaml", "unit: person_times", "unit: persontimes", "person_times"),
        ("330000-warm-action-2022.yaml", "is: over", "is: above", "at_least"),
        (
            "330000-warm-action-2022.yaml",
            "            clause: 全省各级工会全年走访慰问新就业群体不少于10万人次\n",
            "",
            "clause",
        ),
        (
            "330000-warm-action-2022.yaml",
            "            counts: {source: visit",
            "            count: {source: visit",
            "counts",
        ),
        ("330000-venues-2025.yaml", "period: {by: 2025}", "period: {by: 2025, year: 2025}", "by"),
        ("331127-jingning-ten.yaml", "id: jingning-ten", "id: venues-2025", "venues-2025"),
    ],
)
def test_a_slip_in_a_file_of_targets_is_told_with_its_place(changed, name, old, new, said):
    assert any(said in one for one in changed(name, old, new))
