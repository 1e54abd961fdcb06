"""What stands in public, who may object, who answers; the way out of the file and back; the worker's own page."""

from __future__ import annotations

import re
import uuid
from dataclasses import fields
from datetime import date, datetime, time, timedelta
from decimal import Decimal

import pytest

from niangjia.apps.accounts.actions import TooManyTries
from niangjia.apps.accounts.permissions import NotAllowed
from niangjia.apps.audit import queries as audit
from niangjia.apps.cases import actions as cases
from niangjia.apps.cases import lifecycle, moving, queries
from niangjia.apps.cases.actions import exits, filing, grievances
from niangjia.apps.cases.models import Case, FollowUp, Grievance
from niangjia.apps.cases.tests.desk import NO_GOODS, OCTOBER
from niangjia.apps.cases.types import (
    CaseState,
    ExitKind,
    ExitProgress,
    GrievanceAbout,
    HeldMonth,
    Outcome,
)
from niangjia.apps.objections import problems
from niangjia.apps.objections.types import GrievanceState, LiveNotice, ObjectionStatus
from niangjia.apps.organizations import calendar
from niangjia.apps.programs import actions as programs
from niangjia.apps.programs.types import StandardRow
from niangjia.apps.registry import actions as registry_actions
from niangjia.apps.registry import queries as registry
from niangjia.apps.registry.types import Purpose
from niangjia.apps.workorders import queries as orders
from niangjia.apps.workorders.types import OrderState
from niangjia.kernel.months import Month

S = CaseState


# --- notice ---


def test_a_notice_shows_masked_name_unit_tier_and_amount_and_nothing_else(funded):
    funded.announced()
    (notice,) = queries.list_live_notices(today=funded.now.date())
    assert (notice.masked_name, notice.unit, notice.tier, notice.amount) == (
        "王**",
        "轴承厂工会",
        "G1",
        Decimal("36000.00"),
    )
    assert {field.name for field in fields(LiveNotice)} == {
        "id",
        "masked_name",
        "unit",
        "tier",
        "amount",
        "starts_on",
        "ends_before",
        "title_zh",
        "title_en",
    }
    assert notice.title_zh == ""


def test_a_notice_lasts_its_working_days_and_takes_itself_down(funded):
    case = funded.announced()
    (notice,) = queries.list_live_notices(today=funded.now.date())
    last_day = calendar.add_working_days(funded.now.date(), 5)
    assert notice.ends_before == last_day + timedelta(days=1) == date(2023, 11, 14)
    assert queries.list_live_notices(today=last_day) and not queries.list_live_notices(today=notice.ends_before)
    with pytest.raises(filing.NoticeStillUp):
        cases.approve(viewer=funded.town.county_second, case_id=case.pk, now=funded.now)
    assert cases.announce(viewer=funded.town.county, case_id=case.pk, now=funded.now) == notice.id


def test_a_withdrawn_notice_is_down_at_once_and_the_file_a_draft_again(funded):
    case = funded.announced()
    cases.withdraw_notice(viewer=funded.town.county, case_id=case.pk, reason="金额有误", now=funded.now)
    assert queries.list_live_notices(today=funded.now.date()) == [] and funded.fresh(case).state == S.FILE_DRAFT


def test_an_objection_that_waits_stands_in_the_way_also_when_the_file_is_announced_anew(funded):
    case = funded.announced()
    notice = queries.list_live_notices(today=funded.now.date())[0]
    raised = cases.object_to_notice(notice_id=notice.id, words="他家有两辆车", contact="", now=funded.now)
    cases.withdraw_notice(viewer=funded.town.county, case_id=case.pk, reason="金额有误", now=funded.now)
    cases.decide_tier(viewer=funded.town.county, case_id=case.pk, facts=NO_GOODS, now=funded.now)
    cases.announce(viewer=funded.town.county, case_id=case.pk, now=funded.now)
    funded.pass_days(10)
    with pytest.raises(problems.GrievanceOpen):
        cases.approve(viewer=funded.town.county_second, case_id=case.pk, now=funded.now)
    told = {"grievance_id": raised.id, "is_upheld": False, "answer": "车已报废", "now": funded.now}
    cases.answer_grievance(viewer=funded.town.county_third, **told)
    assert cases.approve(viewer=funded.town.county_second, case_id=case.pk, now=funded.now).state == S.ON_FILE


