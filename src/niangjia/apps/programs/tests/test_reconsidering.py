"""A late notice, a corrected fact, a retroactive text: decided anew from the inputs of the day; a person settles what differs."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from threading import Barrier

import pytest
from django.db import DatabaseError, connections, transaction

from niangjia.apps.accounts.permissions import NotAllowed
from niangjia.apps.audit import queries as audit
from niangjia.apps.funds import actions as funds
from niangjia.apps.funds import problems
from niangjia.apps.funds import queries as fund_queries
from niangjia.apps.funds.models import Reservation
from niangjia.apps.funds.types import Outcome, ReceiptLine, ReservationCard
from niangjia.apps.programs import actions as programs
from niangjia.apps.programs import queries
from niangjia.apps.programs.models import Adjustment, Decision, ParameterValue, Reconsideration
from niangjia.apps.programs.tests import town as towns
from niangjia.apps.programs.tests.packs import AID, SAY, install, pack
from niangjia.apps.programs.types import (
    AdjustmentKind,
    AdjustmentState,
    Cause,
    CauseKind,
    DecisionCard,
    DecisionOutcome,
    Payee,
    Retroactive,
    Settlement,
    StandardRow,
    Subject,
    SubjectKind,
)
from niangjia.kernel.problems import Refusal

pytestmark = pytest.mark.django_db
DAY, AREA, NOW = date(2023, 10, 20), "330624001000", towns.NOW
LATER, STILL_LATER = NOW + timedelta(days=20), NOW + timedelta(days=40)
ARREARS, CLAW_BACK, OUTCOME = AdjustmentKind
PAY, RECOVER, WAIVE = Settlement
YUAN = Decimal
CAPPED = (
    AID
    + f"""caps:
  - {{id: family_year, per: household, window: year, amount: 900, group: family-aid, {SAY}}}
  - {{id: once, per: household, window: year, count: 1, {SAY}}}
