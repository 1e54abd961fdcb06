"""Pairs: two yeses of two people, nobody over their load, the best of all proposed, and a person decides."""

import uuid

import pytest
from django.db import IntegrityError, transaction

from niangjia.apps.accounts.permissions import NotAllowed
from niangjia.apps.accounts.types import Role
from niangjia.apps.audit.models import AuditEvent
from niangjia.apps.programs.tests import town
from niangjia.apps.volunteers import actions, problems, queries
from niangjia.apps.volunteers.counted import helped
from niangjia.apps.volunteers.models import Helper, Need, Pair
from niangjia.apps.volunteers.tests.room import ANSWERS, NOW, RESULT, TODAY, TOMORROW, YESTERDAY
from niangjia.apps.volunteers.types import HelperFacts, NeedState, PairState, Side, Source


def states(room, need_id):
    return {one.helper.id: one.state for one in queries.list_pairs(room.county, [need_id]).get(need_id, [])}


def test_a_pair_holds_with_the_second_yes_and_not_before(room):
    pair_id = room.pair(room.open_need(), room.helper(0))
    assert room.says(pair_id, room.firm) is PairState.PROPOSED
    assert room.says(pair_id, room.workers[0]) is PairState.CONFIRMED
    assert room.says(pair_id, room.workers[0]) is PairState.CONFIRMED  # said twice
    with pytest.raises(problems.NotPossibleNow):
        room.says(pair_id, room.firm, is_yes=False, reason="反悔")


def test_one_person_is_not_both_sides(room):
    pair_id = room.pair(room.open_need(), room.helper(0))
    room.says(pair_id, room.county, side=Side.HELPER, reason="电话里说愿意")
    with pytest.raises(problems.SamePerson):
        room.says(pair_id, room.county)
    assert room.says(pair_id, room.firm) is PairState.CONFIRMED
    with pytest.raises(IntegrityError), transaction.atomic():
        Pair.objects.filter(pk=pair_id).update(helper_by_id=room.firm.account_id)


def test_an_officer_who_is_the_helper_does_not_speak_for_the_firm(room):
    person_id = town.household(41, room.town["XH"])[1][0]
    facts = HelperFacts("volunteering", ("6-18-02",))
    helper_id = actions.enrol(viewer=room.county, person_id=person_id, facts=facts, now=NOW)
    officer = town.appoint("officer.and.helper", room.town["XG"], room.firm.role, person_id=person_id)
    pair_id = room.pair(room.open_need(), helper_id)
    with pytest.raises(problems.SamePerson):
        room.says(pair_id, officer)


def test_each_side_speaks_for_itself(room):
    pair_id = room.pair(room.open_need(), room.helper(0))
    with pytest.raises(problems.NoSuchPair):
        room.says(pair_id, room.workers[1])
    with pytest.raises(problems.NotYourSide):
        room.says(pair_id, room.workers[0], side=Side.FIRM)
    with pytest.raises(problems.NotYourSide):
        room.says(pair_id, room.firm, side=Side.HELPER, reason="他说好")
    with pytest.raises(problems.NeedsReason):
        room.says(pair_id, room.county, side=Side.HELPER)
    with pytest.raises(problems.NeedsReason):
        room.says(pair_id, room.workers[0], is_yes=False)
    assert room.says(pair_id, room.workers[0], is_yes=False, reason="这个月出差") is PairState.DECLINED


def test_nobody_is_asked_or_holds_over_their_load(room):
    helper_id = room.helper(0, capacity=1)
    first, second = room.open_need(), room.open_need()
    pair_id = room.pair(first, helper_id)
    with pytest.raises(problems.OverLoad):
        room.pair(second, helper_id)
    room.says(pair_id, room.workers[0])
    room.says(pair_id, room.firm)
    with pytest.raises(problems.OverLoad):
        room.pair(second, helper_id)
    with pytest.raises(IntegrityError), transaction.atomic():
        Helper.objects.filter(pk=helper_id).update(load=2)
    with pytest.raises(IntegrityError), transaction.atomic():
        Need.objects.filter(pk=first).update(filled=2)