def test_an_objection_from_the_public_is_sealed_and_must_be_answered_by_another_officer_first(funded):
    case = funded.announced()
    notice = queries.list_live_notices(today=funded.now.date())[0]
    key = uuid.uuid4()

    def raise_it():
        return cases.object_to_notice(
            notice_id=notice.id, words="他家有两辆车", contact="13900000000", now=funded.now, key=key
        )

    grievance_id = raise_it().id
    assert raise_it() == raise_it() and Grievance.objects.count() == 1
    grievance = Grievance.objects.get()
    assert grievance.person_id is None and "两辆车".encode() not in bytes(grievance.secret)
    funded.pass_days(10)
    with pytest.raises(problems.GrievanceOpen):
        cases.approve(viewer=funded.town.county_second, case_id=case.pk, now=funded.now)
    assert queries.list_grievances(funded.town.county).count() == 1
    for viewer in (funded.town.county,):
        with pytest.raises(grievances.OfficerOfTheCase):
            cases.answer_grievance(
                viewer=viewer, grievance_id=grievance_id, is_upheld=False, answer="已核实", now=funded.now
            )
    with pytest.raises(NotAllowed):
        cases.answer_grievance(
            viewer=funded.town.grassroots, grievance_id=grievance_id, is_upheld=False, answer="已核实", now=funded.now
        )
    with pytest.raises(moving.NotFound):
        cases.answer_grievance(
            viewer=funded.town.other_county, grievance_id=grievance_id, is_upheld=False, answer="已核实", now=funded.now
        )
    with pytest.raises(moving.ReasonMissing):
        cases.answer_grievance(
            viewer=funded.town.county_third, grievance_id=grievance_id, is_upheld=False, answer=" ", now=funded.now
        )
    for _ in range(2):
        cases.answer_grievance(
            viewer=funded.town.county_third,
            grievance_id=grievance_id,
            is_upheld=False,
            answer="车已报废",
            now=funded.now,
        )
    with pytest.raises(grievances.AlreadyAnswered):
        cases.answer_grievance(
            viewer=funded.town.county_third, grievance_id=grievance_id, is_upheld=True, answer="成立", now=funded.now
        )
    read = cases.read_grievance(viewer=funded.town.county, grievance_id=grievance_id, now=funded.now)
    assert read == {"text": "他家有两辆车", "contact": "13900000000", "answer": "车已报废"}
    assert audit.list_about(f"case:{case.pk}", actions=("cases.read_grievance",))
    assert cases.approve(viewer=funded.town.county_second, case_id=case.pk, now=funded.now).state == S.ON_FILE


def test_whoever_objects_follows_it_by_a_receipt_number_that_tells_nothing_of_the_case(funded):
    funded.announced()
    notice = queries.list_live_notices(today=funded.now.date())[0]
    raised = cases.object_to_notice(notice_id=notice.id, words="他家有两辆车", contact="", now=funded.now)
    assert re.fullmatch(r"[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){2}", raised.receipt)

    def look(receipt=raised.receipt):
        return cases.follow_objection(receipt=receipt, address="", now=funded.now)

    assert look() == ObjectionStatus(funded.now.date(), GrievanceState.OPEN, None)
    assert {field.name for field in fields(ObjectionStatus)} == {"raised_on", "state", "answered_on"}
    typed = raised.receipt.lower().replace("-", " ").replace("0", "o").replace("1", "l")
    assert look(typed) == look()
    for wrong in ("", "AAAA-BBBB-CCCC", str(raised.id), "0" * 500):
        with pytest.raises(grievances.NoSuchReceipt):
            look(wrong)
    funded.pass_days(1)
    cases.answer_grievance(
        viewer=funded.town.county_third, grievance_id=raised.id, is_upheld=True, answer="属实", now=funded.now
    )
    assert look() == ObjectionStatus(notice.starts_on, GrievanceState.UPHELD, funded.now.date())