"""
)
FACTS = {"cost": YUAN("1000"), "was_visited": True}


@dataclass
class Desk:
    """A county that decides, sets aside and pays; every act by whoever may do it."""

    town: towns.Town
    root: Path
    person: int
    household: int

    def decide(
        self, *, facts=FACTS, asof=DAY, now: datetime = NOW, matter="case:1", viewer=None, program="aid", used=True
    ):
        subjects = {SubjectKind.HOUSEHOLD: self.household, SubjectKind.PERSON: self.person}
        counted = queries.used_of(program, area=AREA, asof=asof, subjects=subjects, day=now.date()) if used else None
        return programs.decide(
            viewer=viewer or self.town.county, program=program, subject=Subject(SubjectKind.HOUSEHOLD, self.household),
            area=AREA, asof=asof, facts=facts, used=counted, within=subjects, matter=matter, now=now,
        )  # fmt: skip

    def set_aside(self, decision: DecisionCard, *, now: datetime = NOW, key="case:1:aid") -> ReservationCard:
        return funds.reserve(
            viewer=self.town.county, org_path=self.town["X"].path, purpose="aid", year=2023, case_ref=key, person_id=self.person,
            household_id=self.household, amount=decision.money, caps=queries.caps_of(decision.id), program="aid",
            decision_ref=queries.ref_of(decision.id), now=now,
        )  # fmt: skip

    def pay(self, *cards: ReservationCard, now: datetime = NOW, key="2023-11", approver=None) -> None:
        payer = towns.appoint(f"payer{key}", self.town["X"], self.town.finance.role)
        for card in cards:
            funds.approve(viewer=approver or self.town.county_second, reservation_id=card.id, now=now)
        batch = funds.prepare_batch(viewer=self.town.finance, budget_id=cards[0].budget_id, key=key, now=now)
        funds.approve_batch(viewer=self.town.county_third, batch_id=batch.id, now=now)
        funds.seal_batch(viewer=payer, batch_id=batch.id, account_marks={self.person: f"m{key}"}, now=now)
        lines = fund_queries.list_bank_lines(payer, batch.id)
        total = sum(line.amount for line in lines)
        funds.record_bank_file(
            viewer=payer, batch_id=batch.id, file_name=f"{key}.csv", sha256="a" * 64, line_count=len(lines), total=total, now=now
        )  # fmt: skip
        funds.mark_sent(viewer=payer, batch_id=batch.id, now=now)
        answers = [ReceiptLine(line.reference, line.amount, Outcome.PAID) for line in lines]
        funds.receive_receipt(viewer=payer, batch_id=batch.id, lines=answers, now=now)

    def paid(self, **more) -> DecisionCard:
        decision = self.decide(**more)
        self.pay(self.set_aside(decision))
        return decision

    def fill(self, value: str, *, starts_on=date(2023, 5, 1), now: datetime = LATER):
        entered = programs.enter_parameter(
            viewer=self.town.city, program="aid", name="share", area="330624", starts_on=starts_on, value=value, source="市总〔2023〕9号", now=now
        )  # fmt: skip
        return programs.approve_parameter(viewer=self.town.county_second, parameter_id=entered.id, now=now)

    def late(self, value: str, *, now: datetime = LATER, viewer=None):
        """A value approved late, and everything it touches decided anew."""
        cause = queries.cause_of_parameter(self.fill(value, now=now).id)
        return programs.reconsider(viewer=viewer, cause=cause, now=now)

    def correct(self, decision: DecisionCard, *, now: datetime = LATER, viewer=None, **facts):
        cause = Cause("aid", "核对后更正", "核对单 7 号", decision_id=decision.id, facts=facts)
        return programs.reconsider(viewer=viewer or self.town.county_third, cause=cause, now=now)

    def settle(
        self, adjustment_id: int, how: Settlement, *, viewer=None, now: datetime = LATER, reason="会议决定", **more
    ):
        return programs.settle(
            viewer=viewer or self.town.county_second,
            adjustment_id=adjustment_id,
            how=how,
            reason=reason,
            now=now,
            **more,
        )

    def book(self, adjustment_id: int, amount: str, *, key="k", now: datetime = LATER, viewer=None):
        return programs.book_recovery(
            viewer=viewer or self.town.finance, adjustment_id=adjustment_id, amount=YUAN(amount), key=key, now=now
        )

    def waiting(self):
        return queries.list_adjustments(self.town.auditor)


def build(root: Path, text: str = CAPPED, budget: str = "100000.00") -> Desk:
    install(root, pack(text))
    town = towns.build()
    household, (person, _) = towns.household(1, town["XG"])
    request = funds.open_budget(
        viewer=town.finance, org_id=town["X"].id, purpose="aid", year=2023, amount=YUAN(budget), key="open", reason="年度预算", now=NOW
    )  # fmt: skip
    funds.approve_request(viewer=town.county_second, request_id=request, now=NOW)
    return Desk(town, root, person, household)


@pytest.fixture
def desk(tmp_path):
    desk = build(tmp_path)
    yield desk
    assert queries.verify() == [] and fund_queries.verify() == [] and audit.verify_chain().is_whole


def cause_of_the_value():
    """Of the one value that a test entered late."""
    return queries.cause_of_parameter(ParameterValue.objects.get().pk)


def adjustment(desk: Desk, adjustment_id: int):
    return queries.get_adjustment(desk.town.auditor, adjustment_id)


# --- what is found -----------------------------------------------------------------------------------------------------


def test_a_late_notice_that_gives_more_leaves_arrears_and_both_decisions(desk):
    old = desk.paid()
    report = desk.late("0.6")
    assert (report.touched, report.differing, report.same) == (1, 1, 0)
    found = adjustment(desk, report.adjustments[0])
    assert (found.kind, found.state, found.difference) == (ARREARS, AdjustmentState.OPEN, YUAN("100.00"))
    assert (found.old_money, found.new_money, found.cause) == (YUAN("500.00"), YUAN("600.00"), CauseKind.PARAMETER)
    assert found.source == "市总〔2023〕9号" and queries.get_decision(old.id) == old
    first, second = queries.list_decision_chain(old.id)
    assert (first, second.reconsiders, second.known_on) == (old, old.id, LATER.date())
    assert queries.replay(old.id).is_same and queries.replay(second.id).is_same


def test_a_late_notice_that_gives_less_leaves_a_claw_back(desk):
    desk.paid()
    found = adjustment(desk, desk.late("0.4").adjustments[0])
    assert (found.kind, found.difference) == (CLAW_BACK, YUAN("-100.00"))


def test_where_nothing_differs_nothing_is_written(desk):
    old = desk.paid()
    events = len(audit.list_about(f"decision:{old.id}"))
    report = desk.late("0.5")
    assert (report.touched, report.same, report.adjustments) == (1, 1, ())
    assert Decision.objects.count() == 1 and desk.waiting() == []
    assert len(audit.list_about(f"decision:{old.id}")) == events


def test_the_same_cause_gives_the_same_adjustment_once(desk):
    desk.paid()
    first = desk.late("0.6")
    cause = cause_of_the_value()
    again = programs.reconsider(viewer=None, cause=cause, now=STILL_LATER)
    assert again.id == first.id and again.adjustments == () and again.differing == 1
    assert Adjustment.objects.count() == Reconsideration.objects.count() == 1


def test_corrected_facts_change_what_is_given_or_whether(desk):
    old = desk.paid()
    less = desk.correct(old, cost=YUAN("800"))
    assert [(one.kind, one.difference, one.cause) for one in desk.waiting()] == [
        (CLAW_BACK, YUAN("-100.00"), CauseKind.FACTS)
    ]
    refused = desk.correct(old, was_visited=False)
    (waits,) = desk.waiting()
    assert (waits.kind, waits.new_outcome, waits.difference) == (OUTCOME, DecisionOutcome.REFUSED, YUAN("-500.00"))
    assert adjustment(desk, less.adjustments[0]).state is AdjustmentState.REPLACED and refused.adjustments == (
        waits.id,
    )
    assert queries.get_decision(waits.new_id).facts["cost"] == "800"  # what was corrected before stays corrected


def test_who_was_refused_may_turn_out_to_be_entitled(desk):
    old = desk.decide(facts=FACTS | {"was_visited": False})
    assert old.outcome is DecisionOutcome.REFUSED
    found = adjustment(desk, desk.correct(old, was_visited=True).adjustments[0])
    assert (found.kind, found.difference, found.old_outcome) == (OUTCOME, YUAN("500.00"), DecisionOutcome.REFUSED)


def test_a_retroactive_text_makes_what_it_touches_anew_when_it_is_installed(desk):
    old = desk.paid()
    story = Retroactive("市里的通知晚到", "市总〔2023〕12号")
    install(
        desk.root, pack(CAPPED.replace("0.5", "0.7")), viewer=desk.town.city, now=LATER, active_from=date(2023, 10, 1), retroactive=story
    )  # fmt: skip
    (waits,) = desk.waiting()
    assert (waits.kind, waits.difference, waits.cause, waits.source) == (
        ARREARS,
        YUAN("200.00"),
        CauseKind.PACK,
        story.source,
    )
    assert waits.root_id == old.id and desk.town.city.account_id in waits.barred


def test_a_new_text_that_asks_for_more_starts_from_what_was_offered_that_day(desk):
    old = desk.decide(facts=FACTS | {"household_size": 4}, matter="case:1")
    blind = desk.decide(facts=FACTS | {"cost": YUAN("10")}, matter="case:2")
    text = CAPPED.replace("cost * share", "cost * household_size * 0.2 * share")
    install(
        desk.root,
        pack(text),
        now=LATER,
        active_from=date(2023, 10, 1),
        retroactive=Retroactive("改按人数", "市总〔2023〕13号"),
    )
    found = {one.root_id: one for one in desk.waiting()}
    assert (found[old.id].kind, found[old.id].new_money, found[old.id].difference) == (
        CLAW_BACK,
        YUAN("400.00"),
        YUAN("-100.00"),
    )
    assert (found[blind.id].new_outcome, found[blind.id].difference) == (DecisionOutcome.CANNOT_TELL, YUAN("0.00"))
    with pytest.raises(programs.StillUnknown):
        desk.settle(found[blind.id].id, RECOVER)
    desk.correct(blind, household_size=2, now=STILL_LATER)
    assert {one.root_id: one.new_outcome for one in desk.waiting()}[blind.id] is DecisionOutcome.GRANTED


BY_STANDARD = pack(f"""rules:
  - {{id: visited, when: was_visited, {SAY}}}
