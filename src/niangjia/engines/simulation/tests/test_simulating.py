"""A drawn lake, and answers that were worked out by hand: who comes in by one cent, who loses, what nobody can tell."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from niangjia.engines import policy
from niangjia.engines.sensing import MonthNotLanded
from niangjia.engines.sensing.plan.steps import Workbench
from niangjia.engines.simulation import LakeFacts, load_lake_facts, month
from niangjia.engines.simulation.asked import NoSuchParameter, UnfitChange
from niangjia.engines.simulation.deciding import Course, Program
from niangjia.engines.simulation.run import lake_facts
from niangjia.engines.simulation.tests.drawn import LOW_INCOME, MONTH, Drawn, a_year, pack
from niangjia.kernel.deployment import programs_folder
from niangjia.kernel.months import Month

COUNTY, NEXT_DOOR = "330624", "330681"


@pytest.fixture
def town(tmp_path) -> Drawn:
    return Drawn(tmp_path)


def landed(town: Drawn, *, without: tuple[str, ...] = (), month: Month = MONTH) -> Drawn:
    town.land(town.deliver(month, without=without))
    return town


def low_income(line: object, sum: object = 500) -> str:
    return pack(LOW_INCOME.format(line=line, sum=sum))


def test_one_cent_decides_who_comes_in(town):
    town.worker(base="2000.00", months=a_year())  # 24,000.00 a year
    town.worker(base="2000.01", months=a_year())  # 24,000.12
    town.worker(base="9000", months=a_year())
    landed(town)
    found = town.simulate(low_income("24000.00"), low_income("24000.01")).programs[0].whole
    assert (found.rows, found.before_granted, found.after_granted) == (3, 0, 1)
    assert (found.newly_in, found.newly_out, found.gainers, found.losers) == (1, 0, 1, 0)
    assert (found.before_yuan, found.after_yuan, found.gained_yuan) == (0, 500, 500)
    assert (found.after_untold, found.told, found.most_yuan) == (0, 3, 500)
    back = town.simulate(low_income("24000.01"), low_income("24000.00")).programs[0].whole
    assert (back.newly_in, back.newly_out, back.losers, back.lost_yuan) == (0, 1, 1, 500)


def test_gainers_and_losers_are_spread_to_the_cent(town):
    for sum in ("1000", "1100", "1200", "1300", "1400"):
        town.worker(base=sum, months=a_year())
    landed(town)
    before = pack(LOW_INCOME.format(line=100000, sum=6000))
    share = LOW_INCOME.replace("amount: sum", "amount: income_12m * 0.5").format(line=100000, sum=0)
    result = town.simulate(before, pack(share)).programs[0]
    # Half of 12,000 is 6,000: nothing changes; the others gain 600, 1,200, 1,800 and 2,400.
    (month,) = result.months
    assert (month.gain.rows, month.gain.households) == (4, 4)
    assert month.gain.yuan == tuple(Decimal(yuan) for yuan in ("600.00", "600.00", "1200.00", "1800.00", "2400.00"))
    assert month.loss.rows == 0 and result.whole.newly_in == 0 and result.whole.gained_yuan == 6000


def test_each_county_is_counted_and_the_pack_holds_in_its_own_only(town):
    town.worker(base="1000", months=a_year())
    town.worker(base="1000", months=a_year(), area=NEXT_DOOR + "001000")
    landed(town)
    here = town.simulate(None, low_income(24000)).programs[0]
    assert here.counties.keys() == {COUNTY} and here.whole.after_granted == 1
    both = town.simulate(None, pack(LOW_INCOME.format(line=24000, sum=500), area="330600")).programs[0]
    assert {county: cell.after_yuan for county, cell in both.counties.items()} == {COUNTY: 500, NEXT_DOOR: 500}
    asked = town.simulate(None, pack(LOW_INCOME.format(line=24000, sum=500), area="330600"), area=NEXT_DOOR)
    assert asked.programs[0].counties.keys() == {NEXT_DOOR}


def test_what_no_feed_tells_is_unknown_and_counted_with_its_fact(town):
    town.worker(base="1000", months=a_year())
    town.worker(base="9000", months=a_year())
    town.worker()  # of working age, and no insurance row: no income is known
    landed(town)
    text = pack(
        LOW_INCOME.format(line=24000, sum=500).replace(
            "benefit:",
            """  - {id: visited, when: "verification_outcome in ('V1')", say: {zh: 核, en: visited}, clause: drawn}