def test_one_address_raises_a_few_objections_an_hour_and_looks_up_no_endless_numbers(funded):
    funded.announced()
    notice = queries.list_live_notices(today=funded.now.date())[0]

    def raise_it(address="203.0.113.7", key=None, minutes=0):
        now = funded.now + timedelta(minutes=minutes)
        return cases.object_to_notice(notice_id=notice.id, words="不实", contact="", address=address, key=key, now=now)

    key = uuid.uuid4()
    for _ in range(grievances.OBJECTIONS.most + 3):
        raise_it(key=key)  # one objection, sent again and again
    for _ in range(grievances.OBJECTIONS.most - 1):
        raise_it()
    for _ in range(2):
        with pytest.raises(TooManyTries):
            raise_it()
    assert Grievance.objects.count() == grievances.OBJECTIONS.most
    raise_it(address="203.0.113.8")
    raise_it(minutes=60)
    for _ in range(grievances.LOOKUPS.most):
        with pytest.raises(grievances.NoSuchReceipt):
            cases.follow_objection(receipt="AAAA-BBBB-CCCC", address="203.0.113.7", now=funded.now)
    with pytest.raises(TooManyTries):
        cases.follow_objection(receipt="AAAA-BBBB-CCCC", address="203.0.113.7", now=funded.now)


def test_the_key_of_an_objection_to_another_notice_is_not_taken_for_this_one(funded):
    funded.announced()
    funded.announced(start=8, month=OCTOBER.next())
    first, second = queries.list_live_notices(today=funded.now.date())
    key = uuid.uuid4()
    raised = [
        cases.object_to_notice(notice_id=notice.id, words="不实", contact="", key=key, now=funded.now)
        for notice in (first, second)
    ]
    assert raised[0].id != raised[1].id and raised[0].receipt != raised[1].receipt


def test_an_upheld_objection_stops_the_approval_until_it_is_announced_anew(funded):
    case = funded.announced()
    notice = queries.list_live_notices(today=funded.now.date())[0]
    grievance_id = cases.object_to_notice(notice_id=notice.id, words="收入不实", contact="", now=funded.now).id
    cases.answer_grievance(
        viewer=funded.town.county_third, grievance_id=grievance_id, is_upheld=True, answer="属实", now=funded.now
    )
    funded.pass_days(10)
    with pytest.raises(problems.GrievanceUpheld):
        cases.approve(viewer=funded.town.county_second, case_id=case.pk, now=funded.now)
    cases.withdraw_notice(viewer=funded.town.county, case_id=case.pk, reason="异议成立", now=funded.now)
    cases.decide_tier(viewer=funded.town.county, case_id=case.pk, facts={"goods_value": Decimal(0)}, now=funded.now)
    cases.announce(viewer=funded.town.county, case_id=case.pk, now=funded.now)
    funded.pass_days(10)
    assert cases.approve(viewer=funded.town.county_second, case_id=case.pk, now=funded.now).state == S.ON_FILE


def test_a_notice_that_is_down_takes_no_objection(funded):
    funded.announced()
    notice = queries.list_live_notices(today=funded.now.date())[0]
    with pytest.raises(grievances.NoticeIsDown):
        cases.object_to_notice(notice_id=notice.id, words="迟了", contact="", now=funded.now + timedelta(days=30))
    with pytest.raises(grievances.NoticeIsDown):
        cases.object_to_notice(notice_id=999, words="没有这条", contact="", now=funded.now)
    with pytest.raises(moving.ReasonMissing):
        cases.object_to_notice(notice_id=notice.id, words=" ", contact="", now=funded.now)


# --- exit ---


def live_through(desk, month):
    """It is the third of the month after."""
    desk.now = max(desk.now, datetime.combine(month.next().first_day, time(9), tzinfo=desk.now.tzinfo) + timedelta(2))