benefit:
  - {{id: aid, amount: low_income_standard * 2, {SAY}}}
""")


def test_a_standard_that_came_late_is_the_standard_of_the_day(desk):
    install(desk.root, BY_STANDARD, now=NOW - timedelta(days=1))
    before = NOW - timedelta(days=1)
    programs.receive_standards([StandardRow("330600", date(2022, 7, 1), YUAN("1000"))], source="2022", now=before)
    known = queries.get_standard(AREA, asof=DAY)
    old = desk.decide(facts={"was_visited": True, "low_income_standard": known}, asof=NOW.date())
    told = desk.decide(
        facts={"was_visited": True, "low_income_standard": YUAN("950")}, asof=NOW.date(), matter="case:2"
    )
    programs.receive_standards([StandardRow("330600", date(2023, 7, 1), YUAN("1100"))], source="2023 补录", now=LATER)
    (change,) = queries.list_late_changes(desk.town.city)
    assert change.cause.kind is CauseKind.STANDARD
    assert [report.differing for report in programs.reconsider_late_changes(now=LATER)] == [1]
    (waits,) = desk.waiting()
    assert (waits.root_id, waits.difference) == (old.id, YUAN("200.00"))
    assert queries.list_decision_chain(told.id) == [told]  # that figure was told by somebody, not by the house's table


def test_what_became_known_late_is_listed_until_it_was_made_anew(desk):
    desk.paid()
    assert queries.list_late_changes(desk.town.city) == []
    value = desk.fill("0.6")
    (change,) = queries.list_late_changes(desk.town.city)
    assert (change.cause.key, change.touches) == (f"parameter:{value.id}", 1)
    assert queries.count_touched(desk.town.city, change.cause) == 1
    programs.reconsider_late_changes(now=LATER)
    assert queries.list_late_changes(desk.town.city) == [] and len(desk.waiting()) == 1
    assert programs.reconsider_late_changes(now=LATER) == []


def test_what_was_stopped_on_the_way_goes_on_when_it_is_called_again(desk, monkeypatch):
    """A machine that goes down in the middle leaves the change among the late ones."""
    desk.paid()
    other = desk.decide(matter="case:2", facts=FACTS | {"cost": YUAN("10")}, used=False)
    desk.fill("0.6")
    from niangjia.apps.programs.actions import reconsidering

    whole = reconsidering._one

    def stopping(root_id, *rest):
        if root_id == other.id:
            raise KeyboardInterrupt
        whole(root_id, *rest)

    monkeypatch.setattr(reconsidering, "_one", stopping)
    with pytest.raises(KeyboardInterrupt):
        programs.reconsider_late_changes(now=LATER)
    monkeypatch.undo()
    assert len(desk.waiting()) == 1 and len(queries.list_late_changes(desk.town.city)) == 1
    programs.reconsider_late_changes(now=LATER)
    assert len(desk.waiting()) == 2 and queries.list_late_changes(desk.town.city) == []


def test_a_correction_holds_for_the_matter_whichever_of_its_decisions_is_named(desk):
    old = desk.paid()
    (found,) = desk.correct(old, cost=YUAN("800")).adjustments
    desk.settle(found, WAIVE)
    second = queries.get_decision(adjustment(desk, found).new_id)
    (waits,) = desk.correct(second, now=STILL_LATER, cost=YUAN("600")).adjustments
    assert (adjustment(desk, waits).root_id, adjustment(desk, waits).new_money) == (old.id, YUAN("300.00"))
    assert [one.corrections for one in queries.list_corrections_of(desk.town.county, second.id)] == [
        {"cost": "800"}, {"cost": "600"},
    ]  # fmt: skip


def test_lists_and_tallies_ask_few_questions_and_tell_what_came_back(desk, django_assert_max_num_queries):
    desk.paid()
    (found,) = desk.late("0.4").adjustments
    county, finance, auditor = desk.town.county_second, desk.town.finance, desk.town.auditor
    assert [(one.kind, one.count, one.total) for one in queries.tally_waiting(auditor)] == [
        (CLAW_BACK, 1, YUAN("100.00"))
    ]
    assert (queries.count_to_settle(county), queries.count_to_settle(desk.town.county)) == (
        1,
        0,
    )  # the county itself decided
    assert queries.count_to_settle(finance) == 0
    desk.settle(found, RECOVER)
    desk.book(found, "30.00")
    with django_assert_max_num_queries(3):
        (card,) = queries.list_adjustments(auditor)
    assert (card.recovered, card.left) == (YUAN("30.00"), YUAN("70.00"))
    (waits,) = queries.tally_waiting(auditor)
    assert (waits.state, waits.total) == (AdjustmentState.RECOVERING, YUAN("70.00"))
    assert queries.count_to_settle(county) == 0
    assert [one.amount for one in queries.list_recoveries(found)] == [YUAN("30.00")]
    assert [one.amount for one in queries.list_money_of(queries.list_decision_chain(card.root_id))] == [YUAN("500.00")]
    assert [one[0] for one in queries.list_adjusted_programs(auditor)] == ["aid"]
    assert queries.list_adjusted_programs(desk.town.other_county) == [] == queries.tally_waiting(desk.town.other_county)
    assert queries.list_adjustments(auditor, kind=ARREARS) == []
    (why,) = queries.reconsideration_cards(auditor, queries.list_reconsiderations(auditor))
    assert (why.kind, why.counts, why.is_finished) == (CauseKind.PARAMETER, {"RECOVERING": 1}, True)
    assert queries.list_reconsiderations(desk.town.other_county).count() == 0


def test_who_pays_reads_how_much_and_not_what_was_found(desk):
    old = desk.paid()
    (found,) = desk.correct(old, cost=YUAN("800")).adjustments
    desk.settle(found, RECOVER, reason="本人同意退回")
    card = queries.get_adjustment(desk.town.finance, found)
    assert (card.difference, card.reason, card.source, card.settled_reason, card.corrections) == (
        YUAN("-100.00"),
        "",
        "",
        "",
        {},
    )
    card = queries.get_adjustment(desk.town.auditor, found)
    assert (card.reason, card.settled_reason, card.corrections) == ("核对后更正", "本人同意退回", {"cost": "800"})
    with pytest.raises(queries.NoSuchDecision):
        queries.get_visible_decision(desk.town.other_county, old.id)
    assert queries.get_visible_decision(desk.town.county, old.id) == old


def test_two_who_hold_the_same_slip_book_it_once(desk):
    desk.paid()
    (found,) = desk.late("0.4").adjustments
    desk.settle(found, RECOVER)
    slip = {"adjustment_id": found, "amount": YUAN("40.00"), "now": LATER, "recovered_before": YUAN("0.00")}
    first = programs.book_recovery(viewer=desk.town.finance, key="one", **slip)
    assert first == programs.book_recovery(viewer=desk.town.finance, key="one", **slip)  # pressed twice
    with pytest.raises(programs.ChangedMeanwhile):
        programs.book_recovery(viewer=desk.town.finance, key="two", **slip)


def test_a_value_approved_before_anybody_decided_is_not_late(desk):
    desk.fill("0.6", now=NOW - timedelta(days=1))
    assert desk.paid().amount == YUAN("600.00") and queries.list_late_changes(desk.town.city) == []


def test_only_days_area_and_programme_of_the_cause_are_touched(desk):
    def told(**more) -> Cause:
        return Cause(**{"program": "aid", "reason": "复查", "source": "抽查", "area": "330624"} | more)

    desk.paid()
    everywhere = [told(), told(area="330600"), told(since=DAY), told(until=DAY + timedelta(days=1))]
    nowhere = [told(program="other"), told(area="330681"), told(since=DAY + timedelta(days=1)), told(until=DAY)]
    touched = [programs.reconsider(viewer=None, cause=one, now=LATER).touched for one in everywhere + nowhere]
    assert touched == [1] * len(everywhere) + [0] * len(nowhere)
    assert programs.reconsider(viewer=None, cause=nowhere[0], now=LATER).id is None


def test_of_one_matter_the_last_decision_counts_unless_another_was_paid(desk):
    drafts = [desk.decide(facts=FACTS | {"cost": YUAN(cost)}, used=False) for cost in ("100", "200", "1000")]
    report = desk.late("0.6")
    assert report.touched == 1 and adjustment(desk, report.adjustments[0]).root_id == drafts[-1].id
    other = [desk.decide(facts=FACTS | {"cost": YUAN(cost)}, matter="case:2") for cost in ("400", "300")]
    desk.set_aside(other[0], key="case:2:aid")
    desk.late("0.4", now=STILL_LATER)
    assert {one.root_id for one in desk.waiting()} == {drafts[-1].id, other[0].id}


def test_what_was_counted_that_day_stays_as_it_was_counted(desk):
    """Deciding anew does not see the household's own grant as an earlier one, nor what came after."""
    old = desk.paid()
    other = desk.decide(matter="case:9", facts=FACTS | {"cost": YUAN("10")})
    assert other.outcome is DecisionOutcome.REFUSED  # once a year
    found = adjustment(desk, desk.late("0.95").adjustments[0])
    assert (found.root_id, found.new_money) == (old.id, YUAN("900.00"))  # 950, and the year's cap of 900


