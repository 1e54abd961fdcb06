"""What each operation means, the same on DuckDB and in Python; docs/reference/rule-language.md says it in words."""

from __future__ import annotations

from datetime import date
from decimal import Decimal as D

import duckdb
import pytest

from niangjia.engines import policy
from niangjia.engines.policy.tests import samples
from niangjia.engines.policy.tests.generated import arrow_of, rows_of

ASOF = date(2023, 10, 31)
BLANK = dict.fromkeys(["income", "cost", "standard", "size", "months_idle", "share", "area_m2", "flag", "other_flag", "birth", "joined", "outcome_code",
                       "remark", "area", "used_times", "used_sum"])  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory):
    return tmp_path_factory.mktemp("programs")


CASES = [
    # numbers
    ("0.1 + 0.2 = 0.3", {}, True),
    ("7 / 2 = 3.5", {}, True),
    ("income / 12 = 83.3333333333", {"income": D("1000")}, True),
    ("income / 3 = 0.0033333333", {"income": D("0.01")}, True),
    ("share / 2 = 0.0000000001", {"share": D("0.0000000001")}, True),  # half of the last place goes up
    ("share / 2 = -0.0000000001", {"share": D("-0.0000000001")}, True),  # and away from zero below it
    ("share / -2 = -0.0000000001", {"share": D("0.0000000001")}, True),
    ("share / 3 = 0", {"share": D("0.0000000001")}, True),
    ("size / (size - 3) is null", {"size": 3}, True),
    ("size / (size - 3) > 0 or flag", {"size": 3, "flag": True}, True),
    ("round(2.5) = 3 and round(-2.5) = -3 and round(3.5) = 4", {}, True),
    ("round(income, 1) = 2.4", {"income": D("2.35")}, True),
    ("round(income, 1) = -2.4", {"income": D("-2.35")}, True),
    ("round(income, 0) = 2", {"income": D("2.49")}, True),
    ("floor(income) = 2", {"income": D("2.99")}, True),
    ("floor(income) = -3", {"income": D("-2.01")}, True),
    ("floor(income) = -2", {"income": D("-2.00")}, True),
    ("abs(income) = 2.01", {"income": D("-2.01")}, True),
    ("-income = 2.01", {"income": D("-2.01")}, True),
    ("least(income, 5, 3) = 3 and greatest(income, 5, 3) = 5", {"income": D("4")}, True),
    ("least(income, 5) = 5", {"income": None}, None),
    ("greatest(income, 5) = 5", {"income": None}, None),
    ("income * 1.005 = 1005", {"income": D("1000")}, True),
    ("income between 1 and 2", {"income": D("1")}, True),
    ("income between 1 and 2", {"income": D("2")}, True),
    ("income between 1 and 2", {"income": D("2.01")}, False),
    ("income not between 1 and 2", {"income": D("0.99")}, True),
    ("income between 1 and cost", {"income": D("0.5"), "cost": None}, False),
    ("size in (1, 2.0, 3)", {"size": 2}, True),
    ("size in (1, 2.5)", {"size": 2}, False),
    ("size not in (1, 2)", {"size": None}, None),
    # money beyond its column, and facts beyond their domain, are unknown
    ("income > 0", {"income": D("99999999999999.99")}, True),
    ("income > 0", {"income": D("100000000000000")}, None),
    ("size > 0", {"size": 0}, None),
    ("size > 0", {"size": 20}, True),
    ("size > 0", {"size": 21}, None),
    ("months_idle < 0", {"months_idle": -(2**31)}, None),
    ("birth < asof", {"birth": date(1899, 12, 31)}, None),
    ("birth < asof", {"birth": date(1900, 1, 1)}, True),
    ("income = 0.01", {"income": D("0.005")}, True),  # finer than a cent: half up, as a money column does
    ("income = -0.01", {"income": D("-0.005")}, True),
    # three values
    ("flag and other_flag", {"flag": None, "other_flag": False}, False),
    ("flag and other_flag", {"flag": None, "other_flag": True}, None),
    ("flag or other_flag", {"flag": None, "other_flag": True}, True),
    ("flag or other_flag", {"flag": None, "other_flag": False}, None),
    ("not flag", {"flag": None}, None),
    ("flag = other_flag", {"flag": None, "other_flag": None}, None),
    ("income = cost", {"income": None, "cost": None}, None),
    ("income is null", {"income": None}, True),
    ("income is not null", {"income": None}, False),
    ("income is null or income > 1", {"income": D("0")}, False),
    ("coalesce(income, cost, 5) = 5", {}, True),
    ("coalesce(income, cost) = 2", {"cost": D("2")}, True),
    ("coalesce(flag, false)", {}, False),
    ("case when flag then true else false end", {"flag": None}, None),  # not false: an unknown condition is not a no
    ("case when flag then false when other_flag then true end", {"flag": False, "other_flag": False}, None),
    ("case when flag then 1 when other_flag then 2.5 else 3 end = 2.5", {"flag": False, "other_flag": True}, True),
    # days
    ("age_in_years(birth, asof) = 18", {"birth": date(2005, 10, 31)}, True),
    ("age_in_years(birth, asof) = 17", {"birth": date(2005, 11, 1)}, True),
    ("age_in_years(birth, date '2023-02-28') = 18", {"birth": date(2004, 2, 29)}, True),
    ("age_in_years(birth, date '2023-03-01') = 19", {"birth": date(2004, 2, 29)}, True),
    ("add_months(birth, 1) = date '2024-02-29'", {"birth": date(2024, 1, 31)}, True),
    ("add_months(birth, 13) = date '2025-02-28'", {"birth": date(2024, 1, 31)}, True),
    ("add_months(birth, -1) = date '2024-02-29'", {"birth": date(2024, 3, 31)}, True),
    ("birth >= date '2023-05-01'", {"birth": date(2023, 4, 30)}, False),
    ("birth >= date '2023-05-01'", {"birth": date(2023, 5, 1)}, True),
    ("asof = date '2023-10-31'", {}, True),
    # text by code point: no case, no spaces, no accents forgiven
    ("remark = 'V1'", {"remark": "v1"}, False),
    ("remark = 'V1'", {"remark": "V1 "}, False),
    ("remark = 'é'", {"remark": "e\u0301"}, False),
    ("remark = 'it''s'", {"remark": "it's"}, True),
    ("remark = '--;/*'", {"remark": "--;/*"}, True),
    ("remark != 'a'", {"remark": None}, None),
]