def test_a_bid_that_would_be_too_much_is_not_confirmed(room):
    helper_id = room.helper(0, capacity=1)
    bids = [actions.bid(viewer=room.workers[0], need_id=room.open_need(is_open_bid=True, bids_until=TOMORROW), words="我来", now=NOW) for _ in range(2)]  # fmt: skip
    assert room.says(bids[0], room.firm) is PairState.CONFIRMED
    with pytest.raises(problems.OverLoad):
        room.says(bids[1], room.firm)
    assert Helper.objects.get(pk=helper_id).load == 1


def test_once_there_are_enough_whoever_was_only_asked_is_free_again(room):
    need_id = room.open_need()
    helpers = [room.helper(0), room.helper(1)]
    pairs = [room.pair(need_id, one) for one in helpers]
    room.says(pairs[0], room.workers[0])
    room.says(pairs[0], room.firm)
    assert states(room, need_id) == {helpers[0]: PairState.CONFIRMED, helpers[1]: PairState.WITHDRAWN}
    with pytest.raises(problems.NeedFull):
        room.pair(need_id, helpers[1])


def test_a_need_that_goes_on_lets_go_whoever_was_only_asked_and_each_is_told(room):
    need_id, helpers = room.open_need(seats=2), [room.helper(0), room.helper(1, capacity=1)]
    room.holds(need_id, 0, helpers[0])
    asked = room.pair(need_id, helpers[1])
    for answers in ANSWERS[1:3]:
        room.go_on(need_id, answers=answers)
    assert states(room, need_id) == {helpers[0]: PairState.CONFIRMED, helpers[1]: PairState.WITHDRAWN}
    assert room.pair(room.open_need(), helpers[1]), "free for another"
    with pytest.raises(problems.NotPossibleNow):
        room.says(asked, room.firm)
    told = AuditEvent.objects.get(action="volunteers.release").detail
    assert (told["pair"], told["was"]) == (asked, "PROPOSED") and list(queries.verify()) == []


def test_a_visit_that_was_logged_wrongly_is_put_right_until_the_need_is_closed(room):
    need_id, pair_id = room.to_work()
    wrong = room.log(pair_id, room.workers[0], beneficiaries=8000)
    room.go_on(need_id)
    actions.void_visit(viewer=room.firm, visit_id=wrong, reason="多写了几个零", now=NOW)
    with pytest.raises(problems.NeedsAVisit):
        room.go_on(need_id, answers=RESULT, ratings={pair_id: 5})
    right = room.log(pair_id, room.workers[0], beneficiaries=8)
    room.go_on(need_id, answers=RESULT, ratings={pair_id: 5})
    with pytest.raises(problems.NotOpen):
        actions.void_visit(viewer=room.firm, visit_id=right, reason="还要改", now=NOW)
    assert next(iter(helped()))["count"] == 8 and list(queries.verify()) == []


def test_the_proposal_is_the_best_of_all_and_changes_nothing(room):
    """Only the first can turn, both can weld: who welds best is sent to turn, since then both needs have somebody."""
    welding, turning = room.open_need(), room.open_need(skills=("6-18-01",))
    both = room.helper(0, skills=("6-18-02", "6-18-01"), home="330624", capacity=1)
    far = room.helper(1, home="330106")
    room.helper(2, skills=("4-03",))
    actions.propose(viewer=room.county, kind="volunteering", now=NOW)
    last = queries.last_proposal(room.county, "volunteering")
    assert {(one.need_id, one.helper.id) for one in last.proposed} == {(turning, both), (welding, far)}
    assert (last.gap, last.need_count, last.helper_count, last.unfilled) == (0, 2, 3, ())
    assert next(one for one in last.proposed if one.need_id == turning).points == {"skill": 40, "near": 20, "liked": 12, "load": 0}  # fmt: skip
    assert not Pair.objects.exists()
    assert actions.send_proposals(viewer=room.county, chosen=[(turning, both), (welding, far)], now=NOW) == 2
    assert actions.send_proposals(viewer=room.county, chosen=[(turning, both)], now=NOW) == 0
    assert queries.last_proposal(room.county, "volunteering").proposed == ()
    assert {one.source for one in queries.list_pairs(room.county, [turning])[turning]} == {Source.ENGINE}


