"""From need to evaluation: nothing is skipped, nothing is closed without what it needs."""

import uuid
from dataclasses import replace
from datetime import date

import pytest

from niangjia.apps.volunteers import actions, problems, queries
from niangjia.apps.volunteers.kinds import kinds
from niangjia.apps.volunteers.models import Need, NeedStep
from niangjia.apps.volunteers.tests.room import ANSWERS, GOAL, NOW, PLAN, RESULT, TOMORROW, YESTERDAY
from niangjia.apps.volunteers.types import HelperFacts, NeedFacts, NeedState, PairState


def test_a_need_walks_its_six_stages_and_ends_with_its_evaluation(room):
    need_id, pair_id = room.done()
    card = room.card(need_id)
    assert card.state is NeedState.DONE and card.closed_at == NOW and card.filled == 1
    steps = queries.list_steps(room.county, need_id)
    assert [step.stage for step in steps] == ["need", "match", "project", "plan", "implementation", "evaluation"]
    assert steps[2].texts == GOAL and steps[3].told == {"begins": "2023-11-06", "ends": "2023-12-06"}
    assert steps[5].told == {"result": "solved", "trained": 12} and steps[5].to == ""
    pair = queries.list_pairs(room.county, [need_id])[need_id][0]
    assert (pair.state, pair.satisfaction, pair.helper.load, pair.helper.satisfaction) == (PairState.ENDED, 5, 0, 100)
    assert list(queries.verify()) == []


def test_each_stage_waits_for_what_it_asks(room):
    need_id = room.open_need()
    with pytest.raises(problems.NeedsAPair):
        room.go_on(need_id)
    pair_id = room.pair(need_id, room.helper(0))
    room.says(pair_id, room.workers[0])
    with pytest.raises(problems.NeedsAPair):
        room.go_on(need_id)  # one yes is none
    room.says(pair_id, room.firm)
    room.go_on(need_id)
    with pytest.raises(problems.WrongAnswers) as wrong:
        room.go_on(need_id, answers={"goal": "好"})
    assert set(wrong.value.fields) == {"measure"}
    room.go_on(need_id, answers=GOAL)
    with pytest.raises(problems.WrongAnswers) as wrong:
        room.go_on(need_id, answers=PLAN | {"begins": "明天"})
    assert set(wrong.value.fields) == {"begins"}
    room.go_on(need_id, answers=PLAN)
    with pytest.raises(problems.NeedsAVisit):
        room.go_on(need_id)
    room.log(pair_id, room.workers[0])
    room.go_on(need_id)
    for ratings in ({}, {pair_id: 0}, {pair_id: 6}):
        with pytest.raises(problems.NeedsRatings):
            room.go_on(need_id, answers=RESULT, ratings=ratings)
    with pytest.raises(problems.WrongAnswers):
        room.go_on(need_id, answers={"result": "miracle"}, ratings={pair_id: 4})
    assert room.card(need_id).stage == "evaluation"


def test_a_page_that_is_old_moves_nothing_twice(room):
    need_id = room.need()
    step = room.card(need_id).step
    room.go_on(need_id, viewer=room.county)
    with pytest.raises(problems.Changed):
        room.go_on(need_id, viewer=room.county, from_step=step)
    assert room.card(need_id).stage == "match"


def test_a_union_does_not_publish_its_own_need(room):
    need_id = room.need()
    with pytest.raises(problems.AtDesk):
        room.go_on(need_id)
    room.go_on(need_id, viewer=room.town.township)
    assert room.card(need_id).stage == "match"


def test_what_ended_stays_ended(room):
    need_id, pair_id = room.done()
    with pytest.raises(problems.NotOpen):
        room.go_on(need_id)
    with pytest.raises(problems.NotOpen):
        actions.withdraw_need(viewer=room.firm, need_id=need_id, reason="不要了", now=NOW)
    with pytest.raises(problems.NotPossibleNow):
        actions.release(viewer=room.firm, pair_id=pair_id, reason="不要了", now=NOW)


