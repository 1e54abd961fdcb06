"""Every shipped programme over one drawn lake: what the batch says of each row, the one-person answer says as well."""

from __future__ import annotations

from collections import Counter

import pytest

from niangjia.cli.bench_simulating import everything
from niangjia.engines import policy
from niangjia.engines.sensing import OwnHistory, load_feeds, load_sensing_pack
from niangjia.engines.sensing.plan.steps import Workbench
from niangjia.engines.sensing.tests.town_on_paper import Town
from niangjia.engines.simulation import load_lake_facts, month
from niangjia.engines.simulation.columns import LISTED
from niangjia.engines.simulation.deciding import Course, Program, rows_of
from niangjia.kernel.deployment import programs_folder
from niangjia.kernel.months import Month

MONTH = Month("2023-10")
COUNTIES = ("330624", "330681", "330803")


@pytest.fixture(scope="module")
def bench(tmp_path_factory):
    """A crowd of all ages and incomes in three counties, read as rows of every unit, with whatever visits would find supposed."""
    folder = tmp_path_factory.mktemp("drawn")
    town = Town(folder)
    for number in range(60):
        person = town.worker(
            f"{1948 + number}-0{1 + number % 9}-1{number % 9}", base=str(600 + 211 * number), area=COUNTIES[number % 3] + "001000",
            months=MONTH.window(12) if number % 8 else (), sex="MF"[number % 2],
        )  # fmt: skip
        if number % 3 == 0:
            town.settle(person, f"{800 * number}.37", "2023-05-03")
        if number % 4 == 0:
            town.lodger(person, "2005-05-05")
            town.study(person, "higher", fee=str(900 * number))
        if number % 5 == 0:
            town.add("disability", id=person, kind="4", grade=str(1 + number % 4), since="2022-01-01")
        if number % 7 == 0:
            town.misfortune(person, str(1000 * number), "2023-06-01", kind=("work", "fire")[number % 2])
    for county in COUNTIES[1:]:
        town.add("standard", area=county, since="2015-01-01", dibao_monthly="900", mean_housing_area_m2="50")
    town.land(town.deliver(MONTH))
    shipped = programs_folder()
    facts = load_lake_facts(shipped, policy.load_vocabulary(shipped))
    connection = month.connect(folder / "spill", folder / "lake", "330600", memory_limit="1GB", threads=1)
    bench = Workbench(connection)
    where = month.Home(folder / "lake", "330600", "", load_sensing_pack(shipped), load_feeds(shipped), OwnHistory())
    columns = facts.columns_for([*facts.told, *facts.supposed])
    month.build(bench, where, MONTH, facts.catalogue, month.Wanted(frozenset(LISTED), frozenset(columns)))
    return bench, facts


def programmes() -> dict[str, Program]:
    found = {}
    for number, pair in enumerate(everything(MONTH).pairs):
        pack = pair.after.pack()
        unit = rows_of(pack)
        if unit is not None:
            found[pack.id] = (number, pack, pair.after.filled, unit)
    return found


PROGRAMMES = programmes()


def test_most_programmes_have_rows_to_decide_about():
    assert len(PROGRAMMES) >= 8


@pytest.mark.parametrize("name", PROGRAMMES)
@pytest.mark.parametrize("supposing", [False, True])
def test_row_by_row_the_batch_says_what_the_one_person_answer_says(bench, name, supposing):
    connection, facts = bench[0].connection, bench[1] if supposing else bench[1].without_suppositions()
    number, pack, overrides, unit = PROGRAMMES[name]
    program = Program(f"{number}_{int(supposing)}", pack, overrides, unit, facts)
    try:
        Course(program).decide(bench[0], MONTH, with_caps=False)
    except policy.MissingParameter as missing:
        pytest.skip(f"no value in this month: {', '.join(missing.names)}")
    rows = connection.execute(
        f"SELECT f.*, a.outcome, a.tier, a.amount, a.missing_parameter FROM {program.relation(MONTH.last_day)} f "
        f"JOIN answers_{program.name} a ON a.number = f.number"
    )
    columns = [column[0] for column in rows.description]
    outcomes: Counter[str] = Counter()
    for row in rows.fetchall():
        told = dict(zip(columns, row, strict=True))
        if told["missing_parameter"] is not None:
            with pytest.raises(policy.MissingParameter):
                policy.compile_program(pack, asof=MONTH.last_day, area=told["area"], overrides=overrides)
            continue
        one = policy.compile_program(pack, asof=MONTH.last_day, area=told["area"], overrides=overrides)
        said = one.decide({fact: told[fact] for fact in pack.facts})
        assert (told["outcome"], told["tier"], told["amount"]) == (said.outcome, said.tier, said.amount), told
        outcomes[said.outcome] += 1
