"""Dated parameters, inherited down the area tree: the nearest area wins, then the latest day."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from niangjia.engines import policy
from niangjia.engines.policy.expressions.types import BOOLEAN
from niangjia.engines.policy.parameters import Dated, Known, Parameter, area_prefix
from niangjia.engines.policy.tests import samples

BODY = """parameters:
  upper:
    unit: yuan
    clause: c
    values: {2020-01-01: 100, 2022-01-01: 110}
    areas:
      "330624": {2021-01-01: 300, 2023-05-01: 500}
      "3306": {2021-06-01: 200}
  rate: {unit: ratio, values: {}, open: true, clause: c}
rules:
  - {id: below, when: income < upper, say: {zh: 甲, en: a}, clause: c}
benefit:
  - {id: grant, amount: upper * rate, say: {zh: 甲, en: a}, clause: c}
"""
RATE = {"rate": {"": {date(2000, 1, 1): 1}}}


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> policy.Pack:
    return samples.pack(tmp_path_factory.mktemp("programs"), BODY, samples.HEAD.replace('"3306"', '"33"'))


@pytest.mark.parametrize(
    ("area", "asof", "expected"),
    [
        ("330100", date(2020, 1, 1), 100),
        ("330100", date(2021, 12, 31), 100),
        ("330100", date(2022, 1, 1), 110),
        ("330600", date(2021, 5, 31), 100),  # the city's value has not begun: the province's holds
        ("330600", date(2021, 6, 1), 200),
        ("330602000000", date(2025, 1, 1), 200),
        ("330624", date(2020, 12, 31), 100),
        ("330624", date(2021, 1, 1), 300),
        ("330624001000", date(2023, 4, 30), 300),  # nearer beats later: the city's 200 is of June 2021
        ("330624001000", date(2023, 5, 1), 500),
    ],
)
def test_the_nearest_area_wins_and_then_the_latest_day(pack, area, asof, expected):
    program = policy.compile_program(pack, asof=asof, area=area, overrides=RATE)
    assert program.parameters["upper"] == expected
    assert program.decide({"income": Decimal(expected) - Decimal("0.01")}).amount == expected
    assert program.decide({"income": Decimal(expected)}).outcome == "refused"
    connection = duckdb.connect()
    sql = policy.rule_sql(pack, "income < upper", asof=asof, relation="f")
    row = connection.execute(
        f"SELECT {sql} FROM (SELECT CAST(? AS DECIMAL(16,2)) AS income, ? AS area) AS f", [expected, area]
    ).fetchall()
    below = connection.execute(
        f"SELECT {sql} FROM (SELECT CAST(? AS DECIMAL(16,2)) AS income, ? AS area) AS f", [expected - 1, area]
    ).fetchall()
    assert (row, below) == ([(False,)], [(True,)])


def test_an_open_parameter_refuses_deciding_and_names_area_and_day(pack):
    with pytest.raises(policy.MissingParameter) as caught:
        policy.compile_program(pack, asof=date(2023, 10, 31), area="330624001000").decide({"income": 1})
    for told in (caught.value.zh, caught.value.en):
        assert "rate" in told and "330624001000" in told and "2023-10-31" in told


def test_a_rule_that_does_not_use_the_open_parameter_still_runs(pack):
    assert policy.rule_sql(pack, "income < upper", asof=date(2023, 10, 31))


def test_before_the_first_day_there_is_no_value(pack):
    with pytest.raises(policy.MissingParameter, match="upper"):
        policy.compile_program(pack, asof=date(2019, 12, 31), area="330100", overrides=RATE).decide({"income": 1})
    with pytest.raises(policy.MissingParameter, match="upper"):
        policy.rule_sql(pack, "income < upper", asof=date(2019, 12, 31))


def test_a_row_whose_area_has_no_value_is_not_decided_in_batch(tmp_path):
    body = BODY.replace("values: {2020-01-01: 100, 2022-01-01: 110}", "values: {}")
    pack = samples.pack(tmp_path, body, samples.HEAD.replace('"3306"', '"33"'))
    sql = policy.batch_sql(pack, asof=date(2023, 10, 31), overrides=RATE)
    connection = duckdb.connect()
    connection.execute(
        "CREATE TABLE facts AS SELECT * FROM (VALUES ('330624', 1::DECIMAL(16,2)), ('330100', 1), ('320100', 1), (NULL, 1)) AS t(area, income)"
    )
    assert connection.sql(f"SELECT area, outcome, missing_parameter FROM ({sql}) ORDER BY area NULLS LAST").fetchall() == [
        ("320100", None, "area"), ("330100", None, "upper"), ("330624", "granted", None), (None, None, "area"),
    ]  # fmt: skip


def test_a_programme_does_not_hold_outside_its_area(pack):
    with pytest.raises(policy.OutsideArea) as caught:
        policy.compile_program(pack, asof=date(2023, 10, 31), area="320500", overrides=RATE)
    assert "320500" in caught.value.zh and "33" in caught.value.en


def test_a_value_of_nothing_ends_what_was_in_force(tmp_path):
    body = BODY.replace('"330624": {2021-01-01: 300, 2023-05-01: 500}', '"330624": {2021-01-01: 300, 2023-05-01: null}')
    pack = samples.pack(tmp_path, body, samples.HEAD.replace('"3306"', '"33"'))
    assert (
        policy.compile_program(pack, asof=date(2023, 4, 30), area="330624", overrides=RATE).parameters["upper"] == 300
    )
    assert policy.compile_program(pack, asof=date(2023, 5, 1), area="330624", overrides=RATE).parameters["upper"] == 200


@pytest.mark.parametrize("second", ['"330600"', '"330600000000"'])
def test_two_values_for_one_area_and_day_are_an_error(tmp_path, second):
    with pytest.raises(policy.PackError, match="two values"):
        samples.pack(
            tmp_path,
            BODY.replace(
                '"3306": {2021-06-01: 200}', f'"3306": {{2021-06-01: 200}}\n      {second}: {{2021-06-01: 201}}'
            ),
        )


def test_two_packs_of_one_id_may_not_give_one_area_and_day_two_values(tmp_path):
    province = samples.pack(tmp_path / "a", BODY, samples.HEAD.replace('"3306"', '"33"'))
    city = samples.pack(tmp_path / "b", BODY.replace("{2020-01-01: 100, 2022-01-01: 110}", "{2024-01-01: 700}"))
    found = policy.overlaps([province, city])
    assert found and all("upper" in one.en for one in found)
    assert [one.word for one in policy.overlaps([province, province])] == []
    apart = samples.pack(tmp_path / "c", BODY.replace("  upper:\n", "  upper:\n").replace("areas:", "areas: {}\n    note: x\n    xareas:").replace("    xareas:\n", "")
                         .replace('      "330624": {2021-01-01: 300, 2023-05-01: 500}\n', "").replace('      "3306": {2021-06-01: 200}\n', "")
                         .replace("values: {2020-01-01: 100, 2022-01-01: 110}", "values: {2024-01-01: 700}"))  # fmt: skip
    assert policy.overlaps([province, apart]) == []


@pytest.mark.parametrize(
    ("overrides", "reason"),
    [
        ({"rate": {"": {date(2020, 1, 1): 0.5}}}, "not of type"),
        ({"rate": {"": {date(2020, 1, 1): True}}}, "not of type"),
        ({"rate": {"": {date(2020, 1, 1): Decimal("0.1234567")}}}, "6 places"),
        ({"rate": {"": {date(2020, 1, 1): 10_001}}}, "outside its bounds"),
        ({"rate": {"33x": {date(2020, 1, 1): 1}}}, "not a division code"),
        ({"upper": {"330624": {date(2021, 1, 1): 1}}}, "two values"),
        ({"rate": {"3306": {date(2021, 1, 1): 1}, "330600": {date(2021, 1, 1): 1}}}, "two values"),
    ],
)
def test_an_override_that_does_not_fit_is_refused(pack, overrides, reason):
    with pytest.raises(policy.BadOverride) as caught:
        policy.compile_program(pack, asof=date(2023, 10, 31), area="330624", overrides=overrides)
    assert reason in caught.value.en and caught.value.zh


def test_the_demo_towns_parameters_fill_every_open_one():
    from pathlib import Path

    from niangjia.kernel.deployment import programs_folder

    programs = programs_folder()
    overrides = policy.load_parameters(Path(programs).parent / "demo" / "town" / "parameters.yaml")
    pack = policy.load_pack(programs / "330624-xinchang" / "graded-aid", policy.load_vocabulary(programs))
    open_names = {name for name, parameter in pack.parameters.items() if parameter.is_open}
    assert open_names == set(overrides["graded-aid"])
    assert policy.compile_program(pack, asof=date(2023, 10, 31), area="330624", overrides=overrides["graded-aid"])


days = st.dates(date(2020, 1, 1), date(2024, 12, 31))
prefixes = st.sampled_from(["", "33", "3306", "330624", "330624001", "3301"])


@settings(max_examples=300, deadline=None)
@given(
    values=st.dictionaries(st.tuples(prefixes, days), st.integers(0, 9), max_size=8),
    asof=days,
    area=st.sampled_from(["330624001000", "330624", "330100", "320500"]),
)
def test_inheritance_is_longest_prefix_then_latest_day(values, asof, area):
    parameter = Parameter(
        "p",
        "integer",
        "count",
        tuple(Dated(prefix, since, value) for (prefix, since), value in values.items()),
        "c",
        {},
        True,
        BOOLEAN,
    )
    code = area_prefix(area)
    candidates = [
        (len(prefix), since, value)
        for (prefix, since), value in values.items()
        if code.startswith(prefix) and since <= asof
    ]
    assert parameter.at(asof, code) == (max(candidates)[2] if candidates else None)


LATE = BODY.replace(
    "values: {2020-01-01: 100, 2022-01-01: 110}",
    "values: {2020-01-01: 100, 2022-01-01: [{value: 110}, {value: 120, known: 2022-09-01}], 2023-01-01: {value: 130, known: 2023-03-20}}",
)


@pytest.mark.parametrize(
    ("asof", "known_on", "expected"),
    [
        (date(2022, 5, 1), date(2022, 8, 31), 110),  # what was known then
        (date(2022, 5, 1), date(2022, 9, 1), 120),  # a correction that became known later, of the same day
        (date(2022, 5, 1), None, 120),
        (date(2023, 1, 1), date(2023, 3, 19), 120),  # the notice of 20 March holds from 1 January, but nobody knew
        (date(2023, 1, 1), date(2023, 3, 20), 130),
        (date(2023, 1, 1), None, 130),
        (date(2022, 12, 31), None, 120),
    ],
)
def test_a_value_has_the_day_it_holds_from_and_the_day_it_became_known(tmp_path, asof, known_on, expected):
    late = samples.pack(tmp_path, LATE, samples.HEAD.replace('"3306"', '"33"'))
    program = policy.compile_program(late, asof=asof, area="330100", overrides=RATE, known_on=known_on)
    assert program.parameters["upper"] == expected


def test_what_a_deployment_fills_in_later_was_not_known_before(pack):
    filled = {**RATE, "upper": {"330100": {date(2022, 1, 1): Known(Decimal(999), date(2022, 7, 1))}}}
    seen = {
        day: policy.compile_program(
            pack, asof=date(2022, 3, 1), area="330100", overrides=filled, known_on=day
        ).parameters["upper"]
        for day in (date(2022, 6, 30), date(2022, 7, 1))
    }
    assert seen == {date(2022, 6, 30): 110, date(2022, 7, 1): 999}


def test_two_values_of_one_day_known_from_one_day_are_an_overlap(tmp_path):
    twice = LATE.replace("{value: 120, known: 2022-09-01}", "{value: 120, known: 2022-01-01}")
    with pytest.raises(policy.PackError, match="two values"):
        samples.pack(tmp_path, twice, samples.HEAD.replace('"3306"', '"33"'))


UNSET = """parameters:
  upper: {unit: yuan, values: {}, open: true, clause: c}
  share_paid: {unit: ratio, values: {}, open: true, maximum: 1, clause: c}
  most: {unit: yuan, values: {}, open: true, clause: c}
  days: {unit: days, values: {}, open: true, clause: c}
