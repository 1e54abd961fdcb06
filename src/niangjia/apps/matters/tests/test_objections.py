"""Objections to what was decided of an application: who may object, until when, who answers, and what an answer does."""

from __future__ import annotations

import uuid
from datetime import timedelta
from decimal import Decimal

import pytest

from niangjia.apps.accounts.permissions import NotAllowed
from niangjia.apps.accounts.types import Role
from niangjia.apps.audit import queries as audit
from niangjia.apps.files.tests.pictures import jpeg
from niangjia.apps.funds import queries as funds
from niangjia.apps.funds.types import ReservationState
from niangjia.apps.matters import actions as matters
from niangjia.apps.matters import problems, queries
from niangjia.apps.matters.models import Grant, Move, Objection
from niangjia.apps.matters.tests.room import Place
from niangjia.apps.matters.types import GrantState, MatterCard, MatterState, ObjectionAbout, Step
from niangjia.apps.objections.problems import (
    AlreadyAnswered,
    NothingToObjectTo,
    ObjectionTooLate,
    OfficerOfTheCase,
)
from niangjia.apps.objections.types import GrievanceState
from niangjia.apps.programs.tests import town

S = MatterState


def refused(place: Place) -> MatterCard:
    """Refused by the county's first officer, for a reason of their own."""
    return place.act(place.town.county, place.checked(), "refused", reason="收据看不清")


def objected(place: Place, card: MatterCard, **more) -> int:
    return matters.object_to(
        viewer=place.worker, matter_id=card.id, words="收据很清楚，请再看一遍", now=place.now, **more
    )


def answered(place: Place, objection_id: int, *, is_upheld: bool, viewer=None, words: str = "已重新核对") -> bool:
    return matters.answer_objection(
        viewer=viewer or place.town.county_third,
        objection_id=objection_id,
        is_upheld=is_upheld,
        words=words,
        now=place.now,
    )


def test_the_worker_objects_and_the_words_are_sealed(place: Place):
    card = refused(place)
    assert queries.get_details(place.worker, card.id, now=place.now).may_object is not None
    key = uuid.uuid4()
    first = objected(place, card, key=key, contact="下班后打电话")
    assert objected(place, card, key=key) == first
    row = Objection.objects.get()
    assert row.receipt is None and "收据".encode() not in bytes(row.secret)
    assert queries.get_details(place.worker, card.id, now=place.now).may_object is None
    with pytest.raises(problems.AlreadyObjected):
        objected(place, card)
    told = audit.list_about(f"matter:{card.id}", actions=("matters.object",))
    assert told and "收据" not in str(told[0].detail)


def test_without_words_and_by_nobody_else(place: Place):
    card = refused(place)
    with pytest.raises(problems.ReasonMissing):
        matters.object_to(viewer=place.worker, matter_id=card.id, words=" ", now=place.now)
    with pytest.raises(NotAllowed):
        matters.object_to(viewer=place.town.county, matter_id=card.id, words="x", now=place.now)
    other = town.appoint("other", place.town["XG"], Role.WORKER, person_id=town.household(2, place.town["XG"])[1][0])
    with pytest.raises(problems.NotFound):
        matters.object_to(viewer=other, matter_id=card.id, words="x", now=place.now)


def test_there_is_nothing_to_object_to_before_a_decision_or_after_a_withdrawal(place: Place):
    card = place.handed_in()
    with pytest.raises(NothingToObjectTo):
        objected(place, card)
    matters.withdraw(viewer=place.worker, matter_id=card.id, now=place.now)
    with pytest.raises(NothingToObjectTo):
        objected(place, card)


def test_the_last_day_counts_and_the_day_after_is_too_late(place: Place):
    card = refused(place)
    decided = place.now
    place.now = decided + timedelta(days=15)
    assert queries.get_objectable(place.worker, card.id, now=place.now).may.last_day == place.now.date()
    place.now = decided + timedelta(days=16)
    with pytest.raises(ObjectionTooLate):
        objected(place, card)


def test_whoever_had_a_hand_in_it_does_not_answer(place: Place):
    card = refused(place)
    objection_id = objected(place, card)
    with pytest.raises(OfficerOfTheCase):
        answered(place, objection_id, is_upheld=False, viewer=place.town.county)
    with pytest.raises(NotAllowed):
        answered(place, objection_id, is_upheld=False, viewer=place.town.grassroots)
    with pytest.raises(problems.NotFound):
        answered(place, objection_id, is_upheld=False, viewer=place.town.other_county)
    with pytest.raises(problems.ReasonMissing):
        answered(place, objection_id, is_upheld=False, words=" ")
    assert queries.count_open_objections(place.town.county_third) == 1


def test_what_a_higher_union_decided_a_lower_one_does_not_answer(place: Place, monkeypatch):
    objection_id = objected(place, refused(place))
    monkeypatch.setattr("niangjia.apps.matters.objecting.desk_that_decided", lambda matter: place.town["C"])
    with pytest.raises(problems.ForAHigherUnion):
        answered(place, objection_id, is_upheld=False)
    answered(place, objection_id, is_upheld=False, viewer=place.town.city)