def test_a_cap_that_the_old_text_did_not_have_counts_what_was_used_by_then(desk):
    earlier = NOW - timedelta(days=30)
    desk.set_aside(desk.decide(now=earlier, asof=earlier.date(), facts=FACTS | {"cost": YUAN("400")}), now=earlier)
    plain = pack(AID, id="second")
    install(desk.root, plain)
    old = desk.decide(program="second", matter="case:2", facts=FACTS)
    shared = f"caps:\n  - {{id: all_year, per: household, window: year, amount: 600, group: family-aid, {SAY}}}\n"
    install(
        desk.root, pack(AID + shared, id="second"), now=LATER, active_from=date(2023, 10, 1), retroactive=Retroactive("补设上限", "市总 14 号")
    )  # fmt: skip
    found = {one.root_id: one for one in desk.waiting()}[old.id]
    assert (found.old_money, found.new_money) == (YUAN("500.00"), YUAN("400.00"))  # 600 less the 200 used in October


def test_a_decision_that_cannot_be_made_anew_is_named_and_the_others_go_on(desk):
    lost = desk.decide(asof=date(2023, 10, 1), matter="case:2")
    fine = desk.paid()
    text = CAPPED.replace("values: {2020-01-01: 0.5}", "values: {2023-10-10: 0.6}")
    install(desk.root, pack(text), now=LATER, active_from=date(2023, 9, 1), retroactive=Retroactive("x", "y"))
    cause = Cause("aid", "复查", "抽查", area="3306")
    report = programs.reconsider(viewer=None, cause=cause, now=LATER)
    assert [one.decision_id for one in report.undecidable] == [lost.id] and "share" in report.undecidable[0].en
    assert (report.touched, report.differing) == (2, 1) and [one.root_id for one in desk.waiting()] == [fine.id]