def test_a_need_withdrawn_frees_its_helpers_and_says_why(room):
    need_id, pair_id = room.to_work()
    with pytest.raises(problems.NeedsReason):
        actions.withdraw_need(viewer=room.firm, need_id=need_id, reason=" ", now=NOW)
    for _ in range(2):
        actions.withdraw_need(viewer=room.firm, need_id=need_id, reason="产线停了", now=NOW)
    pair = queries.list_pairs(room.county, [need_id])[need_id][0]
    assert pair.state is PairState.WITHDRAWN and pair.helper.load == 0
    assert room.card(need_id).state is NeedState.WITHDRAWN and list(queries.verify()) == []


def test_without_anybody_left_a_need_goes_back_to_where_pairs_are_made(room):
    need_id, pair_id = room.to_work()
    actions.release(viewer=room.workers[0], pair_id=pair_id, reason="家里有事", now=NOW)
    card = room.card(need_id)
    assert (card.stage, card.filled) == ("match", 0)
    assert queries.list_steps(room.county, need_id)[-1].reason == "家里有事" and list(queries.verify()) == []
    other = room.holds(need_id, 1)
    for answers in ANSWERS[1:4]:
        room.go_on(need_id, answers=answers)
    room.log(other, room.workers[1])
    room.go_on(need_id)
    with pytest.raises(problems.NotThisStage):
        actions.release(viewer=room.firm, pair_id=other, reason="评估前换人", now=NOW)
    assert list(queries.verify()) == []


def test_the_same_need_sent_twice_is_one(room):
    key = uuid.uuid4()
    assert room.need(key=key) == room.need(key=key) and Need.objects.count() == 1