@pytest.mark.parametrize(("text", "facts", "expected"), CASES)
def test_it_means_the_same_on_both_back_ends(folder, text, facts, expected):
    body = f'rules:\n  - {{id: one, when: "{text}", say: {{zh: 甲, en: a}}, clause: c}}\n'
    pack = samples.pack(folder, body)
    program = policy.compile_program(pack, asof=ASOF, area="330624")
    assert program.trace({**facts}).rules[0] is expected
    connection = duckdb.connect()
    connection.register("facts", arrow_of([{**BLANK, **facts}]))
    assert connection.sql(f"SELECT {policy.rule_sql(pack, text, asof=ASOF)} FROM facts").fetchall() == [(expected,)]


@pytest.mark.parametrize(("name", "value"), [("income", 1.5), ("income", "1"), ("income", True), ("size", 2.0), ("size", "2"), ("size", True), ("flag", 1),
                                             ("flag", "yes"), ("birth", "2000-01-01"), ("remark", 1)])  # fmt: skip
def test_a_fact_of_a_wrong_type_is_refused_by_name(folder, name, value):
    conditions = {
        "income": "income > 0",
        "size": "size > 0",
        "flag": "flag",
        "birth": "birth < asof",
        "remark": "remark = 'a'",
    }
    pack = samples.pack(
        folder, f'rules:\n  - {{id: one, when: "{conditions[name]}", say: {{zh: 甲, en: a}}, clause: c}}\n'
    )
    program = policy.compile_program(pack, asof=ASOF, area="330624")
    for decide in (program.decide, lambda facts: program.decide_read(policy.read_facts(pack.vocabulary, facts))):
        with pytest.raises(policy.FactError) as caught:
            decide({name: value})
        assert name in caught.value.zh and name in caught.value.en


@pytest.mark.parametrize("value", [D("NaN"), D("Infinity"), D("-Infinity"), D("1E+1000000"), D("1E+20")])
def test_what_is_no_amount_is_not_believed(folder, value):
    program = policy.compile_program(
        samples.pack(folder, 'rules:\n  - {id: one, when: "income > 0", say: {zh: 甲, en: a}, clause: c}\n'),
        asof=ASOF,
        area="33060",
    )
    assert program.decide({"income": value}).outcome == "cannot_tell"


def test_a_vanishing_amount_is_nothing(folder):
    program = policy.compile_program(
        samples.pack(folder, 'rules:\n  - {id: one, when: "income = 0", say: {zh: 甲, en: a}, clause: c}\n'),
        asof=ASOF,
        area="330600",
    )
    assert program.decide({"income": D("1E-1000000")}).outcome == "granted"


# — days —


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("days_between(date '2024-02-28', date '2024-03-01') = 2", True),
        ("days_between(date '2023-02-28', date '2023-03-01') = 1", True),
        ("days_between(date '2023-03-01', date '2023-02-28') = -1", True),
        ("days_between(date '1900-01-01', date '2199-12-31') = 109572", True),
        ("days_between(date '2023-05-01', date '2023-05-01') = 0", True),
        ("days_between(birth, asof) > 0", None),
        ("add_days(date '2024-02-28', 2) = date '2024-03-01'", True),
        ("add_days(date '2024-03-01', -2) = date '2024-02-28'", True),
        ("add_days(date '2023-12-31', 1) = date '2024-01-01'", True),
        ("add_days(joined, 30) > joined", None),
        ("days_between(asof, add_days(asof, size)) = size", True),
    ],
)
def test_days_are_counted_alike_everywhere(tmp_path, text, wanted):
    body = f'rules:\n  - {{id: r, when: "{text}", say: {{zh: 甲, en: a}}, clause: c}}\n'
    pack = samples.pack(tmp_path, body)
    row = {**rows_of(1, 0)[0], "birth": None, "joined": None, "size": 7, "area": "330624"}
    asof = date(2024, 2, 29)
    assert policy.compile_program(pack, asof=asof, area="3306").trace(row).rules == (wanted,)
    with duckdb.connect() as connection:
        connection.register("facts", arrow_of([row]))
        assert connection.sql(f"SELECT rule_r FROM ({policy.batch_sql(pack, asof=asof)})").fetchall() == [(wanted,)]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("add_days(birth, months_idle) = asof", "at most 40000"),
        ("add_days(birth, 40001) = asof", "at most 40000"),
        ("add_days(birth, 1.5) = asof", "a whole number"),
        ("add_days(birth) = asof", "a date and a number of days"),
        ("days_between(birth) > 1", "from which day to which"),
        ("days_between(birth, size) > 1", "days_between takes a date"),
        ("day_between(birth, asof) > 1", "days_between"),
        ("birth + 30 > asof", "takes a number"),
    ],
)
def test_days_that_cannot_be_counted_are_refused_with_the_reason(tmp_path, text, wanted):
    body = f'rules:\n  - {{id: r, when: "{text}", say: {{zh: 甲, en: a}}, clause: c}}\n'
    with pytest.raises(policy.PackError, match=wanted):
        samples.pack(tmp_path, body)