rules:
  - {id: member, when: flag, say: {zh: 甲, en: a}, clause: c}
  - {id: poor, when: "outcome_code = 'V1' or income < upper", say: {zh: "低于 {upper}", en: "below {upper}"}, clause: c}
benefit:
  - {id: aid, when: size > 3, amount: "least(cost * share_paid, 900)", say: {zh: 甲, en: a}, clause: c}
  - {id: aid, otherwise: true, amount: 100, say: {zh: 甲, en: a}, clause: c}
"""
CAP = "caps:\n  - {id: year, per: person, window: year, amount: most, say: {zh: 甲, en: a}, clause: c}\n"
APPROVAL = "approvals:\n  - {id: city, level: city, when: income > upper, say: {zh: 甲, en: a}, clause: c}\n"
GRANTED = {"flag": True, "outcome_code": "V1", "size": 2, "income": 5, "cost": 50}


def lacking(folder, facts, more="", used=None):
    program = policy.compile_program(samples.pack(folder, UNSET + more), asof=date(2023, 10, 31), area="3306")
    with pytest.raises(policy.MissingParameter) as caught:
        program.decide({**GRANTED, **facts}, used)
    return caught.value.names


def test_a_number_that_nobody_set_refuses_only_those_who_need_it(tmp_path):
    program = policy.compile_program(samples.pack(tmp_path, UNSET), asof=date(2023, 10, 31), area="3306")
    assert program.absent == ("upper", "share_paid")  # nothing decides by `most` and `days` here
    assert program.decide(GRANTED).amount == 100
    assert program.decide({**GRANTED, "flag": False, "outcome_code": "V2"}).refused_by == ("member",)
    assert lacking(tmp_path, {"outcome_code": "V2"}) == ("upper",)
    assert lacking(tmp_path, {"outcome_code": "V2", "size": 4}) == ("upper",)  # the amount is not reached
    assert lacking(tmp_path, {"size": 4}) == ("share_paid",)
    assert program.decide({**GRANTED, "flag": None}).unknown == ("member",)
    assert lacking(tmp_path, {"flag": None, "outcome_code": "V2"}) == ("upper",)


def test_a_grant_needs_every_caps_limit_and_every_approvals_condition(tmp_path):
    assert lacking(tmp_path, {}, CAP) == lacking(tmp_path, {}, CAP, {"year": 0}) == ("most",)
    assert lacking(tmp_path, {}, APPROVAL) == ("upper",)
    program = policy.compile_program(samples.pack(tmp_path, UNSET + CAP), asof=date(2023, 10, 31), area="3306")
    assert program.decide({**GRANTED, "flag": False}).outcome == "refused"
    assert program.limits(GRANTED) == {"year": None}


@pytest.mark.parametrize(
    "test", ["upper is null", "coalesce(upper, 0) < 1", "income - upper is not null", "coalesce(cost * upper, 0) >= 0"]
)
def test_nothing_stands_in_for_a_number_that_nobody_set(tmp_path, test):
    body = UNSET.split("rules:")[0] + f"rules:\n  - {{id: r, when: '{test}', say: {{zh: 甲, en: a}}, clause: c}}\n"
    program = policy.compile_program(samples.pack(tmp_path, body), asof=date(2023, 10, 31), area="3306")
    with pytest.raises(policy.MissingParameter, match="upper"):
        program.decide({"income": 5, "cost": 50})


def test_an_explanation_says_that_a_number_is_not_set_and_that_nothing_hangs_on_it(tmp_path):
    program = policy.compile_program(samples.pack(tmp_path, UNSET), asof=date(2023, 10, 31), area="3306")
    told = program.explain({**GRANTED, "flag": False, "outcome_code": "V2"}, language="en")
    poor = next(step for step in told.steps if step.id == "poor")
    assert (poor.sentence, poor.verdict) == (
        "below (not set yet)",
        "a number is not set; the answer does not hang on it",
    )
    assert told.missing == () and told.changes == ()
    with pytest.raises(policy.MissingParameter):
        program.explain({**GRANTED, "outcome_code": "V2"})