def test_why_a_seat_stays_empty_is_told(room):
    room.helper(0, areas=("3301",), days=("6",))
    for need, why in (({"skills": ("5-01",)}, "skill"), ({}, "area"), ({"area": "330106", "days": ("1",)}, "days")):
        need_id = room.open_need(**need)
        actions.propose(viewer=room.county, kind="volunteering", now=NOW)
        last = queries.last_proposal(room.county, "volunteering")
        assert {one.need_id: one.why for one in last.unfilled}[need_id] == why


def test_what_stands_keeps_its_seat_and_what_fell_through_is_not_proposed_again(room):
    need_id = room.open_need(seats=2)
    first, second, third = (room.helper(number) for number in range(3))
    room.pair(need_id, first)
    no = room.pair(need_id, second)
    room.says(no, room.workers[1], is_yes=False, reason="没空")
    actions.propose(viewer=room.county, kind="volunteering", now=NOW)
    last = queries.last_proposal(room.county, "volunteering")
    assert [(one.need_id, one.helper.id) for one in last.proposed] == [(need_id, third)] and not last.unfilled


def test_liked_helpers_are_proposed_before_others_and_busy_ones_after(room):
    room.done(0, rating=5)
    room.done(1, rating=1)
    liked, disliked = queries.list_helpers(room.county, kind="volunteering").values_list("pk", flat=True)
    need_id = room.open_need()
    order = [(one.helper.id, one.points["liked"]) for one in queries.others_for(room.county, need_id)]
    assert order == [(liked, 20), (disliked, 0)]


def test_a_person_may_choose_whom_no_rule_fits_and_says_why(room):
    need_id, helper_id = room.open_need(), room.helper(0, skills=("4-03",))
    assert queries.others_for(room.county, need_id) == []
    number = queries.get_helper(room.county, helper_id).number
    found = queries.others_for(room.county, need_id, text=number)
    assert [(one.helper.id, one.is_able) for one in found] == [(helper_id, False)]
    with pytest.raises(problems.NeedsReason):
        room.pair(need_id, helper_id)
    pair_id = room.pair(need_id, helper_id, reason="做过十年焊工，没有登记")
    assert room.pair(need_id, helper_id) == pair_id  # it stands already


def test_whoever_matches_is_of_the_town_or_above_and_keeps_to_their_tree(room):
    need_id, helper_id = room.open_need(), room.helper(0)
    with pytest.raises(NotAllowed):
        room.pair(need_id, helper_id, viewer=room.firm)
    with pytest.raises(NotAllowed):
        actions.propose(viewer=room.firm, kind="volunteering", now=NOW)
    elsewhere = room.helper(4, viewer=room.town.other_county)
    with pytest.raises(problems.NoSuchHelper):
        room.pair(need_id, elsewhere)
    with pytest.raises(problems.NoSuchNeed):
        room.pair(need_id, elsewhere, viewer=room.town.other_county)
    pair_id = room.pair(need_id, elsewhere, viewer=room.town.city)
    assert queries.get_need(room.town.other_county, need_id).id == need_id  # its own helper is asked for it
    room.says(pair_id, room.workers[4])
    assert room.says(pair_id, room.firm) is PairState.CONFIRMED


