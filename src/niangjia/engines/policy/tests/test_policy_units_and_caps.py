"""Units other than a person, sub-budgets, containers, and what a pack says of its own monotony."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from niangjia.engines import policy
from niangjia.kernel.problems import Refusal

UNITS = """person: {zh: 职工, en: worker, within: [household]}
household: {zh: 家庭, en: household}
enterprise: {zh: 企业, en: enterprise}
loan: {zh: 贷款, en: loan, within: [person]}
"""
FACTS = """interest_paid: {zh: 已付利息, en: interest paid, type: money, unit: yuan, grain: loan, minimum: 0, maximum: 1000000}
is_member: {zh: 会员, en: member, type: boolean, unit: flag, grain: person}
household_size: {zh: 人数, en: size, type: integer, unit: persons, grain: household, minimum: 1, maximum: 20}
payroll: {zh: 工资总额, en: payroll, type: money, unit: yuan, grain: enterprise, minimum: 0, maximum: 1000000}
"""
SAY = "say: {zh: 甲, en: a}, clause: c"
HEAD = """id: sample
title: {zh: 样例, en: Sample}
issuer: 样例
area: "3306"
unit: UNIT
source: sample
entry: application
"""


def read(tmp_path, body: str, unit: str) -> policy.Pack:
    vocabulary = tmp_path / "vocabulary"
    (vocabulary / "facts").mkdir(parents=True, exist_ok=True)
    (vocabulary / "units.yaml").write_text(UNITS, encoding="utf-8")
    (vocabulary / "facts" / "all.yaml").write_text(FACTS, encoding="utf-8")
    folder = tmp_path / "330600-demo" / "sample"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "program.yaml").write_text(HEAD.replace("UNIT", unit) + body, encoding="utf-8")
    return policy.load_pack(folder, policy.load_vocabulary(tmp_path))


def decide(pack: policy.Pack, facts: dict[str, object], used: dict[str, object] | None = None) -> policy.Decision:
    return policy.compile_program(pack, asof=date(2023, 10, 31), area="330602").decide(facts, used)


def test_a_programme_about_loans_may_ask_about_the_borrower_and_the_borrowers_household(tmp_path):
    body = f"rules:\n  - {{id: r, when: interest_paid > 0 and is_member and household_size > 1, {SAY}}}\n"
    pack = read(tmp_path, body, "loan")
    assert decide(pack, {"interest_paid": 5, "is_member": True, "household_size": 2}).outcome == "granted"


def test_a_programme_about_enterprises_cannot_ask_about_a_person(tmp_path):
    with pytest.raises(
        policy.PackError, match="is_member is told of the person; this programme is about the enterprise"
    ):
        read(tmp_path, f"rules:\n  - {{id: r, when: payroll > 0 and is_member, {SAY}}}\n", "enterprise")


def test_a_household_is_not_capped_per_loan(tmp_path):
    body = f"rules:\n  - {{id: r, when: household_size > 1, {SAY}}}\ncaps:\n  - {{id: c, per: loan, window: year, count: 1, {SAY}}}\n"
    with pytest.raises(policy.PackError, match="loan cannot be used"):
        read(tmp_path, body, "household")


SUB_BUDGETS = f"""rules:
  - {{id: r, when: is_member, {SAY}}}
benefit:
  - {{id: general, amount: 1800, {SAY}}}
  - {{id: outing, amount: 500, {SAY}}}
caps:
  - {{id: general_year, per: person, window: year, amount: 1800, lines: [general], {SAY}}}
  - {{id: outing_year, per: person, window: year, amount: 500, lines: [outing], {SAY}}}
"""


@pytest.mark.parametrize(
    ("general", "outing", "amount"),
    [
        ("0", "0", "2300.00"),
        ("1800", "0", "500.00"),
        ("1799.99", "500", "0.01"),
        ("1800", "500", "0.00"),
        ("1900", "0", "500.00"),
    ],
)
def test_a_used_up_sub_budget_pays_no_more_and_leaves_the_other_alone(tmp_path, general, outing, amount):
    pack = read(tmp_path, SUB_BUDGETS, "person")
    found = decide(pack, {"is_member": True}, {"general_year": Decimal(general), "outing_year": Decimal(outing)})
    assert (found.outcome, found.amount) == ("granted", Decimal(amount))


def test_one_line_stands_in_one_sub_budget(tmp_path):
    body = SUB_BUDGETS + f"  - {{id: both, per: person, window: year, amount: 2000, lines: [general, outing], {SAY}}}\n"
    with pytest.raises(policy.PackError, match="two different sub-budgets"):
        read(tmp_path, body, "person")


def test_a_container_names_its_measures_and_which_of_them_the_source_does_not_tell(tmp_path):
    body = """measures:
  - {id: m1, title: {zh: 一, en: one}, programs: [sample], clause: c}
  - {id: m2, title: {zh: 来源未见, en: unknown in source}, clause: 报纸只见九条}
"""
    pack = read(tmp_path, body, "household")
    assert [measure.id for measure in pack.measures if not measure.programs] == ["m2"]
    with pytest.raises(Refusal, match="decides nothing itself"):
        decide(pack, {})


def test_a_container_that_names_a_programme_nobody_wrote_is_at_fault(tmp_path):
    body = "measures:\n  - {id: m1, title: {zh: 一, en: one}, programs: [simple], clause: c}\n"
    read(tmp_path, body, "household")
    (tmp_path / "330600-demo" / "sample" / "cases.yaml").write_text("[]", encoding="utf-8")
    (fault,) = policy.check_folder(tmp_path)
    assert (fault.word, fault.nearest) == ("simple", "sample")


def test_a_choice_between_comparisons_in_two_units_is_a_choice_between_truths(tmp_path):
    condition = "case when is_member then interest_paid > 0 else household_size > 1 end"
    assert read(tmp_path, f"rules:\n  - {{id: r, when: {condition}, {SAY}}}\n", "loan").rules


def test_what_must_only_rise_or_fall_is_a_fact(tmp_path):
    body = f"rules:\n  - {{id: r, when: payroll > 0, {SAY}}}\nmonotone: {{payrol: down}}\n"
    with pytest.raises(policy.PackError, match="no fact called payrol"):
        read(tmp_path, body, "enterprise")