def earn(desk, case, *incomes, first=Month("2023-11")):
    """What sensing says of months that have passed; None = nothing came."""
    live_through(desk, first.plus(len(incomes) - 1))
    held = [
        (case.household_id, HeldMonth(first.plus(place), None if income is None else Decimal(income), Decimal("1000")))
        for place, income in enumerate(incomes)
    ]
    cases.record_sensed_months(months=held, now=desk.now)


def prove(desk, case, month, income):
    return cases.record_income(
        viewer=desk.town.grassroots, case_id=case.pk, month=month, income_per_capita=Decimal(income), now=desk.now
    )


def propose(desk, case, kind=ExitKind.OUT_OF_HARDSHIP, gone=True, reason="收入稳定"):
    return cases.propose_exit(
        viewer=desk.town.county, case_id=case.pk, kind=kind, are_causes_gone=gone, reason=reason, now=desk.now
    )


def test_six_months_above_the_standard_and_the_cause_gone_lead_out_after_the_time_to_object(funded):
    case = funded.on_file()
    earn(funded, case, 1500, 1500, 1500, 1500, 1500)
    with pytest.raises(exits.NotSixMonths, match="5"):
        propose(funded, case)
    earn(funded, case, 1500, first=Month("2024-04"))
    with pytest.raises(exits.CausesRemain):
        propose(funded, case, gone=False)
    with pytest.raises(moving.ReasonMissing):
        propose(funded, case, reason="")
    assert propose(funded, case) == propose(funded, case)
    assert funded.fresh(case).state == S.EXITING
    with pytest.raises(exits.ObjectionTime):
        cases.confirm_exit(viewer=funded.town.county_second, case_id=case.pk, now=funded.now + timedelta(days=15))
    funded.pass_days(16)
    with pytest.raises(moving.FourEyes):
        cases.confirm_exit(viewer=funded.town.county, case_id=case.pk, now=funded.now)
    closed = cases.confirm_exit(viewer=funded.town.county_second, case_id=case.pk, now=funded.now)
    assert (closed.state, closed.close_reason) == (S.CLOSED, "EXITED")
    file = funded.file(case)
    assert (file.is_open, file.exit_kind, file.bar_until) == (False, ExitKind.OUT_OF_HARDSHIP, None)
    assert not file.members.filter(is_open=True).exists() and queries.verify() == []
    assert FollowUp.objects.get().due_on == date(2024, 11, 19)


def test_an_unknown_month_pauses_and_two_ask_for_proof(funded):
    case = funded.on_file()
    earn(funded, case, 1500, None, 1500, None, 1500, 1500, 1500, 1500)
    with pytest.raises(exits.ProofNeeded):
        propose(funded, case)
    prove(funded, case, Month("2023-12"), 1400)
    earn(funded, case, 400, first=Month("2023-12"))  # what sensing says later does not replace a proof
    assert queries.get_details(funded.town.county, case.pk, now=funded.now).exit_progress.passed == 7
    assert propose(funded, case)


def test_months_of_which_nothing_was_ever_recorded_ask_for_proof_too(funded):
    case = funded.on_file()
    earn(funded, case, 1500, 1500, 1500, 1500, 1500, 1500)
    live_through(funded, Month("2024-06"))
    assert queries.get_details(funded.town.county, case.pk, now=funded.now).exit_progress == ExitProgress(6, 2, True)
    with pytest.raises(exits.ProofNeeded):
        propose(funded, case)
    prove(funded, case, Month("2024-05"), 1300)
    assert prove(funded, case, Month("2024-06"), 1300) == ExitProgress(8, 0, False)
    assert propose(funded, case)


def test_only_months_on_file_that_are_over_are_recorded(funded):
    case = funded.on_file()
    with pytest.raises(exits.MonthNotOnFile, match="2023-11"):
        prove(funded, case, Month("2023-11"), 1500)  # not over yet
    live_through(funded, Month("2024-01"))
    for month in ("2023-10", "2024-02", "2031-01"):
        with pytest.raises(exits.MonthNotOnFile, match="2023-11 至 2024-01"):
            prove(funded, case, Month(month), 1500)
    assert prove(funded, case, Month("2024-01"), 1500).passed == 1


