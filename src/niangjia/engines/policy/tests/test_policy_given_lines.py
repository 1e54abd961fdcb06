"""What each line comes to after the caps, exact and adding up; limits that are expressions over facts."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from niangjia.engines import policy
from niangjia.engines.policy.tests import samples
from niangjia.engines.policy.tests.test_policy_units_and_caps import SAY, decide, read

LINES = f"""rules:
  - {{id: r, when: is_member, {SAY}}}
benefit:
  - {{id: living, amount: 300, {SAY}}}
  - {{id: medical, amount: interest_paid, {SAY}}}
  - {{id: quilt, kind: goods, amount: 120.50, {SAY}}}
"""
OVER_ALL = LINES + f"caps:\n  - {{id: year, per: person, window: year, amount: 500, {SAY}}}\n"
MEMBER = {"is_member": True, "interest_paid": Decimal("200.25")}


def given_lines(pack: policy.Pack, facts: dict[str, object], used: dict[str, object] | None = None) -> dict[str, str]:
    return {line: str(amount) for line, amount in decide(pack, facts, used).given}


def test_without_caps_a_line_is_given_whole(tmp_path):
    assert given_lines(read(tmp_path, LINES, "loan"), MEMBER) == {"living": "300.00", "medical": "200.25", "quilt": "120.50"}  # fmt: skip


def test_goods_are_filled_first_then_money_in_the_packs_order(tmp_path):
    pack = read(tmp_path, OVER_ALL, "loan")
    assert given_lines(pack, MEMBER, {"year": 0}) == {"living": "300.00", "medical": "79.50", "quilt": "120.50"}
    assert given_lines(pack, MEMBER, {"year": Decimal("400.01")}) == {"living": "0.00", "medical": "0.00", "quilt": "99.99"}  # fmt: skip


def test_lines_before_the_caps_are_told_beside_those_after(tmp_path):
    decision = decide(read(tmp_path, OVER_ALL, "loan"), MEMBER, {"year": 0})
    assert decision.amount == Decimal("500.00") == sum(amount for _, amount in decision.given)
    assert sum(amount for _, amount in decision.lines) == Decimal("620.75")


TWO_BUDGETS = (
    LINES
    + f"""caps:
  - {{id: ill_year, per: person, window: year, amount: 250, lines: [living, medical], {SAY}}}
  - {{id: all_year, per: person, window: year, amount: 1000, {SAY}}}
"""
)


def test_a_sub_budget_is_filled_before_the_whole(tmp_path):
    pack = read(tmp_path, TWO_BUDGETS, "loan")
    assert given_lines(pack, MEMBER, {"ill_year": 0, "all_year": 0}) == {"living": "250.00", "medical": "0.00", "quilt": "120.50"}  # fmt: skip
    assert given_lines(pack, MEMBER, {"ill_year": 0, "all_year": 700}) == {"living": "179.50", "medical": "0.00", "quilt": "120.50"}  # fmt: skip


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    interest=st.decimals(0, 1000, places=2),
    ill=st.decimals(0, 300, places=2),
    whole=st.decimals(0, Decimal("999.99"), places=2),
)
def test_lines_after_the_caps_add_up_whatever_was_used(tmp_path_factory, interest, ill, whole):
    pack = _two_budgets(tmp_path_factory)
    decision = decide(pack, {"is_member": True, "interest_paid": interest}, {"ill_year": ill, "all_year": whole})
    found, before = dict(decision.given), dict(decision.lines)
    assert sum(found.values()) == decision.amount
    assert all(0 <= found[line] <= before[line] for line in found)
    assert found["living"] + found["medical"] <= max(Decimal(0), 250 - ill) and decision.amount <= 1000 - whole


_read: list[policy.Pack] = []


def _two_budgets(factory) -> policy.Pack:
    if not _read:
        _read.append(read(factory.mktemp("two"), TWO_BUDGETS, "loan"))
    return _read[0]


BY_FACTS = f"""rules:
  - {{id: r, when: is_member, {SAY}}}
tiers:
  - {{id: large, title: {{zh: 大, en: large}}, when: household_size > 2, {SAY}}}
  - {{id: small, title: {{zh: 小, en: small}}, when: household_size > 0, {SAY}}}
benefit:
  - {{id: aid, amount: interest_paid, {SAY}}}
caps:
  - {{id: part_of_interest, per: person, window: year, amount: interest_paid * 0.3333, {SAY}}}
  - {{id: times, per: person, window: lifetime, count: case when tier = 'large' then 3 else 1 end, {SAY}}}