def test_a_matter_that_was_given_back_has_ended(desk):
    card = desk.set_aside(desk.decide())
    funds.cancel(viewer=desk.town.county, reservation_id=card.id, reason="撤回", now=NOW)
    assert desk.late("0.6").adjustments == ()


# --- who may -------------------------------------------------------------------------------------------------------------


def test_deciding_anew_asks_for_reason_source_right_and_division(desk):
    old = desk.paid()
    for changed, refusal in (({"reason": " "}, programs.ReasonMissing), ({"source": ""}, programs.SourceMissing)):
        with pytest.raises(refusal):
            cause = Cause(**{"program": "aid", "reason": "x", "source": "y", "decision_id": old.id} | changed)
            programs.reconsider(viewer=desk.town.county, cause=cause, now=LATER)
    whole_city = Cause("aid", "x", "y", area="3306")
    for viewer, cause, refusal in (
        (desk.town.grassroots, whole_city, NotAllowed),
        (desk.town.county, whole_city, programs.OutsideYourArea),
        (desk.town.other_county, Cause("aid", "x", "y", decision_id=old.id), programs.OutsideYourArea),
        (desk.town.county, Cause("aid", "x", "y", area="330624", facts={"no_such": 1}), programs.UnknownFact),
        (desk.town.county, Cause("aid", "x", "y", decision_id=99), queries.NoSuchDecision),
    ):
        with pytest.raises(refusal):
            programs.reconsider(viewer=viewer, cause=cause, now=LATER)
    with pytest.raises(TypeError):
        desk.correct(old, cost=0.5)
    assert Reconsideration.objects.count() == 0