def test_nobody_earns_less_than_nothing(funded):
    case = funded.on_file()
    live_through(funded, Month("2023-11"))
    with pytest.raises(exits.IncomeBelowZero):
        prove(funded, case, Month("2023-11"), "-0.01")
    assert prove(funded, case, Month("2023-11"), 0).passed == 0


def test_a_proof_is_measured_by_the_standard_of_its_month(funded):
    """Nobody types the standard in: the house knows it."""
    case = funded.on_file()
    programs.receive_standards(
        [StandardRow("330600", date(2024, 1, 1), Decimal("1600"))], source="虚构", now=funded.now
    )
    live_through(funded, Month("2024-01"))
    assert prove(funded, case, Month("2023-12"), 1500).passed == 1
    assert prove(funded, case, Month("2024-01"), 1500).passed == 0


def test_what_sensing_says_of_households_on_file_is_kept_once(funded):
    case = funded.on_file()
    held = [
        (case.household_id, lifecycle.HeldMonth(Month("2023-11"), Decimal("1200.005"), Decimal("1000"))),
        (999, None),
    ]
    assert cases.record_sensed_months(months=held, now=funded.now) == 1
    assert cases.record_sensed_months(months=held, now=funded.now) == 0
    assert queries.list_households_on_file() == [case.household_id]


def test_an_objection_to_the_exit_is_answered_first_and_may_stop_it(funded):
    case = funded.on_file()
    propose(funded, case, ExitKind.SAFETY_NET)
    worker = funded.worker(case)
    objection = cases.object_to(
        viewer=worker, case_id=case.pk, about=GrievanceAbout.EXIT, words="仍在治疗", now=funded.now
    )
    funded.pass_days(20)
    with pytest.raises(exits.ObjectionOpen):
        cases.confirm_exit(viewer=funded.town.county_second, case_id=case.pk, now=funded.now)
    cases.answer_grievance(
        viewer=funded.town.county_third, grievance_id=objection, is_upheld=True, answer="继续帮扶", now=funded.now
    )
    with pytest.raises(exits.ObjectionUpheld):
        cases.confirm_exit(viewer=funded.town.county_second, case_id=case.pk, now=funded.now)
    assert cases.read_grievance(viewer=worker, grievance_id=objection, now=funded.now)["answer"] == "继续帮扶"
    with pytest.raises(moving.FourEyes):
        cases.stop_exit(viewer=funded.town.county, case_id=case.pk, reason="异议成立", now=funded.now)
    for _ in range(2):
        assert (
            cases.stop_exit(viewer=funded.town.county_second, case_id=case.pk, reason="异议成立", now=funded.now).state
            == S.ON_FILE
        )


def test_an_objection_after_its_time_is_refused_kindly(funded):
    case = funded.on_file()
    propose(funded, case, ExitKind.SAFETY_NET)
    worker = funded.worker(case)
    with pytest.raises(grievances.ObjectionTooLate):
        cases.object_to(
            viewer=worker, case_id=case.pk, about=GrievanceAbout.EXIT, words="迟了", now=funded.now + timedelta(days=16)
        )


def test_false_statements_bar_a_new_file_for_a_year(funded):
    case = funded.on_file()
    propose(funded, case, ExitKind.NOT_ELIGIBLE, reason="隐瞒经营收入")
    funded.pass_days(16)
    cases.confirm_exit(viewer=funded.town.county_second, case_id=case.pk, now=funded.now)
    file = funded.file(case)
    assert file.bar_until == date(2024, 12, 2) and not FollowUp.objects.exists()
    again = cases.report_canvass(
        viewer=funded.town.grassroots, person_id=case.person_id, causes=["因病"], now=funded.now
    )
    Case.objects.filter(pk=again.id).update(state=S.CONFIRMED, outcome="V1")
    with pytest.raises(filing.Barred, match="2024-12-02"):
        cases.start_file(viewer=funded.town.county, case_id=again.id, members={}, now=funded.now)