benefit:""",
        )
    )
    result = town.simulate(None, text).programs[0]
    # 9,000 a month is refused whatever a visit finds; the other two wait for it, one for its income besides.
    assert (result.whole.after_granted, result.whole.after_untold, result.whole.told) == (0, 2, 1)
    assert [(gap.fact, gap.rows, gap.alone, gap.is_told) for gap in result.gaps] == [
        ("verification_outcome", 2, 1, False),
        ("income_12m", 1, 0, True),
    ]
    assert (result.whole.untold_yuan, result.whole.most_yuan) == (1000, 1000)
    supposed = town.simulate(None, text, suppositions={"verification_outcome": "'V1'"}).programs[0]
    assert (supposed.whole.after_granted, supposed.whole.after_untold) == (1, 1)
    assert supposed.supposed == ("verification_outcome",)
    # Who was granted and cannot be told now has not gone out.
    turned = town.simulate(low_income(24000), text).programs[0].whole
    assert (turned.newly_out, turned.to_untold, turned.from_untold) == (0, 1, 0)
    assert turned.after_granted == turned.before_granted + turned.newly_in - turned.newly_out - turned.to_untold


def test_a_feed_that_did_not_come_makes_its_facts_unknown_never_zero(town):
    town.worker(base="9000", months=a_year())
    landed(town, without=("medical_settlement", "real_estate"))
    costs = """
rules:
  - {id: none, when: "medical_own_cost_12m = 0", say: {zh: 无, en: none}, clause: drawn}
  - {id: homes, when: "homes = 0", say: {zh: 无, en: none}, clause: drawn}
"""
    result = town.simulate(None, pack(costs))
    assert result.programs[0].whole.after_untold == 1
    assert {gap.fact for gap in result.programs[0].gaps} == {"medical_own_cost_12m", "homes"}
    assert result.feeds_missing[str(MONTH)] == ("medical_settlement", "real_estate")


def test_a_value_can_be_tried_out_without_a_new_text(town):
    town.worker(base="1000", months=a_year())
    landed(town)
    text = low_income(10000)
    changed = town.side(text, changes={"line": Decimal("12000.01")})
    result = town.simulate(text, changed).programs[0]
    assert result.whole.newly_in == 1 and result.after.changes == {"line": "12000.01"}
    assert result.after.former == {"line": "10000"}
    with pytest.raises(NoSuchParameter, match="lines"):
        town.simulate(text, town.side(text, changes={"lines": 1}))
    with pytest.raises(UnfitChange, match="line"):
        town.simulate(text, town.side(text, changes={"line": Decimal("0.001")}))


def test_what_the_deployment_filled_in_counts_and_a_missing_parameter_refuses_in_words(town):
    town.worker(base="1000", months=a_year())
    landed(town)
    text = low_income(24000).replace("values: {2020-01-01: 24000}", "values: {}, open: true")
    refused = town.simulate(None, text).programs[0]
    assert "line" in refused.refused["en"] and refused.months == ()
    filled = town.side(text, overrides={"line": {"330624": {date(2023, 1, 1): Decimal(24000)}}})
    assert town.simulate(None, filled).programs[0].whole.after_granted == 1
    elsewhere = town.side(text, overrides={"line": {"330681": {date(2023, 1, 1): Decimal(24000)}}})
    result = town.simulate(None, elsewhere).programs[0]
    assert (result.whole.without_parameter, result.lacking) == (1, {"line": 1})


ONCE = """
caps:
  - {id: person_year, per: person, window: year, count: 1, say: {zh: 一次, en: once}, clause: drawn}
  - {id: household_year, per: household, window: year, count: 1, say: {zh: 一次, en: once}, clause: drawn}
"""
MEMBERS = """
rules:
  - {id: member, when: is_union_member, say: {zh: 会员, en: member}, clause: drawn}
benefit:
  - {id: aid, amount: 500, say: {zh: 补助, en: aid}, clause: drawn}