def test_who_had_a_hand_in_it_does_not_settle_it(desk):
    """Decided by county; the value entered by the city; the facts corrected by a third."""
    old = desk.paid()
    arrears = desk.late("0.6").adjustments[0]
    for viewer in (desk.town.county, desk.town.city):
        with pytest.raises(programs.HadAHand):
            desk.settle(arrears, WAIVE, viewer=viewer)
    corrected = desk.correct(old, cost=YUAN("900")).adjustments[0]
    with pytest.raises(programs.HadAHand):
        desk.settle(corrected, WAIVE, viewer=desk.town.county_third)
    with pytest.raises(DatabaseError), transaction.atomic():
        Adjustment.objects.filter(pk=corrected).update(
            state=AdjustmentState.WAIVED, settled_by=desk.town.county_third.account_id, settled_at=LATER
        )
    assert desk.settle(corrected, WAIVE).state is AdjustmentState.WAIVED


def test_settling_is_for_who_approves_money_in_that_division_and_not_for_ones_own_family(desk):
    desk.paid()
    (found,) = desk.late("0.6").adjustments
    for viewer, refusal in (
        (desk.town.grassroots, NotAllowed),
        (desk.town.finance, NotAllowed),
        (desk.town.other_county, programs.NoSuchAdjustment),
    ):
        with pytest.raises(refusal):
            desk.settle(found, WAIVE, viewer=viewer)
    own = towns.appoint("kin", desk.town["X"], desk.town.county.role, person_id=desk.person)
    with pytest.raises(problems.OwnBenefit):
        desk.settle(found, WAIVE, viewer=own)
    with pytest.raises(programs.NoSuchAdjustment):
        desk.settle(99, WAIVE)
    with pytest.raises(programs.NoSuchAdjustment):
        queries.get_adjustment(desk.town.other_county, found)
    assert queries.count_open_adjustments(desk.town.county) == 1
    assert queries.count_open_adjustments(desk.town.other_county) == 0


# --- what is done about it -----------------------------------------------------------------------------------------------


def test_arrears_are_set_aside_once_paid_like_any_grant_and_count_under_the_caps_of_their_day(desk):
    desk.paid()
    (found,) = desk.late("0.6").adjustments
    settled = desk.settle(found, PAY)
    assert settled == desk.settle(found, PAY) and settled.state is AdjustmentState.PAID
    card = fund_queries.get_reservation(settled.reservation_id)
    assert (card.amount, card.state, card.person_id) == (YUAN("100.00"), "RESERVED", desk.person)
    uses = fund_queries.list_cap_uses([Subject(SubjectKind.HOUSEHOLD, desk.household)])
    assert {(use.group, use.day, use.times, use.amount) for use in uses if use.holder == f"reservation:{card.id}"} == {
        ("family-aid", NOW.date(), 0, YUAN("100.00")), ("aid.once", NOW.date(), 0, YUAN("100.00")),
    }  # fmt: skip
    with pytest.raises(programs.AlreadySettled):
        desk.settle(found, WAIVE, viewer=desk.town.county_third)
    with pytest.raises(problems.SamePerson):  # who decided the grant does not approve its arrears either
        funds.approve(viewer=desk.town.county, reservation_id=card.id, now=LATER)
    assert desk.late("0.6", now=LATER).adjustments == ()


def test_arrears_over_a_cap_are_refused_and_wait(desk):
    desk.paid()
    (found,) = desk.late("0.9").adjustments
    assert adjustment(desk, found).difference == YUAN("400.00")
    other = desk.decide(program="aid", matter="case:2", used=False, facts=FACTS | {"cost": YUAN("20")})
    caps = [cap for cap in queries.caps_of(other.id) if cap.amount is not None]
    funds.reserve(
        viewer=desk.town.county, org_path=desk.town["X"].path, purpose="aid", year=2023, case_ref="x", person_id=desk.person,
        household_id=desk.household, amount=YUAN("10.00"), caps=caps, now=NOW,
    )  # fmt: skip
    with pytest.raises(problems.CapExceeded, match=r"已用 510\.00 元"):
        desk.settle(found, PAY)
    assert adjustment(desk, found).state is AdjustmentState.OPEN


def test_a_short_fund_queues_arrears_and_no_fund_refuses_them(tmp_path):
    desk = build(tmp_path, budget="550.00")
    desk.paid()
    (found,) = desk.late("0.6").adjustments
    with pytest.raises(problems.NoBudget):
        desk.settle(found, PAY, now=LATER + timedelta(days=60))
    settled = desk.settle(found, PAY)
    assert fund_queries.get_reservation(settled.reservation_id).state == "QUEUED"


def test_what_was_refused_is_paid_to_whom_one_says_and_counted_as_a_grant(desk):
    old = desk.decide(facts=FACTS | {"was_visited": False})
    (found,) = desk.correct(old, was_visited=True).adjustments
    with pytest.raises(programs.PayeeMissing):
        desk.settle(found, PAY)
    payee = Payee(desk.person, desk.household, desk.town["XG"].path)
    settled = desk.settle(found, PAY, payee=payee)
    assert fund_queries.get_reservation(settled.reservation_id).amount == YUAN("500.00")
    assert (
        desk.decide(matter="case:2", facts=FACTS | {"cost": YUAN("7")}).outcome is DecisionOutcome.REFUSED
    )  # once a year