def test_needs_and_helpers_of_another_county_are_not_seen(room):
    need_id, helper_id = room.open_need(), room.helper(0)
    with pytest.raises(problems.NoSuchNeed):
        queries.get_need(room.town.other_county, need_id)
    with pytest.raises(problems.NoSuchHelper):
        queries.get_helper(room.town.other_county, helper_id)
    with pytest.raises(problems.NoSuchNeed):
        queries.get_need(room.workers[0], need_id)
    with pytest.raises(problems.NoSuchNeed):
        room.go_on(need_id, viewer=room.town.other_county)


def test_who_bids_is_listed_in_time_and_where_bids_are_open(room):
    closed = room.open_need()
    open_need = room.open_need(is_open_bid=True, bids_until=TODAY)
    unpublished = room.need(is_open_bid=True, bids_until=TODAY)
    with pytest.raises(problems.JoinFirst):
        actions.bid(viewer=room.workers[0], need_id=open_need, words="我来", now=NOW)
    room.helper(0)
    for need_id in (closed, unpublished, 0):
        with pytest.raises(problems.NoBids):
            actions.bid(viewer=room.workers[0], need_id=need_id, words="我来", now=NOW)
    assert [one.id for one in queries.list_open_needs(now=NOW)] == [open_need]
    later = NOW.replace(day=7)
    with pytest.raises(problems.NoBids):
        actions.bid(viewer=room.workers[0], need_id=open_need, words="我来", now=later)
    assert queries.list_open_needs(now=later) == []


def test_the_firm_chooses_among_bids(room):
    need_id = room.open_need(is_open_bid=True, bids_until=TODAY)
    helpers = [room.helper(0), room.helper(1, skills=("4-03",))]
    pairs = [actions.bid(viewer=room.workers[n], need_id=need_id, words=f"方案{n}", now=NOW) for n in range(2)]
    assert actions.bid(viewer=room.workers[0], need_id=need_id, words="再说一次", now=NOW) == pairs[0]
    bids = queries.list_bids(room.firm, need_id)
    assert [(one.pair.id, one.words) for one in bids] == [
        (pairs[0], "方案0"),
        (pairs[1], "方案1"),
    ]  # the best fitting first
    assert queries.list_open_needs(now=NOW)[0].bids == 2
    room.says(pairs[1], room.firm)
    assert states(room, need_id) == {helpers[1]: PairState.CONFIRMED, helpers[0]: PairState.WITHDRAWN}


def test_a_visit_is_logged_by_who_is_there_once_and_only_while_the_work_goes_on(room):
    need_id = room.open_need()
    pair_id = room.pair(need_id, room.helper(0))
    with pytest.raises(problems.NotConfirmed):
        room.log(pair_id, room.workers[0])
    room.says(pair_id, room.workers[0])
    room.says(pair_id, room.firm)
    with pytest.raises(problems.NotThisStage):
        room.log(pair_id, room.workers[0])
    need_id, pair_id = room.to_work(1)
    key = uuid.uuid4()
    assert room.log(pair_id, room.workers[1], key=key) == room.log(pair_id, room.workers[1], key=key)
    for told, refused in (({"on": TOMORROW}, problems.WrongDay), ({"on": YESTERDAY}, problems.WrongDay), ({"minutes": 0}, problems.TooLong), ({"minutes": 841}, problems.TooLong), ({"beneficiaries": -1}, problems.WrongAnswers)):  # fmt: skip
        with pytest.raises(refused):
            room.log(pair_id, room.workers[1], **told)
    room.log(pair_id, room.firm, minutes=840)  # sixteen hours in all
    with pytest.raises(problems.NoSuchPair):
        room.log(pair_id, room.workers[2])
    visits = queries.list_visits(room.firm, need_id)
    assert [one.hours for one in visits] == ["14", "2"] and visits[0].words == "看了两条线。"
    with pytest.raises(problems.NeedsReason):
        actions.void_visit(viewer=room.firm, visit_id=visits[0].id, reason="", now=NOW)
    for _ in range(2):
        actions.void_visit(viewer=room.firm, visit_id=visits[0].id, reason="记错了", now=NOW)
    assert queries.get_own_pair(room.workers[1], pair_id).hours == "2"