"""


def test_two_workers_of_one_household_share_its_cap(town):
    one = town.worker(base="3000", months=a_year())
    other = town.worker(base="3000", months=a_year(), sex="F")
    town.marry(one, other)
    town.worker(base="3000", months=a_year())
    landed(town)
    whole = town.simulate(pack(MEMBERS, unit="person"), pack(MEMBERS + ONCE, unit="person")).programs[0].whole
    assert (whole.rows, whole.rows_households) == (3, 2)
    assert (whole.before_granted, whole.before_granted_households) == (3, 2)
    assert (whole.after_granted, whole.after_granted_households, whole.after_yuan) == (2, 2, 1000)


def test_a_cap_a_year_is_used_up_in_later_months_and_begins_anew_in_january(town):
    months = Month("2024-01").window(14)
    one = town.worker(base="3000", months=months)
    other = town.worker(base="3000", months=months, sex="F")
    for each in months[-4:]:
        if each == Month("2023-12"):
            town.marry(one, other, since="2023-12-15")  # who married since then shares what either had this year
        town.land(town.deliver(each))
    question = town.question(None, pack(MEMBERS + ONCE, unit="person"))
    asked = type(question)(tuple(months[-4:]), "", "330600", question.pairs)
    result = town.ask(asked).programs[0]
    assert [month.whole.after_granted for month in result.months] == [2, 0, 0, 1]
    without = type(question)(tuple(months[-4:]), "", "330600", town.question(None, pack(MEMBERS, unit="person")).pairs)
    assert [month.whole.after_granted for month in town.ask(without).programs[0].months] == [2, 2, 2, 2]


def test_yuan_caps_leave_the_rest(town):
    one = town.worker(base="3000", months=a_year())
    town.marry(one, town.worker(base="3000", months=a_year(), sex="F"))
    landed(town)
    cap = "\ncaps:\n  - {id: household_year, per: household, window: year, amount: 700, say: {zh: 上限, en: cap}, clause: drawn}\n"
    whole = town.simulate(None, pack(MEMBERS + cap, unit="person")).programs[0].whole
    assert (whole.after_granted, whole.after_yuan) == (2, 700)


def test_a_unit_that_the_lake_does_not_list_is_stood_for_or_refused(town):
    town.worker(base="3000", months=a_year())
    landed(town)
    trip = MEMBERS.replace(
        "benefit:", '  - {id: short, when: "trip_days <= 5", say: {zh: 短, en: short}, clause: d}\nbenefit:'
    )
    result = town.simulate(None, pack(trip, unit="trip")).programs[0]
    assert (result.rows_of, result.stands_for) == ("person", "trip")
    assert (result.whole.after_untold, [gap.fact for gap in result.gaps]) == (1, ["trip_days"])
    none = town.simulate(None, pack(MEMBERS.replace("is_union_member", "1 = 1"), unit="nomination")).programs[0]
    assert "nomination" in none.refused["en"]


def test_enterprises_and_unions_are_rows_too(town):
    for _ in range(3):
        town.worker(base="3000", months=a_year())
    landed(town)
    small = """
rules:
  - {id: small, when: "staff < 4", say: {zh: 小, en: small}, clause: drawn}
"""
    result = town.simulate(None, pack(small, unit="enterprise")).programs[0]
    assert (result.rows_of, result.whole.after_granted) == ("enterprise", 1)
    unions = pack('\nrules:\n  - {id: any, when: "1 = 1", say: {zh: 全, en: any}, clause: drawn}\n', unit="union_year")
    assert town.simulate(None, unions).programs[0].whole.after_granted == 1


def test_who_withdrew_consent_is_not_looked_at(town):
    town.worker(base="1000", months=a_year())
    gone = town.worker(base="1000", months=a_year())
    landed(town)
    assert town.simulate(None, low_income(24000), opted_out=(gone,)).programs[0].whole.rows == 1


def test_the_fund_lasts_until_the_day_its_months_have_used_it_up(town):
    for _ in range(4):
        town.worker(base="1000", months=a_year())
    landed(town)
    result = town.simulate(low_income(24000, 250), low_income(24000, 500), balance="1500").programs[0]
    # October costs 1,000 before and 2,000 after: 1,500 last beyond October, or until its 24th day (2,000 ÷ 31 a day).
    assert (result.after_exhausted.on, result.after_exhausted.is_projected) == (date(2023, 10, 24), False)
    assert (result.before_exhausted.on, result.before_exhausted.is_projected) == (date(2023, 11, 16), True)
    assert (result.before_exhausted.left, result.after_exhausted.left) == (500, -500)


def test_a_month_without_data_is_refused(town):
    town.worker(base="1000", months=a_year())
    landed(town)
    question = town.question(None, low_income(24000))
    with pytest.raises(MonthNotLanded):
        town.ask(type(question)((Month("2023-12"),), "", "330600", question.pairs))


# — every row says what the one-person answer says —


def test_each_row_says_what_the_one_person_answer_says(town, tmp_path):
    """A pack with tiers, lines, caps and unknown facts over a drawn crowd: row by row, to the cent."""
    for number in range(40):
        person = town.worker(
            f"{1950 + number}-0{1 + number % 9}-11", base=str(800 + 137 * number), months=a_year() if number % 7 else (),
            area=(COUNTY if number % 2 else NEXT_DOOR) + "001000",
        )  # fmt: skip
        if number % 3 == 0:
            town.settle(person, str(1000 + 777 * number) + ".37", "2023-05-03")
        if number % 5 == 0:
            town.marry(person, town.worker(base=str(500 + 91 * number), months=a_year(), sex="F"))
    landed(town)
    text = pack(
        """
parameters:
  share: {unit: ratio, values: {2020-01-01: 0.35}, areas: {"330681": {2023-01-01: 0.4}}, clause: drawn}
rules:
  - {id: age, when: "age_in_years(birth_date, asof) between 20 and 65", say: {zh: 龄, en: age}, clause: drawn}
  - {id: asked, when: "has_asked is null or has_asked", say: {zh: 申, en: asked}, clause: drawn}