def test_what_was_paid_too_much_is_had_back_in_parts_and_is_free_again(desk):
    old = desk.paid()
    (found,) = desk.late("0.4").adjustments
    with pytest.raises(programs.ReasonMissing):
        desk.settle(found, RECOVER, reason=" ")
    with pytest.raises(programs.WrongDirection):
        desk.settle(found, PAY)
    assert desk.settle(found, RECOVER) == desk.settle(found, RECOVER)
    with pytest.raises(NotAllowed):
        desk.book(found, "40", viewer=desk.town.county)
    part = desk.book(found, "40.00")
    assert part == desk.book(found, "40.00") and (part.state, part.recovered) == (
        AdjustmentState.RECOVERING,
        YUAN("40.00"),
    )
    with pytest.raises(problems.KeyReused):
        desk.book(found, "41.00")
    with pytest.raises(problems.TooMuchBack, match=r"60\.00"):
        desk.book(found, "60.01", key="k2")
    assert desk.book(found, "60.00", key="k2").state is AdjustmentState.RECOVERED
    used = {cap.group: fund_queries.cap_used(cap).as_pair() for cap in queries.caps_of(old.id)}
    assert used["family-aid"] == (1, YUAN("400.00"))
    assert fund_queries.list_balances(desk.town.finance)[0].paid == YUAN("400.00")
    with pytest.raises(programs.AlreadySettled):
        desk.book(found, "1.00", key="k3")


def test_a_grant_that_falls_gives_its_time_back_when_all_of_it_came_back(desk):
    old = desk.paid()
    (found,) = desk.correct(old, was_visited=False).adjustments
    desk.settle(found, RECOVER)
    desk.book(found, "200.00")
    assert desk.decide(matter="case:2", facts=FACTS | {"cost": YUAN("7")}).outcome is DecisionOutcome.REFUSED
    desk.book(found, "300.00", key="rest")
    assert desk.decide(matter="case:2", facts=FACTS | {"cost": YUAN("8")}).outcome is DecisionOutcome.GRANTED


def test_what_cannot_be_had_back_is_waived_with_a_reason(desk):
    desk.paid()
    (found,) = desk.late("0.4").adjustments
    desk.settle(found, RECOVER)
    desk.book(found, "30.00")
    with pytest.raises(programs.ReasonMissing):
        desk.settle(found, WAIVE, reason="")
    waived = desk.settle(found, WAIVE, reason="本人已去世")
    assert (waived.state, waived.recovered, waived.settled_reason) == (
        AdjustmentState.WAIVED,
        YUAN("30.00"),
        "本人已去世",
    )


def test_money_that_was_only_set_aside_is_not_had_back_but_set_aside_anew(desk):
    card = desk.set_aside(desk.decide())
    (found,) = desk.late("0.4").adjustments
    with pytest.raises(programs.NotPaidYet):
        desk.settle(found, RECOVER)
    funds.cancel(viewer=desk.town.county, reservation_id=card.id, reason="按新标准重办", now=LATER)
    programs.reconsider(viewer=None, cause=cause_of_the_value(), now=LATER)
    (waits,) = desk.waiting()
    assert (waits.kind, waits.difference) == (ARREARS, YUAN("400.00"))
    settled = desk.settle(waits.id, PAY)
    assert fund_queries.get_reservation(settled.reservation_id).amount == YUAN("400.00")
    assert desk.decide(matter="case:2", facts=FACTS | {"cost": YUAN("7")}).outcome is DecisionOutcome.REFUSED
    assert programs.reconsider(viewer=None, cause=cause_of_the_value(), now=STILL_LATER).adjustments == ()


# --- one after the other ---------------------------------------------------------------------------------------------------


def test_a_second_change_is_measured_from_what_was_paid(desk):
    desk.paid()
    (first,) = desk.late("0.6").adjustments
    desk.settle(first, PAY)
    second = adjustment(desk, desk.late("0.55", now=STILL_LATER).adjustments[0])
    assert (second.kind, second.difference, second.old_money) == (CLAW_BACK, YUAN("-50.00"), YUAN("600.00"))


def test_a_change_that_comes_before_the_first_was_settled_takes_its_place(desk):
    desk.paid()
    (first,) = desk.late("0.6").adjustments
    second = adjustment(desk, desk.late("0.7", now=STILL_LATER).adjustments[0])
    assert (second.difference, second.old_money) == (YUAN("200.00"), YUAN("500.00"))
    assert adjustment(desk, first).state is AdjustmentState.REPLACED
    with pytest.raises(programs.AlreadySettled):
        desk.settle(first, PAY)


def test_a_change_that_is_taken_back_leaves_nothing_to_settle(desk):
    desk.paid()
    (first,) = desk.late("0.6").adjustments
    report = desk.late("0.5", now=STILL_LATER)
    assert report.adjustments == () and desk.waiting() == []
    assert adjustment(desk, first).state is AdjustmentState.REPLACED