def test_who_looks_into_it_reads_what_was_answered_and_why_it_was_decided_so(place: Place):
    card = refused(place)
    assert not queries.get_details(place.town.county_third, card.id, now=place.now).can_read
    objection_id = objected(place, card)
    details = queries.get_details(place.town.county_third, card.id, now=place.now)
    assert details.can_read and not details.can_handle
    said = matters.read_objection(viewer=place.town.county_third, objection_id=objection_id, now=place.now)
    assert said["reason"] == "收据看不清"
    assert not queries.get_details(place.town.county, card.id, now=place.now).can_read, "a hand in it"
    answered(place, objection_id, is_upheld=False)
    assert not queries.get_details(place.town.county_second, card.id, now=place.now).can_read


def test_rejected_the_decision_stands_and_the_worker_reads_why(place: Place):
    card = refused(place)
    objection_id = objected(place, card)
    answered(place, objection_id, is_upheld=False, words="收据不是本人的")
    answered(place, objection_id, is_upheld=False, words="收据不是本人的")
    with pytest.raises(AlreadyAnswered):
        answered(place, objection_id, is_upheld=True, viewer=place.town.county_second)
    assert place.fresh(card).state is S.REFUSED
    said = matters.read_objection(viewer=place.worker, objection_id=objection_id, now=place.now)
    assert said["answer"] == "收据不是本人的"
    assert not audit.list_about(f"matter:{card.id}", actions=("matters.read_objection",))
    matters.read_objection(viewer=place.town.county, objection_id=objection_id, now=place.now)
    assert audit.list_about(f"matter:{card.id}", actions=("matters.read_objection",))
    assert queries.verify() == []


def test_upheld_it_is_decided_anew_by_somebody_else(place: Place):
    place.budget()
    card = refused(place)
    assert answered(place, objected(place, card), is_upheld=True)
    again = place.fresh(card)
    assert (again.state, again.stage, again.closed_at) == (S.AT_WORK, "approval", None)
    for outcome in ("approved", "refused"):
        with pytest.raises(problems.FourEyes):
            place.act(place.town.county, card, outcome, reason="还是不行")
    assert place.act(place.town.county_second, card, "approved").state is S.TO_PAY
    assert Move.objects.get(act=Step.REOPEN).account_id == place.town.county_third.account_id
    assert queries.verify() == []


def test_money_that_was_set_aside_follows_the_outcome(place: Place):
    place.budget()
    card = place.act(place.town.county, place.checked(), "approved")
    first = Grant.objects.get(matter_id=card.id)
    assert answered(place, objected(place, card), is_upheld=True)
    assert funds.get_reservation(first.reservation_id).state == ReservationState.CANCELLED
    assert Grant.objects.get(pk=first.pk).state == GrantState.CANCELLED
    assert place.fresh(card).state is S.AT_WORK
    place.act(place.town.county_second, card, "approved", answers={"cost": "2000"})
    grant = queries.get_details(place.town.finance, card.id, now=place.now).grant
    assert grant is not None and (grant.amount, grant.state) == (Decimal("1000.00"), GrantState.SET_ASIDE)
    assert queries.verify() == []


def test_rejected_the_money_stays_where_it_is(place: Place):
    place.budget()
    card = place.act(place.town.county, place.checked(), "approved")
    answered(place, objected(place, card), is_upheld=False)
    assert Grant.objects.get(matter_id=card.id).state == GrantState.SET_ASIDE


def test_who_applied_anew_for_the_same_has_it_settled_there(place: Place):
    card = refused(place)
    objection_id = objected(place, card)
    place.handed_in()
    with pytest.raises(problems.AppliedAnew):
        answered(place, objection_id, is_upheld=True)
    assert Objection.objects.get().state == GrievanceState.OPEN


def test_papers_come_with_it_while_it_is_open(place: Place, settings, tmp_path):
    settings.FILES_FOLDER = tmp_path / "files"
    card = refused(place)
    objection_id = objected(place, card)
    kept = matters.keep_objection_file(
        viewer=place.worker, objection_id=objection_id, content=jpeg(), key=None, now=place.now
    )
    assert [one.key for one in queries.get_objection(place.town.county_third, objection_id).files] == [kept.key]
    opened = matters.open_objection_file(
        viewer=place.town.county_third, objection_id=objection_id, key=kept.key, now=place.now
    )
    assert opened.content
    answered(place, objection_id, is_upheld=False)
    with pytest.raises(problems.NotFound):
        matters.drop_objection_file(viewer=place.worker, objection_id=objection_id, key=kept.key, now=place.now)
    assert queries.verify() == []


def test_verify_finds_who_answered_after_having_decided(place: Place):
    card = refused(place)
    objection_id = objected(place, card)
    place.now += timedelta(hours=1)
    answered(place, objection_id, is_upheld=False)
    Objection.objects.update(answered_by=place.town.county.account_id)
    assert [one.rule for one in queries.verify()] == ["MATTER 7"]


def test_a_kept_answer_says_what_it_is_about(place: Place):
    objected(place, refused(place))
    (card,) = queries.objection_cards(queries.list_objections(place.town.county))
    assert (card.about, card.is_public, card.desk_name) == (ObjectionAbout.DECISION, False, place.town["X"].name)