tiers:
  - {id: A, title: {zh: 甲, en: A}, when: "income_12m - rigid_spending_12m < low_income_standard * 12 * household_size", say: {zh: 甲, en: A}, clause: d}
  - {id: B, title: {zh: 乙, en: B}, when: "income_12m < 3 * low_income_standard * 12 * household_size", say: {zh: 乙, en: B}, clause: d}
benefit:
  - {id: base, when: "tier = 'A'", amount: 800, say: {zh: 基, en: base}, clause: d}
  - {id: cost, amount: medical_own_cost_12m * share, ceiling: 5000, say: {zh: 医, en: cost}, clause: d}
caps:
  - {id: home, per: household, window: year, amount: 5200.05, say: {zh: 户, en: home}, clause: d}
  - {id: self, per: person, window: year, count: 1, say: {zh: 人, en: self}, clause: d}
""",
        area="330600",
        unit="person",
    )
    request = town.question(None, text)
    compared = 0
    for outcome, expected in answers(town, request, tmp_path):
        assert outcome == expected
        compared += 1
    assert compared == 48


def answers(town: Drawn, request, folder):
    """(what the batch says, what the one-person answer says) of every row."""
    side = request.pairs[0].after
    one = side.pack()
    facts: LakeFacts = lake_facts(request, town.programs)
    program = Program("0", one, side.filled, "person", facts)
    where = month.Home(town.folder / "lake", "330600", "", *_rules(town), request.own)
    connection = month.connect(folder / "spill", town.folder / "lake", "330600", memory_limit="1GB", threads=1)
    bench = Workbench(connection)
    month.build(
        bench,
        where,
        MONTH,
        facts.catalogue,
        month.Wanted(frozenset({"person"}), frozenset(facts.columns_for(one.facts))),
    )
    course = Course(program)
    course.decide(bench, MONTH)
    rows = bench.connection.execute(
        f"SELECT f.*, a.outcome, a.tier, a.amount FROM {program.relation(MONTH.last_day)} f "
        "JOIN answers_0 a ON a.number = f.number ORDER BY f.household, f.key"
    )
    names = [column[0] for column in rows.description]
    used: dict[int, Decimal] = {}
    for row in rows.fetchall():
        told = dict(zip(names, row, strict=True))
        decide = policy.compile_program(one, asof=MONTH.last_day, area=told["area"]).decide
        before = {"home": used.get(told["household"], Decimal(0)), "self": 0}
        said = decide({name: told[name] for name in one.facts}, before)
        if said.amount is not None:
            used[told["household"]] = before["home"] + said.amount
        yield (told["outcome"], told["tier"], told["amount"]), (said.outcome, said.tier, said.amount)


def _rules(town: Drawn):
    from niangjia.engines.sensing import load_feeds, load_sensing_pack

    return load_sensing_pack(town.programs), load_feeds(town.programs)


# — lake.yaml —


def test_the_shipped_file_holds():
    shipped = programs_folder()
    facts = load_lake_facts(shipped, policy.load_vocabulary(shipped))
    assert {"household_size", "income_12m", "birth_date", "is_union_member"} <= facts.told.keys()
    assert "verification_outcome" in facts.supposed and "verification_outcome" not in facts.told


def facts_of(town: Drawn, text: str) -> LakeFacts:
    path = town.programs / "vocabulary" / "lake.yaml"
    path.write_text(text, encoding="utf-8")
    return load_lake_facts(town.programs, policy.load_vocabulary(town.programs))


@pytest.mark.parametrize(
    "line, word",
    [
        ("income12m: household_income", "income_12m"),
        ("income_12m: household_incom", "household_income"),
        ("income_12m: size", "yuan"),
        ("household_size: size / 2", "whole"),
        ("verification_outcome: \"'V11'\"", "V11"),
        ("household_size: born_on", "born_on"),
        ("household_size: (select 1)", ""),
        ("is_union_member: size", ""),
    ],
)
def test_a_formula_that_does_not_hold_is_refused_with_its_place(town, line, word):
    with pytest.raises(policy.PackError) as refused:
        facts_of(town, f"tells:\n  {line}\n")
    (problem,) = refused.value.problems
    assert problem.file == "vocabulary/lake.yaml" and problem.line == 2 and word in f"{problem.en} {problem.nearest}"


def test_a_fact_named_as_a_column_is_that_column_unless_the_file_says_no(town):
    assert "is_union_member" in facts_of(town, "tells: {}\n").told
    assert "is_union_member" not in facts_of(town, "tells:\n  is_union_member:\n").told
    assert "homes" in facts_of(town, "tells: {}\n").told  # sensing's own facts are columns of the lake