def test_after_a_waived_claw_back_the_next_change_is_measured_from_what_was_paid(desk):
    desk.paid()
    (first,) = desk.late("0.4").adjustments
    desk.settle(first, WAIVE)
    second = adjustment(desk, desk.late("0.45", now=STILL_LATER).adjustments[0])
    assert (second.kind, second.difference) == (CLAW_BACK, YUAN("-50.00"))


def test_what_came_back_before_the_next_change_is_counted(desk):
    desk.paid()
    (first,) = desk.late("0.4").adjustments
    desk.settle(first, RECOVER)
    desk.book(first, "30.00")
    second = adjustment(desk, desk.late("0.6", now=STILL_LATER).adjustments[0])
    assert (second.kind, second.difference) == (ARREARS, YUAN("130.00"))  # 600 − (500 − 30)


def test_sub_budgets_count_what_is_more_of_their_lines(tmp_path):
    text = AID.replace("share: {", "part: {unit: ratio, values: {2020-01-01: 0.1}, clause: 第三条}\n  share: {") + (
        f"  - {{id: outing, amount: cost * part, {SAY}}}\n"
        f"caps:\n  - {{id: aid_year, per: household, window: year, amount: 550, lines: [aid], {SAY}}}\n"
    )
    desk = build(tmp_path, text)
    old = desk.paid()
    assert old.money == YUAN("600.00")
    (found,) = desk.late("0.53").adjustments
    desk.settle(found, PAY)
    (cap,) = queries.caps_of(old.id)
    assert fund_queries.cap_used(cap).amount == YUAN("530.00")
    back = desk.late("0.52", now=STILL_LATER).adjustments[0]
    on_top = fund_queries.get_reservation(adjustment(desk, found).reservation_id)
    desk.pay(on_top, now=LATER, key="2023-12", approver=desk.town.county_third)
    desk.settle(back, RECOVER, now=STILL_LATER)
    desk.book(back, "10.00", now=STILL_LATER)
    assert (
        fund_queries.cap_used(cap).amount == YUAN("520.00") and fund_queries.verify() == [] and queries.verify() == []
    )


# --- never a silent edit -----------------------------------------------------------------------------------------------------


def test_the_database_edits_no_adjustments_words(desk):
    desk.paid()
    (found,) = desk.late("0.6").adjustments
    for change in ({"difference": YUAN("1000")}, {"barred": []}, {"kind": CLAW_BACK}):
        with pytest.raises(DatabaseError), transaction.atomic():
            Adjustment.objects.filter(pk=found).update(**change)


def test_verify_sees_an_adjustment_that_does_not_hold_together(tmp_path):
    desk = build(tmp_path)
    desk.paid()
    (found,) = desk.late("0.6").adjustments
    desk.settle(found, PAY)
    Reservation.objects.filter(pk=adjustment(desk, found).reservation_id).update(amount=YUAN("99.00"))
    assert [one.detail for one in queries.verify()] == ["its reservation is another sum than its difference"]
    Adjustment.objects.filter(pk=found).update(state=AdjustmentState.RECOVERED, settled_by=desk.town.city.account_id)
    assert {one.detail for one in queries.verify()} >= {
        "settled by somebody who had a hand in it", "its state differs from what came back",
    }  # fmt: skip


def test_everything_that_is_done_is_on_record(desk):
    desk.paid()
    report = desk.late("0.4", viewer=desk.town.city)
    (found,) = report.adjustments
    desk.settle(found, RECOVER)
    desk.book(found, "100.00")
    assert [event.action for event in audit.list_about(f"reconsideration:{report.id}")] == ["programs.reconsider"]
    actions = {event.action for event in audit.list_about(f"adjustment:{found}")}
    assert actions == {"programs.adjust", "programs.settle", "programs.book_recovery"}


# --- at once -----------------------------------------------------------------------------------------------------------------


def race(act, clients: int = 8) -> Counter[str]:
    barrier = Barrier(clients)

    def client(number: int) -> str:
        try:
            barrier.wait()
            return str(act(number))
        except Refusal as refusal:
            return type(refusal).__name__
        finally:
            connections.close_all()

    with ThreadPoolExecutor(clients) as pool:
        return Counter(pool.map(client, range(clients)))


@pytest.mark.django_db(transaction=True)
def test_one_cause_made_anew_by_many_at_once_is_found_once(tmp_path):
    desk = build(tmp_path)
    desk.paid()
    cause = queries.cause_of_parameter(desk.fill("0.6").id)
    won = race(lambda _: len(programs.reconsider(viewer=None, cause=cause, now=LATER).adjustments))
    assert won == {"1": 1, "0": 7} and Adjustment.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_arrears_settled_by_many_at_once_are_set_aside_once(tmp_path):
    desk = build(tmp_path)
    desk.paid()
    (found,) = desk.late("0.6").adjustments
    both = (desk.town.county_second, desk.town.county_third)
    won = race(lambda number: desk.settle(found, PAY, viewer=both[number % 2]).state)
    assert won == {"PAID": 4, "AlreadySettled": 4}
    assert Reservation.objects.filter(case_ref=f"adjustment:{found}").count() == 1
    assert queries.verify() == [] and fund_queries.verify() == []
