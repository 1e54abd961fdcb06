"""The warning signs as drawn tables, on both sides of every line; all households live in one town that is sensed once."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from niangjia.engines import sensing
from niangjia.engines.sensing.tests.town_on_paper import OTHER_EMPLOYER, MonthList, Town, drawn
from niangjia.kernel.deployment import programs_folder
from niangjia.kernel.months import Month

FEBRUARY = Month("2024-02")  # W12 = 2023-03 … 2024-02
YEAR = FEBRUARY.window(12)
Row = dict[str, str]
_DRAWINGS: list[tuple[list[Row], Callable[[Town, Row], str]]] = []


def rows(table: list[Row]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("row", table, ids=[row["household"] for row in table])


def acts(table: list[Row]) -> Callable[[Callable[[Town, Row], str]], Callable[[Town, Row], str]]:
    """The function writes one row of the table onto the town's paper and returns the worker's ID number."""

    def keep(write: Callable[[Town, Row], str]) -> Callable[[Town, Row], str]:
        _DRAWINGS.append((table, write))
        return write

    return keep


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Town:
    return Town(tmp_path_factory.mktemp("triggers"))


@pytest.fixture(scope="module")
def sensed(town: Town) -> tuple[MonthList, dict[int, str]]:
    worker_of = {id(row): write(town, row) for table, write in _DRAWINGS for row in table}
    town.settle(town.worker(), "1", "2022-12-01")  # a settlement history that reaches back to T-14, for M6
    town.land(town.deliver(FEBRUARY))
    return town.sense(FEBRUARY), worker_of


def fires(sensed: tuple[MonthList, dict[int, str]], trigger: str, row: Row) -> str:
    month, worker_of = sensed
    return "yes" if trigger in month.fired(worker_of[id(row)]) else "no"


# ------------------------------------------------------------------------------------------------------------- T-EDU

EDU_1 = drawn("""
    household                          | students              | until      | base    | fires
    -----------------------------------+-----------------------+------------+---------+------
    one at university, at the line     | higher                |            | 4000.00 | no
    one at university, below it        | higher                |            | 3999.99 | yes
    one at school                      | senior                |            | 3999.99 | no
    two students of any stage          | kindergarten senior   |            | 5999.99 | yes
    two students, at the line          | compulsory vocational |            | 6000.00 | no
    two students, one left today       | compulsory compulsory | 2024-02-29 | 3000.00 | no
    two students, one leaves tomorrow  | compulsory compulsory | 2024-03-01 | 3000.00 | yes
    """)  # twice the standard: 2,000 a head and month, two or three heads


@acts(EDU_1)
def families_with_students(town: Town, row: Row) -> str:
    worker = town.worker(base=row["base"], months=YEAR)
    for place, stage in enumerate(row["students"].split()):
        child = town.lodger(worker, "2004-09-01" if stage == "higher" else "2010-09-01")
        town.study(child, stage, until=(row["until"] or None) if place == 0 else None)
    return worker


@rows(EDU_1)
def test_edu_1_counts_students_and_income_per_head_below_twice_the_standard(sensed, row: Row) -> None:
    assert fires(sensed, "T-EDU-1", row) == row["fires"]


EDU_2 = drawn("""
    household                  | ownership | fee      | aid      | base    | fires
    ---------------------------+-----------+----------+----------+---------+------
    at the line                | public    | 18000    | 0        | 5000    | yes
    a cent below               | public    | 17999.99 | 0        | 5000    | no
    after aid, at the line     | public    | 20000    | 2000     | 5000    | yes
    after aid, below           | public    | 20000    | 2000.01  | 5000    | no
    more aid than fee          | public    | 1000     | 5000     | 5000    | no
    nothing paid, no income    | public    | 0        | 0        | 0       | no
    a fee and no income        | public    | 1        | 0        | 0       | yes
    private, not yet high-fee  | private   | 30000    | 0        | 5000    | yes
    high-fee is left out       | private   | 30000.01 | 0        | 5000    | no
    as dear but public         | public    | 30000.01 | 0        | 5000    | yes
    income unknown             | public    | 30000    | 0        | unknown | no
    """)  # 5,000 a month: 30 % of 60,000 is 18,000


@acts(EDU_2)
def fees(town: Town, row: Row) -> str:
    known = row["base"] != "unknown"
    worker = town.worker(base=row["base"], months=YEAR if known else ())
    town.study(
        town.lodger(worker, "2012-09-01"), "compulsory", ownership=row["ownership"], fee=row["fee"], aid=row["aid"]
    )
    return worker


@rows(EDU_2)
def test_edu_2_fires_at_thirty_percent_of_income_without_high_fee_schools(sensed, row: Row) -> None:
    assert fires(sensed, "T-EDU-2", row) == row["fires"]


# ------------------------------------------------------------------------------------------------------------- T-CAT

CAT_1 = drawn("""
    household                         | events: kind loss compensation             | base    | fires
    ----------------------------------+--------------------------------------------+---------+------
    at eighty percent                 | fire 48000 0                               | 5000    | no
    a cent above                      | fire 48000.01 0                            | 5000    | yes
    a kind that does not count        | other 60000 0                              | 5000    | no
    compensated down to the line      | flood 60000 12000                          | 5000    | no
    compensated, still above          | flood 60000 11999.99                       | 5000    | yes
    two events together               | traffic 30000 0, work 18000.01 0           | 5000    | yes
    too much compensation for another | fire 48000.01 0, traffic 1000 9000         | 5000    | yes
    income unknown                    | fire 90000 0                               | unknown | no
    """)


@acts(CAT_1)
def misfortunes(town: Town, row: Row) -> str:
    known = row["base"] != "unknown"
    worker = town.worker(base=row["base"], months=YEAR if known else ())
    for event in row["events: kind loss compensation"].split(", "):
        kind, loss, compensation = event.split()
        town.misfortune(worker, loss, "2023-03-01", kind=kind, compensation=compensation)
    return worker


@rows(CAT_1)
def test_cat_1_is_strict_above_eighty_percent_of_income(sensed, row: Row) -> None:
    assert fires(sensed, "T-CAT-1", row) == row["fires"]


def test_cat_1_counts_the_line_itself_where_the_pack_says_so(sensed, town: Town, tmp_path: Path) -> None:
    programs = shutil.copytree(programs_folder(), tmp_path / "programs")
    written = programs / "330000-zhejiang" / "hardship-sensing" / "program.yaml"
    strict = "loss_at_the_line_counts: {unit: flag, values: {2000-01-01: false}"
    assert strict in written.read_text(encoding="utf-8")
    written.write_text(
        written.read_text(encoding="utf-8").replace(strict, strict.replace("false", "true")), encoding="utf-8"
    )

    month = town.sense(FEBRUARY, runs=tmp_path / "runs", pack=sensing.load_sensing_pack(programs))
    assert month.run.run_id != sensed[0].run.run_id, "the run's name covers the pack"
    at_the_line, compensated_to_it = CAT_1[0], CAT_1[3]
    for row in (at_the_line, compensated_to_it):
        assert fires(sensed, "T-CAT-1", row) == "no"
        assert fires((month, sensed[1]), "T-CAT-1", row) == "yes"


# ------------------------------------------------------------------------------------------------------------- T-UNE

UNE_1 = drawn("""
    household                        | last paid | stop_reason | later                | who        | fires
    ---------------------------------+-----------+-------------+----------------------+------------+------
    three months before              | 2023-11   | ended       |                      |            | yes
    two months before                | 2023-12   | ended       |                      |            | no
    dismissed                        | 2023-11   | dismissed   |                      |            | yes
    no reason told                   | 2023-11   |             |                      |            | yes
    moved away                       | 2023-11   | moved       |                      |            | no
    stopped as retired               | 2023-11   | retired     |                      |            | no
    same employer, unpaid            | 2023-11   |             | unpaid same          |            | yes
    another employer, unpaid         | 2023-11   |             | unpaid other         |            | no
    another employer paid            | 2023-11   |             | paid other           |            | no
    paid on his own account          | 2023-11   | ended       | paid own             |            | yes
    a student                        | 2023-11   | ended       |                      | student    | no
    a pensioner                      | 2023-11   | ended       |                      | pensioner  | no
    sixty today                      | 2023-11   | ended       |                      | 1964-02-29 | no
    sixty tomorrow                   | 2023-11   | ended       |                      | 1964-03-01 | yes
    first month of the window        | 2023-03   | ended       |                      |            | yes
    """)


@acts(UNE_1)
def out_of_work(town: Town, row: Row) -> str:
    worker = town.worker(row["who"] if row["who"][:1] == "1" else "1984-03-01")
    last = Month(row["last paid"])
    town.earn(worker, "6000", [month for month in YEAR if month < last])
    town.earn(worker, "6000", [last], stop_reason=row["stop_reason"] or None)
    if row["later"]:
        paid, employer = row["later"].split()
        same = town.paper["social_insurance"][-1]["aab001"]
        code = {"same": same, "other": OTHER_EMPLOYER, "own": ""}[employer]
        town.earn(worker, "6000", [Month("2024-01")], paid=int(paid == "paid"), employer=str(code))
    if row["who"] == "student":
        town.study(worker, "higher")
    if row["who"] == "pensioner":
        town.add("pension", id=worker, retired_on="2023-12-01", pension_monthly="3000")
    return worker


@rows(UNE_1)
def test_une_1_is_three_months_without_any_employer(sensed, row: Row) -> None:
    assert fires(sensed, "T-UNE-1", row) == row["fires"]
    if row["fires"] == "yes":
        month, worker_of = sensed
        assert month.of(worker_of[id(row)])["months_uninsured"] == FEBRUARY.index - Month(row["last paid"]).index


UNE_2 = drawn("""
    household                    | benefit_to | paid by an employer in | fires
    -----------------------------+------------+------------------------+------
    ended too long ago           | 2023-12-31 |                        | no
    first day of last month      | 2024-01-01 |                        | yes
    last day of this month       | 2024-02-29 |                        | yes
    not ended yet                | 2024-03-01 |                        | no
    still open                   |            |                        | no
    paid before it ended         | 2024-02-01 | 2024-01                | yes
    paid in the month it ended   | 2024-01-15 | 2024-01                | no
    paid since                   | 2024-01-15 | 2024-02                | no
    """)


@acts(UNE_2)
def benefits(town: Town, row: Row) -> str:
    worker = town.worker(months=YEAR[:1])
    town.add(
        "unemployment",
        id=worker,
        benefit_from="2023-05-01",
        benefit_to=row["benefit_to"] or None,
        benefit_monthly="1800",
    )
    if row["paid by an employer in"]:
        town.earn(worker, "5000", [Month(row["paid by an employer in"])])
    return worker


@rows(UNE_2)
def test_une_2_is_a_benefit_that_ended_this_month_or_last_without_a_job_since(sensed, row: Row) -> None:
    assert fires(sensed, "T-UNE-2", row) == row["fires"]


# ------------------------------------------------------------------------------------------------------------- grades

GRADES = drawn("""
    household                        | base    | what happened      | property           | triggers                | grade  | explain
    ---------------------------------+---------+--------------------+--------------------+-------------------------+--------+--------
    below the standard               | 999.99  |                    |                    | T-INC-1                 | RED    | no
    at the standard                  | 1000    |                    |                    | T-INC-1                 | ORANGE | no
    below twice the standard         | 1999.99 |                    |                    | T-INC-1                 | ORANGE | no
    one large visit                  | 20000   | visit 50000        |                    | T-ILL-2 T-ILL-3         | RED    | no
    a cent less                      | 20000   | visit 49999.99     |                    | T-ILL-2                 | ORANGE | no
    much in three months             | 20000   | jump 20000         |                    | T-ILL-2 T-ILL-4         | ORANGE | no
    a cent less in three months      | 20000   | jump 19999.99      |                    | T-ILL-2                 | ORANGE | no
    newly disabled                   | 5000    | disabled           |                    | T-DIS-1                 | ORANGE | no
    a fire                           | 5000    | fire               |                    | T-CAT-1                 | ORANGE | no
    reported                         | 5000    | report 失业        |                    | T-MAN-1                 | YELLOW | no
    two causes, one of them illness  | 5000    | visit+report 失业  |                    | T-ILL-1 T-ILL-2 T-MAN-1 | RED    | no
    the same cause twice             | 5000    | visit+report 因病  |                    | T-ILL-1 T-ILL-2 T-MAN-1 | ORANGE | no
    two causes, no illness, no fire  | 5000    | disabled+report 失业 |                  | T-DIS-1 T-MAN-1         | ORANGE | no
    RED with a shop                  | 999.99  |                    | shop               | T-INC-1                 | ORANGE | yes
    ORANGE with a shop               | 1000    |                    | shop               | T-INC-1                 | YELLOW | yes
    YELLOW stays YELLOW              | 5000    | report 失业        | shop               | T-MAN-1                 | YELLOW | yes
    capital at the limit             | 1000    |                    | capital 100000     | T-INC-1                 | ORANGE | no
    capital above                    | 1000    |                    | capital 100000.01  | T-INC-1                 | YELLOW | yes
    capital of a closed business     | 1000    |                    | closed 500000      | T-INC-1                 | ORANGE | no
    a car at the limit               | 1000    |                    | car 180000         | T-INC-1                 | ORANGE | no
    a dearer car                     | 1000    |                    | car 180000.01      | T-INC-1                 | YELLOW | yes
    a dearer car of ten years        | 1000    |                    | oldcar 180000.01   | T-INC-1                 | ORANGE | no
    a dearer vehicle for a disabled  | 1000    |                    | handicar 180000.01 | T-INC-1                 | ORANGE | no
    """)


@acts(GRADES)
def graded(town: Town, row: Row) -> str:
    worker = town.worker(base=row["base"], months=YEAR)
    for happened in filter(None, row["what happened"].split("+")):
        match happened.split():
            case ["visit", *amount]:
                town.settle(worker, amount[0] if amount else "24000", "2023-06-10")
            case ["jump", amount]:
                town.settle(worker, amount, "2024-01-10")
            case ["disabled"]:
                town.add("disability", id=worker, kind="4", grade="2", since="2024-02-01")
            case ["fire"]:
                town.misfortune(worker, "60000", "2024-02-01")
            case ["report", cause]:
                town.add("canvass", id=worker, union_code="U1", reported_on="2024-02-29", cause=cause)
    match row["property"].split():
        case ["shop"]:
            town.add("real_estate", id=worker, property_no=worker, use="shop", area_m2="10", share="0.01")
        case [("capital" | "closed") as state, amount]:
            town.add(
                "business",
                id=worker,
                uscc=OTHER_EMPLOYER,
                role="股东",
                capital=amount,
                state="open" if state == "capital" else "closed",
            )
        case [("car" | "oldcar" | "handicar") as kind, price]:
            first_day = "2014-02-28" if kind == "oldcar" else "2014-03-01"
            town.add(
                "vehicle",
                id=worker,
                kind="disability" if kind == "handicar" else "car",
                first_registered_on=first_day,
                price=price,
            )
    return worker


@rows(GRADES)
def test_the_grade_orders_the_queue_and_property_takes_one_step_off(sensed, row: Row) -> None:
    month, worker_of = sensed
    found = month.of(worker_of[id(row)])
    assert month.fired(worker_of[id(row)]) == set(row["triggers"].split())
    assert (found.get("grade") or "") == row["grade"]
    assert ("needs-property-explanation" in found.get("labels", "")) == (row["explain"] == "yes")
