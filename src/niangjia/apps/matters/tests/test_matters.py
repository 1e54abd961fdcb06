"""An application from its first answer to its end: what each step does, and what each is refused for."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction

from niangjia.apps.accounts import actions as accounts
from niangjia.apps.accounts import queries as account_queries
from niangjia.apps.accounts.permissions import NotAllowed
from niangjia.apps.accounts.types import Role
from niangjia.apps.audit import queries as audit
from niangjia.apps.funds import queries as funds
from niangjia.apps.funds.types import ReservationState
from niangjia.apps.matters import actions as matters
from niangjia.apps.matters import drafts, moving, problems, queries, reading
from niangjia.apps.matters.models import Draft, Matter, Move, Submission
from niangjia.apps.matters.reading import Unreadable
from niangjia.apps.matters.tests.room import Place
from niangjia.apps.matters.types import GrantState, MatterState, PaperState, Question, Source, Step
from niangjia.apps.programs.tests import town
from niangjia.apps.registry import queries as registry

S = MatterState


def test_a_draft_survives_leaving_and_is_sealed(place: Place):
    place.save(place.draft(), words="住院很久")
    again = place.draft()
    assert again.answers["words"].text == "住院很久"
    row = Draft.objects.get()
    assert "住院".encode() not in bytes(row.secret)


def test_nobody_reads_another_ones_draft(place: Place):
    draft = place.draft()
    other = town.appoint("other", place.town["XG"], Role.WORKER, person_id=town.household(2, place.town["XG"])[1][0])
    with pytest.raises(problems.NoSuchDraft):
        queries.get_draft(other, draft.id)
    with pytest.raises(NotAllowed):
        queries.get_draft(place.town.county, draft.id)


def test_what_the_union_finds_out_itself_and_signatures_are_not_asked(place: Place):
    assert [one.name for one in place.draft().questions] == ["cost", "kind", "words"]


def test_an_answer_that_is_none_is_refused_and_what_was_kept_stays(place: Place):
    draft = place.save(place.draft(), cost="1.2万")
    assert draft.answers["cost"].text == "12000"
    with pytest.raises(Unreadable):
        place.save(draft, cost="很多")
    assert queries.get_draft(place.worker, draft.id).answers["cost"].text == "12000"


def test_handing_in_needs_every_required_answer_and_the_declaration(place: Place):
    draft = place.save(place.draft(), cost="1000")
    with pytest.raises(problems.StillOpen) as refused:
        place.send(draft)
    assert refused.value.names == ("kind",)
    with pytest.raises(problems.NotDeclared):
        matters.hand_in(viewer=place.worker, draft_id=draft.id, key=draft.key, is_declared=False, now=place.now)


def test_of_every_paper_something_is_said_before_it_is_handed_in(place: Place):
    draft = place.save(place.draft(), cost="1000", kind="degree")
    with pytest.raises(problems.StillOpen) as refused:
        place.send(draft)
    assert refused.value.names == () and "稍后交" in refused.value.zh
    assert all(drafts.paper_words(paper)["zh"] in refused.value.zh for paper in draft.papers) and draft.papers


def test_what_has_happened_is_no_day_to_come_and_a_wrong_part_is_named():
    asked = Question("day", "date", {}, {}, {}, {}, {}, is_required=True, is_past=True)
    today = date(2023, 11, 6)
    assert reading.text_of(asked, "2023-11-6", today=today) == "2023-11-06"
    for typed, part in (("2030-1-5", ""), ("2023-13-1", "m"), ("2023-2-30", "d"), ("23-1-1", "y"), ("2023-1-", "")):
        with pytest.raises(Unreadable) as refused:
            reading.text_of(asked, typed, today=today)
        assert refused.value.part == part
    assert "13" in str(pytest.raises(Unreadable, reading.text_of, asked, "2023-13-1").value.zh)
    assert reading.text_of(replace(asked, is_past=False), "2030-1-5", today=today) == "2030-01-05"


def test_handed_in_it_has_a_number_a_day_and_its_place_in_the_pack(place: Place):
    card = place.handed_in()
    assert card.number.startswith("SX202311")
    assert (card.stage, card.role, card.desk_name, card.state) == ("check", Role.GRASSROOTS, "轴承厂工会", S.AT_WORK)
    assert str(card.due_on) == "2023-11-09"  # three working days after a Monday
    assert str(card.expected_on) == "2023-11-23"  # 3 + 5 + 5 of the payment, whose days the pack does not name
    assert not Draft.objects.exists()


def test_handing_in_twice_makes_one_matter(place: Place):
    draft = place.filled()
    assert place.send(draft).id == place.send(draft).id
    assert Matter.objects.count() == 1 and Move.objects.count() == 1


def test_the_same_is_not_applied_for_twice_at_once(place: Place):
    card = place.handed_in()
    with pytest.raises(problems.AlreadyOpen) as refused:
        place.handed_in()
    assert card.number in refused.value.zh


def test_answers_are_sealed_and_read_only_by_whose_turn_it_is(place: Place):
    card = place.handed_in(words="住院很久")
    assert "住院".encode() not in b"".join(bytes(row.secret) for row in Submission.objects.all())
    theirs = queries.get_details(place.town.grassroots, card.id, now=place.now)
    said = {line.question.name: line for line in theirs.answers}
    assert said["words"].zh == "住院很久" and said["words"].answer.source is Source.WORKER
    county = queries.get_details(place.town.county, card.id, now=place.now)
    assert not county.can_read and not county.answers and county.answered == 4
    opened = matters.open_answers(viewer=place.town.county, matter_id=card.id, reason="群众来电询问", now=place.now)
    assert opened["words"] == "住院很久"
    assert [event.reason for event in audit.list_about(f"matter:{card.id}", actions=["matters.open_answers"])] == [
        "群众来电询问"
    ]


def test_a_union_outside_sees_nothing(place: Place):
    card = place.handed_in()
    with pytest.raises(problems.NotFound):
        queries.get_details(place.town.other_county, card.id, now=place.now)


def test_only_the_post_whose_turn_it_is_moves_it(place: Place):
    card = place.handed_in()
    with pytest.raises(problems.NotYourTurn) as refused:
        place.act(place.town.county, card, "accepted")
    assert "轴承厂工会" in refused.value.zh
    with pytest.raises(NotAllowed):
        place.act(place.town.auditor, card, "accepted")


def test_the_same_post_at_a_union_beside_or_above_does_not_move_it(place: Place):
    """Of the same role and with the matter in sight; only the desk that it lies on has the turn."""
    card = place.checked()
    Matter.objects.filter(pk=card.id).update(desk_id=place.town["XT"].id)
    assert not queries.get_details(place.town.county, card.id, now=place.now).can_handle
    with pytest.raises(problems.NotYourTurn):
        place.act(place.town.county, card, "refused", reason="x")


def test_what_goes_back_has_no_decision_any_more(place: Place):
    """Of a text that decides first and may send back later: what was decided then does not stand while it is mended."""
    card = place.act(place.town.county, place.checked(), "approved")
    matter = Matter.objects.get(pk=card.id)
    assert matter.decision_id is not None
    Matter.objects.filter(pk=card.id).update(state=S.AT_WORK, stage="approval", role=Role.COUNTY)
    back = place.act(place.town.county_second, card, "returned", reason="再核对")
    assert back.stage == "check" and Matter.objects.get(pk=card.id).decision_id is None


def test_an_outcome_that_the_pack_does_not_name_is_refused(place: Place):
    card = place.handed_in()
    with pytest.raises(problems.NotNamed) as refused:
        place.act(place.town.grassroots, card, "approved")
    assert "通过、退回、不予" in refused.value.zh


def test_what_the_stage_asks_of_the_officer_has_to_be_filled_in_to_go_on(place: Place):
    card = place.handed_in()
    with pytest.raises(problems.StillOpen) as refused:
        place.act(place.town.grassroots, card, "accepted")
    assert refused.value.names == ("was_visited",)
    place.act(place.town.grassroots, card, "accepted", answers={"was_visited": "yes"})
    assert place.fresh(card).stage == "approval"


def test_sending_back_and_refusing_need_a_reason_and_the_worker_reads_it(place: Place):
    card = place.handed_in()
    with pytest.raises(problems.ReasonMissing):
        place.act(place.town.grassroots, card, "refused")
    place.act(place.town.grassroots, card, "refused", reason="不是本单位职工")
    own = queries.get_details(place.worker, card.id, now=place.now)
    assert own.card.state is S.REFUSED and own.moves[-1].reason == "不是本单位职工"
    with pytest.raises(problems.AlreadyClosed):
        place.act(place.town.grassroots, card, "accepted")


def test_asked_for_a_paper_the_worker_mends_and_it_comes_back_to_the_same_stage(place: Place):
    card = place.checked()
    asked = place.ask(place.town.county, card, "receipts", "cost", words="请补发票")
    assert (asked.state, asked.stage, asked.due_on) == (S.WITH_WORKER, "approval", None)
    draft = matters.go_on(viewer=place.worker, matter_id=card.id, now=place.now)
    assert draft.asked == "请补发票" and [one.code for one in draft.open_papers] == ["receipts"]
    assert draft.questions[0].name == "cost" and draft.answers["cost"].text == "1000"
    draft = place.save(draft, cost="900")
    place.now += timedelta(days=1)
    back = place.send(draft)
    assert (back.state, back.stage, back.role) == (S.AT_WORK, "approval", Role.COUNTY)
    lines = {one.question.name: one for one in queries.get_details(place.town.county, card.id, now=place.now).answers}
    assert lines["cost"].answer.text == "900" and [one.text for one in lines["cost"].earlier] == ["1000"]
    assert place.send(draft).id == back.id and Move.objects.filter(act=Step.ANSWER).count() == 1


def test_sent_back_to_the_workers_own_stage_it_goes_through_it_again(place: Place):
    card = place.act(place.town.grassroots, place.handed_in(), "returned", reason="金额不对")
    assert (card.state, card.stage) == (S.WITH_WORKER, "apply")
    draft = matters.go_on(viewer=place.worker, matter_id=card.id, now=place.now)
    assert draft.asked == "金额不对"
    assert place.send(draft).stage == "check"


def test_the_rules_are_asked_where_two_people_agree_and_money_is_set_aside(place: Place):
    place.budget()
    card = place.checked()
    said = queries.get_details(place.town.county, card.id, now=place.now).said
    assert said is not None and said.amount == Decimal("500.00")
    done = place.act(place.town.county, card, "approved")
    assert (done.state, done.stage) == (S.TO_PAY, "payment")
    details = queries.get_details(place.worker, card.id, now=place.now)
    assert details.decision is not None and details.decision.amount == Decimal("500.00")
    assert details.grant is not None and details.grant.state is GrantState.SET_ASIDE
    assert funds.get_reservation(details.grant.reservation_id).amount == Decimal("500.00")
    assert queries.verify() == []


def test_two_who_look_at_once_whether_the_money_has_arrived_end_a_matter_once_and_neither_fails(
    place: Place, monkeypatch
):
    place.budget()
    card = place.act(place.town.county, place.checked(), "approved")
    closed: list[int] = []

    def read(refs):
        if len(closed) < 1:
            closed.append(0)
            closed[0] = matters.close_paid(now=place.now)  # the other worker, after this one has read
        return dict.fromkeys(refs, ReservationState.PAID)

    monkeypatch.setattr("niangjia.apps.matters.actions.handling.funds.reservation_states", read)
    assert matters.close_paid(now=place.now) == 0 and closed == [1]
    assert Matter.objects.get(pk=card.id).state == S.DONE and Move.objects.filter(act=Step.PAID).count() == 1


def test_without_a_budget_the_refusal_says_who_can_and_finance_tries_again(place: Place):
    card = place.act(place.town.county, place.checked(), "approved")
    grant = queries.get_details(place.town.finance, card.id, now=place.now).grant
    assert grant is not None and grant.state is GrantState.BLOCKED and grant.refusal_zh
    place.budget()
    assert matters.set_aside(viewer=place.town.finance, matter_id=card.id, now=place.now) is GrantState.SET_ASIDE
    assert matters.set_aside(viewer=place.town.finance, matter_id=card.id, now=place.now) is GrantState.SET_ASIDE


def test_what_the_rules_refuse_is_not_accepted_by_anybody(place: Place):
    card = place.act(place.town.grassroots, place.handed_in(), "accepted", answers={"was_visited": "no"})
    with pytest.raises(problems.RulesSayNo):
        place.act(place.town.county, card, "approved")
    refused = place.act(place.town.county, card, "refused", reason="未走访")
    details = queries.get_details(place.worker, card.id, now=place.now)
    assert refused.state is S.REFUSED and details.decision is not None and details.decision.clauses


def test_who_checked_it_never_approves_it_on_another_post(place: Place):
    card = place.checked()
    account_id = place.town.grassroots.account_id
    post_id = accounts.appoint(
        viewer=None,
        account_id=account_id,
        org_id=place.town["X"].id,
        role=Role.COUNTY,
        starts_on=place.now.date(),
        now=place.now,
    )
    both = account_queries.get_viewer(account_id=account_id, post_id=post_id, today=place.now.date())
    with pytest.raises(problems.FourEyes):
        place.act(both, card, "approved")
    assert place.act(place.town.county, card, "approved").state is S.TO_PAY


def test_from_one_step_there_is_one_move(place: Place):
    card = place.handed_in()
    first, second = (moving.find(place.town.grassroots, card.id) for _ in range(2))
    with transaction.atomic():
        moving.make(place.town.grassroots, first, Step.ASK, place.now)
    with pytest.raises(problems.SomeoneWasFirst):
        moving.make(place.town.grassroots_second, second, Step.ASK, place.now)


def test_the_applicant_and_who_lives_with_them_leave_it_to_others(place: Place):
    card = place.handed_in()
    spouse_id = registry.members_of([place.household_id])[place.household_id][1]
    officer = town.appoint("spouse", place.town["XG"], Role.GRASSROOTS, person_id=spouse_id)
    assert not queries.get_details(officer, card.id, now=place.now).can_handle
    with pytest.raises(problems.OwnMatter):
        place.act(officer, card, "refused", reason="x")


def test_of_two_officers_the_second_is_told_what_changed(place: Place):
    card = place.handed_in()
    place.act(place.town.grassroots, card, "accepted", answers={"was_visited": "yes"}, step=card.step)
    with pytest.raises(problems.SomeoneWasFirst) as refused:
        place.act(place.town.grassroots_second, card, "refused", reason="x", step=card.step)
    assert "grassroots" in refused.value.zh and "审批" in refused.value.zh
    again = place.act(place.town.grassroots, card, "accepted", step=card.step)  # the same click twice
    assert again.stage == "approval" and Move.objects.filter(matter_id=card.id).count() == 2


def test_withdrawn_it_ends_and_may_be_applied_for_again(place: Place):
    card = place.handed_in()
    assert matters.withdraw(viewer=place.worker, matter_id=card.id, now=place.now).state is S.WITHDRAWN
    assert matters.withdraw(viewer=place.worker, matter_id=card.id, now=place.now).state is S.WITHDRAWN
    assert place.handed_in().id != card.id
    with pytest.raises(problems.AlreadyClosed):
        place.act(place.town.grassroots, card, "refused", reason="x")


def test_what_is_on_its_way_cannot_be_withdrawn(place: Place):
    card = place.act(place.town.county, place.checked(), "approved")
    with pytest.raises(problems.AlreadyGranted):
        matters.withdraw(viewer=place.worker, matter_id=card.id, now=place.now)


def test_history_is_never_edited(place: Place):
    place.handed_in()
    for model, change in ((Move, {"outcome": "x"}), (Submission, {"stage": "x"})):
        with pytest.raises(DatabaseError), transaction.atomic():
            model.objects.update(**change)


def test_verify_finds_a_move_that_nothing_names(place: Place):
    card = place.handed_in()
    Matter.objects.filter(pk=card.id).update(stage="approval")
    assert [one.rule for one in queries.verify()] == ["MATTER 1"]


def test_the_queue_holds_what_waits_for_this_post(place: Place):
    card = place.handed_in()
    assert [row.pk for row in queries.list_matters(place.town.grassroots)] == [card.id]
    assert not queries.list_matters(place.town.county)
    assert [row.pk for row in queries.list_matters(place.town.county, place="all")] == [card.id]
    assert not queries.list_matters(place.town.other_county, place="all")
    assert queries.list_matters(place.town.county, place="all", late_on=card.due_on + timedelta(days=1))


def test_an_original_that_was_seen_is_on_record(place: Place):
    card = place.act(
        place.town.grassroots,
        place.handed_in(),
        "accepted",
        answers={"was_visited": "yes"},
        papers_seen=["receipts", "?"],
    )
    papers = queries.get_details(place.town.county, card.id, now=place.now).papers
    assert [(one.paper.code, one.state) for one in papers] == [("receipts", PaperState.SEEN)]


def test_what_is_under_way_is_told_before_another_is_begun(place: Place):
    card = place.handed_in()
    with pytest.raises(problems.AlreadyOpen) as refused:
        place.draft()
    assert card.number in refused.value.zh and not Draft.objects.exists()
    offered = queries.get_offered(place.worker, "aid", today=place.now.date())
    assert offered.is_same and offered.standing is not None and offered.standing.id == card.id