@pytest.mark.parametrize(
    "told, field",
    [
        ({"title": " "}, "title"), ({"about": ""}, "about"), ({"field": "magic"}, "field"), ({"skills": ()}, "skills"), ({"skills": ("9-99",)}, "skills"),
        ({"area": "3306"}, "area"), ({"seats": 0}, "seats"), ({"days": ("8",)}, "days"), ({"due_on": YESTERDAY}, "due_on"), ({"is_open_bid": True}, "bids_until"),
        ({"is_open_bid": True, "bids_until": YESTERDAY}, "bids_until"), ({"place_id": 1}, "place"), ({"about": "找张师傅，13800001111"}, "about"),
        ({"kind": "vacancy", "field": "delivery", "answers": {"monthly_pay": "很高", "insured": "yes"}}, "monthly_pay"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused_at_its_field(room, told, field):
    with pytest.raises(problems.WrongAnswers) as wrong:
        room.need(**told)
    assert set(wrong.value.fields) == {field}


def test_a_need_is_changed_while_nobody_was_asked(room):
    need_id = room.open_need()
    card = room.card(need_id)
    facts = NeedFacts(
        "volunteering", "焊缝返修", "返修率高。", "industry", card.org_id, "330624", ("6-18-02-04",), due_on=TOMORROW
    )
    actions.change_need(viewer=room.firm, need_id=need_id, facts=facts, from_step=card.step, now=NOW)
    assert (room.card(need_id).title, room.card(need_id).skills) == ("焊缝返修", ("6-18-02-04",))
    with pytest.raises(problems.Changed):
        actions.change_need(viewer=room.firm, need_id=need_id, facts=facts, from_step=card.step, now=NOW)
    room.pair(need_id, room.helper(0, skills=("6-18-02-04",)))
    with pytest.raises(problems.NotThisStage):
        step = room.card(need_id).step
        actions.change_need(viewer=room.firm, need_id=need_id, facts=replace(facts, seats=3), from_step=step, now=NOW)


def test_a_vacancy_goes_the_same_way_with_its_own_questions(room):
    """Nothing but data tells a vacancy from a difficulty: the same room, the same steps."""
    told = {
        "kind": "vacancy",
        "field": "delivery",
        "skills": ("4-02-07",),
        "answers": {"monthly_pay": "6500", "insured": "yes"},
    }
    need_id = room.open_need(title="快递员", **told)
    pair_id = room.holds(
        need_id, 0, room.helper(0, kind="vacancy", skills=("4-02-07",), answers={"situation": "jobless"})
    )
    said = [{}, {"hired_on": "2023-11-06"}, {"starts_on": "2023-11-07", "mentor": "站长"}]
    for answers in said:
        room.go_on(need_id, answers=answers)
    room.log(pair_id, room.firm)
    room.go_on(need_id)
    room.go_on(need_id, answers={"result": "stays"}, ratings={pair_id: 4})
    assert room.card(need_id).state is NeedState.DONE and room.card(need_id).told == {
        "monthly_pay": 6500,
        "insured": "yes",
    }
    with pytest.raises(problems.NoSuchHelper):  # a seeker is no volunteer
        other = room.open_need()
        room.pair(other, queries.list_helpers(room.county, kind="vacancy").get().pk)
    assert list(queries.verify()) == []


def test_every_kind_can_be_walked_to_its_end():
    for kind in kinds().values():
        assert len(kind.stages) == 6 and kind.first.is_desk and kind.title["en"] and kind.capacity >= 1
        assert kind.after(list(kind.stages)[-1]) is None
    with pytest.raises(problems.NoSuchKind):
        queries.kind_of("magic")


def test_verification_finds_what_was_changed_behind_the_room(room):
    need_id, pair_id = room.done()
    NeedStep.objects.filter(need=need_id, stage="plan").delete()
    assert {one.rule for one in queries.verify()} == {"NEED_STAGES"}


def test_what_was_done_is_counted_from_the_log(room):
    """Two needs done by two, one withdrawn: 2 needs, 2 done, 3 visits, 5.5 hours, 24 people, 2 helpers, 1 firm; the void one counts nowhere."""
    first_need, first_pair = room.to_work(0)
    room.log(first_pair, room.workers[0], minutes=90)
    wrong = room.log(first_pair, room.workers[0], minutes=300)
    actions.void_visit(viewer=room.workers[0], visit_id=wrong, reason="记错了", now=NOW)
    room.log(first_pair, room.firm, minutes=60)
    room.go_on(first_need)
    room.go_on(first_need, answers=RESULT, ratings={first_pair: 3})
    room.done(1, minutes=180, rating=4, field="training", area="331127")
    gone = room.need(field="training")
    actions.withdraw_need(viewer=room.firm, need_id=gone, reason="重复", now=NOW)
    days = {"first": date(2023, 1, 1), "last": date(2023, 12, 31)}
    total = queries.works_of(room.county, "volunteering", **days)
    assert (total.needs, total.done, total.visits, total.hours, total.beneficiaries, total.helpers, total.firms) == (2, 2, 3, "5.5", 24, 2, 1)  # fmt: skip
    public, by_county, by_field = queries.public_works("volunteering", **days)
    assert public == total and {row.code: row.works.minutes for row in by_county} == {"330624": 150, "331127": 180}
    assert {row.code: row.works.done for row in by_field} == {"tea_farming": 0, "culture_tourism": 0, "industry": 1, "training": 1, "other": 0}  # fmt: skip
    rows = queries.coverage(room.county, "volunteering", **days)
    assert sum(row.works.visits for row in rows) == total.visits
    assert {row.code for row in rows if not row.works.needs} == set()  # the county's division is itself
    before = {"first": date(2022, 1, 1), "last": date(2022, 12, 31)}
    assert queries.works_of(room.county, "volunteering", **before).needs == 0


def test_a_helper_says_what_they_can_and_the_union_confirms(room):
    worker = room.workers[0]
    facts = HelperFacts("volunteering", ("6-18-02",), days=("6", "7"), answers={"honour": "craftsman"})
    helper_id = actions.join(viewer=worker, facts=facts, now=NOW)
    assert queries.get_helper(worker, helper_id).state.value == "ASKED"
    with pytest.raises(problems.NotPossibleNow):
        actions.set_helper_state(viewer=worker, helper_id=helper_id, state=queries.HelperState.ACTIVE, now=NOW)
    need_id = room.open_need()
    with pytest.raises(problems.NotListed):
        room.pair(need_id, helper_id)
    actions.accept(viewer=room.county, helper_id=helper_id, now=NOW)
    assert actions.join(viewer=worker, facts=replace(facts, capacity=1), now=NOW) == helper_id
    room.holds(need_id, 0, helper_id)
    with pytest.raises(problems.StillBusy):
        actions.set_helper_state(viewer=worker, helper_id=helper_id, state=queries.HelperState.LEFT, now=NOW)
    actions.set_helper_state(viewer=worker, helper_id=helper_id, state=queries.HelperState.PAUSED, now=NOW)
    with pytest.raises(problems.NeedsReason):
        actions.set_helper_state(viewer=room.county, helper_id=helper_id, state=queries.HelperState.LEFT, now=NOW)