def test_how_somebody_is_reached_is_sealed_opened_after_both_said_yes_and_on_record(room):
    need_id = room.open_need()
    pair_id = room.pair(need_id, room.helper(0))
    with pytest.raises(problems.NotConfirmed):
        actions.open_contact(viewer=room.workers[0], pair_id=pair_id, of=Side.FIRM, now=NOW)
    room.says(pair_id, room.workers[0])
    room.says(pair_id, room.firm)
    assert actions.open_contact(viewer=room.workers[0], pair_id=pair_id, of=Side.FIRM, now=NOW) == "张师傅 13800001111"
    assert actions.open_contact(viewer=room.firm, pair_id=pair_id, of=Side.HELPER, now=NOW) == "13900002222"
    with pytest.raises(problems.NotYourSide):
        actions.open_contact(viewer=room.workers[0], pair_id=pair_id, of=Side.HELPER, now=NOW)
    assert AuditEvent.objects.filter(action="volunteers.open_contact").count() == 2
    assert AuditEvent.objects.filter(object=f"person:{room.workers[0].person_id}", action="registry.view").exists()
    stored = [bytes(row) for row in [*Need.objects.values_list("sealed", flat=True), *Helper.objects.values_list("sealed", flat=True)]]  # fmt: skip
    assert stored and not any(b"1380000" in row or b"1390000" in row for row in stored)
    assert "13800001111" not in repr(queries.get_need(room.county, need_id)) + str(
        queries.need_texts(room.county, need_id)
    )


def test_saying_the_same_of_a_helper_again_changes_nothing(room):
    helper_id = room.helper(0)
    step = queries.get_helper(room.county, helper_id).step
    assert room.helper(0) == helper_id and queries.get_helper(room.county, helper_id).step == step
    assert room.helper(0, contact="") == helper_id and queries.get_helper(room.county, helper_id).has_contact
    room.helper(0, capacity=5)
    with pytest.raises(problems.Changed):
        facts = HelperFacts("volunteering", ("6-18-02",))
        actions.change_helper(viewer=room.county, helper_id=helper_id, facts=facts, from_step=step, now=NOW)
    for told in (
        {"skills": ()},
        {"areas": ("杭州",)},
        {"capacity": 0},
        {"days": ("0",)},
        {"answers": {"honour": "king"}},
    ):
        with pytest.raises(problems.WrongAnswers):
            room.helper(1, **told)


def test_only_a_member_is_listed(room):
    stranger = town.household(40, room.town["XH"])[1][1]  # lives there, and is in no union
    with pytest.raises(problems.NoUnion):
        actions.enrol(viewer=room.county, person_id=stranger, facts=HelperFacts("volunteering", ("6-18-02",)), now=NOW)


def test_a_need_that_was_withdrawn_keeps_no_proposal_alive(room):
    need_id = room.open_need()
    helper_id = room.helper(0)
    room.pair(need_id, helper_id)
    actions.withdraw_need(viewer=room.firm, need_id=need_id, reason="不要了", now=NOW)
    assert room.card(need_id).state is NeedState.WITHDRAWN
    assert states(room, need_id) == {helper_id: PairState.WITHDRAWN}


def test_what_a_helper_wrote_with_a_bid_is_read_by_the_union_that_asked_alone(room):
    need_id = room.open_need(is_open_bid=True, bids_until=TODAY)
    theirs = town.appoint("helpers.union", room.town["YG"], Role.GRASSROOTS)
    room.helper(4, viewer=theirs)
    actions.bid(viewer=room.workers[4], need_id=need_id, words="我的办法", now=NOW)
    assert [one.words for one in queries.list_bids(room.firm, need_id)] == ["我的办法"]
    assert queries.get_need(theirs, need_id).id == need_id
    assert queries.list_bids(theirs, need_id) == []