def test_a_follow_up_that_finds_hardship_opens_a_new_case_that_refers_to_the_old_file(funded):
    case = funded.on_file()
    propose(funded, case, ExitKind.SAFETY_NET)
    funded.pass_days(16)
    cases.confirm_exit(viewer=funded.town.county_second, case_id=case.pk, now=funded.now)
    file = funded.file(case)
    funded.pass_days(190)
    assert queries.list_follow_ups(funded.town.grassroots, today=funded.now.date()).get().file == file
    with pytest.raises(moving.NotFound):
        cases.record_follow_up(
            viewer=funded.town.other_county, file_id=file.pk, is_back_in_hardship=True, now=funded.now
        )
    opened = cases.record_follow_up(
        viewer=funded.town.grassroots, file_id=file.pk, is_back_in_hardship=True, now=funded.now
    )
    assert opened == cases.record_follow_up(
        viewer=funded.town.grassroots, file_id=file.pk, is_back_in_hardship=True, now=funded.now
    )
    assert Case.objects.get(pk=opened).earlier == case
    with pytest.raises(exits.NothingDue):
        cases.record_follow_up(
            viewer=funded.town.grassroots, file_id=file.pk, is_back_in_hardship=False, now=funded.now
        )
    Case.objects.filter(pk=opened).update(state=S.CONFIRMED, outcome="V1")
    new = cases.start_file(viewer=funded.town.county, case_id=opened, members={}, now=funded.now)
    assert filing.HardshipFile.objects.get(pk=new).earlier == file


# --- the worker's own page ---


def test_a_worker_reads_where_their_matter_stands_what_was_decided_and_who_looked(funded):
    case = funded.on_file()
    worker = funded.worker(case)
    registry_actions.reveal(
        viewer=funded.town.county, person_id=case.person_id, field="phone", reason="约定走访时间", now=funded.now
    )
    (matter,) = queries.get_own_matters(worker)
    assert "在档帮扶" in matter.status_zh and matter.status_en and matter.union == "轴承厂工会"
    said = sorted(decision.amount for decision in matter.decisions)
    assert said == [Decimal("500.00"), Decimal("36000.00")], "the file's tier and its grant are one decision, told once"
    assert all(one.deciding and one.deciding.zh and one.deciding.en and one.deciding.clause for one in matter.decisions)
    assert all(line.result in ("YES", "GIVEN") for one in matter.decisions for line in one.because)
    assert registry.list_views_of_person(worker, case.person_id)[0].reason == "约定走访时间"
    assert matter.can_object_until is None
    assert matter.why_zh == ("T-ILL-2",)
    with pytest.raises(NotAllowed):
        queries.get_own_matters(funded.town.county)


def test_a_worker_sees_nobody_elses_matter(funded):
    case = funded.verified()
    other = funded.worker(Case(person_id=funded.members(funded.homes(1, start=8)[0])[0]))
    assert queries.get_own_matters(other) == []
    for act in (
        lambda: cases.object_to(
            viewer=other, case_id=case.pk, about=GrievanceAbout.OUTCOME, words="不服", now=funded.now
        ),
        lambda: cases.withdraw(viewer=other, case_id=case.pk, now=funded.now),
    ):
        with pytest.raises(moving.NotFound):
            act()
    with pytest.raises(moving.NotFound):
        queries.get_case(other, case.pk)
    with pytest.raises(NotAllowed):
        cases.object_to(
            viewer=funded.town.county, case_id=case.pk, about=GrievanceAbout.OUTCOME, words="不服", now=funded.now
        )


