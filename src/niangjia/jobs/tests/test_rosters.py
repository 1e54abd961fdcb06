"""A roster of a programme comes in as a workbook: its columns are what the programme asks first, and it is taken whole or not at all."""

from __future__ import annotations

import io
from datetime import timedelta
from pathlib import Path

import openpyxl
import pytest

from niangjia.apps.audit.models import AuditEvent
from niangjia.apps.matters.models import Matter
from niangjia.apps.matters.problems import NotForThisPost
from niangjia.apps.matters.tests import begun
from niangjia.apps.programs import actions as programs
from niangjia.apps.programs.tests import town as towns
from niangjia.engines import policy
from niangjia.jobs import import_roster, roster_kinds
from niangjia.jobs.import_roster import NoLongerRight
from niangjia.kernel.deployment import programs_folder

pytestmark = pytest.mark.django_db
NOW = towns.NOW
PROGRAM = "skill-allowance"
PACK = Path(__file__).parents[4] / "demo/town/programs/330624-xinchang/skill-allowance"


@pytest.fixture
def town():
    built = towns.build()
    home = programs_folder()
    programs.install_packs([policy.load_pack(PACK, policy.load_vocabulary(home))], NOW, programs=home)
    for number in (1, 2):
        towns.household(number, built["XG"])
    return built


def roster(town):
    return roster_kinds.of_program(town.grassroots, PROGRAM, now=NOW)


def sheet(town, *rows: list[str]) -> bytes:
    book = openpyxl.load_workbook(io.BytesIO(import_roster.template(roster(town)).read()))
    for row in rows:
        book.active.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def person(number: int, *said: str) -> list[str]:
    return [towns.id_number(number * 3), *(said or ("技师", "2022-05-20", "技能竞赛", "是"))]


def heads(content: bytes) -> list[str]:
    return [cell.value for cell in openpyxl.load_workbook(io.BytesIO(content)).active[4]]


def test_the_template_has_a_column_for_each_question_of_the_first_stage(town):
    assert heads(sheet(town)) == ["身份证号", "技能等级", "证书日期", "证书来源", "纺织企业职工"]


def test_everybody_of_the_workbook_is_on_the_roster_once_it_is_confirmed_and_nobody_before(town):
    content = sheet(town, person(1), person(2, "technician", "2022年5月20日", "contest", "no"))
    seen = import_roster.look(town.grassroots, roster(town), ending=".xlsx", content=content, now=NOW)
    assert seen.counts == {"ADDED": 2} and not seen.wrong and not Matter.objects.exists()
    for _ in range(2):  # pressed twice
        import_roster.take(town.grassroots, roster(town), ending=".xlsx", content=content, key="one", now=NOW)
    assert Matter.objects.filter(program=PROGRAM).count() == 2
    later = import_roster.look(town.grassroots, roster(town), ending=".xlsx", content=content, now=NOW)
    assert later.is_idle and later.counts == {"SAME": 2}


@pytest.mark.parametrize(
    "said, part",
    [
        (("技师", "2022-05-20", "技能竞赛", "也许"), "“纺织企业职工”没有“也许”。可填：是、否"),
        (("技师", "五月二十", "技能竞赛", "是"), "“证书日期”"),
        (("技师", "", "技能竞赛", "是"), "还有没填的：证书日期"),
    ],
)
def test_a_row_says_which_column_is_wrong_and_nobody_is_taken(town, said, part):
    content = sheet(town, person(1), person(2, *said))
    seen = import_roster.look(town.grassroots, roster(town), ending=".xlsx", content=content, now=NOW)
    assert [(one.row, part in one.zh) for one in seen.wrong] == [(6, True)], seen.wrong
    with pytest.raises(NoLongerRight):
        import_roster.take(town.grassroots, roster(town), ending=".xlsx", content=content, key="one", now=NOW)
    assert not Matter.objects.exists()
    marked = openpyxl.load_workbook(io.BytesIO(import_roster.marked(seen, language="zh-hans"))).active
    assert not marked["F5"].value and part in marked["F6"].value


def test_a_list_with_more_rows_than_are_taken_at_once_is_refused_whole(town):
    with pytest.raises(import_roster.TooManyRows):
        import_roster.look(
            town.grassroots,
            roster(town),
            ending=".xlsx",
            content=sheet(town, *[person(1)] * (import_roster.MOST_ROWS + 1)),
            now=NOW,
        )
    with pytest.raises(import_roster.NoRows):
        import_roster.look(town.grassroots, roster(town), ending=".xlsx", content=sheet(town), now=NOW)


def test_a_programme_that_goes_by_no_roster_of_people_has_none(town):
    begun.install()
    with pytest.raises(NotForThisPost):
        roster_kinds.of_program(town.grassroots, "hazard-report", now=NOW)


def test_checking_a_list_is_on_record_and_bounded_as_looking_for_one_person_is(town):
    content = sheet(town, person(1))
    for _ in range(import_roster.CHECKS_PER_HOUR):
        import_roster.look(town.grassroots, roster(town), ending=".xlsx", content=content, now=NOW)
    with pytest.raises(import_roster.TooManyChecks):
        import_roster.look(town.grassroots, roster(town), ending=".xlsx", content=content, now=NOW)
    later = NOW + timedelta(hours=1, minutes=1)
    import_roster.look(town.grassroots, roster(town), ending=".xlsx", content=content, now=later)
    events = AuditEvent.objects.filter(action=import_roster.CHECKED)
    assert events.count() == import_roster.CHECKS_PER_HOUR + 1 and towns.id_number(3) not in events[0].detail_text
