"""Packs installed and pinned, parameters under four eyes, decisions that can be made again."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.db import DatabaseError, transaction

from niangjia.apps.accounts.permissions import NotAllowed
from niangjia.apps.audit import queries as audit_queries
from niangjia.apps.funds.types import Cap, Window
from niangjia.apps.programs import actions as programs
from niangjia.apps.programs import deciding, installed, queries
from niangjia.apps.programs.models import Decision, PackVersion, ParameterValue
from niangjia.apps.programs.tests import town
from niangjia.apps.programs.types import DecisionCard, DecisionOutcome, StandardRow, Subject, SubjectKind
from niangjia.engines import policy
from niangjia.kernel.deployment import programs_folder

pytestmark = pytest.mark.django_db
DAY = date(2023, 10, 20)
AREA = "330624001000"
WANG, FAMILY_OF_WANG = Subject(SubjectKind.PERSON, 7), Subject(SubjectKind.HOUSEHOLD, 3)
OPEN = {
    "one_item_for_relative": "false", "living_multiple_deep": "10", "living_multiple_relative": "8", "medical_share_deep": "1",
    "medical_share_relative": "0.8", "medical_ceiling_deep": "50000", "medical_ceiling_relative": "16000", "study_multiple_deep": "10",
    "study_multiple_relative": "8", "accident_share": "0.15", "accident_ceiling": "10000", "goods_ceiling": "1000",
    "household_ceiling": "60000", "province_approves_above": "20000", "national_approves_above": "50000", "notice_working_days": "5",
}  # fmt: skip
FAMILY = {
    "verification_outcome": "V1", "has_check_authorisation": True, "household_size": 3, "income_12m": Decimal("60000"),
    "rigid_spending_12m": Decimal("30000"), "low_income_standard": Decimal("1000"), "has_confirmed_trigger": True,
    "accident_loss_12m": Decimal("0"), "medical_own_cost_12m": Decimal("26000"), "study_own_cost_12m": Decimal("0"),
    "living_aid_received_12m": Decimal("0"), "medical_aid_received_12m": Decimal("0"), "study_aid_received_12m": Decimal("0"),
    "accident_aid_received_12m": Decimal("0"), "goods_value": Decimal("200.50"),
}  # fmt: skip


def load(name: str, root: Path | None = None) -> policy.Pack:
    root = root or programs_folder()
    return policy.load_pack(root / name, policy.load_vocabulary(root))


def install(*names: str) -> None:
    wanted = names or ("330624-xinchang/special-grant", "330624-xinchang/graded-aid", "330000-zhejiang/file-exit")
    programs.install_packs([load(name) for name in wanted], town.NOW)


@pytest.fixture
def place():
    install()
    return town.build()


def fill_in(place, values=OPEN, program="graded-aid", **more):
    for name, value in values.items():
        entered = programs.enter_parameter(
            viewer=place.county, program=program, name=name, area="330624", starts_on=date(2020, 1, 1), value=value, source="测试用，虚构",
            is_invented=True, now=town.NOW, **more,
        )  # fmt: skip
        programs.approve_parameter(viewer=place.county_second, parameter_id=entered.id, now=town.NOW)


def decide(program="special-grant", *, viewer=None, subject=None, area=AREA, asof=DAY, facts=None, used=None, **more):
    facts = {"verification_outcome": "V1"} if facts is None else facts
    subject = subject or (FAMILY_OF_WANG if program == "graded-aid" else WANG)
    return programs.decide(
        viewer=viewer, program=program, subject=subject, area=area, asof=asof, facts=facts, used=used, now=town.NOW, **more
    )  # fmt: skip


def test_a_pack_installed_twice_is_one_version():
    install()
    install()
    assert PackVersion.objects.count() == 3
    assert len(audit_queries.list_about(f"pack:{PackVersion.objects.first().pk}")) == 1


def test_another_text_is_another_version_and_the_day_picks_which_one_decides(tmp_path):
    install("330624-xinchang/special-grant")
    shutil.copytree(programs_folder() / "vocabulary", tmp_path / "vocabulary")
    shutil.copytree(programs_folder() / "330624-xinchang", tmp_path / "330624-xinchang")
    text = tmp_path / "330624-xinchang" / "special-grant" / "program.yaml"
    text.write_text(text.read_text().replace("{2023-05-01: 500}", "{2023-05-01: 600}"))
    cases = text.with_name("cases.yaml")
    cases.write_text(cases.read_text().replace("500", "600"))
    changed = load("330624-xinchang/special-grant", tmp_path)
    programs.install_packs([changed], town.NOW, active_from=date(2023, 10, 16))
    assert decide(asof=date(2023, 10, 15)).amount == Decimal("500.00")
    assert decide(asof=date(2023, 10, 16)).amount == Decimal("600.00")
    assert decide(asof=date(2023, 5, 1)).amount == Decimal("500.00")


def test_the_database_edits_neither_an_installed_text_nor_a_decision(place):
    decision = decide()
    for change in (
        lambda: PackVersion.objects.update(files={}),
        lambda: Decision.objects.filter(pk=decision.id).update(amount=Decimal("5000.00")),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()
    assert queries.verify() == []


def test_a_decision_keeps_all_that_made_it_and_comes_out_the_same_again(place):
    decision = decide(used={"person_year": 0, "household_year": 0})
    assert (decision.outcome, decision.amount, decision.money) == (
        DecisionOutcome.GRANTED,
        Decimal("500.00"),
        Decimal("500.00"),
    )
    assert decision.facts == {"verification_outcome": "V1"} and decision.parameters == {"grant_amount": "500"}
    assert "每名核实属实的职工 500.00 元" in [line.zh for line in decision.trace]
    assert (
        all(line.en and line.zh for line in decision.trace)
        and "向 255 名职工发放专项帮扶资金 127,500 元，每人 500 元" in decision.clauses
    )
    assert queries.replay(decision.id).is_same


def test_a_later_parameter_does_not_change_what_was_decided(place):
    fill_in(place)
    decision = decide("graded-aid", facts=FAMILY, subject=Subject(SubjectKind.HOUSEHOLD, 3))
    entered = programs.enter_parameter(
        viewer=place.county, program="graded-aid", name="living_multiple_deep", area="330624", starts_on=date(2021, 1, 1), value="12",
        source="测试", now=town.NOW,
    )  # fmt: skip
    programs.approve_parameter(viewer=place.county_second, parameter_id=entered.id, now=town.NOW)
    assert queries.replay(decision.id).is_same
    again = decide("graded-aid", facts=FAMILY, subject=Subject(SubjectKind.HOUSEHOLD, 3))
    assert again.id != decision.id and again.amount - decision.amount == Decimal("2000.00")


def test_the_same_question_has_one_decision_and_another_fact_another(place):
    assert decide() == decide()
    assert decide(facts={"verification_outcome": "V2"}).id != decide().id
    assert Decision.objects.count() == 2


def test_no_outcome_cannot_tell_and_a_wrong_one_refuses(place):
    unknown = decide(facts={})
    assert (unknown.outcome, unknown.amount, unknown.unknown) == (
        DecisionOutcome.CANNOT_TELL,
        None,
        ("verification_outcome",),
    )
    refused = decide(facts={"verification_outcome": "V4"})
    assert (refused.outcome, refused.amount) == (DecisionOutcome.REFUSED, None)
    assert [line.result for line in refused.trace] == ["NO"]


def test_a_used_up_cap_refuses_and_says_so(place):
    refused = decide(used={"person_year": 1, "household_year": 1})
    assert refused.outcome is DecisionOutcome.REFUSED
    assert {line.id: line.result for line in refused.trace}["person_year"] == "NO"
    assert queries.replay(refused.id).is_same


def test_an_open_parameter_refuses_deciding_and_names_area_and_day(place):
    with pytest.raises(policy.MissingParameter, match=r"(?s)living_multiple_deep.*330624001000.*2023-10-20"):
        decide("graded-aid", facts=FAMILY)
    assert Decision.objects.count() == 0
    missing = queries.list_missing(place.county, area=AREA, asof=DAY)
    assert {one.name for one in missing} == set(OPEN)


def test_a_day_before_the_grant_began_refuses_deciding(place):
    with pytest.raises(policy.MissingParameter, match="grant_amount"):
        decide(asof=date(2023, 4, 30))


def test_who_needs_no_such_number_is_decided_and_the_decision_stays_what_it_was(place):
    family = FAMILY | {"verification_outcome": "V4"}
    refused = decide("graded-aid", facts=family)
    assert refused.outcome is DecisionOutcome.REFUSED and refused.parameters["living_multiple_deep"] == "—"
    fill_in(place)
    assert queries.replay(refused.id).is_same
    assert decide("graded-aid", facts=family).outcome is DecisionOutcome.REFUSED


def test_another_countys_area_has_no_such_programme(place):
    with pytest.raises(installed.NoPackHere, match="330681"):
        decide(area="330681000000")
    assert queries.find_pack("special-grant", area="330681000000", asof=DAY) is None


def test_goods_are_part_of_the_aid_and_not_of_the_money(place):
    fill_in(place)
    decision = decide("graded-aid", facts=FAMILY)
    assert decision.tier == "G1" and decision.amount == Decimal("36200.50") and decision.money == Decimal("36000.00")
    assert {line.id: line.amount for line in decision.lines} == {
        "living": Decimal("10000.00"), "medical": Decimal("26000.00"), "study": Decimal("0.00"), "accident": Decimal("0.00"),
        "goods": Decimal("200.50"),
    }  # fmt: skip
    assert decision.needs_approval == ("province",)
    assert queries.replay(decision.id).is_same


@pytest.mark.parametrize(
    ("income", "rigid", "accident", "tier"),
    [
        (60000, 30000, 0, "G1"),
        (60000, 10000, 0, "G2"),
        (96000, 20000, 0, "G4"),
        (72000, 0, 0, "G4"),
        (36000, 0, 0, "G2"),
        (60000, 0, 50000, "G3"),
        (60000, 0, 48000, "G2"),
    ],
)
def test_the_worked_tiers_of_the_paper(place, income, rigid, accident, tier):
    fill_in(place)
    facts = FAMILY | {
        "income_12m": Decimal(income),
        "rigid_spending_12m": Decimal(rigid),
        "accident_loss_12m": Decimal(accident),
    }
    assert decide("graded-aid", facts=facts).tier == tier


def test_a_parameter_counts_only_after_a_second_person_approved_it(place):
    fill_in(place, {name: value for name, value in OPEN.items() if name != "living_multiple_deep"})
    entered = programs.enter_parameter(
        viewer=place.county, program="graded-aid", name="living_multiple_deep", area="330624", starts_on=date(2020, 1, 1), value="10",
        source="测试", now=town.NOW,
    )  # fmt: skip
    with pytest.raises(policy.MissingParameter):
        decide("graded-aid", facts=FAMILY)
    with pytest.raises(programs.FourEyes):  # nor one who stands in for who entered it
        programs.approve_parameter(
            viewer=replace(place.county_second, joined_ids=frozenset({place.county.account_id})),
            parameter_id=entered.id,
            now=town.NOW,
        )
    with pytest.raises(programs.FourEyes):
        programs.approve_parameter(viewer=place.county, parameter_id=entered.id, now=town.NOW)
    programs.approve_parameter(viewer=place.county_second, parameter_id=entered.id, now=town.NOW)
    programs.approve_parameter(viewer=place.county_second, parameter_id=entered.id, now=town.NOW)
    assert decide("graded-aid", facts=FAMILY).outcome is DecisionOutcome.GRANTED


def test_a_parameter_entered_twice_stands_once_and_two_values_are_refused(place):
    def enter(value):
        return programs.enter_parameter(
            viewer=place.county, program="graded-aid", name="household_ceiling", area="330624", starts_on=date(2020, 1, 1), value=value,
            source="测试", now=town.NOW,
        )  # fmt: skip

    assert enter("60000") == enter("60000")
    with pytest.raises(programs.ParameterTaken):
        enter("70000")
    programs.withdraw_parameter(viewer=place.county, parameter_id=enter("60000").id, reason="录错", now=town.NOW)
    assert enter("70000").value == "70000"
    assert ParameterValue.objects.count() == 2


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"name": "no_such"}, programs.NoSuchParameter),
        ({"program": "no-such"}, programs.NoSuchParameter),
        ({"value": "many"}, installed.BadValue),
        ({"value": "NaN"}, installed.BadValue),
        ({"value": "10.123"}, programs.UnfitValue),
        ({"area": "33x"}, programs.UnfitValue),
        ({"source": " "}, programs.SourceMissing),
    ],
)
def test_a_parameter_that_does_not_fit_is_refused(place, changes, refusal):
    values = {
        "program": "graded-aid",
        "name": "household_ceiling",
        "area": "330624",
        "value": "60000",
        "source": "测试",
    } | changes
    with pytest.raises(refusal):
        programs.enter_parameter(viewer=place.county, starts_on=date(2020, 1, 1), now=town.NOW, **values)


def test_an_approved_value_is_not_withdrawn(place):
    fill_in(place, {"household_ceiling": "60000"})
    with pytest.raises(programs.WasUsed):
        programs.withdraw_parameter(
            viewer=place.county, parameter_id=ParameterValue.objects.get().pk, reason="", now=town.NOW
        )


@pytest.mark.parametrize("who", ["township", "grassroots", "finance", "auditor"])
def test_who_may_not_manage_programmes_is_refused(place, who):
    viewer = getattr(place, who)
    for act in (
        lambda: programs.enter_parameter(
            viewer=viewer,
            program="graded-aid",
            name="household_ceiling",
            area="330624",
            starts_on=DAY,
            value="1",
            source="测试",
            now=town.NOW,
        ),
        lambda: programs.approve_parameter(viewer=viewer, parameter_id=1, now=town.NOW),
        lambda: programs.withdraw_parameter(viewer=viewer, parameter_id=1, reason="", now=town.NOW),
        lambda: programs.install_packs([], town.NOW, viewer=viewer),
    ):
        with pytest.raises(NotAllowed):
            act()


def test_the_standard_is_the_nearest_areas_latest(place):
    rows = [
        StandardRow("330600", date(2022, 7, 1), Decimal("1000")),
        StandardRow("330624", date(2023, 7, 1), Decimal("1100")),
        StandardRow("330624", date(2023, 11, 1), Decimal("1200")),
    ]
    assert programs.receive_standards(rows, source="standard 2023-07", now=town.NOW) == 3
    assert programs.receive_standards(rows, source="standard 2023-07", now=town.NOW) == 0
    assert queries.get_standard(AREA, asof=DAY) == Decimal("1100")
    assert queries.get_standard(AREA, asof=date(2023, 6, 30)) == Decimal("1000")
    assert queries.get_standard("330681000000", asof=DAY) == Decimal("1000")
    with pytest.raises(queries.MissingStandard, match=r"(?s)330100000000.*2023-10-20"):
        queries.get_standard("330100000000", asof=DAY)
    with pytest.raises(queries.MissingStandard):
        queries.get_standard(AREA, asof=date(2022, 6, 30))


def test_the_notice_is_as_long_as_the_pack_or_the_deployment_says(place):
    with pytest.raises(policy.MissingParameter, match="notice_working_days"):
        queries.notice_working_days("graded-aid", area=AREA, asof=DAY)
    fill_in(place, {"notice_working_days": "7"})
    assert queries.notice_working_days("graded-aid", area=AREA, asof=DAY) == 7
    assert queries.notice_working_days("special-grant", area=AREA, asof=DAY) == 0


def test_caps_of_a_decision_are_the_books_caps(place):
    subjects = {SubjectKind.PERSON: 7, SubjectKind.HOUSEHOLD: 3}
    caps = queries.caps_of(decide(used={"person_year": 0, "household_year": 0}).id, subjects=subjects, day=DAY)
    assert caps[0] == Cap("special-grant.person_year", SubjectKind.PERSON, 7, Window.YEAR, DAY, count=1)
    fill_in(place)
    family = decide("graded-aid", facts=FAMILY)
    assert [cap.amount for cap in queries.caps_of(family.id, subjects=subjects, day=DAY)] == [Decimal("60000")]


def test_a_preview_stores_nothing(place):
    said = queries.preview("special-grant", area=AREA, asof=DAY, facts={"verification_outcome": "V1"})
    assert said.amount == Decimal("500.00") and Decision.objects.count() == 0


def test_every_example_of_the_exit_pack_holds():
    assert [str(result) for result in policy.run_cases(load("330000-zhejiang/file-exit")) if not result.passed] == []


@pytest.mark.parametrize(("share", "kinds"), [("0.25", ["waived", "deferred"]), ("0", ["waived", "deferred"])])
def test_dues_that_are_waived_or_deferred_are_never_paid_and_the_day_is_kept(share, kinds):
    folder = programs_folder()
    pack = policy.load_pack(folder / "330800-quzhou" / "dues-deferral", policy.load_vocabulary(folder))
    since = date(2022, 1, 1)
    numbers = {
        "reduced_share": Decimal(share),
        "deferral_months": 6,
        "relief_from": since,
        "relief_until": date(2022, 12, 31),
    }
    program = policy.compile_program(
        pack,
        asof=date(2022, 7, 31),
        area="330800",
        overrides={name: {"": {since: value}} for name, value in numbers.items()},
    )
    facts = {
        "dues_period_from": date(2022, 6, 1), "dues_period_until": date(2022, 6, 30), "has_deferral_agreement": True,
        "dues_due_on": date(2022, 7, 15), "deferred_until": date(2023, 1, 15), "dues_owed": Decimal("1000.00"),
    }  # fmt: skip
    said = deciding.answer(program, facts, None)
    assert (said.amount, [line.kind for line in said.lines]) == (Decimal("1000.00"), kinds)
    assert DecisionCard.money.fget(SimpleNamespace(given=said.given)) == 0
    later = next(line for line in said.trace if line.id == "deferred")
    assert later.zh.endswith("（缓缴，至迟 2023-01-15 缴）") and later.en.endswith("(deferred, due on 2023-01-15)")