def test_a_worker_may_object_to_a_refusal_for_fifteen_days(funded):
    case = funded.filed()
    cases.refuse_file(viewer=funded.town.county_second, case_id=case.pk, reason="财产超过规定", now=funded.now)
    worker = funded.worker(case)
    (matter,) = queries.get_own_matters(worker)
    assert matter.reason == "财产超过规定" and matter.can_object_until == funded.now.date() + timedelta(days=15)
    objection = cases.object_to(
        viewer=worker, case_id=case.pk, about=GrievanceAbout.DECISION, words="房子是父母的", now=funded.now
    )
    assert queries.get_own_matters(worker)[0].objections == ((objection, "OPEN"),)
    with pytest.raises(grievances.ObjectionTooLate):
        cases.object_to(
            viewer=worker,
            case_id=case.pk,
            about=GrievanceAbout.DECISION,
            words="迟了",
            now=funded.now + timedelta(days=16),
        )


def test_there_is_nothing_to_object_to_before_anything_was_decided(desk):
    case = desk.opened()
    worker = desk.worker(case)
    for about in GrievanceAbout:
        with pytest.raises(grievances.NothingToObjectTo):
            cases.object_to(viewer=worker, case_id=case.pk, about=about, words="不服", now=desk.now)


def test_a_worker_withdraws_and_the_order_ends_with_the_case(desk):
    case = desk.opened()
    worker = desk.worker(case)
    for _ in range(2):
        assert cases.withdraw(viewer=worker, case_id=case.pk, now=desk.now).close_reason == "WITHDRAWN"
    assert orders.get_card(case.work_order_id, now=desk.now).state is OrderState.CANCELLED
    assert queries.verify() == [] and orders.verify() == []


def test_a_withdrawn_file_takes_its_notice_down_and_keeps_the_grant_that_was_given(funded):
    case = funded.announced()
    cases.withdraw(viewer=funded.worker(case), case_id=case.pk, now=funded.now)
    assert queries.list_live_notices(today=funded.now.date()) == []
    assert not funded.file(case).is_open and case.entitlements.get().state == "SET_ASIDE"
    assert queries.verify() == []


# --- for sensing ---


def test_sensing_is_told_of_files_checks_grants_exits_opt_outs_and_declared_households(funded):
    on_file = funded.on_file()
    checked = funded.verified(Outcome.V4, start=5, month=OCTOBER.plus(2))
    declined = funded.verified(Outcome.V8, is_seen=False, start=7, month=OCTOBER.plus(3))
    names = queries.registry.pseudonyms_of(
        [*funded.members(on_file.household_id), *funded.members(checked.household_id), declined.person_id]
    )

    def persons(case):
        return tuple(sorted(names[person] for person in funded.members(case.household_id)))

    own = queries.own_history(asof=date(2023, 11, 30))
    assert [(file.persons, file.cause) for file in own.open_files] == [(persons(on_file), "因病")]
    assert own.not_in_hardship[0].persons == persons(checked) and own.not_in_hardship[0].oop_net == Decimal("30000.00")
    assert own.paid_this_year == (persons(on_file),)
    assert own.opted_out == (names[declined.person_id],)
    assert [members for _, members in own.declared_households] == [persons(on_file)]
    assert own.file_exits == () and own == queries.own_history(asof=date(2023, 11, 30))
    assert queries.own_history(asof=date(2023, 10, 31)).open_files == ()
    assert queries.own_history(asof=date(2024, 6, 30)).not_in_hardship == ()
    propose(funded, on_file, ExitKind.SAFETY_NET)
    funded.pass_days(16)
    cases.confirm_exit(viewer=funded.town.county_second, case_id=on_file.pk, now=funded.now)
    left = queries.own_history(asof=date(2023, 12, 31))
    assert left.file_exits == (persons(on_file),) and left.open_files == ()
    assert own.open_files == queries.own_history(asof=date(2023, 11, 30)).open_files


def test_who_withdrew_consent_is_told_to_sensing(desk):
    case = desk.opened()
    registry_actions.withdraw_consent(viewer=None, person_id=case.person_id, purpose=Purpose.SENSING, now=desk.now)
    assert queries.own_history(asof=date(2023, 11, 30)).opted_out == tuple(queries.registry.list_optouts())