"""


def test_a_limit_is_the_packs_expression_over_the_facts_and_the_tier(tmp_path):
    pack = read(tmp_path, BY_FACTS, "loan")
    program = policy.compile_program(pack, asof=date(2023, 10, 31), area="330602")
    facts = {"is_member": True, "household_size": 3, "interest_paid": Decimal("100.05")}
    assert program.limits(facts) == {"part_of_interest": Decimal("33.34"), "times": 3}
    assert program.limits(facts | {"household_size": 2})["times"] == 1
    assert program.limits({"is_member": True}) == {"part_of_interest": None, "times": None}


def test_a_part_of_a_cent_under_a_limit_is_not_given(tmp_path):
    pack = read(tmp_path, BY_FACTS, "loan")
    facts = {"is_member": True, "household_size": 1, "interest_paid": Decimal("100.05")}  # a third is 33.346665
    assert decide(pack, facts, {"part_of_interest": 0, "times": 0}).amount == Decimal("33.34")
    used_up = decide(pack, facts, {"part_of_interest": Decimal("33.34"), "times": 0})
    assert (used_up.outcome, used_up.refused_by) == ("refused", ("part_of_interest",))


def test_a_sub_budget_whose_limit_is_not_known_cannot_be_told(tmp_path):
    cap = f"caps:\n  - {{id: c, per: person, window: year, amount: interest_paid * household_size, lines: [living], {SAY}}}\n"
    pack = read(tmp_path, LINES + cap, "loan")
    assert decide(pack, MEMBER, {"c": 0}).outcome == "cannot_tell"
    assert decide(pack, MEMBER | {"household_size": 1}, {"c": 0}).amount == Decimal("521.00")


# — kinds —

DUES = """rules:
  - {id: r, when: flag, say: {zh: 甲, en: a}, clause: c}
benefit:
  - {id: aid, amount: 500, say: {zh: 补助, en: aid}, clause: c}
  - {id: free, kind: waived, amount: cost * share, say: {zh: 免, en: free}, clause: c}
  - {id: later, kind: deferred, when: cost > 10, due_on: "case when size > 3 then birth else add_months(asof, 6) end", amount: "cost - round(cost * share, 2)", say: {zh: 缓, en: later}, clause: c}
  - {id: later, kind: deferred, otherwise: true, due_on: joined, amount: cost, say: {zh: 缓, en: later}, clause: c}
"""
ONE = {"flag": True, "cost": Decimal(100), "share": Decimal("0.25"), "size": 2}


def dues(folder, body=DUES):
    return policy.compile_program(samples.pack(folder, body), asof=date(2023, 8, 31), area="3306")


def test_what_is_waived_and_deferred_counts_and_the_day_is_told(tmp_path):
    found = dues(tmp_path).decide(ONE)
    assert (found.amount, found.due) == (Decimal("600.00"), (("later", date(2024, 2, 29)),))
    assert dues(tmp_path).decide({**ONE, "cost": Decimal(5), "joined": date(2023, 9, 1)}).due == (
        ("later", date(2023, 9, 1)),
    )


def test_a_deferral_without_its_day_cannot_be_told_unless_it_comes_to_nothing(tmp_path):
    unknown = {**ONE, "size": 4}
    found = dues(tmp_path).decide(unknown)
    assert (found.outcome, found.unknown) == ("cannot_tell", ("later",))
    assert dues(tmp_path).explain(unknown).missing[0] == ("birth", "出生")
    nothing = dues(tmp_path).decide({**unknown, "share": Decimal(1)})
    assert (nothing.amount, nothing.due) == (Decimal("600.00"), ())


@pytest.mark.parametrize(
    ("language", "wanted"),
    [
        ("en", "granted, 500.00 yuan, 25.00 yuan waived, 75.00 yuan deferred (due on 2024-02-29)."),
        ("zh", "符合，500.00 元，免缴 25.00 元，缓缴 75.00 元（至迟 2024-02-29 缴）。"),
    ],
)
def test_the_summary_tells_dues_apart_from_money(tmp_path, language, wanted):
    told = dues(tmp_path).explain(ONE, language=language)
    assert told.summary == wanted
    assert [(line.kind, line.due) for line in told.lines] == [
        ("money", None),
        ("waived", None),
        ("deferred", date(2024, 2, 29)),
    ]
    assert (
        "  · later (deferred, due on 2024-02-29)" if language == "en" else "  · 缓（缓缴，至迟 2024-02-29 缴）"
    ) in told.as_text()


@pytest.mark.parametrize(
    ("old", "new", "wanted"),
    [
        ("kind: deferred, otherwise: true, due_on: joined", "kind: deferred, otherwise: true", "by which day it is to be paid"),
        ("kind: waived,", "kind: waived, due_on: joined,", "Only a line of kind deferred"),
        ("kind: deferred, otherwise: true, due_on: joined", "kind: waived, otherwise: true", "are of one kind"),
        ("kind: waived", "kind: waivd", "waived"),
        ("due_on: joined", "due_on: size", "due_on takes a date"),
    ],
)  # fmt: skip
def test_a_kind_that_is_written_wrong_is_refused_with_the_reason(tmp_path, old, new, wanted):
    with pytest.raises(policy.PackError, match=wanted):
        samples.pack(tmp_path, DUES.replace(old, new))
