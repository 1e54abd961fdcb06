"""Granted, refused or cannot tell; how much; why; and what would change it."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal as D
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from niangjia.engines import policy
from niangjia.engines.policy.tests import samples
from niangjia.engines.policy.tests.generated import pack_yaml, rows_of
from niangjia.kernel.deployment import programs_folder

ASOF = date(2023, 10, 31)


def program(folder: Path, body: str) -> policy.Program:
    return policy.compile_program(samples.pack(folder, body), asof=ASOF, area="330624")


def rule(rule_id: str, when: str) -> str:
    return f'  - {{id: {rule_id}, when: "{when}", say: {{zh: "{rule_id}", en: "{rule_id}"}}, clause: c}}\n'


def tier(tier_id: str, when: str) -> str:
    return f'  - {{id: {tier_id}, title: {{zh: 甲, en: a}}, when: "{when}", say: {{zh: 甲, en: a}}, clause: c}}\n'


def line(line_id: str, amount: str, more: str = "") -> str:
    return f'  - {{id: {line_id}, amount: "{amount}", say: {{zh: "{line_id}", en: "{line_id}"}}, clause: c{more}}}\n'


def test_a_false_rule_refuses_although_another_is_unknown(tmp_path):
    decide = program(tmp_path, "rules:\n" + rule("one", "flag") + rule("two", "other_flag")).decide
    assert decide({"flag": False}).outcome == "refused" and decide({"flag": False}).refused_by == ("one",)
    assert decide({"flag": True}).outcome == "cannot_tell" and decide({"flag": True}).unknown == ("two",)
    assert decide({"flag": True, "other_flag": True}).outcome == "granted"
    assert decide({"flag": False, "other_flag": False}).refused_by == ("one", "two")


def test_the_first_true_tier_is_the_answer(tmp_path):
    decide = program(
        tmp_path, "tiers:\n" + tier("T1", "income < 10") + tier("T2", "income < 20") + tier("T3", "flag")
    ).decide
    assert [decide({"income": D(value), "flag": False}).tier for value in ("9.99", "10", "19.99", "20")] == [
        "T1",
        "T2",
        "T2",
        None,
    ]
    assert decide({"income": D(20), "flag": False}).refused_by == ("T1", "T2", "T3")
    assert decide({"income": D(5)}).tier == "T1"  # the unknown flag stands behind
    assert decide({"flag": True}).outcome == "cannot_tell" and decide({"flag": True}).unknown == ("T1", "T2")


def test_an_unknown_amount_cannot_be_told_and_an_unused_one_does_not_matter(tmp_path):
    body = "rules:\n" + rule("one", "flag") + "benefit:\n" + line("a", "cost", ", when: other_flag") + line("b", "10")
    decide = program(tmp_path, body).decide
    assert decide({"flag": True, "other_flag": False}).amount == D("10.00")
    assert decide({"flag": True, "other_flag": True}).unknown == ("a",)
    assert decide({"flag": True}).unknown == ("a",)
    assert decide({"flag": False}).outcome == "refused"


def test_a_whole_yuan_amount_is_not_taken_for_cents(tmp_path):
    decision = program(
        tmp_path, "rules:\n" + rule("one", "flag") + "benefit:\n" + line("a", "500") + line("b", "0.125")
    ).decide({"flag": True})
    assert decision.amount == D("500.13") and decision.lines == (("a", D("500.00")), ("b", D("0.13")))


def test_alternatives_of_a_line_are_tried_in_order(tmp_path):
    body = (
        "rules:\n"
        + rule("one", "true")
        + "benefit:\n"
        + line("t", "cost", ", when: flag")
        + line("t", "cost * 0.5", ", otherwise: true")
    )
    found = program(tmp_path, body)
    assert found.decide({"cost": D("7000"), "flag": True}).amount == D("7000.00")
    assert found.decide({"cost": D("7000.01"), "flag": False}).amount == D("3500.01")
    assert found.decide({"cost": D("7000")}).outcome == "cannot_tell"


def test_the_parts_of_a_line_apply_in_the_unions_order(tmp_path):
    body = (
        "rules:\n"
        + rule("one", "true")
        + "benefit:\n"
        + line("a", "cost * 0.8", ", ceiling: 16000, cost: cost, less: standard")
    )
    decide = program(tmp_path, body).decide
    assert decide({"cost": D("21000"), "standard": D(0)}).amount == D("16000.00")
    assert decide({"cost": D("21000"), "standard": D(1000)}).amount == D("15000.00")  # after the ceiling, not before it
    assert decide({"cost": D("100"), "standard": D(1000)}).amount == D("0.00")
    assert decide({"cost": D("100"), "standard": None}).outcome == "cannot_tell"


CAPS = ("rules:\n" + rule("one", "true") + "benefit:\n" + line("a", "cost") + "caps:\n"
        "  - {id: times, per: person, window: year, count: 2, say: {zh: 甲, en: a}, clause: c}\n"
        "  - {id: sum, per: household, window: year, amount: 1000, group: shared, say: {zh: 甲, en: a}, clause: c}\n")  # fmt: skip


@pytest.mark.parametrize(
    ("used", "outcome", "amount", "because"),
    [
        (None, "granted", "700.00", ()),
        ({"times": 0, "sum": D(0)}, "granted", "700.00", ()),
        ({"times": 1, "sum": D("300.01")}, "granted", "699.99", ()),
        ({"times": 1, "sum": D("999.99")}, "granted", "0.01", ()),
        ({"times": 1, "sum": D(1000)}, "refused", None, ("sum",)),
        ({"times": 1, "sum": D(2000)}, "refused", None, ("sum",)),
        ({"times": 2, "sum": D(0)}, "refused", None, ("times",)),
        ({"times": 1}, "cannot_tell", None, ("sum",)),
        ({"sum": D(0)}, "cannot_tell", None, ("times",)),
        ({"times": 2}, "refused", None, ("times",)),
        ({"times": 0, "sum": D("-1")}, "cannot_tell", None, ("sum",)),
    ],
)
def test_caps_cut_refuse_or_wait_for_the_count(tmp_path, used, outcome, amount, because):
    decision = program(tmp_path, CAPS).decide({"cost": D(700)}, used)
    assert (decision.outcome, decision.amount, decision.refused_by + decision.unknown) == (
        outcome,
        D(amount) if amount else None,
        because,
    )


def test_caps_share_their_use_by_group(tmp_path):
    assert [cap.group for cap in samples.pack(tmp_path, CAPS).caps] == ["sample.times", "shared"]


def xinchang(name: str, **more) -> policy.Program:
    vocabulary = policy.load_vocabulary(programs_folder())
    return policy.compile_program(
        policy.load_pack(programs_folder() / "330624-xinchang" / name, vocabulary),
        asof=ASOF,
        area="330624001000",
        **more,
    )


def test_255_verified_outcomes_make_127500():
    grant = xinchang("special-grant")
    decisions = [
        grant.decide({"verification_outcome": "V1" if number % 3 else "V2"}, {"person_year": 0, "household_year": 0})
        for number in range(255)
    ]
    assert sum(decision.amount for decision in decisions) == D("127500.00")
    assert {decision.outcome for decision in decisions} == {"granted"}


@pytest.fixture(scope="module")
def graded_aid() -> policy.Program:
    overrides = policy.load_parameters(Path(programs_folder()).parent / "demo" / "town" / "parameters.yaml")
    return xinchang("graded-aid", overrides=overrides["graded-aid"])


FAMILY = {
    "verification_outcome": "V1", "has_check_authorisation": True, "has_confirmed_trigger": False, "household_size": 3, "low_income_standard": D(1000),
    "income_12m": D(60000), "rigid_spending_12m": D(10000), "accident_loss_12m": D(0), "medical_own_cost_12m": D(21000), "study_own_cost_12m": D(0),
    "living_aid_received_12m": D(0), "medical_aid_received_12m": D(0), "study_aid_received_12m": D(0), "accident_aid_received_12m": D(0),
    "chosen_item": "medical", "goods_value": D(0),
}  # fmt: skip


def test_an_explanation_gives_every_rule_with_clause_values_and_truth(graded_aid):
    told = graded_aid.explain(FAMILY)
    assert [(step.kind, step.id, step.truth, step.applies) for step in told.steps] == [
        ("rule", "verified", True, True), ("rule", "authorised", True, True), ("tier", "G1", False, True), ("tier", "G3", False, True),
        ("tier", "G2", True, True), ("tier", "G4", False, False),
    ]  # fmt: skip
    assert all(step.clause and step.sentence and step.verdict for step in told.steps)
    values = {value.name: value.shown for value in told.steps[4].values}
    assert values["income_12m"] == "60,000.00" and values["relative_multiple"] == "2"
    assert "60,000.00" in told.steps[4].sentence and "{" not in told.as_text()
    assert [(line.id, line.amount) for line in told.lines] == [("medical", D("16000.00"))]
    assert told.summary == "符合（相对困难），16,000.00 元。" and told.missing == ()
    assert graded_aid.explain(FAMILY, language="en").summary == "granted (relative hardship), 16,000.00 yuan."


def test_what_is_missing_is_named_only_where_it_matters(graded_aid):
    told = graded_aid.explain({**FAMILY, "income_12m": None, "chosen_item": None})
    assert told.missing == (("income_12m", "核实的家庭年收入"),) and "请先核实：核实的家庭年收入" in told.summary
    assert graded_aid.explain({**FAMILY, "chosen_item": None}).missing == (("chosen_item", "选定的救助项目"),)
    assert graded_aid.explain({**FAMILY, "verification_outcome": "V4", "income_12m": None}).missing == ()


def test_the_nearest_change_is_exact_to_the_cent(graded_aid):
    changes = {change.fact: change for change in graded_aid.explain({**FAMILY, "income_12m": D("90000.00")}).changes}
    assert changes["income_12m"].other == D("81999.99") and changes["income_12m"].tier == "G2"
    assert changes["rigid_spending_12m"].other == D("18000.01")
    assert changes["accident_loss_12m"].other == D("72000.01") and changes["accident_loss_12m"].tier == "G3"
    assert changes["household_size"].other == 4
    assert changes["has_confirmed_trigger"].other is True and changes["has_confirmed_trigger"].tier == "G4"
    assert "81,999.99 元" in changes["income_12m"].sentence and "相对困难" in changes["income_12m"].sentence
    assert graded_aid.explain({**FAMILY, "income_12m": D("90000.00")}).nearest_change == changes["income_12m"]


def test_a_window_between_two_lines_is_not_jumped_over(tmp_path):
    body = "rules:\n" + rule("one", "income between 500 and 500.02")
    told = program(tmp_path, body).explain({"income": D("100000")}, language="en")
    assert (
        told.nearest_change.other == D("500.02")
        and "500.02 yuan instead of 100,000.00 yuan" in told.nearest_change.sentence
    )


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck), database=None)
@given(text=pack_yaml(), seed=st.integers(0, 2**32))
def test_every_change_offered_does_change_the_answer(tmp_path_factory, text, seed):
    folder = tmp_path_factory.mktemp("p")
    (folder / "program.yaml").write_text(text, encoding="utf-8")
    try:
        pack = policy.load_pack(folder, samples.vocabulary(folder))
    except policy.PackError:
        return
    found = policy.compile_program(pack, asof=ASOF, area="330624")
    for row in rows_of(4, seed):
        try:
            told = found.explain(row)
        except policy.MissingParameter:
            continue
        assert told.decision == found.decide(row)
        for change in told.changes:
            other = found.decide({**row, change.fact: change.other})
            assert (
                (other.outcome, other.tier)
                == (change.outcome, change.tier)
                != (told.decision.outcome, told.decision.tier)
            )
        assert bool(told.missing) <= (told.decision.outcome == "cannot_tell")


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck), database=None)
@given(text=pack_yaml())
def test_no_character_of_a_pack_enters_the_generated_source(tmp_path_factory, text):
    folder = tmp_path_factory.mktemp("p")
    (folder / "program.yaml").write_text(text, encoding="utf-8")
    try:
        pack = policy.load_pack(folder, samples.vocabulary(folder))
    except policy.PackError:
        return
    words = set(re.findall(r"[^\W\d]\w*", policy.compile_program(pack, asof=ASOF, area="330624").source))
    ours = {
        "def", "return", "if", "else", "or", "and", "not", "is", "in", "for", "None", "True", "False", "lambda", "name", "facts", "used", "get", "used_get",
        "v", "i", "zip", "tuple", "int", "str", "Decimal", "Decision", "Trace", "new", "yuan", "divide", "rounded", "abs", "age",
        "add_months", "__class__", "decide", "decide_read", "decide_under_caps", "trace", "limits", "lines", "absent", "lack", "days_between", "add_days",
        "read_money", "read_number", "read_integer", "read_boolean", "read_date", "read_text",
    }  # fmt: skip
    assert {word for word in words - ours if not re.fullmatch(r"[fktu]\d+", word)} == set()


def test_one_pack_day_and_area_is_compiled_once(graded_aid):
    again = policy.compile_program(graded_aid.pack, asof=ASOF, area="330624001000", overrides={
        name: {"": {date(2000, 1, 1): value}} for name, value in graded_aid.parameters.items() if graded_aid.pack.parameters[name].is_open})  # fmt: skip
    assert again.source is graded_aid.source
